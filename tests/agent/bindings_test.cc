#include "agent/bindings.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace postern {
namespace {

using namespace std::chrono_literals;

const Clock::Time kNoon{std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + 12h};

struct BindingsTest : testing::Test {
  Database db = Database::inMemory();
  Bindings bindings{db, "main/app"};
  Audit audit{db};
};

TEST_F(BindingsTest, ABindingComesBackAsItWas) {
  const Binding binding{"42", {{{"name", "Anna"}, {"city", ""}}, {{"name", "ANNA"}}}};
  bindings.put("customer", "1", binding, kNoon);
  const auto read = bindings.get("customer", "1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "42");
  EXPECT_EQ(read->agreed, binding.agreed);
  EXPECT_EQ(bindings.idOf("customer", "1"), "42");
}

TEST_F(BindingsTest, AnUnknownKeyHasNone) {
  bindings.put("customer", "1", {"42", {}}, kNoon);
  EXPECT_FALSE(bindings.get("customer", "01"));
  EXPECT_EQ(bindings.idOf("address", "1"), "");
  EXPECT_FALSE(Bindings(db, "main/other").get("customer", "1"));
}

TEST_F(BindingsTest, PutReplacesAndRemoveForgets) {
  bindings.put("customer", "1", {"42", {}}, kNoon);
  bindings.put("customer", "1", {"43", {}}, kNoon);
  EXPECT_EQ(bindings.idOf("customer", "1"), "43");
  bindings.remove("customer", "1");
  bindings.remove("customer", "1");
  EXPECT_FALSE(bindings.get("customer", "1"));
}

TEST_F(BindingsTest, ReadsLeaveNoTransactionOpen) {
  bindings.put("customer", "1", {"42", {}}, kNoon);
  bindings.get("customer", "1");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
  bindings.idOf("customer", "1");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
}

TEST_F(BindingsTest, TheAuditHoldsNamesAndAHashOfValuesOnly) {
  audit.add(kNoon, "main/app", "customer", "1", "created", {{"city", "Bonn"}, {"name", "Anna"}});
  audit.add(kNoon, "main/app", "customer", "1", "updated", {{"city", "Bonn"}, {"name", "Anne"}});
  audit.add(kNoon, "main/app", "customer", "1", "updated", {{"city", "Bonn"}, {"name", "Anna"}});
  auto& query = db.statement("SELECT fields, hash, system||kind||key||event FROM audit ORDER BY id");
  std::vector<std::string> hashes;
  while (query.step()) {
    EXPECT_EQ(query.text(0), "city name");
    EXPECT_EQ(query.text(2).find("Ann"), std::string::npos);
    hashes.emplace_back(query.text(1));
  }
  ASSERT_EQ(hashes.size(), 3U);
  EXPECT_NE(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[0], hashes[2]);
}

TEST_F(BindingsTest, OldAuditLinesAreForgotten) {
  audit.add(kNoon, "s", "k", "1", "created", {});
  audit.add(kNoon + 1s, "s", "k", "2", "created", {});
  EXPECT_EQ(audit.prune(kNoon + 1s), 1);
  EXPECT_EQ(db.get("SELECT count(*) FROM audit"), 1);
}

}  // namespace
}  // namespace postern
