// Values as AccountView has them: dates in three spellings, literals, code page, upper case.

#include <gtest/gtest.h>

#include "connectors/accountview/values.h"

namespace postern::accountview {
namespace {

constexpr const char* kZone = "Europe/Amsterdam";

TEST(AccountViewValuesTest, PaddedAndControlledTextsBecomePlain) {
  EXPECT_EQ(plainText("De Vries        "), "De Vries");
  EXPECT_EQ(plainText("een\r\ntwee\rdrie\x01"), "een\ntwee\ndrie");
  EXPECT_EQ(plainText(" \t "), "");
}

TEST(AccountViewValuesTest, UpperCaseIsThatOfTheCodePage) {
  EXPECT_EQ(upperText("p-7 é ß ÿ µ ž"), "P-7 É ß Ÿ µ Ž");
  EXPECT_EQ(plainKey(" ab12  "), "AB12");
}

TEST(AccountViewValuesTest, NumbersLoseTheirTrailingZeros) {
  EXPECT_EQ(plainNumber("2.5000"), "2.5");
  EXPECT_EQ(plainNumber("10.0"), "10");
  EXPECT_EQ(plainNumber("-0.0"), "0");
  EXPECT_EQ(plainNumber("1e2"), "100");
  for (const char* bad : {"", "2,5", "drie", "nan", "1e99"}) EXPECT_FALSE(plainNumber(bad)) << bad;
}

TEST(AccountViewValuesTest, DaysInThreeSpellingsAreOneDay) {
  struct Case {
    const char* text;
    const char* day;
  };
  const Case cases[] = {{"2026-01-15", "2026-01-15"},
                        {"2026-01-15T00:00:00", "2026-01-15"},
                        {"2026-01-15T23:30:00", "2026-01-15"},
                        {"2026-01-15 08:03", "2026-01-15"},
                        {"2026-01-15T00:00:00+01:00", "2026-01-15"},
                        {"2026-01-15T00:00:00.000Z", "2026-01-15"},
                        {"2026-01-14T23:00:00Z", "2026-01-15"},
                        {"2026-07-14T22:00:00Z", "2026-07-15"},
                        {"", ""},
                        {"   ", ""},
                        {"0001-01-01T00:00:00", ""},
                        {"1899-12-30T00:00:00", ""}};
  for (const Case& one : cases) EXPECT_EQ(plainDay(one.text, kZone), one.day) << one.text;
  for (const char* bad : {"15-01-2026", "2026-02-30", "2026-01-15T25:00:00", "2026-01-15X", "2026-01-15T08:00:00?"})
    EXPECT_FALSE(plainDay(bad, kZone)) << bad;
}

TEST(AccountViewValuesTest, StampsKeepTheClockOfTheErp) {
  EXPECT_EQ(localStamp("2026-01-15T08:03:11+01:00"), "2026-01-15T08:03:11");
  EXPECT_EQ(localStamp("2026-01-15T08:03:11.123"), "2026-01-15T08:03:11");
  EXPECT_EQ(localStamp("2026-01-15"), "2026-01-15T00:00:00");
  EXPECT_EQ(localStamp(""), "");
  EXPECT_FALSE(localStamp("gisteren"));
}

TEST(AccountViewValuesTest, ChangesAreAskedForFromTheStartOfTheDayWithOverlap) {
  using std::chrono::minutes;
  EXPECT_EQ(foxProLiteral(changesFrom("2026-01-15T08:03:11", minutes(15))), "{^2026-01-15 00:00:00}");
  EXPECT_EQ(changesFrom("2026-01-15T00:10:00", minutes(15)), "2026-01-14T00:00:00");
  EXPECT_EQ(changesFrom("2026-10-25T02:30:00", minutes(15)), "2026-10-25T00:00:00");
  EXPECT_EQ(changesFrom("", minutes(15)), "");
}

TEST(AccountViewValuesTest, DaysAreSentAtLocalMidnightWithoutShift) {
  EXPECT_EQ(wireDay("2026-07-15"), "2026-07-15T00:00:00.000Z");
  EXPECT_EQ(wireDay(""), "");
}

TEST(AccountViewValuesTest, DutchPostCodesGetTheirBlank) {
  for (const char* text : {"1234ab", "1234 AB", " 12 34 Ab "}) EXPECT_EQ(dutchPostCode(text), "1234 AB") << text;
  for (const char* text : {"01067", "B-1000", "12345 AB", ""}) EXPECT_EQ(dutchPostCode(text), text);
}

TEST(AccountViewValuesTest, WhatTheCodePageLacksBecomesAQuestionMark) {
  EXPECT_EQ(inCodePage("Café – 5 € ‘ok’"), "Café – 5 € ‘ok’");
  EXPECT_EQ(inCodePage("Łódź 漢 😀"), "?ód? ? ?");
  EXPECT_EQ(firstCharacters("Één", 2), "Éé");
  EXPECT_EQ(characters("Één€"), 4U);
}

}  // namespace
}  // namespace postern::accountview
