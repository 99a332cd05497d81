#include "tests/contract/source_contract.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

namespace postern {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr int kMostPages = 2000;
constexpr const char* kZone = "Europe/Berlin";

sim::Fault faultOf(sim::Fault::Kind kind, int times = 1) {
  sim::Fault fault;
  fault.kind = kind;
  fault.times = times;
  return fault;
}

/// Log-ins are not what the reading faults are about, but no vendor reads by its log-in path; all requests fail here.
sim::Fault statusFault(int status, std::optional<seconds> wait = {}) {
  sim::Fault fault = faultOf(sim::Fault::Kind::Status, -1);
  fault.status = status;
  fault.retryAfter = wait;
  return fault;
}

}  // namespace

Section makeFieldMap(const ConnectorInfo& connector, const std::map<std::string, std::string>& values) {
  Section section("test", "");
  for (const FieldName& field : connector.fields) section.set(field.key, field.def);
  for (const auto& [key, value] : values) section.set(key, value);
  return section;
}

LiveSystem::LiveSystem(const ConnectorInfo& connector, const std::map<std::string, std::string>& options,
                       const std::map<std::string, std::string>& fields,
                       decltype(SystemContext::renewSecret) renewSecret)
    : options_(makeSection("test", connector.options, options)),
      fields_(makeFieldMap(connector, fields)),
      http_(makeHttpClient([] {
        HttpOptions http;
        http.connectLimit = milliseconds(2000);
        http.answerLimit = milliseconds(5000);
        return http;
      }())),
      system_(connector.make(SystemContext{"test", options_, fields_, kZone, *http_, clock_, std::move(renewSecret)})) {
}

LiveSystem::~LiveSystem() = default;

std::set<std::string> ScanResult::keys() const {
  std::set<std::string> out;
  for (const auto& [key, raw] : rows) out.insert(key);
  return out;
}

ScanResult scanAll(Source& source, ScanRequest request) {
  ScanResult result;
  for (bool last = false; !last && result.pages < kMostPages; ++result.pages) {
    auto page = source.read(request, {});
    if (!page) {
      result.error = page.error();
      return result;
    }
    for (const Row& row : page->rows) {
      result.rows[row.key] = std::string(row.raw);
      auto record = source.map(request.kind, row);
      EXPECT_TRUE(record) << row.key << ": " << (record ? "" : record.error().cause(Language::En));
      if (record) result.records[row.key] = std::move(*record);
    }
    if (result.pages > 0) {
      EXPECT_EQ(page->full, result.full) << "full must be the same on all pages";
    }
    result.full = page->full;
    for (Error& warning : page->warnings) result.warnings.push_back(std::move(warning));
    last = page->last;
    if (last) result.since = page->since;
    request.position = page->next;
  }
  EXPECT_LT(result.pages, kMostPages) << "the scan of " << request.kind << " does not end";
  return result;
}

SourceContract::SourceContract() : subject_(GetParam().make()) {}

std::unique_ptr<LiveSystem> SourceContract::open() const {
  return std::make_unique<LiveSystem>(subject_->connector(), subject_->options(), subject_->fields(),
                                      subject_->renewSecret());
}

ScanRequest SourceContract::request(std::string_view kind) const {
  ScanRequest out;
  out.kind = std::string(kind);
  out.full = true;
  out.startedAt = FakeClock{}.now();
  return out;
}

Error SourceContract::firstError(Source& source, std::string_view kind, std::stop_token stop) const {
  const auto page = source.read(request(kind), stop);
  EXPECT_FALSE(page) << "an error was expected for " << kind;
  if (page) return {};
  EXPECT_NE(page.error().message, nullptr);
  if (page.error().message != nullptr) expectNoSecrets(page.error());
  return page.error();
}

void SourceContract::expectNoSecrets(const Error& error) const {
  std::vector<std::string> texts{error.detail};
  for (const std::string& arg : error.args) texts.push_back(arg);
  for (const Language language : {Language::En, Language::De, Language::Nl}) {
    texts.push_back(error.cause(language));
    texts.push_back(error.remedy(language));
  }
  const auto values = subject_->options();
  const auto bad = subject_->isServed() ? subject_->badCredentials() : values;
  for (const Option& option : subject_->connector().options) {
    if (option.type != Option::Type::Secret) continue;
    for (const auto* settings : {&values, &bad}) {
      const auto secret = settings->find(option.key);
      if (secret == settings->end() || secret->second.empty()) continue;
      for (const std::string& text : texts) EXPECT_THAT(text, Not(HasSubstr(secret->second))) << option.key;
    }
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SourceContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ServedSourceContract);

TEST_P(SourceContract, FullScanTellsEveryRowAndEnds) {
  const auto live = open();
  int most = 0;
  for (const auto kind : live->source().kinds()) {
    const auto result = scanAll(live->source(), request(kind));
    ASSERT_FALSE(result.error) << kind << ": " << result.error->cause(Language::En);
    EXPECT_TRUE(result.full) << kind;
    EXPECT_EQ(result.keys(), subject_->keys(kind)) << kind;
    most = std::max(most, result.pages);
  }
  EXPECT_GE(most, 3) << "the subject must have more rows than fit into two pages";
}

TEST_P(SourceContract, UnchangedRowsHaveTheSameBytesInTheNextScan) {
  const auto live = open();
  for (const auto kind : live->source().kinds()) {
    const auto first = scanAll(live->source(), request(kind));
    const auto second = scanAll(live->source(), request(kind));
    EXPECT_FALSE(first.rows.empty()) << kind;
    EXPECT_EQ(first.rows, second.rows) << kind;
  }
}

TEST_P(SourceContract, MappingKeepsTheKeyAndGivesTheSameRecordAgain) {
  const auto live = open();
  for (const auto kind : live->source().kinds()) {
    for (const auto& [key, raw] : scanAll(live->source(), request(kind)).rows) {
      const Row row{key, raw};
      const auto first = live->source().map(kind, row);
      const auto second = live->source().map(kind, row);
      ASSERT_TRUE(first && second) << kind << ' ' << key;
      EXPECT_EQ(first->key, key);
      EXPECT_EQ(first->kind, kind);
      EXPECT_EQ(*first, *second);
      EXPECT_FALSE(first->fields.empty()) << kind << ' ' << key;
    }
  }
}

TEST_P(SourceContract, DamagedRowIsRejectedNotThrown) {
  const auto live = open();
  for (const auto kind : live->source().kinds()) {
    for (const std::string_view raw : {"", "{", "[]", "null", "{\"a\":", "\xFF\xFE"}) {
      const auto record = live->source().map(kind, Row{"some-key", raw});
      ASSERT_FALSE(record) << kind << ": " << raw;
      EXPECT_EQ(record.error().fault, Fault::Reject);
      EXPECT_NE(record.error().message, nullptr);
    }
  }
}

TEST_P(SourceContract, ScanGoesOnInANewInstance) {
  const auto first = open();
  for (const auto kind : first->source().kinds()) {
    std::set<std::string> seen;
    ScanRequest next = request(kind);
    for (int pages = 0; pages < kMostPages; ++pages) {
      const auto live = open();
      const auto page = live->source().read(next, {});
      ASSERT_TRUE(page) << kind << ": " << page.error().cause(Language::En);
      for (const Row& row : page->rows) seen.insert(row.key);
      if (page->last) break;
      EXPECT_LT(page->next.size(), 32'000U) << "a position must stay small";
      EXPECT_NE(page->next, next.position) << "a page must lead on";
      next.position = page->next;
    }
    EXPECT_EQ(seen, subject_->keys(kind)) << kind;
  }
}

TEST_P(SourceContract, ChangedRowComesWithTheNextScanForChanges) {
  const auto live = open();
  for (const auto kind : live->source().kinds()) {
    const auto first = scanAll(live->source(), request(kind));
    ASSERT_FALSE(first.error) << kind;
    const std::string key = subject_->changeOne(kind);
    ScanRequest changes = request(kind);
    changes.full = false;
    changes.since = first.since;
    const auto second = scanAll(live->source(), changes);
    ASSERT_FALSE(second.error) << kind << ": " << second.error->cause(Language::En);
    ASSERT_THAT(second.keys(), Contains(key)) << kind;
    ASSERT_TRUE(first.rows.contains(key)) << kind;
    EXPECT_NE(second.rows.at(key), first.rows.at(key)) << kind;
  }
}

TEST_P(SourceContract, UnknownKindIsAnError) {
  const auto live = open();
  EXPECT_FALSE(live->source().read(request("no_such_kind"), {}));
  EXPECT_FALSE(live->source().map("no_such_kind", Row{"1", "{}"}));
}

TEST_P(ServedSourceContract, StopEndsACallThatHangs) {
  const auto live = open();
  sim::Fault hang = faultOf(sim::Fault::Kind::Hang, -1);
  hang.delay = milliseconds(3000);
  subject_->simulator().addFault(hang);
  std::stop_source stop;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(firstError(live->source(), firstKind(live->source()), stop.get_token()).fault, Fault::Stop);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(1100));
  subject_->simulator().clearFaults();
}

TEST_P(SourceContract, StopBeforeTheCallAsksNothing) {
  const auto live = open();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(firstError(live->source(), firstKind(live->source()), stop.get_token()).fault, Fault::Stop);
  if (subject_->isServed()) {
    EXPECT_EQ(subject_->simulator().counts().requests, 0);
  }
}

TEST_P(SourceContract, ServerDownIsTriedAgain) {
  const auto live = open();
  subject_->goAway();
  for (const auto kind : live->source().kinds())
    EXPECT_EQ(firstError(live->source(), kind).fault, Fault::Retry) << kind;
}

TEST_P(ServedSourceContract, BadCredentialsNeedAnAdmin) {
  LiveSystem live(subject_->connector(), subject_->badCredentials(), subject_->fields(), subject_->renewSecret());
  for (const auto kind : live.source().kinds()) EXPECT_EQ(firstError(live.source(), kind).fault, Fault::Auth) << kind;
}

TEST_P(ServedSourceContract, TooManyRequestsWaitsAsLongAsTheServerAsks) {
  const auto live = open();
  subject_->simulator().addFault(statusFault(429, seconds(17)));
  const Error error = firstError(live->source(), firstKind(live->source()));
  EXPECT_EQ(error.fault, Fault::Retry);
  EXPECT_EQ(error.retryAfter, seconds(17));
}

TEST_P(ServedSourceContract, ServerErrorsAreTriedAgainBecauseReadingChangesNothing) {
  const auto live = open();
  for (const int status : {500, 502, 503, 504}) {
    subject_->simulator().clearFaults();
    subject_->simulator().addFault(statusFault(status));
    EXPECT_EQ(firstError(live->source(), firstKind(live->source())).fault, Fault::Retry) << status;
  }
}

TEST_P(ServedSourceContract, BrokenAnswersAreTriedAgain) {
  using Kind = sim::Fault::Kind;
  const auto live = open();
  for (const auto kind : {Kind::Html, Kind::HalfBody, Kind::CloseBefore, Kind::ApplyThenClose}) {
    subject_->simulator().clearFaults();
    subject_->simulator().addFault(faultOf(kind, -1));
    EXPECT_EQ(firstError(live->source(), firstKind(live->source())).fault, Fault::Retry) << static_cast<int>(kind);
  }
  subject_->simulator().clearFaults();
  EXPECT_TRUE(live->source().read(request(firstKind(live->source())), {})) << "a good answer must be taken again";
}

TEST_P(SourceContract, AnswerCutAgainstItsOwnTotalsIsTriedAgain) {
  const auto live = open();
  for (const auto kind : live->source().kinds()) {
    subject_->cutNextAnswer(kind);
    EXPECT_EQ(firstError(live->source(), kind).fault, Fault::Retry) << kind;
    subject_->mend();
    EXPECT_EQ(scanAll(live->source(), request(kind)).keys(), subject_->keys(kind)) << kind;
  }
}

TEST_P(SourceContract, CheckFindsNothingBadInAGoodSystem) {
  const auto live = open();
  const auto findings = live->system().check({});
  EXPECT_FALSE(findings.empty());
  for (const Finding& finding : findings)
    EXPECT_NE(finding.level, Finding::Level::Bad)
        << finding.what << (finding.error ? ": " + finding.error->cause(Language::En) : "");
}

TEST_P(ServedSourceContract, CheckReportsARefusedLogIn) {
  LiveSystem live(subject_->connector(), subject_->badCredentials(), subject_->fields(), subject_->renewSecret());
  int bad = 0;
  for (const Finding& finding : live.system().check({})) {
    if (finding.level != Finding::Level::Bad) continue;
    ++bad;
    ASSERT_TRUE(finding.error);
    expectNoSecrets(*finding.error);
  }
  EXPECT_GE(bad, 1);
}

}  // namespace postern
