#include "agent/secrets.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "service/command.h"
#include "service/host.h"

namespace postern {
namespace {

constexpr Text kPrompt{
    "Value of {0} (not shown): ", "Wert von {0} (wird nicht angezeigt): ", "Waarde van {0} (wordt niet getoond): "};
constexpr Text kStored{"Stored. Write \"secret:{0}\" into the settings file.",
                       "Gespeichert. Schreiben Sie \"secret:{0}\" in die Einstellungsdatei.",
                       "Opgeslagen. Schrijf \"secret:{0}\" in het instellingenbestand."};
constexpr Text kRemoved{"Removed.", "Entfernt.", "Verwijderd."};
constexpr Text kNone{"There is no secret {0}.", "Es gibt kein Geheimnis {0}.", "Er is geen geheim {0}."};
constexpr Message kNoInput{"PST-1301",
                           {"no value was given for secret {0}", "für das Geheimnis {0} wurde kein Wert angegeben",
                            "voor geheim {0} is geen waarde opgegeven"},
                           {"type it at the prompt or pipe it into the command",
                            "Geben Sie ihn an der Eingabe ein oder leiten Sie ihn in den Befehl",
                            "typ de waarde bij de vraag of stuur die via een pipe naar de opdracht"}};

int run(Invocation& call) {
  const auto what = call.word(0);
  const auto name = call.word(1);
  SecretStore store(call.settings().stateDir());
  auto& out = call.console.out;
  if (what == "list") {
    const auto names = store.list();
    if (call.json()) {
      out << nlohmann::json(names).dump() << '\n';
    } else {
      for (const auto& each : names) out << each << '\n';
    }
    return kDone;
  }
  if ((what != "set" && what != "remove") || name.empty()) throw UsageError("set NAME, remove NAME or list?");
  if (what == "remove") {
    const bool removed = store.remove(name);
    out << call.console.tr(removed ? kRemoved : kNone, {name}) << '\n';
    return removed ? kDone : kDiffers;
  }
  const auto value = readHidden(call.console.tr(kPrompt, {name}), call.stop);
  if (call.stop.stop_requested()) return kDiffers;
  if (!value || value->empty()) throw ConfigError({}, kNoInput, {name});
  std::error_code ignored;  // the store says what is wrong when it cannot write
  std::filesystem::create_directories(call.settings().stateDir(), ignored);
  store.set(name, *value);
  out << call.console.tr(kStored, {name}) << '\n';
  return kDone;
}

}  // namespace

const Command kSecret{
    "secret",
    "set NAME | remove NAME | list",
    {"keep passwords and tokens; a value is asked for or read from standard input",
     "Kennwörter und Tokens verwahren; der Wert wird erfragt oder von der Standardeingabe gelesen",
     "wachtwoorden en tokens bewaren; de waarde wordt gevraagd of van de standaardinvoer gelezen"},
    2,
    [](boost::program_options::options_description& options) { options.add_options()("json", "list as JSON"); },
    run};

}  // namespace postern
