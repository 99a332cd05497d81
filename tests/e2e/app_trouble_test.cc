// The app is away, or refuses one record.

#include <algorithm>
#include <set>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

struct AppAwayTest : Site {};

TEST_F(AppAwayTest, AppThatIsSwitchedOffEndsWithExitThreeAndOneSentence) {
  build();
  const auto url = app_->url();
  app_->stop();

  const auto away = sync();

  EXPECT_EQ(away.code, 3) << away.all();
  EXPECT_THAT(away.err, HasSubstr("PST-2"));
  EXPECT_LE(std::count(away.err.begin(), away.err.end(), '\n'), 2) << away.err;
  EXPECT_LT(away.took, std::chrono::seconds{60});
  EXPECT_THAT(away.err, Not(HasSubstr(kPassword)));
  const auto status = run({"status"});
  EXPECT_NE(status.code, 0);
  EXPECT_THAT(status.out, HasSubstr("main/app: PST-2")) << status.out;

  app_ = std::make_unique<App>([] {
    sim::CraftboxxOptions options;
    options.password = kPassword;
    return options;
  }());
  sim::Simulator::Options samePort;
  samePort.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  app_->start(samePort);
  const auto back = sync();

  EXPECT_EQ(back.code, 0) << back.all();
  expectBothSidesAgree();
  EXPECT_EQ(run({"status"}).code, 0) << run({"status"}).all();
}

TEST_F(AppAwayTest, ParentsAreCreatedBeforeTheirChildren) {
  SiteSetup setup;
  setup.app.checkReferences = true;
  build(setup);
  // An outage in the middle and refusals mix the order up as far as it goes.
  app_->addFault({.kind = sim::Fault::Kind::Status, .status = 503, .methodContains = "POST", .skip = 10, .times = 3});
  ASSERT_EQ(sync().code, 0);

  std::set<std::pair<std::string, std::int64_t>> there;
  std::size_t children = 0;
  for (const auto& write : app_->writes()) {
    ASSERT_EQ(write.method, "POST");
    const auto expect = [&](const char* member, const std::string& resource) {
      if (!write.body.contains(member)) return;
      ++children;
      EXPECT_TRUE(there.contains({resource, write.body[member].get<std::int64_t>()})) << write.path << ' ' << member;
    };
    expect("customer_id", "/customers");
    expect("project_id", "/projects");
    expect("customer_address_id", "/customers/addresses");
    if (write.body.contains("articles")) {
      for (const auto& [id, amount] : write.body["articles"].items()) {
        EXPECT_TRUE(there.contains({"/articles", std::stoll(id)}));
      }
    }
    ASSERT_LT(write.status, 300) << write.answer;
    there.emplace(write.path, write.answer["data"]["id"].get<std::int64_t>());
  }
  EXPECT_GT(children, 20u);
  expectBothSidesAgree();
}

struct ParkedTest : Site {
  /// A site whose project of this number is refused: its title is too long, says the app.
  std::string buildWithARefusal() {
    build();
    project_ = projectsInApp().front();
    title_ = erp_->row("Auftrag", project_)["Bauvorhaben"];
    erpEdit("Auftrag", project_, {{"Bauvorhaben", "VIEL ZU LANG"}});
    app_->refuse([](const App::Write& write) { return write.body.value("title", "") == "VIEL ZU LANG"; });
    return project_;
  }
  Json parked() const { return json({"queue", "list", "--parked"}); }

  std::string project_;
  std::string title_;
};

TEST_F(ParkedTest, RefusedRecordIsParkedWithTheServersWordsAndOthersArrive) {
  const auto project = buildWithARefusal();

  const auto ended = sync();

  EXPECT_EQ(ended.code, 1) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("1 parked"));
  EXPECT_EQ(app_->count("customers"), static_cast<std::int64_t>(erp_->size("Kunden")));
  EXPECT_EQ(app_->count("projects"), static_cast<std::int64_t>(projectsInApp().size()) - 1);
  const auto list = parked();
  ASSERT_EQ(list.size(), 1u) << list;
  EXPECT_EQ(list[0]["kind"], "project");
  EXPECT_EQ(list[0]["key"], project);
  EXPECT_EQ(list[0]["state"], "parked");
  EXPECT_THAT(list[0]["code"].get<std::string>(), HasSubstr("PST-4"));
  const auto id = std::to_string(list[0]["id"].get<int>());

  const auto shown = json({"queue", "show", id});
  EXPECT_THAT(shown["server_said"].get<std::string>(), HasSubstr("Der Titel ist zu lang."));
  EXPECT_EQ(shown["fields"]["title"]["to"], "VIEL ZU LANG");
  const auto words = run({"queue", "show", id});
  EXPECT_EQ(words.code, 0);
  EXPECT_THAT(words.out, HasSubstr("Der Titel ist zu lang."));
  EXPECT_THAT(words.out, HasSubstr(list[0]["code"].get<std::string>()));
  const auto table = run({"queue", "list"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.out, HasSubstr("parked"));
  EXPECT_THAT(table.out, HasSubstr(project));
  const auto status = run({"status"});
  EXPECT_EQ(status.code, 1) << status.all();
  EXPECT_THAT(status.out, HasSubstr("1 parked"));
  EXPECT_EQ(json({"status"})["queues"]["main/app"]["parked"], 1);
  // Only the record's own words tell names; the log must not.
  EXPECT_THAT(ended.err, Not(HasSubstr("Titel")));
}

TEST_F(ParkedTest, MendedInTheErpItIsDeliveredByItself) {
  buildWithARefusal();
  ASSERT_EQ(sync().code, 1);

  erpEdit("Auftrag", project_, {{"Bauvorhaben", "Kurz"}});
  const auto ended = sync();

  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_TRUE(parked().empty());
  expectBothSidesAgree();
  EXPECT_EQ(run({"status"}).code, 0) << run({"status"}).all();
}

TEST_F(ParkedTest, RetryMakesItDueAgain) {
  buildWithARefusal();
  ASSERT_EQ(sync().code, 1);
  const auto id = std::to_string(parked()[0]["id"].get<int>());
  EXPECT_EQ(sync().code, 1) << "parked means: not tried by itself";
  const auto tries = app_->writes().size();
  app_->refuse(nullptr);

  const auto retry = run({"queue", "retry", id});
  EXPECT_EQ(retry.code, 0) << retry.all();
  EXPECT_THAT(retry.out, HasSubstr("1"));
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(sync().code, 0);

  EXPECT_GT(app_->writes().size(), tries);
  expectBothSidesAgree();
}

TEST_F(ParkedTest, RetryAllTakesEveryParkedChange) {
  build();
  app_->refuse([](const App::Write& write) { return write.path == "/articles"; });
  ASSERT_EQ(sync().code, 1);
  EXPECT_EQ(parked().size(), erp_->size("Artikel"));
  app_->refuse(nullptr);

  EXPECT_THAT(run({"queue", "retry", "all"}).out, HasSubstr(std::to_string(erp_->size("Artikel"))));
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ParkedTest, DroppedChangeStaysAwayUntilTheRecordChanges) {
  build();
  ASSERT_EQ(sync().code, 0);
  project_ = projectsInApp().front();
  const auto before = erp_->row("Auftrag", project_)["Bauvorhaben"].get<std::string>();
  erpEdit("Auftrag", project_, {{"Bauvorhaben", "VIEL ZU LANG"}});
  app_->refuse([](const App::Write& write) { return write.body.value("title", "") == "VIEL ZU LANG"; });
  ASSERT_EQ(sync().code, 1);
  for (const auto& entry : parked()) {
    const auto drop = run({"queue", "drop", std::to_string(entry["id"].get<int>())});
    EXPECT_EQ(drop.code, 0) << drop.all();
  }
  EXPECT_TRUE(parked().empty());
  app_->refuse(nullptr);

  EXPECT_EQ(sync().code, 0);
  for (const auto& project : app_->records("projects")) EXPECT_NE(project["title"], "VIEL ZU LANG");

  erpEdit("Auftrag", project_, {{"Bauvorhaben", "Kurz"}});
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ParkedTest, WhatMayHaveArrivedIsNotDropped) {
  build();
  app_->refuse([](const App::Write& write) { return write.path == "/articles"; });
  ASSERT_EQ(sync().code, 1);
  const auto id = std::to_string(parked().at(0)["id"].get<int>());
  const auto left = [&] { return query("SELECT count(*) FROM outbox WHERE id=" + id); };
  for (const char* state : {"1", "2"}) {
    query("UPDATE outbox SET state=" + std::string(state) + " WHERE id=" + id);
    const auto drop = run({"queue", "drop", id});
    EXPECT_EQ(drop.code, 1) << state << drop.all();
    EXPECT_THAT(drop.err, HasSubstr("PST-7302")) << state;
    EXPECT_EQ(left(), 1) << state;
  }
  query("INSERT INTO binding SELECT system,kind,key,'1','{}','{}',0,0 FROM outbox WHERE id=" + id);
  EXPECT_EQ(run({"queue", "drop", id}).code, 0) << "an update doubles nothing";
  EXPECT_EQ(left(), 0);
}

TEST_F(ParkedTest, UnknownEntryAndBadWordsAreErrors) {
  build();
  ASSERT_EQ(sync().code, 0);
  EXPECT_EQ(run({"queue", "show", "4711"}).code, 1);
  EXPECT_THAT(run({"queue", "drop", "4711"}).err, HasSubstr("PST-7301"));
  EXPECT_EQ(run({"queue", "retry", "4711"}).code, 1);
  EXPECT_EQ(run({"queue"}).code, 2);
  EXPECT_EQ(run({"queue", "show"}).code, 2);
  EXPECT_EQ(run({"queue", "show", "x"}).code, 2);
  EXPECT_EQ(run({"queue", "eat", "1"}).code, 2);
  EXPECT_THAT(run({"queue", "list"}).out, HasSubstr("empty"));
  EXPECT_EQ(json({"queue", "list"}), Json::array());
}

}  // namespace
}  // namespace postern::e2e
