// Projects and when they are sent: profacto.md section 11, rows 4 and 5; craftboxx.md section 9, row 4.

#include <gmock/gmock.h>

#include "tests/connectors/profacto_craftboxx_fixture.h"

namespace postern::profacto_craftboxx {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Record aProject(Fields fields, std::optional<sys_days> changed = {}) {
  return {"project", "06127", "", std::move(fields), changed};
}

Record aPosition(std::optional<sys_days> changed = {}) {
  return {"position", "06127/1", "06127", {{"number", "1"}, {"process_status", "10"}}, changed};
}

struct CraftboxxProjects : PairTest {
  Clock::Time berlin(sys_days day, seconds time) const { return fromLocal(day, time, kZone); }
  bool isSent() const { return derive("project", "06127").has_value(); }
};

TEST_F(CraftboxxProjects, ProjectCarriesTitleNumberAndCustomer) {
  project("06127", {{"title", "Praxis Nord"}, {"commission", "Müller"}, {"customer", "_0573"}});
  const auto target = derive("project", "06127");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"title", "Praxis Nord"}, {"project_nr", "06127"}, {"customer", "_0573"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"customer", "_0573"}));
}

TEST_F(CraftboxxProjects, TitleFallsBackToTheCommissionAndThenToTheNumber) {
  const std::pair<Fields, const char*> cases[] = {
      {{{"title", "Küche\nGroß"}, {"commission", "Müller"}}, "Küche Groß"},
      {{{"title", " "}, {"commission", "Müller"}}, "Müller"},
      {{{"title", ""}, {"commission", ""}}, "06127"},
      {{}, "06127"},
  };
  for (const auto& [fields, title] : cases) {
    project("06127", fields);
    EXPECT_EQ(sent("project", "06127", "title"), title);
  }
}

TEST_F(CraftboxxProjects, ProjectWithoutCustomerWaitsForNobody) {
  project("06127", {{"title", "Küche"}, {"customer", ""}});
  EXPECT_EQ(sent("project", "06127", "customer"), "");
  EXPECT_TRUE(derive("project", "06127")->needs.empty());
}

TEST_F(CraftboxxProjects, ProjectThatIsGoneGivesNothing) { EXPECT_FALSE(isSent()); }

// The window ends today and begins 14 days ago at midnight of the site, which is 22:00 UTC of the day before.
TEST_F(CraftboxxProjects, WindowEdgeIsMidnightOfTheSite) {
  now = berlin(year(2025) / 5 / 20, hours(23) + minutes(59));
  erp.put(aProject({}), berlin(year(2025) / 5 / 6, seconds(0)));
  EXPECT_TRUE(isSent());
  erp.put(aProject({}), berlin(year(2025) / 5 / 6, seconds(0)) - seconds(1));
  EXPECT_FALSE(isSent());

  erp.put(aProject({}), berlin(year(2025) / 5 / 6, hours(12)));
  now = berlin(year(2025) / 5 / 20, hours(24)) - seconds(1);
  EXPECT_TRUE(isSent());
  now = berlin(year(2025) / 5 / 20, hours(24));
  EXPECT_FALSE(isSent());
}

TEST_F(CraftboxxProjects, WindowEdgeHoldsAcrossTheChangeToSummerTime) {
  erp.put(aProject({}), berlin(year(2025) / 3 / 24, seconds(0)));
  now = berlin(year(2025) / 4 / 7, hours(23) + minutes(59));
  EXPECT_TRUE(isSent());
  now = berlin(year(2025) / 4 / 8, seconds(0));
  EXPECT_FALSE(isSent());
}

TEST_F(CraftboxxProjects, ChangeDayOfTheSystemCountsBeforeOurOwnStamp) {
  struct Case {
    sys_days changed;
    bool sent;
  };
  const Case cases[] = {
      {year(2025) / 5 / 6, true},
      {year(2025) / 5 / 5, false},
      {year(2025) / 5 / 20, true},
      {year(2025) / 5 / 21, true},  // the ERP's clock may run ahead
  };
  for (const auto& each : cases) {
    erp.put(aProject({}, each.changed), now);
    EXPECT_EQ(isSent(), each.sent) << isoDate(each.changed);
  }
  erp.put(aProject({}, sys_days(year(2025) / 5 / 20)), now - hours(24 * 90));
  EXPECT_TRUE(isSent());
}

TEST_F(CraftboxxProjects, ChangeOfOnePositionIsEnough) {
  const auto longAgo = now - hours(24 * 90);
  erp.put(aProject({}), longAgo);
  erp.put(aPosition(), longAgo);
  EXPECT_FALSE(isSent());
  erp.put(aPosition(), now);
  EXPECT_TRUE(isSent());
  erp.put(aPosition(sys_days(year(2025) / 5 / 5)), now);
  EXPECT_FALSE(isSent());
  erp.put(aPosition(sys_days(year(2025) / 5 / 6)), longAgo);
  EXPECT_TRUE(isSent());
}

TEST_F(CraftboxxProjects, WindowIsASettingInWholeDays) {
  erp.put(aProject({}, sys_days(year(2025) / 5 / 17)));
  settings["window"] = "3d";
  EXPECT_TRUE(isSent());
  settings["window"] = "2d";
  EXPECT_FALSE(isSent());
  settings["window"] = "49h";
  EXPECT_TRUE(isSent());
}

TEST_F(CraftboxxProjects, AppointmentFollowsTheSameWindow) {
  erp.put(aProject({{"process_status", "40"}}, sys_days(year(2025) / 5 / 6)));
  EXPECT_TRUE(derive("appointment", "06127"));
  erp.put(aProject({{"process_status", "40"}}, sys_days(year(2025) / 5 / 5)));
  EXPECT_FALSE(derive("appointment", "06127"));
}

TEST_F(CraftboxxProjects, ProjectAndPositionTouchProjectAndAppointment) {
  const auto both = UnorderedElementsAre(Reference{"project", "06127"}, Reference{"appointment", "06127"});
  EXPECT_THAT(rules()->touched(aProject({}), erp), both);
  EXPECT_THAT(rules()->touched(aPosition(), erp), both);
  EXPECT_TRUE(rules()->touched({"other", "1", "", {}, {}}, erp).empty());
}

}  // namespace
}  // namespace postern::profacto_craftboxx
