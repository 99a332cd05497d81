// Both sides change the same records: nothing is lost, nothing echoes.

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "tests/support/fail_nth_step.h"
#include "tests/support/two_way_world.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using Do = FakeSink::Do;

struct BothWaysTest : testing::Test, TwoWayWorld {
  BothWaysTest() {
    project("p", {});
    settle();
    app.forgetCalls();
  }
  OutboxCounts left() { return countOutbox(db, ""); }
  void expectQuiet() {
    const int before = erpSink.writes;
    app.forgetCalls();
    settle(2);
    EXPECT_THAT(app.pushed(), testing::IsEmpty());
    EXPECT_EQ(erpSink.writes, before);
    EXPECT_EQ(left().total(), 0);
  }
};

TEST_F(BothWaysTest, EditInTheAppReachesTheErpAndDoesNotComeBack) {
  app.edit("appointment", "p", "title", "from the crew");
  settle();
  EXPECT_EQ(inErp("p", "title"), "from the crew");
  EXPECT_EQ(erpSink.writes, 1);
  EXPECT_THAT(app.pushed(), testing::IsEmpty()) << "an echo";
  expectQuiet();
}

TEST_F(BothWaysTest, DifferentFieldsOfOneRecordAreChangedOnBothSides) {
  app.edit("appointment", "p", "title", "crew");
  project("p", {{"date", "9"}});
  settle();
  EXPECT_EQ(inErp("p", "title"), "crew");
  EXPECT_EQ(inErp("p", "date"), "9");
  EXPECT_EQ(inApp("p", "title"), "crew");
  EXPECT_EQ(inApp("p", "date"), "9");
  expectQuiet();
}

TEST_F(BothWaysTest, WhatMeansTheSameIsNotWritten) {
  project("p", {{"state", "s2"}});
  settle();
  EXPECT_EQ(inApp("p", "state"), "s");
  EXPECT_THAT(app.pushed(), testing::IsEmpty()) << "s1 and s2 are one state there";
  app.edit("appointment", "p", "state", "done");
  settle();
  EXPECT_EQ(inErp("p", "state"), "done");
  app.edit("appointment", "p", "state", "s");
  settle();
  EXPECT_EQ(inErp("p", "state"), "s1");
  project("p", {{"state", "s2"}});
  settle();
  EXPECT_EQ(inErp("p", "state"), "s2") << "60 must not fall back to 40";
  expectQuiet();
}

TEST_F(BothWaysTest, StateTheErpHasNoWordForStaysInTheApp) {
  app.edit("appointment", "p", "state", "away");
  settle();
  EXPECT_EQ(inErp("p", "state"), "s1");
  EXPECT_EQ(inApp("p", "state"), "away");
  expectQuiet();
  project("p", {{"state", "done"}});
  settle();
  EXPECT_EQ(inApp("p", "state"), "done") << "a later change of the ERP counts again";
}

TEST_F(BothWaysTest, EditSeenOnlyInTheAnswerToOurOwnWriteIsNotLost) {
  app.edit("appointment", "p", "title", "crew");  // after the poll, before the write of another field
  auto record = *erp.get("project", "p");
  record.fields["date"] = "7";
  erp.put(record);
  // The app cannot be read in this pass, so the date is sent in the next; its answer shows the new title, too.
  bool down = true;
  appSource.fails = [&] { return down; };
  static_cast<void>(poll());
  deliver();
  EXPECT_THAT(app.pushed(), testing::IsEmpty()) << "an edit there could be overwritten";
  down = false;
  settle();
  EXPECT_EQ(inErp("p", "title"), "crew");
  EXPECT_EQ(inApp("p", "title"), "crew");
  EXPECT_EQ(inApp("p", "date"), "7");
  expectQuiet();
}

TEST_F(BothWaysTest, EditBetweenThePollAndOurWriteOfAnotherFieldIsNotLost) {
  auto record = *erp.get("project", "p");
  record.fields["title"] = "office";
  erp.put(record);
  app.during = [&](const Change&) { app.edit("appointment", "p", "state", "done"); };
  settle(1);
  app.during = {};
  EXPECT_EQ(inApp("p", "title"), "office");
  settle();
  EXPECT_EQ(inErp("p", "state"), "done");
  EXPECT_EQ(inApp("p", "state"), "done");
  expectQuiet();
}

TEST_F(BothWaysTest, ChangeOfTheErpThatNobodySawYetIsNotWrittenOver) {
  app.edit("appointment", "p", "state", "done");
  static_cast<void>(poll());
  project("p", {{"state", "printed"}});  // by time booking, between the poll and the write
  deliver();
  EXPECT_EQ(inErp("p", "state"), "printed");
  EXPECT_EQ(erpSink.refused, 1);
  settle();
  EXPECT_EQ(inErp("p", "state"), "done") << "seen as a conflict, which the app wins here";
  EXPECT_EQ(inApp("p", "state"), "done");
  expectQuiet();
}

TEST_F(BothWaysTest, EditOfARecordThatIsNoLongerSentStillComesBack) {
  project("p", {{"send", "no"}});
  settle();
  app.edit("appointment", "p", "title", "late");
  settle();
  EXPECT_EQ(inErp("p", "title"), "late");
}

TEST_F(BothWaysTest, EditTakenBackBeforeItWasWrittenWritesNothing) {
  erpSink.onPush = [](const Change&) { return Do::Retry; };
  app.edit("appointment", "p", "title", "crew");
  settle(1);
  EXPECT_EQ(left().waiting, 1);
  app.edit("appointment", "p", "title", "t");
  erpSink.onPush = [](const Change&) { return Do::Ok; };
  settle();
  EXPECT_EQ(erpSink.writes, 0);
  EXPECT_EQ(left().total(), 0);
}

TEST_F(BothWaysTest, ErpWriteWhoseAnswerIsLostIsLookedAtAndNotRepeated) {
  int calls = 0;
  erpSink.onPush = [&](const Change&) { return ++calls == 1 ? Do::AppliedUnknown : Do::Ok; };
  app.edit("appointment", "p", "title", "crew");
  settle();
  EXPECT_EQ(erpSink.writes, 1);
  EXPECT_EQ(inErp("p", "title"), "crew");
  expectQuiet();
}

TEST_F(BothWaysTest, ErpChangeTakenBackWhileItsWriteIsUncertainStays) {
  project("p", {{"title", "typo"}});
  ASSERT_TRUE(poll());
  // The app is read, then the write is applied but not answered, then the office takes the change back.
  app.onPush = [calls = 0](const Change&) mutable { return ++calls == 1 ? Do::AppliedUnknown : Do::LostUnknown; };
  erp.instead = [&, first = true](const ScanRequest& request) mutable -> std::optional<Result<Page>> {
    if (request.kind != "project" || !std::exchange(first, false)) return std::nullopt;
    deliver();
    project("p", {});
    return std::nullopt;
  };
  ASSERT_TRUE(poll());
  erp.instead = {};
  app.onPush = {};
  ASSERT_EQ(left().probing, 1);
  ASSERT_EQ(inApp("p", "title"), "typo");
  clock.advance(1h);
  deliver();
  settle();
  EXPECT_EQ(inErp("p", "title"), "t");
  EXPECT_EQ(inApp("p", "title"), "t");
  expectQuiet();
}

TEST_F(BothWaysTest, PageReadBeforeOurOwnWriteDoesNotUndoIt) {
  auto stale = *erp.get("project", "p");
  app.edit("appointment", "p", "title", "crew");
  static_cast<void>(poll());
  // The ERP's page is read, then the write is settled, then the page is stored.
  erp.change = [&](const ScanRequest& request, Page&) {
    if (request.kind != "project") return;
    erp.change = {};
    deliver();
  };
  static_cast<void>(poll());
  EXPECT_EQ(inErp("p", "title"), "crew");
  app.forgetCalls();
  settle();
  EXPECT_EQ(inApp("p", "title"), "crew");
  EXPECT_EQ(inErp("p", "title"), "crew");
  EXPECT_EQ(erpSink.writes, 1);
  EXPECT_THAT(app.pushed(), testing::IsEmpty());
}

// ---- conflicts ------------------------------------------------------------------------------------------------------

TEST(ConflictTest, WinnerDecidesWhatBothSidesHoldInTheEnd) {
  struct Case {
    Winner winner;
    bool appIsLater;
    const char* inTheEnd;  // "" = each keeps its own
  };
  const Case cases[] = {
      {Winner::Erp, false, "office"},    {Winner::Erp, true, "office"},  {Winner::App, false, "crew"},
      {Winner::App, true, "crew"},       {Winner::Park, false, ""},      {Winner::Park, true, ""},
      {Winner::Newest, false, "office"}, {Winner::Newest, true, "crew"},
  };
  for (const auto& [winner, appIsLater, end] : cases) {
    TwoWayWorld world;
    world.setup.shared = TwoWayWorld::sharedFields(winner);
    world.project("p", {});
    world.settle();
    // One change is seen an hour after the other, and neither could be delivered meanwhile.
    for (const bool inApp : {!appIsLater, appIsLater}) {
      inApp ? world.app.edit("appointment", "p", "title", "crew") : world.project("p", {{"title", "office"}});
      static_cast<void>(world.poll());
      world.clock.advance(1h);
    }
    world.settle(4);
    const std::string what = std::to_string(static_cast<int>(winner)) + (appIsLater ? " app later" : " erp later");
    EXPECT_EQ(world.inErp("p", "title"), *end == '\0' ? "office" : end) << what;
    EXPECT_EQ(world.inApp("p", "title"), *end == '\0' ? "crew" : end) << what;
    EXPECT_EQ(countOutbox(world.db, "").parked, *end == '\0' ? 1 : 0) << what;
  }
}

TEST(ConflictTest, ParkedConflictEndsWhenTheAdminLetsTheErpWinOrTheSidesBecomeEqual) {
  for (const bool retry : {true, false}) {
    TwoWayWorld world;
    world.setup.shared = TwoWayWorld::sharedFields(Winner::Park);
    world.project("p", {});
    world.settle();
    world.project("p", {{"title", "office"}});
    world.app.edit("appointment", "p", "title", "crew");
    world.settle();
    ASSERT_EQ(countOutbox(world.db, "").parked, 1);
    if (retry) {
      retryOutbox(world.db, 0);
      world.deliver();
    } else {
      world.app.edit("appointment", "p", "title", "office");
    }
    world.settle();
    EXPECT_EQ(world.inApp("p", "title"), "office");
    EXPECT_EQ(world.inErp("p", "title"), "office");
    EXPECT_EQ(countOutbox(world.db, "").total(), 0) << retry;
  }
}

// ---- random histories -----------------------------------------------------------------------------------------------

/// Rounds of edits on both sides with faults and crashes, each followed by quiet passes.
class TwoWayHistory {
 public:
  explicit TwoWayHistory(unsigned seed) : random_(seed) {
    const Winner winners[] = {Winner::Erp, Winner::App, Winner::Newest};
    world_.setup.shared = TwoWayWorld::sharedFields(winners[pick(0, 2)]);
    world_.erp.tellsChanges = chance(50);
    world_.app.onPush = [this](const Change&) -> FakeSink::Plan { return faulty_ ? fault() : Do::Ok; };
    world_.erpSink.onPush = [this](const Change&) { return faulty_ ? fault() : Do::Ok; };
    world_.appSource.fails = [this] { return faulty_ && chance(10); };
    for (const auto* key : kKeys) world_.project(key, {});
    quiet();
  }

  std::string run(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      if (auto problem = play(); !problem.empty()) return problem + "\nstory:" + story_;
    }
    return {};
  }

 private:
  static constexpr const char* kKeys[] = {"p", "q"};
  static constexpr const char* kFields[] = {"title", "state", "date"};
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  Do fault() {
    if (!chance(30)) return Do::Ok;
    constexpr Do kFaults[] = {Do::Retry, Do::LostUnknown, Do::AppliedUnknown, Do::Reject};
    return kFaults[pick(0, 3)];
  }

  struct Edits {
    std::string erp, app;  // the last value given in this round
  };

  std::string play() {
    std::map<std::pair<std::string, std::string>, Edits> edits;
    std::map<std::pair<std::string, std::string>, std::string> before;
    for (const auto* key : kKeys) {
      for (const auto* field : kFields) before[{key, field}] = world_.inErp(key, field);
    }
    faulty_ = true;
    for (int i = pick(1, 6); i > 0; --i) {
      const std::string key = kKeys[pick(0, 1)];
      const std::string field = kFields[pick(0, 2)];
      const std::string value = std::to_string(++values_);
      switch (pick(0, 3)) {
        case 0: {
          auto record = *world_.erp.get("project", key);
          record.fields[field] = value;
          world_.erp.put(record);
          edits[{key, field}].erp = value;
          story_ += "\n  ERP " + key + "." + field + " = " + value;
          break;
        }
        case 1:
          world_.app.edit("appointment", key, field, value);
          edits[{key, field}].app = value;
          story_ += "\n  app " + key + "." + field + " = " + value;
          break;
        case 2:
          story_ += "\n  poll";
          crashing([&] { static_cast<void>(world_.poll(chance(20))); });
          break;
        default:
          story_ += "\n  deliver";
          crashing([&] { world_.deliver(); });
      }
    }
    faulty_ = false;
    story_ += "\n  quiet";
    quiet();
    for (const auto* key : kKeys) {
      for (const auto* field : kFields) {
        const auto erp = world_.inErp(key, field);
        const auto app = world_.inApp(key, field);
        const auto what = std::string(key) + "." + field;
        const bool same = std::string_view(field) == "state" ? TwoWayRules::inApp(erp) == app : erp == app;
        if (!same) return what + " is " + erp + " in the ERP and " + app + " in the app";
        const auto& given = edits[{key, field}];
        if (given.erp.empty() && given.app.empty()) {
          if (erp != before[{key, field}]) return what + " changed by itself to " + erp;
        } else if (given.erp != erp && given.app != erp) {
          return what + " is " + erp + ", not what was asked for last";
        }
      }
    }
    const int writes = world_.writes();
    quiet();
    if (world_.writes() != writes) return "quiet passes write";
    if (countOutbox(world_.db, "").total() != 0) return "something is left in an outbox";
    return {};
  }

  void quiet() {
    for (int i = 0; i < 4; ++i) {
      static_cast<void>(world_.poll());
      retryOutbox(world_.db, 0);
      world_.deliver();
      world_.clock.advance(2h);
    }
  }

  template <class Work>
  void crashing(Work work) {
    FailNthStep fault(world_.db);
    if (chance(30)) fault.arm(pick(0, 40));
    try {
      work();
    } catch (const DatabaseError&) {
      story_ += " (crash)";
    }
    fault.disarm();
  }

  std::mt19937 random_;
  std::atomic<bool> faulty_ = false;
  int values_ = 10;
  std::string story_;
  TwoWayWorld world_;
};

TEST(TwoWayPropertyTest, NoEditIsLostWhateverHappensAndQuietPassesWriteNothing) {
  const char* more = std::getenv("POSTERN_HISTORIES");
  const unsigned histories = more == nullptr ? 2000 : static_cast<unsigned>(std::atoi(more));
  constexpr int kRounds = 2;
  for (unsigned seed = 1; seed <= histories; ++seed) {
    const auto problem = TwoWayHistory(seed).run(kRounds);
    if (problem.empty()) continue;
    for (int rounds = 1; rounds <= kRounds; ++rounds) {
      const auto shorter = TwoWayHistory(seed).run(rounds);
      if (!shorter.empty()) FAIL() << "seed " << seed << ", " << rounds << " rounds: " << shorter;
    }
    FAIL() << "seed " << seed << ", not seen again: " << problem;
  }
}

}  // namespace
}  // namespace postern
