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
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Do = FakeSink::Do;
using Plan = FakeSink::Plan;
using State = OutboxEntry::State;

const Reference kAnna{"customer", "1"};

struct PusherTest : testing::Test, PusherRig {};

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

TEST_F(PusherTest, WhatTheErpHoldsForAnotherRecordIsNotTakenForThisOne) {
  setup.idElsewhere = [](Database&, std::string_view, std::string_view) { return std::string(); };
  bindings.put("customer", "first", Binding{"1", {}}, clock.now());
  putCustomer("second");  // the sink finds an equal one: its first id is 1
  ASSERT_TRUE(deliver());
  EXPECT_FALSE(bindings.get("customer", "second"));
  const auto entry = outbox.find({"customer", "second"});
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->state, State::Parked);
  EXPECT_EQ(entry->code, "PST-7203");
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
