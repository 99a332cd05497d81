// First load, unchanged pass, one change, lost state file.

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;

struct FirstLoadTest : Site {};

TEST_F(FirstLoadTest, EverythingArrives) {
  build();

  const auto first = sync();

  EXPECT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(first.err, "");
  expectBothSidesAgree();
}

TEST_F(FirstLoadTest, EverythingArrivesWithoutChangeDates) {
  SiteSetup setup;
  setup.changeFields = false;
  build(setup);

  const auto first = sync();
  const auto writes = app_->counts().writes;
  const auto second = sync();

  EXPECT_EQ(first.code, 0) << first.all();
  EXPECT_EQ(second.code, 0) << second.all();
  EXPECT_EQ(app_->counts().writes, writes);
  expectBothSidesAgree();
}

TEST_F(FirstLoadTest, SecondPassSendsNothingAndReadsNextToNothing) {
  SiteSetup setup;
  setup.size.customers = 60;
  build(setup);
  // Nothing changed today or yesterday: the change dates have days only.
  for (const char* table : {"Kunden", "Ansprechpartner", "Auftrag", "Auftragspositio", "Artikel"}) {
    for (const auto& key : erp_->keys(table)) {
      const auto row = erp_->row(table, key);
      if (row["AenderungsDatum"].get<std::string>() >= date(today() - std::chrono::days{2})) {
        erp_->setField(table, key, "AenderungsDatum", date(today() - std::chrono::days{5}));
      }
    }
  }
  ASSERT_EQ(sync().code, 0);
  const auto firstRows = erp_->rowsSent();
  app_->resetCounts();
  erp_->resetCounts();
  erp_->forgetRows();

  const auto second = sync();

  EXPECT_EQ(second.code, 0) << second.all();
  EXPECT_EQ(app_->counts().writes, 0);
  EXPECT_GT(firstRows, 150);
  EXPECT_EQ(erp_->rowsSent(), 0);
  EXPECT_LE(erp_->counts().requests, 7);
  EXPECT_EQ(app_->counts().requests, 0) << "an app nothing is sent to need not be asked";
}

TEST_F(FirstLoadTest, ChangeInTheErpIsOnePutWithTheChangedFieldsOnly) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto project = projectsInApp().front();
  const auto customer = erp_->keys("Kunden").front();
  app_->forgetWrites();

  erpEdit("Kunden", customer, {{"Ort", "Neustadt"}});
  EXPECT_EQ(sync().code, 0);

  ASSERT_EQ(app_->writes().size(), 1u);
  EXPECT_EQ(app_->writes()[0].method, "PUT");
  EXPECT_THAT(app_->writes()[0].path, HasSubstr("customers/addresses/"));
  EXPECT_EQ(app_->writes()[0].body, nlohmann::json({{"city", "Neustadt"}}));
  app_->forgetWrites();

  erpEdit("Auftrag", project, {{"Bauvorhaben", "Umbau Empfang"}});
  EXPECT_EQ(sync().code, 0);

  // The title stands on the project and on its appointment.
  for (const auto& write : app_->writes()) {
    EXPECT_EQ(write.method, "PUT");
    EXPECT_EQ(write.body, nlohmann::json({{"title", "Umbau Empfang"}})) << write.path;
  }
  EXPECT_THAT(app_->writes().size(), testing::AllOf(testing::Ge(1u), testing::Le(2u)));
  expectBothSidesAgree();
}

TEST_F(FirstLoadTest, ChangeThatIsTakenBackBeforeThePassSendsNothing) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto customer = erp_->keys("Kunden").front();
  const auto city = erp_->row("Kunden", customer)["Ort"];
  app_->resetCounts();

  erpEdit("Kunden", customer, {{"Ort", "Neustadt"}});
  erpEdit("Kunden", customer, {{"Ort", city}});

  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->counts().writes, 0);
}

TEST_F(FirstLoadTest, LostStateFileIsRebuiltByAdoptionWithoutAnyWrite) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto before = records();
  std::filesystem::remove_all(state());
  app_->forgetWrites();

  const auto again = sync();

  EXPECT_EQ(again.code, 0) << again.all();
  for (const auto& write : app_->writes()) ADD_FAILURE() << write.method << ' ' << write.path << ' ' << write.body;
  EXPECT_EQ(records(), before);
  expectBothSidesAgree();
  app_->resetCounts();
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->counts().writes, 0);
}

TEST_F(FirstLoadTest, ChangesAfterTheStateFileWasLostBecomeUpdates) {
  build();
  ASSERT_EQ(sync().code, 0);
  std::filesystem::remove_all(state());
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Name1", "Neuer Name"}});
  app_->forgetWrites();

  EXPECT_EQ(sync().code, 0);

  EXPECT_FALSE(app_->writes().empty());
  for (const auto& write : app_->writes()) EXPECT_EQ(write.method, "PUT") << write.path;
  expectBothSidesAgree();
}

}  // namespace
}  // namespace postern::e2e
