#include "agent/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Clock::Time kNoon{std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + 12h};

struct SnapshotTest : testing::Test {
  Database db = Database::inMemory();
  Snapshot snapshot{db, "main/erp"};

  static Record customer(const std::string& key, const std::string& name = "Anna") {
    return {"customer", key, "", {{"name", name}}, {}};
  }
  static Hash hash(unsigned char of) { return Hash{of}; }
  std::vector<bool> marks(const std::vector<std::int64_t>& ids) {
    std::vector<bool> seen(100);
    for (const auto id : ids) seen[static_cast<std::size_t>(id)] = true;
    return seen;
  }
};

TEST_F(SnapshotTest, ARecordComesBackAsItWas) {
  Record record{"position", "P1/01", "P1", {{"text", "Küche"}, {"empty", ""}}, std::chrono::sys_days{2025y / 5 / 9}};
  snapshot.insert(record, hash(1), kNoon);
  const auto seen = snapshot.get("position", "P1/01");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->record, record);
  EXPECT_EQ(seen->changedAt, kNoon);
  EXPECT_FALSE(snapshot.get("position", "P1/1")) << "leading zeros count";
  EXPECT_FALSE(snapshot.get("project", "P1/01"));
  EXPECT_FALSE(Snapshot(db, "other/erp").get("position", "P1/01"));
}

TEST_F(SnapshotTest, KeysAreComparedByteByByte) {
  const std::vector<std::string> keys{"a", "A", "ä", "a ", "00", "0", std::string("a\0b", 3)};
  for (const auto& key : keys) {
    EXPECT_FALSE(snapshot.known("customer", key)) << key;
    snapshot.insert(customer(key, "of " + key), hash(1), kNoon);
  }
  EXPECT_EQ(snapshot.get("customer", "A")->record.field("name"), "of A");
  EXPECT_EQ(snapshot.get("customer", "00")->record.field("name"), "of 00");
  EXPECT_EQ(snapshot.count("customer"), 7);
}

TEST_F(SnapshotTest, KnownTellsIdAndHash) {
  const auto id = snapshot.insert(customer("1"), hash(7), kNoon);
  EXPECT_EQ(snapshot.known("customer", "1")->id, id);
  EXPECT_EQ(snapshot.known("customer", "1")->hash, hash(7));
  snapshot.updateHash(id, hash(8));
  EXPECT_EQ(snapshot.known("customer", "1")->hash, hash(8));
  EXPECT_EQ(snapshot.get("customer", "1")->changedAt, kNoon);
  EXPECT_FALSE(snapshot.known("customer", "2"));
}

TEST_F(SnapshotTest, AnUpdateReplacesContentParentAndStamp) {
  const auto id = snapshot.insert({"position", "1", "P1", {{"text", "a"}}, {}}, hash(1), kNoon);
  snapshot.update(id, {"position", "1", "P2", {{"text", "b"}}, {}}, hash(2), kNoon + 1h);
  EXPECT_EQ(snapshot.get("position", "1")->record.parent, "P2");
  EXPECT_EQ(snapshot.get("position", "1")->record.field("text"), "b");
  EXPECT_EQ(snapshot.get("position", "1")->changedAt, kNoon + 1h);
  EXPECT_THAT(snapshot.childrenOf("position", "P1"), IsEmpty());
  EXPECT_THAT(snapshot.childrenOf("position", "P2"), SizeIs(1));
}

TEST_F(SnapshotTest, ChildrenComeOrderedByKey) {
  for (const auto* key : {"P1/2", "P1/10", "P1/1"}) snapshot.insert({"position", key, "P1", {}, {}}, hash(1), kNoon);
  std::vector<std::string> keys;
  for (const auto& child : snapshot.childrenOf("position", "P1")) keys.push_back(child.record.key);
  EXPECT_THAT(keys, ElementsAre("P1/1", "P1/10", "P1/2"));
  EXPECT_THAT(snapshot.childrenOf("position", ""), IsEmpty());
}

TEST_F(SnapshotTest, ListGoesThroughAKindInPortions) {
  for (int i = 0; i < 5; ++i) snapshot.insert(customer(std::to_string(i)), hash(1), kNoon);
  snapshot.insert({"project", "9", "", {}, {}}, hash(1), kNoon);
  std::vector<std::string> keys;
  for (std::string after;;) {
    const auto batch = snapshot.list("customer", after, 2);
    if (batch.empty()) break;
    for (const auto& seen : batch) keys.push_back(seen.record.key);
    after = keys.back();
  }
  EXPECT_THAT(keys, ElementsAre("0", "1", "2", "3", "4"));
}

TEST_F(SnapshotTest, ARecordCountsAsVanishedAfterTwoFullComparesInARow) {
  const auto here = snapshot.insert(customer("here"), hash(1), kNoon);
  const auto gone = snapshot.insert(customer("gone"), hash(1), kNoon);
  EXPECT_FALSE(snapshot.anyMissing("customer"));
  EXPECT_THAT(snapshot.countMissing("customer", marks({here})).vanished, IsEmpty());
  EXPECT_TRUE(snapshot.anyMissing("customer"));
  EXPECT_FALSE(snapshot.anyMissing("project"));
  EXPECT_THAT(snapshot.countMissing("customer", marks({here})).vanished, ElementsAre("gone"));
  EXPECT_TRUE(snapshot.get("customer", "gone")->gone);
  EXPECT_THAT(snapshot.countMissing("customer", marks({here})).vanished, IsEmpty()) << "told once";
  EXPECT_THAT(snapshot.countMissing("customer", marks({here, gone})).returned, ElementsAre("gone"));
  EXPECT_FALSE(snapshot.get("customer", "gone")->gone);
  EXPECT_FALSE(snapshot.anyMissing("customer")) << "it is back";
  EXPECT_THAT(snapshot.countMissing("customer", marks({here})).vanished, IsEmpty()) << "and starts from zero";
}

TEST_F(SnapshotTest, PositionsThatGoWithTheirOrderAreNoSignOfABackup) {
  const auto old = snapshot.insert(customer("old"), hash(1), kNoon);
  snapshot.insert({"customer", "young/1", "young", {}, {}}, hash(1), kNoon + 60s);
  auto compared = snapshot.countMissing("customer", marks({old}));
  EXPECT_FALSE(compared.newestLost);
  EXPECT_EQ(compared.lost, 0);
  snapshot.insert(customer("young"), hash(1), kNoon + 60s);
  compared = snapshot.countMissing("customer", marks({old}));
  EXPECT_TRUE(compared.newestLost);
  EXPECT_EQ(compared.lost, 1);
}

TEST_F(SnapshotTest, AnUpdateEndsAMiss) {
  const auto id = snapshot.insert(customer("1"), hash(1), kNoon);
  snapshot.countMissing("customer", marks({}));
  snapshot.update(id, customer("1", "new"), hash(2), kNoon);
  EXPECT_FALSE(snapshot.anyMissing("customer"));
}

TEST_F(SnapshotTest, ACursorComesBackAsItWas) {
  EXPECT_EQ(readCursor(db, "main/erp", "customer").since, "");
  EXPECT_EQ(readCursor(db, "main/erp", "customer").finishedAt, Clock::Time{});
  writeCursor(db, "main/erp", "customer", {"s", "p", kNoon, true, kNoon + 1s, kNoon + 2s});
  const auto cursor = readCursor(db, "main/erp", "customer");
  EXPECT_EQ(cursor.since, "s");
  EXPECT_EQ(cursor.position, "p");
  EXPECT_EQ(cursor.startedAt, kNoon);
  EXPECT_TRUE(cursor.full);
  EXPECT_EQ(cursor.finishedAt, kNoon + 1s);
  EXPECT_EQ(cursor.fullAt, kNoon + 2s);
  EXPECT_EQ(readCursor(db, "main/erp", "project").position, "");
}

TEST_F(SnapshotTest, ReadsLeaveNoTransactionOpen) {
  snapshot.insert(customer("1"), hash(1), kNoon);
  snapshot.known("customer", "1");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
  snapshot.get("customer", "1");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
  snapshot.count("customer");
  snapshot.anyMissing("customer");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
}

}  // namespace
}  // namespace postern
