// Settings of the pair and its description.

#include <gmock/gmock.h>

#include <array>

#include "tests/connectors/profacto_craftboxx_fixture.h"

namespace postern::profacto_craftboxx {
namespace {

using testing::ElementsAre;
using testing::Field;

struct CraftboxxPairOptions : PairTest {
  std::string codeOf(const std::string& key, const std::string& value) const {
    try {
      kLink.make(makeSection("main", kLink.options, {{key, value}}), kZone);
      return "";
    } catch (const ConfigError& error) {
      return error.code();
    }
  }
};

TEST_F(CraftboxxPairOptions, MapsWithBadEntriesAreRefused) {
  const std::array<std::string, 3> cases[] = {
      {"own_status", "45:SCHEDULED", ""},
      {"own_status", "45:DONE, 46:PAUSED,47:ARCHIVED", ""},
      {"own_status", "45", "PST-5000"},
      {"own_status", ":DONE", "PST-5000"},
      {"own_status", "45:", "PST-5000"},
      {"own_status", "4x:DONE", "PST-5000"},
      {"own_status", "-5:DONE", "PST-5000"},
      {"own_status", "45:Fertig", "PST-5001"},
      {"own_status", "45:UNPLANNED", "PST-5001"},
      {"unit_map", "lfm:RUNNING_METER", ""},
      {"unit_map", "lfm", "PST-5000"},
      {"unit_map", "lfm:METER", "PST-5002"},
      {"country_map", "Bayern:DE", ""},
      {"country_map", "Bayern:de", "PST-5003"},
      {"country_map", "Bayern:DEU", "PST-5003"},
      {"default_country", "AT", ""},
      {"default_country", "Österreich", "PST-5003"},
  };
  for (const auto& [key, value, code] : cases) EXPECT_EQ(codeOf(key, value), code) << key << " = " << value;
}

TEST_F(CraftboxxPairOptions, ErrorNamesOptionEntryAndForm) {
  try {
    kLink.make(makeSection("main", kLink.options, {{"own_status", "45"}}), kZone);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.cause(Language::En), "\"45\" in \"own_status\" is not of the form NUMBER:STATE.");
    EXPECT_EQ(error.cause(Language::De), "„45“ in „own_status“ hat nicht die Form NUMBER:STATE.");
    EXPECT_THAT(error.remedy(Language::Nl), testing::StartsWith("Schrijf elke invoer als NUMBER:STATE"));
  }
}

TEST_F(CraftboxxPairOptions, EveryOptionIsExplainedInAllLanguages) {
  for (const auto& option : kLink.options) {
    for (const auto language : {Language::En, Language::De, Language::Nl}) {
      EXPECT_FALSE(option.help.in(language).empty()) << option.key;
    }
  }
}

TEST_F(CraftboxxPairOptions, LinkNamesItsPairAndFlows) {
  EXPECT_STREQ(kLink.erp, "profacto");
  EXPECT_STREQ(kLink.app, "craftboxx");
  EXPECT_THAT(kLink.flows, ElementsAre(Field(&Flow::name, "customers"), Field(&Flow::name, "articles"),
                                       Field(&Flow::name, "projects")));
}

TEST_F(CraftboxxPairOptions, TargetsNameFlowInputsAndTheGroupOfTheTime) {
  struct Row {
    std::string flow;
    std::vector<std::string> inputs;
    bool operator==(const Row&) const = default;
  };
  std::map<std::string, Row> rows;
  const auto pair = rules();
  for (const auto& kind : pair->targets()) {
    rows[std::string(kind.name)] = {std::string(kind.flow), {kind.inputs.begin(), kind.inputs.end()}};
  }
  EXPECT_EQ(rows, (std::map<std::string, Row>{
                      {"customer", {"customers", {"customer"}}},
                      {"address", {"customers", {"customer", "contact"}}},
                      {"article", {"articles", {"article"}}},
                      {"project", {"projects", {"project", "position"}}},
                      {"appointment", {"projects", {"project", "position", "article"}}},
                  }));
}

}  // namespace
}  // namespace postern::profacto_craftboxx
