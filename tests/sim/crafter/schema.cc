#include "tests/sim/crafter/schema.h"

#include <algorithm>
#include <array>

#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim::crafter {

namespace {

using Type = Member::Type;

constexpr Member reference(std::string_view name, std::string_view entity, bool required = false) {
  return {name, Type::Reference, required, entity};
}

constexpr std::array kCustomers{Member{"number", Type::Text, true}, Member{"name", Type::Text, true}, Member{"phone"},
                                Member{"email"}};
constexpr std::array kLocations{reference("customer_id", "customers", true),
                                Member{"name"},
                                Member{"street"},
                                Member{"house_number"},
                                Member{"addition"},
                                Member{"post_code"},
                                Member{"city"},
                                Member{"is_main", Type::Bool}};
constexpr std::array kContacts{reference("customer_id", "customers", true),
                               Member{"salutation"},
                               Member{"first_name"},
                               Member{"last_name"},
                               Member{"email"},
                               Member{"phone"},
                               Member{"mobile"}};
constexpr std::array kProjectTypes{Member{"code", Type::Text, true}, Member{"name", Type::Text, true}};
constexpr std::array kProjects{Member{"code", Type::Text, true},
                               Member{"name", Type::Text, true},
                               Member{"description", Type::LongText},
                               reference("customer_id", "customers"),
                               Member{"begin_date", Type::Date},
                               Member{"end_date", Type::Date},
                               reference("project_type_id", "project-types", true),
                               Member{"user_code", Type::UserCode}};
constexpr std::array kUsers{Member{"unique_code"}, Member{"name", Type::Text, true}};
constexpr std::array kWorkOrders{Member{"number", Type::Text, false, {}, true},
                                 Member{"status", Type::Status, true, {}, true},
                                 reference("customer_id", "customers", true),
                                 reference("project_id", "projects"),
                                 reference("location_id", "locations"),
                                 Member{"work_type"},
                                 Member{"description", Type::LongText},
                                 Member{"target_date", Type::Date},
                                 Member{"articles", Type::Articles, false, {}, true}};
constexpr std::array kHours{Member{"user_code", Type::UserCode},       reference("project_id", "projects"),
                            reference("work_order_id", "work-orders"), Member{"kind", Type::Kind, true},
                            Member{"date", Type::Date, true},          Member{"minutes", Type::Minutes, true}};

constexpr std::array kEntities{Entity{"customers", "c", "number", true, kCustomers},
                               Entity{"locations", "l", "", true, kLocations},
                               Entity{"contacts", "cp", "", true, kContacts},
                               Entity{"project-types", "t", "code", true, kProjectTypes},
                               Entity{"projects", "p", "code", true, kProjects},
                               Entity{"users", "u", "unique_code", false, kUsers},
                               Entity{"work-orders", "wo", "number", true, kWorkOrders},
                               Entity{"hours", "h", "", false, kHours}};

constexpr std::array<std::string_view, 5> kStatuses{"new", "in_stock", "planned", "completed", "checked"};

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What is wrong with one value that is there; "" = good.
std::string fault(const Member& member, const Json& value, const CrafterOptions& options,
                  const std::function<bool(std::string_view, const std::string&)>& exists) {
  if (member.type == Type::Bool) return value.is_boolean() ? "" : "must be true or false";
  if (member.type == Type::Minutes) {
    return value.is_number_integer() && value.get<int>() > 0 ? "" : "must be a whole number above 0";
  }
  if (member.type == Type::Articles) return value.is_array() ? "" : "must be a list";
  if (!value.is_string()) return "must be a text";
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t most = member.type == Type::LongText ? 65'535 : static_cast<std::size_t>(options.maxText);
  if (characters(text) > most) return "is too long";
  switch (member.type) {
    case Type::Date:
      return isDate(text) ? "" : "must be YYYY-MM-DD";
    case Type::Status:
      return std::find(kStatuses.begin(), kStatuses.end(), text) != kStatuses.end() ? "" : "is not a status";
    case Type::Kind:
      return text == "work" || text == "travel" ? "" : "must be work or travel";
    case Type::UserCode:
      return exists("users", text) ? "" : "is no user's code";
    case Type::Reference:
      return exists(member.refersTo, text) ? "" : "does not exist";
    default:
      return "";
  }
}

}  // namespace

std::span<const Entity> entities() { return kEntities; }

const Entity* entityOf(std::string_view name) {
  for (const Entity& entity : kEntities) {
    if (entity.name == name) return &entity;
  }
  return nullptr;
}

std::optional<Problem> problemOf(const Entity& entity, const Json& fields, const CrafterOptions& options,
                                 const std::function<bool(std::string_view, const std::string&)>& exists) {
  for (const Member& member : entity.members) {
    const Json value = fields.value(std::string(member.name), Json());
    if (value.is_null() || value == "") {
      if (member.required) return Problem{"required", "is required", std::string(member.name)};
      continue;
    }
    const std::string wrong = fault(member, value, options, exists);
    if (!wrong.empty()) return Problem{"invalid", wrong, std::string(member.name)};
  }
  return std::nullopt;
}

bool isDate(const std::string& text) { return text.size() == 10 && craftboxx::parseStamp(text).has_value(); }

std::string codeKey(std::string_view code) {
  const auto first = code.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  std::string out(code.substr(first, code.find_last_not_of(' ') - first + 1));
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace postern::sim::crafter
