#pragma once
// The entities of the simulated Crafter and the checks on what is written (shared/apis/crafter.md, sections 4 and 5).
// Pure tables and functions; names and values are the contract's, before the dialect.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/sim/crafter/options.h"

namespace postern::sim::crafter {

using Json = nlohmann::json;

struct Member {
  enum class Type { Text, LongText, Date, Bool, Minutes, Status, Kind, UserCode, Reference, Articles };
  std::string_view name;
  Type type = Type::Text;
  bool required = false;
  std::string_view refersTo = {};  // entity of a Reference
  bool kept = false;               // stays when a PUT leaves it out: the server's own
};

struct Entity {
  std::string_view name;      // in the path
  std::string_view idPrefix;  // "c" of "c-10"
  std::string_view unique;    // member whose values must differ; empty if there is none
  bool writable = true;       // by a PUT
  std::span<const Member> members;
};

std::span<const Entity> entities();
/// nullptr if there is none; "work-order-articles" is none, it is a view.
const Entity* entityOf(std::string_view name);

/// The first thing wrong with an item, as the members of the error body; null = good.
struct Problem {
  std::string code, message, member;
};

/// `exists` tells whether an item of an entity is there, or, for entity "users", a unique code.
std::optional<Problem> problemOf(const Entity& entity, const Json& fields, const CrafterOptions& options,
                                 const std::function<bool(std::string_view, const std::string&)>& exists);

/// "YYYY-MM-DD" that is a day.
bool isDate(const std::string& text);
/// Trimmed and in capitals, as codes of employees are compared.
std::string codeKey(std::string_view code);

}  // namespace postern::sim::crafter
