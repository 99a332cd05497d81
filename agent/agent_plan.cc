// Agent: what a pass would do, doing exactly that, and comparing both sides; all on a copy of the state file.

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "agent/adoption.h"
#include "agent/agent_link.h"
#include "agent/plan_file.h"
#include "agent/strangers.h"

namespace postern {
namespace {

constexpr Message kStateMoved{
    "PST-1317",
    {"the state file was changed by another command while the plan was made anew",
     "die Zustandsdatei wurde von einem anderen Befehl geändert, während der Plan neu erstellt wurde",
     "het statusbestand is door een andere opdracht gewijzigd terwijl het plan opnieuw werd gemaakt"},
    {"nothing was sent; apply the plan again", "Es wurde nichts gesendet; wenden Sie den Plan noch einmal an",
     "er is niets verzonden; pas het plan nog eens toe"}};
constexpr Message kNotReadable{
    "PST-1318",
    {"connector {0} cannot read, so what {1} holds cannot be compared",
     "der Konnektor {0} kann nicht lesen, also lässt sich nicht vergleichen, was {1} enthält",
     "connector {0} kan niet lezen, dus wat {1} bevat kan niet worden vergeleken"},
    {"compare another link", "Vergleichen Sie eine andere Verbindung", "vergelijk een andere koppeling"}};

/// A copy of the state file beside it, for as long as it is looked at.
class StateCopy {
 public:
  StateCopy(Database& live, const std::filesystem::path& file, const Clock& clock)
      : file_(file.parent_path() /
              ("postern.plan-" + std::to_string(clock.monotonic().time_since_epoch().count()) + ".db")) {
    removeForgotten(file_.parent_path());
    try {
      live.copyTo(file_);
    } catch (...) {  // a full disk, and what was written keeps it full
      remove(file_);
      throw;
    }
  }
  ~StateCopy() { remove(file_); }
  StateCopy(const StateCopy&) = delete;
  StateCopy& operator=(const StateCopy&) = delete;
  const std::filesystem::path& file() const { return file_; }

 private:
  static void remove(const std::filesystem::path& file) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      auto part = file;
      std::filesystem::remove(part += suffix, ignored);
    }
  }
  /// Copies of processes that were killed: no plan takes a day.
  static void removeForgotten(const std::filesystem::path& folder) {
    std::error_code ignored;
    const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours{24};
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const auto& file = entry.path();
      const bool copy = file.filename().string().starts_with("postern.plan-") && file.extension() == ".db";
      if (copy && std::filesystem::last_write_time(file, ignored) < yesterday) remove(file);
    }
  }

  std::filesystem::path file_;
};

/// What keeps a pass from reading everything there is to read is off: nothing leaves, so nothing may wait.
void lookOnly(PollerSetup& setup) {
  setup.brakes = false;  // what it would hold is just what is to be seen
  setup.queueLimit = std::numeric_limits<std::int64_t>::max();
  setup.waitsForDisk = false;
  setup.patience = {};  // nobody is at work beside it
}

/// Every entry of the outboxes of link `name`, in the order in which they entered.
void eachEntry(Database& db, const std::string& name, const std::function<void(const OutboxEntry&)>& each) {
  for (OutboxFilter filter;;) {
    const auto entries = listOutbox(db, filter);
    if (entries.empty()) return;
    filter.afterId = entries.back().id;
    for (const auto& entry : entries) {
      if (entry.link == name) each(entry);
    }
  }
}

/// What delivering would take over of the records that were there before; parents first, as their ids name children.
/// Returns why an entry would only wait for a while (storedReason), by its id.
std::map<std::int64_t, std::string> meetStrangers(Database& db, const std::string& name, const std::string& scope,
                                                  std::span<const TargetKind> targets, std::span<const SinkKind> kinds,
                                                  Clock::Time now) {
  std::set<int> ranks;
  for (const auto& kind : kinds) ranks.insert(kind.rank);
  const Bindings bindings(db, scope);
  Outbox outbox(db, scope);
  std::map<std::int64_t, std::string> busy;
  for (const int rank : ranks) {
    eachEntry(db, name, [&](const OutboxEntry& entry) {
      if (entry.system != scope || entry.rank != rank || !bindings.idOf(entry.kind, entry.key).empty()) return;
      // Its outcome comes first: parked it could be sent without it.
      if (entry.state == OutboxEntry::State::Sending || entry.state == OutboxEntry::State::Probing) return;
      UnitOfWork work(db);
      const auto meeting = meetStranger(db, targets, entry, now);
      if (meeting.what == Meeting::What::Doubt) outbox.park(entry.id, entry.version, *meeting.error);
      if (meeting.what == Meeting::What::Busy) busy[entry.id] = storedReason(*meeting.error);
      work.commit();
    });
  }
  return busy;
}

}  // namespace

/// What both systems hold of ours, as delivering would learn it first.
Result<void> Agent::adoptBoth(Database& copy, Link& link, std::stop_token stop, std::optional<Error>& back) {
  for (std::size_t i = 0; i < link.pushers.size(); ++i) {
    const auto& setup = link.pushers[i];
    auto adopted =
        adoptExisting(copy, link.sinkOf(i), setup.targets, scopeOf(link.name, setup.app), clock_, stop, setup.told);
    if (adopted) continue;
    if (i == 0) return tl::unexpected(adopted.error());
    back = adopted.error();
  }
  return {};
}

PassReport Agent::planIn(Database& copy, Link& link, const PassOptions& options, std::stop_token stop,
                         const std::function<void(const PlannedChange&)>& each) {
  copy.relax();
  Progress progress;
  Health quiet(clock_);
  PassReport report;
  report.link = link.name;
  const auto scope = scopeOf(link.name, link.settings->app);
  if (auto adopted = adoptBoth(copy, link, stop, report.back); !adopted) report.app = adopted.error();
  lookOnly(link.poller);
  Poller poller(copy, *link.source, *link.rules, link.sink->kinds(), link.poller, clock_, quiet, progress);
  if (auto result = poller.pass(options.full, stop); !result) {
    (poller.readErp() ? report.app : report.erp) = result.error();
  }
  const auto busy = meetStrangers(copy, link.name, scope, link.rules->targets(), link.sink->kinds(), clock_.now());
  report.rows = progress.rows;
  report.changed = progress.changed;
  report.left = countOutbox(copy, scope);
  eachEntry(copy, link.name, [&](const OutboxEntry& entry) {
    const auto* sink = entry.system == scope ? link.sink : link.back;
    if (sink == nullptr) return;  // nothing goes there any more
    auto change = describeChange(copy, entry, sink->kinds());
    if (const auto held = busy.find(entry.id); held != busy.end()) change.doubt = held->second;
    if (change.create && entry.withdrawn) return;
    if (!change.fields.empty() || change.create || !change.takes.empty()) each(change);
  });
  return report;
}

PassReport Agent::plan(const std::string& name, const PassOptions& options, std::stop_token stop,
                       const std::function<void(const PlannedChange&)>& each) {
  auto link = this->link(name, options);
  Database live(file_);
  const StateCopy copy(live, file_, clock_);
  Database db(copy.file());
  return planIn(db, link, options, stop, each);
}

ApplyReport Agent::apply(const std::string& name, const PassOptions& options, const std::vector<PlannedChange>& planned,
                         std::stop_token stop, const std::function<void(const Progress&)>& tick) {
  auto link = this->link(name, options);
  ApplyReport report;
  Database live(file_);
  const auto version = live.dataVersion();
  const StateCopy copy(live, file_, clock_);
  {
    Database db(copy.file());
    postern::approve(db, name, *link.rules);  // whoever applies a plan has seen what the brake held
    std::vector<PlannedChange> now;
    report.pass = planIn(db, link, options, stop, [&](const PlannedChange& change) { now.push_back(change); });
    if (report.pass.erp || report.pass.app) return report;
    if (stop.stop_requested()) return report;
    report.refused = movedSince(planned, now);
    if (report.refused) return report;
  }
  if (!live.takeOver(copy.file(), version)) {
    report.refused = Error{Fault::Retry, &kStateMoved, {}, {}, {}};
    return report;
  }
  for (const auto& entry : readHealth(live)) {
    if (entry.part.starts_with(name + "/brake/") && entry.level != HealthLevel::Good) health_->good(entry.part);
  }
  report.pass = runPass(link, options, false, stop, tick);
  return report;
}

VerifyReport Agent::verify(const std::string& name, std::stop_token stop,
                           const std::function<void(const Difference&)>& each) {
  auto link = this->link(name, {});
  VerifyReport report;
  report.link = name;
  const auto& app = link.settings->app;
  auto* source = systems_.get(app).source();
  if (source == nullptr) {
    throw ConfigError(link.settings->options.placeOf("app"), kNotReadable, {settings_.systems.at(app).connector, app});
  }
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> shared;
  for (const auto& field : link.poller.shared) shared[std::string(field.target)].insert(std::string(field.field));
  Database live(file_);
  const StateCopy copy(live, file_, clock_);
  Database db(copy.file());
  db.relax();
  const auto scope = scopeOf(name, app);
  std::optional<Error> back;
  if (auto adopted = adoptBoth(db, link, stop, back); !adopted) {
    report.app = adopted.error();
    return report;
  }
  const auto doubt = [&](const std::string& part, const Error& error) {
    report.doubts.push_back({part, HealthLevel::Warning, error.code(), storedReason(error), {}, {}, {}});
  };
  if (back) doubt(scopeOf(name, link.settings->erp), *back);
  lookOnly(link.poller);
  // What the app holds is compared here: what the pass would settle of it is to be seen, too.
  link.poller.appSource = nullptr;
  link.poller.shared.clear();
  Progress progress;
  Health board(clock_);
  Poller poller(db, *link.source, *link.rules, link.sink->kinds(), link.poller, clock_, board, progress);
  if (auto result = poller.pass(true, stop); !result) {
    report.erp = result.error();
    return report;
  }
  for (const auto& entry : board.entries()) {
    if (entry.level != HealthLevel::Good) report.doubts.push_back(entry);
  }
  Snapshot actual(db, scope + "/verify");
  std::vector<const TargetKind*> kinds;
  for (const auto& target : link.rules->targets()) {
    if (!link.poller.flows.contains(target.flow)) continue;
    kinds.push_back(&target);
    std::vector<Error> warnings;
    if (auto read = readInFull(db, *source, target.name, actual, clock_, warnings, stop); !read) {
      report.app = read.error();
      return report;
    }
    for (const auto& warning : warnings) doubt(scope, warning);
  }
  const auto tell = [&](const Difference& difference) {
    ++report.differences;
    each(difference);
  };
  const Snapshot erp(db, scopeOf(name, link.settings->erp));
  const Bindings bindings(db, scope);
  const auto now = clock_.now();
  for (const auto* target : kinds) {
    const bool onlyShared = link.poller.backOnly.contains(target->flow);
    const Comparison comparison{db, *link.rules, erp, actual, bindings, now, onlyShared};
    const std::string kind(target->name);
    report.compared += comparison.kind(kind, shared[kind], stop, tell);
  }
  // The pass queued everything that should be there and is not.
  eachEntry(db, name, [&](const OutboxEntry& entry) {
    const auto mine = [&](const TargetKind* target) { return target->name == entry.kind; };
    if (entry.system != scope || entry.withdrawn || std::none_of(kinds.begin(), kinds.end(), mine)) return;
    if (!bindings.idOf(entry.kind, entry.key).empty()) return;
    ++report.compared;
    tell({.what = Difference::What::Absent, .target = {entry.kind, entry.key}});
  });
  return report;
}

PlannedChange describeChange(Database& db, const OutboxEntry& entry, std::span<const SinkKind> kinds) {
  PlannedChange change;
  change.link = entry.link;
  change.system = entry.system.substr(entry.system.find('/') + 1);
  change.target = {entry.kind, entry.key};
  const auto isKind = [&](const SinkKind& k) { return k.name == entry.kind; };
  const auto kind = std::find_if(kinds.begin(), kinds.end(), isKind);
  if (kind != kinds.end() && kind->updatesOnly) {
    for (const auto& [field, value] : entry.desired) {
      const auto from = entry.base.find(field);
      change.fields.push_back({field, from == entry.base.end() ? std::string() : from->second, value});
    }
    return change;
  }
  const Bindings bindings(db, entry.system);
  const auto binding = bindings.get(entry.kind, entry.key);
  change.create = !binding;
  if (binding && binding->claim && binding->agreed.ours.empty()) change.takes = binding->id;
  if (!binding && entry.state == OutboxEntry::State::Parked) change.doubt = entry.reason;
  change.blocked = entry.state == OutboxEntry::State::Blocked;
  const auto send = !binding ? entry.desired
                    : kind == kinds.end()
                        ? fieldsToSend(entry.desired, binding->agreed)
                        : fieldsToSend(entry.desired, binding->agreed, kind->together, kind->createOnly);
  for (const auto& [field, value] : send) {
    PlannedChange::Field line{field, {}, value};
    if (binding) {
      if (const auto it = binding->agreed.theirs.find(field); it != binding->agreed.theirs.end())
        line.from = it->second;
    }
    change.fields.push_back(std::move(line));
  }
  return change;
}

}  // namespace postern
