#pragma once
// The connectors that consist of a profile alone.

#include <deque>
#include <string_view>

#include "agent/connector.h"

namespace postern::profile {

/// A profile that is compiled in; generated from profiles/*.json by connectors/CMakeLists.txt.
struct Shipped {
  const char* name;  // of the file, without .json: what `connector =` says
  std::string_view text;
  std::unique_ptr<System> (*make)(const SystemContext& context);
};
std::span<const Shipped> shipped();

/// One for each shipped profile; lives for ever. Throws ConfigError when a shipped profile is bad (a test reads them).
const std::deque<ConnectorInfo>& connectors();

/// What the factories of shipped() call: the profile of the option `profile`, or else the shipped one of that name.
std::unique_ptr<System> makeSystem(std::string_view name, const SystemContext& context);

}  // namespace postern::profile
