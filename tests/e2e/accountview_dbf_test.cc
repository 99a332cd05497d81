// AccountView's tables from a nightly snapshot to Crafter: mode = dbf, the program as a whole.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/support/program.h"
#include "tests/e2e/support/site.h"
#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/support/dbf_writer.h"
#include "tests/support/temp_dir.h"

namespace postern::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Rows = std::vector<std::vector<std::string>>;

const std::vector<DbfSpec> kContact{
    {"SUB_NR", 'C', 10},   {"ACCT_NAME", 'C', 40}, {"TEL_BUS", 'C', 20}, {"MAIL_BUS", 'C', 50},
    {"ADDRESS1", 'C', 80}, {"POST_CODE", 'C', 10}, {"CITY", 'C', 35},    {"ST_STREET", 'C', 60},
    {"ST_NR", 'C', 10},    {"ST_EXTRA", 'C', 10},  {"PO_BOX", 'C', 80},  {"PO_CODE", 'C', 10},
    {"PO_CITY", 'C', 35},  {"REC_BLK", 'L', 1},    {"DEB_SHOW", 'L', 1}, {"CNG_DATE", 'D', 8}};
const std::vector<DbfSpec> kProjects{{"PROJ_CODE", 'C', 10}, {"PROJ_DESC", 'C', 40}, {"SUB_NR", 'C', 10},
                                     {"PRO_STAT", 'C', 1},   {"BEG_DATE", 'D', 8},   {"END_DATE", 'D', 8},
                                     {"CNG_DATE", 'D', 8}};
const std::vector<DbfSpec> kArticle{{"ART_CODE", 'C', 15}, {"ART_DESC1", 'C', 40}, {"CNG_DATE", 'D', 8}};
const std::vector<DbfSpec> kArtHdr{{"ORD_NR", 'C', 10},    {"HDR_TYPE", 'N', 2},  {"RPL_DEL", 'C', 10},
                                   {"PROJ_CODE", 'C', 10}, {"COMMENT1", 'C', 40}, {"DEL_DATE", 'D', 8},
                                   {"ORD_DATE", 'D', 8},   {"CNG_DATE", 'D', 8}};

class AccountViewDbfTest : public testing::Test {
 protected:
  AccountViewDbfTest() {
    for (int i = 1; i <= 6; ++i) {
      const std::string number = std::to_string(10000 + i);
      contact_.push_back({number, "Installatiebedrijf " + std::to_string(i), "030 12345", "info@example.nl",
                          "Kade " + std::to_string(i), "1234 AB", "Utrecht", "", "", "", "", "", "", "F", "T",
                          "20260105"});
      projects_.push_back({"P" + std::to_string(i), "Ketelhuis " + std::to_string(i), number, i == 6 ? "C" : "O",
                           "20260101", "", "20260105"});
    }
    contact_.push_back({"90001", "Groothandel", "", "", "", "", "", "", "", "", "", "", "", "F", "F", "20260105"});
    orders_ = {{"2026001", "1", "10001", "P1", "Ketel nakijken", "20261222", "20261101", "20260105"},
               {"2026002", "1", "10002", "P2", "Pomp vervangen", "20261223", "20261101", "20260105"},
               {"2026003", "2", "10003", "P3", "Inkoop", "", "20261101", "20260105"}};
    std::filesystem::create_directories(tables());
    snapshot();
    app_.addUsers(2);
    app_.start({});
    writeIni("");
  }
  std::filesystem::path tables() const { return dir_ / "snapshot"; }
  /// What the nightly copy leaves.
  void snapshot() const {
    writeDbf(tables() / "CONTACT.DBF", dbfBytes(kContact, contact_));
    writeDbf(tables() / "Projects.dbf", dbfBytes(kProjects, projects_));
    writeDbf(tables() / "ARTICLE.DBF", dbfBytes(kArticle, {{"KLEP15", "Klep 15 mm", "20260105"}}));
    writeDbf(tables() / "ART_HDR.DBF", dbfBytes(kArtHdr, orders_));
    writeDbf(tables() / "PJT_HDR.DBF", dbfBytes({{"TYPE_CODE", 'C', 10}}, {{"ONDERHOUD"}}));
  }
  void writeIni(const std::string& fields, const std::string& orders = "to_app") const {
    writeFile(dir_ / "postern.ini",
              "[agent]\nstate_dir = " + (dir_ / "state").string() +
                  "\ndisk_floor = 10\ntime_zone = Europe/Amsterdam\n"
                  "[system.erp]\nconnector = accountview\nmode = dbf\nfolder = " +
                  tables().string() + "\nopen_status = O\nonly.customer.DEB_SHOW = true\n[fields.erp]\n" + fields +
                  "[system.app]\nconnector = crafter\nurl = " + app_.url() +
                  "/api/v1\ntoken = " + app_.options().token +
                  "\nrate = 100\n[link.main]\nerp = erp\napp = app\n"
                  "default_project_type = ONDERHOUD\nflow.used_articles = off\nflow.hours = off\n" +
                  (orders.empty() ? "" : "flow.work_orders = " + orders + "\n"));
  }
  Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--config", (dir_ / "postern.ini").string()});
    return runToEnd({.arguments = std::move(arguments)});
  }

  TempDir dir_;
  Rows contact_, projects_, orders_;
  sim::CrafterSimulator app_;
};

TEST_F(AccountViewDbfTest, TablesArriveOnceAndTheNextSnapshotsChangesAreThreeWrites) {
  const auto first = run({"sync"});
  ASSERT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(app_.count("customers"), 6) << "the creditor in the same table is none";
  EXPECT_EQ(app_.count("projects"), 5) << "only open ones";
  EXPECT_EQ(app_.count("work-orders"), 2) << "the other type of document is none";
  EXPECT_THAT(app_.records("work-orders").dump(), HasSubstr("Ketel nakijken"));

  app_.resetCounts();
  const auto second = run({"sync"});
  EXPECT_EQ(second.code, 0) << second.all();
  EXPECT_EQ(app_.counts().writes, 0);

  contact_[1][2] = "030 54321";
  contact_[1].back() = "20261122";
  projects_[2][1] = "Ketelhuis Noord";
  orders_[1][4] = "Pomp en klep vervangen";
  std::ranges::reverse(contact_);  // a packed table has another order
  snapshot();
  const auto third = run({"sync"});
  EXPECT_EQ(third.code, 0) << third.all();
  EXPECT_EQ(app_.counts().writes, 3);
  EXPECT_THAT(app_.records("customers").dump(), HasSubstr("030 54321"));
  EXPECT_THAT(app_.records("projects").dump(), HasSubstr("Ketelhuis Noord"));
  EXPECT_THAT(app_.records("work-orders").dump(), HasSubstr("Pomp en klep vervangen"));
  for (const char* entity : {"customers", "projects", "work-orders"}) EXPECT_EQ(app_.doubled(entity), 0) << entity;
}

TEST_F(AccountViewDbfTest, TableInUseIsTriedAgainAndNothingCountsAsGone) {
  ASSERT_EQ(run({"sync"}).code, 0);
  app_.resetCounts();
  const std::string whole = readFile(tables() / "CONTACT.DBF");
  contact_[0][2] = "030 54321";
  const std::string next = dbfBytes(kContact, contact_);
  writeDbf(tables() / "CONTACT.DBF", next.substr(0, next.size() / 2));  // the copy is at work
  const auto busy = run({"sync"});
  EXPECT_NE(busy.code, 0) << busy.all();
  EXPECT_THAT(run({"status"}).all(), HasSubstr("CONTACT.DBF"));
  std::filesystem::remove(tables() / "CONTACT.DBF");
  EXPECT_NE(run({"sync", "--full"}).code, 0);
  EXPECT_EQ(app_.counts().writes, 0);
  EXPECT_EQ(app_.count("customers"), 6);
  writeDbf(tables() / "CONTACT.DBF", next);
  const auto done = run({"sync"});
  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(app_.counts().writes, 1);
}

TEST_F(AccountViewDbfTest, CheckListsTablesAndProvesTheFieldMap) {
  const auto good = run({"check"});
  EXPECT_THAT(good.out, AllOf(HasSubstr("table CONTACT (customer), 7 records: SUB_NR C10, ACCT_NAME C40"),
                              HasSubstr("table ART_HDR (sales_order)"), HasSubstr("other tables: PJT_HDR"),
                              HasSubstr("PST-8316"), Not(HasSubstr("BAD"))))
      << good.all();
  writeIni(
      "project.title = PROJ_DES\ncustomer.phone = TEL_BUSS\ncustomer.mail = POSTBUS9\n"
      "employee.table = EMPLOYEE\nemployee.name = EMP_NAME\n");
  const auto bad = run({"check"});
  EXPECT_THAT(bad.out, AllOf(HasSubstr("has no column PROJ_DES; the nearest is PROJ_DESC"),
                             HasSubstr("has no column TEL_BUSS; the nearest is TEL_BUS"),
                             HasSubstr("has no column POSTBUS9"), HasSubstr("holds no table EMPLOYEE")))
      << bad.all();
  EXPECT_NE(bad.code, 0);
}

TEST_F(AccountViewDbfTest, FlowsIntoTablesAreRefusedWhenTheSettingsAreChecked) {
  writeIni("", "");
  const auto usual = run({"config", "check"});
  EXPECT_NE(usual.code, 0);
  EXPECT_THAT(usual.all(), AllOf(HasSubstr("PST-1045"), HasSubstr("flow.work_orders = to_app"))) << usual.all();
  writeIni("", "to_erp");
  const auto written = run({"config", "check"});
  EXPECT_THAT(written.all(), HasSubstr("PST-1045"));
  writeIni("");
  const auto good = run({"config", "check"});
  EXPECT_EQ(good.code, 0) << good.all();
}

}  // namespace
}  // namespace postern::e2e
