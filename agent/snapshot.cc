#include "agent/snapshot.h"

#include <algorithm>

namespace postern {
namespace {

std::string changedColumn(const Record& record) { return record.changed ? isoDate(*record.changed) : std::string(); }

Seen readSeen(SQLite::Statement& row, std::string_view kind) {
  Seen seen;
  seen.record.kind = kind;
  seen.record.key = textOf(row, 0);
  seen.record.parent = textOf(row, 1);
  seen.record.fields = fieldsFromJson(textOf(row, 2));
  seen.record.changed = parseIsoDate(textOf(row, 3));
  seen.changedAt = timeOf(row.getColumn(4).getInt64());
  return seen;
}

}  // namespace

std::optional<Snapshot::Known> Snapshot::known(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id, hash FROM snapshot WHERE system=? AND kind=? AND key=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  bindText(query, 3, key);
  if (!query.executeStep()) return std::nullopt;
  Known known;
  known.id = sqlite3_column_int64(query.getPreparedStatement(), 0);
  const auto hash = textOf(query, 1);
  std::copy_n(hash.begin(), std::min(hash.size(), known.hash.size()), known.hash.begin());
  return known;
}

std::int64_t Snapshot::insert(const Record& record, const Hash& hash, Clock::Time now) {
  auto& insert = db_.statement(
      "INSERT INTO snapshot(system,kind,key,parent,hash,body,changed,changed_at,missing) VALUES(?,?,?,?,?,?,?,?,0)");
  const auto body = toJson(record.fields);
  const auto changed = changedColumn(record);
  bindText(insert, 1, system_);
  bindText(insert, 2, record.kind);
  bindText(insert, 3, record.key);
  bindText(insert, 4, record.parent);
  insert.bindNoCopy(5, hash.data(), static_cast<int>(hash.size()));
  bindText(insert, 6, body);
  bindText(insert, 7, changed);
  insert.bind(8, toColumn(now));
  insert.exec();
  return sqlite3_last_insert_rowid(db_.handle());
}

void Snapshot::update(std::int64_t id, const Record& record, const Hash& hash, Clock::Time now) {
  auto& update =
      db_.statement("UPDATE snapshot SET parent=?, hash=?, body=?, changed=?, changed_at=?, missing=0 WHERE id=?");
  const auto body = toJson(record.fields);
  const auto changed = changedColumn(record);
  bindText(update, 1, record.parent);
  update.bindNoCopy(2, hash.data(), static_cast<int>(hash.size()));
  bindText(update, 3, body);
  bindText(update, 4, changed);
  update.bind(5, toColumn(now));
  update.bind(6, id);
  update.exec();
}

void Snapshot::updateHash(std::int64_t id, const Hash& hash) {
  auto& update = db_.statement("UPDATE snapshot SET hash=?, missing=0 WHERE id=?");
  update.bindNoCopy(1, hash.data(), static_cast<int>(hash.size()));
  update.bind(2, id);
  update.exec();
}

std::optional<Seen> Snapshot::get(std::string_view kind, std::string_view key) const {
  auto& query =
      db_.statement("SELECT key, parent, body, changed, changed_at FROM snapshot WHERE system=? AND kind=? AND key=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  bindText(query, 3, key);
  if (!query.executeStep()) return std::nullopt;
  return readSeen(query, kind);
}

std::vector<Seen> Snapshot::childrenOf(std::string_view kind, std::string_view parent) const {
  std::vector<Seen> children;
  if (parent.empty()) return children;
  auto& query = db_.statement(
      "SELECT key, parent, body, changed, changed_at FROM snapshot WHERE system=? AND kind=? AND parent=? AND "
      "parent<>'' ORDER BY key");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  bindText(query, 3, parent);
  while (query.executeStep()) children.push_back(readSeen(query, kind));
  return children;
}

std::int64_t Snapshot::count(std::string_view kind) const {
  auto& query = db_.statement("SELECT count(*) FROM snapshot WHERE system=? AND kind=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

std::vector<std::string> Snapshot::countMissing(std::string_view kind, const std::vector<bool>& seen) {
  constexpr int kVanishedAfter = 2;
  constexpr std::size_t kMost = 1000;
  std::vector<std::string> vanished;
  std::vector<std::int64_t> back, gone;
  auto& query = db_.statement("SELECT id, missing, key FROM snapshot WHERE system=? AND kind=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  while (query.executeStep()) {
    const auto id = query.getColumn(0).getInt64();
    const auto missing = query.getColumn(1).getInt();
    const auto index = static_cast<std::size_t>(id);
    if (index < seen.size() && seen[index]) {
      if (missing != 0) back.push_back(id);
      continue;
    }
    if (missing < kVanishedAfter) gone.push_back(id);  // beyond that it is known and told
    if (missing + 1 == kVanishedAfter && vanished.size() < kMost) vanished.emplace_back(textOf(query, 2));
  }
  for (const auto id : back) {
    auto& update = db_.statement("UPDATE snapshot SET missing=0 WHERE id=?");
    update.bind(1, id);
    update.exec();
  }
  for (const auto id : gone) {
    auto& update = db_.statement("UPDATE snapshot SET missing=missing+1 WHERE id=?");
    update.bind(1, id);
    update.exec();
  }
  return vanished;
}

Cursor readCursor(Database& db, std::string_view system, std::string_view kind) {
  auto& query = db.statement(
      "SELECT since, position, started_at, full, finished_at, full_at FROM cursor WHERE system=? AND kind=?");
  bindText(query, 1, system);
  bindText(query, 2, kind);
  Cursor cursor;
  if (query.executeStep()) {
    cursor.since = textOf(query, 0);
    cursor.position = textOf(query, 1);
    cursor.startedAt = timeOf(query.getColumn(2).getInt64());
    cursor.full = query.getColumn(3).getInt() != 0;
    cursor.finishedAt = timeOf(query.getColumn(4).getInt64());
    cursor.fullAt = timeOf(query.getColumn(5).getInt64());
  }
  query.reset();
  return cursor;
}

void writeCursor(Database& db, std::string_view system, std::string_view kind, const Cursor& cursor) {
  auto& write = db.statement(
      "INSERT OR REPLACE INTO cursor(system,kind,since,position,started_at,full,finished_at,full_at) "
      "VALUES(?,?,?,?,?,?,?,?)");
  bindText(write, 1, system);
  bindText(write, 2, kind);
  bindText(write, 3, cursor.since);
  bindText(write, 4, cursor.position);
  write.bind(5, toColumn(cursor.startedAt));
  write.bind(6, cursor.full ? 1 : 0);
  write.bind(7, toColumn(cursor.finishedAt));
  write.bind(8, toColumn(cursor.fullAt));
  write.exec();
}

}  // namespace postern
