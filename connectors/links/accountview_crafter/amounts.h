#pragma once
// Quantities and hours: exact decimal text, never a binary fraction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::accountview_crafter {

/// A plain decimal number ("2", "-1.50") as "2", "-1.5"; nullopt for anything else, also for an exponent.
std::optional<std::string> decimal(std::string_view text);
/// a - b and a + b, exactly; both as decimal() gives them.
std::string minus(const std::string& a, const std::string& b);
std::string plus(const std::string& a, const std::string& b);

enum class Rounding {
  None,
  Quarter,  // to the nearest quarter of an hour, half a quarter away from zero
};

/// Minutes as decimal hours with at most `decimals` digits (0 to 4), the last one rounded half away from zero: 45 ->
/// "0.75", 20 -> "0.33".
std::string hoursOf(std::int64_t minutes, int decimals, Rounding rounding);

}  // namespace postern::accountview_crafter
