#pragma once
// A folder with copies of AccountView's tables as a system (mode = dbf): reads only.

#include <memory>

#include "agent/connector.h"
#include "connectors/accountview/dbf_source.h"

namespace postern::accountview {

/// Which tables and columns are read, by the settings of the system and its field map. Throws ConfigError for a field
/// map that lacks a name (makeLayout) and for only.KIND.COLUMN of a kind that is not read.
DbfSourceOptions tablesOnDisk(const Section& settings, const Section& fields);

/// Throws what tablesOnDisk throws. Opens nothing.
std::unique_ptr<System> makeDbfSystem(const Section& settings, const Section& fields);

}  // namespace postern::accountview
