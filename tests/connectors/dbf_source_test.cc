// A folder of AccountView's tables as a Source.

#include "connectors/accountview/dbf_source.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/connectors/dbf_files.h"
#include "tests/contract/source_contract.h"

namespace postern::accountview {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

struct DbfSourceTest : testing::Test {
  DbfFolder folder;

  static ScanRequest request(const std::string& kind, bool full = true, const std::string& since = {}) {
    ScanRequest out;
    out.kind = kind;
    out.full = full;
    out.since = since;
    out.startedAt = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return out;
  }
  ScanResult scan(const ScanRequest& what, std::uint32_t pageSize = 1000) const {
    DbfSource source(dbfOptions(folder.path(), pageSize));
    return scanAll(source, what);
  }
  void expectRetry(const char* code, const std::string& kind = "customer") const {
    const auto result = scan(request(kind));
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->fault, Fault::Retry);
    EXPECT_STREQ(result.error->code(), code);
  }
};

TEST_F(DbfSourceTest, RecordsAreMappedWithMemoZoneAndJoinedColumns) {
  const auto result = scan(request("customer"));
  ASSERT_FALSE(result.error) << result.error->cause(Language::En);
  EXPECT_THAT(result.records, SizeIs(22));
  const Record& record = result.records.at("10003");
  EXPECT_EQ(record.fields, (Fields{{"name", "Tischlerei Größe & Söhne 3"},
                                   {"place", "Den Bosch 10003"},
                                   {"blocked", "false"},
                                   {"note", "Erste Zeile 3\nzweite: größer €"},
                                   {"edited", "2025-05-09T08:03:30Z"},
                                   {"edited_day", "2025-05-09"},
                                   {"credit", "-37.5"}}));
  EXPECT_EQ(record.changed, std::chrono::sys_days{std::chrono::year{2025} / 5 / 9});
  EXPECT_EQ(result.records.at("10005").field("place"), "10005") << "a null is empty";
  EXPECT_FALSE(result.records.at("10004").changed);
}

TEST_F(DbfSourceTest, DeletedRecordsAndOtherTypesOfOrderAreNotTold) {
  EXPECT_FALSE(scan(request("customer")).records.contains("10009"));
  const auto result = scan(request("sales_order"));
  EXPECT_EQ(result.keys(), (std::set<std::string>{"SO-O002", "SO-O004", "SO-O006", "SO-O008"}));
  EXPECT_EQ(result.records.at("SO-O002").parent, "10001");
}

TEST_F(DbfSourceTest, EqualBytesWhereverTheRecordStands) {
  const auto before = scan(request("customer"));
  std::string table = folder.read("CONTACT.DBF");
  const std::size_t header = 32 + 13 * 32 + 1 + 263;
  const std::size_t length = 151;
  const std::string first = table.substr(header, length);
  table.replace(header, length, table.substr(header + length, length));
  table.replace(header + length, length, first);
  folder.write("CONTACT.DBF", table);
  EXPECT_EQ(scan(request("customer")).rows, before.rows);
}

TEST_F(DbfSourceTest, ChangedMemoIsAChangeAlthoughTheRecordIsTheSame) {
  const auto before = scan(request("customer"));
  folder.replace("CONTACT.FPT", "Erste Zeile 3", "Neue! Zeile 3");
  const auto after = scan(request("customer"));
  EXPECT_NE(after.rows.at("10003"), before.rows.at("10003"));
  EXPECT_EQ(after.rows.at("10001"), before.rows.at("10001"));
}

TEST_F(DbfSourceTest, UntouchedTableIsNotReadAgainForChanges) {
  folder.age(60s);
  const auto first = scan(request("customer"), 5);
  ASSERT_FALSE(first.since.empty());
  const auto second = scan(request("customer", false, first.since));
  EXPECT_THAT(second.rows, SizeIs(0));
  EXPECT_FALSE(second.full);
  EXPECT_EQ(second.since, first.since);
  EXPECT_THAT(scan(request("customer", true, first.since)).rows, SizeIs(22)) << "a full scan reads all the same";
  folder.replace("CONTACT.FPT", "Erste Zeile 3", "Neue! Zeile 3");
  EXPECT_THAT(scan(request("customer", false, first.since)).rows, SizeIs(22)) << "the memo file counts, too";
}

TEST_F(DbfSourceTest, TableWrittenJustNowOrMeanwhileIsReadAgain) {
  EXPECT_EQ(scan(request("customer")).since, "") << "written to in the second of the scan";
  folder.age(60s);
  DbfSource source(dbfOptions(folder.path(), 5));
  ScanRequest next = request("customer");
  next.position = source.read(next, {})->next;
  folder.age(30s);
  const auto rest = scanAll(source, next);
  EXPECT_THAT(rest.rows, SizeIs(17)) << "it goes on by record number";
  EXPECT_EQ(rest.since, "");
}

TEST_F(DbfSourceTest, TableWithOtherColumnsIsReadFromItsBeginning) {
  DbfSource source(dbfOptions(folder.path(), 5));
  ScanRequest next = request("customer");
  next.position = source.read(next, {})->next;
  folder.replace("CONTACT.DBF", "WEIGHT", "WAIGHT");
  EXPECT_THAT(scanAll(source, next).rows, SizeIs(22));
}

TEST_F(DbfSourceTest, WhatIsMissingCutOrWrongIsTriedAgainAndNeverADeletion) {
  const std::string whole = folder.read("CONTACT.DBF");
  folder.write("CONTACT.DBF", whole.substr(0, whole.size() / 2));
  expectRetry("PST-8300");
  folder.write("CONTACT.DBF", "");
  expectRetry("PST-8300");
  folder.write("CONTACT.DBF", whole);
  std::filesystem::rename(folder.path() / "CONTACT.FPT", folder.path() / "CONTACT.old");
  expectRetry("PST-8305");
  std::filesystem::remove(folder.path() / "CONTACT.DBF");
  expectRetry("PST-8307");
  folder.replace("Art_Hdr.dbf", "DEL_DATE", "DUE_DATE");
  expectRetry("PST-8308", "sales_order");
  std::filesystem::remove_all(folder.path());
  expectRetry("PST-8306");
}

TEST_F(DbfSourceTest, DamagedMemoLeavesItsRecordOutWithAWarning) {
  std::string memo = folder.read("CONTACT.FPT");
  memo[memo.find("Erste Zeile 3") - 5] = '\x01';  // the block's type
  memo[memo.find("Erste Zeile 3") - 8] = '\x01';
  folder.write("CONTACT.FPT", memo);
  const auto result = scan(request("customer"));
  ASSERT_FALSE(result.error);
  EXPECT_THAT(result.rows, SizeIs(21));
  ASSERT_THAT(result.warnings, SizeIs(1));
  EXPECT_STREQ(result.warnings[0].code(), "PST-8304");
}

TEST_F(DbfSourceTest, RecordWithoutKeyIsLeftOutWithAWarning) {
  folder.replace("CONTACT.DBF", "10012     ", "          ");
  const auto result = scan(request("customer"));
  EXPECT_THAT(result.rows, SizeIs(21));
  ASSERT_THAT(result.warnings, SizeIs(1));
  EXPECT_THAT(result.warnings[0].cause(Language::En), HasSubstr("record 12"));
}

TEST_F(DbfSourceTest, CodePageOfTheSettingGoesBeforeTheMark) {
  DbfSourceOptions options = dbfOptions(folder.path());
  options.codepage = "cp850";
  DbfSource source(options);
  EXPECT_EQ(scanAll(source, request("customer")).records.at("10001").field("name"), "Tischlerei Gr÷▀e & S÷hne 1");
}

TEST_F(DbfSourceTest, ValueThatCannotBeUnderstoodRefusesItsRowOnly) {
  folder.replace("CONTACT.DBF", "-37.50", "-37,50");
  DbfSource source(dbfOptions(folder.path()));
  const auto page = source.read(request("customer"), {});
  ASSERT_TRUE(page);
  int refused = 0;
  for (const Row& row : page->rows) {
    const auto record = source.map("customer", row);
    if (record) continue;
    ++refused;
    EXPECT_EQ(record.error().fault, Fault::Reject);
    EXPECT_THAT(record.error().cause(Language::En), HasSubstr("CREDIT"));
  }
  EXPECT_EQ(refused, 1);
}

TEST_F(DbfSourceTest, RulesOfASystemMayTakeThePlaceOfThePlainOnes) {
  DbfSourceOptions options = dbfOptions(folder.path());
  options.mapper = [](const DbfKind& kind, const std::string& key, const DbfValues& values) -> Result<Record> {
    return Record{kind.kind, key, "", {{"shouted", values.at("ACCT_NAME") + "!"}}, {}};
  };
  DbfSource source(options);
  EXPECT_EQ(scanAll(source, request("customer")).records.at("10002").field("shouted"), "Café 2!");
}

TEST_F(DbfSourceTest, CheckNamesTheTableThatIsMissing) {
  std::filesystem::remove(folder.path() / "Art_Hdr.dbf");
  DbfSource source(dbfOptions(folder.path()));
  const auto findings = source.check({});
  ASSERT_THAT(findings, SizeIs(4));
  EXPECT_THAT(findings[0].what, HasSubstr("table contact (customer), 23 records: SUB_NR C10, ACCT_NAME C40, CITY C35"));
  EXPECT_EQ(findings[1].level, Finding::Level::Good);
  EXPECT_EQ(findings[2].level, Finding::Level::Bad);
  EXPECT_THAT(findings[2].what, HasSubstr("ART_HDR"));
  EXPECT_EQ(findings[3].what, "other tables: projects");
}

// ---- The contract
// -----------------------------------------------------------------------------------------------------

constexpr Option kOptions[] = {
    {.key = "folder", .type = Option::Type::Directory, .help = {"", "", ""}, .required = true},
    {.key = "page_size", .type = Option::Type::Integer, .def = "1000", .help = {"", "", ""}},
};

class DbfSystem final : public System {
 public:
  explicit DbfSystem(const SystemContext& context)
      : source_(dbfOptions(context.options.text("folder"),
                           static_cast<std::uint32_t>(context.options.integer("page_size")))) {}
  Source* source() override { return &source_; }
  std::vector<Finding> check(std::stop_token stop) override { return source_.check(std::move(stop)); }

 private:
  DbfSource source_;
};

const ConnectorInfo kInfo{
    "dbf", {"", "", ""}, true, false, kOptions, {}, [](const SystemContext& context) -> std::unique_ptr<System> {
      return std::make_unique<DbfSystem>(context);
    }};

class DbfSubject : public SourceSubject {
 public:
  const ConnectorInfo& connector() const override { return kInfo; }
  sim::Simulator& simulator() override { throw std::logic_error("there is no server"); }
  bool isServed() const override { return false; }
  void goAway() override { std::filesystem::remove_all(folder_.path()); }
  Values options() const override { return {{"folder", folder_.path().string()}, {"page_size", "3"}}; }
  Values badCredentials() const override { return options(); }
  std::set<std::string> keys(std::string_view kind) const override {
    if (kind == "sales_order") return {"SO-O002", "SO-O004", "SO-O006", "SO-O008"};
    std::set<std::string> out;
    for (int i = 10001; i <= 10023; ++i)
      if (i != 10009) out.insert(std::to_string(i));
    return out;
  }
  std::string changeOne(std::string_view kind) override {
    if (kind == "sales_order") {
      folder_.replace("Art_Hdr.dbf", "20250604", "20250611");
      return "SO-O004";
    }
    folder_.replace("CONTACT.DBF", "Caf\xE9 2 ", "Caf\xE9 2!");
    return "10002";
  }
  void cutNextAnswer(std::string_view kind) override {
    cut_ = kind == "customer" ? "CONTACT.DBF" : "Art_Hdr.dbf";
    whole_ = folder_.read(cut_);
    folder_.write(cut_, whole_.substr(0, whole_.size() - 60));
  }
  void mend() override { folder_.write(cut_, whole_); }

 private:
  DbfFolder folder_;
  std::string cut_;
  std::string whole_;
};

INSTANTIATE_TEST_SUITE_P(Dbf, SourceContract,
                         testing::Values(SourceSetup{"Folder", [] { return std::make_unique<DbfSubject>(); }}),
                         sourceSetupName);

}  // namespace
}  // namespace postern::accountview
