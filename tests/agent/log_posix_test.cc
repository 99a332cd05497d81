#include <gmock/gmock.h>

#include <cstdlib>

#include "agent/log.h"
#include "agent/log_sink.h"

namespace postern {
namespace {

TEST(LogJournalTest, JournalGetsPrioritiesInsteadOfStamps) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";  // a process of its own: it stays so for the others
  EXPECT_EXIT(
      {
        logForJournal(true);
        log(Level::Error, "a", "b");
        log(Level::Info, "a", "c");
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "^<3>component=a event=b\n<6>component=a event=c\n$");
}

}  // namespace
}  // namespace postern
