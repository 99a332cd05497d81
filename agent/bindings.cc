#include "agent/bindings.h"

#include <algorithm>

namespace postern {

std::optional<Binding> Bindings::get(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id, ours, theirs, claim FROM binding WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  if (!query.step()) return std::nullopt;
  Binding binding{std::string(query.text(0)), Agreed{fieldsFromJson(query.text(1)), fieldsFromJson(query.text(2))},
                  query.integer(3) != 0};
  query.reset();
  return binding;
}

std::string Bindings::idOf(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id FROM binding WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  std::string id(query.step() ? query.text(0) : std::string_view());
  query.reset();
  return id;
}

std::string Bindings::keyOf(std::string_view kind, std::string_view id) const {
  auto& query = db_.statement("SELECT key FROM binding WHERE system=? AND kind=? AND id=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, id);
  std::string key(query.step() ? query.text(0) : std::string_view());
  query.reset();
  return key;
}

std::int64_t Bindings::count(std::string_view kind) const {
  auto& query = db_.statement("SELECT count(*) FROM binding WHERE system=? AND kind=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.step();
  const auto count = query.integer(0);
  query.reset();
  return count;
}

std::vector<Bindings::Bound> Bindings::list(std::string_view kind, std::string_view after, std::size_t limit) const {
  std::vector<Bound> bound;
  auto& query = db_.statement(
      "SELECT key, id, ours, theirs, claim FROM binding WHERE system=? AND kind=? AND key>? ORDER BY key LIMIT ?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, after);
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.step()) {
    bound.push_back({std::string(query.text(0)),
                     {std::string(query.text(1)),
                      {fieldsFromJson(query.text(2)), fieldsFromJson(query.text(3))},
                      query.integer(4) != 0}});
  }
  return bound;
}

std::optional<Clock::Time> Bindings::agreedAt(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT agreed_at FROM binding WHERE system=? AND kind=? AND key=?");
  query.bind(1, system_);
  query.bind(2, kind);
  query.bind(3, key);
  std::optional<Clock::Time> at;
  if (query.step()) at = timeOf(query.integer(0));
  query.reset();
  return at;
}

void Bindings::put(std::string_view kind, std::string_view key, const Binding& binding, Clock::Time now) {
  auto& write = db_.statement(
      "INSERT OR REPLACE INTO binding(system,kind,key,id,ours,theirs,agreed_at,claim) VALUES(?,?,?,?,?,?,?,?)");
  const auto ours = toJson(binding.agreed.ours);
  const auto theirs = binding.agreed.theirs == binding.agreed.ours ? ours : toJson(binding.agreed.theirs);
  write.bind(1, system_);
  write.bind(2, kind);
  write.bind(3, key);
  write.bind(4, binding.id);
  write.bind(5, ours);
  write.bind(6, theirs);
  write.bind(7, toColumn(now));
  write.bind(8, binding.claim ? 1 : 0);
  write.run();
}

void Bindings::remove(std::string_view kind, std::string_view key) {
  auto& remove = db_.statement("DELETE FROM binding WHERE system=? AND kind=? AND key=?");
  remove.bind(1, system_);
  remove.bind(2, kind);
  remove.bind(3, key);
  remove.run();
}

void Audit::add(Clock::Time at, std::string_view system, std::string_view kind, std::string_view key,
                std::string_view event, const Fields& fields) {
  std::string names, values;
  for (const auto& [name, value] : fields) {
    if (!names.empty()) names += ' ';
    names += name;
    values += name;
    values += '\0';
    values += value;
    values += '\0';
  }
  const Hash hash = hasher_(values);
  auto& insert = db_.statement("INSERT INTO audit(at,system,kind,key,event,fields,hash) VALUES(?,?,?,?,?,?,?)");
  insert.bind(1, toColumn(at));
  insert.bind(2, system);
  insert.bind(3, kind);
  insert.bind(4, key);
  insert.bind(5, event);
  insert.bind(6, names);
  insert.bindBlob(7, hash.data(), hash.size());
  insert.run();
}

std::vector<AuditLine> Audit::list(std::string_view system, std::string_view kind, std::string_view key,
                                   std::size_t limit) const {
  std::vector<AuditLine> lines;
  auto& query =
      db_.statement("SELECT at, event, fields FROM audit WHERE system=? AND kind=? AND key=? ORDER BY id DESC LIMIT ?");
  query.bind(1, system);
  query.bind(2, kind);
  query.bind(3, key);
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.step()) {
    lines.push_back({timeOf(query.integer(0)), std::string(query.text(1)), std::string(query.text(2))});
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

int Audit::prune(Clock::Time before) {
  auto& remove = db_.statement("DELETE FROM audit WHERE at < ?");
  remove.bind(1, toColumn(before));
  return remove.run();
}

}  // namespace postern
