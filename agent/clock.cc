#include "agent/clock.h"

#include <date/tz.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>

#include "agent/folders.h"

namespace postern {

namespace {

using std::chrono::seconds;
using std::chrono::sys_days;

class SystemClock : public Clock {
 public:
  Time now() const override { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }
  Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
  bool wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

const date::time_zone* findZone(const std::string& zone) {
  static const bool ready = (findTimeZones(), true);
  static_cast<void>(ready);
  try {
    return date::locate_zone(zone);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

const date::time_zone& zoneOf(const std::string& zone) {
  const auto* found = findZone(zone);
  if (found == nullptr) throw std::invalid_argument("unknown time zone " + zone);
  return *found;
}

/// `text`[at, at+count) as a number; -1 unless all are digits.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Clock& systemClock() {
  static SystemClock clock;
  return clock;
}

seconds utcOffset(Clock::Time time, const std::string& zone) {
  return zoneOf(zone).get_info(date::sys_seconds{time.time_since_epoch()}).offset;
}

sys_days localDay(Clock::Time time, const std::string& zone) {
  return std::chrono::floor<std::chrono::days>(time + utcOffset(time, zone));
}

Clock::Time fromLocal(sys_days day, seconds timeOfDay, const std::string& zone) {
  const seconds local = day.time_since_epoch() + timeOfDay;
  const date::local_info info = zoneOf(zone).get_info(date::local_seconds{local});
  if (info.result == date::local_info::nonexistent) return Clock::Time{info.first.end.time_since_epoch()};
  return Clock::Time{local - info.first.offset};  // the first one in an overlap
}

bool isKnownZone(const std::string& zone) { return findZone(zone) != nullptr; }

std::string isoDate(sys_days day) {
  const std::chrono::year_month_day ymd{day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                static_cast<unsigned>(ymd.day()));
  return text;
}

std::optional<sys_days> parseIsoDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return sys_days{ymd};
}

std::string isoStamp(Clock::Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  char text[48];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return isoDate(day) + text;
}

}  // namespace postern
