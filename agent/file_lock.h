#pragma once
// A file that one process at a time may hold. file_lock_posix.cc and file_lock_windows.cc.

#include <filesystem>
#include <memory>

namespace postern {

/// Held until it is destroyed or the process ends, however it ends.
class FileLock {
 public:
  /// nullptr when another process holds it. The file must exist. Throws std::filesystem::filesystem_error.
  static std::unique_ptr<FileLock> tryTake(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  struct Impl;
  explicit FileLock(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern
