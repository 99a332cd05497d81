#pragma once
// Text as 4D sees it: comparison without case and accents, charsets, dates, JSON text.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/profacto/profacto_options.h"

namespace postern::sim::profacto {

/// `text` (UTF-8) without case and accents: "Müller GROSS" and "muller gross" are the same, ß is ss.
std::string fold(std::string_view text);

/// Bytes in whose order texts are sorted and compared by < and >: folded, punctuation before digits before letters
/// (as ICU does it; assumed for 4D).
std::string collationKey(std::string_view text);

/// Whether folded `text` matches folded `pattern`, where '@' stands for any number of characters.
bool matchesWildcard(std::string_view text, std::string_view pattern);

/// The runs of letters and digits in a folded text.
std::vector<std::string_view> words(std::string_view folded);

/// `text` with each byte that is not UTF-8 replaced by '?'.
std::string cleanUtf8(std::string_view text);

/// UTF-8 to Windows-1252; what that charset lacks becomes '?'.
std::string toWindows1252(std::string_view utf8);

/// Appends `text` as a JSON string with quotes; control characters are escaped (CR as \r).
void appendJsonString(std::string& out, std::string_view text);
/// Appends a number as JSON: no exponent for whole numbers, point as decimal separator.
void appendJsonNumber(std::string& out, double value);

std::string escapeHtml(std::string_view text);

/// "YYYY-MM-DD" -> day; nullopt if it is none (also 0000-00-00).
std::optional<std::chrono::sys_days> parseDate(std::string_view text);
/// Date parameter of a write in the form the site wants; nullopt = empty date.
std::optional<std::chrono::sys_days> parseWriteDate(std::string_view text, ProfactoOptions::WriteDate form);
std::string isoDate(std::chrono::sys_days day);

/// Offset of local midnight of `day` from UTC. Throws std::invalid_argument for a zone that is not known.
std::chrono::minutes zoneOffset(const std::string& zone, std::chrono::sys_days day);
/// The local day at `now`.
std::chrono::sys_days localDay(const std::string& zone, std::chrono::sys_seconds now);

/// A date (nullopt = empty) as it stands in an answer, with quotes; empty text if the member is to be left out.
std::string answerDate(std::optional<std::chrono::sys_days> day, const ProfactoOptions& options);

}  // namespace postern::sim::profacto
