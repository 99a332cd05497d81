#pragma once
// How the simulated Craftboxx shows its records: computed members, relations, nested employees with token-like fields.

#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/craftboxx/store.h"

namespace postern::sim::craftboxx {

/// An employee as the API shows one, `api_token` and `cello_token` included (invented values).
Json employee(std::int64_t id, const std::string& mail);

/// The ids a record is linked to, empty for a relation whose other side is not simulated and not listed.
std::vector<std::int64_t> linkedIds(const Store& store, const Record& record, const Relation& relation);

/// Whether `name` ("project", "project.customer") can be loaded from `resource`.
bool relationIsKnown(Resource resource, std::string_view name);

/// A record as answers carry it. `with` and `counts` hold known relation names only.
Json present(const Store& store, const CraftboxxOptions& options, Resource resource, const Record& record,
             const std::vector<std::string>& with, const std::vector<std::string>& counts);

/// A record as it is kept, for the tests: what was written, `id`, `created_at`, `updated_at`.
Json kept(const Record& record);

}  // namespace postern::sim::craftboxx
