// The second pair, whole: AccountView's relay and a Crafter that speaks our own contract, both simulated.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/support/program.h"
#include "tests/e2e/support/site.h"
#include "tests/sim/accountview/accountview_simulator.h"
#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/support/temp_dir.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class AccountViewCrafterTest : public testing::Test {
 protected:
  AccountViewCrafterTest() {
    sim::AccountViewOptions options;
    options.customFields = {{"CONTACT.A8_REF", "C32"}, {"PROJECTS.A8_REF", "C32"}};
    av_ = std::make_unique<sim::AccountViewSimulator>(options);
    av_->load({.customers = 12,
               .projects = 8,
               .articles = 10,
               .orders = 3,
               .employees = 3,
               .seed = 5,
               .today = e2e::today()});
    av_->start({});
    app_ = std::make_unique<sim::CrafterSimulator>();
    app_->addUsers(3);
    app_->start({});
    writeIni("");
    const auto token = av_->grant()["refresh_token"].get<std::string>();
    EXPECT_EQ(run({"secret", "set", "refresh"}, token + "\n").code, 0);
  }

  void writeIni(const std::string& more) const {
    writeFile(dir_.path() / "postern.ini",
              "[agent]\nstate_dir = " + (dir_.path() / "state").string() +
                  "\ndisk_floor = 10\ntime_zone = Europe/Amsterdam\n" +
                  "[system.erp]\nconnector = accountview\nurl = " + av_->url() +
                  "/api/v3\nauthorize_url = " + av_->url() + "/ams/authorize.aspx\n" + R"(client_id = postern-test
client_secret = geheim-van-de-app
refresh_token = secret:refresh
company = VANDIJK
open_status = O
rate = 100
insert.customer.ACCT_NR = 1300
field.CONTACT.A8_REF = C32
field.PROJECTS.A8_REF = C32
field.HOURS.EXT_ID = C32
field.HOURS.HR_DESC = C40
[fields.erp]
project_type.object = PJT
project_type.table = PJ_TYPE
project_type.code = TYPE_CODE
project_type.name = TYPE_DESC
employee.object = EMP
employee.table = EMPLOYEE
employee.name = EMP_NAME
contact.object = CP1
contact.table = CONT_PP
contact.code = PP_CODE
contact.customer = SUB_NR
contact.salutation = SALUT
contact.first_name = FIRST_NAME
contact.last_name = LAST_NAME
contact.mail = MAIL_PRIV
contact.phone = TEL_BUS
contact.mobile = TEL_MOB
customer.external = A8_REF
project.external = A8_REF
project.note = COMMENT1
project.type = PJ_TYPE
project.responsible = EMP_NR
sales_order.status = ORD_STAT
time_entry.object = HRS
time_entry.table = HOURS
time_entry.hour_code = HRT_CODE
time_entry.date = HR_DATE
time_entry.text = HR_DESC
time_entry.hours = HR_QTY
time_entry.external = EXT_ID
)" + "[system.app]\nconnector = crafter\nurl = " +
                  app_->url() + "/api/v1\ntoken = " + app_->options().token +
                  "\nrate = 100\n[link.main]\nerp = erp\napp = app\nwork_hours_code = WERK\ntravel_hours_code = REIS\n"
                  "default_project_type = ONDERHOUD\nemployees_listed = yes\n" +
                  more);
  }
  Ended run(std::vector<std::string> arguments, const std::string& input = {}) const {
    arguments.insert(arguments.begin(), {"--config", (dir_.path() / "postern.ini").string()});
    return runToEnd({.arguments = std::move(arguments), .input = input});
  }
  Ended sync() const { return run({"sync"}); }
  void firstSync() {
    const auto first = sync();
    ASSERT_EQ(first.code, 0) << first.all();
  }
  /// A work order of the app for the first project that came over.
  std::string workOrder(Json more = Json::object()) {
    const auto project = app_->records("projects").at(0);
    more["customer_id"] = project["customer_id"];
    more["project_id"] = project["id"];
    more.emplace("description", "Ketel nakijken");
    return app_->createWorkOrder(more);
  }
  Json orderOf(const std::string& workOrder) const {
    for (const auto& row : av_->records("SO_HDR")) {
      if (row.value("EXT_ID", std::string()).find(workOrder) != std::string::npos) return row;
    }
    return {};
  }
  Json linesOf(const Json& order) const {
    Json lines = Json::array();
    for (const auto& row : av_->records("SO_LINE")) {
      if (row["ORD_NR"] == order["ORD_NR"]) lines.push_back(row);
    }
    return lines;
  }
  std::string someArticle() const { return av_->records("ARTICLE").at(0)["ART_CODE"].get<std::string>(); }

  TempDir dir_;
  std::unique_ptr<sim::AccountViewSimulator> av_;
  std::unique_ptr<sim::CrafterSimulator> app_;
};

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
  ASSERT_EQ(app_->errors().size(), 1u) << "those who work with the work order see it there";
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
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(dir_.path() / "state" / ("postern.db" + std::string(suffix)));
  }
  for (int i = 0; i < 3; ++i) {
    const auto ended = sync();
    EXPECT_EQ(ended.code, 0) << ended.all() << run({"queue", "list"}).out;
  }
  expectOne("state file lost");
}

TEST_F(AccountViewCrafterTest, HoursAreWrittenOnceWithTheirCode) {
  firstSync();
  const auto id = workOrder();
  const auto project = app_->records("projects").at(0)["id"];
  for (const char* kind : {"work", "travel"}) {
    app_->addHours({{"user_code", "E01"},
                    {"project_id", project},
                    {"work_order_id", id},
                    {"kind", kind},
                    {"date", date(today())},
                    {"minutes", 45}});
  }
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

TEST_F(AccountViewCrafterTest, LostAnswersDoubleNothing) {
  firstSync();
  std::vector<std::string> orders;
  for (int i = 0; i < 4; ++i) {
    orders.push_back(workOrder({{"status", "checked"}}));
    app_->addArticle(orders.back(), someArticle(), 1 + i, true);
    app_->addHours({{"user_code", "E02"},
                    {"project_id", app_->records("projects").at(0)["id"]},
                    {"work_order_id", orders.back()},
                    {"kind", "work"},
                    {"date", date(today())},
                    {"minutes", 60 + i}});
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
  for (const char* table : {"SO_HDR", "SO_LINE", "HOURS"}) EXPECT_EQ(av_->doubled(table), 0) << table;
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
  std::filesystem::remove_all(dir_.path() / "state");
  auto login = Program({.arguments = {"--config", (dir_.path() / "postern.ini").string(), "login", "erp"}});
  ASSERT_TRUE(eventually(std::chrono::seconds{20}, [&] { return login.out().find("Waiting at") != std::string::npos; }))
      << login.out() << login.err();
  const auto out = login.out();
  const auto from = out.find("http://127.0.0.1");
  const auto address = out.substr(from, out.find('\n', from) - from);
  // The browser follows the redirect to us.
  const auto visit = "curl -sL --max-time 20 -o /dev/null '" + address + "'";
  EXPECT_EQ(std::system(visit.c_str()), 0);
  ASSERT_TRUE(login.waitFor(std::chrono::seconds{20}));
  EXPECT_EQ(login.code(), 0) << login.out() << login.err();
  EXPECT_EQ(sync().code, 0);
}

}  // namespace
}  // namespace postern::e2e
