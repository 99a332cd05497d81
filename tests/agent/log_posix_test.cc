#include <gmock/gmock.h>

#include <cstdlib>

#include "agent/log.h"

namespace postern {
namespace {

TEST(LogJournalTest, JournalGetsPrioritiesInsteadOfStamps) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";  // a fresh process: the environment is looked at once
  EXPECT_EXIT(
      {
        setenv("JOURNAL_STREAM", "8:1", 1);
        log(Level::Error, "a", "b");
        log(Level::Info, "a", "c");
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "^<3>component=a event=b\n<6>component=a event=c\n$");
}

}  // namespace
}  // namespace postern
