#pragma once
// Craftboxx JSON <-> our fields: tables of field pairs and pure functions. Facts: shared/apis/craftboxx.md, 5 and 8.

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"

namespace postern::craftboxx {

/// How a value looks on the wire.
enum class Form {
  Text,       // string; null is ""
  Choice,     // enum text; "" is sent as null, an unknown value is kept as text
  Flag,       // bool
  Reference,  // int id of a record of ours; "" is sent as null; never answered
  Day,        // our date <-> start and end of an all-day appointment, in the appointment's zone
  Articles,   // {"A1":2} <-> {"47":{"amount":2}}; answered as a list with pivots, where loaded
};

struct FieldPair {
  std::string_view ours;
  const char* theirs;
  Form form = Form::Text;
  std::string_view target = {};  // kind that a Reference or Articles points to
  bool fixed = false;            // taken by POST only (5.3, 5.4: not in the PUT list)
};

struct Resource {
  std::string_view kind;
  const char* path;  // "customers/addresses"
  int rank;
  std::span<const FieldPair> fields;
  const char* parent;  // member with the parent's id for a Source's record; nullptr when none
  bool archives;       // archived records are hidden without show_archived=true (section 4)
  bool articles;       // with[]=articles loads the appointment's articles
};

/// Parents first.
std::span<const Resource> resources();
/// nullptr for a kind that Craftboxx does not have.
const Resource* resourceOf(std::string_view kind);

enum class AllDayEnd { LastSecond, SameMidnight, NextMidnight };  // 2359, same_midnight, next_midnight

/// What the mapping must know about the system. Lives as long as the system.
struct Site {
  std::string system;  // name for messages
  std::string source;  // our `source` value
  std::string zone;    // IANA; dates are days in it
  AllDayEnd allDayEnd = AllDayEnd::LastSecond;
};

/// The JSON body of a POST (change.id empty) or PUT; with our reference in a POST and in a PUT that claims the record.
/// Empty texts are left out of a POST. Reject when a field is fixed after creation, a reference is unknown or a value
/// has no meaning here. `present` is the record as it is there (section 4's form of a row), nullptr when not known:
/// where it is already on the day of Form::Day, start, end and all_day are left out, so a planner's hours stay;
/// articles on it that are not ours stay in the list.
Result<std::string> requestBody(const Resource& resource, const Change& change, const Site& site,
                                const nlohmann::json* present = nullptr);

/// Whether a PUT of `change` depends on what the record holds: see requestBody.
bool needsPresent(const Resource& resource, const Change& change);

/// Our fields out of one of their records; members that are absent are not told, references never are.
Fields answeredFields(const Resource& resource, const nlohmann::json& row, const Site& site);

/// By field: the record of theirs that `row` points to (Found::points); a member that is null is an empty field
/// instead.
std::vector<std::pair<std::string, postern::Reference>> pointsOf(const Resource& resource, const nlohmann::json& row,
                                                                 Fields& fields);

/// One row to a Source's record: key and parent are their ids; answeredFields plus source, source_external_id, updated.
/// Reject when `raw` is no JSON object with an id.
Result<Record> toRecord(const Resource& resource, std::string_view raw, const Site& site);

/// The member `id` as text; empty when there is none.
std::string idOf(const nlohmann::json& row);

/// "2025-05-08T09:15:00.000000Z", also with offset, without fraction, or with a blank for the T; a stamp without zone
/// counts as UTC. nullopt for anything else.
std::optional<Clock::Time> parseStamp(std::string_view text);

/// `raw` without token-like members at any depth (names that hold "token" or "password", section 3). nullopt when
/// there are none, so that the bytes can stay as they are; "{}" when the bytes look like it but cannot be read.
std::optional<std::string> withoutSecrets(std::string_view raw);

}  // namespace postern::craftboxx
