#include <map>
#include <ostream>

#include "agent/settings_check.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

constexpr Text kGood{"{0}: good. {1} systems, {2} links.", "{0}: in Ordnung. {1} Systeme, {2} Verbindungen.",
                     "{0}: in orde. {1} systemen, {2} koppelingen."};

void show(std::ostream& out, const std::string& head, const Section& section, std::span<const Option> options) {
  out << '[' << head << "]\n";
  for (const auto& [key, value] : section.values()) {
    bool secret = false;
    for (const auto& option : options) secret = secret || (option.type == Option::Type::Secret && key == option.key);
    const bool named = value.starts_with("secret:");
    out << key << " = " << (secret && !named && !value.empty() ? "***" : value) << '\n';
  }
  out << '\n';
}

/// The reference is for whoever has no good settings yet.
Language languageOf(const std::filesystem::path& file) {
  try {
    return languageIn(readSettingsFile(file));
  } catch (const ConfigError&) {
    return Language::En;
  }
}

int run(Invocation& call) {
  const auto what = call.word(0);
  auto& out = call.console.out;
  if (what == "reference") {
    out << settingsReference(registry(), languageOf(call.configFile()));
    return kDone;
  }
  if (what == "check") {
    const auto& settings = call.settings();
    out << call.console.tr(kGood, {call.configFile().string(), std::to_string(settings.systems.size()),
                                   std::to_string(settings.links.size())})
        << '\n';
    return kDone;
  }
  if (what == "show") {
    const auto& settings = call.settings();
    show(out, "agent", settings.agent, agentOptions());
    for (const auto& [name, system] : settings.systems) {
      show(out, "system." + name, system.options, registry().connector(system.connector)->options);
      if (!system.fields.values().empty()) show(out, "fields." + name, system.fields, {});
    }
    for (const auto& [name, link] : settings.links) show(out, "link." + name, link.options, {});
    return kDone;
  }
  throw UsageError(what.empty() ? "check, show or reference?" : "unknown word \"" + what + '"');
}

}  // namespace

const Command kConfig{"config",
                      "check|show|reference",
                      {"check or show the settings file, or print every key there is",
                       "Einstellungsdatei prüfen oder zeigen, oder alle Schlüssel ausgeben",
                       "instellingenbestand controleren of tonen, of alle sleutels weergeven"},
                      1,
                      nullptr,
                      run};

}  // namespace postern
