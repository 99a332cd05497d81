#include "agent/reconcile.h"

#include <gtest/gtest.h>

#include <array>

namespace postern {
namespace {

constexpr std::array<std::string_view, 2> kTogether{"date", "state"};
constexpr std::array<std::string_view, 1> kCreateOnly{"origin"};

struct SendCase {
  const char* fact;
  Fields desired;
  Agreed agreed;
  Fields sent;
};
struct FieldsToSendTest : testing::TestWithParam<SendCase> {};

TEST_P(FieldsToSendTest, IsWhatDiffersFromTheAgreement) {
  const auto& [fact, desired, agreed, sent] = GetParam();
  EXPECT_EQ(fieldsToSend(desired, agreed, kTogether, kCreateOnly), sent) << fact;
}

INSTANTIATE_TEST_SUITE_P(
    Table, FieldsToSendTest,
    testing::Values(
        SendCase{"AllForARecordNothingIsAgreedOn", {{"name", "A"}, {"city", "B"}}, {}, {{"name", "A"}, {"city", "B"}}},
        SendCase{"NothingWhenAskedForBefore", {{"name", "A"}}, {{{"name", "A"}}, {{"name", "A"}}}, {}},
        SendCase{"OnlyTheChangedField",
                 {{"name", "A"}, {"city", "new"}},
                 {{{"name", "A"}, {"city", "old"}}, {}},
                 {{"city", "new"}}},
        SendCase{"NothingWhenTheServerMadeSomethingElseOfIt", {{"name", "A"}}, {{{"name", "A"}}, {{"name", "a"}}}, {}},
        SendCase{
            "WhatWasAskedForWinsOverWhatIsThere", {{"name", "B"}}, {{{"name", "A"}}, {{"name", "B"}}}, {{"name", "B"}}},
        SendCase{"NothingWhenFoundThereEqual", {{"name", "A"}}, {{}, {{"name", "A"}}}, {}},
        SendCase{"WhatWasFoundThereDifferent", {{"name", "A"}}, {{}, {{"name", "B"}}}, {{"name", "A"}}},
        SendCase{"AnEmptyValueIsAValue", {{"name", ""}}, {{{"name", "A"}}, {}}, {{"name", ""}}},
        SendCase{"AnEmptyValueDiffersFromNotTold", {{"name", ""}}, {}, {{"name", ""}}},
        SendCase{"FieldsNoLongerDesiredStay", {}, {{{"name", "A"}}, {{"name", "A"}}}, {}},
        SendCase{"AGroupGoesTogether",
                 {{"date", "1"}, {"state", "p"}, {"name", "A"}},
                 {{{"date", "0"}, {"state", "p"}, {"name", "A"}}, {}},
                 {{"date", "1"}, {"state", "p"}}},
        SendCase{"AGroupOnlyWhenOneOfItChanged",
                 {{"date", "1"}, {"state", "p"}, {"name", "B"}},
                 {{{"date", "1"}, {"state", "p"}, {"name", "A"}}, {}},
                 {{"name", "B"}}},
        SendCase{"OfAGroupOnlyWhatIsDesired", {{"date", "1"}}, {{{"date", "0"}, {"state", "p"}}, {}}, {{"date", "1"}}},
        SendCase{"CreateOnlyIsNotSentToARecordFoundThere", {{"origin", "x"}}, {{}, {{"name", "A"}}}, {}},
        SendCase{
            "CreateOnlyIsSentWhenItWasOursAndChanged", {{"origin", "y"}}, {{{"origin", "x"}}, {}}, {{"origin", "y"}}}),
    [](const auto& test) { return test.param.fact; });

TEST(SettleTest, WhatTheAnswerDoesNotTellCountsAsTaken) {
  const auto agreed = settle({}, {{"name", "A"}, {"state", "p"}}, {{"state", "q"}});
  EXPECT_EQ(agreed.ours, (Fields{{"name", "A"}, {"state", "p"}}));
  EXPECT_EQ(agreed.theirs, (Fields{{"name", "A"}, {"state", "q"}}));
}

TEST(SettleTest, FieldsNotSentKeepTheirAgreement) {
  const Agreed before{{{"name", "A"}, {"city", "B"}}, {{"name", "A"}, {"city", "b"}}};
  const auto agreed = settle(before, {{"name", "C"}}, {{"extra", "x"}});
  EXPECT_EQ(agreed.ours, (Fields{{"city", "B"}, {"name", "C"}}));
  EXPECT_EQ(agreed.theirs, (Fields{{"city", "b"}, {"extra", "x"}, {"name", "C"}}));
}

TEST(SettleTest, AfterSettlingNothingIsLeftToSend) {
  const Fields desired{{"date", "1"}, {"name", "A"}, {"state", "p"}};
  EXPECT_TRUE(fieldsToSend(desired, settle({}, desired, {{"state", "moved"}}), kTogether, kCreateOnly).empty());
}

}  // namespace
}  // namespace postern
