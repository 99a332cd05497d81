#include <atomic>
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

constexpr Message kAlreadyRuns{"PST-6007",
                               {"another postern works on {0}", "ein anderes postern arbeitet bereits mit {0}",
                                "een andere postern werkt al met {0}"},
                               {"stop it first; two would send everything twice",
                                "Beenden Sie es zuerst; zwei würden alles doppelt senden",
                                "stop die eerst; twee zouden alles dubbel verzenden"}};

/// Stopping takes less than ten seconds whatever hangs: every step is durable, so the process may just end.
constexpr auto kStopLimit = 9s;

class StopLimit {
 public:
  explicit StopLimit(std::stop_token stop) : callback_(std::move(stop), [this] { asked_ = true; }) {
    thread_ = std::jthread([this](std::stop_token done) {
      for (std::chrono::milliseconds left = kStopLimit; left > 0s && !done.stop_requested();) {
        std::this_thread::sleep_for(100ms);
        if (asked_) left -= 100ms;
        if (left <= 0ms) endNow(kDone);
      }
    });
  }

 private:
  std::atomic<bool> asked_{false};
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

const Command kRun{"run",
                   "",
                   {"the service, in the foreground", "der Dienst, im Vordergrund", "de dienst, op de voorgrond"},
                   0,
                   nullptr,
                   run};

}  // namespace postern
