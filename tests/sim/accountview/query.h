#pragma once
// GET /accountviewdata: which rows a query means, and how they are written (fact sheet, sections 6.1 and 6.2).

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/accountview/options.h"
#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/store.h"

namespace postern::sim::accountview {

using Ordered = nlohmann::ordered_json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// A header row with its details.
struct Found {
  const Json* row = nullptr;
  std::vector<const Json*> details;
};

/// The value of a query parameter, its name without regard to case; "" if it is not there.
std::string parameterOf(const Parameters& parameters, std::string_view name);

/// Filters, sorts and cuts the page. Throws Refused for a filter it does not understand.
std::vector<Found> select(const Schema& schema, const Object& object, std::vector<Found> rows,
                          const Parameters& parameters, const AccountViewOptions& options);

/// The answer's object of tables; `fields` as in the parameter ("" = all).
Ordered present(const Schema& schema, const Object& object, const std::vector<Found>& rows, const std::string& fields,
                const AccountViewOptions& options);

/// One value as a query, a dump or a dictionary shows it: C padded if the options say so, dates in the spelling of the
/// `ordinal`-th row.
Json valueText(const Field& field, const Json& value, const AccountViewOptions& options, std::size_t ordinal);

}  // namespace postern::sim::accountview
