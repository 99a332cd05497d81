// What an installation hands over: first settings and secrets.

#include "service/service_manager.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "agent/private_file.h"
#include "agent/secrets.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

struct ServiceManagerTest : testing::Test {
  TempDir folder;
  std::filesystem::path settings = folder / "postern.ini";

  std::filesystem::path file(const std::string& name, const std::string& content) const {
    std::ofstream(folder / name, std::ios::binary) << content;
    return folder / name;
  }
  static std::string content(const std::filesystem::path& from) {
    std::ifstream stream(from, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
};

TEST_F(ServiceManagerTest, HandedOverSettingsAreTakenOverOnce) {
  EXPECT_TRUE(writeFirstSettings(settings, file("first.ini", "[agent]\r\nlanguage = de\r\n")));
  EXPECT_EQ(content(settings), "[agent]\r\nlanguage = de\r\n");
  EXPECT_FALSE(isOpenToOthers(settings));
  EXPECT_FALSE(writeFirstSettings(settings, file("second.ini", "[agent]\r\n")));
  EXPECT_EQ(content(settings), "[agent]\r\nlanguage = de\r\n") << "what is there is never touched";
}

TEST_F(ServiceManagerTest, WithoutSettingsTheCommentedReferenceIsWritten) {
  EXPECT_TRUE(writeFirstSettings(settings, {}));
  EXPECT_THAT(content(settings), HasSubstr("state_dir"));
}

TEST_F(ServiceManagerTest, ReferenceThatNobodyEditedMakesWayForSettings) {
  EXPECT_TRUE(writeFirstSettings(settings, {}));
  EXPECT_FALSE(writeFirstSettings(settings, {}));
  EXPECT_TRUE(writeFirstSettings(settings, file("first.ini", "[agent]\nlanguage = de\n")));
  EXPECT_EQ(content(settings), "[agent]\nlanguage = de\n");
}

TEST_F(ServiceManagerTest, WrongSettingsAreNotTakenOver) {
  try {
    writeFirstSettings(settings, file("first.ini", "[agent]\nlanguage = xx\n"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.place(), EndsWith("first.ini:2"));
  }
  EXPECT_FALSE(std::filesystem::exists(settings)) << "so that mended ones can be handed over";
}

TEST_F(ServiceManagerTest, MissingFileToTakeOverIsNamed) {
  try {
    writeFirstSettings(settings, folder / "none.ini");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.code()), "PST-1401");
    EXPECT_THAT(error.cause(Language::En), HasSubstr("none.ini"));
  }
  EXPECT_FALSE(std::filesystem::exists(settings));
}

TEST_F(ServiceManagerTest, SecretsComeFromLinesOfNameAndValue) {
  const auto lines = file("secrets.txt", "\xEF\xBB\xBF# remark\r\nerp-token=a=b c\r\n\r\napp=Größe\n");
  EXPECT_EQ(importSecrets(lines, folder.path()), 2);
  const SecretStore store(folder.path(), {});
  EXPECT_THAT(store.list(), ElementsAre("app", "erp-token"));
  EXPECT_EQ(store.get("erp-token"), "a=b c");
  EXPECT_EQ(store.get("app"), "Größe");
}

TEST_F(ServiceManagerTest, LineThatIsNoSecretIsNamedWithoutItsText) {
  try {
    importSecrets(file("secrets.txt", "good=x\njust a password\n"), folder.path());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.code()), "PST-1402");
    EXPECT_THAT(error.place(), EndsWith("secrets.txt:2"));
    EXPECT_THAT(error.cause(Language::En), testing::Not(HasSubstr("just a password")));
  }
}

}  // namespace
}  // namespace postern
