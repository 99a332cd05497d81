#pragma once
// All connectors and links that are compiled in.

#include "agent/connector.h"

namespace postern {

/// Generated from the list in connectors/CMakeLists.txt; lives for ever.
const Registry& registry();

}  // namespace postern
