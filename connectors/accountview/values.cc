#include "connectors/accountview/values.h"

#include <Poco/TextIterator.h>
#include <Poco/UTF8Encoding.h>
#include <Poco/Unicode.h>
#include <Poco/Windows1252Encoding.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "agent/clock.h"

namespace postern::accountview {

namespace {

constexpr double kLargestNumber = 1e15;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Digits where `pattern` has 0, the same characters elsewhere.
bool looksLike(std::string_view text, std::string_view pattern) {
  return text.size() == pattern.size() && std::equal(text.begin(), text.end(), pattern.begin(),
                                                     [](char c, char p) { return p == '0' ? isDigit(c) : c == p; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

struct Moment {
  std::string day;    // "2026-01-15"; empty = an empty date
  std::string clock;  // "08:03:11"
  bool utc = false;   // written with Z
};

bool isZone(std::string_view text) {
  return text.empty() || text == "Z" || looksLike(text, "+00:00") || looksLike(text, "-00:00") ||
         looksLike(text, "+0000") || looksLike(text, "-0000");
}

bool isClock(std::string_view text) {
  return looksLike(text, "00:00:00") && text.substr(0, 2) < "24" && text.substr(3, 2) < "60" && text.substr(6) < "61";
}

std::optional<Moment> readMoment(std::string_view written) {
  const std::string_view text = trimmed(written);
  if (text.empty() || text == ".NULL.") return Moment{};
  if (text.size() < 10 || !parseIsoDate(text.substr(0, 10))) return std::nullopt;
  Moment out{std::string(text.substr(0, 10)), "00:00:00", false};
  std::string_view rest = text.substr(10);
  if (!rest.empty()) {
    if (rest[0] != 'T' && rest[0] != ' ') return std::nullopt;
    rest.remove_prefix(1);
    if (rest.size() >= 8 && isClock(rest.substr(0, 8))) {
      out.clock = rest.substr(0, 8);
      rest.remove_prefix(8);
    } else if (rest.size() >= 5 && isClock(std::string(rest.substr(0, 5)) + ":00")) {
      out.clock = std::string(rest.substr(0, 5)) + ":00";
      rest.remove_prefix(5);
    } else {
      return std::nullopt;
    }
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      while (!rest.empty() && isDigit(rest[0])) rest.remove_prefix(1);
    }
    if (!isZone(rest)) return std::nullopt;
    out.utc = rest == "Z";
  }
  // What an empty FoxPro date becomes on its way through .NET or OLE.
  if (out.day == "0001-01-01" || out.day == "1899-12-30") return Moment{};
  return out;
}

std::chrono::seconds timeOf(const std::string& clock) {
  const auto number = [&](std::size_t at) { return (clock[at] - '0') * 10 + (clock[at + 1] - '0'); };
  return std::chrono::hours(number(0)) + std::chrono::minutes(number(3)) + std::chrono::seconds(number(6));
}

void append(std::string& out, int character) {
  std::array<unsigned char, 4> bytes{};
  static const Poco::UTF8Encoding kUtf8;
  const int length = kUtf8.convert(character, bytes.data(), static_cast<int>(bytes.size()));
  for (int i = 0; i < length; ++i) out += static_cast<char>(bytes.at(static_cast<std::size_t>(i)));
}

/// Calls `use` with each character of `utf8`, -1 for bytes that are none.
template <class Use>
void eachCharacter(std::string_view utf8, Use use) {
  static const Poco::UTF8Encoding kUtf8;
  const std::string text(utf8);
  const Poco::TextIterator end(text);
  for (Poco::TextIterator it(text, kUtf8); it != end; ++it) use(*it);
}

}  // namespace

std::string plainText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') out += '\n';
    } else if (c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= 0x20) {
      if (c != 0x7F) out += c;
    }
  }
  return std::string(trimmed(out));
}

std::string upperText(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  eachCharacter(utf8, [&](int c) {
    // Only what the code page holds in both cases; the sharp s has no capital there.
    const bool western = c < 0x100 || c == 0x153 || c == 0x161 || c == 0x17E;
    append(out, c < 0 ? '?' : western && c != 0xDF && c != 0xB5 ? Poco::Unicode::toUpper(c) : c);
  });
  return out;
}

std::string plainKey(std::string_view text) { return upperText(plainText(text)); }

std::optional<std::string> plainNumber(std::string_view written) {
  const std::string_view text = trimmed(written);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > kLargestNumber) return std::nullopt;
  std::array<char, 64> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  std::string out(buffer.data(), done.ptr);
  return out == "-0" ? "0" : out;
}

std::optional<std::string> plainDay(std::string_view text, const std::string& zone) {
  const auto moment = readMoment(text);
  if (!moment) return std::nullopt;
  if (!moment->utc || moment->clock == "00:00:00" || moment->day.empty()) return moment->day;
  const auto day = parseIsoDate(moment->day);
  if (!day) return std::nullopt;
  return isoDate(localDay(Clock::Time(*day) + timeOf(moment->clock), zone));
}

std::optional<std::string> localStamp(std::string_view text) {
  const auto moment = readMoment(text);
  if (!moment) return std::nullopt;
  return moment->day.empty() ? std::string{} : moment->day + 'T' + moment->clock;
}

std::string foxProLiteral(std::string_view stamp) {
  std::string inner(stamp);
  std::replace(inner.begin(), inner.end(), 'T', ' ');
  return "{^" + inner + '}';
}

std::string changesFrom(std::string_view since, std::chrono::seconds overlap) {
  const auto moment = readMoment(since);
  if (!moment || moment->day.empty()) return {};
  const auto day = parseIsoDate(moment->day);
  if (!day) return {};
  return isoDate(std::chrono::floor<std::chrono::days>(Clock::Time(*day) + timeOf(moment->clock) - overlap)) +
         "T00:00:00";
}

std::string wireDay(std::string_view isoDay) {
  return isoDay.empty() ? std::string{} : std::string(isoDay) + "T00:00:00.000Z";
}

std::string dutchPostCode(std::string_view text) {
  std::string plain = plainText(text);
  std::string tight;
  for (const char c : plain)
    if (c != ' ') tight += c;
  const bool dutch = tight.size() == 6 && looksLike(std::string_view(tight).substr(0, 4), "0000") &&
                     isLetter(tight[4]) && isLetter(tight[5]);
  return dutch ? upperText(tight.substr(0, 4) + ' ' + tight.substr(4)) : plain;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string firstCharacters(std::string_view utf8, std::size_t limit) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(utf8[i]) & 0xC0) != 0x80;
    if (begins && seen++ == limit) return std::string(utf8.substr(0, i));
  }
  return std::string(utf8);
}

std::string inCodePage(std::string_view utf8) {
  static const Poco::Windows1252Encoding kCodePage;
  std::string out;
  out.reserve(utf8.size());
  eachCharacter(utf8, [&](int c) {
    unsigned char byte = 0;
    append(out, c >= 0 && kCodePage.convert(c, &byte, 1) == 1 ? c : '?');
  });
  return out;
}

}  // namespace postern::accountview
