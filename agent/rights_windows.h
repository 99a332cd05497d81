#pragma once
// Who may touch postern's files on Windows: the service, the system and administrators, all named by SID, because names
// are translated. Windows only.

#include <filesystem>
#include <optional>
#include <string>

namespace postern {

/// SID of the virtual account "NT SERVICE\<name>", as text; known without the service being there.
std::wstring serviceSid(const std::wstring& service);

enum class Inherit { None, ToChildren };

/// The rights as SDDL, nothing taken over from the parent: full control for SYSTEM, Administrators, the service's
/// account and, of files (Inherit::None), the owner, so that a plain user can try postern in a folder of his own.
std::wstring privateRights(Inherit inherit);

/// Makes the folder with these rights, from its first moment on, or gives them to the one that is there and to what is
/// in it. Throws std::filesystem::filesystem_error.
void protectFolder(const std::filesystem::path& folder);

/// Whether what this account owns may be believed: SYSTEM, Administrators, the service, or who runs this process. An
/// owner may always change a file's rights, and every user may make a folder in ProgramData.
bool isTrustedOwner(const std::wstring& sid);

/// The first of the folder and all in it that somebody else owns, or that leads elsewhere (a junction or link); nullopt
/// when there is none. Throws std::filesystem::filesystem_error.
std::optional<std::filesystem::path> firstUntrusted(const std::filesystem::path& folder);

}  // namespace postern
