// A state file that cannot be used ends the program with exit code 4 and a reason, never with a crash.

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;

struct StateFileTest : Site {
  /// All commands that open the state file.
  void expectRefused(const std::string& told) {
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"sync"}, {"run"}, {"plan"}, {"status"}, {"queue", "list"}, {"queue", "retry", "all"}, {"check"}}) {
      const auto ended = run(command);
      EXPECT_EQ(ended.code, 4) << command[0] << '\n' << ended.all();
      EXPECT_THAT(ended.err, HasSubstr(told)) << command[0];
    }
  }
  void removeLog() const {
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(stateFile().string() + suffix);
  }
};

TEST_F(StateFileTest, FileOfAnotherKindIsRefusedAndLeftAsItWas) {
  build();
  std::filesystem::create_directories(state());
  writeFile(stateFile(), std::string(4096, 'x') + "my diploma thesis");

  expectRefused("PST-6002");

  EXPECT_EQ(readFile(stateFile()), std::string(4096, 'x') + "my diploma thesis");
  EXPECT_EQ(records(), 0);
}

TEST_F(StateFileTest, DatabaseOfAnotherProgramIsRefusedAndLeftAsItWas) {
  build();
  std::filesystem::create_directories(state());
  writeFile(stateFile(), "");
  query("CREATE TABLE diploma_thesis(chapter)");
  const auto before = readFile(stateFile());

  expectRefused("PST-6002");

  EXPECT_EQ(readFile(stateFile()), before);
}

TEST_F(StateFileTest, FileOfANewerPosternIsRefused) {
  build();
  ASSERT_EQ(sync().code, 0);
  query("PRAGMA user_version = 99");

  expectRefused("PST-6003");
}

TEST_F(StateFileTest, TruncatedFileIsRefused) {
  build();
  ASSERT_EQ(sync().code, 0);
  query("PRAGMA wal_checkpoint(TRUNCATE)");
  removeLog();
  const auto whole = readFile(stateFile());
  // Not at a page's end; only what SQLite notices at once is asked for here.
  writeFile(stateFile(), whole.substr(0, whole.size() / 3));

  for (const auto& command : std::vector<std::vector<std::string>>{{"sync"}, {"run"}, {"check"}}) {
    const auto ended = run(command);
    EXPECT_EQ(ended.code, 4) << command[0] << '\n' << ended.all();
    EXPECT_THAT(ended.err + ended.out, HasSubstr("PST-6")) << command[0];
  }
}

TEST_F(StateFileTest, GarbageInTheMiddleIsRefusedWithACodeAndNoCrash) {
  build();
  ASSERT_EQ(sync().code, 0);
  query("PRAGMA wal_checkpoint(TRUNCATE)");
  removeLog();
  auto bytes = readFile(stateFile());
  ASSERT_GT(bytes.size(), 40'000u);
  for (std::size_t i = 4096; i + 2048 < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + 13);
  writeFile(stateFile(), bytes);

  for (const auto& command :
       std::vector<std::vector<std::string>>{{"sync"}, {"run"}, {"plan"}, {"status"}, {"queue", "list"}, {"check"}}) {
    const auto ended = run(command);
    EXPECT_EQ(ended.code, 4) << command[0] << '\n' << ended.all();
    EXPECT_THAT(ended.err + ended.out, HasSubstr("PST-6")) << command[0];
  }
}

TEST_F(StateFileTest, NoStateFileYetIsToldByCommandsThatOnlyLook) {
  build();
  for (const auto& command : std::vector<std::vector<std::string>>{{"status"}, {"queue", "list"}}) {
    const auto ended = run(command);
    EXPECT_EQ(ended.code, 4) << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-6004"));
  }
  EXPECT_FALSE(std::filesystem::exists(stateFile()));
}

TEST_F(StateFileTest, StateDirectoryThatCannotBeMadeEndsWithExitFour) {
  build();
  writeFile(dir_.path() / "file", "in the way");
  set("agent", "state_dir", (dir_.path() / "file" / "state").string());
  writeIni();
  for (const char* command : {"sync", "run", "plan", "check"}) {
    const auto ended = run({command});
    EXPECT_EQ(ended.code, 4) << command << '\n' << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-600"));
  }
}

}  // namespace
}  // namespace postern::e2e
