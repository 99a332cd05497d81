#include "connectors/files/mapping.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "agent/clock.h"
#include "connectors/files/messages.h"

namespace postern::files {

namespace {

constexpr std::size_t kLongestKey = 200;
constexpr std::string_view kJoin = " + ";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// "ST_STREET + ST_NR" to its names.
std::vector<std::string> namesOf(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kJoin), text.size());
    if (const std::string_view name = trimmed(text.substr(0, end)); !name.empty()) out.emplace_back(name);
    text.remove_prefix(std::min(end + kJoin.size(), text.size()));
  }
  return out;
}

std::vector<std::size_t> columnsFor(KindMap& kind, const Section& fields, const std::string& mapKey) {
  std::vector<std::size_t> out;
  for (std::string& name : namesOf(fields.text(mapKey))) {
    const auto found = std::ranges::find(kind.columns, name);
    out.push_back(static_cast<std::size_t>(found - kind.columns.begin()));
    if (found != kind.columns.end()) continue;
    kind.columns.push_back(std::move(name));
    kind.mapKeys.push_back(mapKey);
  }
  return out;
}

void addPart(KindMap& kind, const Section& fields, const std::string& mapKey, const std::string& name, Form form) {
  auto columns = columnsFor(kind, fields, mapKey);
  if (!columns.empty()) kind.parts.push_back({name, form, std::move(columns)});
}

KindMap makeKind(const KnownKind& known, const Section& fields) {
  const std::string prefix = std::string(known.name) + '.';
  KindMap out;
  out.known = &known;
  out.pattern = fields.text(prefix + "file");
  if (out.pattern.find_first_of("/\\") != std::string::npos)
    throw ConfigError(fields.placeOf(prefix + "file"), kBadPattern, {out.pattern});
  out.rowElement = fields.text(prefix + "rows");
  out.key = columnsFor(out, fields, prefix + "key");
  if (out.key.empty())
    throw ConfigError(fields.placeOf(prefix + "file"), kNoKeySet, {std::string(known.name), prefix + "key"});
  if (known.owned) {
    addPart(out, fields, prefix + "parent", kParent, Form::Text);
    if (out.parts.empty())
      throw ConfigError(fields.placeOf(prefix + "file"), kNoKeySet, {std::string(known.name), prefix + "parent"});
  }
  addPart(out, fields, prefix + "changed", kChanged, Form::Date);
  for (const KnownField& field : known.fields)
    addPart(out, fields, prefix + std::string(field.name), std::string(field.name), field.form);
  return out;
}

bool isKnown(std::span<const KnownKind> kinds, std::string_view mapKey) {
  const std::size_t dot = mapKey.find('.');
  const auto kind = std::ranges::find(kinds, mapKey.substr(0, dot), &KnownKind::name);
  if (kind == kinds.end()) return false;
  const std::string_view field = mapKey.substr(dot + 1);
  constexpr std::string_view kCommon[] = {"file", "rows", "key", "changed"};
  return std::ranges::find(kCommon, field) != std::end(kCommon) || (field == "parent" && kind->owned) ||
         std::ranges::find(kind->fields, field, &KnownField::name) != kind->fields.end();
}

std::string joined(const std::vector<std::size_t>& columns, const std::vector<std::string>& values, char mark) {
  std::string out;
  for (const std::size_t column : columns) {
    const std::string_view value = trimmed(values[column]);
    if (value.empty()) continue;
    if (!out.empty()) out += mark;
    out += value;
  }
  return out;
}

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

void toUpper(std::string& text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
}

}  // namespace

std::vector<KindMap> makeKinds(const Section& fields, std::string_view erp) {
  const auto known = kindsOf(erp);
  for (const auto& [key, value] : fields.values())
    if (!value.empty() && !isKnown(known, key))
      throw ConfigError(fields.placeOf(key), kOtherErp, {key, std::string(erp)});
  std::vector<KindMap> out;
  for (const KnownKind& kind : known)
    if (!fields.text(std::string(kind.name) + ".file").empty()) out.push_back(makeKind(kind, fields));
  if (out.empty()) throw ConfigError(fields.place(), kNothingMapped);
  return out;
}

std::string keyOf(const KindMap& kind, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < kind.key.size(); ++i) {
    const std::string_view part = trimmed(values[kind.key[i]]);
    if (i == 0 && part.empty()) return {};
    if (i > 0) out += '/';
    out += part;
  }
  if (out.size() > kLongestKey || std::ranges::any_of(out, isControl)) return {};
  if (kind.known->upperKey) toUpper(out);
  return out;
}

std::string packRow(const KindMap& kind, const std::vector<std::string>& values) {
  Fields fields;
  for (const Part& part : kind.parts) fields[part.name] = joined(part.columns, values, ' ');
  return toJson(fields);
}

Result<Record> mapRow(const KindMap& kind, const Row& row, const ValueForms& forms) {
  const std::string name(kind.known->name);
  Fields values;
  try {
    values = fieldsFromJson(row.raw);
  } catch (const std::invalid_argument&) {
    return fail(Fault::Reject, kBadRow, {name, row.key});
  }
  Record record;
  record.kind = name;
  record.key = row.key;
  for (const Part& part : kind.parts) {
    const auto found = values.find(part.name);
    if (found == values.end()) return fail(Fault::Reject, kBadRow, {name, row.key});
    auto value = plainValue(found->second, part.form, forms);
    if (!value) return fail(Fault::Reject, kBadValue, {name, row.key, part.name});
    if (part.name == kParent) {
      record.parent = std::move(*value);
      if (kind.known->upperKey) toUpper(record.parent);
    } else if (part.name == kChanged) {
      record.changed = parseIsoDate(*value);
    } else {
      record.fields[part.name] = std::move(*value);
    }
  }
  return record;
}

}  // namespace postern::files
