#pragma once
// Records that were there before a link was switched on and do not carry our reference: which of them is one of ours.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/outbox.h"

namespace postern {

/// The records of one system that nobody has taken over yet. Each call joins an open UnitOfWork. Not thread-safe.
class Strangers {
 public:
  Strangers(Database& db, std::string scope) : db_(db), scope_(std::move(scope)) {}

  /// Remembers a record under each of the kind's matches for which it has values. No match: it is not kept.
  void add(const TargetKind& kind, const Found& record, Clock::Time now);
  /// Those that agree with `values`, the fields of `match` joined by joinedMatch(); lowest id first.
  std::vector<Found> find(std::string_view kind, std::string_view match, std::string_view values) const;
  /// One of them by its id; nullopt when it is not there, or taken.
  std::optional<Found> get(std::string_view kind, std::string_view id) const;
  bool any(std::string_view kind) const;
  void forget(std::string_view kind, std::string_view id);
  void forgetAll(std::string_view kind);

 private:
  Database& db_;
  std::string scope_;
};

/// The values of the blank-separated fields of `match`, case and blanks evened out; empty when one is missing or empty.
std::string joinedMatch(std::string_view match, const Fields& fields);

/// What came of looking for a target that is not bound yet among the strangers.
struct Meeting {
  enum class What {
    Nobody,  // nothing there is the same thing: create it
    Taken,   // it is bound to the stranger now, and differs or not
    Doubt,   // somebody must decide: park it with `error`
    Busy,    // another program writes the same records just now: write nothing at all; `error` says until when
  };
  What what = What::Nobody;
  std::optional<Error> error{};
};

/// Looks for `entry` among the strangers of its system and takes over the one that is surely the same. Joins an open
/// UnitOfWork.
Meeting meetStranger(Database& db, std::span<const TargetKind> targets, const OutboxEntry& entry, Clock::Time now);

/// Forgets those that were read before `before`, of kinds for which nothing waits: what is entered long after a link
/// was switched on is new. Joins an open UnitOfWork.
void forgetStrangers(Database& db, Clock::Time before);

// ---- what the admin decides -----------------------------------------------------------------------------------------

/// The record of ours is the stranger `id` ("new": none of them), whatever was in doubt. Reject when there is no such
/// stranger or the record is bound already.
Result<void> decideStranger(Database& db, const std::string& scope, const Reference& target, const std::string& id,
                            Clock::Time now);
/// Records of `owner` are taken over like those of nobody.
void trustOwner(Database& db, const std::string& scope, const std::string& owner);

}  // namespace postern
