// Odd answers of the ERP: nothing deleted, nothing marked seen, a reason told (design.md section 8, 5).

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using Odd = sim::ProfactoSimulator::Odd;

struct OddCase {
  const char* name;
  Odd odd;
  int code;          // exit code of the pass
  const char* told;  // code of the reason
};

std::ostream& operator<<(std::ostream& out, const OddCase& each) { return out << each.name; }

struct OddAnswerTest : Site, testing::WithParamInterface<OddCase> {};

TEST_P(OddAnswerTest, NothingIsDeletedAndTheNextGoodPassDeliversEverything) {
  SiteSetup setup;
  setup.changeFields = false;  // every pass reads everything
  build(setup);
  ASSERT_EQ(sync().code, 0);
  const auto before = records();
  const auto snapshot = query("SELECT count(*) FROM snapshot");
  const auto missing = query("SELECT count(*) FROM snapshot WHERE missing>0");
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Name1", "Neuer Name"}});
  erp_->addOdd(GetParam().odd, -1);

  const auto bad = sync();

  EXPECT_EQ(bad.code, GetParam().code) << bad.all();
  EXPECT_THAT(bad.err, HasSubstr(GetParam().told));
  EXPECT_EQ(records(), before);
  EXPECT_EQ(query("SELECT count(*) FROM snapshot"), snapshot);
  EXPECT_EQ(query("SELECT count(*) FROM snapshot WHERE missing>0"), missing);
  const auto status = run({"status"});
  EXPECT_THAT(status.out, HasSubstr(GetParam().told)) << status.all();
  EXPECT_NE(status.code, 0);

  erp_->clearOdd();
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
  EXPECT_EQ(run({"status"}).code, 0) << run({"status"}).all();
}

TEST_P(OddAnswerTest, OddFirstLoadMarksNothingAsSeen) {
  build();
  erp_->addOdd(GetParam().odd, -1);

  const auto bad = sync();
  EXPECT_EQ(records(), 0) << bad.all();
  erp_->clearOdd();

  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

INSTANTIATE_TEST_SUITE_P(All, OddAnswerTest,
                         testing::Values(OddCase{"Empty", Odd::EmptyAnswer, 1, "PST-5101"},
                                         OddCase{"TooFewRows", Odd::TooFewRows, 3, "PST-3021"},
                                         OddCase{"TruncatedJson", Odd::TruncatedJson, 3, "PST-3017"},
                                         OddCase{"NoBody", Odd::NoBody, 3, "PST-3017"}),
                         [](const auto& each) { return std::string(each.param.name); });

struct ErpTroubleTest : Site {
  static constexpr const char* kForeignToken = "F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0";
};

TEST_F(ErpTroubleTest, AnswerCutOnTheWireIsNoData) {
  build();
  erp_->addFault({.kind = sim::Fault::Kind::HalfBody, .times = -1});

  const auto bad = sync();

  EXPECT_EQ(bad.code, 3) << bad.all();
  EXPECT_EQ(records(), 0);
  erp_->clearFaults();
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ErpTroubleTest, OneTableThatFailsDoesNotHoldTheOthersUp) {
  build();
  erp_->addOdd(Odd::TruncatedJson, -1, "Auftrag");

  const auto bad = sync();

  EXPECT_EQ(bad.code, 3) << bad.all();
  EXPECT_EQ(app_->count("customers"), static_cast<std::int64_t>(erp_->size("Kunden")));
  EXPECT_EQ(app_->count("articles"), static_cast<std::int64_t>(erp_->size("Artikel")));
  EXPECT_EQ(app_->count("projects"), 0);
  erp_->clearOdd();
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ErpTroubleTest, InvalidTokenStopsWithAClearSentenceAndIsHealed) {
  build();
  erp_->setTokenPending(sim::ProfactoOptions::kCustomers, true);

  const auto bad = sync();

  EXPECT_EQ(bad.code, 3) << bad.all();
  EXPECT_THAT(bad.err, HasSubstr("PST-3011"));
  EXPECT_THAT(bad.all(), Not(HasSubstr(sim::ProfactoOptions::kCustomers)));
  EXPECT_EQ(run({"status"}).code, 3);
  erp_->setTokenPending(sim::ProfactoOptions::kCustomers, false);
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(run({"status"}).code, 0) << run({"status"}).all();
  expectBothSidesAgree();
}

struct LicenceCase {
  const char* name;
  sim::ProfactoOptions::LicenceAnswer answer;
};
std::ostream& operator<<(std::ostream& out, const LicenceCase& each) { return out << each.name; }

struct LicenceTest : ErpTroubleTest, testing::WithParamInterface<LicenceCase> {};

TEST_P(LicenceTest, ExhaustedLicenceIsToldOnceAndLeaksNoForeignToken) {
  SiteSetup setup;
  setup.erp.clients = 2;
  setup.erp.licenceAnswer = GetParam().answer;
  setup.erp.otherClients = {{kForeignToken, "10.9.8.7"}, {"E0E0E0E0E0E0E0E0E0E0E0E0E0E0E0E0", "10.9.8.6"}};
  build(setup);
  set("agent", "log_level", "debug");
  writeIni();

  const auto bad = sync();
  const auto status = run({"status"});
  const auto list = run({"queue", "list", "--json"});

  EXPECT_EQ(bad.code, 3) << bad.all();
  EXPECT_THAT(bad.err, HasSubstr("PST-3010"));
  EXPECT_THAT(status.out, HasSubstr("PST-3010"));
  EXPECT_LE(erp_->counts().requests, 3) << "never hammered";
  EXPECT_EQ(records(), 0);
  for (const auto& text : {bad.all(), status.all(), list.all(), stateBytes()}) {
    EXPECT_THAT(text, Not(HasSubstr(kForeignToken)));
    EXPECT_THAT(text, Not(HasSubstr("10.9.8.7")));
    EXPECT_THAT(text, Not(HasSubstr(sim::ProfactoOptions::kArticles)));
  }

  erp_->releaseSlots();
  erp_->configure([](sim::ProfactoOptions& options) { options.clients = 5; });
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

INSTANTIATE_TEST_SUITE_P(All, LicenceTest,
                         testing::Values(LicenceCase{"Json", sim::ProfactoOptions::LicenceAnswer::Json},
                                         LicenceCase{"Redirect", sim::ProfactoOptions::LicenceAnswer::Redirect},
                                         LicenceCase{"Html", sim::ProfactoOptions::LicenceAnswer::Html}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(ErpTroubleTest, ErpThatIsSwitchedOffEndsWithExitThree) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto before = records();
  erp_->stop();

  const auto bad = sync();

  EXPECT_EQ(bad.code, 3) << bad.all();
  EXPECT_THAT(bad.err, HasSubstr("PST-2"));
  EXPECT_EQ(records(), before);
}

}  // namespace
}  // namespace postern::e2e
