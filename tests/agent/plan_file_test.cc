#include "agent/plan_file.h"

#include <gtest/gtest.h>
#ifndef _WIN32
#include <sys/stat.h>
#endif

#include <fstream>

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

TEST(PlanFileTest, OnlyAPlainFileIsReplacedAndNothingBesideIt) {
  const TempDir dir;
  const auto refused = [&](const std::filesystem::path& file) {
    const auto written = writePlanFile(file, {"main", {}, {}, {}});
    return written ? std::string("written") : std::string(written.error().code());
  };
  std::filesystem::create_directories(dir.path() / "folder");
  EXPECT_EQ(refused(dir.path() / "folder"), "PST-1310");
  std::ofstream(dir.path() / "plan.new") << "somebody's";
  EXPECT_EQ(refused(dir.path() / "plan"), "PST-1310");
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "plan.new"));
#ifndef _WIN32
  ASSERT_EQ(::mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(refused(dir.path() / "pipe"), "PST-1310");
  EXPECT_TRUE(std::filesystem::is_fifo(dir.path() / "pipe"));
  std::ofstream(dir.path() / "real") << "old";
  std::filesystem::create_symlink(dir.path() / "real", dir.path() / "link");
  EXPECT_EQ(refused(dir.path() / "link"), "written");
  EXPECT_TRUE(std::filesystem::is_symlink(dir.path() / "link"));
  EXPECT_TRUE(readPlanFile(dir.path() / "real"));
#endif
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
