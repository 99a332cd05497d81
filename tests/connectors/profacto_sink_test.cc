// The write side of profacto: what reaches a project, what never does, and when nothing is written at all.

#include "connectors/profacto/sink.h"

#include "tests/connectors/profacto_sink_fixture.h"

namespace postern::profacto {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// ---- Writing --------------------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, ProcessStatusIsWrittenAndNothingElseIsTouched) {
  for (const char* verb : {"post", "get"}) {
    start();
    open({{"http_verb", verb}});
    std::vector<std::string> calls;
    http->before = [&](const HttpRequest& call) {
      const std::size_t method = call.url.rfind("/4DAction/") + 10;
      calls.push_back(call.url.substr(method, call.url.find('?') - method));
    };
    EXPECT_EQ(pushed({{"process_status", "110"}}), (Fields{{"process_status", "110"}}));
    EXPECT_THAT(calls, ElementsAre(kRead, kPut, kRead)) << verb;
    expectOnlyChanged({{"Prozessstatus", 110}});
    EXPECT_EQ(writes(), 1);
  }
}

TEST_F(ProfactoSinkTest, UpdateSaysEverythingThatKeepsTheProjectWhole) {
  start();
  std::string body;
  http->before = [&](const HttpRequest& call) { body = call.url.ends_with(kPut) ? call.body : body; };
  pushed({{"process_status", "110"}});
  EXPECT_EQ(body, "token=" + std::string(Options::kProjectsWrite) +
                      "&update=true&AuftragsNr=05104B&Bauvorhaben=Praxis%20N%C3%B6rd%0D%0D2.%20OG"
                      "&Bezeichnung=M%C3%BCller%20%26%20S%C3%B6hne%20%3D%20%22K%C3%BCche%22%0D50%20%25%20%2B%20%C3%9F"
                      "%E2%82%AC&Prozessstatus=110&textupdatemode=none&paymentupdatemode=none&response=JSON");
}

TEST_F(ProfactoSinkTest, TitleAndDateAreWrittenTogetherWithTheStatus) {
  start();
  const Fields wanted{
      {"delivery_date", "2025-10-26"}, {"process_status", "120"}, {"title", "Büro „Öl & Wasser“ +5 % = ß€\nZeile 2"}};
  EXPECT_EQ(pushed(wanted), wanted);
  expectOnlyChanged({{"Prozessstatus", 120},
                     {"Lieferdatum", "2025-10-26"},
                     {"Bauvorhaben", "Büro „Öl & Wasser“ +5 % = ß€\rZeile 2"}});
  EXPECT_EQ(writes(), 1);
}

TEST_F(ProfactoSinkTest, TextsAreKeptInEveryCharsetOfAnswers) {
  for (const auto charset :
       {Options::Charset::Utf8, Options::Charset::Windows1252, Options::Charset::Windows1252Silent}) {
    Options options;
    options.charset = charset;
    start(options);
    pushed({{"process_status", "110"}});
    expectOnlyChanged({{"Prozessstatus", 110}});
  }
}

TEST_F(ProfactoSinkTest, DatesAreWrittenInTheSitesFormAndReadInAnyForm) {
  using Write = Options::WriteDate;
  using Form = Options::DateForm;
  const std::vector<std::pair<Write, std::string>> writes{
      {Write::Iso, "yyyy-mm-dd"}, {Write::DayMonthYear2, "dd.mm.yy"}, {Write::DayMonthYear4, "dd.mm.yyyy"}};
  for (const auto& [form, setting] : writes) {
    for (const Form answers : {Form::Short, Form::UtcLong, Form::LocalLong, Form::FakeUtcLong}) {
      Options options;
      options.writeDate = form;
      options.dateForm = answers;
      start(options);
      open({{"write_date", setting}});
      // The days on which the clocks change, and the last of a year.
      for (const char* day : {"2025-03-30", "2025-10-26", "2025-12-31"}) {
        EXPECT_EQ(pushed({{"delivery_date", day}}), (Fields{{"delivery_date", day}})) << setting;
        expectOnlyChanged({{"Lieferdatum", day}});
      }
    }
  }
}

TEST_F(ProfactoSinkTest, DateIsClearedHoweverAnEmptyOneLooks) {
  using Empty = Options::EmptyDate;
  for (const Empty empty : {Empty::EmptyText, Empty::Null, Empty::Zero, Empty::ZeroLong, Empty::Missing}) {
    Options options;
    options.emptyDate = empty;
    start(options);
    EXPECT_EQ(pushed({{"delivery_date", ""}}, {{"delivery_date", "2025-05-09"}}), (Fields{{"delivery_date", ""}}));
    expectOnlyChanged({{"Lieferdatum", ""}});
    pushed({{"delivery_date", ""}});
    EXPECT_EQ(writes(), 1) << "it is empty already";
  }
}

TEST_F(ProfactoSinkTest, DateInAFormTheSiteDoesNotTakeIsAnAlarm) {
  Options options;
  options.writeDate = Options::WriteDate::DayMonthYear2;
  start(options);
  const Error error = failing(Fault::Reject, "PST-3060", {{"delivery_date", "2025-06-01"}});
  EXPECT_THAT(error.cause(Language::En), HasSubstr("Lieferdatum"));
  EXPECT_THAT(error.remedy(Language::De), HasSubstr("write_date"));
}

TEST_F(ProfactoSinkTest, ModeWordsCanBeTheSitesOwn) {
  Options options;
  options.modeSpelling = Options::ModeSpelling::Numbers;
  start(options);
  open({{"text_update_mode", "2"}, {"payment_update_mode", "1"}});
  pushed({{"process_status", "110"}});
  expectOnlyChanged({{"Prozessstatus", 110}});
  erp->configure([](Options& sim) { sim.modeSpelling = Options::ModeSpelling::Words; });
  open({{"text_update_mode", " "}, {"payment_update_mode", " "}});
  pushed({{"process_status", "120"}});
  expectOnlyChanged({{"Prozessstatus", 120}});
}

TEST_F(ProfactoSinkTest, OlderVersionIsWrittenWithTheTokenOfProjects) {
  Options options;
  options.olderVersion = true;
  start(options);
  open({{"token.projects_write", Options::kProjects}});
  pushed({{"process_status", "110"}});
  expectOnlyChanged({{"Prozessstatus", 110}});
}

TEST_F(ProfactoSinkTest, SitesOwnFieldNamesAreWritten) {
  Options options;
  options.rename = {{"Auftrag.Prozessstatus", "ProzStat"}, {"Auftrag.Lieferdatum", "Termin"}};
  start(options);
  open({}, {{"project.process_status", "ProzStat"}, {"project.delivery_date", "Termin"}});
  pushed({{"process_status", "110"}, {"delivery_date", "2025-06-01"}});
  expectOnlyChanged({{"ProzStat", 110}, {"Termin", "2025-06-01"}});
}

TEST_F(ProfactoSinkTest, TitleInAnotherFieldLeavesTheMandatoryTextsAlone) {
  start();
  open({}, {{"project.title", "Lieferinfo"}});
  EXPECT_EQ(pushed({{"title", "Neu"}}), (Fields{{"title", "Neu"}}));
  expectOnlyChanged({{"Lieferinfo", "Neu"}});
}

// ---- Nothing to write -----------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, NothingIsWrittenWhenEverythingHoldsItsValue) {
  start();
  const Fields held{{"delivery_date", "2025-05-09"}, {"process_status", "060"}, {"title", "Praxis Nörd\n2. OG"}};
  EXPECT_EQ(pushed(held),
            (Fields{{"delivery_date", "2025-05-09"}, {"process_status", "60"}, {"title", held.at("title")}}));
  EXPECT_EQ(pushed({{"process_status", "60"}}, {{"process_status", "40"}}), (Fields{{"process_status", "60"}}));
  expectUntouchedAndUnwritten();
}

TEST_F(ProfactoSinkTest, StatusPrintedMeanwhileIsNotOverwritten) {
  start();
  erp->printDocument(kNumber, 100, 4);
  EXPECT_EQ(pushed({{"process_status", "110"}}, {{"process_status", "60"}}), (Fields{{"process_status", "100"}}));
  expectOnlyChanged({{"Prozessstatus", 100}, {"Status", 4}});
  EXPECT_EQ(writes(), 0);
}

TEST_F(ProfactoSinkTest, OneFieldChangedMeanwhileHoldsAllBack) {
  start();
  erp->setField("Auftrag", kNumber, "Bauvorhaben", "Im Büro umbenannt");
  const Fields answered = pushed({{"process_status", "110"}, {"title", "Aus der App"}},
                                 {{"process_status", "60"}, {"title", "Praxis Nörd\n2. OG"}});
  EXPECT_EQ(answered, (Fields{{"process_status", "60"}, {"title", "Im Büro umbenannt"}}));
  expectOnlyChanged({{"Bauvorhaben", "Im Büro umbenannt"}});
  EXPECT_EQ(writes(), 0);
}

TEST_F(ProfactoSinkTest, BaseThatStillHoldsLetsTheWritePass) {
  start();
  // A title whose line breaks and blanks were normalised on the way, and a field nobody asked about.
  EXPECT_EQ(pushed({{"process_status", "110"}, {"title", "Neu"}}, {{"title", " Praxis Nörd\n2. OG "}}),
            (Fields{{"process_status", "110"}, {"title", "Neu"}}));
  expectOnlyChanged({{"Prozessstatus", 110}, {"Bauvorhaben", "Neu"}});
}

TEST_F(ProfactoSinkTest, FieldThatHoldsItsValueIsNotSentAgain) {
  start();
  std::string body;
  http->before = [&](const HttpRequest& call) { body = call.url.ends_with(kPut) ? call.body : body; };
  pushed({{"process_status", "110"}, {"delivery_date", "2025-05-09"}}, {{"process_status", "60"}});
  EXPECT_THAT(body, testing::Not(HasSubstr("Lieferdatum")));
  expectOnlyChanged({{"Prozessstatus", 110}});
}

// ---- Changes that cannot be written ---------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, ChangeWithoutNumberNeverCreatesAProject) {
  start();
  Change create = change({{"title", "Neu"}});
  create.id.clear();
  failingChange(Fault::Reject, "PST-3051", create);
  EXPECT_EQ(erp->counts().requests, 0);
}

TEST_F(ProfactoSinkTest, ProjectThatIsNotThereIsNotWritten) {
  start();
  insertProject("A\"1");
  for (const char* number : {"25017", "05104b", "05104", "A'1", "A\"'1"})
    failingChange(Fault::Reject, "PST-3054", change({{"process_status", "110"}}, {}, number));
  expectUntouchedAndUnwritten();
}

TEST_F(ProfactoSinkTest, NumbersWithOddCharactersAreWritten) {
  start();
  for (const char* number : {"_0573", "%", "a b", "ä", "00123", "123", "c/d?e&f=g", "ß\"", "ß'"}) {
    insertProject(number);
    const auto settled = push({{"process_status", "110"}}, {}, number);
    ASSERT_TRUE(settled) << number << ' ' << settled.error().code();
    EXPECT_EQ(project(number)["Prozessstatus"], 110) << number;
  }
  expectUntouched();
}

TEST_F(ProfactoSinkTest, NumberThatProfactoMayMistakeForAnotherIsNotWritten) {
  start();
  insertProject("05104b");  // === does not see the difference, so neither may the method that writes
  insertProject("0@");
  for (const char* number : {"05104B", "05104b", "0@"})
    failingChange(Fault::Reject, "PST-3055", change({{"process_status", "110"}}, {}, number));
  expectUntouchedAndUnwritten();
}

TEST_F(ProfactoSinkTest, ValuesOfTheWrongFormAreRejectedWithoutACall) {
  start();
  const std::vector<std::pair<std::string, std::string>> bad{
      {"process_status", "abc"},       {"process_status", ""},          {"process_status", "4.5"},
      {"delivery_date", "09.05.2025"}, {"delivery_date", "2025-02-30"}, {"delivery_date", "2025-05-09T10:00:00Z"}};
  for (const auto& [field, value] : bad) {
    const Error error = failing(Fault::Reject, "PST-3053", {{field, value}});
    EXPECT_TRUE(value.empty() || error.cause(Language::En).find(value) == std::string::npos) << value;
  }
  failing(Fault::Reject, "PST-3065", {{"customer", "_0573"}});
  Change other = change({{"process_status", "110"}});
  other.kind = "customer";
  failingChange(Fault::Reject, "PST-3020", other);
  EXPECT_EQ(erp->counts().requests, 0);
}

TEST_F(ProfactoSinkTest, ProjectWithoutBauvorhabenIsNotWrittenUntilItGetsOne) {
  start();
  failing(Fault::Reject, "PST-3057", {{"title", " "}});
  erp->setField("Auftrag", kNumber, "Bauvorhaben", "");
  failing(Fault::Reject, "PST-3057", {{"process_status", "110"}});
  EXPECT_EQ(writes(), 0);
  pushed({{"process_status", "110"}, {"title", "Neu"}});
  expectOnlyChanged({{"Prozessstatus", 110}, {"Bauvorhaben", "Neu"}});
}

TEST_F(ProfactoSinkTest, FieldWithoutUsableNameIsForTheAdmin) {
  start();
  for (const char* name : {"", "update", "AUFTRAGSNR", "token"}) {
    open({}, {{"project.process_status", name}});
    failing(Fault::Auth, "PST-3052", {{"process_status", "110"}});
  }
  open({}, {{"project.process_status", "NoSuchField"}});
  failing(Fault::Auth, "PST-3012", {{"process_status", "110"}});
  erp->configure([](Options& options) { options.forbiddenAnswer = Options::ForbiddenAnswer::LeaveOut; });
  failing(Fault::Auth, "PST-3024", {{"process_status", "110"}});
  http->after = [](const HttpRequest&, HttpResponse& answer) {  // as a server that keeps quiet about it
    const std::string list = R"("Auftrag.NoSuchField")";
    answer.body.erase(answer.body.find(list), list.size());
  };
  failing(Fault::Auth, "PST-3056", {{"process_status", "110"}});
  expectUntouchedAndUnwritten();
}

TEST_F(ProfactoSinkTest, ValueThatIsThereButCannotBeUnderstoodIsNotOverwritten) {
  start();
  http->after = [](const HttpRequest&, HttpResponse& answer) {
    const std::size_t at = answer.body.find(R"("Prozessstatus":60)");
    if (at != std::string::npos) answer.body.replace(at, 18, R"("Prozessstatus":"x")");
  };
  failing(Fault::Reject, "PST-3002", {{"process_status", "110"}});
  EXPECT_THAT(sink().find("project", {kNumber}, {}).value(), SizeIs(1)) << "it is there all the same";
  expectUntouchedAndUnwritten();
}

// ---- Rights ---------------------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, WithoutAWriteTokenThereIsNoSinkWhateverTheOtherTokensMay) {
  start();
  open({{"token.projects_write", ""}, {"token", Options::kProjectsWrite}});
  EXPECT_EQ(system().sink(), nullptr);
  EXPECT_EQ(erp->counts().requests, 0);
}

TEST_F(ProfactoSinkTest, TokenWithoutTheRightToWriteIsForTheAdmin) {
  start();
  for (const char* token : {Options::kProjects, Options::kArticlesWrite}) {
    open({{"token.projects_write", token}});
    failing(Fault::Auth, "PST-3063", {{"process_status", "110"}});
  }
  expectUntouched();
}

TEST_F(ProfactoSinkTest, InvalidTokenIsForTheAdminInBothForms) {
  for (const auto form : {Options::TokenAnswer::Json, Options::TokenAnswer::Html}) {
    Options options;
    options.tokenAnswer = form;
    start(options);
    erp->setTokenPending(Options::kProjectsWrite, true);
    failing(Fault::Auth, "PST-3011", {{"process_status", "110"}});
    erp->setTokenPending(Options::kProjectsWrite, false);
    erp->setTokenPending(Options::kProjects, true);
    failing(Fault::Auth, "PST-3011", {{"process_status", "110"}});
    erp->setTokenPending(Options::kProjects, false);
    expectUntouched();
    pushed({{"process_status", "110"}});
  }
}

TEST_F(ProfactoSinkTest, CheckTriesTheWriteTokenAndTakesAMissingOneForGood) {
  start();
  const auto finding = [&](const std::string& what) {
    for (Finding& one : system().check({}))
      if (one.what == what) return one;
    ADD_FAILURE() << "no finding " << what;
    return Finding{};
  };
  EXPECT_EQ(finding("log-in token.projects_write").level, Finding::Level::Good);
  open({{"token.projects_write", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}});
  EXPECT_EQ(finding("log-in token.projects_write").level, Finding::Level::Bad);
  open({{"token.projects_write", ""}});
  const Finding missing = finding("token.projects_write");
  EXPECT_EQ(missing.level, Finding::Level::Good);
  ASSERT_TRUE(missing.error);
  EXPECT_THAT(missing.error->remedy(Language::En), HasSubstr("only needed when something flows back"));
  EXPECT_EQ(writes(), 0);
}

// ---- Looking up -----------------------------------------------------------------------------------------------------

TEST_F(ProfactoSinkTest, FindTellsTheValuesOfTheExactNumbers) {
  start();
  for (const char* number : {"05104b", "ä", "a", "1@", "10"}) insertProject(number);
  const auto found = sink().find("project", {kNumber, "A", "1@", "nothing"}, {});
  ASSERT_TRUE(found) << found.error().code();
  std::vector<std::string> keys;
  for (const Found& one : *found) {
    EXPECT_EQ(one.key, one.id);
    keys.push_back(one.key);
    EXPECT_EQ(one.fields,
              (Fields{{"delivery_date", "2025-05-09"}, {"process_status", "60"}, {"title", "Praxis Nörd\n2. OG"}}));
  }
  EXPECT_THAT(keys, testing::UnorderedElementsAre(kNumber, "1@"));
}

TEST_F(ProfactoSinkTest, FindTakesFiftyNumbersAtOnceAndNone) {
  start();
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) {
    keys.push_back("P-" + std::to_string(1000 + i));
    if (i % 5 == 0) insertProject(keys.back());
  }
  EXPECT_THAT(sink().find("project", keys, {}).value(), SizeIs(10));
  EXPECT_EQ(erp->counts().requests, 1);
  EXPECT_THAT(sink().find("project", {}, {}).value(), IsEmpty());
  EXPECT_EQ(sink().find("customer", {"1"}, {}).error().fault, Fault::Reject);
}

TEST_F(ProfactoSinkTest, KindsAreThoseOfTheConnectorAndListIsEmpty) {
  start();
  ASSERT_THAT(sink().kinds(), SizeIs(1));
  EXPECT_EQ(sink().kinds()[0].name, "project");
  EXPECT_TRUE(sink().kinds()[0].updatesOnly);
  EXPECT_TRUE(kConnector.writes);
  EXPECT_EQ(kConnector.sinkKinds.data(), sink().kinds().data());
  const auto page = sink().list("project", "", {});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->found, IsEmpty());
  EXPECT_EQ(page->next, "");
  EXPECT_FALSE(sink().list("customer", "", {}));
}

}  // namespace
}  // namespace postern::profacto
