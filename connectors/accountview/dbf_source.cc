#include "connectors/accountview/dbf_source.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "agent/nearest.h"
#include "agent/system_message.h"
#include "connectors/accountview/dbf_messages.h"
#include "connectors/accountview/dbf_row.h"

namespace postern::accountview {

namespace {

namespace fs = std::filesystem;

/// A file written to this shortly before its scan may be written to again without a new time.
constexpr std::chrono::seconds kTimeGrain{3};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string nameOf(const fs::path& path) {
  const std::u8string name = path.filename().u8string();
  return {name.begin(), name.end()};
}

/// Names of the tables in a folder, without ending; empty when it cannot be listed.
std::vector<std::string> tablesIn(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = nameOf(it->path());
    constexpr std::string_view kEnding = ".dbf";
    if (name.size() <= kEnding.size() || !sameName(std::string_view(name).substr(name.size() - 4), kEnding)) continue;
    name.resize(name.size() - kEnding.size());
    out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  return out;
}

struct Files {
  fs::path table;
  fs::path memo;  // empty = none
};

Result<Files> findFiles(const fs::path& folder, const std::string& table) {
  Files out;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = nameOf(it->path());
    if (sameName(name, table + ".dbf")) out.table = it->path();
    if (sameName(name, table + ".fpt")) out.memo = it->path();
  }
  const std::u8string shown = folder.u8string();
  const std::string place(shown.begin(), shown.end());
  if (error) return fail(Fault::Retry, kDbfNoFolder, {place}, systemMessage(error));
  if (out.table.empty()) return fail(Fault::Retry, kDbfNoTable, {table, place});
  return out;
}

/// Size and time of writing; empty when they cannot be told.
std::string stamp(const fs::path& file) {
  if (file.empty()) return "-";
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return {};
  const auto time = fs::last_write_time(file, error);
  if (error) return {};
  return std::to_string(size) + ':' + std::to_string(time.time_since_epoch().count());
}

std::string stamp(const Files& files) {
  const std::string table = stamp(files.table);
  const std::string memo = stamp(files.memo);
  return table.empty() || memo.empty() ? std::string{} : table + '/' + memo;
}

bool isOld(const fs::path& file, Clock::Time now) {
  if (file.empty()) return true;
  std::error_code error;
  const auto time = fs::last_write_time(file, error);
  if (error) return false;
  return std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time)) + kTimeGrain <= now;
}

Result<DbfTable> openTable(const Files& files) {
  const auto open = [](const fs::path& file) { return std::make_unique<std::ifstream>(file, std::ios::binary); };
  const std::string name = nameOf(files.table);
  auto table = open(files.table);
  if (!*table) return fail(Fault::Retry, kDbfUnreadable, {name, "open"});
  std::unique_ptr<std::ifstream> memo;
  if (!files.memo.empty()) {
    memo = open(files.memo);
    if (!*memo) return fail(Fault::Retry, kDbfUnreadable, {nameOf(files.memo), "open"});
  }
  return DbfTable::open(name, std::move(table), std::move(memo));
}

/// Where a scan stands: the next record, the table's layout when it was begun, its stamp then.
struct Position {
  std::uint32_t next = 0;
  std::string layout;
  std::string stamp;

  static std::optional<Position> parse(const std::string& text) {
    const std::size_t first = text.find('|');
    const std::size_t second = text.find('|', first + 1);
    if (first == std::string::npos || second == std::string::npos) return std::nullopt;
    Position out;
    const auto [end, error] = std::from_chars(text.data(), text.data() + first, out.next);
    if (error != std::errc{} || end != text.data() + first) return std::nullopt;
    out.layout = text.substr(first + 1, second - first - 1);
    out.stamp = text.substr(second + 1);
    return out;
  }
  std::string text() const { return std::to_string(next) + '|' + layout + '|' + stamp; }
};

/// FNV-1a: tells one layout from another, nothing more.
std::string shortHash(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return std::to_string(hash);
}

Charset charsetOf(const std::string& setting, const DbfTable& table) {
  if (const auto set = charsetNamed(setting)) return *set;
  return table.charset().value_or(Charset::Windows1252);
}

/// Rows of one page while they are collected: their bytes move until all are there.
struct Collected {
  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>> rows;
  std::size_t keyless = 0;
  std::uint32_t firstKeyless = 0;
  std::vector<Error> warnings;

  void add(std::string key, const std::string& raw) {
    rows.emplace_back(std::move(key), std::pair{bytes->size(), raw.size()});
    *bytes += raw;
  }
  void into(Page& page, const std::string& table) && {
    for (auto& [key, place] : rows)
      page.rows.push_back({std::move(key), std::string_view(*bytes).substr(place.first, place.second)});
    page.storage = bytes;
    page.warnings = std::move(warnings);
    if (keyless > 0)
      page.warnings.push_back(
          fail(Fault::Reject, kDbfNoKey, {table, std::to_string(keyless), std::to_string(firstKeyless)}).value());
  }
};

Result<Collected> collect(DbfTable& table, const DbfKind& kind, const DbfPage& records, std::uint32_t first,
                          const std::vector<DbfField>& columns, Charset charset) {
  Collected out;
  for (std::size_t i = 0; i < records.count(); ++i) {
    const DbfRecord record = records.at(i);
    if (table.isDeleted(record) || !isWanted(kind, table, record, columns, charset)) continue;
    std::string key = dbfKey(kind, table, record, columns, charset);
    if (key.empty()) {
      if (out.keyless++ == 0) out.firstKeyless = first + static_cast<std::uint32_t>(i) + 1;
      continue;
    }
    auto raw = packRow(table, record, columns, charset);
    if (raw) {
      out.add(std::move(key), *raw);
    } else if (raw.error().fault == Fault::Reject) {
      out.warnings.push_back(std::move(raw.error()));
    } else {
      return tl::unexpected(std::move(raw.error()));
    }
  }
  return out;
}

std::string day(const std::string& value) { return value.substr(0, 10); }

/// The ERP's local "2025-05-09T10:00:00" as UTC; other text as it is.
std::string utc(const std::string& value, const std::string& zone) {
  if (value.size() != 19 || value[10] != 'T') return value;
  const auto date = parseIsoDate(day(value));
  int numbers[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const char* begin = value.data() + 11 + i * 3;
    if (std::from_chars(begin, begin + 2, numbers[i]).ptr != begin + 2) return value;
  }
  if (!date) return value;
  const auto time =
      std::chrono::hours{numbers[0]} + std::chrono::minutes{numbers[1]} + std::chrono::seconds{numbers[2]};
  return isoStamp(fromLocal(*date, time, zone));
}

}  // namespace

Result<Record> recordOf(const DbfKind& kind, const std::string& key, const DbfValues& values, const std::string& zone) {
  const auto value = [&](const std::string& column) -> const std::string& {
    static const std::string kNone;
    const auto found = values.find(column);
    if (found != values.end()) return found->second;
    // The same column in another spelling stands in `values` once.
    const auto other = std::ranges::find_if(values, [&](const auto& one) { return sameName(one.first, column); });
    return other == values.end() ? kNone : other->second;
  };
  Record record;
  record.kind = kind.kind;
  record.key = key;
  if (!kind.parent.empty()) record.parent = value(kind.parent);
  if (!kind.changed.empty()) record.changed = parseIsoDate(day(value(kind.changed)));
  for (const DbfColumn& column : kind.columns) {
    std::string joined;
    for (const std::string& name : column.columns) {
      const std::string& part = value(name);
      if (!part.empty() && !joined.empty()) joined += ' ';
      joined += part;
    }
    record.fields[column.field] = column.day ? day(joined) : utc(joined, zone);
  }
  return record;
}

DbfSource::DbfSource(DbfSourceOptions options) : options_(std::move(options)) {
  for (const DbfKind& kind : options_.kinds) kindNames_.push_back(kind.kind);
}

const DbfKind* DbfSource::find(std::string_view kind) const {
  const auto found = std::ranges::find(options_.kinds, kind, &DbfKind::kind);
  return found == options_.kinds.end() ? nullptr : &*found;
}

Result<Page> DbfSource::read(const ScanRequest& request, std::stop_token stop) {
  const DbfKind* kind = find(request.kind);
  if (kind == nullptr) return fail(Fault::Reject, kDbfUnknownKind, {request.kind});
  if (stop.stop_requested()) return fail(Fault::Stop, kDbfStopped, {kind->table});
  const auto files = findFiles(options_.folder, kind->table);
  if (!files) return tl::unexpected(files.error());
  const std::string now = stamp(*files);
  Page page;
  page.last = true;
  if (!request.full && request.position.empty() && !now.empty() && request.since == now) {
    page.since = now;
    return page;
  }
  auto table = openTable(*files);
  if (!table) return tl::unexpected(std::move(table.error()));
  const auto columns = findColumns(*table, *kind);
  if (!columns) return tl::unexpected(columns.error());

  const std::string layout = shortHash(table->layout());
  Position position = Position::parse(request.position).value_or(Position{});
  if (position.layout != layout) position = {0, layout, now};
  const auto records = table->read(position.next, options_.pageSize);
  if (!records) return tl::unexpected(records.error());
  auto rows = collect(*table, *kind, *records, position.next, *columns, charsetOf(options_.codepage, *table));
  if (!rows) return tl::unexpected(std::move(rows.error()));
  std::move(*rows).into(page, table->name());

  position.next += static_cast<std::uint32_t>(records->count());
  page.full = true;
  page.last = position.next >= table->records();
  page.next = position.text();
  // Read again when anything was written meanwhile, or could have been.
  const bool quiet = position.stamp == now && stamp(*files) == now;
  if (page.last && quiet && isOld(files->table, request.startedAt) && isOld(files->memo, request.startedAt))
    page.since = now;
  return page;
}

Result<Record> DbfSource::map(std::string_view kind, const Row& row) const {
  const DbfKind* known = find(kind);
  if (known == nullptr) return fail(Fault::Reject, kDbfUnknownKind, {std::string(kind)});
  const auto values = unpackRow(*known, row.key, row.raw);
  if (!values) return tl::unexpected(values.error());
  return options_.mapper ? options_.mapper(*known, row.key, *values)
                         : recordOf(*known, row.key, *values, options_.zone);
}

std::vector<Finding> DbfSource::check(std::stop_token stop) {
  std::vector<Finding> findings;
  for (const DbfKind& kind : options_.kinds) checkKind(kind, stop, findings);
  std::string others;
  for (const std::string& name : tablesIn(options_.folder)) {
    const bool used =
        std::ranges::any_of(options_.kinds, [&](const DbfKind& kind) { return sameName(name, kind.table); });
    if (!used) others += (others.empty() ? "" : ", ") + name;
  }
  if (!others.empty()) findings.push_back({Finding::Level::Good, "other tables: " + others, {}});
  return findings;
}

void DbfSource::checkKind(const DbfKind& kind, const std::stop_token& stop, std::vector<Finding>& findings) {
  using Level = Finding::Level;
  const std::string what = "table " + kind.table + " (" + kind.kind + ")";
  const auto files = findFiles(options_.folder, kind.table);
  if (!files) return findings.push_back({Level::Bad, what, files.error()});
  const auto table = openTable(*files);
  if (!table) return findings.push_back({Level::Bad, what, table.error()});
  std::vector<std::string> names;
  std::string all;
  for (const DbfField& field : table->fields()) {
    names.push_back(field.name);
    all += (all.empty() ? "" : ", ") + field.name + ' ' + field.type;
    if (field.type == 'C') all += std::to_string(field.length);
  }
  findings.push_back({Level::Good, what + ", " + std::to_string(table->records()) + " records: " + all, {}});
  std::size_t wrong = 0;
  for (const std::string& name : neededColumns(kind)) {
    const DbfField* field = table->field(name);
    if (field != nullptr && isReadable(field->type)) continue;
    ++wrong;
    const std::string near = field == nullptr ? nearest(name, names) : std::string{};
    Error error = field != nullptr
                      ? fail(Fault::Auth, kDbfColumnType, {table->name(), name, std::string(1, field->type)}).value()
                  : near.empty() ? fail(Fault::Auth, kDbfNoColumn, {table->name(), name}).value()
                                 : fail(Fault::Auth, kDbfColumnNear, {table->name(), name, near}).value();
    findings.push_back({Level::Bad, "column " + kind.table + '.' + name, std::move(error)});
  }
  if (wrong > 0) return;
  ScanRequest request;
  request.kind = kind.kind;
  request.full = true;
  auto page = read(request, stop);
  if (!page) return findings.push_back({Level::Bad, what, std::move(page.error())});
  for (Error& warning : page->warnings) findings.push_back({Level::Warning, what, std::move(warning)});
  for (const Row& row : page->rows) {
    if (auto record = map(kind.kind, row); !record)
      return findings.push_back({Level::Warning, what, std::move(record.error())});
  }
  findings.push_back({Level::Good, "columns of " + kind.table + ", first rows", {}});
}

}  // namespace postern::accountview
