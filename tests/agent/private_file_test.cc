#include "agent/private_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

#include "tests/support/temp_dir.h"

namespace postern {
namespace {

struct PrivateFileTest : testing::Test {
  TempDir temporary;
  const std::filesystem::path& folder = temporary.path();
  std::filesystem::path file = folder / "secret";

  std::string content() const {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
};

struct Killed {};

TEST_F(PrivateFileTest, WrittenFileIsClosedToOthers) {
  EXPECT_TRUE(writePrivateFile(file, std::string_view("a\0b", 3)));
  EXPECT_EQ(content(), std::string("a\0b", 3));
  EXPECT_FALSE(isOpenToOthers(file));
  EXPECT_TRUE(writePrivateFile(file, "")) << "replaces";
  EXPECT_EQ(content(), "");
}

TEST_F(PrivateFileTest, KeepLeavesAFileThatIsThere) {
  EXPECT_TRUE(writePrivateFile(file, "first", IfExists::Keep));
  EXPECT_FALSE(writePrivateFile(file, "second", IfExists::Keep));
  EXPECT_EQ(content(), "first");
  EXPECT_FALSE(std::filesystem::exists(folder / "secret.new"));
}

TEST_F(PrivateFileTest, MissingFolderIsAnError) {
  EXPECT_THROW(writePrivateFile(folder / "none" / "secret", "x"), std::filesystem::filesystem_error);
  EXPECT_THROW(isOpenToOthers(file), std::filesystem::filesystem_error);
}

TEST_F(PrivateFileTest, KillAfterAnyStepLeavesTheOldOrTheNewContent) {
  std::set<std::string> seen;
  for (const std::string step : {"created", "written", "synced", "renamed"}) {
    writePrivateFile(file, "old");
    bool stopped = false;
    const auto hook = [&](std::string_view now) {
      EXPECT_THAT(content(), testing::AnyOf("old", "new")) << now;
      stopped = now == step;
      if (stopped) throw Killed();
    };
    EXPECT_THROW(writePrivateFile(file, "new", IfExists::Replace, hook), Killed) << step;
    EXPECT_TRUE(stopped);
    EXPECT_EQ(content(), step == "renamed" ? "new" : "old") << step;
    seen.insert(content());
    EXPECT_NO_THROW(writePrivateFile(file, "next")) << "what the kill left does not matter";
    EXPECT_EQ(content(), "next");
  }
  EXPECT_EQ(seen.size(), 2U);
}

}  // namespace
}  // namespace postern
