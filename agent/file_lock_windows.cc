// Not Boost's: that one takes no wide file name in 1.74.
#include <windows.h>

#include <system_error>

#include "agent/file_lock.h"

namespace postern {

struct FileLock::Impl {
  explicit Impl(HANDLE handle) : file(handle) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { ::CloseHandle(file); }  // and with it the lock goes
  HANDLE file;
};

FileLock::FileLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileLock::~FileLock() = default;

std::unique_ptr<FileLock> FileLock::tryTake(const std::filesystem::path& file) {
  const auto fail = [&] {
    throw std::filesystem::filesystem_error(
        "lock", file, std::error_code(static_cast<int>(::GetLastError()), std::system_category()));
  };
  const HANDLE handle =
      ::CreateFileW(file.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) fail();
  auto impl = std::make_unique<Impl>(handle);
  OVERLAPPED start{};
  if (::LockFileEx(handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &start) == 0) {
    const DWORD error = ::GetLastError();
    if (error == ERROR_LOCK_VIOLATION || error == ERROR_IO_PENDING) return nullptr;
    ::SetLastError(error);
    fail();
  }
  return std::unique_ptr<FileLock>(new FileLock(std::move(impl)));
}

}  // namespace postern
