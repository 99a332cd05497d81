// What only shows when the parts of a settings file are seen together: a connector's own judgement, and flows into an
// ERP that can only be read.

#include <gmock/gmock.h>

#include "agent/connector.h"
#include "agent/settings.h"
#include "tests/support/fake_registry.h"
#include "tests/support/this_system.h"

namespace postern {
namespace {

using testing::HasSubstr;

constexpr Message kTogether{"PST-0001", {"{0}", "{0}", "{0}"}, {"", "", ""}};

/// The fake connectors, "alpha" as `change` makes it.
template <class Change>
Registry registryWith(Change change) {
  static ConnectorInfo alpha;
  Registry registry = fakeRegistry();
  alpha = *registry.connectors.front();
  change(alpha);
  registry.connectors.front() = &alpha;
  return registry;
}

std::string file(const std::string& flows, const std::string& system = {}) {
  return onThisSystem("[agent]\nstate_dir = /tmp/postern\n") + "[system.erp]\nconnector = alpha\nurl = http://erp\n" +
         system + "[system.app]\nconnector = beta\nemail = a@b.c\npassword = x\n[link.main]\nerp = erp\napp = app\n" +
         flows;
}

std::string refused(const std::string& text, const Registry& registry) {
  try {
    Settings::parse(text, "postern.ini", registry);
    return "good";
  } catch (const ConfigError& error) {
    return error.place() + ' ' + error.code() + ' ' + error.cause(Language::En) + ' ' + error.remedy(Language::En);
  }
}

TEST(SettingsTogetherTest, FlowIntoAnErpThatIsOnlyReadIsRefusedAtItsLine) {
  const Registry readOnly = registryWith([](ConnectorInfo& alpha) { alpha.writes = false; });
  EXPECT_EQ(refused(file(""), readOnly), "good") << "nothing runs that way by itself";
  EXPECT_EQ(refused(file("flow.projects = to_app\n"), readOnly), "good");
  EXPECT_THAT(
      refused(file("flow.projects = both\n"), readOnly),
      AllOf(HasSubstr("postern.ini:13 PST-1045"), HasSubstr("'projects'"), HasSubstr("flow.projects = to_app")));
  EXPECT_EQ(refused(file("flows = customers\nflow.projects = both\n"), readOnly), "good") << "not among the flows";
  EXPECT_EQ(refused(file("flow.projects = both\n"), fakeRegistry()), "good");
}

TEST(SettingsTogetherTest, WhetherASystemCanBeWrittenMayDependOnItsSettings) {
  const Registry some = registryWith([](ConnectorInfo& alpha) {
    alpha.writesWith = [](const Section& options) { return options.text("method") == "post"; };
  });
  EXPECT_EQ(refused(file("flow.projects = both\n"), some), "good");
  EXPECT_THAT(refused(file("flow.projects = both\n", "method = get\n"), some), HasSubstr("PST-1045"));
}

TEST(SettingsTogetherTest, ConnectorJudgesItsSectionAfterEverythingElse) {
  const Registry strict = registryWith([](ConnectorInfo& alpha) {
    alpha.checkSettings = [](const Section& options, const Section& fields) {
      throw ConfigError(options.placeOf("url"), kTogether, {fields.text("project.process_status")});
    };
  });
  EXPECT_THAT(refused(file(""), strict), HasSubstr("postern.ini:5 PST-0001 Prozessstatus"));
  EXPECT_THAT(refused(file("flow.projets = both\n"), strict), HasSubstr("PST-1026")) << "a slip is told first";
}

}  // namespace
}  // namespace postern
