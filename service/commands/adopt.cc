#include <ostream>

#include "agent/agent.h"
#include "agent/poller.h"
#include "agent/strangers.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

constexpr Text kTaken{"{0} {1} is the record {2} from now on; the next pass brings it up to date.",
                      "{0} {1} ist ab jetzt der Eintrag {2}; der nächste Durchlauf bringt ihn auf den Stand.",
                      "{0} {1} is vanaf nu het record {2}; de volgende ronde werkt het bij."};
constexpr Text kNew{"{0} {1} will be created.", "{0} {1} wird neu angelegt.", "{0} {1} wordt nieuw aangemaakt."};
constexpr Text kTrusted{"{0}: records of \"{1}\" are taken over by the next pass.",
                        "{0}: Einträge von „{1}“ werden vom nächsten Durchlauf übernommen.",
                        "{0}: records van \"{1}\" worden door de volgende ronde overgenomen."};

/// A decision on a kind that the link does not have would never be asked for.
void requireKind(const Settings& settings, const LinkSettings& link, const std::string& kind) {
  const auto& info = *registry().link(settings.systems.at(link.erp).speaks(), settings.systems.at(link.app).speaks());
  const auto rules = info.make(link.options, settings.agent.text("time_zone"));
  std::string known;
  for (const auto& target : rules->targets()) {
    if (target.name == kind) return;
    known += (known.empty() ? "" : ", ") + std::string(target.name);
  }
  throw UsageError("there is no kind " + kind + ", only " + known);
}

int run(Invocation& call) {
  const auto& links = call.settings().links;
  const auto link = links.find(call.word(0));
  if (link == links.end()) throw UsageError("name the LINK");
  const auto scope = scopeOf(link->first, link->second.app);
  const auto owner = call.options.count("owner") != 0 ? call.options["owner"].as<std::string>() : std::string();
  const Reference target{call.word(1), call.word(2)};
  const auto id = call.word(3);
  if (owner.empty() == id.empty()) throw UsageError("name KIND, KEY and ID, or an owner");
  if (owner.empty()) requireKind(call.settings(), link->second, target.kind);
  Database db(stateFile(call.settings()));
  const auto& console = call.console;
  if (!owner.empty()) {
    trustOwner(db, scope, owner);
    console.out << console.tr(kTrusted, {link->first, owner}) << '\n';
  } else {
    if (const auto decided = decideStranger(db, scope, target, id, systemClock().now()); !decided) {
      console.error(decided.error(), link->first);
      return kSettings;
    }
    console.out << console.tr(id == "new" ? kNew : kTaken, {target.kind, target.key, id}) << '\n';
  }
  requestPass(db, link->first);  // a running service need not wait for its interval
  return kDone;
}

}  // namespace

const Command kAdopt{
    "adopt",
    "LINK (KIND KEY ID|new | --owner NAME)",
    {"decides which record of the app is one of ours, when a link is switched on",
     "entscheidet beim Einschalten einer Verbindung, welcher Eintrag der App einer der eigenen ist",
     "beslist bij het inschakelen van een koppeling welk record van de app een van de eigen records is"},
    4,
    [](boost::program_options::options_description& options) {
      options.add_options()("owner", boost::program_options::value<std::string>(),
                            "take over all that this other program has made");
    },
    run};

}  // namespace postern
