// The settings of the pair, its flows and its targets.

#include <gmock/gmock.h>

#include <algorithm>

#include "connectors/links/accountview_crafter/options.h"
#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;

struct CrafterOptions : PairTest {
  std::string error() const {
    try {
      (void)rules();
    } catch (const ConfigError& error) {
      return error.code();
    }
    return "";
  }
};

TEST_F(CrafterOptions, DefaultsAreThoseOfTheSheets) {
  const auto read = readOptions(options(), kZone);
  EXPECT_TRUE(read.sendsBlocked);
  EXPECT_TRUE(read.sendsContacts);
  EXPECT_TRUE(read.postalFirst);
  EXPECT_TRUE(read.exportsOrders);
  EXPECT_TRUE(read.importStatus.empty());
  EXPECT_FALSE(read.importFrom);
  EXPECT_EQ(read.unknownArticle, Doubt::Refuse);
  EXPECT_FALSE(read.sendsDifference);
  EXPECT_EQ(read.hoursDecimals, 2);
  EXPECT_EQ(read.rounding, Rounding::None);
  EXPECT_EQ(read.zone, kZone);
}

TEST_F(CrafterOptions, BadValuesAreRefused) {
  const std::pair<std::map<std::string, std::string>, const char*> cases[] = {
      {{}, ""},
      {{{"import_orders_from", "15-01-2026"}}, "PST-5010"},
      {{{"import_orders_from", "2026-01-15"}}, ""},
      {{{"project_type_map", "ONB"}}, "PST-5011"},
      {{{"work_type_map", "OND:"}}, "PST-5011"},
      {{{"work_type_map", ":OND"}}, "PST-5011"},
      {{{"location_name", "{naam}"}}, "PST-5012"},
      {{{"location_name", "{name"}}, "PST-5012"},
      {{{"location_name", "{name} {city}"}}, ""},
  };
  for (const auto& [values, code] : cases) {
    settings = values;
    EXPECT_EQ(error(), code) << (values.empty() ? "" : values.begin()->second);
  }
}

TEST_F(CrafterOptions, FlowsHaveTheDirectionsOfTheSeed) {
  std::vector<std::string> flows;
  for (const auto& flow : kLink.flows) {
    std::string text = std::string(flow.name) + " " + std::string(flow.usual) + ":";
    for (const auto allowed : flow.allowed) text += " " + std::string(allowed);
    flows.push_back(text);
  }
  EXPECT_THAT(flows,
              ElementsAre("customers to_app: to_app both", "projects to_app: to_app to_erp",
                          "work_orders to_erp: to_app to_erp", "used_articles to_erp: to_erp", "hours to_erp: to_erp"));
}

TEST_F(CrafterOptions, EveryTargetBelongsToAFlowAndNamesWhatItIsMadeOf) {
  const auto made = rules();
  std::vector<std::string> names;
  const auto look = [&](std::span<const TargetKind> targets) {
    for (const auto& target : targets) {
      EXPECT_TRUE(std::ranges::any_of(kLink.flows, [&](const Flow& flow) { return flow.name == target.flow; }));
      EXPECT_FALSE(target.inputs.empty()) << target.name;
      std::string text(target.name);
      for (const auto match : target.match) text += " by " + std::string(match);
      if (!target.counterpart.empty()) text += " = " + std::string(target.counterpart);
      names.push_back(text);
    }
  };
  look(made->targets());
  EXPECT_THAT(names, ElementsAre("customer by number", "location", "contact", "project_type by code", "project by code",
                                 "work_order"));
  names.clear();
  look(made->backTargets());
  EXPECT_THAT(names, ElementsAre("customer = customer", "project = project", "sales_order = work_order", "order_line",
                                 "time_entry"));
}

TEST_F(CrafterOptions, EveryOptionIsExplainedInThreeLanguages) {
  for (const auto& option : kOptions) {
    for (const auto* text : {option.help.en, option.help.de, option.help.nl}) {
      EXPECT_TRUE(text && *text) << option.key;
    }
  }
}

}  // namespace
}  // namespace postern::accountview_crafter
