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
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Do = FakeSink::Do;
using Plan = FakeSink::Plan;
using State = OutboxEntry::State;

const Reference kAnna{"customer", "1"};

struct PusherTest : testing::Test, PusherRig {
  /// Answers the first `times` pushes of `key` with `plan`.
  void script(const std::string& key, Plan plan, int times = 1) {
    sink.onPush = [this, key, plan, times](const Change& change) -> Plan {
      if (change.key != key || asked_[key] >= times) return Do::Ok;
      ++asked_[key];
      return plan;
    };
  }
  int pushesOf(const std::string& key) {
    const auto pushed = sink.pushed();
    return static_cast<int>(std::count_if(pushed.begin(), pushed.end(), [&](const auto& p) { return p.key == key; }));
  }
  std::map<std::string, int> asked_;
};

// ---- the ordinary way -----------------------------------------------------------------------------------------------

TEST_F(PusherTest, WhatIsQueuedArrivesOnceAndIsBound) {
  sink.during = [](const Change&) { std::this_thread::sleep_for(1ms); };
  putCustomers(200);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 200);
  EXPECT_EQ(sink.held("customer").size(), 200U);
  EXPECT_EQ(outbox.count(), 0);
  EXPECT_EQ(bindings.get("customer", "7")->agreed.ours.at("name"), "Anna");
  EXPECT_EQ(progress.delivered, 200);
  EXPECT_EQ(progress.writes, 200);
  EXPECT_GT(sink.mostAtOnce(), 1);
  EXPECT_LE(sink.mostAtOnce(), setup.lanes);
}

TEST_F(PusherTest, AWindowOfOneStillDelivers) {
  setup.window = 1;
  setup.lanes = 1;
  putCustomers(20);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 20);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s) << "it must not sit a second for each change";
}

TEST_F(PusherTest, ParentsAreCreatedBeforeTheirChildrenWhichGetTheirIds) {
  put({"appointment", "A1"}, {{"title", "t"}, {"customer", "1"}}, {kAnna});
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_THAT(sink.pushed(), ElementsAre(kAnna, Reference{"appointment", "A1"}));
  EXPECT_EQ(sink.dangling(), 0);
}

TEST_F(PusherTest, OnlyChangedFieldsAreSentAndGroupsGoTogether) {
  put({"appointment", "A1"}, {{"title", "t"}, {"state", "planned"}, {"date", "2025-05-09"}, {"origin", "x"}});
  ASSERT_TRUE(deliver());
  sink.forgetCalls();
  put({"appointment", "A1"}, {{"title", "t"}, {"state", "planned"}, {"date", "2025-05-10"}, {"origin", "x"}});
  ASSERT_TRUE(deliver());
  EXPECT_THAT(sink.sent(), ElementsAre(Fields{{"date", "2025-05-10"}, {"state", "planned"}}));
}

TEST_F(PusherTest, TheServersOwnStateMoveCausesNoSecondWrite) {
  sink.normalise = [](const std::string&, Fields& fields) { fields["state"] = "moved by the server"; };
  put({"appointment", "A1"}, {{"title", "t"}, {"state", "planned"}});
  ASSERT_TRUE(deliver());
  EXPECT_EQ(put({"appointment", "A1"}, {{"title", "t"}, {"state", "planned"}}), Outbox::Put::Nothing);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.pushed().size(), 1U);
  EXPECT_EQ(bindings.get("appointment", "A1")->agreed.theirs.at("state"), "moved by the server");
}

TEST_F(PusherTest, ATextEditedInTheAppStaysWhenAnotherFieldChanges) {
  put(kAnna, {{"name", "Anna"}, {"city", "Bonn"}});
  ASSERT_TRUE(deliver());
  sink.edit("customer", "1", "name", "edited");
  put(kAnna, {{"name", "Anna"}, {"city", "Ulm"}});
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.held("customer")["1"], (Fields{{"city", "Ulm"}, {"name", "edited"}}));
}

TEST_F(PusherTest, AChangeQueuedWhileTheServiceIdlesIsDelivered) {
  ASSERT_TRUE(serveUntil([this, queued = false]() mutable {
    if (sink.lists() >= 2 && !std::exchange(queued, true)) putCustomer("1");
    return sink.creates() == 1 && outbox.count() == 0;
  }));
}

// ---- each fault of the table ----------------------------------------------------------------------------------------

TEST_F(PusherTest, RejectParksTheRecordAndGoesOn) {
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

TEST_F(PusherTest, AParkedChangeIsSentWhenItsContentChanges) {
  script("1", Do::Reject);
  putCustomer("1", "bad");
  ASSERT_TRUE(deliver());
  putCustomer("1", "good");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.held("customer")["1"].at("name"), "good");
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherTest, AParkedChangeIsSentWhenSomebodyRetriesIt) {
  script("1", Do::Reject);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  ASSERT_EQ(retryOutbox(db, 0), 1);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherTest, ARecordDeletedInTheAppIsParked) {
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

TEST_F(PusherTest, RecordDeletedInTheAppIsMadeAgainWhereTheErpLeads) {
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

TEST_F(PusherTest, RetryIsSentAgainWithoutALookUp) {
  script("1", Do::Retry, 2);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
  EXPECT_EQ(sink.finds(), 0);
  EXPECT_EQ(pushesOf("1"), 3);
}

TEST_F(PusherTest, UnknownThatWasAppliedIsFoundAndNotSentAgain) {
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(pushesOf("1"), 1);
  EXPECT_EQ(sink.finds(), 1);
  EXPECT_NE(bindings.idOf("customer", "1"), "");
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherTest, UnknownThatWasLostIsSentAgainAfterTheLookUp) {
  script("1", Do::LostUnknown);
  putCustomer("1");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 1);
  EXPECT_EQ(sink.finds(), 1);
}

TEST_F(PusherTest, AnUnknownOutcomeIsNotLookedUpBeforeTheProbeDelay) {
  setup.probeDelay = 30s;
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  const auto start = clock.monotonic();
  ASSERT_TRUE(deliver());
  EXPECT_GE(clock.monotonic() - start, 30s);
}

TEST_F(PusherTest, LostAnswersOnEveryCreateAndUpdateDoubleNothing) {
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

TEST_F(PusherTest, OfTwoRecordsOfOneKeyTheFirstIsUsed) {
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  sink.during = [this](const Change&) { sink.add("customer", "1", {{"name", "the first"}}); };
  ASSERT_TRUE(deliver());
  EXPECT_EQ(bindings.idOf("customer", "1"), "1");
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherTest, AuthPausesEverythingAndKeepsTheQueue) {
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

TEST_F(PusherTest, AfterTheLogInWorksAgainEverythingIsDelivered) {
  sink.onPush = [n = 0](const Change&) mutable -> Plan { return ++n <= 6 ? Plan(Do::Auth) : Plan(Do::Ok); };
  putCustomers(20);
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }, 20s));
  EXPECT_EQ(sink.creates(), 20);
  EXPECT_EQ(health.entries()[0].level, HealthLevel::Good);
}

TEST_F(PusherTest, StopLeavesTheEntryToTheNextStart) {
  sink.onPush = [n = 0](const Change&) mutable -> Plan { return ++n == 1 ? Do::Hang : Do::Ok; };
  putCustomer("1");
  ASSERT_TRUE(serveUntil([&] { return sink.pushed().size() == 1; }));
  EXPECT_EQ(entry("1")->state, State::Sending);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.finds(), 1) << "whether it arrived is not known";
  EXPECT_EQ(sink.creates(), 1);
}

TEST_F(PusherTest, WhatWasAnsweredDuringAStopIsSettled) {
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

TEST_F(PusherTest, StopsWithinASecondWhileEveryCallHangs) {
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

TEST_F(PusherTest, RetryAfterPausesTheDestination) {
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

TEST_F(PusherTest, ASuccessThatBeganBeforeDoesNotEndThePause) {
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

TEST_F(PusherTest, AWaitAskedForByACallThatFailedWithOthersCounts) {
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

TEST_F(PusherTest, AFailingDestinationIsProbedWithOneCallAtATime) {
  std::atomic<bool> down = true;
  sink.onPush = [&](const Change&) -> Plan { return down ? Do::Retry : Do::Ok; };
  putCustomers(300);
  Database pushDb(file);
  Pusher pusher(pushDb, sink, setup, clock, health, progress);
  std::jthread thread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
  const auto start = clock.monotonic();
  // Calls that began before the first failure may take their time.
  ASSERT_TRUE(passUntil(pusher, [&] { return clock.monotonic() - start > 5s && sink.atOnce() == 0; }));
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

TEST_F(PusherTest, ASingleRecordDoesNotWaitAnHourAfterALongOutage) {
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

TEST_F(PusherTest, APoisonRecordNeitherStopsOthersNorSpins) {
  sink.onPush = [](const Change& change) -> Plan { return change.key == "0" ? Do::LostUnknown : Do::Ok; };
  putCustomers(200);
  const auto start = clock.monotonic();
  ASSERT_TRUE(serveUntil([&] { return clock.monotonic() - start > 2h; }, 10s));
  EXPECT_EQ(sink.creates(), 199);
  EXPECT_LE(pushesOf("0"), 150) << "about once a minute at most";
  EXPECT_EQ(outbox.count(), 1);
}

TEST_F(PusherTest, SeveralPoisonRecordsDoNotSlowTheOthersDown) {
  setup.lanes = 1;
  setup.window = 8;
  sink.onPush = [](const Change& change) -> Plan {
    return change.key == "0" || change.key == "1" || change.key == "2" ? Do::LostUnknown : Do::Ok;
  };
  putCustomers(300);
  const auto start = clock.monotonic();
  ASSERT_TRUE(serveUntil([&] { return sink.creates() == 297; }, 200ms));
  EXPECT_LE(clock.monotonic() - start, 60s);
  EXPECT_LE(pushesOf("0") + pushesOf("1") + pushesOf("2"), 40);
}

TEST_F(PusherTest, ADestinationThatIsDownIsGivenUpByASinglePass) {
  sink.onPush = [](const Change&) -> Plan { return Do::Retry; };
  putCustomers(5);
  ASSERT_TRUE(deliver());
  EXPECT_LE(sink.pushed().size(), 20U);
  EXPECT_EQ(counts().waiting, 5);
}

// ---- parents and children -------------------------------------------------------------------------------------------

TEST_F(PusherTest, BlockedChildrenFollowTheirParent) {
  sink.onPush = [n = 0](const Change& change) mutable -> Plan {
    return change.kind == "customer" && ++n <= 2 ? Do::Retry : Do::Ok;
  };
  putCustomer("1");
  for (int i = 0; i < 5; ++i) put({"appointment", std::to_string(i)}, {{"title", "t"}, {"customer", "1"}}, {kAnna});
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 6);
  EXPECT_EQ(sink.dangling(), 0);
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherTest, AParkedParentKeepsItsChildrenBlockedAndThoseOfOthersGo) {
  script("1", Do::Reject);
  putCustomer("1");
  putCustomer("2");
  put({"appointment", "A1"}, {{"title", "t"}, {"customer", "1"}}, {kAnna});
  put({"appointment", "A2"}, {{"title", "t"}, {"customer", "2"}}, {{"customer", "2"}});
  ASSERT_TRUE(deliver());
  EXPECT_EQ(entry("A1")->state, State::Blocked);
  EXPECT_EQ(entry("A1")->blockedOn, "customer/1");
  EXPECT_EQ(sink.held("appointment").count("A2"), 1U);
  retryOutbox(db, entry("1")->id);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.held("appointment").count("A1"), 1U);
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PusherTest, ChildrenOfAParentFoundAfterALostAnswerGo) {
  script("1", Do::AppliedUnknown);
  putCustomer("1");
  put({"appointment", "A1"}, {{"title", "t"}, {"customer", "1"}}, {kAnna});
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.held("appointment").size(), 1U);
  EXPECT_EQ(sink.creates(), 2);
}

// ---- newer content while something is under way ---------------------------------------------------------------------

struct WhileSending : PusherTest {
  /// During the first push of "1" its desired name becomes `name`.
  void replaceWhileSending(const std::string& name) {
    sink.during = [this, name, done = std::make_shared<std::atomic<bool>>(false)](const Change& change) {
      if (change.key != "1" || done->exchange(true)) return;
      Database other(file);
      Outbox queue(other, "main/app");
      queue.put("main", kAnna, 0, Target{{{"name", name}}, {}}, name != "agreed", clock.now());
    };
  }
  std::string nameThere() { return sink.held("customer")["1"]["name"]; }
};

struct Replaced {
  Do first;
  bool update;
};
struct ReplacedWhileSendingTest : WhileSending, testing::WithParamInterface<Replaced> {};

TEST_P(ReplacedWhileSendingTest, TheNewestContentArrives) {
  if (GetParam().update) {
    putCustomer("1", "agreed");
    ASSERT_TRUE(deliver());
  }
  script("1", GetParam().first);
  replaceWhileSending("newest");
  putCustomer("1", "old");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(nameThere(), "newest");
  EXPECT_EQ(outbox.count(), 0);
  EXPECT_THAT(sink.doubled(), IsEmpty());
}

struct TakenBackWhileSendingTest : ReplacedWhileSendingTest {};

TEST_P(TakenBackWhileSendingTest, AChangeTakenBackMeanwhileIsTakenBackThereToo) {
  putCustomer("1", "agreed");
  ASSERT_TRUE(deliver());
  script("1", GetParam().first);
  replaceWhileSending("agreed");
  putCustomer("1", "old");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(nameThere(), "agreed");
  EXPECT_EQ(outbox.count(), 0);
}

std::string nameOf(const testing::TestParamInfo<Replaced>& test) {
  static constexpr const char* kNames[] = {"Ok", "Reject", "Retry", "Applied", "Lost", "Auth", "Slow", "Hang"};
  return std::string(kNames[static_cast<std::size_t>(test.param.first)]) + (test.param.update ? "Update" : "Create");
}
const auto kEachUpdate =
    testing::Values(Replaced{Do::Ok, true}, Replaced{Do::AppliedUnknown, true}, Replaced{Do::LostUnknown, true},
                    Replaced{Do::Retry, true}, Replaced{Do::Reject, true});
INSTANTIATE_TEST_SUITE_P(EachUpdate, ReplacedWhileSendingTest, kEachUpdate, nameOf);
INSTANTIATE_TEST_SUITE_P(EachUpdate, TakenBackWhileSendingTest, kEachUpdate, nameOf);
INSTANTIATE_TEST_SUITE_P(EachCreate, ReplacedWhileSendingTest,
                         testing::Values(Replaced{Do::Ok, false}, Replaced{Do::AppliedUnknown, false},
                                         Replaced{Do::LostUnknown, false}, Replaced{Do::Retry, false},
                                         Replaced{Do::Reject, false}),
                         nameOf);

TEST_F(PusherTest, AnUpdateThatWasSurelyNotDoneCanBeTakenBackWithoutAWrite) {
  putCustomer("1", "agreed");
  ASSERT_TRUE(deliver());
  sink.onPush = [](const Change&) -> Plan { return Do::Retry; };
  putCustomer("1", "other");
  ASSERT_TRUE(deliver());
  EXPECT_EQ(put(kAnna, {{"name", "agreed"}}), Outbox::Put::Withdrawn);
}

TEST_F(PusherTest, AChangeTakenBackAfterACrashIsTakenBackThereToo) {
  putCustomer("1", "agreed");
  ASSERT_TRUE(deliver());
  const auto copy = dir / "crash.db";
  sink.during = [&](const Change&) {
    if (!std::filesystem::exists(copy)) Database(file).copyTo(copy);
  };
  putCustomer("1", "applied, never settled");
  ASSERT_TRUE(deliver());
  {
    Database crashed(copy);
    Outbox queue(crashed, "main/app");
    queue.put("main", kAnna, 0, Target{{{"name", "agreed"}}, {}}, false, clock.now());
  }
  ASSERT_TRUE(deliverFrom(copy));
  EXPECT_EQ(sink.held("customer")["1"]["name"], "agreed");
}

// ---- adoption -------------------------------------------------------------------------------------------------------

TEST_F(PusherTest, AFreshStateFileDoublesNothing) {
  for (int i = 0; i < 30; ++i) sink.add("customer", std::to_string(i), {{"name", i % 3 == 0 ? "old" : "Anna"}});
  putCustomers(30);
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.creates(), 0);
  EXPECT_EQ(sink.updates(), 10);
  EXPECT_EQ(outbox.count(), 0);
  sink.forgetCalls();
  ASSERT_TRUE(deliver());
  EXPECT_EQ(sink.lists(), 0) << "once in the life of a state file";
}

TEST_F(PusherTest, NothingIsSentBeforeAdoptionWorked) {
  sink.add("customer", "1", {{"name", "Anna"}});
  sink.onList = [n = 0]() mutable -> Plan { return ++n <= 3 ? Do::Retry : Do::Ok; };
  putCustomer("1");
  ASSERT_TRUE(serveUntil([&] { return outbox.count() == 0; }));
  EXPECT_EQ(sink.pushed().size(), 0U);
}

TEST_F(PusherTest, AFieldForCreationOnlyIsNotSentToARecordFoundThere) {
  sink.add("appointment", "A1", {{"title", "t"}});
  put({"appointment", "A1"}, {{"title", "t"}, {"origin", "postern"}});
  ASSERT_TRUE(deliver());
  EXPECT_THAT(sink.pushed(), IsEmpty());
  EXPECT_EQ(outbox.count(), 0);
}

// ---- board ----------------------------------------------------------------------------------------------------------

TEST_F(PusherTest, TheAuditTrailTellsWhatWasDoneWithoutValues) {
  script("2", Do::Reject);
  putCustomer("1", "Anna Musterfrau");
  ASSERT_TRUE(deliver());
  putCustomer("1", "Anna Muster");
  putCustomer("2", "x");
  ASSERT_TRUE(deliver());
  std::vector<std::string> events;
  auto& query = db.statement("SELECT event, fields, hash FROM audit ORDER BY id");
  while (query.step()) {
    events.emplace_back(query.text(0));
    EXPECT_EQ(query.text(1), "name");
    EXPECT_EQ(query.text(2).find("Anna"), std::string::npos);
  }
  EXPECT_THAT(events, UnorderedElementsAre("created", "updated", "parked"));
}

}  // namespace
}  // namespace postern
