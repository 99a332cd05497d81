#pragma once
// Text, dates and clocks as AccountView has them (fact sheet, sections 6.1 and 8). Dates are kept as the text
// "YYYY-MM-DDTHH:MM:SS" of the ERP host's clock, so they sort as text; an empty date is "".

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::sim::accountview {

/// Offset of Dutch wall clocks from UTC at that moment.
std::chrono::minutes dutchOffset(std::chrono::sys_seconds utc);
/// The Dutch wall clock as a stored date.
std::string dutchClock(std::chrono::sys_seconds utc);
/// The moment a Dutch wall clock shows `stored`; of the hour that comes twice, the first one.
std::chrono::sys_seconds fromDutchClock(const std::string& stored);

/// "YYYY-MM-DD", or with "THH:MM[:SS[.fff]]" or a space for the T; a zone behind it is read over. nullopt if it is
/// none.
std::optional<std::string> parseDate(std::string_view text);
/// A FoxPro strict literal: {^YYYY-MM-DD}, {^YYYY-MM-DD HH:MM}, {^YYYY-MM-DD HH:MM:SS}.
std::optional<std::string> parseFoxProDate(std::string_view text);

/// ASCII letters only, for names.
std::string asciiUpper(std::string_view text);
/// ASCII and the accented letters of Latin-1, for the values of forced upper-case fields.
std::string upperCase(std::string_view utf8);
std::string trimRight(std::string text);
std::size_t characters(std::string_view utf8);
std::string cutTo(const std::string& utf8, std::size_t characters);
std::string padTo(std::string utf8, std::size_t characters);

/// `utf8` with '?' for each character that Windows-1252 lacks.
std::string throughWindows1252(std::string_view utf8);

}  // namespace postern::sim::accountview
