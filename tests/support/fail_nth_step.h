#pragma once
// A database that refuses its n-th step, and one whose disk is full.

#include <sqlite3.h>

#include <cstring>
#include <string>

#include "agent/database.h"

namespace postern {

/// Refuses one step of one connection: the start of a transaction, a statement (whole transaction rolled back by
/// SQLite), a COMMIT that is not taken, or a commit that ends as a rollback. ROLLBACK always works.
class FailNthStep {
 public:
  /// `db` must outlive this.
  explicit FailNthStep(Database& db) : handle_(db.handle()) {
    sqlite3_trace_v2(handle_, SQLITE_TRACE_STMT, onStatement, this);
    sqlite3_progress_handler(handle_, 1, onProgress, this);
    sqlite3_commit_hook(handle_, onCommit, this);
    sqlite3_set_authorizer(handle_, onPrepare, this);
  }
  ~FailNthStep() {
    sqlite3_trace_v2(handle_, 0, nullptr, nullptr);
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    sqlite3_commit_hook(handle_, nullptr, nullptr);
    sqlite3_set_authorizer(handle_, nullptr, nullptr);
  }
  FailNthStep(const FailNthStep&) = delete;
  FailNthStep& operator=(const FailNthStep&) = delete;

  /// The `n`-th step from now on (from 0) fails; those after it do not.
  void arm(int n) {
    left_ = n;
    fired_ = interrupt_ = false;
  }
  /// Every step works again. Whether one was refused since arm(): if not, there were fewer than n + 1.
  bool disarm() {
    left_ = -1;
    interrupt_ = false;
    return fired_;
  }

 private:
  bool refuses() {
    if (left_ < 0 || left_-- > 0) return false;
    fired_ = true;
    return true;
  }
  static FailNthStep& self(void* context) { return *static_cast<FailNthStep*>(context); }
  static int onStatement(unsigned, void* context, void* statement, void*) {
    // Transaction control is refused while it is prepared: interrupted later it would be done all the same.
    const char* sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
    for (const char* word : {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}) {
      if (std::strncmp(sql, word, std::strlen(word)) == 0) return 0;
    }
    if (self(context).refuses()) self(context).interrupt_ = true;
    return 0;
  }
  static int onProgress(void* context) {
    const bool interrupt = self(context).interrupt_;
    self(context).interrupt_ = false;
    return interrupt ? 1 : 0;
  }
  static int onCommit(void* context) { return self(context).refuses() ? 1 : 0; }
  static int onPrepare(void* context, int action, const char* what, const char*, const char*, const char*) {
    if (action != SQLITE_TRANSACTION && action != SQLITE_SAVEPOINT) return SQLITE_OK;
    if (std::strcmp(what, "ROLLBACK") == 0) return SQLITE_OK;
    return self(context).refuses() ? SQLITE_DENY : SQLITE_OK;
  }

  sqlite3* handle_;
  int left_ = -1;
  bool fired_ = false;
  bool interrupt_ = false;
};

/// While it lives, `db` may not grow by a page: what needs one gets SQLITE_FULL.
class FullDisk {
 public:
  explicit FullDisk(Database& db) : db_(db) { db_.get("PRAGMA max_page_count = 1"); }  // not below what there is
  ~FullDisk() { db_.get("PRAGMA max_page_count = 1073741823"); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  Database& db_;
};

}  // namespace postern
