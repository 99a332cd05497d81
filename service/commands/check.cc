#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/agent.h"
#include "agent/secrets.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

constexpr Text kAllGood{"Everything is good.", "Alles in Ordnung.", "Alles is in orde."};
constexpr Message kPlainSecret{
    "PST-1303",
    {"{0} holds the secret itself", "{0} enthält das Geheimnis selbst", "{0} bevat het geheim zelf"},
    {"run \"postern secret set {1}\" and write \"secret:{1}\" there instead",
     "Führen Sie \"postern secret set {1}\" aus und schreiben Sie dort \"secret:{1}\"",
     "voer \"postern secret set {1}\" uit en schrijf daar \"secret:{1}\""}};
constexpr Message kLittleRoom{"PST-6008",
                              {"the disk of {0} has {1} MiB left, disk_floor is {2}",
                               "der Datenträger von {0} hat noch {1} MiB frei, disk_floor ist {2}",
                               "de schijf van {0} heeft nog {1} MiB vrij, disk_floor is {2}"},
                              {"free space there; below disk_floor reading pauses",
                               "Schaffen Sie dort Platz; unter disk_floor pausiert das Lesen",
                               "maak daar ruimte vrij; onder disk_floor pauzeert het lezen"}};
constexpr Message kStateDamaged{
    "PST-6009",
    {"the state file {0} is damaged: {1}", "die Zustandsdatei {0} ist beschädigt: {1}",
     "het statusbestand {0} is beschadigd: {1}"},
    {"stop the service, move the file away and run \"postern sync\"",
     "Halten Sie den Dienst an, legen Sie die Datei beiseite und führen Sie \"postern sync\" aus",
     "stop de dienst, verplaats het bestand en voer \"postern sync\" uit"}};
constexpr Message kClockWrong{
    "PST-2101",
    {"the clock of this host says {0}", "die Uhr dieses Rechners zeigt {0}", "de klok van deze computer staat op {0}"},
    {"set the clock; certificates and change dates depend on it",
     "Stellen Sie die Uhr; Zertifikate und Änderungsdaten hängen davon ab",
     "zet de klok goed; certificaten en wijzigingsdatums hangen ervan af"}};
constexpr Message kClocksDiffer{
    "PST-2103",
    {"the clock of {0} and this host's differ by {1} seconds",
     "die Uhr von {0} und die dieses Rechners weichen um {1} Sekunden voneinander ab",
     "de klok van {0} en die van deze computer verschillen {1} seconden"},
    {"set this host's clock by a time server, then look at the other one",
     "Stellen Sie die Uhr dieses Rechners nach einem Zeitserver, sehen Sie danach die andere an",
     "stel de klok van deze computer in via een tijdserver en bekijk daarna de andere"}};
using Level = Finding::Level;

constexpr const char* kHost = "agent";  // the part that is no system

class Report {
 public:
  explicit Report(Invocation& call) : call_(call) {}

  void add(const std::string& part, const Finding& finding) {
    worst_ = std::max(worst_, finding.level);
    hostIsBad_ = hostIsBad_ || (part == kHost && finding.level == Level::Bad);
    constexpr const char* kMarks[] = {"ok  ", "warn", "BAD "};
    const auto mark = kMarks[static_cast<int>(finding.level)];
    const auto& console = call_.console;
    if (call_.json()) {
      nlohmann::json json{{"part", part},
                          {"what", finding.what},
                          {"result", finding.level == Level::Good      ? "good"
                                     : finding.level == Level::Warning ? "warning"
                                                                       : "bad"}};
      if (finding.error)
        json.update({{"code", finding.error->code()},
                     {"cause", finding.error->cause(console.language)},
                     {"remedy", finding.error->remedy(console.language)}});
      json_.push_back(json);
      return;
    }
    console.out << mark << "  " << part << ": " << finding.what;
    if (finding.error) console.out << "\n      " << console.describe(*finding.error);
    console.out << std::endl;
  }

  void add(const std::string& part, const ConfigError& error) {
    settingsAreBad_ = true;
    const auto& console = call_.console;
    const auto cause = error.cause(console.language), remedy = error.remedy(console.language);
    if (call_.json()) {
      json_.push_back({{"part", part},
                       {"what", "settings"},
                       {"result", "bad"},
                       {"place", error.place()},
                       {"code", error.code()},
                       {"cause", cause},
                       {"remedy", remedy}});
      return;
    }
    console.out << "BAD   " << part << ": settings\n      " << error.place() << ": " << error.code() << ": "
                << sentence(cause) << ' ' << sentence(remedy) << std::endl;
  }

  int finish() {
    if (settingsAreBad_) worst_ = Level::Bad;
    if (call_.json()) call_.console.out << json_.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    if (worst_ == Level::Good && !call_.json()) call_.console.out << call_.console.tr(kAllGood) << '\n';
    if (worst_ == Level::Bad) return hostIsBad_ ? kState : settingsAreBad_ ? kSettings : kRemote;
    return worst_ == Level::Warning ? kDiffers : kDone;
  }

 private:
  Invocation& call_;
  Level worst_ = Level::Good;
  bool hostIsBad_ = false;
  bool settingsAreBad_ = false;
  nlohmann::json json_ = nlohmann::json::array();
};

void checkHost(Invocation& call, Report& report) {
  const auto& settings = call.settings();
  const auto file = stateFile(settings);
  const auto wrong = Database(file).quickCheck();
  report.add(kHost, wrong == "ok" ? Finding{Level::Good, "state file " + file.string(), {}}
                                  : Finding{Level::Bad, "state file",
                                            Error{Fault::Stop, &kStateDamaged, {file.string(), wrong}, {}, {}}});
  std::error_code ignored;
  const auto room = std::filesystem::space(settings.stateDir(), ignored).available >> 20;
  const auto floor = settings.agent.integer("disk_floor");
  report.add(kHost, static_cast<std::int64_t>(room) >= floor
                        ? Finding{Level::Good, "disk " + std::to_string(room) + " MiB", {}}
                        : Finding{Level::Bad, "disk",
                                  Error{Fault::Retry,
                                        &kLittleRoom,
                                        {settings.stateDir().string(), std::to_string(room), std::to_string(floor)},
                                        {},
                                        {}}});
  const auto now = systemClock().now();
  using namespace std::chrono;
  constexpr sys_days kBuilt = 2026y / January / 1;  // no postern is older than that
  report.add(kHost, now >= kBuilt && now < kBuilt + years{30}
                        ? Finding{Level::Good, "clock " + isoStamp(now), {}}
                        : Finding{Level::Bad, "clock", Error{Fault::Retry, &kClockWrong, {isoStamp(now)}, {}, {}}});
}

void checkPlainSecrets(const std::string& name, const SystemSettings& system, Report& report) {
  for (const auto& option : registry().connector(system.connector)->options) {
    const auto it = system.options.values().find(option.key);
    if (option.type != Option::Type::Secret || it == system.options.values().end() || !isPlain(it->second)) continue;
    report.add(
        name,
        {Level::Warning, option.key,
         Error{Fault::Reject, &kPlainSecret, {system.options.placeOf(option.key), name + '-' + option.key}, {}, {}}});
  }
}

/// A wrong clock here or there: change dates are compared and certificates expire by it.
void checkClock(const std::string& name, std::optional<std::chrono::seconds> ahead, Report& report) {
  if (!ahead) return;
  using namespace std::chrono_literals;
  constexpr auto kMost = 5min;
  const bool good = std::chrono::abs(*ahead) <= kMost;
  const auto text = std::to_string(ahead->count());
  report.add(name, good ? Finding{Level::Good, "clock " + text + " s", {}}
                        : Finding{Level::Warning, "clock", Error{Fault::Retry, &kClocksDiffer, {name, text}, {}, {}}});
}

int run(Invocation& call) {
  const auto& settings = call.settings();
  Report report(call);
  report.add(kHost, {Level::Good, "settings " + call.configFile().string(), {}});
  const auto only = call.word(0);
  if (!only.empty() && !settings.systems.contains(only)) throw UsageError("there is no system " + only);
  if (only.empty()) checkHost(call, report);
  Systems systems(settings, registry(), systemClock());
  for (const auto& [name, system] : settings.systems) {
    if (!only.empty() && name != only) continue;
    checkPlainSecrets(name, system, report);
    try {
      for (const auto& finding : systems.get(name).check(call.stop)) report.add(name, finding);
      checkClock(name, systems.clockAhead(name), report);
    } catch (const ConfigError& e) {
      report.add(name, e);
    }
  }
  return report.finish();
}

}  // namespace

const Command kCheck{
    "check",
    "[SYSTEM]",
    {"settings, state file, disk, clock; log-in, rights and field names of each system",
     "Einstellungen, Zustandsdatei, Platz, Uhr; Anmeldung, Rechte und Feldnamen jedes Systems",
     "instellingen, statusbestand, schijf, klok; aanmelding, rechten en veldnamen van elk systeem"},
    1,
    [](boost::program_options::options_description& options) { options.add_options()("json", "machine-readable"); },
    run};

}  // namespace postern
