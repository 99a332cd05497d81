// Profile files: the shipped ones are good, and each kind of mistake is told in one sentence with its place.

#include <gmock/gmock.h>

#include <fstream>

#include "connectors/profile/connectors.h"
#include "connectors/profile/profile.h"
#include "tests/connectors/profile_bench.h"
#include "tests/support/fake_http.h"
#include "tests/support/temp_dir.h"
#include "tests/support/this_system.h"

namespace postern::profile {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string goodText() { return std::string(shipped().front().text); }

/// The good profile with the first `from` replaced by `to`.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = goodText();
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct BadProfile {
  std::string from, to;
  std::string code;
  std::string place;
  std::string says;  // in the English cause or remedy
};

TEST(ProfileFileTest, BrokenFileIsToldWhenTheSettingsAreRead) {
  const TempDir dir;
  const auto file = dir / "own.json";
  const auto settings = [&] {
    return Settings::parse(onThisSystem("[agent]\nstate_dir = /tmp/postern\n") +
                               "[system.app]\nconnector = crafter\n"
                               "url = https://crafter.example\ntoken = t\nprofile = " +
                               file.string() + "\n",
                           "postern.ini", registry());
  };
  std::ofstream(file) << goodText();
  EXPECT_NO_THROW(settings());
  std::ofstream(file) << "{\n\"kinds\": [}";
  try {
    settings();
    ADD_FAILURE() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.place(), StartsWith(file.string())) << "and where";
  }
}

TEST(ProfileFileTest, ShippedProfilesAreConnectorsOfTheirName) {
  EXPECT_FALSE(connectors().empty());
  for (const ConnectorInfo& info : connectors()) {
    EXPECT_EQ(registry().connector(info.name), &info);
    EXPECT_FALSE(info.sinkKinds.empty());
  }
  EXPECT_NE(registry().connector("crafter"), nullptr);
}

TEST(ProfileFileTest, ShippedProfileSaysThatItIsNotTheVendors) {
  EXPECT_THAT(crafter().summary.en, HasSubstr("contract of our own"));
  EXPECT_THAT(goodText(), HasSubstr("Crafter publishes no API"));
}

TEST(ProfileFileTest, EveryMistakeIsToldWithItsPlace) {
  const BadProfile table[] = {
      {"\"format\": 1,", "\"format\": 1", "PST-8201", "p.json:3", "valid JSON"},
      {"\"format\": 1", "\"format\": 2", "PST-8204", "p.json: format", "1 … 1"},
      {"\"next\": \"next_cursor\",", "", "PST-8203", "p.json: paging.next", "paging.next"},
      {"\"cursor_parameter\"", "\"cursor_paramter\"", "PST-8203", "p.json: paging.cursor_parameter", "lacks"},
      {"\"size_parameter\"", "\"size_paramter\"", "PST-8203", "p.json: paging.size_parameter", "lacks"},
      {"\"full_pages\"", "\"ful_pages\"", "PST-8205", "p.json: paging.ful_pages", "'full_pages'"},
      {"\"base_path\"", "\"zzzzzz\"", "PST-8206", "p.json: http.zzzzzz", "base_path"},
      {"\"cursor\",", "\"curser\",", "PST-8207", "p.json: paging.style", "cursor"},
      {"\"Bearer {token}\"", "\"Bearer {tokn}\"", "PST-8208", "p.json: http.headers.Authorization", "{token}"},
      {"\"page_size\": 100", "\"page_size\": \"100\"", "PST-8204", "p.json: limits.page_size", "10000"},
      {"\"page_size\": 100", "\"page_size\": 0", "PST-8204", "p.json: limits.page_size", "1 …"},
      {"\"kind\": \"customer\" },", "\"kind\": \"costumer\" },", "PST-8209", "p.json: kinds.location.fields.customer",
       "costumer"},
      {"\"within\": \"work_order\"", "\"within\": \"wörk\"", "PST-8209", "p.json: kinds.used_article.within", "wörk"},
      {"\"external_id\": \"external_id\"", "\"external_id\": \"a.b\"", "PST-8210", "p.json: item.external_id",
       "external_id"},
      {"\"find\": \"{path}/by-external/{external_id}\",", "", "PST-8211", "p.json: write.find", "find_parameter"},
      {"\"phone\": \"phone\", \"mail\"", "\"phone\": \"phone\", \"phone\"", "PST-8202", "p.json", "phone"},
      {"\"written\": false,\n          \"words\": {\n            \"new\": \"new\"",
       "\"words\": {\n            \"new\": \"planned\"", "PST-8212", "p.json: kinds.work_order.fields.status",
       "planned"},
      {"\"name\": \"name\", \"phone\"", "\"name\": \"a.name\", \"phone\"", "PST-8213",
       "p.json: kinds.customer.fields.name", "nested"},
      {"\"rank\": 1", "\"rank\": 0", "PST-8214", "p.json: kinds.location.fields.customer", "customer"},
      {"\"rank\": 1,", "\"rank\": true,", "PST-8204", "p.json: kinds.location.write.rank", "99"},
      {"\"house_number\": \"house_number\"", "\"house_number\": 7", "PST-8204",
       "p.json: kinds.location.fields.house_number", "{…}"},
  };
  for (const BadProfile& bad : table) {
    try {
      parseProfile(changed(bad.from, bad.to), "p.json");
      ADD_FAILURE() << "taken: " << bad.to;
    } catch (const ConfigError& error) {
      EXPECT_STREQ(error.code(), bad.code.c_str()) << bad.to;
      EXPECT_THAT(error.place(), StartsWith(bad.place)) << bad.to;
      const std::string told = error.cause(Language::En) + error.remedy(Language::En);
      EXPECT_THAT(told, HasSubstr(bad.says)) << bad.to;
      for (const Language language : {Language::En, Language::De, Language::Nl}) {
        EXPECT_THAT(error.cause(language), Not(HasSubstr("{0}"))) << bad.to;
        EXPECT_THAT(error.remedy(language), Not(HasSubstr("{1}"))) << bad.to;
      }
    }
  }
}

TEST(ProfileFileTest, EveryPrefixOfAProfileIsRefusedNotCrashed) {
  const std::string text = goodText();
  for (std::size_t size = 0; size + 3 < text.size(); size += 61) {
    EXPECT_THROW(parseProfile(text.substr(0, size), "p.json"), ConfigError) << size;
  }
}

TEST(ProfileFileTest, MissingFileAndMissingTokenAreConfigErrors) {
  EXPECT_THROW(loadProfile("/nonexistent/p.json"), ConfigError);
  FakeHttp http;
  FakeClock clock;
  const auto connect = [&](const Values& values) { return std::make_unique<TestSystem>(http, values, clock); };
  EXPECT_THROW(connect({{"url", "https://crafter.example"}}), ConfigError);
  EXPECT_NO_THROW(connect({{"url", "https://crafter.example"}, {"token", "t"}}));
}

}  // namespace
}  // namespace postern::profile
