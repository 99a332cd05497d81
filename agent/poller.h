#pragma once
// Reads both systems of one link: rows into the snapshots, what they affect into the outboxes.

#include <chrono>
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
#include "agent/write_watch.h"

namespace postern {

/// Where a link's records live in the state file: "main/erp". Links do not share snapshots or bindings.
std::string scopeOf(std::string_view link, std::string_view system);

struct PollerSetup {
  std::string link;
  std::string erp;  // system names
  std::string app;
  std::set<std::string, std::less<>> flows;             // that run
  std::set<std::string, std::less<>> backOnly{};        // of these, that send nothing to the app
  std::set<std::string, std::less<>> toErp{};           // of these, that go towards the ERP, too
  std::int64_t queueLimit = 200'000;                    // entries; above it polling pauses
  std::function<bool()> hasRoom = [] { return true; };  // false while the disk is under its floor
  bool waitsForDisk = true;  // reading pauses then; else the pass ends with StateError: somebody waits for its end

  // The way back; with appSource == nullptr there is none.
  Source* appSource = nullptr;
  std::vector<SharedField> shared{};     // of the flows that run both ways, with the winner the admin chose
  std::span<const SinkKind> erpKinds{};  // that can be written to the ERP
  WriteWatch* erpWrites = nullptr;       // may be nullptr
  WriteWatch* appWrites = nullptr;

  /// A pass waits as long at most until what the ERP holds of ours is known again, where the app's records go there.
  std::chrono::seconds patience{60};

  Language language = Language::En;  // of the errors that are shown in the app

  bool brakes = true;
  double brakeShare = 1;         // of the records of a kind that one pass may change or add; 1 = as many as there are
  std::int64_t brakeLeast = 50;  // as few are never held up
};

/// The target is derived again by the next pass. Joins an open UnitOfWork.
void markDirty(Database& db, std::string_view link, const Reference& target);
/// Whether it waits for that.
bool isDirty(Database& db, std::string_view link, const Reference& target);

/// What the app should hold, as Rules::derive says. What is queued in `queue` does not become too old by waiting there:
/// if it was wanted when it was queued, time alone does not change that.
std::optional<Target> derivedFor(const Reference& target, const Rules& rules, const SourceView& erp,
                                 const Outbox& queue, Clock::Time now);

/// Whether the app's record, the first of the target's inputs, is gone and the ERP never had it: then nobody wants it
/// there any more, also where a refusal or an outage has held it back until now.
bool wasDeletedUnsent(const TargetKind& target, const std::string& key, const Snapshot& app, const Bindings& erp);

/// Releases what the brake of `link` holds; the next pass derives it. Returns how many kinds of targets.
int approve(Database& db, std::string_view link, const Rules& rules);

/// What rules see when they derive for the ERP. The arguments must outlive it.
BackView backView(const Snapshot& app, const Snapshot& erp, const Bindings& appBindings, const Bindings& erpBindings);
/// Under this name what is to be derived for the ERP is marked dirty.
std::string backLinkOf(std::string_view link);

// Settings by which the parts of the poller and approve() understand each other.
inline constexpr std::string_view kApproved = "approved";
/// Of a target for the ERP: "" = off, "on", or kApproved until everything held was derived.
std::string backBrakeSetting(std::string_view link, std::string_view target);
/// Parts of the health board, of a target for the app and one for the ERP.
std::string brakePart(std::string_view link, std::string_view target);
std::string backBrakePart(std::string_view link, std::string_view target);

/// One link's poller; one thread. Opens no connection of its own.
class Poller {
 public:
  Poller(Database& db, Source& source, const Rules& rules, std::span<const SinkKind> sinkKinds, PollerSetup setup,
         Clock& clock, Health& health, Progress& progress);

  /// Reads what the app may have changed, then every kind of the ERP that the flows need, then derives and queues what
  /// changed. With `full` everything is compared and derived again. `queued` is called after each commit that queued
  /// something. Stops early, leaving all that was committed, with the first error of a source; a failed kind does not
  /// keep kinds after it from being read when they do not depend on it. Throws DatabaseError when the state file fails.
  Result<void> pass(
      bool full, std::stop_token stop, const std::function<void()>& queued = [] {});
  /// Whether the last pass read all of the ERP; then its error is the app's.
  bool readErp() const { return readErp_; }
  /// Why the brake held kinds of targets in the last pass.
  const std::vector<Error>& held() const { return held_; }

 private:
  /// One of the two systems as it is read.
  struct Side {
    Source* source;
    std::string system;  // name
    std::string part;    // of the health board
    Snapshot snapshot;
    WriteWatch* writes;
    bool isErp;
  };
  struct Scan;
  struct Changed;
  /// What became of a target's shared fields.
  struct Decided {
    bool wroteBack = false;         // something was queued towards the ERP
    std::optional<Error> disputed;  // neither side may win
  };

  // poller_scan.cc: rows into a snapshot
  Result<void> scan(Side& side, const std::string& kind, bool full, std::stop_token stop,
                    const std::function<void()>& queued);
  void apply(Scan& scan, const Page& page, const std::function<void()>& queued);
  void store(Scan& scan, std::span<const Changed> changed);
  void finish(Scan& scan, const Page& page);
  bool believes(Scan& scan);
  bool isReading();
  void tellDoubled(const Scan& scan);
  bool isTold(const std::string& part);
  void touch(const Side& side, const Record& record, std::set<Reference>& targets) const;
  void touchKey(const Side& side, std::string_view kind, const std::string& key);
  bool isRestored(std::string_view kind) const;
  void restoreMissed(const Scan& scan);
  bool isMissed(std::string_view kind, const std::string& id) const;

  // poller.cc: what is to be delivered
  std::set<std::string_view> neverDerived();
  Result<void> readApp(bool full, std::stop_token stop, const std::function<void()>& queued);
  void markAll(std::string_view kind, std::string_view onlyTarget);
  bool enqueue(const Reference& target);
  bool deriveDirty(std::string_view kind, std::stop_token stop, const std::function<void()>& queued);
  bool mayDerive(const TargetKind& target);
  std::int64_t older();
  void countOlder(std::int64_t more);
  void derivedAll(std::string_view kind);
  std::optional<Error> unusual(const std::string& kind);
  std::vector<std::string> dirtyKeys(std::string_view link, std::string_view kind, std::string_view after,
                                     std::size_t limit);
  void clean(std::string_view link, std::string_view kind, std::string_view key);
  Fields difference(const Reference& target);
  bool awaitRoom(std::stop_token stop);
  const TargetKind* targetKind(std::string_view name) const;

  // poller_erp.cc: records that the app makes
  void touchBack(const Side& side, const Record& record);
  void markAllBack(std::string_view kind, std::string_view onlyTarget);
  void deriveBack(std::stop_token stop, const std::function<void()>& queued);
  void deriveBackKind(const TargetKind& target, std::stop_token stop, const std::function<void()>& queued);
  bool enqueueBack(const TargetKind& target, const std::string& key);
  std::optional<Target> derivedBack(const Reference& reference);
  void derivedAllBack(const TargetKind& target);
  bool mayDeriveBack(const TargetKind& target);
  std::int64_t countNewBack(const TargetKind& target, std::int64_t limit);
  void wakeRefused(const TargetKind& target);
  bool comesBack(std::string_view kind) const;
  bool knowsErp(std::string_view kind, std::stop_token stop);
  bool isCreating(std::string_view kind);
  std::string backLink() const { return backLinkOf(setup_.link); }

  // poller_back.cc: the way back
  Decided settleShared(const Reference& target, Target& desired, Binding& binding);
  bool writeBack(const Reference& record, std::string_view from, const Fields& writes, const Fields& base);
  bool isShared(std::string_view target) const;
  bool isLoaded(std::string_view target);

  Database& db_;
  const Rules& rules_;
  std::map<std::string, SinkKind, std::less<>> sinkKinds_;
  PollerSetup setup_;
  Clock& clock_;
  Health& health_;
  Progress& progress_;
  Side erp_;
  Side app_;
  Bindings bindings_;
  Outbox outbox_;  // towards the app
  Outbox back_;    // towards the ERP
  Audit audit_;
  Hasher hasher_;
  std::vector<TargetKind> targets_;  // of the enabled flows
  std::vector<TargetKind> backTargets_;
  std::map<std::string, SinkKind, std::less<>> erpKinds_;
  Bindings erpBindings_;
  std::int64_t sinceCount_ = 0;  // queued since the outbox was last counted
  std::int64_t lastCount_ = -1;
  bool readErp_ = false;
  Clock::Monotonic waitsUntil_{};  // of this pass, for what the ERP holds of ours
  std::vector<Error> held_;
  std::map<std::string_view, std::optional<Error>> heldFlows_;
  bool paused_ = true;  // as the health board may still say from an earlier run
};

}  // namespace postern
