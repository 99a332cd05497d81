// The reference as text that parses; whether conf/postern.ini is up to date is tests/service/reference_test.cc.

#include <gmock/gmock.h>

#include "agent/settings.h"
#include "tests/support/fake_registry.h"
#include "tests/support/reference_text.h"

namespace postern {
namespace {

using testing::HasSubstr;

TEST(SettingsReferenceTest, ParsesAsItIs) {
  for (const Language language : {Language::En, Language::De, Language::Nl}) {
    const Settings settings =
        Settings::parse(settingsReference(fakeRegistry(), language), "reference.ini", fakeRegistry());
    EXPECT_TRUE(settings.systems.empty());
    EXPECT_TRUE(settings.links.empty());
  }
}

TEST(SettingsReferenceTest, ParsesWithEverySettingActive) {
  for (const Language language : {Language::En, Language::De, Language::Nl}) {
    const std::string text = withEverySettingActive(settingsReference(fakeRegistry(), language));
    const Settings settings = Settings::parse(text, "reference.ini", fakeRegistry());
    EXPECT_EQ(settings.systems.size(), 2U);
    ASSERT_EQ(settings.links.size(), 1U);
    EXPECT_EQ(settings.links.at("alpha_beta").options.text("flow.projects"), "off");
    EXPECT_EQ(settings.systems.at("alpha").fields.text("customer.changed"), "Datum ;geändert");
  }
}

TEST(SettingsReferenceTest, TellsWhatAKeyAllows) {
  const std::string text = settingsReference(fakeRegistry(), Language::En);
  EXPECT_THAT(text, HasSubstr("\n; Help.\n; Whole number, 1 to 16. Default: 4.\n;slots = 4\n"));
  EXPECT_THAT(text, HasSubstr("\n; Duration (s, m, h, d), 10s to 24h. Default: 10m.\n;interval = 10m\n"));
  EXPECT_THAT(text, HasSubstr("\n; One of: post, get. Default: post.\n;method = post\n"));
  EXPECT_THAT(text, HasSubstr("\n; One of: alpha, beta. Required.\n;connector = beta\n"));
  EXPECT_THAT(text, HasSubstr("\n; Secret. Required.\n;password = secret:beta-password\n"));
  EXPECT_THAT(text, HasSubstr("\n; Default: not there.\n;project.changed =\n"));
  EXPECT_THAT(text, HasSubstr("\n;customer.changed = \"Datum ;geändert\"\n"));
  EXPECT_THAT(text, HasSubstr("\n;flows = customers, articles, projects\n"));
  EXPECT_THAT(text, HasSubstr("\n;flow.customers = off\n;flow.articles = off\n;flow.projects = off\n"));
}

TEST(SettingsReferenceTest, SpeaksTheLanguage) {
  EXPECT_THAT(settingsReference(fakeRegistry(), Language::De),
              HasSubstr("\n; Hilfe.\n; Ganze Zahl, 1 bis 16. Vorgabe: 4.\n;slots = 4\n"));
  EXPECT_THAT(settingsReference(fakeRegistry(), Language::Nl),
              HasSubstr("\n; Hulp.\n; Geheel getal, 1 tot en met 16. Standaard: 4.\n;slots = 4\n"));
}

}  // namespace
}  // namespace postern
