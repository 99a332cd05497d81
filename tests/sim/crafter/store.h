#pragma once
// The items of the simulated Crafter, in memory.

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/crafter/schema.h"

namespace postern::sim::crafter {

using Time = std::chrono::sys_seconds;

struct Item {
  std::int64_t number = 0;  // of the id
  std::int64_t version = 1;
  Time updated;
  std::string externalId;        // empty if none
  Json fields = Json::object();  // members that are not null
};

/// Not thread-safe.
class Store {
 public:
  using ByChange = std::set<std::pair<Time, std::int64_t>>;

  static std::string idOf(const Entity& entity, const Item& item);

  Item& insert(const Entity& entity, std::string externalId, Json fields, Time now);
  void update(const Entity& entity, Item& item, Json fields, Time now);
  /// Gives the item an external id, also an empty one.
  void link(const Entity& entity, Item& item, const std::string& externalId);
  bool erase(const Entity& entity, const std::string& id);
  void clear() { tables_.clear(); }

  Item* find(const Entity& entity, const std::string& id);
  Item* byExternal(const Entity& entity, const std::string& externalId);
  /// An item that carries `value` in the entity's unique member; codes compare trimmed and in capitals.
  Item* byUnique(const Entity& entity, const std::string& value);
  const std::map<std::int64_t, Item>& all(const Entity& entity) { return tables_[std::string(entity.name)].items; }
  const ByChange& byChange(const Entity& entity) { return tables_[std::string(entity.name)].byChange; }
  Item& at(const Entity& entity, std::int64_t number) { return tables_[std::string(entity.name)].items.at(number); }

 private:
  struct Table {
    std::map<std::int64_t, Item> items;
    ByChange byChange;
    std::map<std::string, std::int64_t> external;
    std::map<std::string, std::set<std::int64_t>> unique;  // by codeKey
    std::int64_t last = 0;
  };
  /// Takes the item's number or code into the index, or out of it.
  void index(const Entity& entity, const Item& item, bool add);

  std::map<std::string, Table> tables_;
};

}  // namespace postern::sim::crafter
