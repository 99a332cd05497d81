#pragma once
// The threads of a pusher that call the sink. They touch neither the state file nor the clock's waits.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/outbox.h"

namespace postern {

/// One call to the sink.
struct DeliveryTask {
  std::vector<OutboxEntry> entries;  // one for a push, several of one kind for a find
  bool find = false;
  std::optional<Binding> binding;  // of a push: what it updates
  Fields send;
  std::map<Reference, std::string> ids;  // of what it refers to
  int era = 0;                           // of the pusher when it was handed over
};

struct DeliveryOutcome {
  DeliveryTask task;
  bool started = false;  // false: the sink was never called
  Result<Settled> settled{Settled{}};
  Result<std::vector<Found>> found{std::vector<Found>{}};
};

/// Thread-safe.
class Lanes {
 public:
  Lanes(Sink& sink, int count, std::stop_token stop);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  void add(std::vector<DeliveryTask> tasks);
  /// Everything that is done; waits up to `limit` for at least `wanted` outcomes, or for a wake. After a failure that
  /// concerns more than one record, tasks not begun come back unstarted at once.
  std::vector<DeliveryOutcome> take(std::size_t wanted, std::chrono::milliseconds limit);
  void wake();
  /// Waits for the calls under way; what was not begun comes back unstarted.
  std::vector<DeliveryOutcome> finish();

 private:
  bool enough() const { return woken_ || (wanted_ != 0 && outcomes_.size() >= wanted_); }
  void work();
  void recall();
  void call(DeliveryOutcome& outcome);

  Sink& sink_;
  std::stop_token stop_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable tasksReady_;
  std::condition_variable outcomesReady_;
  std::deque<DeliveryTask> tasks_;
  std::vector<DeliveryOutcome> outcomes_;
  std::size_t wanted_ = 0;  // by take(); 0 = a wake only
  bool woken_ = false;
  bool closed_ = false;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

}  // namespace postern
