#pragma once
// The data dictionary and the list of administrations, made from the schema (fact sheet, section 7.1).

#include <string>
#include <vector>

#include "tests/sim/accountview/options.h"
#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/store.h"

namespace postern::sim::accountview {

/// The rows of a system object (DBF, FLD, ADL), by the words of its table. `clock` decides the book years.
std::vector<Json> dictionaryRows(const Schema& schema, const Object& object, const AccountViewOptions& options,
                                 const std::string& clock);

}  // namespace postern::sim::accountview
