#include "agent/outbox.h"

#include <nlohmann/json.hpp>

namespace postern {
namespace {

using State = OutboxEntry::State;

// One list for all reads, so that readEntry fits every query.
#define POSTERN_OUTBOX_COLUMNS                                                                                       \
  "id, link, system, kind, key, rank, desired, needs, version, state, blocked_on, attempts, not_before, queued_at, " \
  "code, reason, detail"

OutboxEntry readEntry(SQLite::Statement& row) {
  const auto integer = [&](int column) { return sqlite3_column_int64(row.getPreparedStatement(), column); };
  OutboxEntry entry;
  entry.id = integer(0);
  entry.link = textOf(row, 1);
  entry.system = textOf(row, 2);
  entry.kind = textOf(row, 3);
  entry.key = textOf(row, 4);
  entry.rank = static_cast<int>(integer(5));
  entry.desired = fieldsFromJson(textOf(row, 6));
  if (const auto needs = textOf(row, 7); !needs.empty()) {
    for (const auto& need : nlohmann::json::parse(needs)) entry.needs.push_back({need.at(0), need.at(1)});
  }
  entry.version = integer(8);
  entry.state = static_cast<State>(integer(9));
  entry.blockedOn = textOf(row, 10);
  entry.attempts = static_cast<int>(integer(11));
  entry.notBefore = timeOf(integer(12));
  entry.queuedAt = timeOf(integer(13));
  entry.code = textOf(row, 14);
  if (const auto args = textOf(row, 15); !args.empty())
    entry.args = nlohmann::json::parse(args).get<std::vector<std::string>>();
  entry.detail = textOf(row, 16);
  return entry;
}

std::string needsColumn(const std::vector<Reference>& needs) {
  if (needs.empty()) return {};
  auto json = nlohmann::json::array();
  for (const auto& need : needs) json.push_back({need.kind, need.key});
  return json.dump();
}

std::string blockedColumn(const Reference& on) { return on.kind + '/' + on.key; }

void bindError(SQLite::Statement& statement, int first, const Error& error, std::string& keepArgs) {
  keepArgs = nlohmann::json(error.args).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  bindText(statement, first, error.code());
  bindText(statement, first + 1, keepArgs);
  bindText(statement, first + 2, error.detail);
}

}  // namespace

std::string_view stateName(State state) {
  switch (state) {
    case State::Waiting:
      return "waiting";
    case State::Sending:
      return "sending";
    case State::Probing:
      return "probing";
    case State::Blocked:
      return "blocked";
    case State::Parked:
      break;
  }
  return "parked";
}

Outbox::Put Outbox::put(std::string_view link, const Reference& target, int rank, const Target& desired, bool differs,
                        Time now) {
  auto& find = db_.statement("SELECT id, state, desired, needs FROM outbox WHERE system=? AND kind=? AND key=?");
  bindText(find, 1, system_);
  bindText(find, 2, target.kind);
  bindText(find, 3, target.key);
  const auto json = toJson(desired.fields);
  const auto needs = needsColumn(desired.needs);
  if (!find.executeStep()) {
    if (!differs) return Put::Nothing;
    auto& insert = db_.statement(
        "INSERT INTO outbox(link,system,kind,key,rank,desired,needs,version,state,blocked_on,attempts,not_before,"
        "queued_at,code,reason,detail) VALUES(?,?,?,?,?,?,?,1,0,'',0,0,?,'','','')");
    bindText(insert, 1, link);
    bindText(insert, 2, system_);
    bindText(insert, 3, target.kind);
    bindText(insert, 4, target.key);
    insert.bind(5, rank);
    bindText(insert, 6, json);
    bindText(insert, 7, needs);
    insert.bind(8, toColumn(now));
    insert.exec();
    return Put::Queued;
  }
  const auto id = find.getColumn(0).getInt64();
  const auto state = static_cast<State>(find.getColumn(1).getInt());
  const bool same = textOf(find, 2) == json && textOf(find, 3) == needs;
  find.reset();
  if (same) return Put::Nothing;
  const bool inFlight = state == State::Sending || state == State::Probing;
  if (!differs && !inFlight) {
    auto& remove = db_.statement("DELETE FROM outbox WHERE id=?");
    remove.bind(1, id);
    remove.exec();
    return Put::Withdrawn;
  }
  auto& replace = db_.statement(
      inFlight ? "UPDATE outbox SET desired=?, needs=?, link=?, version=version+1 WHERE id=?"
               : "UPDATE outbox SET desired=?, needs=?, link=?, version=version+1, state=0, blocked_on='', attempts=0, "
                 "not_before=0, code='', reason='', detail='' WHERE id=?");
  bindText(replace, 1, json);
  bindText(replace, 2, needs);
  bindText(replace, 3, link);
  replace.bind(4, id);
  replace.exec();
  return Put::Replaced;
}

void Outbox::withdraw(const Reference& target) {
  auto& remove = db_.statement("DELETE FROM outbox WHERE system=? AND kind=? AND key=? AND state IN (0,3,4)");
  bindText(remove, 1, system_);
  bindText(remove, 2, target.kind);
  bindText(remove, 3, target.key);
  remove.exec();
}

std::vector<OutboxEntry> Outbox::due(State state, Time now, std::size_t limit) const {
  std::vector<OutboxEntry> entries;
  if (limit == 0) return entries;
  auto& query = db_.statement("SELECT " POSTERN_OUTBOX_COLUMNS
                              " FROM outbox WHERE system=? AND state=? AND not_before<=? ORDER BY rank, id LIMIT ?");
  bindText(query, 1, system_);
  query.bind(2, static_cast<int>(state));
  query.bind(3, toColumn(now));
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.executeStep()) entries.push_back(readEntry(query));
  return entries;
}

std::optional<Outbox::Time> Outbox::nextDue() const {
  auto& query = db_.statement("SELECT min(not_before) FROM outbox WHERE system=? AND state IN (0,2)");
  bindText(query, 1, system_);
  query.executeStep();
  if (query.isColumnNull(0)) return std::nullopt;
  return timeOf(query.getColumn(0).getInt64());
}

void Outbox::markSending(std::int64_t id) {
  auto& update = db_.statement("UPDATE outbox SET state=1 WHERE id=?");
  update.bind(1, id);
  update.exec();
}

void Outbox::block(std::int64_t id, const Reference& on) {
  auto& update = db_.statement("UPDATE outbox SET state=3, blocked_on=? WHERE id=?");
  const auto column = blockedColumn(on);
  bindText(update, 1, column);
  update.bind(2, id);
  update.exec();
}

void Outbox::unblock(const Reference& parent) {
  auto& update = db_.statement(
      "UPDATE outbox SET state=0, blocked_on='' WHERE system=? AND blocked_on=? AND blocked_on<>'' AND state=3");
  const auto column = blockedColumn(parent);
  bindText(update, 1, system_);
  bindText(update, 2, column);
  update.exec();
}

void Outbox::settled(std::int64_t id, std::int64_t version) {
  auto& remove = db_.statement("DELETE FROM outbox WHERE id=? AND version=?");
  remove.bind(1, id);
  remove.bind(2, version);
  if (remove.exec() != 0) return;
  auto& keep =
      db_.statement("UPDATE outbox SET state=0, attempts=0, not_before=0, code='', reason='', detail='' WHERE id=?");
  keep.bind(1, id);
  keep.exec();
}

void Outbox::postpone(std::int64_t id, State state, Time until, const Error* error) {
  auto& update = db_.statement("UPDATE outbox SET state=?, not_before=? WHERE id=?");
  update.bind(1, static_cast<int>(state));
  update.bind(2, toColumn(until));
  update.bind(3, id);
  update.exec();
  if (error == nullptr) return;
  auto& note = db_.statement("UPDATE outbox SET attempts=attempts+1, code=?, reason=?, detail=? WHERE id=?");
  std::string args;
  bindError(note, 1, *error, args);
  note.bind(4, id);
  note.exec();
}

void Outbox::park(std::int64_t id, const Error& error) {
  auto& update = db_.statement("UPDATE outbox SET state=4, attempts=attempts+1, code=?, reason=?, detail=? WHERE id=?");
  std::string args;
  bindError(update, 1, error, args);
  update.bind(4, id);
  update.exec();
}

int Outbox::recover(Time probeAt) {
  auto& update = db_.statement("UPDATE outbox SET state=2, not_before=? WHERE system=? AND state=1");
  update.bind(1, toColumn(probeAt));
  bindText(update, 2, system_);
  return update.exec();
}

void Outbox::clearWaits() {
  auto& update = db_.statement("UPDATE outbox SET not_before=0 WHERE system=? AND state IN (0,2) AND not_before>0");
  bindText(update, 1, system_);
  update.exec();
}

std::int64_t Outbox::count() const {
  auto& query = db_.statement("SELECT count(*) FROM outbox WHERE system=?");
  bindText(query, 1, system_);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

std::vector<OutboxEntry> listOutbox(Database& db, const OutboxFilter& filter) {
  std::vector<OutboxEntry> entries;
  auto& query = db.statement("SELECT " POSTERN_OUTBOX_COLUMNS
                             " FROM outbox WHERE id>? AND (? < 0 OR state=?) ORDER BY id LIMIT ?");
  const int state = filter.state ? static_cast<int>(*filter.state) : -1;
  query.bind(1, filter.afterId);
  query.bind(2, state);
  query.bind(3, state);
  query.bind(4, static_cast<std::int64_t>(filter.limit));
  while (query.executeStep()) entries.push_back(readEntry(query));
  return entries;
}

std::optional<OutboxEntry> findOutboxEntry(Database& db, std::int64_t id) {
  auto& query = db.statement("SELECT " POSTERN_OUTBOX_COLUMNS " FROM outbox WHERE id=?");
  query.bind(1, id);
  if (!query.executeStep()) return std::nullopt;
  return readEntry(query);
}

int retryOutbox(Database& db, std::int64_t id) {
  // What is in flight is left alone; an unknown outcome stays one.
  auto& update = db.statement(
      "UPDATE outbox SET state=CASE state WHEN 2 THEN 2 ELSE 0 END, blocked_on='', attempts=0, not_before=0 "
      "WHERE CASE WHEN ?1=0 THEN state=4 ELSE id=?1 AND state<>1 END");
  update.bind(1, id);
  return update.exec();
}

OutboxCounts countOutbox(Database& db, std::string_view system) {
  OutboxCounts counts;
  auto& query =
      db.statement("SELECT state, count(*), min(queued_at) FROM outbox WHERE ?1='' OR system=?1 GROUP BY state");
  bindText(query, 1, system);
  while (query.executeStep()) {
    const auto state = static_cast<State>(query.getColumn(0).getInt());
    const auto n = query.getColumn(1).getInt64();
    const auto oldest = timeOf(query.getColumn(2).getInt64());
    switch (state) {
      case State::Waiting:
        counts.waiting = n;
        break;
      case State::Sending:
        counts.sending = n;
        break;
      case State::Probing:
        counts.probing = n;
        break;
      case State::Blocked:
        counts.blocked = n;
        break;
      case State::Parked:
        counts.parked = n;
        continue;
    }
    if (counts.oldest == Clock::Time{} || oldest < counts.oldest) counts.oldest = oldest;
  }
  return counts;
}

}  // namespace postern
