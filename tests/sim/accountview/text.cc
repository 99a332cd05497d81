#include "tests/sim/accountview/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace postern::sim::accountview {

using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

/// 01:00 UTC on the month's last Sunday.
sys_seconds changeOver(std::chrono::year year, std::chrono::month month) {
  return sys_days(year / month / std::chrono::Sunday[std::chrono::last]) + std::chrono::hours(1);
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Digits and the rest as in `pattern`, where 0 stands for any digit.
bool looksLike(std::string_view text, std::string_view pattern) {
  return text.size() == pattern.size() && std::equal(text.begin(), text.end(), pattern.begin(),
                                                     [](char c, char p) { return p == '0' ? isDigit(c) : c == p; });
}

int number(std::string_view text) {
  int out = 0;
  for (const char c : text) out = out * 10 + (c - '0');
  return out;
}

std::string stored(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

/// The length of the UTF-8 character that begins with `lead`.
std::size_t lengthOf(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

minutes dutchOffset(sys_seconds utc) {
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(utc)).year();
  const bool summer = utc >= changeOver(year, std::chrono::March) && utc < changeOver(year, std::chrono::October);
  return minutes(summer ? 120 : 60);
}

std::string dutchClock(sys_seconds utc) { return stored(utc + dutchOffset(utc)); }

sys_seconds fromDutchClock(const std::string& text) {
  const std::string_view date(text);
  const sys_seconds wall = sys_days(std::chrono::year(number(date.substr(0, 4))) /
                                    std::chrono::month(static_cast<unsigned>(number(date.substr(5, 2)))) /
                                    std::chrono::day(static_cast<unsigned>(number(date.substr(8, 2))))) +
                           std::chrono::hours(number(date.substr(11, 2))) + minutes(number(date.substr(14, 2))) +
                           std::chrono::seconds(number(date.substr(17, 2)));
  const sys_seconds summer = wall - minutes(120);
  return dutchOffset(summer) == minutes(120) ? summer : wall - minutes(60);
}

std::optional<std::string> parseDate(std::string_view text) {
  if (text.size() < 10 || !looksLike(text.substr(0, 10), "0000-00-00")) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(number(text.substr(0, 4))),
                                         std::chrono::month(static_cast<unsigned>(number(text.substr(5, 2)))),
                                         std::chrono::day(static_cast<unsigned>(number(text.substr(8, 2)))));
  if (!date.ok()) return std::nullopt;
  const std::string day(text.substr(0, 10));
  std::string_view rest = text.substr(10);
  if (rest.empty()) return day + "T00:00:00";
  if (rest.size() < 6 || (rest[0] != 'T' && rest[0] != ' ') || !looksLike(rest.substr(1, 5), "00:00")) {
    return std::nullopt;
  }
  std::string clock(rest.substr(1, 5));
  rest.remove_prefix(6);
  if (rest.size() >= 3 && looksLike(rest.substr(0, 3), ":00")) {
    clock += rest.substr(0, 3);
    rest.remove_prefix(3);
  } else {
    clock += ":00";
  }
  if (number(clock.substr(0, 2)) > 23 || number(clock.substr(3, 2)) > 59 || number(clock.substr(6, 2)) > 59) {
    return std::nullopt;
  }
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    while (!rest.empty() && isDigit(rest[0])) rest.remove_prefix(1);
  }
  const bool zone =
      rest.empty() || rest == "Z" || looksLike(rest, "+00:00") || looksLike(rest, "-00:00") || looksLike(rest, "+0000");
  if (!zone) return std::nullopt;
  return day + 'T' + clock;
}

std::optional<std::string> parseFoxProDate(std::string_view text) {
  if (!text.starts_with("{^") || !text.ends_with('}')) return std::nullopt;
  const auto inner = text.substr(2, text.size() - 3);
  for (const std::string_view form : {"0000-00-00", "0000-00-00 00:00", "0000-00-00 00:00:00"}) {
    if (looksLike(inner, form)) return parseDate(inner);
  }
  return std::nullopt;
}

std::string asciiUpper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string upperCase(std::string_view utf8) {
  std::string out = asciiUpper(utf8);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    const auto second = static_cast<unsigned char>(out[i + 1]);
    // U+00E0..U+00FE except the division sign; ß and ÿ have no capital in the code page's table here
    if (out[i] == '\xC3' && second >= 0xA0 && second <= 0xBE && second != 0xB7) {
      out[i + 1] = static_cast<char>(second - 0x20);
    }
  }
  return out;
}

std::string trimRight(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string cutTo(const std::string& utf8, std::size_t wanted) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < wanted && end < utf8.size(); ++i) end += lengthOf(utf8[end]);
  return utf8.substr(0, end);
}

std::string padTo(std::string utf8, std::size_t wanted) {
  const auto has = characters(utf8);
  if (has < wanted) utf8.append(wanted - has, ' ');
  return utf8;
}

std::string throughWindows1252(std::string_view utf8) {
  // what the code page holds between 0x80 and 0x9F
  static const std::string_view kSpecial = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
  std::string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto length = std::min(lengthOf(utf8[i]), utf8.size() - i);
    const auto one = utf8.substr(i, length);
    const auto lead = static_cast<unsigned char>(one[0]);
    const bool latin1 = length == 2 && (lead == 0xC2 || lead == 0xC3) && static_cast<unsigned char>(one[1]) >= 0x80 &&
                        (lead == 0xC3 || static_cast<unsigned char>(one[1]) >= 0xA0);
    out += length == 1 || latin1 || kSpecial.find(one) != std::string_view::npos ? one : std::string_view("?");
    i += length;
  }
  return out;
}

}  // namespace postern::sim::accountview
