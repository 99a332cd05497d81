#pragma once
// Our own writes while a page is being read: such a page may still show what was there before.

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "agent/record.h"

namespace postern {

/// One system's. Thread-safe.
class WriteWatch {
 public:
  /// Until closed, writes are noted. One reader at a time.
  void open() {
    const std::scoped_lock lock(mutex_);
    written_.emplace();
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    written_.reset();
  }
  /// `id` as the system's own records are keyed.
  void note(std::string_view kind, std::string_view id) {
    const std::scoped_lock lock(mutex_);
    if (written_) written_->insert({std::string(kind), std::string(id)});
  }
  bool noted(std::string_view kind, std::string_view id) const {
    const std::scoped_lock lock(mutex_);
    return written_ && written_->contains(Reference{std::string(kind), std::string(id)});
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::set<Reference>> written_;
};

}  // namespace postern
