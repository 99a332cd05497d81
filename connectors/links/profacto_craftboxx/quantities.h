#pragma once
// Amounts of articles: exact decimal sums, rounded up once at the end, because the app takes whole numbers only.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace postern::profacto_craftboxx {

/// One position's article and its quantity ("2.5"; anything that is no plain decimal number counts as nothing).
using ArticleQuantity = std::pair<std::string, std::string>;

/// Article -> whole amount. Quantities are added exactly and each sum is rounded up once (2.5 + 1 -> 4); sums of zero
/// or less are left out, so are those beyond 2147483647.
std::map<std::string, std::int64_t> roundedAmounts(std::span<const ArticleQuantity> quantities);

/// Compact JSON object sorted by article: {"A1":4}; "{}" when empty.
std::string amountsJson(const std::map<std::string, std::int64_t>& amounts);

/// Whether `text` is a number other than zero.
bool isNonZero(std::string_view text);

}  // namespace postern::profacto_craftboxx
