#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <thread>

#include "agent/agent.h"
#include "agent/instance_lock.h"
#include "agent/log.h"
#include "connectors/registry.h"
#include "service/command.h"
#include "service/host.h"
#include "service/journal.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kAlreadyRuns{
    "PST-6007",
    {"another postern works on {0}", "ein anderes postern arbeitet bereits mit {0}",
     "een andere postern werkt al met {0}"},
    {"stop it first; two would send everything twice", "Beenden Sie es zuerst; zwei würden alles doppelt senden",
     "stop die eerst; twee zouden alles dubbel verzenden"}};

/// Stopping takes less than ten seconds whatever hangs: every step is durable, so the process may just end.
constexpr auto kStopLimit = 9s;

class StopLimit {
 public:
  explicit StopLimit(std::stop_token stop) : callback_(std::move(stop), [this] { ask(); }) {
    thread_ = std::jthread([this](std::stop_token done) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, done, [this] { return asked_; })) return;
      changed_.wait_for(lock, done, kStopLimit, [] { return false; });
      if (!done.stop_requested()) endNow(kDone);
    });
  }

 private:
  void ask() {
    {
      const std::scoped_lock lock(mutex_);
      asked_ = true;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;  // guards asked_
  std::condition_variable_any changed_;
  bool asked_ = false;
  std::stop_callback<std::function<void()>> callback_;
  std::jthread thread_;
};

void setLevel(const std::string& name) {
  setLogLevel(name == "error"     ? Level::Error
              : name == "warning" ? Level::Warning
              : name == "debug"   ? Level::Debug
                                  : Level::Info);
}

/// Tells each worker that hangs once, until it moves again: the watchdog takes two minutes.
class Hanging {
 public:
  void tell(const std::vector<std::string>& late) {
    for (const auto& part : late) {
      if (std::find(told_.begin(), told_.end(), part) == told_.end())
        log(kWorkerHangsEvent, Level::Error, "agent", "worker hangs", {{"part", part}});
    }
    told_ = late;
  }

 private:
  std::vector<std::string> told_;
};

/// Whatever a start would refuse before its first call, missing secrets included. Throws ConfigError.
void build(Systems& systems, const Settings& settings) {
  for (const auto& [name, link] : settings.links) {
    systems.get(link.erp);
    systems.get(link.app);
  }
}

/// Broken settings must not end a service that works: it goes on with those it has.
bool settingsAreGood(const std::filesystem::path& file, const Console& console) {
  try {
    const auto settings = Settings::load(file, registry());
    Systems systems(settings, registry(), systemClock());
    build(systems, settings);
    return true;
  } catch (const ConfigError& e) {
    tellRefused(e, console);
    log(Level::Warning, "agent", "reload refused", {{"place", e.place()}, {"code", e.code()}});
  } catch (const std::exception& e) {
    log(Level::Error, "agent", "reload refused", {{"cause", e.what()}});
  }
  return false;
}

int run(Invocation& call) {
  const auto& settings = call.settings();
  setLevel(settings.agent.text("log_level"));
  if (settings.links.empty()) throw ConfigError(call.configFile().string(), kNoLink);
  const auto lock = InstanceLock::tryTake(settings.stateDir());
  if (!lock) throw StateError(kAlreadyRuns, {settings.stateDir().string()});
  Agent agent(settings, registry(), systemClock());
  build(agent.systems(), settings);
  log(kStartedEvent, Level::Info, "agent", "started", {{"version", POSTERN_VERSION}, {"links", settings.links.size()}});
  acceptReload([file = call.configFile(), console = call.console] { return settingsAreGood(file, console); });
  notifyReady();
  notifyStatus("running");
  const StopLimit limit(call.stop);
  Hanging hanging;
  const auto failure = agent.run(call.stop, [&](Agent& running) {
    const auto late = running.health().late();
    if (late.empty()) notifyAlive();  // each second; systemd only minds too few
    hanging.tell(late);
  });
  notifyStopping();
  log(Level::Info, "agent", "stopped");
  if (failure) throw StateError(kStateFailed, {call.configFile().string(), *failure});
  return kDone;
}

}  // namespace

const Command kRun{
    "run", "",      {"the service, in the foreground", "der Dienst, im Vordergrund", "de dienst, op de voorgrond"},
    0,     nullptr, run};

}  // namespace postern
