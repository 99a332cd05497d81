#include "agent/pusher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "tests/support/pusher_rig.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using Do = FakeSink::Do;
using Plan = FakeSink::Plan;
using State = OutboxEntry::State;

const Reference kAnna{"customer", "1"};

struct PusherFaultsTest : testing::Test, PusherRig {};

// ---- each fault of the table ----------------------------------------------------------------------------------------

TEST_F(PusherFaultsTest, RejectParksTheRecordAndGoesOn) {
  script("3", Do::Reject, 100);
  putCustomers(10);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 9);
  EXPECT_EQ(pushesOf("3"), 1) << "it is not tried again by itself";
  ASSERT_TRUE(entry("3"));
  EXPECT_EQ(entry("3")->state, State::Parked);
  EXPECT_EQ(entry("3")->detail, "words of 422");
  EXPECT_EQ(progress.parked, 1);
}

TEST_F(PusherFaultsTest, AParkedChangeIsSentWhenItsContentChanges) {
  script("1", Do::Reject);
  putCustomer("1", "bad");
  ASSERT_TRUE(deliver());
  putCustomer("1", "good");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.held("customer")["1"].at("name"), "good");
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherFaultsTest, AParkedChangeIsSentWhenSomebodyRetriesIt) {
  script("1", Do::Reject);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  ASSERT_EQ(retryOutbox(db, 0), 1);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherFaultsTest, ARecordDeletedInTheAppIsParked) {
  putCustomer("1");
  ASSERT_TRUE(deliver());
  auto binding = *bindings.get("customer", "1");
  binding.id = "4711";
  bindings.put("customer", "1", binding, clock.now());
  putCustomer("1", "changed");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(entry("1")->state, State::Parked);
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherFaultsTest, RecordDeletedInTheAppIsMadeAgainWhereTheErpLeads) {
  static constexpr TargetKind kRestored{.name = "customer", .flow = "customers", .inputs = {}, .restored = true};
  setup.targets = std::span(&kRestored, 1);
  putCustomer("1");
  putCustomer("2");
  ASSERT_TRUE(deliver());
  for (const auto* key : {"1", "2"}) {
    auto binding = *bindings.get("customer", key);
    binding.id = "4711";
    bindings.put("customer", key, binding, clock.now());
  }
  sink.remove("customer", "1");
  putCustomer("1", "changed");
  putCustomer("2", "changed");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(outbox.count(), 0);
  EXPECT_EQ(sink.held("customer").at("1").at("name"), "changed") << "made again";
  EXPECT_EQ(sink.held("customer").at("2").at("name"), "changed") << "it was there under another id";
  EXPECT_THAT(sink.doubled(), testing::IsEmpty());
  EXPECT_EQ(sink.creates(), 3);
}

TEST_F(PusherFaultsTest, RetryIsSentAgainWithoutALookUp) {
  script("1", Do::Retry, 2);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
  EXPECT_EQ(sink.finds(), 0);
  EXPECT_EQ(pushesOf("1"), 3);
}

TEST_F(PusherFaultsTest, UnknownThatWasAppliedIsFoundAndNotSentAgain) {
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(pushesOf("1"), 1);
  EXPECT_EQ(sink.finds(), 1);
  EXPECT_NE(bindings.idOf("customer", "1"), "");
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherFaultsTest, UnknownThatWasLostIsSentAgainAfterTheLookUp) {
  script("1", Do::LostUnknown);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
  EXPECT_EQ(sink.finds(), 1);
}

TEST_F(PusherFaultsTest, WhatIsWithdrawnOnItsWayIsNotMadeAfterwards) {
  for (const auto fault : {Do::LostUnknown, Do::Retry, Do::AppliedUnknown, Do::Ok}) {
    for (const bool wantedAgain : {false, true}) {
      const std::string key = std::to_string(static_cast<int>(fault)) + (wantedAgain ? "+" : "-");
      sink.forgetCalls();
      script(key, fault);
      putCustomer(key);
      sink.during = [&, once = true](const Change&) mutable {
        if (!std::exchange(once, false)) return;
        Database other(file);
        Outbox poller(other, "main/app");
        poller.withdraw({"customer", key});
        if (wantedAgain) poller.put("main", {"customer", key}, 0, Target{{{"name", "Anna"}}, {}}, true, clock.now());
      };
      ASSERT_TRUE(deliver());
      const bool arrived = fault == Do::AppliedUnknown || fault == Do::Ok;
      EXPECT_EQ(sink.creates(), arrived || wantedAgain ? 1 : 0) << key;
      EXPECT_EQ(bindings.idOf("customer", key).empty(), !arrived && !wantedAgain) << key;
      EXPECT_EQ(outbox.count(), 0) << key;
    }
  }
}

TEST_F(PusherFaultsTest, AnUnknownOutcomeIsNotLookedUpBeforeTheProbeDelay) {
  setup.probeDelay = 30s;
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  const auto start = clock.monotonic();
  ASSERT_TRUE(deliver());
  EXPECT_GE(clock.monotonic() - start, 30s);
}

struct FractionOfASecondTest : testing::TestWithParam<std::chrono::milliseconds>, PusherRig {};

TEST_P(FractionOfASecondTest, AnUnknownOutcomeIsGivenTwoSeconds) {
  setup.probeDelay = PusherSetup{}.probeDelay;
  clock.advance(GetParam());
  std::atomic<Clock::Monotonic> sent;
  std::atomic<Clock::Monotonic> lookedUp;
  sink.onPush = [&](const Change&) -> Plan {
    sent = clock.monotonic();
    return Do::AppliedUnknown;
  };
  sink.onFind = [&]() -> Plan {
    lookedUp = clock.monotonic();
    return Do::Ok;
  };
  putCustomer("1");

  ASSERT_TRUE(serveUntil([&] { return sink.finds() > 0; }, 100ms));

  EXPECT_GE(lookedUp.load() - sent.load(), 2s);
}
INSTANTIATE_TEST_SUITE_P(All, FractionOfASecondTest, testing::Values(0ms, 500ms, 900ms));

TEST_F(PusherFaultsTest, LostAnswersOnEveryCreateAndUpdateDoubleNothing) {
  std::set<Reference> lost;
  sink.onPush = [&](const Change& change) -> Plan {
    return lost.insert({change.kind + change.id, change.key}).second ? Do::AppliedUnknown : Do::Ok;
  };
  for (int i = 0; i < 60; ++i) {
    const auto key = std::to_string(i);
    putCustomer(key);
    put({"appointment", "A" + key}, {{"title", "t"}, {"customer", key}}, {{"customer", key}});
  }
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 120);
  EXPECT_THAT(sink.doubled(), IsEmpty());
  EXPECT_EQ(sink.dangling(), 0);
  EXPECT_LE(sink.mostKeys(), 50U);
  for (int i = 0; i < 60; ++i) putCustomer(std::to_string(i), "Berta");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(outbox.count(), 0);
  EXPECT_THAT(sink.held("customer"), Each(Pair(testing::_, Fields{{"name", "Berta"}})));
}

TEST_F(PusherFaultsTest, OfTwoRecordsOfOneKeyTheFirstIsUsed) {
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  sink.during = [this](const Change&) { sink.add("customer", "1", {{"name", "the first"}}); };
  ASSERT_TRUE(deliver());
  EXPECT_EQ(bindings.idOf("customer", "1"), "1");
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherFaultsTest, AuthPausesEverythingAndKeepsTheQueue) {
  sink.onPush = [](const Change&) -> Plan { return Do::Auth; };
  putCustomers(100);
  std::atomic<bool> seen = false;
  const auto start = clock.monotonic();
  ASSERT_TRUE(serveUntil([&] {
    const auto told = health.entries();
    if (!told.empty() && told[0].level == HealthLevel::Bad) seen = true;
    return clock.monotonic() - start > 20s && seen;
  }));
  EXPECT_LE(sink.pushed().size(), 4U) << "those under way together, then none";
  EXPECT_EQ(outbox.count(), 100);
  const auto board = health.entries();
  ASSERT_THAT(board, SizeIs(1));
  EXPECT_EQ(board[0].level, HealthLevel::Bad);
  EXPECT_EQ(board[0].part, "main/app");
}

TEST_F(PusherFaultsTest, AfterTheLogInWorksAgainEverythingIsDelivered) {
  sink.onPush = [n = 0](const Change&) mutable -> Plan { return ++n <= 6 ? Plan(Do::Auth) : Plan(Do::Ok); };
  putCustomers(20);
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }, 20s));
  EXPECT_EQ(sink.creates(), 20);
  EXPECT_EQ(health.entries()[0].level, HealthLevel::Good);
}

TEST_F(PusherFaultsTest, StopLeavesTheEntryToTheNextStart) {
  sink.onPush = [n = 0](const Change&) mutable -> Plan { return ++n == 1 ? Do::Hang : Do::Ok; };
  putCustomer("1");
  ASSERT_TRUE(serveUntil([&] { return sink.pushed().size() == 1; }));
  EXPECT_EQ(entry("1")->state, State::Sending);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.finds(), 1) << "whether it arrived is not known";
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherFaultsTest, WhatWasAnsweredDuringAStopIsSettled) {
  std::stop_source stop;
  sink.during = [&](const Change&) { stop.request_stop(); };
  putCustomers(64);
  Database pushDb(file);
  Pusher pusher(pushDb, sink, setup, clock, health, progress);
  pusher.run(Pusher::Until::Stopped, stop.get_token());
  EXPECT_EQ(counts().sending, 0) << "a clean stop leaves nothing to look up";
  EXPECT_EQ(counts().total(), 64 - sink.creates());
  sink.during = nullptr;
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 64);
  EXPECT_EQ(sink.finds(), 0);
}

TEST_F(PusherFaultsTest, StopsWithinASecondWhileEveryCallHangs) {
  sink.onPush = [](const Change&) -> Plan { return Do::Hang; };
  putCustomers(10);
  Database pushDb(file);
  Pusher pusher(pushDb, sink, setup, clock, health, progress);
  std::jthread thread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
  ASSERT_TRUE(passUntil(pusher, [&] { return sink.mostAtOnce() == 4; }));
  const auto start = std::chrono::steady_clock::now();
  thread.request_stop();
  thread.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

// ---- the destination as a whole -------------------------------------------------------------------------------------

TEST_F(PusherFaultsTest, RetryAfterPausesTheDestination) {
  setup.lanes = 1;
  script("0", {Do::Retry, 120s});
  putCustomers(50);
  std::atomic<Clock::Monotonic> refusedAt{}, resumedAt{};
  sink.during = [&](const Change& change) {
    if (change.key == "0" && refusedAt.load() == Clock::Monotonic{}) {
      refusedAt = clock.monotonic();
    } else if (resumedAt.load() == Clock::Monotonic{}) {
      resumedAt = clock.monotonic();
    }
  };
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }));
  EXPECT_GE(resumedAt.load() - refusedAt.load(), 120s);
  EXPECT_EQ(sink.creates(), 50);
}

TEST_F(PusherFaultsTest, ASuccessThatBeganBeforeDoesNotEndThePause) {
  std::atomic<bool> refused = false;
  std::atomic<int> early = 0, late = 0;
  std::atomic<Clock::Monotonic> refusedAt{};
  sink.onPush = [&](const Change& change) -> Plan {
    if (change.key == "0" && !refused.exchange(true)) {
      refusedAt = clock.monotonic();
      return {Do::Retry, 300s};
    }
    return Do::Slow;
  };
  sink.during = [&](const Change&) {
    if (!refused || clock.monotonic() - refusedAt.load() > 250s) return;
    ++(clock.monotonic() - refusedAt.load() > 60s ? late : early);
  };
  putCustomers(64);
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }));
  EXPECT_EQ(late, 0);
  EXPECT_EQ(sink.creates(), 64);
}

TEST_F(PusherFaultsTest, AWaitAskedForByACallThatFailedWithOthersCounts) {
  setup.lanes = 2;
  std::atomic<int> calls = 0;
  std::atomic<Clock::Monotonic> refusedAt{}, resumedAt{};
  sink.onPush = [&](const Change&) -> Plan {
    const int n = ++calls;
    if (n == 1) return Do::Retry;
    if (n == 2) return {Do::Retry, 200s};
    return Do::Ok;
  };
  sink.during = [&](const Change&) {
    if (calls == 2 && refusedAt.load() == Clock::Monotonic{}) refusedAt = clock.monotonic();
    for (int i = 0; i < 100 && calls < 2; ++i) std::this_thread::sleep_for(1ms);
    if (calls == 3) resumedAt = clock.monotonic();
  };
  putCustomers(2);
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }));
  EXPECT_GE(resumedAt.load() - refusedAt.load(), 199s);
}

TEST_F(PusherFaultsTest, AFailingDestinationIsProbedWithOneCallAtATime) {
  std::atomic<bool> down = true;
  sink.onPush = [&](const Change&) -> Plan { return down ? Do::Retry : Do::Ok; };
  putCustomers(300);
  Database pushDb(file);
  Pusher pusher(pushDb, sink, setup, clock, health, progress);
  std::jthread thread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
  // Calls that began before the first failure may take their time.
  ASSERT_TRUE(passUntil(pusher, [&] { return pusher.destinationError() && counts().sending == 0; }));
  const auto start = clock.monotonic();
  sink.forgetCalls();
  ASSERT_TRUE(passUntil(pusher, [&] { return clock.monotonic() - start > 600s; }));
  EXPECT_EQ(sink.mostAtOnce(), 1);
  EXPECT_GE(sink.pushed().size(), 8U);
  EXPECT_LE(sink.pushed().size(), 30U) << "ten minutes of outage";
  EXPECT_TRUE(pusher.destinationError());
  down = false;
  const auto back = clock.monotonic();
  ASSERT_TRUE(passUntil(pusher, [&] { return outbox.count() == 0; }));
  EXPECT_LE(clock.monotonic() - back, 400s);
  EXPECT_FALSE(pusher.destinationError());
  EXPECT_EQ(sink.creates(), 300);
}

TEST_F(PusherFaultsTest, ASingleRecordDoesNotWaitAnHourAfterALongOutage) {
  std::atomic<bool> down = true;
  sink.onPush = [&](const Change&) -> Plan { return down ? Do::Retry : Do::Ok; };
  putCustomer("1");
  const auto start = clock.monotonic();
  Clock::Monotonic back{};
  ASSERT_TRUE(serveUntil(
      [&] {
        if (down && clock.monotonic() - start > 4h) {
          down = false;
          back = clock.monotonic();
        }
        return outbox.count() == 0;
      },
      10s));
  EXPECT_LE(clock.monotonic() - back, 5min);
}

TEST_F(PusherFaultsTest, APoisonRecordNeitherStopsOthersNorSpins) {
  sink.onPush = [](const Change& change) -> Plan { return change.key == "0" ? Do::LostUnknown : Do::Ok; };
  putCustomers(200);
  const auto start = clock.monotonic();
  ASSERT_TRUE(serveUntil([&] { return clock.monotonic() - start > 2h; }, 10s));
  EXPECT_EQ(sink.creates(), 199);
  EXPECT_LE(pushesOf("0"), 150) << "about once a minute at most";
  EXPECT_EQ(outbox.count(), 1);
}

TEST_F(PusherFaultsTest, SeveralPoisonRecordsDoNotSlowTheOthersDown) {
  setup.lanes = 1;
  setup.window = 8;
  sink.onPush = [](const Change& change) -> Plan {
    return change.key == "0" || change.key == "1" || change.key == "2" ? Do::LostUnknown : Do::Ok;
  };
  putCustomers(300);
  const auto start = clock.monotonic();
  ASSERT_TRUE(serveUntil([&] { return sink.creates() == 297; }, 200ms));
  // The clock runs while a busy machine lets the pusher wait.
  EXPECT_LE(clock.monotonic() - start, 180s);
  EXPECT_LE(pushesOf("0") + pushesOf("1") + pushesOf("2"), 40);
}

TEST_F(PusherFaultsTest, ADestinationThatIsDownIsGivenUpByASinglePass) {
  sink.onPush = [](const Change&) -> Plan { return Do::Retry; };
  putCustomers(5);
  ASSERT_TRUE(deliver());
  EXPECT_LE(sink.pushed().size(), 20U);
  EXPECT_EQ(counts().waiting, 5);
}

}  // namespace
}  // namespace postern
