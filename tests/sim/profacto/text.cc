#include "tests/sim/profacto/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace postern::sim::profacto {

namespace {

using namespace std::chrono;

constexpr char32_t kInvalid = 0xFFFFFFFF;

// Reads one code point and moves `at` behind it; a byte that is not UTF-8 gives kInvalid and is skipped.
char32_t nextCodePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || at + static_cast<std::size_t>(more) > text.size()) return kInvalid;
  char32_t code = first & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char c = byte(at + static_cast<std::size_t>(i));
    if ((c & 0xC0) != 0x80) return kInvalid;
    code = (code << 6) | (c & 0x3Fu);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kInvalid;
  at += static_cast<std::size_t>(more);
  return code;
}

// Base letters of U+00C0..U+017F; "" keeps the character.
constexpr std::array<const char*, 0x180 - 0xC0> kBase = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // C0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",  // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // E0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",   // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",   // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",   // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",   // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",   // 130
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",   // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",   // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",   // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",   // 170
};

// Windows-1252 bytes 80..9F as code points; 0 = not assigned.
constexpr std::array<char32_t, 32> kHigh1252 = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<sys_days> checkedDay(unsigned y, unsigned m, unsigned d) {
  const year_month_day date{year(static_cast<int>(y)), month(m), day(d)};
  if (y == 0 || !date.ok()) return std::nullopt;
  return sys_days(date);
}

struct Zone {
  const char* name;
  int winterMinutes;
  bool summerTime;
};
constexpr std::array<Zone, 8> kZones = {{{"UTC", 0, false},
                                         {"Europe/London", 0, true},
                                         {"Europe/Berlin", 60, true},
                                         {"Europe/Vienna", 60, true},
                                         {"Europe/Zurich", 60, true},
                                         {"Europe/Amsterdam", 60, true},
                                         {"Europe/Helsinki", 120, true},
                                         {"America/Phoenix", -420, false}}};

const Zone& findZone(const std::string& name) {
  for (const Zone& zone : kZones) {
    if (name == zone.name) return zone;
  }
  throw std::invalid_argument("unknown zone " + name);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      out += (c >= 'A' && c <= 'Z') ? static_cast<char>(c + 32) : static_cast<char>(c);
      ++at;
      continue;
    }
    const std::size_t from = at;
    const char32_t code = nextCodePoint(text, at);
    if (code == 0x1E9E) {
      out += "ss";
    } else if (code >= 0x300 && code <= 0x36F) {
      continue;  // a combining accent: the letter before it stays
    } else if (code >= 0xC0 && code < 0x180 && *kBase[code - 0xC0] != '\0') {
      out += kBase[code - 0xC0];
    } else {
      out += text.substr(from, at - from);
    }
  }
  return out;
}

std::string collationKey(std::string_view text) {
  static constexpr std::string_view kLatePunctuation = ":;<=>?@[\\]^_`{|}~";
  std::string out = fold(text);
  for (char& c : out) {
    const std::size_t at = kLatePunctuation.find(c);
    if (at != std::string_view::npos) c = static_cast<char>(at + 1);
  }
  return out;
}

bool matchesWildcard(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '@') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '@') ++p;
  return p == pattern.size();
}

std::vector<std::string_view> words(std::string_view folded) {
  std::vector<std::string_view> out;
  const auto isWord = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  };
  for (std::size_t at = 0; at < folded.size();) {
    if (!isWord(folded[at])) {
      ++at;
      continue;
    }
    const std::size_t from = at;
    while (at < folded.size() && isWord(folded[at])) ++at;
    out.push_back(folded.substr(from, at - from));
  }
  return out;
}

std::string cleanUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    if (nextCodePoint(text, at) == kInvalid) {
      out += '?';
    } else {
      out += text.substr(from, at - from);
    }
  }
  return out;
}

std::string toWindows1252(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t code = nextCodePoint(utf8, at);
    char byte = '?';
    if (code < 0x80 || (code >= 0xA0 && code <= 0xFF)) {
      byte = static_cast<char>(code);
    } else {
      for (std::size_t i = 0; i < kHigh1252.size(); ++i) {
        if (kHigh1252[i] == code) byte = static_cast<char>(0x80 + i);
      }
    }
    out += byte;
  }
  return out;
}

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          std::array<char, 8> code{};
          std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
          out += code.data();
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void appendJsonNumber(std::string& out, double value) {
  std::array<char, 40> text{};
  if (!std::isfinite(value)) value = 0;
  if (value == std::floor(value) && std::fabs(value) < 1e15) {
    out += std::to_string(static_cast<std::int64_t>(value));
    return;
  }
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), error == std::errc() ? end : text.data());
}

std::string escapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<sys_days> parseDate(std::string_view text) {
  if (text.size() > 10 && text[10] == 'T') text = text.substr(0, 10);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text.substr(0, 4)), m = digits(text.substr(5, 2)), d = digits(text.substr(8, 2));
  if (!y || !m || !d) return std::nullopt;
  return checkedDay(*y, *m, *d);
}

std::optional<sys_days> parseWriteDate(std::string_view text, ProfactoOptions::WriteDate form) {
  if (form == ProfactoOptions::WriteDate::Iso) return parseDate(text);
  const std::size_t yearDigits = form == ProfactoOptions::WriteDate::DayMonthYear2 ? 2 : 4;
  if (text.size() != 6 + yearDigits || text[2] != '.' || text[5] != '.') return std::nullopt;
  const auto d = digits(text.substr(0, 2)), m = digits(text.substr(3, 2)), y = digits(text.substr(6));
  if (!y || !m || !d) return std::nullopt;
  return checkedDay(yearDigits == 2 ? 2000 + *y : *y, *m, *d);
}

std::string isoDate(sys_days day) {
  const year_month_day date(day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

minutes zoneOffset(const std::string& name, sys_days day) {
  const Zone& zone = findZone(name);
  const year y = year_month_day(day).year();
  // Clocks change after midnight, so the Sunday in March still begins in winter time, the one in October in summer
  // time.
  const bool summer =
      zone.summerTime && day > sys_days(y / March / Sunday[last]) && day <= sys_days(y / October / Sunday[last]);
  return minutes(zone.winterMinutes + (summer ? 60 : 0));
}

sys_days localDay(const std::string& zone, sys_seconds now) {
  return floor<days>(now + zoneOffset(zone, floor<days>(now)));
}

std::string answerDate(std::optional<sys_days> day, const ProfactoOptions& options) {
  using Form = ProfactoOptions::DateForm;
  if (!day) {
    switch (options.emptyDate) {
      case ProfactoOptions::EmptyDate::EmptyText:
        return "\"\"";
      case ProfactoOptions::EmptyDate::Null:
        return "null";
      case ProfactoOptions::EmptyDate::Zero:
        return "\"0000-00-00\"";
      case ProfactoOptions::EmptyDate::ZeroLong:
        return "\"0000-00-00T00:00:00.000Z\"";
      case ProfactoOptions::EmptyDate::Missing:
        return "";
    }
  }
  switch (options.dateForm) {
    case Form::Short:
      return '"' + isoDate(*day) + '"';
    case Form::LocalLong:
      return '"' + isoDate(*day) + "T00:00:00\"";
    case Form::FakeUtcLong:
      return '"' + isoDate(*day) + "T00:00:00.000Z\"";
    case Form::UtcLong:
      break;
  }
  const sys_seconds utc = sys_seconds(*day) - zoneOffset(options.zone, *day);
  const sys_days utcDay = floor<days>(utc);
  const hh_mm_ss time(utc - utcDay);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:00.000Z\"", static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()));
  return '"' + isoDate(utcDay) + text.data();
}

}  // namespace postern::sim::profacto
