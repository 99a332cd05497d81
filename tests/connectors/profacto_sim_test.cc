// The odd parts of profacto's wire that concern reading (fact sheet profacto.md section 13), one by one.

#include <gmock/gmock.h>

#include "tests/contract/source_contract.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::profacto {

extern const ConnectorInfo kConnector;

namespace {

using sim::ProfactoOptions;
using sim::ProfactoSimulator;
using std::chrono::minutes;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Values = std::map<std::string, std::string>;

const Values kAllNames{{"project.process_status", "Prozessstatus"},
                       {"project.delivery_date", "Lieferdatum"},
                       {"project.delivery_info", "Lieferinfo"},
                       {"position.process_status", "Prozessstatus"},
                       {"position.unit", "Einheit"},
                       {"contact.main", "Hauptansprechpartner"},
                       {"article.text", "Bezeichnung"},
                       {"article.description", "Beschreibung"},
                       {"article.length", "Laenge"},
                       {"article.height", "Hoehe"},
                       {"article.unit", "Einheit"}};

Values withChangeDates(Values names = kAllNames) {
  for (const char* kind : {"customer", "contact", "article", "project", "position"})
    names[std::string(kind) + ".changed"] = "AenderungsDatum";
  return names;
}

struct ProfactoSimTest : testing::Test {
  std::unique_ptr<ProfactoSimulator> erp;
  std::unique_ptr<LiveSystem> live;

  void start(ProfactoOptions options = {}) {
    options.clock = [] { return FakeClock{}.now(); };
    erp = std::make_unique<ProfactoSimulator>(std::move(options));
    erp->start({});
  }
  Source& open(Values more = {}, const Values& names = kAllNames) {
    more.try_emplace("url", erp->url());
    more.try_emplace("token.customers", ProfactoOptions::kCustomers);
    more.try_emplace("token.projects", ProfactoOptions::kProjects);
    more.try_emplace("token.articles", ProfactoOptions::kArticles);
    more.try_emplace("confirmed_status", "3 4");
    std::erase_if(more, [](const auto& entry) { return entry.second.empty(); });  // "" = not written
    live = std::make_unique<LiveSystem>(kConnector, more, names);
    return live->source();
  }
  void insertProject(const std::string& number, int status = 3, const std::string& changed = "2025-05-09") {
    erp->insert("Auftrag", {{"AuftragsNr", number},
                            {"Bauvorhaben", "Praxis Nord"},
                            {"Status", status},
                            {"Prozessstatus", 40},
                            {"AenderungsDatum", changed}});
  }
  void insertPosition(const std::string& project, int number, const std::string& changed = "2025-05-09") {
    erp->insert("Auftragspositio",
                {{"AuftragsNr", project}, {"PositionsNr", number}, {"Anzahl", 1}, {"AenderungsDatum", changed}});
  }
  static ScanRequest request(const std::string& kind, bool full = true, const std::string& since = "") {
    ScanRequest out;
    out.kind = kind;
    out.full = full;
    out.since = since;
    out.startedAt = FakeClock{}.now();
    return out;
  }
  ScanResult scan(const std::string& kind, bool full = true, const std::string& since = "") {
    auto result = scanAll(live->source(), request(kind, full, since));
    EXPECT_FALSE(result.error) << result.error->code() << ' ' << result.error->cause(Language::En);
    return result;
  }
  Error failing(const std::string& kind = "project") {
    auto page = live->source().read(request(kind), {});
    EXPECT_FALSE(page);
    return page ? Error{} : page.error();
  }
};

// ---- Call forms, versions -------------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, GetAndPostReadTheSameJoinery) {
  start();
  erp->load({});
  open();
  std::map<std::string, std::map<std::string, std::string>> byPost;
  for (const auto kind : live->source().kinds()) byPost[std::string(kind)] = scan(std::string(kind)).rows;
  open({{"http_verb", "get"}, {"page_size", "7"}});
  for (const auto& [kind, rows] : byPost) {
    EXPECT_FALSE(rows.empty()) << kind;
    EXPECT_EQ(scan(kind).rows, rows) << kind;
  }
}

TEST_F(ProfactoSimTest, WholeJoineryIsReadAndUnderstoodInSmallPages) {
  start();
  erp->load({.seed = 7, .customers = 120, .projects = 90, .articles = 130});
  open({{"page_size", "16"}});
  EXPECT_EQ(scan("customer").rows.size(), erp->size("Kunden"));
  EXPECT_EQ(scan("article").rows.size(), erp->size("Artikel"));
  std::set<std::string> confirmed;
  for (const auto& row : erp->rows("Auftrag"))
    if (row["Status"] == 3 || row["Status"] == 4) confirmed.insert(row["AuftragsNr"]);
  EXPECT_EQ(scan("project").keys(), confirmed);
  std::set<std::string> positions;
  for (const auto& row : erp->rows("Auftragspositio"))
    if (confirmed.contains(row["AuftragsNr"]))
      positions.insert(row["AuftragsNr"].get<std::string>() + '/' + std::to_string(row["PositionsNr"].get<int>()));
  const auto read = scan("position");
  EXPECT_EQ(read.keys(), positions);
  for (const auto& [key, record] : read.records) EXPECT_TRUE(confirmed.contains(record.parent)) << key;
}

TEST_F(ProfactoSimTest, OlderVersionWithoutTotalsAndPagingIsReadWhole) {
  for (const char* pageSize : {"3", "60", "500"}) {
    ProfactoOptions options;
    options.olderVersion = true;
    start(options);
    for (int i = 0; i < 60; ++i) {
      insertProject("P" + std::to_string(i), i % 4 == 0 ? 1 : 3);
      insertPosition("P" + std::to_string(i), 1);
      erp->insert("Kunden", {{"KundenNr", std::to_string(i)}});
    }
    open({{"page_size", pageSize}});
    EXPECT_THAT(scan("customer").rows, SizeIs(60)) << pageSize;
    EXPECT_THAT(scan("project").rows, SizeIs(45)) << pageSize;
    EXPECT_THAT(scan("position").rows, SizeIs(45)) << pageSize;
    open({{"paging", "no"}});
    EXPECT_THAT(scan("customer").rows, SizeIs(60));
    EXPECT_THAT(scan("position").rows, SizeIs(45));
  }
}

TEST_F(ProfactoSimTest, ServerThatIgnoresPagingIsReadWhole) {
  ProfactoOptions options;
  options.ignorePaging = true;
  start(options);
  for (int i = 0; i < 130; ++i) {
    insertProject("P" + std::to_string(i));
    insertPosition("P" + std::to_string(i), 1);
  }
  open({{"page_size", "20"}}, withChangeDates());
  EXPECT_THAT(scan("project").rows, SizeIs(130));
  EXPECT_THAT(scan("position").rows, SizeIs(130));
  EXPECT_THAT(scan("project", false).rows, SizeIs(130));
  EXPECT_THAT(scan("position", false).rows, SizeIs(130));
}

TEST_F(ProfactoSimTest, ReverseProxyMayPublishAnotherPath) {
  ProfactoOptions options;
  options.basePath = "/profacto/";
  start(options);
  insertProject("1");
  open({{"url", erp->url() + "/profacto"}});
  EXPECT_THAT(scan("project").keys(), ElementsAre("1"));
  open();
  EXPECT_EQ(failing().fault, Fault::Retry) << "404 page";
}

TEST_F(ProfactoSimTest, QueryOfSortingAloneIsNeverSent) {
  ProfactoOptions options;
  options.bareOrderBy = false;
  start(options);
  erp->load({});
  open();
  for (const auto kind : live->source().kinds()) EXPECT_FALSE(scan(std::string(kind)).rows.empty()) << kind;
}

// ---- Keys and queries -----------------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, OddProjectNumbersBringExactlyTheirPositions) {
  for (const bool folds : {true, false}) {
    ProfactoOptions options;
    options.strictOperatorsFold = folds;
    start(options);
    for (const char* number :
         {"06127", "6127", "_7", "PK-0003", "1@", "12", "a b", "x&y", "1,2", "[3]", "5\"", "6'", "Ä1"}) {
      insertProject(number);
      insertPosition(number, 1);
    }
    insertProject("19", 1);
    insertPosition("19", 1);
    for (const char* verb : {"post", "get"}) {
      open({{"http_verb", verb}, {"page_size", "5"}});
      EXPECT_THAT(scan("position").keys(),
                  UnorderedElementsAre("06127/1", "6127/1", "_7/1", "PK-0003/1", "1@/1", "12/1", "a b/1", "x&y/1",
                                       "1,2/1", "[3]/1", "5\"/1", "6'/1", "Ä1/1"));
    }
  }
}

TEST_F(ProfactoSimTest, SupplierContactsAreNotRead) {
  start();
  erp->insert("Ansprechpartner", {{"Typ", 0}, {"TypNr", "1"}, {"Name", "Lieferant"}});
  erp->insert("Ansprechpartner", {{"Typ", 1}, {"TypNr", "1"}, {"Name", "Kunde"}, {"isInaktiv", true}});
  open();
  const auto result = scan("contact");
  ASSERT_THAT(result.records, SizeIs(1));
  const Record& contact = result.records.begin()->second;
  EXPECT_EQ(contact.field("last_name"), "Kunde");
  EXPECT_EQ(contact.field("inactive"), "true");
  EXPECT_EQ(contact.field("main"), "false");
  EXPECT_EQ(contact.parent, "1");
}

TEST_F(ProfactoSimTest, PositionNumbersMayComeAsText) {
  std::set<std::string> keys[2];
  for (const bool text : {false, true}) {
    ProfactoOptions options;
    options.positionNumbersAsText = text;
    start(options);
    insertProject("1");
    insertPosition("1", 10);
    open();
    keys[text ? 1 : 0] = scan("position").keys();
  }
  EXPECT_EQ(keys[0], keys[1]);
}

// ---- Formats --------------------------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, AllDateFormsGiveTheSameDay) {
  using Form = ProfactoOptions::DateForm;
  for (const Form form : {Form::Short, Form::UtcLong, Form::LocalLong, Form::FakeUtcLong}) {
    for (const char* day : {"2025-05-09", "2025-01-15", "2025-03-30", "2025-10-26"}) {
      ProfactoOptions options;
      options.dateForm = form;
      start(options);
      insertProject("1");
      erp->setField("Auftrag", "1", "Lieferdatum", day);
      open({}, withChangeDates());
      const Record record = scan("project").records.at("1");
      EXPECT_EQ(record.field("delivery_date"), day) << static_cast<int>(form);
      EXPECT_EQ(record.changed, FakeClock{}.now() - std::chrono::hours(10)) << static_cast<int>(form);
    }
  }
}

TEST_F(ProfactoSimTest, AllEmptyDatesMeanNoDate) {
  using Empty = ProfactoOptions::EmptyDate;
  for (const Empty empty : {Empty::EmptyText, Empty::Null, Empty::Zero, Empty::ZeroLong, Empty::Missing}) {
    ProfactoOptions options;
    options.emptyDate = empty;
    start(options);
    insertProject("1");
    open();
    const Record record = scan("project").records.at("1");
    EXPECT_EQ(record.field("delivery_date"), "") << static_cast<int>(empty);
    EXPECT_EQ(record.fields.contains("delivery_date"), empty != Empty::Missing);
  }
}

TEST_F(ProfactoSimTest, LineBreaksAndQuotesOfTextsSurvive) {
  start();
  insertProject("1");
  erp->setField("Auftrag", "1", "Lieferinfo", "Hof\r\rTür \"2\"\\\rEnde\r");
  open();
  EXPECT_EQ(scan("project").records.at("1").field("delivery_info"), "Hof\nTür \"2\"\\\nEnde");
}

TEST_F(ProfactoSimTest, AllCharsetsGiveTheSameText) {
  using Charset = ProfactoOptions::Charset;
  for (const Charset charset : {Charset::Utf8, Charset::Windows1252, Charset::Windows1252Silent}) {
    ProfactoOptions options;
    options.charset = charset;
    start(options);
    erp->insert("Kunden", {{"KundenNr", "Ä1"}, {"Name1", "Größe 5 €"}});
    open();
    EXPECT_EQ(scan("customer").records.at("Ä1").field("name1"), "Größe 5 €") << static_cast<int>(charset);
  }
}

// ---- Licences, tokens, rights ---------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, NoFreeAccessIsWaitedForInAllForms) {
  using Form = ProfactoOptions::LicenceAnswer;
  for (const Form form : {Form::Json, Form::Redirect, Form::Html}) {
    ProfactoOptions options;
    options.clients = 1;
    options.licenceAnswer = form;
    options.otherClients = {{"CAFECAFECAFECAFECAFECAFECAFECAFE", "10.0.0.5"}};
    start(options);
    insertProject("1");
    open();
    const Error error = failing();
    EXPECT_EQ(error.fault, Fault::Retry) << static_cast<int>(form);
    EXPECT_STREQ(error.code(), "PST-3010");
    EXPECT_EQ(error.retryAfter, minutes(15));
    EXPECT_THAT(error.detail + error.cause(Language::En), Not(HasSubstr("CAFE")));
    EXPECT_EQ(erp->counts().requests, 1) << "no second try, no followed redirect";
    erp->advanceClock(minutes(15));
    EXPECT_THAT(scan("project").rows, SizeIs(1)) << "the slot is free again";
  }
}

TEST_F(ProfactoSimTest, OneSharedTokenTakesOneAccess) {
  ProfactoOptions options;
  options.clients = 1;
  options.tokens = {{"A0000000000000000000000000000009", {"Projekte", "Kunden", "Artikel"}}};
  start(options);
  erp->load({});
  open({{"token", "A0000000000000000000000000000009"},
        {"token.customers", ""},
        {"token.projects", ""},
        {"token.articles", ""}});
  for (const auto kind : live->source().kinds()) EXPECT_FALSE(scan(std::string(kind)).rows.empty()) << kind;
  EXPECT_EQ(erp->slotsInUse(), 1);
  for (const Finding& finding : live->system().check({})) EXPECT_NE(finding.level, Finding::Level::Bad) << finding.what;
  EXPECT_EQ(erp->slotsInUse(), 1);
}

TEST_F(ProfactoSimTest, PendingTokenNeedsAnAdminInBothForms) {
  using Form = ProfactoOptions::TokenAnswer;
  for (const Form form : {Form::Json, Form::Html}) {
    ProfactoOptions options;
    options.tokenAnswer = form;
    start(options);
    insertProject("1");
    open();
    erp->setTokenPending(ProfactoOptions::kProjects, true);
    EXPECT_EQ(failing().fault, Fault::Auth);
    EXPECT_STREQ(failing().code(), "PST-3011");
    erp->setTokenPending(ProfactoOptions::kProjects, false);
    EXPECT_THAT(scan("project").rows, SizeIs(1));
  }
}

TEST_F(ProfactoSimTest, TokenOfAnotherSetIsARightsError) {
  start();
  erp->load({});
  open({{"token.projects", ProfactoOptions::kCustomers}});
  EXPECT_EQ(failing("project").fault, Fault::Auth);
  EXPECT_STREQ(failing("project").code(), "PST-3012");
}

TEST_F(ProfactoSimTest, ForbiddenFieldIsNamedAndFoundByCheck) {
  ProfactoOptions options;
  options.forbidden = {"Auftrag.Lieferinfo"};
  start(options);
  insertProject("1");
  open();
  const Error error = failing();
  EXPECT_EQ(error.fault, Fault::Auth);
  EXPECT_THAT(error.cause(Language::En), HasSubstr("Lieferinfo"));
  std::vector<std::string> bad;
  for (const Finding& finding : live->system().check({}))
    if (finding.level == Finding::Level::Bad) bad.push_back(finding.what);
  EXPECT_THAT(bad, ElementsAre("field project.delivery_info"));
}

TEST_F(ProfactoSimTest, FieldThatIsLeftOutIsAWarning) {
  ProfactoOptions options;
  options.forbidden = {"Auftrag.Lieferinfo"};
  options.forbiddenAnswer = ProfactoOptions::ForbiddenAnswer::LeaveOut;
  start(options);
  insertProject("1");
  open();
  const auto result = scan("project");
  EXPECT_FALSE(result.records.at("1").fields.contains("delivery_info"));
  ASSERT_THAT(result.warnings, SizeIs(1));
  EXPECT_THAT(result.warnings[0].cause(Language::En), HasSubstr("Lieferinfo"));
  std::vector<std::string> bad;
  for (const Finding& finding : live->system().check({}))
    if (finding.level == Finding::Level::Bad) bad.push_back(finding.what);
  EXPECT_THAT(bad, ElementsAre("field project.delivery_info"));
}

TEST_F(ProfactoSimTest, WrongNameInTheFieldMapIsFoundByCheck) {
  start();
  insertProject("1");
  Values names = kAllNames;
  names["project.process_status"] = "Prozesstatus";
  open({}, names);
  std::vector<std::string> bad;
  for (const Finding& finding : live->system().check({}))
    if (finding.level == Finding::Level::Bad) bad.push_back(finding.what);
  EXPECT_THAT(bad, ElementsAre("field project.process_status"));
}

TEST_F(ProfactoSimTest, SitesOwnNamesAreUsedEverywhere) {
  ProfactoOptions options;
  options.rename = {{"Auftrag.Prozessstatus", "ProzStat"},
                    {"Auftragspositio.AenderungsDatum", "Geaendert_am"},
                    {"Auftrag.AenderungsDatum", "LetzteAenderung"}};
  start(options);
  erp->insert("Auftrag", {{"AuftragsNr", "1"}, {"Status", 3}, {"ProzStat", 110}, {"LetzteAenderung", "2025-01-01"}});
  erp->insert("Auftragspositio", {{"AuftragsNr", "1"}, {"PositionsNr", 1}, {"Geaendert_am", "2025-05-09"}});
  Values names = kAllNames;
  names["project.process_status"] = "ProzStat";
  names["project.changed"] = "LetzteAenderung";
  names["position.changed"] = "Geaendert_am";
  open({}, names);
  EXPECT_EQ(scan("project", false, "2025-05-01").records.at("1").field("process_status"), "110");
}

// ---- Odd answers ----------------------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, CutAnswersAreErrorsNotShortPages) {
  using Odd = ProfactoSimulator::Odd;
  start();
  for (const char* number : {"1", "2", "3", "4"}) insertProject(number);
  open();
  for (const Odd odd : {Odd::TruncatedJson, Odd::TooFewRows, Odd::NoBody}) {
    erp->addOdd(odd);
    EXPECT_EQ(failing().fault, Fault::Retry) << static_cast<int>(odd);
    EXPECT_THAT(scan("project").rows, SizeIs(4));
  }
}

TEST_F(ProfactoSimTest, RepeatedRowsAreHarmless) {
  start();
  for (int i = 0; i < 25; ++i) insertProject("P" + std::to_string(i));
  open({{"page_size", "10"}});
  erp->addOdd(ProfactoSimulator::Odd::RowsTwice, -1);
  const auto result = scan("project");
  EXPECT_THAT(result.rows, SizeIs(25));
  EXPECT_EQ(result.pages, 3);
}

TEST_F(ProfactoSimTest, EmptyAnswerInTheMiddleIsNoEnd) {
  start();
  for (int i = 0; i < 25; ++i) insertProject("P" + std::to_string(i));
  Source& source = open({{"page_size", "10"}});
  auto scanRequest = request("project");
  scanRequest.position = source.read(scanRequest, {})->next;
  erp->addOdd(ProfactoSimulator::Odd::EmptyAnswer);
  const auto page = source.read(scanRequest, {});
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->last);
  scanRequest.position = page->next;
  EXPECT_THAT(scanAll(source, scanRequest).rows, SizeIs(25)) << "it is read from the start again";
}

TEST_F(ProfactoSimTest, RowsDeletedBetweenTwoPagesHideNoOtherRow) {
  start();
  for (int i = 10; i < 40; ++i) insertProject("P" + std::to_string(i));
  Source& source = open({{"page_size", "10"}});
  auto scanRequest = request("project");
  std::set<std::string> seen;
  for (int pages = 0; pages < 20; ++pages) {
    const auto page = source.read(scanRequest, {});
    ASSERT_TRUE(page);
    for (const Row& row : page->rows) seen.insert(row.key);
    if (page->last) break;
    scanRequest.position = page->next;
    if (pages < 2)
      for (const char* last : {"2", "5", "8"}) erp->erase("Auftrag", "P" + std::to_string(pages + 1) + last);
  }
  for (const std::string& key : erp->keys("Auftrag")) EXPECT_TRUE(seen.contains(key)) << key;
}

// ---- Change dates ---------------------------------------------------------------------------------------------------

TEST_F(ProfactoSimTest, ProjectsComeWhenTheyOrOneOfTheirPositionsChanged) {
  start();
  insertProject("old", 3, "2025-01-01");
  insertProject("self", 3, "2025-05-08");
  insertProject("byPosition", 4, "2025-01-01");
  insertProject("offer", 1, "2025-05-08");
  insertProject("offerByPosition", 1, "2025-01-01");
  for (const char* number : {"old", "self", "byPosition", "offer", "offerByPosition"}) {
    insertPosition(number, 1, "2025-01-01");
    insertPosition(number, 2, std::string_view(number).ends_with("yPosition") ? "2025-05-08" : "2025-01-01");
  }
  open({}, withChangeDates());
  const auto projects = scan("project", false, "2025-05-07");
  EXPECT_FALSE(projects.full);
  EXPECT_THAT(projects.keys(), UnorderedElementsAre("self", "byPosition"));
  EXPECT_EQ(projects.since, "2025-05-08");
  EXPECT_THAT(scan("position", false, "2025-05-07").keys(),
              UnorderedElementsAre("self/1", "self/2", "byPosition/1", "byPosition/2"));
  EXPECT_THAT(scan("project", true, "2025-05-07").keys(), UnorderedElementsAre("old", "self", "byPosition"));
}

TEST_F(ProfactoSimTest, FirstScanOfProjectsLooksBackAsFarAsSet) {
  start();
  insertProject("day13", 3, "2025-04-26");
  insertProject("day15", 3, "2025-04-24");
  open({}, withChangeDates());
  EXPECT_THAT(scan("project", false).keys(), ElementsAre("day13"));
  open({{"look_back", "30d"}}, withChangeDates());
  EXPECT_THAT(scan("project", false).keys(), UnorderedElementsAre("day13", "day15"));
}

TEST_F(ProfactoSimTest, WithoutThePositionsDateChangedProjectsStillCome) {
  start();
  insertProject("self", 3, "2025-05-08");
  insertProject("byPosition", 3, "2025-01-01");
  insertPosition("self", 1, "2025-01-01");
  insertPosition("byPosition", 1, "2025-05-08");
  Values names = kAllNames;
  names["project.changed"] = "AenderungsDatum";
  open({}, names);
  EXPECT_THAT(scan("project", false, "2025-05-07").keys(), ElementsAre("self"));
  EXPECT_THAT(scan("position", false, "2025-05-07").keys(), ElementsAre("self/1"));
}

TEST_F(ProfactoSimTest, WithoutChangeDatesEveryScanIsFull) {
  ProfactoOptions options;
  options.changeFields = false;
  start(options);
  erp->load({});
  open();
  for (const auto kind : live->source().kinds()) EXPECT_TRUE(scan(std::string(kind), false, "2025-05-07").full) << kind;
}

TEST_F(ProfactoSimTest, BookedTimeAndPrintedDocumentsAreSeen) {
  start();
  for (const char* number : {"booked", "printed", "still"}) {
    insertProject(number, 3, "2025-01-01");
    insertPosition(number, 1, "2025-01-01");
  }
  open({}, withChangeDates());
  erp->bookTime("booked", "1", "300");
  erp->printDocument("printed", 120);
  const auto positions = scan("position", false, "2025-05-08");
  EXPECT_THAT(positions.keys(), UnorderedElementsAre("booked/1", "printed/1"));
  EXPECT_EQ(positions.records.at("booked/1").field("process_status"), "90");
  EXPECT_EQ(scan("project", false, "2025-05-08").records.at("printed").field("process_status"), "120");
}

TEST_F(ProfactoSimTest, UnchangedPassWithChangeDatesReadsNextToNothing) {
  ProfactoOptions options;
  start(options);
  for (int i = 0; i < 200; ++i) {
    insertProject("P" + std::to_string(i), 3, "2025-01-01");
    insertPosition("P" + std::to_string(i), 1, "2025-01-01");
    erp->insert("Kunden", {{"KundenNr", std::to_string(i)}, {"AenderungsDatum", "2025-01-01"}});
  }
  open({}, withChangeDates());
  for (const auto kind : live->source().kinds())
    EXPECT_THAT(scan(std::string(kind), false, "2025-05-08").rows, IsEmpty()) << kind;
  EXPECT_LE(erp->counts().requests, 7);
}

TEST_F(ProfactoSimTest, SlowAnswersAreWaitedFor) {
  ProfactoOptions options;
  options.slowness = std::chrono::milliseconds(150);
  start(options);
  insertProject("1");
  open();
  EXPECT_THAT(scan("project").rows, SizeIs(1));
}

}  // namespace
}  // namespace postern::profacto
