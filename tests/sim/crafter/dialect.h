#pragma once
// How the simulated Crafter spells its contract. The whole contract is assumed (shared/apis/crafter.md, section 5), so
// a second spelling proves that a connector takes it from its mapping file.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace postern::sim {

struct CrafterDialect {
  std::string prefix = "/api/v1";
  /// Cursor: ?cursor&limit -> {"items":[…],"next_cursor":…}. Page: ?page&per_page -> {"items":[…],"page":1,"pages":3}.
  enum class Paging { Cursor, Page };
  Paging paging = Paging::Cursor;
  bool camelCase = false;            // member and parameter names: projectId instead of project_id
  std::string listMember = "items";  // holds the rows of a list
  std::string itemMember;            // wraps a single item; empty = not wrapped
  std::string byExternal = "by-external";
  std::map<std::string, std::string> statusWords;  // a work order's status, contract -> here; absent = the same
  std::map<std::string, std::string> rename;       // "entity.member" -> name; goes before camelCase

  /// `member` of `entity` as it stands in bodies and parameters; entity "" for what belongs to none.
  std::string nameOf(const std::string& entity, const std::string& member) const;
  std::string statusOf(const std::string& word) const;
  /// Back to the contract's word; a word nobody knows stays.
  std::string statusFrom(const std::string& here) const;
};

/// "v1" = the contract as it stands, "v2" = prefix /v2, page numbers, camelCase, everything under "data", Dutch status
/// words. Or an object: {"base":"v1" or "v2", and any member of CrafterDialect}. Throws std::invalid_argument.
CrafterDialect crafterDialect(const nlohmann::json& wanted);

}  // namespace postern::sim
