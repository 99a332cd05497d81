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
  void (*checkSettings)(const Section& options, const Section& fields);
};
std::span<const Shipped> shipped();

/// One for each shipped profile; lives for ever. Throws ConfigError when a shipped profile is bad (a test reads them).
const std::deque<ConnectorInfo>& connectors();

/// What the factories of shipped() call: the profile of the option `profile`, or else the shipped one of that name.
std::unique_ptr<System> makeSystem(std::string_view name, const SystemContext& context);
/// Likewise, of the settings alone. Throws ConfigError: a profile that cannot be read, a token that it needs.
void checkSettings(std::string_view name, const Section& options);

}  // namespace postern::profile
