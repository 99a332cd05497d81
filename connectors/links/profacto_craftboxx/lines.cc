#include "connectors/links/profacto_craftboxx/lines.h"

#include <algorithm>
#include <compare>

namespace postern::profacto_craftboxx {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes the run of digits at the front of `text`, without leading zeros ("" for zero itself).
std::string_view takeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), isDigit);
  auto run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(run.size());
  run.remove_prefix(std::min(run.find_first_not_of('0'), run.size()));
  return run;
}

std::strong_ordering compareByValue(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    if (const auto line = trimmed(text.substr(0, end)); !line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string oneLine(std::string_view text, std::string_view separator) {
  std::string all;
  for (const auto& line : linesOf(text)) {
    if (!all.empty()) all += separator;
    all += line;
  }
  return all;
}

std::string germanNumber(std::string_view number) {
  std::string text(trimmed(number));
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

bool naturalLess(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (isDigit(a.front()) && isDigit(b.front())) {
      const auto left = takeDigits(a);
      const auto right = takeDigits(b);
      if (const auto order = compareByValue(left, right); std::is_neq(order)) return std::is_lt(order);
      continue;
    }
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() && !b.empty();
}

}  // namespace postern::profacto_craftboxx
