#pragma once
// Values as AccountView has them: padded text, three spellings of dates, FoxPro literals, a single-byte code page.
// Pure. Vendor facts: fact sheet accountview.md, sections 6.1 and 8.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::accountview {

/// Without blanks at both ends (C values come padded with spaces: documented), CRLF and CR as LF, without other control
/// characters.
std::string plainText(std::string_view text);

/// Upper case as a field of format `!` forces it: ASCII and the Western letters of Windows-1252; other characters stay.
std::string upperText(std::string_view utf8);

/// A key as it is compared: plain and upper-cased (format `!`: documented; that keys are compared so: inferred).
std::string plainKey(std::string_view text);

/// A number without exponent and trailing zeros: "2.50" -> "2.5", "-0" -> "0"; nullopt when it is none, or beyond 1e15.
std::optional<std::string> plainNumber(std::string_view text);

/// The day of a date in any of the three spellings (inferred): "2026-01-15", "2026-01-15T08:03:11" (also with a blank
/// or fractions), the latter with "Z" or an offset. The day counts as written; only a time that is not midnight with
/// "Z" is taken for UTC and turned to `zone` (assumed). Empty dates ("", ".NULL.", "0001-01-01…", "1899-12-30…") give
/// "". nullopt when it is no date.
std::optional<std::string> plainDay(std::string_view text, const std::string& zone);

/// A stamp as the ERP's own clock shows it: "2026-01-15T08:03:11". Offsets are dropped, as the clock is written without
/// conversion (assumed). "" for an empty one; nullopt when it is none.
std::optional<std::string> localStamp(std::string_view text);

/// Visual FoxPro's strict literal (documented by Microsoft): "{^2026-01-15 08:00:00}" of a localStamp.
std::string foxProLiteral(std::string_view stamp);

/// Where to ask for changes when `since` (a localStamp) was the last one seen: the beginning of the day that lies
/// `overlap` before it. The operator may compare whole days only, and the hour that October repeats is inside
/// (assumed). "" when `since` is no stamp.
std::string changesFrom(std::string_view since, std::chrono::seconds overlap);

/// The sheet's wire form of a day, never shifted to another zone: "2026-01-15T00:00:00.000Z" (inferred); "" stays.
std::string wireDay(std::string_view isoDay);

/// "1234 AB" of a Dutch post code in any spelling (inferred: clients do so); anything else plain and unchanged.
std::string dutchPostCode(std::string_view text);

/// Characters, not bytes.
std::size_t characters(std::string_view utf8);
/// The first `limit` characters.
std::string firstCharacters(std::string_view utf8, std::size_t limit);

/// `utf8` as Windows-1252 can keep it, each other character as '?', still in UTF-8. Equal to `utf8` when all fit.
std::string inCodePage(std::string_view utf8);

}  // namespace postern::accountview
