// `postern service …` without a service manager's doing; with it: tests/windows/story.sh.

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;

struct ServiceCommandTest : Site {};

TEST_F(ServiceCommandTest, StartAndStopWithoutAServiceNameTheRemedy) {
  build();
  for (const char* what : {"start", "stop"}) {
    const auto ended = run({"service", what});
    EXPECT_EQ(ended.code, 2) << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-1406"));
  }
}

TEST_F(ServiceCommandTest, OnlyTheServiceManagerRunsItAsAService) {
  build();
  const auto ended = run({"service", "run"});
  EXPECT_EQ(ended.code, 2) << ended.all();
  EXPECT_THAT(ended.err, HasSubstr("PST-1404"));
}

TEST_F(ServiceCommandTest, RemovalAndSetUpTouchNoFolderButTheServicesOwn) {
  build();
  ASSERT_EQ(sync().code, 0);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"remove", "--data"}, {"install"}}) {
    auto arguments = words;
    arguments.insert(arguments.begin(), "service");
    const auto ended = run(arguments);
    EXPECT_EQ(ended.code, 2) << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-1409"));
  }
  EXPECT_TRUE(std::filesystem::exists(state() / "postern.db"));
}

TEST_F(ServiceCommandTest, NamesOutsideOfTheCodePageWork) {
  build();
  const auto folder = dir_.path() / std::filesystem::path(u8"Tischlerei Größe łódź 木");
  std::filesystem::create_directories(folder);
  set("agent", "state_dir", (folder / "state").string());
  writeIni();
  writeFile(folder / "postern.ini", readFile(ini()));
  const auto ended = runToEnd(Start{{"--config", (folder / "postern.ini").string(), "sync"}});
  EXPECT_EQ(ended.code, 0) << ended.all();
  EXPECT_TRUE(std::filesystem::exists(folder / "state" / "postern.db"));
}

}  // namespace
}  // namespace postern::e2e
