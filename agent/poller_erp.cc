// Poller: records that the app makes, derived for the ERP.

#include <algorithm>

#include "agent/adoption.h"
#include "agent/log.h"
#include "agent/poller.h"
#include "agent/reconcile.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBatch = 200;
/// Between two passes as many come in without anybody wondering; an outage of the ERP must not end in a stop.
constexpr std::int64_t kUsual = 500;

constexpr Message kFirstBack{
    "PST-7106",
    {"{0} records of kind {1} were in the app before this flow was switched on; none of them is written to {2}",
     "{0} Datensätze der Art {1} waren in der App, bevor dieser Datenfluss eingeschaltet wurde; keiner davon wird in "
     "{2} "
     "geschrieben",
     "{0} records van soort {1} stonden in de app voordat deze gegevensstroom werd ingeschakeld; geen daarvan wordt in "
     "{2} geschreven"},
    {"look at \"postern plan\"; release them with \"postern approve {3}\", or limit the flow by its settings",
     "Sehen Sie sich „postern plan“ an; geben Sie sie mit „postern approve {3}“ frei, oder begrenzen Sie den "
     "Datenfluss "
     "durch seine Einstellungen",
     "bekijk \"postern plan\"; geef ze vrij met \"postern approve {3}\", of beperk de gegevensstroom met de "
     "instellingen"}};
constexpr Message kManyBack{
    "PST-7107",
    {"{0} records of kind {1} would be written to {2} at once; none of it is sent",
     "{0} Datensätze der Art {1} würden auf einmal in {2} geschrieben; nichts davon wird gesendet",
     "{0} records van soort {1} zouden in één keer in {2} worden geschreven; er wordt niets verzonden"},
    {"look at \"postern plan\"; if it is meant, release it with \"postern approve {3}\"",
     "Sehen Sie sich „postern plan“ an; ist es gewollt, geben Sie es mit „postern approve {3}“ frei",
     "bekijk \"postern plan\"; is het de bedoeling, geef het dan vrij met \"postern approve {3}\""}};

/// "" = never derived, "all" = what was there at first was let through.
std::string loadedSetting(std::string_view link, std::string_view target) {
  return "derived/" + std::string(link) + "/back/" + std::string(target);
}

}  // namespace

BackView backView(const Snapshot& app, const Snapshot& erp, const Bindings& appBindings, const Bindings& erpBindings) {
  return {app, erp,
          [&appBindings](std::string_view kind, std::string_view key) { return appBindings.keyOf(kind, key); },
          [&erpBindings](const Reference& target) -> std::optional<Fields> {
            auto sent = erpBindings.get(target.kind, target.key);
            if (!sent) return std::nullopt;
            // What is only found there after a lost state file went out just as well.
            sent->agreed.ours.merge(sent->agreed.theirs);
            return std::move(sent->agreed.ours);
          }};
}

std::string backLinkOf(std::string_view link) { return std::string(link) + "/back"; }

bool Poller::comesBack(std::string_view kind) const {
  return std::any_of(backTargets_.begin(), backTargets_.end(), [&](const auto& t) { return t.counterpart == kind; });
}

/// Whether it is known which records of `kind` in the ERP we made; waits for that a little, outside of any transaction.
bool Poller::knowsErp(std::string_view kind, std::stop_token stop) {
  const auto scope = scopeOf(setup_.link, setup_.erp);
  return std::all_of(backTargets_.begin(), backTargets_.end(), [&](const TargetKind& target) {
    if (target.counterpart != kind) return true;
    while (!isAdopted(db_, scope, std::string(target.name))) {
      if (clock_.monotonic() >= waitsUntil_ || !clock_.wait(100ms, stop)) return false;
    }
    return true;
  });
}

/// Whether a record of `kind` that is new in the ERP may be one that we are just creating there.
bool Poller::isCreating(std::string_view kind) {
  const auto scope = scopeOf(setup_.link, setup_.erp);
  for (const auto& target : backTargets_) {
    if (target.counterpart != kind) continue;
    auto& query = db_.statement("SELECT 1 FROM outbox WHERE system=? AND kind=? AND state IN (1,2) LIMIT 1");
    query.bind(1, scope);
    query.bind(2, target.name);
    const bool flying = query.step();
    query.reset();
    if (flying) return true;
  }
  return false;
}

void Poller::touchBack(const Side& side, const Record& record) {
  if (side.isErp || backTargets_.empty()) return;
  for (const auto& target : rules_.touchedBack(record, app_.snapshot)) {
    const auto isKind = [&](const TargetKind& kind) { return kind.name == target.kind; };
    if (std::any_of(backTargets_.begin(), backTargets_.end(), isKind)) markDirty(db_, backLink(), target);
  }
}

/// Everything that the app's records of `kind` can affect is derived again; only `onlyTarget` unless it is empty.
void Poller::markAllBack(std::string_view kind, std::string_view onlyTarget) {
  for (std::string after;;) {
    UnitOfWork work(db_);
    const auto batch = app_.snapshot.list(kind, after, kBatch);
    if (batch.empty()) return;
    after = batch.back().record.key;
    for (const auto& seen : batch) {
      for (const auto& target : rules_.touchedBack(seen.record, app_.snapshot)) {
        const auto mine = [&](const TargetKind& known) {
          return known.name == target.kind && (onlyTarget.empty() || onlyTarget == known.name);
        };
        if (std::any_of(backTargets_.begin(), backTargets_.end(), mine)) markDirty(db_, backLink(), target);
      }
    }
    work.commit();
  }
}

void Poller::deriveBack(std::stop_token stop, const std::function<void()>& queued) {
  for (const auto& target : backTargets_) {
    if (stop.stop_requested()) return;
    if (readSetting(db_, loadedSetting(setup_.link, target.name)).empty()) {
      for (const auto input : target.inputs) markAllBack(input, target.name);
    }
    wakeRefused(target);
    if (mayDeriveBack(target)) deriveBackKind(target, stop, queued);
  }
}

/// What was refused may be right by now, though nothing changed in the app.
void Poller::wakeRefused(const TargetKind& target) {
  if (!erpKinds_.at(std::string(target.name)).refusalsPass) return;
  const auto link = backLink();
  const auto scope = scopeOf(setup_.link, setup_.erp);
  auto& mark = db_.statement(
      "INSERT OR IGNORE INTO dirty(link,kind,key) SELECT ?,kind,key FROM outbox WHERE system=? AND kind=? AND state=4");
  mark.bind(1, link);
  mark.bind(2, scope);
  mark.bind(3, target.name);
  mark.run();
}

std::optional<Target> Poller::derivedBack(const Reference& reference) {
  return rules_.deriveBack(reference, backView(app_.snapshot, erp_.snapshot, bindings_, erpBindings_), clock_.now());
}

bool wasDeletedUnsent(const TargetKind& target, const std::string& key, const Snapshot& app, const Bindings& erp) {
  if (target.inputs.empty() || !erp.idOf(target.name, key).empty()) return false;
  const auto source = app.get(target.inputs.front(), key);
  return source && source->gone;
}

/// True when something was queued.
bool Poller::enqueueBack(const TargetKind& target, const std::string& key) {
  const Reference reference{std::string(target.name), key};
  const auto& sink = erpKinds_.at(reference.kind);
  const auto binding = erpBindings_.get(reference.kind, key);
  const bool cameFromErp = !binding && !target.counterpart.empty() && !bindings_.keyOf(target.counterpart, key).empty();
  const auto now = clock_.now();
  const auto desired =
      cameFromErp || wasDeletedUnsent(target, key, app_.snapshot, erpBindings_) ? std::nullopt : derivedBack(reference);
  if (!desired) return back_.withdraw(reference), false;
  const auto before = back_.find(reference);
  if (desired->refusal) {
    return back_.dispute(setup_.link, reference, sink.rank, *desired, *desired->refusal, now);
  }
  const bool differs =
      !binding || !fieldsToSend(desired->fields, binding->agreed, sink.together, sink.createOnly).empty();
  const auto put = back_.put(setup_.link, reference, sink.rank, *desired, differs, now);
  if (put == Outbox::Put::Queued) ++progress_.queued;
  if (before && before->state == OutboxEntry::State::Parked && put == Outbox::Put::Nothing && sink.refusalsPass) {
    back_.tryAgain(before->id);
    return true;
  }
  return put == Outbox::Put::Queued || put == Outbox::Put::Replaced;
}

void Poller::deriveBackKind(const TargetKind& target, std::stop_token stop, const std::function<void()>& queued) {
  const auto link = backLink();
  while (!stop.stop_requested()) {
    const auto keys = dirtyKeys(link, target.name, {}, kBatch);
    if (keys.empty()) return derivedAllBack(target);
    UnitOfWork work(db_);
    bool some = false;
    for (const auto& key : keys) {
      some |= enqueueBack(target, key);
      clean(link, target.name, key);
    }
    work.commit();
    if (some) queued();
  }
}

void Poller::derivedAllBack(const TargetKind& target) {
  const auto loaded = loadedSetting(setup_.link, target.name);
  if (readSetting(db_, loaded).empty()) writeSetting(db_, loaded, "all");
  const auto brake = backBrakeSetting(setup_.link, target.name);
  if (readSetting(db_, brake).empty()) return;
  writeSetting(db_, brake, "");
  health_.good(backBrakePart(setup_.link, target.name));
}

/// How many records would be new in the ERP; 0 when there cannot be more than `limit`.
std::int64_t Poller::countNewBack(const TargetKind& target, std::int64_t limit) {
  const auto link = backLink();
  const auto enough = static_cast<std::size_t>(limit) + 1;
  if (dirtyKeys(link, target.name, {}, enough).size() < enough) return 0;
  std::int64_t many = 0;
  for (std::string after;;) {
    const auto keys = dirtyKeys(link, target.name, after, kBatch);
    if (keys.empty()) return many;
    after = keys.back();
    ReadScope read(db_);
    for (const auto& key : keys) {
      if (erpBindings_.idOf(target.name, key).empty() && bindings_.keyOf(target.counterpart, key).empty() &&
          !wasDeletedUnsent(target, key, app_.snapshot, erpBindings_) && derivedBack({std::string(target.name), key}))
        ++many;
    }
  }
}

/// What the app held before the flow was switched on, or an unusual number of records, waits for somebody to have
/// looked: nothing takes an order or hours out of an ERP again.
bool Poller::mayDeriveBack(const TargetKind& target) {
  const auto setting = backBrakeSetting(setup_.link, target.name);
  const auto brake = readSetting(db_, setting);
  if (!setup_.brakes || brake == kApproved) return true;
  const bool first = readSetting(db_, loadedSetting(setup_.link, target.name)).empty();
  const std::int64_t limit = first ? 0 : kUsual;
  const auto many = countNewBack(target, limit);
  const auto part = backBrakePart(setup_.link, target.name);
  if (many <= limit) {
    if (!brake.empty()) {
      writeSetting(db_, setting, "");
      health_.good(part);
    }
    return true;
  }
  const Error error{Fault::Retry,
                    first ? &kFirstBack : &kManyBack,
                    {std::to_string(many), std::string(target.name), setup_.erp, setup_.link},
                    {},
                    {}};
  if (brake.empty()) {
    writeSetting(db_, setting, "on");
    log(Level::Warning, "poll", "brake",
        {{"part", part}, {"code", error.code()}, {"cause", error.cause(Language::En)}});
  }
  health_.report(part, HealthLevel::Bad, error);
  held_.push_back(error);
  return false;
}

}  // namespace postern
