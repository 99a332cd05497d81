// kill -9 at random moments while orders, lines and hours go to AccountView, with and without lost answers: each is
// there once afterwards.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/e2e/support/accountview_site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;

class AccountViewKillTest : public AccountViewSite {
 protected:
  void SetUp() override {
    const char* given = std::getenv("POSTERN_SEED");
    const auto seed = given != nullptr ? std::strtoul(given, nullptr, 10) : std::random_device{}();
    random_.seed(seed);
    std::cout << "POSTERN_SEED=" << seed << std::endl;
    // Kills are about orders here; what they do to the grant is token_kill_posix_test.cc's.
    auto options = av_->options();
    options.oldTokenGrace = 3600s;
    av_->setOptions(options);
    firstSync();
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(run({"config", "check"}).code, 0);
    startTime_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    av_->addFault({.kind = sim::Fault::Kind::Slow, .delay = 15ms, .pathContains = "ccountview", .times = -1});
  }
  /// $POSTERN_KILLS, or `usual`.
  static int kills(int usual) {
    const char* given = std::getenv("POSTERN_KILLS");
    return given == nullptr ? usual : std::max(1, std::atoi(given));
  }
  int number(int least, int most) { return std::uniform_int_distribution<int>{least, most}(random_); }

  /// A work order with hours and ticked articles, or more of them for an older one.
  void somethingHappens() {
    if (orders_.empty() || number(0, 2) > 0) {
      orders_.push_back(workOrder({{"status", number(0, 1) == 0 ? "checked" : "planned"}}));
      lines_.push_back(0);
    }
    const auto which = static_cast<std::size_t>(number(0, static_cast<int>(orders_.size()) - 1));
    for (int i = number(1, 3); i > 0; --i) {
      app_->addArticle(orders_[which], someArticle(), number(1, 9), true);
      ++lines_[which];
    }
    for (int i = number(0, 2); i > 0; --i, ++hours_) {
      hours(orders_[which], date(today()), 15 * number(1, 20), number(0, 1) == 0 ? "work" : "travel");
    }
  }
  /// Kills `command` at any moment, or (`writing`) while a write is under way.
  void killOnce(const std::string& command, bool writing) {
    const auto before = av_->counts().writes;
    Program child(startOf({command}));
    if (writing) {
      eventually(10s, [&] { return av_->counts().writes > before || !child.running(); });
      shortPause(std::chrono::milliseconds{number(0, 60)});
    } else {
      shortPause(std::chrono::milliseconds{number(5, static_cast<int>(startTime_.count()) + 600)});
    }
    if (child.running()) {
      ++killed_;
      met_ += av_->counts().writes > before ? 1 : 0;
    }
    child.kill();
    EXPECT_TRUE(child.code() == -SIGKILL || child.code() == 0 || child.code() == 1) << child.code() << child.err();
    expectNothingDoubled();
  }
  void finishAndCompare() {
    EXPECT_GT(met_, 0) << "no kill met a write, so nothing was proved";
    av_->clearFaults();
    for (const auto& order : orders_) app_->setStatus(order, "checked");
    int code = -1;
    for (int i = 0; i < 5 && code != 0; ++i) code = sync().code;
    EXPECT_EQ(code, 0) << run({"queue", "list"}).out;
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      const auto row = orderOf(orders_[i]);
      ASSERT_FALSE(row.is_null()) << orders_[i];
      EXPECT_EQ(linesOf(row).size(), lines_[i]) << orders_[i];
    }
    EXPECT_EQ(hoursOfOurs(), hours_);
    expectNothingDoubled();
    av_->resetCounts();
    EXPECT_EQ(sync().code, 0);
    EXPECT_EQ(av_->counts().writes, 0) << "a pass after the clean one has nothing to send";
    std::cout << killed_ << " kills, " << met_ << " of them after a write had begun, " << orders_.size() << " orders, "
              << hours_ << " hours" << std::endl;
  }

  std::mt19937 random_;
  std::chrono::milliseconds startTime_{0};
  int killed_ = 0;
  int met_ = 0;
  std::vector<std::string> orders_;
  std::vector<std::size_t> lines_;  // of each order
  std::size_t hours_ = 0;
};

TEST_F(AccountViewKillTest, KillsDoubleNoOrderNoLineAndNoHours) {
  const int wanted = kills(40);
  for (int n = 0; killed_ < wanted && n < 4 * wanted; ++n) {
    somethingHappens();
    killOnce(n % 2 == 0 ? "sync" : "run", n % 4 < 2);
  }
  EXPECT_GE(killed_, wanted);
  finishAndCompare();
}

TEST_F(AccountViewKillTest, KillsWhileAnswersAreLostDoubleNothingEither) {
  using Kind = sim::Fault::Kind;
  const int wanted = kills(20);
  for (int n = 0; killed_ < wanted && n < 4 * wanted; ++n) {
    somethingHappens();
    av_->addFault({.kind = n % 2 == 0 ? Kind::ApplyThenClose : Kind::HalfBody,
                   .methodContains = n % 3 == 0 ? "PUT" : "POST",
                   .pathContains = "ccountviewdata",
                   .skip = number(0, 2)});
    killOnce(n % 2 == 0 ? "run" : "sync", n % 4 < 2);
  }
  finishAndCompare();
}

}  // namespace
}  // namespace postern::e2e
