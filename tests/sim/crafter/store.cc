#include "tests/sim/crafter/store.h"

#include <charconv>

namespace postern::sim::crafter {

namespace {

void dropNulls(Json& fields) {
  for (auto at = fields.begin(); at != fields.end();) at = at->is_null() ? fields.erase(at) : std::next(at);
}

}  // namespace

std::string Store::idOf(const Entity& entity, const Item& item) {
  return std::string(entity.idPrefix) + '-' + std::to_string(item.number);
}

Item& Store::insert(const Entity& entity, std::string externalId, Json fields, Time now) {
  Table& table = tables_[std::string(entity.name)];
  dropNulls(fields);
  const std::int64_t number = ++table.last;
  Item& item = table.items[number];
  item = {number, 1, now, "", std::move(fields)};
  table.byChange.emplace(now, number);
  index(entity, item, true);
  link(entity, item, externalId);
  return item;
}

void Store::update(const Entity& entity, Item& item, Json fields, Time now) {
  Table& table = tables_[std::string(entity.name)];
  dropNulls(fields);
  table.byChange.erase({item.updated, item.number});
  index(entity, item, false);
  item.fields = std::move(fields);
  index(entity, item, true);
  item.updated = now;
  ++item.version;
  table.byChange.emplace(now, item.number);
}

void Store::link(const Entity& entity, Item& item, const std::string& externalId) {
  Table& table = tables_[std::string(entity.name)];
  if (!item.externalId.empty()) table.external.erase(item.externalId);
  item.externalId = externalId;
  if (!externalId.empty()) table.external[externalId] = item.number;
}

bool Store::erase(const Entity& entity, const std::string& id) {
  Item* item = find(entity, id);
  if (item == nullptr) return false;
  Table& table = tables_[std::string(entity.name)];
  link(entity, *item, "");
  index(entity, *item, false);
  table.byChange.erase({item->updated, item->number});
  table.items.erase(item->number);
  return true;
}

Item* Store::find(const Entity& entity, const std::string& id) {
  const std::string prefix = std::string(entity.idPrefix) + '-';
  if (!id.starts_with(prefix)) return nullptr;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + prefix.size(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return nullptr;
  auto& items = tables_[std::string(entity.name)].items;
  const auto found = items.find(number);
  return found == items.end() ? nullptr : &found->second;
}

Item* Store::byExternal(const Entity& entity, const std::string& externalId) {
  Table& table = tables_[std::string(entity.name)];
  const auto found = table.external.find(externalId);
  return found == table.external.end() ? nullptr : &table.items.at(found->second);
}

Item* Store::byUnique(const Entity& entity, const std::string& value) {
  Table& table = tables_[std::string(entity.name)];
  const auto found = table.unique.find(codeKey(value));
  return value.empty() || found == table.unique.end() ? nullptr : &table.items.at(*found->second.begin());
}

void Store::index(const Entity& entity, const Item& item, bool add) {
  const auto own = entity.unique.empty() ? item.fields.end() : item.fields.find(std::string(entity.unique));
  if (own == item.fields.end() || !own->is_string()) return;
  auto& unique = tables_[std::string(entity.name)].unique;
  const std::string key = codeKey(own->get_ref<const std::string&>());
  if (add) {
    unique[key].insert(item.number);
  } else if (auto& numbers = unique[key]; numbers.erase(item.number) > 0 && numbers.empty()) {
    unique.erase(key);
  }
}

}  // namespace postern::sim::crafter
