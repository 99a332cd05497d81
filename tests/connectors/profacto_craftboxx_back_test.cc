// The way back: state and process number (profacto.md section 11, craftboxx.md 9.1 and 9.2), name and date.

#include <gtest/gtest.h>

#include "connectors/links/profacto_craftboxx/rules.h"
#include "tests/support/memory_view.h"

namespace postern::profacto_craftboxx {
namespace {

const SharedField& sharedNamed(std::string_view name) {
  for (const auto& field : kShared) {
    if (field.name == name) return field;
  }
  throw std::out_of_range("no such field");
}

Record project(Fields fields) { return {"project", "P1", {}, std::move(fields), {}}; }

std::optional<std::string> numberFor(const std::string& state, const std::string& present,
                                     const RuleOptions& options = {}) {
  return valueForErp(sharedNamed("state"), state,
                     project({{"process_status", present}, {"delivery_date", "2025-05-09"}}), options);
}

TEST(ProfactoCraftboxxBackTest, EachStateHasItsNumberAndEachNumberOfThatStateStays) {
  struct Case {
    const char* state;
    const char* number;  // that is written
    std::vector<const char*> same;
  };
  const Case cases[] = {
      {"SCHEDULED", "40", {"40", "50", "60", "70", "80", "90", "130"}},
      {"IN_PROGRESS", "110", {"100", "110"}},
      {"DONE", "120", {"120"}},
      {"DELAYED", "140", {"140"}},
  };
  const char* kAll[] = {"10", "30", "40", "45", "50", "60", "70", "80", "90", "100", "110", "120", "130", "140", "150"};
  for (const auto& [state, number, same] : cases) {
    for (const std::string present : kAll) {
      const bool belongs = std::find(same.begin(), same.end(), present) != same.end();
      EXPECT_EQ(numberFor(state, present), belongs ? std::nullopt : std::optional<std::string>(number))
          << state << " over " << present;
    }
  }
}

TEST(ProfactoCraftboxxBackTest, StatesWithoutANumberWriteNothing) {
  for (const auto* state : {"UNPLANNED", "PAUSED", "ARCHIVED", "SOMETHING_NEW", ""}) {
    EXPECT_EQ(numberFor(state, "60"), std::nullopt) << state;
  }
}

TEST(ProfactoCraftboxxBackTest, OwnNumbersBelongToTheirState) {
  RuleOptions options;
  options.ownStates[45] = "IN_PROGRESS";
  EXPECT_EQ(numberFor("IN_PROGRESS", "45", options), std::nullopt) << "45 must not become 110";
  EXPECT_EQ(numberFor("SCHEDULED", "45", options), "40");
}

TEST(ProfactoCraftboxxBackTest, ScheduledByTheServerIsNoChangeOfState) {
  const auto numberOf = [](const char* state, Fields fields, const RuleOptions& options = {}) {
    fields["process_status"] = "120";
    return valueForErp(sharedNamed("state"), state, project(std::move(fields)), options);
  };
  EXPECT_EQ(numberOf("SCHEDULED", {{"delivery_date", ""}}), std::nullopt);
  EXPECT_EQ(numberOf("SCHEDULED", {}), std::nullopt) << "the date is not mapped";
  EXPECT_EQ(numberOf("IN_PROGRESS", {{"delivery_date", ""}}), "110") << "that is nobody but a person";
  EXPECT_EQ(numberOf("SCHEDULED", {{"delivery_date", "2025-05-09"}}), "40");
  RuleOptions monday;
  monday.weekAsMonday = true;
  EXPECT_EQ(numberOf("SCHEDULED", {{"delivery_date", ""}, {"delivery_week", "2025/19"}}, monday), "40");
  EXPECT_EQ(numberOf("SCHEDULED", {{"delivery_date", ""}, {"delivery_week", "2025/19"}}), std::nullopt);
}

TEST(ProfactoCraftboxxBackTest, FieldThatIsNotMappedIsNeverWritten) {
  const auto bare = project({});
  for (const auto& field : kShared) EXPECT_EQ(valueForErp(field, "DONE", bare, {}), std::nullopt) << field.name;
}

TEST(ProfactoCraftboxxBackTest, NameAndDateAreWrittenAsTheyAreButNeverAsNothing) {
  const auto full = project({{"title", "Theke"}, {"delivery_date", "2025-05-09"}});
  EXPECT_EQ(valueForErp(sharedNamed("title"), "Theke Müller", full, {}), "Theke Müller");
  EXPECT_EQ(valueForErp(sharedNamed("date"), "2025-05-12", full, {}), "2025-05-12");
  EXPECT_EQ(valueForErp(sharedNamed("title"), "  ", full, {}), std::nullopt);
  EXPECT_EQ(valueForErp(sharedNamed("date"), "", full, {}), std::nullopt);
}

TEST(ProfactoCraftboxxBackTest, PresentValuesAreToldWhateverTheWindow) {
  MemoryView erp;
  erp.put(project({{"title", "Theke"}, {"process_status", "110"}, {"delivery_date", "2025-05-09"}}), Clock::Time{});
  EXPECT_EQ(sharedValues({"project", "P1"}, erp, {}), (Fields{{"title", "Theke"}}));
  EXPECT_EQ(sharedValues({"appointment", "P1"}, erp, {}),
            (Fields{{"state", "IN_PROGRESS"}, {"date", "2025-05-09"}, {"all_day", "true"}}));
  erp.put(project({{"process_status", "110"}, {"delivery_date", ""}}));
  EXPECT_EQ(sharedValues({"appointment", "P1"}, erp, {}), (Fields{{"state", "UNPLANNED"}, {"date", ""}}));
  erp.put(project({{"process_status", "45"}}));
  EXPECT_TRUE(sharedValues({"appointment", "P1"}, erp, {}).empty()) << "a number without a state has no appointment";
  EXPECT_TRUE(sharedValues({"project", "P2"}, erp, {}).empty());
}

}  // namespace
}  // namespace postern::profacto_craftboxx
