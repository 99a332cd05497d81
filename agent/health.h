#pragma once
// How each part is doing, for `status` and the service manager; and how far a pass has come, for a progress bar.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/clock.h"
#include "agent/database.h"
#include "agent/result.h"

namespace postern {

/// Counters of one link's current or last pass. Written by the workers, read by anybody.
struct Progress {
  std::atomic<std::int64_t> rows{0};       // read from the ERP
  std::atomic<std::int64_t> changed{0};    // of these, new or different
  std::atomic<std::int64_t> queued{0};     // changes that entered the outbox
  std::atomic<std::int64_t> delivered{0};  // changes acknowledged by the app
  std::atomic<std::int64_t> parked{0};     // changes the app refused
  std::atomic<std::int64_t> writes{0};     // write requests handed to the app
  std::atomic<std::int64_t> warnings{0};   // kinds whose answer was not believed
  std::atomic<bool> reading{false};
};

enum class HealthLevel { Good = 0, Warning = 1, Bad = 2 };

struct HealthEntry {
  std::string part;  // "main/erp": link and system
  HealthLevel level = HealthLevel::Good;
  std::string code;     // of the message; empty when good
  std::string reason;   // storedReason of it
  Clock::Time since{};  // of this level and code
  Clock::Time at{};     // last report
  std::string note;     // key=value figures of the last pass
};

/// Collects reports and keeps them in the state file, so that other processes see them. Thread-safe.
class Health {
 public:
  /// Opens a connection of its own that never waits for the disk.
  Health(const std::filesystem::path& stateFile, Clock& clock);
  /// For tests: remembers only.
  explicit Health(Clock& clock) : clock_(clock) {}

  void good(const std::string& part, const std::string& note = {});
  void report(const std::string& part, HealthLevel level, const Error& error);
  std::vector<HealthEntry> entries() const;

  /// A worker promises to call again within `limit`; late() names the parts that broke their promise.
  void alive(const std::string& part, std::chrono::seconds limit);
  std::vector<std::string> late() const;

 private:
  void store(const HealthEntry& entry);

  Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  std::optional<Database> db_;
  std::map<std::string, HealthEntry> entries_;
  std::map<std::string, Clock::Monotonic> deadlines_;
};

/// What the last postern on this state file reported.
std::vector<HealthEntry> readHealth(Database& db);

}  // namespace postern
