#pragma once
// Reads one ERP for one link: rows into the snapshot, what they affect into the outbox.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/hash.h"
#include "agent/health.h"
#include "agent/outbox.h"
#include "agent/snapshot.h"

namespace postern {

/// Where a link's records live in the state file: "main/erp". Links do not share snapshots or bindings.
std::string scopeOf(std::string_view link, std::string_view system);

struct PollerSetup {
  std::string link;
  std::string erp;  // system names
  std::string app;
  std::set<std::string, std::less<>> flows;             // that run towards the app
  std::int64_t queueLimit = 200'000;                    // entries; above it polling pauses
  std::function<bool()> hasRoom = [] { return true; };  // false while the disk is under its floor
};

/// One link's poller; one thread. Opens no connection of its own.
class Poller {
 public:
  Poller(Database& db, Source& source, const Rules& rules, std::span<const SinkKind> sinkKinds, PollerSetup setup,
         Clock& clock, Health& health, Progress& progress);

  /// Reads every kind that the flows need, then derives and queues what changed. With `full` everything is compared
  /// and derived again. `queued` is called after each commit that queued something. Stops early, leaving all that was
  /// committed, with the first error of the source; a failed kind does not keep kinds after it from being read when
  /// they do not depend on it. Throws DatabaseError when the state file fails.
  Result<void> pass(
      bool full, std::stop_token stop, const std::function<void()>& queued = [] {});

 private:
  struct Scan;
  struct Changed;
  Result<void> scan(const std::string& kind, bool full, std::stop_token stop, const std::function<void()>& queued);
  void apply(Scan& scan, const Page& page, const std::function<void()>& queued);
  void store(Scan& scan, std::span<const Changed> changed);
  void finish(Scan& scan, const Page& page);
  std::set<std::string_view> neverDerived();
  void markAll(std::string_view kind, std::string_view onlyTarget);
  void markDirty(const Reference& target);
  void touch(const Record& record, std::set<Reference>& targets) const;
  bool enqueue(const Reference& target);
  void deriveDirty(std::string_view kind, std::stop_token stop, const std::function<void()>& queued);
  bool awaitRoom(std::stop_token stop);
  const TargetKind* targetKind(std::string_view name) const;

  Database& db_;
  Source& source_;
  const Rules& rules_;
  std::map<std::string, SinkKind, std::less<>> sinkKinds_;
  PollerSetup setup_;
  Clock& clock_;
  Health& health_;
  Progress& progress_;
  Snapshot snapshot_;
  Bindings bindings_;
  Outbox outbox_;
  Hasher hasher_;
  std::vector<TargetKind> targets_;  // of the enabled flows
  std::int64_t sinceCount_ = 0;      // queued since the outbox was last counted
  std::int64_t lastCount_ = -1;
  bool paused_ = true;  // as the health board may still say from an earlier run
};

}  // namespace postern
