// One value of a FoxPro table: bytes in, text out. Pure.

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

#include "agent/clock.h"
#include "connectors/accountview/dbf.h"

namespace postern::accountview {

namespace {

using Value = std::optional<std::string>;

constexpr std::int64_t kJulianOfEpoch = 2'440'588;  // 1970-01-01
constexpr std::int64_t kFirstJulian = 1'721'426;    // 0001-01-01
constexpr std::int64_t kLastJulian = 5'373'484;     // 9999-12-31
constexpr std::int64_t kDayMilliseconds = 86'400'000;
constexpr double kLargestNumber = 1e15;

std::uint64_t little(std::string_view bytes) {
  std::uint64_t out = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) out = (out << 8U) | static_cast<unsigned char>(bytes[i - 1]);
  return out;
}

bool isBlank(char c) { return c == ' ' || c == '\0'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

bool isBlank(std::string_view bytes) { return trimmed(bytes).empty(); }

/// Line breaks become LF; tabs and breaks stay, other control characters and blanks at the end go.
std::string tidy(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else if (static_cast<unsigned char>(c) >= 0x20 ? c != 0x7F : c == '\n' || c == '\t') {
      out += c;
    }
  }
  out.erase(out.find_last_not_of(" \t\n") + 1);
  return out;
}

Value numberText(double number) {
  if (!std::isfinite(number) || std::abs(number) > kLargestNumber) return std::nullopt;
  if (number == 0) return "0";
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  return std::string(buffer.data(), end);
}

/// Digits with a point: leading zeros before it and trailing ones behind it go; "-0" is "0".
std::string shortest(bool negative, std::string_view whole, std::string_view part) {
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  part = part.substr(0, part.find_last_not_of('0') + 1);
  std::string out = whole.empty() ? "0" : std::string(whole);
  if (!part.empty()) out += '.' + std::string(part);
  return negative && out != "0" ? '-' + out : out;
}

Value number(std::string_view bytes) {
  std::string_view text = trimmed(bytes);
  if (text.empty() || text == ".") return "";
  const std::string_view all = text;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view{};
  const auto digits = [](std::string_view t) { return t.find_first_not_of("0123456789") == std::string_view::npos; };
  if (digits(whole) && digits(part) && !(whole.empty() && part.empty())) return shortest(negative, whole, part);
  double value = 0;  // FoxPro writes what does not fit with an exponent
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
  if (error != std::errc{} || end != all.data() + all.size()) return std::nullopt;
  return numberText(value);
}

Value date(std::string_view bytes) {
  if (isBlank(bytes) || bytes == "00000000") return "";
  if (bytes.size() != 8) return std::nullopt;
  const std::string text =
      std::string(bytes.substr(0, 4)) + '-' + std::string(bytes.substr(4, 2)) + '-' + std::string(bytes.substr(6, 2));
  const auto day = parseIsoDate(text);
  return day ? Value(isoDate(*day)) : std::nullopt;
}

Value dateTime(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  if (isBlank(bytes)) return "";
  const auto julian = static_cast<std::int64_t>(little(bytes.substr(0, 4)));
  const auto milliseconds = static_cast<std::int64_t>(little(bytes.substr(4)));
  if (julian < kFirstJulian || julian > kLastJulian || milliseconds >= kDayMilliseconds) return std::nullopt;
  const std::chrono::sys_days day{std::chrono::days{julian - kJulianOfEpoch}};
  std::string text = isoStamp(Clock::Time{day} + std::chrono::seconds{(milliseconds + 500) / 1000});
  text.pop_back();  // it is the ERP's local time, not UTC
  return text;
}

Value currency(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  const std::uint64_t raw = little(bytes);
  const bool negative = (raw >> 63U) != 0;
  const std::string digits = std::to_string(negative ? ~raw + 1 : raw);
  const std::string padded = std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  const std::string_view view = padded;
  return shortest(negative, view.substr(0, view.size() - 4), view.substr(view.size() - 4));
}

Value integer(std::string_view bytes) {
  if (bytes.size() != 4) return std::nullopt;
  return std::to_string(static_cast<std::int32_t>(static_cast<std::uint32_t>(little(bytes))));
}

Value floating(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return numberText(std::bit_cast<double>(little(bytes)));
}

Value logical(std::string_view bytes) {
  if (bytes.size() != 1) return std::nullopt;
  constexpr std::string_view kTrue = "TtYy";
  constexpr std::string_view kFalse = "FfNn";
  if (isBlank(bytes.front()) || bytes.front() == '?') return "";
  if (kTrue.find(bytes.front()) != std::string_view::npos) return "true";
  return kFalse.find(bytes.front()) != std::string_view::npos ? Value("false") : std::nullopt;
}

}  // namespace

bool isReadable(char type) { return std::strchr("CNFDTYIBLM", type) != nullptr && type != '\0'; }

std::optional<std::string> dbfValue(char type, std::string_view bytes, Charset charset) {
  switch (type) {
    case 'C':
    case 'M':
      return tidy(toUtf8(bytes, charset));
    case 'N':
    case 'F':
      return number(bytes);
    case 'D':
      return date(bytes);
    case 'T':
      return dateTime(bytes);
    case 'Y':
      return currency(bytes);
    case 'I':
      return integer(bytes);
    case 'B':
      return floating(bytes);
    case 'L':
      return logical(bytes);
    default:
      return std::nullopt;
  }
}

}  // namespace postern::accountview
