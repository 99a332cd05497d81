#include <sys/stat.h>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;

struct StateFolderRightsTest : Site {};

TEST_F(StateFolderRightsTest, ReadOnlyStateDirectoryEndsWithExitFour) {
  build();
  std::filesystem::create_directories(state());
  ::chmod(state().c_str(), 0555);
  ::chmod(ini().c_str(), 0644);
  for (const char* command : {"sync", "run", "plan", "check"}) {
    auto start = startOf({command});
    start.withoutRights = true;
    const auto ended = runToEnd(start);
    if (ended.code == -1000 || ended.code == 127) GTEST_SKIP() << "the program is not readable for other users";
    EXPECT_EQ(ended.code, 4) << command << '\n' << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-600"));
  }
  ::chmod(state().c_str(), 0755);
}

}  // namespace
}  // namespace postern::e2e
