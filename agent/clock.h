#pragma once
// Time, as something tests can hold still.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace postern {

/// Thread-safe.
class Clock {
 public:
  using Time = std::chrono::sys_seconds;  // UTC; may jump
  using Monotonic = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual Monotonic monotonic() const = 0;
  /// Waits on the monotonic clock; false when stop was requested meanwhile.
  virtual bool wait(std::chrono::milliseconds duration, std::stop_token stop) = 0;
};

/// The real one. Lives for ever.
Clock& systemClock();

/// The calendar day that `time` falls on in `zone` (IANA name, e.g. "Europe/Berlin"), daylight saving included.
/// Throws std::invalid_argument for an unknown zone.
std::chrono::sys_days localDay(Clock::Time time, const std::string& zone);
/// Seconds east of UTC in `zone` at `time`.
std::chrono::seconds utcOffset(Clock::Time time, const std::string& zone);
/// The instant at which the local clock in `zone` shows `day` + `timeOfDay`; in a gap the instant after it, in an
/// overlap the first one.
Clock::Time fromLocal(std::chrono::sys_days day, std::chrono::seconds timeOfDay, const std::string& zone);
bool isKnownZone(const std::string& zone);

/// "2025-05-09"; and back (nullopt when the text is not such a date).
std::string isoDate(std::chrono::sys_days day);
std::optional<std::chrono::sys_days> parseIsoDate(std::string_view text);
/// "2025-05-09T10:00:00Z".
std::string isoStamp(Clock::Time time);

}  // namespace postern
