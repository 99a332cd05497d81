#pragma once
// Starts what is measured as processes of their own, so that neither memory nor threads of one count for another.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace postern::bench {

struct ChildOptions {
  std::vector<std::string> command;
  std::filesystem::path output;       // standard output and error go here; empty = nowhere
  std::filesystem::path syncCounter;  // library that counts syncs (count_syncs.cc); empty = not counted
  std::chrono::microseconds slowSync{0};
};

/// A running process; killed and reaped by the destructor. It dies with the thread that started it.
class Child {
 public:
  explicit Child(const ChildOptions& options);  // throws std::runtime_error
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  struct End {
    bool inTime = true;     // false: it was killed at the limit
    int code = -1;          // exit code; -1 when a signal ended it
    double seconds = 0;     // from start to end
    std::int64_t peak = 0;  // most memory it ever had, KiB
  };
  End wait(std::chrono::milliseconds limit);
  /// SIGTERM, then wait().
  End stop(std::chrono::milliseconds limit);

  double cpuSeconds() const;                             // used so far
  std::int64_t memory() const;                           // resident now, KiB
  std::int64_t syncs() const;                            // so far
  std::int64_t startedAt() const { return startedAt_; }  // ns of the steady clock

 private:
  void reap(bool kill);
  pid_t pid_ = -1;
  int handle_ = -1;  // pidfd: readable when it has ended
  int counterFile_ = -1;
  std::int64_t startedAt_ = 0;
  std::int64_t peak_ = 0;
};

}  // namespace postern::bench
