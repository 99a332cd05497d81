// Poller: fields that both sides may change, and what goes back to the ERP.

#include <algorithm>

#include "agent/log.h"
#include "agent/merge.h"
#include "agent/poller.h"

namespace postern {
namespace {

constexpr Message kDisputed{
    "PST-7105",
    {"{0} of {1} {2} was changed on both sides", "{0} von {1} {2} wurde auf beiden Seiten geändert",
     "{0} van {1} {2} is aan beide kanten gewijzigd"},
    {"make both sides equal, or let the ERP win with \"postern queue retry\"",
     "Gleichen Sie beide Seiten an, oder lassen Sie mit „postern queue retry“ das ERP gewinnen",
     "maak beide kanten gelijk, of laat het ERP winnen met \"postern queue retry\""}};

void forget(Fields& fields, std::string_view name) {
  if (const auto it = fields.find(name); it != fields.end()) fields.erase(it);
}

/// A write that is under way, or may have been applied.
bool isInFlight(const std::optional<OutboxEntry>& entry) {
  return entry && (entry->state == OutboxEntry::State::Sending || entry->state == OutboxEntry::State::Probing);
}

std::optional<std::string> valueOf(const Fields& fields, std::string_view name) {
  const auto it = fields.find(name);
  return it == fields.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace

/// Decides every shared field of a bound target. `desired` loses what must not be sent to the app now; `binding` learns
/// what both sides agree on.
Poller::Decided Poller::settleShared(const Reference& target, Target& desired, Binding& binding) {
  Decided decided;
  const auto actual = app_.snapshot.get(target.kind, binding.id);
  if (!actual) return decided;
  const auto before = binding.agreed;
  auto& agreed = binding.agreed;
  Fields writes, base;
  std::set<std::string_view> held;
  const SharedField* any = nullptr;
  for (const auto& shared : setup_.shared) {
    if (shared.target != target.kind) continue;
    any = &shared;
    const auto want = valueOf(desired.fields, shared.field);
    if (!want) continue;
    const std::string field(shared.field);
    FieldState state{*want, valueOf(actual->record.fields, field), valueOf(agreed.ours, field),
                     valueOf(agreed.theirs, field)};
    const auto erp = erp_.snapshot.get(shared.record, target.key);
    if (const auto written = back_.find({std::string(shared.record), target.key}); written && erp) {
      // Our own write, whose answer was not seen yet, is no change of the ERP.
      const auto own = written->desired.find(shared.erpField);
      if (own != written->desired.end() && own->second == erp->record.field(shared.erpField)) state.ours = *want;
    }
    const auto verdict = judge(state);
    if (verdict == Verdict::Quiet) continue;
    if (verdict == Verdict::Equal) {
      // What the app was seen to hold may be older than our open write: its answer has yet to tell.
      if (isInFlight(outbox_.find(target))) continue;
      agreed.ours[field] = agreed.theirs[field] = *want;
      continue;
    }
    if (!erp || erp->gone) continue;  // nothing to write to; what is there stays
    if (verdict == Verdict::Conflict) {
      auto winner = shared.winner;
      if (winner == Winner::Newest) winner = actual->changedAt > erp->changedAt ? Winner::App : Winner::Erp;
      audit_.add(clock_.now(), scopeOf(setup_.link, setup_.app), target.kind, target.key,
                 winner == Winner::Erp   ? "conflict: erp"
                 : winner == Winner::App ? "conflict: app"
                                         : "conflict: parked",
                 {{field, *state.actual}});
      log(Level::Info, "poll", "conflict",
          {{"part", app_.part}, {"kind", target.kind}, {"key", target.key}, {"field", field}});
      if (winner == Winner::Park) {
        if (!decided.disputed) {
          decided.disputed = Error{Fault::Reject, &kDisputed, {field, target.kind, target.key}, {}, {}};
        }
        continue;
      }
      if (winner == Winner::Erp) {
        agreed.theirs[field] = *state.actual;  // seen; what the ERP asks for goes over it
        continue;
      }
      agreed.ours[field] = *want;  // seen; what the app says goes over it
    }
    auto value = rules_.toErp(shared, *state.actual, erp->record);
    const std::string erpField(shared.erpField);
    if (!value || *value == erp->record.field(erpField)) {
      agreed.theirs[field] = *state.actual;  // it may stay so: the ERP has no other word for it
      continue;
    }
    writes[erpField] = std::move(*value);
    base[erpField] = erp->record.field(erpField);
    held.insert(shared.field);
  }
  // What belongs together waits with it: a new date would carry the old state with it.
  const auto sink = sinkKinds_.find(target.kind);
  for (const auto field : held) {
    forget(desired.fields, field);
    const auto& group = sink->second.together;
    if (std::find(group.begin(), group.end(), field) == group.end()) continue;
    for (const auto other : group) forget(desired.fields, other);
  }
  if (before != agreed) bindings_.put(target.kind, target.key, binding, clock_.now());
  if (any != nullptr) decided.wroteBack = writeBack({std::string(any->record), target.key}, target.kind, writes, base);
  return decided;
}

/// Brings the queue towards the ERP up to date: what targets of kind `from` ask for replaces what they asked before.
bool Poller::writeBack(const Reference& record, std::string_view from, const Fields& writes, const Fields& base) {
  const auto waiting = back_.find(record);
  if (!waiting && writes.empty()) return false;
  Target target;
  if (waiting) {
    target.fields = waiting->desired;
    target.base = waiting->base;
    for (const auto& shared : setup_.shared) {
      if (shared.target != from) continue;
      forget(target.fields, shared.erpField);
      forget(target.base, shared.erpField);
    }
  }
  for (const auto& [name, value] : writes) target.fields[name] = value;
  for (const auto& [name, value] : base) target.base[name] = value;
  const auto kind = erpKinds_.find(record.kind);
  const int rank = kind == erpKinds_.end() ? 0 : kind->second.rank;
  const auto put = back_.put(setup_.link, record, rank, target, !target.fields.empty(), clock_.now());
  if (put == Outbox::Put::Queued) ++progress_.queued;
  return put == Outbox::Put::Queued || put == Outbox::Put::Replaced;
}

}  // namespace postern
