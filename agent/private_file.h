#pragma once
// Files that only the service and administrators may read. private_file_posix.cc and private_file_windows.cc.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace postern {

/// Called after each step of a write, for tests that stop there: "created", "written", "synced", "renamed".
using WriteStepHook = std::function<void(std::string_view step)>;

enum class IfExists { Replace, Keep };

/// Writes `bytes` to `file` so that a crash at any point leaves the old file or the new one, never a mixture: written
/// to "<file>.new", flushed to disk, renamed, directory flushed. The file belongs to the owner of its directory (an
/// administrator may write what the service reads) and nobody else may read it. The directory must exist.
/// With IfExists::Keep false is returned, and nothing written, when the file is there already.
/// Throws std::filesystem::filesystem_error. Two writers of one file at the same time: one of them fails or is lost.
bool writePrivateFile(const std::filesystem::path& file, std::string_view bytes, IfExists ifExists = IfExists::Replace,
                      const WriteStepHook& hook = {});

/// Makes an empty file in the service's directory unless there is one. What an administrator's command makes there
/// belongs to the owner of the directory (on Windows rights are inherited), or the service could not write it. A
/// symbolic link in its place is refused: the service's account may have put it there. The directory must exist. Throws
/// std::filesystem::filesystem_error.
void makeServiceFile(const std::filesystem::path& file);

/// Whether accounts other than the owner (on Windows: Everyone, Users, Authenticated Users, Guests) may read or write
/// the file. Throws std::filesystem::filesystem_error when that cannot be told.
bool isOpenToOthers(const std::filesystem::path& file);

}  // namespace postern
