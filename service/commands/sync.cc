#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/agent.h"
#include "agent/instance_lock.h"
#include "agent/plan_file.h"
#include "agent/visible.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
namespace po = boost::program_options;

constexpr Text kReading{"reading", "liest", "leest"};
constexpr Text kDelivering{"delivering", "liefert", "levert"};
constexpr Text kBar{"{0}: {1}, {2} rows, {3} of {4} changes delivered",
                    "{0}: {1}, {2} Zeilen, {3} von {4} Änderungen zugestellt",
                    "{0}: {1}, {2} rijen, {3} van {4} wijzigingen afgeleverd"};
constexpr Text kSummary{
    "{0}: {1} rows read, {2} changed; {3} changes delivered, {4} still waiting, {5} parked",
    "{0}: {1} Zeilen gelesen, {2} geändert; {3} Änderungen zugestellt, {4} noch wartend, {5} geparkt",
    "{0}: {1} rijen gelezen, {2} gewijzigd; {3} wijzigingen afgeleverd, {4} nog wachtend, {5} geparkeerd"};
constexpr Text kAsked{"{0}: the running service was asked for a pass now",
                      "{0}: der laufende Dienst wurde um einen Durchlauf gebeten",
                      "{0}: de draaiende dienst is om een ronde gevraagd"};
constexpr Text kSlow{"{0}: the service is still at it; see \"postern status\"",
                     "{0}: der Dienst ist noch dabei; siehe \"postern status\"",
                     "{0}: de dienst is nog bezig; zie \"postern status\""};
constexpr Text kSeeParked{"See \"postern queue list --parked\".", "Siehe \"postern queue list --parked\".",
                          "Zie \"postern queue list --parked\"."};
constexpr Text kNothingThere{"{0}: nothing to do", "{0}: nichts zu tun", "{0}: niets te doen"};
constexpr Text kCreate{"create", "neu", "nieuw"};
constexpr Text kUpdate{"update", "ändern", "wijzigen"};
constexpr Text kTakeOver{"take over", "übernehmen", "overnemen"};
constexpr Text kUndecided{"to be decided", "zu entscheiden", "te beslissen"};
constexpr Text kPlannedFirst{
    "  of records that were there before: {0} would be taken over, {1} wait for a decision",
    "  von bereits vorhandenen Einträgen: {0} würden übernommen, {1} warten auf eine Entscheidung",
    "  van records die er al waren: {0} zouden worden overgenomen, {1} wachten op een beslissing"};
constexpr Text kPlanned{"{0}: changes that a pass would deliver: {1} ({2} new, {3} updates)",
                        "{0}: Änderungen, die ein Durchlauf zustellen würde: {1} ({2} neu, {3} geändert)",
                        "{0}: wijzigingen die een ronde zou afleveren: {1} ({2} nieuw, {3} gewijzigd)"};
constexpr Message kLimitNeedsOwn{
    "PST-1302",
    {"--flow and --full need the service to be stopped", "--flow und --full verlangen, dass der Dienst angehalten ist",
     "--flow en --full vereisen dat de dienst is gestopt"},
    {"stop the service, or leave the option away", "Halten Sie den Dienst an oder lassen Sie die Option weg",
     "stop de dienst of laat de optie weg"}};

constexpr Message kPlanNotWhole{
    "PST-1346",
    {"{0} was not written: the plan is not whole while a system cannot be read",
     "{0} wurde nicht geschrieben: Der Plan ist nicht vollständig, solange ein System nicht gelesen werden kann",
     "{0} is niet geschreven: het plan is niet volledig zolang een systeem niet kan worden gelezen"},
    {"plan again when both systems can be reached", "Planen Sie erneut, wenn beide Systeme erreichbar sind",
     "plan opnieuw wanneer beide systemen bereikbaar zijn"}};
constexpr Message kStopService{"PST-1319",
                               {"a running postern holds the queue, so the plan was not applied",
                                "ein laufendes postern hält die Warteschlange, daher wurde der Plan nicht angewendet",
                                "een draaiende postern houdt de wachtrij vast, daarom is het plan niet toegepast"},
                               {"stop the service, apply the plan, start it again",
                                "Halten Sie den Dienst an, wenden Sie den Plan an und starten Sie ihn wieder",
                                "stop de dienst, pas het plan toe en start hem weer"}};

std::vector<std::string> linksOf(Invocation& call) {
  std::vector<std::string> names;
  if (!call.word(0).empty()) return {call.word(0)};
  for (const auto& [name, link] : call.settings().links) names.push_back(name);
  if (names.empty()) throw ConfigError(call.configFile().string(), kNoLink);
  return names;
}

Agent::PassOptions passOptions(Invocation& call) {
  return {call.options["flow"].as<std::string>(), call.options.count("full") != 0};
}

int worse(int a, int b) {
  // A system that cannot be reached outweighs parked records.
  return std::max(a, b);
}

int codeOf(const PassReport& report) {
  if (report.erp || report.app || report.back) return kRemote;
  return report.left.total() > 0 || !report.held.empty() || report.warnings > 0 ? kDiffers : kDone;
}

void drawBar(const Console& console, const std::string& link, const Progress& progress) {
  constexpr int kWidth = 24;
  const auto queued = std::max<std::int64_t>(progress.queued, progress.delivered);
  const int filled = queued == 0 ? 0 : static_cast<int>(progress.delivered * kWidth / queued);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  console.out << "\r\x1b[K[" << bar << "] "
              << console.tr(kBar,
                            {link, console.tr(progress.reading ? kReading : kDelivering), std::to_string(progress.rows),
                             std::to_string(progress.delivered), std::to_string(queued)})
              << std::flush;
}

void printErrors(Invocation& call, const PassReport& report) {
  const auto& link = call.settings().links.at(report.link);
  if (report.erp) call.console.error(*report.erp, report.link + '/' + link.erp);
  if (report.app) call.console.error(*report.app, report.link + '/' + link.app);
  if (report.back) call.console.error(*report.back, report.link + '/' + link.erp + "/write");
}

void printReport(Invocation& call, const PassReport& report) {
  const auto& console = call.console;
  if (call.json()) {
    nlohmann::json json{{"link", report.link},
                        {"rows", report.rows},
                        {"changed", report.changed},
                        {"queued", report.queued},
                        {"delivered", report.delivered},
                        {"writes", report.writes},
                        {"waiting", report.left.total() - report.left.parked},
                        {"parked", report.left.parked}};
    if (report.erp) json["erp_error"] = console.describe(*report.erp);
    if (report.app) json["app_error"] = console.describe(*report.app);
    if (report.back) json["erp_write_error"] = console.describe(*report.back);
    for (const auto& held : report.held) json["held"].push_back(console.describe(held));
    console.out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  console.out << console.tr(kSummary,
                            {report.link, std::to_string(report.rows), std::to_string(report.changed),
                             std::to_string(report.delivered), std::to_string(report.left.total() - report.left.parked),
                             std::to_string(report.left.parked)})
              << '\n';
  printErrors(call, report);
  for (const auto& held : report.held) console.error(held, report.link);
  if (report.left.parked > 0) console.out << console.tr(kSeeParked) << '\n';
}

/// What the service last reported of the link's ERP or app as a whole; nullopt while both work.
std::optional<HealthEntry> troubleOf(Database& db, const std::string& link, const LinkSettings& settings,
                                     bool appOnly) {
  for (auto& entry : readHealth(db)) {
    const bool app = entry.part == link + '/' + settings.app;
    const bool erp = entry.part == link + '/' + settings.erp && !appOnly;
    const bool back = entry.part == link + '/' + settings.erp + "/write";
    const bool brake = entry.part.starts_with(link + "/brake/") && !appOnly;
    if ((app || erp || back || brake) && entry.level != HealthLevel::Good) return std::move(entry);
  }
  return std::nullopt;
}

/// Another process holds the queue: ask it, watch it, tell how it ended. When it ends before it has done what it was
/// asked for, `lock` is held, and nothing returned.
std::optional<int> askService(Invocation& call, const std::vector<std::string>& links,
                              std::unique_ptr<InstanceLock>& lock) {
  constexpr auto kLongest = 15min;
  if (call.options.count("full") != 0 || !call.options["flow"].as<std::string>().empty()) {
    call.console.error(Error{Fault::Reject, &kLimitNeedsOwn, {}, {}, {}});
    return kSettings;
  }
  Database db(stateFile(call.settings()));
  int code = kDone;
  for (const auto& link : links) {
    if (!call.settings().links.contains(link)) throw UsageError("there is no link " + link);
    const auto& settings = call.settings().links.at(link);
    const auto ticket = requestPass(db, link);
    call.console.out << call.console.tr(kAsked, {link}) << std::endl;
    const auto scope = link + '/' + settings.app;
    auto& clock = systemClock();
    const auto until = clock.monotonic() + kLongest;
    bool done = false;
    OutboxCounts counts;
    while (!done && clock.monotonic() < until && clock.wait(500ms, call.stop)) {
      ReadScope read(db);
      counts = countOutbox(db, scope);
      counts += countOutbox(db, link + '/' + settings.erp);
      const bool empty = counts.waiting + counts.sending + counts.probing == 0;
      // An app that is away may stay so for hours; the service goes on by itself.
      const bool served = passServed(db, link, ticket);
      done = served && (empty || troubleOf(db, link, settings, true));
      if (!served) lock = InstanceLock::tryTake(call.settings().stateDir());
      if (lock) return std::nullopt;
    }
    if (!done) {
      call.console.out << call.console.tr(kSlow, {link}) << '\n';
      code = worse(code, kDiffers);
    }
    if (counts.parked > 0) call.console.out << call.console.tr(kSeeParked) << '\n';
    if (counts.total() > 0) code = worse(code, kDiffers);
    if (const auto trouble = troubleOf(db, link, settings, false)) {
      const auto language = call.console.language;
      call.console.err << trouble->part << ": " << trouble->code << ": " << sentence(causeOf(trouble->reason, language))
                       << ' ' << sentence(remedyOf(trouble->reason, language)) << '\n';
      code = worse(code, trouble->part.starts_with(link + "/brake/") ? kDiffers : kRemote);
    }
  }
  return code;
}

int sync(Invocation& call) {
  const auto links = linksOf(call);
  const auto& settings = call.settings();
  auto lock = InstanceLock::tryTake(settings.stateDir());
  if (!lock) {
    if (const auto code = askService(call, links, lock)) return *code;
  }
  Agent agent(settings, registry(), systemClock());
  int code = kDone;
  for (const auto& link : links) {
    const bool bar = call.console.terminal && !call.json();
    const auto report = agent.pass(link, passOptions(call), call.stop, [&](const Progress& progress) {
      if (bar) drawBar(call.console, link, progress);
    });
    if (bar) call.console.out << "\r\x1b[K";
    printReport(call, report);
    code = worse(code, codeOf(report));
  }
  return code;
}

void printChange(Invocation& call, const std::string& link, const PlannedChange& change) {
  const auto& console = call.console;
  if (call.json()) {
    auto json = toJson(change);
    json["link"] = link;
    console.out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  const auto& what = !change.doubt.empty()   ? kUndecided
                     : !change.takes.empty() ? kTakeOver
                     : change.create         ? kCreate
                                             : kUpdate;
  console.out << console.tr(what) << ' ' << change.target.kind << ' ' << visible(change.target.key) << "  -> "
              << change.system;
  if (!change.takes.empty()) console.out << ' ' << change.takes;
  console.out << '\n';
  if (!change.doubt.empty()) {
    console.out << "  " << sentence(causeOf(change.doubt, console.language)) << ' '
                << sentence(remedyOf(change.doubt, console.language)) << '\n';
    return;
  }
  for (const auto& field : change.fields) {
    console.out << "  " << field.name << ": ";
    if (!change.create) console.out << '"' << visible(field.from) << "\" -> ";
    console.out << '"' << visible(field.to) << "\"\n";
  }
}

int plan(Invocation& call) {
  const auto links = linksOf(call);
  const bool keeps = call.options.count("out") != 0;
  if (keeps && links.size() != 1) throw UsageError("name the LINK whose plan goes to the file");
  Agent agent(call.settings(), registry(), systemClock());
  const auto& console = call.console;
  int code = kDone;
  for (const auto& link : links) {
    std::int64_t creates = 0, updates = 0, taken = 0, doubts = 0;
    PlanFile file{link, systemClock().now(), passOptions(call), {}};
    const auto report = agent.plan(link, file.options, call.stop, [&](const PlannedChange& change) {
      ++(!change.doubt.empty() ? doubts : !change.takes.empty() ? taken : change.create ? creates : updates);
      if (keeps) file.changes.push_back(change);
      printChange(call, link, change);
    });
    const bool whole = !report.erp && !report.app;
    const auto all = creates + updates + taken + doubts;
    if (!call.json() && (whole || all > 0)) {
      console.out << (all == 0 ? console.tr(kNothingThere, {link})
                               : console.tr(kPlanned, {link, std::to_string(all), std::to_string(creates),
                                                       std::to_string(updates)}))
                  << '\n';
      if (taken + doubts > 0)
        console.out << console.tr(kPlannedFirst, {std::to_string(taken), std::to_string(doubts)}) << '\n';
    }
    printErrors(call, report);
    code = worse(code, !whole || report.back ? kRemote : all > 0 ? kDiffers : kDone);
    if (!keeps) continue;
    if (!whole) {
      console.error(Error{Fault::Reject, &kPlanNotWhole, {call.options["out"].as<std::string>()}, {}, {}});
      continue;
    }
    if (const auto written = writePlanFile(pathOf(call.options["out"].as<std::string>()), file); !written) {
      console.error(written.error());
      return kSettings;
    }
  }
  return code;
}

int apply(Invocation& call) {
  if (call.word(0).empty()) throw UsageError("name the FILE");
  const auto& settings = call.settings();
  const auto planned = readPlanFile(pathOf(call.word(0)));
  if (!planned) {
    call.console.error(planned.error());
    return kSettings;
  }
  const auto lock = InstanceLock::tryTake(settings.stateDir());
  if (!lock) {
    call.console.error(Error{Fault::Reject, &kStopService, {}, {}, {}});
    return kSettings;
  }
  Agent agent(settings, registry(), systemClock());
  const bool bar = call.console.terminal && !call.json();
  const auto report =
      agent.apply(planned->link, planned->options, planned->changes, call.stop, [&](const Progress& progress) {
        if (bar) drawBar(call.console, planned->link, progress);
      });
  if (bar) call.console.out << "\r\x1b[K";
  if (report.refused) {
    call.console.error(*report.refused, planned->link);
    return kDiffers;
  }
  printReport(call, report.pass);
  return codeOf(report.pass);
}

void addOptions(po::options_description& options) {
  options.add_options()("flow", po::value<std::string>()->default_value(""), "only this flow")(
      "full", "compare everything, whatever the change dates say")("json", "machine-readable");
}

}  // namespace

const Command kSync{"sync",
                    "[LINK] [--flow FLOW] [--full]",
                    {"one pass now; works beside a running service", "jetzt ein Durchlauf; auch neben laufendem Dienst",
                     "nu één ronde; ook naast een draaiende dienst"},
                    1,
                    addOptions,
                    sync};

const Command kPlan{
    "plan",
    "[LINK] [--flow FLOW] [--full] [--out FILE]",
    {"what a pass would deliver, delivering nothing", "was ein Durchlauf zustellen würde, ohne etwas zuzustellen",
     "wat een ronde zou afleveren, zonder iets af te leveren"},
    1,
    [](po::options_description& options) {
      addOptions(options);
      options.add_options()("out", po::value<std::string>(), "also write it to a file that \"postern apply\" takes");
    },
    plan};

const Command kApply{"apply",
                     "FILE",
                     {"does exactly what the plan in FILE says, or nothing if anything has changed since",
                      "tut genau, was der Plan in FILE sagt, oder nichts, wenn sich seither etwas geändert hat",
                      "doet precies wat het plan in FILE zegt, of niets als er sindsdien iets is gewijzigd"},
                     1,
                     [](po::options_description& options) { options.add_options()("json", "machine-readable"); },
                     apply};

}  // namespace postern
