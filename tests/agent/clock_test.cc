#include "agent/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/fake_clock.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using std::chrono::April;
using std::chrono::December;
using std::chrono::January;
using std::chrono::March;
using std::chrono::May;
using std::chrono::October;
using std::chrono::sys_days;

const std::string kBerlin = "Europe/Berlin";

TEST(ClockTest, LocalDayFollowsTheZoneNotUtc) {
  const struct {
    Clock::Time time;
    const char* zone;
    sys_days day;
  } cases[] = {
      {sys_days{2025y / January / 9} + 22h + 59min + 59s, "Europe/Berlin", 2025y / January / 9},
      {sys_days{2025y / January / 9} + 23h, "Europe/Berlin", 2025y / January / 10},
      {sys_days{2025y / May / 9} + 21h + 59min, "Europe/Berlin", 2025y / May / 9},
      {sys_days{2025y / May / 9} + 22h, "Europe/Berlin", 2025y / May / 10},
      {sys_days{2025y / May / 9} + 22h, "Etc/UTC", 2025y / May / 9},
      {sys_days{2025y / May / 9}, "Europe/Amsterdam", 2025y / May / 9},
      {sys_days{2025y / May / 9} + 3h, "America/New_York", 2025y / May / 8},
      {sys_days{2024y / December / 31} + 23h, "Europe/Berlin", 2025y / January / 1},
      {sys_days{1969y / December / 31} + 22h, "Etc/UTC", 1969y / December / 31},
  };
  for (const auto& [time, zone, day] : cases) EXPECT_EQ(isoDate(localDay(time, zone)), isoDate(day)) << isoStamp(time);
}

TEST(ClockTest, OffsetChangesAtTheInstantSummerTimeBeginsAndEnds) {
  EXPECT_EQ(utcOffset(sys_days{2025y / March / 30} + 1h - 1s, kBerlin), 1h);
  EXPECT_EQ(utcOffset(sys_days{2025y / March / 30} + 1h, kBerlin), 2h);
  EXPECT_EQ(utcOffset(sys_days{2025y / October / 26} + 1h - 1s, kBerlin), 2h);
  EXPECT_EQ(utcOffset(sys_days{2025y / October / 26} + 1h, kBerlin), 1h);
}

TEST(ClockTest, LocalTimeBecomesTheRightInstant) {
  EXPECT_EQ(fromLocal(2025y / May / 9, 12h, kBerlin), sys_days{2025y / May / 9} + 10h);
  EXPECT_EQ(fromLocal(2025y / January / 9, 0h, kBerlin), sys_days{2025y / January / 8} + 23h);
  EXPECT_EQ(fromLocal(2025y / May / 9, 23h + 59min, "Etc/UTC"), sys_days{2025y / May / 9} + 23h + 59min);
}

TEST(ClockTest, TimeInTheSpringGapBecomesTheInstantAfterIt) {
  const auto after = sys_days{2025y / March / 30} + 1h;  // 03:00 summer time
  EXPECT_EQ(fromLocal(2025y / March / 30, 2h, kBerlin), after);
  EXPECT_EQ(fromLocal(2025y / March / 30, 2h + 30min, kBerlin), after);
  EXPECT_EQ(fromLocal(2025y / March / 30, 3h, kBerlin), after);
  EXPECT_EQ(fromLocal(2025y / March / 30, 2h - 1s, kBerlin), after - 1s);
}

TEST(ClockTest, TimeInTheAutumnOverlapIsTheFirstOfTheTwo) {
  EXPECT_EQ(fromLocal(2025y / October / 26, 2h, kBerlin), sys_days{2025y / October / 26});
  EXPECT_EQ(fromLocal(2025y / October / 26, 2h + 30min, kBerlin), sys_days{2025y / October / 26} + 30min);
  EXPECT_EQ(fromLocal(2025y / October / 26, 3h, kBerlin), sys_days{2025y / October / 26} + 2h);
}

TEST(ClockTest, UnknownZoneIsRefused) {
  EXPECT_TRUE(isKnownZone("Europe/Berlin"));
  for (const char* zone : {"", "Europe/Atlantis", "Berlin", "../../etc/passwd", "europe/berlin"}) {
    EXPECT_FALSE(isKnownZone(zone)) << zone;
    EXPECT_THROW(localDay(Clock::Time{}, zone), std::invalid_argument) << zone;
    EXPECT_THROW(fromLocal(sys_days{}, 0s, zone), std::invalid_argument) << zone;
  }
}

TEST(ClockTest, DatesSurviveTheWayToTextAndBack) {
  for (const char* text : {"2025-05-09", "2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"}) {
    const auto day = parseIsoDate(text);
    ASSERT_TRUE(day) << text;
    EXPECT_EQ(isoDate(*day), text);
  }
}

TEST(ClockTest, TextThatIsNoDateIsNotParsed) {
  for (const char* text : {"", "2025-5-9", "2025-02-29", "2025-13-01", "2025-00-10", "2025-01-00", "09.05.2025",
                           "2025-05-09T10:00:00Z", " 2025-05-0", "2025-05-0x", "+025-05-09", "2025/05/09"}) {
    EXPECT_FALSE(parseIsoDate(text)) << text;
  }
}

TEST(ClockTest, StampsAreUtcToTheSecond) {
  EXPECT_EQ(isoStamp(sys_days{2025y / May / 9} + 10h + 7s), "2025-05-09T10:00:07Z");
  EXPECT_EQ(isoStamp(Clock::Time{-1s}), "1969-12-31T23:59:59Z");
}

TEST(ClockTest, SystemClockWaitsItsTimeUnlessStopped) {
  Clock& clock = systemClock();
  const auto begin = clock.monotonic();
  EXPECT_TRUE(clock.wait(20ms, {}));
  EXPECT_GE(clock.monotonic() - begin, 20ms);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.wait(1h, stop.get_token()));
}

TEST(ClockTest, StopEndsAWaitOfTheSystemClock) {
  std::stop_source stop;
  bool finished = true;
  std::jthread waiter([&] { finished = systemClock().wait(1h, stop.get_token()); });
  stop.request_stop();
  waiter.join();
  EXPECT_FALSE(finished);
}

TEST(FakeClockTest, WaitMovesTheClockAndIsRecorded) {
  FakeClock clock;
  const auto wall = clock.now();
  const auto steady = clock.monotonic();
  EXPECT_TRUE(clock.wait(1500ms, {}));
  EXPECT_TRUE(clock.wait(500ms, {}));
  EXPECT_EQ(clock.now() - wall, 2s);
  EXPECT_EQ(clock.monotonic() - steady, 2s);
  EXPECT_THAT(clock.waits(), testing::ElementsAre(1500ms, 500ms));
}

TEST(FakeClockTest, JumpLeavesTheMonotonicClockAlone) {
  FakeClock clock;
  const auto steady = clock.monotonic();
  clock.jumpTo(sys_days{2020y / April / 1});
  EXPECT_EQ(isoDate(localDay(clock.now(), "Etc/UTC")), "2020-04-01");
  EXPECT_EQ(clock.monotonic(), steady);
}

TEST(FakeClockTest, StopRequestedDuringAWaitEndsIt) {
  FakeClock clock;
  std::stop_source stop;
  clock.onWait([&](auto) { stop.request_stop(); });
  EXPECT_FALSE(clock.wait(1h, stop.get_token()));
}

}  // namespace
}  // namespace postern
