// Loaded before libc (LD_PRELOAD) into whatever is measured: counts syncs to disk and can make them slow.
//   POSTERN_BENCH_SYNCS  file of 8 bytes that holds the count, shared by all who name it
//   POSTERN_BENCH_SLOW   microseconds that each sync takes longer

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

using Sync = int (*)(int);

std::atomic<std::int64_t>* openCounter() {
  const char* file = std::getenv("POSTERN_BENCH_SYNCS");
  const int handle = file != nullptr ? open(file, O_RDWR | O_CLOEXEC) : -1;
  if (handle < 0) return nullptr;
  void* memory = mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
  close(handle);
  return memory == MAP_FAILED ? nullptr : static_cast<std::atomic<std::int64_t>*>(memory);
}

int counted(const char* name, int handle) {
  static std::atomic<std::int64_t>* const counter = openCounter();
  static const char* const slow = std::getenv("POSTERN_BENCH_SLOW");
  if (counter != nullptr) ++*counter;
  if (slow != nullptr) usleep(static_cast<useconds_t>(std::atoi(slow)));
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, name))(handle);
}

}  // namespace

extern "C" int fsync(int handle) { return counted("fsync", handle); }
extern "C" int fdatasync(int handle) { return counted("fdatasync", handle); }
