#include "connectors/links/profacto_craftboxx/quantities.h"

#include <algorithm>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "connectors/links/profacto_craftboxx/lines.h"

namespace postern::profacto_craftboxx {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_100;
// Two numbers of this length add up exactly within the digits of Decimal; no ERP has longer ones.
constexpr std::size_t kLongestNumber = 40;

/// Only "-12.5": an exponent or "nan", which Decimal would take, is no quantity.
std::optional<Decimal> parseDecimal(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > kLongestNumber) return std::nullopt;
  const std::string_view digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  const bool plain =
      std::all_of(digits.begin(), digits.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  const bool anyDigit = digits.find_first_of("0123456789") != std::string_view::npos;
  if (!plain || !anyDigit || std::count(digits.begin(), digits.end(), '.') > 1) return std::nullopt;
  return Decimal(std::string(text));
}

}  // namespace

std::map<std::string, std::int64_t> roundedAmounts(std::span<const ArticleQuantity> quantities) {
  std::map<std::string, Decimal> sums;
  for (const auto& [article, quantity] : quantities) {
    if (const auto number = parseDecimal(quantity)) sums[article] += *number;
  }
  std::map<std::string, std::int64_t> amounts;
  for (const auto& [article, sum] : sums) {
    const Decimal amount = ceil(sum);
    if (amount <= 0 || amount > std::numeric_limits<std::int32_t>::max()) continue;
    amounts.emplace(article, amount.convert_to<std::int64_t>());
  }
  return amounts;
}

std::string amountsJson(const std::map<std::string, std::int64_t>& amounts) {
  return nlohmann::json(amounts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool isNonZero(std::string_view text) {
  const auto number = parseDecimal(text);
  return number && *number != 0;
}

}  // namespace postern::profacto_craftboxx
