#include "connectors/profacto/mapping.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <mutex>
#include <stdexcept>

#include "agent/hash.h"

namespace postern::profacto {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kLongestKey = 200;
constexpr double kLargestNumber = 1e15;

constexpr Message kNoName{
    "PST-3001",
    {"The field map of the profacto system has no name for \"{0}\", which cannot be left out.",
     "In der Feldzuordnung des profacto-Systems fehlt der Name für „{0}“, auf den nicht verzichtet werden kann.",
     "In de veldtoewijzing van het profacto-systeem ontbreekt de naam voor \"{0}\", die niet gemist kan worden."},
    {"Remove the empty line, so that the default applies, or write the field's name in profacto.",
     "Entfernen Sie die leere Zeile, damit die Vorgabe gilt, oder tragen Sie den Namen des Feldes in profacto ein.",
     "Verwijder de lege regel, zodat de standaardwaarde geldt, of vul de naam van het veld in profacto in."}};

constexpr Message kUnreadableRow{
    "PST-3002",
    {"Row {1} of the profacto table {0} cannot be understood: field {2} holds an unexpected kind of value.",
     "Die Zeile {1} der profacto-Tabelle {0} ist nicht verständlich: Das Feld {2} enthält einen unerwarteten Wert.",
     "Rij {1} van de profacto-tabel {0} is onbegrijpelijk: veld {2} bevat een onverwachte soort waarde."},
    {"Correct the value in profacto, or the field's name in the field map.",
     "Berichtigen Sie den Wert in profacto oder den Feldnamen in der Feldzuordnung.",
     "Corrigeer de waarde in profacto of de veldnaam in de veldtoewijzing."}};

constexpr Message kBrokenRow{
    "PST-3003",
    {"Row {1} of the profacto table {0} is not readable.", "Die Zeile {1} der profacto-Tabelle {0} ist nicht lesbar.",
     "Rij {1} van de profacto-tabel {0} is niet leesbaar."},
    {"Look at the record in profacto; a text with damaged characters is the usual cause.",
     "Prüfen Sie den Datensatz in profacto; meist ist ein Text mit beschädigten Zeichen die Ursache.",
     "Controleer het record in profacto; meestal is een tekst met beschadigde tekens de oorzaak."}};

constexpr std::array<std::string_view, 5> kKinds = {"article", "customer", "contact", "project", "position"};

struct ColumnSpec {
  const char* field;
  Form form = Form::Text;
};

struct TableSpec {
  std::string_view kind;
  const char* tableKey;
  Access access;
  std::span<const ColumnSpec> columns;
};

constexpr ColumnSpec kArticleColumns[] = {
    {"group"}, {"text"}, {"description"}, {"length", Form::Number}, {"width", Form::Number}, {"height", Form::Number},
    {"unit"}};
constexpr ColumnSpec kCustomerColumns[] = {{"name1"}, {"name2"},   {"street"}, {"zip"},
                                           {"city"},  {"country"}, {"phone"},  {"mail"}};
constexpr ColumnSpec kContactColumns[] = {{"salutation"},
                                          {"first_name"},
                                          {"last_name"},
                                          {"name1"},
                                          {"name2"},
                                          {"street"},
                                          {"zip"},
                                          {"city"},
                                          {"country"},
                                          {"phone"},
                                          {"mobile"},
                                          {"mail"},
                                          {"main", Form::Flag},
                                          {"inactive", Form::Flag}};
constexpr ColumnSpec kProjectColumns[] = {{"title"},
                                          {"commission"},
                                          {"status", Form::Number},
                                          {"process_status", Form::Number},
                                          {"customer"},
                                          {"delivery_date", Form::Date},
                                          {"delivery_week"},
                                          {"delivery_info"},
                                          {"entered", Form::Date}};
constexpr ColumnSpec kPositionColumns[] = {{"number"}, {"text"},    {"quantity", Form::Number},
                                           {"unit"},   {"article"}, {"process_status", Form::Number}};

constexpr TableSpec kTables[] = {
    {kKinds[0], "table.articles", Access::Articles, kArticleColumns},
    {kKinds[1], "table.customers", Access::Customers, kCustomerColumns},
    {kKinds[2], "table.contacts", Access::Customers, kContactColumns},
    {kKinds[3], "table.projects", Access::Projects, kProjectColumns},
    {kKinds[4], "table.positions", Access::Projects, kPositionColumns},
};

const std::string& needed(const Section& fields, const std::string& key) {
  const std::string& name = fields.text(key);
  if (name.empty()) throw ConfigError(fields.placeOf(key), kNoName, {key});
  return name;
}

std::vector<std::string> keyFields(std::string_view kind, const Section& fields,
                                   const std::vector<std::string>& contactKey) {
  if (kind == "contact") {
    std::vector<std::string> names{needed(fields, "contact.owner")};
    names.insert(names.end(), contactKey.begin(), contactKey.end());
    return names;
  }
  if (kind == "position") return {needed(fields, "position.project"), needed(fields, "position.number")};
  return {needed(fields, std::string(kind) + ".number")};
}

void addOnce(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20; }
bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (isBlank(text.front()) || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (isBlank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string hex16(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    out += kDigits[hash[i] >> 4U];
    out += kDigits[hash[i] & 0xFU];
  }
  return out;
}

template <class Number>
bool parseWhole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<std::string> plainFlag(std::string_view text) {
  if (text.empty()) return "";
  for (const std::string_view yes : {"true", "1", "ja", "yes"})
    if (sameName(text, yes)) return "true";
  for (const std::string_view no : {"false", "0", "nein", "no"})
    if (sameName(text, no)) return "false";
  return std::nullopt;
}

std::optional<std::string> plainValue(std::string_view text, Form form, const std::string& zone) {
  switch (form) {
    case Form::Text:
      return plainText(text);
    case Form::Number:
      return trimmed(text).empty() ? std::optional<std::string>("") : plainNumber(trimmed(text));
    case Form::Flag:
      return plainFlag(trimmed(text));
    case Form::Date:
      return plainDate(trimmed(text), zone);
  }
  return std::nullopt;
}

/// Strings unescaped, numbers and booleans as their bytes, null as ""; nullopt for lists, objects and broken values.
std::optional<std::string_view> scalar(ondemand::value value) {
  ondemand::json_type type{};
  if (value.type().get(type)) return std::nullopt;
  if (type == ondemand::json_type::string) {
    std::string_view text;
    return value.get_string().get(text) ? std::nullopt : std::optional(text);
  }
  if (type == ondemand::json_type::null) return value.is_null() ? std::optional<std::string_view>("") : std::nullopt;
  if (type == ondemand::json_type::array || type == ondemand::json_type::object) return std::nullopt;
  return trimmed(value.raw_json_token());
}

}  // namespace

std::vector<std::string> Table::asked() const {
  std::vector<std::string> names = sortedBy();
  for (const Column& column : columns) addOnce(names, column.name);
  addOnce(names, changed);
  return names;
}

std::vector<std::string> Table::sortedBy() const {
  std::vector<std::string> names;
  for (const std::string& field : key) addOnce(names, field);
  return names;
}

const Table* Layout::find(std::string_view kind) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.kind == kind; });
  return found == tables.end() ? nullptr : &*found;
}

const Table& Layout::at(std::string_view kind) const {
  const Table* table = find(kind);
  if (table == nullptr) throw std::out_of_range("no such kind");
  return *table;
}

std::span<const std::string_view> readKinds() { return kKinds; }

Layout makeLayout(const Section& fields, const std::vector<std::string>& contactKey) {
  if (contactKey.empty()) throw ConfigError({}, kNoName, {"contact_key"});
  Layout layout;
  layout.statusField = needed(fields, "project.status");
  layout.typeField = needed(fields, "contact.type");
  for (const TableSpec& spec : kTables) {
    Table table;
    table.kind = spec.kind;
    table.access = spec.access;
    table.name = needed(fields, spec.tableKey);
    table.key = keyFields(spec.kind, fields, contactKey);
    table.hashedKey = spec.kind == "contact";
    table.owned = spec.kind == "contact" || spec.kind == "position";
    const std::string prefix = std::string(spec.kind) + '.';
    for (const ColumnSpec& column : spec.columns) {
      const std::string mapKey = prefix + column.field;
      if (!fields.text(mapKey).empty())
        table.columns.push_back({fields.text(mapKey), column.field, column.form, mapKey});
    }
    table.changed = fields.text(prefix + "changed");
    layout.tables.push_back(std::move(table));
  }
  return layout;
}

std::string recordKey(const Table& table, std::span<const std::string> values) {
  const auto usable = [](std::string_view v) { return !v.empty() && std::none_of(v.begin(), v.end(), isControl); };
  if (values.empty() || !usable(trimmed(values.front()))) return {};
  std::string key(trimmed(values.front()));
  if (table.hashedKey) {
    std::string joined;
    for (std::size_t i = 1; i < values.size(); ++i) {
      if (i > 1) joined += '\x1F';
      joined += trimmed(values[i]);
    }
    // Not thread_local: a mingw build frees such memory before it calls the destructor.
    static std::mutex mutex;  // hasher
    static Hasher hasher;
    const std::lock_guard lock(mutex);
    key += '/' + hex16(hasher(joined));
  } else {
    for (const std::string& value : values.subspan(1)) {
      if (!usable(trimmed(value))) return {};
      key += '/';
      key += trimmed(value);
    }
  }
  return key.size() > kLongestKey ? std::string{} : key;
}

std::optional<std::string> plainNumber(std::string_view text) {
  std::int64_t whole = 0;
  if (parseWhole(text, whole) && std::abs(whole) <= static_cast<std::int64_t>(kLargestNumber))
    return std::to_string(whole);
  std::string pointed(text);
  if (std::count(pointed.begin(), pointed.end(), ',') == 1 && pointed.find('.') == std::string::npos)
    std::replace(pointed.begin(), pointed.end(), ',', '.');
  double number = 0;
  if (!parseWhole(pointed, number) || !std::isfinite(number) || std::abs(number) > kLargestNumber) return std::nullopt;
  if (number == 0) return "0";
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  return std::string(buffer.data(), end);
}

std::optional<std::string> plainDate(std::string_view text, const std::string& zone) {
  if (text.empty() || text.starts_with("0000-00-00")) return "";
  const auto day = parseIsoDate(text.substr(0, 10));
  if (!day) return std::nullopt;
  if (text.size() == 10) return isoDate(*day);
  if (text[10] != 'T' && text[10] != ' ') return std::nullopt;
  std::string_view time = text.substr(11);
  const bool utc = time.ends_with('Z');
  if (utc) time.remove_suffix(1);
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (time.size() < 8 || time[2] != ':' || time[5] != ':' || !parseWhole(time.substr(0, 2), hour) ||
      !parseWhole(time.substr(3, 2), minute) || !parseWhole(time.substr(6, 2), second) || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  if (time.size() > 8 && (time[8] != '.' || time.find_first_not_of("0123456789", 9) != std::string_view::npos))
    return std::nullopt;
  if (!utc || (hour == 0 && minute == 0 && second == 0)) return isoDate(*day);
  const Clock::Time instant =
      *day + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
  return isoDate(localDay(instant, zone));
}

std::string plainText(std::string_view text) {
  text = trimmed(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 < text.size() && (text[i + 1] == '\n' || text[i + 1] == '\r')) ++i;
      out += '\n';
    } else if (!isControl(text[i]) || text[i] == '\n' || text[i] == '\t') {
      out += text[i];
    }
  }
  return out;
}

bool sameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return x == y || lower(x) == lower(y); });
}

Result<Record> mapRow(const Table& table, const Row& row, const std::string& zone) {
  const auto broken = [&] { return fail(Fault::Reject, kBrokenRow, {table.name, row.key}); };
  const auto unreadable = [&](const std::string& name) {
    return fail(Fault::Reject, kUnreadableRow, {table.name, row.key, name});
  };
  Record record;
  record.kind = std::string(table.kind);
  record.key = row.key;
  std::vector<bool> exact(table.columns.size(), false);

  const simdjson::padded_string json(row.raw);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(json).get(document) || document.get_object().get(object)) return broken();
  bool ownerSeen = false;
  for (auto member : object) {
    std::string_view name;
    ondemand::value value;
    if (member.unescaped_key().get(name) || member.value().get(value)) return broken();
    std::optional<std::string_view> text;
    bool read = false;
    const auto content = [&]() -> const std::optional<std::string_view>& {
      if (!read) text = scalar(value);
      read = true;
      return text;
    };
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (!sameName(name, column.name) || (exact[i] && name != column.name)) continue;
      exact[i] = name == column.name;
      const auto plain = content() ? plainValue(*content(), column.form, zone) : std::nullopt;
      if (!plain) return unreadable(column.name);
      record.fields[column.field] = *plain;
    }
    if (table.owned && sameName(name, table.key.front()) && (!ownerSeen || name == table.key.front())) {
      if (!content()) return unreadable(table.key.front());
      record.parent = std::string(trimmed(*content()));
      ownerSeen = true;
    }
    if (!table.changed.empty() && sameName(name, table.changed) && content()) {
      // A stamp that cannot be read must not hold the record back: it only says how new the row is.
      const auto day = plainDate(trimmed(*content()), zone);
      record.changed = day && !day->empty() ? parseIsoDate(*day) : std::nullopt;
    }
  }
  if (table.owned && record.parent.empty()) return unreadable(table.key.front());
  return record;
}

}  // namespace postern::profacto
