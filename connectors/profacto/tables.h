#pragma once
// Everything an admin may set for a profacto system.

#include <span>

#include "agent/settings.h"

namespace postern::profacto {

/// Keys of [system.NAME].
std::span<const Option> options();

/// Names at the site, section [fields.NAME]. Defaults are the names of fact sheet profacto.md section 4.5; "" where no
/// public source has one: the feature is off until an admin enters the name.
std::span<const FieldName> fieldNames();

}  // namespace postern::profacto
