#include "agent/error_list.h"

#include <gmock/gmock.h>

#include "agent/bindings.h"
#include "agent/outbox.h"
#include "agent/snapshot.h"
#include "tests/support/fake_rules.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;
using State = OutboxEntry::State;

constexpr Message kRefused{
    "PST-0301", {"refused {0}", "abgelehnt {0}", "{0} is geweigerd"}, {"mend it", "berichtigen Sie es", "herstel het"}};
const Clock::Time kNoon{std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + 12h};

/// The app's "visit" is what the ERP knows as "order".
struct MakingRules : FakeRules {
  std::span<const TargetKind> backTargets() const override {
    static constexpr std::array<std::string_view, 1> fromVisit{"visit"};
    static constexpr std::array<TargetKind, 1> table{
        TargetKind{.name = "order", .flow = "visits", .inputs = fromVisit, .counterpart = "visit"}};
    return table;
  }
};

struct ErrorListTest : testing::Test {
  Database db = Database::inMemory();
  MakingRules rules;
  Snapshot appView{db, "main/app"};
  SinkKind kind{.name = "link_error", .rank = 9, .errorList = true};
  Bindings bindings{db, "main/app"};
  Outbox toApp{db, "main/app"}, toErp{db, "main/erp"};
  const Error refused{Fault::Reject, &kRefused, {"V7"}, "no stock", {}};

  bool show() { return showErrors(db, rules, {"main", "main/erp", "main/app", appView, kind, Language::Nl}, kNoon); }
  std::vector<OutboxEntry> shown() {
    std::vector<OutboxEntry> some;
    for (auto& entry : listOutbox(db, {})) {
      if (entry.kind == "link_error") some.push_back(std::move(entry));
    }
    return some;
  }
  /// As the app's deliverer does once the app has answered.
  void deliver() {
    for (const auto& entry : shown()) {
      bindings.put(entry.kind, entry.key, Binding{"path", {entry.desired, entry.desired}}, kNoon);
      toApp.settled(entry.id, entry.version);
    }
  }
  void park(Outbox& outbox, const Reference& target, std::vector<Reference> needs = {}) {
    outbox.put("main", target, 0, Target{{{"name", "x"}}, std::move(needs)}, true, kNoon);
    const auto entry = outbox.find(target);
    outbox.park(entry->id, entry->version, refused);
  }
};

TEST_F(ErrorListTest, RefusalByTheErpIsShownOnTheRecordThatMadeIt) {
  EXPECT_FALSE(show()) << "nothing to tell";
  park(toErp, {"order", "V7"});
  EXPECT_TRUE(show());
  ASSERT_THAT(shown(), SizeIs(1));
  const auto entry = shown().front();
  EXPECT_EQ(entry.desired, (Fields{{"entity", "visit"},
                                   {"id", "V7"},
                                   {"operation", "order"},
                                   {"code", "PST-0301"},
                                   {"message", "V7 is geweigerd. Herstel het. (no stock)"}}));
  EXPECT_EQ(entry.rank, 9);
  EXPECT_FALSE(show()) << "told once";
  deliver();
  EXPECT_FALSE(show());
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(ErrorListTest, EndsWithItsCause) {
  park(toErp, {"order", "V7"});
  show();
  deliver();
  toErp.withdraw({"order", "V7"});
  EXPECT_TRUE(show());
  ASSERT_THAT(shown(), SizeIs(1));
  EXPECT_EQ(shown().front().desired.at("message"), "");
  EXPECT_EQ(shown().front().desired.at("id"), "V7");
  EXPECT_FALSE(show()) << "on its way";
  ASSERT_THAT(shown(), SizeIs(1));
  deliver();
  EXPECT_FALSE(show());
  EXPECT_EQ(bindings.count("link_error"), 0) << "nothing is left of it";
}

TEST_F(ErrorListTest, StaysWhileItIsTriedOnceMore) {
  park(toErp, {"order", "V7"});
  show();
  deliver();
  toErp.tryAgain(toErp.find({"order", "V7"})->id);
  EXPECT_FALSE(show());
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(ErrorListTest, NeverSentErrorThatEndedIsForgotten) {
  park(toErp, {"order", "V7"});
  show();
  toErp.withdraw({"order", "V7"});
  show();
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(ErrorListTest, WhatOnlyWaitsForAServerIsNobodysError) {
  toErp.put("main", {"order", "V7"}, 0, Target{{{"name", "x"}}, {}}, true, kNoon);
  toErp.postpone(toErp.find({"order", "V7"})->id, State::Waiting, kNoon + 60s, &refused);
  EXPECT_FALSE(show());
}

TEST_F(ErrorListTest, RecordTheAppDoesNotHaveIsToldOnTheOneItBelongsTo) {
  park(toApp, {"appointment", "A/1"}, {{"customer", "K1"}});
  EXPECT_FALSE(show()) << "nobody there to show it to";
  bindings.put("customer", "K1", Binding{"17", {}}, kNoon);
  EXPECT_TRUE(show());
  ASSERT_THAT(shown(), SizeIs(1));
  EXPECT_EQ(shown().front().desired.at("entity"), "customer");
  EXPECT_EQ(shown().front().desired.at("id"), "17");
  EXPECT_EQ(shown().front().desired.at("operation"), "appointment.A.1");
}

TEST_F(ErrorListTest, RefusedErrorIsNoErrorOfItsOwn) {
  park(toErp, {"order", "V7"});
  show();
  toApp.park(shown().front().id, shown().front().version, refused);
  EXPECT_FALSE(show());
  EXPECT_THAT(shown(), SizeIs(1));
  toErp.withdraw({"order", "V7"});
  show();
  EXPECT_THAT(shown(), IsEmpty());
}

}  // namespace
}  // namespace postern
