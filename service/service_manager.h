#pragma once
// `postern service …`: what it asks of the machine. service_manager_posix.cc and service_manager_windows.cc.

#include <filesystem>

#include "service/command.h"

namespace postern {

struct ServiceInstall {
  std::filesystem::path settings;  // taken over when there are none yet; "" = a commented file without any link
  std::filesystem::path secrets;   // lines "name=value", UTF-8, put into the secret store; "" = none
};

/// All return an exit code of the program and throw ConfigError or StateError. On Linux, where the package and systemd
/// do this, each throws the ConfigError that says so.
///
/// Makes what the service needs, or brings it up to date; doing it twice changes nothing: folders that only the service
/// and administrators enter, the first settings file, the event source, the service under its virtual account with
/// delayed automatic start and recovery.
int installService(Invocation& call, const ServiceInstall& with);
/// Stops and removes the service and its event source; `withData` also settings, state, secrets and logs.
int removeService(Invocation& call, bool withData);
/// Waits until the service runs or has ended; then its reason is told.
int startService(Invocation& call);
int stopService(Invocation& call);
/// The process as the service; only the service manager starts it so.
int runUnderManager(Invocation& call);

/// What `installService` writes where there are no settings, or only comments: the content of `takeOver`, or without it
/// the reference, every key commented out. False when the file is there and stays. Throws
/// std::filesystem::filesystem_error, and ConfigError when `takeOver` cannot be read or is wrong; then nothing is
/// written.
bool writeFirstSettings(const std::filesystem::path& file, const std::filesystem::path& takeOver);

/// Puts the lines of `file` into the secret store in `stateDir`; the number of secrets. Empty lines and lines that
/// begin with # are skipped. Throws ConfigError, with file and line of what is no "name=value".
int importSecrets(const std::filesystem::path& file, const std::filesystem::path& stateDir);

}  // namespace postern
