// Articles: profacto.md section 11 "all articles with dimensions and texts"; craftboxx.md sections 5.5 and 9.

#include <gmock/gmock.h>

#include "tests/connectors/profacto_craftboxx_fixture.h"

namespace postern::profacto_craftboxx {
namespace {

struct CraftboxxArticles : PairTest {
  std::string of(Fields fields, const std::string& field) {
    article("A-0100", std::move(fields));
    return sent("article", "A-0100", field);
  }
};

TEST_F(CraftboxxArticles, ArticleCarriesNameNumberUnitAndInfo) {
  article("A-0100", {{"text", "Spanplatte weiß"},
                     {"description", "E1, P2\nbeidseitig beschichtet"},
                     {"length", "2800"},
                     {"width", "2070"},
                     {"height", "19.5"},
                     {"unit", "m²"}});
  const auto target = derive("article", "A-0100");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields,
            (Fields{{"name", "Spanplatte weiß"},
                    {"number", "A-0100"},
                    {"unit", "SQUAREMETER"},
                    {"info", "E1, P2\nbeidseitig beschichtet\nLänge x Breite x Höhe: 2800 x 2070 x 19,5 mm"}}));
  EXPECT_TRUE(target->needs.empty());
  EXPECT_THAT(rules()->touched(erp.get("article", "A-0100")->record, erp),
              testing::ElementsAre(Reference{"article", "A-0100"}));
}

TEST_F(CraftboxxArticles, NameFallsBackToTheDescriptionAndThenToTheNumber) {
  EXPECT_EQ(of({{"text", "Griff"}, {"description", "rund"}}, "name"), "Griff");
  EXPECT_EQ(of({{"text", "Griff\nrund"}}, "name"), "Griff rund");
  EXPECT_EQ(of({{"text", " "}, {"description", "\nGriff rund\nEdelstahl"}}, "name"), "Griff rund");
  EXPECT_EQ(of({{"text", ""}, {"description", ""}}, "name"), "A-0100");
  EXPECT_EQ(of({}, "name"), "A-0100");
}

TEST_F(CraftboxxArticles, OnlyMeasuresThatAreThereAreNamed) {
  EXPECT_EQ(of({{"length", "2800"}, {"width", "0"}, {"height", "19"}}, "info"), "Länge x Höhe: 2800 x 19 mm");
  EXPECT_EQ(of({{"width", "600"}}, "info"), "Breite: 600 mm");
  EXPECT_EQ(of({{"length", "0"}, {"width", ""}}, "info"), "");
  EXPECT_EQ(of({{"text", "Griff"}}, "info"), "(absent)");
}

TEST_F(CraftboxxArticles, UnitWithoutCounterpartClearsTheOldOneAndIsKeptInTheInfo) {
  EXPECT_EQ(of({{"unit", "Palette"}}, "unit"), "");
  EXPECT_EQ(of({{"unit", "Palette"}}, "info"), "Einheit: Palette");
  EXPECT_EQ(of({{"unit", "Palette"}, {"description", "Paket"}, {"width", "80"}}, "info"),
            "Paket\nBreite: 80 mm\nEinheit: Palette");
  EXPECT_EQ(of({{"unit", ""}}, "unit"), "");
  EXPECT_EQ(of({{"text", "Griff"}}, "unit"), "(absent)") << "it is not mapped";
  EXPECT_EQ(of({{"unit", ""}}, "info"), "");
}

TEST_F(CraftboxxArticles, UnitTextsBecomeUnitNames) {
  struct Case {
    const char* text;
    const char* oldName;
    const char* newName;
  };
  const Case cases[] = {
      {"Stk", "PIECE", "PIECE"},
      {"STK.", "PIECE", "PIECE"},
      {"St", "PIECE", "PIECE"},
      {"Stück", "PIECE", "PIECE"},
      {"STÜCK", "PIECE", "PIECE"},
      {"m", "METRES", "METRES"},
      {"lfm", "METRES", "RUNNING_METER"},
      {"lfd.  m", "METRES", "RUNNING_METER"},
      {"m²", "SQUAREMETER", "SQUAREMETER"},
      {"qm", "SQUAREMETER", "SQUAREMETER"},
      {"m2", "SQUAREMETER", "SQUAREMETER"},
      {"m³", "CUBIC_METRE", "CUBIC_METRE"},
      {"cbm", "CUBIC_METRE", "CUBIC_METRE"},
      {"kg", "KILOGRAMS", "KILOGRAMS"},
      {"t", "TONS", "TONS"},
      {"h", "HOURS", "HOURS"},
      {"Std.", "HOURS", "HOURS"},
      {"l", "LITRE", "LITRE"},
      {"Pkt", "PACK", "PACK"},
      {"Paket", "PARCEL", "PARCEL"},
      {"Rolle", "ROLL", "ROLL"},
      {"Paar", "PAIR", "PAIR"},
      {"Set", "SET", "SET"},
      {"Satz", "SET", "SET"},
      {"Eimer", "BUCKET", "BUCKET"},
      {"Dose", "BOX", "BOX"},
      {"Karton", "CARDBOARD", "CARDBOARD"},
      {"psch.", "FLAT_FEE", "FLAT_FEE"},
      {"mm", "", "MILLIMETRES"},
      {"%", "", "PERCENT"},
      {"Tage", "", "DAYS"},
      {"Palette", "", ""},
  };
  for (const auto& each : cases) {
    settings["units"] = "old";
    EXPECT_EQ(of({{"unit", each.text}}, "unit"), each.oldName) << each.text;
    settings["units"] = "new";
    EXPECT_EQ(of({{"unit", each.text}}, "unit"), each.newName) << each.text;
  }
}

TEST_F(CraftboxxArticles, OwnUnitsComeBeforeTheTable) {
  settings["unit_map"] = "lfm:RUNNING_METER, VE_10:BOX";
  EXPECT_EQ(of({{"unit", "LFM"}}, "unit"), "RUNNING_METER");
  EXPECT_EQ(of({{"unit", "VE 10"}}, "unit"), "BOX");
  EXPECT_EQ(of({{"unit", "VE 10"}}, "info"), "");
}

TEST_F(CraftboxxArticles, UnknownArticleGivesNothing) { EXPECT_FALSE(derive("article", "none")); }

}  // namespace
}  // namespace postern::profacto_craftboxx
