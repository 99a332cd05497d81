#pragma once
// A system's snapshot in memory, for tests of rules.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/connector.h"

namespace postern {

class MemoryView : public SourceView {
 public:
  /// Adds the record or replaces the one of its kind and key.
  void put(Record record, Clock::Time changedAt = {}) {
    const Reference reference = record.reference();
    records_[reference] = Seen{std::move(record), changedAt};
  }
  void remove(const std::string& kind, const std::string& key) { records_.erase({kind, key}); }

  std::optional<Seen> get(std::string_view kind, std::string_view key) const override {
    const auto it = records_.find({std::string(kind), std::string(key)});
    if (it == records_.end()) return std::nullopt;
    return it->second;
  }

  std::vector<Seen> childrenOf(std::string_view kind, std::string_view parent) const override {
    std::vector<Seen> children;
    for (const auto& [reference, seen] : records_) {
      if (reference.kind == kind && seen.record.parent == parent) children.push_back(seen);
    }
    return children;
  }

 private:
  std::map<Reference, Seen> records_;
};

}  // namespace postern
