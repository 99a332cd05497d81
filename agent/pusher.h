#pragma once
// Delivers one link's outbox to its app: intents and settlements in groups, several calls at a time, once each.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/adoption.h"
#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/health.h"
#include "agent/lanes.h"
#include "agent/outbox.h"

namespace postern {

struct PusherSetup {
  std::string link;
  std::string app;                        // the system that is written; on the way back the ERP
  std::string part{};                     // of the health board; "" = "<link>/<app>"
  std::set<Reference> shared{};           // {kind, field} that the other side may change, too
  std::span<const TargetKind> targets{};  // what is written, as the rules tell; its records there may be taken over
  /// Their id of a record of ours that is bound on the other side only; empty = unknown.
  std::function<std::string(Database& db, std::string_view kind, std::string_view key)> idElsewhere{};
  /// Called inside the transaction that settles a write, or binds a record that was found there.
  std::function<void(Database& db, const Told& told)> told = [](Database&, const Told&) {};
  int lanes = 4;            // calls at the same time
  std::size_t window = 64;  // at most this many entries are in flight: the price of a kill in look-ups
  /// Before an unknown outcome is looked up: the request may still be at work there. The clock counts whole seconds, so
  /// the wait may be up to one shorter.
  std::chrono::seconds probeDelay{3};
};

/// One link's deliverer towards one side. run() belongs to one thread; wake() to any.
class Pusher {
 public:
  /// `db` is used by run()'s thread only.
  Pusher(Database& db, Sink& sink, PusherSetup setup, Clock& clock, Health& health, Progress& progress);
  ~Pusher();

  enum class Until {
    Stopped,    // the service: for ever
    Delivered,  // one pass: until noMore() was called and nothing is left that could be delivered within a minute
  };
  /// Throws DatabaseError only when the state file fails for good; a full disk or a lock is waited out.
  void run(Until until, std::stop_token stop);
  /// Something was queued or mended.
  void wake();
  /// No more changes will be queued by this pass.
  void noMore();

  /// The last failure of the destination as a whole; nullopt while it works.
  std::optional<Error> destinationError() const;

 private:
  enum class Mode { Open, OneCall, Paused };

  bool adopt(std::stop_token stop);
  void step(std::stop_token stop);
  void pick(std::vector<DeliveryTask>& tasks);
  bool prepare(OutboxEntry& entry, std::vector<DeliveryTask>& tasks);
  bool mayCreate(const OutboxEntry& entry);
  void settle(DeliveryOutcome& outcome);
  void settlePush(DeliveryOutcome& outcome);
  void settleWrite(DeliveryOutcome& outcome);
  void settleFind(DeliveryOutcome& outcome);
  void recover();
  void collect(std::vector<DeliveryOutcome> outcomes);
  void flush(std::stop_token stop);
  void notDone(const DeliveryTask& task);
  std::chrono::seconds waitAfter(const OutboxEntry& entry);
  void failed(const Error& error, int era);
  void succeeded(int era);
  void publish();
  Mode mode() const;
  std::chrono::milliseconds pause() const;
  bool finished();
  const SinkKind& sinkKind(const std::string& name) const;
  bool isRestored(std::string_view kind) const;

  Database& db_;
  Sink& sink_;
  PusherSetup setup_;
  std::string scope_;
  std::string part_;
  Clock& clock_;
  Health& health_;
  Progress& progress_;
  Bindings bindings_;
  Outbox outbox_;
  Audit audit_;
  std::mt19937 random_{std::random_device{}()};
  std::unique_ptr<Lanes> lanes_;
  std::set<std::int64_t> inFlight_;
  std::size_t calls_ = 0;                   // tasks handed to the lanes that have not come back
  std::vector<DeliveryOutcome> unsettled_;  // of a step whose commit failed, too: their answers must not be forgotten
  bool adopted_ = false;
  bool blocked_ = true;  // something was blocked when this step began
  bool more_ = true;     // the last pick found as much as it could take

  bool unpublished_ = true;  // the health board does not know yet

  // The destination as a whole.
  int failures_ = 0;
  int era_ = 0;          // counts failures; a call of an older era says nothing about how things are now
  bool paused_ = false;  // asked to wait, not failing
  Clock::Monotonic resumeAt_{};
  mutable std::mutex mutex_;  // guards the two below
  std::optional<Error> destinationError_;
  bool noMore_ = false;
};

}  // namespace postern
