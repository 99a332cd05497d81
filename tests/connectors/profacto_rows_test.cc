// Rows of profacto's answers: keys, bytes, character sets.

#include "tests/connectors/profacto_api_fixture.h"

namespace postern::profacto {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// ---- Rows -----------------------------------------------------------------------------------------------------------

TEST_F(ProfactoApiTest, KeysAreTextAndNumbersByTheirBytes) {
  http.answer(
      200,
      tableAnswer("Kunden", R"({"KundenNr":"0012"},{"KundenNr":25017 },{"kundennr":"_x"},{"KundenNr":"\u00e4"})", ""));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  std::vector<std::string> keys;
  for (const Row& row : page->rows) keys.push_back(row.key);
  EXPECT_THAT(keys, ElementsAre("0012", "25017", "_x", "ä"));
}

TEST_F(ProfactoApiTest, RowsWithoutKeyAreLeftOutWithAWarning) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1"},{"KundenNr":""},{"Name1":"x"},{"KundenNr":null})",
                               R"({"total_in_query":4,"offset":0,"limit":500,"total_in_page":4})"));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.size(), 1U);
  EXPECT_TRUE(page->last);
  ASSERT_EQ(page->warnings.size(), 1U);
  EXPECT_THAT(page->warnings[0].args, ElementsAre("Kunden", "3"));
}

TEST_F(ProfactoApiTest, TableIsFoundInOtherLetterCaseToo) {
  http.answer(200, R"({"success":true,"KUNDEN":[{"KundenNr":"1"}]})");
  http.answer(200, R"({"success":true,"KUNDEN":[{"KundenNr":"1"}],"Kunden":[{"KundenNr":"2"}],"kunden":[]})");
  Source& source = open();
  EXPECT_EQ(source.read(request("customer"), {})->rows.at(0).key, "1");
  EXPECT_EQ(source.read(request("customer"), {})->rows.at(0).key, "2");
}

TEST_F(ProfactoApiTest, RowsOutliveEverythingButThePage) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1","Name1":"A"},{"KundenNr":"2","Name1":"B"})", ""));
  Page page = std::move(*open().read(request("customer"), {}));
  system.reset();
  EXPECT_EQ(page.rows.at(1).raw, R"({"KundenNr":"2","Name1":"B"})");
}

TEST_F(ProfactoApiTest, EmptyTableIsAPage) {
  http.answer(200, tableAnswer("Kunden", "", R"({"total_in_query":0,"offset":0,"limit":500,"total_in_page":0})"));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_THAT(page->rows, IsEmpty());
}

// ---- Charset --------------------------------------------------------------------------------------------------------

TEST(ProfactoCharsetTest, BytesBecomeUtf8) {
  const struct {
    const char* body;
    const char* contentType;
    const char* setting;
    const char* expected;
  } cases[] = {
      {"M\xC3\xBCller", "application/json", "auto", "Müller"},
      {"M\xFCller \x80", "application/json", "auto", "Müller €"},
      {"M\xFCller", "application/json; charset=windows-1252", "auto", "Müller"},
      {"M\xFCller \x80", "application/json; charset=\"ISO-8859-1\"", "auto", "Müller €"},
      {"M\xC3\xBCller", "application/json; charset=UTF-8", "auto", "Müller"},
      {"M\xFCller", "application/json; charset=utf-8", "auto", "Müller"},
      {"M\xFCller", "application/json; charset=klingon", "auto", "Müller"},
      {"M\xC3\xBC", "application/json; charset=windows-1252", "auto", "MÃ¼"},
      {"M\xC3\xBC", "application/json; charset=windows-1252", "utf-8", "Mü"},
      {"\xA4", "", "iso-8859-15", "€"},
      {"\xEF\xBB\xBF{}", "", "auto", "{}"},
      {"", "", "auto", ""},
      {"x", ";;;=", "auto", "x"},
  };
  for (const auto& c : cases) EXPECT_EQ(toUtf8(c.body, c.contentType, c.setting), c.expected) << c.contentType;
}

TEST_F(ProfactoApiTest, KeysAndRowsComeInUtf8) {
  http.answer(200, tableAnswer("Kunden", "{\"KundenNr\":\"M\xFC-1\",\"Name1\":\"Gr\xFC\xDF\x80\"}", ""));
  Source& source = open();
  const auto page = source.read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.at(0).key, "Mü-1");
  EXPECT_EQ(source.map("customer", page->rows.at(0))->field("name1"), "Grüß€");
}

}  // namespace
}  // namespace postern::profacto
