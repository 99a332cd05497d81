#pragma once
// The system's own protection of a small secret at rest. machine_seal_posix.cc and machine_seal_windows.cc.

#include <optional>
#include <string>
#include <string_view>

namespace postern {

/// `bytes` as they may lie in a file. Windows: sealed by DPAPI for this machine, so that the service's account and an
/// administrator's command can both open it (the file's rights say who may) and a copied disk or backup tells nothing
/// elsewhere. Linux: unchanged. Throws std::runtime_error when the system refuses.
std::string sealForMachine(std::string_view bytes);

/// What sealForMachine was given; nullopt when it was damaged or sealed on another machine. Linux: unchanged.
std::optional<std::string> openFromMachine(std::string_view sealed);

}  // namespace postern
