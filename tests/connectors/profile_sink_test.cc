// Writing through a profile: whole items, versions, keys of calls, taking over, errors of items.

#include <gmock/gmock.h>

#include "tests/connectors/profile_bench.h"

namespace postern::profile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = sim::Fault::Kind;

struct ProfileSinkTest : testing::TestWithParam<const char*> {
  Bench bench{GetParam()};
  std::unique_ptr<System> system = bench.connect();
  Ids ids;
  Sink& sink() { return *system->sink(); }
  sim::CrafterSimulator& sim() { return bench.simulator; }
  std::string pushed(const Change& change) {
    const auto settled = sink().push(change, {});
    EXPECT_TRUE(settled) << (settled ? "" : settled.error().cause(Language::En) + settled.error().detail);
    if (!settled) return {};
    ids.add(change.kind, change.key, settled->id);
    return settled->id;
  }
  std::string customer(const std::string& key = "10001") {
    return pushed(ids.change("customer", key, {{"number", key}, {"name", "Bakkerij"}, {"phone", "030"}}));
  }
  std::string workOrder(const std::string& key = "SO1") {
    customer();
    return pushed(ids.change(
        "work_order", key,
        {{"customer", "10001"}, {"text", "Ketel"}, {"work_type", "Onderhoud"}, {"target_date", "2026-01-22"}}));
  }
};

INSTANTIATE_TEST_SUITE_P(Dialects, ProfileSinkTest, testing::Values("v1", "v2"),
                         [](const auto& known) { return std::string(known.param); });

TEST_P(ProfileSinkTest, WorkOrderIsStoredWithItsReferencesAndOurKey) {
  const std::string id = workOrder();
  const auto stored = sim().record("work-orders", id);
  EXPECT_EQ(stored["external_id"], "SO:SO1");
  EXPECT_EQ(stored["customer_id"], ids.of("customer", "10001"));
  EXPECT_EQ(stored["target_date"], "2026-01-22");
  EXPECT_EQ(stored["status"], "in_stock");
}

TEST_P(ProfileSinkTest, UpdateOfOneFieldKeepsTheOthersAndWhatTheFieldDid) {
  const std::string id = workOrder();
  sim().addArticle(id, "KLEP15", 2, true);
  sim().setStatus(id, "completed");
  sim().edit("work-orders", id, {{"location_id", nullptr}, {"work_type", "Storing"}});
  pushed(ids.change("work_order", "SO1", {{"text", "Ketel nakijken"}}, id));
  const auto stored = sim().record("work-orders", id);
  EXPECT_EQ(stored["description"], "Ketel nakijken");
  EXPECT_EQ(stored["work_type"], "Storing");
  EXPECT_EQ(stored["status"], "completed");
  EXPECT_EQ(stored["target_date"], "2026-01-22");
  EXPECT_THAT(stored["articles"], SizeIs(1));
}

TEST_P(ProfileSinkTest, EmptyFieldIsCleared) {
  const std::string id = workOrder();
  pushed(ids.change("work_order", "SO1", {{"target_date", ""}}, id));
  EXPECT_TRUE(sim().record("work-orders", id)["target_date"].is_null());
}

TEST_P(ProfileSinkTest, WritingAnEarlierValueAgainIsNotTakenForARepetition) {
  const std::string id = customer();
  for (const char* name : {"A", "B", "A"}) {
    pushed(ids.change("customer", "10001", {{"name", name}}, id));
    EXPECT_EQ(sim().record("customers", id)["name"], name);
  }
}

TEST_P(ProfileSinkTest, CreateAgainIsTheSameItem) {
  const std::string id = customer();
  EXPECT_EQ(customer(), id);
  EXPECT_EQ(sim().count("customers"), 1);
}

TEST_P(ProfileSinkTest, LostAnswersDoubleNothing) {
  for (const Kind kind : {Kind::ApplyThenClose, Kind::HalfBody, Kind::CloseBefore}) {
    sim::Fault fault;
    fault.kind = kind;
    fault.methodContains = "PUT";
    sim().addFault(fault);
    const auto change = ids.change("customer", "7", {{"number", "7"}, {"name", "x"}});
    const auto lost = sink().push(change, {});
    ASSERT_FALSE(lost);
    const auto found = sink().find("customer", {"7"}, {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), static_cast<std::size_t>(sim().count("customers")));
    if (found->empty()) pushed(change);
    EXPECT_EQ(sim().count("customers"), 1);
  }
}

TEST_P(ProfileSinkTest, SomebodyElsesValueIsNotOverwrittenWhenABaseIsGiven) {
  const std::string id = customer();
  sim().edit("customers", id, {{"name", "In de app"}});
  Change change = ids.change("customer", "10001", {{"name", "ERP"}}, id);
  change.base = {{"name", "Bakkerij"}};
  const auto settled = sink().push(change, {});
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->answered.at("name"), "In de app");
  EXPECT_EQ(sim().record("customers", id)["name"], "In de app");
}

TEST_P(ProfileSinkTest, AppsOwnItemIsTakenOverOnce) {
  const std::string id = sim().create("customers", {{"number", "10001"}, {"name", "App"}});
  const auto strangers = sink().strangers("customer", {}, {});
  ASSERT_TRUE(strangers);
  ASSERT_THAT(strangers->found, SizeIs(1));
  EXPECT_EQ(strangers->found[0].id, id);
  EXPECT_EQ(strangers->found[0].key, "");
  EXPECT_EQ(strangers->found[0].owner, "");
  Change change = ids.change("customer", "10001", {{"name", "ERP"}}, id);
  change.claim = true;
  EXPECT_EQ(pushed(change), id);
  EXPECT_EQ(sim().record("customers", id)["external_id"], "CU:10001");
  EXPECT_EQ(sim().record("customers", id)["name"], "ERP");
  EXPECT_EQ(sim().count("customers"), 1);
  EXPECT_THAT(sink().strangers("customer", {}, {})->found, IsEmpty());
}

TEST_P(ProfileSinkTest, OurOwnItemIsClaimedWithoutAWrite) {
  const std::string id = customer();
  Change change = ids.change("customer", "10001", {}, id);
  change.claim = true;
  sim().resetCounts();
  EXPECT_EQ(pushed(change), id);
  EXPECT_EQ(sim().counts().writes, 0);
  EXPECT_TRUE(sim().remove("customers", id));
  const auto settled = sink().push(change, {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Gone);
}

TEST_P(ProfileSinkTest, AnotherProgramsItemKeepsItsOwner) {
  const std::string id = sim().create("customers", {{"number", "1"}, {"name", "x"}, {"external_id", "MV:1"}});
  EXPECT_EQ(sink().strangers("customer", {}, {})->found[0].owner, "MV");
  const auto settled = sink().push(ids.change("customer", "1", {{"name", "y"}}, id), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Reject);
  EXPECT_EQ(sim().record("customers", id)["name"], "x");
}

TEST_P(ProfileSinkTest, FoundRecordTellsWhatItPointsTo) {
  workOrder();
  const auto found = sink().find("work_order", {"SO1"}, {});
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->front().fields.at("project"), "");
  EXPECT_EQ(found->front().fields.at("status"), "in_stock");
  EXPECT_THAT(found->front().points,
              ElementsAre(std::pair(std::string("customer"), Reference{"customer", ids.of("customer", "10001")})));
}

TEST_P(ProfileSinkTest, MissingReferenceIsRejectedBeforeItIsSent) {
  const auto settled = sink().push(ids.change("work_order", "1", {{"customer", "nobody"}}), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Reject);
  EXPECT_EQ(sim().counts().writes, 0);
}

TEST_P(ProfileSinkTest, RefusalNamesTheField) {
  const auto settled = sink().push(ids.change("project", "P1", {{"code", "P1"}, {"title", "Dak"}}), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Reject);
  EXPECT_THAT(settled.error().detail, testing::AnyOf(HasSubstr("project_type_id"), HasSubstr("projectTypeId")));
}

TEST_P(ProfileSinkTest, WrongBasePathIsAuthNotAThousandCreates) {
  auto options = sim().options();
  options.dialect.prefix = "/elsewhere";
  sim().setOptions(options);
  const auto settled = sink().push(ids.change("customer", "1", {{"number", "1"}, {"name", "x"}}), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Auth);
}

TEST_P(ProfileSinkTest, ErrorIsSetKeptWithItsFirstTimeAndCleared) {
  Change change = ids.change("link_error", "k",
                             {{"entity", "work_order"},
                              {"id", "wo-1"},
                              {"operation", "export"},
                              {"code", "PST-1"},
                              {"message", "Debiteur is geblokkeerd."}});
  const auto first = isoStamp(bench.clock.now());
  change.id = pushed(change);
  bench.clock.advance(std::chrono::minutes{10});
  change.fields["message"] = "Nog steeds.";
  change.id = pushed(change);
  ASSERT_THAT(sim().errors(), SizeIs(1));
  EXPECT_EQ(sim().errors()[0]["entity"], "work-orders");
  EXPECT_EQ(sim().errors()[0]["message"], "Nog steeds.");
  EXPECT_EQ(sim().errors()[0]["first_seen"], first);
  EXPECT_EQ(sim().errors()[0]["last_seen"], isoStamp(bench.clock.now()));
  change.fields["message"] = "";
  change.id = pushed(change);
  EXPECT_THAT(sim().errors(), IsEmpty());
  change.fields = {{"message", ""}};
  EXPECT_EQ(pushed(change), change.id);  // gone already, and the path comes from the id
}

TEST_P(ProfileSinkTest, ChangedInBetweenIsReadOnceMoreThenRetry) {
  const std::string id = customer();
  sim::Fault stale;
  stale.status = 412;
  stale.methodContains = "PUT";
  sim().addFault(stale);
  pushed(ids.change("customer", "10001", {{"name", "once"}}, id));
  stale.times = 2;
  sim().addFault(stale);
  const auto settled = sink().push(ids.change("customer", "10001", {{"name", "twice"}}, id), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Retry);
  EXPECT_EQ(sim().record("customers", id)["name"], "once");
}

TEST_P(ProfileSinkTest, UpdateNeedsTheVersionItRead) {
  auto options = sim().options();
  options.ifMatchNeeded = true;
  sim().setOptions(options);
  const std::string id = customer();
  pushed(ids.change("customer", "10001", {{"name", "y"}}, id));
  EXPECT_EQ(sim().record("customers", id)["name"], "y");
}

TEST_P(ProfileSinkTest, AccountGoesAsHeader) {
  auto options = sim().options();
  options.account = "vandijk";
  sim().setOptions(options);
  EXPECT_EQ(sink().find("customer", {"1"}, {}).error().fault, Fault::Auth);
  EXPECT_TRUE(bench.connect({{"account", "vandijk"}})->sink()->find("customer", {"1"}, {}));
}

}  // namespace
}  // namespace postern::profile
