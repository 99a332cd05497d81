#include "agent/database.h"

#include <sqlite3.h>

#include <array>
#include <system_error>
#include <utility>

#include "agent/folders.h"
#include "agent/private_file.h"
#include "agent/system_message.h"

namespace postern {
namespace {

constexpr Message kCannotOpen{
    "PST-6001",
    {"the state file {0} cannot be opened: {1}", "die Zustandsdatei {0} lässt sich nicht öffnen: {1}",
     "het statusbestand {0} kan niet worden geopend: {1}"},
    {"check that state_dir exists and that postern's user may write there",
     "Prüfen Sie, ob state_dir existiert und der Benutzer von postern dort schreiben darf",
     "controleer of state_dir bestaat en of de gebruiker van postern daar mag schrijven"}};
constexpr Message kDamaged{
    "PST-6002",
    {"the state file {0} is damaged or is not a state file of postern: {1}",
     "die Zustandsdatei {0} ist beschädigt oder keine Zustandsdatei von postern: {1}",
     "het statusbestand {0} is beschadigd of is geen statusbestand van postern: {1}"},
    {"move the file away and start again: postern finds its records in the app again by their keys",
     "Legen Sie die Datei beiseite und starten Sie neu: postern findet seine Datensätze in der App anhand der "
     "Schlüssel wieder",
     "verplaats het bestand en start opnieuw: postern vindt zijn records in de app terug aan de hand van de sleutels"}};
constexpr Message kNewer{"PST-6003",
                         {"the state file {0} has format {1}, but this postern knows formats up to {2}",
                          "die Zustandsdatei {0} hat Format {1}, dieses postern kennt Formate bis {2}",
                          "het statusbestand {0} heeft indeling {1}, maar deze postern kent indelingen tot en met {2}"},
                         {"install the newer postern again", "Installieren Sie wieder die neuere Version von postern",
                          "installeer opnieuw de nieuwere versie van postern"}};
constexpr Message kMissing{
    "PST-6004",
    {"there is no state file {0} yet", "es gibt noch keine Zustandsdatei {0}", "er is nog geen statusbestand {0}"},
    {"run \"postern sync\" or start the service first",
     "Führen Sie zuerst \"postern sync\" aus oder starten Sie den Dienst",
     "voer eerst \"postern sync\" uit of start de dienst"}};

/// Each entry lifts the schema by one version; entries are never edited once released.
constexpr std::array kMigrations{
    R"sql(
CREATE TABLE setting(
  name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot(
  id INTEGER PRIMARY KEY,
  system TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  parent TEXT NOT NULL,            -- key of the owning record, '' = none
  hash BLOB NOT NULL,              -- of the row's bytes as the system sent them
  body TEXT NOT NULL,              -- fields, JSON
  changed TEXT NOT NULL,           -- day as the system tells it, '' = not told
  changed_at INTEGER NOT NULL,     -- when postern last saw it change
  missing INTEGER NOT NULL);       -- full compares in a row that did not see it
CREATE UNIQUE INDEX snapshot_key ON snapshot(system, kind, key);
CREATE INDEX snapshot_parent ON snapshot(system, kind, parent, key) WHERE parent <> '';
CREATE INDEX snapshot_missing ON snapshot(system, kind) WHERE missing > 0;
CREATE TABLE cursor(
  system TEXT NOT NULL, kind TEXT NOT NULL,
  since TEXT NOT NULL,             -- given to the next scan
  position TEXT NOT NULL,          -- where an interrupted scan goes on, '' = none is open
  started_at INTEGER NOT NULL, full INTEGER NOT NULL,
  finished_at INTEGER NOT NULL, full_at INTEGER NOT NULL,
  PRIMARY KEY(system, kind)) WITHOUT ROWID;
CREATE TABLE dirty(
  link TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY(link, kind, key)) WITHOUT ROWID;
CREATE TABLE binding(
  system TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  id TEXT NOT NULL,                -- theirs
  ours TEXT NOT NULL,              -- values we asked for when both sides last agreed, JSON
  theirs TEXT NOT NULL,            -- values they answered, JSON
  agreed_at INTEGER NOT NULL,
  PRIMARY KEY(system, kind, key)) WITHOUT ROWID;
CREATE INDEX binding_id ON binding(system, kind, id);
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  link TEXT NOT NULL, system TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  rank INTEGER NOT NULL,
  desired TEXT NOT NULL,           -- the whole target, JSON
  needs TEXT NOT NULL,             -- [[kind,key],…] or ''
  version INTEGER NOT NULL,        -- counts replacements of desired
  state INTEGER NOT NULL,          -- Outbox::State
  blocked_on TEXT NOT NULL,        -- "kind/key" of the missing parent
  attempts INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  code TEXT NOT NULL,              -- of the last failure, '' = none
  reason TEXT NOT NULL,            -- its message, JSON
  detail TEXT NOT NULL);           -- the other side's words
CREATE UNIQUE INDEX outbox_target ON outbox(system, kind, key);
CREATE INDEX outbox_due ON outbox(system, state, rank, id);
CREATE INDEX outbox_blocked ON outbox(system, blocked_on) WHERE blocked_on <> '';
CREATE TABLE audit(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL, system TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  event TEXT NOT NULL,             -- created updated adopted parked dropped vanished
  fields TEXT NOT NULL,            -- names only
  hash BLOB NOT NULL);             -- of the values written
CREATE INDEX audit_record ON audit(system, kind, key);
CREATE INDEX audit_at ON audit(at);
CREATE TABLE health(
  part TEXT PRIMARY KEY,           -- "link/main/poll", "system/app/push"
  level INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
  since INTEGER NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;
)sql",
    // Both ways: what a change of the ERP was decided on.
    R"sql(
ALTER TABLE outbox ADD COLUMN base TEXT NOT NULL DEFAULT '';
)sql",
    // For `explain`: when postern first saw a record, 0 = not known.
    R"sql(
ALTER TABLE snapshot ADD COLUMN first_at INTEGER NOT NULL DEFAULT 0;
)sql",
    // A first activation with existing data.
    R"sql(
CREATE TABLE stranger(
  system TEXT NOT NULL, kind TEXT NOT NULL,
  match TEXT NOT NULL, value TEXT NOT NULL,  -- fields that name it, and what they hold
  id TEXT NOT NULL,                -- theirs
  owner TEXT NOT NULL,             -- program whose reference it carries, '' = none
  changed INTEGER NOT NULL,        -- as the system tells it, 0 = not told
  read_at INTEGER NOT NULL,        -- when postern read it
  body TEXT NOT NULL,              -- fields and what they point to, JSON
  PRIMARY KEY(system, kind, match, value, id)) WITHOUT ROWID;
CREATE INDEX stranger_id ON stranger(system, kind, id);
ALTER TABLE binding ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;  -- 1: our reference has yet to be written there
ALTER TABLE outbox ADD COLUMN by_us INTEGER NOT NULL DEFAULT 0;   -- 1: parked by our own rules, not by the other side
)sql",
    // What is no longer wanted while it is in flight.
    R"sql(
ALTER TABLE outbox ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
)sql",
};
constexpr int kApplicationId = 0x50535452;  // "PSTR"

[[noreturn]] void refuse(sqlite3* connection) {
  throw DatabaseError(sqlite3_errmsg(connection), sqlite3_errcode(connection) & 0xff);
}

}  // namespace

bool DatabaseError::passes() const {
  return code_ == SQLITE_FULL || code_ == SQLITE_BUSY || code_ == SQLITE_LOCKED || code_ == SQLITE_IOERR;
}

Statement::Statement(sqlite3* connection, const char* sql) : connection_(connection) {
  if (sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
    refuse(connection_);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int index, std::string_view text) {
  // Keys may hold NUL, so the length is told; an empty view may have no address, which would be NULL.
  const char* data = text.data() != nullptr ? text.data() : "";
  if (sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
    refuse(connection_);
}

void Statement::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) refuse(connection_);
}

void Statement::bindBlob(int index, const void* data, std::size_t size) {
  if (sqlite3_bind_blob64(statement_, index, data, size, SQLITE_STATIC) != SQLITE_OK) refuse(connection_);
}

bool Statement::step() {
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  // The message belongs to the connection, and reset may overwrite it.
  const DatabaseError error(sqlite3_errmsg(connection_), rc & 0xff);
  sqlite3_reset(statement_);
  throw error;
}

int Statement::run() {
  while (step()) {
  }
  return sqlite3_changes(connection_);
}

std::string_view Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data != nullptr ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Statement::isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

void Statement::reset() { sqlite3_reset(statement_); }

void Statement::clear() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

void WriteTurns::lock() {
  std::unique_lock lock(mutex_);
  const auto mine = asked_++;
  changed_.wait(lock, [&] { return served_ == mine; });
}

void WriteTurns::unlock() {
  {
    const std::scoped_lock lock(mutex_);
    ++served_;
  }
  changed_.notify_all();
}

Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

void Database::open(const std::string& name, int flags) {
  // Counting memory takes one lock for all connections at each allocation.
  static const int notCounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(notCounted);
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  connection_.reset(raw);
  if (rc != SQLITE_OK) throw DatabaseError(raw != nullptr ? sqlite3_errmsg(raw) : "out of memory", rc & 0xff);
}

Database::Database(const std::filesystem::path& file, Mode mode) {
  const std::string name = file.string();
  std::error_code ignored;
  std::error_code forbidden;
  if (mode == Mode::ReadOnly && !std::filesystem::exists(file, forbidden) && !forbidden)
    throw StateError(kMissing, {name});
  if (mode == Mode::ReadWrite && file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), ignored);
  try {
    if (mode == Mode::ReadWrite) makeServiceFile(file);  // SQLite gives the log beside it the same owner
    // A reader opens for writing too: after a crash somebody must replay the log.
    open(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    configure(mode);
  } catch (const std::filesystem::filesystem_error& e) {
    throw StateError(kCannotOpen, {name, systemMessage(e.code())});
  } catch (const DatabaseError& e) {
    const bool damaged = e.code() == SQLITE_CORRUPT || e.code() == SQLITE_NOTADB;
    throw StateError(damaged ? kDamaged : kCannotOpen, {name, e.what()});
  }
}

Database Database::another() const {
  Database db(pathOf(sqlite3_db_filename(handle(), "main")));
  db.turns_ = turns_;
  return db;
}

Database Database::inMemory() {
  Database db;
  db.open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
  db.configure(Mode::ReadWrite);
  return db;
}

void Database::configure(Mode mode) {
  sqlite3_extended_result_codes(handle(), 1);
  sqlite3_busy_timeout(handle(), 5'000);  // a stop must not wait longer for somebody else's lock
  execute("PRAGMA cache_size = -2000");   // KiB; more only fills up: each commit of another connection empties it
  execute("PRAGMA temp_store = MEMORY");
  // First whether it is empty: tables and marks come in one transaction, perhaps of another process, perhaps just now.
  const bool empty = get("SELECT count(*) FROM sqlite_schema") == 0;
  const auto application = get("PRAGMA application_id");
  const auto version = get("PRAGMA user_version");
  const auto known = static_cast<std::int64_t>(kMigrations.size());
  const std::string name = sqlite3_db_filename(handle(), "main");
  if (!empty && application != kApplicationId) throw StateError(kDamaged, {name, "application id"});
  if (version > known) throw StateError(kNewer, {name, std::to_string(version), std::to_string(known)});
  // Only now: a file that is not ours stays as it is.
  if (mode == Mode::ReadWrite) {
    for (int tries = 100;; --tries) {  // when two make the file at once, SQLite refuses one without waiting
      try {
        execute("PRAGMA journal_mode = WAL");
        break;
      } catch (const DatabaseError& e) {
        if (e.code() != SQLITE_BUSY || tries == 0) throw;
        sqlite3_sleep(50);
      }
    }
    execute("PRAGMA synchronous = FULL");
    migrate();
    return;
  }
  execute("PRAGMA query_only = ON");
  if (empty) throw StateError(kMissing, {name});
}

void Database::migrate() {
  UnitOfWork work(*this);
  // Read again under the lock: another process may have just done it.
  for (auto version = get("PRAGMA user_version"); version < static_cast<std::int64_t>(kMigrations.size()); ++version) {
    execute(kMigrations[static_cast<std::size_t>(version)]);
    execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
  }
  work.commit();
}

Statement& Database::statement(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    slot = std::make_unique<Statement>(handle(), sql);
  } else {
    slot->clear();
  }
  return *slot;
}

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) refuse(handle());
}

std::int64_t Database::get(const char* sql) {
  Statement query(handle(), sql);
  return query.step() ? query.integer(0) : 0;
}

std::int64_t Database::lastId() const { return sqlite3_last_insert_rowid(handle()); }

bool Database::inTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }

sqlite3* Database::handle() const { return connection_.get(); }

void Database::relax() { execute("PRAGMA synchronous = NORMAL"); }

void Database::copyTo(const std::filesystem::path& file) {
  const auto name = file.string();
  Statement copy(handle(), "VACUUM INTO ?");
  copy.bind(1, name);
  copy.run();
}

bool Database::takeOver(const std::filesystem::path& file, std::int64_t version) {
  const auto name = file.string();
  {
    Statement attach(handle(), "ATTACH ? AS taken");
    attach.bind(1, name);
    attach.run();
  }
  struct Detach {
    Database& db;
    ~Detach() { sqlite3_exec(db.handle(), "DETACH taken", nullptr, nullptr, nullptr); }
  } detach{*this};
  UnitOfWork work(*this);
  if (dataVersion() != version) return false;
  std::vector<std::string> tables;
  {
    Statement query(handle(), "SELECT name FROM main.sqlite_schema WHERE type='table' AND name<>'health'");
    while (query.step()) tables.emplace_back(query.text(0));
  }
  for (const auto& table : tables) {
    execute(("DELETE FROM main." + table).c_str());
    execute(("INSERT INTO main." + table + " SELECT * FROM taken." + table).c_str());
  }
  work.commit();
  return true;
}

std::string Database::quickCheck() {
  Statement check(handle(), "PRAGMA quick_check(1)");
  return check.step() ? std::string(check.text(0)) : "no answer";
}

std::int64_t Database::dataVersion() {
  auto& query = statement("PRAGMA data_version");
  query.step();
  const auto version = query.integer(0);
  query.reset();
  return version;
}

void Database::resetStatements() {
  for (auto& [sql, statement] : statements_) statement->reset();
}

ReadScope::ReadScope(Database& db) : db_(db) {
  db_.resetStatements();
  db_.execute("BEGIN");
}

ReadScope::~ReadScope() {
  db_.resetStatements();
  for (const char* end : {"COMMIT", "ROLLBACK"}) {
    if (db_.inTransaction()) sqlite3_exec(db_.handle(), end, nullptr, nullptr, nullptr);
  }
}

std::string readSetting(Database& db, std::string_view name) {
  auto& query = db.statement("SELECT value FROM setting WHERE name=?");
  query.bind(1, name);
  std::string value;
  if (query.step()) value = query.text(0);
  query.reset();
  return value;
}

void writeSetting(Database& db, std::string_view name, std::string_view value) {
  auto& write = db.statement("INSERT OR REPLACE INTO setting(name,value) VALUES(?,?)");
  write.bind(1, name);
  write.bind(2, value);
  write.run();
}

UnitOfWork::UnitOfWork(Database& db) : db_(db), depth_(db.depth_) {
  // A statement left half-read holds an old snapshot, and SQLite refuses to write from one without waiting.
  if (depth_ == 0) {
    db_.resetStatements();
    turn_ = std::unique_lock(*db_.turns_);
  }
  db_.execute(depth_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner_work");
  ++db_.depth_;
}

void UnitOfWork::commit() {
  // A statement that was left half-read would keep the transaction's snapshot open.
  if (depth_ == 0) db_.resetStatements();
  db_.execute(depth_ == 0 ? "COMMIT" : "RELEASE inner_work");
  open_ = false;
  --db_.depth_;
  if (turn_) turn_.unlock();
}

UnitOfWork::~UnitOfWork() {
  if (!open_) return;
  --db_.depth_;
  if (depth_ == 0) db_.resetStatements();
  // SQLite has rolled back by itself after a full disk or a refused commit.
  if (!db_.inTransaction()) return;
  sqlite3_exec(db_.handle(), depth_ == 0 ? "ROLLBACK" : "ROLLBACK TO inner_work; RELEASE inner_work", nullptr, nullptr,
               nullptr);
}

}  // namespace postern
