#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim::craftboxx {

namespace {

using namespace std::chrono;

/// Takes exactly `digits` digits from the front; -1 if they are not there.
int take(std::string_view& text, int digits) {
  int value = 0;
  if (text.size() < static_cast<std::size_t>(digits)) return -1;
  for (int i = 0; i < digits; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(digits));
  return value;
}

bool takeChar(std::string_view& text, std::string_view any) {
  if (text.empty() || any.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes ".123456" if it is there; digits beyond the sixth are dropped.
std::optional<microseconds> takeFraction(std::string_view& text) {
  if (!takeChar(text, ".")) return microseconds(0);
  int value = 0, digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    if (digits < 6) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return microseconds(value);
}

/// Takes the zone, if any; the difference to UTC.
std::optional<minutes> takeZone(std::string_view& text, bool& hadZone) {
  hadZone = !text.empty();
  if (text.empty() || takeChar(text, "Zz")) return minutes(0);
  const bool west = text.front() == '-';
  if (!takeChar(text, "+-")) return std::nullopt;
  const int hour = take(text, 2);
  takeChar(text, ":");
  const int minute = take(text, 2);
  if (hour < 0 || hour > 14 || minute < 0 || minute > 59) return std::nullopt;
  const minutes offset(hour * 60 + minute);
  return west ? -offset : offset;
}

void appendDigits(std::string& out, std::int64_t value, int digits) {
  const auto start = out.size();
  out.append(static_cast<std::size_t>(digits), '0');
  for (int i = digits; i > 0 && value > 0; --i, value /= 10) {
    out[start + static_cast<std::size_t>(i) - 1] = static_cast<char>('0' + value % 10);
  }
}

}  // namespace

std::optional<ParsedStamp> parseStamp(std::string_view text) {
  const int y = take(text, 4);
  const bool dash = takeChar(text, "-");
  const int m = take(text, 2);
  const bool dash2 = takeChar(text, "-");
  const int d = take(text, 2);
  if (y < 0 || m < 1 || d < 1 || !dash || !dash2) return std::nullopt;
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  if (!date.ok()) return std::nullopt;
  ParsedStamp parsed{Stamp(sys_days(date)), false};
  if (text.empty()) return parsed;

  if (!takeChar(text, "T ")) return std::nullopt;
  const int hour = take(text, 2);
  const bool colon = takeChar(text, ":");
  const int minute = take(text, 2);
  if (hour < 0 || hour > 23 || !colon || minute < 0 || minute > 59) return std::nullopt;
  int second = 0;
  if (takeChar(text, ":")) second = take(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  const auto fraction = takeFraction(text);
  if (!fraction) return std::nullopt;
  const auto zone = takeZone(text, parsed.hadZone);
  if (!zone || !text.empty()) return std::nullopt;
  parsed.time += hours(hour) + minutes(minute) + seconds(second) + *fraction - *zone;
  return parsed;
}

std::string stampText(Stamp time) {
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date(days);
  const hh_mm_ss clock(time - days);
  std::string out;
  out.reserve(27);
  appendDigits(out, static_cast<int>(date.year()), 4);
  out += '-';
  appendDigits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  appendDigits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  appendDigits(out, clock.hours().count(), 2);
  out += ':';
  appendDigits(out, clock.minutes().count(), 2);
  out += ':';
  appendDigits(out, clock.seconds().count(), 2);
  out += '.';
  appendDigits(out, clock.subseconds().count(), 6);
  out += 'Z';
  return out;
}

}  // namespace postern::sim::craftboxx
