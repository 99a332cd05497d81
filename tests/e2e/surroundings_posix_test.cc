// What a shell, a full disk, a terminal or somebody else on the machine puts around the program.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

struct SurroundingsTest : Site {
  /// sh -c LINE, in which $P is the program with its --config; stdout and stderr together unless LINE says otherwise.
  Ended shell(const std::string& line) const {
    const auto out = dir_.path() / "shell.out";
    const auto script = dir_.path() / "shell.sh";
    writeFile(script, "P='" + program().string() + " --config " + ini().string() + "'\ncd '" + dir_.path().string() +
                          "'\nexec >shell.out 2>&1\n" + line + '\n');
    const int status = std::system(("timeout -k 5 60 sh '" + script.string() + '\'').c_str());
    Ended ended;
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ended.out = readFile(out);
    return ended;
  }
};

TEST_F(SurroundingsTest, OutputThatCannotBeWrittenIsNoSuccess) {
  build();
  for (const char* command : {"config reference", "config show", "version", "--help", "secret list --json"}) {
    const auto ended = shell(std::string("$P ") + command + " >/dev/full");
    EXPECT_EQ(ended.code, 1) << command << ended.all();
    EXPECT_THAT(ended.out, HasSubstr("PST-1347")) << command;
  }
}

TEST_F(SurroundingsTest, SettingsMayComeThroughAPipe) {
  build();
  const auto good = shell("cat postern.ini | " + program().string() + " --config /dev/stdin config check");
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.out, HasSubstr("2 systems, 1 links")) << good.all();
  const auto bad = shell("echo garbage | " + program().string() + " --config /dev/stdin config check");
  EXPECT_EQ(bad.code, 2) << bad.all();
  const auto endless = shell("timeout 5 " + program().string() + " --config /dev/zero config check");
  EXPECT_EQ(endless.code, 2) << endless.all();
}

TEST_F(SurroundingsTest, ClosedStreamsGetNobodyElsesOutput) {
  build();
  const auto ended = shell("exec 2>&-; $P sync; wc -c <state/postern.lock");
  EXPECT_THAT(ended.out, HasSubstr("\n0\n")) << "the lock file is no log" << ended.all();
}

TEST_F(SurroundingsTest, SecretOfSeveralLinesIsRefusedNotCut) {
  build();
  const auto ended = shell("printf 'a\\nb\\n' | $P secret set several");
  EXPECT_EQ(ended.code, 2) << ended.all();
  EXPECT_THAT(ended.out, HasSubstr("PST-1109"));
  EXPECT_EQ(json({"secret", "list"}), nlohmann::json::array());
}

TEST_F(SurroundingsTest, AskingForASecretEndsWithItsSignal) {
  build();
  EXPECT_EQ(shell("sleep 3 | timeout -s INT 1 $P secret set x; echo ended").out, "ended\n");
  const auto endless = shell("timeout 5 $P secret set x </dev/zero");
  EXPECT_EQ(endless.code, 2) << endless.all();
}

TEST_F(SurroundingsTest, SecretOnTheCommandLineIsNotRepeated) {
  build();
  const auto ended = run({"secret", "set", "app-password", "in-the-open"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.all(), Not(HasSubstr("in-the-open")));
}

TEST_F(SurroundingsTest, LinksThatTheServicesAccountPlantedAreNotFollowed) {
  if (::geteuid() != 0) GTEST_SKIP() << "another's folder needs root";
  build();
  std::filesystem::create_directories(state());
  ASSERT_EQ(::chown(state().c_str(), 4711, 4711), 0);
  const auto victim = dir_.path() / "victim";
  for (const char* name : {"postern.lock", "postern.db", "secrets.json.lock"}) {
    std::filesystem::create_symlink(victim, state() / name);
    const auto ended = name[0] == 's' ? run({"secret", "set", "x"}, "value") : sync();
    EXPECT_NE(ended.code, 0) << name << ended.all();
    EXPECT_THAT(ended.err, HasSubstr(name)) << ended.all();
    EXPECT_FALSE(std::filesystem::exists(victim)) << name;
    std::filesystem::remove(state() / name);
  }
}

TEST_F(SurroundingsTest, FullDiskEndsAPassWithExitFourAndItsRemedy) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting needs root";
  build();
  ASSERT_EQ(sync().code, 0);
  const auto before = dir_.path() / "before";
  std::filesystem::rename(state(), before);
  std::filesystem::create_directories(state());
  const auto room = std::to_string(std::filesystem::file_size(before / "postern.db") + (100 << 10));
  if (std::system(("mount -t tmpfs -o size=" + room + " tmpfs '" + state().string() + "' 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "nothing can be mounted here";
  std::filesystem::copy(before / "postern.db", state() / "postern.db");
  const auto low = sync();
  const auto planned = run({"plan"});
  std::size_t copies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(state())) {
    copies += entry.path().filename().string().starts_with("postern.plan-") ? 1U : 0U;
  }
  static_cast<void>(std::system(("umount '" + state().string() + '\'').c_str()));
  EXPECT_EQ(low.code, 4) << low.all();
  EXPECT_THAT(low.err, HasSubstr("PST-7102")) << "before anything is half written";
  EXPECT_EQ(planned.code, 4) << planned.all();
  EXPECT_THAT(planned.err, HasSubstr("PST-6011"));
  EXPECT_EQ(copies, 0U) << "they keep the disk full";
}

TEST_F(SurroundingsTest, SettingsWithoutALinkAreSaidToDoNothing) {
  build();
  writeFile(ini(), "[agent]\nstate_dir = " + state().string() + '\n');
  for (const char* command : {"sync", "plan", "verify", "run"}) {
    const auto ended = run({command});
    EXPECT_EQ(ended.code, 2) << command << ended.all();
    EXPECT_THAT(ended.err, HasSubstr("PST-1112"));
  }
}

TEST_F(SurroundingsTest, StateFileThatIsForbiddenIsNotSaidToBeMissing) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs another user";
  build();
  ASSERT_EQ(sync().code, 0);
  ::chmod(state().c_str(), 0700);
  ::chmod(dir_.path().c_str(), 0755);
  ::chmod(ini().c_str(), 0644);
  auto start = startOf({"status"});
  start.withoutRights = true;
  const auto ended = runToEnd(start);
  if (ended.code == -1000 || ended.code == 127) GTEST_SKIP() << "the program is not readable for other users";
  EXPECT_EQ(ended.code, 4) << ended.all();
  EXPECT_THAT(ended.err, HasSubstr("PST-6001"));
}

TEST_F(SurroundingsTest, SyncBesideASyncThatEndsDoesThePassItself) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Slow, .delay = std::chrono::milliseconds{40}, .times = -1});
  Program first(startOf({"sync"}));
  ASSERT_TRUE(eventually(std::chrono::seconds{20}, [&] { return app_->writes().size() > 5; }));
  const auto second = sync();
  EXPECT_EQ(second.code, 0) << second.all();
  ASSERT_TRUE(first.waitFor(std::chrono::seconds{20}));
  EXPECT_EQ(duplicates(), 0);
  expectBothSidesAgree();
}

TEST_F(SurroundingsTest, SyncThatStopsWaitingForTheServiceIsNoSuccess) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Slow, .delay = std::chrono::milliseconds{300}, .times = -1});
  Program first(startOf({"sync"}));
  ASSERT_TRUE(eventually(std::chrono::seconds{20}, [&] { return !app_->writes().empty(); }));
  Program second(startOf({"sync"}));
  ASSERT_TRUE(eventually(std::chrono::seconds{20}, [&] { return !second.out().empty(); }));
  second.signal(SIGTERM);
  ASSERT_TRUE(second.waitFor(std::chrono::seconds{15}));
  EXPECT_EQ(second.code(), 1) << second.out();
}

TEST_F(SurroundingsTest, WhatOthersWroteIsShownNotObeyed) {
  build();
  ASSERT_EQ(sync().code, 0);
  query(
      "INSERT INTO outbox(link,system,kind,key,rank,desired,needs,version,state,blocked_on,attempts,not_before,"
      "queued_at,code,reason,detail) VALUES('main','main/app','customer','k'||char(10)||'forged',0,'{}','',1,4,'',1,"
      "0,0,'','',char(27)||'[2J')");
  const auto id = std::to_string(query("SELECT max(id) FROM outbox"));
  for (const auto& words : std::vector<std::vector<std::string>>{{"queue", "list"}, {"queue", "show", id}}) {
    const auto ended = run(words);
    EXPECT_EQ(ended.code, 0) << ended.all();
    EXPECT_THAT(ended.out, HasSubstr("k\\nforged"));
    EXPECT_THAT(ended.all(), Not(HasSubstr("\x1b"))) << ended.all();
  }
}

}  // namespace
}  // namespace postern::e2e
