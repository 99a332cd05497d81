#include "agent/poller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

#include "tests/support/fail_nth_step.h"
#include "tests/support/poller_rig.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

struct PollerTest : testing::Test, PollerRig {};

// ---- what arrives ---------------------------------------------------------------------------------------------------

TEST_F(PollerTest, AFirstPassQueuesEverythingOnce) {
  customers(10);
  projectWithPositions("P1", 7);
  ASSERT_TRUE(pass());
  EXPECT_EQ(outbox.count(), 11);
  EXPECT_EQ(queued("text")["appointment P1"], "t0\nt1\nt2\nt3\nt4\nt5\nt6");
  EXPECT_EQ(progress.rows, 18);
  EXPECT_EQ(progress.changed, 18);
  EXPECT_EQ(progress.queued, 11);
}

TEST_F(PollerTest, TheSecondPassWithoutAChangeQueuesAndWritesNothing) {
  customers(10);
  projectWithPositions("P1", 7);
  ASSERT_TRUE(pass());
  deliverAll();
  const auto changes = sqlite3_total_changes(db.handle());
  db.get("PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(pass());
  EXPECT_EQ(sqlite3_total_changes(db.handle()), changes);
  EXPECT_EQ(std::filesystem::file_size(dir / "state.db-wal"), 0U);
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PollerTest, OnlyWhatAChangedRowAffectsIsDerivedAgain) {
  customers(10);
  projectWithPositions("P1", 2);
  projectWithPositions("P2", 2);
  ASSERT_TRUE(pass());
  deliverAll();
  source.put("position", "P1/1", {{"text", "new"}}, "P1");
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("text"), ElementsAre(Pair("appointment P1", "t0\nnew")));
}

TEST_F(PollerTest, AChangeOfBytesThatAreNotReadQueuesNothing) {
  customers(1);
  ASSERT_TRUE(pass());
  deliverAll();
  source.put("customer", "c0", {{"name", "Anna"}, {"city", "Bonn"}, {"unread", "x"}});
  ASSERT_TRUE(pass());
  EXPECT_EQ(outbox.count(), 0);
  EXPECT_EQ(progress.changed, 1) << "of the first pass";
}

TEST_F(PollerTest, AMovedPositionTouchesBothProjects) {
  projectWithPositions("P1", 2);
  projectWithPositions("P2", 0);
  ASSERT_TRUE(pass());
  deliverAll();
  source.put("position", "P1/1", {{"text", "t1"}}, "P2");
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("text"), UnorderedElementsAre(Pair("appointment P1", "t0"), Pair("appointment P2", "t1")));
}

struct LookingRules : FakeRules {
  mutable std::vector<std::string> seen;
  std::vector<Reference> touched(const Record& record, const SourceView& erp) const override {
    const auto now = erp.get(record.kind, record.key);
    seen.push_back(std::string(record.field("name")) + " while " + std::string(now ? now->record.field("name") : ""));
    return FakeRules::touched(record, erp);
  }
};
TEST_F(PollerTest, OldAndNewContentAreBothJudgedWithTheSnapshotAfterTheChange) {
  LookingRules looking;
  source.put("customer", "1", {{"name", "old"}, {"city", ""}});
  Poller poller(db, source, looking, sink.kinds(), setup, clock, health, progress);
  ASSERT_TRUE(poller.pass(false, {}));
  looking.seen.clear();
  source.put("customer", "1", {{"name", "new"}, {"city", ""}});
  ASSERT_TRUE(poller.pass(false, {}));
  EXPECT_THAT(looking.seen, UnorderedElementsAre("old while new", "new while new"));
}

TEST_F(PollerTest, WhatIsNoLongerWantedLeavesTheQueue) {
  customers(2);
  ASSERT_TRUE(pass());
  source.put("customer", "c0", {{"name", "Anna"}, {"send", "no"}});
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("name"), ElementsAre(Pair("customer c1", "Anna")));
}

/// Sends only what changed within a fortnight.
struct WindowRules : FakeRules {
  std::optional<Target> derive(const Reference& target, const SourceView& erp, Clock::Time now) const override {
    const auto seen = erp.get("customer", target.key);
    if (!seen || now - seen->changedAt > 14 * 24h) return std::nullopt;
    return FakeRules::derive(target, erp, now);
  }
};
TEST_F(PollerTest, WhatIsQueuedDoesNotBecomeTooOldToBeSent) {
  WindowRules window;
  setup.flows = {"customers"};
  Poller poller(db, source, window, sink.kinds(), setup, clock, health, progress);
  customers(3);
  ASSERT_TRUE(poller.pass(false, {}));
  const auto entries = listOutbox(db, {});
  ASSERT_EQ(entries.size(), 3u);
  static constexpr Message kNo{"PST-9999", {"no", "no", "no"}, {"x", "x", "x"}};
  ASSERT_TRUE(outbox.park(entries[0].id, entries[0].version, Error{Fault::Reject, &kNo, {}, {}, {}}));
  outbox.block(entries[1].id, {"customer", "c0"});

  clock.advance(15 * 24h);  // nobody mended it, or the app was away
  ASSERT_TRUE(poller.pass(true, {}));
  using State = OutboxEntry::State;
  EXPECT_EQ(outbox.find({"customer", "c0"})->state, State::Parked);
  EXPECT_EQ(outbox.find({"customer", "c1"})->state, State::Blocked);
  ASSERT_TRUE(outbox.find({"customer", "c2"}));
  EXPECT_EQ(outbox.find({"customer", "c2"})->state, State::Waiting);

  source.put("customer", "c2", {{"name", "Anna"}, {"send", "no"}});
  ASSERT_TRUE(poller.pass(true, {}));
  EXPECT_FALSE(outbox.find({"customer", "c2"})) << "that is another reason";
  outbox.settled(entries[0].id, entries[0].version);
  ASSERT_TRUE(poller.pass(true, {}));
  EXPECT_FALSE(outbox.find({"customer", "c0"})) << "not queued anew";
}

TEST_F(PollerTest, AChangeTakenBackBeforeDeliveryIsWithdrawn) {
  customers(1);
  ASSERT_TRUE(pass());
  deliverAll();
  source.put("customer", "c0", {{"name", "Berta"}, {"city", "Bonn"}});
  ASSERT_TRUE(pass());
  EXPECT_EQ(outbox.count(), 1);
  source.put("customer", "c0", {{"name", "Anna"}, {"city", "Bonn"}});
  ASSERT_TRUE(pass());
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PollerTest, OnlyKindsOfTheEnabledFlowsAreRead) {
  customers(1);
  projectWithPositions("P1", 1);
  setup.flows = {"customers"};
  ASSERT_TRUE(pass());
  EXPECT_THAT(source.requests, testing::Each(Field(&ScanRequest::kind, "customer")));
  EXPECT_THAT(queued("title"), IsEmpty());
}

TEST_F(PollerTest, AFlowEnabledLaterGetsWhatWasReadBeforeIt) {
  struct TwoFlows : FakeRules {
    std::span<const TargetKind> targets() const override {
      static constexpr std::array<std::string_view, 2> fromProject{"project", "position"};
      static constexpr std::array<TargetKind, 2> table{
          TargetKind{.name = "customer", .flow = "customers", .inputs = fromProject},
          TargetKind{.name = "appointment", .flow = "projects", .inputs = fromProject}};
      return table;
    }
  } two;
  projectWithPositions("P1", 2);
  setup.flows = {"customers"};
  ASSERT_TRUE(Poller(db, source, two, sink.kinds(), setup, clock, health, progress).pass(false, {}));
  EXPECT_THAT(queued("title"), IsEmpty());
  setup.flows = {"customers", "projects"};
  ASSERT_TRUE(Poller(db, source, two, sink.kinds(), setup, clock, health, progress).pass(false, {}));
  EXPECT_THAT(queued("text"), ElementsAre(Pair("appointment P1", "t0\nt1")));
  deliverAll();
  ASSERT_TRUE(Poller(db, source, two, sink.kinds(), setup, clock, health, progress).pass(false, {}));
  EXPECT_EQ(outbox.count(), 0);
}

// ---- cursors --------------------------------------------------------------------------------------------------------

TEST_F(PollerTest, AnInterruptedScanGoesOnWhereItStopped) {
  customers(30);
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.kind != "customer" || request.position != "15") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  EXPECT_FALSE(pass());
  source.instead = nullptr;
  source.requests.clear();
  ASSERT_TRUE(pass());
  ASSERT_THAT(source.requests, Not(IsEmpty()));
  EXPECT_EQ(source.requests[0].position, "15");
  EXPECT_EQ(outbox.count(), 30);
  EXPECT_EQ(missing("c0"), 0) << "a scan that did not start at the beginning tells nothing about what is missing";
}

TEST_F(PollerTest, AnOldInterruptedScanStartsAgain) {
  customers(30);
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.position != "15") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  EXPECT_FALSE(pass());
  source.instead = nullptr;
  source.requests.clear();
  clock.advance(7h);
  ASSERT_TRUE(pass());
  EXPECT_EQ(source.requests[0].position, "");
}

TEST_F(PollerTest, AnInterruptedScanOfTheFutureStartsAgain) {
  customers(30);
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.position != "15") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  EXPECT_FALSE(pass());
  source.instead = nullptr;
  source.requests.clear();
  clock.jumpTo(clock.now() - 24h);
  ASSERT_TRUE(pass());
  EXPECT_EQ(source.requests[0].position, "");
}

TEST_F(PollerTest, WithAChangeDateAnUnchangedPassReadsNextToNothing) {
  source.tellsChanges = true;
  customers(30);
  projectWithPositions("P1", 20);
  ASSERT_TRUE(pass());
  deliverAll();
  source.rowsRead = source.reads = 0;
  ASSERT_TRUE(pass());
  EXPECT_LE(source.rowsRead, 3) << "the overlap";
  EXPECT_EQ(source.reads, 3) << "a page a kind";
  EXPECT_EQ(outbox.count(), 0);
  source.put("customer", "c3", {{"name", "changed"}});
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("name"), ElementsAre(Pair("customer c3", "changed")));
}

TEST_F(PollerTest, AChangeScanNeverCountsAnythingAsMissing) {
  source.tellsChanges = true;
  customers(5);
  ASSERT_TRUE(pass());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pass());
  EXPECT_EQ(missing("c0"), 0);
  EXPECT_FALSE(board("main/erp/customer")->level != HealthLevel::Good);
}

TEST_F(PollerTest, AFullPassComparesAndDerivesEverythingAgain) {
  source.tellsChanges = true;
  customers(7);
  projectWithPositions("P1", 2);
  ASSERT_TRUE(pass());
  deliverAll();
  bindings.remove("customer", "c1");                                                   // forgotten
  bindings.put("appointment", "P1", {"id", {{{"title", "other"}}, {}}}, clock.now());  // differs
  ASSERT_TRUE(pass());
  EXPECT_EQ(outbox.count(), 0) << "a change scan does not see it";
  ASSERT_TRUE(pass(true));
  EXPECT_THAT(queued("title"), ElementsAre(Pair("appointment P1", "Küche")));
  EXPECT_THAT(queued("name"), ElementsAre(Pair("customer c1", "Anna")));
}

TEST_F(PollerTest, AFullPassResumesOnlyAFullScan) {
  source.tellsChanges = true;
  customers(30);
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.position != "15") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  EXPECT_FALSE(pass(false));
  source.instead = nullptr;
  source.requests.clear();
  ASSERT_TRUE(pass(true));
  EXPECT_EQ(source.requests[0].position, "");
  EXPECT_TRUE(source.requests[0].full);
}

// ---- room -----------------------------------------------------------------------------------------------------------

TEST_F(PollerTest, AFullQueuePausesReadingUntilThereIsRoom) {
  setup.queueLimit = 10;
  source.pageSize = 5;
  customers(40);
  std::int64_t most = 0;
  int pauses = 0;
  clock.onWait([&](auto) {
    most = std::max(most, outbox.count());
    if (++pauses % 3 == 0) {
      EXPECT_EQ(board("main/erp/room")->code, "PST-7101");
      deliverAll();
    }
  });
  ASSERT_TRUE(pass());
  EXPECT_GE(pauses, 6);
  EXPECT_LE(most, 10 + 5) << "a page more at most";
  EXPECT_EQ(board("main/erp/room")->level, HealthLevel::Good);
  EXPECT_EQ(snapshot.count("customer"), 40);
}

TEST_F(PollerTest, AFullDiskPausesReading) {
  int asked = 0;
  setup.hasRoom = [&] { return ++asked > 3; };
  customers(2);
  ASSERT_TRUE(pass());
  EXPECT_EQ(clock.waits().size(), 3U);
  EXPECT_EQ(outbox.count(), 2);
}

TEST_F(PollerTest, AWarningOfAnEarlierRunIsTakenBack) {
  const Error error{Fault::Retry, &FakeSource::kDown, {}, {}, {}};
  health.report("main/erp/room", HealthLevel::Warning, error);
  customers(1);
  ASSERT_TRUE(pass());
  EXPECT_EQ(board("main/erp/room")->level, HealthLevel::Good);
}

TEST_F(PollerTest, StopEndsAPause) {
  setup.queueLimit = 0;
  clock.onWait([&](auto) { stop.request_stop(); });
  const auto result = pass();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Stop);
}

// ---- the state file fails -------------------------------------------------------------------------------------------

std::string dump(Database& db) {
  std::string all;
  for (const auto* sql : {"SELECT system||kind||key||parent||body FROM snapshot ORDER BY system,kind,key",
                          "SELECT system||kind||since||position||full FROM cursor ORDER BY system,kind",
                          "SELECT link||kind||key FROM dirty ORDER BY kind,key",
                          "SELECT kind||key||desired||needs||state FROM outbox ORDER BY kind,key",
                          "SELECT name||value FROM setting ORDER BY name"}) {
    Statement query(db.handle(), sql);
    while (query.step()) all += std::string(query.text(0)) + '\n';
    all += "--\n";
  }
  return all;
}

struct PollerCrashTest : PollerTest, testing::WithParamInterface<bool> {};

TEST_P(PollerCrashTest, AfterAFailureAtAnyStepACleanPassGivesTheSameEnd) {
  const bool full = GetParam();
  source.tellsChanges = true;
  const auto firstState = [&] {
    customers(4);
    projectWithPositions("P1", 4);
    projectWithPositions("P2", 1);
  };
  const auto change = [&] {
    source.put("customer", "c1", {{"name", "Berta"}});
    source.put("customer", "c9", {{"name", "new"}});
    source.put("position", "P1/1", {{"text", "moved"}}, "P2");
  };
  firstState();
  std::string expected;
  bool through = false;
  int n = -1;  // -1: nothing fails, for comparison
  for (; !through; ++n) {
    ASSERT_LT(n, 2000);
    source = FakeSource();
    source.tellsChanges = true;
    firstState();
    auto state = Database::inMemory();
    ASSERT_TRUE(passOn(state));
    change();
    {
      FailNthStep fault(state);
      if (n >= 0) fault.arm(n);
      try {
        ASSERT_TRUE(passOn(state, full));
      } catch (const DatabaseError&) {
      }
      through = !fault.disarm() && n >= 0;
    }
    ASSERT_FALSE(state.inTransaction());
    ASSERT_TRUE(passOn(state, full)) << "step " << n;
    if (n < 0) {
      expected = dump(state);
    } else {
      ASSERT_EQ(dump(state), expected) << "step " << n;
    }
  }
  EXPECT_GT(n, 50);
}
INSTANTIATE_TEST_SUITE_P(ChangeAndFull, PollerCrashTest, testing::Values(false, true),
                         [](const auto& test) { return test.param ? "Full" : "Changes"; });

}  // namespace
}  // namespace postern
