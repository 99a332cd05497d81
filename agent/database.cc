#include "agent/database.h"

#include <array>
#include <system_error>
#include <utility>

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
  reason TEXT NOT NULL,            -- arguments of its message, JSON
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
  level INTEGER NOT NULL, code TEXT NOT NULL, args TEXT NOT NULL,
  since INTEGER NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;
)sql",
};
constexpr int kApplicationId = 0x50535452;  // "PSTR"

}  // namespace

void bindText(SQLite::Statement& statement, int index, std::string_view text) {
  // SQLiteCpp's own bind measures with strlen; keys and bodies may hold NUL.
  const int rc = sqlite3_bind_text64(statement.getPreparedStatement(), index, text.data() ? text.data() : "",
                                     text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) throw SQLite::Exception("bind", rc);
}

std::string_view textOf(SQLite::Statement& statement, int index) {
  auto* raw = statement.getPreparedStatement();
  const auto* text = static_cast<const char*>(sqlite3_column_blob(raw, index));
  return {text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(raw, index))};
}

Database::Database(std::unique_ptr<SQLite::Database> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;

Database::~Database() {
  statements_.clear();  // before the connection they belong to
}

Database::Database(const std::filesystem::path& file, Mode mode) {
  const std::string name = file.string();
  std::error_code ignored;
  if (mode == Mode::ReadOnly && !std::filesystem::exists(file, ignored)) throw StateError(kMissing, {name});
  if (mode == Mode::ReadWrite && file.has_parent_path())
    std::filesystem::create_directories(file.parent_path(), ignored);
  try {
    // A reader opens for writing too: after a crash somebody must replay the log.
    const int flags =
        SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX | (mode == Mode::ReadWrite ? SQLite::OPEN_CREATE : 0);
    connection_ = std::make_unique<SQLite::Database>(name, flags);
    configure(mode);
  } catch (const SQLite::Exception& e) {
    const int primary = e.getErrorCode() & 0xff;
    const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
    throw StateError(damaged ? kDamaged : kCannotOpen, {name, e.getErrorStr()});
  }
}

Database Database::inMemory() {
  Database db(std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE));
  db.configure(Mode::ReadWrite);
  return db;
}

void Database::configure(Mode mode) {
  sqlite3_extended_result_codes(handle(), 1);
  connection_->setBusyTimeout(30'000);
  execute("PRAGMA cache_size = -8000");
  execute("PRAGMA temp_store = MEMORY");
  if (mode == Mode::ReadWrite) {
    execute("PRAGMA journal_mode = WAL");
    execute("PRAGMA synchronous = FULL");
  } else {
    execute("PRAGMA query_only = ON");
  }
  const auto application = connection_->execAndGet("PRAGMA application_id").getInt();
  const auto version = connection_->execAndGet("PRAGMA user_version").getInt();
  const auto known = static_cast<int>(kMigrations.size());
  const std::string name = connection_->getFilename();
  const bool empty = connection_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
  if (!empty && application != kApplicationId) throw StateError(kDamaged, {name, "application id"});
  if (version > known) throw StateError(kNewer, {name, std::to_string(version), std::to_string(known)});
  if (mode == Mode::ReadWrite) {
    migrate();
  } else if (empty) {
    throw StateError(kMissing, {name});
  }
}

void Database::migrate() {
  UnitOfWork work(*this);
  // Read again under the lock: another process may have just done it.
  for (int version = connection_->execAndGet("PRAGMA user_version").getInt();
       version < static_cast<int>(kMigrations.size()); ++version) {
    execute(kMigrations[static_cast<std::size_t>(version)]);
    execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
  }
  work.commit();
}

SQLite::Statement& Database::statement(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    slot = std::make_unique<SQLite::Statement>(*connection_, sql);
  } else {
    slot->tryReset();
    slot->clearBindings();
  }
  return *slot;
}

void Database::execute(const char* sql) { connection_->exec(sql); }

bool Database::inTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }

sqlite3* Database::handle() const { return connection_->getHandle(); }

void Database::relax() { execute("PRAGMA synchronous = NORMAL"); }

void Database::copyTo(const std::filesystem::path& file) {
  SQLite::Statement copy(*connection_, "VACUUM INTO ?");
  copy.bind(1, file.string());
  copy.exec();
}

std::string Database::quickCheck() {
  SQLite::Statement check(*connection_, "PRAGMA quick_check(1)");
  return check.executeStep() ? check.getColumn(0).getString() : "no answer";
}

std::int64_t Database::dataVersion() {
  auto& query = statement("PRAGMA data_version");
  query.executeStep();
  const auto version = query.getColumn(0).getInt64();
  query.reset();
  return version;
}

void Database::resetStatements() {
  for (auto& [sql, statement] : statements_) statement->tryReset();
}

ReadScope::ReadScope(Database& db) : db_(db) { db_.execute("BEGIN"); }

ReadScope::~ReadScope() {
  db_.resetStatements();
  if (db_.inTransaction()) sqlite3_exec(db_.handle(), "COMMIT", nullptr, nullptr, nullptr);
}

std::string readSetting(Database& db, std::string_view name) {
  auto& query = db.statement("SELECT value FROM setting WHERE name=?");
  bindText(query, 1, name);
  std::string value;
  if (query.executeStep()) value = textOf(query, 0);
  query.reset();
  return value;
}

void writeSetting(Database& db, std::string_view name, std::string_view value) {
  auto& write = db.statement("INSERT OR REPLACE INTO setting(name,value) VALUES(?,?)");
  bindText(write, 1, name);
  bindText(write, 2, value);
  write.exec();
}

UnitOfWork::UnitOfWork(Database& db) : db_(db), depth_(db.depth_) {
  db_.execute(depth_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner_work");
  ++db_.depth_;
}

void UnitOfWork::commit() {
  // A statement that was left half-read would keep the transaction's snapshot open.
  if (depth_ == 0) db_.resetStatements();
  db_.execute(depth_ == 0 ? "COMMIT" : "RELEASE inner_work");
  open_ = false;
  --db_.depth_;
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
