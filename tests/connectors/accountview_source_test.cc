// Reading from the simulated AccountView: paging that is ignored, changes, errors inside good answers.

#include <gmock/gmock.h>

#include <algorithm>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/scan.h"
#include "connectors/accountview/values.h"
#include "tests/connectors/accountview_bench.h"
#include "tests/contract/source_contract.h"
#include "tests/support/fake_http.h"

namespace postern::accountview {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Sim = sim::AccountViewOptions;

ScanRequest request(std::string kind, bool full = true, std::string since = {}) {
  ScanRequest out;
  out.kind = std::move(kind);
  out.full = full;
  out.since = std::move(since);
  out.startedAt = FakeClock{}.now();
  return out;
}

struct AccountViewSourceTest : testing::Test {
  Bench bench;
  void set(const std::function<void(Sim&)>& change) {
    auto options = bench.simulator.options();
    change(options);
    bench.simulator.setOptions(options);
  }
  void debtors(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(10'000 + i);
      bench.simulator.insert("CONTACT", {{"SUB_NR", number}, {"ACCT_NAME", "Naam " + number}, {"SRC_CODE", "X"}});
    }
  }
  ScanResult scan(const ScanRequest& wanted, const Texts& changes = {}, const Texts& names = {}) {
    return scanAll(*bench.connect(changes, names)->source(), wanted);
  }
};

TEST_F(AccountViewSourceTest, EverythingIsReadWhateverPagingTheServerKnows) {
  debtors(23);
  for (const auto paging : {Sim::Paging::Both, Sim::Paging::LastKey, Sim::Paging::PageNumber}) {
    for (const int most : {0, 3}) {
      set([&](Sim& o) {
        o.paging = paging;
        o.maxPageSize = most;
      });
      const auto result = scan(request("customer"));
      EXPECT_FALSE(result.error);
      EXPECT_THAT(result.rows, SizeIs(23)) << static_cast<int>(paging) << ' ' << most;
    }
  }
}

TEST_F(AccountViewSourceTest, ServerThatIgnoresPagingIsAnErrorNotAnEnd) {
  debtors(23);
  set([](Sim& o) { o.paging = Sim::Paging::Neither; });
  const auto result = scan(request("customer"));
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->message, &kPagingIgnored);
  EXPECT_EQ(result.error->fault, Fault::Retry);
  EXPECT_THAT(scan(request("customer"), {{"page_size", "50"}}).rows, SizeIs(23)) << "one page holds all";
}

TEST_F(AccountViewSourceTest, ForcedPagingDoesNotChangeItsStyle) {
  debtors(23);
  set([](Sim& o) { o.paging = Sim::Paging::PageNumber; });
  EXPECT_TRUE(scan(request("customer"), {{"paging", "last_key"}}).error);
  EXPECT_THAT(scan(request("customer"), {{"paging", "page_number"}}).rows, SizeIs(23));
}

TEST_F(AccountViewSourceTest, OnlyChangedRowsAreAskedForWithAnOverlapOfTheDay) {
  debtors(9);
  const auto first = scan(request("customer"));
  EXPECT_EQ(first.since, "2025-05-09T12:00:00") << "the ERP's clock of the last change";
  bench.clock.advance(std::chrono::hours(48));
  bench.simulator.setNow(bench.clock.now());
  bench.simulator.edit("CONTACT", "10003", {{"CITY", "Utrecht"}});
  auto next = request("customer", false, "2025-05-11T01:00:00");
  next.startedAt = bench.clock.now();
  const auto second = scan(next);
  EXPECT_FALSE(second.full);
  EXPECT_THAT(second.keys(), ElementsAre("10003"));
  EXPECT_EQ(second.since, "2025-05-11T12:00:00");
  next.since = "2025-05-10T00:05:00";
  EXPECT_THAT(scan(next).rows, SizeIs(9)) << "15 minutes back is the day before";
}

TEST_F(AccountViewSourceTest, FirstScanForChangesAndOneWithoutChangeDateAreFull) {
  debtors(3);
  EXPECT_TRUE(scan(request("customer", false)).full);
  EXPECT_TRUE(scan(request("customer", false, "2025-05-09T08:00:00"), {}, {{"customer.changed", ""}}).full);
}

TEST(AccountViewSinceTest, ClockThatIsAheadDoesNotHideWhatFollows) {
  const auto noon = FakeClock{}.now();
  EXPECT_EQ(nextSince("2031-01-01T00:00:00", "", noon, "Europe/Amsterdam"), "2025-05-09T23:59:59");
  EXPECT_EQ(nextSince("", "2025-05-08T10:00:00", noon, "Europe/Amsterdam"), "2025-05-08T10:00:00");
  EXPECT_EQ(nextSince("2025-05-07T10:00:00", "2025-05-08T10:00:00", noon, "Europe/Amsterdam"), "2025-05-08T10:00:00");
  EXPECT_EQ(nextSince("", "", noon, "Europe/Amsterdam"), "");
}

TEST_F(AccountViewSourceTest, RowsHaveTheSameBytesWhereverTheyStandInAnAnswer) {
  debtors(9);
  set([](Sim& o) { o.dates = Sim::Dates::Mixed; });
  const auto small = scan(request("customer"), {{"page_size", "2"}});
  set([](Sim& o) {
    o.dates = Sim::Dates::Rfc3339;
    o.padText = false;
    o.singleAsObject = true;
  });
  EXPECT_EQ(scan(request("customer"), {{"page_size", "4"}}).rows, small.rows);
}

TEST_F(AccountViewSourceTest, ErrorInsideAGoodAnswerIsAnError) {
  for (const int status : {200, 400, 500}) {
    set([&](Sim& o) {
      o.errorStatus = status;
      o.missingObjects = {"AK1"};
    });
    const auto result = scan(request("article"));
    ASSERT_TRUE(result.error) << status;
    EXPECT_EQ(result.error->message, &kReadRefused);
    EXPECT_EQ(result.error->fault, Fault::Retry) << "other kinds go on";
    EXPECT_THAT(result.error->detail, HasSubstr("AK1"));
  }
}

TEST_F(AccountViewSourceTest, NotFoundMeansNoRowsOnlyWhereItIsSetSo) {
  set([](Sim& o) { o.emptyIs404 = true; });
  EXPECT_FALSE(scan(request("customer")).error);
  EXPECT_TRUE(scan(request("customer"), {{"not_found", "error"}}).error);
  const auto wrong = scan(request("customer"), {{"url", bench.simulator.url() + "/api/v3/companies/.."}});
  EXPECT_TRUE(wrong.error);
}

TEST_F(AccountViewSourceTest, RelayThatIsDownIsTriedAgain) {
  set([](Sim& o) { o.relayDown = true; });
  const auto result = scan(request("customer"));
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->fault, Fault::Retry);
}

TEST_F(AccountViewSourceTest, NameThatIsNotToldIsAWarning) {
  debtors(1);
  const auto result = scan(request("customer"), {}, {{"customer.phone", "TEL_BUSS"}});
  EXPECT_FALSE(result.error);
  ASSERT_THAT(result.warnings, testing::Not(IsEmpty()));
  EXPECT_EQ(result.warnings.front().message, &kFieldAbsent);
  EXPECT_THAT(result.warnings.front().args, ElementsAre("CONTACT", "TEL_BUSS"));
}

TEST_F(AccountViewSourceTest, WrongNameOfTheKeyIsAnErrorNotAnEmptyTable) {
  debtors(1);
  EXPECT_TRUE(scan(request("customer"), {}, {{"customer.number", "SUBNR"}}).error);
}

TEST_F(AccountViewSourceTest, KindThatIsOffIsNotListedAndAsksNothing) {
  const auto system = bench.connect({}, {{"contact.object", ""}});
  const auto kinds = system->source()->kinds();
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "contact"), 0);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "customer"), 1);
  const auto page = system->source()->read(request("contact"), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last && page->full && page->rows.empty());
  EXPECT_EQ(bench.simulator.counts().requests, 0);
}

TEST_F(AccountViewSourceTest, InstallationsOwnNamesAreUsed) {
  auto options = withReferences();
  options.rename = {{"object.SO1", "VO1"}, {"SO_HDR", "VKO_HDR"}, {"SO_HDR.ORD_NR", "ORDNUM"}};
  Bench own(options);
  own.simulator.insert("CONTACT", {{"SUB_NR", "1"}, {"ACCT_NAME", "A"}, {"SRC_CODE", "X"}});
  own.simulator.insert("SO_HDR", {{"ORD_NR", "20250001"}, {"RPL_DEL", "1"}, {"COMMENT1", "Ketel"}});
  const auto system = own.connect(
      {}, {{"sales_order.object", "vo1"}, {"sales_order.table", "VKO_HDR"}, {"sales_order.number", "ORDNUM"}});
  const auto result = scanAll(*system->source(), request("sales_order"));
  ASSERT_FALSE(result.error) << result.error->cause(Language::En);
  EXPECT_EQ(result.records.at("20250001").field("text"), "Ketel");
  EXPECT_EQ(result.records.at("20250001").field("customer"), "1");
}

// ---- check ----------------------------------------------------------------------------------------------------------

std::vector<std::string> whats(const std::vector<Finding>& findings, Finding::Level level) {
  std::vector<std::string> out;
  for (const Finding& one : findings)
    if (one.level == level) out.push_back(one.what + ": " + (one.error ? one.error->cause(Language::En) : ""));
  return out;
}

struct AccountViewCheckTest : AccountViewSourceTest {
  std::vector<std::string> found(Finding::Level level, const Texts& changes = {}, const Texts& names = {}) {
    return whats(bench.connect(changes, names)->check({}), level);
  }
};

TEST_F(AccountViewCheckTest, CompleteSetUpIsGoodThroughout) {
  EXPECT_THAT(found(Finding::Level::Bad), IsEmpty());
  EXPECT_THAT(found(Finding::Level::Warning), IsEmpty());
  EXPECT_EQ(bench.simulator.counts().writes, 0);
}

TEST_F(AccountViewCheckTest, FreshSetUpNamesWhatIsMissing) {
  const auto system = bench.connect({{"insert.customer.ACCT_NR", ""}, {"open_status", ""}},
                                    {{"contact.object", ""}, {"customer.external", ""}, {"customer.changed", ""}});
  const auto warnings = whats(system->check({}), Finding::Level::Warning);
  EXPECT_THAT(warnings, Contains(HasSubstr("contact")));
  EXPECT_THAT(warnings, Contains(HasSubstr("references: No field keeps our reference for customer")));
  EXPECT_THAT(warnings, Contains(HasSubstr("change dates")));
  EXPECT_THAT(warnings, Contains(HasSubstr("ACCT_NR")));
  EXPECT_THAT(warnings, Contains(HasSubstr("open_status")));
}

TEST_F(AccountViewCheckTest, UnknownNamesAreBadAndShowTheNearest) {
  const auto bad = found(Finding::Level::Bad, {}, {{"customer.phone", "TEL_BUSS"}, {"article.object", "AK9"}});
  EXPECT_THAT(bad, Contains(HasSubstr("TEL_BUSS; similar ones are: TEL_BUS")));
  EXPECT_THAT(bad, Contains(HasSubstr("object AK9 of article.object")));
}

TEST_F(AccountViewCheckTest, BlockedNarrowAndMandatoryFieldsAreTold) {
  set([](Sim& o) {
    o.blockedFields = {"SO_HDR.DEL_DATE"};
    o.mandatoryFields = {"PROJECTS.END_DATE", "SO_HDR.TO_EMAIL"};
    o.readOnlyObjects = {"HRS"};
    o.noXmlUpdate = {"PROJECTS"};
  });
  const auto warnings = found(Finding::Level::Warning, {{"field.CONTACT.CITY", "C50"}, {"field.HOURS.HR_DESC", ""}});
  EXPECT_THAT(warnings, Contains(HasSubstr("DEL_DATE of table SO_HDR be written")));
  EXPECT_THAT(warnings, Contains(HasSubstr("TO_EMAIL")));
  EXPECT_THAT(warnings, testing::Not(Contains(HasSubstr("END_DATE"))));
  EXPECT_THAT(warnings, Contains(HasSubstr("not write time_entry")));
  EXPECT_THAT(warnings, Contains(HasSubstr("changes of table PROJECTS")));
  EXPECT_THAT(warnings, Contains(HasSubstr("35 characters wide, not 50")));
  EXPECT_THAT(warnings, Contains(HasSubstr("HR_DESC of table HOURS is not known to postern; AccountView says 40")));
}

TEST_F(AccountViewCheckTest, ReferenceNeedsAFieldThatKeepsIt) {
  EXPECT_THAT(found(Finding::Level::Bad, {}, {{"customer.external", "SRC_CODE"}}),
              Contains(HasSubstr("SRC_CODE of table CONTACT cannot keep")));
}

TEST_F(AccountViewCheckTest, BlockedBookYearIsBadAndNextYearsAWarningInDecember) {
  set([](Sim& o) { o.administrations = {{"2025", "blocked"}}; });
  EXPECT_THAT(found(Finding::Level::Bad), Contains(HasSubstr("book year 2025")));
  set([](Sim& o) { o.administrations = {{"2025", "open"}}; });
  EXPECT_THAT(found(Finding::Level::Warning), IsEmpty());
  bench.clock.jumpTo(std::chrono::sys_days(std::chrono::year(2025) / 12 / 5));
  EXPECT_THAT(found(Finding::Level::Warning), Contains(HasSubstr("book year 2026")));
}

TEST_F(AccountViewCheckTest, WrongCompanyListsWhatThereIs) {
  const auto bad = found(Finding::Level::Bad, {{"company", "Jansen"}});
  ASSERT_THAT(bad, SizeIs(1));
  EXPECT_THAT(bad.front(), HasSubstr("1001 (VANDIJK); 1002 (OEFEN)"));
}

}  // namespace
}  // namespace postern::accountview
