// Loaded before libc (LD_PRELOAD) into the program under test: ends it by SIGKILL right before one of the steps that it
// takes on the network or with the files of its secrets.
//   POSTERN_KILL_LOG  file that gets a line for each step taken
//   POSTERN_KILL_AT   number of the step (from 1) that it does not live to take; 0 = none

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

void step(const char* name) {
  static std::atomic<int> taken{0};
  static const char* const at = std::getenv("POSTERN_KILL_AT");
  static const char* const log = std::getenv("POSTERN_KILL_LOG");
  if (log == nullptr) return;
  if (++taken == (at == nullptr ? 0 : std::atoi(at))) kill(getpid(), SIGKILL);
  using Open = int (*)(const char*, int, ...);
  using Write = ssize_t (*)(int, const void*, size_t);
  const int file = next<Open>("open")(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  char line[64];
  const int size = std::snprintf(line, sizeof line, "%s\n", name);
  if (next<Write>("write")(file, line, static_cast<size_t>(size)) != size) kill(getpid(), SIGABRT);
  close(file);
}

bool isSecret(const char* path) { return std::strstr(path, "secrets.json") != nullptr; }

/// The store, or its folder: no other folder is synced by a file descriptor of its own.
bool isSecret(int file) {
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const auto size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  struct stat status {};
  return isSecret(path) || (fstat(file, &status) == 0 && S_ISDIR(status.st_mode));
}

int opened(const char* name, const char* path, int flags, va_list rest) {
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  if (isSecret(path) && (flags & O_CREAT) != 0) step("create");
  using Open = int (*)(const char*, int, ...);
  return next<Open>(name)(path, flags, mode);
}

}  // namespace

extern "C" int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int file = opened("open", path, flags, rest);
  va_end(rest);
  return file;
}

extern "C" int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int file = opened("open64", path, flags, rest);
  va_end(rest);
  return file;
}

extern "C" ssize_t write(int file, const void* bytes, size_t size) {
  if (isSecret(file)) step("write");
  return next<ssize_t (*)(int, const void*, size_t)>("write")(file, bytes, size);
}

extern "C" int fsync(int file) {
  if (isSecret(file)) step("sync");
  return next<int (*)(int)>("fsync")(file);
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (isSecret(to)) step("rename");
  return next<int (*)(const char*, const char*)>("rename")(from, to);
}

extern "C" int connect(int socket, const sockaddr* address, socklen_t length) {
  if (address->sa_family == AF_INET || address->sa_family == AF_INET6) step("connect");
  return next<int (*)(int, const sockaddr*, socklen_t)>("connect")(socket, address, length);
}

extern "C" ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  step("send");
  return next<ssize_t (*)(int, const void*, size_t, int)>("send")(socket, bytes, size, flags);
}

extern "C" ssize_t recv(int socket, void* bytes, size_t size, int flags) {
  step("receive");
  return next<ssize_t (*)(int, void*, size_t, int)>("recv")(socket, bytes, size, flags);
}
