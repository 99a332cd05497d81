#pragma once
// The vendor's JSON <-> our fields, as a profile says. Pure.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/connector.h"
#include "connectors/profile/profile.h"

namespace postern::profile {

/// The value at `path`; nullptr when a member on the way is absent or no object. An empty path is `value` itself.
const nlohmann::json* memberAt(const nlohmann::json& value, const Path& path);
/// The text of a scalar at `path`; empty for null, lists, objects and absent members.
std::string textAt(const nlohmann::json& value, const Path& path);

/// What stands in the vendor's external id for our key, and back (nullopt when it is not ours).
std::string externalId(const Kind& kind, std::string_view key);
std::optional<std::string> ownKey(const Kind& kind, std::string_view externalId);
/// The program whose key it is: what stands before the first ':', "?" without one, empty for an empty one.
std::string ownerOf(std::string_view externalId);

/// The members that `change.fields` become. Empty values are left out of a create and are null in an update. Fields
/// the profile does not have or does not write are left out. Reject for values or references that cannot be expressed.
Result<nlohmann::ordered_json> membersOf(const Profile& profile, const Kind& kind, const Change& change,
                                         const std::string& system);
/// `item` as it must be sent back so that a replacing server loses nothing: without the server's own members (id,
/// version, external id, stamp, what the profile only reads), with `members` put in.
nlohmann::ordered_json wholeItem(const Profile& profile, const Kind& kind, const nlohmann::json& item,
                                 const nlohmann::ordered_json& members);

/// Our fields out of one of their items, references left out; members that are absent are not told.
Fields answeredFields(const Profile& profile, const Kind& kind, const nlohmann::json& item);
/// By field: the record of theirs that `item` points to (Found::points); a null one is an empty field instead.
std::vector<std::pair<std::string, Reference>> pointsOf(const Kind& kind, const nlohmann::json& item, Fields& fields);

/// One row to a Source's record: answeredFields, references as their ids, external_id and, where the profile names it,
/// updated. Key and parent are their ids; of a nested kind the key is "<parent's id>/<own id>". A kind with nested
/// kinds tells, under the name of each, the own ids of its rows, one a line; absent when the item does not tell the
/// list. Reject when `row.raw` is no object that has the key.
Result<Record> toRecord(const Profile& profile, const Kind& kind, const Row& row);

/// RFC 3339 with 'Z' or an offset, fractions dropped; a stamp without zone counts as UTC. nullopt for anything else.
std::optional<Clock::Time> parseStamp(std::string_view text);

}  // namespace postern::profile
