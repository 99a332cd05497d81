#include "agent/echo.h"

#include "agent/outbox.h"
#include "agent/poller.h"
#include "agent/snapshot.h"

namespace postern {

namespace {

/// The app's record and ours are the same thing from now on.
void bindCounterpart(Database& db, const std::string& app, const Counterpart& pair, Clock::Time now) {
  Bindings bindings(db, app);
  if (!bindings.idOf(pair.ours.kind, pair.ours.key).empty()) return;
  if (!bindings.keyOf(pair.ours.kind, pair.id).empty()) return;
  Binding binding{pair.id, {}, true};
  // What it holds there was never asked for; it stays until the ERP's record differs.
  if (const auto seen = Snapshot(db, app).get(pair.ours.kind, pair.id)) binding.agreed.theirs = seen->record.fields;
  bindings.put(pair.ours.kind, pair.ours.key, binding, now);
  Outbox(db, app).unblock(pair.ours);
}

}  // namespace

std::function<void(Database&, const Told&)> toldByApp(std::string link, std::string scope, std::string erp,
                                                      WriteWatch& writes, Clock& clock, const Rules& rules) {
  return [link = std::move(link), scope = std::move(scope), erp = std::move(erp), &writes, &clock, &rules](
             Database& db, const Told& told) {
    writes.note(told.target.kind, told.id);
    for (const auto& kind : rules.backTargets()) {
      if (kind.counterpart == told.target.kind) Outbox(db, erp).unblock({std::string(kind.name), told.id});
    }
    Snapshot snapshot(db, scope);
    if (snapshot.patch(told.target.kind, told.id, told.holds, clock.now())) markDirty(db, link, told.target);
  };
}

std::function<void(Database&, const Told&)> toldByErp(std::string link, std::string scope, std::string app,
                                                      WriteWatch& writes, Clock& clock, const Rules& rules,
                                                      std::vector<SharedField> shared) {
  return [link = std::move(link), scope = std::move(scope), app = std::move(app), shared = std::move(shared), &writes,
          &clock, &rules](Database& db, const Told& told) {
    writes.note(told.target.kind, told.id);
    const Snapshot theirs(db, app);
    for (const auto& pair : rules.counterparts(told.target, told.id, theirs)) {
      bindCounterpart(db, app, pair, clock.now());
    }
    Snapshot snapshot(db, scope);
    const auto record = snapshot.patch(told.target.kind, told.id, told.holds, clock.now());
    if (!record) return;
    Bindings bindings(db, app);
    for (const auto& field : shared) {
      const auto sent = told.sent.find(field.erpField);
      if (field.record != told.target.kind || sent == told.sent.end()) continue;
      if (record->field(field.erpField) != sent->second) continue;  // held back: somebody else had changed it
      const Reference target{std::string(field.target), told.target.key};
      auto binding = bindings.get(target.kind, target.key);
      const auto values = rules.sharedFields(target, snapshot);
      const auto value = values.find(field.field);
      if (!binding || value == values.end()) continue;
      binding->agreed.ours[value->first] = binding->agreed.theirs[value->first] = value->second;
      bindings.put(target.kind, target.key, *binding, clock.now());
    }
    for (const auto& target : rules.touched(*record, snapshot)) markDirty(db, link, target);
  };
}

}  // namespace postern
