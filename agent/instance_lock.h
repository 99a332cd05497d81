#pragma once
// One deliverer per state file: two would send the same change twice.

#include <filesystem>
#include <memory>

namespace postern {

/// Held until destroyed; the system releases it when the process dies, however it dies.
class InstanceLock {
 public:
  /// nullptr when another process holds it. Throws StateError when the lock file cannot be made.
  static std::unique_ptr<InstanceLock> tryTake(const std::filesystem::path& stateDir);
  ~InstanceLock();

 private:
  struct Impl;
  explicit InstanceLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern
