// A watched folder as a Source: what counts, what waits, what is put away; and the contract.

#include <gmock/gmock.h>

#include <fstream>

#include "connectors/registry.h"
#include "tests/contract/source_contract.h"
#include "tests/support/temp_dir.h"

namespace postern::files {

extern const ConnectorInfo kConnector;

namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Values = std::map<std::string, std::string>;

namespace fs = std::filesystem;

/// The real folder of a test; files are `age` old by the tests' clock.
struct Drop {
  TempDir dir;

  void write(const std::string& name, const std::string& text, std::chrono::seconds age = 1h) const {
    std::ofstream(dir / name, std::ios::binary | std::ios::trunc) << text;
    setAge(name, age);
  }
  void setAge(const std::string& name, std::chrono::seconds age) const {
    fs::last_write_time(dir / name, std::chrono::file_clock::from_sys(FakeClock{}.now() - age));
  }
  bool has(const std::string& name) const { return fs::exists(dir / name); }
};

const Values kCustomerMap = {{"customer.file", "klanten*.csv"},
                             {"customer.key", "Nr"},
                             {"customer.name", "Naam"},
                             {"customer.street", "Straat + Huisnr"},
                             {"customer.blocked", "Blok"}};
constexpr const char* kHead = "Nr;Naam;Straat;Huisnr;Blok\r\n";

struct FilesSourceTest : testing::Test {
  Drop drop;
  Values options = {{"as", "accountview"}, {"folder", drop.dir.path().string()}};
  Values fields = kCustomerMap;
  std::unique_ptr<LiveSystem> live;

  LiveSystem& open() {
    live = std::make_unique<LiveSystem>(kConnector, options, fields);
    return *live;
  }
  static ScanRequest request(bool full = true, const std::string& since = {}, const std::string& kind = "customer") {
    ScanRequest out;
    out.kind = kind;
    out.full = full;
    out.since = since;
    out.startedAt = FakeClock{}.now();
    return out;
  }
  ScanResult scan(const ScanRequest& what = request()) {
    if (!live) open();
    return scanAll(live->source(), what);
  }
  void expectRetry(const char* code, const ScanRequest& what = request()) {
    open();
    const auto result = scan(what);
    ASSERT_TRUE(result.error) << code;
    EXPECT_EQ(result.error->fault, Fault::Retry);
    EXPECT_STREQ(result.error->code(), code) << result.error->cause(Language::En);
    EXPECT_THAT(result.rows, IsEmpty()) << "not half a read";
  }
};

TEST_F(FilesSourceTest, RowsBecomeRecordsOfTheErp) {
  fields["customer.changed"] = "Gewijzigd";
  drop.write("klanten.csv",
             "Gewijzigd;Blok;Huisnr;Straat;NR;Naam\r\n09-05-25;nee;12a;Kerkstraat;10001;Caf\xE9 \"Zon\"\r\n"
             ";J;;Postbus 5;a2;\"Jansen; zn\r\nB.V.\"\r\n");
  const auto result = scan();
  ASSERT_FALSE(result.error) << result.error->cause(Language::En);
  EXPECT_TRUE(result.full);
  EXPECT_EQ(result.keys(), (std::set<std::string>{"10001", "A2"}));
  const Record& first = result.records.at("10001");
  EXPECT_EQ(first.fields, (Fields{{"name", "Café \"Zon\""}, {"street", "Kerkstraat 12a"}, {"blocked", "false"}}));
  EXPECT_EQ(first.changed, std::chrono::sys_days{std::chrono::year{2025} / 5 / 9});
  EXPECT_EQ(result.records.at("A2").fields,
            (Fields{{"name", "Jansen; zn\nB.V."}, {"street", "Postbus 5"}, {"blocked", "true"}}));
}

TEST_F(FilesSourceTest, OrderOfColumnsAndOtherColumnsAreNoChange) {
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;Kerkstraat;1;\r\n");
  const auto before = scan();
  drop.write("klanten.csv", "Extra;Naam;Nr;Blok;Huisnr;Straat\nx;Jansen;1;;1;Kerkstraat\n");
  EXPECT_EQ(scan().rows, before.rows);
}

TEST_F(FilesSourceTest, FileWithoutHeaderIsReadByNumbersOfColumns) {
  options["header"] = "no";
  options["delimiter"] = "tab";
  options["quote"] = "none";
  options["codepage"] = "cp850";
  fields = {{"customer.file", "klanten.txt"}, {"customer.key", "2"}, {"customer.name", "1"}};
  drop.write("klanten.txt", "M\x81ller\t7\n\"Ger\t8\n");
  EXPECT_EQ(scan().records.at("7").field("name"), "Müller");
  EXPECT_EQ(scan().records.at("8").field("name"), "\"Ger");
}

TEST_F(FilesSourceTest, TextExportOfProfactoIsRead) {
  options["as"] = "profacto";
  options["delimiter"] = "tab";
  options["decimals"] = "comma";
  fields = {{"project.file", "auftraege.txt"},        {"project.key", "AuftragsNr"},
            {"project.title", "Bauvorhaben"},         {"project.status", "Status"},
            {"position.file", "positionen.txt"},      {"position.key", "AuftragsNr + Position"},
            {"position.parent", "AuftragsNr"},        {"position.quantity", "Anzahl"},
            {"project.delivery_date", "Liefertermin"}};
  drop.write("auftraege.txt",
             "AuftragsNr\tBauvorhaben\tStatus\tLiefertermin\r\n06127\tK\xFC"
             "che\t3\t02.06.2025\r\n");
  drop.write("positionen.txt", "AuftragsNr\tPosition\tAnzahl\r\n06127\t1\t2,50\r\n06127\t2\t1.000,25\r\n");
  const auto projects = scan(request(true, {}, "project"));
  EXPECT_EQ(projects.records.at("06127").fields,
            (Fields{{"title", "Küche"}, {"status", "3"}, {"delivery_date", "2025-06-02"}}));
  const auto positions = scan(request(true, {}, "position"));
  EXPECT_EQ(positions.records.at("06127/2").parent, "06127");
  EXPECT_EQ(positions.records.at("06127/2").field("quantity"), "1000.25");
}

TEST_F(FilesSourceTest, XmlIsReadByRowElementAndPaths) {
  fields = {
      {"customer.file", "*.xml"}, {"customer.rows", "/Export/Relaties/Relatie"},  {"customer.key", "@nr"},
      {"customer.name", "Naam"},  {"customer.street", "Adres/Straat + Adres/Nr"}, {"customer.city", "Adres/Plaats"}};
  drop.write("relaties.xml",
             "<?xml version='1.0' encoding='windows-1252'?><Export><Relaties>"
             "<Relatie nr='1'><Naam>Caf\xE9 &amp; Zn</Naam><Adres><Straat>Dorp</Straat><Nr>3</Nr></Adres></Relatie>"
             "<Relatie nr='2'><Naam><![CDATA[<b>]]></Naam></Relatie></Relaties><Relatie nr='9'/></Export>");
  const auto result = scan();
  ASSERT_FALSE(result.error) << result.error->cause(Language::En);
  EXPECT_EQ(result.keys(), (std::set<std::string>{"1", "2"}));
  EXPECT_EQ(result.records.at("1").fields, (Fields{{"name", "Café & Zn"}, {"street", "Dorp 3"}, {"city", ""}}));
  EXPECT_EQ(result.records.at("2").field("name"), "<b>");
}

TEST_F(FilesSourceTest, WhatIsNotWholeIsTriedAgainAndNothingOfItIsTold) {
  options["page_size"] = "1";
  const std::string rows = std::string(kHead) + "1;Jansen;Kerkstraat;1;\r\n";
  const struct {
    const char* what;
    std::string text;
    const char* code;
  } kCases[] = {
      {"empty", "", "PST-8326"},
      {"heading only", kHead, "PST-8326"},
      {"heading without its end", "Nr;Naam;Straat;Huisnr;Blok", "PST-8324"},
      {"last line without its end", rows + "2;Pie", "PST-8324"},
      {"last line without its end, though with all columns", rows + "2;Piet;;;", "PST-8324"},
      {"too few columns", rows + "2;Piet\r\n", "PST-8324"},
      {"too few columns in between", std::string(kHead) + "2;Piet\r\n1;Jansen;Kerkstraat;1;\r\n", "PST-8324"},
      {"open quote", rows + "2;\"Piet;;;\r\n", "PST-8324"},
      {"a column is missing", "Nr;Naam;Straat;Huisnr\r\n1;Jansen;Kerkstraat;1\r\n", "PST-8327"},
      {"UTF-16", std::string("\xFF\xFEN\0r\0", 6), "PST-8328"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    drop.write("klanten.csv", one.text);
    expectRetry(one.code);
  }
}

TEST_F(FilesSourceTest, XmlThatIsNotWellFormedIsTriedAgain) {
  fields = {{"customer.file", "*.xml"}, {"customer.rows", "R"}, {"customer.key", "Nr"}, {"customer.name", "Naam"}};
  for (const char* text :
       {"<E><R><Nr>1</Nr></R>", "<E><R><Nr>1</Nr></R><R><Nr>2</Nr></E>", "<E><R><Nr>1</Nr></R><R a=b/></E>"}) {
    drop.write("a.xml", text);
    expectRetry("PST-8325");
  }
  drop.write("a.xml", "<E></E>");
  expectRetry("PST-8326");
}

TEST_F(FilesSourceTest, FileJustWrittenWaitsUntilItSettles) {
  const std::string text = std::string(kHead) + "1;Jansen;Kerkstraat;1;\r\n";
  drop.write("klanten.csv", text, 3s);
  expectRetry("PST-8322");
  live->clock().advance(8s);
  EXPECT_THAT(scan().rows, SizeIs(1));
}

TEST_F(FilesSourceTest, FileFromAServerWhoseClockIsAheadIsReadAfterTwoLooks) {
  const std::string text = std::string(kHead) + "1;Jansen;Kerkstraat;1;\r\n";
  drop.write("klanten.csv", text, -24h);
  expectRetry("PST-8322");
  live->clock().advance(6s);
  drop.write("klanten.csv", text + "2;Piet;;;\r\n", -24h);
  EXPECT_TRUE(scan().error) << "it changed between the looks";
  live->clock().advance(6s);
  EXPECT_TRUE(scan().error);
  live->clock().advance(6s);
  EXPECT_THAT(scan().rows, SizeIs(2));
}

TEST_F(FilesSourceTest, MarkerSaysThatAFileIsFinished) {
  options["marker"] = ".ok";
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;Kerkstraat;1;", 0s);
  expectRetry("PST-8321");
  drop.write("klanten.csv.ok", "");
  EXPECT_THAT(scan().rows, SizeIs(1)) << "then its last line need not end";
}

TEST_F(FilesSourceTest, NewestFileIsTheListAndIsReadOnce) {
  drop.write("klanten-1.csv", std::string(kHead) + "1;Oud;;;\r\n2;Weg;;;\r\n", 2h);
  drop.write("klanten-2.csv", std::string(kHead) + "1;Nieuw;;;\r\n", 1h);
  const auto first = scan();
  EXPECT_THAT(first.rows, SizeIs(1));
  EXPECT_EQ(first.records.at("1").field("name"), "Nieuw");
  const auto second = scan(request(false, first.since));
  EXPECT_THAT(second.rows, IsEmpty());
  EXPECT_FALSE(second.full) << "nothing may count as missing";
  EXPECT_EQ(second.since, first.since);
  EXPECT_THAT(scan(request(true, first.since)).rows, SizeIs(1)) << "a full compare reads it all the same";
  drop.write("klanten-2.csv", std::string(kHead) + "1;Anders;;;\r\n", 30min);
  EXPECT_EQ(scan(request(false, first.since)).records.at("1").field("name"), "Anders");
}

TEST_F(FilesSourceTest, VanishedFileIsNoDeletion) {
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;;;\r\n");
  const auto first = scan();
  fs::remove(drop.dir / "klanten.csv");
  expectRetry("PST-8321", request(false, first.since));
  expectRetry("PST-8321", request(true, first.since));
  fs::remove_all(drop.dir.path());
  expectRetry("PST-8320");
}

TEST_F(FilesSourceTest, FileReplacedBetweenPagesIsReadFromItsFirstRow) {
  options["page_size"] = "1";
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;;;\r\n2;Piet;;;\r\n3;Kees;;;\r\n");
  ScanRequest next = request();
  next.position = open().source().read(next, {})->next;
  drop.write("klanten.csv", std::string(kHead) + "7;Nieuw;;;\r\n8;Ook;;;\r\n", 30min);
  EXPECT_EQ(scan(next).keys(), (std::set<std::string>{"7", "8"}));
}

TEST_F(FilesSourceTest, LastRowOfAKeyCountsWhereverThePagesEnd) {
  options["page_size"] = "1";
  drop.write("klanten.csv", std::string(kHead) +
                                "1;Eerst;;;\r\n2;Piet;;;\r\n1;Later;;;\r\n2;Piet;;;\r\n;Zonder;;;\r\n1;Laatst;;;\r\n");
  open();
  ScanRequest next = request();
  std::vector<std::string> told;
  std::vector<Error> warnings;
  for (bool last = false; !last;) {
    auto page = live->source().read(next, {});
    ASSERT_TRUE(page) << page.error().cause(Language::En);
    for (const Row& row : page->rows) told.push_back(row.key + live->source().map("customer", row)->fields.at("name"));
    for (const Error& warning : page->warnings) warnings.push_back(warning);
    last = page->last;
    next.position = page->next;
  }
  EXPECT_THAT(told, testing::ElementsAre("2Piet", "1Laatst"));
  ASSERT_THAT(warnings, SizeIs(2));
  EXPECT_THAT(warnings[0].cause(Language::En), HasSubstr("2 rows")) << "the same row twice is no news";
  EXPECT_STREQ(warnings[1].code(), "PST-8331");
}

TEST_F(FilesSourceTest, RowWithMoreColumnsIsLeftOutWithAWarning) {
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;;;\r\n2;Piet; en zn;Dorp;3;\r\n");
  const auto result = scan();
  EXPECT_EQ(result.keys(), std::set<std::string>{"1"});
  ASSERT_THAT(result.warnings, SizeIs(1));
  EXPECT_THAT(result.warnings[0].cause(Language::En), HasSubstr("line 3"));
  drop.write("klanten.csv", std::string(kHead) + "2;Piet; en zn;Dorp;3;\r\n");
  expectRetry("PST-8337");
}

TEST_F(FilesSourceTest, RowLeftOutIsNotMissing) {
  const std::string good = std::string(kHead) + "1;Jansen;;;\r\n2;Piet;;;\r\n";
  for (const std::string& bad : {std::string("3;Kees; en zn;Dorp;3;\r\n"), std::string(";Kees;;;\r\n")}) {
    options["page_size"] = "1";
    drop.write("klanten.csv", good);
    EXPECT_TRUE(open().source().read(request(), {})->full);
    drop.write("klanten.csv", good + bad, 30min);
    const auto result = scan();
    EXPECT_THAT(result.keys(), SizeIs(2));
    EXPECT_FALSE(result.full) << "customer 3 may be in the row that was left out: " << bad;
    ASSERT_THAT(result.warnings, SizeIs(1));
    EXPECT_THAT(result.warnings[0].cause(Language::En), HasSubstr("nothing counts as missing"));
  }
}

TEST_F(FilesSourceTest, FinishedFilesAreMovedWhenTheEngineHasThem) {
  options["done_folder"] = "klaar";
  drop.write("klanten-1.csv", std::string(kHead) + "1;Oud;;;\r\n", 2h);
  drop.write("klanten-2.csv", std::string(kHead) + "1;Nieuw;;;\r\n", 1h);
  const auto first = scan();
  EXPECT_TRUE(drop.has("klanten-2.csv")) << "it has been told, but nobody said that it is stored";
  const auto second = scan(request(false, first.since));
  EXPECT_FALSE(second.error);
  EXPECT_FALSE(drop.has("klanten-1.csv"));
  EXPECT_FALSE(drop.has("klanten-2.csv"));
  EXPECT_TRUE(drop.has("klaar/20250509-090000 klanten-2.csv"));
  EXPECT_EQ(scan(request(true, first.since)).records.at("1").field("name"), "Nieuw") << "a full compare finds it there";
  drop.write("klanten-3.csv", std::string(kHead) + "1;Derde;;;\r\n", 20min);
  EXPECT_EQ(scan(request(false, second.since)).records.at("1").field("name"), "Derde");
}

TEST_F(FilesSourceTest, FileOfTwoKindsIsMovedWhenBothHaveIt) {
  options["done_folder"] = "klaar";
  fields["contact.file"] = "klanten*.csv";
  fields["contact.key"] = "Nr + Naam";
  fields["contact.parent"] = "Nr";
  fields["contact.last_name"] = "Naam";
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;;;\r\n");
  const auto customers = scan();
  const auto contacts = scan(request(true, {}, "contact"));
  EXPECT_EQ(contacts.records.at("1/JANSEN").parent, "1");
  scan(request(false, customers.since));
  EXPECT_TRUE(drop.has("klanten.csv"));
  scan(request(false, contacts.since, "contact"));
  EXPECT_FALSE(drop.has("klanten.csv"));
}

TEST_F(FilesSourceTest, FilesOfChangesAreReadOldestFirstAndNeverCoverEverything) {
  options["lists"] = "changes";
  EXPECT_THAT(scan(request(false)).rows, IsEmpty()) << "no file is no change";
  drop.write("klanten-b.csv", std::string(kHead) + "1;Nieuw;;;\r\n", 1h);
  drop.write("klanten-a.csv", std::string(kHead) + "1;Oud;;;\r\n2;Piet;;;\r\n", 2h);
  drop.write("klanten-c.csv", kHead, 30min);
  const auto first = scan();
  ASSERT_FALSE(first.error) << first.error->cause(Language::En);
  EXPECT_FALSE(first.full);
  EXPECT_EQ(first.keys(), (std::set<std::string>{"1", "2"}));
  EXPECT_EQ(first.records.at("1").field("name"), "Nieuw");
  EXPECT_THAT(first.since, HasSubstr("klanten-c.csv"));
  EXPECT_THAT(scan(request(true, first.since)).rows, IsEmpty());
  drop.write("klanten-d.csv", std::string(kHead) + "3;Kees;;;\r\n", 20min);
  drop.write("klanten-e.csv", std::string(kHead) + "4;Half", 19min);
  drop.setAge("klanten-e.csv", 2s);
  const auto second = scan(request(false, first.since));
  EXPECT_EQ(second.keys(), std::set<std::string>{"3"}) << "what is being written waits";
  EXPECT_THAT(second.since, HasSubstr("klanten-d.csv"));
}

TEST_F(FilesSourceTest, FileThatArrivesLateWithAnOlderTimeIsRead) {
  options["lists"] = "changes";
  options["done_folder"] = "klaar";
  drop.write("klanten-3.csv", std::string(kHead) + "3;Kees;;;\r\n", 3min);
  auto last = scan(request(false));
  EXPECT_EQ(last.keys(), std::set<std::string>{"3"});
  // Written before it, copied there after it; and one of the same time whose name comes first.
  drop.write("klanten-2.csv", std::string(kHead) + "2;Piet;;;\r\n", 5min);
  drop.write("klanten-1.csv", std::string(kHead) + "1;Jan;;;\r\n", 3min);
  open();  // and the service was started anew
  last = scan(request(false, last.since));
  EXPECT_EQ(last.keys(), (std::set<std::string>{"1", "2"}));
  EXPECT_TRUE(drop.has("klaar/20250509-095700 klanten-3.csv"));
  EXPECT_TRUE(drop.has("klanten-1.csv")) << "nobody said that it is stored";
  drop.write("klanten-0.csv", std::string(kHead) + "0;Laat;;;\r\n", 10min);
  last = scan(request(true, last.since));
  EXPECT_EQ(last.keys(), std::set<std::string>{"0"});
  const auto quiet = scan(request(false, last.since));
  EXPECT_THAT(quiet.rows, IsEmpty());
  EXPECT_EQ(quiet.since, last.since);
  for (const char* name : {"klanten-0.csv", "klanten-1.csv", "klanten-2.csv"}) EXPECT_FALSE(drop.has(name)) << name;
}

TEST_F(FilesSourceTest, FileThatCannotBeMovedIsNotReadTwice) {
  options["lists"] = "changes";
  options["done_folder"] = "klaar";
  drop.write("klaar", "no folder");
  drop.write("klanten-1.csv", std::string(kHead) + "1;Jan;;;\r\n", 3min);
  auto last = scan(request(false));
  for (const char* more : {"klanten-2.csv", "klanten-3.csv"}) {
    drop.write(more, std::string(kHead) + "2;Piet;;;\r\n", 2min);
    last = scan(request(false, last.since));
    EXPECT_THAT(last.rows, SizeIs(1)) << more;
    EXPECT_STREQ(last.warnings.front().code(), "PST-8332");
  }
  EXPECT_THAT(scan(request(false, last.since)).rows, IsEmpty());
}

TEST_F(FilesSourceTest, FilesReadBeforeAreNotReadAgainWhenADoneFolderIsSet) {
  options["lists"] = "changes";
  drop.write("klanten-1.csv", std::string(kHead) + "1;Oud;;;\r\n", 2h);
  drop.write("klanten-2.csv", std::string(kHead) + "1;Nieuw;;;\r\n", 1h);
  const auto before = scan(request(false));
  options["done_folder"] = "klaar";
  open();
  EXPECT_THAT(scan(request(false, before.since)).rows, IsEmpty());
  EXPECT_FALSE(drop.has("klanten-1.csv"));
  EXPECT_FALSE(drop.has("klanten-2.csv"));
}

TEST_F(FilesSourceTest, FileThatArrivesLateIsToldWhereNothingIsPutAway) {
  options["lists"] = "changes";
  drop.write("klanten-3.csv", std::string(kHead) + "3;Kees;;;\r\n", 3min);
  const auto first = scan(request(false));
  drop.write("klanten-2.csv", std::string(kHead) + "2;Piet;;;\r\n", 5min);
  const auto second = scan(request(false, first.since));
  EXPECT_THAT(second.rows, IsEmpty());
  ASSERT_THAT(second.warnings, SizeIs(1));
  EXPECT_STREQ(second.warnings[0].code(), "PST-8338");
  EXPECT_THAT(second.warnings[0].cause(Language::En), HasSubstr("klanten-2.csv"));
  EXPECT_THAT(scan(request(false, second.since)).warnings, IsEmpty()) << "once is enough";
  drop.write("klanten-4.csv", std::string(kHead) + "4;Jan;;;\r\n", 2min);
  const auto third = scan(request(false, second.since));
  EXPECT_THAT(third.rows, SizeIs(1));
  EXPECT_THAT(scan(request(false, third.since)).warnings, IsEmpty());
}

TEST_F(FilesSourceTest, SettingsThatDoNotFitAreRefused) {
  const struct {
    Values options;
    Values fields;
    const char* code;
  } kCases[] = {
      {{}, {{"customer.name", "Naam"}}, "PST-8340"},
      {{}, {{"customer.file", "a.csv"}, {"customer.name", "Naam"}}, "PST-8341"},
      {{}, {{"contact.file", "a.csv"}, {"contact.key", "Nr"}}, "PST-8341"},
      {{}, {{"customer.file", "a.xml"}, {"customer.key", "Nr"}}, "PST-8341"},
      {{}, {{"customer.file", "a.csv"}, {"customer.key", "Nr"}, {"customer.name1", "Naam"}}, "PST-8342"},
      {{}, {{"position.file", "a.csv"}}, "PST-8342"},
      {{{"as", "profacto"}}, {{"sales_order.file", "a.csv"}}, "PST-8342"},
      {{}, {{"customer.file", "x/a.csv"}, {"customer.key", "Nr"}}, "PST-8343"},
      {{}, {{"customer.file", "a.xml"}, {"customer.rows", "R"}, {"customer.key", "Nr["}}, "PST-8344"},
      {{{"done_folder", "../x"}}, {{"customer.file", "a.csv"}, {"customer.key", "Nr"}}, "PST-8345"},
  };
  for (const auto& one : kCases) {
    Values all = options;
    for (const auto& [key, value] : one.options) all[key] = value;
    const auto expectRefused = [&](const auto& read) {
      try {
        read();
        ADD_FAILURE() << one.code;
      } catch (const ConfigError& error) {
        EXPECT_STREQ(error.code(), one.code);
      }
    };
    expectRefused([&] { const LiveSystem system(kConnector, all, one.fields); });
    expectRefused([&] {  // when the settings are read, too
      kConnector.checkSettings(makeSection("erp", kConnector.options, all), makeFieldMap(kConnector, one.fields));
    });
  }
}

TEST_F(FilesSourceTest, CheckNamesTheKindWithoutAFile) {
  fields["article.file"] = "artikelen.csv";
  fields["article.key"] = "Code";
  drop.write("klanten.csv", std::string(kHead) + "1;Jansen;;;misschien\r\n");
  const auto findings = open().system().check({});
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].level, Finding::Level::Bad);
  EXPECT_THAT(findings[0].what, HasSubstr("artikelen.csv"));
  EXPECT_EQ(findings[1].level, Finding::Level::Warning) << "a flag nobody understands";
}

// ---- The contract
// -----------------------------------------------------------------------------------------------------

class FilesSubject : public SourceSubject {
 public:
  explicit FilesSubject(bool xml) : xml_(xml) {
    for (int i = 1; i <= 11; ++i) rows_["customer"]["C" + std::to_string(i)] = "Klant " + std::to_string(i);
    for (int i = 1; i <= 5; ++i) rows_["project"]["P" + std::to_string(i)] = "Keuken " + std::to_string(i);
    save();
  }
  const ConnectorInfo& connector() const override { return kConnector; }
  sim::Simulator& simulator() override { throw std::logic_error("there is no server"); }
  bool isServed() const override { return false; }
  void goAway() override { fs::remove_all(drop_.dir.path()); }
  Values options() const override {
    return {{"as", "accountview"}, {"folder", drop_.dir.path().string()}, {"page_size", "4"}};
  }
  Values fields() const override {
    Values out = {{"customer.file", "customer" + ending()}, {"customer.key", "Nr"}, {"customer.name", "Naam"},
                  {"project.file", "project" + ending()},   {"project.key", "Nr"},  {"project.title", "Naam"}};
    if (xml_) out["customer.rows"] = out["project.rows"] = "Row";
    return out;
  }
  Values badCredentials() const override { return options(); }
  std::set<std::string> keys(std::string_view kind) const override {
    std::set<std::string> out;
    for (const auto& [key, name] : rows_.at(std::string(kind))) out.insert(key);
    return out;
  }
  std::string changeOne(std::string_view kind) override {
    auto& row = *std::next(rows_[std::string(kind)].begin());
    row.second += " B.V.";
    save();
    return row.first;
  }
  void cutNextAnswer(std::string_view kind) override {
    const std::string name = std::string(kind) + ending();
    fs::resize_file(drop_.dir / name, fs::file_size(drop_.dir / name) - 5);
    drop_.setAge(name, 1h);
  }
  void mend() override { save(); }

 private:
  std::string ending() const { return xml_ ? ".xml" : ".csv"; }
  void save() const {
    for (const auto& [kind, rows] : rows_) {
      std::string text = xml_ ? "<Export>" : "Nr;Naam\r\n";
      for (const auto& [key, name] : rows)
        text += xml_ ? "<Row><Nr>" + key + "</Nr><Naam>" + name + "</Naam></Row>\n" : key + ';' + name + "\r\n";
      drop_.write(kind + ending(), text + (xml_ ? "</Export>\n" : ""));
    }
  }

  bool xml_;
  Drop drop_;
  std::map<std::string, std::map<std::string, std::string>> rows_;
};

INSTANTIATE_TEST_SUITE_P(Files, SourceContract,
                         testing::Values(SourceSetup{"Csv", [] { return std::make_unique<FilesSubject>(false); }},
                                         SourceSetup{"Xml", [] { return std::make_unique<FilesSubject>(true); }}),
                         sourceSetupName);

}  // namespace
}  // namespace postern::files
