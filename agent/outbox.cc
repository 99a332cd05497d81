#include "agent/outbox.h"

#include <nlohmann/json.hpp>

namespace postern {
namespace {

using State = OutboxEntry::State;

// One list for all reads, so that readEntry fits every query.
#define POSTERN_OUTBOX_COLUMNS                                                                                       \
  "id, link, system, kind, key, rank, desired, needs, version, state, blocked_on, attempts, not_before, queued_at, " \
  "code, reason, detail, base, withdrawn"

OutboxEntry readEntry(Statement& row) {
  const auto integer = [&](int column) { return row.integer(column); };
  OutboxEntry entry;
  entry.id = integer(0);
  entry.link = row.text(1);
  entry.system = row.text(2);
  entry.kind = row.text(3);
  entry.key = row.text(4);
  entry.rank = static_cast<int>(integer(5));
  entry.desired = fieldsFromJson(row.text(6));
  if (const auto needs = row.text(7); !needs.empty()) {
    for (const auto& need : nlohmann::json::parse(needs)) entry.needs.push_back({need.at(0), need.at(1)});
  }
  entry.version = integer(8);
  entry.state = static_cast<State>(integer(9));
  entry.blockedOn = row.text(10);
  entry.attempts = static_cast<int>(integer(11));
  entry.notBefore = timeOf(integer(12));
  entry.queuedAt = timeOf(integer(13));
  entry.code = row.text(14);
  entry.reason = row.text(15);
  entry.detail = row.text(16);
  if (const auto base = row.text(17); !base.empty()) entry.base = fieldsFromJson(base);
  entry.withdrawn = integer(18) != 0;
  return entry;
}

/// No wait is longer than an hour.
constexpr auto kLongestWait = std::chrono::hours{2};

std::string needsColumn(const std::vector<Reference>& needs) {
  if (needs.empty()) return {};
  auto json = nlohmann::json::array();
  for (const auto& need : needs) json.push_back({need.kind, need.key});
  return json.dump();
}

std::string blockedColumn(const Reference& on) { return on.kind + '/' + on.key; }

void bindError(Statement& statement, int first, const Error& error, std::string& keepReason) {
  keepReason = storedReason(error);
  statement.bind(first, error.code());
  statement.bind(first + 1, keepReason);
  statement.bind(first + 2, error.detail);
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
  auto& find = db_.statement(
      "SELECT id, state, desired, needs, base, by_us, withdrawn FROM outbox WHERE system=? AND kind=? AND key=?");
  find.bind(1, system_);
  find.bind(2, target.kind);
  find.bind(3, target.key);
  const auto json = toJson(desired.fields);
  const auto needs = needsColumn(desired.needs);
  const auto base = desired.base.empty() ? std::string() : toJson(desired.base);
  if (!find.step()) {
    if (!differs) return Put::Nothing;
    auto& insert = db_.statement(
        "INSERT INTO outbox(link,system,kind,key,rank,desired,needs,version,state,blocked_on,attempts,not_before,"
        "queued_at,code,reason,detail,base) VALUES(?,?,?,?,?,?,?,1,0,'',0,0,?,'','','',?)");
    insert.bind(1, link);
    insert.bind(2, system_);
    insert.bind(3, target.kind);
    insert.bind(4, target.key);
    insert.bind(5, rank);
    insert.bind(6, json);
    insert.bind(7, needs);
    insert.bind(8, toColumn(now));
    insert.bind(9, base);
    insert.run();
    return Put::Queued;
  }
  const auto id = find.integer(0);
  const auto state = static_cast<State>(find.integer(1));
  const bool refusedByUs = state == State::Parked && find.integer(5) != 0;
  const bool withdrawn = find.integer(6) != 0;
  const bool same = find.text(2) == json && find.text(3) == needs && find.text(4) == base && !refusedByUs;
  find.reset();
  const bool inFlight = state == State::Sending || state == State::Probing;
  if (same && (differs || inFlight)) {
    if (withdrawn) wantAgain(id);
    return Put::Nothing;
  }
  if (!differs && !inFlight) {
    auto& remove = db_.statement("DELETE FROM outbox WHERE id=?");
    remove.bind(1, id);
    remove.run();
    return Put::Withdrawn;
  }
  auto& replace = db_.statement(
      inFlight ? "UPDATE outbox SET desired=?, needs=?, link=?, base=?, version=version+1, withdrawn=0 WHERE id=?"
               : "UPDATE outbox SET desired=?, needs=?, link=?, base=?, version=version+1, state=0, blocked_on='', "
                 "attempts=0, not_before=0, code='', reason='', detail='', by_us=0, withdrawn=0 WHERE id=?");
  replace.bind(1, json);
  replace.bind(2, needs);
  replace.bind(3, link);
  replace.bind(4, base);
  replace.bind(5, id);
  replace.run();
  return Put::Replaced;
}

std::optional<OutboxEntry> Outbox::find(const Reference& target) const {
  auto& query = db_.statement("SELECT " POSTERN_OUTBOX_COLUMNS " FROM outbox WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, target.kind);
  query.bind(3, target.key);
  if (!query.step()) return std::nullopt;
  auto entry = readEntry(query);
  query.reset();
  return entry;
}

bool Outbox::dispute(std::string_view link, const Reference& target, int rank, const Target& desired,
                     const Error& error, Time now) {
  const auto before = find(target);
  const bool inFlight = before && (before->state == State::Sending || before->state == State::Probing);
  if (before && before->withdrawn) wantAgain(before->id);
  if (inFlight) return false;
  if (before && before->state == State::Parked && before->code == error.code() && before->desired == desired.fields) {
    return false;
  }
  put(link, target, rank, desired, true, now);
  const auto entry = find(target);
  park(entry->id, entry->version, error);
  auto& mark = db_.statement("UPDATE outbox SET by_us=1 WHERE id=?");
  mark.bind(1, entry->id);
  mark.run();
  return true;
}

void Outbox::tryAgain(std::int64_t id) {
  auto& update = db_.statement("UPDATE outbox SET state=0, not_before=0 WHERE id=? AND state=4");
  update.bind(1, id);
  update.run();
}

void Outbox::wantAgain(std::int64_t id) {
  auto& update = db_.statement("UPDATE outbox SET withdrawn=0 WHERE id=?");
  update.bind(1, id);
  update.run();
}

void Outbox::withdraw(const Reference& target) {
  auto& remove = db_.statement("DELETE FROM outbox WHERE system=? AND kind=? AND key=? AND state IN (0,3,4)");
  remove.bind(1, system_);
  remove.bind(2, target.kind);
  remove.bind(3, target.key);
  if (remove.run() != 0) return;
  auto& mark = db_.statement("UPDATE outbox SET withdrawn=1 WHERE system=? AND kind=? AND key=?");
  mark.bind(1, system_);
  mark.bind(2, target.kind);
  mark.bind(3, target.key);
  mark.run();
}

std::vector<OutboxEntry> Outbox::due(State state, Time now, std::size_t limit) const {
  std::vector<OutboxEntry> entries;
  if (limit == 0) return entries;
  auto& query = db_.statement("SELECT " POSTERN_OUTBOX_COLUMNS
                              " FROM outbox WHERE system=?1 AND state=?2 AND (not_before<=?3 OR not_before>?4) "
                              "ORDER BY rank, id LIMIT ?5");
  query.bind(1, system_);
  query.bind(2, static_cast<int>(state));
  query.bind(3, toColumn(now));
  query.bind(4, toColumn(now + kLongestWait));
  query.bind(5, static_cast<std::int64_t>(limit));
  while (query.step()) entries.push_back(readEntry(query));
  return entries;
}

std::optional<Outbox::Time> Outbox::nextDue(Time now) const {
  auto& query =
      db_.statement("SELECT min(iif(not_before>?2, 0, not_before)) FROM outbox WHERE system=?1 AND state IN (0,2)");
  query.bind(1, system_);
  query.bind(2, toColumn(now + kLongestWait));
  query.step();
  std::optional<Time> next;
  if (!query.isNull(0)) next = timeOf(query.integer(0));
  query.reset();
  return next;
}

void Outbox::markSending(std::int64_t id) {
  auto& update = db_.statement("UPDATE outbox SET state=1 WHERE id=?");
  update.bind(1, id);
  update.run();
}

void Outbox::block(std::int64_t id, const Reference& on) {
  auto& update = db_.statement("UPDATE outbox SET state=3, blocked_on=? WHERE id=?");
  const auto column = blockedColumn(on);
  update.bind(1, column);
  update.bind(2, id);
  update.run();
}

bool Outbox::anyBlocked() const {
  auto& query = db_.statement("SELECT 1 FROM outbox WHERE system=? AND state=3 LIMIT 1");
  query.bind(1, system_);
  const bool any = query.step();
  query.reset();
  return any;
}

void Outbox::unblock(const Reference& parent) {
  auto& update = db_.statement(
      "UPDATE outbox SET state=0, blocked_on='' WHERE system=? AND blocked_on=? AND blocked_on<>'' AND state=3");
  const auto column = blockedColumn(parent);
  update.bind(1, system_);
  update.bind(2, column);
  update.run();
}

void Outbox::settled(std::int64_t id, std::int64_t version) {
  auto& remove = db_.statement("DELETE FROM outbox WHERE id=? AND version=?");
  remove.bind(1, id);
  remove.bind(2, version);
  if (remove.run() == 0) keepWaiting(id);
}

void Outbox::keepWaiting(std::int64_t id) {
  auto& keep =
      db_.statement("UPDATE outbox SET state=0, attempts=0, not_before=0, code='', reason='', detail='' WHERE id=?");
  keep.bind(1, id);
  keep.run();
}

void Outbox::postpone(std::int64_t id, State state, Time until, const Error* error) {
  auto& update = db_.statement(error == nullptr ? "UPDATE outbox SET state=?1, not_before=?2 WHERE id=?3"
                                                : "UPDATE outbox SET state=?1, not_before=?2, attempts=attempts+1, "
                                                  "code=?4, reason=?5, detail=?6 WHERE id=?3");
  std::string reason;
  update.bind(1, static_cast<int>(state));
  update.bind(2, toColumn(until));
  update.bind(3, id);
  if (error != nullptr) bindError(update, 4, *error, reason);
  update.run();
}

bool Outbox::park(std::int64_t id, std::int64_t version, const Error& error) {
  auto& update = db_.statement(
      "UPDATE outbox SET state=4, attempts=attempts+1, code=?, reason=?, detail=?, by_us=0 WHERE id=? AND version=?");
  std::string reason;
  bindError(update, 1, error, reason);
  update.bind(4, id);
  update.bind(5, version);
  if (update.run() != 0) return true;
  keepWaiting(id);
  return false;
}

int Outbox::recover(Time probeAt) {
  auto& update = db_.statement("UPDATE outbox SET state=2, not_before=? WHERE system=? AND state=1");
  update.bind(1, toColumn(probeAt));
  update.bind(2, system_);
  return update.run();
}

void Outbox::clearWaits(Time probeAt) {
  auto& update = db_.statement(
      "UPDATE outbox SET not_before=CASE state WHEN 0 THEN 0 ELSE min(not_before, ?) END "
      "WHERE system=? AND state IN (0,2) AND not_before>0 AND attempts<4");
  update.bind(1, toColumn(probeAt));
  update.bind(2, system_);
  update.run();
}

std::int64_t Outbox::count() const {
  auto& query = db_.statement("SELECT count(*) FROM outbox WHERE system=?");
  query.bind(1, system_);
  query.step();
  const auto count = query.integer(0);
  query.reset();
  return count;
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
  while (query.step()) entries.push_back(readEntry(query));
  return entries;
}

std::optional<OutboxEntry> findOutboxEntry(Database& db, std::int64_t id) {
  auto& query = db.statement("SELECT " POSTERN_OUTBOX_COLUMNS " FROM outbox WHERE id=?");
  query.bind(1, id);
  if (!query.step()) return std::nullopt;
  auto entry = readEntry(query);
  query.reset();
  return entry;
}

int retryOutbox(Database& db, std::int64_t id) {
  // What is in flight is left alone; an unknown outcome stays one.
  auto& update = db.statement(
      "UPDATE outbox SET state=CASE state WHEN 2 THEN 2 ELSE 0 END, blocked_on='', attempts=0, not_before=0 "
      "WHERE CASE WHEN ?1=0 THEN state=4 ELSE id=?1 AND state<>1 END");
  update.bind(1, id);
  return update.run();
}

void dropOutbox(Database& db, std::int64_t id) {
  auto& remove = db.statement("DELETE FROM outbox WHERE id=?");
  remove.bind(1, id);
  remove.run();
}

OutboxCounts countOutbox(Database& db, std::string_view system) {
  OutboxCounts counts;
  auto& query =
      db.statement("SELECT state, count(*), min(queued_at) FROM outbox WHERE ?1='' OR system=?1 GROUP BY state");
  query.bind(1, system);
  while (query.step()) {
    const auto state = static_cast<State>(query.integer(0));
    const auto n = query.integer(1);
    const auto oldest = timeOf(query.integer(2));
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

OutboxCounts& OutboxCounts::operator+=(const OutboxCounts& other) {
  waiting += other.waiting;
  sending += other.sending;
  probing += other.probing;
  blocked += other.blocked;
  parked += other.parked;
  if (oldest == Clock::Time{} || (other.oldest != Clock::Time{} && other.oldest < oldest)) oldest = other.oldest;
  return *this;
}

}  // namespace postern
