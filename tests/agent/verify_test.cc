#include "agent/verify.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

using What = Difference::What;

struct Case {
  const char* fact;
  const char* erp;     // desired; nullptr = not wanted
  const char* app;     // actual; nullptr = not told
  const char* ours;    // agreed; nullptr = never asked for
  const char* theirs;  // agreed; nullptr = never told
  bool shared;
  std::optional<What> expected;
};

constexpr Case kCases[] = {
    {"equal", "a", "a", "a", "a", false, std::nullopt},
    {"equal, whatever was agreed", "a", "a", "b", "c", false, std::nullopt},
    {"not told", "a", nullptr, "b", "b", false, std::nullopt},
    {"not wanted", nullptr, "a", "b", "b", false, std::nullopt},
    {"written otherwise there, and agreed", "a", "A", "a", "A", false, std::nullopt},
    {"changed in the ERP only", "b", "a", "a", "a", false, What::Differs},
    {"changed in the app only", "a", "b", "a", "a", false, What::Edited},
    {"changed in the app only, comes back", "a", "b", "a", "a", true, What::Differs},
    {"changed on both sides", "b", "c", "a", "a", false, What::Differs},
    {"found there, never asked for", "a", "b", nullptr, "b", false, What::Differs},
    {"a write whose answer was not seen", "a", "b", nullptr, nullptr, false, What::Differs},
    {"taken otherwise, then edited", "a", "b", "a", "A", false, What::Edited},
};

Fields fieldOf(const char* value) {
  Fields fields;
  if (value != nullptr) fields["f"] = value;
  return fields;
}

TEST(VerifyTest, AFieldDiffersUnlessBothSidesAgreedOnIt) {
  for (const auto& c : kCases) {
    const std::set<std::string, std::less<>> shared =
        c.shared ? std::set<std::string, std::less<>>{"f"} : std::set<std::string, std::less<>>{};
    const auto found = compareFields(fieldOf(c.erp), fieldOf(c.app), {fieldOf(c.ours), fieldOf(c.theirs)}, shared);
    ASSERT_EQ(found.size(), c.expected ? 1u : 0u) << c.fact;
    if (!c.expected) continue;
    EXPECT_EQ(found[0].what, *c.expected) << c.fact;
    EXPECT_EQ(found[0].field, "f");
    EXPECT_EQ(found[0].app, c.app);
    EXPECT_EQ(found[0].erp, c.erp);
  }
}

}  // namespace
}  // namespace postern
