#include "agent/pusher.h"

#include <algorithm>

#include "agent/adoption.h"
#include "agent/backoff.h"
#include "agent/log.h"

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

struct Pusher::Task {
  std::vector<OutboxEntry> entries;  // one for a push, up to kFindBatch of one kind for a find
  bool find = false;
  std::optional<Binding> binding;  // of a push: what it updates
  Fields send;
  std::map<Reference, std::string> ids;  // of what it refers to
};

struct Pusher::Outcome {
  Task task;
  bool started = false;
  Clock::Monotonic startedAt{};
  Result<Settled> settled{Settled{}};
  Result<std::vector<Found>> found{std::vector<Found>{}};
};

/// The threads that call the sink. They touch neither the database nor the clock's waits.
class Pusher::Lanes {
 public:
  Lanes(Sink& sink, Clock& clock, int count, std::stop_token stop)
      : sink_(sink), clock_(clock), stop_(std::move(stop)) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Lanes() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    tasksReady_.notify_all();
  }

  void add(std::vector<Task> tasks) {
    {
      const std::scoped_lock lock(mutex_);
      for (auto& task : tasks) tasks_.push_back(std::move(task));
    }
    tasksReady_.notify_all();
  }

  /// Tasks not begun come back unstarted: the destination has just failed.
  void recall() {
    const std::scoped_lock lock(mutex_);
    for (auto& task : tasks_) outcomes_.push_back(Outcome{std::move(task)});
    tasks_.clear();
  }

  /// Everything that is done; waits up to `limit` for at least `wanted` outcomes, or for a wake.
  std::vector<Outcome> take(std::size_t wanted, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    outcomesReady_.wait_for(lock, limit, [&] { return woken_ || (wanted != 0 && outcomes_.size() >= wanted); });
    woken_ = false;
    return std::exchange(outcomes_, {});
  }

  void wake() {
    {
      const std::scoped_lock lock(mutex_);
      woken_ = true;
    }
    outcomesReady_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      tasksReady_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
      if (closed_) return;
      Outcome outcome{std::move(tasks_.front())};
      tasks_.pop_front();
      lock.unlock();
      call(outcome);
      lock.lock();
      if (outcome.task.find ? !outcome.found.has_value() : !outcome.settled.has_value()) woken_ = true;
      outcomes_.push_back(std::move(outcome));
      lock.unlock();
      outcomesReady_.notify_one();
    }
  }

  void call(Outcome& outcome) {
    if (stop_.stop_requested()) return;
    outcome.started = true;
    outcome.startedAt = clock_.monotonic();
    auto& task = outcome.task;
    if (task.find) {
      std::vector<std::string> keys;
      for (const auto& entry : task.entries) keys.push_back(entry.key);
      outcome.found = sink_.find(task.entries.front().kind, keys, stop_);
      return;
    }
    auto& entry = task.entries.front();
    Change change{entry.kind, entry.key, task.binding ? task.binding->id : std::string(), task.send,
                  [&task](std::string_view kind, std::string_view key) {
                    const auto it = task.ids.find(Reference{std::string(kind), std::string(key)});
                    return it == task.ids.end() ? std::string() : it->second;
                  }};
    outcome.settled = sink_.push(change, stop_);
  }

  Sink& sink_;
  Clock& clock_;
  std::stop_token stop_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable tasksReady_;
  std::condition_variable outcomesReady_;
  std::deque<Task> tasks_;
  std::vector<Outcome> outcomes_;
  bool woken_ = false;
  bool closed_ = false;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

Pusher::Pusher(Database& db, Sink& sink, PusherSetup setup, Clock& clock, Health& health, Progress& progress)
    : db_(db),
      sink_(sink),
      setup_(std::move(setup)),
      scope_(setup_.link + '/' + setup_.app),
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
    lanes_ = std::make_unique<Lanes>(sink_, clock_, setup_.lanes, stop);
  }
  if (const int unknown = outbox_.recover(clock_.now() + setup_.probeDelay); unknown > 0) {
    log(LogLevel::Information, "push", "recovered",
        {{"part", scope_}, {"code", kCrashed.code}, {"unknown", std::to_string(unknown)}});
  }
  std::int64_t seenVersion = -1;
  while (!stop.stop_requested()) {
    health_.alive(scope_, kSilence);
    try {
      if (adopted_ || adopt(stop)) step(stop);
      publish();
    } catch (const SQLite::Exception& e) {
      const int primary = e.getErrorCode() & 0xff;
      if (primary != SQLITE_FULL && primary != SQLITE_BUSY && primary != SQLITE_LOCKED && primary != SQLITE_IOERR)
        throw;
      const Error error{Fault::Retry, &kStateFile, {e.getErrorStr()}, {}, {}};
      health_.report(scope_, HealthLevel::Bad, error);
      log(LogLevel::Error, "push", "state file",
          {{"part", scope_}, {"code", error.code()}, {"cause", e.getErrorStr()}});
      clock_.wait(5s, stop);
      continue;
    }
    if (until == Until::Delivered && finished()) break;
    // A transaction for a handful of records costs as much as one for half the window.
    const std::size_t wanted = inFlight_.empty() ? 0 : std::min<std::size_t>(inFlight_.size(), setup_.window / 2);
    for (auto& outcome : lanes_->take(wanted, pause())) unsettled_.push_back(std::move(outcome));
    if (inFlight_.empty() && !more_) {
      // Another process may have mended or queued something.
      if (const auto version = db_.dataVersion(); version != seenVersion) {
        seenVersion = version;
        more_ = true;
      }
    }
  }
  {
    const std::scoped_lock lock(mutex_);
    lanes_.reset();
  }
  inFlight_.clear();
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
  const auto startedAt = clock_.monotonic();
  const auto adopted = adoptExisting(db_, sink_, scope_, clock_, stop);
  if (!adopted) {
    if (adopted.error().fault != Fault::Stop) failed(adopted.error(), startedAt);
    return false;
  }
  if (*adopted > 0) {
    log(LogLevel::Information, "push", "adopted", {{"part", scope_}, {"records", std::to_string(*adopted)}});
  }
  succeeded();
  adopted_ = true;
  more_ = true;
  return true;
}

void Pusher::step(std::stop_token stop) {
  const bool idle = unsettled_.empty() && inFlight_.empty() && !more_ && mode() == Mode::Open;
  if (idle) {
    const auto next = outbox_.nextDue();
    if (!next || *next > clock_.now()) return;
  }
  std::vector<Task> tasks;
  const auto settledBefore = unsettled_.size();
  {
    UnitOfWork work(db_);
    for (auto& outcome : unsettled_) settle(outcome);
    if (!stop.stop_requested()) pick(tasks);
    work.commit();
  }
  for (auto& outcome : unsettled_) {
    for (const auto& entry : outcome.task.entries) inFlight_.erase(entry.id);
  }
  unsettled_.clear();
  if (settledBefore != 0) more_ = true;
  for (const auto& task : tasks) {
    for (const auto& entry : task.entries) inFlight_.insert(entry.id);
    if (!task.find) ++progress_.writes;
  }
  if (!tasks.empty()) lanes_->add(std::move(tasks));
}

void Pusher::pick(std::vector<Task>& tasks) {
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
    if (!bindings_.idOf(entry.kind, entry.key).empty()) {
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
      Task task;
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
    }
    if (!whole) break;
  }
}

/// Turns a due entry into a task; false when it was blocked or has nothing left to send.
bool Pusher::prepare(OutboxEntry& entry, std::vector<Task>& tasks) {
  Task task;
  for (const auto& need : entry.needs) {
    auto id = bindings_.idOf(need.kind, need.key);
    if (id.empty()) {
      outbox_.block(entry.id, need);
      return false;
    }
    task.ids.emplace(need, std::move(id));
  }
  task.binding = bindings_.get(entry.kind, entry.key);
  if (task.binding) {
    const auto& kind = sinkKind(entry.kind);
    task.send = fieldsToSend(entry.desired, task.binding->agreed, kind.together, kind.createOnly);
    if (task.send.empty()) {
      for (const auto& [name, value] : entry.desired) task.binding->agreed.ours[name] = value;
      bindings_.put(entry.kind, entry.key, *task.binding, clock_.now());
      outbox_.settled(entry.id, entry.version);
      return false;
    }
  } else {
    task.send = entry.desired;
  }
  outbox_.markSending(entry.id);
  task.entries.push_back(std::move(entry));
  tasks.push_back(std::move(task));
  return true;
}

void Pusher::settle(Outcome& outcome) {
  if (!outcome.started) {
    // Never handed over: as if it had not been picked. A look-up's entries have kept their state.
    if (!outcome.task.find) {
      for (const auto& entry : outcome.task.entries)
        outbox_.postpone(entry.id, OutboxEntry::State::Waiting, clock_.now(), nullptr);
    }
    return;
  }
  if (outcome.task.find) {
    settleFind(outcome);
  } else {
    settlePush(outcome);
  }
}

void Pusher::settlePush(Outcome& outcome) {
  const auto& entry = outcome.task.entries.front();
  const auto now = clock_.now();
  if (outcome.settled) {
    const bool created = !outcome.task.binding;
    Binding binding = created ? Binding{} : *outcome.task.binding;
    binding.id = outcome.settled->id.empty() ? binding.id : outcome.settled->id;
    binding.agreed = postern::settle(std::move(binding.agreed), outcome.task.send, outcome.settled->answered);
    bindings_.put(entry.kind, entry.key, binding, now);
    outbox_.settled(entry.id, entry.version);
    if (created) outbox_.unblock({entry.kind, entry.key});
    audit_.add(now, scope_, entry.kind, entry.key, created ? "created" : "updated", outcome.task.send);
    ++progress_.delivered;
    succeeded();
    return;
  }
  const Error& error = outcome.settled.error();
  log(error.fault == Fault::Reject ? LogLevel::Warning : LogLevel::Information, "push", "failed",
      {{"part", scope_},
       {"kind", entry.kind},
       {"key", entry.key},
       {"code", error.code()},
       {"cause", error.cause(Language::En)}});
  const auto wait = backoff(entry.attempts + 1, kRecordBackoff, random_);
  switch (error.fault) {
    case Fault::Reject:
      outbox_.park(entry.id, error);
      audit_.add(now, scope_, entry.kind, entry.key, "parked", outcome.task.send);
      ++progress_.parked;
      succeeded();  // it answered: the destination as a whole works
      break;
    case Fault::Retry:
      // A wait that the server asked for concerns everything, not this record.
      outbox_.postpone(entry.id, OutboxEntry::State::Waiting, error.retryAfter ? now : now + wait, &error);
      failed(error, outcome.startedAt);
      break;
    case Fault::Auth:
      outbox_.postpone(entry.id, OutboxEntry::State::Waiting, now, &error);
      failed(error, outcome.startedAt);
      break;
    case Fault::Unknown:
      outbox_.postpone(entry.id, OutboxEntry::State::Probing,
                       now + std::max(setup_.probeDelay, entry.attempts == 0 ? 0s : wait), &error);
      failed(error, outcome.startedAt);
      break;
    case Fault::Stop:
      break;  // stays `sending`: whether it arrived is for the next start to find out
  }
}

void Pusher::settleFind(Outcome& outcome) {
  const auto now = clock_.now();
  if (!outcome.found) {
    const Error& error = outcome.found.error();
    if (error.fault == Fault::Stop) return;
    for (const auto& entry : outcome.task.entries) {
      outbox_.postpone(entry.id, OutboxEntry::State::Probing,
                       now + backoff(entry.attempts + 1, kRecordBackoff, random_), &error);
    }
    failed(error, outcome.startedAt);
    return;
  }
  for (const auto& entry : outcome.task.entries) {
    int hits = 0;
    for (auto& found : *outcome.found) {
      if (found.key != entry.key) continue;
      if (++hits == 1) {
        audit_.add(now, scope_, entry.kind, entry.key, "adopted", found.fields);
        bindings_.put(entry.kind, entry.key, Binding{found.id, Agreed{{}, std::move(found.fields)}}, now);
        outbox_.unblock({entry.kind, entry.key});
      }
    }
    if (hits > 1) {
      log(LogLevel::Warning, "push", "doubled",
          {{"part", scope_}, {"code", kDoubledThere.code}, {"kind", entry.kind}, {"key", entry.key}});
    }
    outbox_.postpone(entry.id, OutboxEntry::State::Waiting, now, nullptr);
  }
  more_ = true;
  succeeded();
}

void Pusher::failed(const Error& error, Clock::Monotonic startedAt) {
  // Calls that were under way together fail together; they count once.
  if (failures_ > 0 && startedAt < lastFailure_) return;
  const auto now = clock_.monotonic();
  lastFailure_ = now;
  ++failures_;
  if (error.retryAfter) {
    paused_ = true;
    resumeAt_ = now + *error.retryAfter;
  } else if (error.fault == Fault::Auth) {
    resumeAt_ = now + backoff(failures_, kAuthBackoff, random_);
  } else {
    // The first failure may be one record's own: the next call, with another record, tells.
    resumeAt_ = failures_ == 1 ? now : now + backoff(failures_ - 1, kDestinationBackoff, random_);
  }
  lanes_->recall();
  const std::scoped_lock lock(mutex_);
  destinationError_ = error;
  unpublished_ = true;
}

void Pusher::succeeded() {
  if (failures_ > 1 || paused_) outbox_.clearWaits();
  if (failures_ > 0) more_ = true;
  failures_ = 0;
  paused_ = false;
  const std::scoped_lock lock(mutex_);
  if (destinationError_ || !adopted_) unpublished_ = true;
  destinationError_.reset();
}

/// Outside of any UnitOfWork: the board writes through a connection of its own.
void Pusher::publish() {
  if (!std::exchange(unpublished_, false)) return;
  if (const auto error = destinationError()) {
    health_.report(scope_, error->fault == Fault::Auth ? HealthLevel::Bad : HealthLevel::Warning, *error);
  } else {
    health_.good(scope_);
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
  const auto next = outbox_.nextDue();
  return !next || *next > clock_.now() + kPatience;
}

}  // namespace postern
