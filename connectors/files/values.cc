#include "connectors/files/values.h"

#include <Poco/String.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "agent/clock.h"

namespace postern::files {

namespace {

using Value = std::optional<std::string>;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

bool allDigits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, isDigit); }

int number(std::string_view digits) {
  int out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

Value dayOf(std::string_view year, std::string_view month, std::string_view day) {
  if (month.size() > 2 || day.size() > 2 || (year.size() != 2 && year.size() != 4)) return std::nullopt;
  int y = number(year);
  if (year.size() == 2) y += y < 80 ? 2000 : 1900;
  const std::chrono::year_month_day date{std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(number(month))},
                                         std::chrono::day{static_cast<unsigned>(number(day))}};
  return date.ok() ? Value(isoDate(std::chrono::sys_days{date})) : std::nullopt;
}

Value ordered(std::string_view a, std::string_view b, std::string_view c, DateOrder order) {
  if (a.size() == 4 || order == DateOrder::YearFirst) return dayOf(a, b, c);
  return order == DateOrder::DayFirst ? dayOf(c, b, a) : dayOf(c, a, b);
}

/// A day without a time.
Value dayAlone(std::string_view text, DateOrder order) {
  if (text.size() == 8 && allDigits(text)) {
    if (order == DateOrder::YearFirst) return dayOf(text.substr(0, 4), text.substr(4, 2), text.substr(6));
    return ordered(text.substr(0, 2), text.substr(2, 2), text.substr(4), order);
  }
  const std::size_t first = text.find_first_of("-./");
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find(text[first], first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view a = text.substr(0, first);
  const std::string_view b = text.substr(first + 1, second - first - 1);
  const std::string_view c = text.substr(second + 1);
  if (!allDigits(a) || !allDigits(b) || !allDigits(c)) return std::nullopt;
  return ordered(a, b, c, order);
}

/// Cuts "Z", "+02:00" or "-0500" off a time; nullopt when it says no zone.
std::optional<std::chrono::minutes> takeOffset(std::string_view& time) {
  if (time.ends_with('Z')) {
    time.remove_suffix(1);
    return std::chrono::minutes{0};
  }
  const std::size_t sign = time.find_last_of("+-");
  if (sign == std::string_view::npos) return std::nullopt;
  std::string digits(time.substr(sign + 1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() != 4 || !allDigits(digits)) return std::nullopt;
  const std::chrono::minutes offset{number(digits.substr(0, 2)) * 60 + number(digits.substr(2))};
  const bool west = time[sign] == '-';
  time = time.substr(0, sign);
  return west ? -offset : offset;
}

/// "22:00", "22:00:00", "22:00:00.000", "9:05".
std::optional<std::chrono::seconds> timeOfDay(std::string_view text) {
  std::string time(trimmed(text.substr(0, text.find('.'))));
  if (time.find(':') == 1) time.insert(0, 1, '0');
  const bool hasSeconds = time.size() == 8 && time[5] == ':';
  if ((time.size() != 5 && !hasSeconds) || time[2] != ':') return std::nullopt;
  const std::string hour = time.substr(0, 2);
  const std::string minute = time.substr(3, 2);
  const std::string second = hasSeconds ? time.substr(6) : "00";
  if (!allDigits(hour) || !allDigits(minute) || !allDigits(second)) return std::nullopt;
  if (number(hour) > 23 || number(minute) > 59 || number(second) > 60) return std::nullopt;
  return std::chrono::hours{number(hour)} + std::chrono::minutes{number(minute)} + std::chrono::seconds{number(second)};
}

/// The day in `zone` of a day and the time behind it.
Value dayInZone(const Value& day, std::string_view time, const std::string& zone) {
  const auto date = day ? parseIsoDate(*day) : std::nullopt;
  time = trimmed(time);
  const auto offset = takeOffset(time);
  if (!date || !offset) return day;
  const auto clock = timeOfDay(time);
  if (!clock) return std::nullopt;
  if (clock->count() == 0 && offset->count() == 0) return day;
  return isoDate(localDay(Clock::Time{*date} + *clock - *offset, zone));
}

/// Takes "1.234.567" apart; nullopt when the groups are not of three digits.
Value ungrouped(std::string_view whole, char mark) {
  std::string out;
  const std::size_t first = std::min(whole.find(mark), whole.size());
  if (first < whole.size() && (first == 0 || first > 3)) return std::nullopt;
  out = whole.substr(0, first);
  if (!std::ranges::all_of(out, isDigit)) return std::nullopt;
  for (std::size_t at = first; at < whole.size(); at += 4) {
    const std::string_view group = whole.substr(at + 1, 3);
    if (whole[at] != mark || group.size() != 3 || !allDigits(group)) return std::nullopt;
    out += group;
  }
  return out;
}

}  // namespace

std::string plainText(std::string_view text) {
  text = trimmed(text);
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
  return out;
}

Value plainNumber(std::string_view text, bool decimalComma) {
  constexpr std::string_view kNoBreak = "\xC2\xA0";
  std::string plain = Poco::replace(std::string(trimmed(text)), std::string(kNoBreak), std::string(" "));
  std::string_view rest = plain;
  if (rest.empty()) return "";
  const bool trailing = rest.back() == '-';  // "12,50-", as bookkeeping programs write it
  const bool negative = rest.front() == '-' || trailing;
  if (rest.front() == '-' || rest.front() == '+') rest.remove_prefix(1);
  if (trailing && !rest.empty()) rest.remove_suffix(1);
  rest = trimmed(rest);
  const std::size_t point = std::min(rest.find(decimalComma ? ',' : '.'), rest.size());
  std::string_view part = point < rest.size() ? rest.substr(point + 1) : std::string_view{};
  Value whole;
  for (const char mark : {decimalComma ? '.' : ',', ' ', '\''})
    if (!whole) whole = ungrouped(rest.substr(0, point), mark);
  if (!whole || (whole->empty() && part.empty())) return std::nullopt;
  if (!std::ranges::all_of(part, isDigit)) return std::nullopt;
  whole->erase(0, std::min(whole->find_first_not_of('0'), whole->size()));
  part = part.substr(0, part.find_last_not_of('0') + 1);
  std::string out = whole->empty() ? "0" : *whole;
  if (!part.empty()) out += '.' + std::string(part);
  return negative && out != "0" ? '-' + out : out;
}

Value plainDate(std::string_view text, DateOrder order, const std::string& zone) {
  text = trimmed(text);
  if (std::ranges::all_of(text, [](char c) { return c == '0' || c == ' ' || c == '-' || c == '.' || c == '/'; }))
    return "";
  const std::size_t end = text.find_first_of(" T");
  if (end == std::string_view::npos) return dayAlone(text, order);
  const std::string_view time = text.substr(end + 1);
  if (time.find_first_not_of("0123456789:.+-ZAPMapm ") != std::string_view::npos) return std::nullopt;
  return dayInZone(dayAlone(text.substr(0, end), order), time, zone);
}
Value plainFlag(std::string_view text, const std::vector<std::string>& trueWords) {
  const std::string word(trimmed(text));
  if (word.empty()) return "";
  const auto same = [&](std::string_view known) { return Poco::icompare(word, std::string(known)) == 0; };
  if (std::ranges::any_of(trueWords, same)) return "true";
  if (!trueWords.empty()) return "false";
  constexpr std::string_view kTrue[] = {"1", "-1", "true", ".t.", "t", "yes", "y", "ja", "j", "wahr", "waar", "x"};
  constexpr std::string_view kFalse[] = {"0", "false", ".f.", "f", "no", "n", "nein", "nee", "falsch", "onwaar"};
  if (std::ranges::any_of(kTrue, same)) return "true";
  return std::ranges::any_of(kFalse, same) ? Value("false") : std::nullopt;
}

Value plainValue(std::string_view text, Form form, const ValueForms& forms) {
  switch (form) {
    case Form::Number:
      return plainNumber(text, forms.decimalComma);
    case Form::Flag:
      return plainFlag(text, forms.trueWords);
    case Form::Date:
      return plainDate(text, forms.dates, forms.zone);
    case Form::Text:
      break;
  }
  return plainText(text);
}

}  // namespace postern::files
