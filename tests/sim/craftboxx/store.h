#pragma once
// The records of the simulated Craftboxx, in memory, with the indexes that keep look-ups quick at 100,000 records.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sim/craftboxx/schema.h"

namespace postern::sim::craftboxx {

using Seconds = std::chrono::sys_seconds;  // the API's stamps have six digits behind the second, normally all zero

struct Record {
  std::int64_t id = 0;
  Seconds created, updated;
  Json fields = Json::object();  // what was written and is not null
  int assignments = 0;           // of a project
  int archivedAssignments = 0;   // of a project
};

/// Not thread-safe. Records stay where they are until they are erased.
class Store {
 public:
  Store();

  Record& insert(Resource resource, Json fields, Seconds now);
  /// Merges `changes` (null removes a member). Returns whether something differs.
  bool update(Resource resource, Record& record, const Json& changes);
  void touch(Resource resource, Record& record, Seconds now);
  bool erase(Resource resource, std::int64_t id);
  void clear();

  Record* find(Resource resource, std::int64_t id);
  const Record* find(Resource resource, std::int64_t id) const;
  const std::map<std::int64_t, Record>& all(Resource resource) const { return table(resource).records; }
  /// Oldest change first; records of one second in the order of their ids.
  const std::set<std::pair<Seconds, std::int64_t>>& byUpdate(Resource resource) const {
    return table(resource).byUpdate;
  }
  /// Records whose indexed field has this value (see valueText), in no certain order; empty when none.
  const std::vector<Record*>& having(Resource resource, std::string_view field, const std::string& value) const;

  /// An assignment in state ARCHIVED; a project that has assignments, all of them so.
  static bool isArchived(Resource resource, const Record& record);
  std::int64_t archivedCount(Resource resource) const { return table(resource).archived; }
  /// Number of (source, source_external_id) pairs that more than one record carries.
  std::int64_t duplicates(Resource resource) const;
  /// Grows with each change of the resource; version() with each change at all.
  std::int64_t version(Resource resource) const { return table(resource).version; }
  std::int64_t version() const { return version_; }

 private:
  using Index = std::unordered_map<std::string, std::vector<Record*>>;
  struct Table {
    std::map<std::int64_t, Record> records;
    std::set<std::pair<Seconds, std::int64_t>> byUpdate;
    std::map<std::string, Index, std::less<>> indexes;
    std::int64_t nextId = 1;
    std::int64_t archived = 0;
    std::int64_t version = 0;
  };
  Table& table(Resource resource) { return tables_[static_cast<std::size_t>(resource)]; }
  const Table& table(Resource resource) const { return tables_[static_cast<std::size_t>(resource)]; }
  void index(Table& in, Record& record, const Json& fields, bool add);
  /// Counts an assignment into its project (by = 1) or out of it (by = -1), and into the archived ones.
  void countAssignment(const Record& assignment, int by);
  void changed(Table& in);

  std::array<Table, kResources.size()> tables_;
  std::int64_t version_ = 0;
};

/// A stored value as a query parameter spells it: text as it is, numbers in digits, bools as 1 and 0, null as "".
std::string valueText(const Json& value);

}  // namespace postern::sim::craftboxx
