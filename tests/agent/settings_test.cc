#include "agent/settings.h"

#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "agent/connector.h"
#include "agent/ini.h"
#include "agent/nearest.h"
#include "tests/support/fake_registry.h"
#include "tests/support/temp_dir.h"
#include "tests/support/this_system.h"

namespace postern {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kGood = onThisSystem(R"([agent]
state_dir = /var/lib/postern
language  = de            ; en de nl

[system.erp]
connector = alpha
url       = http://erp:8080
token     = secret:erp-token
company   = "Holz ; Leim ""GmbH"" "
archive   = Yes
confirmed_status = 3, 4 5

# the app
[system.app]
connector = beta
email     = sync@tischlerei.example
password  = pass#word;1

[link.main]
erp      = erp
app      = app
interval = 90s
flows    = customers,projects
flow.customers = to_app

[fields.erp]
project.process_status =
project.changed = Geändert am
)");

Settings parse(std::string_view text) { return Settings::parse(text, "/etc/postern.ini", fakeRegistry()); }

TEST(SettingsTest, GoodFileGivesItsValuesAndTheDefaults) {
  const Settings settings = parse(kGood);
  EXPECT_EQ(settings.language(), Language::De);
  EXPECT_EQ(settings.stateDir().string(), onThisSystem("= /var/lib/postern").substr(2));
  EXPECT_EQ(settings.agent.text("time_zone"), "Europe/Berlin");
  EXPECT_EQ(settings.agent.integer("queue_limit"), 200'000);
  EXPECT_EQ(settings.agent.text("full_compare"), "02:30");

  ASSERT_EQ(settings.systems.size(), 2U);
  const SystemSettings& erp = settings.systems.at("erp");
  EXPECT_EQ(erp.connector, "alpha");
  EXPECT_EQ(erp.options.name(), "erp");
  EXPECT_EQ(erp.options.text("url"), "http://erp:8080");
  EXPECT_EQ(erp.options.text("token"), "secret:erp-token");
  EXPECT_EQ(erp.options.text("company"), "Holz ; Leim \"GmbH\" ");
  EXPECT_TRUE(erp.options.boolean("archive"));
  EXPECT_THAT(erp.options.integers("confirmed_status"), ElementsAre(3, 4, 5));
  EXPECT_EQ(erp.options.duration("slot_wait"), seconds(30));
  EXPECT_DOUBLE_EQ(erp.options.decimal("rate"), 2.5);
  EXPECT_FALSE(erp.options.has("groups"));
  EXPECT_THAT(erp.options.list("groups"), IsEmpty());
  EXPECT_TRUE(erp.fields.has("project.process_status")) << "written, though empty";
  EXPECT_EQ(erp.fields.text("project.process_status"), "");
  EXPECT_EQ(erp.fields.text("project.changed"), "Geändert am");
  EXPECT_EQ(erp.fields.text("customer.changed"), "Datum ;geändert");

  EXPECT_EQ(settings.systems.at("app").options.text("password"), "pass#word;1");

  const LinkSettings& link = settings.links.at("main");
  EXPECT_EQ(link.rules, "alpha_beta");
  EXPECT_EQ(link.erp, "erp");
  EXPECT_EQ(link.app, "app");
  EXPECT_EQ(link.options.duration("interval"), seconds(90));
  EXPECT_THAT(link.options.list("flows"), ElementsAre("customers", "projects"));
  EXPECT_EQ(link.options.text("flow.customers"), "to_app");
  EXPECT_EQ(link.options.text("flow.projects"), "");
  EXPECT_FALSE(link.options.has("flow.projects"));
  EXPECT_EQ(link.options.integer("work_code"), 1);
}

TEST(SettingsTest, PlacesNameFileAndLine) {
  const Settings settings = parse(kGood);
  const Section& erp = settings.systems.at("erp").options;
  EXPECT_EQ(erp.place(), "/etc/postern.ini:5");
  EXPECT_EQ(erp.placeOf("url"), "/etc/postern.ini:7");
  EXPECT_EQ(erp.placeOf("rate"), "/etc/postern.ini:5") << "a default has its section's place";
  EXPECT_EQ(settings.systems.at("app").fields.place(), "/etc/postern.ini:14") << "no [fields.app]: its system's";
}

TEST(SettingsTest, EmptyFileIsAllDefaults) {
  const Settings settings = parse("");
  EXPECT_EQ(settings.language(), Language::En);
  EXPECT_EQ(settings.agent.place(), "/etc/postern.ini");
  EXPECT_TRUE(settings.systems.empty());
  EXPECT_TRUE(settings.links.empty());
}

TEST(SettingsTest, ByteOrderMarkAndCrlfAreAccepted) {
  const Settings settings = parse("\xEF\xBB\xBF[agent]\r\n\r\nlanguage = nl\r\nproxy=system");
  EXPECT_EQ(settings.language(), Language::Nl);
  EXPECT_EQ(settings.agent.placeOf("proxy"), "/etc/postern.ini:4");
}

TEST(SettingsTest, OrderOfSectionsDoesNotMatter) {
  const Settings settings = parse(
      "[fields.e]\nproject.changed = X\n[link.l]\nerp=e\napp=a\n[system.a]\nconnector=beta\nemail=m\npassword=p\n"
      "[system.e]\nurl=https://erp\nconnector=alpha\n");
  EXPECT_EQ(settings.systems.at("e").fields.text("project.changed"), "X");
  EXPECT_EQ(settings.links.at("l").rules, "alpha_beta");
}

TEST(SettingsTest, SystemsOverrideProxyAndAuthoritiesOfTheAgent) {
  const std::string system = "[system.a]\nconnector=beta\nemail=m\npassword=p\n";
  const auto proxy = [&](const std::string& agents, const std::string& own) {
    const Settings settings = parse("[agent]\n" + agents + "\n" + system + own + "\n");
    return settings.proxyOf(settings.systems.at("a"));
  };
  EXPECT_EQ(proxy("", ""), "");
  EXPECT_EQ(proxy("proxy = none", ""), "");
  EXPECT_EQ(proxy("proxy = system", ""), "system");
  EXPECT_EQ(proxy("proxy = http://p:3128", "proxy = none"), "");
  EXPECT_EQ(proxy("proxy = http://p:3128", "proxy = http://q:80"), "http://q:80");
  const TempDir dir;
  const std::string file = (dir / "ca.pem").string();
  std::ofstream(file) << "x";
  const Settings settings = parse("[agent]\nca_file = " + file + "\n" + system);
  EXPECT_EQ(settings.caFileOf(settings.systems.at("a")), file);
}

TEST(SettingsTest, QuotedEmptyTextIsAValue) {
  const Settings settings = parse("[system.e]\nconnector=alpha\nurl=https://e\nprefix = \"\"\n");
  EXPECT_TRUE(settings.systems.at("e").options.has("prefix"));
  EXPECT_EQ(settings.systems.at("e").options.text("prefix"), "");
}

TEST(SettingsTest, WildcardTakesAnyRest) {
  const Settings settings = parse("[system.a]\nconnector=beta\nemail=m\npassword=p\nheader.X-Site = 7\n");
  EXPECT_EQ(settings.systems.at("a").options.text("header.X-Site"), "7");
}

TEST(SettingsTest, FileIsReadFromDisk) {
  const TempDir folder;
  const std::string file = (folder / "postern.ini").string();
  std::ofstream(file) << kGood;
  EXPECT_EQ(Settings::load(file, fakeRegistry()).systems.size(), 2U);
  for (const std::string& bad : {folder.path().string(), (folder / "not-there.ini").string()}) {
    try {
      Settings::load(bad, fakeRegistry());
      ADD_FAILURE() << bad;
    } catch (const ConfigError& error) {
      EXPECT_STREQ(error.code(), "PST-1001");
      EXPECT_EQ(error.place(), bad);
    }
  }
  std::ofstream(file) << std::string(2'000'000, '\n');
  EXPECT_THROW(Settings::load(file, fakeRegistry()), ConfigError);
}

TEST(SettingsTest, EveryPrefixOfAGoodFileParsesOrIsAConfigError) {
  for (std::size_t length = 0; length <= kGood.size(); ++length) {
    try {
      parse(kGood.substr(0, length));
    } catch (const ConfigError&) {
    }
  }
}

TEST(SettingsTest, DamagedFilesParseOrAreAConfigError) {
  std::mt19937 random(4711);
  const std::string alphabet = "[]=;#\". \n\r\tagentsystemlinkfields1-_\xC3\xA4\xFF";
  for (int round = 0; round < 3'000; ++round) {
    std::string text = round % 2 == 0 ? kGood : std::string(random() % 200, ' ');
    const std::size_t changes = round % 2 == 0 ? 1 + random() % 5 : text.size();
    for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
      const bool any = round % 3 == 0;
      text[random() % text.size()] = any ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    }
    try {
      parse(text);
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.place(), testing::StartsWith("/etc/postern.ini:"));
      EXPECT_FALSE(error.cause(Language::De).empty());
    }
  }
}

TEST(IniValueTest, WrittenValueIsReadBack) {
  for (const std::string value :
       {"a", "a b", "a;b", "a ;b", "\"a\"", " a ", "#a", ";", "a\t# b", "C:\\x\\", "a\"b", ""}) {
    const auto sections = parseIni("[s]\nkey = " + iniValue(value) + " ; comment\n", "f");
    EXPECT_EQ(sections.at(0).entries.at(0).value, value);
  }
}

TEST(NearestTest, FindsTypingSlipsOnly) {
  const std::vector<std::string> known{"interval", "flows", "erp", "app"};
  EXPECT_EQ(nearest("intreval", known), "interval");
  EXPECT_EQ(nearest("INTERVAL", known), "interval");
  EXPECT_EQ(nearest("flow", known), "flows");
  EXPECT_EQ(nearest("epr", known), "erp");
  EXPECT_EQ(nearest("xyz", known), "");
  EXPECT_EQ(nearest("a", known), "") << "two letters missing of three";
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'e'), known), "");
}

TEST(MakeSectionTest, FillsDefaultsAndChecks) {
  const auto options = fakeRegistry().connector("alpha")->options;
  const Section section = makeSection("erp", options, {{"url", "http://x"}, {"slots", "7"}});
  EXPECT_EQ(section.name(), "erp");
  EXPECT_EQ(section.place(), "");
  EXPECT_EQ(section.placeOf("slots"), "");
  EXPECT_EQ(section.integer("slots"), 7);
  EXPECT_EQ(section.text("method"), "post");
  EXPECT_THROW(makeSection("erp", options), ConfigError) << "url is required";
  EXPECT_THROW(makeSection("erp", options, {{"url", "http://x"}, {"slots", "17"}}), ConfigError);
  EXPECT_THROW(makeSection("erp", options, {{"url", "http://x"}, {"slot", "1"}}), ConfigError);
}

TEST(OptionTablesTest, EveryDefaultOfTheCommonTablesIsAllowed) {
  for (const auto table : {agentOptions(), commonSystemOptions(), commonLinkOptions()}) {
    std::map<std::string, std::string> values;
    for (const Option& option : table) {
      const std::string def = option.def;
      if (!def.empty()) values[option.key] = def;
      if (option.required) values[option.key] = "x";
    }
    EXPECT_NO_THROW(makeSection("x", table, values));
  }
}

}  // namespace
}  // namespace postern
