// Poller: answers that cannot be believed as they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/support/poller_rig.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

struct PollerAnswersTest : testing::Test, PollerRig {};

TEST_F(PollerAnswersTest, OfAKeyTwiceOnAPageTheLastRowCounts) {
  customers(2);
  ASSERT_TRUE(pass());
  deliverAll();
  const auto twice = [](std::string_view first, std::string_view second) {
    return [first, second](const ScanRequest& request, Page& page) {
      if (request.kind != "customer" || page.rows.empty() || page.rows[0].key != "c0") return;
      page.rows.insert(page.rows.begin(), Row{"c0", first});
      page.rows[1].raw = second;
    };
  };
  static constexpr std::string_view kAnna = "\x1f{\"city\":\"Bonn\",\"name\":\"Anna\"}";
  static constexpr std::string_view kBerta = "\x1f{\"city\":\"Bonn\",\"name\":\"Berta\"}";
  static constexpr std::string_view kCarla = "\x1f{\"city\":\"Bonn\",\"name\":\"Carla\"}";
  source.change = twice(kBerta, kAnna);
  ASSERT_TRUE(pass());
  EXPECT_EQ(snapshot.get("customer", "c0")->record.field("name"), "Anna") << "the last row is what is known already";
  EXPECT_EQ(outbox.count(), 0);
  source.change = twice(kBerta, kCarla);
  ASSERT_TRUE(pass());
  EXPECT_EQ(snapshot.get("customer", "c0")->record.field("name"), "Carla");
  source.put("customer", "c00", {{"name", "new"}});
  source.change = [](const ScanRequest&, Page& page) {
    for (std::size_t i = 0; i < page.rows.size(); ++i) {
      if (page.rows[i].key != "c00") continue;
      page.rows.insert(page.rows.begin(), Row{"c00", kBerta});
      return;
    }
  };
  ASSERT_TRUE(pass());
  EXPECT_EQ(snapshot.get("customer", "c00")->record.field("name"), "new") << "new and twice";
}

TEST_F(PollerAnswersTest, SeveralRecordsUnderOneKeyAreTold) {
  source.pageSize = 2;
  customers(5);
  std::string_view second = "\x1f{\"city\":\"Bonn\",\"name\":\"Anna\"}";
  source.change = [&](const ScanRequest& request, Page& page) {
    if (request.kind == "customer" && page.last) page.rows.push_back(Row{"c0", second});
  };
  ASSERT_TRUE(pass(true));
  EXPECT_FALSE(board("main/erp/customer/keys")) << "the same record seen twice";
  second = "\x1f{\"city\":\"Bonn\",\"name\":\"Berta\"}";
  ASSERT_TRUE(pass(true));
  EXPECT_EQ(board("main/erp/customer/keys").value_or(HealthEntry{}).code, "PST-5105");
}

TEST_F(PollerAnswersTest, TheWarningOfSeveralRecordsUnderOneKeyEndsWithThemEvenInALaterRun) {
  Health stored(dir / "state.db", clock);
  const Error before{Fault::Retry, &FakeSource::kDown, {}, {}, {}};
  stored.report("main/erp/customer/keys", HealthLevel::Warning, before);
  customers(2);

  Poller poller(db, source, rules, sink.kinds(), setup, clock, stored, progress);
  ASSERT_TRUE(poller.pass(false, {}));

  for (const auto& entry : readHealth(db)) {
    if (entry.part == "main/erp/customer/keys") {
      EXPECT_EQ(entry.level, HealthLevel::Good);
    }
  }
}

TEST_F(PollerAnswersTest, ARowThatCannotBeReadIsLeftOutAndReadAgain) {
  customers(3);
  source.put("customer", "c1", {{"unreadable", "x"}});
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("name"), SizeIs(2));
  source.put("customer", "c1", {{"name", "mended"}});
  ASSERT_TRUE(pass());
  EXPECT_EQ(queued("name")["customer c1"], "mended");
}

TEST_F(PollerAnswersTest, AKnownRowThatBecomesUnreadableKeepsItsLastContent) {
  customers(1);
  ASSERT_TRUE(pass());
  source.put("customer", "c0", {{"unreadable", "x"}});
  ASSERT_TRUE(pass());
  ASSERT_TRUE(pass());
  EXPECT_EQ(snapshot.get("customer", "c0")->record.field("name"), "Anna");
  EXPECT_EQ(missing("c0"), 0);
}

TEST_F(PollerAnswersTest, AnEmptyAnswerChangesNothingAndWarns) {
  customers(5);
  ASSERT_TRUE(pass());
  deliverAll();
  source.clear("customer");
  const auto changes = sqlite3_total_changes(db.handle());
  ASSERT_TRUE(pass());
  ASSERT_TRUE(pass());
  EXPECT_EQ(sqlite3_total_changes(db.handle()), changes);
  EXPECT_EQ(snapshot.count("customer"), 5);
  EXPECT_EQ(missing("c0"), 0);
  ASSERT_TRUE(board("main/erp/customer"));
  EXPECT_EQ(board("main/erp/customer")->code, "PST-5101");
  customers(5);
  ASSERT_TRUE(pass());
  EXPECT_EQ(board("main/erp/customer")->level, HealthLevel::Good);
}

TEST_F(PollerAnswersTest, ACutAnswerMarksNothingAndWarns) {
  customers(9);
  ASSERT_TRUE(pass());
  deliverAll();
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.kind != "customer" || request.position != "6") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  const auto changes = sqlite3_total_changes(db.handle());
  const auto result = pass();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Retry);
  EXPECT_EQ(sqlite3_total_changes(db.handle()), changes);
  EXPECT_EQ(missing("c8"), 0);
  EXPECT_EQ(board("main/erp")->level, HealthLevel::Warning);
  EXPECT_EQ(board("main/erp")->code, "PST-0101");
}

TEST_F(PollerAnswersTest, HalfOfAKindVanishingChangesNothingAndWarns) {
  customers(30);
  ASSERT_TRUE(pass());
  deliverAll();
  source.clear("customer");
  customers(10);
  ASSERT_TRUE(pass());
  ASSERT_TRUE(pass());
  EXPECT_EQ(board("main/erp/customer")->code, "PST-5102");
  EXPECT_EQ(missing("c25"), 0);
  EXPECT_EQ(snapshot.count("customer"), 30);
}

TEST_F(PollerAnswersTest, TheWarningOfAFullCompareStaysUntilTheNextOne) {
  Health stored(dir / "state.db", clock);
  const auto codeAfter = [&](bool full) {
    Poller poller(db, source, rules, sink.kinds(), setup, clock, stored, progress);
    EXPECT_TRUE(poller.pass(full, {}));
    for (const auto& entry : readHealth(db)) {
      if (entry.part == "main/erp/customer") return entry.code;
    }
    return std::string("nothing");
  };
  source.tellsChanges = true;
  customers(30);
  EXPECT_EQ(codeAfter(false), "");
  deliverAll();
  source.clear("customer");
  customers(10);
  EXPECT_EQ(codeAfter(true), "PST-5102");
  EXPECT_EQ(codeAfter(false), "PST-5102") << "what changed since says nothing about what is missing";
  customers(30);
  EXPECT_EQ(codeAfter(true), "");
}

TEST_F(PollerAnswersTest, AFullCompareThatIsNotBelievedIsNotTakenUpAgain) {
  customers(30);
  ASSERT_TRUE(pass());
  deliverAll();
  source.clear("customer");
  customers(10);
  source.put("customer", "c0", {{"name", "changed"}});  // so the position after the first page is stored
  ASSERT_TRUE(pass(true));
  ASSERT_EQ(board("main/erp/customer")->code, "PST-5102");
  source.requests.clear();
  ASSERT_TRUE(pass(true));
  EXPECT_EQ(source.requests.at(0).position, "");
  EXPECT_EQ(board("main/erp/customer")->code, "PST-5102");
}

TEST_F(PollerAnswersTest, AVanishedRowIsNotedAfterTwoFullComparesAndNothingIsSent) {
  customers(5);
  ASSERT_TRUE(pass());
  deliverAll();
  source.remove("customer", "c3");
  const auto vanished = [&] { return db.get("SELECT count(*) FROM audit WHERE event='vanished'"); };
  ASSERT_TRUE(pass());
  EXPECT_EQ(vanished(), 0);
  ASSERT_TRUE(pass());
  EXPECT_EQ(vanished(), 1);
  ASSERT_TRUE(pass());
  EXPECT_EQ(vanished(), 1);
  EXPECT_EQ(outbox.count(), 0);
}

TEST_F(PollerAnswersTest, ARowSeenInBetweenIsNotVanished) {
  customers(5);
  ASSERT_TRUE(pass());
  source.remove("customer", "c3");
  ASSERT_TRUE(pass());
  customers(5);
  ASSERT_TRUE(pass());
  EXPECT_EQ(missing("c3"), 0);
  source.remove("customer", "c3");
  ASSERT_TRUE(pass());
  EXPECT_EQ(missing("c3"), 1);
}

TEST_F(PollerAnswersTest, AFailedKindDoesNotKeepOthersFromBeingReadButItsTargetsWait) {
  customers(2);
  projectWithPositions("P1", 2);
  source.instead = [](const ScanRequest& request) -> std::optional<Result<Page>> {
    if (request.kind != "position") return std::nullopt;
    return tl::unexpected(FakeSource::down());
  };
  EXPECT_FALSE(pass());
  EXPECT_THAT(queued("name"), SizeIs(2));
  EXPECT_THAT(queued("title"), IsEmpty()) << "an appointment without its positions would be wrong";
  source.instead = nullptr;
  ASSERT_TRUE(pass());
  EXPECT_THAT(queued("text"), ElementsAre(Pair("appointment P1", "t0\nt1")));
}

TEST_F(PollerAnswersTest, ARefusedLogInEndsThePass) {
  customers(2);
  source.instead = [](const ScanRequest&) -> std::optional<Result<Page>> {
    return fail(Fault::Auth, FakeSource::kDown);
  };
  EXPECT_FALSE(pass());
  EXPECT_EQ(source.reads, 1);
  EXPECT_EQ(board("main/erp")->level, HealthLevel::Bad);
}

}  // namespace
}  // namespace postern
