#pragma once
// Where things lie on this machine. folders_posix.cc and folders_windows.cc.

#include <filesystem>

namespace postern {

/// The settings file unless --config names another. Linux: /etc/postern/postern.ini; Windows: postern\postern.ini in
/// the machine's program data, which is asked of the system, not of the environment.
std::filesystem::path defaultSettingsFile();

/// state_dir unless the settings name another.
std::filesystem::path defaultStateDir();

/// Lets the library find its time zones: Windows has none, there they lie in "tzdata" beside the program. Called once,
/// before the first zone is asked for.
void findTimeZones();

}  // namespace postern
