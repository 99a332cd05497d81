#include "agent/merge.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(MergeTest, WhoChangedAFieldSinceBothAgreed) {
  using V = Verdict;
  constexpr auto none = std::nullopt;
  struct Case {
    const char* what;
    FieldState field;
    Verdict verdict;
  };
  const Case cases[] = {
      {"nobody", {"a", "a", "a", "a"}, V::Quiet},
      {"nobody; the app spells it its own way", {"a", "A", "a", "A"}, V::Quiet},
      {"the ERP", {"b", "a", "a", "a"}, V::Quiet},
      {"the ERP; the app spells it its own way", {"b", "A", "a", "A"}, V::Quiet},
      {"the app", {"a", "b", "a", "a"}, V::AppLed},
      {"the app, to nothing", {"a", "", "a", "a"}, V::AppLed},
      {"the app, from its own spelling", {"a", "b", "a", "A"}, V::AppLed},
      {"both, the same", {"b", "b", "a", "a"}, V::Equal},
      {"the app, to what the ERP asked for all along", {"a", "a", "a", "A"}, V::Equal},
      {"both, differently", {"b", "c", "a", "a"}, V::Conflict},
      {"the app was never read", {"b", none, "a", "a"}, V::Quiet},
      {"never sent", {"b", "a", none, none}, V::Quiet},
      {"never sent, but the same", {"b", "b", none, none}, V::Equal},
      {"adopted as it was, nobody", {"a", "a", none, "a"}, V::Equal},
      {"adopted, and the ERP differs", {"b", "a", none, "a"}, V::Quiet},
      {"adopted, then the app", {"a", "b", none, "a"}, V::AppLed},
      {"adopted with a difference, then the app", {"b", "c", none, "a"}, V::Conflict},
  };
  for (const auto& [what, field, verdict] : cases) EXPECT_EQ(judge(field), verdict) << what;
}

}  // namespace
}  // namespace postern
