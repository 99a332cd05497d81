#pragma once
// The simulator's tables: typed rows held as packed texts, with orders and value indexes kept up to date.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "tests/sim/profacto/profacto_options.h"

namespace postern::sim::profacto {

enum class Type { Text, Integer, Number, Boolean, Date };

/// A value of a row; monostate is the empty date (texts and numbers are never null). The view lives as long as the row.
using Cell = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, std::chrono::sys_days>;
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::chrono::sys_days>;

struct Column {
  std::string name;  // as the site calls it
  std::string word;  // as the simulator calls it
  Type type = Type::Text;
  bool locked = false;  // PKUUID_n: never read or written over the API
};

struct OrderTerm {
  std::size_t column = 0;
  bool descending = false;
};
using Order = std::vector<OrderTerm>;
using Slot = std::uint32_t;

/// One table. Slots are record numbers: stable while a record lives, used again after it is erased (so rows without an
/// order move, as in 4D). Not thread-safe.
class Table {
 public:
  Table(std::string name, std::vector<Column> columns, std::vector<std::size_t> keyColumns, bool uniqueKeys);

  const std::string& name() const { return name_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<std::size_t>& keyColumns() const { return keyColumns_; }
  std::optional<std::size_t> columnNamed(std::string_view siteName) const;
  /// By the site's name or the simulator's word; throws std::invalid_argument.
  std::size_t column(std::string_view either) const;

  std::size_t size() const { return size_; }
  /// Moves with every change.
  std::uint64_t version() const { return version_; }
  std::vector<Value> emptyRow() const;

  /// Throws std::invalid_argument if the key exists and keys are unique.
  Slot insert(const std::vector<Value>& row);
  void update(Slot slot, const std::vector<std::pair<std::size_t, Value>>& changes);
  void erase(Slot slot);

  Cell cell(Slot slot, std::size_t column) const;
  void unpack(Slot slot, std::vector<Cell>& out) const;
  std::string text(Slot slot, std::size_t column) const;
  std::string key(Slot slot) const;
  std::optional<Slot> find(const std::string& key) const;

  /// All records in that order, ties by record number. The reference holds until the next call that is not const.
  const std::vector<Slot>& ordered(const Order& order);
  /// Puts some records into an order.
  void sort(std::vector<Slot>& slots, const Order& order) const;
  /// Records whose text in `column` is `folded` apart from case and accents.
  std::vector<Slot> withText(std::size_t column, const std::string& folded);

 private:
  struct Cached {
    Order order;
    std::vector<Slot> slots;
  };
  using TextIndex = std::unordered_multimap<std::string, Slot>;
  std::string sortKey(Slot slot, const Order& order) const;
  std::vector<Slot>::iterator place(Cached& cached, Slot slot) const;
  void enter(Slot slot);
  void leave(Slot slot);

  std::string name_;
  std::vector<Column> columns_;
  std::vector<std::size_t> keyColumns_;
  bool uniqueKeys_;
  std::vector<std::string> packed_;  // empty = free slot
  std::vector<Slot> free_;
  std::size_t size_ = 0;
  std::uint64_t version_ = 0;
  TextIndex keys_;
  std::deque<Cached> orders_;
  std::map<std::size_t, TextIndex> texts_;
};

/// All tables of section 4.3, empty.
class Database {
 public:
  explicit Database(const ProfactoOptions& options);
  /// nullptr if there is none.
  Table* find(std::string_view name);
  /// Throws std::invalid_argument.
  Table& table(std::string_view name);
  /// Index of the change date, if the table has one.
  std::optional<std::size_t> changeColumn(const Table& table) const;

 private:
  std::map<std::string, Table, std::less<>> tables_;
};

/// Tables a set may read, main table first; empty for an unknown set.
const std::vector<std::string>& tablesOfSet(const std::string& set);
/// All API sets of the Standard edition.
const std::vector<std::string>& apiSets();

}  // namespace postern::sim::profacto
