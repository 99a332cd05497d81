#include "agent/poller.h"

#include <algorithm>

#include "agent/error_list.h"
#include "agent/log.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kQueueFull{"PST-7101",
                             {"reading pauses because {0} changes wait in the queue (queue_limit)",
                              "das Lesen pausiert, weil {0} Änderungen in der Warteschlange stehen (queue_limit)",
                              "het lezen pauzeert omdat er {0} wijzigingen in de wachtrij staan (queue_limit)"},
                             {"delivery goes on and reading with it; look at \"postern status\" if it does not",
                              "die Zustellung läuft weiter und danach auch das Lesen; sonst hilft \"postern status\"",
                              "de aflevering gaat door en daarna het lezen ook; kijk anders in \"postern status\""}};
constexpr Message kDiskFull{
    "PST-7102",
    {"reading pauses because the disk of the state file is nearly full (disk_floor)",
     "das Lesen pausiert, weil der Datenträger der Zustandsdatei fast voll ist (disk_floor)",
     "het lezen pauzeert omdat de schijf van het statusbestand bijna vol is (disk_floor)"},
    {"free space on the disk of state_dir", "Schaffen Sie Platz auf dem Datenträger von state_dir",
     "maak ruimte vrij op de schijf van state_dir"}};

constexpr std::size_t kDeriveBatch = 200;
constexpr std::size_t kMarkBatch = 500;

constexpr Message kBraked{
    "PST-7103",
    {"{0} of {1} records of kind {2} would change at once, most often in {3}; none of it is sent",
     "{0} von {1} Datensätzen der Art {2} würden sich auf einmal ändern, am häufigsten {3}; nichts davon wird gesendet",
     "{0} van de {1} records van soort {2} zouden in één keer wijzigen, meestal {3}; er wordt niets verzonden"},
    {"look at \"postern plan\"; if it is meant, release it with \"postern approve {4}\", else mend the ERP or the "
     "field map",
     "Sehen Sie sich „postern plan“ an; ist es gewollt, geben Sie es mit „postern approve {4}“ frei, sonst berichtigen "
     "Sie das ERP oder die Feldzuordnung",
     "bekijk \"postern plan\"; is het de bedoeling, geef het dan vrij met \"postern approve {4}\", herstel anders het "
     "ERP of de veldtoewijzing"}};
constexpr Message kRewound{
    "PST-7104",
    {"{0} records of {1} are older than they were; it looks as if it was restored from a backup, so nothing is sent",
     "{0} Datensätze von {1} sind älter als zuvor; vermutlich wurde eine Sicherung zurückgespielt, daher wird nichts "
     "gesendet",
     "{0} records van {1} zijn ouder dan voorheen; vermoedelijk is een back-up teruggezet, daarom wordt niets "
     "verzonden"},
    {"look at \"postern plan\"; release it with \"postern approve {2}\", then the app follows the ERP as it is now",
     "Sehen Sie sich „postern plan“ an; geben Sie es mit „postern approve {2}“ frei, dann folgt die App dem jetzigen "
     "Stand des ERP",
     "bekijk \"postern plan\"; geef het vrij met \"postern approve {2}\", daarna volgt de app het ERP zoals het nu "
     "is"}};

constexpr std::int64_t kRewoundLeast = 3;  // single records may be given an older date by hand

/// How far a kind of target has come: "" = its records were never looked at, "yes" = they are being derived for the
/// first time, "all" = everything there was has been.
std::string derivedSetting(std::string_view link, std::string_view target) {
  return "derived/" + std::string(link) + '/' + std::string(target);
}

/// "" = off, "on", or kApproved until everything held was derived.
std::string brakeSetting(std::string_view link, std::string_view target) {
  return "brake/" + std::string(link) + '/' + std::string(target);
}
/// How many records of the ERP went back in time; "" = none. Kept from kRewoundLeast on until it is approved, fewer
/// while the scan that found them goes on.
std::string rewoundSetting(std::string_view link) { return "rewound/" + std::string(link); }

void logError(std::string_view event, const Error& error, const std::string& part) {
  log(Level::Warning, "poll", event, {{"part", part}, {"code", error.code()}, {"cause", error.cause(Language::En)}});
}

}  // namespace

std::string backBrakeSetting(std::string_view link, std::string_view target) {
  return "brake/" + std::string(link) + "/back/" + std::string(target);
}

std::string brakePart(std::string_view link, std::string_view target) {
  return std::string(link) + "/brake/" + std::string(target);
}
std::string backBrakePart(std::string_view link, std::string_view target) {
  return std::string(link) + "/brake/back/" + std::string(target);
}

std::string scopeOf(std::string_view link, std::string_view system) {
  return std::string(link) + '/' + std::string(system);
}

void markDirty(Database& db, std::string_view link, const Reference& target) {
  auto& mark = db.statement("INSERT OR IGNORE INTO dirty(link,kind,key) VALUES(?,?,?)");
  mark.bind(1, link);
  mark.bind(2, target.kind);
  mark.bind(3, target.key);
  mark.run();
}

bool isDirty(Database& db, std::string_view link, const Reference& target) {
  auto& query = db.statement("SELECT 1 FROM dirty WHERE link=? AND kind=? AND key=?");
  query.bind(1, link);
  query.bind(2, target.kind);
  query.bind(3, target.key);
  const bool dirty = query.step();
  query.reset();
  return dirty;
}

std::optional<Target> derivedFor(const Reference& target, const Rules& rules, const SourceView& erp,
                                 const Outbox& queue, Clock::Time now) {
  auto wanted = rules.derive(target, erp, now);
  if (wanted) return wanted;
  const auto entry = queue.find(target);
  return entry ? rules.derive(target, erp, entry->queuedAt) : std::nullopt;
}

int approve(Database& db, std::string_view link, const Rules& rules) {
  int released = 0;
  UnitOfWork work(db);
  const auto release = [&](const std::string& setting) {
    if (readSetting(db, setting) != "on") return;
    writeSetting(db, setting, kApproved);
    ++released;
  };
  for (const auto& target : rules.targets()) release(brakeSetting(link, target.name));
  for (const auto& target : rules.backTargets()) release(backBrakeSetting(link, target.name));
  if (released > 0) writeSetting(db, rewoundSetting(link), "");
  work.commit();
  return released;
}

Poller::Poller(Database& db, Source& source, const Rules& rules, std::span<const SinkKind> sinkKinds, PollerSetup setup,
               Clock& clock, Health& health, Progress& progress)
    : db_(db),
      rules_(rules),
      setup_(std::move(setup)),
      clock_(clock),
      health_(health),
      progress_(progress),
      erp_{&source,
           setup_.erp,
           scopeOf(setup_.link, setup_.erp),
           Snapshot(db, scopeOf(setup_.link, setup_.erp)),
           setup_.erpWrites,
           true},
      app_{setup_.appSource,
           setup_.app,
           scopeOf(setup_.link, setup_.app) + "/read",
           Snapshot(db, scopeOf(setup_.link, setup_.app)),
           setup_.appWrites,
           false},
      bindings_(db, scopeOf(setup_.link, setup_.app)),
      outbox_(db, scopeOf(setup_.link, setup_.app)),
      back_(db, scopeOf(setup_.link, setup_.erp)),
      audit_(db),
      erpBindings_(db, scopeOf(setup_.link, setup_.erp)) {
  for (const auto& kind : setup_.erpKinds) erpKinds_.emplace(kind.name, kind);
  for (const auto& target : rules.backTargets()) {
    if (setup_.toErp.contains(target.flow) && erpKinds_.contains(target.name)) backTargets_.push_back(target);
  }
  for (const auto& kind : sinkKinds) sinkKinds_.emplace(kind.name, kind);
  for (const auto& target : rules.targets()) {
    if (setup_.flows.contains(target.flow)) targets_.push_back(target);
  }
}

const TargetKind* Poller::targetKind(std::string_view name) const {
  const auto it =
      std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) { return target.name == name; });
  return it == targets_.end() ? nullptr : &*it;
}

bool Poller::isShared(std::string_view target) const {
  return setup_.appSource != nullptr &&
         std::any_of(setup_.shared.begin(), setup_.shared.end(), [&](const auto& s) { return s.target == target; });
}

bool Poller::isLoaded(std::string_view target) {
  return readSetting(db_, derivedSetting(setup_.link, target)) == "all";
}

Result<void> Poller::pass(bool full, std::stop_token stop, const std::function<void()>& queued) {
  progress_.reading = true;
  waitsUntil_ = clock_.monotonic() + setup_.patience;
  readErp_ = false;
  held_.clear();
  heldFlows_.clear();
  struct Done {
    Progress& progress;
    ~Done() { progress.reading = false; }
  } done{progress_};

  if (const auto count = older(); count > 0 && count < kRewoundLeast && !isReading())
    writeSetting(db_, rewoundSetting(setup_.link), "");
  const auto behind = neverDerived();
  std::set<std::string_view> finished;
  std::optional<Error> firstError;
  auto app = readApp(full, stop, queued);
  if (!app && app.error().fault == Fault::Stop) return app;
  for (const auto kind : erp_.source->kinds()) {
    const auto isIn = [&](std::span<const std::string_view> kinds) {
      return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    const bool needed =
        std::any_of(targets_.begin(), targets_.end(), [&](const auto& target) { return isIn(target.inputs); }) ||
        std::any_of(backTargets_.begin(), backTargets_.end(), [&](const auto& target) { return isIn(target.inputs); });
    if (!needed) continue;
    if (auto result = scan(erp_, std::string(kind), full, stop, queued); !result) {
      if (!firstError) firstError = result.error();
      // Log-in and stop concern every kind; another failure may concern this one only.
      if (result.error().fault == Fault::Stop || result.error().fault == Fault::Auth || result.error().retryAfter)
        break;
      continue;
    }
    finished.insert(kind);
    for (const auto& target : targets_) {
      const auto& listed = erp_.source->kinds();
      const bool complete = std::all_of(target.inputs.begin(), target.inputs.end(), [&](std::string_view input) {
        return finished.contains(input) || std::find(listed.begin(), listed.end(), input) == listed.end();
      });
      const bool justNow = std::find(target.inputs.begin(), target.inputs.end(), kind) != target.inputs.end();
      if (!complete || !justNow) continue;
      if (behind.contains(target.name)) {
        for (const auto input : target.inputs) markAll(input, target.name);
        writeSetting(db_, derivedSetting(setup_.link, target.name), "yes");
      }
      // What the app holds now is not known: an edit made there could be overwritten.
      if (!app && isShared(target.name)) continue;
      if (mayDerive(target) && deriveDirty(target.name, stop, queued)) derivedAll(target.name);
    }
  }
  if (stop.stop_requested()) return fail(Fault::Stop, kQueueFull);
  if (firstError) {
    const auto level = firstError->fault == Fault::Auth ? HealthLevel::Bad : HealthLevel::Warning;
    health_.report(erp_.part, level, *firstError);
    logError("failed", *firstError, erp_.part);
    return tl::unexpected(*firstError);
  }
  readErp_ = true;
  if (app) deriveBack(stop, queued);
  for (const auto& [name, kind] : sinkKinds_) {
    if (!kind.errorList) continue;
    const ErrorListSetup list{
        setup_.link,    scopeOf(setup_.link, setup_.erp), scopeOf(setup_.link, setup_.app), app_.snapshot, kind,
        setup_.language};
    if (showErrors(db_, rules_, list, clock_.now())) queued();
  }
  return app;
}

/// What may have changed in the app: the kinds with fields that both sides may change, and those it makes; in a full
/// pass also those that are made again when somebody deletes them there.
Result<void> Poller::readApp(bool full, std::stop_token stop, const std::function<void()>& queued) {
  if (app_.source == nullptr) return {};
  for (const auto kind : app_.source->kinds()) {
    const bool makes = std::any_of(backTargets_.begin(), backTargets_.end(), [&](const TargetKind& target) {
      return std::find(target.inputs.begin(), target.inputs.end(), kind) != target.inputs.end();
    });
    const auto* target = targetKind(kind);
    const bool watched = full && target != nullptr && target->restored;
    if (!isShared(kind) && !makes && !watched) continue;
    auto result = scan(app_, std::string(kind), full, stop, queued);
    if (result) continue;
    if (result.error().fault != Fault::Stop) {
      const auto level = result.error().fault == Fault::Auth ? HealthLevel::Bad : HealthLevel::Warning;
      health_.report(app_.part, level, result.error());
      logError("failed", result.error(), app_.part);
    }
    return result;
  }
  health_.good(app_.part);
  return {};
}

/// Targets whose records were read before, for another flow, when these were switched off: what has not changed since
/// would never reach them.
std::set<std::string_view> Poller::neverDerived() {
  std::set<std::string_view> behind;
  for (const auto& target : targets_) {
    const auto setting = derivedSetting(setup_.link, target.name);
    if (!readSetting(db_, setting).empty()) continue;
    const bool fresh = std::all_of(target.inputs.begin(), target.inputs.end(),
                                   [&](std::string_view input) { return erp_.snapshot.count(input) == 0; });
    if (fresh) {
      writeSetting(db_, setting, "yes");
    } else {
      behind.insert(target.name);
    }
  }
  return behind;
}

/// Everything that records of `kind` can affect is derived again; only targets of kind `onlyTarget` unless it is empty.
void Poller::markAll(std::string_view kind, std::string_view onlyTarget) {
  for (std::string after;;) {
    UnitOfWork work(db_);
    const auto batch = erp_.snapshot.list(kind, after, kMarkBatch);
    if (batch.empty()) return;
    after = batch.back().record.key;
    std::set<Reference> targets;
    for (const auto& seen : batch) touch(erp_, seen.record, targets);
    for (const auto& target : targets) {
      if (onlyTarget.empty() || onlyTarget == target.kind) markDirty(db_, setup_.link, target);
    }
    work.commit();
  }
}

bool Poller::enqueue(const Reference& reference) {
  const auto sink = sinkKinds_.find(reference.kind);
  if (sink == sinkKinds_.end()) return false;
  const auto now = clock_.now();
  auto target = derivedFor(reference, rules_, erp_.snapshot, outbox_, now);
  auto binding = bindings_.get(reference.kind, reference.key);
  bool some = false;
  if (binding && isShared(reference.kind)) {
    // A record that is too old to be sent may still have been changed in the app.
    Target shared = target ? *target : Target{rules_.sharedFields(reference, erp_.snapshot), {}};
    const auto settled = settleShared(reference, shared, *binding);
    some = settled.wroteBack;
    if (settled.disputed && target) {
      return outbox_.dispute(setup_.link, reference, sink->second.rank, *target, *settled.disputed, now) || some;
    }
    if (target) target = std::move(shared);
  }
  if (setup_.backOnly.contains(targetKind(reference.kind)->flow)) return some;
  if (!target || (!binding && target->onlyIfThere)) return outbox_.withdraw(reference), some;
  if (target->refusal) {
    return outbox_.dispute(setup_.link, reference, sink->second.rank, *target, *target->refusal, now) || some;
  }
  const bool differs =
      !binding || binding->claim ||
      !fieldsToSend(target->fields, binding->agreed, sink->second.together, sink->second.createOnly).empty();
  const auto put = outbox_.put(setup_.link, reference, sink->second.rank, *target, differs, now);
  if (put == Outbox::Put::Queued) {
    ++progress_.queued;
    ++sinceCount_;
  }
  return put == Outbox::Put::Queued || put == Outbox::Put::Replaced || some;
}

std::vector<std::string> Poller::dirtyKeys(std::string_view link, std::string_view kind, std::string_view after,
                                           std::size_t limit) {
  std::vector<std::string> keys;
  ReadScope read(db_);
  auto& query = db_.statement("SELECT key FROM dirty WHERE link=? AND kind=? AND key>? ORDER BY key LIMIT ?");
  query.bind(1, link);
  query.bind(2, kind);
  query.bind(3, after);
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.step()) keys.emplace_back(query.text(0));
  return keys;
}

/// What would be sent for a target, or may have to be; empty when nothing would.
Fields Poller::difference(const Reference& reference) {
  const auto target = rules_.derive(reference, erp_.snapshot, clock_.now());
  const auto sink = sinkKinds_.find(reference.kind);
  if (!target || sink == sinkKinds_.end()) return {};
  const auto binding = bindings_.get(reference.kind, reference.key);
  if (!binding && target->onlyIfThere) return {};
  if (!binding || (binding->claim && isMissed(reference.kind, binding->id))) return target->fields;
  return fieldsToSend(target->fields, binding->agreed, sink->second.together, sink->second.createOnly);
}

/// The brake: a pass that would change an unusual share of a kind waits for somebody to have looked. The first load of
/// a kind is none.
bool Poller::mayDerive(const TargetKind& target) {
  const std::string kind(target.name);
  const auto brake = readSetting(db_, brakeSetting(setup_.link, kind));
  if (!setup_.brakes || brake == kApproved) return true;
  // What belongs to a flow waits together: addresses without their customers' new names would mislead.
  const auto flow = heldFlows_.find(target.flow);
  const auto error = flow != heldFlows_.end() ? flow->second : unusual(kind);
  const auto part = brakePart(setup_.link, kind);
  if (!error) {
    if (!brake.empty()) {
      writeSetting(db_, brakeSetting(setup_.link, kind), "");
      health_.good(part);
    }
    return true;
  }
  if (brake.empty()) {
    writeSetting(db_, brakeSetting(setup_.link, kind), "on");
    logError("brake", *error, part);
  }
  health_.report(part, HealthLevel::Bad, *error);
  if (heldFlows_.emplace(target.flow, error).second) held_.push_back(*error);
  return false;
}

/// Everything of a kind of target was derived.
void Poller::derivedAll(std::string_view kind) {
  if (!isLoaded(kind)) writeSetting(db_, derivedSetting(setup_.link, kind), "all");
  if (readSetting(db_, brakeSetting(setup_.link, kind)).empty()) return;
  writeSetting(db_, brakeSetting(setup_.link, kind), "");
  health_.good(brakePart(setup_.link, kind));
}

std::int64_t Poller::older() {
  const auto count = readSetting(db_, rewoundSetting(setup_.link));
  return count.empty() ? 0 : std::stoll(count);
}

/// In the transaction that stores them: whoever goes on after a cut does not see them go back again.
void Poller::countOlder(std::int64_t more) {
  if (setup_.brakes && more > 0) writeSetting(db_, rewoundSetting(setup_.link), std::to_string(older() + more));
}

std::optional<Error> Poller::unusual(const std::string& kind) {
  const auto total = bindings_.count(kind);
  if (!isLoaded(kind) || total == 0) return std::nullopt;
  if (const auto count = older(); count >= kRewoundLeast) {
    if (dirtyKeys(setup_.link, kind, {}, 1).empty()) return std::nullopt;
    return Error{Fault::Retry, &kRewound, {std::to_string(count), setup_.erp, setup_.link}, {}, {}};
  }
  const auto limit =
      std::max(setup_.brakeLeast, static_cast<std::int64_t>(setup_.brakeShare * static_cast<double>(total)));
  if (static_cast<std::int64_t>(dirtyKeys(setup_.link, kind, {}, static_cast<std::size_t>(limit) + 1).size()) <=
      limit) {
    return std::nullopt;
  }
  std::int64_t many = 0;
  std::map<std::string, std::int64_t> fields;
  for (std::string after;;) {
    const auto keys = dirtyKeys(setup_.link, kind, after, kDeriveBatch);
    if (keys.empty()) break;
    after = keys.back();
    ReadScope read(db_);
    for (const auto& key : keys) {
      const auto send = difference({kind, key});
      many += send.empty() ? 0 : 1;
      for (const auto& [name, value] : send) ++fields[name];
    }
  }
  if (many <= limit) return std::nullopt;
  const auto most =
      std::max_element(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return Error{
      Fault::Retry, &kBraked, {std::to_string(many), std::to_string(total), kind, most->first, setup_.link}, {}, {}};
}

void Poller::clean(std::string_view link, std::string_view kind, std::string_view key) {
  auto& clean = db_.statement("DELETE FROM dirty WHERE link=? AND kind=? AND key=?");
  clean.bind(1, link);
  clean.bind(2, kind);
  clean.bind(3, key);
  clean.run();
}

/// False when it was stopped before everything was derived.
bool Poller::deriveDirty(std::string_view kind, std::stop_token stop, const std::function<void()>& queued) {
  for (std::string after;;) {
    if (!awaitRoom(stop)) return false;
    const auto keys = dirtyKeys(setup_.link, kind, after, kDeriveBatch);
    if (keys.empty()) return true;
    const bool known = knowsErp(kind, stop);
    UnitOfWork work(db_);
    bool some = false;
    // A record of the app whose way into the ERP nobody knows yet may be this one: the mark waits for the next pass.
    const bool doubt = !known || isCreating(kind);
    for (const auto& key : keys) {
      if (doubt && bindings_.idOf(kind, key).empty()) {
        after = key;
        continue;
      }
      some |= enqueue({std::string(kind), key});
      clean(setup_.link, kind, key);
    }
    work.commit();
    if (some) queued();
  }
}

bool Poller::awaitRoom(std::stop_token stop) {
  const auto part = scopeOf(setup_.link, setup_.erp) + "/room";
  for (bool told = false, waits = false;;) {
    health_.alive(scopeOf(setup_.link, setup_.erp), 15min);
    if (stop.stop_requested()) return false;
    // Once full it must go down a little, or reading would stop and go with every handful that is delivered.
    const auto limit = waits ? setup_.queueLimit - setup_.queueLimit / 10 : setup_.queueLimit;
    if (lastCount_ < 0 || lastCount_ + sinceCount_ >= limit) {
      ReadScope read(db_);
      lastCount_ = outbox_.count();
      sinceCount_ = 0;
    }
    const bool full = waits = lastCount_ >= limit;
    if (!full && setup_.hasRoom()) {
      if (std::exchange(paused_, false)) health_.good(part);
      return true;
    }
    if (!full && !setup_.waitsForDisk) throw StateError(kDiskFull, {});
    if (!told) {
      const Error error{Fault::Retry, full ? &kQueueFull : &kDiskFull, {std::to_string(lastCount_)}, {}, {}};
      health_.report(part, HealthLevel::Warning, error);
      logError("paused", error, part);
      told = paused_ = true;
    }
    if (!clock_.wait(1s, stop)) return false;
  }
}

}  // namespace postern
