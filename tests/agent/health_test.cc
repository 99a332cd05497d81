#include "agent/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Message kDown{"PST-0401", {"{0} is down", "{0} ist weg", "{0} is weg"}, {"wait", "warten", "wachten"}};

struct HealthTest : testing::Test {
  TempDir dir;
  FakeClock clock;
  Error down{Fault::Retry, &kDown, {"app"}, "words nobody may see here", {}};
};

TEST_F(HealthTest, OtherProcessesSeeWhatWasReported) {
  Health health(dir / "s.db", clock);
  health.good("main/erp", "rows=3");
  health.report("main/app", HealthLevel::Warning, down);
  Database reader(dir / "s.db", Database::Mode::ReadOnly);
  const auto board = readHealth(reader);
  ASSERT_THAT(board, SizeIs(2));
  EXPECT_EQ(board[0].part, "main/app");
  EXPECT_EQ(board[0].level, HealthLevel::Warning);
  EXPECT_EQ(board[0].code, "PST-0401");
  EXPECT_EQ(causeOf(board[0].reason, Language::De), "app ist weg");
  EXPECT_EQ(board[0].reason.find("words"), std::string::npos);
  EXPECT_EQ(board[1].note, "rows=3");
  EXPECT_EQ(board[1].at, clock.now());
}

TEST_F(HealthTest, SinceIsWhenTheStateBegan) {
  Health health(clock);
  const auto start = clock.now();
  health.good("p");
  clock.advance(10s);
  health.good("p");
  EXPECT_EQ(health.entries()[0].since, start);
  EXPECT_EQ(health.entries()[0].at, start + 10s);
  health.report("p", HealthLevel::Warning, down);
  clock.advance(10s);
  health.report("p", HealthLevel::Warning, down);
  EXPECT_EQ(health.entries()[0].since, start + 10s);
  health.report("p", HealthLevel::Bad, down);
  EXPECT_EQ(health.entries()[0].since, start + 20s);
  health.good("p");
  EXPECT_EQ(health.entries()[0].since, start + 20s);
  EXPECT_EQ(health.entries()[0].code, "");
  EXPECT_EQ(health.entries()[0].reason, "");
}

TEST_F(HealthTest, APartThatBreaksItsPromiseIsLate) {
  Health health(clock);
  health.alive("quick", 10s);
  health.alive("slow", 60s);
  clock.advance(10s);
  EXPECT_THAT(health.late(), IsEmpty());
  clock.advance(1s);
  EXPECT_THAT(health.late(), ElementsAre("quick"));
  health.alive("quick", 10s);
  EXPECT_THAT(health.late(), IsEmpty());
}

TEST_F(HealthTest, AJumpOfTheWallClockMakesNobodyLate) {
  Health health(clock);
  health.alive("p", 10s);
  clock.jumpTo(clock.now() + 24h);
  EXPECT_THAT(health.late(), IsEmpty());
}

TEST_F(HealthTest, AFullDiskDoesNotStopTheBoard) {
  FaultyDisk disk;
  Health health(dir / "s.db", clock);
  disk.arm(0, 1000);
  health.report("p", HealthLevel::Bad, down);
  EXPECT_EQ(health.entries()[0].level, HealthLevel::Bad);
  EXPECT_TRUE(disk.disarm());
  health.good("p");
  Database reader(dir / "s.db", Database::Mode::ReadOnly);
  EXPECT_EQ(readHealth(reader)[0].level, HealthLevel::Good);
}

}  // namespace
}  // namespace postern
