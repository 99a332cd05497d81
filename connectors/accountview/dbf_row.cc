#include "connectors/accountview/dbf_row.h"

#include <algorithm>

#include "connectors/accountview/dbf_messages.h"

namespace postern::accountview {

namespace {

constexpr std::size_t kLongestKey = 200;
constexpr char kFormat = '\x01';  // of a packed row; a byte of JSON or text is never one
constexpr std::size_t kFieldHead = 6;
constexpr char kNull = '\x01';

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string upperName(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), upper);
  return out;
}

std::string_view bytesOf(DbfRecord record, const DbfField& field) { return record.substr(field.offset, field.length); }

const DbfField* columnNamed(const std::vector<DbfField>& columns, std::string_view name) {
  const auto found = std::ranges::find_if(
      columns, [wanted = upperName(name)](const DbfField& field) { return upperName(field.name) == wanted; });
  return found == columns.end() ? nullptr : &*found;
}

/// A short value for a key or a filter; nullopt when it cannot be understood.
std::optional<std::string> plainValue(const DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns,
                                      std::string_view name, Charset charset) {
  const DbfField* field = columnNamed(columns, name);
  if (field == nullptr || field->type == 'M') return std::nullopt;
  if (table.isNull(record, *field)) return "";
  return dbfValue(field->type, bytesOf(record, *field), charset);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20; }

void appendSize(std::string& out, std::size_t size) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((size >> shift) & 0xFFU);
}

}  // namespace

std::vector<std::string> neededColumns(const DbfKind& kind) {
  std::vector<std::string> out;
  std::vector<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (name.empty() || std::ranges::find(seen, upperName(name)) != seen.end()) return;
    seen.push_back(upperName(name));
    out.push_back(name);
  };
  for (const std::string& name : kind.key) add(name);
  add(kind.parent);
  add(kind.changed);
  for (const DbfColumn& column : kind.columns)
    for (const std::string& name : column.columns) add(name);
  for (const DbfFilter& filter : kind.only) add(filter.column);
  return out;
}

Result<std::vector<DbfField>> findColumns(const DbfTable& table, const DbfKind& kind) {
  std::vector<DbfField> out;
  for (const std::string& name : neededColumns(kind)) {
    const DbfField* field = table.field(name);
    if (field == nullptr) return fail(Fault::Retry, kDbfNoColumn, {table.name(), name});
    if (!isReadable(field->type))
      return fail(Fault::Retry, kDbfColumnType, {table.name(), name, std::string(1, field->type)});
    out.push_back(*field);
  }
  return out;
}

Result<std::string> packRow(DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns, Charset charset) {
  std::string out{kFormat, static_cast<char>(charset)};
  std::string memo;
  for (const DbfField& field : columns) {
    std::string_view bytes = bytesOf(record, field);
    const bool null = table.isNull(record, field);
    if (null) {
      bytes = {};  // what stood there before means nothing
    } else if (field.type == 'M') {
      auto text = table.memo(record, field);
      if (!text) return tl::unexpected(std::move(text.error()));
      memo = std::move(*text);
      bytes = memo;
    }
    out += field.type;
    out += null ? kNull : '\0';
    appendSize(out, bytes.size());
    out += bytes;
  }
  return out;
}

Result<DbfValues> unpackRow(const DbfKind& kind, const std::string& key, std::string_view raw) {
  const auto broken = [&] { return fail(Fault::Reject, kDbfBadRow, {kind.kind, key}); };
  if (raw.size() < 2 || raw[0] != kFormat || static_cast<unsigned char>(raw[1]) > static_cast<int>(Charset::Dos850))
    return broken();
  const auto charset = static_cast<Charset>(raw[1]);
  raw.remove_prefix(2);
  DbfValues out;
  for (const std::string& name : neededColumns(kind)) {
    if (raw.size() < kFieldHead) return broken();
    const char type = raw[0];
    const bool null = raw[1] == kNull;
    std::size_t size = 0;
    for (std::size_t i = kFieldHead; i > 2; --i) size = (size << 8U) | static_cast<unsigned char>(raw[i - 1]);
    if (raw.size() - kFieldHead < size) return broken();
    auto value = null ? std::optional<std::string>("") : dbfValue(type, raw.substr(kFieldHead, size), charset);
    if (!value) return fail(Fault::Reject, kDbfBadValue, {kind.kind, key, name});
    out[name] = std::move(*value);
    raw.remove_prefix(kFieldHead + size);
  }
  if (!raw.empty()) return broken();
  return out;
}

std::string dbfKey(const DbfKind& kind, const DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns,
                   Charset charset) {
  std::string out;
  for (std::size_t i = 0; i < kind.key.size(); ++i) {
    const auto value = plainValue(table, record, columns, kind.key[i], charset);
    if (!value) return {};
    const std::string_view part = trimmed(*value);
    if ((i == 0 && part.empty()) || std::ranges::any_of(part, isControl)) return {};
    if (i > 0) out += '/';
    out += part;
  }
  if (kind.keyForm != nullptr) out = kind.keyForm(out);
  return out.size() > kLongestKey ? std::string{} : out;
}

bool isWanted(const DbfKind& kind, const DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns,
              Charset charset) {
  return std::ranges::all_of(kind.only, [&](const DbfFilter& filter) {
    const auto value = plainValue(table, record, columns, filter.column, charset);
    return value && std::ranges::find(filter.values, *value) != filter.values.end();
  });
}

}  // namespace postern::accountview
