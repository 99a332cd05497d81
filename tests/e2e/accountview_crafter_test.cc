// The second pair, whole: AccountView's relay and a Crafter that speaks our own contract, both simulated.

#include "tests/e2e/support/accountview_site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;

class AccountViewCrafterTest : public AccountViewSite {};

TEST_F(AccountViewCrafterTest, MasterDataIsImportedOnceAndThenNothingMoves) {
  firstSync();
  EXPECT_EQ(app_->count("customers"), av_->count("CONTACT"));
  EXPECT_GT(app_->count("locations"), 0);
  EXPECT_GT(app_->count("projects"), 0);
  std::int64_t open = 0;
  for (const auto& row : av_->records("PROJECTS")) open += row["PRO_STAT"] == "O" ? 1 : 0;
  EXPECT_EQ(app_->count("projects"), open) << "only open ones";
  for (const char* entity : {"customers", "projects", "work-orders"}) EXPECT_EQ(app_->doubled(entity), 0) << entity;
  app_->resetCounts();
  av_->resetCounts();
  const auto second = sync();
  EXPECT_EQ(second.code, 0) << second.all();
  EXPECT_EQ(app_->counts().writes, 0);
  EXPECT_EQ(av_->counts().writes, 0);
}

TEST_F(AccountViewCrafterTest, WorkOrderBecomesOneSalesOrderAndItsTickedArticlesItsLines) {
  firstSync();
  const auto id = workOrder({{"target_date", "2026-12-22"}});
  const auto article = someArticle();
  app_->addArticle(id, article, 2, true);
  app_->addArticle(id, article, 5, false);
  const auto first = sync();
  EXPECT_EQ(first.code, 0) << first.all();
  const auto order = orderOf(id);
  ASSERT_FALSE(order.is_null());
  EXPECT_EQ(order["COMMENT1"], "Ketel nakijken");
  EXPECT_THAT(order["DEL_DATE"].get<std::string>(), testing::StartsWith("2026-12-22"));
  EXPECT_EQ(linesOf(order).size(), 0u) << "not checked yet";

  app_->setStatus(id, "checked");
  const auto checked = sync();
  EXPECT_EQ(checked.code, 0) << checked.all();
  const auto lines = linesOf(order);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["ART_CODE"], article);
  EXPECT_EQ(lines[0]["ORD_QTY"], 2);

  const auto orders = av_->count("SO_HDR");
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(av_->count("SO_HDR"), orders);
  EXPECT_EQ(linesOf(order).size(), 1u);
  EXPECT_EQ(app_->count("work-orders"), 1) << "it does not come back as a new work order";
}

TEST_F(AccountViewCrafterTest, UnknownArticleWaitsWithItsReasonUntilTheErpHasIt) {
  firstSync();
  const auto id = workOrder({{"status", "checked"}});
  app_->addArticle(id, "NIEUW-1", 1, true);
  const auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  EXPECT_THAT(run({"queue", "list"}).out, HasSubstr("NIEUW-1"));
  EXPECT_THAT(run({"status"}).out, HasSubstr("main/erp"));
  EXPECT_THAT(run({"explain", "app", "work_order", id}).out, HasSubstr("-> erp order_line " + id));
  static_cast<void>(sync());
  ASSERT_EQ(app_->errors().size(), 1u) << run({"queue", "list"}).out
                                       << "those who work with the work order see it there";
  EXPECT_EQ(app_->errors()[0]["id"], id);
  EXPECT_THAT(app_->errors()[0]["message"].get<std::string>(), HasSubstr("NIEUW-1"));
  const auto told = app_->counts().writes;
  static_cast<void>(sync());
  EXPECT_EQ(app_->counts().writes, told) << "told once";
  auto row = av_->records("ARTICLE").at(0);
  row["ART_CODE"] = "NIEUW-1";
  row.erase("CNG_DATE");
  row.erase("CNG_NR");
  av_->insert("ARTICLE", row);
  const auto done = sync();
  EXPECT_EQ(done.code, 0) << done.all() << run({"queue", "list"}).out;
  EXPECT_EQ(linesOf(orderOf(id)).size(), 1u);
  EXPECT_EQ(sync().code, 0);
  EXPECT_THAT(app_->errors(), testing::IsEmpty()) << "it ends by itself";
}

TEST_F(AccountViewCrafterTest, CustomerMadeInTheAppStaysOneEvenWhenTheStateFileIsLost) {
  writeIni("flow.customers = both\n");
  firstSync();
  const auto made = app_->create("customers", {{"number", "K900"}, {"name", "Nieuwe klant"}});
  app_->create("locations", {{"customer_id", made},
                             {"name", "Thuis"},
                             {"street", "Dorpsstraat"},
                             {"house_number", "12"},
                             {"post_code", "1234 AB"},
                             {"city", "Lochem"},
                             {"is_main", true}});
  const auto before = av_->count("CONTACT");
  const auto customers = app_->count("customers");
  const auto locations = app_->count("locations");
  const auto expectOne = [&](const char* when) {
    EXPECT_EQ(av_->count("CONTACT"), before + 1) << when;
    EXPECT_EQ(app_->count("customers"), customers) << when;
    EXPECT_EQ(app_->count("locations"), locations) << when;
    for (const char* table : {"CONTACT"}) EXPECT_EQ(av_->doubled(table), 0) << when;
  };
  for (int i = 0; i < 3; ++i) {
    const auto ended = sync();
    EXPECT_EQ(ended.code, 0) << ended.all() << run({"queue", "list"}).out;
  }
  expectOne("made in the app");
  EXPECT_FALSE(app_->record("customers", made)["external_id"].is_null()) << "it carries our reference now";
  loseState();
  for (int i = 0; i < 3; ++i) {
    const auto ended = sync();
    EXPECT_EQ(ended.code, 0) << ended.all() << run({"queue", "list"}).out;
  }
  expectOne("state file lost");
}

TEST_F(AccountViewCrafterTest, LinesAreKnownAgainWhenTheStateFileIsLost) {
  // What one deliverer still has to find again may keep the other's entries until the next pass.
  const auto lose = [&] {
    loseState();
    static_cast<void>(sync());
  };
  writeIni("changed_lines = difference\n");
  firstSync();
  const auto id = workOrder({{"status", "checked"}});
  app_->addArticle(id, someArticle(), 2, true);
  hours(id, date(today()), 45);
  for (const char* when : {"delivered", "nothing new", "state file lost", "nothing new since"}) {
    if (when == std::string_view("state file lost")) lose();
    const auto ended = sync();
    EXPECT_EQ(ended.code, 0) << when << ended.all() << run({"queue", "list"}).out;
    EXPECT_EQ(linesOf(orderOf(id)).size(), 1u) << when;
    EXPECT_EQ(hoursOfOurs(), 1u) << when;
  }
  auto articles = app_->record("work-orders", id)["articles"];
  articles[0]["quantity"] = 5;
  ASSERT_TRUE(app_->edit("work-orders", id, {{"articles", articles}}));
  for (const char* when : {"more used", "nothing new after it", "state file lost once more"}) {
    if (when == std::string_view("state file lost once more")) lose();
    const auto ended = sync();
    EXPECT_EQ(ended.code, 0) << when << ended.all() << run({"queue", "list"}).out;
    double total = 0;
    const auto lines = linesOf(orderOf(id));
    for (const auto& line : lines) total += line["ORD_QTY"].get<double>();
    EXPECT_EQ(lines.size(), 2u) << when;
    EXPECT_DOUBLE_EQ(total, 5) << when;
  }
  expectNothingDoubled();
}

TEST_F(AccountViewCrafterTest, VerifySaysWhenItCouldNotLearnWhatTheErpHoldsOfOurs) {
  firstSync();
  loseState();
  const auto equal = run({"verify"});
  ASSERT_EQ(equal.code, 0) << equal.all();
  av_->addFault({.kind = sim::Fault::Kind::Status, .status = 503, .methodContains = "GET", .times = 1});
  const auto doubtful = run({"verify"});
  EXPECT_EQ(doubtful.code, 1) << doubtful.all();
  EXPECT_THAT(doubtful.err, HasSubstr("main/erp"));
}

TEST_F(AccountViewCrafterTest, WhatSomebodyDeletesOnlyInTheAppComesBack) {
  auto options = app_->options();
  options.keepsAnswers = false;  // as a server has forgotten them by the night of the next full compare
  app_->setOptions(options);
  firstSync();
  ASSERT_EQ(run({"sync", "--full"}).code, 0);
  shortPause(std::chrono::milliseconds{
      1100});  // what was written in the second in which a compare begins may be on a page of before
  const auto customers = app_->count("customers"), locations = app_->count("locations");
  const auto customer = app_->records("customers").at(0);
  ASSERT_TRUE(app_->remove("customers", customer["id"]));
  for (const auto& location : app_->records("locations")) {
    if (location["customer_id"] != customer["id"]) continue;
    ASSERT_TRUE(app_->remove("locations", location["id"]));
  }
  app_->resetCounts();
  const auto ended = run({"sync", "--full"});
  EXPECT_EQ(ended.code, 0) << ended.all() << run({"queue", "list"}).out;
  EXPECT_EQ(app_->count("customers"), customers);
  EXPECT_EQ(app_->count("locations"), locations);
  EXPECT_EQ(app_->doubled("customers"), 0);
  for (const auto& again : app_->records("customers")) {
    if (again["number"] != customer["number"]) continue;
    EXPECT_EQ(again["external_id"], customer["external_id"]);
  }
  app_->resetCounts();
  EXPECT_EQ(run({"sync", "--full"}).code, 0);
  EXPECT_EQ(app_->counts().writes, 0) << "and then nothing moves";
}

TEST_F(AccountViewCrafterTest, HoursAreWrittenOnceWithTheirCode) {
  firstSync();
  const auto id = workOrder();
  for (const char* kind : {"work", "travel"}) hours(id, date(today()), 45, kind);
  const auto before = av_->count("HOURS");
  const auto first = sync();
  EXPECT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(av_->count("HOURS"), before + 2);
  std::set<std::string> codes;
  for (const auto& row : av_->records("HOURS")) {
    if (row.value("EXT_ID", std::string()).empty()) continue;
    codes.insert(row["HRT_CODE"].get<std::string>());
    EXPECT_DOUBLE_EQ(row["HR_QTY"].get<double>(), 0.75);
  }
  EXPECT_EQ(codes, (std::set<std::string>{"REIS", "WERK"}));
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(av_->count("HOURS"), before + 2);
}

TEST_F(AccountViewCrafterTest, WhatIsDeletedInTheAppBeforeItWasSentIsNeverSent) {
  firstSync();
  const auto id = workOrder();
  hours(id, date(today()), 45, "work", "NIEMAND");
  auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  // Entered again under the right name.
  ASSERT_TRUE(app_->remove("hours", app_->records("hours").at(0)["id"]));
  hours(id, date(today()), 45);
  for (int i = 0; i < 2; ++i) static_cast<void>(run({"sync", "--full"}));
  EXPECT_THAT(run({"queue", "list"}).out, testing::Not(HasSubstr("time_entry")));
  av_->insert("EMPLOYEE", {{"EMP_NR", "NIEMAND"}, {"EMP_NAME", "Toch iemand"}});
  EXPECT_EQ(run({"sync", "--full"}).code, 0);
  EXPECT_EQ(hoursOfOurs(), 1u);
}

TEST_F(AccountViewCrafterTest, ArticleThatWasDeletedBeforeCheckingIsNotInvoiced) {
  firstSync();
  const auto id = workOrder({{"status", "completed"}});
  for (const double quantity : {2, 5}) app_->addArticle(id, someArticle(), quantity, true);
  EXPECT_EQ(sync().code, 0);
  auto articles = app_->record("work-orders", id)["articles"];
  articles.erase(1);
  ASSERT_TRUE(app_->edit("work-orders", id, {{"articles", articles}, {"status", "checked"}}));
  const auto checked = sync();
  EXPECT_EQ(checked.code, 0) << checked.all();
  const auto lines = linesOf(orderOf(id));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["ORD_QTY"], 2);
}

TEST_F(AccountViewCrafterTest, OfTwoEqualHoursNoneIsLostInSilenceWithoutAFieldForReferences) {
  auto settings = readFile(ini());
  const std::string external = "time_entry.external  = EXT_ID";
  ASSERT_NE(settings.find(external), std::string::npos);
  settings.erase(settings.find(external), external.size());
  writeFile(ini(), settings);
  firstSync();
  const auto before = av_->count("HOURS");
  const auto id = workOrder();
  for (int i = 0; i < 2; ++i) hours(id, date(today()), 30);
  for (int i = 0; i < 2; ++i) {
    const auto held = sync();
    EXPECT_EQ(held.code, 1) << held.all();
    EXPECT_EQ(av_->count("HOURS"), before + 1);
    EXPECT_THAT(run({"queue", "list"}).out, HasSubstr("PST-7203"));
  }
  ASSERT_TRUE(app_->edit("hours", app_->records("hours").at(1)["id"], {{"minutes", 45}}));
  ASSERT_TRUE(app_->edit("hours", app_->records("hours").at(0)["id"], {{"minutes", 60}}));
  EXPECT_EQ(sync().code, 0);
  double total = 0;
  for (const auto& row : av_->records("HOURS"))
    if (row["CNG_USR"] == "POSTERN") total += row["HR_QTY"].get<double>();
  EXPECT_DOUBLE_EQ(total, 1.75);
}

TEST_F(AccountViewCrafterTest, LostAnswersDoubleNothing) {
  firstSync();
  std::vector<std::string> orders;
  for (int i = 0; i < 4; ++i) {
    orders.push_back(workOrder({{"status", "checked"}}));
    app_->addArticle(orders.back(), someArticle(), 1 + i, true);
    hours(orders.back(), date(today()), 60 + i, "work", "E02");
  }
  for (int i = 0; i < 6; ++i) {
    using Kind = sim::Fault::Kind;
    av_->addFault({.kind = i % 2 == 0 ? Kind::ApplyThenClose : Kind::HalfBody,
                   .methodContains = i % 3 == 0 ? "PUT" : "POST",
                   .pathContains = "ccountview",
                   .skip = i});
  }
  int code = -1;
  for (int i = 0; i < 8 && code != 0; ++i) code = sync().code;
  EXPECT_EQ(code, 0);
  for (const auto& order : orders) EXPECT_EQ(linesOf(orderOf(order)).size(), 1u) << order;
  expectNothingDoubled();
}

TEST_F(AccountViewCrafterTest, WhatWasThereBeforeTheFlowWasSwitchedOnWaits) {
  app_->create("customers", {{"number", "K1"}, {"name", "Oude klant"}});
  const auto customer = app_->records("customers").at(0)["id"];
  app_->createWorkOrder({{"customer_id", customer}, {"description", "van vorig jaar"}});
  const auto before = av_->count("SO_HDR");
  const auto held = sync();
  EXPECT_EQ(av_->count("SO_HDR"), before);
  EXPECT_THAT(held.all(), HasSubstr("PST-7106"));
}

TEST_F(AccountViewCrafterTest, SomebodyLogsInOnceByTheBrowser) {
  std::filesystem::remove_all(dir_ / "state");
  login();
  EXPECT_EQ(sync().code, 0);
}

}  // namespace
}  // namespace postern::e2e
