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

int run(Invocation& call) {
  const auto& settings = call.settings();
  setLevel(settings.agent.text("log_level"));
  const auto lock = InstanceLock::tryTake(settings.stateDir());
  if (!lock) throw StateError(kAlreadyRuns, {settings.stateDir().string()});
  Agent agent(settings, registry(), systemClock());
  log(Level::Info, "agent", "started", {{"version", POSTERN_VERSION}, {"links", settings.links.size()}});
  notifyReady();
  notifyStatus("running");
  const StopLimit limit(call.stop);
  const auto failure = agent.run(call.stop, [&](Agent& running) {
    const auto late = running.health().late();
    if (late.empty()) {
      notifyAlive();  // each second; systemd only minds too few
    } else {
      for (const auto& part : late) log(Level::Error, "agent", "worker hangs", {{"part", part}});
    }
  });
  notifyStopping();
  log(Level::Info, "agent", "stopped");
  if (!failure) return kDone;
  call.console.error(Error{Fault::Stop, &kStateFailed, {call.configFile().string(), *failure}, {}, {}});
  return kState;
}

}  // namespace

const Command kRun{
    "run", "",      {"the service, in the foreground", "der Dienst, im Vordergrund", "de dienst, op de voorgrond"},
    0,     nullptr, run};

}  // namespace postern
