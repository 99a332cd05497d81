#include "connectors/accountview/body.h"

#include <algorithm>
#include <array>

#include "agent/clock.h"
#include "agent/hash.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using Ordered = nlohmann::ordered_json;

namespace {

constexpr const char* kRow = "1";  // a body holds one header and one detail: both have this id
constexpr std::size_t kHashDigits = 20;
constexpr std::size_t kSearchCodeWidth = 10;

Ordered definitionOf(const std::string& table, const std::vector<Cell>& cells, bool detail) {
  Ordered fields = Ordered::array({{{"Name", "RowId"}, {"FieldType", "C"}}});
  if (detail) fields.push_back({{"Name", "HeaderId"}, {"FieldType", "C"}});
  for (const Cell& cell : cells) fields.push_back({{"Name", cell.name}, {"FieldType", std::string(1, cell.type)}});
  return {{"Name", table}, {"Fields", std::move(fields)}};
}

Ordered rowsOf(const std::vector<Cell>& cells, bool detail) {
  Ordered values = Ordered::array({kRow});
  if (detail) values.push_back(kRow);
  for (const Cell& cell : cells) values.push_back(Ordered(cell.value));
  Ordered row = Ordered::object();
  row["Values"] = std::move(values);
  Ordered rows = Ordered::object();
  rows["Rows"] = Ordered::array({std::move(row)});
  return rows;
}

std::string hexOf(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char byte : hash) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out.substr(0, kHashDigits);
}

}  // namespace

std::string writeBody(const std::string& object, const std::string& table, const std::vector<Cell>& header,
                      const std::optional<DetailRow>& detail, const std::string& bookDate, const std::string& id) {
  Ordered body = Ordered::object();
  if (!bookDate.empty()) body["BookDate"] = wireDay(bookDate);
  body["BusinessObject"] = object;
  if (!id.empty()) body["id"] = id;
  body["Table"]["Definition"] = definitionOf(table, header, false);
  body["TableData"]["Data"] = rowsOf(header, false);
  if (detail) {
    body["Table"]["DetailDefinitions"] = Ordered::array({definitionOf(detail->table, detail->cells, true)});
    body["TableData"]["DetailData"] = Ordered::array({rowsOf(detail->cells, true)});
  }
  return body.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

FieldType typeOf(const FieldTypes& types, const std::string& table, const std::string& field, Form form) {
  if (const auto known = types.find(table + '.' + field); known != types.end()) return known->second;
  if (form == Form::Number) return {'N', 0, false};
  if (form == Form::Flag) return {'L', 0, false};
  if (form == Form::Day) return {'T', 0, false};
  return {'C', 0, false};
}

tl::expected<std::string, const Message*> storedValue(Form form, const FieldType& type, const TextRules& rules,
                                                      std::string_view value) {
  if (form == Form::Number) {
    auto number = plainNumber(value);
    if (!number && !plainText(value).empty()) return tl::unexpected(&kBadValue);
    return number.value_or("");
  }
  if (form == Form::Day) {
    if (value.empty()) return std::string{};
    const auto day = parseIsoDate(value);
    if (!day) return tl::unexpected(&kBadValue);
    return isoDate(*day);
  }
  std::string text = plainText(value);
  if (type.upper || form == Form::Key) text = upperText(text);
  const bool key = form == Form::Key;
  if (std::string kept = inCodePage(text); kept != text) {
    if (key || !rules.replace) return tl::unexpected(&kBadCharacters);
    text = std::move(kept);
  }
  if (type.width > 0 && characters(text) > type.width) {
    if (key || !rules.cut) return tl::unexpected(&kTooLong);
    text = plainText(firstCharacters(text, type.width));
  }
  return text;
}

nlohmann::json wireValue(const FieldType& type, const std::string& stored) {
  switch (type.letter) {
    case 'N':
    case 'I':
    case 'Y':
    case 'B': {
      auto number = nlohmann::json::parse(stored.empty() ? "0" : stored, nullptr, false);
      return number.is_number() ? number : nlohmann::json(stored);
    }
    case 'L':
      return plainValue(Form::Flag, stored, {}) == "true";
    case 'T':
    case 'D':
      return parseIsoDate(stored) ? nlohmann::json(wireDay(stored)) : nlohmann::json(stored);
    default:
      return stored;
  }
}

std::string referenceOf(const std::string& prefix, const std::string& key, std::size_t width) {
  std::string plain = prefix + key;
  const bool fits = !key.empty() && key[0] != '#' && characters(plain) <= width && plainText(plain) == plain &&
                    plainText(key) == key && inCodePage(plain) == plain &&
                    std::none_of(plain.begin(), plain.end(), [](char c) { return c >= 0 && c < ' '; });
  return fits ? plain : prefix + '#' + hexOf(Hasher{}(key));
}

std::optional<std::string> keyOfReference(const std::string& prefix, std::string_view stored) {
  const std::string plain = plainText(stored);
  if (!plain.starts_with(prefix)) return std::nullopt;
  std::string key = plain.substr(prefix.size());
  if (key.empty() || key[0] == '#') return std::nullopt;
  return key;
}

std::string searchCode(const std::string& rule, std::string_view name, std::string_view number) {
  std::string code;
  if (rule == "number") code = plainKey(number);
  if (rule == "name") {
    for (const char c : upperText(name))
      if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) code += c;
  }
  code = firstCharacters(code, kSearchCodeWidth);
  return code.empty() ? "-" : code;
}

}  // namespace postern::accountview
