#pragma once
// A disk below SQLite that refuses its n-th write or sync: what a full or failing disk looks like to the whole process.

#include <sqlite3.h>

#include <atomic>
#include <cstddef>
#include <new>

namespace postern {

/// While it lives, databases opened anew stand on it. One at a time; it must outlive these databases. Thread-safe.
class FaultyDisk {
 public:
  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    current() = this;
    vfs_.zName = "faulty";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    current() = nullptr;
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// The `n`-th write or sync from now on (from 0) and the `times - 1` after it fail with `code`.
  void arm(int n, int times = 1, int code = SQLITE_FULL) {
    code_ = code;
    failing_ = times;
    fired_ = false;
    left_ = n;
  }
  /// Whether something was refused since arm().
  bool disarm() {
    left_ = -1;
    return fired_;
  }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static FaultyDisk*& current() {
    static FaultyDisk* disk = nullptr;
    return disk;
  }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }

  int refused() {
    const int left = left_;
    if (left < 0) return SQLITE_OK;
    if (left > 0) {
      --left_;
      return SQLITE_OK;
    }
    if (failing_-- <= 0) {
      left_ = -1;
      return SQLITE_OK;
    }
    fired_ = true;
    return code_;
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
    auto& disk = *current();
    file->pMethods = nullptr;
    const int rc = disk.real_->xOpen(disk.real_, name, real(file), flags, given);
    if (rc == SQLITE_OK) file->pMethods = &methods();
    return rc;
  }
  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods table = [] {
      sqlite3_io_methods m{};
      m.iVersion = 2;
      m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
      m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), to, n, at);
      };
      m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
        if (const int rc = current()->refused(); rc != SQLITE_OK) return rc;
        return real(f)->pMethods->xWrite(real(f), from, n, at);
      };
      m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); };
      m.xSync = [](sqlite3_file* f, int flags) {
        if (const int rc = current()->refused(); rc != SQLITE_OK) return rc == SQLITE_FULL ? SQLITE_IOERR_FSYNC : rc;
        return real(f)->pMethods->xSync(real(f), flags);
      };
      m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); };
      m.xLock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); };
      m.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
      m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
        return real(f)->pMethods->xCheckReservedLock(real(f), out);
      };
      m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
        return real(f)->pMethods->xFileControl(real(f), op, arg);
      };
      m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
      m.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
      m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, to);
      };
      m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
        return real(f)->pMethods->xShmLock(real(f), at, n, flags);
      };
      m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
      m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
      return m;
    }();
    return table;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::atomic<int> left_{-1};
  std::atomic<int> failing_{0};
  std::atomic<int> code_{SQLITE_FULL};
  std::atomic<bool> fired_{false};
};

}  // namespace postern
