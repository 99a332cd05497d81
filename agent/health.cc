#include "agent/health.h"

#include <nlohmann/json.hpp>

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
  entry.args.clear();
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
  entry.args = error.args;
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
        db_->statement("INSERT OR REPLACE INTO health(part,level,code,args,since,at,note) VALUES(?,?,?,?,?,?,?)");
    const auto args = nlohmann::json(entry.args).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    bindText(write, 1, entry.part);
    write.bind(2, static_cast<int>(entry.level));
    bindText(write, 3, entry.code);
    bindText(write, 4, args);
    write.bind(5, toColumn(entry.since));
    write.bind(6, toColumn(entry.at));
    bindText(write, 7, entry.note);
    write.exec();
  } catch (const SQLite::Exception&) {
    // The board must never stop the work it reports on; the workers meet the same disk and say so.
  }
}

std::vector<HealthEntry> readHealth(Database& db) {
  std::vector<HealthEntry> all;
  SQLite::Statement& query = db.statement("SELECT part,level,code,args,since,at,note FROM health ORDER BY part");
  while (query.executeStep()) {
    HealthEntry entry;
    entry.part = textOf(query, 0);
    entry.level = static_cast<HealthLevel>(query.getColumn(1).getInt());
    entry.code = textOf(query, 2);
    entry.args = nlohmann::json::parse(textOf(query, 3)).get<std::vector<std::string>>();
    entry.since = timeOf(query.getColumn(4).getInt64());
    entry.at = timeOf(query.getColumn(5).getInt64());
    entry.note = textOf(query, 6);
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace postern
