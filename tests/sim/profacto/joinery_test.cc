#include "tests/sim/profacto/joinery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::sim::profacto {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::set<std::string> texts(const ProfactoSimulator& simulator, const char* table, const char* field) {
  std::set<std::string> out;
  for (const auto& row : simulator.rows(table))
    out.insert(row[field].is_string() ? row[field].get<std::string>() : row[field].dump());
  return out;
}

struct ProfactoJoinery : testing::Test {
  ProfactoJoinery() { simulator.load({.seed = 7, .customers = 200, .projects = 200, .articles = 80}); }
  ProfactoSimulator simulator;
};

TEST_F(ProfactoJoinery, IsTheSameForTheSameSeed) {
  ProfactoSimulator same, other;
  same.load({.seed = 7, .customers = 200, .projects = 200, .articles = 80});
  other.load({.seed = 8, .customers = 200, .projects = 200, .articles = 80});
  EXPECT_EQ(same.rows("Auftragspositio"), simulator.rows("Auftragspositio"));
  EXPECT_NE(other.rows("Auftragspositio"), simulator.rows("Auftragspositio"));
}

TEST_F(ProfactoJoinery, HasKeysWithLeadingZerosUnderscoresAndLetters) {
  EXPECT_THAT(simulator.keys("Kunden"), IsSupersetOf({"n21-00011", "_0008", "00015"}));
  EXPECT_THAT(simulator.keys("Auftrag"), IsSupersetOf({"25020", "S021", "PK-0022", "06023", "05024B"}));
  EXPECT_THAT(simulator.keys("Artikel"), IsSupersetOf({"SP-ei-0004", "000005", "HPL0006W", "_B7.5"}));
  EXPECT_EQ(simulator.size("Kunden"), 200u);
  EXPECT_EQ(simulator.size("Auftrag"), 200u);
}

TEST_F(ProfactoJoinery, HasUmlautsCarriageReturnsAndDecimals) {
  EXPECT_THAT(texts(simulator, "Kunden", "Name1"), Contains(HasSubstr("ß")));
  EXPECT_THAT(texts(simulator, "Kunden", "Name1"), Contains(HasSubstr("GmbH & Co. KG")));
  EXPECT_THAT(texts(simulator, "Auftrag", "Lieferinfo"), Contains(HasSubstr("\r\r")));
  EXPECT_THAT(texts(simulator, "Auftragspositio", "Bezeichnung"), Contains(HasSubstr("\r\r")));
  EXPECT_THAT(texts(simulator, "Auftragspositio", "Anzahl"), Contains("2.5"));
  EXPECT_THAT(texts(simulator, "Auftragspositio", "Einheit"), IsSupersetOf({"Stk", "m²", "lfm"}));
  EXPECT_THAT(texts(simulator, "Artikel", "Hoehe"), Contains("22.5"));
}

TEST_F(ProfactoJoinery, HasAllStatusesAndKindsOfDeliveryDates) {
  EXPECT_THAT(texts(simulator, "Auftrag", "Status"), IsSupersetOf({"0", "3", "4", "9"}));
  EXPECT_THAT(texts(simulator, "Auftrag", "Prozessstatus"), IsSupersetOf({"10", "40", "45", "110", "140"}));
  int dates = 0, weeks = 0, none = 0;
  for (const auto& row : simulator.rows("Auftrag")) {
    dates += row["Lieferdatum"] != "";
    weeks += row["Lieferwoche"] != "";
    none += row["Lieferdatum"] == "" && row["Lieferwoche"] == "";
  }
  EXPECT_GT(dates, 50);
  EXPECT_GT(weeks, 20);
  EXPECT_GT(none, 20);
}

TEST_F(ProfactoJoinery, HasCustomerAndSupplierContactsActiveAndNot) {
  EXPECT_EQ(texts(simulator, "Ansprechpartner", "Typ"), (std::set<std::string>{"0", "1"}));
  EXPECT_EQ(texts(simulator, "Ansprechpartner", "isInaktiv"), (std::set<std::string>{"false", "true"}));
  std::map<std::string, int> mains;
  for (const auto& row : simulator.rows("Ansprechpartner")) {
    if (row["Hauptansprechpartner"].get<bool>()) ++mains[row["TypNr"].get<std::string>()];
  }
  EXPECT_FALSE(mains.empty());
  for (const auto& [owner, count] : mains) EXPECT_EQ(count, 1) << owner;
}

TEST_F(ProfactoJoinery, RefersOnlyToRowsThatExist) {
  const auto customers = texts(simulator, "Kunden", "KundenNr");
  const auto projects = texts(simulator, "Auftrag", "AuftragsNr");
  auto articles = texts(simulator, "Artikel", "ArtikelTypenNr");
  articles.insert("");
  for (const auto& row : simulator.rows("Auftrag")) EXPECT_THAT(customers, Contains(row["KundenNr"]));
  for (const auto& row : simulator.rows("Auftragspositio")) {
    EXPECT_THAT(projects, Contains(row["AuftragsNr"]));
    EXPECT_THAT(articles, Contains(row["ArtikelTypenNr"]));
  }
}

}  // namespace
}  // namespace postern::sim::profacto
