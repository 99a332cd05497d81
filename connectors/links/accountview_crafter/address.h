#pragma once
// Dutch addresses: one line of street and number against three fields, and whether two addresses are the same place.

#include <string>
#include <string_view>

namespace postern::accountview_crafter {

struct StreetLine {
  std::string street;
  std::string number;    // "12"; "" when everything stands in `street`
  std::string addition;  // "b", "bis", "3hoog"
  bool operator==(const StreetLine&) const = default;
};

/// "1e Kade 12-b" -> {"1e Kade", "12", "b"}. The house number is the last number of the line that stands behind the
/// street's name; whatever is not surely a number with a short addition stays in `street` as a whole: no number
/// ("Kade"), two that could be it ("Kade 12 3"), a range of years ("Plein 1940-1945"), a text behind it.
StreetLine splitStreet(std::string_view line);
/// The same back on one line, so that splitStreet reads it again: "1e Kade 12 b", "Kade 12-3hoog".
std::string joinStreet(const StreetLine& parts);

/// An address as the ERP keeps it; street and number on one line.
struct Address {
  std::string street;
  std::string zip;
  std::string city;
  bool empty() const { return street.empty() && zip.empty() && city.empty(); }
  bool operator==(const Address&) const = default;
};

/// Equal but for letter case, blanks and punctuation ("1234AB", "1234 ab").
bool isAlike(const Address& a, const Address& b);

}  // namespace postern::accountview_crafter
