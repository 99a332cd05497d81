#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "agent/instance_lock.h"
#include "service/command.h"

namespace postern {
namespace {

constexpr Text kRunning{"The service is running.", "Der Dienst läuft.", "De dienst draait."};
constexpr Text kNotRunning{"The service is not running.", "Der Dienst läuft nicht.", "De dienst draait niet."};
constexpr Text kQueueLine{
    "Queue {0}: {1} waiting, {2} being sent, {3} to be looked up, {4} blocked, {5} parked",
    "Warteschlange {0}: {1} wartend, {2} in Zustellung, {3} nachzusehen, {4} blockiert, {5} geparkt",
    "Wachtrij {0}: {1} wachtend, {2} in aflevering, {3} op te zoeken, {4} geblokkeerd, {5} geparkeerd"};
constexpr Text kGood{"good", "gut", "goed"};
constexpr Text kSince{"since {0}", "seit {0}", "sinds {0}"};
constexpr Text kLast{"last report {0}", "letzte Meldung {0}", "laatste melding {0}"};
constexpr Text kSeeParked{"See \"postern queue list --parked\".", "Siehe \"postern queue list --parked\".",
                          "Zie \"postern queue list --parked\"."};

int run(Invocation& call) {
  const auto& settings = call.settings();
  const auto& console = call.console;
  Database db(stateFile(settings), Database::Mode::ReadOnly);
  const bool running = InstanceLock::tryTake(settings.stateDir()) == nullptr;
  const auto parts = readHealth(db);
  auto worst = HealthLevel::Good;
  std::int64_t parked = 0;
  nlohmann::json json{{"running", running}, {"parts", nlohmann::json::array()}, {"queues", nlohmann::json::object()}};
  if (!call.json()) console.out << console.tr(running ? kRunning : kNotRunning) << '\n';
  for (const auto& part : parts) {
    worst = std::max(worst, part.level);
    const auto cause = causeOf(part.reason, console.language);
    if (call.json()) {
      constexpr const char* kLevels[] = {"good", "warning", "bad"};
      nlohmann::json entry{{"part", part.part},
                           {"level", kLevels[static_cast<int>(part.level)]},
                           {"since", isoStamp(part.since)},
                           {"at", isoStamp(part.at)},
                           {"note", part.note}};
      if (!part.code.empty())
        entry.update({{"code", part.code}, {"cause", cause}, {"remedy", remedyOf(part.reason, console.language)}});
      json["parts"].push_back(entry);
      continue;
    }
    console.out << part.part << ": ";
    if (part.level == HealthLevel::Good) {
      console.out << console.tr(kGood) << ", " << console.tr(kLast, {isoStamp(part.at)});
      if (!part.note.empty()) console.out << ", " << part.note;
    } else {
      console.out << part.code << ": " << sentence(cause) << ' ' << sentence(remedyOf(part.reason, console.language))
                  << " (" << console.tr(kSince, {isoStamp(part.since)}) << ')';
    }
    console.out << '\n';
  }
  std::vector<std::string> scopes;
  for (const auto& [name, link] : settings.links) {
    scopes.push_back(name + '/' + link.app);
    // Towards the ERP only when something waits there: many links have no way back.
    const auto back = name + '/' + link.erp;
    const auto counts = countOutbox(db, back);
    if (counts.waiting + counts.sending + counts.probing + counts.blocked + counts.parked > 0) scopes.push_back(back);
  }
  for (const auto& scope : scopes) {
    const auto counts = countOutbox(db, scope);
    parked += counts.parked;
    if (call.json()) {
      json["queues"][scope] = {{"waiting", counts.waiting},
                               {"sending", counts.sending},
                               {"probing", counts.probing},
                               {"blocked", counts.blocked},
                               {"parked", counts.parked}};
      if (counts.oldest != Clock::Time{}) json["queues"][scope]["oldest"] = isoStamp(counts.oldest);
    } else {
      console.out << console.tr(kQueueLine, {scope, std::to_string(counts.waiting), std::to_string(counts.sending),
                                             std::to_string(counts.probing), std::to_string(counts.blocked),
                                             std::to_string(counts.parked)})
                  << '\n';
    }
  }
  if (call.json()) {
    console.out << json.dump(2) << '\n';
  } else if (parked > 0) {
    console.out << console.tr(kSeeParked) << '\n';
  }
  return worst == HealthLevel::Bad ? kRemote : worst == HealthLevel::Warning || parked > 0 ? kDiffers : kDone;
}

}  // namespace

const Command kStatus{
    "status",
    "",
    {"how it is: health, freshness, queue, last errors",
     "wie es steht: Zustand, Aktualität, Warteschlange, letzte Fehler",
     "hoe het gaat: gezondheid, actualiteit, wachtrij, laatste fouten"},
    0,
    [](boost::program_options::options_description& options) { options.add_options()("json", "machine-readable"); },
    run};

}  // namespace postern
