// verify: both sides compared in full. explain: one record's history without asking anybody.

#include <csignal>
#include <set>
#include <sstream>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

struct VerifyTest : Site {
  void synced() {
    build();
    ASSERT_EQ(sync().code, 0);
    app_->forgetWrites();
  }
  std::string customer(std::size_t n = 0) const { return erp_->keys("Kunden").at(n); }
  std::int64_t idIn(const std::string& resource, const std::string& key) const {
    for (const auto& row : app_->records(resource)) {
      if (row.value("source_external_id", "") == key) return row["id"];
    }
    ADD_FAILURE() << "no " << resource << ' ' << key;
    return 0;
  }
  /// An appointment that is planned: its project number and its id.
  std::pair<std::string, std::int64_t> planned() const {
    for (const auto& row : app_->records("assignments")) {
      if (row["state"] == "SCHEDULED" && row["start"].is_string()) return {row["source_external_id"], row["id"]};
    }
    ADD_FAILURE() << "the joinery has no planned appointment";
    return {};
  }
  std::vector<Json> differences() const {
    const auto ended = run({"verify", "--json"});
    EXPECT_EQ(ended.code, ended.out.empty() ? 0 : 1) << ended.all();
    std::vector<Json> lines;
    std::istringstream stream(ended.out);
    for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line, nullptr, false));
    return lines;
  }
};

TEST_F(VerifyTest, EqualSidesAreExitZeroAndNothingIsTouched) {
  synced();
  const auto before = stateBytes();
  const auto ended = run({"verify"});
  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("both sides are equal"));
  EXPECT_EQ(app_->writes().size(), 0u);
  EXPECT_EQ(erp_->counts().writes, 0);
  EXPECT_EQ(stateBytes(), before);
  for (const auto& entry : std::filesystem::directory_iterator(state())) {
    EXPECT_THAT(entry.path().filename().string(), Not(testing::StartsWith("plan")));
  }
}

TEST_F(VerifyTest, EqualSidesAreEqualWithoutTheStateFile) {
  synced();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(stateFile().string() + suffix);
  const auto ended = run({"verify"});
  EXPECT_EQ(ended.code, 0) << ended.all();
}

TEST_F(VerifyTest, EachWayToDifferIsListed) {
  synced();
  std::set<std::string> used;  // an appointment would lose it, too
  for (const auto& row : app_->records("assignments")) {
    const auto articles = row.value("articles", Json::object());
    for (const auto& [id, amount] : articles.items()) used.insert(id);
  }
  std::string gone;
  for (const auto& row : app_->records("articles")) {
    if (!used.contains(row["id"].dump())) gone = row["source_external_id"];
  }
  ASSERT_NE(gone, "");
  ASSERT_TRUE(app_->remove("articles", idIn("articles", gone)));
  erpEdit("Kunden", customer(0), {{"Ort", "Neustadt"}});
  ASSERT_TRUE(app_->edit("customers", idIn("customers", customer(1)), {{"name", "Anders GmbH"}}));
  auto row = erp_->row("Kunden", customer(2));
  row["KundenNr"] = "n99-0001";
  erp_->insert("Kunden", row);

  const auto ended = run({"verify"});

  EXPECT_EQ(ended.code, 1) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("\naddress main:" + customer(0) + ": city \""));
  EXPECT_THAT(ended.out, HasSubstr("\" != \"Neustadt\"\n"));
  EXPECT_THAT(ended.out, HasSubstr("customer " + customer(1) + ": name \"Anders GmbH\" != \""));
  EXPECT_THAT(ended.out, HasSubstr("(edited in the app)\n"));
  EXPECT_THAT(ended.out, HasSubstr("article " + gone + ": no longer in the app"));
  EXPECT_THAT(ended.out, HasSubstr("customer n99-0001: not in the app\n"));
  EXPECT_EQ(app_->writes().size(), 0u);

  std::multiset<std::string> what;
  for (const auto& line : differences()) what.insert(line["what"]);
  EXPECT_EQ(what, (std::multiset<std::string>{"absent", "absent", "differs", "edited", "gone"}))
      << "the new customer brings an address";
}

TEST_F(VerifyTest, WhatBothSidesAgreedOnIsNoDifference) {
  synced();
  const auto number = erp_->keys("Artikel").front();
  app_->refuse([](const App::Write& write) { return write.path.starts_with("/articles"); });
  erpEdit("Artikel", number, {{"Bezeichnung", "Sperriges Brett"}});
  ASSERT_EQ(sync().code, 1);
  EXPECT_EQ(differences().size(), 1u) << "it waits";
  const auto id = json({"queue", "list"}).at(0)["id"].dump();
  ASSERT_EQ(run({"queue", "drop", id}).code, 0);
  const auto dropped = differences();
  EXPECT_EQ(dropped.size(), 0u) << "the admin has decided";
}

TEST_F(VerifyTest, FieldsThatComeBackAreNotCalledEdited) {
  synced();
  const auto [key, id] = planned();
  app_->edit("assignments", id, {{"state", "DONE"}});
  EXPECT_EQ(differences().at(0)["what"], "edited") << "nothing comes back without the token for writing";
  set("system.erp", "token.projects_write", sim::ProfactoOptions::kProjectsWrite);
  writeIni();
  const auto shared = differences();
  ASSERT_EQ(shared.size(), 1u);
  EXPECT_EQ(shared[0]["what"], "differs");
  EXPECT_EQ(shared[0]["field"], "state");
  EXPECT_EQ(shared[0]["app"], "DONE");
  EXPECT_EQ(shared[0]["erp"], "SCHEDULED");
  EXPECT_EQ(shared[0]["key"], key);
  EXPECT_EQ(erp_->counts().writes, 0);
  ASSERT_EQ(sync().code, 0);
  EXPECT_EQ(differences().size(), 0u);
}

TEST_F(VerifyTest, BeforeTheFirstPassEverythingIsMissingThere) {
  build();
  const auto all = differences();
  EXPECT_GT(all.size(), 50u);
  for (const auto& line : all) EXPECT_EQ(line["what"], "absent");
  EXPECT_EQ(app_->counts().writes, 0);
}

TEST_F(VerifyTest, ASystemThatCannotBeReachedIsExitThree) {
  synced();
  app_->stop();
  const auto app = run({"verify"});
  EXPECT_EQ(app.code, 3) << app.all();
  EXPECT_THAT(app.err, HasSubstr("PST-"));
  EXPECT_THAT(app.out, Not(HasSubstr("no longer")));
}

TEST_F(VerifyTest, AnErpThatCannotBeReachedIsExitThreeAndNothingIsCompared) {
  synced();
  erp_->stop();
  const auto ended = run({"verify", "main"});
  EXPECT_EQ(ended.code, 3) << ended.all();
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(run({"verify", "other"}).code, 2);
}

TEST_F(VerifyTest, WorksBesideARunningServiceInTheAdminsLanguage) {
  build();
  set("agent", "language", "de");
  set("link.main", "interval", "1h");
  writeIni();
  Program service(startOf({"run"}));
  ASSERT_TRUE(eventually(std::chrono::seconds{40}, [&] {
    return std::filesystem::exists(stateFile()) && query("SELECT count(*) FROM outbox") == 0 &&
           app_->count("assignments") >= 3;
  })) << service.err();
  EXPECT_TRUE(eventually(std::chrono::seconds{20}, [&] { return run({"verify"}).code == 0; }));
  EXPECT_THAT(run({"verify"}).out, HasSubstr("beide Seiten sind gleich"));
  service.signal(SIGTERM);
  ASSERT_TRUE(service.waitFor(std::chrono::seconds{10}));
}

struct ExplainTest : VerifyTest {
  /// Every value of the joinery that tells who somebody is, long enough to be meant.
  void expectNothingPersonal(const std::string& text) const {
    const std::pair<const char*, std::vector<const char*>> tables[] = {
        {"Kunden", {"Name1", "Name2", "Strasse", "Telefon", "email"}},
        {"Ansprechpartner", {"Name", "VorName", "Strasse", "Telefon", "MobilTel", "email"}},
        {"Auftrag", {"Bauvorhaben", "Bezeichnung"}}};
    for (const auto& [table, fields] : tables) {
      for (const auto& row : erp_->rows(table)) {
        for (const char* field : fields) {
          const auto value = row[field].is_string() ? row[field].get<std::string>() : "";
          if (value.size() > 3) {
            EXPECT_EQ(text.find(value), std::string::npos) << value;
          }
        }
      }
    }
  }
};

TEST_F(ExplainTest, ADeliveredRecordTellsItsHistoryWithoutAskingAnybody) {
  synced();
  app_->stop();
  erp_->stop();

  const auto ended = run({"explain", "erp", "customer", customer()});

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("erp customer " + customer() + " (main)\n"));
  EXPECT_THAT(ended.out, HasSubstr("seen first 20"));
  EXPECT_THAT(ended.out, HasSubstr("erp says it was changed on 20"));
  EXPECT_THAT(ended.out, HasSubstr("-> app customer " + customer() + ": id "));
  EXPECT_THAT(ended.out, HasSubstr("-> app address main:" + customer()));
  EXPECT_THAT(ended.out, HasSubstr("nothing to send"));
  EXPECT_THAT(ended.out, HasSubstr(" created: customer_number name"));
  expectNothingPersonal(ended.out);
  const auto parsed = json({"explain", "erp", "customer", customer()});
  const auto& target = parsed["links"][0]["targets"];
  ASSERT_GE(target.size(), 2u);
  for (const auto& one : target) {
    if (one["kind"] != "customer") continue;
    EXPECT_EQ(one["wanted"], true);
    EXPECT_EQ(one["to_send"], Json::array());
    EXPECT_EQ(one["audit"][0]["event"], "created");
  }
}

TEST_F(ExplainTest, TheAppsRecordIsFoundByOurKeyAndByTheirId) {
  synced();
  const auto [key, id] = planned();
  const auto byKey = run({"explain", "app", "appointment", key});
  const auto byId = run({"explain", "app", "appointment", std::to_string(id)});
  EXPECT_EQ(byKey.code, 0) << byKey.all();
  EXPECT_EQ(byId.code, 0) << byId.all();
  const auto body = [](const std::string& out) { return out.substr(out.find('\n')); };
  EXPECT_EQ(body(byKey.out), body(byId.out));
  EXPECT_THAT(byKey.out, HasSubstr("-> app appointment " + key + ": id " + std::to_string(id)));
  expectNothingPersonal(byKey.out);
}

TEST_F(ExplainTest, AParkedRecordTellsCauseRemedyAndFieldsButNoValues) {
  build();
  app_->refuse([this](const App::Write& write) {
    return write.path == "/customers" && write.body.value("source_external_id", "") == customer();
  });
  ASSERT_EQ(sync().code, 1);

  const auto ended = run({"explain", "erp", "customer", customer()});

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("not there yet"));
  EXPECT_THAT(ended.out, HasSubstr("to be sent: customer_number, name"));
  EXPECT_THAT(ended.out, HasSubstr("queue app: parked since 20"));
  EXPECT_THAT(ended.out, HasSubstr(", 1 failed attempts\n"));
  EXPECT_THAT(ended.out, HasSubstr("PST-4"));
  EXPECT_THAT(ended.out, HasSubstr("queue app: blocked since"));
  EXPECT_THAT(ended.out, HasSubstr("waits for customer/" + customer()));
  EXPECT_THAT(ended.out, Not(HasSubstr("Titel ist zu lang"))) << "the server's words may quote the record";
  expectNothingPersonal(ended.out);
  const auto parsed = json({"explain", "app", "customer", customer()});
  const auto& target = parsed["links"][0]["targets"][0];
  EXPECT_EQ(target["queued"]["state"], "parked");
  EXPECT_NE(target["queued"]["remedy"], "");
  EXPECT_THAT(parsed.dump(), Not(HasSubstr("Titel ist zu lang")));
}

TEST_F(ExplainTest, WhatIsNotSentSaysSo) {
  synced();
  const auto [key, id] = planned();
  erpEdit("Auftrag", key, {{"Prozessstatus", 10}});
  ASSERT_EQ(sync().code, 0);
  const auto ended = run({"explain", "erp", "project", key});
  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("the rules leave it out"));
  EXPECT_THAT(ended.out, HasSubstr("nothing to send")) << "its folder stays";
  expectNothingPersonal(ended.out);

  set("link.main", "flow.articles", "off");
  writeIni();
  EXPECT_THAT(run({"explain", "erp", "article", erp_->keys("Artikel").front()}).out,
              HasSubstr("its flow sends nothing there"));
}

TEST_F(ExplainTest, AConflictAndWhatTheAppChangedIsTold) {
  build();
  set("system.erp", "token.projects_write", sim::ProfactoOptions::kProjectsWrite);
  set("link.main", "conflict.state", "park");
  writeIni();
  ASSERT_EQ(sync().code, 0);
  const auto [key, id] = planned();
  app_->edit("assignments", id, {{"state", "DONE"}});
  erpEdit("Auftrag", key, {{"Prozessstatus", 110}});
  EXPECT_EQ(sync().code, 1);

  const auto ended = run({"explain", "app", "appointment", key});

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("changed in the app: state"));
  EXPECT_THAT(ended.out, HasSubstr("to be sent: "));
  EXPECT_THAT(ended.out, HasSubstr("queue app: parked since"));
  EXPECT_THAT(ended.out, HasSubstr("PST-7105"));
  EXPECT_THAT(ended.out, HasSubstr(" conflict: parked: state\n"));
  EXPECT_THAT(ended.out, HasSubstr("app says it was changed on "));
  expectNothingPersonal(ended.out);
}

TEST_F(ExplainTest, UnknownRecordsAreOneSentence) {
  build();
  EXPECT_EQ(run({"explain", "erp", "customer", "x"}).code, 4) << "no state file yet";
  ASSERT_EQ(sync().code, 0);
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"erp", "customer", "n00-none"}, {"erp", "spaceship", customer()}, {"app", "customer", "4711000"}}) {
    const auto ended = run({"explain", words[0], words[1], words[2]});
    EXPECT_EQ(ended.code, 1) << ended.all();
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("PST-1320"));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1);
  }
  EXPECT_EQ(run({"explain", "nobody", "customer", "1"}).code, 2);
  EXPECT_EQ(run({"explain", "erp", "customer"}).code, 2);
  sections_.push_back({"system.spare", {{"connector", "craftboxx"}, {"email", "a@b.example"}, {"password", "x"}}});
  writeIni();
  EXPECT_THAT(run({"explain", "spare", "customer", "1"}).err, HasSubstr("PST-1321"));
}

}  // namespace
}  // namespace postern::e2e
