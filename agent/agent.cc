#include "agent/agent.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <iterator>
#include <random>
#include <thread>

#include "agent/agent_link.h"
#include "agent/backoff.h"
#include "agent/echo.h"
#include "agent/flows.h"
#include "agent/log.h"
#include "agent/strangers.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kNoLink{
    "PST-1202",
    {"there is no link \"{0}\" in the settings", "in den Einstellungen gibt es keine Verbindung \"{0}\"",
     "in de instellingen staat geen koppeling \"{0}\""},
    {"name a section [link.NAME] of the settings file", "Nennen Sie einen Abschnitt [link.NAME] der Einstellungsdatei",
     "noem een sectie [link.NAAM] uit het instellingenbestand"}};
constexpr Message kCannotRead{
    "PST-1203",
    {"connector {0} cannot read, so {1} cannot be the ERP of a link",
     "der Konnektor {0} kann nicht lesen, {1} kann also nicht das ERP einer Verbindung sein",
     "connector {0} kan niet lezen, dus {1} kan niet het ERP van een koppeling zijn"},
    {"name another system under erp", "Nennen Sie unter erp ein anderes System", "noem bij erp een ander systeem"}};
constexpr Message kCannotWrite{
    "PST-1204",
    {"connector {0} cannot write, so {1} cannot be the app of a link",
     "der Konnektor {0} kann nicht schreiben, {1} kann also nicht die App einer Verbindung sein",
     "connector {0} kan niet schrijven, dus {1} kan niet de app van een koppeling zijn"},
    {"name another system under app", "Nennen Sie unter app ein anderes System", "noem bij app een ander systeem"}};
constexpr Message kNoWayBack{"PST-1206",
                             {"{0} cannot be written, so nothing can come back to it",
                              "{0} kann nicht beschrieben werden, also kommt nichts zurück",
                              "{0} kan niet worden geschreven, dus er kan niets terugkomen"},
                             {"give the system the token for writing, or set the flow to to_app",
                              "Geben Sie dem System das Token zum Schreiben, oder setzen Sie den Fluss auf to_app",
                              "geef het systeem het token om te schrijven, of zet de stroom op to_app"}};
constexpr Message kNoFlow{
    "PST-1205",
    {"link {0} has no flow \"{1}\" that is switched on", "die Verbindung {0} hat keinen eingeschalteten Fluss \"{1}\"",
     "koppeling {0} heeft geen ingeschakelde stroom \"{1}\""},
    {"see flows and flow.* in the section of the link", "Siehe flows und flow.* im Abschnitt der Verbindung",
     "zie flows en flow.* in de sectie van de koppeling"}};

constexpr auto kTick = 250ms;
constexpr auto kAuditKept = std::chrono::days{90};
constexpr auto kStrangersKept = std::chrono::days{30};
constexpr BackoffLimits kPollBackoff{15s, 3600s};

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string figures(const Progress& progress) {
  return "rows=" + std::to_string(progress.rows) + " changed=" + std::to_string(progress.changed) +
         " queued=" + std::to_string(progress.queued);
}

}  // namespace

Agent::Agent(const Settings& settings, const Registry& registry, Clock& clock)
    : settings_(settings),
      clock_(clock),
      systems_(settings, registry, clock),
      file_(stateFile(settings)),
      registry_(registry) {
  Database open(file_);  // migrates before anybody else opens it
  health_ = std::make_unique<Health>(file_, clock);
}

Agent::~Agent() = default;

Agent::Link Agent::link(const std::string& name, const PassOptions& options) {
  const auto found = settings_.links.find(name);
  if (found == settings_.links.end()) throw ConfigError(settings_.file.string(), kNoLink, {name});
  const auto& settings = found->second;
  const auto& erpConnector = settings_.systems.at(settings.erp).connector;
  const auto& appConnector = settings_.systems.at(settings.app).connector;
  const auto& info =
      *registry_.link(settings_.systems.at(settings.erp).speaks(), settings_.systems.at(settings.app).speaks());

  Link link;
  link.name = name;
  link.settings = &settings;
  link.source = systems_.get(settings.erp).source();
  link.sink = systems_.get(settings.app).sink();
  if (link.source == nullptr)
    throw ConfigError(settings.options.placeOf("erp"), kCannotRead, {erpConnector, settings.erp});
  if (link.sink == nullptr)
    throw ConfigError(settings.options.placeOf("app"), kCannotWrite, {appConnector, settings.app});
  link.rules = info.make(settings.options, settings_.agent.text("time_zone"));
  link.poller.link = name;
  link.poller.language = settings_.language();
  link.poller.erp = settings.erp;
  link.poller.app = settings.app;
  link.back = systems_.get(settings.erp).sink();
  const auto flows =
      flowsOf(settings, info, options.flow, link.back != nullptr && systems_.get(settings.app).source() != nullptr);
  link.poller.flows = flows.toApp;
  link.poller.flows.insert(flows.toErp.begin(), flows.toErp.end());
  if (!options.flow.empty() && link.poller.flows.empty())
    throw ConfigError(settings.options.place(), kNoFlow, {name, options.flow});
  std::set_difference(flows.toErp.begin(), flows.toErp.end(), flows.toApp.begin(), flows.toApp.end(),
                      std::inserter(link.poller.backOnly, link.poller.backOnly.end()));
  for (auto field : info.shared) {
    if (!flows.toErp.contains(field.flow)) continue;
    field.winner = winnerOf(settings, field);
    link.poller.shared.push_back(field);
  }
  link.poller.toErp = flows.toErp;
  const auto backTargets = link.rules->backTargets();
  const bool makes = std::any_of(backTargets.begin(), backTargets.end(),
                                 [&](const TargetKind& target) { return flows.toErp.contains(target.flow); });
  if (link.poller.shared.empty() && !makes)
    link.back = nullptr;
  else if (link.back == nullptr)
    throw ConfigError(settings.options.place(), kNoWayBack, {settings.erp});
  link.poller.brakeShare = static_cast<double>(settings.options.integer("brake")) / 100;
  link.poller.queueLimit = settings_.agent.integer("queue_limit");
  const auto floor = static_cast<std::uintmax_t>(settings_.agent.integer("disk_floor")) << 20;
  link.poller.hasRoom = [folder = settings_.stateDir(), floor] {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    return error || space.available >= floor;
  };
  auto& toApp = link.pushers.emplace_back();
  toApp.link = name;
  toApp.app = settings.app;
  toApp.targets = link.rules->targets();
  const auto& app = settings_.systems.at(settings.app).options;
  if (app.has("connections")) toApp.lanes = static_cast<int>(app.integer("connections"));
  if (link.back != nullptr) addWayBack(link);
  return link;
}

/// What the answers to writes tell goes into the snapshots, so that an own write never looks like somebody's change.
void Agent::addWayBack(Link& link) {
  const auto erp = scopeOf(link.name, link.settings->erp);
  const auto app = scopeOf(link.name, link.settings->app);
  link.poller.appSource = systems_.get(link.settings->app).source();
  if (link.poller.appSource == nullptr)
    throw ConfigError(link.settings->options.placeOf("app"), kCannotRead,
                      {settings_.systems.at(link.settings->app).connector, link.settings->app});
  link.poller.erpWrites = link.erpWrites.get();
  link.poller.appWrites = link.appWrites.get();
  auto& toApp = link.pushers.front();
  for (const auto& field : link.poller.shared)
    toApp.shared.insert({std::string(field.target), std::string(field.field)});
  toApp.told = toldByApp(link.name, app, erp, *link.appWrites, clock_, *link.rules);
  auto& toErp = link.pushers.emplace_back();
  toErp.link = link.name;
  toErp.app = link.settings->erp;
  toErp.part = erp + "/write";
  toErp.idElsewhere = [app, &rules = *link.rules](Database& db, std::string_view kind, std::string_view key) {
    for (const auto& target : rules.backTargets()) {
      if (target.name == kind && !target.counterpart.empty()) return Bindings(db, app).keyOf(target.counterpart, key);
    }
    return std::string();
  };
  link.poller.erpKinds = link.back->kinds();
  toErp.lanes = 1;  // an ERP with few licences and people at work in it
  toErp.told = toldByErp(link.name, erp, app, *link.erpWrites, clock_, *link.rules, link.poller.shared);
}

bool Agent::fullCompareDue(Database& db, const std::string& link) const {
  const auto last = number(readSetting(db, "full/" + link));
  const auto now = clock_.now();
  const auto& zone = settings_.agent.text("time_zone");
  const auto at = settings_.agent.text("full_compare");  // "HH:MM"
  const auto time = std::chrono::hours{number(at.substr(0, 2))} + std::chrono::minutes{number(at.substr(3, 2))};
  auto due = fromLocal(localDay(now, zone), time, zone);
  if (due > now) due = fromLocal(localDay(now, zone) - std::chrono::days{1}, time, zone);
  // A last time that is yet to come is of a clock that was ahead.
  return last != 0 && (last > toColumn(now) || toColumn(due) > last);
}

namespace {

/// Remembers when everything was last compared; the first pass counts, it reads everything anyway.
void noteFullCompare(Database& db, const std::string& link, bool full, Clock& clock) {
  if (!full && !readSetting(db, "full/" + link).empty()) return;
  UnitOfWork work(db);
  writeSetting(db, "full/" + link, std::to_string(toColumn(clock.now())));
  Audit(db).prune(clock.now() - kAuditKept);
  forgetStrangers(db, clock.now() - kStrangersKept);
  work.commit();
}

}  // namespace

PassReport Agent::pass(const std::string& name, const PassOptions& options, std::stop_token stop,
                       const std::function<void(const Progress&)>& tick) {
  auto link = this->link(name, options);
  return runPass(link, options, true, stop, tick);
}

PassReport Agent::runPass(Link& link, const PassOptions& options, bool reads, std::stop_token stop,
                          const std::function<void(const Progress&)>& tick) {
  const auto& name = link.name;
  Progress progress;
  PassReport report;
  report.link = name;
  link.poller.waitsForDisk = false;
  Database pollDb(file_);
  std::vector<std::unique_ptr<Database>> pushDbs;
  std::vector<std::unique_ptr<Pusher>> pushers;
  for (std::size_t i = 0; i < link.pushers.size(); ++i) {
    pushDbs.push_back(std::make_unique<Database>(pollDb.another()));
    pushers.push_back(
        std::make_unique<Pusher>(*pushDbs.back(), link.sinkOf(i), link.pushers[i], clock_, *health_, progress));
  }
  Poller poller(pollDb, *link.source, *link.rules, link.sink->kinds(), link.poller, clock_, *health_, progress);

  std::exception_ptr broken;
  std::mutex mutex;  // guards broken and running
  std::condition_variable changed;
  std::size_t running = (reads ? 1 : 0) + pushers.size();
  for (auto& pusher : pushers) {
    if (!reads) pusher->noMore();
  }
  const auto worker = [&](auto work) {
    try {
      work();
    } catch (...) {
      const std::scoped_lock lock(mutex);
      broken = std::current_exception();
    }
    for (auto& pusher : pushers) pusher->noMore();
    const std::scoped_lock lock(mutex);
    --running;
    changed.notify_all();
  };
  {
    std::vector<std::jthread> workers;
    for (auto& pusher : pushers) {
      workers.emplace_back([&, p = pusher.get()] { worker([&] { p->run(Pusher::Until::Delivered, stop); }); });
    }
    if (reads) {
      workers.emplace_back([&] {
        worker([&] {
          const auto wake = [&] {
            for (auto& pusher : pushers) pusher->wake();
          };
          if (auto result = poller.pass(options.full, stop, wake); !result) {
            (poller.readErp() ? report.app : report.erp) = result.error();
          }
        });
      });
    }
    std::unique_lock lock(mutex);
    while (running > 0) {
      changed.wait_for(lock, kTick);
      if (tick) tick(progress);
    }
  }
  if (broken) std::rethrow_exception(broken);
  if (auto error = pushers.front()->destinationError()) report.app = error;
  if (pushers.size() > 1) report.back = pushers.back()->destinationError();
  report.rows = progress.rows;
  report.changed = progress.changed;
  report.queued = progress.queued;
  report.delivered = progress.delivered;
  report.writes = progress.writes;
  report.warnings = progress.warnings;
  report.held = poller.held();
  if (reads && !report.erp && options.flow.empty()) {
    noteFullCompare(pollDb, name, options.full, clock_);
    health_->good(scopeOf(name, link.settings->erp), figures(progress));
  }
  ReadScope read(pollDb);
  report.left = countOutbox(pollDb, scopeOf(name, link.settings->app));
  if (link.back != nullptr) report.left += countOutbox(pollDb, scopeOf(name, link.settings->erp));
  return report;
}

int Agent::approve(const std::string& name) {
  const auto link = this->link(name, {});
  Database db(file_);
  return postern::approve(db, name, *link.rules);
}

std::optional<std::string> Agent::run(std::stop_token stop, const std::function<void(Agent&)>& tick) {
  struct Running {
    std::string name;
    Link link;
    Progress progress;
    std::unique_ptr<Database> pollDb;
    std::vector<std::unique_ptr<Database>> pushDbs;
    std::vector<std::unique_ptr<Pusher>> pushers;
    void wake() const {
      for (const auto& pusher : pushers) pusher->wake();
    }
  };
  std::vector<std::unique_ptr<Running>> links;
  const Database first(file_);
  for (const auto& [name, settings] : settings_.links) {
    auto running = std::make_unique<Running>();
    running->name = name;
    running->link = this->link(name, {});
    running->pollDb = std::make_unique<Database>(first.another());
    for (std::size_t i = 0; i < running->link.pushers.size(); ++i) {
      running->pushDbs.push_back(std::make_unique<Database>(first.another()));
      running->pushers.push_back(std::make_unique<Pusher>(*running->pushDbs.back(), running->link.sinkOf(i),
                                                          running->link.pushers[i], clock_, *health_,
                                                          running->progress));
    }
    links.push_back(std::move(running));
  }
  // A worker whose state file fails for good ends all: the service manager starts the program again.
  std::stop_source all;
  std::stop_callback forward(stop, [&] { all.request_stop(); });
  std::mutex mutex;  // guards failure
  std::optional<std::string> failure;
  const auto guarded = [&](auto work) {
    try {
      work();
    } catch (const std::exception& e) {
      log(Level::Error, "agent", "worker failed", {{"cause", e.what()}});
      const std::scoped_lock lock(mutex);
      if (!failure) failure = e.what();
      all.request_stop();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (auto& running : links) {
      for (auto& pusher : running->pushers) {
        workers.emplace_back(
            [&, p = pusher.get()] { guarded([&] { p->run(Pusher::Until::Stopped, all.get_token()); }); });
      }
      workers.emplace_back([&, r = running.get()] {
        guarded([&] {
          pollForEver(
              *r->pollDb, r->link, r->progress, [r] { r->wake(); }, all.get_token());
        });
      });
    }
    while (clock_.wait(1s, all.get_token())) {
      if (tick) tick(*this);
    }
    for (auto& running : links) running->wake();
  }
  return failure;
}

void Agent::pollForEver(Database& db, Link& link, Progress& progress, const std::function<void()>& wake,
                        std::stop_token stop) {
  Poller poller(db, *link.source, *link.rules, link.sink->kinds(), link.poller, clock_, *health_, progress);
  const auto part = scopeOf(link.name, link.settings->erp);
  const auto interval = link.settings->options.duration("interval");
  std::mt19937 random{std::random_device{}()};
  int failures = 0;
  while (!stop.stop_requested()) {
    const auto ticket = number(readSetting(db, "request/" + link.name));
    const bool full = fullCompareDue(db, link.name);
    progress.rows = progress.changed = progress.queued = 0;
    auto result = poller.pass(full, stop, wake);
    auto next = interval;
    if (result) {
      failures = 0;
      noteFullCompare(db, link.name, full, clock_);
      health_->good(part, figures(progress));
    } else {
      if (result.error().fault == Fault::Stop) return;
      next = result.error().retryAfter.value_or(std::min(interval, backoff(++failures, kPollBackoff, random)));
    }
    if (ticket > number(readSetting(db, "served/" + link.name))) {
      UnitOfWork work(db);
      writeSetting(db, "served/" + link.name, std::to_string(ticket));
      work.commit();
    }
    health_->alive(part, std::max<std::chrono::seconds>(next, 60s) + 600s);
    const auto until = clock_.monotonic() + next;
    while (clock_.monotonic() < until) {
      if (!clock_.wait(1s, stop)) return;
      if (number(readSetting(db, "request/" + link.name)) > ticket) break;
    }
  }
}

std::int64_t requestPass(Database& db, const std::string& link) {
  UnitOfWork work(db);
  const auto ticket = number(readSetting(db, "request/" + link)) + 1;
  writeSetting(db, "request/" + link, std::to_string(ticket));
  work.commit();
  return ticket;
}

bool passServed(Database& db, const std::string& link, std::int64_t ticket) {
  return number(readSetting(db, "served/" + link)) >= ticket;
}

}  // namespace postern
