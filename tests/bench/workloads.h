#pragma once
// The contestants and the workloads they are put through, each in processes of its own against the bench server.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tests/bench/child.h"

namespace postern::bench {

enum class Contestant { Postern, Bare, Script };

struct Setup {
  std::filesystem::path folder;  // for states, on the disk to be measured
  std::filesystem::path self;    // this program
  std::filesystem::path postern;
  std::filesystem::path script;
  std::filesystem::path counter;  // library that counts syncs
  std::string python = "python3";
  int connections = 4;
  std::chrono::seconds limit{300};  // for any one process
};

/// What the server saw since its counts were zeroed.
struct Seen {
  std::int64_t pages = 0, writes = 0, lists = 0, asked = 0, created = 0, doubled = 0, connections = 0;
  std::int64_t firstWrite = 0;  // ns of the steady clock; 0 = none
};

/// One process put through one workload.
struct Measured {
  Child::End end;
  Seen seen;
  std::int64_t syncs = 0;
  double firstWrite = 0;  // seconds from its start; 0 = none
};

struct Idle {
  double cpu = 0;                     // seconds
  std::int64_t memory = 0, peak = 0;  // KiB
  Seen seen;
};

/// Throws std::runtime_error when something fails that must not, naming the output of the process.
class Workloads {
 public:
  explicit Workloads(Setup setup);
  ~Workloads();

  /// Forgets what the app holds; the ERP has so many customers from now on.
  void reset(std::int64_t customers);
  void mode(bool erpAway, bool appAway, int appDelay = 0);
  void keepBodies(bool on);
  Seen seen();

  /// A state of its own for a contestant; an old one of this name is deleted.
  std::filesystem::path freshState(Contestant contestant, const std::string& name);
  /// One pass: whatever there is to read and to send. `mayFail`: its exit code does not count.
  Measured pass(Contestant contestant, const std::filesystem::path& state, bool mayFail = false,
                std::chrono::microseconds slowSync = {});
  /// A pass while the app is away: fills the queue.
  Measured outage(Contestant contestant, const std::filesystem::path& state);
  /// `postern run` on `state`: `settle` to come to rest, then `span` of doing nothing.
  Idle idle(const std::filesystem::path& state, std::chrono::milliseconds settle, std::chrono::milliseconds span);
  /// Seconds of the measured part of `postern-bench WHAT` (see bench_main.cc).
  double raw(const std::string& what);

 private:
  Measured measure(Contestant contestant, const std::filesystem::path& state, const char* verb, bool mayFail,
                   std::chrono::microseconds slowSync);
  std::vector<std::string> command(Contestant contestant, const std::filesystem::path& state, const char* verb) const;
  std::string ask(const std::string& method, const std::string& path);

  Setup setup_;
  std::unique_ptr<Child> server_;
  std::uint16_t port_ = 0;
};

const char* nameOf(Contestant contestant);

}  // namespace postern::bench
