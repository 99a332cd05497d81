// The appointment of a project: profacto.md section 11 from "process status" on and its status table; craftboxx.md
// sections 9 and 9.1.

#include <gmock/gmock.h>

#include "connectors/links/profacto_craftboxx/rules.h"
#include "tests/connectors/profacto_craftboxx_fixture.h"

namespace postern::profacto_craftboxx {
namespace {

using testing::ElementsAre;

struct CraftboxxAppointments : PairTest {
  void projectWith(Fields fields) {
    fields.emplace("process_status", "40");
    fields.emplace("customer", "_0573");
    fields.emplace("title", "Praxis Nord");
    project("25017", std::move(fields));
  }
  std::string sentField(const std::string& field) const { return sent("appointment", "25017", field); }
};

TEST_F(CraftboxxAppointments, AppointmentRefersToProjectAnschriftAndArticles) {
  projectWith({{"delivery_date", "2025-05-09"}, {"delivery_info", "Lieferung über Hof"}});
  article("A1");
  position(
      "25017", "1",
      {{"text", "Empfangstheke"}, {"quantity", "1"}, {"unit", "Stk"}, {"article", "A1"}, {"process_status", "60"}});
  const auto target = derive("appointment", "25017");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"title", "Praxis Nord"},
                                    {"project", "25017"},
                                    {"address", "main:_0573"},
                                    {"description", "Lieferung über Hof\n\n1  Empfangstheke  1 Stk  [A1]"},
                                    {"state", "SCHEDULED"},
                                    {"all_day", "true"},
                                    {"date", "2025-05-09"},
                                    {"articles", "{\"A1\":1}"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"project", "25017"}, Reference{"address", "main:_0573"},
                                         Reference{"article", "A1"}));
}

TEST_F(CraftboxxAppointments, WithoutCustomerThereIsNoAddress) {
  projectWith({{"customer", ""}});
  EXPECT_EQ(sentField("address"), "");
  EXPECT_THAT(derive("appointment", "25017")->needs, ElementsAre(Reference{"project", "25017"}));
}

// ---- process status -------------------------------------------------------------------------------------------------

struct StatusCase {
  const char* number;
  const char* state;
};

const StatusCase kStatusTable[] = {
    {"40", "SCHEDULED"},  {"50", "SCHEDULED"},  {"60", "SCHEDULED"},          {"70", "SCHEDULED"},
    {"80", "SCHEDULED"},  {"90", "SCHEDULED"},  {"100", "IN_PROGRESS"},       {"110", "IN_PROGRESS"},
    {"120", "DONE"},      {"130", "SCHEDULED"}, {"140", "DELAYED"},           {"0", "(nothing)"},
    {"10", "(nothing)"},  {"20", "(nothing)"},  {"30", "(nothing)"},          {"39", "(nothing)"},
    {"45", "(nothing)"},  {"41", "(nothing)"},  {"150", "(nothing)"},         {"", "(nothing)"},
    {"-40", "(nothing)"}, {"40x", "(nothing)"}, {"99999999999", "(nothing)"},
};

TEST_F(CraftboxxAppointments, ProcessStatusGivesTheStateWhenThereIsADate) {
  for (const auto& [number, state] : kStatusTable) {
    projectWith({{"process_status", number}, {"delivery_date", "2025-05-09"}});
    EXPECT_EQ(sentField("state"), state) << number;
  }
}

TEST_F(CraftboxxAppointments, WithoutADateTheStateIsAlwaysNotScheduled) {
  for (const auto& [number, state] : kStatusTable) {
    const bool none = std::string_view(state) == "(nothing)";
    for (const char* date : {"", "0000-00-00", "bald"}) {
      projectWith({{"process_status", number}, {"delivery_date", date}});
      EXPECT_EQ(sentField("state"), none ? "(nothing)" : "UNPLANNED") << number;
      EXPECT_EQ(sentField("date"), none ? "(nothing)" : "") << number;
      EXPECT_EQ(sentField("all_day"), none ? "(nothing)" : "(absent)") << number;
    }
  }
}

TEST_F(CraftboxxAppointments, ProjectWithoutAppointmentIsStillSent) {
  projectWith({{"process_status", "45"}});
  EXPECT_FALSE(derive("appointment", "25017"));
  EXPECT_TRUE(derive("project", "25017"));
}

TEST_F(CraftboxxAppointments, WithoutAProcessStatusFieldThereAreNoAppointments) {
  project("25017", {{"title", "Praxis Nord"}, {"delivery_date", "2025-05-09"}});
  EXPECT_FALSE(derive("appointment", "25017"));
}

TEST_F(CraftboxxAppointments, OwnNumbersExtendAndOverrideTheTable) {
  settings["own_status"] = "45:SCHEDULED, 100:SCHEDULED, 150:DONE, 35:SCHEDULED";
  const StatusCase cases[] = {{"45", "SCHEDULED"},    {"100", "SCHEDULED"}, {"150", "DONE"},
                              {"110", "IN_PROGRESS"}, {"46", "(nothing)"},  {"35", "(nothing)"}};
  for (const auto& [number, state] : cases) {
    projectWith({{"process_status", number}, {"delivery_date", "2025-05-09"}});
    EXPECT_EQ(sentField("state"), state) << number;
  }
  projectWith({{"process_status", "150"}});
  EXPECT_EQ(sentField("state"), "UNPLANNED");
}

TEST_F(CraftboxxAppointments, ThresholdIsASetting) {
  settings["threshold"] = "100";
  const StatusCase cases[] = {{"90", "(nothing)"}, {"100", "IN_PROGRESS"}};
  for (const auto& [number, state] : cases) {
    projectWith({{"process_status", number}, {"delivery_date", "2025-05-09"}});
    EXPECT_EQ(sentField("state"), state) << number;
  }
  settings["threshold"] = "30";
  settings["own_status"] = "35:SCHEDULED";
  projectWith({{"process_status", "35"}, {"delivery_date", "2025-05-09"}});
  EXPECT_EQ(sentField("state"), "SCHEDULED");
}

// ---- delivery week --------------------------------------------------------------------------------------------------

TEST_F(CraftboxxAppointments, DeliveryWeekAloneIsNoDateUnlessAskedFor) {
  projectWith({{"delivery_date", ""}, {"delivery_week", "2025/19"}});
  EXPECT_EQ(sentField("date"), "");
  EXPECT_EQ(sentField("state"), "UNPLANNED");
  settings["delivery_week"] = "monday";
  EXPECT_EQ(sentField("date"), "2025-05-05");
  EXPECT_EQ(sentField("state"), "SCHEDULED");
  EXPECT_EQ(sentField("all_day"), "true");
}

TEST_F(CraftboxxAppointments, DeliveryDateWinsOverTheWeek) {
  settings["delivery_week"] = "monday";
  projectWith({{"delivery_date", "2025-06-11"}, {"delivery_week", "2025/19"}});
  EXPECT_EQ(sentField("date"), "2025-06-11");
}

TEST_F(CraftboxxAppointments, WeekWithoutYearIsTheFirstAfterTheProjectWasEntered) {
  settings["delivery_week"] = "monday";
  projectWith({{"delivery_week", "KW 19"}, {"entered", "2024-12-10"}});
  EXPECT_EQ(sentField("date"), "2025-05-05");
  projectWith({{"delivery_week", "KW 19"}});
  EXPECT_EQ(sentField("date"), "");
}

// ---- description ----------------------------------------------------------------------------------------------------

TEST_F(CraftboxxAppointments, PositionsComeInTheOrderOfTheirNumbers) {
  projectWith({});
  for (const char* number : {"10", "2", "1.10", "1.2", "1", "02a", "100"}) position("25017", number, {});
  EXPECT_EQ(sentField("description"), "1\n1.2\n1.10\n2\n02a\n10\n100");
}

TEST_F(CraftboxxAppointments, DeliveryInfoComesFirst) {
  const struct {
    const char* info;
    bool withPosition;
    const char* description;
  } cases[] = {
      {"Hof\nklingeln\n", true, "Hof\nklingeln\n\n1  Tür"},
      {"Hof", false, "Hof"},
      {" ", true, "1  Tür"},
      {"", false, ""},
  };
  for (const auto& each : cases) {
    erp = {};
    projectWith({{"delivery_info", each.info}});
    if (each.withPosition) position("25017", "1", {{"text", "Tür"}});
    EXPECT_EQ(sentField("description"), each.description);
  }
}

TEST_F(CraftboxxAppointments, PositionLineHoldsNumberTextQuantityUnitAndArticle) {
  const std::pair<Fields, const char*> cases[] = {
      {{{"text", "Tür"}, {"quantity", "2.125"}, {"unit", "m²"}, {"article", "A1"}}, "7  Tür  2,125 m²  [A1]"},
      {{{"text", "Tür\n\n Eiche geölt \nlinks"}, {"quantity", "2"}}, "7  Tür / Eiche geölt / links  2"},
      {{{"text", ""}, {"unit", "Stk"}, {"article", "A1"}}, "7  [A1]"},
      {{}, "7"},
  };
  projectWith({});
  for (const auto& [fields, line] : cases) {
    position("25017", "7", fields);
    EXPECT_EQ(sentField("description"), line);
  }
}

TEST_F(CraftboxxAppointments, NumberOfAPositionFallsBackToItsKey) {
  projectWith({});
  erp.put({"position", "25017/7", "25017", {{"text", "Tür"}}, {}}, now);
  EXPECT_EQ(sentField("description"), "7  Tür");
}

TEST_F(CraftboxxAppointments, StatusOfAPositionDecidesWhetherItIsThereAndNeverTheState) {
  for (const auto& [number, state] : kStatusTable) {
    erp = {};
    article("A1");
    projectWith({{"process_status", "110"}, {"delivery_date", "2025-05-09"}});
    position("25017", "1", {{"process_status", number}, {"article", "A1"}, {"quantity", "1"}});
    const bool there = std::string_view(state) != "(nothing)";
    EXPECT_EQ(sentField("description"), there ? "1  1  [A1]" : "") << number;
    EXPECT_EQ(sentField("articles"), there ? "{\"A1\":1}" : "{}") << number;
    EXPECT_EQ(sentField("state"), "IN_PROGRESS") << number;
  }
}

TEST_F(CraftboxxAppointments, OwnNumbersAndThresholdHoldForPositionsToo) {
  projectWith({});
  position("25017", "1", {{"process_status", "45"}});
  position("25017", "2", {{"process_status", "40"}});
  EXPECT_EQ(sentField("description"), "2");
  settings["own_status"] = "45:DONE";
  EXPECT_EQ(sentField("description"), "1\n2");
  settings["threshold"] = "41";
  projectWith({{"process_status", "50"}});
  EXPECT_EQ(sentField("description"), "1");
}

TEST_F(CraftboxxAppointments, PositionsWithoutAStatusFieldAreAllThere) {
  projectWith({});
  position("25017", "1", {});
  position("25017", "2", {{"process_status", ""}});
  EXPECT_EQ(sentField("description"), "1");
}

// ---- articles -------------------------------------------------------------------------------------------------------

TEST_F(CraftboxxAppointments, QuantitiesAreSummedPerArticleAndRoundedUpOnce) {
  projectWith({});
  article("A1");
  article("Ä-2");
  position("25017", "1", {{"article", "A1"}, {"quantity", "2.5"}});
  position("25017", "2", {{"article", "Ä-2"}, {"quantity", "2.0000001"}});
  position("25017", "3", {{"article", "A1"}, {"quantity", "1"}});
  position("25017", "4", {{"article", ""}, {"quantity", "9"}});
  EXPECT_EQ(sentField("articles"), "{\"A1\":4,\"Ä-2\":3}");
}

TEST_F(CraftboxxAppointments, ArticlesOfHiddenPositionsDoNotCount) {
  projectWith({});
  article("A1");
  position("25017", "1", {{"article", "A1"}, {"quantity", "1"}, {"process_status", "40"}});
  position("25017", "2", {{"article", "A1"}, {"quantity", "5"}, {"process_status", "30"}});
  EXPECT_EQ(sentField("articles"), "{\"A1\":1}");
}

TEST_F(CraftboxxAppointments, ArticlesTheErpDoesNotListAreLeftOut) {
  projectWith({});
  article("A1");
  position("25017", "1", {{"article", "FREI"}, {"quantity", "1"}});
  position("25017", "2", {{"article", "A1"}, {"quantity", "0"}});
  EXPECT_EQ(sentField("articles"), "{}");
  EXPECT_THAT(derive("appointment", "25017")->needs,
              ElementsAre(Reference{"project", "25017"}, Reference{"address", "main:_0573"}));
}

}  // namespace
}  // namespace postern::profacto_craftboxx
