#include "agent/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::string format(std::string_view value) {
  const LogField field{"v", value};
  return formatEvent("link", "parked", {&field, 1});
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct LogTest : testing::Test {
  ~LogTest() override { setLogLevel(Level::Info); }
};

TEST_F(LogTest, ValuesAreQuotedOnlyWhenNeeded) {
  const struct {
    std::string_view value;
    const char* text;
  } cases[] = {
      {"A-1", "A-1"},
      {"http://erp:8080/x", "http://erp:8080/x"},
      {"", R"("")"},
      {"two words", R"("two words")"},
      {"a=b", R"("a=b")"},
      {R"(say "hi")", R"("say \"hi\"")"},
      {R"(C:\tmp)", R"("C:\\tmp")"},
      {"Müller", R"("Müller")"},
      {"a\nb\r\tc", R"("a\nb\r\tc")"},
      {std::string_view("\0\x1b[31m\x7f", 7), R"("\x00\x1b[31m\x7f")"},
      {"\xff\xc3", R"("\xff\xc3")"},
      {"\xc0\x8a", R"("\xc0\x8a")"},          // an overlong line feed
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},  // half a surrogate pair
      {"a\xc2\x85"
       "b",
       R"("a\u0085b")"},
      {"a\xe2\x80\xa8"
       "b\xe2\x80\xae",
       R"("a\u2028b\u202e")"},
      {"\xf0\x9f\x9a\xaa", "\"\xf0\x9f\x9a\xaa\""},
  };
  for (const auto& [value, text] : cases)
    EXPECT_EQ(format(value), std::string("component=link event=parked v=") + text);
}

TEST_F(LogTest, FieldsKeepTheirOrderAndTakeNumbersAndFlags) {
  const LogField fields[] = {{"count", 3}, {"size", std::size_t{7}}, {"done", true}, {"code", "PST-7001"}};
  EXPECT_EQ(formatEvent("queue", "drained", fields),
            "component=queue event=drained count=3 size=7 done=true code=PST-7001");
}

TEST_F(LogTest, ValueWithALineBreakCannotForgeALine) {
  testing::internal::CaptureStderr();
  log(Level::Error, "link", "parked", {{"reason", "x\n2025-05-09T10:00:00Z level=info component=auth event=\"ok\""}});
  const auto lines = linesOf(testing::internal::GetCapturedStderr());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(R"(reason="x\n2025-05-09T10:00:00Z level=info component=auth event=\"ok\"")"));
}

TEST_F(LogTest, LineStartsWithStampAndLevel) {
  testing::internal::CaptureStderr();
  log(Level::Warning, "http", "retry", {{"code", "PST-2002"}});
  std::string line = testing::internal::GetCapturedStderr();
  for (char& c : line) c = c >= '0' && c <= '9' ? '9' : c;
  EXPECT_EQ(line, "9999-99-99T99:99:99Z level=warning component=http event=retry code=PST-9999\n");
}

TEST_F(LogTest, EventsBelowTheLevelAreDropped) {
  testing::internal::CaptureStderr();
  log(Level::Debug, "x", "hidden");
  log(Level::Info, "x", "shown");
  setLogLevel(Level::Error);
  log(Level::Warning, "x", "hidden");
  log(Level::Error, "x", "shown");
  setLogLevel(Level::Debug);
  log(Level::Debug, "x", "shown");
  const auto lines = linesOf(testing::internal::GetCapturedStderr());
  EXPECT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines, Each(Not(HasSubstr("hidden"))));
}

TEST_F(LogTest, ThreadsWriteWholeLines) {
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        for (int n = 0; n < 200; ++n) log(Level::Info, "thread", "line", {{"text", std::string(300, 'x')}});
      });
    }
  }
  const auto lines = linesOf(testing::internal::GetCapturedStderr());
  ASSERT_THAT(lines, SizeIs(800));
  EXPECT_TRUE(std::ranges::all_of(lines, [&](const std::string& line) { return line.size() == lines[0].size(); }));
}

TEST(RepeatsTest, FirstOccurrenceIsToldThenOnlyTheCountAtIntervals) {
  FakeClock clock;
  Repeats repeats(clock, 10min);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 1);
  for (int i = 0; i < 5; ++i) {
    clock.advance(1min);
    EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 0);
  }
  clock.advance(5min);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 6);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 0);
}

TEST(RepeatsTest, OtherComponentEventOrCodeIsAnotherError) {
  FakeClock clock;
  Repeats repeats(clock);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 1);
  EXPECT_EQ(repeats.count("link", "push", "PST-2003"), 1);
  EXPECT_EQ(repeats.count("link", "poll", "PST-2002"), 1);
  EXPECT_EQ(repeats.count("app", "push", "PST-2002"), 1);
}

TEST(RepeatsTest, ErrorThatWasOverIsToldAgainAtOnce) {
  FakeClock clock;
  Repeats repeats(clock);
  repeats.count("link", "push", "PST-2002");
  repeats.count("link", "push", "PST-2002");
  EXPECT_EQ(repeats.over("link", "push", "PST-2002"), 1);
  EXPECT_EQ(repeats.over("link", "push", "PST-2002"), 0);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 1);
}

TEST(RepeatsTest, JumpOfTheWallClockDoesNotSilenceAnError) {
  FakeClock clock;
  Repeats repeats(clock, 10min);
  repeats.count("link", "push", "PST-2002");
  clock.jumpTo(Clock::Time{});
  clock.advance(10min);
  EXPECT_EQ(repeats.count("link", "push", "PST-2002"), 1);
}

}  // namespace
}  // namespace postern
