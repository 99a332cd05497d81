#include "connectors/profacto/mapping.h"

#include <gmock/gmock.h>

#include <map>

#include "connectors/profacto/tables.h"

namespace postern::profacto {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr const char* kZone = "Europe/Berlin";

Section fieldMap(const std::map<std::string, std::string>& values = {}) {
  Section section("erp", "");
  for (const FieldName& field : fieldNames()) section.set(field.key, field.def);
  for (const auto& [key, value] : values) section.set(key, value);
  return section;
}

Layout layoutWith(const std::map<std::string, std::string>& values = {}) {
  return makeLayout(fieldMap(values), {"TypNr", "Name", "VorName"});
}

Record mapped(const Layout& layout, std::string_view kind, std::string_view json, const std::string& key = "k") {
  const auto record = mapRow(layout.at(kind), Row{key, json}, kZone);
  EXPECT_TRUE(record) << json << ' ' << (record ? "" : record.error().cause(Language::En));
  return record ? *record : Record{};
}

const Layout& full() {
  static const Layout layout = layoutWith({{"project.process_status", "Prozessstatus"},
                                           {"project.delivery_date", "Lieferdatum"},
                                           {"project.delivery_info", "Lieferinfo"},
                                           {"project.changed", "Geaendert"},
                                           {"position.unit", "Einheit"},
                                           {"position.process_status", "Prozessstatus"},
                                           {"contact.main", "Haupt"},
                                           {"article.length", "Laenge"}});
  return layout;
}

TEST(ProfactoMappingTest, NumbersBecomePlainDecimals) {
  const struct {
    const char* text;
    const char* expected;  // nullptr = no number
  } cases[] = {
      {"0", "0"},           {"-0", "0"},
      {"-0.0", "0"},        {"2.50", "2.5"},
      {"2.500000", "2.5"},  {"1e3", "1000"},
      {"2.5E-3", "0.0025"}, {"0.1", "0.1"},
      {"2,5", "2.5"},       {"-12", "-12"},
      {"007", "7"},         {"2800", "2800"},
      {"3.0", "3"},         {"1e15", "1000000000000000"},
      {"1e16", nullptr},    {"", nullptr},
      {"viel", nullptr},    {"1.2.3", nullptr},
      {"inf", nullptr},     {"nan", nullptr},
      {"1,234.5", nullptr}, {"0x10", nullptr},
      {"5 Stk", nullptr},
  };
  for (const auto& c : cases)
    EXPECT_EQ(plainNumber(c.text), c.expected == nullptr ? std::nullopt : std::optional<std::string>(c.expected))
        << c.text;
}

TEST(ProfactoMappingTest, DatesOfAllFormsBecomeTheLocalDay) {
  const struct {
    const char* text;
    const char* expected;  // nullptr = no date
  } cases[] = {
      {"2025-05-09", "2025-05-09"},
      {"2025-05-08T22:00:00.000Z", "2025-05-09"},  // local midnight in summer, turned into UTC
      {"2025-01-08T23:00:00.000Z", "2025-01-09"},  // in winter
      {"2025-05-08T22:00:00Z", "2025-05-09"},
      {"2025-05-09T00:00:00.000Z", "2025-05-09"},  // midnight that was not shifted
      {"2025-05-09T00:00:00", "2025-05-09"},       // local
      {"2025-05-09T23:30:00", "2025-05-09"},
      {"2024-02-28T23:30:00Z", "2024-02-29"},
      {"", ""},
      {"0000-00-00", ""},
      {"0000-00-00T00:00:00.000Z", ""},
      {"2025-13-09", nullptr},
      {"2025-02-30", nullptr},
      {"09.05.2025", nullptr},
      {"2025-05-09Tgarbage", nullptr},
      {"2025-05-09T25:00:00Z", nullptr},
      {"2025-05-09 und mehr", nullptr},
      {"bald", nullptr},
  };
  for (const auto& c : cases)
    EXPECT_EQ(plainDate(c.text, kZone), c.expected == nullptr ? std::nullopt : std::optional<std::string>(c.expected))
        << c.text;
}

TEST(ProfactoMappingTest, ShiftedMidnightGoesByTheSitesZone) {
  EXPECT_EQ(plainDate("2025-05-08T23:00:00.000Z", "Europe/London"), "2025-05-09");
  EXPECT_EQ(plainDate("2025-05-08T21:00:00.000Z", "Europe/Helsinki"), "2025-05-09");
  EXPECT_EQ(plainDate("2025-05-08T21:00:00.000Z", "Europe/Berlin"), "2025-05-08");
}

TEST(ProfactoMappingTest, LineBreaksOfAllKindsBecomeOneLf) {
  EXPECT_EQ(plainText("  a\rb\r\rc\r\nd\ne \r"), "a\nb\nc\nd\ne");
  EXPECT_EQ(plainText(std::string_view("a\0b\x01"
                                       "c\td",
                                       7)),
            "abc\td");
  EXPECT_EQ(plainText(" \r\n "), "");
}

TEST(ProfactoMappingTest, ProjectRowBecomesARecord) {
  const Record record = mapped(full(), "project",
                               R"({"AuftragsNr":"05104B","Bauvorhaben":"Praxis Nord ","Bezeichnung":"M\u00fcller",)"
                               R"("Status":3,"KundenNr":"n20-01170","Prozessstatus":110,)"
                               R"("Lieferdatum":"2025-05-08T22:00:00.000Z","Lieferwoche":"2025/19",)"
                               R"("Lieferinfo":"Hof\rTor 2","Erfassungsdatum":"2025-04-01","Geaendert":"2025-05-07"})",
                               "05104B");
  EXPECT_EQ(record.kind, "project");
  EXPECT_EQ(record.key, "05104B");
  EXPECT_EQ(record.parent, "");
  EXPECT_EQ(record.changed, sys_days{year{2025} / 5 / 7});
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("title", "Praxis Nord"), Pair("commission", "Müller"), Pair("status", "3"),
                                   Pair("customer", "n20-01170"), Pair("process_status", "110"),
                                   Pair("delivery_date", "2025-05-09"), Pair("delivery_week", "2025/19"),
                                   Pair("delivery_info", "Hof\nTor 2"), Pair("entered", "2025-04-01")));
}

TEST(ProfactoMappingTest, PositionRowKnowsItsProject) {
  const Record record = mapped(full(), "position",
                               R"({"AuftragsNr":"S019","PositionsNr":3,"ArtikelTypenNr":"A1","Anzahl":2.50,)"
                               R"("Bezeichnung":"Korpus\r\rweiß","Einheit":"Stk","Prozessstatus":"70"})",
                               "S019/3");
  EXPECT_EQ(record.parent, "S019");
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("number", "3"), Pair("article", "A1"), Pair("quantity", "2.5"),
                                   Pair("text", "Korpus\nweiß"), Pair("unit", "Stk"), Pair("process_status", "70")));
}

TEST(ProfactoMappingTest, ContactRowKnowsItsCustomerAndItsFlags) {
  const Record record = mapped(
      full(), "contact",
      R"({"TypNr":"_0573","Typ":1,"Name":"Meier","VorName":"Anna","Plz":"01099","isInaktiv":false,"Haupt":true})",
      "_0573/0011223344556677");
  EXPECT_EQ(record.parent, "_0573");
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("last_name", "Meier"), Pair("first_name", "Anna"), Pair("zip", "01099"),
                                   Pair("inactive", "false"), Pair("main", "true")));
}

TEST(ProfactoMappingTest, NameInTheRightCaseWinsWhereverItStands) {
  for (const char* json : {R"({"KundenNr":"1","PLZ":"right","Plz":"wrong"})", R"({"Plz":"wrong","PLZ":"right"})"})
    EXPECT_EQ(mapped(full(), "customer", json).field("zip"), "right");
}

TEST(ProfactoMappingTest, ZipKeepsItsLeadingZeroAndNumbersTheirText) {
  EXPECT_EQ(mapped(full(), "customer", R"({"PLZ":"01099"})").field("zip"), "01099");
  EXPECT_EQ(mapped(full(), "customer", R"({"PLZ":49080 })").field("zip"), "49080");
}

TEST(ProfactoMappingTest, EmptyValuesAreToldMissingOnesAreNot) {
  const Record record = mapped(full(), "project",
                               R"({"Bauvorhaben":null,"Lieferdatum":null,"Lieferinfo":"","Prozessstatus":null,)"
                               R"("Erfassungsdatum":"0000-00-00T00:00:00.000Z"})");
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("title", ""), Pair("delivery_date", ""), Pair("delivery_info", ""),
                                   Pair("process_status", ""), Pair("entered", "")));
}

TEST(ProfactoMappingTest, UnmappedFieldsAreNotAskedForAndNotTold) {
  const Layout layout = layoutWith({{"customer.phone", ""}});
  EXPECT_THAT(layout.at("customer").asked(),
              ElementsAre("KundenNr", "Name1", "Name2", "Strasse", "PLZ", "Ort", "Land", "email"));
  EXPECT_THAT(mapped(layout, "customer", R"({"Telefon":"1","Name1":"x"})").fields, ElementsAre(Pair("name1", "x")));
  EXPECT_THAT(layout.at("contact").asked(), Not(testing::Contains("Typ")));
}

TEST(ProfactoMappingTest, EachNameIsAskedForOnce) {
  const Layout layout = layoutWith({{"project.changed", "Erfassungsdatum"}, {"project.commission", "Bauvorhaben"}});
  const auto asked = layout.at("project").asked();
  EXPECT_EQ(std::set<std::string>(asked.begin(), asked.end()).size(), asked.size());
  const Record record = mapped(layout, "project", R"({"Bauvorhaben":"A","Erfassungsdatum":"2025-05-01"})");
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("title", "A"), Pair("commission", "A"), Pair("entered", "2025-05-01")));
  EXPECT_EQ(record.changed, sys_days{year{2025} / 5 / 1});
}

TEST(ProfactoMappingTest, RowThatCannotBeUnderstoodIsRejectedWithKeyAndFieldOnly) {
  const struct {
    const char* kind;
    const char* json;
    const char* field;
  } cases[] = {
      {"position", R"({"AuftragsNr":"1","Anzahl":"Geheimnis"})", "Anzahl"},
      {"position", R"({"AuftragsNr":"1","Anzahl":{"a":1}})", "Anzahl"},
      {"project", R"({"Lieferdatum":"Geheimnis"})", "Lieferdatum"},
      {"project", R"({"Bauvorhaben":["Geheimnis"]})", "Bauvorhaben"},
      {"contact", R"({"TypNr":"1","isInaktiv":"Geheimnis"})", "isInaktiv"},
      {"position", R"({"Anzahl":1})", "AuftragsNr"},
  };
  for (const auto& c : cases) {
    const auto record = mapRow(full().at(c.kind), Row{"K/1", c.json}, kZone);
    ASSERT_FALSE(record) << c.json;
    EXPECT_EQ(record.error().fault, Fault::Reject);
    EXPECT_THAT(record.error().cause(Language::De), testing::AllOf(HasSubstr("K/1"), HasSubstr(c.field)));
    EXPECT_THAT(record.error().cause(Language::De), Not(HasSubstr("Geheimnis")));
    EXPECT_THAT(record.error().detail, IsEmpty());
  }
}

TEST(ProfactoMappingTest, UnreadableChangeDateDoesNotHoldTheRecordBack) {
  EXPECT_EQ(mapped(full(), "project", R"({"Geaendert":"gestern"})").changed, std::nullopt);
  EXPECT_EQ(mapped(full(), "project", R"({"Geaendert":"0000-00-00"})").changed, std::nullopt);
}

TEST(ProfactoMappingTest, KeysAreTextByteByByte) {
  const Layout layout = layoutWith();
  const struct {
    const char* kind;
    std::vector<std::string> values;
    std::string expected;
  } cases[] = {
      {"project", {"06127"}, "06127"},
      {"project", {"PK-0003"}, "PK-0003"},
      {"customer", {"_0573"}, "_0573"},
      {"customer", {" n20-01170 "}, "n20-01170"},
      {"position", {"05104B", "10"}, "05104B/10"},
      {"position", {"05104B", ""}, ""},
      {"position", {"", "1"}, ""},
      {"project", {" "}, ""},
      {"project", {"a\nb"}, ""},
      {"project", {std::string(201, 'x')}, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(recordKey(layout.at(c.kind), c.values), c.expected);
}

TEST(ProfactoMappingTest, ContactKeyHoldsNoNameAndStaysTheSame) {
  const Layout layout = layoutWith();
  const Table& table = layout.at("contact");
  EXPECT_THAT(table.key, ElementsAre("TypNr", "TypNr", "Name", "VorName"));
  const std::string key = recordKey(table, std::vector<std::string>{"1001", "1001", "Meier", "Anna"});
  // printf '1001\x1fMeier\x1fAnna' | sha256sum | cut -c1-16
  EXPECT_EQ(key, "1001/9108f9d6d8d06053");
  EXPECT_NE(key, recordKey(table, std::vector<std::string>{"1001", "1001", "MeierAnna", ""}));
  EXPECT_EQ(key, recordKey(table, std::vector<std::string>{"1001", "1001", " Meier", "Anna "}));
  EXPECT_NE(recordKey(table, std::vector<std::string>{"1001", "1001", "", ""}), "")
      << "a nameless contact has a key, too";
}

TEST(ProfactoMappingTest, KindsAreReadTokenByTokenParentsFirst) {
  EXPECT_THAT(readKinds(), ElementsAre("article", "customer", "contact", "project", "position"));
  const Layout layout = layoutWith();
  ASSERT_EQ(layout.tables.size(), readKinds().size());
  for (std::size_t i = 0; i < layout.tables.size(); ++i) EXPECT_EQ(layout.tables[i].kind, readKinds()[i]);
}

TEST(ProfactoMappingTest, NamesThatCannotBeLeftOutAreDemanded) {
  for (const char* key : {"table.customers", "table.positions", "customer.number", "contact.owner", "contact.type",
                          "project.number", "project.status", "position.project", "position.number", "article.number"})
    EXPECT_THROW(layoutWith({{key, ""}}), ConfigError) << key;
  EXPECT_THROW(makeLayout(fieldMap(), {}), ConfigError);
  EXPECT_NO_THROW(layoutWith({{"article.group", ""}, {"position.text", ""}}));
}

TEST(ProfactoMappingTest, EveryEntryOfTheFieldMapHasAUse) {
  std::map<std::string, std::string> values;
  int n = 0;
  for (const FieldName& field : fieldNames()) values[field.key] = "F" + std::to_string(++n);
  const Layout layout = layoutWith(values);
  std::set<std::string> used{layout.typeField, layout.statusField};
  for (const Table& table : layout.tables) {
    used.insert(table.name);
    for (const std::string& name : table.asked()) used.insert(name);
  }
  for (const auto& [key, name] : values) EXPECT_TRUE(used.contains(name)) << key;
}

TEST(ProfactoMappingTest, HelpExistsInAllLanguages) {
  const auto expectComplete = [](const Text& text, const std::string& key) {
    EXPECT_STRNE(text.en, "") << key;
    EXPECT_STRNE(text.de, "") << key;
    EXPECT_STRNE(text.nl, "") << key;
  };
  for (const Option& option : options()) expectComplete(option.help, option.key);
  for (const FieldName& field : fieldNames()) expectComplete(field.help, field.key);
}

}  // namespace
}  // namespace postern::profacto
