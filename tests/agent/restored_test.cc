// What somebody deletes only in the app is made again there, and nothing else is touched for it.

#include <gmock/gmock.h>

#include "tests/support/two_way_world.h"

namespace postern {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct RestoredTest : testing::Test, TwoWayWorld {
  RestoredTest() {
    setup.shared.clear();
    rules.restores = true;
  }
  void projects(int count) {
    for (int i = 0; i < count; ++i) project("p" + std::to_string(i), {});
    night();
    night();
    app.forgetCalls();
  }
  void night() {
    clock.advance(std::chrono::hours{24});
    EXPECT_TRUE(poll(true));
    deliver();
  }
};

TEST_F(RestoredTest, EditOfARecordThatAListingLeavesOutStays) {
  projects(3);
  app.edit("appointment", "p1", "title", "edited in the app");
  appSource.hidden = {"p1"};
  night();
  EXPECT_EQ(inApp("p1", "title"), "edited in the app");
  EXPECT_THAT(app.sent(), SizeIs(1)) << "the app was asked whether it is there";
  EXPECT_THAT(app.sent().at(0), IsEmpty());

  appSource.hidden.clear();
  app.forgetCalls();
  night();
  night();
  EXPECT_THAT(app.pushed(), IsEmpty());
}

TEST_F(RestoredTest, DeletedRecordIsMadeAgain) {
  projects(3);
  app.remove("appointment", "p1");
  night();
  EXPECT_EQ(inApp("p1", "title"), "t");
  EXPECT_EQ(app.creates(), 1);
  app.forgetCalls();
  night();
  night();
  EXPECT_THAT(app.pushed(), IsEmpty());
}

TEST_F(RestoredTest, MoreThanAThousandComeBackTogether) {
  erp.pageSize = 1000;
  projects(2200);
  for (int i = 0; i < 1100; ++i) app.remove("appointment", "p" + std::to_string(i));
  night();
  EXPECT_EQ(app.creates(), 1100);
}

TEST_F(RestoredTest, RecordDeletedBeforeTheAppWasEverReadComesBack) {
  for (int i = 0; i < 3; ++i) project("p" + std::to_string(i), {});
  settle(1);
  app.remove("appointment", "p1");
  night();
  EXPECT_EQ(inApp("p1", "title"), "t");
}

TEST_F(RestoredTest, FirstListingThatShowsFewOfWhatIsThereIsNotBelieved) {
  for (int i = 0; i < 20; ++i) project("p" + std::to_string(i), {});
  settle(1);
  app.forgetCalls();
  for (int i = 0; i < 15; ++i) appSource.hidden.insert("p" + std::to_string(i));
  night();
  EXPECT_THAT(app.pushed(), IsEmpty());
  EXPECT_EQ(progress.warnings, 1);
}

TEST_F(RestoredTest, RecordDeletedAgainBeforeTheAppWasReadComesBack) {
  projects(3);
  app.remove("appointment", "p1");
  night();
  app.remove("appointment", "p1");
  night();
  EXPECT_EQ(inApp("p1", "title"), "t");
}

TEST_F(RestoredTest, ManyAtOnceAreHeldByTheBrake) {
  setup.brakeShare = 0.5;
  setup.brakeLeast = 5;
  projects(10);
  for (int i = 0; i < 6; ++i) appSource.hidden.insert("p" + std::to_string(i));
  night();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_STREQ(held[0].code(), "PST-7103");
  EXPECT_THAT(app.pushed(), IsEmpty());

  appSource.hidden.clear();
  night();
  EXPECT_THAT(held, IsEmpty()) << "they are there after all";
}

}  // namespace
}  // namespace postern
