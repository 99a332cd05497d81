#pragma once
// A delivery week of the ERP ("2025/19", "KW 19") as a day.

#include <chrono>
#include <optional>
#include <string_view>

namespace postern::profacto_craftboxx {

/// Monday of ISO week `week`; nullopt when that year has no such week.
std::optional<std::chrono::sys_days> isoMonday(int year, int week);

/// Monday of the delivery week. Read are a week with its year in either order ("2025/19", "19/2025", "KW 19 2025",
/// "2025-W19", "202519") and a week alone ("19", "KW 19"). A week alone is the first one that ends on or after
/// `notBefore` (the day the project was entered); without that day it is unreadable. Two short numbers ("19/25") could
/// be read both ways and are unreadable too. nullopt when empty or unreadable.
std::optional<std::chrono::sys_days> deliveryMonday(std::string_view text,
                                                    std::optional<std::chrono::sys_days> notBefore);

}  // namespace postern::profacto_craftboxx
