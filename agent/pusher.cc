#include "agent/pusher.h"

#include <algorithm>

#include "agent/backoff.h"
#include "agent/log.h"
#include "agent/strangers.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kCrashed{
    "PST-7201",
    {"postern was ended while this change was being sent",
     "postern wurde beendet, während diese Änderung gesendet wurde",
     "postern werd beëindigd terwijl deze wijziging werd verzonden"},
    {"nothing to do: it is looked up before it is sent again", "nichts zu tun: vor erneutem Senden wird nachgesehen",
     "niets te doen: er wordt eerst gekeken voordat opnieuw wordt verzonden"}};
constexpr Message kSameThere{
    "PST-7203",
    {"{0} {1} is equal to {2}, which {3} has as {4}: whether it is to be there once more is not known",
     "{0} {1} gleicht {2}, das {3} als {4} führt: ob es dort noch einmal stehen soll, ist nicht bekannt",
     "{0} {1} is gelijk aan {2}, dat {3} als {4} heeft: of het daar nog eens moet staan, is niet bekend"},
    {"if both are meant, let them differ (in their text or amount), or map a field that keeps postern's references "
     "there; "
     "else delete one of them",
     "Sind beide gemeint, lassen Sie sie sich unterscheiden (in Text oder Menge), oder ordnen Sie ein Feld zu, das "
     "dort "
     "die Referenzen von postern behält; sonst löschen Sie eines davon",
     "zijn beide bedoeld, laat ze dan verschillen (in tekst of aantal), of koppel een veld dat daar de referenties van "
     "postern bewaart; verwijder anders een van de twee"}};
constexpr Message kStateFile{
    "PST-6005",
    {"the state file could not be written: {0}", "die Zustandsdatei konnte nicht geschrieben werden: {0}",
     "het statusbestand kon niet worden geschreven: {0}"},
    {"check free space and rights of state_dir; delivery goes on by itself",
     "Prüfen Sie freien Platz und Rechte von state_dir; die Zustellung läuft dann von selbst weiter",
     "controleer de vrije ruimte en de rechten van state_dir; de aflevering gaat vanzelf verder"}};

constexpr BackoffLimits kRecordBackoff{2s, 3600s};
constexpr BackoffLimits kDestinationBackoff{1s, 60s};
constexpr BackoffLimits kAuthBackoff{60s, 3600s};
constexpr std::size_t kFindBatch = 50;
/// `sync` waits for entries that are due within this; what takes longer is left to the next pass.
constexpr auto kPatience = 60s;
/// `sync` gives a destination up after this many failures in a row.
constexpr int kGiveUpAfter = 4;
/// How long a worker may be silent: the longest answer limit of a call and then some.
constexpr auto kSilence = 10min;

}  // namespace

Pusher::Pusher(Database& db, Sink& sink, PusherSetup setup, Clock& clock, Health& health, Progress& progress)
    : db_(db),
      sink_(sink),
      setup_(std::move(setup)),
      scope_(setup_.link + '/' + setup_.app),
      part_(setup_.part.empty() ? scope_ : setup_.part),
      clock_(clock),
      health_(health),
      progress_(progress),
      bindings_(db, scope_),
      outbox_(db, scope_),
      audit_(db) {}

Pusher::~Pusher() = default;

void Pusher::run(Until until, std::stop_token stop) {
  {
    const std::scoped_lock lock(mutex_);
    lanes_ = std::make_unique<Lanes>(sink_, setup_.lanes, stop);
  }
  std::stop_callback wakeUp(stop, [this] { wake(); });
  bool recovered = false;
  int failures = 0;  // of the state file, in a row
  std::int64_t seenVersion = -1;
  while (!stop.stop_requested()) {
    health_.alive(part_, kSilence);
    try {
      if (!recovered) recover();
      recovered = true;
      if (adopted_ || adopt(stop) || !unsettled_.empty()) step(stop);
      publish();
      failures = 0;
      if (until == Until::Delivered && finished()) break;
      if (inFlight_.empty() && !more_) {
        // Another process may have mended or queued something.
        const auto version = db_.dataVersion();
        more_ = std::exchange(seenVersion, version) != version;
      }
    } catch (const DatabaseError& e) {
      if (!e.passes() || (until == Until::Delivered && ++failures == kGiveUpAfter)) throw;
      const Error error{Fault::Retry, &kStateFile, {e.what()}, {}, {}};
      health_.report(part_, HealthLevel::Bad, error);
      unpublished_ = true;  // the board must hear when it is over
      log(Level::Error, "push", "state file", {{"part", part_}, {"code", error.code()}, {"cause", e.what()}});
      clock_.wait(5s, stop);
      continue;
    }
    // A transaction for a handful of records costs as much as one for most of the window; the rest keeps the lanes
    // busy.
    collect(lanes_->take(std::min(calls_, std::max<std::size_t>(1, setup_.window * 3 / 4)), pause()));
  }
  collect(lanes_->finish());
  {
    const std::scoped_lock lock(mutex_);
    lanes_.reset();
  }
  flush(stop);
  inFlight_.clear();
}

void Pusher::recover() {
  const int unknown = outbox_.recover(clock_.now() + setup_.probeDelay);
  if (unknown == 0) return;
  log(Level::Info, "push", "recovered", {{"part", part_}, {"code", kCrashed.code}, {"unknown", unknown}});
}

void Pusher::collect(std::vector<DeliveryOutcome> outcomes) {
  calls_ -= outcomes.size();
  for (auto& outcome : outcomes) {
    if (outcome.started && !outcome.task.find) ++progress_.writes;
    unsettled_.push_back(std::move(outcome));
  }
}

/// What came back during the stop is settled, so that a clean stop leaves little to look up.
void Pusher::flush(std::stop_token stop) {
  if (unsettled_.empty() || !stop.stop_requested()) return;
  try {
    step(stop);
  } catch (const DatabaseError& e) {
    // They are still marked as being sent: the next start looks them up.
    log(Level::Warning, "push", "state file", {{"part", part_}, {"code", kStateFile.code}, {"cause", e.what()}});
  }
  unsettled_.clear();
}

void Pusher::wake() {
  const std::scoped_lock lock(mutex_);
  if (lanes_) lanes_->wake();
}

void Pusher::noMore() {
  const std::scoped_lock lock(mutex_);
  noMore_ = true;
  if (lanes_) lanes_->wake();
}

std::optional<Error> Pusher::destinationError() const {
  const std::scoped_lock lock(mutex_);
  return destinationError_;
}

const SinkKind& Pusher::sinkKind(const std::string& name) const {
  static const SinkKind kNone{};
  for (const auto& kind : sink_.kinds()) {
    if (kind.name == name) return kind;
  }
  return kNone;
}

bool Pusher::adopt(std::stop_token stop) {
  if (mode() == Mode::Paused) return false;
  const auto adopted = adoptExisting(db_, sink_, setup_.targets, scope_, clock_, stop, setup_.told);
  if (!adopted) {
    if (adopted.error().fault != Fault::Stop) failed(adopted.error(), era_);
    return false;
  }
  if (*adopted > 0) {
    log(Level::Info, "push", "adopted", {{"part", part_}, {"records", std::to_string(*adopted)}});
  }
  succeeded(era_);
  adopted_ = true;
  more_ = true;
  return true;
}

void Pusher::step(std::stop_token stop) {
  const bool idle = unsettled_.empty() && inFlight_.empty() && !more_ && mode() == Mode::Open;
  if (idle) {
    const auto next = outbox_.nextDue(clock_.now());
    if (!next || *next > clock_.now()) return;
  }
  std::vector<DeliveryTask> tasks;
  const auto settledBefore = unsettled_.size();
  {
    UnitOfWork work(db_);
    blocked_ = !unsettled_.empty() && outbox_.anyBlocked();
    for (auto& outcome : unsettled_) settle(outcome);
    if (adopted_ && !stop.stop_requested()) pick(tasks);
    work.commit();
  }
  for (auto& outcome : unsettled_) {
    for (const auto& entry : outcome.task.entries) inFlight_.erase(entry.id);
    if (!outcome.started || outcome.task.find) continue;
    if (outcome.settled) ++progress_.delivered;
    if (outcome.settled) continue;
    const auto fault = outcome.settled.error().fault;
    const bool comesBack = fault == Fault::Gone && isRestored(outcome.task.entries.front().kind);
    if (isRefusal(fault) && !comesBack) ++progress_.parked;
  }
  unsettled_.clear();
  if (settledBefore != 0) more_ = true;
  for (auto& task : tasks) {
    for (const auto& entry : task.entries) inFlight_.insert(entry.id);
    task.era = era_;
  }
  calls_ += tasks.size();
  if (!tasks.empty()) lanes_->add(std::move(tasks));
}

void Pusher::pick(std::vector<DeliveryTask>& tasks) {
  const auto now = clock_.now();
  const auto how = mode();
  std::size_t settling = 0;
  for (const auto& outcome : unsettled_) settling += outcome.task.entries.size();
  const std::size_t busy = inFlight_.size() - std::min(settling, inFlight_.size());
  std::size_t room = how == Mode::Open ? setup_.window - std::min(busy, setup_.window) : 0;
  if (how == Mode::OneCall && busy == 0) room = 1;
  if (room == 0) return;

  // Unknown outcomes first: a look-up is the cheapest way to learn that the destination is back.
  std::map<std::string, std::vector<OutboxEntry>> unknown;
  std::set<std::int64_t> settlingIds;
  for (const auto& outcome : unsettled_) {
    for (const auto& entry : outcome.task.entries) settlingIds.insert(entry.id);
  }
  const auto flying = [&](std::int64_t id) { return inFlight_.contains(id) && !settlingIds.contains(id); };
  std::size_t found = 0;
  const std::size_t askFor = how == Mode::OneCall ? kFindBatch : room;
  for (auto& entry : outbox_.due(OutboxEntry::State::Probing, now, askFor + inFlight_.size())) {
    if (flying(entry.id) || found >= askFor) continue;
    if (how == Mode::OneCall && !unknown.empty() && !unknown.contains(entry.kind)) continue;
    if (sinkKind(entry.kind).updatesOnly || !bindings_.idOf(entry.kind, entry.key).empty()) {
      // An update may be sent twice: it sets the same values.
      if (how == Mode::OneCall && found > 0) continue;
      if (prepare(entry, tasks)) ++found;
      if (how == Mode::OneCall && found > 0) break;
      continue;
    }
    ++found;
    unknown[entry.kind].push_back(std::move(entry));
  }
  for (auto& [kind, entries] : unknown) {
    for (std::size_t from = 0; from < entries.size(); from += kFindBatch) {
      DeliveryTask task;
      task.find = true;
      const auto to = std::min(entries.size(), from + kFindBatch);
      std::move(entries.begin() + static_cast<std::ptrdiff_t>(from), entries.begin() + static_cast<std::ptrdiff_t>(to),
                std::back_inserter(task.entries));
      tasks.push_back(std::move(task));
    }
  }
  if (how == Mode::OneCall && found > 0) return;
  room -= std::min(room, found);
  // Preparing may block or withdraw entries, so one look may give less than there is room for.
  more_ = false;
  while (room > 0) {
    auto entries = outbox_.due(OutboxEntry::State::Waiting, now, room);
    if (entries.empty()) break;
    more_ = true;
    const bool whole = entries.size() == room;
    for (auto& entry : entries) {
      if (prepare(entry, tasks)) --room;
      if (!adopted_) return;  // another program is at work there
    }
    if (!whole) break;
  }
}

/// Turns a due entry into a task; false when it was blocked or has nothing left to send.
bool Pusher::prepare(OutboxEntry& entry, std::vector<DeliveryTask>& tasks) {
  DeliveryTask task;
  const auto& kind = sinkKind(entry.kind);
  if (entry.withdrawn && !kind.updatesOnly && bindings_.idOf(entry.kind, entry.key).empty()) {
    outbox_.settled(entry.id, entry.version);  // it did not arrive
    return false;
  }
  for (const auto& need : entry.needs) {
    auto id = bindings_.idOf(need.kind, need.key);
    if (id.empty() && setup_.idElsewhere) id = setup_.idElsewhere(db_, need.kind, need.key);
    if (id.empty()) {
      outbox_.block(entry.id, need);
      return false;
    }
    task.ids.emplace(need, std::move(id));
  }
  if (kind.updatesOnly) {
    if (entry.desired.empty()) return outbox_.settled(entry.id, entry.version), false;
    task.binding = Binding{entry.key, {}};
    task.send = entry.desired;
    outbox_.markSending(entry.id);
    task.entries.push_back(std::move(entry));
    tasks.push_back(std::move(task));
    return true;
  }
  task.binding = bindings_.get(entry.kind, entry.key);
  if (!task.binding) {
    if (!mayCreate(entry)) return false;
    task.binding = bindings_.get(entry.kind, entry.key);
  }
  if (task.binding) {
    task.send = fieldsToSend(entry.desired, task.binding->agreed, kind.together, kind.createOnly);
    if (task.send.empty() && !task.binding->claim) {
      for (const auto& [name, value] : entry.desired) task.binding->agreed.ours[name] = value;
      bindings_.put(entry.kind, entry.key, *task.binding, clock_.now());
      outbox_.settled(entry.id, entry.version);
      return false;
    }
    // Until the answer is there nobody knows what these fields hold: if we never see it, or the change is taken back
    // meanwhile, they must be sent again and not be mistaken for agreed.
    Binding open = *task.binding;
    for (const auto& [name, value] : task.send) {
      open.agreed.ours.erase(name);
      open.agreed.theirs.erase(name);
    }
    bindings_.put(entry.kind, entry.key, open, clock_.now());
  } else {
    task.send = entry.desired;
  }
  outbox_.markSending(entry.id);
  task.entries.push_back(std::move(entry));
  tasks.push_back(std::move(task));
  return true;
}

/// Before the first sight of a record over there: it may be there already, made by somebody else. False when it must
/// not be sent now.
bool Pusher::mayCreate(const OutboxEntry& entry) {
  const auto now = clock_.now();
  const auto meeting = meetStranger(db_, setup_.targets, entry, now);
  switch (meeting.what) {
    case Meeting::What::Nobody:
      return true;
    case Meeting::What::Taken:
      outbox_.unblock({entry.kind, entry.key});
      return true;
    case Meeting::What::Doubt:
      if (outbox_.park(entry.id, entry.version, *meeting.error)) ++progress_.parked;
      log(Level::Warning, "push", "doubt",
          {{"part", part_}, {"kind", entry.kind}, {"key", entry.key}, {"code", meeting.error->code()}});
      return false;
    case Meeting::What::Busy:
      break;
  }
  // What it looks like over there in a while is to be read anew.
  lookAgain(db_, scope_, entry.kind);
  adopted_ = false;
  outbox_.postpone(entry.id, OutboxEntry::State::Waiting, now + meeting.error->retryAfter.value_or(0s),
                   &*meeting.error);
  failed(*meeting.error, era_);
  return false;
}

void Pusher::settle(DeliveryOutcome& outcome) {
  if (!outcome.started) {
    // Never handed over: as if it had not been picked. A look-up's entries have kept their state.
    if (!outcome.task.find) {
      outbox_.postpone(outcome.task.entries.front().id, OutboxEntry::State::Waiting, clock_.now(), nullptr);
      notDone(outcome.task);
    }
    return;
  }
  if (outcome.task.find) {
    settleFind(outcome);
  } else {
    settlePush(outcome);
  }
}

void Pusher::settlePush(DeliveryOutcome& outcome) {
  const auto& entry = outcome.task.entries.front();
  const auto now = clock_.now();
  if (outcome.settled) return settleWrite(outcome);
  const Error& error = outcome.settled.error();
  log(isRefusal(error.fault) ? Level::Warning : Level::Info, "push", "failed",
      {{"part", part_},
       {"kind", entry.kind},
       {"key", entry.key},
       {"code", error.code()},
       {"cause", error.cause(Language::En)}});
  const auto wait = waitAfter(entry);
  switch (error.fault) {
    case Fault::Gone:
      if (isRestored(entry.kind)) {
        // Looked up by our key first: it may have been made anew there.
        bindings_.remove(entry.kind, entry.key);
        audit_.add(now, scope_, entry.kind, entry.key, "gone there", {});
        outbox_.postpone(entry.id, OutboxEntry::State::Probing, now, nullptr);
        succeeded(outcome.task.era);
        break;
      }
      [[fallthrough]];
    case Fault::Reject:
      if (outbox_.park(entry.id, entry.version, error)) {
        audit_.add(now, scope_, entry.kind, entry.key, "parked", outcome.task.send);
      }
      notDone(outcome.task);
      succeeded(outcome.task.era);  // it answered: the destination as a whole works
      break;
    case Fault::Retry:
      // A wait that the server asked for concerns everything, not this record.
      outbox_.postpone(entry.id, OutboxEntry::State::Waiting, error.retryAfter ? now : now + wait, &error);
      notDone(outcome.task);
      failed(error, outcome.task.era);
      break;
    case Fault::Auth:
      outbox_.postpone(entry.id, OutboxEntry::State::Waiting, now, &error);
      notDone(outcome.task);
      failed(error, outcome.task.era);
      break;
    case Fault::Unknown:
      outbox_.postpone(entry.id, OutboxEntry::State::Probing,
                       now + std::max(setup_.probeDelay, entry.attempts == 0 ? 0s : wait), &error);
      failed(error, outcome.task.era);
      break;
    case Fault::Stop:
      break;  // stays `sending`: whether it arrived is for the next start to find out
  }
}

void Pusher::settleWrite(DeliveryOutcome& outcome) {
  const auto& task = outcome.task;
  const auto& entry = task.entries.front();
  const auto now = clock_.now();
  const bool created = !task.binding;
  Told told{{entry.kind, entry.key}, outcome.settled->id, task.send, task.send};
  if (told.id.empty() && task.binding) told.id = task.binding->id;
  // An ERP without a field for our references finds a record by its content, which may be that of another one.
  const std::string other =
      created && setup_.idElsewhere && !told.id.empty() ? bindings_.keyOf(entry.kind, told.id) : std::string();
  if (!other.empty() && other != entry.key) {
    const Error error{Fault::Reject, &kSameThere, {entry.kind, entry.key, other, setup_.app, told.id}, {}, {}};
    if (outbox_.park(entry.id, entry.version, error)) {
      audit_.add(now, scope_, entry.kind, entry.key, "parked", task.send);
    }
    succeeded(task.era);
    return;
  }
  for (const auto& [name, value] : outcome.settled->answered) told.holds[name] = value;
  if (!sinkKind(entry.kind).updatesOnly) {
    Binding binding =
        bindings_.get(entry.kind, entry.key).value_or(Binding{});  // decisions may have been noted meanwhile
    binding.id = told.id;
    binding.claim = false;
    // What the other side changed by itself is not agreed because an answer shows it: it has yet to be looked at.
    auto agreed = outcome.settled->answered;
    for (const auto& [kind, field] : setup_.shared) {
      if (!created && kind == entry.kind && !task.send.contains(field)) agreed.erase(field);
    }
    binding.agreed = postern::settle(std::move(binding.agreed), task.send, agreed);
    bindings_.put(entry.kind, entry.key, binding, now);
    if (created && blocked_) outbox_.unblock({entry.kind, entry.key});
  }
  outbox_.settled(entry.id, entry.version);
  bool asSent = true;
  for (const auto& [name, value] : task.send) asSent = asSent && told.holds[name] == value;
  const bool refused = sinkKind(entry.kind).updatesOnly && !asSent;
  audit_.add(now, scope_, entry.kind, entry.key, created ? "created" : refused ? "held" : "updated", task.send);
  setup_.told(db_, told);
  succeeded(task.era);
}

void Pusher::settleFind(DeliveryOutcome& outcome) {
  const auto now = clock_.now();
  if (!outcome.found) {
    const Error& error = outcome.found.error();
    if (error.fault == Fault::Stop) return;
    for (const auto& entry : outcome.task.entries) {
      outbox_.postpone(entry.id, OutboxEntry::State::Probing, now + waitAfter(entry), &error);
    }
    failed(error, outcome.task.era);
    return;
  }
  for (const auto& entry : outcome.task.entries) {
    int hits = 0;
    for (const auto& found : *outcome.found) {
      if (found.key != entry.key) continue;
      if (++hits == 1) {
        postern::adopt(bindings_, audit_, scope_, entry.kind, found, now);
        outbox_.unblock({entry.kind, entry.key});
        setup_.told(db_, Told{{entry.kind, entry.key}, found.id, {}, found.fields});
      }
    }
    if (hits > 1) {
      log(Level::Warning, "push", "doubled",
          {{"part", part_}, {"code", kDoubledThere.code}, {"kind", entry.kind}, {"key", entry.key}});
    }
    outbox_.postpone(entry.id, OutboxEntry::State::Waiting, now, nullptr);
  }
  more_ = true;
  succeeded(outcome.task.era);
}

bool Pusher::isRestored(std::string_view kind) const {
  return std::any_of(setup_.targets.begin(), setup_.targets.end(),
                     [&](const TargetKind& target) { return target.name == kind && target.restored; });
}

/// An update that was surely not applied: what was agreed before it is agreed again.
void Pusher::notDone(const DeliveryTask& task) {
  const auto& entry = task.entries.front();
  if (!task.binding || sinkKind(entry.kind).updatesOnly) return;
  auto binding = bindings_.get(entry.kind, entry.key).value_or(*task.binding);
  for (const auto& [name, value] : task.send) {
    const auto restore = [&field = name](Fields& now, const Fields& before) {
      if (const auto it = before.find(field); it != before.end()) now.insert(*it);
    };
    restore(binding.agreed.ours, task.binding->agreed.ours);
    restore(binding.agreed.theirs, task.binding->agreed.theirs);
  }
  bindings_.put(entry.kind, entry.key, binding, clock_.now());
}

/// How long a record waits after it failed once more. It is not to blame while the destination as a whole fails.
std::chrono::seconds Pusher::waitAfter(const OutboxEntry& entry) {
  const auto wait = backoff(entry.attempts + 1, kRecordBackoff, random_);
  return failures_ > 1 ? std::min(wait, kDestinationBackoff.most) : wait;
}

void Pusher::failed(const Error& error, int era) {
  const auto now = clock_.monotonic();
  if (error.retryAfter) {
    paused_ = true;
    resumeAt_ = std::max(resumeAt_, now + *error.retryAfter);
  }
  // Calls that were under way together fail together; they count once.
  if (era != era_) return;
  ++era_;
  ++failures_;
  if (error.fault == Fault::Auth) {
    resumeAt_ = std::max(resumeAt_, now + backoff(failures_, kAuthBackoff, random_));
  } else if (failures_ > 1 && !error.retryAfter) {
    // The first failure may be one record's own: the next call, with another record, tells.
    resumeAt_ = std::max(resumeAt_, now + backoff(failures_ - 1, kDestinationBackoff, random_));
  }
  const std::scoped_lock lock(mutex_);
  destinationError_ = error;
  unpublished_ = true;
}

void Pusher::succeeded(int era) {
  if (era != era_) return;  // it began before the last failure
  if (failures_ > 1 || paused_) outbox_.clearWaits(clock_.now() + setup_.probeDelay);
  if (failures_ > 0) more_ = true;
  failures_ = 0;
  paused_ = false;
  resumeAt_ = {};
  const std::scoped_lock lock(mutex_);
  if (destinationError_ || !adopted_) unpublished_ = true;
  destinationError_.reset();
}

/// Outside of any UnitOfWork: the board writes through a connection of its own.
void Pusher::publish() {
  if (!std::exchange(unpublished_, false)) return;
  if (const auto error = destinationError()) {
    health_.report(part_, error->fault == Fault::Auth ? HealthLevel::Bad : HealthLevel::Warning, *error);
  } else {
    health_.good(part_);
  }
}

Pusher::Mode Pusher::mode() const {
  if (failures_ == 0) return Mode::Open;
  return clock_.monotonic() < resumeAt_ ? Mode::Paused : Mode::OneCall;
}

/// How long there is nothing to do unless somebody wakes us.
std::chrono::milliseconds Pusher::pause() const {
  constexpr std::chrono::milliseconds kLook{1000};
  if (mode() == Mode::Paused) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(resumeAt_ - clock_.monotonic()) + 1ms;
    return std::clamp(left, 1ms, kLook);
  }
  if (!unsettled_.empty() || (inFlight_.empty() && more_)) return 0ms;
  return kLook;
}

bool Pusher::finished() {
  {
    const std::scoped_lock lock(mutex_);
    if (!noMore_) return false;
  }
  if (!inFlight_.empty() || !unsettled_.empty()) return false;
  if (failures_ > 0) {
    const auto error = destinationError();
    const bool refused = error && error->fault == Fault::Auth;
    if (refused || failures_ >= kGiveUpAfter || resumeAt_ - clock_.monotonic() > kPatience) return true;
  }
  if (!adopted_) return false;
  ReadScope read(db_);
  const auto next = outbox_.nextDue(clock_.now());
  return !next || *next > clock_.now() + kPatience;
}

}  // namespace postern
