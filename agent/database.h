#pragma once
// The one file of state: opens SQLite, runs migrations, groups steps into units of work.

#include <sqlite3.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "agent/result.h"

namespace postern {

/// The state file cannot be used; caught in main only, exit code 4.
class StateError : public std::runtime_error {
 public:
  StateError(const Message& message, std::vector<std::string> args)
      : std::runtime_error(message.code), error_{Fault::Stop, &message, std::move(args), {}, {}} {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

/// One connection. Not thread-safe: every thread opens its own. WAL, synchronous=FULL, foreign keys unused.
/// A call that SQLite refuses throws SQLite::Exception; nothing of the open UnitOfWork is kept then.
class Database {
 public:
  enum class Mode {
    ReadWrite,  // creates the file and its folder when missing, migrates
    ReadOnly,   // for status and listings; StateError when there is no file yet
  };
  /// Throws StateError: file cannot be opened, is damaged or no state file, or was written by a newer postern.
  explicit Database(const std::filesystem::path& file, Mode mode = Mode::ReadWrite);
  /// A private one for tests.
  static Database inMemory();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  /// A prepared statement, reset and unbound, kept for reuse; `sql` must be a literal (its address is the cache key).
  SQLite::Statement& statement(const char* sql);
  void execute(const char* sql);
  /// Whether SQLite has a transaction open (it rolls back by itself after some errors).
  bool inTransaction() const;
  sqlite3* handle() const;

  /// Commits without waiting for the disk from now on: for the status board, which may lose its last lines.
  void relax();
  /// Writes a consistent copy to `file` (which must not exist).
  void copyTo(const std::filesystem::path& file);
  /// SQLite's own quick check; "ok" or what is wrong.
  std::string quickCheck();
  /// Changes whenever another connection has committed.
  std::int64_t dataVersion();

 private:
  friend class UnitOfWork;
  friend class ReadScope;
  explicit Database(std::unique_ptr<SQLite::Database> connection);
  void configure(Mode mode);
  void migrate();
  void resetStatements();

  std::unique_ptr<SQLite::Database> connection_;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  int depth_ = 0;
};

/// BEGIN IMMEDIATE … commit(). An inner one is a savepoint. The destructor rolls back what was not committed, and
/// only if SQLite still has a transaction open.
class UnitOfWork {
 public:
  explicit UnitOfWork(Database& db);
  ~UnitOfWork();
  UnitOfWork(const UnitOfWork&) = delete;
  UnitOfWork& operator=(const UnitOfWork&) = delete;
  void commit();

 private:
  Database& db_;
  int depth_;
  bool open_ = true;
};

/// Many reads in one go, from one consistent state; keeps no read transaction open afterwards.
class ReadScope {
 public:
  explicit ReadScope(Database& db);
  ~ReadScope();
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  Database& db_;
};

/// Seconds since 1970 in a column and back.
inline std::int64_t toColumn(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }
inline std::chrono::sys_seconds timeOf(std::int64_t column) {
  return std::chrono::sys_seconds{std::chrono::seconds{column}};
}
/// Binds without copying; `text` must live until the statement ran.
void bindText(SQLite::Statement& statement, int index, std::string_view text);
/// A small named value that outlives the process; "" when it was never set.
std::string readSetting(Database& db, std::string_view name);
void writeSetting(Database& db, std::string_view name, std::string_view value);
/// The column's bytes; valid until the statement moves on.
std::string_view textOf(SQLite::Statement& statement, int index);

}  // namespace postern
