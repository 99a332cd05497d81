#include "agent/strangers.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Clock::Time kMay{std::chrono::sys_days{std::chrono::year{2025} / 5 / 9}};

constexpr std::array<std::string_view, 1> kByNumber{"number"};
constexpr TargetKind kCustomer{.name = "customer", .flow = "customers", .inputs = {}, .match = kByNumber};
constexpr TargetKind kArticle{.name = "article", .flow = "articles", .inputs = {}, .match = kByNumber};

struct StrangersTest : testing::Test {
  TempDir dir;
  Database db{dir / "state.db"};
  Strangers strangers{db, "main/app"};
  Outbox outbox{db, "main/app"};

  void readOn(Clock::Time day, const TargetKind& kind, const std::string& id) {
    strangers.add(kind, Found{{}, id, {{"number", id}}}, day);
  }
};

TEST_F(StrangersTest, AreForgottenWhenTheyWereReadLongAgo) {
  readOn(kMay, kCustomer, "1");
  readOn(kMay + 24h, kCustomer, "2");

  forgetStrangers(db, kMay + 1h);

  EXPECT_FALSE(strangers.get("customer", "1"));
  EXPECT_TRUE(strangers.get("customer", "2"));
}

TEST_F(StrangersTest, AreKeptWhileARecordOfTheirKindWaits) {
  readOn(kMay, kCustomer, "1");
  readOn(kMay, kArticle, "1");
  outbox.put("main", {"customer", "10001"}, 0, Target{{{"number", "1"}}, {}}, true, kMay);

  forgetStrangers(db, kMay + 1h);

  EXPECT_TRUE(strangers.get("customer", "1")) << "it may be the one that waits";
  EXPECT_FALSE(strangers.get("article", "1"));
}

TEST_F(StrangersTest, OfAnotherSystemsQueueAreNotKept) {
  readOn(kMay, kCustomer, "1");
  Outbox(db, "main/other").put("main", {"customer", "10001"}, 0, Target{{{"number", "1"}}, {}}, true, kMay);

  forgetStrangers(db, kMay + 1h);

  EXPECT_FALSE(strangers.get("customer", "1"));
}

TEST_F(StrangersTest, TrustingAnOwnerLeavesWhatIsOnItsWay) {
  outbox.put("main", {"customer", "10001"}, 0, Target{{{"number", "1"}}, {}}, true, kMay);
  for (const auto& [state, after] : {std::pair{4, 0}, std::pair{0, 0}, std::pair{1, 1}, std::pair{2, 2}}) {
    db.execute(("UPDATE outbox SET code='PST-7113', state=" + std::to_string(state)).c_str());
    trustOwner(db, "main/app", "builtin");
    EXPECT_EQ(db.get("SELECT state FROM outbox"), after);
  }
}

}  // namespace
}  // namespace postern
