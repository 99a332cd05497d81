#pragma once
// POST and PUT /accountviewdata: the positional table, its checks, and what it changes (fact sheet, sections 6.3 and
// 8).

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/accountview/options.h"
#include "tests/sim/accountview/query.h"
#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/store.h"

namespace postern::sim::accountview {

struct WriteCounts {
  std::int64_t createdDebtors = 0;
  std::int64_t createdAddresses = 0;
  std::int64_t createdContacts = 0;
  std::int64_t createdProjects = 0;
  std::int64_t createdOrders = 0;
  std::int64_t createdLines = 0;
  std::int64_t createdHours = 0;
  std::int64_t createdOthers = 0;
  std::int64_t updated = 0;  // rows changed by a PUT
};

/// Book years and whether they are blocked; see AccountViewOptions::administrations.
std::map<std::string, std::string> administrationsAt(const AccountViewOptions& options, const std::string& clock);
/// Throws Refused if `date` (stored text, "" = none) lies in a year that is blocked or does not exist.
void mustBeOpen(const AccountViewOptions& options, const std::string& clock, const std::string& date);

/// Throws Refused if a BookDate of a request is none, or its year is not open. The year that is meant: its own, else
/// the clock's.
std::string bookYearOf(const AccountViewOptions& options, const std::string& clock, const std::string& bookDate);
/// Whether the tables of book year `year` hold a header row.
bool isInYear(const AccountViewOptions& options, const Table& table, const Json& row, const std::string& year);

/// A value of a request as a field keeps it: forced upper case, width and code page done. Throws Refused.
Json keptValue(const Field& field, const Json& value, const AccountViewOptions& options);

/// Stores all rows of the body or, by throwing Refused, none. `clock` is the host's. Returns the rows written, with
/// those details that were written, in the form present() wants; they point into the store.
std::vector<Found> write(const Schema& schema, Store& store, const AccountViewOptions& options,
                         const std::string& clock, const Json& body, bool put, WriteCounts& counts);

/// The business object a body names; throws Refused.
const Object& objectOf(const Schema& schema, const AccountViewOptions& options, const std::string& code);

/// Looks up a member without regard to the case of its name; null if it is not there.
const Json& memberOf(const Json& object, std::string_view name);

}  // namespace postern::sim::accountview
