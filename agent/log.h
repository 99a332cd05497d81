#pragma once
// The log: one key=value line an event, on stderr. What may be in it: keys, codes, counts, host names; never a secret,
// a body or a personal value.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "agent/clock.h"

namespace postern {

/// Error = someone must act, Warning = will be retried, Info = state changed, Debug = each record.
enum class Level { Error, Warning, Info, Debug };

/// One key=value. `key` is a constant of ours ([a-z_]+); the value may be anything: it cannot leave its place.
struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  LogField(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
  std::string_view key;
  std::string value;
};

/// Events below `level` are dropped from now on; Info until this is called. Call once, at start.
void setLogLevel(Level level);
bool isLogged(Level level);

/// Writes the event as one whole line. Thread-safe, never throws for an unwritable stderr. Starts with an ISO
/// stamp and level=…, for systemd's journal (logForJournal) with "<priority>".
void log(Level level, std::string_view component, std::string_view event, std::initializer_list<LogField> fields = {});

/// The line log() writes, without start and line break: `component=… event=… key=value …`. Values with anything but
/// plain characters are quoted; in quotes `"` and `\` are escaped, control and line-breaking characters become \n, \r,
/// \t, \xNN or \uNNNN, and bytes that are not UTF-8 \xNN.
std::string formatEvent(std::string_view component, std::string_view event, std::span<const LogField> fields);

/// Keeps an identical error (same component, event and code) from filling the log: it is told at once, then at
/// intervals with the number of times it happened. Thread-safe. `clock` must outlive this.
class Repeats {
 public:
  explicit Repeats(Clock& clock, std::chrono::seconds interval = std::chrono::minutes{10})
      : clock_(clock), interval_(interval) {}

  /// Counts one occurrence. 0: keep quiet. Else log it; it stands for so many occurrences since the last time.
  int count(std::string_view component, std::string_view event, std::string_view code);
  /// The error is over: its next occurrence is told at once. Returns how many were not told; 0 for an unknown one.
  int over(std::string_view component, std::string_view event, std::string_view code);

 private:
  struct Entry {
    Clock::Monotonic toldAt;
    int untold = 0;
  };
  static std::string keyOf(std::string_view component, std::string_view event, std::string_view code);

  Clock& clock_;
  const std::chrono::seconds interval_;
  std::mutex mutex_;  // entries_
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace postern
