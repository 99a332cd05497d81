#include "tests/contract/sink_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace postern {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = sim::Fault::Kind;

namespace {

constexpr int kThreads = 8;

sim::Fault fault(Kind kind, int status = 503) {
  sim::Fault fault;
  fault.kind = kind;
  fault.status = status;
  return fault;
}

std::vector<std::string> keysOf(const std::vector<Found>& found) {
  std::vector<std::string> keys;
  for (const Found& one : found) keys.push_back(one.key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

/// Runs `work` with the numbers 0..7 at the same time.
void inParallel(const std::function<void(int)>& work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
}

}  // namespace

std::string sinkCaseName(const testing::TestParamInfo<SinkCase>& info) { return info.param.name; }

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SinkContract);

void SinkContract::SetUp() {
  bench_ = GetParam().make();
  system_ = bench_->connect();
  ASSERT_NE(system_->sink(), nullptr);
}

std::string SinkContract::made(const std::string& key) {
  const auto settled = sink().push(bench_->create(key), {});
  EXPECT_TRUE(settled) << settled.error().cause(Language::En) << " " << settled.error().detail;
  return settled ? settled->id : std::string{};
}

std::vector<Found> SinkContract::found(const std::vector<std::string>& keys) {
  const auto result = sink().find(kind(), keys, {});
  EXPECT_TRUE(result) << result.error().cause(Language::En);
  return result.value_or(std::vector<Found>{});
}

void SinkContract::expectDiscreet(const Error& error) const {
  ASSERT_NE(error.message, nullptr);
  for (const Language language : {Language::En, Language::De, Language::Nl}) {
    const std::string logged = error.cause(language) + error.remedy(language);
    EXPECT_THAT(logged, Not(HasSubstr("{"))) << "an argument is missing";
    EXPECT_THAT(logged, Not(HasSubstr(bench_->personal())));
    for (const std::string& secret : bench_->secrets()) {
      EXPECT_THAT(logged, Not(HasSubstr(secret)));
      EXPECT_THAT(error.detail, Not(HasSubstr(secret)));
    }
  }
}

Result<Settled> SinkContract::pushUnder(sim::Fault fault, const std::string& key, std::int64_t& writes) {
  made("before");  // so that the fault meets the write and not the log-in
  fault.methodContains = bench_->createMethod();
  bench_->simulator().addFault(fault);
  const std::int64_t before = bench_->simulator().counts().writes;
  auto settled = sink().push(bench_->create(key), {});
  writes = bench_->simulator().counts().writes - before;
  return settled;
}

TEST_P(SinkContract, CreatedRecordIsFoundByItsExactKey) {
  const std::vector<std::string> keys{"_0573", "%", "a b", "ä", "00123", "123", "A1", "x0573", "c/d?e&f=g", "ß\"'"};
  std::set<std::string> ids;
  for (const std::string& key : keys) ids.insert(made(key));
  EXPECT_EQ(ids.size(), keys.size());
  for (const std::string& key : keys) {
    const auto one = found({key});
    ASSERT_THAT(one, SizeIs(1)) << key;
    EXPECT_EQ(one[0].key, key);
  }
  auto sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(keysOf(found(keys)), sorted);
}

TEST_P(SinkContract, FindTakesFiftyKeysAtOnce) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) keys.push_back("key-" + std::to_string(1000 + i));
  for (int i = 0; i < 50; i += 5) made(keys[static_cast<std::size_t>(i)]);
  EXPECT_THAT(found(keys), SizeIs(10));
}

TEST_P(SinkContract, UnknownKeysAreNotFound) {
  EXPECT_THAT(found({"nothing", "_"}), IsEmpty());
  made("something");
  EXPECT_THAT(found({"nothing", "_________", "%"}), IsEmpty());
  EXPECT_THAT(found({}), IsEmpty());
}

TEST_P(SinkContract, TwoRecordsOfOneKeyBothComeWithTheLowerIdFirst) {
  const std::string first = made("twice");
  const std::string second = made("twice");
  if (bench_->looksFirst()) {
    EXPECT_EQ(second, first);
    EXPECT_THAT(found({"twice"}), SizeIs(1));
    return;
  }
  const auto both = found({"twice"});
  if (bench_->keysAreUnique()) {
    EXPECT_EQ(first, second);
    EXPECT_THAT(both, SizeIs(1));
    return;
  }
  ASSERT_THAT(both, SizeIs(2));
  EXPECT_EQ(both[0].id, first);
  EXPECT_EQ(both[1].id, second);
}

TEST_P(SinkContract, RecordOfAnotherSourceIsNotOurs) {
  bench_->addForeign("42");
  EXPECT_THAT(found({"42"}), IsEmpty());
  const std::string id = made("42");
  const auto one = found({"42"});
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].id, id);
}

TEST_P(SinkContract, UpdateChangesOnlyTheGivenField) {
  Change change = bench_->create("7");
  change.id = made("7");
  const auto before = found({"7"});
  const auto [field, value] = bench_->edit();
  change.fields = {{field, value}};
  const auto settled = sink().push(change, {});
  ASSERT_TRUE(settled) << settled.error().cause(Language::En);
  EXPECT_EQ(settled->id, change.id);

  const auto after = found({"7"});
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_THAT(after, SizeIs(1));
  Fields expected = before[0].fields;
  expected[field] = value;
  EXPECT_EQ(after[0].fields, expected);
}

TEST_P(SinkContract, AnswerTellsTheValuesThatWereWritten) {
  const Change change = bench_->create("7");
  const auto settled = sink().push(change, {});
  ASSERT_TRUE(settled);
  for (const auto& [name, value] : settled->answered) {
    const auto sent = change.fields.find(name);
    if (sent == change.fields.end()) continue;
    EXPECT_EQ(value, sent->second) << name;
  }
  EXPECT_THAT(settled->answered, testing::Contains(testing::Key(bench_->edit().first)));
}

TEST_P(SinkContract, RepeatedUpdateIsHarmless) {
  Change change = bench_->create("7");
  change.id = made("7");
  const auto [field, value] = bench_->edit();
  change.fields = {{field, value}};
  ASSERT_TRUE(sink().push(change, {}));
  const auto once = found({"7"});
  ASSERT_TRUE(sink().push(change, {}));
  const auto twice = found({"7"});
  ASSERT_THAT(once, SizeIs(1));
  ASSERT_THAT(twice, SizeIs(1));
  EXPECT_EQ(once[0].fields, twice[0].fields);
  EXPECT_EQ(bench_->held(), 1);
}

TEST_P(SinkContract, ListReturnsExactlyOursOverSeveralPages) {
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back(std::to_string(100 + i));
    made(expected.back());
    if (i % 3 == 0) bench_->addForeign("foreign-" + std::to_string(i));
  }
  std::vector<Found> all;
  std::string position;
  int pages = 0;
  do {
    const auto page = sink().list(kind(), position, {});
    ASSERT_TRUE(page) << page.error().cause(Language::En);
    all.insert(all.end(), page->found.begin(), page->found.end());
    position = page->next;
  } while (!position.empty() && ++pages < 100);
  EXPECT_GE(pages, 2);
  EXPECT_EQ(keysOf(all), expected);
}

TEST_P(SinkContract, LostAnswerOfACreateIsUnknownAndTheRecordIsFoundOnce) {
  std::int64_t writes = 0;
  const auto settled = pushUnder(fault(Kind::ApplyThenClose), "lost", writes);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Unknown);
  expectDiscreet(settled.error());
  EXPECT_EQ(writes, 1);
  EXPECT_THAT(found({"lost"}), SizeIs(1));
}

TEST_P(SinkContract, HalfAnAnswerIsUnknown) {
  std::int64_t writes = 0;
  const auto settled = pushUnder(fault(Kind::HalfBody), "half", writes);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Unknown);
  EXPECT_EQ(writes, 1);
  EXPECT_THAT(found({"half"}), SizeIs(1));
}

TEST_P(SinkContract, LostAnswerOfAnUpdateIsUnknown) {
  Change change = bench_->create("7");
  change.id = made("7");
  change.fields = {bench_->edit()};
  auto lost = fault(Kind::ApplyThenClose);
  lost.methodContains = bench_->updateMethod();
  bench_->simulator().addFault(lost);
  const auto settled = sink().push(change, {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Unknown);
  EXPECT_EQ(bench_->held(), 1);
}

TEST_P(SinkContract, ConnectionClosedBeforeTheAnswerIsNotRepeatedByTheSink) {
  std::int64_t writes = 0;
  const auto settled = pushUnder(fault(Kind::CloseBefore), "cut", writes);
  ASSERT_FALSE(settled);
  EXPECT_THAT(settled.error().fault, AnyOf(Fault::Unknown, Fault::Retry));
  EXPECT_LE(writes, 1);
  EXPECT_THAT(found({"cut"}), IsEmpty());
}

TEST_P(SinkContract, TooManyRequestsIsRetryWithTheServersWait) {
  std::int64_t writes = 0;
  auto tooMany = fault(Kind::Status, 429);
  tooMany.retryAfter = 17s;
  const auto settled = pushUnder(tooMany, "many", writes);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Retry);
  EXPECT_EQ(settled.error().retryAfter, 17s);
  EXPECT_EQ(writes, 1);
  expectDiscreet(settled.error());
}

TEST_P(SinkContract, ServiceUnavailableIsRetry) {
  std::int64_t writes = 0;
  const auto settled = pushUnder(fault(Kind::Status, 503), "busy", writes);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Retry);
  EXPECT_EQ(writes, 1);
}

TEST_P(SinkContract, OtherServerErrorsOfAWriteAreUnknown) {
  for (const int status : {500, 502, 504}) {
    std::int64_t writes = 0;
    const auto settled = pushUnder(fault(Kind::Status, status), "broken", writes);
    ASSERT_FALSE(settled) << status;
    EXPECT_EQ(settled.error().fault, Fault::Unknown) << status;
    EXPECT_EQ(writes, 1);
    expectDiscreet(settled.error());
  }
}

TEST_P(SinkContract, ServerErrorsOfALookUpAreRetry) {
  made("7");
  for (const Kind kind : {Kind::Status, Kind::CloseBefore, Kind::HalfBody, Kind::Html}) {
    auto failing = fault(kind, 502);
    failing.times = -1;
    bench_->simulator().addFault(failing);
    const auto result = sink().find(this->kind(), {"7"}, {});
    bench_->simulator().clearFaults();
    ASSERT_FALSE(result) << static_cast<int>(kind);
    EXPECT_EQ(result.error().fault, Fault::Retry) << static_cast<int>(kind);
    expectDiscreet(result.error());
  }
}

TEST_P(SinkContract, HtmlInsteadOfAnAnswerIsNoSuccess) {
  std::int64_t writes = 0;
  const auto settled = pushUnder(fault(Kind::Html), "page", writes);
  ASSERT_FALSE(settled);
  EXPECT_THAT(settled.error().fault, AnyOf(Fault::Unknown, Fault::Retry));
  EXPECT_EQ(writes, 1);
}

TEST_P(SinkContract, WrongPasswordIsAuth) {
  const auto other = bench_->connect(false);
  const auto settled = other->sink()->push(bench_->create("7"), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Auth);
  expectDiscreet(settled.error());
  EXPECT_EQ(bench_->held(), 0);
  EXPECT_THAT(other->check({}), testing::Contains(testing::Field(&Finding::level, Finding::Level::Bad)));
}

TEST_P(SinkContract, ExpiredLoginIsRenewedOnceByAllThreadsTogether) {
  made("first");
  const std::int64_t before = bench_->logins();
  bench_->expireLogin();
  if (!bench_->renewsLogin()) {
    const auto refused = sink().push(bench_->create("later"), {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::Auth);
    return;
  }
  std::atomic<int> good = 0;
  inParallel([&](int i) { good += sink().push(bench_->create("t" + std::to_string(i)), {}) ? 1 : 0; });
  EXPECT_EQ(good, kThreads);
  EXPECT_EQ(bench_->logins(), before + 1);
  EXPECT_EQ(bench_->held(), kThreads + 1);
}

TEST_P(SinkContract, StopEndsAHangingCallWithinASecond) {
  made("first");
  auto hang = fault(Kind::Hang);
  hang.delay = 3s;
  hang.times = 2;
  bench_->simulator().addFault(hang);
  std::stop_source source;
  std::jthread stopper([&source] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto settled = sink().push(bench_->create("stopped"), source.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Stop);

  const auto looked = sink().find(kind(), {"first"}, source.get_token());
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().fault, Fault::Stop);
  bench_->simulator().clearFaults();
}

TEST_P(SinkContract, ServerThatIsDownIsRetry) {
  made("first");
  bench_->simulator().stop();
  // The kept-alive connection may still have looked open for the first call.
  (void)sink().find(kind(), {"first"}, {});
  const auto settled = sink().push(bench_->create("down"), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Retry);
  expectDiscreet(settled.error());
}

TEST_P(SinkContract, RefusedRecordIsRejectedWithTheServersWords) {
  std::int64_t before = bench_->held();
  const auto settled = sink().push(bench_->refused("bad"), {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Reject);
  EXPECT_THAT(settled.error().detail, Not(IsEmpty()));
  EXPECT_LE(settled.error().detail.size(), 2000U);
  expectDiscreet(settled.error());
  EXPECT_EQ(bench_->held(), before);
}

TEST_P(SinkContract, UpdateOfAVanishedRecordIsRefused) {
  Change change = bench_->create("gone");
  change.id = "99999999";
  change.fields = {bench_->edit()};
  const auto settled = sink().push(change, {});
  ASSERT_FALSE(settled);
  EXPECT_TRUE(isRefusal(settled.error().fault));
  expectDiscreet(settled.error());
}

TEST_P(SinkContract, UnknownKindIsRejected) {
  Change change = bench_->create("1");
  change.kind = "spaceship";
  const auto settled = sink().push(change, {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Reject);
}

TEST_P(SinkContract, EightThreadsPushAtTheSameTime) {
  constexpr int kEach = 12;
  std::atomic<int> good = 0;
  inParallel([&](int i) {
    for (int n = 0; n < kEach; ++n) {
      good += sink().push(bench_->create(std::to_string(i) + "-" + std::to_string(n)), {}) ? 1 : 0;
    }
  });
  EXPECT_EQ(good, kThreads * kEach);
  EXPECT_EQ(bench_->held(), kThreads * kEach);
  EXPECT_EQ(bench_->logins(), 1);
  std::vector<std::string> keys;
  for (int i = 0; i < kThreads; ++i) keys.push_back(std::to_string(i) + "-" + std::to_string(i));
  EXPECT_EQ(keysOf(found(keys)), keys);
}

TEST_P(SinkContract, ChildrenHaveAHigherRankThanTheirParents) {
  std::set<std::string_view> names;
  for (const SinkKind& one : sink().kinds()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name << " is named twice";
    EXPECT_GE(one.rank, 0);
  }
  EXPECT_TRUE(names.contains(kind()));
}

TEST_P(SinkContract, CheckFindsNothingBadAndChangesNothing) {
  made("1");
  const std::int64_t writes = bench_->simulator().counts().writes;
  const auto findings = system_->check({});
  EXPECT_THAT(findings, Not(IsEmpty()));
  for (const Finding& finding : findings) EXPECT_EQ(finding.level, Finding::Level::Good) << finding.what;
  EXPECT_EQ(bench_->simulator().counts().writes, writes);
}

}  // namespace postern
