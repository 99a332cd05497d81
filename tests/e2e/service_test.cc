// `postern run` as a service: stop, second instance, sync and status beside it.

#include <csignal>

#include "agent/clock.h"
#include "agent/database.h"
#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

struct ServiceTest : Site {
  std::unique_ptr<Program> service() const { return std::make_unique<Program>(startOf({"run"})); }
  bool allArrived() const {
    return std::filesystem::exists(stateFile()) && app_->count("assignments") > 0 &&
           query("SELECT count(*) FROM outbox") == 0;
  }
};

TEST_F(ServiceTest, DeliversAndGoesOnDeliveringChanges) {
  build();
  set("link.main", "interval", "10s");
  writeIni();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  expectBothSidesAgree();

  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  EXPECT_TRUE(eventually(20s, [&] {
    for (const auto& write : app_->writes()) {
      if (write.method == "PUT") return true;
    }
    return false;
  }));

  running->signal(SIGTERM);
  ASSERT_TRUE(running->waitFor(10s));
  EXPECT_EQ(running->code(), 0) << running->err();
  expectBothSidesAgree();
}

TEST_F(ServiceTest, StopsWithinTenSecondsWhileBothSidesHang) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .skip = 12, .times = -1});
  erp_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .skip = 4, .times = -1});
  const auto running = service();
  ASSERT_TRUE(eventually(20s, [&] { return app_->counts().faults > 0 && erp_->counts().faults > 0; }))
      << running->err();

  const auto begin = std::chrono::steady_clock::now();
  running->signal(SIGTERM);

  ASSERT_TRUE(running->waitFor(15s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_EQ(running->code(), 0) << running->err();
  app_->clearFaults();
  erp_->clearFaults();
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ServiceTest, AClockThatWasAheadSwitchesNoNightlyCompareOff) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto now = systemClock().now();
  {
    Database db(stateFile());
    writeSetting(db, "full/main", std::to_string(toColumn(now + 24h * 40)));
  }
  const auto last = [&] { return query("SELECT CAST(value AS INTEGER) FROM setting WHERE name='full/main'"); };
  ASSERT_GT(last(), toColumn(now + 24h));
  const auto running = service();
  EXPECT_TRUE(eventually(30s, [&] { return last() < toColumn(now + 24h); })) << running->err();
}

TEST_F(ServiceTest, SecondSignalEndsAtOnce) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .times = -1});
  const auto running = service();
  ASSERT_TRUE(eventually(20s, [&] { return app_->counts().faults > 0; }));
  running->signal(SIGTERM);
  shortPause(100ms);
  running->signal(SIGTERM);
  EXPECT_TRUE(running->waitFor(2s));
}

TEST_F(ServiceTest, SecondInstanceIsRefused) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();

  const auto second = run({"run"});

  EXPECT_EQ(second.code, 4) << second.all();
  EXPECT_THAT(second.err, HasSubstr("PST-6007"));
  EXPECT_TRUE(running->running());
}

TEST_F(ServiceTest, SyncBesideTheServiceAsksItForAPass) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});

  const auto beside = sync();

  EXPECT_EQ(beside.code, 0) << beside.all();
  EXPECT_TRUE(running->running());
  expectBothSidesAgree();
  const auto full = sync({"--full"});
  EXPECT_EQ(full.code, 2) << full.all();
  EXPECT_THAT(full.err, HasSubstr("PST-1302"));
}

TEST_F(ServiceTest, SyncBesideTheServiceTellsWhenASystemIsAway) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  erp_->stop();

  const auto beside = sync();

  EXPECT_EQ(beside.code, 3) << "as without a service\n" << beside.all();
}

TEST_F(ServiceTest, StatusTellsWhetherItRuns) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  EXPECT_TRUE(eventually(5s, [&] { return json({"status"})["parts"].size() >= 6; }));
  const auto status = run({"status"});
  EXPECT_EQ(status.code, 0) << status.all();
  EXPECT_THAT(status.out, HasSubstr("The service is running"));
  EXPECT_EQ(json({"status"})["running"], true);

  running->signal(SIGTERM);
  ASSERT_TRUE(running->waitFor(10s));
  EXPECT_THAT(run({"status"}).out, HasSubstr("not running"));
  EXPECT_EQ(json({"status"})["running"], false);
}

TEST_F(ServiceTest, AppThatComesBackIsServedWithoutHelp) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Status, .status = 503, .times = -1});
  const auto running = service();
  ASSERT_TRUE(eventually(20s, [&] { return app_->counts().faults >= 3; }));
  const auto calls = app_->counts().requests;
  EXPECT_LT(calls, 12) << "a failing app is asked with one call at a time";
  app_->clearFaults();
  EXPECT_TRUE(eventually(40s, [&] { return allArrived(); })) << running->err();
  expectBothSidesAgree();
}

TEST_F(ServiceTest, PlanWorksBesideTheService) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  app_->resetCounts();
  const auto plan = run({"plan"});
  EXPECT_EQ(plan.code, 1) << plan.all();
  EXPECT_THAT(plan.out, HasSubstr("Neustadt"));
  EXPECT_EQ(app_->counts().writes, 0);
  EXPECT_TRUE(running->running());
}

}  // namespace
}  // namespace postern::e2e
