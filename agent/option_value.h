#pragma once
// The value of one option: from the text of the INI to what it means, and whether its option allows it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/settings.h"

namespace postern {

// Readings of a value's text; nullopt when it is none.

/// Decimal digits with an optional '-'.
std::optional<std::int64_t> readInteger(std::string_view text);
/// Digits with an optional '-' and an optional point between digits; no exponent.
std::optional<double> readDecimal(std::string_view text);
/// yes no true false on off 1 0, letter case ignored.
std::optional<bool> readBoolean(std::string_view text);
/// A whole number and a unit: s, m, h or d.
std::optional<std::chrono::seconds> readDuration(std::string_view text);
/// "HH:MM" as the time since midnight, "00:00" to "23:59".
std::optional<std::chrono::seconds> readClock(std::string_view text);
/// The items of a list separated by blanks or commas; empty items do not count.
std::vector<std::string> readList(std::string_view text);

/// A limit of the option as an admin would write it: "10", "0.5", "24h".
std::string limitText(const Option& option, double limit);

/// Whether `option` allows `value` (not empty); nullopt when it does. `key` is the key as written (it differs from
/// option.key for "flow.*"), `place` goes into the error. Secrets and addresses are never quoted in it. Looks at the
/// disk for Type::File only.
std::optional<ConfigError> checkValue(const Option& option, const std::string& key, const std::string& value,
                                      const std::string& place);

/// Whether `key` is the option's, or begins like its "name.*" and goes on.
bool isKeyOf(const Option& option, std::string_view key);
/// Whether the option's key ends with '*'.
bool isWildcard(const Option& option);

}  // namespace postern
