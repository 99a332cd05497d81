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

/// Whether what this account owns may be believed: SYSTEM, Administrators, the service, or who runs this process. An
/// owner may always change a file's rights, and every user may make a folder in ProgramData.
bool isTrustedOwner(const std::wstring& sid);

/// Whether a security descriptor lets the service in and, besides it, nobody but SYSTEM, Administrators and the owner,
/// with nothing taken over from the parent.
bool isPrivate(const void* descriptor);

/// The first of the folder and all in it that somebody else owns, or that leads elsewhere (a junction or a link, also a
/// hard one); nullopt when there is none. Throws std::filesystem::filesystem_error.
std::optional<std::filesystem::path> firstUntrusted(const std::filesystem::path& folder);

/// Makes the folder, and the folders above it that are missing, with the private rights from its first moment on, or
/// takes over the one that is there with all in it: whatever was granted to others is gone. In a folder that was
/// private already, what somebody else owns was brought by an administrator: it becomes the Administrators'. Returns
/// what is not to be believed (see firstUntrusted) and then has changed nothing, unless it appeared meanwhile; no link
/// is followed. Throws std::filesystem::filesystem_error.
std::optional<std::filesystem::path> takeFolder(const std::filesystem::path& folder);

/// Whether a security descriptor grants one of these rights (Windows' access mask) to anybody but SYSTEM,
/// Administrators, TrustedInstaller, the service or who runs this process, the owner among them.
bool letsOthers(const void* descriptor, unsigned long rights);

/// The first that somebody else could replace: a program's file, its folder, or one of those above; nullopt when there
/// is none. Throws std::filesystem::filesystem_error.
std::optional<std::filesystem::path> firstReplaceable(const std::filesystem::path& program);

/// Removes the folder and all in it; of a link only itself. No error when it is not there. Throws
/// std::filesystem::filesystem_error.
void removeTree(const std::filesystem::path& folder);

}  // namespace postern
