// mode = dbf: settings to tables.

#include <gmock/gmock.h>

#include "connectors/accountview/dbf_system.h"
#include "connectors/accountview/tables.h"
#include "tests/contract/source_contract.h"
#include "tests/support/dbf_writer.h"
#include "tests/support/temp_dir.h"
#include "tests/support/this_system.h"

namespace postern::accountview {
extern const ConnectorInfo kConnector;

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::map<std::string, std::string>;

DbfSourceOptions tables(Texts settings = {}, const Texts& names = {}) {
  settings.emplace("mode", "dbf");
  return tablesOnDisk(makeSection("erp", options(), settings), makeFieldMap(kConnector, names));
}

std::vector<std::string> kindsOf(const DbfSourceOptions& options) {
  std::vector<std::string> out;
  for (const DbfKind& kind : options.kinds) out.push_back(kind.kind);
  return out;
}

const std::string kFolder = onThisSystem("= /srv/av").substr(2);

void expectRefused(const Texts& settings, const Texts& names, const char* code) {
  try {
    kConnector.checkSettings(makeSection("erp", options(), settings), makeFieldMap(kConnector, names));
    ADD_FAILURE() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what() + error.cause(Language::En), HasSubstr(code));
  }
}

TEST(AccountViewOnDiskTest, KindsAreThoseWhoseTableIsNamed) {
  EXPECT_THAT(kindsOf(tables()), ElementsAre("article", "customer", "project", "sales_order"));
  EXPECT_THAT(kindsOf(tables({}, {{"employee.table", "EMPLOYEE"}, {"article.table", ""}})),
              ElementsAre("employee", "customer", "project", "sales_order"));
}

TEST(AccountViewOnDiskTest, SalesOrdersLieInTheirBaseTableWithTheirType) {
  const auto options = tables();
  EXPECT_EQ(options.kinds.back().table, "ART_HDR");
  ASSERT_EQ(options.kinds.back().only.size(), 1u);
  EXPECT_EQ(options.kinds.back().only[0].column, "HDR_TYPE");
  EXPECT_THAT(options.kinds.back().only[0].values, ElementsAre("1"));
  const auto own = tables({{"order_types", "1 4"}}, {{"sales_order.dbf_table", ""}, {"sales_order.dbf_type", "KIND"}});
  EXPECT_EQ(own.kinds.back().table, "SO_HDR");
  EXPECT_THAT(own.kinds.back().only[0].values, ElementsAre("1", "4"));
}

TEST(AccountViewOnDiskTest, WhatIsOnlyWrittenNeedNotBeThere) {
  for (const DbfKind& kind : tables().kinds) {
    for (const DbfColumn& column : kind.columns) EXPECT_NE(column.field, "SRC_CODE");
    for (const DbfColumn& column : kind.columns) EXPECT_NE(column.field, "RPL_INV");
  }
}

TEST(AccountViewOnDiskTest, EachModeNamesWhatItNeeds) {
  expectRefused({{"mode", "dbf"}}, {}, "folder");
  expectRefused({}, {}, "client_id");
  expectRefused({{"client_id", "c"}, {"client_secret", "s"}}, {}, "refresh_token");
  const Texts disk{{"mode", "dbf"}, {"folder", kFolder}};
  EXPECT_NO_THROW(kConnector.checkSettings(makeSection("erp", options(), disk), makeFieldMap(kConnector, {})));
  EXPECT_FALSE(kConnector.writesWith(makeSection("erp", options(), disk)));
  EXPECT_TRUE(kConnector.writesWith(makeSection("erp", options(), {})));
}

TEST(AccountViewOnDiskTest, FilterNamesAKindThatIsReadAndAColumn) {
  Texts disk{{"mode", "dbf"}, {"folder", kFolder}, {"only.employee.EMP_ACT", "true"}};
  expectRefused(disk, {}, "PST-8315");
  EXPECT_NO_THROW(kConnector.checkSettings(makeSection("erp", options(), disk),
                                           makeFieldMap(kConnector, {{"employee.table", "EMPLOYEE"}})));
  disk = {{"mode", "dbf"}, {"folder", kFolder}, {"only.customer", "true"}};
  expectRefused(disk, {}, "PST-8315");
}

TEST(AccountViewOnDiskTest, ValuesAreUnderstoodAsFromTheWeb) {
  const TempDir dir;
  writeDbf(dir / "projects.dbf", dbfBytes({{"PROJ_CODE", 'C', 10},
                                           {"PROJ_DESC", 'C', 20},
                                           {"SUB_NR", 'C', 10},
                                           {"PRO_STAT", 'N', 2},
                                           {"BEG_DATE", 'D', 8},
                                           {"END_DATE", 'D', 8},
                                           {"CNG_DATE", 'D', 8}},
                                          {{"p1", "Ketelhuis", "k7", "2", "20260102", "", "20260105"}}));
  DbfSource source(tables({{"folder", dir.path().string()}, {"open_status", "2"}}));
  ScanRequest projects;
  projects.kind = "project";
  projects.full = true;
  const auto result = scanAll(source, projects);
  ASSERT_FALSE(result.error) << result.error->cause(Language::En);
  const Record& record = result.records.at("P1");
  EXPECT_EQ(record.field("customer"), "K7") << "keys know no letter case";
  EXPECT_EQ(record.field("status"), "2");
  EXPECT_EQ(record.field("open"), "true");
  EXPECT_EQ(record.field("begin"), "2026-01-02");
  EXPECT_EQ(record.field("end"), "");
  EXPECT_EQ(record.changed, std::chrono::sys_days{std::chrono::year{2026} / 1 / 5});
}

}  // namespace
}  // namespace postern::accountview
