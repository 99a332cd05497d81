#include "agent/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace postern {
namespace {

using namespace std::chrono_literals;

struct BackoffCase {
  int failures;
  std::chrono::seconds least, most;
};
struct BackoffTest : testing::TestWithParam<BackoffCase> {};

TEST_P(BackoffTest, IsBetweenHalfAndAllOfTheDoubledWait) {
  std::mt19937 random(1);
  std::set<std::chrono::seconds> seen;
  for (int i = 0; i < 2000; ++i) {
    const auto wait = backoff(GetParam().failures, {2s, 3600s}, random);
    EXPECT_GT(wait, GetParam().least);
    EXPECT_LE(wait, GetParam().most);
    seen.insert(wait);
  }
  if (GetParam().most >= 8s) {
    EXPECT_GE(seen.size(), 4U) << "many records must not come back at once";
  }
}
INSTANTIATE_TEST_SUITE_P(Failures, BackoffTest,
                         testing::Values(BackoffCase{0, 1s, 2s}, BackoffCase{1, 1s, 2s}, BackoffCase{2, 2s, 4s},
                                         BackoffCase{3, 4s, 8s}, BackoffCase{11, 1024s, 2048s},
                                         BackoffCase{12, 1800s, 3600s}, BackoffCase{1000000, 1800s, 3600s}));

TEST(BackoffOfOneSecondTest, IsOneSecond) {
  std::mt19937 random(1);
  EXPECT_EQ(backoff(1, {1s, 60s}, random), 1s);
}

}  // namespace
}  // namespace postern
