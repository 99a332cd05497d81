// Hours: accountview.md section 11, flow 5; crafter.md section 3.1, flow 5, and 3.3.

#include <gmock/gmock.h>

#include "connectors/links/accountview_crafter/amounts.h"
#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;

struct CrafterHours : PairTest {
  CrafterHours() {
    settings = {{"work_hours_code", "100"}, {"travel_hours_code", "200"}};
    inApp("work_order", "wo-81", {{"number", "W001284"}, {"project", "p-5"}}, "p-5");
    inApp("user", "u-1", {{"code", "E99"}});
    entry();
  }
  void entry(Fields changes = {}) {
    Fields fields{{"user", "u-1"},  {"user_code", "e12 "},  {"project", "p-4"}, {"work_order", "wo-81"},
                  {"kind", "work"}, {"date", "2026-01-20"}, {"minutes", "45"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inApp("time_entry", "h-7", fields, "wo-81");
  }
  std::string hours(const std::string& field) const { return sentBack("time_entry", "h-7", field); }
  std::string refused() const { return refusalOf(deriveBack("time_entry", "h-7")); }
};

TEST_F(CrafterHours, EntryCarriesEmployeeProjectCodeDateAndHours) {
  const auto target = deriveBack("time_entry", "h-7");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"employee", "E12"},
                                    {"hour_code", "100"},
                                    {"project", "p-4"},
                                    {"date", "2026-01-20"},
                                    {"text", "Werktijd"},
                                    {"hours", "0.75"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"project", "p-4"}));
  EXPECT_EQ(refusalOf(target), "");
}

TEST_F(CrafterHours, TravelTimeHasItsOwnCodeAndWord) {
  entry({{"kind", "travel"}});
  EXPECT_EQ(hours("hour_code"), "200");
  EXPECT_EQ(hours("text"), "Reistijd");
  settings["travel_hours_text"] = "Onderweg";
  EXPECT_EQ(hours("text"), "Onderweg");
}

TEST_F(CrafterHours, WhatIsMissingIsRefused) {
  struct Case {
    const char* what;
    Fields changes;
    std::string code;
  };
  const Case cases[] = {
      {"nothing", {}, ""},
      {"no code of its own, but the user's", {{"user_code", ""}}, ""},
      {"no code", {{"user_code", ""}, {"user", "u-2"}}, "PST-5040"},
      {"no project, but its work order's", {{"project", ""}}, ""},
      {"other kind", {{"kind", "break"}}, "PST-5043"},
      {"no date", {{"date", ""}}, "PST-5043"},
      {"odd date", {{"date", "20-01-2026"}}, "PST-5043"},
      {"no minutes", {{"minutes", ""}}, "PST-5043"},
      {"odd minutes", {{"minutes", "1.5"}}, "PST-5043"},
      {"endless minutes", {{"minutes", "99999999999"}}, "PST-5043"},
  };
  for (const auto& each : cases) {
    entry(each.changes);
    EXPECT_EQ(refused(), each.code) << each.what;
  }
  entry({{"user_code", ""}});
  EXPECT_EQ(hours("employee"), "E99");
  entry({{"project", ""}});
  EXPECT_EQ(hours("project"), "p-5");
  app.remove("work_order", "wo-81");
  EXPECT_EQ(refused(), "PST-5041");
}

TEST_F(CrafterHours, HourCodeMustBeSet) {
  settings = {{"work_hours_code", "100"}};
  EXPECT_EQ(refused(), "");
  entry({{"kind", "travel"}});
  const auto target = deriveBack("time_entry", "h-7");
  EXPECT_EQ(refusalOf(target), "PST-5042");
  EXPECT_THAT(target->refusal->args, ElementsAre("2026-01-20", "W001284", "travel_hours_code"));
}

TEST_F(CrafterHours, EmployeeTheErpDoesNotListIsUnknownIfItListsThem) {
  settings["employees_listed"] = "yes";
  EXPECT_EQ(refused(), "PST-5040");
  inErp("employee", "E12");
  EXPECT_EQ(refused(), "");
}

TEST_F(CrafterHours, MinutesBecomeDecimalHours) {
  struct Case {
    std::int64_t minutes;
    int decimals;
    Rounding rounding;
    const char* hours;
  };
  const Case cases[] = {
      {45, 2, Rounding::None, "0.75"},    {60, 2, Rounding::None, "1"},        {20, 2, Rounding::None, "0.33"},
      {40, 2, Rounding::None, "0.67"},    {40, 4, Rounding::None, "0.6667"},   {40, 0, Rounding::None, "1"},
      {29, 0, Rounding::None, "0"},       {3, 1, Rounding::None, "0.1"},       {600, 2, Rounding::None, "10"},
      {-20, 2, Rounding::None, "-0.33"},  {7, 2, Rounding::Quarter, "0"},      {8, 2, Rounding::Quarter, "0.25"},
      {22, 2, Rounding::Quarter, "0.25"}, {23, 2, Rounding::Quarter, "0.5"},   {52, 2, Rounding::Quarter, "0.75"},
      {53, 2, Rounding::Quarter, "1"},    {-23, 2, Rounding::Quarter, "-0.5"}, {8, 1, Rounding::Quarter, "0.3"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(hoursOf(each.minutes, each.decimals, each.rounding), each.hours) << each.minutes << '/' << each.decimals;
  }
}

TEST_F(CrafterHours, RoundingIsASettingAndNoTimeIsNotSent) {
  entry({{"minutes", "23"}});
  settings["hours_rounding"] = "quarter";
  EXPECT_EQ(hours("hours"), "0.5");
  settings["hours_decimals"] = "0";
  EXPECT_EQ(hours("hours"), "1");
  entry({{"minutes", "0"}});
  EXPECT_FALSE(deriveBack("time_entry", "h-7"));
}

TEST_F(CrafterHours, NoTimeAfterSomeWasSentIsSaid) {
  settings["hours_rounding"] = "quarter";
  const auto sent = deriveBack("time_entry", "h-7");
  for (const char* minutes : {"0", "7"}) {
    entry({{"minutes", minutes}});
    EXPECT_FALSE(deriveBack("time_entry", "h-7")) << "never sent";
    delivered[{"time_entry", "h-7"}] = sent->fields;
    const auto target = deriveBack("time_entry", "h-7");
    EXPECT_EQ(refusalOf(target), "PST-5044") << minutes;
    EXPECT_THAT(target->refusal->args, ElementsAre("2026-01-20", "W001284", "0.75"));
    delivered.clear();
  }
}

TEST_F(CrafterHours, CorrectionSaysOfWhichDayTheHoursWereSent) {
  EXPECT_THAT(deriveBack("time_entry", "h-7")->base, testing::IsEmpty());
  delivered[{"time_entry", "h-7"}] = deriveBack("time_entry", "h-7")->fields;
  entry({{"date", "2026-01-19"}});
  EXPECT_EQ(deriveBack("time_entry", "h-7")->base, (Fields{{"date", "2026-01-20"}}));
}

TEST_F(CrafterHours, EntryTouchesItself) {
  EXPECT_THAT(touchedBack(record("time_entry", "h-7", {}, "wo-81")), ElementsAre(Reference{"time_entry", "h-7"}));
}

}  // namespace
}  // namespace postern::accountview_crafter
