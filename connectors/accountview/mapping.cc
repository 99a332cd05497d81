#include "connectors/accountview/mapping.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

constexpr std::size_t kLongestKey = 200;

constexpr std::array<std::string_view, 7> kRead{"project_type", "employee", "article",    "customer",
                                                "contact",      "project",  "sales_order"};
constexpr std::array<std::string_view, 5> kWritten{"customer", "project", "sales_order", "order_line", "time_entry"};

bool isRead(std::string_view kind) { return std::ranges::find(kRead, kind) != kRead.end(); }

struct ColumnSpec {
  const char* field;
  Form form = Form::Text;
};

struct TableSpec {
  std::string_view kind;
  const char* key;     // our name of the key field in the field map
  const char* parent;  // …of the parent's; nullptr when none
  std::span<const ColumnSpec> columns;
};

constexpr ColumnSpec kNameOnly[] = {{"name"}};
constexpr ColumnSpec kArticle[] = {{"text"}};
constexpr ColumnSpec kCustomer[] = {{"name"},          {"phone"},
                                    {"mail"},          {"street"},
                                    {"zip"},           {"city"},
                                    {"postal_street"}, {"postal_zip"},
                                    {"postal_city"},   {"blocked", Form::Flag},
                                    {"split_street"},  {"split_number"},
                                    {"split_extra"},   {"search_code", Form::Key}};
constexpr ColumnSpec kContact[] = {{"salutation"}, {"first_name"}, {"last_name"}, {"mail"}, {"phone"}, {"mobile"}};
constexpr ColumnSpec kProject[] = {{"title"},
                                   {"customer", Form::Key},
                                   {"note"},
                                   {"begin", Form::Day},
                                   {"end", Form::Day},
                                   {"type", Form::Key},
                                   {"responsible", Form::Key},
                                   {"status", Form::Key}};
constexpr ColumnSpec kOrder[] = {{"customer", Form::Key},
                                 {"invoice_customer", Form::Key},
                                 {"project", Form::Key},
                                 {"text"},
                                 {"text_rest"},
                                 {"work_type"},
                                 {"delivery_date", Form::Day},
                                 {"order_date", Form::Day},
                                 {"status", Form::Key}};
constexpr ColumnSpec kLine[] = {{"article", Form::Key}, {"quantity", Form::Number}, {"delivery_date", Form::Day}};
constexpr ColumnSpec kHours[] = {
    {"employee", Form::Key}, {"hour_code", Form::Key}, {"project", Form::Key}, {"date", Form::Day}, {"text"},
    {"hours", Form::Number}};

constexpr TableSpec kTables[] = {
    {"project_type", "code", nullptr, kNameOnly}, {"employee", "number", nullptr, kNameOnly},
    {"article", "code", nullptr, kArticle},       {"customer", "number", nullptr, kCustomer},
    {"contact", "code", "customer", kContact},    {"project", "code", nullptr, kProject},
    {"sales_order", "number", nullptr, kOrder},   {"order_line", "order", nullptr, kLine},
    {"time_entry", "number", nullptr, kHours},
};

/// Names of the field map that `values` may lack are those of kinds the table does not offer.
std::string nameOf(const Section& fields, const std::string& key) {
  const auto found = fields.values().find(key);
  return found == fields.values().end() ? std::string{} : upperText(plainText(found->second));
}

std::string needed(const Section& fields, const std::string& key) {
  std::string name = nameOf(fields, key);
  if (name.empty()) throw ConfigError(fields.placeOf(key), kNoName, {key});
  return name;
}

/// Fields that are only written; a copy on disk need not have them.
constexpr std::array<std::string_view, 3> kNotRead{"search_code", "invoice_customer", "text_rest"};

Table makeTable(const TableSpec& spec, const Section& fields, Access access) {
  const std::string prefix = std::string(spec.kind) + '.';
  Table table;
  table.kind = spec.kind;
  // Lines are written through their order's object.
  const bool line = spec.kind == "order_line";
  if (access == Access::Disk) {
    const std::string real = nameOf(fields, prefix + "dbf_table");
    table.name = !isRead(spec.kind) ? std::string{} : real.empty() ? nameOf(fields, prefix + "table") : real;
    if (!table.on()) return table;
  } else {
    table.object = nameOf(fields, line ? "sales_order.object" : prefix + "object");
    if (table.object.empty()) return table;
    table.name = needed(fields, prefix + "table");
  }
  table.key = needed(fields, line ? "sales_order.number" : prefix + spec.key);
  if (spec.parent != nullptr) table.parent = needed(fields, prefix + spec.parent);
  table.changed = nameOf(fields, prefix + "changed");
  table.external = nameOf(fields, prefix + "external");
  table.line = nameOf(fields, prefix + "line");
  for (const ColumnSpec& column : spec.columns) {
    std::string name = nameOf(fields, prefix + column.field);
    const bool skipped = access == Access::Disk && std::ranges::find(kNotRead, column.field) != kNotRead.end();
    if (!name.empty() && !skipped)
      table.columns.push_back({column.field, std::move(name), column.form, prefix + column.field});
  }
  return table;
}

const std::string* valueOf(const Fields& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

/// The split address where it is filled (sheet, section 11), else the whole one.
void composeStreet(Fields& fields) {
  std::string street;
  for (const char* part : {"split_street", "split_number", "split_extra"}) {
    const auto found = fields.find(part);
    if (found == fields.end()) continue;
    if (!found->second.empty()) street += (street.empty() ? "" : " ") + found->second;
    if (std::string_view(part) == "split_street" && found->second.empty()) break;
  }
  for (const char* part : {"split_street", "split_number", "split_extra"}) fields.erase(std::string(part));
  if (!street.empty()) fields["street"] = street;
}

void addOnce(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

const Column* Table::column(std::string_view field) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& one) { return one.field == field; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> Table::asked() const {
  std::vector<std::string> names;
  addOnce(names, key);
  addOnce(names, parent);
  for (const Column& column : columns) addOnce(names, column.name);
  addOnce(names, changed);
  return names;
}

const Table* Layout::find(std::string_view kind) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& table) { return table.kind == kind; });
  return found == tables.end() ? nullptr : &*found;
}

const Table& Layout::at(std::string_view kind) const {
  const Table* table = find(kind);
  if (table == nullptr) throw std::out_of_range("no table for " + std::string(kind));
  return *table;
}

std::span<const std::string_view> readKinds() { return kRead; }
std::span<const std::string_view> writtenKinds() { return kWritten; }

Layout makeLayout(const Section& fields, Access access) {
  Layout layout;
  for (const TableSpec& spec : kTables) layout.tables.push_back(makeTable(spec, fields, access));
  return layout;
}

std::optional<std::string> plainValue(Form form, std::string_view text, const std::string& zone) {
  if (form == Form::Text) return plainText(text);
  if (form == Form::Key) return plainKey(text);
  if (form == Form::Day) return plainDay(text, zone);
  const std::string plain = plainText(text);
  if (form == Form::Number) return plain.empty() ? std::string{} : plainNumber(plain);
  const std::string word = plainKey(plain);
  if (word == "TRUE" || word == "T" || word == "Y" || word == "1" || word == ".T.") return "true";
  if (word.empty() || word == "FALSE" || word == "F" || word == "N" || word == "0" || word == ".F.") return "false";
  return std::nullopt;
}

Fields normalized(const Table& table, const Fields& values, const std::string& zone) {
  Fields out;
  const auto take = [&](const std::string& name, auto read) {
    if (const std::string* value = valueOf(values, name)) out[name] = read(*value).value_or(*value);
  };
  const auto asKey = [](const std::string& value) { return std::optional(plainKey(value)); };
  for (const Column& column : table.columns)
    take(column.name, [&](const std::string& value) { return plainValue(column.form, value, zone); });
  if (!table.key.empty()) take(table.key, asKey);
  if (!table.parent.empty()) take(table.parent, asKey);
  if (!table.changed.empty()) take(table.changed, [](const std::string& value) { return localStamp(value); });
  return out;
}

std::string keyOf(const Table& table, const Fields& values) {
  const std::string* value = valueOf(values, table.key);
  if (value == nullptr) return {};
  std::string key = plainKey(*value);
  const bool plain = std::none_of(key.begin(), key.end(), [](char c) { return c >= 0 && c < ' '; });
  return plain && key.size() <= kLongestKey ? key : std::string{};
}

Fields columnValues(const Table& table, const Fields& values, const std::string& zone) {
  Fields out;
  for (const Column& column : table.columns) {
    const std::string* value = valueOf(values, column.name);
    if (value == nullptr) continue;
    if (auto plain = plainValue(column.form, *value, zone)) out[column.field] = std::move(*plain);
  }
  return out;
}

Result<Record> recordOf(const Table& table, const std::string& key, const Fields& values, const Site& site) {
  Record record;
  record.kind = std::string(table.kind);
  record.key = key;
  if (keyOf(table, values) != key || key.empty())
    return fail(Fault::Reject, kUnreadableRow, {table.name, key, table.key});
  for (const Column& column : table.columns) {
    const std::string* value = valueOf(values, column.name);
    if (value == nullptr) continue;
    auto plain = plainValue(column.form, *value, site.zone);
    if (!plain) return fail(Fault::Reject, kUnreadableRow, {table.name, key, column.name});
    record.fields[column.field] = std::move(*plain);
  }
  if (!table.parent.empty()) {
    if (const std::string* parent = valueOf(values, table.parent)) record.parent = plainKey(*parent);
  }
  if (!table.changed.empty()) {
    const std::string* value = valueOf(values, table.changed);
    const auto stamp = value == nullptr ? std::optional<std::string>("") : localStamp(*value);
    if (!stamp) return fail(Fault::Reject, kUnreadableRow, {table.name, key, table.changed});
    if (!stamp->empty()) record.changed = parseIsoDate(stamp->substr(0, 10));
  }
  if (table.kind == "customer") {
    composeStreet(record.fields);
    record.fields.erase("search_code");
  }
  if (table.kind == "sales_order") {
    record.fields.erase("invoice_customer");
    record.fields.erase("text_rest");
  }
  if (table.kind == "project") {
    const auto status = record.fields.find("status");
    const bool open = site.openStatus.empty() ||
                      (status != record.fields.end() && std::find(site.openStatus.begin(), site.openStatus.end(),
                                                                  status->second) != site.openStatus.end());
    record.fields["open"] = open ? "true" : "false";
  }
  return record;
}

tl::unexpected<Error> unknownKind(std::string_view kind) {
  return fail(Fault::Reject, kUnknownKind, {std::string(kind)});
}

}  // namespace postern::accountview
