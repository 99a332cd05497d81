#include "agent/snapshot.h"

#include <algorithm>
#include <limits>

namespace postern {
namespace {

std::string changedColumn(const Record& record) { return record.changed ? isoDate(*record.changed) : std::string(); }

Seen readSeen(Statement& row, std::string_view kind) {
  Seen seen;
  seen.record.kind = kind;
  seen.record.key = row.text(0);
  seen.record.parent = row.text(1);
  seen.record.fields = fieldsFromJson(row.text(2));
  seen.record.changed = parseIsoDate(row.text(3));
  seen.changedAt = timeOf(row.integer(4));
  seen.gone = row.integer(5) >= Snapshot::kGoneAfter;
  return seen;
}

}  // namespace

std::optional<Snapshot::Known> Snapshot::known(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id, hash FROM snapshot WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  if (!query.step()) return std::nullopt;
  Known known;
  known.id = query.integer(0);
  const auto hash = query.text(1);
  std::copy_n(hash.begin(), std::min(hash.size(), known.hash.size()), known.hash.begin());
  query.reset();
  return known;
}

std::int64_t Snapshot::insert(const Record& record, const Hash& hash, Clock::Time now) {
  auto& insert = db_.statement(
      "INSERT INTO snapshot(system,kind,key,parent,hash,body,changed,changed_at,first_at,missing) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?8,0)");
  const auto body = toJson(record.fields);
  const auto changed = changedColumn(record);
  insert.bind(1, system_);
  insert.bind(2, record.kind);
  insert.bind(3, record.key);
  insert.bind(4, record.parent);
  insert.bindBlob(5, hash.data(), hash.size());
  insert.bind(6, body);
  insert.bind(7, changed);
  insert.bind(8, toColumn(now));
  insert.run();
  return db_.lastId();
}

void Snapshot::update(std::int64_t id, const Record& record, const Hash& hash, Clock::Time now) {
  auto& update =
      db_.statement("UPDATE snapshot SET parent=?, hash=?, body=?, changed=?, changed_at=?, missing=0 WHERE id=?");
  const auto body = toJson(record.fields);
  const auto changed = changedColumn(record);
  update.bind(1, record.parent);
  update.bindBlob(2, hash.data(), hash.size());
  update.bind(3, body);
  update.bind(4, changed);
  update.bind(5, toColumn(now));
  update.bind(6, id);
  update.run();
}

void Snapshot::updateHash(std::int64_t id, const Hash& hash) {
  auto& update = db_.statement("UPDATE snapshot SET hash=?, missing=0 WHERE id=?");
  update.bindBlob(1, hash.data(), hash.size());
  update.bind(2, id);
  update.run();
}

std::optional<Record> Snapshot::patch(std::string_view kind, std::string_view key, const Fields& fields,
                                      Clock::Time now) {
  const auto row = known(kind, key);
  auto seen = get(kind, key);
  if (!row || !seen) return std::nullopt;
  auto& record = seen->record;
  bool differs = false;
  for (const auto& [name, value] : fields) {
    const auto it = record.fields.find(name);
    if (it == record.fields.end() || it->second == value) continue;
    it->second = value;
    differs = true;
  }
  if (differs) {
    update(row->id, record, Hash{}, now);
  } else {
    updateHash(row->id, Hash{});
  }
  return std::move(record);
}

std::optional<Seen> Snapshot::get(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement(
      "SELECT key, parent, body, changed, changed_at, missing FROM snapshot WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  if (!query.step()) return std::nullopt;
  auto seen = readSeen(query, kind);
  query.reset();
  return seen;
}

std::optional<Snapshot::Sighting> Snapshot::sighting(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT first_at, changed_at, missing FROM snapshot WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  if (!query.step()) return std::nullopt;
  Sighting sighting;
  if (query.integer(0) != 0) sighting.first = timeOf(query.integer(0));
  sighting.changed = timeOf(query.integer(1));
  sighting.missing = static_cast<int>(query.integer(2));
  query.reset();
  return sighting;
}

std::vector<Seen> Snapshot::childrenOf(std::string_view kind, std::string_view parent) const {
  std::vector<Seen> children;
  if (parent.empty()) return children;
  auto& query = db_.statement(
      "SELECT key, parent, body, changed, changed_at, missing FROM snapshot WHERE system=? AND kind=? AND parent=? AND "
      "parent<>'' ORDER BY key");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, parent);
  while (query.step()) children.push_back(readSeen(query, kind));
  return children;
}

std::vector<Seen> Snapshot::list(std::string_view kind, std::string_view after, std::size_t limit) const {
  std::vector<Seen> records;
  auto& query = db_.statement(
      "SELECT key, parent, body, changed, changed_at, missing FROM snapshot WHERE system=? AND kind=? AND key>? ORDER "
      "BY key "
      "LIMIT ?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, after);
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.step()) records.push_back(readSeen(query, kind));
  return records;
}

std::int64_t Snapshot::count(std::string_view kind) const {
  auto& query = db_.statement("SELECT count(*) FROM snapshot WHERE system=? AND kind=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.step();
  const auto count = query.integer(0);
  query.reset();
  return count;
}

bool Snapshot::anyMissing(std::string_view kind) const {
  auto& query = db_.statement("SELECT 1 FROM snapshot WHERE system=? AND kind=? AND missing>0 LIMIT 1");
  query.bind(1, system_);
  query.bind(2, kind);
  const bool any = query.step();
  query.reset();
  return any;
}

Snapshot::Compared Snapshot::countMissing(std::string_view kind, const std::vector<bool>& seen) {
  constexpr std::size_t kMost = 1000;
  Compared compared;
  std::vector<std::int64_t> back, gone;
  std::int64_t newestThere = 0, oldestLost = std::numeric_limits<std::int64_t>::max();
  auto& query = db_.statement("SELECT id, missing, key, first_at, parent FROM snapshot WHERE system=? AND kind=?");
  query.bind(1, system_);
  query.bind(2, kind);
  while (query.step()) {
    const auto id = query.integer(0);
    const auto missing = query.integer(1);
    const auto index = static_cast<std::size_t>(id);
    if (index < seen.size() && seen[index]) {
      newestThere = std::max(newestThere, query.integer(3));
      if (missing != 0) back.push_back(id);
      if (missing >= kGoneAfter && compared.returned.size() < kMost) compared.returned.emplace_back(query.text(2));
      continue;
    }
    if (missing == 0 && query.text(4).empty()) {
      ++compared.lost;
      oldestLost = std::min(oldestLost, query.integer(3));
    }
    if (missing < kGoneAfter) gone.push_back(id);  // beyond that it is known and told
    if (missing + 1 == kGoneAfter && compared.vanished.size() < kMost) compared.vanished.emplace_back(query.text(2));
  }
  compared.newestLost = compared.lost > 0 && oldestLost > newestThere;
  for (const auto id : back) {
    auto& update = db_.statement("UPDATE snapshot SET missing=0 WHERE id=?");
    update.bind(1, id);
    update.run();
  }
  for (const auto id : gone) {
    auto& update = db_.statement("UPDATE snapshot SET missing=missing+1 WHERE id=?");
    update.bind(1, id);
    update.run();
  }
  return compared;
}

Cursor readCursor(Database& db, std::string_view system, std::string_view kind) {
  auto& query = db.statement(
      "SELECT since, position, started_at, full, finished_at, full_at FROM cursor WHERE system=? AND kind=?");
  query.bind(1, system);
  query.bind(2, kind);
  Cursor cursor;
  if (query.step()) {
    cursor.since = query.text(0);
    cursor.position = query.text(1);
    cursor.startedAt = timeOf(query.integer(2));
    cursor.full = query.integer(3) != 0;
    cursor.finishedAt = timeOf(query.integer(4));
    cursor.fullAt = timeOf(query.integer(5));
  }
  query.reset();
  return cursor;
}

void writeCursor(Database& db, std::string_view system, std::string_view kind, const Cursor& cursor) {
  auto& write = db.statement(
      "INSERT OR REPLACE INTO cursor(system,kind,since,position,started_at,full,finished_at,full_at) "
      "VALUES(?,?,?,?,?,?,?,?)");
  write.bind(1, system);
  write.bind(2, kind);
  write.bind(3, cursor.since);
  write.bind(4, cursor.position);
  write.bind(5, toColumn(cursor.startedAt));
  write.bind(6, cursor.full ? 1 : 0);
  write.bind(7, toColumn(cursor.finishedAt));
  write.bind(8, toColumn(cursor.fullAt));
  write.run();
}

}  // namespace postern
