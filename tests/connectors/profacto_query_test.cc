#include "connectors/profacto/query.h"

#include <gtest/gtest.h>

#include "agent/http_client.h"

namespace postern::profacto {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::sys_days;
using std::chrono::year;

TEST(ProfactoQueryTest, OneNumberIsComparedSeveralAreListed) {
  EXPECT_EQ(anyNumberOf("Status", std::vector<std::int64_t>{3}), "Status = 3");
  EXPECT_EQ(anyNumberOf("Status", std::vector<std::int64_t>{3, 4}), "Status IN [3,4]");
}

TEST(ProfactoQueryTest, TextsAreQuotedAndNeverReadAsPatterns) {
  const struct {
    Texts texts;
    const char* expected;
  } cases[] = {
      {{"25017"}, R"(Nr === "25017")"},
      {{"06127", "S019", "PK-0003"}, R"(Nr IN ["06127","S019","PK-0003"])"},
      {{"a b&c, d]"}, R"(Nr === "a b&c, d]")"},
      {{"1@"}, R"(Nr === "1@")"},
      {{"1@", "2"}, R"((Nr === "2" OR Nr === "1@"))"},
      {{"1@", "2", "3"}, R"((Nr IN ["2","3"] OR Nr === "1@"))"},
      {{R"(1"2)"}, R"(Nr === '1"2')"},
      {{"1'2"}, R"(Nr === "1'2")"},
      {{R"(1'2"3)"}, R"(Nr = "1'2@3")"},
  };
  for (const auto& c : cases) EXPECT_EQ(anyTextOf("Nr", c.texts), c.expected);
}

TEST(ProfactoQueryTest, DatesStandWithoutQuotes) {
  EXPECT_EQ(sinceDay("Changed", sys_days{year{2025} / 5 / 9}), "Changed >= 2025-05-09");
}

TEST(ProfactoQueryTest, ConditionsAreJoinedAndSorted) {
  EXPECT_EQ(both("a = 1", "b = 2"), "a = 1 AND b = 2");
  EXPECT_EQ(both("", "b = 2"), "b = 2");
  EXPECT_EQ(both("a = 1", ""), "a = 1");
  EXPECT_EQ(orderedBy(anyValue("Nr"), Texts{"Nr", "Pos"}), R"(Nr !== "" order by Nr, Pos)");
}

TEST(ProfactoQueryTest, EncodedQueryHasNoBareAmpersandAndUtf8) {
  const std::string encoded = percentEncode(anyTextOf("Nr", Texts{"Mü&1"}));
  EXPECT_EQ(encoded, "Nr%20%3D%3D%3D%20%22M%C3%BC%261%22");
}

}  // namespace
}  // namespace postern::profacto
