// The small pure parts of the pair: text lines, order of numbers, sums, delivery weeks.

#include <gmock/gmock.h>

#include "agent/clock.h"
#include "connectors/links/profacto_craftboxx/delivery_week.h"
#include "connectors/links/profacto_craftboxx/lines.h"
#include "connectors/links/profacto_craftboxx/quantities.h"
#include "connectors/links/profacto_craftboxx/tables.h"

namespace postern::profacto_craftboxx {
namespace {

using testing::ElementsAre;

TEST(CraftboxxLines, LinesAreTrimmedAndEmptyOnesLeftOut) {
  EXPECT_THAT(linesOf(" a \r\r\n\n b c\t"), ElementsAre("a", "b c"));
  EXPECT_THAT(linesOf(""), ElementsAre());
  EXPECT_EQ(oneLine("a\nb", " / "), "a / b");
  EXPECT_EQ(trimmed(" \n ü x\t"), "ü x");
  EXPECT_EQ(trimmed(" \n "), "");
}

TEST(CraftboxxLines, NumbersAreShownWithAComma) {
  EXPECT_EQ(germanNumber("1.125"), "1,125");
  EXPECT_EQ(germanNumber(" 12 "), "12");
}

TEST(CraftboxxLines, PositionNumbersAreOrderedByValue) {
  const char* const ordered[] = {"",
                                 "1",
                                 "1.1",
                                 "1.2",
                                 "1.10",
                                 "1.10.3",
                                 "2",
                                 "2a",
                                 "2b",
                                 "10",
                                 "99999999999999999999",
                                 "100000000000000000000",
                                 "A1",
                                 "A2",
                                 "A10"};
  for (std::size_t i = 0; i < std::size(ordered); ++i) {
    for (std::size_t j = 0; j < std::size(ordered); ++j) {
      EXPECT_EQ(naturalLess(ordered[i], ordered[j]), i < j) << ordered[i] << " < " << ordered[j];
    }
  }
  EXPECT_FALSE(naturalLess("01", "1"));
  EXPECT_FALSE(naturalLess("1", "01"));
}

TEST(CraftboxxQuantities, SumsAreExactAndRoundedUp) {
  struct Case {
    std::vector<std::string> quantities;
    std::string json;
  };
  const Case cases[] = {
      {{"2.5", "1"}, R"({"A":4})"},
      {{"2.0000001"}, R"({"A":3})"},
      {{"2"}, R"({"A":2})"},
      {{"0.1", "0.2", "0.7"}, R"({"A":1})"},  // binary fractions would make 1.0000000000000002, hence 2
      {std::vector<std::string>(10, "0.1"), R"({"A":1})"},
      {{"1000000000", "0.000000000000000001"}, R"({"A":1000000001})"},
      {{"0"}, "{}"},
      {{"-1"}, "{}"},
      {{"-0.5"}, "{}"},
      {{"3", "-3"}, "{}"},
      {{"3", "-0.5"}, R"({"A":3})"},
      {{"2147483647"}, R"({"A":2147483647})"},
      {{"2147483647.5"}, "{}"},
      {{"", "viel", "1e3", "nan", "inf", "1.2.3", "-", ".", "0x10"}, "{}"},
      {{"viel", "2"}, R"({"A":2})"},
      {{".5"}, R"({"A":1})"},
  };
  for (const auto& each : cases) {
    std::vector<ArticleQuantity> quantities;
    for (const auto& quantity : each.quantities) quantities.emplace_back("A", quantity);
    EXPECT_EQ(amountsJson(roundedAmounts(quantities)), each.json) << each.quantities.front();
  }
}

TEST(CraftboxxQuantities, ArticlesAreSortedAndEscaped) {
  const std::vector<ArticleQuantity> quantities{{"B", "1"}, {"A\"1", "1"}, {"A", "1"}};
  EXPECT_EQ(amountsJson(roundedAmounts(quantities)), R"({"A":1,"A\"1":1,"B":1})");
  EXPECT_EQ(amountsJson({}), "{}");
}

TEST(CraftboxxDeliveryWeek, IsoWeeksBeginOnMonday) {
  const struct {
    int year;
    int week;
    const char* monday;
  } cases[] = {
      {2025, 1, "2024-12-30"},
      {2025, 19, "2025-05-05"},
      {2025, 52, "2025-12-22"},
      {2025, 53, ""},
      {2026, 1, "2025-12-29"},
      {2026, 53, "2026-12-28"},
      {2021, 1, "2021-01-04"},
      {2020, 53, "2020-12-28"},
      {2025, 0, ""},
      {2025, 54, ""},
      {25, 19, ""},
  };
  for (const auto& each : cases) {
    const auto monday = isoMonday(each.year, each.week);
    EXPECT_EQ(monday ? isoDate(*monday) : "", each.monday) << each.year << "/" << each.week;
  }
}

TEST(CraftboxxDeliveryWeek, FormsOfAWeekAreRead) {
  const struct {
    const char* text;
    const char* entered;
    const char* monday;
  } cases[] = {
      {"2025/19", "", "2025-05-05"},
      {"19/2025", "", "2025-05-05"},
      {"KW 19/2025", "", "2025-05-05"},
      {"kw19 2025", "", "2025-05-05"},
      {"2025-W19", "", "2025-05-05"},
      {"202519", "", "2025-05-05"},
      {"9/2025", "", "2025-02-24"},
      {"19", "2025-01-15", "2025-05-05"},
      {"KW 19", "2025-01-15", "2025-05-05"},
      {"KW19.", "2025-01-15", "2025-05-05"},
      {"19", "2024-12-10", "2025-05-05"},
      {"19", "2025-05-11", "2025-05-05"},  // still in that week
      {"19", "2025-05-12", "2026-05-04"},
      {"1", "2025-12-31", "2025-12-29"},   // 31 December lies in week 1 of the next year
      {"53", "2021-01-02", "2020-12-28"},  // 2 January lies in week 53 of the year before
      {"53", "2025-03-01", "2026-12-28"},
      {"53", "2022-01-10", "2026-12-28"},
      {"19", "", ""},
      {"19/25", "2025-01-15", ""},
      {"KW 54", "2025-01-15", ""},
      {"0", "2025-01-15", ""},
      {"", "2025-01-15", ""},
      {"Mitte Mai", "2025-01-15", ""},
      {"KW 19-21", "2025-01-15", ""},
      {"19. KW 2025 oder 20", "2025-01-15", ""},
      {"123", "2025-01-15", ""},
      {"2025", "2025-01-15", ""},
  };
  for (const auto& each : cases) {
    const auto monday = deliveryMonday(each.text, parseIsoDate(each.entered));
    EXPECT_EQ(monday ? isoDate(*monday) : "", each.monday) << each.text << ", entered " << each.entered;
  }
}

TEST(CraftboxxTables, KeysIgnoreCaseBlanksAndAFinalPoint) {
  EXPECT_EQ(tableKey(" STÜCK. "), "stück");
  EXPECT_EQ(tableKey("lfd.   M"), "lfd. m");
  EXPECT_EQ(tableKey(""), "");
  EXPECT_FALSE(countryOf(""));
  EXPECT_FALSE(countryOf("|"));
}

}  // namespace
}  // namespace postern::profacto_craftboxx
