#pragma once
// One thing of an ERP or an app in our own shape.

#include <boost/container/flat_map.hpp>
#include <chrono>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// Field name -> value. Values are UTF-8 text with LF line breaks: dates "2025-05-09", stamps "2025-05-09T10:00:00Z",
/// numbers with a point and without trailing zeros, flags "true"/"false", lists and maps as compact JSON with sorted
/// keys. An empty value means "known to be empty"; an absent name means "not told" and is never compared.
using Fields = boost::container::flat_map<std::string, std::string, std::less<>>;

/// Names a record: kind and key. Keys are text (leading zeros, letters and '_' occur) and compared byte by byte.
struct Reference {
  std::string kind;  // "customer", "address", "project", "position", "appointment", "article", …
  std::string key;
  auto operator<=>(const Reference&) const = default;
};

struct Record {
  std::string kind;
  std::string key;
  std::string parent;  // key of the record this one belongs to (a position's project); empty when none
  Fields fields;
  /// Day of the last change as the system itself tells it; absent when it does not.
  std::optional<std::chrono::sys_days> changed;

  Reference reference() const { return {kind, key}; }
  /// The field's value; empty when absent.
  std::string_view field(std::string_view name) const;
  bool operator==(const Record&) const = default;
};

/// Compact JSON object with sorted names; the same fields always give the same bytes.
std::string toJson(const Fields& fields);
/// Reads what toJson wrote. Throws std::invalid_argument on anything else.
Fields fieldsFromJson(std::string_view json);

}  // namespace postern
