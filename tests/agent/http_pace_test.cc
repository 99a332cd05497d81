#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "agent/http_client.h"
#include "tests/support/fake_clock.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// Answers 200 unless told otherwise and notes when it was called.
struct Recorder : HttpClient {
  explicit Recorder(FakeClock& c) : clock(c) {}
  Result<HttpResponse> send(const HttpRequest&, std::stop_token) override {
    calls.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(clock.monotonic() - begin).count());
    if (answers.empty()) return answer(200);
    auto next = answers.front();
    answers.pop_front();
    return next;
  }
  static HttpResponse answer(int status, HttpHeaders headers = {}) { return {status, std::move(headers), {}}; }

  FakeClock& clock;
  Clock::Monotonic begin = clock.monotonic();
  std::vector<std::int64_t> calls;  // ms since the start
  std::deque<Result<HttpResponse>> answers;
};

struct HttpPaceTest : testing::Test {
  FakeClock clock;
  Recorder inner{clock};
  void call(HttpClient& client, int times = 1) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(client.send({}, {}));
  }
  static std::string epoch(Clock::Time time) { return std::to_string(time.time_since_epoch().count()); }
};

TEST_F(HttpPaceTest, CallsComeEvenlyAfterABurstOfOneSecond) {
  const auto paced = makePacedClient(inner, clock, 4);
  call(*paced, 7);
  EXPECT_THAT(inner.calls, ElementsAre(0, 0, 0, 0, 250, 500, 750));
}

TEST_F(HttpPaceTest, IdleTimeIsSavedUpForOneSecondOnly) {
  const auto paced = makePacedClient(inner, clock, 2);
  clock.advance(1h);
  inner.begin = clock.monotonic();
  call(*paced, 4);
  EXPECT_THAT(inner.calls, ElementsAre(0, 0, 500, 1000));
}

TEST_F(HttpPaceTest, RateBelowOneSpacesCallsBySeconds) {
  const auto paced = makePacedClient(inner, clock, 0.5);
  call(*paced, 3);
  EXPECT_THAT(inner.calls, ElementsAre(0, 2000, 4000));
}

TEST_F(HttpPaceTest, WithoutARateNothingWaits) {
  const auto paced = makePacedClient(inner, clock, 0);
  call(*paced, 100);
  EXPECT_THAT(clock.waits(), IsEmpty());
}

TEST_F(HttpPaceTest, RetryAfterHoldsAllCalls) {
  for (const int status : {429, 503}) {
    Recorder server(clock);
    const auto paced = makePacedClient(server, clock, 0);
    server.answers = {Recorder::answer(status, {{"retry-after", "8"}})};
    call(*paced, 2);
    EXPECT_EQ(server.calls[1], 8'000) << status;
  }
}

TEST_F(HttpPaceTest, RetryAfterAsDateIsUnderstood) {
  const auto paced = makePacedClient(inner, clock, 0);
  inner.answers = {Recorder::answer(503, {{"Retry-After", "Fri, 09 May 2025 10:00:08 GMT"}})};
  call(*paced, 2);
  EXPECT_THAT(inner.calls, ElementsAre(0, 8'000));
}

TEST_F(HttpPaceTest, RetryAfterOnAnOrdinaryAnswerHoldsNothing) {
  const auto paced = makePacedClient(inner, clock, 0);
  inner.answers = {Recorder::answer(201, {{"Retry-After", "30"}}), Recorder::answer(500, {{"Retry-After", "30"}})};
  call(*paced, 3);
  EXPECT_THAT(clock.waits(), IsEmpty());
}

TEST_F(HttpPaceTest, ShorterHoldDoesNotEndALongerOne) {
  const auto paced = makePacedClient(inner, clock, 0);
  inner.answers = {Recorder::answer(503, {{"Retry-After", "9"}})};
  const auto other = [&](int seconds) {  // a call that was under way meanwhile
    inner.answers.push_back(Recorder::answer(503, {{"Retry-After", std::to_string(seconds)}}));
  };
  other(5);
  call(*paced, 3);
  EXPECT_THAT(inner.calls, ElementsAre(0, 9'000, 14'000));
}

TEST_F(HttpPaceTest, NoBurstFollowsAHold) {
  const auto paced = makePacedClient(inner, clock, 4);
  inner.answers = {Recorder::answer(503, {{"Retry-After", "10"}})};
  call(*paced, 4);
  EXPECT_THAT(inner.calls, ElementsAre(0, 10'000, 10'250, 10'500));
}

TEST_F(HttpPaceTest, TooManyRequestsHalvesThePace) {
  const auto paced = makePacedClient(inner, clock, 10);
  inner.answers = {Recorder::answer(429, {{"Retry-After", "1"}})};
  call(*paced, 4);
  EXPECT_THAT(inner.calls, ElementsAre(0, 1000, 1200, 1400));
}

TEST_F(HttpPaceTest, AnswersToCallsOfTheSameMomentHalveThePaceOnce) {
  const auto paced = makePacedClient(inner, clock, 10);
  inner.answers = {Recorder::answer(429), Recorder::answer(429), Recorder::answer(429)};
  call(*paced, 12);
  EXPECT_EQ(inner.calls[11] - inner.calls[10], 200);
}

TEST_F(HttpPaceTest, PaceRecoversByATenthOfTheRateEveryFiveSeconds) {
  const auto paced = makePacedClient(inner, clock, 10);
  inner.answers = {Recorder::answer(429)};
  const auto spacing = [&] {
    const auto before = inner.calls.size();
    call(*paced, 8);  // the first may come out of a burst
    return inner.calls.back() - inner.calls[before + 6];
  };
  call(*paced, 9);
  EXPECT_EQ(spacing(), 200);
  clock.advance(4s);
  EXPECT_THAT(spacing(), testing::AllOf(testing::Ge(166), testing::Le(167)));
  clock.advance(10min);
  call(*paced, 10);
  EXPECT_EQ(spacing(), 100);
}

TEST_F(HttpPaceTest, RepeatedRefusalsAreRecoveredFromWithinAMinute) {
  const auto paced = makePacedClient(inner, clock, 0);
  for (int i = 0; i < 10; ++i) inner.answers.push_back(Recorder::answer(429));
  call(*paced, 10);
  clock.advance(1min);
  clock.forgetWaits();
  call(*paced, 100);
  EXPECT_THAT(clock.waits(), IsEmpty());
}

TEST_F(HttpPaceTest, WithoutARateTooManyRequestsSlowsToHalfOfWhatWasSent) {
  const auto paced = makePacedClient(inner, clock, 0);
  for (int i = 0; i < 19; ++i) inner.answers.push_back(Recorder::answer(200));
  inner.answers.push_back(Recorder::answer(429));
  call(*paced, 20);
  call(*paced, 12);
  EXPECT_EQ(inner.calls[31] - inner.calls[30], 100);
  clock.advance(10min);
  clock.forgetWaits();
  call(*paced, 100);
  EXPECT_THAT(clock.waits(), IsEmpty());
}

TEST_F(HttpPaceTest, ExhaustedLimitHoldsUntilItsReset) {
  const struct {
    std::string remaining, reset;
    long heldMs;
  } cases[] = {
      {"0", "7", 7000},
      {"0", epoch(clock.now() + 9s), 9000},
      {"0", "4000", 60'000},
      {"0", epoch(clock.now() + 1h), 60'000},
      {"0", epoch(clock.now() - 1h), 0},
      {"1", "7", 0},
      {"0", "soon", 0},
      {"0", "-7", 0},
      {"", "7", 0},
  };
  const auto start = clock.now();
  for (const auto& [remaining, reset, heldMs] : cases) {
    clock.jumpTo(start);
    Recorder server(clock);
    const auto paced = makePacedClient(server, clock, 0);
    server.answers = {Recorder::answer(200, {{"X-RateLimit-Remaining", remaining}, {"X-RateLimit-Reset", reset}})};
    call(*paced);
    const auto second = paced->send({}, {});
    if (heldMs > 10'000) {
      ASSERT_FALSE(second);
      EXPECT_EQ(second.error().retryAfter, std::chrono::seconds{heldMs / 1000}) << remaining << " " << reset;
      continue;
    }
    EXPECT_EQ(server.calls[1], heldMs) << remaining << " " << reset;
  }
}

TEST_F(HttpPaceTest, LongHoldIsHandedBackInsteadOfWaited) {
  const auto paced = makePacedClient(inner, clock, 0);
  inner.answers = {Recorder::answer(503, {{"Retry-After", "3600"}})};
  call(*paced);
  const auto result = paced->send({}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Retry);
  EXPECT_EQ(result.error().retryAfter, 3600s);
  EXPECT_EQ(inner.calls.size(), 1U);
  EXPECT_THAT(clock.waits(), IsEmpty());
}

TEST_F(HttpPaceTest, StopEndsTheWaitAndNothingIsSent) {
  const auto paced = makePacedClient(inner, clock, 0);
  inner.answers = {Recorder::answer(503, {{"Retry-After", "9"}})};
  call(*paced);
  std::stop_source stop;
  clock.onWait([&](auto) { stop.request_stop(); });
  const auto result = paced->send({}, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Stop);
  EXPECT_EQ(inner.calls.size(), 1U);
}

TEST_F(HttpPaceTest, FailuresPassThrough) {
  static constexpr Message kAny{"PST-0000", {"", "", ""}, {"", "", ""}};
  const auto paced = makePacedClient(inner, clock, 1);
  inner.answers = {fail(Fault::Unknown, kAny)};
  const auto result = paced->send({}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Unknown);
}

}  // namespace
}  // namespace postern
