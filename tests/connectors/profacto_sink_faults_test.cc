// The write side of profacto when calls fail, answers lie or come too late: each danger of fact sheet section 6.1.

#include <atomic>
#include <thread>

#include "tests/connectors/profacto_sink_fixture.h"

namespace postern::profacto {

namespace {

using namespace std::chrono_literals;
using Kind = sim::Fault::Kind;
using Odd = sim::ProfactoSimulator::Odd;
using testing::HasSubstr;

const Fields kDone{{"process_status", "120"}};

sim::Fault faultOf(Kind kind, const char* method, int status = 503, int skip = 0) {
  sim::Fault fault;
  fault.kind = kind;
  fault.status = status;
  fault.pathContains = method;
  fault.skip = skip;
  return fault;
}

// ---- Another project than the one that was meant --------------------------------------------------------------------

TEST_F(ProfactoSinkTest, CreationInsteadOfAnUpdateIsAnAlarmAndEndsAllWriting) {
  Options options;
  options.updateCreatesAnyway = true;
  start(options);
  insertProject("25017");
  const Error alarm = failing(Fault::Reject, "PST-3058", kDone);
  EXPECT_EQ(erp->createdProjects(), 1) << "the vendor's own sample does that; nobody can know before";
  EXPECT_THAT(alarm.cause(Language::De), HasSubstr("neue Projekt 25901"));
  EXPECT_EQ(project()["Prozessstatus"], 60);

  erp->configure([](Options& sim) { sim.updateCreatesAnyway = false; });
  for (const char* number : {kNumber, "25017"})
    EXPECT_THAT(failingChange(Fault::Auth, "PST-3061", change(kDone, {}, number)).cause(Language::En),
                HasSubstr("25901"));
  EXPECT_EQ(writes(), 1) << "not one call more";
  EXPECT_EQ(pushed({{"process_status", "60"}}), (Fields{{"process_status", "60"}})) << "nothing to write";
  EXPECT_TRUE(sink().find("project", {"25017"}, {}));

  open();  // restarted
  pushed(kDone);
  EXPECT_EQ(erp->createdProjects(), 1);
  EXPECT_EQ(erp->overwrittenTexts() + erp->overwrittenPaymentTerms(), 0);
}

TEST_F(ProfactoSinkTest, AnswerForAnotherProjectIsAnAlarmAndEndsAllWriting) {
  for (const char* number : {R"("25017")", R"("05104b")", "25017"}) {
    start();
    http->after = [&](const HttpRequest& call, HttpResponse& answer) {
      const std::size_t at = answer.body.find(R"("05104B")");
      if (call.url.ends_with(kPut)) answer.body.replace(at, 8, number);
    };
    failing(Fault::Reject, "PST-3059", kDone);
    failing(Fault::Auth, "PST-3061", {{"process_status", "130"}});
    EXPECT_EQ(writes(), 1);
  }
}

TEST_F(ProfactoSinkTest, SuccessWithoutConfirmationIsRejected) {
  for (const std::string left : {R"(,"wasUpdate":true)", R"(,"AuftragsNr":"05104B")"}) {
    start();
    http->after = [&](const HttpRequest& call, HttpResponse& answer) {
      if (call.url.ends_with(kPut)) answer.body.erase(answer.body.find(left), left.size());
    };
    failing(Fault::Reject, "PST-3067", kDone);
    EXPECT_EQ(pushed(kDone), kDone) << "once somebody has looked and retried";
    EXPECT_EQ(writes(), 1);
    expectOnlyChanged({{"Prozessstatus", 120}});
  }
}

TEST_F(ProfactoSinkTest, RefusedWriteIsRejectedWithProfactosWords) {
  Options options;
  options.olderVersion = true;
  start(options);
  erp->setField("Auftrag", kNumber, "Bezeichnung", "");
  const Error error = failing(Fault::Reject, "PST-3062", kDone);
  EXPECT_THAT(error.cause(Language::En), HasSubstr("missing_parameter"));
  EXPECT_THAT(error.detail, HasSubstr("Parameter Bezeichnung is missing"));
  expectOnlyChanged({{"Bezeichnung", ""}});
}

TEST_F(ProfactoSinkTest, WordsOfARefusalThatHoldATokenAreNotKept) {
  start();
  for (const std::string& token : {std::string(Options::kProjectsWrite), "10.0.0.5" + std::string(32, 'B')}) {
    http->after = [&](const HttpRequest& call, HttpResponse& answer) {
      if (call.url.ends_with(kPut)) answer.body = R"({"success":false,"error":")" + token + R"(","errorMsg":"x"})";
    };
    EXPECT_EQ(failing(Fault::Reject, "PST-3062", {{"title", token.substr(0, 3)}}).detail, "");
  }
}

TEST_F(ProfactoSinkTest, OpenRecordIsTriedAgain) {
  start();
  erp->lockRecord("Auftrag", kNumber);
  failing(Fault::Retry, "PST-3064", kDone);
  expectUntouched();
  open({{"locked_error", "gesperrt"}});
  failing(Fault::Reject, "PST-3062", kDone);
  erp->unlockRecord("Auftrag", kNumber);
  pushed(kDone);
  expectOnlyChanged({{"Prozessstatus", 120}});
}

// ---- Read back ------------------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, StatusChangedBehindTheWriteIsAnAlarm) {
  start();
  bool written = false;
  http->before = [&](const HttpRequest& call) {
    if (written) erp->printDocument(kNumber, 100);
    written = call.url.ends_with(kPut);
  };
  EXPECT_THAT(failing(Fault::Reject, "PST-3060", kDone).cause(Language::En), HasSubstr("Prozessstatus"));
}

TEST_F(ProfactoSinkTest, TextDamagedByTheWriteIsAnAlarm) {
  for (const char* field : {"Bauvorhaben", "Bezeichnung"}) {
    start();
    http->after = [&](const HttpRequest& call, HttpResponse&) {
      if (call.url.ends_with(kPut)) erp->setField("Auftrag", kNumber, field, "MÃ¼ller");
    };
    EXPECT_THAT(failing(Fault::Reject, "PST-3060", kDone).cause(Language::En), HasSubstr(field));
  }
}

TEST_F(ProfactoSinkTest, FailedSecondReadingIsUnknownAndTheNextPushOnlyReads) {
  for (const Kind kind : {Kind::Status, Kind::CloseBefore, Kind::HalfBody, Kind::Html}) {
    start();
    erp->addFault(faultOf(kind, kRead, 502, 1));
    const auto settled = push(kDone);
    ASSERT_FALSE(settled) << static_cast<int>(kind);
    EXPECT_EQ(settled.error().fault, Fault::Unknown) << static_cast<int>(kind);
    EXPECT_EQ(pushed(kDone, {{"process_status", "60"}}), kDone);
    EXPECT_EQ(writes(), 1);
    expectOnlyChanged({{"Prozessstatus", 120}});
  }
}

// ---- Before the write -----------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, FailureOfTheFirstReadingIsRetryAndNothingIsWritten) {
  start();
  for (const Kind kind : {Kind::Status, Kind::CloseBefore, Kind::ApplyThenClose, Kind::HalfBody, Kind::Html}) {
    erp->addFault(faultOf(kind, kRead, 500));
    const auto settled = push(kDone);
    ASSERT_FALSE(settled) << static_cast<int>(kind);
    EXPECT_EQ(settled.error().fault, Fault::Retry) << static_cast<int>(kind);
    EXPECT_EQ(sink().find("project", {kNumber}, {}).has_value(), true);
  }
  for (const Odd odd : {Odd::TruncatedJson, Odd::TooFewRows, Odd::NoBody}) {
    erp->addOdd(odd);
    const auto settled = push(kDone);
    ASSERT_FALSE(settled) << static_cast<int>(odd);
    EXPECT_EQ(settled.error().fault, Fault::Retry) << static_cast<int>(odd);
    erp->addOdd(odd);
    EXPECT_EQ(sink().find("project", {kNumber}, {}).error().fault, Fault::Retry);
  }
  erp->addOdd(Odd::EmptyAnswer);
  failing(Fault::Reject, "PST-3054", kDone);
  expectUntouchedAndUnwritten();
}

TEST_F(ProfactoSinkTest, RowThatComesTwiceIsOneProject) {
  start();
  erp->addOdd(Odd::RowsTwice, -1);
  pushed(kDone);
  EXPECT_THAT(sink().find("project", {kNumber}, {}).value(), testing::SizeIs(1));
  expectOnlyChanged({{"Prozessstatus", 120}});
}

TEST_F(ProfactoSinkTest, ServerThatIsDownIsRetry) {
  start();
  erp->stop();
  EXPECT_EQ(push(kDone).error().fault, Fault::Retry);
}

// ---- Lost and unreadable answers of the write -----------------------------------------------------------------------

TEST_F(ProfactoSinkTest, LostAnswerIsUnknownAndTheNextPushWritesOnlyIfNeeded) {
  struct Case {
    Kind kind;
    int status;
    bool applied;
  };
  for (const Case& one : {Case{Kind::ApplyThenClose, 0, true}, Case{Kind::HalfBody, 0, true},
                          Case{Kind::CloseBefore, 0, false}, Case{Kind::Status, 500, false},
                          Case{Kind::Status, 502, false}, Case{Kind::Status, 504, false}, Case{Kind::Html, 0, false}}) {
    start();
    erp->addFault(faultOf(one.kind, kPut, one.status));
    const auto settled = push(kDone, {{"process_status", "60"}});
    ASSERT_FALSE(settled);
    EXPECT_EQ(settled.error().fault, Fault::Unknown) << static_cast<int>(one.kind) << ' ' << one.status;
    expectDiscreet(settled.error());
    EXPECT_EQ(writes(), 1) << "the sink itself never sends twice";
    EXPECT_EQ(pushed(kDone, {{"process_status", "60"}}), kDone);
    EXPECT_EQ(writes(), one.applied ? 1 : 2);
    expectOnlyChanged({{"Prozessstatus", 120}});
  }
}

TEST_F(ProfactoSinkTest, StatusPrintedAfterALostAnswerIsNotOverwritten) {
  start();
  erp->addFault(faultOf(Kind::ApplyThenClose, kPut));
  EXPECT_EQ(push(kDone, {{"process_status", "60"}}).error().fault, Fault::Unknown);
  erp->printDocument(kNumber, 130);
  EXPECT_EQ(pushed(kDone, {{"process_status", "60"}}), (Fields{{"process_status", "130"}}));
  expectOnlyChanged({{"Prozessstatus", 130}});
}

TEST_F(ProfactoSinkTest, PageInsteadOfAnAnswerMayHideAWriteThatWasDone) {
  for (const char* page :
       {"<html>3 records changed</html>", "", "[]", R"({"error":""})", R"({"success":true,"wasUp)"}) {
    start();
    http->after = [&](const HttpRequest& call, HttpResponse& answer) {
      if (call.url.ends_with(kPut)) answer.body = page;
    };
    failing(Fault::Unknown, "PST-3066", kDone);
    EXPECT_EQ(pushed(kDone), kDone);
    EXPECT_EQ(writes(), 1);
    expectOnlyChanged({{"Prozessstatus", 120}});
  }
}

TEST_F(ProfactoSinkTest, StatusesThatSayThatNothingWasDoneAreNotUnknown) {
  start();
  const auto faultFor = [&](int status) {
    auto fault = faultOf(Kind::Status, kPut, status);
    if (status == 429 || status == 503) fault.retryAfter = 17s;
    erp->addFault(fault);
    const auto settled = push(kDone);
    EXPECT_FALSE(settled);
    if (settled) return Fault::Stop;
    EXPECT_EQ(settled.error().retryAfter.has_value(), fault.retryAfter.has_value()) << status;
    expectDiscreet(settled.error());
    return settled.error().fault;
  };
  for (const int status : {404, 429, 503}) EXPECT_EQ(faultFor(status), Fault::Retry) << status;
  for (const int status : {401, 403}) EXPECT_EQ(faultFor(status), Fault::Auth) << status;
  for (const int status : {400, 405, 413}) EXPECT_EQ(faultFor(status), Fault::Reject) << status;
  for (const int status : {302, 303, 408, 501}) EXPECT_EQ(faultFor(status), Fault::Unknown) << status;
  expectUntouched();
}

TEST_F(ProfactoSinkTest, ExceededLicenceWaitsForASlotInEveryForm) {
  using Form = Options::LicenceAnswer;
  for (const Form form : {Form::Json, Form::Redirect, Form::Html}) {
    Options options;
    options.licenceAnswer = form;
    options.clients = 2;
    options.otherClients = {{"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "10.0.0.5"}};
    start(options);
    // The token that reads holds the last access, so the one that writes gets none.
    EXPECT_EQ(failing(Fault::Retry, "PST-3010", kDone).retryAfter, 15min);
    expectUntouched();
    erp->advanceClock(16min);
    erp->configure([](Options& sim) { sim.clients = 3; });
    pushed(kDone);
    EXPECT_EQ(erp->slotsInUse(), 2);
  }
}

TEST_F(ProfactoSinkTest, StopEndsAHangingWriteWithinASecond) {
  start();
  auto hang = faultOf(Kind::Hang, kPut);
  hang.delay = 3s;
  erp->addFault(hang);
  std::stop_source source;
  http->before = [&](const HttpRequest& call) {
    if (call.url.ends_with(kPut)) source.request_stop();
  };
  const auto begun = std::chrono::steady_clock::now();
  const auto settled = sink().push(change(kDone), source.get_token());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Stop);
  EXPECT_EQ(sink().find("project", {kNumber}, source.get_token()).error().fault, Fault::Stop);
  erp->clearFaults();
}

TEST_F(ProfactoSinkTest, StopBeforeTheSecondReadingIsStop) {
  start();
  std::stop_source source;
  http->after = [&](const HttpRequest& call, HttpResponse&) {
    if (call.url.ends_with(kPut)) source.request_stop();
  };
  const auto settled = sink().push(change(kDone), source.get_token());
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Stop);
  EXPECT_EQ(pushed(kDone), kDone);
  EXPECT_EQ(writes(), 1);
}

TEST_F(ProfactoSinkTest, EightThreadsWriteAtTheSameTime) {
  start();
  constexpr int kThreads = 8;
  constexpr int kEach = 6;
  const auto number = [](int thread, int n) { return "T" + std::to_string(thread) + '-' + std::to_string(n); };
  for (int t = 0; t < kThreads; ++t)
    for (int n = 0; n < kEach; ++n) insertProject(number(t, n));
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int n = 0; n < kEach; ++n) good += push(kDone, {}, number(t, n)) ? 1 : 0;
      });
  }
  EXPECT_EQ(good, kThreads * kEach);
  EXPECT_EQ(writes(), kThreads * kEach);
  for (int t = 0; t < kThreads; ++t)
    for (int n = 0; n < kEach; ++n) EXPECT_EQ(project(number(t, n))["Prozessstatus"], 120);
  expectUntouched();
}

}  // namespace
}  // namespace postern::profacto
