#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/agent.h"
#include "agent/flows.h"
#include "agent/instance_lock.h"
#include "connectors/registry.h"
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
constexpr Text kOld{"{0}: nothing was read since {1}", "{0}: seit {1} wurde nichts gelesen",
                    "{0}: sinds {1} is er niets gelezen"};
constexpr Text kSince{"since {0}", "seit {0}", "sinds {0}"};
constexpr Text kLast{"last report {0}", "letzte Meldung {0}", "laatste melding {0}"};
constexpr Text kSeeParked{"See \"postern queue list --parked\".", "Siehe \"postern queue list --parked\".",
                          "Zie \"postern queue list --parked\"."};

/// A system that cannot be reached or refuses us, rather than a matter that waits for somebody.
bool isSystem(const std::string& part, const Settings& settings) {
  return std::ranges::any_of(settings.links, [&](const auto& entry) {
    const auto& [name, link] = entry;
    const auto erp = name + '/' + link.erp, app = name + '/' + link.app;
    return part == erp || part == app || part == erp + "/write" || part == app + "/read";
  });
}

/// Parts of links that were taken out of the settings are history.
std::vector<HealthEntry> partsOf(Database& db, const Settings& settings) {
  auto parts = readHealth(db);
  std::erase_if(parts, [&](const HealthEntry& entry) {
    const auto slash = entry.part.find('/');
    return slash != std::string::npos && !settings.links.contains(entry.part.substr(0, slash));
  });
  return parts;
}

/// What waits, and while nobody runs a link that reads nothing, is worth a word after this. A pass by cron counts, too.
constexpr auto kPatience = std::chrono::hours{1};

int run(Invocation& call) {
  const auto& settings = call.settings();
  const auto& console = call.console;
  Database db(stateFile(settings), Database::Mode::ReadOnly);
  const bool running = InstanceLock::tryTake(settings.stateDir()) == nullptr;
  const auto parts = partsOf(db, settings);
  bool away = false, differs = false;
  std::int64_t parked = 0;
  nlohmann::json json{{"running", running}, {"parts", nlohmann::json::array()}, {"queues", nlohmann::json::object()}};
  if (!call.json()) console.out << console.tr(running ? kRunning : kNotRunning) << '\n';
  for (const auto& part : parts) {
    if (part.level != HealthLevel::Good) (isSystem(part.part, settings) ? away : differs) = true;
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
  const auto queue = [&](const std::string& scope) {
    const auto counts = countOutbox(db, scope);
    parked += counts.parked;
    const bool stuck = counts.oldest != Clock::Time{} && systemClock().now() - counts.oldest > kPatience;
    differs = differs || counts.parked > 0 || stuck;
    if (!call.json()) {
      console.out << console.tr(kQueueLine, {scope, std::to_string(counts.waiting), std::to_string(counts.sending),
                                             std::to_string(counts.probing), std::to_string(counts.blocked),
                                             std::to_string(counts.parked)})
                  << '\n';
      return;
    }
    auto& entry = json["queues"][scope] = {{"waiting", counts.waiting},
                                           {"sending", counts.sending},
                                           {"probing", counts.probing},
                                           {"blocked", counts.blocked},
                                           {"parked", counts.parked}};
    if (counts.oldest != Clock::Time{}) entry["oldest"] = isoStamp(counts.oldest);
  };
  for (const auto& [name, link] : settings.links) {
    const auto read = std::ranges::find(parts, name + '/' + link.erp, &HealthEntry::part);
    const auto last = read == parts.end() ? Clock::Time{} : read->at;
    if (!running && systemClock().now() - last > kPatience) {
      differs = true;
      json["silent"].push_back(name);
      if (!call.json()) console.out << console.tr(kOld, {name, last == Clock::Time{} ? "–" : isoStamp(last)}) << '\n';
    }
    queue(name + '/' + link.app);
    const auto& info = *registry().link(settings.systems.at(link.erp).speaks(), settings.systems.at(link.app).speaks());
    const auto back = name + '/' + link.erp;
    if (!flowsOf(link, info, {}, true).toErp.empty() || countOutbox(db, back).total() > 0) queue(back);
  }
  if (call.json()) {
    console.out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else if (parked > 0) {
    console.out << console.tr(kSeeParked) << '\n';
  }
  return away ? kRemote : differs ? kDiffers : kDone;
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
