#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/agent.h"
#include "agent/bindings.h"
#include "agent/outbox.h"
#include "agent/visible.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

namespace po = boost::program_options;

constexpr Text kNothingParked{"Nothing is parked.", "Nichts ist geparkt.", "Er is niets geparkeerd."};
constexpr Text kEmpty{"The queue is empty.", "Die Warteschlange ist leer.", "De wachtrij is leeg."};
constexpr Text kRetried{"{0} changes are due again.", "{0} Änderungen sind wieder fällig.",
                        "{0} wijzigingen zijn weer aan de beurt."};
constexpr Text kDropped{"Dropped. It comes back when the record changes in the ERP.",
                        "Verworfen. Die Änderung kommt wieder, wenn sich der Datensatz im ERP ändert.",
                        "Verworpen. De wijziging komt terug wanneer het record in het ERP wijzigt."};
constexpr Text kWaitsFor{"waits for {0}", "wartet auf {0}", "wacht op {0}"};
constexpr Text kHead[] = {
    {"ID", "NR", "NR"},          {"STATE", "ZUSTAND", "STATUS"},  {"TO", "NACH", "NAAR"},
    {"KIND", "ART", "SOORT"},    {"KEY", "SCHLÜSSEL", "SLEUTEL"}, {"TRIES", "VERSUCHE", "POGINGEN"},
    {"REASON", "GRUND", "REDEN"}};
constexpr Text kRemedyLabel{"remedy", "Abhilfe", "oplossing"};
constexpr Text kServerSaid{"the server said", "der Server meldete", "de server meldde"};
constexpr Message kNoEntry{
    "PST-7301",
    {"there is no queue entry {0}", "es gibt keinen Eintrag {0} in der Warteschlange",
     "er is geen item {0} in de wachtrij"},
    {"see \"postern queue list\"", "siehe \"postern queue list\"", "zie \"postern queue list\""}};
constexpr Message kInFlight{
    "PST-7302",
    {"entry {0} is being sent, or it is being looked up whether it arrived",
     "Eintrag {0} wird gerade gesendet, oder es wird nachgesehen, ob er angekommen ist",
     "item {0} wordt nu verzonden, of er wordt nagegaan of het is aangekomen"},
    {"try again when \"postern queue list\" shows it as waiting or parked",
     "Versuchen Sie es erneut, wenn „postern queue list“ ihn als wartend oder geparkt zeigt",
     "probeer het opnieuw wanneer \"postern queue list\" het als wachtend of geparkeerd toont"}};

nlohmann::json toJsonObject(const OutboxEntry& entry, Language language) {
  nlohmann::json json{{"id", entry.id},
                      {"state", stateName(entry.state)},
                      {"to", entry.system},
                      {"kind", entry.kind},
                      {"key", entry.key},
                      {"tries", entry.attempts},
                      {"queued", isoStamp(entry.queuedAt)}};
  if (!entry.blockedOn.empty()) json["waits_for"] = entry.blockedOn;
  if (entry.notBefore != Clock::Time{}) json["not_before"] = isoStamp(entry.notBefore);
  if (!entry.code.empty()) {
    json["code"] = entry.code;
    json["cause"] = causeOf(entry.reason, language);
    json["remedy"] = remedyOf(entry.reason, language);
  }
  return json;
}

std::string reason(const OutboxEntry& entry, const Console& console) {
  if (entry.state == OutboxEntry::State::Blocked) return console.tr(kWaitsFor, {entry.blockedOn});
  if (entry.code.empty()) return {};
  return entry.code + ": " + visible(causeOf(entry.reason, console.language));
}

int list(Invocation& call, Database& db) {
  OutboxFilter filter;
  if (call.options.count("parked") != 0) filter.state = OutboxEntry::State::Parked;
  auto json = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows;
  const auto& console = call.console;
  const auto limit = call.options["limit"].as<std::int64_t>();
  if (limit < 1) throw UsageError("--limit is 1 or more");
  const auto most = static_cast<std::size_t>(limit);
  for (filter.limit = most; rows.size() + json.size() < most;) {
    const auto entries = listOutbox(db, filter);
    if (entries.empty()) break;
    for (const auto& entry : entries) {
      if (call.json()) {
        json.push_back(toJsonObject(entry, console.language));
      } else {
        rows.push_back({std::to_string(entry.id), std::string(stateName(entry.state)), entry.system, entry.kind,
                        visible(entry.key), std::to_string(entry.attempts), reason(entry, console)});
      }
    }
    filter.afterId = entries.back().id;
  }
  if (call.json()) {
    console.out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else if (rows.empty()) {
    console.out << console.tr(filter.state ? kNothingParked : kEmpty) << '\n';
  } else {
    std::vector<std::string> head;
    for (const auto& text : kHead) head.push_back(console.tr(text));
    rows.insert(rows.begin(), head);
    printTable(console.out, rows);
  }
  return kDone;
}

std::span<const SinkKind> kindsOf(Invocation& call, const OutboxEntry& entry) {
  const auto& settings = call.settings();
  const auto link = settings.links.find(entry.link);
  if (link == settings.links.end()) return {};
  const bool back = entry.system == entry.link + '/' + link->second.erp;
  const auto& system = back ? link->second.erp : link->second.app;
  const auto* connector = registry().connector(settings.systems.at(system).connector);
  return connector == nullptr ? std::span<const SinkKind>{} : connector->sinkKinds;
}

void show(Invocation& call, Database& db, const OutboxEntry& entry) {
  const auto& console = call.console;
  const auto change = describeChange(db, entry, kindsOf(call, entry));
  if (call.json()) {
    auto json = toJsonObject(entry, console.language);
    json["create"] = change.create;
    if (!entry.detail.empty()) json["server_said"] = entry.detail;
    for (const auto& field : change.fields) json["fields"][field.name] = {{"from", field.from}, {"to", field.to}};
    console.out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  console.out << entry.id << "  " << stateName(entry.state) << "  " << (change.create ? "create " : "update ")
              << entry.kind << ' ' << visible(entry.key) << "  -> " << entry.system << '\n';
  if (const auto why = reason(entry, console); !why.empty()) console.out << why << '\n';
  if (!entry.code.empty())
    console.out << console.tr(kRemedyLabel) << ": " << visible(remedyOf(entry.reason, console.language)) << '\n';
  if (!entry.detail.empty()) console.out << console.tr(kServerSaid) << ": " << visible(entry.detail) << '\n';
  for (const auto& field : change.fields) {
    console.out << "  " << field.name << ": ";
    if (!change.create) console.out << '"' << visible(field.from) << "\" -> ";
    console.out << '"' << visible(field.to) << "\"\n";
  }
}

/// Whether a record may come of it all the same. Forgotten, it would be made once more at its next change.
bool mayArrive(Invocation& call, const OutboxEntry& entry, bool bound) {
  if (entry.state == OutboxEntry::State::Sending) return true;
  if (entry.state != OutboxEntry::State::Probing || bound) return false;
  const auto kinds = kindsOf(call, entry);
  return std::any_of(kinds.begin(), kinds.end(),
                     [&](const SinkKind& kind) { return kind.name == entry.kind && !kind.updatesOnly; });
}

int drop(Invocation& call, Database& db, std::int64_t id) {
  UnitOfWork work(db);
  const auto refused = [&](const Message& message) {
    call.console.error(Error{Fault::Reject, &message, {std::to_string(id)}, {}, {}});
    return kDiffers;
  };
  const auto entry = findOutboxEntry(db, id);
  if (!entry) return refused(kNoEntry);
  Bindings bindings(db, entry->system);
  auto binding = bindings.get(entry->kind, entry->key);
  if (mayArrive(call, *entry, binding.has_value())) return refused(kInFlight);
  // What was wanted counts as agreed, or the next derivation would queue it again.
  if (binding) {
    for (const auto& [name, value] : entry->desired) binding->agreed.ours[name] = value;
    bindings.put(entry->kind, entry->key, *binding, systemClock().now());
  }
  dropOutbox(db, id);
  Audit(db).add(systemClock().now(), entry->system, entry->kind, entry->key, "dropped", entry->desired);
  work.commit();
  call.console.out << call.console.tr(kDropped) << '\n';
  return kDone;
}

int run(Invocation& call) {
  const auto what = call.word(0);
  const auto file = stateFile(call.settings());
  if (what == "list") {
    Database db(file, Database::Mode::ReadOnly);
    return list(call, db);
  }
  const bool all = what == "retry" && call.word(1) == "all";
  std::int64_t id = 0;
  const auto text = call.word(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if ((what != "show" && what != "retry" && what != "drop") || (!all && (error != std::errc{} || *end != '\0'))) {
    throw UsageError("list, show ID, retry ID|all or drop ID?");
  }
  Database db(file, what == "show" ? Database::Mode::ReadOnly : Database::Mode::ReadWrite);
  if (what == "drop") return drop(call, db, id);
  const auto entry = findOutboxEntry(db, id);
  if (!all && !entry) {
    call.console.error(Error{Fault::Reject, &kNoEntry, {text}, {}, {}});
    return kDiffers;
  }
  if (what == "show") {
    show(call, db, *entry);
  } else {
    call.console.out << call.console.tr(kRetried, {std::to_string(retryOutbox(db, all ? 0 : id))}) << '\n';
  }
  return kDone;
}

}  // namespace

const Command kQueue{"queue",
                     "list | show ID | retry ID|all | drop ID",
                     {"the changes that wait or are parked", "die wartenden und geparkten Änderungen",
                      "de wachtende en geparkeerde wijzigingen"},
                     2,
                     [](po::options_description& options) {
                       options.add_options()("json", "machine-readable")("parked", "list: only what is parked")(
                           "limit", po::value<std::int64_t>()->default_value(100), "list: at most so many");
                     },
                     run};

}  // namespace postern
