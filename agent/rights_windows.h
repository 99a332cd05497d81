#pragma once
// Who may touch postern's files on Windows: the service, the system and administrators, all named by SID, because names
// are translated. Windows only.

#include <filesystem>
#include <string>

namespace postern {

/// SID of the virtual account "NT SERVICE\<name>", as text; known without the service being there.
std::wstring serviceSid(const std::wstring& service);

enum class Inherit { None, ToChildren };

/// The rights as SDDL, nothing taken over from the parent: full control for SYSTEM, Administrators, the service's
/// account and, of files (Inherit::None), the owner, so that a plain user can try postern in a folder of his own.
std::wstring privateRights(Inherit inherit);

/// Gives the folder these rights, for what is in it, too. Throws std::filesystem::filesystem_error.
void protectFolder(const std::filesystem::path& folder);

}  // namespace postern
