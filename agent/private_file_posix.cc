#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "agent/private_file.h"

namespace postern {
namespace {

[[noreturn]] void throwLast(const char* what, const std::filesystem::path& file) {
  throw std::filesystem::filesystem_error(what, file, std::error_code(errno, std::generic_category()));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

void writeAll(const Descriptor& to, std::string_view bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(to.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) throwLast("write", file);
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::filesystem::path folderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

/// Root writes for the service: the file goes to whoever owns the directory.
void giveToOwner(const Descriptor& to, const std::filesystem::path& file) {
  if (::geteuid() != 0) return;
  struct stat folder {};
  if (::stat(folderOf(file).c_str(), &folder) != 0) throwLast("stat", folderOf(file));
  if (::fchown(to.get(), folder.st_uid, folder.st_gid) != 0) throwLast("chown", file);
}

void syncFolder(const std::filesystem::path& file) {
  const Descriptor folder(::open(folderOf(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) throwLast("sync", folderOf(file));
}

/// The finished "<file>.new" takes the place of `file`; false when that is there and must be kept.
bool putInPlace(const std::filesystem::path& temporary, const std::filesystem::path& file, IfExists ifExists) {
  if (ifExists == IfExists::Replace) {
    if (::rename(temporary.c_str(), file.c_str()) != 0) throwLast("rename", file);
    return true;
  }
  // link() refuses an existing target, which rename() would replace.
  const bool placed = ::link(temporary.c_str(), file.c_str()) == 0;
  const int error = errno;
  ::unlink(temporary.c_str());
  errno = error;
  if (!placed && error != EEXIST) throwLast("link", file);
  return placed;
}

}  // namespace

bool writePrivateFile(const std::filesystem::path& file, std::string_view bytes, IfExists ifExists,
                      const WriteStepHook& hook) {
  const auto step = [&](std::string_view name) {
    if (hook) hook(name);
  };
  std::filesystem::path temporary = file;
  temporary += ".new";
  ::unlink(temporary.c_str());  // of a write that was killed
  {
    const Descriptor to(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (to.get() < 0) throwLast("create", temporary);
    step("created");
    try {
      giveToOwner(to, temporary);
      writeAll(to, bytes, temporary);
      step("written");
      if (::fsync(to.get()) != 0) throwLast("sync", temporary);
    } catch (const std::filesystem::filesystem_error&) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  step("synced");
  const bool placed = putInPlace(temporary, file, ifExists);
  step("renamed");
  syncFolder(file);
  return placed;
}

void makeServiceFile(const std::filesystem::path& file) {
  const Descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (made.get() >= 0) return giveToOwner(made, file);
  if (errno != EEXIST) throwLast("create", file);
  struct stat there {};
  if (::lstat(file.c_str(), &there) != 0) throwLast("open", file);
  errno = ELOOP;
  if (S_ISLNK(there.st_mode)) throwLast("open", file);
}

bool isOpenToOthers(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) throwLast("stat", file);
  return (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace postern
