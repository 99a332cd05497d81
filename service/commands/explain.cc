#include "agent/explain.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/systems.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

using nlohmann::json;

constexpr Message kUnknownRecord{
    "PST-1320",
    {"postern has never heard of {1} {2} of {0}", "postern ist {1} {2} von {0} nicht bekannt",
     "postern heeft nooit van {1} {2} van {0} gehoord"},
    {"name kind and key as \"postern plan\" and \"postern queue list\" show them, after a pass has read the record",
     "Nennen Sie Art und Schlüssel so, wie \"postern plan\" und \"postern queue list\" sie zeigen, nachdem ein "
     "Durchlauf den Datensatz gelesen hat",
     "noem soort en sleutel zoals \"postern plan\" en \"postern queue list\" ze tonen, nadat een ronde het record "
     "heeft "
     "gelezen"}};
constexpr Message kNoLinkOf{
    "PST-1321",
    {"no link uses the system {0}", "keine Verbindung benutzt das System {0}", "geen koppeling gebruikt systeem {0}"},
    {"name the erp or the app of a link", "Nennen Sie das ERP oder die App einer Verbindung",
     "noem het ERP of de app van een koppeling"}};

constexpr Text kSeen{"seen first {0}, last change seen {1}", "zuerst gesehen {0}, letzte Änderung gesehen {1}",
                     "voor het eerst gezien {0}, laatste wijziging gezien {1}"};
constexpr Text kSeenOnly{"last change seen {0}", "letzte Änderung gesehen {0}", "laatste wijziging gezien {0}"};
constexpr Text kToldDay{"{0} says it was changed on {1}", "laut {0} geändert am {1}", "volgens {0} gewijzigd op {1}"};
constexpr Text kMissing{"missing in the last {0} full compares",
                        "in den letzten {0} Vollabgleichen nicht mehr gefunden",
                        "in de laatste {0} volledige vergelijkingen niet meer gevonden"};
constexpr Text kGone{"not in the state file any more", "nicht mehr in der Zustandsdatei",
                     "niet meer in het statusbestand"};
constexpr Text kLeadsNowhere{"leads to nothing in the app", "führt zu nichts in der App", "leidt tot niets in de app"};
constexpr Text kNotOurs{"not one that postern keeps", "kein Datensatz, den postern pflegt",
                        "geen record dat postern bijhoudt"};
constexpr Text kBound{"id {0}, agreed since {1}", "Nr. {0}, abgestimmt seit {1}", "nr. {0}, afgestemd sinds {1}"};
constexpr Text kUnbound{"not there yet", "noch nicht vorhanden", "nog niet aanwezig"};
constexpr Text kOff{"its flow sends nothing there", "sein Fluss sendet nichts dorthin",
                    "zijn stroom stuurt daar niets heen"};
constexpr Text kLeftOut{"nothing is sent: the rules leave it out (too old, filtered or incomplete)",
                        "es wird nichts gesendet: die Regeln lassen ihn aus (zu alt, ausgefiltert oder unvollständig)",
                        "er wordt niets verzonden: de regels laten het weg (te oud, uitgefilterd of onvolledig)"};
constexpr Text kInStep{"nothing to send", "nichts zu senden", "niets te verzenden"};
constexpr Text kToSend{"to be sent: {0}", "zu senden: {0}", "te verzenden: {0}"};
constexpr Text kEdited{"changed in the app: {0}", "in der App geändert: {0}", "in de app gewijzigd: {0}"};
constexpr Text kDue{"looked at by the next pass", "wird vom nächsten Durchlauf betrachtet",
                    "wordt door de volgende ronde bekeken"};
constexpr Text kQueue{"queue {0}: {1} since {2}, {3} failed attempts",
                      "Warteschlange {0}: {1} seit {2}, {3} Fehlversuche",
                      "wachtrij {0}: {1} sinds {2}, {3} mislukte pogingen"};
constexpr Text kNext{"next try {0}", "nächster Versuch {0}", "volgende poging {0}"};
constexpr Text kWaitsFor{"waits for {0}", "wartet auf {0}", "wacht op {0}"};

/// Prints or collects; one call a record.
class Teller {
 public:
  Teller(Invocation& call, const std::string& system) : console_(call.console), system_(system) {}

  void print(const Reference& record, const Explanation& told, bool isErp) const {
    auto& out = console_.out;
    out << system_ << ' ' << record.kind << ' ' << record.key << " (" << told.link << ")\n";
    if (isErp || told.targets.empty()) seen(told.seen, system_, "  ", true);
    dealings(told.towards, system_, "  ");
    if (told.targets.empty()) out << "  " << console_.tr(isErp ? kLeadsNowhere : kNotOurs) << '\n';
    for (const auto& one : told.targets) target(one);
  }

  json object(const Explanation& told) const {
    json value{{"link", told.link}, {"targets", json::array()}};
    if (told.seen) value["seen"] = object(*told.seen);
    value.update(object(told.towards));
    for (const auto& one : told.targets) value["targets"].push_back(object(one));
    return value;
  }

 private:
  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  }

  void seen(const std::optional<SeenRecord>& record, const std::string& system, const char* indent, bool must) const {
    auto& out = console_.out;
    if (!record) {
      if (must) out << indent << console_.tr(kGone) << '\n';
      return;
    }
    const auto& sighting = record->sighting;
    out << indent
        << (sighting.first ? console_.tr(kSeen, {isoStamp(*sighting.first), isoStamp(sighting.changed)})
                           : console_.tr(kSeenOnly, {isoStamp(sighting.changed)}));
    if (record->changed) out << "; " << console_.tr(kToldDay, {system, isoDate(*record->changed)});
    out << '\n';
    if (sighting.missing > 0) out << indent << console_.tr(kMissing, {std::to_string(sighting.missing)}) << '\n';
  }

  void reason(const char* indent, const std::string& code, const std::string& reason) const {
    if (code.empty()) return;
    console_.out << indent << "  " << code << ": " << sentence(causeOf(reason, console_.language)) << ' '
                 << sentence(remedyOf(reason, console_.language)) << '\n';
  }

  void dealings(const Dealings& dealings, const std::string& system, const char* indent) const {
    auto& out = console_.out;
    if (const auto& entry = dealings.queued) {
      out << indent
          << console_.tr(kQueue, {system, std::string(stateName(entry->state)), isoStamp(entry->queuedAt),
                                  std::to_string(entry->attempts)});
      if (entry->state == OutboxEntry::State::Blocked) out << "; " << console_.tr(kWaitsFor, {entry->blockedOn});
      if (hasNext(*entry)) out << "; " << console_.tr(kNext, {isoStamp(entry->notBefore)});
      out << '\n';
      reason(indent, entry->code, entry->reason);
    }
    for (const auto& line : dealings.audit) {
      out << indent << isoStamp(line.at) << ' ' << line.event;
      if (!line.fields.empty()) out << ": " << line.fields;
      out << '\n';
    }
  }

  void target(const ExplainedTarget& one) const {
    constexpr const char* kIndent = "     ";
    auto& out = console_.out;
    out << "  -> " << one.system << ' ' << one.target.kind << ' ' << one.target.key << ": "
        << (one.id.empty() ? console_.tr(kUnbound) : console_.tr(kBound, {one.id, isoStamp(*one.agreedAt)})) << '\n';
    seen(one.seen, one.system, kIndent, false);
    out << kIndent;
    if (one.off) {
      out << console_.tr(kOff) << '\n';
    } else if (!one.wanted) {
      out << console_.tr(kLeftOut) << '\n';
    } else {
      out << (one.toSend.empty() ? console_.tr(kInStep) : console_.tr(kToSend, {joined(one.toSend)})) << '\n';
    }
    if (!one.edited.empty()) out << kIndent << console_.tr(kEdited, {joined(one.edited)}) << '\n';
    if (one.due) out << kIndent << console_.tr(kDue) << '\n';
    if (one.brake) reason("   ", one.brake->code, one.brake->reason);
    dealings(one.towards, one.system, kIndent);
  }

  static bool hasNext(const OutboxEntry& entry) {
    const bool tries = entry.state == OutboxEntry::State::Waiting || entry.state == OutboxEntry::State::Probing;
    return tries && entry.notBefore != Clock::Time{};
  }

  static json object(const SeenRecord& record) {
    json value{{"last_change", isoStamp(record.sighting.changed)}, {"missing", record.sighting.missing}};
    if (record.sighting.first) value["first"] = isoStamp(*record.sighting.first);
    if (record.changed) value["changed_there"] = isoDate(*record.changed);
    return value;
  }

  json object(const Dealings& dealings) const {
    json value{{"audit", json::array()}};
    for (const auto& line : dealings.audit) {
      value["audit"].push_back({{"at", isoStamp(line.at)}, {"event", line.event}, {"fields", line.fields}});
    }
    if (const auto& entry = dealings.queued) {
      auto& queued = value["queued"] = {{"id", entry->id},
                                        {"state", stateName(entry->state)},
                                        {"tries", entry->attempts},
                                        {"queued", isoStamp(entry->queuedAt)}};
      if (!entry->blockedOn.empty()) queued["waits_for"] = entry->blockedOn;
      if (hasNext(*entry)) queued["not_before"] = isoStamp(entry->notBefore);
      if (!entry->code.empty()) queued.update(why(entry->code, entry->reason));
    }
    return value;
  }

  json why(const std::string& code, const std::string& reason) const {
    return {
        {"code", code}, {"cause", causeOf(reason, console_.language)}, {"remedy", remedyOf(reason, console_.language)}};
  }

  json object(const ExplainedTarget& one) const {
    json value{{"system", one.system}, {"kind", one.target.kind}, {"key", one.target.key}, {"off", one.off},
               {"wanted", one.wanted}, {"due", one.due},          {"to_send", one.toSend}, {"edited", one.edited}};
    if (!one.id.empty()) value.update({{"id", one.id}, {"agreed", isoStamp(*one.agreedAt)}});
    if (one.seen) value["seen"] = object(*one.seen);
    if (one.brake) value["brake"] = why(one.brake->code, one.brake->reason);
    value.update(object(one.towards));
    return value;
  }

  const Console& console_;
  std::string system_;
};

int run(Invocation& call) {
  const auto& settings = call.settings();
  const auto system = call.word(0);
  const Reference record{call.word(1), call.word(2)};
  if (record.key.empty()) throw UsageError("name SYSTEM, KIND and KEY");
  if (!settings.systems.contains(system)) throw UsageError("there is no system " + system);
  Database db(stateFile(settings), Database::Mode::ReadOnly);
  const ReadScope read(db);
  const Teller teller(call, system);
  auto all = json::array();
  bool some = false, linked = false;
  for (const auto& [name, link] : settings.links) {
    const bool isErp = link.erp == system;
    if (!isErp && link.app != system) continue;
    linked = true;
    const auto& erp = settings.systems.at(link.erp).speaks();
    const auto kindsOf = [&](const std::string& named) {
      return registry().connector(settings.systems.at(named).connector)->sinkKinds;
    };
    const auto* info = registry().link(erp, settings.systems.at(link.app).speaks());
    const auto rules = info->make(link.options, settings.agent.text("time_zone"));
    const ExplainedLink explained{
        name, link.erp, link.app, *rules, kindsOf(link.app), kindsOf(link.erp), flowsOf(link, *info, {}, false)};
    const auto now = systemClock().now();
    const auto told = isErp ? explainErp(db, explained, record, now) : explainApp(db, explained, record, now);
    if (!told) continue;
    some = true;
    if (call.json()) {
      all.push_back(teller.object(*told));
    } else {
      teller.print(record, *told, isErp);
    }
  }
  if (!linked) throw ConfigError({}, kNoLinkOf, {system});
  if (call.json() && some) {
    const json whole{{"system", system}, {"kind", record.kind}, {"key", record.key}, {"links", all}};
    call.console.out << whole.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  }
  if (some) return kDone;
  call.console.error(Error{Fault::Reject, &kUnknownRecord, {system, record.kind, record.key}, {}, {}});
  return kDiffers;
}

}  // namespace

const Command kExplain{
    "explain",
    "SYSTEM KIND KEY",
    {"the history of one record: seen, sent, answered, what waits and why",
     "die Geschichte eines Datensatzes: gesehen, gesendet, beantwortet, was wartet und warum",
     "de geschiedenis van een record: gezien, verzonden, beantwoord, wat wacht en waarom"},
    3,
    [](boost::program_options::options_description& options) { options.add_options()("json", "machine-readable"); },
    run};

}  // namespace postern
