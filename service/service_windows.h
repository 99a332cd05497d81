#pragma once
// postern as a Windows service: what the service manager is told, and what the Event Log. Windows only.

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/text.h"
#include "windows/events.h"

namespace postern::windows {

inline constexpr wchar_t kServiceName[] = L"postern";
inline constexpr wchar_t kEventSource[] = L"postern";

/// The process's state as the service manager knows it. Every call does nothing in a process that is no service.
/// Thread-safe.
void serviceIsReady();
void serviceIsStopping();
/// The process ends at once, and that is no crash: nothing restarts it.
void serviceEndsNow();

/// Runs `postern --config settings run` under the service manager until that stops it. false: the process was not
/// started by the service manager. A wrong setting ends the service at once with the program's exit code as
/// service-specific error; any other failure ends the process without a word, which is what recovery actions wait for.
/// Either way the Event Log says why. What is logged goes to logs\postern.log beside the settings, kept small by
/// rotation; errors to the Event Log, too.
bool runAsService(const std::filesystem::path& settings);

/// German or Dutch on such a Windows, else English: for what is said before settings name a language.
Language systemLanguage();

/// Writes into the Event Log (Application, source "postern"); a failure is not worth telling.
void writeEvent(unsigned long id, const std::string& text);

}  // namespace postern::windows
