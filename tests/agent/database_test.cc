#include "agent/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <thread>

#include "tests/support/fail_nth_step.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using Mode = Database::Mode;

struct DatabaseTest : testing::Test {
  TempDir dir;
  std::filesystem::path file = dir / "state.db";

  static std::string bytes(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  static std::string refusal(const std::filesystem::path& path, Mode mode = Mode::ReadWrite) {
    try {
      Database db(path, mode);
    } catch (const StateError& e) {
      EXPECT_NE(e.error().cause(Language::De).find(path.filename().string()), std::string::npos);
      return e.error().code();
    }
    return "opened";
  }
  static void execute(const std::filesystem::path& path, const char* sql) {
    sqlite3* raw = nullptr;
    sqlite3_open(path.string().c_str(), &raw);
    EXPECT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }
};

TEST_F(DatabaseTest, ANewFileGetsTheSchemaInItsFolder) {
  file = dir / "deep" / "er" / "state.db";
  Database db(file);
  EXPECT_EQ(db.get("SELECT count(*) FROM outbox"), 0);
  EXPECT_EQ(db.get("PRAGMA user_version"), 5);
  EXPECT_EQ(db.get("PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(db.quickCheck(), "ok");
  Statement mode(db.handle(), "PRAGMA journal_mode");
  mode.step();
  EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(DatabaseTest, ACopyThatWentOnTakesItsPlaceWholeUnlessTheFileWentOnToo) {
  const auto copy = dir / "copy.db";
  Database db(file);
  const Database reader = db.another();  // somebody else has it open meanwhile
  writeSetting(db, "before", "1");
  const auto version = db.dataVersion();
  db.copyTo(copy);
  {
    Database there(copy);
    writeSetting(there, "before", "2");
    there.execute("INSERT INTO health VALUES('main/erp',2,'','',0,0,'')");
  }
  EXPECT_TRUE(db.takeOver(copy, version));
  EXPECT_EQ(readSetting(db, "before"), "2");
  EXPECT_EQ(db.get("SELECT count(*) FROM health"), 0) << "the board is told by those who work";
  {
    Database other(file);
    writeSetting(other, "meanwhile", "3");
    EXPECT_EQ(readSetting(other, "before"), "2");
  }
  EXPECT_FALSE(db.takeOver(copy, version));
  EXPECT_EQ(readSetting(db, "meanwhile"), "3");
  EXPECT_EQ(db.quickCheck(), "ok");
}

TEST_F(DatabaseTest, WhatWasWrittenIsThereAfterReopening) {
  {
    Database db(file);
    writeSetting(db, "a", "1");
    writeSetting(db, "a", "2");
  }
  Database db(file);
  EXPECT_EQ(readSetting(db, "a"), "2");
  EXPECT_EQ(readSetting(db, "b"), "");
}

TEST_F(DatabaseTest, AnEmptyFileBecomesAStateFile) {
  write(file, "");
  EXPECT_EQ(refusal(file), "opened");
}

TEST_F(DatabaseTest, ANewerFormatIsRefusedAndLeftAsItIs) {
  Database{file};
  execute(file, "PRAGMA user_version = 99");
  const auto before = bytes(file);
  EXPECT_EQ(refusal(file), "PST-6003");
  EXPECT_EQ(refusal(file, Mode::ReadOnly), "PST-6003");
  EXPECT_EQ(bytes(file), before);
}

TEST_F(DatabaseTest, AForeignDatabaseIsRefusedAndLeftAsItIs) {
  execute(file, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
  const auto before = bytes(file);
  EXPECT_EQ(refusal(file), "PST-6002");
  EXPECT_EQ(refusal(file, Mode::ReadOnly), "PST-6002");
  EXPECT_EQ(bytes(file), before);
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
}

TEST_F(DatabaseTest, AFileThatIsNoDatabaseIsRefusedAndLeftAsItIs) {
  write(file, std::string(10000, 'x'));
  EXPECT_EQ(refusal(file), "PST-6002");
  EXPECT_EQ(bytes(file), std::string(10000, 'x'));
}

TEST_F(DatabaseTest, ADamagedFileIsRefusedOrSaysSo) {
  { Database db(file); }
  auto content = bytes(file);
  ASSERT_GT(content.size(), 8192U);
  std::fill(content.begin() + 100, content.begin() + 4096, '\x5a');  // the schema's page
  write(file, content);
  EXPECT_EQ(refusal(file), "PST-6002");
}

TEST_F(DatabaseTest, DamageInsideIsFoundByTheQuickCheck) {
  {
    Database db(file);
    for (int i = 0; i < 3000; ++i) writeSetting(db, std::to_string(i), std::string(50, 'v'));
  }
  auto content = bytes(file);
  std::fill(content.end() - 3 * 4096, content.end(), '\x5a');
  write(file, content);
  Database db(file);
  EXPECT_NE(db.quickCheck(), "ok");
}

TEST_F(DatabaseTest, AFolderIsNoStateFile) { EXPECT_EQ(refusal(dir.path()), "PST-6001"); }

TEST_F(DatabaseTest, ReadOnlyNeedsAFileAndWritesNothing) {
  EXPECT_EQ(refusal(file, Mode::ReadOnly), "PST-6004");
  EXPECT_FALSE(std::filesystem::exists(file));
  write(file, "");
  EXPECT_EQ(refusal(file, Mode::ReadOnly), "PST-6004");
  Database writer(file);
  writeSetting(writer, "a", "1");
  Database reader(file, Mode::ReadOnly);
  EXPECT_EQ(readSetting(reader, "a"), "1");
  EXPECT_THROW(writeSetting(reader, "a", "2"), DatabaseError);
  writeSetting(writer, "a", "3");
  EXPECT_EQ(readSetting(reader, "a"), "3");
}

TEST_F(DatabaseTest, AUnitOfWorkIsAllOrNothing) {
  Database db(file);
  {
    UnitOfWork work(db);
    writeSetting(db, "a", "1");
  }
  EXPECT_EQ(readSetting(db, "a"), "");
  {
    UnitOfWork work(db);
    writeSetting(db, "a", "1");
    work.commit();
  }
  EXPECT_EQ(readSetting(db, "a"), "1");
  EXPECT_FALSE(db.inTransaction());
}

TEST_F(DatabaseTest, AnInnerUnitOfWorkCanFailAlone) {
  Database db(file);
  {
    UnitOfWork outer(db);
    writeSetting(db, "outer", "1");
    {
      UnitOfWork inner(db);
      writeSetting(db, "lost", "1");
      UnitOfWork innermost(db);
      writeSetting(db, "lost too", "1");
      innermost.commit();
    }
    {
      UnitOfWork inner(db);
      writeSetting(db, "kept", "1");
      inner.commit();
    }
    outer.commit();
  }
  EXPECT_EQ(readSetting(db, "outer"), "1");
  EXPECT_EQ(readSetting(db, "kept"), "1");
  EXPECT_EQ(readSetting(db, "lost"), "");
  EXPECT_EQ(readSetting(db, "lost too"), "");
}

TEST_F(DatabaseTest, WhatAnOuterUnitOfWorkDropsTakesTheInnerWithIt) {
  Database db(file);
  {
    UnitOfWork outer(db);
    UnitOfWork inner(db);
    writeSetting(db, "a", "1");
    inner.commit();
  }
  EXPECT_EQ(readSetting(db, "a"), "");
}

TEST_F(DatabaseTest, AfterAFullDiskEverythingWorksAgain) {
  Database db(file);
  writeSetting(db, "before", "1");
  {
    const FullDisk full(db);
    try {
      UnitOfWork work(db);
      writeSetting(db, "small", "1");
      for (int i = 0; i < 10000; ++i) writeSetting(db, std::to_string(i), std::string(100, 'x'));
      work.commit();
      FAIL() << "nothing was refused";
    } catch (const DatabaseError& e) {
      EXPECT_EQ(e.code(), SQLITE_FULL);
      EXPECT_TRUE(e.passes());
    }
    EXPECT_FALSE(db.inTransaction());
  }
  EXPECT_EQ(readSetting(db, "small"), "");
  UnitOfWork work(db);
  writeSetting(db, "after", "1");
  work.commit();
  EXPECT_EQ(readSetting(db, "after"), "1");
  EXPECT_EQ(db.quickCheck(), "ok");
}

TEST_F(DatabaseTest, AFailureInsideAnInnerUnitOfWorkLosesTheOuterOneToo) {
  Database db(file);
  FailNthStep fault(db);
  for (int n = 0;; ++n) {
    ASSERT_LT(n, 100);
    fault.arm(n);
    try {
      UnitOfWork outer(db);
      writeSetting(db, "a", "1");
      UnitOfWork inner(db);
      writeSetting(db, "b", "1");
      inner.commit();
      outer.commit();
    } catch (const DatabaseError&) {
    }
    const bool fired = fault.disarm();
    ASSERT_FALSE(db.inTransaction()) << n;
    ASSERT_EQ(readSetting(db, "a"), fired ? "" : "1") << n;
    ASSERT_EQ(readSetting(db, "b"), fired ? "" : "1") << n;
    if (!fired) break;
  }
}

TEST_F(DatabaseTest, ADiskThatFailsAtAnyWriteLosesNothingThatWasCommitted) {
  FaultyDisk disk;
  for (int n = 0;; ++n) {
    ASSERT_LT(n, 200);
    const auto own = dir / ("disk" + std::to_string(n));
    bool committed = false, fired = false;
    {
      Database db(own);
      writeSetting(db, "before", "1");
      disk.arm(n);
      try {
        UnitOfWork work(db);
        for (int i = 0; i < 50; ++i) writeSetting(db, std::to_string(i), std::string(500, 'x'));
        work.commit();
        committed = true;
      } catch (const DatabaseError& e) {
        EXPECT_TRUE(e.passes()) << e.what();
      }
      fired = disk.disarm();
      ASSERT_EQ(readSetting(db, "before"), "1") << n;
      ASSERT_EQ(readSetting(db, "49") != "", committed) << n;
      writeSetting(db, "after", "1");
      ASSERT_EQ(db.quickCheck(), "ok") << n;
    }
    if (!fired) break;
  }
}

TEST_F(DatabaseTest, AFailureWhileMigratingLeavesANewStart) {
  for (int n = 0;; ++n) {
    ASSERT_LT(n, 200);
    FaultyDisk disk;
    const auto own = dir / ("new" + std::to_string(n));
    disk.arm(n);
    try {
      Database db(own);
    } catch (const StateError& e) {
      EXPECT_STREQ(e.error().code(), "PST-6001") << n;
    } catch (const DatabaseError&) {
    }
    const bool fired = disk.disarm();
    Database db(own);
    ASSERT_EQ(db.get("SELECT count(*) FROM outbox"), 0) << n;
    if (!fired) break;
  }
}

TEST_F(DatabaseTest, TwoConnectionsMigrateAFileOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      Database db(file);
      EXPECT_EQ(db.get("SELECT count(*) FROM outbox"), 0);
    });
  }
}

TEST_F(DatabaseTest, ALockOfAnotherConnectionPasses) {
  Database a(file);
  Database b(file);
  sqlite3_busy_timeout(b.handle(), 1);
  UnitOfWork work(a);
  try {
    UnitOfWork refused(b);
    FAIL();
  } catch (const DatabaseError& e) {
    EXPECT_TRUE(e.passes());
  }
  EXPECT_EQ(readSetting(b, "a"), "") << "reading goes on";
  work.commit();
  writeSetting(b, "a", "1");
}

TEST_F(DatabaseTest, AReadLeftOpenDoesNotKeepAUnitOfWorkFromStarting) {
  Database a(file);
  Database b(file);
  writeSetting(a, "a", "1");
  auto& half = b.statement("SELECT value FROM setting");
  ASSERT_TRUE(half.step());  // and never finished
  writeSetting(a, "a", "2");
  UnitOfWork work(b);  // from the old snapshot SQLite would refuse at once
  EXPECT_EQ(readSetting(b, "a"), "2");
}

TEST_F(DatabaseTest, AReadScopeSeesOneState) {
  Database a(file);
  Database b(file);
  {
    ReadScope scope(b);
    EXPECT_EQ(readSetting(b, "a"), "");
    writeSetting(a, "a", "1");
    EXPECT_EQ(readSetting(b, "a"), "");
  }
  EXPECT_EQ(readSetting(b, "a"), "1");
  EXPECT_EQ(sqlite3_txn_state(b.handle(), "main"), SQLITE_TXN_NONE);
}

TEST_F(DatabaseTest, TheDataVersionTellsOfOthersCommitsOnly) {
  Database a(file);
  Database b(file);
  const auto version = b.dataVersion();
  writeSetting(b, "a", "1");
  EXPECT_EQ(b.dataVersion(), version);
  writeSetting(a, "a", "2");
  EXPECT_NE(b.dataVersion(), version);
}

TEST_F(DatabaseTest, ACopyIsAStateFileOfItsOwn) {
  Database db(file);
  writeSetting(db, "a", "1");
  db.copyTo(dir / "copy.db");
  writeSetting(db, "a", "2");
  Database copy(dir / "copy.db");
  EXPECT_EQ(readSetting(copy, "a"), "1");
  EXPECT_THROW(db.copyTo(dir / "copy.db"), DatabaseError);
}

TEST_F(DatabaseTest, TextsMayHoldAnything) {
  auto db = Database::inMemory();
  const std::string odd("a\0b'\"\xff", 6);
  writeSetting(db, odd, odd);
  EXPECT_EQ(readSetting(db, odd), odd);
  EXPECT_EQ(readSetting(db, "a"), "");
  writeSetting(db, "empty", {});
  EXPECT_EQ(db.get("SELECT count(*) FROM setting WHERE name='empty' AND value=''"), 1);
}

TEST_F(DatabaseTest, ADatabaseCanBeMoved) {
  Database a(file);
  writeSetting(a, "a", "1");
  Database b = std::move(a);
  EXPECT_EQ(readSetting(b, "a"), "1");
  UnitOfWork work(b);
  work.commit();
}

}  // namespace
}  // namespace postern
