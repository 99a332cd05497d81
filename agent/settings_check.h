#pragma once
// From the lines of an INI file to checked settings.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ini.h"
#include "agent/settings.h"

namespace postern {

/// What Settings::parse does after the form has been read.
Settings checkSettings(const std::vector<IniSection>& sections, const std::filesystem::path& file,
                       const Registry& registry);

/// The settings file's text, read once: it may be a pipe. Throws ConfigError when it cannot be read or is over 1 MB.
std::string readSettingsFile(const std::filesystem::path& file);

/// What the file's text says of the language, even if something else in it is wrong; English when it says nothing
/// usable.
Language languageIn(std::string_view text);

/// The options of a section: `own`, then those of `common` that `own` does not describe itself.
std::vector<const Option*> mergedOptions(std::span<const Option> common, std::span<const Option> own);

}  // namespace postern
