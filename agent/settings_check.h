#pragma once
// From the lines of an INI file to checked settings.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "agent/ini.h"
#include "agent/settings.h"

namespace postern {

/// What Settings::parse does after the form has been read.
Settings checkSettings(const std::vector<IniSection>& sections, const std::filesystem::path& file,
                       const Registry& registry);

/// What the file says of the language, even if something else in it is wrong; English when it says nothing usable.
Language languageIn(const std::filesystem::path& file);

/// The options of a section: `own`, then those of `common` that `own` does not describe itself.
std::vector<const Option*> mergedOptions(std::span<const Option> common, std::span<const Option> own);

}  // namespace postern
