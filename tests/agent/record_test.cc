#include "agent/record.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(RecordTest, AnAbsentFieldReadsAsEmpty) {
  const Record record{"customer", "007", "", {{"name", "Anna"}}, {}};
  EXPECT_EQ(record.field("name"), "Anna");
  EXPECT_EQ(record.field("city"), "");
  EXPECT_EQ(record.reference(), (Reference{"customer", "007"}));
}

TEST(RecordTest, EqualFieldsGiveEqualTextWhateverTheirOrder) {
  EXPECT_EQ(toJson({{"b", "2"}, {"a", "1"}}), R"({"a":"1","b":"2"})");
  EXPECT_EQ(toJson({{"a", "1"}, {"b", "2"}}), toJson({{"b", "2"}, {"a", "1"}}));
  EXPECT_EQ(toJson({}), "{}");
}

struct RoundTripTest : testing::TestWithParam<std::string> {};
TEST_P(RoundTripTest, AnyTextComesBackAsItWas) {
  const Fields fields{{"value", GetParam()}, {GetParam(), "as a name"}, {"", "no name"}};
  EXPECT_EQ(fieldsFromJson(toJson(fields)), fields);
}
INSTANTIATE_TEST_SUITE_P(Texts, RoundTripTest,
                         testing::Values("x", "Küche & Söhne", "\"quoted\" \\ back", "line\nbreak\ttab",
                                         std::string("nul\0inside", 10), "{\"a\":1}", "🪵",
                                         "'; DROP TABLE outbox; --"));

TEST(RecordTest, BytesThatAreNotUtf8DoNotStopARecord) {
  const auto json = toJson({{"name", "M\xfcller"}});
  EXPECT_EQ(fieldsFromJson(json).at("name"), "M\xef\xbf\xbdller");
}

struct BadJsonTest : testing::TestWithParam<const char*> {};
TEST_P(BadJsonTest, AnythingElseIsRefused) { EXPECT_THROW(fieldsFromJson(GetParam()), std::invalid_argument); }
INSTANTIATE_TEST_SUITE_P(Texts, BadJsonTest,
                         testing::Values("", "null", "[]", "\"a\"", "{", R"({"a":1})", R"({"a":null})", R"({"a":{}})",
                                         R"({"a":"1"}x)"));

}  // namespace
}  // namespace postern
