#pragma once
// Time stamps as Craftboxx reads and writes them (fact sheet, section 8).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::sim::craftboxx {

/// UTC with the resolution of the API's answers.
using Stamp = std::chrono::sys_time<std::chrono::microseconds>;

struct ParsedStamp {
  Stamp time;  // without a zone in the text: read as UTC
  bool hadZone = false;
};

/// Reads "2025-05-09", "2025-05-09T07:30[:00[.123456]]" with "Z", "+02:00", "+0200" or nothing behind it (a blank may
/// stand for the T). nullopt for anything else, impossible dates included.
std::optional<ParsedStamp> parseStamp(std::string_view text);

/// "YYYY-MM-DDTHH:MM:SS.ffffffZ".
std::string stampText(Stamp time);

}  // namespace postern::sim::craftboxx
