#include "agent/plan_file.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace postern {
namespace {

PlannedChange change(const std::string& key, std::vector<PlannedChange::Field> fields, bool create = false) {
  PlannedChange planned;
  planned.link = "main";
  planned.system = "app";
  planned.target = {"customer", key};
  planned.create = create;
  planned.fields = std::move(fields);
  return planned;
}

TEST(PlanFileTest, WhatWasWrittenIsReadBack) {
  const TempDir dir;
  PlanFile plan{"main", {}, {"customers", true}, {}};
  plan.changes = {change("1", {{"name", "", "Tischlerei \"Süd\"\n"}}, true), change("2", {{"city", "A", "B"}})};
  ASSERT_TRUE(writePlanFile(dir.path() / "plan", plan));
  const auto read = readPlanFile(dir.path() / "plan");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->link, "main");
  EXPECT_EQ(read->options.flow, "customers");
  EXPECT_TRUE(read->options.full);
  EXPECT_EQ(movedSince(plan.changes, read->changes), std::nullopt);
}

TEST(PlanFileTest, AnythingThatIsNotAsPlannedIsNamed) {
  const std::vector<PlannedChange> planned = {change("1", {{"city", "A", "B"}, {"name", "C", "D"}}),
                                              change("2", {{"city", "A", "B"}})};
  const auto codeAndNames = [&](std::vector<PlannedChange> now) -> std::string {
    const auto error = movedSince(planned, now);
    return error ? std::string(error->code()) + ' ' + error->args[1] + ' ' + error->args[3] : "";
  };
  EXPECT_EQ(codeAndNames(planned), "");
  EXPECT_EQ(codeAndNames({planned[1], planned[0]}), "") << "the order does not count";
  EXPECT_EQ(codeAndNames({change("1", {{"city", "A", "C"}, {"name", "C", "D"}}), planned[1]}), "PST-1314 1 city");
  EXPECT_EQ(codeAndNames({change("1", {{"city", "X", "B"}, {"name", "C", "D"}}), planned[1]}), "PST-1314 1 city");
  EXPECT_EQ(codeAndNames({change("1", {{"city", "A", "B"}}), planned[1]}), "PST-1314 1 name");
  EXPECT_EQ(codeAndNames({planned[0], change("2", {{"city", "A", "B"}, {"zip", "", "1"}})}), "PST-1314 2 zip");
  EXPECT_EQ(codeAndNames({planned[0], change("2", {{"city", "A", "B"}}, true)}), "PST-1314 2 create");
  EXPECT_EQ(codeAndNames({planned[0]}), "PST-1316 2 city");
  EXPECT_EQ(codeAndNames({planned[0], planned[1], change("3", {{"zip", "", "1"}})}), "PST-1315 3 zip");
}

}  // namespace
}  // namespace postern
