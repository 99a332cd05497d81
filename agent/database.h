#pragma once
// The one file of state: opens SQLite, runs migrations, groups steps into units of work.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/result.h"

struct sqlite3;
struct sqlite3_stmt;

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

/// SQLite refused a step; nothing of the open UnitOfWork is kept. Caught at the top of a worker loop and in main.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  /// SQLite's primary result code, e.g. SQLITE_FULL.
  int code() const { return code_; }
  /// Whether it may pass by itself: a full disk, a lock, an I/O error. Damage does not.
  bool passes() const;

 private:
  int code_;
};

/// A prepared statement. SQLite's C interface, because the first load spends most of its time here: measured five times
/// as fast as Poco::Data for look-ups (shared/performance.md).
/// Bound texts and blobs are not copied: they must live until the statement ran. Any failure throws DatabaseError.
class Statement {
 public:
  Statement(sqlite3* connection, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Parameters count from 1.
  void bind(int index, std::string_view text);
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bindBlob(int index, const void* data, std::size_t size);

  /// On to the next row; false when there is none (the statement is reset then).
  bool step();
  /// Runs a statement without rows; returns how many rows it changed.
  int run();
  /// Columns of the present row count from 0; text and blob are valid until the statement moves on.
  std::string_view text(int column) const;
  std::int64_t integer(int column) const;
  bool isNull(int column) const;
  void reset();

 private:
  friend class Database;
  void clear();
  sqlite3* connection_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Writers of one process take turns, in the order in which they asked. SQLite's own lock is fair to nobody: whoever
/// waits for it sleeps, and finds it taken again. A BasicLockable.
class WriteTurns {
 public:
  void lock();
  void unlock();

 private:
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::uint64_t asked_ = 0;
  std::uint64_t served_ = 0;
};

/// One connection. Not thread-safe: every thread opens its own. WAL, synchronous=FULL, foreign keys unused.
/// A call that SQLite refuses throws DatabaseError; nothing of the open UnitOfWork is kept then.
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
  /// Another connection to the same file, for another thread; their units of work take turns.
  Database another() const;

  /// A prepared statement, reset and unbound, kept for reuse; `sql` must be a literal (its address is the cache key).
  Statement& statement(const char* sql);
  void execute(const char* sql);
  /// First column of the first row as a number; 0 when there is no row.
  std::int64_t get(const char* sql);
  /// Row id of the last INSERT of this connection.
  std::int64_t lastId() const;
  /// Whether SQLite has a transaction open (it rolls back by itself after some errors).
  bool inTransaction() const;
  sqlite3* handle() const;

  /// Commits without waiting for the disk from now on: for the status board, which may lose its last lines.
  void relax();
  /// Writes a consistent copy to `file` (which must not exist).
  void copyTo(const std::filesystem::path& file);
  /// Everything but the health board becomes what `file`, a copy of this file that went on alone, holds: all or
  /// nothing, in one transaction, whoever else has the file open. False, and nothing changed, when another connection
  /// has committed since dataVersion() was `version`.
  bool takeOver(const std::filesystem::path& file, std::int64_t version);
  /// SQLite's own quick check; "ok" or what is wrong.
  std::string quickCheck();
  /// Changes whenever another connection has committed.
  std::int64_t dataVersion();

 private:
  friend class UnitOfWork;
  friend class ReadScope;
  Database() = default;
  void open(const std::string& name, int flags);
  void configure(Mode mode);
  void migrate();
  void resetStatements();

  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::shared_ptr<WriteTurns> turns_ = std::make_shared<WriteTurns>();
  std::map<const char*, std::unique_ptr<Statement>> statements_;  // after the connection: destroyed before it
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
  std::unique_lock<WriteTurns> turn_;  // of an outermost one
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
/// A small named value that outlives the process; "" when it was never set.
std::string readSetting(Database& db, std::string_view name);
void writeSetting(Database& db, std::string_view name, std::string_view value);

}  // namespace postern
