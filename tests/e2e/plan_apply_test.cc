// A plan as a file, and doing exactly that: apply refuses whatever it does not know.

#include <csignal>

#include "agent/private_file.h"
#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

struct PlanApplyTest : Site {
  std::filesystem::path file() const { return dir_.path() / "plan.json"; }
  Ended plan() const { return run({"plan", "--out", file().string()}); }
  Ended apply() const { return run({"apply", file().string()}); }
  Json planned() const { return Json::parse(readFile(file()), nullptr, false); }
  std::string customer(std::size_t n = 0) const { return erp_->keys("Kunden").at(n); }
  void synced() {
    build();
    ASSERT_EQ(sync().code, 0);
    app_->forgetWrites();
  }
  void expectRefused(const Ended& ended, const char* code) const {
    EXPECT_EQ(ended.code, 1) << ended.all();
    EXPECT_THAT(ended.err, HasSubstr(code));
    EXPECT_EQ(app_->writes().size(), 0u) << "nothing is sent";
    EXPECT_EQ(ended.out, "");
  }
};

TEST_F(PlanApplyTest, FirstLoadIsPlannedIntoAPrivateFileAndDoneExactly) {
  build();

  const auto made = plan();

  EXPECT_EQ(made.code, 1) << made.all();
  EXPECT_FALSE(isOpenToOthers(file())) << "it holds personal values";
  const auto json = planned();
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["link"], "main");
  EXPECT_THAT(json["made"].get<std::string>(), testing::MatchesRegex("20..-..-..T..:..:..Z"));
  ASSERT_GT(json["changes"].size(), 50u);
  for (const auto& change : json["changes"]) {
    EXPECT_EQ(change["system"], "app");
    EXPECT_EQ(change["create"], true);
    EXPECT_FALSE(change["fields"].empty());
  }

  const auto done = apply();

  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(app_->writes().size(), json["changes"].size());
  expectBothSidesAgree();
  app_->forgetWrites();
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->writes().size(), 0u) << "what the plan read counts as read";
  for (const auto& entry : std::filesystem::directory_iterator(state())) {
    EXPECT_THAT(entry.path().filename().string(), Not(StartsWith("plan")));
  }
}

TEST_F(PlanApplyTest, OneChangedFieldIsOneWrite) {
  synced();
  erpEdit("Kunden", customer(), {{"Ort", "Neustadt"}});
  ASSERT_EQ(plan().code, 1);
  const auto changes = planned()["changes"];
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0]["create"], false);
  EXPECT_EQ(changes[0]["fields"]["city"]["to"], "Neustadt");
  EXPECT_NE(changes[0]["fields"]["city"]["from"], "Neustadt");

  const auto done = run({"apply", file().string(), "--json"});

  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(Json::parse(done.out)["delivered"], 1);
  ASSERT_EQ(app_->writes().size(), 1u);
  EXPECT_EQ(app_->writes()[0].body, Json({{"city", "Neustadt"}}));
  EXPECT_EQ(apply().code, 1) << "it was done";
  EXPECT_EQ(app_->writes().size(), 1u);
  EXPECT_EQ(run({"verify"}).code, 0);
}

TEST_F(PlanApplyTest, AnEmptyPlanIsAPlanToo) {
  synced();
  EXPECT_EQ(plan().code, 0);
  EXPECT_EQ(planned()["changes"], Json::array());
  EXPECT_EQ(apply().code, 0);
  EXPECT_EQ(app_->writes().size(), 0u);
}

TEST_F(PlanApplyTest, PlanOfOneFlowIsAppliedAsThat) {
  build();
  ASSERT_EQ(run({"plan", "--flow", "articles", "--out", file().string()}).code, 1);
  EXPECT_EQ(apply().code, 0);
  EXPECT_EQ(app_->count("articles"), static_cast<std::int64_t>(erp_->size("Artikel")));
  EXPECT_EQ(app_->count("customers"), 0);
}

TEST_F(PlanApplyTest, AMovedErpIsRefusedWithRecordAndFieldButNoValue) {
  synced();
  erpEdit("Kunden", customer(), {{"Ort", "Neustadt"}});
  ASSERT_EQ(plan().code, 1);
  const auto rows = query("SELECT count(*) FROM snapshot WHERE body LIKE '%Neustadt%'");

  erpEdit("Kunden", customer(), {{"Ort", "Altdorf"}});
  auto ended = apply();
  expectRefused(ended, "PST-1314");
  EXPECT_THAT(ended.err, HasSubstr("address main:" + customer()));
  EXPECT_THAT(ended.err, HasSubstr(": city"));
  EXPECT_THAT(ended.err, Not(HasSubstr("Neustadt")));
  EXPECT_THAT(ended.err, Not(HasSubstr("Altdorf")));
  EXPECT_EQ(query("SELECT count(*) FROM snapshot WHERE body LIKE '%Altdorf%'"), rows) << "nothing counts as read";

  erpEdit("Kunden", customer(), {{"Ort", "Neustadt"}});
  erpEdit("Kunden", customer(1), {{"Ort", "Altdorf"}});
  ended = apply();
  expectRefused(ended, "PST-1315");
  EXPECT_THAT(ended.err, HasSubstr("address main:" + customer(1)));

  ASSERT_EQ(plan().code, 1);
  EXPECT_EQ(apply().code, 0);
  expectBothSidesAgree();
}

TEST_F(PlanApplyTest, WhatWasDeliveredMeanwhileIsNotDoneAgain) {
  synced();
  erpEdit("Kunden", customer(), {{"Ort", "Neustadt"}});
  ASSERT_EQ(plan().code, 1);
  ASSERT_EQ(sync().code, 0);
  app_->forgetWrites();
  expectRefused(apply(), "PST-1316");
}

TEST_F(PlanApplyTest, AnEditInTheAppIsPlannedBackAndAMovedAppIsRefused) {
  build();
  set("system.erp", "token.projects_write", sim::ProfactoOptions::kProjectsWrite);
  writeIni();
  ASSERT_EQ(sync().code, 0);
  app_->forgetWrites();
  std::int64_t id = 0;
  std::string key;
  for (const auto& row : app_->records("assignments")) {
    if (row["state"] != "SCHEDULED") continue;
    id = row["id"];
    key = row["source_external_id"];
  }
  ASSERT_NE(id, 0);
  app_->edit("assignments", id, {{"state", "IN_PROGRESS"}});
  ASSERT_EQ(plan().code, 1);
  const auto changes = planned()["changes"];
  ASSERT_EQ(changes.size(), 1u) << changes;
  EXPECT_EQ(changes[0]["system"], "erp");
  EXPECT_EQ(changes[0]["fields"]["process_status"]["to"], "110");

  app_->edit("assignments", id, {{"state", "DONE"}});
  auto ended = apply();
  expectRefused(ended, "PST-1314");
  EXPECT_THAT(ended.err, HasSubstr("project " + key));
  EXPECT_THAT(ended.err, HasSubstr("process_status"));
  EXPECT_EQ(erp_->counts().writes, 0);

  app_->edit("assignments", id, {{"state", "IN_PROGRESS"}});
  ended = apply();
  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_EQ(erp_->counts().writes, 1);
  EXPECT_EQ(erp_->row("Auftrag", key)["Prozessstatus"], 110);
  EXPECT_EQ(erp_->createdProjects(), 0);
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(erp_->counts().writes, 1);
}

TEST_F(PlanApplyTest, BrokenFilesAreRefusedWithOneSentence) {
  build();
  ASSERT_EQ(plan().code, 1);
  const auto good = readFile(file());
  auto other = planned();
  other["link"] = "elsewhere";
  auto newer = planned();
  newer["format"] = 2;
  auto odd = planned();
  odd["changes"][0]["fields"]["name"] = 7;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "PST-1312"},          {"{}", "PST-1312"},
      {"[1,2]", "PST-1312"},     {good.substr(0, good.size() / 2), "PST-1312"},
      {odd.dump(), "PST-1312"},  {newer.dump(), "PST-1313"},
      {other.dump(), "PST-1202"}};
  for (const auto& [text, code] : cases) {
    writeFile(file(), text);
    const auto ended = apply();
    EXPECT_EQ(ended.code, 2) << ended.all();
    EXPECT_THAT(ended.err, HasSubstr(code)) << text.substr(0, 40);
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1);
  }
  EXPECT_THAT(run({"apply", (dir_.path() / "no.json").string()}).err, HasSubstr("PST-1311"));
  EXPECT_THAT(run({"apply", dir_.path().string()}).err, HasSubstr("PST-1311"));
  EXPECT_EQ(run({"apply"}).code, 2);
  EXPECT_EQ(app_->counts().writes, 0);
}

TEST_F(PlanApplyTest, NoFileIsWrittenWhereItCannotBeOrWithoutAWholePlan) {
  build();
  const auto nowhere = run({"plan", "--out", (dir_.path() / "no" / "plan.json").string()});
  EXPECT_EQ(nowhere.code, 2) << nowhere.all();
  EXPECT_THAT(nowhere.err, HasSubstr("PST-1310"));
  ASSERT_EQ(plan().code, 1);
  erp_->stop();
  EXPECT_EQ(apply().code, 3);
  EXPECT_EQ(app_->counts().writes, 0);
  std::filesystem::remove(file());
  EXPECT_EQ(plan().code, 3);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(PlanApplyTest, SeveralLinksNeedAName) {
  build();
  sections_.push_back({"link.second", {{"erp", "erp"}, {"app", "app"}}});
  writeIni();
  EXPECT_EQ(plan().code, 2);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(PlanApplyTest, BesideARunningServiceItSaysToStopIt) {
  build();
  ASSERT_EQ(plan().code, 1);
  set("link.main", "interval", "1h");
  writeIni();
  Program service(startOf({"run"}));
  ASSERT_TRUE(eventually(40s, [&] { return app_->count("assignments") >= 3; })) << service.err();
  const auto ended = apply();
  EXPECT_EQ(ended.code, 2) << ended.all();
  EXPECT_THAT(ended.err, HasSubstr("PST-1319"));
  EXPECT_THAT(ended.err, HasSubstr("Stop the service"));
  service.signal(SIGTERM);
  ASSERT_TRUE(service.waitFor(10s));
}

TEST_F(PlanApplyTest, WhatTheBrakeHeldIsReleasedByApplyingIt) {
  build({.size = {.seed = 7, .customers = 80, .projects = 5, .articles = 5, .maxPositions = 2}});
  set("link.main", "brake", "20");
  writeIni();
  ASSERT_EQ(sync().code, 0);
  app_->forgetWrites();
  for (const auto& key : erp_->keys("Kunden")) erpEdit("Kunden", key, {{"Ort", "Neustadt"}});
  ASSERT_EQ(sync().code, 1) << "held";
  ASSERT_EQ(app_->writes().size(), 0u);
  const auto held = run({"explain", "erp", "customer", customer()}).out;
  EXPECT_THAT(held, HasSubstr("looked at by the next pass"));
  EXPECT_THAT(held, HasSubstr("PST-7103"));
  ASSERT_EQ(plan().code, 1);

  const auto ended = apply();

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_EQ(app_->writes().size(), 80u);
  const auto verified = run({"verify"});
  EXPECT_THAT(verified.out, HasSubstr("both sides are equal")) << "but two contacts of one name (PST-5105)";
  const auto next = sync();
  EXPECT_EQ(next.code, 0) << next.all();
  EXPECT_THAT(run({"status"}).out, Not(HasSubstr("PST-7103")));
}

TEST_F(PlanApplyTest, AnErpThatWentBackInTimeIsFollowedByApplyingItsPlan) {
  synced();
  for (std::size_t i = 0; i < 5; ++i) {
    erpEdit("Kunden", customer(i), {{"Ort", "Neustadt"}, {"AenderungsDatum", "2019-03-01"}});
  }
  const auto held = sync({"--full"});
  ASSERT_EQ(held.code, 1) << held.all();
  ASSERT_THAT(held.err, HasSubstr("PST-7104"));
  ASSERT_EQ(run({"plan", "--full", "--out", file().string()}).code, 1);

  const auto ended = apply();

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_EQ(app_->writes().size(), 5u);

  // Once more, seen first by the plan itself.
  for (std::size_t i = 0; i < 5; ++i) {
    erpEdit("Kunden", customer(i), {{"Ort", "Altdorf"}, {"AenderungsDatum", "2018-03-01"}});
  }
  ASSERT_EQ(run({"plan", "--full", "--out", file().string()}).code, 1);
  EXPECT_EQ(apply().code, 0);
  EXPECT_EQ(app_->writes().size(), 10u);
  erpEdit("Kunden", customer(7), {{"Ort", "Neustadt"}});
  const auto next = sync();
  EXPECT_EQ(next.code, 0) << "nothing is held any more" << next.all();
  expectBothSidesAgree();
}

TEST_F(PlanApplyTest, KilledWhileApplyingItEndsRight) {
  build();
  ASSERT_EQ(plan().code, 1);
  const auto all = static_cast<std::int64_t>(planned()["changes"].size());
  for (std::int64_t from = 0; from < all; from += all / 6) {
    Program program(startOf({"apply", file().string()}));
    const bool reached = eventually(30s, [&] { return records() >= from || !program.running(); });
    program.kill();
    ASSERT_TRUE(reached);
  }
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
  EXPECT_EQ(duplicates(), 0);
}

}  // namespace
}  // namespace postern::e2e
