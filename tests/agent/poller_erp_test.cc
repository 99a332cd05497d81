// Poller: kinds that both sides make, and what it must know of the ERP before it sends one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "agent/adoption.h"
#include "tests/support/poller_rig.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

/// Customers go both ways.
struct BothMakeRules : FakeRules {
  std::span<const TargetKind> backTargets() const override {
    static constexpr std::array<std::string_view, 1> inputs{"customer"};
    static constexpr std::array<TargetKind, 1> table{
        TargetKind{.name = "customer", .flow = "customers", .inputs = inputs, .counterpart = "customer"}};
    return table;
  }
};

/// The app's own customers go to the ERP as they are.
struct MadeInAppRules : BothMakeRules {
  std::vector<Reference> touchedBack(const Record& record, const SourceView&) const override {
    return {{record.kind, record.key}};
  }
  std::optional<Target> deriveBack(const Reference& target, const BackView& view, Clock::Time) const override {
    const auto seen = view.app.get(target.kind, target.key);
    return seen ? std::optional(Target{seen->record.fields, {}}) : std::nullopt;
  }
};

struct PollerErpTest : testing::Test, PollerRig {
  PollerErpTest() {
    setup.flows = {"customers"};
    setup.toErp = {"customers"};
    setup.erpKinds = erp.kinds();
    customers(3);
  }
  Result<void> passBoth() {
    Poller poller(db, source, bothRules, sink.kinds(), setup, clock, health, progress);
    return poller.pass(false, stop.get_token());
  }
  /// As the deliverer towards the ERP does it, with a connection of its own.
  void adoptErp() {
    Database other(dir / "state.db");
    other.relax();
    ASSERT_TRUE(adoptExisting(other, erp, {}, "main/erp", clock, {}));
  }

  FakeSink erp;
  BothMakeRules bothRules;
};

TEST_F(PollerErpTest, WhileItWaitsForTheErpsRecordsTheDelivererCanWrite) {
  clock.onWait([&](auto) { adoptErp(); });  // would never end while the poller holds a transaction

  ASSERT_TRUE(passBoth());

  EXPECT_THAT(clock.waits(), SizeIs(1));
  EXPECT_THAT(queued("name"), SizeIs(3));
}

TEST_F(PollerErpTest, WhatMayBeTheAppsOwnWaitsUntilTheErpsRecordsAreKnown) {
  const auto start = clock.monotonic();
  ASSERT_TRUE(passBoth());
  EXPECT_THAT(queued("name"), IsEmpty());
  EXPECT_GE(clock.monotonic() - start, setup.patience);
  EXPECT_LT(clock.monotonic() - start, setup.patience + 1s) << "the patience of a pass, not of each record";

  adoptErp();
  ASSERT_TRUE(passBoth());
  EXPECT_THAT(queued("name"), SizeIs(3));
}

TEST_F(PollerErpTest, WhileARecordOfTheAppIsOnItsWayIntoTheErpNoneIsSentBack) {
  adoptErp();
  Outbox toErp(db, "main/erp");
  toErp.put("main", {"customer", "of the app"}, 0, Target{{{"name", "Anna"}}, {}}, true, clock.now());
  toErp.markSending(toErp.find({"customer", "of the app"})->id);

  ASSERT_TRUE(passBoth());
  EXPECT_THAT(queued("name"), SizeIs(1)) << "the app's own, towards the ERP";

  toErp.settled(toErp.find({"customer", "of the app"})->id, toErp.find({"customer", "of the app"})->version);
  ASSERT_TRUE(passBoth());
  EXPECT_THAT(queued("name"), SizeIs(3));
}

TEST_F(PollerErpTest, WhatTheAppDeletedBeforeTheErpHadItIsWithdrawn) {
  FakeSource made;
  for (const char* key : {"a1", "a2", "a3"}) made.put("customer", key, {{"name", "Anna"}, {"city", "Bonn"}});
  setup.appSource = &made;
  setup.brakes = false;
  const MadeInAppRules rulesOfApp;
  const auto passes = [&] {
    clock.advance(1h);
    Poller poller(db, source, rulesOfApp, sink.kinds(), setup, clock, health, progress);
    return poller.pass(true, stop.get_token()).has_value();
  };
  adoptErp();
  Outbox toErp(db, "main/erp");
  ASSERT_TRUE(passes());
  ASSERT_TRUE(toErp.find({"customer", "a1"}));
  Bindings(db, "main/erp").put("customer", "a2", Binding{"2", {{{"name", "Anna"}}, {}}}, clock.now());
  made.remove("customer", "a1");
  made.remove("customer", "a2");
  ASSERT_TRUE(passes());
  EXPECT_TRUE(toErp.find({"customer", "a1"})) << "one listing may lack it by mistake";
  ASSERT_TRUE(passes());
  EXPECT_FALSE(toErp.find({"customer", "a1"}));
  EXPECT_TRUE(toErp.find({"customer", "a2"})) << "the ERP has it: what it should hold is still due";
}

TEST_F(PollerErpTest, WhatWasFoundInTheErpCountsAsSent) {
  Bindings there(db, "main/erp");
  const Bindings here(db, "main/app");
  const Snapshot app(db, "main/app"), inErp(db, "main/erp");
  there.put("customer", "c1", {"1", {{}, {{"name", "Anna"}, {"zip", "1234"}}}}, clock.now());
  there.put("customer", "c2", {"2", {{{"name", "Anna"}}, {{"name", "ANNA"}, {"zip", "1234"}}}}, clock.now());
  const auto view = backView(app, inErp, here, there);
  EXPECT_EQ(view.sent({"customer", "c1"}), (Fields{{"name", "Anna"}, {"zip", "1234"}}));
  EXPECT_EQ(view.sent({"customer", "c2"}), (Fields{{"name", "Anna"}, {"zip", "1234"}})) << "as it was asked for";
  EXPECT_FALSE(view.sent({"customer", "c3"}));
}

}  // namespace
}  // namespace postern
