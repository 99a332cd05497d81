#include "agent/explain.h"

#include <algorithm>
#include <set>

#include "agent/poller.h"
#include "agent/reconcile.h"

namespace postern {
namespace {

constexpr std::size_t kMostLines = 100;

std::vector<std::string> namesOf(const Fields& fields) {
  std::vector<std::string> names;
  for (const auto& [name, value] : fields) names.push_back(name);
  return names;
}

std::optional<SeenRecord> seenIn(const Snapshot& snapshot, const Reference& record) {
  const auto sighting = snapshot.sighting(record.kind, record.key);
  const auto seen = snapshot.get(record.kind, record.key);
  if (!sighting || !seen) return std::nullopt;
  return SeenRecord{*sighting, seen->record.changed};
}

Dealings dealingsWith(Database& db, const std::string& scope, const Reference& record) {
  return {Outbox(db, scope).find(record), Audit(db).list(scope, record.kind, record.key, kMostLines)};
}

bool isEmpty(const Dealings& dealings) { return !dealings.queued && dealings.audit.empty(); }

std::optional<HealthEntry> brakeOf(Database& db, const std::string& part) {
  for (auto& entry : readHealth(db)) {
    if (entry.part == part && entry.level != HealthLevel::Good) return std::move(entry);
  }
  return std::nullopt;
}

/// Fields that the app was last seen to hold otherwise than both sides agreed.
std::vector<std::string> editedThere(const Record& there, const Agreed& agreed) {
  std::vector<std::string> names;
  for (const auto& [name, value] : agreed.theirs) {
    const auto it = there.fields.find(name);
    if (it != there.fields.end() && it->second != value) names.push_back(name);
  }
  return names;
}

const TargetKind* kindIn(std::span<const TargetKind> targets, const std::string& kind) {
  const auto it = std::find_if(targets.begin(), targets.end(), [&](const TargetKind& t) { return t.name == kind; });
  return it == targets.end() ? nullptr : &*it;
}

bool isOff(const TargetKind* kind, const std::set<std::string, std::less<>>& flows) {
  return kind == nullptr || !flows.contains(kind->flow);
}

std::vector<std::string> toSend(const Target& target, const std::optional<Binding>& binding,
                                std::span<const SinkKind> kinds, const std::string& name) {
  if (!binding) return namesOf(target.fields);
  const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const SinkKind& k) { return k.name == name; });
  const SinkKind sink = kind == kinds.end() ? SinkKind{} : *kind;
  return namesOf(fieldsToSend(target.fields, binding->agreed, sink.together, sink.createOnly));
}

/// Whether anything is, or was, to be done for it.
bool isKnown(const ExplainedTarget& target) {
  return target.wanted || target.due || !target.id.empty() || !isEmpty(target.towards);
}

ExplainedTarget explainTarget(Database& db, const ExplainedLink& link, const Reference& reference, Clock::Time now) {
  const auto scope = scopeOf(link.name, link.app);
  const Snapshot erp(db, scopeOf(link.name, link.erp));
  const Snapshot app(db, scope);
  const Bindings bindings(db, scope);
  ExplainedTarget told{.system = link.app, .target = reference};
  told.off = isOff(kindIn(link.rules.targets(), reference.kind), link.flows.toApp);
  told.due = isDirty(db, link.name, reference);
  told.brake = brakeOf(db, brakePart(link.name, reference.kind));
  told.towards = dealingsWith(db, scope, reference);
  told.agreedAt = bindings.agreedAt(reference.kind, reference.key);
  const auto target = derivedFor(reference, link.rules, erp, Outbox(db, scope), now);
  told.wanted = target.has_value();
  const auto binding = bindings.get(reference.kind, reference.key);
  if (binding) {
    told.id = binding->id;
    told.seen = seenIn(app, {reference.kind, binding->id});
    if (const auto there = app.get(reference.kind, binding->id)) {
      told.edited = editedThere(there->record, binding->agreed);
    }
  }
  if (target) told.toSend = toSend(*target, binding, link.kinds, reference.kind);
  return told;
}

/// A record of the ERP that the app makes; `reference` has the app's key. nullopt for one that came from the ERP.
std::optional<ExplainedTarget> explainMade(Database& db, const ExplainedLink& link, const Reference& reference,
                                           Clock::Time now) {
  const auto* kind = kindIn(link.rules.backTargets(), reference.kind);
  if (kind == nullptr) return std::nullopt;
  const auto scope = scopeOf(link.name, link.erp);
  const Snapshot erp(db, scope);
  const Snapshot app(db, scopeOf(link.name, link.app));
  const Bindings erpBindings(db, scope);
  const Bindings appBindings(db, scopeOf(link.name, link.app));
  const auto binding = erpBindings.get(reference.kind, reference.key);
  if (!binding && !kind->counterpart.empty() && !appBindings.keyOf(kind->counterpart, reference.key).empty()) {
    return std::nullopt;
  }
  ExplainedTarget told{.system = link.erp, .target = reference};
  told.off = isOff(kind, link.flows.toErp);
  told.due = isDirty(db, backLinkOf(link.name), reference);
  told.brake = brakeOf(db, backBrakePart(link.name, reference.kind));
  told.towards = dealingsWith(db, scope, reference);
  told.agreedAt = erpBindings.agreedAt(reference.kind, reference.key);
  if (binding) {
    told.id = binding->id;
    told.seen = seenIn(erp, {reference.kind, binding->id});
  }
  const auto view = backView(app, erp, appBindings, erpBindings);
  const auto target = wasDeletedUnsent(*kind, reference.key, app, erpBindings)
                          ? std::nullopt
                          : link.rules.deriveBack(reference, view, now);
  told.wanted = target.has_value();
  if (target) told.toSend = toSend(*target, binding, link.erpKinds, reference.kind);
  return isKnown(told) ? std::optional(std::move(told)) : std::nullopt;
}

}  // namespace

std::optional<Explanation> explainErp(Database& db, const ExplainedLink& link, const Reference& record,
                                      Clock::Time now) {
  const auto scope = scopeOf(link.name, link.erp);
  const Snapshot erp(db, scope);
  Explanation told{.link = link.name};
  told.seen = seenIn(erp, record);
  const auto maker = Bindings(db, scope).keyOf(record.kind, record.key);
  if (auto made = explainMade(db, link, {record.kind, maker.empty() ? record.key : maker}, now)) {
    told.targets.push_back(std::move(*made));
  } else {
    told.towards = dealingsWith(db, scope, record);
  }
  if (!told.seen && isEmpty(told.towards) && told.targets.empty()) return std::nullopt;
  if (const auto seen = erp.get(record.kind, record.key)) {
    const auto touched = link.rules.touched(seen->record, erp);
    for (const auto& target : std::set<Reference>(touched.begin(), touched.end())) {
      told.targets.push_back(explainTarget(db, link, target, now));
    }
  }
  return told;
}

std::optional<Explanation> explainApp(Database& db, const ExplainedLink& link, const Reference& record,
                                      Clock::Time now) {
  const auto scope = scopeOf(link.name, link.app);
  const Bindings bindings(db, scope);
  Explanation told{.link = link.name};
  const Snapshot app(db, scope);
  auto target = explainTarget(db, link, record, now);
  if (!isKnown(target)) {
    const auto key = bindings.keyOf(record.kind, record.key);
    if (!key.empty()) target = explainTarget(db, link, {record.kind, key}, now);
  }
  const bool ours = isKnown(target);
  const auto id = ours && !target.id.empty() ? target.id : record.key;
  told.seen = ours ? target.seen : seenIn(app, record);
  if (ours) told.targets.push_back(std::move(target));
  if (const auto seen = app.get(record.kind, id)) {
    const auto touched = link.rules.touchedBack(seen->record, app);
    for (const auto& reference : std::set<Reference>(touched.begin(), touched.end())) {
      if (auto made = explainMade(db, link, reference, now)) told.targets.push_back(std::move(*made));
    }
  }
  return told.seen || !told.targets.empty() ? std::optional(std::move(told)) : std::nullopt;
}

}  // namespace postern
