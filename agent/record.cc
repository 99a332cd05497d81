#include "agent/record.h"

#include <simdjson.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace postern {

namespace {

// Fields are written and read several times for each record, so they take no detour through a DOM.

constexpr std::string_view kShortEscapes = "\"\\bfnrt";
constexpr std::string_view kShortEscaped = "\"\\\b\f\n\r\t";

void appendEscaped(std::string& out, char c) {
  if (const auto at = kShortEscaped.find(c); at != std::string_view::npos) {
    out += '\\';
    out += kShortEscapes[at];
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[static_cast<unsigned char>(c) >> 4U];
  out += kDigits[static_cast<unsigned char>(c) & 0xFU];
}

void appendText(std::string& out, std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    // Bytes that are not UTF-8 must not stop a record: connectors convert, this is the last net.
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x20 && text[i] != '"' && text[i] != '\\') continue;
    out.append(text, plain, i - plain);
    appendEscaped(out, text[i]);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

/// Reads what appendText and toJson write, nothing else; throws std::invalid_argument.
class FieldsReader {
 public:
  explicit FieldsReader(std::string_view json) : rest_(json) {}

  bool at(char c) const { return rest_.starts_with(c); }
  void expect(char c) {
    if (!at(c)) refuse();
    rest_.remove_prefix(1);
  }
  void expectEnd() const {
    if (!rest_.empty()) refuse();
  }

  std::string text() {
    expect('"');
    std::string out;
    for (;;) {
      const auto plain = rest_.find_first_of("\"\\");
      if (plain == std::string_view::npos) refuse();
      out.append(rest_, 0, plain);
      rest_.remove_prefix(plain);
      if (at('"')) break;
      out += escaped();
    }
    rest_.remove_prefix(1);
    return out;
  }

 private:
  [[noreturn]] static void refuse() { throw std::invalid_argument("not the JSON of fields"); }

  char escaped() {
    const auto at = rest_.size() < 2 ? std::string_view::npos : kShortEscapes.find(rest_[1]);
    if (at != std::string_view::npos) {
      rest_.remove_prefix(2);
      return kShortEscaped[at];
    }
    unsigned value = 0x100;
    if (rest_.size() < 6 || !rest_.starts_with("\\u00")) refuse();
    const auto parsed = std::from_chars(rest_.data() + 4, rest_.data() + 6, value, 16);
    if (parsed.ptr != rest_.data() + 6 || value >= 0x20) refuse();
    rest_.remove_prefix(6);
    return static_cast<char>(value);
  }

  std::string_view rest_;
};

}  // namespace

std::string_view Record::field(std::string_view name) const {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string_view{} : std::string_view{it->second};
}

std::string toJson(const Fields& fields) {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (json.size() > 1) json += ',';
    appendText(json, name);
    json += ':';
    appendText(json, value);
  }
  json += '}';
  return json;
}

Fields fieldsFromJson(std::string_view json) {
  FieldsReader reader(json);
  Fields fields;
  fields.reserve(8);
  reader.expect('{');
  while (!reader.at('}')) {
    if (!fields.empty()) reader.expect(',');
    std::string name = reader.text();
    reader.expect(':');
    fields.emplace_hint(fields.end(), std::move(name), reader.text());
  }
  reader.expect('}');
  reader.expectEnd();
  return fields;
}

}  // namespace postern
