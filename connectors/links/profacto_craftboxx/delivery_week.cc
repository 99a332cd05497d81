#include "connectors/links/profacto_craftboxx/delivery_week.h"

#include <string>
#include <vector>

namespace postern::profacto_craftboxx {
namespace {

namespace chr = std::chrono;

/// The runs of digits; nullopt when there is anything else than "KW", "W" and separators between them.
std::optional<std::vector<std::string>> digitRuns(std::string_view text) {
  constexpr std::string_view kBetween = " \t./-:,KkWw";
  std::vector<std::string> runs;
  bool inRun = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inRun) runs.emplace_back();
    if (digit) runs.back() += c;
    if (!digit && kBetween.find(c) == std::string_view::npos) return std::nullopt;
    inRun = digit;
  }
  return runs;
}

std::optional<chr::sys_days> firstMonday(int week, chr::sys_days notBefore) {
  const int year = static_cast<int>(chr::year_month_day(notBefore).year());
  // From the year before, in whose last week 1 January may lie, on to the next year that has a week 53.
  for (int candidate = year - 1; candidate <= year + 7; ++candidate) {
    const auto monday = isoMonday(candidate, week);
    if (monday && *monday + chr::days(6) >= notBefore) return monday;
  }
  return std::nullopt;
}

}  // namespace

std::optional<chr::sys_days> isoMonday(int year, int week) {
  const auto mondayOfWeekOne = [](int y) {
    const chr::sys_days fourth = chr::year(y) / chr::January / 4;  // always in week 1
    return fourth - (chr::weekday(fourth) - chr::Monday);
  };
  if (year < 1990 || year > 2199 || week < 1) return std::nullopt;
  const chr::sys_days monday = mondayOfWeekOne(year) + chr::weeks(week - 1);
  if (monday >= mondayOfWeekOne(year + 1)) return std::nullopt;
  return monday;
}

std::optional<chr::sys_days> deliveryMonday(std::string_view text, std::optional<chr::sys_days> notBefore) {
  const auto runs = digitRuns(text);
  if (!runs) return std::nullopt;
  const auto isYear = [](const std::string& run) { return run.size() == 4; };
  const auto isWeek = [](const std::string& run) { return run.size() <= 2; };
  if (runs->size() == 2) {
    const auto& first = runs->front();
    const auto& second = runs->back();
    if (isYear(first) && isWeek(second)) return isoMonday(std::stoi(first), std::stoi(second));
    if (isWeek(first) && isYear(second)) return isoMonday(std::stoi(second), std::stoi(first));
    return std::nullopt;
  }
  if (runs->size() != 1) return std::nullopt;
  const auto& only = runs->front();
  if (only.size() == 6) return isoMonday(std::stoi(only.substr(0, 4)), std::stoi(only.substr(4)));
  if (isWeek(only) && notBefore) return firstMonday(std::stoi(only), *notBefore);
  return std::nullopt;
}

}  // namespace postern::profacto_craftboxx
