// conf/postern.ini, and the option tables of everything that is compiled in.

#include <gmock/gmock.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent/connector.h"
#include "agent/settings.h"
#include "connectors/registry.h"
#include "tests/support/reference_text.h"

namespace postern {
namespace {

constexpr Language kLanguages[] = {Language::En, Language::De, Language::Nl};

TEST(ReferenceTest, CommittedFileIsTheReference) {
  const auto file = std::filesystem::path(POSTERN_SOURCE_DIR) / "conf/postern.ini";
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, settingsReference(registry(), Language::En))
      << "after a change of an option: postern config reference > conf/postern.ini";
}

TEST(ReferenceTest, ReferenceParsesInEveryLanguage) {
  for (const Language language : kLanguages) {
    EXPECT_NO_THROW(Settings::parse(settingsReference(registry(), language), "reference.ini", registry()));
  }
}

/// The option tables alone: an example such as insert.NAME is no field of anybody's.
Registry withoutOwnJudgement() {
  static std::deque<ConnectorInfo> infos;
  Registry out = registry();
  for (const ConnectorInfo*& info : out.connectors) {
    infos.push_back(*info);
    infos.back().checkSettings = nullptr;
    infos.back().grantedSecret = nullptr;
    info = &infos.back();
  }
  static std::deque<LinkInfo> links;
  for (const LinkInfo*& info : out.links) {
    links.push_back(*info);
    links.back().make = [](const Section&, const std::string&) { return std::unique_ptr<Rules>(); };
    info = &links.back();
  }
  return out;
}

TEST(ReferenceTest, EveryDefaultAndExampleIsAllowed) {
  const Registry tables = withoutOwnJudgement();
  for (const Language language : kLanguages) {
    const std::string text = withEverySettingActive(settingsReference(registry(), language));
    try {
      const Settings settings = Settings::parse(text, "reference.ini", tables);
      EXPECT_EQ(settings.systems.size(), registry().connectors.size());
      EXPECT_EQ(settings.links.size(), registry().links.size());
    } catch (const ConfigError& error) {
      ADD_FAILURE() << error.place() << ": " << error.cause(Language::En) << "\n" << text;
    }
  }
}

}  // namespace
}  // namespace postern
