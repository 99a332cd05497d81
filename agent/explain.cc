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

std::optional<HealthEntry> brakeOf(Database& db, const std::string& link, const std::string& kind) {
  for (auto& entry : readHealth(db)) {
    if (entry.part == link + "/brake/" + kind && entry.level != HealthLevel::Good) return std::move(entry);
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

bool isOff(const ExplainedLink& link, const std::string& kind) {
  const auto targets = link.rules.targets();
  const auto it = std::find_if(targets.begin(), targets.end(), [&](const TargetKind& t) { return t.name == kind; });
  return it == targets.end() || !link.flows.toApp.contains(it->flow);
}

ExplainedTarget explainTarget(Database& db, const ExplainedLink& link, const Reference& reference, Clock::Time now) {
  const auto scope = scopeOf(link.name, link.app);
  const Snapshot erp(db, scopeOf(link.name, link.erp));
  const Snapshot app(db, scope);
  const Bindings bindings(db, scope);
  ExplainedTarget told;
  told.target = reference;
  told.off = isOff(link, reference.kind);
  told.due = isDirty(db, link.name, reference);
  told.brake = brakeOf(db, link.name, reference.kind);
  told.towards = dealingsWith(db, scope, reference);
  told.agreedAt = bindings.agreedAt(reference.kind, reference.key);
  const auto target = link.rules.derive(reference, erp, now);
  told.wanted = target.has_value();
  const auto binding = bindings.get(reference.kind, reference.key);
  if (binding) {
    told.id = binding->id;
    told.seen = seenIn(app, {reference.kind, binding->id});
    if (const auto there = app.get(reference.kind, binding->id)) {
      told.edited = editedThere(there->record, binding->agreed);
    }
  }
  if (!target) return told;
  const auto kind =
      std::find_if(link.kinds.begin(), link.kinds.end(), [&](const SinkKind& k) { return k.name == reference.kind; });
  const SinkKind sink = kind == link.kinds.end() ? SinkKind{} : *kind;
  told.toSend =
      namesOf(binding ? fieldsToSend(target->fields, binding->agreed, sink.together, sink.createOnly) : target->fields);
  return told;
}

}  // namespace

std::optional<Explanation> explainErp(Database& db, const ExplainedLink& link, const Reference& record,
                                      Clock::Time now) {
  const auto scope = scopeOf(link.name, link.erp);
  const Snapshot erp(db, scope);
  Explanation told{.link = link.name};
  told.seen = seenIn(erp, record);
  told.towards = dealingsWith(db, scope, record);
  if (!told.seen && isEmpty(told.towards)) return std::nullopt;
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
  const auto known = [](const ExplainedTarget& target) {
    return target.wanted || target.due || !target.id.empty() || !isEmpty(target.towards);
  };
  auto target = explainTarget(db, link, record, now);
  if (!known(target)) {
    const auto key = bindings.keyOf(record.kind, record.key);
    if (key.empty()) {
      told.seen = seenIn(Snapshot(db, scope), record);
      return told.seen ? std::optional(told) : std::nullopt;  // there, but not ours
    }
    target = explainTarget(db, link, {record.kind, key}, now);
  }
  told.seen = target.seen;
  told.targets.push_back(std::move(target));
  return told;
}

}  // namespace postern
