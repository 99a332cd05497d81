// Passes that would change an unusual share, and an ERP or a clock that went back in time.

#include <gmock/gmock.h>

#include "tests/support/two_way_world.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

struct BrakeTest : testing::Test, TwoWayWorld {
  BrakeTest() {
    setup.brakeShare = 0.5;
    setup.brakeLeast = 5;
    for (int i = 0; i < 10; ++i) erp.put("customer", std::to_string(i), {{"name", "n"}, {"city", "c"}});
    settle();
    app.forgetCalls();
  }
  void rename(int count) {
    for (int i = 0; i < count; ++i) erp.put("customer", std::to_string(i), {{"name", "new"}, {"city", "c"}});
  }
};

TEST_F(BrakeTest, FirstLoadIsNotHeld) { EXPECT_EQ(app.held("customer").size(), 10U); }

TEST_F(BrakeTest, ShareThatIsUsualGoesThrough) {
  rename(5);
  settle(1);
  EXPECT_EQ(app.updates(), 5);
  EXPECT_THAT(held, testing::IsEmpty());
}

TEST_F(BrakeTest, UnusualShareWaitsUntilItIsApproved) {
  rename(6);
  settle();
  EXPECT_EQ(app.updates(), 0);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_STREQ(held[0].code(), "PST-7103");
  EXPECT_THAT(held[0].cause(Language::En), testing::HasSubstr("6 of 10 records of kind customer"));
  EXPECT_THAT(held[0].cause(Language::En), testing::HasSubstr("name"));
  EXPECT_EQ(countOutbox(db, "").total(), 0) << "held before it is queued";

  EXPECT_EQ(approve(db, "main", rules), 1);
  settle();
  EXPECT_EQ(app.updates(), 6);
  EXPECT_THAT(held, testing::IsEmpty());

  rename(0);
  for (int i = 0; i < 7; ++i) erp.put("customer", std::to_string(i), {{"name", "newer"}, {"city", "c"}});
  settle();
  EXPECT_EQ(app.updates(), 6) << "an approval counts once";
}

TEST_F(BrakeTest, BrakeIsReleasedByItselfWhenTheErpIsMended) {
  rename(8);
  settle();
  EXPECT_EQ(held.size(), 1U);
  for (int i = 0; i < 8; ++i) erp.put("customer", std::to_string(i), {{"name", "n"}, {"city", "c"}});
  settle();
  EXPECT_THAT(held, testing::IsEmpty());
  EXPECT_EQ(app.updates(), 0);
}

TEST_F(BrakeTest, ManyNewRecordsAreHeldToo) {
  for (int i = 100; i < 110; ++i) erp.put("customer", std::to_string(i), {{"name", "n"}, {"city", "c"}});
  settle();
  EXPECT_EQ(app.creates(), 0);
  EXPECT_EQ(held.size(), 1U);
}

TEST_F(BrakeTest, OtherKindsGoOnMeanwhile) {
  rename(10);
  project("p", {});
  settle();
  EXPECT_EQ(inApp("p", "title"), "t");
}

TEST_F(BrakeTest, FullCompareWithoutDifferencesIsNotHeld) {
  static_cast<void>(poll(true));
  EXPECT_THAT(held, testing::IsEmpty());
}

struct TimeTravelTest : testing::Test, TwoWayWorld {
  static std::chrono::sys_days day(int number) { return std::chrono::sys_days{std::chrono::days{20'000 + number}}; }
  void put(int key, const char* name, int changed) {
    erp.put(Record{"customer", std::to_string(key), {}, {{"name", name}, {"city", "c"}}, day(changed)});
  }
  TimeTravelTest() {
    erp.keepsChanged = true;
    for (int i = 0; i < 10; ++i) put(i, "today", 9);
    settle();
    app.forgetCalls();
  }
};

TEST_F(TimeTravelTest, ErpRestoredFromABackupIsNotCarriedOverUntilApproved) {
  for (int i = 0; i < 3; ++i) put(i, "last week", 2);
  settle();
  EXPECT_EQ(app.updates(), 0);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_STREQ(held[0].code(), "PST-7104");
  settle();
  EXPECT_EQ(app.updates(), 0) << "it is remembered, although nothing goes back any more";
  EXPECT_EQ(approve(db, "main", rules), 1);
  settle();
  EXPECT_EQ(app.updates(), 3);
}

TEST_F(TimeTravelTest, WhatWasOlderBeforeAReadingWasCutOffCountsWhenItGoesOn) {
  for (int i = 0; i < 3; ++i) put(i, "last week", 2);
  erp.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.kind != "customer" || request.position.empty()) return std::nullopt;
    return tl::unexpected(FakeSource::down(60s));
  };
  EXPECT_FALSE(poll(true));
  erp.instead = nullptr;
  settle();
  EXPECT_EQ(app.updates(), 0);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_STREQ(held[0].code(), "PST-7104");
  EXPECT_EQ(approve(db, "main", rules), 1);
  settle();
  EXPECT_EQ(app.updates(), 3);
}

TEST_F(TimeTravelTest, FewOlderRecordsOnBothSidesOfACutCountTogether) {
  put(0, "last week", 2);
  put(1, "last week", 2);
  put(9, "last week", 2);
  erp.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.kind != "customer" || request.position.empty()) return std::nullopt;
    return tl::unexpected(FakeSource::down(60s));
  };
  EXPECT_FALSE(poll(true));
  erp.instead = nullptr;
  settle();
  EXPECT_EQ(app.updates(), 0);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_STREQ(held[0].code(), "PST-7104");
}

TEST_F(TimeTravelTest, SingleOlderRecordsOfSeveralPassesAreNoBackup) {
  for (int i = 0; i < 5; ++i) {
    put(i, "last week", 2);
    settle();
  }
  EXPECT_EQ(app.updates(), 5);
}

TEST_F(TimeTravelTest, LossOfJustTheNewestRecordsIsABackupEvenWithoutChangeDates) {
  erp.keepsChanged = false;
  clock.jumpTo(clock.now() + 24h);
  for (int i = 10; i < 13; ++i) erp.put("customer", std::to_string(i), {{"name", "new"}, {"city", "c"}});
  settle();
  app.forgetCalls();
  for (int i = 10; i < 13; ++i) erp.remove("customer", std::to_string(i));
  erp.put("customer", "1", {{"name", "as it was yesterday"}, {"city", "c"}});
  settle();
  EXPECT_EQ(app.updates(), 0);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_STREQ(held[0].code(), "PST-7104");
  EXPECT_EQ(approve(db, "main", rules), 1);
  settle();
  EXPECT_EQ(app.updates(), 1);
}

TEST_F(TimeTravelTest, LossOfOldRecordsIsNone) {
  erp.keepsChanged = false;
  clock.jumpTo(clock.now() + 24h);
  erp.put("customer", "10", {{"name", "new"}, {"city", "c"}});
  settle();
  app.forgetCalls();
  for (int i = 3; i < 6; ++i) erp.remove("customer", std::to_string(i));
  erp.put("customer", "1", {{"name", "edited"}, {"city", "c"}});
  settle();
  EXPECT_EQ(app.updates(), 1);
  EXPECT_THAT(held, testing::IsEmpty());
}

TEST_F(TimeTravelTest, SummerTimeComesAndGoesWithoutAWrite) {
  erp.tellsChanges = true;
  settle();
  app.forgetCalls();
  int edits = 0;
  // Half an hour before the clocks of Europe are moved forward, and back.
  for (const auto start : {std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + 30min,
                           std::chrono::sys_days{std::chrono::year{2026} / 10 / 25} + 30min}) {
    for (int half = 0; half < 6; ++half) {
      clock.jumpTo(start + half * 30min);
      settle();
      EXPECT_THAT(app.pushed(), testing::IsEmpty());
      put(2, ("edit " + std::to_string(++edits)).c_str(), 9);
      settle();
      EXPECT_EQ(app.updates(), 1) << "a change still goes through";
      app.forgetCalls();
    }
  }
}

TEST_F(TimeTravelTest, OneOlderRecordIsNoBackup) {
  put(0, "last week", 2);
  settle();
  EXPECT_EQ(app.updates(), 1);
}

TEST_F(TimeTravelTest, ClockThatJumpsChangesNothing) {
  erp.tellsChanges = true;
  settle();
  app.forgetCalls();
  const auto start = clock.now();
  for (const auto jump : {1h, -1h, 24h, -24h, 24h * 3650, -24h * 3650}) {
    clock.jumpTo(start + jump);
    settle();
    EXPECT_THAT(app.pushed(), testing::IsEmpty()) << jump.count();
    put(1, jump > 0h ? "forward" : "back", 9);
    settle();
    EXPECT_EQ(app.updates(), 1) << "changes still go through, " << jump.count();
    put(1, "today", 9);
    settle();
    app.forgetCalls();
    clock.jumpTo(start);
    settle();
    EXPECT_THAT(app.pushed(), testing::IsEmpty()) << "and back, " << jump.count();
  }
}

}  // namespace
}  // namespace postern
