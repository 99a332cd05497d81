#pragma once
// Settings of the connector: keys of [system.NAME] and [fields.NAME].

#include <span>

#include "agent/settings.h"

namespace postern::files {

std::span<const Option> options();
/// Every kind and field of every ERP the files may come from (vocabulary.h); a value names columns.
std::span<const FieldName> fieldNames();

}  // namespace postern::files
