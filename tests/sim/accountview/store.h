#pragma once
// The rows of one company of the simulated AccountView, in memory.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/accountview/schema.h"

namespace postern::sim::accountview {

using Json = nlohmann::json;

struct Row {
  std::int64_t entered = 0;  // order of entry
  Json values;               // by the fields' words: text, numbers, true/false, dates as stored text
};

/// Not thread-safe. Rows are found by the text of their key; a detail row by "header key|line number".
class Store {
 public:
  using Rows = std::map<std::string, Row, std::less<>>;

  explicit Store(const Schema& schema) : schema_(&schema) {}

  /// A row with every field empty.
  static Json emptyRow(const Table& table);
  std::string keyOf(const Table& table, const Json& values) const;

  const Rows& all(std::string_view table) const;
  const Row* find(std::string_view table, std::string_view key) const;
  /// The details of a header, in the order of their line numbers.
  std::vector<const Row*> linesOf(const Table& detail, const std::string& headerKey) const;
  /// Puts a row in or over the one with the same key, stamping its change: CNG_DATE, CNG_NR, and INP_DATE if it is new.
  void put(const Table& table, Json values, const std::string& clock, const std::string& user, bool numberPerTable);
  bool erase(std::string_view table, const std::string& key);
  void clear();

  /// The next number the server gives out for `purpose`, counted from 1.
  std::int64_t nextNumber(const std::string& purpose) { return ++numbers_[purpose]; }

 private:
  const Schema* schema_;
  std::map<std::string, Rows, std::less<>> tables_;
  std::map<std::string, std::int64_t> numbers_;
  std::int64_t entered_ = 0;
};

}  // namespace postern::sim::accountview
