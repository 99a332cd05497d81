#include "agent/record.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace postern {

std::string_view Record::field(std::string_view name) const {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string_view{} : std::string_view{it->second};
}

std::string toJson(const Fields& fields) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : fields) json[name] = value;
  // Bytes that are not UTF-8 must not stop a record: connectors convert, this is the last net.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Fields fieldsFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) throw std::invalid_argument("fields are not a JSON object");
  Fields fields;
  fields.reserve(parsed.size());
  for (const auto& [name, value] : parsed.items()) {
    if (!value.is_string()) throw std::invalid_argument("field is not a text");
    fields.emplace_hint(fields.end(), name, value.get_ref<const std::string&>());
  }
  return fields;
}

}  // namespace postern
