// Section 13, writing: what api_put_* changes, and what changes without it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/profacto/test_client.h"

namespace postern::sim::profacto {
namespace {

using O = ProfactoOptions;
using testing::HasSubstr;
using testing::Not;

struct ProfactoWrite : testing::Test {
  void start(ProfactoOptions options = {}) {
    simulator = std::make_unique<ProfactoSimulator>(std::move(options));
    simulator->start({});
    simulator->insert("Kunden", {{"KundenNr", "_0573"}, {"Name1", "Groß"}, {"Zahlungsbedingung", "sofort"}});
    simulator->insert("Auftrag", {{"AuftragsNr", "05104B"},
                                  {"Bauvorhaben", "Praxis"},
                                  {"KundenNr", "_0573"},
                                  {"Prozessstatus", 60},
                                  {"Zahlungsbedingung", "60 Tage"},
                                  {"Vortext", "von Hand"},
                                  {"AenderungsDatum", "2020-01-01"}});
    for (const int position : {1, 2}) {
      simulator->insert("Auftragspositio",
                        {{"AuftragsNr", "05104B"}, {"PositionsNr", position}, {"AenderungsDatum", "2020-01-01"}});
    }
  }
  // A complete update of the project; `more` comes first, so it wins.
  Reply update(Parameters more = {}) {
    for (const auto& [name, value] : Parameters{{"token", O::kProjectsWrite},
                                                {"update", "true"},
                                                {"AuftragsNr", "05104B"},
                                                {"Bauvorhaben", "Praxis Süd"},
                                                {"Bezeichnung", "Groß"},
                                                {"textupdatemode", "none"},
                                                {"paymentupdatemode", "none"},
                                                {"response", "JSON"}}) {
      more.emplace_back(name, value);
    }
    return callPost(*simulator, "api_put_project", more);
  }
  Json project() const { return simulator->row("Auftrag", "05104B"); }
  std::unique_ptr<ProfactoSimulator> simulator;
};

TEST_F(ProfactoWrite, UpdateWithNumberChangesTheProject) {
  start();
  const Json json = update({{"Prozessstatus", "110"}, {"Lieferdatum", "2025-05-09"}}).json();
  EXPECT_EQ(json["success"], true);
  EXPECT_EQ(json["wasUpdate"], true);
  EXPECT_EQ(json["AuftragsNr"], "05104B");
  EXPECT_EQ(json["licenseOK"], true);
  EXPECT_EQ(project()["Prozessstatus"], 110);
  EXPECT_EQ(project()["Lieferdatum"], "2025-05-09");
  EXPECT_EQ(project()["Bauvorhaben"], "Praxis Süd");
  EXPECT_EQ(project()["Vortext"], "von Hand");
  EXPECT_EQ(project()["Zahlungsbedingung"], "60 Tage");
  EXPECT_NE(project()["AenderungsDatum"], "2020-01-01");
  EXPECT_EQ(simulator->createdProjects(), 0);
  EXPECT_EQ(simulator->overwrittenTexts(), 0);
  EXPECT_EQ(simulator->counts().writes, 1);
}

TEST_F(ProfactoWrite, WritesByGetDoTheSame) {
  start();
  const Reply reply = callGet(*simulator, "api_put_project",
                              {{"token", O::kProjectsWrite},
                               {"update", "true"},
                               {"AuftragsNr", "05104B"},
                               {"Bauvorhaben", "x"},
                               {"response", "true"}});
  EXPECT_EQ(reply.json()["wasUpdate"], true);
  EXPECT_EQ(simulator->counts().writes, 1);
}

TEST_F(ProfactoWrite, MissingUpdateOrNumberCreatesAProject) {
  start();
  const auto creates = [&](const Parameters& more) {
    const std::int64_t before = simulator->createdProjects();
    const Json json = update(more).json();
    EXPECT_EQ(json["success"], true);
    EXPECT_EQ(json["wasUpdate"], false);
    EXPECT_NE(json["AuftragsNr"], "05104B");
    EXPECT_EQ(simulator->row("Auftrag", json["AuftragsNr"])["Bauvorhaben"], "Praxis Süd");
    EXPECT_EQ(simulator->createdProjects(), before + 1);
  };
  creates({{"update", "false"}});
  creates({{"update", ""}});
  creates({{"AuftragsNr", ""}});
  creates({{"AuftragsNr", "unknown"}});
  creates({{"AuftragsNr", "05104b"}});
  simulator->configure([](O& options) { options.updateCreatesAnyway = true; });
  creates({});
  EXPECT_EQ(simulator->size("Auftrag"), 7u);
  EXPECT_EQ(project()["Bauvorhaben"], "Praxis");
}

TEST_F(ProfactoWrite, ModesOtherThanNoneOverwriteTextsAndTerms) {
  start();
  update({{"textupdatemode", "default"}});
  EXPECT_EQ(simulator->overwrittenTexts(), 1);
  EXPECT_EQ(simulator->overwrittenPaymentTerms(), 0);
  EXPECT_EQ(project()["Vortext"], "Text der Voreinstellung");
  update({{"textupdatemode", "customer"}, {"paymentupdatemode", "default"}});
  EXPECT_EQ(project()["Vortext"], "Text des Kunden");
  EXPECT_EQ(project()["Zahlungsbedingung"], "sofort");
  update({{"textupdatemode", ""}, {"paymentupdatemode", ""}});
  EXPECT_EQ(simulator->overwrittenTexts(), 3);
  EXPECT_EQ(simulator->overwrittenPaymentTerms(), 2);
}

TEST_F(ProfactoWrite, ModesCanBeNumbers) {
  start({.modeSpelling = O::ModeSpelling::Numbers});
  update({{"textupdatemode", "2"}, {"paymentupdatemode", "1"}});
  EXPECT_EQ(simulator->overwrittenTexts() + simulator->overwrittenPaymentTerms(), 0);
  update();
  EXPECT_EQ(simulator->overwrittenTexts(), 1);
  EXPECT_EQ(simulator->overwrittenPaymentTerms(), 1);
}

TEST_F(ProfactoWrite, WithoutResponseTheAnswerIsAPageAndTheWriteIsDone) {
  start();
  const Reply reply = update({{"response", ""}, {"Prozessstatus", "120"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.contentType, HasSubstr("text/html"));
  EXPECT_FALSE(Json::accept(reply.body));
  EXPECT_EQ(project()["Prozessstatus"], 120);
}

TEST_F(ProfactoWrite, RequiredFieldsMustBeThere) {
  start();
  EXPECT_EQ(update({{"Bauvorhaben", ""}}).json()["error"], "missing_parameter");
  EXPECT_EQ(update({{"Bezeichnung", ""}}).json()["success"], true);
  simulator->configure([](O& options) { options.olderVersion = true; });
  const Json json = update({{"Bezeichnung", ""}}).json();
  EXPECT_EQ(json["success"], false);
  EXPECT_FALSE(json.contains("licenseOK"));
  EXPECT_EQ(simulator->createdProjects(), 0);
}

TEST_F(ProfactoWrite, WriteSetsAreSeparateInNewerVersions) {
  start();
  const Json refused = update({{"token", O::kProjects}}).json();
  EXPECT_EQ(refused["success"], false);
  EXPECT_EQ(refused["error"], "method_not_allowed");
  EXPECT_EQ(update({{"token", O::kArticlesWrite}}).json()["success"], false);
  simulator->configure([](O& options) { options.separateWriteSets = false; });
  EXPECT_EQ(update({{"token", O::kProjects}}).json()["success"], true);
}

TEST_F(ProfactoWrite, LockedFieldAndLockedRecordAreRefused) {
  start();
  EXPECT_EQ(update({{"PKUUID_20", "x"}}).json()["error"], "structure_access_denied");
  simulator->lockRecord("Auftrag", "05104B");
  EXPECT_EQ(update().json()["error"], "record_locked");
  simulator->unlockRecord("Auftrag", "05104B");
  EXPECT_EQ(update({{"NoSuchField", "is not noticed"}}).json()["success"], true);
}

TEST_F(ProfactoWrite, DatesInAnotherFormBecomeEmpty) {
  start({.writeDate = O::WriteDate::DayMonthYear2});
  update({{"Lieferdatum", "09.05.25"}});
  EXPECT_EQ(project()["Lieferdatum"], "2025-05-09");
  update({{"Lieferdatum", "2025-06-01"}});
  EXPECT_EQ(project()["Lieferdatum"], "");
}

TEST_F(ProfactoWrite, TimeBookingChangesProcessStatusOfPositions) {
  start();
  const Json json = callPost(*simulator, "api_put_time",
                             {{"token", O::kTime},
                              {"project", "05104B"},
                              {"position", "2"},
                              {"costsource", "500"},
                              {"fromtime", "08:00:00"},
                              {"totime", "09:30:00"},
                              {"response", "JSON"}})
                        .json();
  EXPECT_EQ(json["success"], true);
  EXPECT_EQ(json["UUID"].get<std::string>().size(), 32u);
  EXPECT_TRUE(json["recNum"].is_number_integer());
  EXPECT_EQ(simulator->row("Auftragspositio", "05104B|1")["Prozessstatus"], 0);
  EXPECT_EQ(simulator->row("Auftragspositio", "05104B|2")["Prozessstatus"], 110);
  EXPECT_NE(simulator->row("Auftragspositio", "05104B|2")["AenderungsDatum"], "2020-01-01");
  simulator->configure([](O& options) { options.sideChangesMoveChangeDate = false; });
  simulator->bookTime("05104B");
  EXPECT_EQ(simulator->row("Auftragspositio", "05104B|1")["Prozessstatus"], 90);
  EXPECT_EQ(simulator->row("Auftragspositio", "05104B|1")["AenderungsDatum"], "2020-01-01");
}

TEST_F(ProfactoWrite, PrintingChangesProcessStatusOfTheProject) {
  start({.sideChangesMoveChangeDate = false});
  simulator->printDocument("05104B", 100, 4);
  EXPECT_EQ(project()["Prozessstatus"], 100);
  EXPECT_EQ(project()["Status"], 4);
  EXPECT_EQ(project()["AenderungsDatum"], "2020-01-01");
  EXPECT_THROW(simulator->printDocument("none", 100), std::invalid_argument);
}

TEST_F(ProfactoWrite, CustomersContactsAndArticlesCanBePut) {
  start();
  const Json customer =
      callPost(*simulator, "api_put_customer",
               {{"token", O::kCustomersWrite}, {"Name1", "Süß"}, {"PLZ", "01067"}, {"response", "JSON"}})
          .json();
  EXPECT_EQ(simulator->row("Kunden", customer["mainKey"])["PLZ"], "01067");
  const Json contact = callPost(*simulator, "api_put_contact",
                                {{"token", O::kCustomersWrite},
                                 {"VorName", "Zoë"},
                                 {"Name", "Groß"},
                                 {"TypNr", "_0573"},
                                 {"Typ", "1"},
                                 {"response", "JSON"}})
                           .json();
  EXPECT_EQ(contact["TypNr"], "_0573");
  EXPECT_TRUE(contact["RecNum"].is_number_integer());
  EXPECT_EQ(simulator->row("Ansprechpartner", "1|_0573|Groß|Zoë")["isInaktiv"], false);
  const Parameters item = {{"token", O::kArticlesWrite},
                           {"ArtikelTypenNr", "007x"},
                           {"Artikelgruppe", "Öl"},
                           {"Breite", "22.5"},
                           {"response", "JSON"}};
  EXPECT_EQ(callPost(*simulator, "api_put_item", item).json()["wasUpdate"], false);
  EXPECT_EQ(callPost(*simulator, "api_put_item", item).json()["wasUpdate"], true);
  EXPECT_EQ(simulator->row("Artikel", "007x")["Breite"], 22.5);
  EXPECT_EQ(
      callPost(*simulator, "api_put_item", {{"token", O::kArticlesWrite}, {"response", "JSON"}}).json()["success"],
      false);
}

TEST_F(ProfactoWrite, SimulatorPathsDoWhatUsersDo) {
  start();
  EXPECT_EQ(control(*simulator, "insert", {{"table", "Artikel"}, {"row", {{"ArtikelTypenNr", "A1"}}}}).status, 200);
  EXPECT_EQ(control(*simulator, "edit",
                    {{"table", "Artikel"}, {"key", "A1"}, {"fields", {{"Breite", 19.5}, {"Einheit", "m²"}}}})
                .status,
            200);
  EXPECT_EQ(send("GET", simulator->url() + "/_sim/dump?table=Artikel").json()[0]["Breite"], 19.5);
  EXPECT_EQ(control(*simulator, "erase", {{"table", "Artikel"}, {"key", "A1"}}).status, 200);
  EXPECT_EQ(simulator->size("Artikel"), 0u);
  EXPECT_EQ(control(*simulator, "book", {{"project", "05104B"}}).status, 200);
  EXPECT_EQ(simulator->row("Auftragspositio", "05104B|1")["Prozessstatus"], 90);
  EXPECT_EQ(control(*simulator, "print", {{"project", "05104B"}, {"status", 110}}).status, 200);
  EXPECT_EQ(project()["Prozessstatus"], 110);
  const auto before = simulator->now();
  EXPECT_EQ(control(*simulator, "clock", {{"advance_s", 900}}).status, 200);
  EXPECT_GE(simulator->now() - before, std::chrono::seconds(900));
  EXPECT_EQ(control(*simulator, "mode", {{"dateForm", "UtcLong"}, {"olderVersion", true}}).status, 200);
  EXPECT_EQ(control(*simulator, "odd", {{"kind", "NoBody"}}).status, 200);
  EXPECT_EQ(control(*simulator, "slot", {{"token", "X"}, {"ip", "10.0.0.5"}}).status, 200);
  EXPECT_EQ(simulator->slotsInUse(), 1);
  for (const char* body : {R"({"table":"Nope"})", "no json"}) {
    EXPECT_EQ(send("POST", simulator->url() + "/_sim/erase", body, "application/json").status, 400) << body;
  }
  EXPECT_EQ(control(*simulator, "mode", {{"dateForm", "Sideways"}}).status, 400);
  update();
  update({{"update", "false"}});
  const Json counts = send("GET", simulator->url() + "/_sim/counts").json();
  EXPECT_EQ(counts["createdProjects"], 1);
  EXPECT_EQ(counts["applied"], 2);
}

}  // namespace
}  // namespace postern::sim::profacto
