#include "connectors/profacto/envelope.h"

#include <simdjson.h>

namespace postern::profacto {

namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;
using simdjson::SUCCESS;

/// A key field's value: text as it is, a number by its bytes, anything else as nothing.
error_code keyText(ondemand::value& value, std::string& out) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  std::string_view text;
  if (type == ondemand::json_type::string) {
    if (value.get_string().get(text) == SUCCESS) out = text;
  } else if (type == ondemand::json_type::number) {
    text = value.raw_json_token();
    out = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  }
  return SUCCESS;
}

/// Reads the rows of one table; `values` is kept to spare allocations.
class RowReader {
 public:
  explicit RowReader(const Table& table) : table_(table), values_(table.key.size()), exact_(table.key.size()) {}

  error_code read(ondemand::value& element, KeyedRow& row) {
    ondemand::object object;
    if (const auto error = element.get_object().get(object)) return error;
    for (std::string& value : values_) value.clear();
    exact_.assign(exact_.size(), false);
    for (auto member : object) {
      if (const auto error = take(member)) return error;
    }
    if (const auto error = object.reset().error()) return error;
    if (const auto error = object.raw_json().get(row.raw)) return error;
    row.raw = row.raw.substr(0, row.raw.find_last_of('}') + 1);
    row.key = recordKey(table_, values_);
    row.owner = values_.front();
    return SUCCESS;
  }

 private:
  error_code take(simdjson::simdjson_result<ondemand::field> member) {
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    std::string text;
    bool read = false;
    for (std::size_t i = 0; i < table_.key.size(); ++i) {
      if (!sameName(name, table_.key[i]) || exact_[i]) continue;
      if (!read) {
        ondemand::value value;
        if (const auto error = member.value().get(value)) return error;
        if (const auto error = keyText(value, text)) return error;
        read = true;
      }
      exact_[i] = name == table_.key[i];
      values_[i] = text;
    }
    return SUCCESS;
  }

  const Table& table_;
  std::vector<std::string> values_;
  std::vector<bool> exact_;
};

error_code readRows(ondemand::value& member, const Table& table, std::vector<KeyedRow>& rows) {
  rows.clear();
  ondemand::array array;
  if (const auto error = member.get_array().get(array)) return error;
  RowReader reader(table);
  for (auto element : array) {
    ondemand::value value;
    if (const auto error = element.get(value)) return error;
    if (const auto error = reader.read(value, rows.emplace_back())) return error;
  }
  return SUCCESS;
}

error_code readRecords(ondemand::value& member, Envelope& out) {
  ondemand::object object;
  if (member.get_object().get(object)) return SUCCESS;  // another shape than known: as if it were missing
  for (auto field : object) {
    std::string_view name;
    ondemand::value value;
    if (const auto error = field.unescaped_key().get(name)) return error;
    if (const auto error = field.value().get(value)) return error;
    std::int64_t number = 0;
    if (value.get_int64().get(number) || number < 0) continue;
    if (name == "total_in_query") out.total = number;
    if (name == "offset") out.offset = number;
    if (name == "total_in_page") out.inPage = number;
  }
  return SUCCESS;
}

error_code readTexts(ondemand::value& member, std::vector<std::string>& out) {
  ondemand::array array;
  if (member.get_array().get(array)) return SUCCESS;
  for (auto element : array) {
    ondemand::value value;
    if (const auto error = element.get(value)) return error;
    std::string_view text;
    if (!value.get_string().get(text)) out.emplace_back(text);
  }
  return SUCCESS;
}

void readText(ondemand::value& member, std::string& out) {
  std::string_view text;
  if (!member.get_string().get(text)) out = text;
}

void readFlag(ondemand::value& member, std::optional<bool>& out) {
  bool flag = false;
  if (!member.get_bool().get(flag)) out = flag;
}

error_code readMember(std::string_view name, ondemand::value& value, const Table* table, Envelope& out) {
  if (table != nullptr && sameName(name, table->name)) {
    if (out.hasTable && name != table->name) return SUCCESS;
    out.hasTable = true;
    return readRows(value, *table, out.rows);
  }
  if (name == "success") readFlag(value, out.success);
  if (name == "error") readText(value, out.error);
  if (name == "errorMsg") readText(value, out.errorMsg);
  if (name == "records") return readRecords(value, out);
  if (name == "structure_access_info") return readTexts(value, out.refused);
  if (name == "APIList") return readTexts(value, out.apiList);
  if (name == "wasUpdate") readFlag(value, out.wasUpdate);
  if (name == "AuftragsNr") return keyText(value, out.number);
  return SUCCESS;
}

error_code readObject(ondemand::parser& parser, std::string& body, const Table* table, Envelope& out) {
  ondemand::document document;
  ondemand::object object;
  if (const auto error =
          parser.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity())).get(document))
    return error;
  if (const auto error = document.get_object().get(object)) return error;
  for (auto member : object) {
    std::string_view view;
    ondemand::value value;
    if (const auto error = member.unescaped_key().get(view)) return error;
    const std::string name(view);  // the parser's own copy goes with the next text
    if (const auto error = member.value().get(value)) return error;
    if (const auto error = readMember(name, value, table, out)) return error;
  }
  return SUCCESS;
}

}  // namespace

Envelope readEnvelope(std::string& body, const Table* table) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  ondemand::parser parser;
  Envelope out;
  if (readObject(parser, body, table, out)) return {};
  out.json = true;
  return out;
}

}  // namespace postern::profacto
