// What a pusher leaves behind when it dies or its disk fails at any moment.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "agent/pusher.h"
#include "tests/support/fail_nth_step.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/pusher_rig.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;
using testing::Pair;
using Do = FakeSink::Do;
using Plan = FakeSink::Plan;

struct PusherCrashTest : testing::Test {
  /// A mixed load: creates with children, and an update of a record agreed before.
  static void fill(PusherRig& rig) {
    rig.putCustomer("old", "before");
    ASSERT_TRUE(rig.deliver());
    rig.putCustomer("old", "after");
    for (int i = 0; i < 3; ++i) {
      const auto key = std::to_string(i);
      rig.putCustomer(key);
      rig.put({"appointment", "A" + key}, {{"title", "t"}, {"customer", key}}, {{"customer", key}});
    }
  }
  static void expectAllThere(PusherRig& rig, const std::string& when) {
    EXPECT_THAT(rig.sink.doubled(), IsEmpty()) << when;
    EXPECT_EQ(rig.sink.held("customer").size(), 4U) << when;
    EXPECT_EQ(rig.sink.held("appointment").size(), 3U) << when;
    EXPECT_EQ(rig.sink.held("customer")["old"]["name"], "after") << when;
    EXPECT_EQ(rig.sink.dangling(), 0) << when;
    EXPECT_EQ(rig.outbox.count(), 0) << when;
  }
};

TEST_F(PusherCrashTest, FailureAtAnyStepOfTheStateFileLosesAndDoublesNothing) {
  bool through = false;
  int n = 0;
  for (; !through; ++n) {
    ASSERT_LT(n, 2000);
    PusherRig rig;
    fill(rig);
    {
      Database pushDb(rig.file);
      FailNthStep fault(pushDb);
      Pusher pusher(pushDb, rig.sink, rig.setup, rig.clock, rig.health, rig.progress);
      pusher.noMore();
      fault.arm(n);
      std::atomic<bool> done = false;
      std::jthread thread([&](std::stop_token stop) {
        try {
          pusher.run(Pusher::Until::Delivered, stop);
        } catch (const DatabaseError&) {  // dies as a whole, like a crash
        }
        done = true;
      });
      ASSERT_TRUE(rig.passUntil(pusher, [&] { return done.load(); })) << "step " << n;
      thread.join();
      through = !fault.disarm();
    }
    ASSERT_TRUE(rig.deliver()) << "step " << n;
    expectAllThere(rig, "step " + std::to_string(n));
    if (HasFailure()) return;
  }
  EXPECT_GT(n, 60) << "the load must be worth it";
}

TEST_F(PusherCrashTest, ADiskThatRefusesTheNthWriteLosesAndDoublesNothing) {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    bool through = false;
    for (int n = 0; !through; ++n) {
      ASSERT_LT(n, 1000);
      FaultyDisk disk;
      PusherRig rig;
      fill(rig);
      {
        Database pushDb(rig.file);
        Pusher pusher(pushDb, rig.sink, rig.setup, rig.clock, rig.health, rig.progress);
        pusher.noMore();
        disk.arm(n, 3, code);
        std::atomic<bool> done = false;
        std::jthread thread([&](std::stop_token stop) {
          pusher.run(Pusher::Until::Delivered, stop);  // it waits a failing disk out
          done = true;
        });
        ASSERT_TRUE(rig.passUntil(pusher, [&] { return done.load(); })) << "write " << n;
        thread.join();
        through = !disk.disarm();
      }
      expectAllThere(rig, "write " + std::to_string(n));
      EXPECT_EQ(rig.sink.finds(), 0) << "an answer that could not be stored at once is not forgotten, write " << n;
      EXPECT_EQ(rig.progress.delivered, 8) << "write " << n;
      if (HasFailure()) return;
    }
  }
}

TEST_F(PusherCrashTest, AnAnswerFoundWhileTheDiskFailsKeepsItsValues) {
  FaultyDisk disk;
  PusherRig rig;
  rig.sink.onPush = [n = 0](const Change&) mutable -> Plan { return ++n == 1 ? Do::AppliedUnknown : Do::Ok; };
  rig.sink.onFind = [&]() -> Plan {
    disk.arm(0, 2);
    return Do::Ok;
  };
  rig.putCustomer("1");
  ASSERT_TRUE(rig.deliver());
  EXPECT_EQ(rig.sink.pushed().size(), 1U) << "what was found equals what is wanted";
  EXPECT_EQ(rig.bindings.get("customer", "1")->agreed.theirs.at("name"), "Anna");
}

TEST_F(PusherCrashTest, ACrashAtAnyMomentOfACallLosesAndDoublesNothing) {
  // The state file is copied at random moments of a run; each copy is what a kill would have left.
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    PusherRig rig;
    const int at = std::uniform_int_distribution<int>(0, 40)(random);
    std::atomic<int> calls = 0;
    const auto copy = rig.dir / "killed.db";
    for (int i = 0; i < 40; ++i) rig.putCustomer(std::to_string(i));
    {
      Database pushDb(rig.file);
      Pusher pusher(pushDb, rig.sink, rig.setup, rig.clock, rig.health, rig.progress);
      rig.sink.during = [&](const Change&) {
        if (calls++ != at) return;
        Database(rig.file).copyTo(copy);
        pusher.wake();
      };
      std::jthread thread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
      ASSERT_TRUE(rig.passUntil(pusher, [&] { return rig.outbox.count() == 0; }));
    }
    rig.sink.during = nullptr;
    if (!std::filesystem::exists(copy)) continue;
    rig.sink.forgetCalls();
    ASSERT_TRUE(rig.deliverFrom(copy));
    EXPECT_EQ(rig.sink.creates(), 0) << "all were applied before";
    EXPECT_THAT(rig.sink.doubled(), IsEmpty());
    EXPECT_EQ(countOutbox(*std::make_unique<Database>(copy), "").total(), 0);
  }
}

TEST_F(PusherCrashTest, ALockedStateFileIsWaitedOut) {
  PusherRig rig;
  rig.putCustomer("1");
  Database pushDb(rig.file);
  sqlite3_busy_timeout(pushDb.handle(), 1);
  Pusher pusher(pushDb, rig.sink, rig.setup, rig.clock, rig.health, rig.progress);
  std::jthread thread;
  {
    UnitOfWork lock(rig.db);
    thread = std::jthread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
    ASSERT_TRUE(rig.passUntil(pusher, [&] {
      const auto board = rig.health.entries();
      return !board.empty() && board[0].code == "PST-6005";
    }));
    lock.commit();
  }
  ASSERT_TRUE(rig.passUntil(pusher, [&] { return rig.outbox.count() == 0; }));
  EXPECT_EQ(rig.sink.creates(), 1);
  ASSERT_TRUE(rig.passUntil(pusher, [&] { return rig.health.entries()[0].level == HealthLevel::Good; }));
}

TEST_F(PusherCrashTest, SomebodyWhoWaitsForTheEndOfAPassIsToldThatTheStateFileStaysLocked) {
  PusherRig rig;
  rig.putCustomer("1");
  Database pushDb(rig.file);
  sqlite3_busy_timeout(pushDb.handle(), 1);
  Pusher pusher(pushDb, rig.sink, rig.setup, rig.clock, rig.health, rig.progress);
  const UnitOfWork lock(rig.db);
  EXPECT_THROW(pusher.run(Pusher::Until::Delivered, {}), DatabaseError);
  EXPECT_EQ(rig.sink.creates(), 0);
}

}  // namespace
}  // namespace postern
