#include "tests/sim/accountview/store.h"

#include <algorithm>

namespace postern::sim::accountview {

Json Store::emptyRow(const Table& table) {
  Json row = Json::object();
  for (const Field& field : table.fields) {
    if (field.type == 'L') {
      row[field.word] = false;
    } else if (field.type == 'N' || field.type == 'I') {
      row[field.word] = 0;
    } else {
      row[field.word] = "";
    }
  }
  return row;
}

std::string Store::keyOf(const Table& table, const Json& values) const {
  const Json& own = values.at(table.key);
  const std::string text = own.is_string() ? own.get<std::string>() : own.dump();
  return table.header.empty() ? text : values.at(schema_->table(table.header).key).get<std::string>() + '|' + text;
}

const Store::Rows& Store::all(std::string_view table) const {
  static const Rows kNone;
  const auto found = tables_.find(table);
  return found == tables_.end() ? kNone : found->second;
}

const Row* Store::find(std::string_view table, std::string_view key) const {
  const Rows& rows = all(table);
  const auto found = rows.find(key);
  return found == rows.end() ? nullptr : &found->second;
}

std::vector<const Row*> Store::linesOf(const Table& detail, const std::string& headerKey) const {
  std::vector<const Row*> out;
  const Rows& rows = all(detail.word);
  const std::string begin = headerKey + '|';
  for (auto at = rows.lower_bound(begin); at != rows.end() && at->first.starts_with(begin); ++at) {
    out.push_back(&at->second);
  }
  std::sort(out.begin(), out.end(),
            [&](const Row* a, const Row* b) { return a->values.at(detail.key) < b->values.at(detail.key); });
  return out;
}

void Store::put(const Table& table, Json values, const std::string& clock, const std::string& user,
                bool numberPerTable) {
  Rows& rows = tables_[table.word];
  const auto [at, isNew] = rows.try_emplace(keyOf(table, values));
  Row& row = at->second;
  const std::int64_t before = isNew ? 0 : row.values.at("CNG_NR").get<std::int64_t>();
  values["CNG_NR"] = numberPerTable ? nextNumber("CNG_NR " + table.word) : before + 1;
  values["CNG_DATE"] = clock;
  values["CNG_USR"] = user;
  if (isNew) {
    row.entered = ++entered_;
    values["INP_DATE"] = clock;
    values["INP_USR"] = user;
  }
  row.values = std::move(values);
}

bool Store::erase(std::string_view table, const std::string& key) {
  const auto found = tables_.find(table);
  return found != tables_.end() && found->second.erase(key) > 0;
}

void Store::clear() {
  tables_.clear();
  numbers_.clear();
  entered_ = 0;
}

}  // namespace postern::sim::accountview
