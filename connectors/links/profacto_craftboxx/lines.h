#pragma once
// Small text forms the rules share: lines, numbers as people read them, the order of position numbers.

#include <string>
#include <string_view>
#include <vector>

namespace postern::profacto_craftboxx {

/// Without blanks, tabs and line breaks at both ends.
std::string_view trimmed(std::string_view text);
/// The lines of `text`, each trimmed, empty ones left out.
std::vector<std::string> linesOf(std::string_view text);
/// All lines as one, `separator` between.
std::string oneLine(std::string_view text, std::string_view separator = " ");

/// "2.5" as "2,5": what a German worksheet shows. "1.125" with a point would be read as more than a thousand.
std::string germanNumber(std::string_view number);

/// Order of position numbers: runs of digits by value, everything else byte by byte, so "2" before "10" and "1.2"
/// before "1.10". Numbers of equal value ("1", "01") are equal here.
bool naturalLess(std::string_view a, std::string_view b);

}  // namespace postern::profacto_craftboxx
