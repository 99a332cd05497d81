// Values as programs export them, and patterns of file names.

#include "connectors/files/values.h"

#include <gtest/gtest.h>

#include "connectors/files/folder.h"

namespace postern::files {
namespace {

const std::string kZone = "Europe/Berlin";
using Value = std::optional<std::string>;

TEST(FilesValuesTest, NumbersAreReadByTheDecimalSign) {
  const struct {
    const char* text;
    Value point;
    Value comma;
  } kCases[] = {
      {"12", "12", "12"},
      {" 12.50 ", "12.5", std::nullopt},
      {"12,50", std::nullopt, "12.5"},
      {"1,234.5", "1234.5", std::nullopt},
      {"1.234,5", std::nullopt, "1234.5"},
      {"1 234", "1234", "1234"},
      {"1'234", "1234", "1234"},
      {"1\xC2\xA0"
       "234",
       "1234", "1234"},
      {"1.234", "1.234", "1234"},
      {"-007", "-7", "-7"},
      {"12-", "-12", "-12"},
      {"-0.0", "0", std::nullopt},
      {"", "", ""},
      {"-", std::nullopt, std::nullopt},
      {"1.2.3", std::nullopt, std::nullopt},
      {"12a", std::nullopt, std::nullopt},
      {"1e5", std::nullopt, std::nullopt},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(plainNumber(one.text, false), one.point) << one.text;
    EXPECT_EQ(plainNumber(one.text, true), one.comma) << one.text;
  }
}

TEST(FilesValuesTest, DatesAreReadInTheirOrder) {
  const struct {
    const char* text;
    DateOrder order;
    Value day;
  } kCases[] = {
      {"09-05-2025", DateOrder::DayFirst, "2025-05-09"},
      {"9.5.25", DateOrder::DayFirst, "2025-05-09"},
      {"05/09/2025", DateOrder::MonthFirst, "2025-05-09"},
      {"25-05-09", DateOrder::YearFirst, "2025-05-09"},
      {"2025-05-09", DateOrder::DayFirst, "2025-05-09"},
      {"2025-05-09T10:00:00Z", DateOrder::DayFirst, "2025-05-09"},
      {"09-05-2025 00:00:00", DateOrder::DayFirst, "2025-05-09"},
      {"20250509", DateOrder::YearFirst, "2025-05-09"},
      {"09052025", DateOrder::DayFirst, "2025-05-09"},
      {"31-12-99", DateOrder::DayFirst, "1999-12-31"},
      {"  -  -  ", DateOrder::DayFirst, ""},
      {"00.00.0000", DateOrder::DayFirst, ""},
      {"", DateOrder::DayFirst, ""},
      {"30-02-2025", DateOrder::DayFirst, std::nullopt},
      {"05-13-2025", DateOrder::DayFirst, std::nullopt},
      {"09-05/2025", DateOrder::DayFirst, std::nullopt},
      {"09-05-2025 Monday", DateOrder::DayFirst, std::nullopt},
      {"gisteren", DateOrder::DayFirst, std::nullopt},
  };
  for (const auto& one : kCases) EXPECT_EQ(plainDate(one.text, one.order, kZone), one.day) << one.text;
}

TEST(FilesValuesTest, StampInUtcIsTheSitesDay) {
  const struct {
    const char* text;
    Value day;
  } kCases[] = {
      {"2025-05-08T22:00:00Z", "2025-05-09"},
      {"2025-05-08T22:00:00.000Z", "2025-05-09"},
      {"2025-01-08 23:00Z", "2025-01-09"},
      {"2025-05-08T21:59:59Z", "2025-05-08"},
      {"08.05.2025 22:00:00 +0000", "2025-05-09"},
      {"08.05.2025 1:30 +04:00", "2025-05-07"},
      {"2025-05-09T00:00:00+02:00", "2025-05-09"},
      {"2025-05-08T19:00:00-0500", "2025-05-09"},
      {"2025-05-09T00:00:00Z", "2025-05-09"},  // a day, written as a stamp
      {"2025-05-08T22:00:00", "2025-05-08"},   // says no zone: the site's
      {"5/8/2025 10:00:00 PM", "2025-08-05"},
      {"2025-05-08T25:00:00Z", std::nullopt},
      {"2025-05-08TZ", std::nullopt},
  };
  for (const auto& one : kCases) EXPECT_EQ(plainDate(one.text, DateOrder::DayFirst, kZone), one.day) << one.text;
}

TEST(FilesValuesTest, OwnWordsForYesMakeEveryOtherWordNo) {
  EXPECT_EQ(plainFlag("Ja", {}), "true");
  EXPECT_EQ(plainFlag(".F.", {}), "false");
  EXPECT_EQ(plainFlag("lopend", {}), std::nullopt);
  EXPECT_EQ(plainFlag("Lopend", {"lopend", "nieuw"}), "true");
  EXPECT_EQ(plainFlag("gereed", {"lopend", "nieuw"}), "false");
  EXPECT_EQ(plainFlag("", {"lopend"}), "");
}

TEST(FilesValuesTest, TextLosesEdgesAndControlCharacters) {
  EXPECT_EQ(plainText("  een\r\ntwee\rdrie\x01 \n"), "een\ntwee\ndrie");
}

TEST(FilesValuesTest, PatternsMatchWholeNames) {
  const struct {
    const char* pattern;
    const char* name;
    bool match;
  } kCases[] = {
      {"klanten.csv", "Klanten.CSV", true},
      {"klanten*.csv", "klanten.csv", true},
      {"klanten*.csv", "klanten-2.csv", true},
      {"klanten*.csv", "klanten.csv.tmp", false},
      {"*a*b", "xaxxab", true},
      {"*a*b", "xbxa", false},
      {"??.txt", "ab.txt", true},
      {"??.txt", "a.txt", false},
      {"*", "anything", true},
      {"", "a", false},
  };
  for (const auto& one : kCases) EXPECT_EQ(matches(one.pattern, one.name), one.match) << one.pattern << ' ' << one.name;
}

TEST(FilesValuesTest, StampSurvivesItsText) {
  const Stamp stamp{-123456789, "klanten: mei.csv", 42};
  EXPECT_EQ(Stamp::parse(stamp.text()), stamp);
  for (const char* bad : {"", "1", "1:2", "a:2:x", "1:b:x", "1:-2:x"}) EXPECT_FALSE(Stamp::parse(bad)) << bad;
}

}  // namespace
}  // namespace postern::files
