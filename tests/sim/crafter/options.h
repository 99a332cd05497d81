#pragma once
// What can be switched in the simulated Crafter. All of it is assumed: no part of Crafter's interface is public
// (shared/apis/crafter.md, section 1); the defaults are the contract of section 5.

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/sim/crafter/dialect.h"

namespace postern::sim {

/// `ours` marks what section 5 leaves open too.
struct CrafterOptions {
  CrafterDialect dialect;
  std::string token = "crafter-token";
  std::string account;                      // if set, `X-Account` must name it; otherwise 403
  std::set<std::string> forbiddenEntities;  // answer 403

  int defaultPageSize = 50;    // without a limit (ours)
  int maxPageSize = 100;       // larger limits are cut to it (5: batch 100 items)
  bool sinceInclusive = true;  // updated_since holds what changed at that very second (ours)

  bool idempotencyKeyNeeded = true;    // a PUT without the header answers 400
  bool keepsAnswers = true;            // a key that comes again gets its first answer (ours)
  bool ifMatchNeeded = false;          // a PUT that changes an item without If-Match answers 409 (ours)
  bool putMerges = false;              // false: a PUT replaces, members left out become empty; true: they stay
  bool versionOnUnchangedPut = false;  // a PUT without a difference still moves version and updated_at (ours)
  int maxText = 255;                   // longer names answer 422; descriptions may have 65,535 characters (ours)
  int maxBody = 1 << 20;               // 5: 1 MiB; larger ones answer 400

  bool oneCallAtATime = false;  // a call while another is served answers 429 (5)
  int rateLimit = 0;            // calls in a window; more answer 429 with Retry-After; 0 = no limit
  std::chrono::milliseconds rateWindow{60'000};

  bool errorsNeedItem = false;      // an error on an item that is not there answers 404 (ours)
  bool timelineKeepsSolved = true;  // the timeline entry stays when its error is deleted (3.2: not clear)
};

/// Sets one option by its member name; rateWindow in milliseconds, dialect as crafterDialect() reads it. Throws
/// std::invalid_argument for an unknown name or value and nlohmann's exceptions for a wrong type.
void setOption(CrafterOptions& options, const std::string& name, const nlohmann::json& value);

}  // namespace postern::sim
