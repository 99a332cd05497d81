#pragma once
// `postern check` for a profacto system: log-in, tables and field names against the live server.

#include <stop_token>
#include <string>
#include <vector>

#include "agent/connector.h"
#include "connectors/profacto/api.h"
#include "connectors/profacto/scan.h"

namespace postern::profacto {

/// One api_getapilist for each different token, then one row of each table with all mapped fields, token by token.
/// `writeToken`: empty is good, with a note that it is missing; what it may write cannot be asked without writing.
/// `fields`: the field map; `url`: as set. Reads only, and uses no token twice over.
std::vector<Finding> checkSystem(const Api& api, const Layout& layout, const ScanOptions& options,
                                 const std::string& writeToken, const Section& fields, const std::string& url,
                                 std::stop_token stop);

/// Whether `url` reaches over plain HTTP to a host that is not in the local network by its name or address.
bool isPlainAndPublic(const std::string& url);

}  // namespace postern::profacto
