#include "agent/bindings.h"

namespace postern {

std::optional<Binding> Bindings::get(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id, ours, theirs FROM binding WHERE system=? AND kind=? AND key=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  bindText(query, 3, key);
  if (!query.executeStep()) return std::nullopt;
  return Binding{std::string(textOf(query, 0)),
                 Agreed{fieldsFromJson(textOf(query, 1)), fieldsFromJson(textOf(query, 2))}};
}

std::string Bindings::idOf(std::string_view kind, std::string_view key) const {
  auto& query = db_.statement("SELECT id FROM binding WHERE system=? AND kind=? AND key=?");
  bindText(query, 1, system_);
  bindText(query, 2, kind);
  bindText(query, 3, key);
  return query.executeStep() ? std::string(textOf(query, 0)) : std::string();
}

void Bindings::put(std::string_view kind, std::string_view key, const Binding& binding, Clock::Time now) {
  auto& write =
      db_.statement("INSERT OR REPLACE INTO binding(system,kind,key,id,ours,theirs,agreed_at) VALUES(?,?,?,?,?,?,?)");
  const auto ours = toJson(binding.agreed.ours);
  const auto theirs = binding.agreed.theirs == binding.agreed.ours ? ours : toJson(binding.agreed.theirs);
  bindText(write, 1, system_);
  bindText(write, 2, kind);
  bindText(write, 3, key);
  bindText(write, 4, binding.id);
  bindText(write, 5, ours);
  bindText(write, 6, theirs);
  write.bind(7, toColumn(now));
  write.exec();
}

void Bindings::remove(std::string_view kind, std::string_view key) {
  auto& remove = db_.statement("DELETE FROM binding WHERE system=? AND kind=? AND key=?");
  bindText(remove, 1, system_);
  bindText(remove, 2, kind);
  bindText(remove, 3, key);
  remove.exec();
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
  bindText(insert, 2, system);
  bindText(insert, 3, kind);
  bindText(insert, 4, key);
  bindText(insert, 5, event);
  bindText(insert, 6, names);
  insert.bindNoCopy(7, hash.data(), static_cast<int>(hash.size()));
  insert.exec();
}

int Audit::prune(Clock::Time before) {
  auto& remove = db_.statement("DELETE FROM audit WHERE at < ?");
  remove.bind(1, toColumn(before));
  return remove.exec();
}

}  // namespace postern
