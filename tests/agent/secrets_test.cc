#include "agent/secrets.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "agent/connector.h"
#include "agent/machine_seal.h"
#include "tests/support/fake_registry.h"
#include "tests/support/let_others_read.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct SecretStoreTest : testing::Test {
  TempDir temporary;
  const fs::path& folder = temporary.path();
  fs::path credentials = folder / "credentials";
  fs::path storeFile = folder / "secrets.json";
  fs::path keyFile = folder / "secrets.key";
  SecretStore store{folder, {}};

  SecretStoreTest() { fs::create_directories(credentials); }

  static std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  static void write(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  }
};

/// The code of the ConfigError that `call` throws; "" when it throws none.
template <class Call>
std::string codeOf(Call call) {
  try {
    call();
  } catch (const ConfigError& error) {
    for (const Language language : {Language::En, Language::De, Language::Nl}) {
      EXPECT_THAT(error.cause(language) + error.remedy(language), Not(HasSubstr("hunter2")));
    }
    return error.code();
  }
  return {};
}

#ifdef _WIN32
constexpr const char* kBadKey = "PST-1400";  // the machine's seal does not open
#else
constexpr const char* kBadKey = "PST-1103";
#endif

TEST_F(SecretStoreTest, SetSecretsAreGotListedAndRemoved) {
  EXPECT_THAT(store.list(), testing::IsEmpty());
  store.set("erp-token", "hunter2");
  store.set("app.password_1", "Größe ✓ \"'\\");
  store.set("erp-token", "hunter2-new");
  EXPECT_EQ(store.get("erp-token"), "hunter2-new");
  EXPECT_EQ(store.get("app.password_1"), "Größe ✓ \"'\\");
  EXPECT_THAT(store.list(), ElementsAre("app.password_1", "erp-token"));
  EXPECT_EQ(SecretStore(folder, {}).get("erp-token"), "hunter2-new") << "another process";
  EXPECT_TRUE(store.remove("erp-token"));
  EXPECT_FALSE(store.remove("erp-token"));
  EXPECT_THAT(store.list(), ElementsAre("app.password_1"));
  EXPECT_EQ(codeOf([&] { store.get("erp-token"); }), "PST-1101");
}

TEST_F(SecretStoreTest, FilesAreClosedToOthersAndHoldNoPlainValue) {
  store.set("erp-token", "hunter2");
  EXPECT_FALSE(isOpenToOthers(storeFile));
  EXPECT_FALSE(isOpenToOthers(keyFile));
  EXPECT_EQ(openFromMachine(read(keyFile)).value_or("").size(), 32U);
  EXPECT_THAT(read(storeFile), Not(HasSubstr("hunter2")));
}

TEST_F(SecretStoreTest, SameValueNeverLooksTheSame) {
  store.set("a", "hunter2");
  const auto first = nlohmann::json::parse(read(storeFile));
  store.set("b", "hunter2");
  const auto second = nlohmann::json::parse(read(storeFile));
  EXPECT_NE(second["secrets"]["a"]["data"], second["secrets"]["b"]["data"]);
  EXPECT_NE(first["secrets"]["a"]["nonce"], second["secrets"]["a"]["nonce"]);
}

TEST_F(SecretStoreTest, BadNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("../secrets.key"), std::string(".hidden"), std::string("ü"),
        std::string("a/b"), std::string("a\nb"), std::string(65, 'a')}) {
    EXPECT_EQ(codeOf([&] { store.set(name, "x"); }), "PST-1100") << name;
    EXPECT_EQ(codeOf([&] { store.get(name); }), "PST-1100") << name;
    EXPECT_EQ(codeOf([&] { store.remove(name); }), "PST-1100") << name;
  }
  EXPECT_EQ(codeOf([&] { store.set(std::string(64, 'a'), "x"); }), "");
}

TEST_F(SecretStoreTest, ValuesThatAreNotOneLineOfTextAreRefused) {
  for (const char* value : {"", "two\nlines", "end\n", "tab\there", "\xFF\xFE", "\x7F"}) {
    EXPECT_EQ(codeOf([&] { store.set("name", value); }), "PST-1109") << value;
  }
  EXPECT_EQ(codeOf([&] { store.set("name", std::string_view("a\0b", 3)); }), "PST-1109");
}

TEST_F(SecretStoreTest, CredentialsOfSystemdComeFirst) {
  store.set("erp-token", "of the store");
  const SecretStore both(folder, credentials);
  EXPECT_EQ(both.get("erp-token"), "of the store");
  write(credentials / "erp-token", "of systemd\n");
  EXPECT_EQ(both.get("erp-token"), "of systemd");
  write(credentials / "erp-token", "of systemd\r\n");
  EXPECT_EQ(both.get("erp-token"), "of systemd");
  write(credentials / "erp-token", "of systemd");
  EXPECT_EQ(both.get("erp-token"), "of systemd");
  write(credentials / "erp-token", "two\nlines\n");
  EXPECT_EQ(codeOf([&] { both.get("erp-token"); }), "PST-1109");
  write(credentials / "erp-token", "\n");
  EXPECT_EQ(codeOf([&] { both.get("erp-token"); }), "PST-1109");
  fs::remove(credentials / "erp-token");
  fs::create_directory(credentials / "erp-token");
  EXPECT_EQ(codeOf([&] { both.get("erp-token"); }), "PST-1107") << "unreadable is not the same as absent";
}

TEST_F(SecretStoreTest, CredentialNeedsNoStore) {
  write(credentials / "erp-token", "of systemd\n");
  EXPECT_EQ(SecretStore(folder / "not-there", credentials).get("erp-token"), "of systemd");
}

TEST_F(SecretStoreTest, SwappedEntriesAreDamage) {
  store.set("a", "hunter2-a");
  store.set("b", "hunter2-b");
  auto json = nlohmann::json::parse(read(storeFile));
  std::swap(json["secrets"]["a"], json["secrets"]["b"]);
  write(storeFile, json.dump() + "\n");
  EXPECT_EQ(codeOf([&] { store.get("a"); }), "PST-1102");
}

TEST_F(SecretStoreTest, RenamedAndDoubledEntriesAreDamage) {
  store.set("a", "hunter2-a");
  auto json = nlohmann::json::parse(read(storeFile));
  json["secrets"]["c"] = json["secrets"]["a"];
  write(storeFile, json.dump() + "\n");
  EXPECT_EQ(codeOf([&] { store.get("c"); }), "PST-1102");
  EXPECT_EQ(codeOf([&] { store.list(); }), "PST-1102");
}

TEST_F(SecretStoreTest, FlippedBitsAtAnyByteOfTheStoreAreNoticed) {
  store.set("b", "hunter2-b");
  store.set("c", "hunter2-c");
  const std::string good = read(storeFile);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int bit : {0, 5}) {  // 5: upper and lower case
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      write(storeFile, bad);
      const std::string code = codeOf([&] { store.get("b"); });
      EXPECT_TRUE(code == "PST-1102" || code == "PST-1103") << "byte " << i << " bit " << bit << " " << code;
    }
  }
  write(storeFile, good);
  EXPECT_EQ(store.get("b"), "hunter2-b");
}

TEST_F(SecretStoreTest, BitsThatBase64DoesNotUseAreNoticed) {
  store.set("b", "hunter2-b");
  auto json = nlohmann::json::parse(read(storeFile));
  std::string tag = json["secrets"]["b"]["tag"];
  ASSERT_THAT(tag, testing::EndsWith("=="));
  ++tag[tag.size() - 3];  // A, Q, g or w: the next letter decodes to the same byte
  json["secrets"]["b"]["tag"] = tag;
  write(storeFile, json.dump() + "\n");
  EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1102");
}

TEST_F(SecretStoreTest, FlippedBitAtAnyByteOfTheKeyIsAWrongKey) {
  store.set("b", "hunter2-b");
  const std::string good = read(keyFile);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    // What DPAPI does not look at is no part of the key.
    if (const auto opened = openFromMachine(bad); opened && opened == openFromMachine(good)) continue;
    write(keyFile, bad);
    EXPECT_EQ(codeOf([&] { store.get("b"); }), kBadKey);
    EXPECT_EQ(codeOf([&] { store.set("d", "x"); }), kBadKey) << "nothing is overwritten";
  }
}

TEST_F(SecretStoreTest, CutOrForeignStoresAreDamage) {
  store.set("b", "hunter2-b");
  const std::string good = read(storeFile);
  for (std::size_t length = 0; length < good.size(); ++length) {
    write(storeFile, good.substr(0, length));
    EXPECT_EQ(codeOf([&] { store.list(); }), "PST-1102") << length;
  }
  for (const char* foreign : {"null\n", "[]\n", "{}\n", "1\n",
                              R"({"key":1,"secrets":{},"version":1})"
                              "\n",
                              R"({"key":"","secrets":[],"version":2})"
                              "\n"}) {
    write(storeFile, foreign);
    EXPECT_EQ(codeOf([&] { store.list(); }), "PST-1102") << foreign;
    EXPECT_EQ(codeOf([&] { store.set("x", "y"); }), "PST-1102") << foreign;
    EXPECT_EQ(read(storeFile), foreign) << "a damaged store is not replaced";
  }
}

TEST_F(SecretStoreTest, KeyThatOthersMayReadIsRefused) {
  store.set("b", "hunter2-b");
  for (const bool all : {false, true}) {
    letOthersRead(keyFile, all);
    EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1106");
    EXPECT_EQ(codeOf([&] { store.set("c", "x"); }), "PST-1106");
    protectAgain(keyFile);
  }
  EXPECT_EQ(store.get("b"), "hunter2-b");
}

TEST_F(SecretStoreTest, MissingAndDamagedKeysAreToldApart) {
  store.set("b", "hunter2-b");
  write(keyFile, sealForMachine(std::string(31, 'k')));
  EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1105");
  fs::remove(keyFile);
  EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1104");
  EXPECT_EQ(codeOf([&] { store.set("c", "x"); }), "PST-1104");
  EXPECT_FALSE(fs::exists(keyFile)) << "no new key beside an old store";
}

TEST_F(SecretStoreTest, UnreadableFilesAreToldApartFromAbsentOnes) {
  fs::create_directory(storeFile);
  EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1107");
  fs::remove(storeFile);
  store.set("b", "hunter2-b");
  fs::remove(keyFile);
  fs::create_directory(keyFile);
  EXPECT_EQ(codeOf([&] { store.get("b"); }), "PST-1107");
}

TEST_F(SecretStoreTest, MissingFolderIsSaid) {
  SecretStore nowhere(folder / "not-there", {});
  EXPECT_EQ(codeOf([&] { nowhere.set("b", "hunter2-b"); }), "PST-1108");
}

TEST_F(SecretStoreTest, ErrorsNameTheFile) {
  store.set("b", "hunter2-b");
  write(storeFile, "{");
  try {
    store.get("b");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), storeFile.string());
  }
}

struct Killed {};

TEST_F(SecretStoreTest, KillAfterAnyStepLeavesTheOldOrTheNewSecret) {
  for (const bool fresh : {true, false}) {  // a fresh store writes its key first
    for (int killAt = 0, done = 0; done == 0; ++killAt) {
      fs::remove(storeFile);
      fs::remove(keyFile);
      if (!fresh) store.set("b", "old");
      int steps = 0;
      SecretStore dying(folder, {}, [&](std::string_view) {
        if (steps++ == killAt) throw Killed();
      });
      try {
        dying.set("b", "new");
        done = 1;
        EXPECT_EQ(killAt, fresh ? 8 : 4) << "steps";
      } catch (const Killed&) {
      }
      const std::string code = codeOf([&] { EXPECT_THAT(store.get("b"), testing::AnyOf("old", "new")); });
      EXPECT_EQ(code, fresh && killAt < 7 ? "PST-1101" : "") << killAt;
      if (code.empty()) {
        const bool renamed = killAt >= (fresh ? 7 : 3);
        EXPECT_EQ(store.get("b"), renamed ? "new" : "old") << killAt;
      }
      store.set("b", "next");
      EXPECT_EQ(store.get("b"), "next") << "what the kill left does not matter";
    }
  }
}

TEST_F(SecretStoreTest, ResolveReplacesReferencesAndLeavesTheRest) {
  store.set("erp-token", "hunter2");
  const auto options = fakeRegistry().connector("alpha")->options;
  const Section section = makeSection(
      "erp", options,
      {{"url", "http://erp"}, {"token", "secret:erp-token"}, {"token.customers", "plain"}, {"company", "secret:x"}});
  const Section resolved = store.resolve(section, options);
  EXPECT_EQ(resolved.text("token"), "hunter2");
  EXPECT_EQ(resolved.text("token.customers"), "plain");
  EXPECT_EQ(resolved.text("company"), "secret:x") << "not a Secret option";
  EXPECT_EQ(section.text("token"), "secret:erp-token");
}

TEST_F(SecretStoreTest, ResolveNamesThePlaceOfTheSetting) {
  const Settings settings =
      Settings::parse("[system.erp]\nconnector=alpha\nurl=http://e\ntoken=secret:nope\n", "x.ini", fakeRegistry());
  try {
    store.resolve(settings.systems.at("erp").options, fakeRegistry().connector("alpha")->options);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.code(), "PST-1101");
    EXPECT_EQ(error.place(), "x.ini:4");
    EXPECT_EQ(error.remedy(Language::En), "Store it with 'postern secret set nope'.");
  }
}

TEST(SecretNameTest, TellsReferencesFromPlainValues) {
  EXPECT_EQ(secretName("secret:a"), "a");
  EXPECT_EQ(secretName("Secret:a"), std::nullopt);
  EXPECT_TRUE(isPlain("hunter2"));
  EXPECT_FALSE(isPlain("secret:a"));
  EXPECT_FALSE(isPlain(""));
}

TEST(RedactorTest, TakesSecretsOutInEveryForm) {
  Redactor redactor;
  redactor.add("p&ss \"w\"/ö");
  EXPECT_EQ(redactor.clean("x p&ss \"w\"/ö y"), "x *** y");
  EXPECT_EQ(redactor.clean("https://e?p=p%26ss%20%22w%22%2F%C3%B6&q"), "https://e?p=***&q");
  EXPECT_EQ(redactor.clean(R"({"p":"p&ss \"w\"/ö"})"), R"({"p":"***"})");
}

TEST_F(SecretStoreTest, RenewalIsStoredBeforeItIsHandedOn) {
  store.set("refresh", "old");
  const auto renewed = store.renew("refresh", [&](const std::string& stored) -> Result<std::string> {
    EXPECT_EQ(stored, "old");
    return "new";
  });
  EXPECT_EQ(renewed.value(), "new");
  EXPECT_EQ(SecretStore(folder, {}).get("refresh"), "new");
}

TEST_F(SecretStoreTest, FailedRenewalLeavesTheOldSecret) {
  store.set("refresh", "old");
  const Message words{"PST-0000", {"no", "nein", "nee"}, {"", "", ""}};
  const auto failed =
      store.renew("refresh", [&](const std::string&) -> Result<std::string> { return fail(Fault::Auth, words); });
  EXPECT_FALSE(failed.has_value());
  EXPECT_EQ(store.get("refresh"), "old");
  EXPECT_EQ(codeOf([&] { (void)store.renew("other", [](const std::string& s) { return s; }); }), "PST-1101");
}

TEST_F(SecretStoreTest, RenewalsOfSeveralThreadsFormAChain) {
  store.set("count", "0");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      SecretStore own(folder, {});
      for (int n = 0; n < 5; ++n) {
        (void)own.renew("count",
                        [](const std::string& s) -> Result<std::string> { return std::to_string(std::stoi(s) + 1); });
      }
    });
  }
  threads.clear();
  EXPECT_EQ(store.get("count"), "20");
}

TEST_F(SecretStoreTest, CredentialOfSystemdIsOnlyTheFirstLink) {
  write(credentials / "refresh", "first");
  SecretStore own(folder, credentials);
  const auto next = [](const std::string& s) -> Result<std::string> { return s + "+"; };
  EXPECT_EQ(own.renew("refresh", next).value(), "first+");
  EXPECT_EQ(own.renew("refresh", next).value(), "first++");
}

TEST(RedactorTest, LongerSecretsGoFirst) {
  Redactor redactor;
  redactor.add("hunter2");
  redactor.add("hunter2-long");
  EXPECT_EQ(redactor.clean("hunter2-long hunter2 hunter2hunter2"), "*** *** ******");
}

TEST(RedactorTest, ShortAndStarSecretsDoNoHarm) {
  Redactor redactor;
  redactor.add("");
  redactor.add("abc");
  redactor.add("****");
  EXPECT_EQ(redactor.clean("abc ********"), "abc ******");
}

TEST(RedactorTest, KnowsTheSecretsOfASection) {
  const auto options = fakeRegistry().connector("beta")->options;
  const Section section = makeSection("app", options, {{"email", "mail@example"}, {"password", "hunter2"}});
  Redactor redactor;
  redactor.addSecrets(section, options);
  EXPECT_EQ(redactor.clean("mail@example hunter2"), "mail@example ***");
}

}  // namespace
}  // namespace postern
