// SIGHUP under a service manager: the process begins again with the new settings, or goes on with the old ones.

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "tests/e2e/support/notify_socket.h"
#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Stops the youngest thread of a process, which is a worker, as a debugger would; no stop token reaches it any more.
class FrozenWorker {
 public:
  explicit FrozenWorker(pid_t process) {
    std::promise<bool> told;
    auto frozen = told.get_future();
    // Only the thread that froze it may wait for it, and somebody must: exec waits for its end.
    tracer_ = std::jthread([process, &told](const std::stop_token& stop) {
      pid_t worker = 0;
      for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        worker = std::max(worker, static_cast<pid_t>(std::stol(task.path().filename())));
      }
      const bool done = worker != process && ::ptrace(PTRACE_SEIZE, worker, nullptr, nullptr) == 0 &&
                        ::ptrace(PTRACE_INTERRUPT, worker, nullptr, nullptr) == 0;
      told.set_value(done);
      for (int status = 0; done && !stop.stop_requested(); shortPause()) {
        if (::waitpid(worker, &status, __WALL | WNOHANG) == worker && !WIFSTOPPED(status)) return;
      }
      ::ptrace(PTRACE_DETACH, worker, nullptr, nullptr);
    });
    frozen_ = frozen.get();
  }
  bool frozen() const { return frozen_; }

 private:
  bool frozen_ = false;
  std::jthread tracer_;
};

struct ReloadTest : Site {
  std::unique_ptr<Program> service(const std::string& notifySocket = {}) {
    auto start = startOf({"run"});
    start.environment = {{"NOTIFY_SOCKET", notifySocket}};
    return std::make_unique<Program>(start);
  }
  bool allArrived() const {
    return std::filesystem::exists(stateFile()) && app_->count("assignments") > 0 &&
           query("SELECT count(*) FROM outbox") == 0;
  }
  static int started(const Program& program) {
    int count = 0;
    const auto log = program.err();
    for (auto at = log.find("event=started"); at != std::string::npos; at = log.find("event=started", at + 1)) ++count;
    return count;
  }
};

TEST_F(ReloadTest, SameProcessGoesOnWithTheNewSettings) {
  build();
  const auto right = erp_->url();
  set("system.erp", "url", "http://127.0.0.1:1");
  writeIni();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(manager.comes("READY=1", 10s)) << running->err();
  set("system.erp", "url", right);
  writeIni();

  running->signal(SIGHUP);

  EXPECT_TRUE(manager.comes("RELOADING=1", 10s)) << running->err();
  EXPECT_TRUE(manager.comes("READY=1", 15s)) << running->err();
  EXPECT_TRUE(running->running());
  EXPECT_EQ(started(*running), 2);
  EXPECT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  EXPECT_THAT(manager.all(), Not(HasSubstr("STOPPING=1"))) << "after it systemd expects nothing but the end";
  expectBothSidesAgree();
  running->signal(SIGTERM);
  ASSERT_TRUE(running->waitFor(10s));
  EXPECT_EQ(running->code(), 0) << running->err();
  EXPECT_EQ(started(*running), 2) << "a stop after a reload is a stop";
}

TEST_F(ReloadTest, BrokenSettingsAreRefusedWithTheirPlaceAndTheOldOnesGoOn) {
  build();
  set("link.main", "interval", "10s");
  writeIni();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  const auto good = readFile(ini());
  writeFile(ini(), "[agent]\nlangauge = de\n" + good.substr(good.find('\n') + 1));

  running->signal(SIGHUP);

  EXPECT_TRUE(eventually(10s, [&] { return running->err().find("reload refused") != std::string::npos; }));
  EXPECT_THAT(running->err(), HasSubstr(ini().string() + ":2: PST-"));
  EXPECT_THAT(running->err(), HasSubstr("'language'")) << "the nearest name";
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});
  const auto delivered = [&] {
    for (const auto& write : app_->writes()) {
      if (write.method == "PUT") return true;
    }
    return false;
  };
  EXPECT_TRUE(eventually(20s, delivered)) << running->err();
  EXPECT_EQ(started(*running), 1);
  EXPECT_FALSE(manager.comes("RELOADING=1", 50ms)) << "there was none";
  EXPECT_THAT(manager.all(), Not(HasSubstr("RELOADING=1")));

  writeFile(ini(), good);  // a refused reload does not stand in the way of the next one
  running->signal(SIGHUP);
  EXPECT_TRUE(manager.comes("RELOADING=1", 10s)) << running->err();
  EXPECT_TRUE(manager.comes("READY=1", 15s)) << running->err();
}

TEST_F(ReloadTest, WhateverAStartWouldRefuseIsRefused) {
  build();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  const std::tuple<const char*, const char*, const char*, const char*> kCases[] = {
      {"link.main", "own_status", "45:SHEDULED", "PST-5001"},
      {"system.app", "password", "secret:nobody-has-stored-it", "PST-1101"},
      {"system.app", "email", "", "PST-4000"},
      {"link.main", "default_country", "Deutschland", "PST-5003"},
  };
  const auto good = sections_;
  for (const auto& [section, key, value, code] : kCases) {
    sections_ = good;
    set(section, key, value);
    writeIni();
    running->signal(SIGHUP);
    EXPECT_TRUE(eventually(10s, [&] { return running->err().find(code) != std::string::npos; })) << code;
  }
  EXPECT_TRUE(running->running());
  EXPECT_EQ(started(*running), 1);
}

TEST_F(ReloadTest, BeginsAgainWithinTenSecondsWhileBothSidesHang) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .skip = 12, .times = -1});
  erp_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .skip = 4, .times = -1});
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(eventually(20s, [&] { return app_->counts().faults > 0 && erp_->counts().faults > 0; }))
      << running->err();

  running->signal(SIGHUP);

  ASSERT_TRUE(manager.comes("RELOADING=1", 5s)) << running->err();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(manager.comes("READY=1", 15s)) << running->err();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 14s);
  EXPECT_TRUE(running->running());
  app_->clearFaults();
  erp_->clearFaults();
  EXPECT_TRUE(eventually(60s, [&] { return allArrived(); })) << running->err();
  expectBothSidesAgree();
}

TEST_F(ReloadTest, BeginsAgainWithinTenSecondsWithAWorkerThatNothingReaches) {
  build();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  const FrozenWorker worker(running->pid());
  ASSERT_TRUE(worker.frozen());
  erpEdit("Kunden", erp_->keys("Kunden").front(), {{"Ort", "Neustadt"}});

  running->signal(SIGHUP);

  ASSERT_TRUE(manager.comes("RELOADING=1", 5s)) << running->err();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(manager.comes("READY=1", 15s)) << running->err();
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(took, 5s) << "nothing hung: this test tests nothing";
  EXPECT_LT(took, 14s);
  EXPECT_EQ(started(*running), 2);
  EXPECT_EQ(running->err().find("event=stopped"), std::string::npos) << "it had no time to";
  EXPECT_EQ(sync().code, 0);
  expectBothSidesAgree();
}

TEST_F(ReloadTest, ManyAtOnceAreNeverTheEnd) {
  build();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(manager.comes("READY=1", 10s)) << running->err();
  for (int i = 0; i < 40; ++i) {  // some of them while the next process is not ready yet
    running->signal(SIGHUP);
    shortPause(20ms);
  }
  ASSERT_TRUE(manager.comes("READY=1", 10s)) << running->err();
  EXPECT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  EXPECT_TRUE(running->running()) << running->err();
  expectBothSidesAgree();
}

TEST_F(ReloadTest, StopThatComesDuringAReloadIsAStop) {
  build();
  app_->addFault({.kind = sim::Fault::Kind::Hang, .delay = 60s, .times = -1});
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path());
  ASSERT_TRUE(eventually(20s, [&] { return app_->counts().faults > 0; })) << running->err();
  running->signal(SIGHUP);
  ASSERT_TRUE(manager.comes("RELOADING=1", 5s));

  running->signal(SIGTERM);

  ASSERT_TRUE(running->waitFor(12s));
  EXPECT_EQ(running->code(), 0) << running->err();
  EXPECT_EQ(started(*running), 1);
}

TEST_F(ReloadTest, WithoutAServiceManagerAHangupStops) {
  build();
  const auto running = service();
  ASSERT_TRUE(eventually(30s, [&] { return allArrived(); })) << running->err();
  running->signal(SIGHUP);
  ASSERT_TRUE(running->waitFor(10s));
  EXPECT_EQ(running->code(), 0) << running->err();
}

}  // namespace
}  // namespace postern::e2e
