// Both ways with the real program: what the field changes comes back, and api_put_project does no damage.

#include <csignal>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;
using sim::Fault;
using testing::HasSubstr;

struct BothWaysTest : Site {
  void buildBothWays() {
    build();
    set("system.erp", "token.projects_write", sim::ProfactoOptions::kProjectsWrite);
    writeIni();
    ASSERT_EQ(sync().code, 0);
    app_->forgetWrites();
  }
  /// An appointment that is planned: its project number and its id.
  std::pair<std::string, std::int64_t> planned() {
    for (const auto& row : app_->records("assignments")) {
      if (row["state"] == "SCHEDULED" && row["start"].is_string()) return {row["source_external_id"], row["id"]};
    }
    ADD_FAILURE() << "the joinery has no planned appointment";
    return {};
  }
  std::string erpField(const std::string& project, const char* field) {
    const auto value = erp_->row("Auftrag", project)[field];
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  void expectNoDamage() {
    EXPECT_EQ(erp_->createdProjects(), 0);
    EXPECT_EQ(erp_->overwrittenTexts(), 0);
    EXPECT_EQ(erp_->overwrittenPaymentTerms(), 0);
  }
};

TEST_F(BothWaysTest, StateDateAndNameComeBackOnceAndDoNotEcho) {
  buildBothWays();
  const auto [key, id] = planned();
  const auto day = today() + std::chrono::days{9};
  ASSERT_TRUE(app_->edit(
      "assignments", id,
      {{"state", "DONE"}, {"start", date(day) + "T00:00:00+01:00"}, {"end", date(day) + "T23:59:59+01:00"}}));
  for (const auto& row : app_->records("projects")) {
    if (row["source_external_id"] == key) app_->edit("projects", row["id"], {{"title", "Küche Müller, geändert"}});
  }

  const auto first = sync();
  EXPECT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(erpField(key, "Prozessstatus"), "120");
  EXPECT_EQ(erpField(key, "Bauvorhaben"), "Küche Müller, geändert");
  EXPECT_THAT(erpField(key, "Lieferdatum"), HasSubstr(date(day).substr(8)));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sync().code, 0);
  // The title of the appointment follows the project's; nothing of what came back is sent again.
  for (const auto& write : app_->writes()) {
    EXPECT_FALSE(write.body.contains("state") || write.body.contains("start")) << write.body;
    EXPECT_NE(write.path.substr(0, 9), "/projects") << write.body;
  }
  app_->forgetWrites();
  const auto puts = erp_->counts().writes;
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(sync({"--full"}).code, 0);
  for (const auto& write : app_->writes()) ADD_FAILURE() << write.method << ' ' << write.path << ' ' << write.body;
  EXPECT_EQ(erp_->counts().writes, puts);
  expectNoDamage();
}

TEST_F(BothWaysTest, NumberThatAlreadyMeansTheStateStays) {
  buildBothWays();
  const auto [key, id] = planned();
  erpEdit("Auftrag", key, {{"Prozessstatus", 60}});
  ASSERT_EQ(sync().code, 0);
  app_->edit("assignments", id, {{"state", "PAUSED"}});
  ASSERT_EQ(sync().code, 0);
  app_->edit("assignments", id, {{"state", "SCHEDULED"}});
  ASSERT_EQ(sync().code, 0);
  EXPECT_EQ(erpField(key, "Prozessstatus"), "60") << "not back to 40";
  EXPECT_EQ(erp_->counts().writes, 0);
}

TEST_F(BothWaysTest, DayForAnUndatedProjectLeavesItsNumber) {
  buildBothWays();
  const auto [key, id] = planned();
  erpEdit("Auftrag", key, {{"Prozessstatus", 120}, {"Lieferdatum", nullptr}});
  ASSERT_EQ(sync().code, 0);
  ASSERT_EQ(app_->record("assignments", id)["state"], "UNPLANNED");
  const auto day = today() + std::chrono::days{9};
  app_->edit("assignments", id, {{"start", date(day) + "T00:00:00+01:00"}, {"end", date(day) + "T23:59:59+01:00"}});
  ASSERT_EQ(app_->record("assignments", id)["state"], "SCHEDULED") << "the server's doing";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(erpField(key, "Prozessstatus"), "120") << "not back to 40";
  EXPECT_THAT(erpField(key, "Lieferdatum"), HasSubstr(date(day).substr(8)));
  EXPECT_EQ(app_->record("assignments", id)["state"], "DONE");
  const auto puts = erp_->counts().writes;
  app_->forgetWrites();
  EXPECT_EQ(sync({"--full"}).code, 0);
  EXPECT_EQ(app_->writes().size(), 0u);
  EXPECT_EQ(erp_->counts().writes, puts);
  expectNoDamage();
}

TEST_F(BothWaysTest, WithoutTheTokenForWritingNothingComesBackAndTheAppIsNotRead) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto [key, id] = planned();
  app_->edit("assignments", id, {{"state", "DONE"}});
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(erp_->counts().writes, 0);
  set("link.main", "flow.projects", "both");
  writeIni();
  const auto asked = sync();
  EXPECT_EQ(asked.code, 2) << asked.all();
  EXPECT_THAT(asked.err, HasSubstr("PST-1045"));
}

TEST_F(BothWaysTest, LostAnswersOfTheErpCreateNothingAndEndRight) {
  buildBothWays();
  const auto [key, id] = planned();
  erp_->addFault({.kind = Fault::Kind::ApplyThenClose, .pathContains = "api_put_project", .times = 2});
  app_->edit("assignments", id, {{"state", "IN_PROGRESS"}});
  for (int i = 0; i < 4; ++i) sync();
  EXPECT_EQ(erpField(key, "Prozessstatus"), "110");
  EXPECT_EQ(sync().code, 0);
  expectNoDamage();
}

TEST_F(BothWaysTest, KilledWhileWritingBackItEndsRight) {
  buildBothWays();
  const auto [key, id] = planned();
  app_->edit("assignments", id, {{"state", "DELAYED"}});
  for (int i = 0; i < 12; ++i) {
    Program child(startOf({"sync"}));
    shortPause(std::chrono::milliseconds{20 + 15 * i});
    child.signal(SIGKILL);
    ASSERT_TRUE(child.waitFor(10s));
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(erpField(key, "Prozessstatus"), "140");
  expectNoDamage();
  expectBothSidesAgree();
}

TEST_F(BothWaysTest, BrakeHoldsAMassChangeAndApproveReleasesIt) {
  SiteSetup setup;
  setup.size = {.seed = 3, .customers = 120, .projects = 4, .articles = 4, .maxPositions = 2};
  build(setup);
  ASSERT_EQ(sync().code, 0);
  app_->forgetWrites();
  const auto keys = erp_->keys("Kunden");
  for (std::size_t i = 0; i < keys.size() * 6 / 10; ++i) erpEdit("Kunden", keys[i], {{"Name1", "Neu " + keys[i]}});

  const auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  EXPECT_THAT(held.err, HasSubstr("PST-7103"));
  EXPECT_THAT(held.err, HasSubstr("kind customer"));
  for (const auto& write : app_->writes()) EXPECT_NE(write.path.substr(0, 10), "/customers") << write.path;
  EXPECT_THAT(run({"status"}).all(), HasSubstr("PST-7103"));
  EXPECT_THAT(run({"plan"}).out, HasSubstr("Neu ")) << "the plan shows what is held";
  EXPECT_EQ(run({"approve", "main"}).code, 0);
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(BothWaysTest, ProjectThatIsGoneIsArchivedAfterTwoFullComparesIfTheAdminSaysSo) {
  for (const std::string choice : {"keep", "archive"}) {
    build();
    std::filesystem::remove_all(state());
    set("link.main", "on_gone", choice);
    writeIni();
    ASSERT_EQ(sync().code, 0);
    const auto [key, id] = planned();
    const auto count = app_->count("assignments");
    const auto row = erp_->row("Auftrag", key);
    erp_->erase("Auftrag", key);
    EXPECT_EQ(sync({"--full"}).code, 0);
    EXPECT_EQ(app_->record("assignments", id)["state"], "SCHEDULED") << "once may be a mistake";
    EXPECT_EQ(sync({"--full"}).code, 0);
    EXPECT_EQ(app_->record("assignments", id)["state"], choice == "keep" ? "SCHEDULED" : "ARCHIVED") << choice;
    EXPECT_EQ(app_->count("assignments"), count);
    app_->forgetWrites();
    EXPECT_EQ(sync({"--full"}).code, 0);
    EXPECT_EQ(app_->writes().size(), 0u);
    erp_->insert("Auftrag", row);
    EXPECT_EQ(sync({"--full"}).code, 0);
    EXPECT_EQ(app_->record("assignments", id)["state"], "SCHEDULED") << "it is there again";
  }
}

}  // namespace
}  // namespace postern::e2e
