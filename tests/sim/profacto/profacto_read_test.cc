// Section 13, reading: call forms, envelope, defaults, paging, formats, refusals and odd answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/sim/profacto/test_client.h"

namespace postern::sim::profacto {
namespace {

using O = ProfactoOptions;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct ProfactoRead : testing::Test {
  void start(ProfactoOptions options = {}) {
    simulator = std::make_unique<ProfactoSimulator>(std::move(options));
    simulator->start({});
    for (const char* number : {"25017", "S019", "PK-0003", "06127", "05104B"}) {
      simulator->insert("Auftrag",
                        {{"AuftragsNr", number}, {"Bauvorhaben", std::string("Praxis ") + number}, {"Status", 3}});
    }
    simulator->setFields("Auftrag", "25017", {{"Lieferdatum", "2025-05-09"}, {"Lieferinfo", "Hof\r\rTür \"2\"\\"}});
  }
  Json get(Parameters parameters, const char* token = O::kProjects) const {
    parameters.insert(parameters.begin(), {"token", token});
    return callPost(*simulator, "api_get", parameters).json();
  }
  Json project(const char* number, const char* fields) const {
    return get({{"fields", fields}, {"query", std::string("AuftragsNr === ") + number}})["Auftrag"][0];
  }
  std::unique_ptr<ProfactoSimulator> simulator;
};

std::vector<std::string> numbers(const Json& answer) {
  std::vector<std::string> out;
  for (const auto& row : answer["Auftrag"]) out.push_back(row["AuftragsNr"]);
  return out;
}

TEST_F(ProfactoRead, GetAndFormPostAnswerTheSame) {
  start();
  const Parameters call = {{"token", O::kProjects},
                           {"table", "Auftrag"},
                           {"fields", "AuftragsNr,Status"},
                           {"query", "Bauvorhaben = \"präxis s019\""}};
  const Json byGet = callGet(*simulator, "api_get", call).json();
  const Json byPost = callPost(*simulator, "api_get", call).json();
  EXPECT_EQ(byGet["Auftrag"].dump(), R"([{"AuftragsNr":"S019","Status":3}])");
  EXPECT_EQ(byPost["Auftrag"], byGet["Auftrag"]);
  EXPECT_EQ(callGet(*simulator, "API_Get", call).json()["Auftrag"], byGet["Auftrag"]);
  EXPECT_EQ(simulator->counts().reads, 3);
  EXPECT_EQ(simulator->counts().writes, 0);
}

TEST_F(ProfactoRead, EnvelopeHasTheTableNamedArrayAndRecords) {
  start();
  const Reply reply =
      callPost(*simulator, "api_get", {{"token", O::kProjects}, {"table", "Auftrag"}, {"limit", "2"}, {"offset", "1"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.contentType, "application/json");
  const Json json = reply.json();
  std::vector<std::string> members;
  for (const auto& [name, value] : json.items()) members.push_back(name);
  EXPECT_THAT(members,
              ElementsAre("error", "success", "startProcess", "responseMode", "licenseOK", "structure_access_info",
                          "Auftrag", "records", "endProcess", "processingTime", "errorMsg"));
  EXPECT_EQ(json["records"].dump(), R"({"total_in_query":5,"offset":1,"limit":2,"total_in_page":2})");
  EXPECT_EQ(json["Auftrag"].size(), 2u);
  EXPECT_EQ(json["responseMode"], "JSON");
  EXPECT_EQ(json["processingTime"], json["endProcess"].get<int64_t>() - json["startProcess"].get<int64_t>());
}

TEST_F(ProfactoRead, MissingTableIsTheSetsMainTableAndMissingFieldsAreAll) {
  start();
  simulator->insert("Kunden", {{"KundenNr", "_0573"}});
  simulator->insert("Artikel", {{"ArtikelTypenNr", "0001"}, {"Breite", 2800}});
  EXPECT_TRUE(get({}).contains("Auftrag"));
  EXPECT_EQ(get({}, O::kCustomers)["Kunden"][0]["KundenNr"], "_0573");
  const Json article = get({}, O::kArticles)["Artikel"][0];
  EXPECT_EQ(article["Breite"], 2800);
  EXPECT_EQ(article.size(), 9u);
  EXPECT_FALSE(get({})["Auftrag"][0].contains("PKUUID_20"));
}

TEST_F(ProfactoRead, KeysKeepTheirZerosUnderscoresAndLetters) {
  start();
  EXPECT_THAT(numbers(get({{"fields", "AuftragsNr"}, {"query", "order by AuftragsNr"}})),
              ElementsAre("05104B", "06127", "25017", "PK-0003", "S019"));
}

TEST_F(ProfactoRead, PagesWithoutLimitHoldEverything) {
  start();
  EXPECT_EQ(get({{"limit", "0"}})["Auftrag"].size(), 5u);
  EXPECT_EQ(get({})["records"]["limit"], 0);
  const Json beyond = get({{"limit", "3"}, {"offset", "9"}});
  EXPECT_EQ(beyond["Auftrag"].size(), 0u);
  EXPECT_EQ(beyond["records"]["total_in_query"], 5);
}

TEST_F(ProfactoRead, CanIgnoreLimitAndOffset) {
  start({.ignorePaging = true});
  const Json json = get({{"limit", "2"}, {"offset", "3"}});
  EXPECT_EQ(json["Auftrag"].size(), 5u);
  EXPECT_EQ(json["records"].dump(), R"({"total_in_query":5,"offset":0,"limit":0,"total_in_page":5})");
}

TEST_F(ProfactoRead, OlderVersionHasNeitherPagingNorTheNewerMembers) {
  start({.olderVersion = true});
  const Json json = get({{"limit", "2"}});
  EXPECT_EQ(json["Auftrag"].size(), 5u);
  for (const char* member : {"records", "licenseOK", "structure_access_info", "startProcess"})
    EXPECT_FALSE(json.contains(member)) << member;
  EXPECT_EQ(json["success"], true);
}

TEST_F(ProfactoRead, TextsKeepTheirCarriageReturns) {
  start();
  EXPECT_EQ(project("25017", "Lieferinfo")["Lieferinfo"], "Hof\r\rTür \"2\"\\");
}

TEST_F(ProfactoRead, BrokenQueryFails) {
  start();
  const Json json = get({{"query", "AuftragsNr = "}});
  EXPECT_EQ(json["success"], false);
  EXPECT_EQ(json["error"], "query_error");
  EXPECT_FALSE(json.contains("Auftrag"));
}

struct DateCase {
  O::DateForm form;
  const char* zone;
  const char* day;
  const char* answer;
};
struct ProfactoDate : testing::TestWithParam<DateCase> {};
TEST_P(ProfactoDate, HasTheFormOfTheSite) {
  ProfactoSimulator simulator({.dateForm = GetParam().form, .zone = GetParam().zone});
  simulator.start({});
  simulator.insert("Auftrag", {{"AuftragsNr", "1"}, {"Lieferdatum", GetParam().day}});
  const Reply reply = callPost(simulator, "api_get", {{"token", O::kProjects}, {"fields", "Lieferdatum"}});
  EXPECT_EQ(reply.json()["Auftrag"][0]["Lieferdatum"], GetParam().answer);
}
INSTANTIATE_TEST_SUITE_P(
    Profacto, ProfactoDate,
    testing::Values(DateCase{O::DateForm::Short, "Europe/Berlin", "2025-05-09", "2025-05-09"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-05-09", "2025-05-08T22:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-01-01", "2024-12-31T23:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-03-31", "2025-03-30T22:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "Europe/Berlin", "2025-10-27", "2025-10-26T23:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "UTC", "2025-05-09", "2025-05-09T00:00:00.000Z"},
                    DateCase{O::DateForm::UtcLong, "America/Phoenix", "2025-05-09", "2025-05-09T07:00:00.000Z"},
                    DateCase{O::DateForm::FakeUtcLong, "Europe/Berlin", "2025-05-09", "2025-05-09T00:00:00.000Z"},
                    DateCase{O::DateForm::LocalLong, "Europe/Berlin", "2025-05-09", "2025-05-09T00:00:00"}));

TEST_F(ProfactoRead, EmptyDateHasSeveralMarkers) {
  start();
  const auto marker = [&](O::EmptyDate form) {
    simulator->configure([form](O& options) { options.emptyDate = form; });
    return project("S019", "AuftragsNr,Lieferdatum");
  };
  EXPECT_EQ(marker(O::EmptyDate::EmptyText)["Lieferdatum"], "");
  EXPECT_TRUE(marker(O::EmptyDate::Null)["Lieferdatum"].is_null());
  EXPECT_EQ(marker(O::EmptyDate::Zero)["Lieferdatum"], "0000-00-00");
  EXPECT_EQ(marker(O::EmptyDate::ZeroLong)["Lieferdatum"], "0000-00-00T00:00:00.000Z");
  EXPECT_FALSE(marker(O::EmptyDate::Missing).contains("Lieferdatum"));
}

TEST_F(ProfactoRead, PositionNumbersCanBeTexts) {
  start({.positionNumbersAsText = true});
  simulator->insert("Auftragspositio", {{"AuftragsNr", "S019"}, {"PositionsNr", 7}, {"Anzahl", 2.5}});
  const Json row = get({{"table", "Auftragspositio"}, {"fields", "PositionsNr,Anzahl"}})["Auftragspositio"][0];
  EXPECT_EQ(row.dump(), R"({"PositionsNr":"7","Anzahl":2.5})");
}

TEST_F(ProfactoRead, AnswersCanBeWindows1252) {
  start({.charset = O::Charset::Windows1252});
  Reply reply = callPost(*simulator, "api_get", {{"token", O::kProjects}, {"fields", "Lieferinfo"}});
  EXPECT_THAT(reply.body, HasSubstr("T\xFCr"));
  EXPECT_EQ(reply.contentType, "application/json;charset=windows-1252");
  simulator->configure([](O& options) { options.charset = O::Charset::Windows1252Silent; });
  reply = callPost(*simulator, "api_get", {{"token", O::kProjects}, {"fields", "Lieferinfo"}});
  EXPECT_THAT(reply.body, HasSubstr("T\xFCr"));
  EXPECT_EQ(reply.contentType, "application/json");
}

TEST_F(ProfactoRead, ForbiddenFieldIsRefusedAndNamed) {
  start({.forbidden = {"Auftrag.Bezeichnung"}});
  for (const char* field : {"PKUUID_20", "Bezeichnung", "NoSuchField", " Status"}) {
    const Json json = get({{"fields", std::string("AuftragsNr,") + field}});
    EXPECT_EQ(json["success"], false) << field;
    EXPECT_THAT(json["structure_access_info"], ElementsAre(std::string("Auftrag.") + field));
    EXPECT_FALSE(json.contains("Auftrag"));
  }
  EXPECT_FALSE(get({})["Auftrag"][0].contains("Bezeichnung"));
  const Json query = get({{"query", "PKUUID_20 = 1 order by NoSuchField"}});
  EXPECT_THAT(query["structure_access_info"], ElementsAre("Auftrag.PKUUID_20", "Auftrag.NoSuchField"));
}

TEST_F(ProfactoRead, ForbiddenFieldCanBeLeftOut) {
  start({.forbiddenAnswer = O::ForbiddenAnswer::LeaveOut});
  const Json json = get({{"fields", "AuftragsNr,PKUUID_20"}, {"limit", "1"}});
  EXPECT_EQ(json["success"], true);
  EXPECT_EQ(json["Auftrag"].dump(), R"([{"AuftragsNr":"25017"}])");
  EXPECT_THAT(json["structure_access_info"], ElementsAre("Auftrag.PKUUID_20"));
}

TEST_F(ProfactoRead, TableOfAnotherSetIsRefused) {
  start();
  for (const char* table : {"Kunden", "NoSuchTable", "auftrag"}) {
    const Json json = get({{"table", table}});
    EXPECT_EQ(json["success"], false);
    EXPECT_THAT(json["structure_access_info"], ElementsAre(table));
  }
  EXPECT_EQ(get({{"table", "Auftrag"}}, O::kProjectsWrite)["success"], false);
  EXPECT_EQ(get({{"table", "Kundengruppe"}}, O::kCustomers)["Kundengruppe"].size(), 0u);
}

TEST_F(ProfactoRead, IntegrationSetMayReadProjectsIfSoSwitched) {
  start({.tokens = {{"T", {"Integration"}}}});
  EXPECT_EQ(get({{"table", "Auftrag"}}, "T")["success"], false);
  simulator->configure([](O& options) { options.integrationReadsProjects = true; });
  EXPECT_EQ(get({}, "T")["Auftrag"].size(), 5u);
}

TEST_F(ProfactoRead, FieldsCanBeRenamedAndChangeDatesSwitchedOff) {
  start({.rename = {{"Auftrag.Prozessstatus", "ProzStatNr"}}, .withoutChangeField = {"Auftrag"}});
  simulator->setField("Auftrag", "S019", "Prozessstatus", 110);
  EXPECT_EQ(project("S019", "ProzStatNr")["ProzStatNr"], 110);
  EXPECT_EQ(simulator->row("Auftrag", "S019")["ProzStatNr"], 110);
  EXPECT_EQ(get({{"fields", "Prozessstatus"}})["success"], false);
  EXPECT_EQ(get({{"fields", "AenderungsDatum"}})["success"], false);
  EXPECT_EQ(get({{"query", "AenderungsDatum >= 2025-01-01"}})["success"], false);
  EXPECT_EQ(get({{"table", "Auftragspositio"}, {"fields", "AenderungsDatum"}})["success"], true);
}

TEST_F(ProfactoRead, ChangeDateIsTheDayOfTheLastEdit) {
  start({.clock = [] {
    return std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + std::chrono::hours(22) + std::chrono::seconds(1);
  }});
  EXPECT_EQ(project("S019", "AenderungsDatum")["AenderungsDatum"], "2025-05-10");  // Berlin is two hours ahead
  simulator->advanceClock(std::chrono::hours(48));
  simulator->setField("Auftrag", "S019", "Bauvorhaben", "neu");
  EXPECT_EQ(project("S019", "AenderungsDatum")["AenderungsDatum"], "2025-05-12");
  EXPECT_THAT(numbers(get({{"query", "AenderungsDatum >= 2025-05-11"}})), ElementsAre("S019"));
}

TEST_F(ProfactoRead, OddAnswersComeAsOftenAsAsked) {
  using Odd = ProfactoSimulator::Odd;
  start();
  const Parameters call = {{"token", O::kProjects}, {"fields", "AuftragsNr"}};
  simulator->addOdd(Odd::TruncatedJson);
  EXPECT_FALSE(Json::accept(callPost(*simulator, "api_get", call).body));
  simulator->addOdd(Odd::NoBody);
  EXPECT_EQ(callPost(*simulator, "api_get", call).body, "");
  simulator->addOdd(Odd::EmptyAnswer, 2, "Auftrag");
  for (int i = 0; i < 2; ++i) {
    const Json empty = get({});
    EXPECT_EQ(empty["success"], true);
    EXPECT_EQ(empty["Auftrag"].size(), 0u);
    EXPECT_EQ(empty["records"]["total_in_query"], 0);
  }
  simulator->addOdd(Odd::TooFewRows);
  const Json few = get({});
  EXPECT_EQ(few["Auftrag"].size(), 2u);
  EXPECT_EQ(few["records"]["total_in_page"], 5);
  simulator->addOdd(Odd::RowsTwice, -1);
  EXPECT_EQ(get({})["Auftrag"].size(), 6u);
  EXPECT_EQ(get({})["records"]["total_in_page"], 5);
  simulator->clearOdd();
  EXPECT_EQ(get({})["Auftrag"].size(), 5u);
}

TEST_F(ProfactoRead, PagesHoldNoSnapshot) {
  start();
  EXPECT_THAT(numbers(get({{"limit", "2"}})), ElementsAre("25017", "S019"));
  simulator->erase("Auftrag", "25017");
  // Read page by page, PK-0003 was never seen.
  EXPECT_THAT(numbers(get({{"limit", "2"}, {"offset", "2"}})), ElementsAre("06127", "05104B"));
}

TEST_F(ProfactoRead, AnswersCanBeSlow) {
  start({.slowness = std::chrono::milliseconds(60)});
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(get({})["success"], true);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(60));
}

TEST_F(ProfactoRead, EndsAtOnceWhileAnAnswerIsSlow) {
  start({.slowness = std::chrono::seconds(40)});
  std::thread client([url = simulator->url()] {
    try {
      send("GET", url + "/4DAction/api_get");
    } catch (const Poco::Exception&) {
    }
  });
  while (simulator->counts().requests == 0) std::this_thread::yield();
  const auto begun = std::chrono::steady_clock::now();
  simulator.reset();
  client.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

TEST_F(ProfactoRead, ResponseHtmlIsAPageAndUnknownMethodsAreNotFound) {
  start();
  const Reply page = callPost(*simulator, "api_get", {{"token", O::kProjects}, {"response", "HTML"}});
  EXPECT_THAT(page.contentType, HasSubstr("text/html"));
  EXPECT_EQ(callPost(*simulator, "api_get_nothing", {{"token", O::kProjects}}).status, 404);
  EXPECT_EQ(send("GET", simulator->url() + "/favicon.ico").status, 404);
}

TEST_F(ProfactoRead, BasePathCanBeThatOfAProxy) {
  start({.basePath = "/profacto/"});
  EXPECT_EQ(send("POST", simulator->url() + "/profacto/api_get", formEncoded({{"token", O::kProjects}}))
                .json()["Auftrag"]
                .size(),
            5u);
  EXPECT_EQ(callPost(*simulator, "api_get", {{"token", O::kProjects}}).status, 404);
}

TEST_F(ProfactoRead, ServesSeveralClientsWhileUsersEdit) {
  start();
  std::vector<std::jthread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([this] {
      for (int i = 0; i < 10; ++i) EXPECT_EQ(get({{"query", "Status = 3 order by AuftragsNr"}})["Auftrag"].size(), 5u);
    });
  }
  for (int i = 0; i < 50; ++i) {
    simulator->setField("Auftrag", "S019", "Bauvorhaben", std::to_string(i));
    simulator->insert("Kunden", {{"KundenNr", std::to_string(i)}});
  }
  clients.clear();
  EXPECT_EQ(simulator->counts().reads, 40);
}

TEST(ProfactoLoad, AHundredThousandCustomersAreReadPageByPage) {
  ProfactoSimulator simulator;
  simulator.load({.customers = 100'000, .projects = 100, .articles = 10});
  simulator.start({});
  std::set<std::string> seen;
  for (int offset = 0; offset < 100'000; offset += 5'000) {
    const Reply reply = callPost(simulator, "api_get",
                                 {{"token", O::kCustomers},
                                  {"fields", "KundenNr"},
                                  {"query", "KundenNr = \"@\" order by KundenNr"},
                                  {"limit", "5000"},
                                  {"offset", std::to_string(offset)}});
    const Json json = reply.json();
    for (const auto& row : json["Kunden"]) seen.insert(row["KundenNr"]);
  }
  EXPECT_EQ(seen.size(), 100'000u);
}

}  // namespace
}  // namespace postern::sim::profacto
