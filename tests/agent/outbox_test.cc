#include "agent/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "tests/support/fail_nth_step.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using State = OutboxEntry::State;
using Put = Outbox::Put;

constexpr Message kRefused{
    "PST-0301", {"refused {0}", "abgelehnt {0}", "geweigerd {0}"}, {"mend", "richten", "repareer"}};
const Clock::Time kNoon{std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + 12h};
const Reference kAnna{"customer", "1"};
const Reference kVisit{"appointment", "A7"};

Error refused() { return Error{Fault::Reject, &kRefused, {"it"}, "the server's own words", {}}; }
Target wanting(const std::string& name) { return {{{"name", name}}, {}}; }

struct OutboxTest : testing::Test {
  Database db = Database::inMemory();
  Outbox outbox{db, "main/app"};

  Put put(const std::string& name, bool differs = true, const Reference& target = kAnna) {
    return outbox.put("main", target, target.kind == "customer" ? 0 : 1, wanting(name), differs, kNoon);
  }
  std::vector<OutboxEntry> all() { return listOutbox(db, {}); }
  OutboxEntry only() {
    const auto entries = all();
    EXPECT_THAT(entries, SizeIs(1));
    return entries.empty() ? OutboxEntry{} : entries.front();
  }
  std::int64_t idOf(const Reference& target) {
    for (const auto& entry : all()) {
      if (entry.kind == target.kind && entry.key == target.key) return entry.id;
    }
    return 0;
  }
  /// Brings the only entry into `state`.
  void bring(State state) {
    const auto entry = only();
    const auto error = refused();
    switch (state) {
      case State::Waiting:
        outbox.postpone(entry.id, State::Waiting, kNoon + 60s, &error);
        break;
      case State::Sending:
        outbox.markSending(entry.id);
        break;
      case State::Probing:
        outbox.postpone(entry.id, State::Probing, kNoon + 60s, &error);
        break;
      case State::Blocked:
        outbox.block(entry.id, kVisit);
        break;
      case State::Parked:
        EXPECT_TRUE(outbox.park(entry.id, entry.version, error));
        break;
    }
  }
};

TEST_F(OutboxTest, ANewChangeWaitsAndIsDueAtOnce) {
  Target target = wanting("Anna");
  target.needs = {{"customer", "01"}, {"address", "main:01"}};
  EXPECT_EQ(outbox.put("main", kVisit, 3, target, true, kNoon), Put::Queued);
  const auto due = outbox.due(State::Waiting, kNoon, 9);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].link, "main");
  EXPECT_EQ(due[0].system, "main/app");
  EXPECT_EQ(due[0].kind, "appointment");
  EXPECT_EQ(due[0].key, "A7");
  EXPECT_EQ(due[0].rank, 3);
  EXPECT_EQ(due[0].desired, target.fields);
  EXPECT_EQ(due[0].needs, target.needs);
  EXPECT_EQ(due[0].state, State::Waiting);
  EXPECT_EQ(due[0].attempts, 0);
  EXPECT_EQ(due[0].queuedAt, kNoon);
  EXPECT_EQ(outbox.nextDue(kNoon), Clock::Time{});
}

TEST_F(OutboxTest, NothingIsQueuedWhenNothingDiffers) {
  EXPECT_EQ(put("Anna", false), Put::Nothing);
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(OutboxTest, TheSameDesiredStateChangesNothing) {
  put("Anna");
  for (const auto state : {State::Waiting, State::Sending, State::Probing, State::Blocked, State::Parked}) {
    bring(state);
    const auto before = only();
    EXPECT_EQ(put("Anna"), Put::Nothing) << stateName(state);
    EXPECT_EQ(only().state, state);
    EXPECT_EQ(only().version, before.version);
    EXPECT_EQ(only().notBefore, before.notBefore);
  }
}

struct Coalescing {
  State before;
  bool differs;
  Put answer;
  std::optional<State> after;  // nullopt: gone
};
struct CoalescingTest : OutboxTest, testing::WithParamInterface<Coalescing> {};

TEST_P(CoalescingTest, ANewerStateReplacesAnOlderOne) {
  const auto& [before, differs, answer, after] = GetParam();
  put("old");
  bring(before);
  const auto old = only();
  EXPECT_EQ(put("new", differs), answer);
  if (!after) {
    EXPECT_EQ(outbox.count(), 0);
    return;
  }
  const auto entry = only();
  EXPECT_EQ(entry.id, old.id) << "it keeps its place in the queue";
  EXPECT_EQ(entry.desired.at("name"), "new");
  EXPECT_EQ(entry.version, old.version + 1);
  EXPECT_EQ(entry.state, *after);
  if (*after == State::Waiting) {
    EXPECT_EQ(entry.attempts, 0);
    EXPECT_EQ(entry.notBefore, Clock::Time{});
    EXPECT_EQ(entry.code, "");
    EXPECT_EQ(entry.detail, "");
    EXPECT_EQ(entry.blockedOn, "");
  } else {
    EXPECT_EQ(entry.attempts, old.attempts);
    EXPECT_EQ(entry.notBefore, old.notBefore);
  }
}
INSTANTIATE_TEST_SUITE_P(EachState, CoalescingTest,
                         testing::Values(Coalescing{State::Waiting, true, Put::Replaced, State::Waiting},
                                         Coalescing{State::Waiting, false, Put::Withdrawn, std::nullopt},
                                         Coalescing{State::Sending, true, Put::Replaced, State::Sending},
                                         Coalescing{State::Sending, false, Put::Replaced, State::Sending},
                                         Coalescing{State::Probing, true, Put::Replaced, State::Probing},
                                         Coalescing{State::Probing, false, Put::Replaced, State::Probing},
                                         Coalescing{State::Blocked, true, Put::Replaced, State::Waiting},
                                         Coalescing{State::Blocked, false, Put::Withdrawn, std::nullopt},
                                         Coalescing{State::Parked, true, Put::Replaced, State::Waiting},
                                         Coalescing{State::Parked, false, Put::Withdrawn, std::nullopt}),
                         [](const auto& test) {
                           return std::string(stateName(test.param.before)) +
                                  (test.param.differs ? "Differs" : "Agrees");
                         });

TEST_F(OutboxTest, OtherNeedsAloneReplaceABlockedEntry) {
  put("Anna", true, kVisit);
  bring(State::Blocked);
  Target target = wanting("Anna");
  target.needs = {{"customer", "2"}};
  EXPECT_EQ(outbox.put("main", kVisit, 1, target, true, kNoon), Put::Replaced);
  EXPECT_EQ(only().state, State::Waiting);
}

TEST_F(OutboxTest, WithdrawLeavesWhatIsInFlight) {
  for (const auto& [state, left] :
       {std::pair{State::Waiting, 0}, std::pair{State::Blocked, 0}, std::pair{State::Parked, 0},
        std::pair{State::Sending, 1}, std::pair{State::Probing, 1}}) {
    put("Anna");
    bring(state);
    outbox.withdraw(kAnna);
    EXPECT_EQ(outbox.count(), left) << stateName(state);
    if (left == 0) continue;
    EXPECT_TRUE(only().withdrawn) << stateName(state);
    outbox.settled(only().id, only().version);
  }
}

TEST_F(OutboxTest, WhatIsWantedAgainIsNotWithdrawn) {
  put("Anna");
  for (const auto state : {State::Sending, State::Probing}) {
    for (const auto later : {state, State::Waiting}) {
      for (const char* name : {"Anna", "Berta"}) {
        bring(state);
        outbox.withdraw(kAnna);
        bring(later);
        EXPECT_TRUE(only().withdrawn) << stateName(later) << name;
        put(name);
        EXPECT_FALSE(only().withdrawn) << stateName(later) << name;
      }
      bring(state);
      outbox.withdraw(kAnna);
      EXPECT_FALSE(outbox.dispute("main", kAnna, 0, wanting("Anna"), refused(), kNoon));
      EXPECT_FALSE(only().withdrawn) << "disputed";
    }
  }
}

TEST_F(OutboxTest, ParentsAreDueBeforeTheirChildrenThenTheOldest) {
  put("visit", true, {"appointment", "A1"});
  put("Bert", true, {"customer", "2"});
  put("Anna", true, {"customer", "1"});
  const auto due = outbox.due(State::Waiting, kNoon, 9);
  EXPECT_THAT(
      due, ElementsAre(Field(&OutboxEntry::key, "2"), Field(&OutboxEntry::key, "1"), Field(&OutboxEntry::key, "A1")));
  EXPECT_THAT(outbox.due(State::Waiting, kNoon, 2), SizeIs(2));
  EXPECT_THAT(outbox.due(State::Waiting, kNoon, 0), IsEmpty());
}

TEST_F(OutboxTest, APostponedEntryIsHiddenUntilItsTime) {
  put("Anna");
  const auto error = refused();
  outbox.postpone(only().id, State::Waiting, kNoon + 30s, &error);
  EXPECT_THAT(outbox.due(State::Waiting, kNoon + 29s, 9), IsEmpty());
  EXPECT_THAT(outbox.due(State::Waiting, kNoon + 30s, 9), SizeIs(1));
  EXPECT_EQ(outbox.nextDue(kNoon), kNoon + 30s);
  EXPECT_EQ(only().attempts, 1);
  EXPECT_EQ(only().code, "PST-0301");
  EXPECT_EQ(only().detail, "the server's own words");
  EXPECT_EQ(causeOf(only().reason, Language::De), "abgelehnt it");
  EXPECT_EQ(remedyOf(only().reason, Language::Nl), "repareer");
}

TEST_F(OutboxTest, PostponingWithoutAnErrorIsNoAttempt) {
  put("Anna");
  outbox.markSending(only().id);
  outbox.postpone(only().id, State::Waiting, kNoon, nullptr);
  EXPECT_EQ(only().attempts, 0);
  EXPECT_EQ(only().code, "");
  EXPECT_EQ(only().state, State::Waiting);
}

TEST_F(OutboxTest, AClockSetBackKeepsNothingWaiting) {
  put("Anna");
  const auto error = refused();
  outbox.postpone(only().id, State::Waiting, kNoon + 60s, &error);
  const auto lastYear = kNoon - std::chrono::days{365};
  EXPECT_THAT(outbox.due(State::Waiting, lastYear, 9), SizeIs(1));
  EXPECT_LE(outbox.nextDue(lastYear), lastYear);
}

TEST_F(OutboxTest, SendingEntriesAreNotDueAgain) {
  put("Anna");
  outbox.markSending(only().id);
  EXPECT_THAT(outbox.due(State::Waiting, kNoon, 9), IsEmpty());
  EXPECT_THAT(outbox.due(State::Probing, kNoon, 9), IsEmpty());
  EXPECT_EQ(outbox.nextDue(kNoon), std::nullopt);
}

TEST_F(OutboxTest, WhatWasBeingSentInACrashIsProbed) {
  put("Anna");
  put("Bert", true, {"customer", "2"});
  Outbox other(db, "main/other");
  other.put("main", kAnna, 0, wanting("Anna"), true, kNoon);
  outbox.markSending(idOf(kAnna));
  other.markSending(other.due(State::Waiting, kNoon, 1).front().id);
  EXPECT_EQ(outbox.recover(kNoon + 2s), 1);
  EXPECT_THAT(outbox.due(State::Probing, kNoon + 1s, 9), IsEmpty());
  EXPECT_THAT(outbox.due(State::Probing, kNoon + 2s, 9), ElementsAre(Field(&OutboxEntry::key, "1")));
  EXPECT_EQ(countOutbox(db, "main/other").sending, 1) << "another link's pusher recovers its own";
}

TEST_F(OutboxTest, AnAcknowledgedChangeIsForgotten) {
  put("Anna");
  outbox.markSending(only().id);
  outbox.settled(only().id, only().version);
  EXPECT_EQ(outbox.count(), 0);
  outbox.settled(4711, 1);  // unknown: no error
}

TEST_F(OutboxTest, AChangeReplacedWhileItWasSentWaitsOnceMore) {
  put("old");
  const auto sent = only();
  outbox.markSending(sent.id);
  put("new");
  outbox.settled(sent.id, sent.version);
  EXPECT_EQ(only().state, State::Waiting);
  EXPECT_EQ(only().desired.at("name"), "new");
}

TEST_F(OutboxTest, AChangeReplacedWhileItWasRefusedIsNotParked) {
  put("old");
  const auto sent = only();
  outbox.markSending(sent.id);
  put("new");
  EXPECT_FALSE(outbox.park(sent.id, sent.version, refused()));
  EXPECT_EQ(only().state, State::Waiting);
  EXPECT_EQ(only().code, "");
}

TEST_F(OutboxTest, AParkedChangeKeepsTheServersWords) {
  put("Anna");
  EXPECT_TRUE(outbox.park(only().id, only().version, refused()));
  EXPECT_EQ(only().state, State::Parked);
  EXPECT_EQ(only().detail, "the server's own words");
  EXPECT_EQ(outbox.nextDue(kNoon), std::nullopt);
}

TEST_F(OutboxTest, WhatOurOwnRulesParkedGoesAsSoonAsTheyAllowIt) {
  EXPECT_TRUE(outbox.dispute("main", kAnna, 0, wanting("Anna"), refused(), kNoon));
  EXPECT_FALSE(outbox.dispute("main", kAnna, 0, wanting("Anna"), refused(), kNoon)) << "known already";
  EXPECT_EQ(only().state, State::Parked);
  EXPECT_EQ(put("Anna"), Put::Replaced);
  EXPECT_EQ(only().state, State::Waiting);
  EXPECT_EQ(only().code, "");
  bring(State::Parked);
  EXPECT_EQ(put("Anna"), Put::Nothing) << "the other side's refusal stands until something changes";
}

TEST_F(OutboxTest, UnblockFreesTheChildrenOfThatParentOnly) {
  put("a", true, {"appointment", "A1"});
  put("b", true, {"appointment", "A2"});
  outbox.block(idOf({"appointment", "A1"}), kAnna);
  outbox.block(idOf({"appointment", "A2"}), {"customer", "2"});
  outbox.unblock(kAnna);
  EXPECT_THAT(outbox.due(State::Waiting, kNoon, 9), ElementsAre(Field(&OutboxEntry::key, "A1")));
  EXPECT_THAT(listOutbox(db, {State::Blocked, 0, 9}), ElementsAre(Field(&OutboxEntry::blockedOn, "customer/2")));
}

TEST_F(OutboxTest, AReturningDestinationFreesWhatOnlyWaited) {
  put("Anna");
  put("Poison", true, {"customer", "2"});
  const auto error = refused();
  outbox.postpone(idOf(kAnna), State::Waiting, kNoon + 60s, &error);
  for (int i = 0; i < 5; ++i) outbox.postpone(idOf({"customer", "2"}), State::Probing, kNoon + 900s, &error);
  outbox.clearWaits();
  EXPECT_THAT(outbox.due(State::Waiting, kNoon, 9), SizeIs(1));
  EXPECT_THAT(outbox.due(State::Probing, kNoon, 9), IsEmpty()) << "it failed too often to be the destination's fault";
}

TEST_F(OutboxTest, IdsAreNeverUsedTwice) {
  put("Anna");
  const auto first = only().id;
  outbox.settled(first, 1);
  put("Anna");
  EXPECT_GT(only().id, first);
}

TEST_F(OutboxTest, TheSameKeyTowardsTwoSystemsIsTwoEntries) {
  Outbox other(db, "main/other");
  put("Anna");
  EXPECT_EQ(other.put("main", kAnna, 0, wanting("Anna"), true, kNoon), Put::Queued);
  EXPECT_EQ(outbox.count(), 1);
  EXPECT_EQ(countOutbox(db, "").total(), 2);
}

struct RetryCase {
  State state;
  int changed;
  State after;
};
TEST_F(OutboxTest, AnEntryRetriedByHandIsDueNow) {
  put("Anna");
  for (const auto& [state, changed, after] :
       {RetryCase{State::Parked, 1, State::Waiting}, RetryCase{State::Waiting, 1, State::Waiting},
        RetryCase{State::Probing, 1, State::Probing}, RetryCase{State::Blocked, 1, State::Waiting},
        RetryCase{State::Sending, 0, State::Sending}}) {
    bring(state);
    EXPECT_EQ(retryOutbox(db, only().id), changed) << stateName(state);
    EXPECT_EQ(only().state, after) << stateName(state);
    if (changed != 0) {
      EXPECT_EQ(only().notBefore, Clock::Time{}) << stateName(state);
    }
  }
  EXPECT_EQ(retryOutbox(db, 4711), 0);
}

TEST_F(OutboxTest, RetryOfAllMeansAllParked) {
  put("a", true, {"customer", "1"});
  put("b", true, {"customer", "2"});
  put("c", true, {"customer", "3"});
  outbox.park(idOf({"customer", "1"}), 1, refused());
  outbox.park(idOf({"customer", "2"}), 1, refused());
  outbox.block(idOf({"customer", "3"}), kAnna);
  EXPECT_EQ(retryOutbox(db, 0), 2);
  EXPECT_EQ(countOutbox(db, "").blocked, 1);
}

TEST_F(OutboxTest, CountsAndListsByState) {
  const std::vector<State> states{State::Waiting, State::Sending, State::Probing, State::Blocked, State::Parked};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Reference target{"customer", std::to_string(i)};
    outbox.put("main", target, 0, wanting("x"), true, kNoon + std::chrono::seconds{100 - static_cast<int>(i)});
    const auto id = idOf(target);
    if (states[i] == State::Parked) outbox.park(id, 1, refused());
    if (states[i] == State::Blocked) outbox.block(id, kAnna);
    if (states[i] == State::Sending) outbox.markSending(id);
    if (states[i] == State::Probing) outbox.postpone(id, State::Probing, kNoon, nullptr);
  }
  const auto counts = countOutbox(db, "main/app");
  EXPECT_EQ(std::tie(counts.waiting, counts.sending, counts.probing, counts.blocked, counts.parked),
            std::make_tuple(1, 1, 1, 1, 1));
  EXPECT_EQ(counts.oldest, kNoon + 97s) << "what is parked does not count as waiting";
  EXPECT_THAT(listOutbox(db, {State::Parked, 0, 9}), ElementsAre(Field(&OutboxEntry::key, "4")));
  const auto page = listOutbox(db, {std::nullopt, 0, 2});
  ASSERT_THAT(page, SizeIs(2));
  EXPECT_THAT(listOutbox(db, {std::nullopt, page.back().id, 9}), SizeIs(3));
  EXPECT_EQ(findOutboxEntry(db, page.front().id)->key, "0");
  EXPECT_FALSE(findOutboxEntry(db, 4711));
}

TEST_F(OutboxTest, ReadsLeaveNoTransactionOpen) {
  put("Anna");
  outbox.count();
  outbox.nextDue(kNoon);
  findOutboxEntry(db, only().id);
  countOutbox(db, "");
  EXPECT_EQ(sqlite3_txn_state(db.handle(), "main"), SQLITE_TXN_NONE);
}

/// All that a call could have changed.
std::vector<std::string> images(const std::vector<OutboxEntry>& entries) {
  std::vector<std::string> all;
  for (const auto& e : entries) {
    std::string image =
        std::to_string(e.id) + toJson(e.desired) + std::to_string(e.version) + std::string(stateName(e.state));
    image += e.blockedOn + std::to_string(e.attempts) + std::to_string(toColumn(e.notBefore)) + e.code + e.detail;
    if (e.withdrawn) image += " withdrawn";
    all.push_back(std::move(image));
  }
  return all;
}

struct Step {
  const char* name;
  std::function<void(Outbox&, std::int64_t id)> act;
};
TEST_F(OutboxTest, FailureAtAnyStepOfAnyCallChangesNothing) {
  const Error error = refused();
  const std::vector<Step> steps{
      {"add",
       [](Outbox& o, auto) {
         o.put("main", {"customer", "new"}, 0, wanting("x"), true, kNoon);
       }},
      {"replace", [](Outbox& o, auto) { o.put("main", kAnna, 0, wanting("newer"), true, kNoon); }},
      {"take back", [](Outbox& o, auto) { o.put("main", kAnna, 0, wanting("newer"), false, kNoon); }},
      {"withdraw", [](Outbox& o, auto) { o.withdraw(kAnna); }},
      {"send", [](Outbox& o, auto id) { o.markSending(id); }},
      {"block", [](Outbox& o, auto id) { o.block(id, kVisit); }},
      {"settle", [](Outbox& o, auto id) { o.settled(id, 1); }},
      {"settle replaced", [](Outbox& o, auto id) { o.settled(id, 0); }},
      {"postpone", [&](Outbox& o, auto id) { o.postpone(id, State::Probing, kNoon + 9s, &error); }},
      {"park", [&](Outbox& o, auto id) { o.park(id, 1, error); }},
      {"park replaced", [&](Outbox& o, auto id) { o.park(id, 0, error); }},
  };
  for (const auto& step : steps) {
    db.execute("DELETE FROM outbox");
    put("Anna");
    bring(State::Waiting);  // with a failure behind it
    const auto before = images(all());
    const auto id = only().id;
    FailNthStep fault(db);
    bool done = false;
    for (int n = 0; !done; ++n) {
      ASSERT_LT(n, 50) << step.name;
      fault.arm(n);
      try {
        step.act(outbox, id);
        done = true;
      } catch (const DatabaseError&) {
      }
      const bool refusedOne = fault.disarm();
      ASSERT_EQ(done, !refusedOne) << step.name << ", step " << n;
      if (!done) {
        ASSERT_EQ(images(all()), before) << step.name << ", step " << n;
      }
    }
    EXPECT_NE(images(all()), before) << step.name;
  }
}

}  // namespace
}  // namespace postern
