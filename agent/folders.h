#pragma once
// Where things lie on this machine. folders_posix.cc and folders_windows.cc.

#include <filesystem>
#include <string>
#include <string_view>

namespace postern {

/// Of a name in UTF-8, which settings, arguments and SQLite speak. A path made from the std::string itself would have
/// its bytes for characters on Windows (libstdc++ reads them in the C locale).
inline std::filesystem::path pathOf(std::string_view utf8) { return std::u8string(utf8.begin(), utf8.end()); }

/// The settings file unless --config names another. Linux: /etc/postern/postern.ini; Windows: postern\postern.ini in
/// the machine's program data, which is asked of the system, not of the environment.
std::filesystem::path defaultSettingsFile();

/// state_dir unless the settings name another.
std::filesystem::path defaultStateDir();

/// Lets the library find its time zones: Windows has none, there they lie in "tzdata" beside the program. Called once,
/// before the first zone is asked for.
void findTimeZones();

}  // namespace postern
