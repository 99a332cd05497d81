#include "agent/health.h"

namespace postern {

Health::Health(const std::filesystem::path& stateFile, Clock& clock) : clock_(clock), db_(Database(stateFile)) {
  db_->relax();
}

void Health::good(const std::string& part, const std::string& note) {
  const std::scoped_lock lock(mutex_);
  auto& entry = entries_[part];
  const auto now = clock_.now();
  if (entry.part.empty() || entry.level != HealthLevel::Good) entry.since = now;
  entry.part = part;
  entry.level = HealthLevel::Good;
  entry.code.clear();
  entry.reason.clear();
  entry.at = now;
  if (!note.empty()) entry.note = note;
  store(entry);
}

void Health::report(const std::string& part, HealthLevel level, const Error& error) {
  const std::scoped_lock lock(mutex_);
  auto& entry = entries_[part];
  const auto now = clock_.now();
  if (entry.part.empty() || entry.level != level || entry.code != error.code()) entry.since = now;
  entry.part = part;
  entry.level = level;
  entry.code = error.code();
  entry.reason = storedReason(error);
  entry.at = now;
  store(entry);
}

std::vector<HealthEntry> Health::entries() const {
  const std::scoped_lock lock(mutex_);
  std::vector<HealthEntry> all;
  for (const auto& [part, entry] : entries_) all.push_back(entry);
  return all;
}

void Health::alive(const std::string& part, std::chrono::seconds limit) {
  const std::scoped_lock lock(mutex_);
  deadlines_[part] = clock_.monotonic() + limit;
}

std::vector<std::string> Health::late() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> parts;
  const auto now = clock_.monotonic();
  for (const auto& [part, deadline] : deadlines_) {
    if (deadline < now) parts.push_back(part);
  }
  return parts;
}

void Health::store(const HealthEntry& entry) {
  if (!db_) return;
  try {
    auto& write =
        db_->statement("INSERT OR REPLACE INTO health(part,level,code,reason,since,at,note) VALUES(?,?,?,?,?,?,?)");
    write.bind(1, entry.part);
    write.bind(2, static_cast<int>(entry.level));
    write.bind(3, entry.code);
    write.bind(4, entry.reason);
    write.bind(5, toColumn(entry.since));
    write.bind(6, toColumn(entry.at));
    write.bind(7, entry.note);
    write.run();
  } catch (const DatabaseError&) {
    // The board must never stop the work it reports on; the workers meet the same disk and say so.
  }
}

std::vector<HealthEntry> readHealth(Database& db) {
  std::vector<HealthEntry> all;
  Statement& query = db.statement("SELECT part,level,code,reason,since,at,note FROM health ORDER BY part");
  while (query.step()) {
    HealthEntry entry;
    entry.part = query.text(0);
    entry.level = static_cast<HealthLevel>(query.integer(1));
    entry.code = query.text(2);
    entry.reason = query.text(3);
    entry.since = timeOf(query.integer(4));
    entry.at = timeOf(query.integer(5));
    entry.note = query.text(6);
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace postern
