#pragma once
// Everything an admin may set for an AccountView system.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/settings.h"

namespace postern::accountview {

/// Keys of [system.NAME].
std::span<const Option> options();

/// Names at the site, section [fields.NAME]: `<kind>.object`, `<kind>.table`, `<kind>.<field>`. Defaults are those of
/// fact sheet accountview.md, sections 7 and 11; "" where nothing is public: off until an admin enters the name.
std::span<const FieldName> fieldNames();

/// Type and width of a field, as the dictionary (FLD) would tell them.
struct FieldType {
  char letter = 'C';      // C N D T L I Y B M
  std::size_t width = 0;  // of C, in characters; 0 = not known
  bool upper = false;     // format `!`
  bool operator==(const FieldType&) const = default;
};

/// "C40", "C10!", "N", "M"; nullopt when it is none.
std::optional<FieldType> readFieldType(std::string_view text);

/// Types by "TABLE.FIELD".
using FieldTypes = std::map<std::string, FieldType, std::less<>>;

/// The published dictionary (CONTACT; documented, section 7.2) and what the sheet tells of other tables, then `field.*`
/// of the settings. Throws ConfigError for a type that is none.
FieldTypes fieldTypes(const Section& settings);

}  // namespace postern::accountview
