#include "connectors/links/accountview_crafter/amounts.h"

#include <algorithm>
#include <boost/multiprecision/cpp_dec_float.hpp>

#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_100;
// Numbers of this length add up exactly within the digits of Decimal; no app has longer ones.
constexpr std::size_t kLongestNumber = 30;
constexpr std::int64_t kHour = 60;
constexpr std::int64_t kQuarter = 15;

/// Without trailing zeros behind the point, and without "-0".
std::string shortest(std::string text) {
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string textOf(const Decimal& number) {
  return shortest(number.str(static_cast<std::streamsize>(kLongestNumber), std::ios_base::fixed));
}

/// `amount` / `unit`, rounded half away from zero.
std::int64_t divided(std::int64_t amount, std::int64_t unit) {
  const std::int64_t half = amount < 0 ? -unit : unit;
  return (2 * amount + half) / (2 * unit);
}

}  // namespace

std::optional<std::string> decimal(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  const std::string_view digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  const auto isPlain = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  if (!std::ranges::all_of(digits, isPlain) || std::ranges::count(digits, '.') > 1) return std::nullopt;
  if (digits.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  return textOf(Decimal(std::string(text)));
}

std::string minus(const std::string& a, const std::string& b) { return textOf(Decimal(a) - Decimal(b)); }
std::string plus(const std::string& a, const std::string& b) { return textOf(Decimal(a) + Decimal(b)); }

std::string hoursOf(std::int64_t minutes, int decimals, Rounding rounding) {
  if (rounding == Rounding::Quarter) minutes = divided(minutes, kQuarter) * kQuarter;
  std::int64_t scale = 1;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  const std::int64_t scaled = divided(minutes * scale, kHour);
  return textOf(Decimal(scaled) / scale);
}

}  // namespace postern::accountview_crafter
