// Year-end (sheet accountview.md section 2): the administration of the new year is there, but blocked until somebody
// clears the flag. What belongs into it waits with its reason; what belongs into the old year goes on.

#include "agent/agent.h"
#include "agent/instance_lock.h"
#include "connectors/registry.h"
#include "tests/e2e/support/accountview_site.h"

namespace postern::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The real clock, set back or ahead.
class ShiftedClock final : public Clock {
 public:
  void set(std::chrono::sys_days day) {
    const auto noon = std::chrono::time_point_cast<std::chrono::seconds>(day) + std::chrono::hours{12};
    ahead_ = noon - systemClock().now();
  }
  Time now() const override { return systemClock().now() + ahead_; }
  Monotonic monotonic() const override { return systemClock().monotonic(); }
  bool wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    return systemClock().wait(duration, std::move(stop));
  }

 private:
  std::chrono::seconds ahead_{0};
};

class AccountViewYearEndTest : public AccountViewSite {
 protected:
  AccountViewYearEndTest() { administration("blocked"); }

  int year() const { return int{std::chrono::year_month_day{today()}.year()}; }
  std::string oldYear() const { return std::to_string(year() - 1); }
  std::string newYear() const { return std::to_string(year()); }
  std::string dayOf(const std::string& year, const char* day) const { return year + "-" + day; }

  void administration(const char* ofNewYear) {
    auto options = av_->options();
    options.yearTables = true;
    options.administrations = {{oldYear(), "open"}, {newYear(), ofNewYear}};
    av_->setOptions(options);
  }
  /// A pass of the program's own parts, on that day.
  PassReport passOn(const std::string& day) {
    const auto date = *parseIsoDate(day);
    clock_.set(date);
    av_->setNow(clock_.now());
    app_->setNow(clock_.now());
    const auto settings = Settings::load(ini(), registry());
    Agent agent(settings, registry(), clock_);
    return agent.pass("main", {}, {});
  }
  std::vector<std::string> days(const char* table, const char* field) const {
    std::vector<std::string> out;
    for (const auto& row : av_->records(table)) {
      if (!row.value("EXT_ID", std::string()).empty()) out.push_back(row[field].get<std::string>().substr(0, 10));
    }
    std::ranges::sort(out);
    return out;
  }

  ShiftedClock clock_;
};

TEST_F(AccountViewYearEndTest, NewYearsOrdersAndHoursWaitUntilItsAdministrationIsOpen) {
  const auto december = dayOf(oldYear(), "12-30");
  const auto january = dayOf(newYear(), "01-04");
  const auto loaded = passOn(dayOf(oldYear(), "12-29"));
  ASSERT_FALSE(loaded.erp || loaded.app || loaded.back);

  const auto old = workOrder({{"status", "checked"}});
  app_->addArticle(old, someArticle(), 2, true);
  hours(old, december, 60);
  passOn(december);
  EXPECT_EQ(days("SO_HDR", "ORD_DATE"), std::vector{december});
  EXPECT_EQ(linesOf(orderOf(old)).size(), 1u);
  EXPECT_EQ(days("HOURS", "HR_DATE"), std::vector{december});

  // Somebody works on in January; hours of December come late.
  const auto fresh = workOrder({{"status", "checked"}});
  app_->addArticle(fresh, someArticle(), 3, true);
  hours(fresh, january, 90);
  hours(fresh, january, 30, "travel");
  hours(old, december, 45, "travel");
  app_->addArticle(old, someArticle(), 5, true);
  for (int pass = 0; pass < 3; ++pass) {
    const auto report = passOn(january);
    EXPECT_FALSE(report.back) << "one closed year stops nothing else";
    EXPECT_EQ(report.left.parked, 3) << "the order and both hours";
    EXPECT_EQ(report.left.blocked, 1) << "the line waits for its order";
  }
  EXPECT_EQ(days("SO_HDR", "ORD_DATE"), std::vector{december});
  EXPECT_EQ(days("HOURS", "HR_DATE"), (std::vector{december, december})) << "into the old year, not the new one";
  EXPECT_THAT(run({"queue", "list"}).out, AllOf(HasSubstr("sales_order"), HasSubstr("time_entry"),
                                                HasSubstr("PST-8149: AccountView refuses the book year " + newYear())));
  EXPECT_THAT(run({"status"}).out,
              HasSubstr("Queue main/erp: 0 waiting, 0 being sent, 0 to be looked up, 1 blocked, 3 parked"));
  EXPECT_THAT(run({"check"}).out, HasSubstr("PST-8149"));

  administration("open");
  passOn(dayOf(newYear(), "01-05"));
  EXPECT_EQ(days("SO_HDR", "ORD_DATE"), (std::vector{december, january})) << "the day the order was seen first";
  EXPECT_EQ(days("HOURS", "HR_DATE"), (std::vector{december, december, january, january}));
  EXPECT_EQ(linesOf(orderOf(fresh)).size(), 1u);
  EXPECT_EQ(run({"queue", "list"}).out.find("book year"), std::string::npos);

  av_->resetCounts();
  passOn(dayOf(newYear(), "01-06"));
  EXPECT_EQ(av_->counts().writes, 0);
  expectNothingDoubled();
}

TEST_F(AccountViewYearEndTest, LateHoursLostAnswersAndCorrectionsStayInTheOldYear) {
  administration("open");
  const auto december = dayOf(oldYear(), "12-31");
  ASSERT_FALSE(passOn(dayOf(oldYear(), "12-30")).back);
  const auto old = workOrder({{"status", "checked"}});
  hours(old, december, 60);
  passOn(december);
  const auto entry = app_->records("hours").at(0)["id"].get<std::string>();

  // January: hours of December and articles come late, each write loses its answer once.
  hours(old, december, 45, "travel");
  app_->addArticle(old, someArticle(), 2, true);
  ASSERT_TRUE(app_->edit("hours", entry, {{"minutes", 90}}));
  ASSERT_TRUE(app_->edit("work-orders", old, {{"description", "Anders"}}));
  for (const char* method : {"POST", "PUT"})
    av_->addFault({.kind = sim::Fault::Kind::ApplyThenClose, .methodContains = method, .pathContains = "ccountview"});
  for (const char* day : {"01-04", "01-05", "01-06"}) passOn(dayOf(newYear(), day));
  EXPECT_EQ(days("SO_HDR", "ORD_DATE"), std::vector{december});
  EXPECT_EQ(days("HOURS", "HR_DATE"), (std::vector{december, december}));
  double total = 0;
  for (const auto& row : av_->records("HOURS"))
    if (!row.value("EXT_ID", std::string()).empty()) total += row["HR_QTY"].get<double>();
  EXPECT_DOUBLE_EQ(total, 2.25);
  EXPECT_EQ(orderOf(old)["COMMENT1"], "Anders");
  EXPECT_EQ(linesOf(orderOf(old)).size(), 1u);
  expectNothingDoubled();

  // What is there of the old year is known again, too.
  loseState();
  for (const char* day : {"01-07", "01-08"}) passOn(dayOf(newYear(), day));
  EXPECT_EQ(days("HOURS", "HR_DATE"), (std::vector{december, december}));
  EXPECT_EQ(days("SO_HDR", "ORD_DATE"), std::vector{december});
  EXPECT_EQ(linesOf(orderOf(old)).size(), 1u);
}

}  // namespace
}  // namespace postern::e2e
