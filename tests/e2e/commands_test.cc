// The command line: help, --json, settings errors, secrets, check, plan, config show.

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

struct CommandsTest : Site {};

TEST_F(CommandsTest, EveryCommandOfTheTableHasHelp) {
  const auto help = runToEnd({.arguments = {"--help"}});
  EXPECT_EQ(help.code, 0);
  for (const char* name : {"run", "sync", "plan", "apply", "verify", "approve", "check", "status", "queue", "explain",
                           "secret", "config", "version"}) {
    EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + name)) << name;
    for (const char* option : {"--help", "-h"}) {
      const auto one = runToEnd({.arguments = {name, option}});
      EXPECT_EQ(one.code, 0) << name << one.all();
      EXPECT_THAT(one.out, StartsWith("Usage: postern " + std::string(name)));
      EXPECT_EQ(one.err, "");
    }
  }
}

TEST_F(CommandsTest, WrongCommandLinesEndWithExitTwoAndASentence) {
  build();
  for (const auto& words : std::vector<std::vector<std::string>>{{"fly"},
                                                                 {"sync", "--fast"},
                                                                 {"sync", "main", "more"},
                                                                 {"sync", "other"},
                                                                 {"plan", "other"},
                                                                 {"sync", "--flow", "nonsense"},
                                                                 {"check", "other"},
                                                                 {"secret"},
                                                                 {"secret", "set"},
                                                                 {"config"},
                                                                 {"config", "eat"},
                                                                 {"queue", "list", "--limit", "x"}}) {
    const auto ended = run(words);
    EXPECT_EQ(ended.code, 2) << words[0] << '\n' << ended.all();
    EXPECT_NE(ended.err, "");
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }
  EXPECT_EQ(runToEnd({}).code, 2);
  EXPECT_EQ(runToEnd({.arguments = {"--config"}}).code, 2);
}

TEST_F(CommandsTest, BadSettingsEndWithExitTwoFileAndLine) {
  build();
  writeFile(ini(), "[agent]\nstate_dir = " + state().string() + "\nlangage = de\n");
  for (const auto& words : std::vector<std::vector<std::string>>{{"sync"},
                                                                 {"run"},
                                                                 {"plan"},
                                                                 {"check"},
                                                                 {"status"},
                                                                 {"queue", "list"},
                                                                 {"secret", "list"},
                                                                 {"config", "check"},
                                                                 {"config", "show"}}) {
    const auto ended = run(words);
    EXPECT_EQ(ended.code, 2) << words[0] << '\n' << ended.all();
    EXPECT_THAT(ended.err, StartsWith(ini().string() + ":3: PST-1"));
    EXPECT_THAT(ended.err, HasSubstr("language"));
  }
  const auto missing = runToEnd({.arguments = {"--config", (dir_.path() / "no.ini").string(), "sync"}});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("no.ini"));
}

TEST_F(CommandsTest, JsonOutputsParse) {
  build();
  ASSERT_EQ(sync().code, 0);
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"status"}, {"queue", "list"}, {"check"}, {"check", "erp"}, {"plan"}, {"sync"}, {"secret", "list"}}) {
    const auto parsed = json(words);
    EXPECT_FALSE(parsed.is_discarded()) << words[0];
  }
  const auto report = json({"sync"});
  EXPECT_EQ(report["link"], "main");
  EXPECT_EQ(report["parked"], 0);
}

TEST_F(CommandsTest, AdminsLanguageIsSpoken) {
  build();
  set("agent", "language", "de");
  writeIni();
  const auto ended = sync();
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("Änderungen zugestellt"));
  EXPECT_THAT(run({"status"}).out, HasSubstr("Der Dienst läuft nicht."));
  EXPECT_THAT(run({"queue", "list"}).out, HasSubstr("leer"));
  set("agent", "language", "nl");
  writeIni();
  EXPECT_THAT(run({"status"}).out, HasSubstr("De dienst draait niet."));
}

TEST_F(CommandsTest, VersionAndReferenceNeedNoSettings) {
  const auto version = runToEnd({.arguments = {"version"}});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, HasSubstr("connector profacto"));
  EXPECT_EQ(runToEnd({.arguments = {"--version"}}).out, version.out);
  const auto reference = runToEnd({.arguments = {"config", "reference"}});
  EXPECT_EQ(reference.code, 0) << reference.all();
  EXPECT_THAT(reference.out, HasSubstr("confirmed_status"));
}

TEST_F(CommandsTest, SecretsWorkEndToEndAndAppearNowhere) {
  build();
  const std::string token = sim::ProfactoOptions::kCustomers;
  const auto stored = run({"secret", "set", "app-password"}, std::string(kPassword) + "\n");
  EXPECT_EQ(stored.code, 0) << stored.all();
  EXPECT_EQ(run({"secret", "set", "customers"}, token).code, 0);
  set("system.app", "password", "secret:app-password");
  set("system.erp", "token.customers", "secret:customers");
  set("agent", "log_level", "debug");
  writeIni();

  const auto ended = sync();

  EXPECT_EQ(ended.code, 0) << ended.all();
  expectBothSidesAgree();
  EXPECT_EQ(json({"secret", "list"}), Json({"app-password", "customers"}));
  std::string everything =
      ended.all() + stored.all() + run({"config", "show"}).all() + run({"status"}).all() + run({"check"}).all();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path())) {
    if (entry.is_regular_file()) everything += readFile(entry.path());
  }
  EXPECT_THAT(everything, Not(HasSubstr(kPassword)));
  EXPECT_THAT(everything, Not(HasSubstr(token)));

  EXPECT_EQ(run({"secret", "remove", "customers"}).code, 0);
  EXPECT_EQ(run({"secret", "remove", "customers"}).code, 1);
  const auto without = sync();
  EXPECT_EQ(without.code, 2) << without.all();
  EXPECT_THAT(without.err, HasSubstr("customers"));
}

TEST_F(CommandsTest, SecretValueIsNeverTakenFromTheCommandLine) {
  build();
  const auto ended = run({"secret", "set", "app-password", "in-the-open"});
  EXPECT_EQ(ended.code, 2) << ended.all();
  EXPECT_EQ(run({"secret", "set", "app-password"}).code, 2) << "no value";
  EXPECT_EQ(json({"secret", "list"}), Json::array());
}

TEST_F(CommandsTest, SecretsOfSystemdsDirectoryAreUsed) {
  build();
  const auto credentials = dir_.path() / "credentials";
  std::filesystem::create_directories(credentials);
  writeFile(credentials / "app-password", std::string(kPassword) + "\n");
  set("system.app", "password", "secret:app-password");
  writeIni();
  auto start = startOf({"sync"});
  start.environment = {{"CREDENTIALS_DIRECTORY", credentials.string()}};
  const auto ended = runToEnd(start);
  EXPECT_EQ(ended.code, 0) << ended.all();
  expectBothSidesAgree();
}

TEST_F(CommandsTest, CheckIsGoodOnAGoodSiteAndSaysHowToMovePlainSecrets) {
  build();
  const auto plain = run({"check"});
  EXPECT_EQ(plain.code, 1) << plain.all();
  EXPECT_THAT(plain.out, HasSubstr("postern secret set app-password"));
  EXPECT_THAT(plain.out, Not(HasSubstr("BAD")));
  EXPECT_THAT(plain.out, Not(HasSubstr(kPassword)));
  EXPECT_EQ(app_->counts().writes, 0);

  for (const char* key : {"token.customers", "token.projects", "token.articles"}) {
    for (const auto& [section, entries] : sections_) {
      for (const auto& [name, value] : entries) {
        if (name != key) continue;
        ASSERT_EQ(run({"secret", "set", key}, value).code, 0);
      }
    }
    set("system.erp", key, std::string("secret:") + key);
  }
  ASSERT_EQ(run({"secret", "set", "pw"}, kPassword).code, 0);
  set("system.app", "password", "secret:pw");
  writeIni();
  const auto good = run({"check"});
  EXPECT_EQ(good.code, 0) << good.all();
}

TEST_F(CommandsTest, CheckEndsWithExitThreeForAWrongPasswordAndSaysTheRemedy) {
  build();
  set("system.app", "password", "falsch-4712");
  writeIni();
  for (const auto& words : std::vector<std::vector<std::string>>{{"check"}, {"check", "app"}}) {
    const auto ended = run(words);
    EXPECT_EQ(ended.code, 3) << ended.all();
    EXPECT_THAT(ended.out, HasSubstr("PST-4"));
    EXPECT_THAT(ended.out, HasSubstr("password"));
    EXPECT_THAT(ended.all(), Not(HasSubstr("falsch-4712")));
  }
  EXPECT_NE(run({"check", "erp"}).code, 3);
  const auto ended = sync();
  EXPECT_EQ(ended.code, 3) << ended.all();
  EXPECT_LE(app_->logins(), 0);
}

TEST_F(CommandsTest, CheckNamesAFieldTheErpDoesNotHave) {
  build();
  set("fields.erp", "project.delivery_date", "Liefertermin");
  writeIni();
  const auto ended = run({"check", "erp"});
  EXPECT_EQ(ended.code, 3) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("project.delivery_date"));
  const auto unreachable = [&] {
    app_->stop();
    return run({"check", "app"});
  }();
  EXPECT_EQ(unreachable.code, 3) << unreachable.all();
}

TEST_F(CommandsTest, StatusTellsByItsCodeWhoHasToAct) {
  build();
  ASSERT_EQ(sync().code, 0);
  EXPECT_EQ(run({"status"}).code, 0) << run({"status"}).all();
  const auto good = sections_;
  set("system.app", "url", "http://127.0.0.1:1");
  writeIni();
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  EXPECT_EQ(sync().code, 3);
  EXPECT_EQ(run({"status"}).code, 3) << "a system is out of reach";
  sections_ = good;
  writeIni();
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(run({"status"}).code, 0);

  query(
      "INSERT OR REPLACE INTO health(part,level,code,reason,since,at,note) "
      "VALUES('main/app/read',2,'PST-2002','',0,strftime('%s'),'')");
  EXPECT_EQ(run({"status"}).code, 3) << "the app cannot be read";
  query("DELETE FROM health WHERE part='main/app/read'");
  query("INSERT INTO health(part,level,code,reason,since,at,note) VALUES('gone/app',2,'PST-2002','',0,0,'')");
  const auto taken = run({"status"});
  EXPECT_EQ(taken.code, 0) << "a link that was taken out of the settings is nobody's matter";
  EXPECT_THAT(taken.out, Not(HasSubstr("gone/app")));

  query("UPDATE health SET at=at-7200");
  const auto silent = run({"status"});
  EXPECT_EQ(silent.code, 1) << "nobody runs, and nothing was read for two hours";
  EXPECT_THAT(silent.out, HasSubstr("nothing was read since"));
}

TEST_F(CommandsTest, CheckGivesASettingsFaultItsOwnRemedy) {
  build();
  set("system.app", "password", "secret:nobody-has-stored-it");
  writeIni();
  const auto ended = run({"check"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, HasSubstr("PST-1101"));
  EXPECT_THAT(ended.out, HasSubstr("postern secret set"));
}

TEST_F(CommandsTest, SettingsErrorsSpeakTheLanguageOfTheSettings) {
  build();
  set("agent", "language", "de");
  set("system.app", "passwort", "x");
  writeIni();
  EXPECT_THAT(run({"status"}).err, HasSubstr("Der Schlüssel"));
  EXPECT_THAT(run({"config", "reference"}).out, HasSubstr("alle Einstellungen"));
}

TEST_F(CommandsTest, PlanSaysWhenItWritesNoFile) {
  build();
  set("system.app", "url", "http://127.0.0.1:1");
  writeIni();
  const auto file = (dir_.path() / "plan.json").string();
  const auto ended = run({"plan", "main", "--out", file});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("PST-1346"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(CommandsTest, PlanDeliversNothingAndListsWhatSyncThenDoes) {
  build();

  const auto plan = run({"plan", "--json"});

  EXPECT_EQ(plan.code, 1) << plan.all();
  EXPECT_EQ(app_->counts().writes, 0);
  std::multiset<std::pair<std::string, std::string>> planned, done;
  std::istringstream lines(plan.out);
  for (std::string line; std::getline(lines, line);) {
    const auto change = Json::parse(line);
    EXPECT_EQ(change["create"], true);
    planned.emplace(change["kind"], change["key"]);
  }
  ASSERT_EQ(sync().code, 0);
  const std::map<std::string, std::string> kinds = {{"/articles", "article"},
                                                    {"/customers", "customer"},
                                                    {"/customers/addresses", "address"},
                                                    {"/projects", "project"},
                                                    {"/assignments", "appointment"}};
  for (const auto& write : app_->writes()) done.emplace(kinds.at(write.path), write.body["source_external_id"]);
  EXPECT_EQ(planned, done);

  const auto nothing = run({"plan"});
  EXPECT_EQ(nothing.code, 0) << nothing.all();
  EXPECT_THAT(nothing.out, HasSubstr("nothing to do"));
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  const auto one = run({"plan"});
  EXPECT_EQ(one.code, 1) << one.all();
  EXPECT_THAT(one.out, HasSubstr("-> \"Neustadt\""));
  EXPECT_THAT(one.out, HasSubstr("deliver: 1 (0 new, 1 updates)"));
  app_->forgetWrites();
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->writes().size(), 1u) << "the plan marked nothing as seen";
  for (const auto& entry : std::filesystem::directory_iterator(state())) {
    EXPECT_THAT(entry.path().filename().string(), Not(StartsWith("plan")));
  }
}

TEST_F(CommandsTest, OneFlowAloneIsSynchronised) {
  build();
  EXPECT_EQ(sync({"--flow", "articles"}).code, 0);
  EXPECT_EQ(app_->count("articles"), static_cast<std::int64_t>(erp_->size("Artikel")));
  EXPECT_EQ(app_->count("customers"), 0);
  EXPECT_EQ(sync({"main", "--full"}).code, 0);
  expectBothSidesAgree();
}

TEST_F(CommandsTest, FlowThatIsSwitchedOnLaterBringsEverything) {
  build();
  set("link.main", "flows", "customers");
  writeIni();
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->count("projects"), 0);
  set("link.main", "flows", "");
  writeIni();
  const auto ended = sync();
  EXPECT_EQ(ended.code, 0) << ended.all();
  expectBothSidesAgree();
}

TEST_F(CommandsTest, ConfigShowHidesSecrets) {
  build();
  const auto shown = run({"config", "show"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, HasSubstr("email = sync@tischlerei.example"));
  EXPECT_THAT(shown.out, HasSubstr("password = ***"));
  EXPECT_THAT(shown.out, Not(HasSubstr(kPassword)));
  for (const char* token :
       {sim::ProfactoOptions::kCustomers, sim::ProfactoOptions::kProjects, sim::ProfactoOptions::kArticles}) {
    EXPECT_THAT(shown.out, Not(HasSubstr(token)));
  }
}

}  // namespace
}  // namespace postern::e2e
