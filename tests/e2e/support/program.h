#pragma once
// The program under test as a child process: arguments, environment, output, exit code, signals. Every wait is bounded
// and every child is reaped.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#ifndef SIGKILL
#define SIGKILL 9  // Windows has no name for it
#endif

namespace postern::e2e {

/// Path of the built `postern`, or of the one that $POSTERN_PROGRAM names.
std::filesystem::path program();

struct Start {
  std::vector<std::string> arguments;                   // without the program's name
  std::string input = {};                               // standard input; its end follows at once
  std::map<std::string, std::string> environment = {};  // beside what the test has; "" removes
  bool withoutRights = false;                           // as user nobody, when the test runs as root
};

/// One run. The destructor kills and reaps what still runs. Not thread-safe. Twins: program_posix.cc,
/// program_windows.cc.
class Program {
 public:
  explicit Program(const Start& start);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Process number.
  int pid() const;
  /// SIGTERM asks for a stop (Windows: the event that stands for it), SIGKILL ends it without any clean-up.
  void signal(int number) const;
  /// SIGKILL, then reaped. What had ended before stays ended.
  void kill();
  /// True when it has ended within `limit`.
  bool waitFor(std::chrono::milliseconds limit);
  bool running() { return !waitFor(std::chrono::milliseconds{0}); }
  /// Exit code, or minus the signal that ended it. Only after waitFor() was true.
  int code() const { return *code_; }
  /// What it wrote so far.
  std::string out() const;
  std::string err() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::optional<int> code_;
};

struct Ended {
  int code = -1000;  // -1000: did not end in time and was killed
  std::string out;
  std::string err;
  std::chrono::milliseconds took{0};
  std::string all() const { return "exit " + std::to_string(code) + "\n--- out\n" + out + "--- err\n" + err; }
};

/// Runs to the end.
Ended runToEnd(const Start& start, std::chrono::milliseconds limit = std::chrono::seconds{100});

/// Looks every few milliseconds until `condition` holds; false after `limit`.
template <class Condition>
bool eventually(std::chrono::milliseconds limit, Condition condition);

/// A few milliseconds between two looks.
void shortPause(std::chrono::milliseconds time = std::chrono::milliseconds{5});

template <class Condition>
bool eventually(std::chrono::milliseconds limit, Condition condition) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    shortPause();
  }
  return true;
}

}  // namespace postern::e2e
