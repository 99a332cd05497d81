#include "agent/settings_check.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "agent/connector.h"
#include "agent/flows.h"
#include "agent/nearest.h"
#include "agent/option_value.h"
#include "agent/secrets.h"
#include "agent/systems.h"

namespace postern {
namespace {

const Message kUnknownSectionNear{
    "PST-1010",
    {"The section [{0}] is not known; the nearest is [{1}].",
     "Der Abschnitt [{0}] ist nicht bekannt; der ähnlichste ist [{1}].",
     "De sectie [{0}] is niet bekend; de meest gelijkende is [{1}]."},
    {"Write [{1}], or delete the section.", "Schreiben Sie [{1}], oder löschen Sie den Abschnitt.",
     "Schrijf [{1}], of verwijder de sectie."}};
const Message kUnknownSection{
    "PST-1011",
    {"The section [{0}] is not known.", "Der Abschnitt [{0}] ist nicht bekannt.", "De sectie [{0}] is niet bekend."},
    {"Use [agent], [system.NAME], [link.NAME] or [fields.NAME].",
     "Verwenden Sie [agent], [system.NAME], [link.NAME] oder [fields.NAME].",
     "Gebruik [agent], [system.NAME], [link.NAME] of [fields.NAME]."}};
const Message kBadSectionName{"PST-1012",
                              {"The section [{0}] has no valid name after the point.",
                               "Der Abschnitt [{0}] hat hinter dem Punkt keinen gültigen Namen.",
                               "De sectie [{0}] heeft na de punt geen geldige naam."},
                              {"Use letters, digits, '-' and '_': [{1}.main].",
                               "Verwenden Sie Buchstaben (ohne Umlaute), Ziffern, „-“ und „_“: [{1}.main].",
                               "Gebruik letters (zonder accenten), cijfers, '-' en '_': [{1}.main]."}};
const Message kSectionTwice{
    "PST-1013",
    {"The section [{0}] is there twice, first in line {1}.",
     "Der Abschnitt [{0}] kommt zweimal vor, zuerst in Zeile {1}.",
     "De sectie [{0}] komt twee keer voor, het eerst in regel {1}."},
    {"Put all its keys into one section, or give the second another name.",
     "Führen Sie die Schlüssel in einem Abschnitt zusammen, oder geben Sie dem zweiten einen anderen Namen.",
     "Zet alle sleutels in één sectie, of geef de tweede een andere naam."}};
const Message kKeyTwice{
    "PST-1014",
    {"The key '{0}' is in [{1}] twice, first in line {2}.",
     "Der Schlüssel „{0}“ kommt in [{1}] zweimal vor, zuerst in Zeile {2}.",
     "De sleutel '{0}' komt in [{1}] twee keer voor, het eerst in regel {2}."},
    {"Delete one of the two lines.", "Löschen Sie eine der beiden Zeilen.", "Verwijder een van de twee regels."}};
const Message kUnknownKeyNear{"PST-1015",
                              {"The key '{0}' is not known in [{1}]; the nearest is '{2}'.",
                               "Der Schlüssel „{0}“ ist in [{1}] nicht bekannt; der ähnlichste ist „{2}“.",
                               "De sleutel '{0}' is in [{1}] niet bekend; de meest gelijkende is '{2}'."},
                              {"Write '{2}', or delete the line.", "Schreiben Sie „{2}“, oder löschen Sie die Zeile.",
                               "Schrijf '{2}', of verwijder de regel."}};
const Message kUnknownKeyElsewhere{
    "PST-1016",
    {"The key '{0}' is not known in [{1}]; it belongs to {2}.",
     "Der Schlüssel „{0}“ ist in [{1}] nicht bekannt; er gehört zu {2}.",
     "De sleutel '{0}' is in [{1}] niet bekend; hij hoort bij {2}."},
    {"Move the line there, or delete it.", "Verschieben Sie die Zeile dorthin, oder löschen Sie sie.",
     "Verplaats de regel daarheen, of verwijder hem."}};
const Message kUnknownKey{"PST-1017",
                          {"The key '{0}' is not known in [{1}].", "Der Schlüssel „{0}“ ist in [{1}] nicht bekannt.",
                           "De sleutel '{0}' is in [{1}] niet bekend."},
                          {"Delete the line; 'postern config reference' lists all keys.",
                           "Löschen Sie die Zeile; „postern config reference“ zeigt alle Schlüssel.",
                           "Verwijder de regel; 'postern config reference' toont alle sleutels."}};
const Message kMissingKey{"PST-1018",
                          {"The key '{0}' is missing in [{1}].", "Der Schlüssel „{0}“ fehlt in [{1}].",
                           "De sleutel '{0}' ontbreekt in [{1}]."},
                          {"Add a line '{0} = …'; 'postern config reference' explains it.",
                           "Ergänzen Sie eine Zeile „{0} = …“; „postern config reference“ erklärt sie.",
                           "Voeg een regel '{0} = …' toe; 'postern config reference' legt hem uit."}};
const Message kNoValue{
    "PST-1019",
    {"The key '{0}' has no value.", "Der Schlüssel „{0}“ hat keinen Wert.", "De sleutel '{0}' heeft geen waarde."},
    {"Write a value behind '=', or delete the line.",
     "Schreiben Sie einen Wert hinter „=“, oder löschen Sie die Zeile.",
     "Schrijf een waarde achter '=', of verwijder de regel."}};
const Message kUnknownConnector{
    "PST-1020",
    {"The connector '{0}' is not known.", "Der Konnektor „{0}“ ist nicht bekannt.",
     "De connector '{0}' is niet bekend."},
    {"Use one of: {1}.", "Verwenden Sie einen von diesen: {1}.", "Gebruik een van deze: {1}."}};
const Message kUnknownConnectorNear{"PST-1021",
                                    {"The connector '{0}' is not known; the nearest is '{1}'.",
                                     "Der Konnektor „{0}“ ist nicht bekannt; der ähnlichste ist „{1}“.",
                                     "De connector '{0}' is niet bekend; de meest gelijkende is '{1}'."},
                                    {"Write '{1}'.", "Schreiben Sie „{1}“.", "Schrijf '{1}'."}};
const Message kUnknownSystem{"PST-1022",
                             {"The file has no section [system.{0}].", "Die Datei hat keinen Abschnitt [system.{0}].",
                              "Het bestand heeft geen sectie [system.{0}]."},
                             {"Add the section, or name a system of the file.",
                              "Ergänzen Sie den Abschnitt, oder nennen Sie ein System der Datei.",
                              "Voeg de sectie toe, of noem een systeem uit het bestand."}};
const Message kUnknownSystemNear{
    "PST-1023",
    {"The file has no section [system.{0}]; the nearest is [system.{1}].",
     "Die Datei hat keinen Abschnitt [system.{0}]; der ähnlichste ist [system.{1}].",
     "Het bestand heeft geen sectie [system.{0}]; de meest gelijkende is [system.{1}]."},
    {"Write '{1}', or add the section.", "Schreiben Sie „{1}“, oder ergänzen Sie den Abschnitt.",
     "Schrijf '{1}', of voeg de sectie toe."}};
const Message kNoRules{
    "PST-1024",
    {"There are no rules for the pair {0} (erp) and {1} (app).",
     "Für das Paar {0} (erp) und {1} (app) gibt es keine Regeln.",
     "Voor het paar {0} (erp) en {1} (app) zijn er geen regels."},
    {"Link one of these pairs (erp + app): {2}.", "Verbinden Sie eines dieser Paare (erp + app): {2}.",
     "Koppel een van deze paren (erp + app): {2}."}};
const Message kSwapped{"PST-1025",
                       {"The link has {0} as its erp and {1} as its app, but the pair is the other way round.",
                        "Die Verbindung hat {0} als erp und {1} als app, das Paar ist aber umgekehrt.",
                        "De koppeling heeft {0} als erp en {1} als app, maar het paar is andersom."},
                       {"Swap the values of 'erp' and 'app'.", "Vertauschen Sie die Werte von „erp“ und „app“.",
                        "Verwissel de waarden van 'erp' en 'app'."}};
const Message kUnknownFlow{"PST-1026",
                           {"The link has no flow '{0}'.", "Die Verbindung hat keinen Datenfluss „{0}“.",
                            "De koppeling heeft geen gegevensstroom '{0}'."},
                           {"Use flows of this link: {1}.", "Verwenden Sie Datenflüsse dieser Verbindung: {1}.",
                            "Gebruik gegevensstromen van deze koppeling: {1}."}};
const Message kWrongWay{"PST-1029",
                        {"The flow '{0}' cannot be '{1}'.", "Der Datenfluss „{0}“ kann nicht „{1}“ sein.",
                         "De gegevensstroom '{0}' kan niet '{1}' zijn."},
                        {"Use one of: off, {2}.", "Verwenden Sie einen dieser Werte: off, {2}.",
                         "Gebruik een van deze waarden: off, {2}."}};
const Message kUnknownShared{"PST-1028",
                             {"The link has no field '{0}' that both sides may change.",
                              "Die Verbindung hat kein Feld „{0}“, das beide Seiten ändern dürfen.",
                              "De koppeling heeft geen veld '{0}' dat beide kanten mogen wijzigen."},
                             {"Use fields of this link: {1}.", "Verwenden Sie Felder dieser Verbindung: {1}.",
                              "Gebruik velden van deze koppeling: {1}."}};
const Message kReadOnlyErp{
    "PST-1045",
    {"The flow '{0}' would write to the ERP, but the system '{1}' can only be read as it is set up.",
     "Der Datenfluss „{0}“ würde ins ERP schreiben, aber das System „{1}“ ist so, wie es eingerichtet ist, nur lesbar.",
     "De gegevensstroom '{0}' zou naar het ERP schrijven, maar systeem '{1}' kan zoals ingesteld alleen worden "
     "gelezen."},
    {"Write flow.{0} = {2}, or set up the system so that it can be written.",
     "Schreiben Sie flow.{0} = {2}, oder richten Sie das System so ein, dass es beschrieben werden kann.",
     "Schrijf flow.{0} = {2}, of stel het systeem zo in dat het kan worden beschreven."}};
const Message kFieldsWithoutSystem{
    "PST-1027",
    {"The section [fields.{0}] belongs to no system: there is no [system.{0}].",
     "Der Abschnitt [fields.{0}] gehört zu keinem System: Es gibt kein [system.{0}].",
     "De sectie [fields.{0}] hoort bij geen enkel systeem: er is geen [system.{0}]."},
    {"Give it the name of a system of the file: {1}.", "Geben Sie ihm den Namen eines Systems der Datei: {1}.",
     "Geef de sectie de naam van een systeem uit het bestand: {1}."}};

using Names = std::vector<std::string>;
using OptionList = std::vector<const Option*>;

std::string joined(const Names& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "–" : all;
}

bool isName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// Errors found, so that the one an admin should see first can be told.
class Problems {
 public:
  void wrong(int line, ConfigError error) { found_.push_back({false, line, std::move(error)}); }
  void missing(int line, ConfigError error) { found_.push_back({true, line, std::move(error)}); }
  void throwFirst() const {
    const auto first = std::ranges::min_element(found_, [](const Problem& a, const Problem& b) {
      return std::pair(a.absent, a.line) < std::pair(b.absent, b.line);
    });
    if (first != found_.end()) throw ConfigError(first->error);
  }

 private:
  struct Problem {
    bool absent;
    int line;
    ConfigError error;
  };
  std::vector<Problem> found_;
};

using PlaceOfLine = std::function<std::string(int line)>;
/// The error for a key that is in no table of its section; nullopt to let it pass.
using UnknownKey = std::function<std::optional<ConfigError>(const std::string& key, const std::string& place)>;

const Option* findOption(const OptionList& options, std::string_view key) {
  const auto exact = std::ranges::find_if(options, [&](const Option* o) { return key == o->key && !isWildcard(*o); });
  if (exact != options.end()) return *exact;
  const auto wild = std::ranges::find_if(options, [&](const Option* o) { return isKeyOf(*o, key); });
  return wild == options.end() ? nullptr : *wild;
}

/// What a mistyped key may have meant; "flow.*" counts as "flow." with the rest the admin wrote.
std::string nearestKey(const OptionList& options, const std::string& key) {
  if (key.ends_with('*')) return {};
  const std::size_t point = key.find('.');
  Names candidates;
  for (const Option* option : options) {
    std::string name(option->key);
    if (isWildcard(*option)) {
      if (point == std::string::npos) continue;
      name.pop_back();
      name += key.substr(point + 1);
    }
    candidates.push_back(std::move(name));
  }
  return nearest(key, candidates);
}

std::optional<ConfigError> checkEntry(const Option& option, const IniEntry& entry, const std::string& place) {
  const bool isList = option.type == Option::Type::TextList || option.type == Option::Type::IntegerList;
  if (entry.value.empty()) {
    const bool mayBeEmpty = option.type == Option::Type::Text && entry.quoted && !option.required;
    if (!mayBeEmpty) return ConfigError(place, kNoValue, {entry.key});
    return {};
  }
  if (isList && readList(entry.value).empty()) return ConfigError(place, kNoValue, {entry.key});
  return checkValue(option, entry.key, entry.value, place);
}

std::optional<ConfigError> checkTwice(std::map<std::string, int>& lines, const IniEntry& entry,
                                      const std::string& section, const std::string& place) {
  const auto [first, fresh] = lines.try_emplace(entry.key, entry.line);
  if (fresh) return {};
  return ConfigError(place, kKeyTwice, {shownKey(entry.key), section, std::to_string(first->second)});
}

/// Fills `section` from `options`' defaults and the entries of `ini`.
void fillSection(Section& section, const IniSection& ini, const OptionList& options, const PlaceOfLine& placeOfLine,
                 const UnknownKey& unknownKey, Problems& problems) {
  for (const Option* option : options) section.set(option->key, option->def);
  std::map<std::string, int> lines;
  for (const IniEntry& entry : ini.entries) {
    const std::string place = placeOfLine(entry.line);
    const Option* option = entry.key.ends_with('*') ? nullptr : findOption(options, entry.key);
    auto problem = checkTwice(lines, entry, ini.name, place);
    if (!problem) problem = option != nullptr ? checkEntry(*option, entry, place) : unknownKey(entry.key, place);
    if (problem) {
      problems.wrong(entry.line, std::move(*problem));
    } else if (option != nullptr) {
      section.set(entry.key, entry.value, place);
    }
  }
  for (const Option* option : options) {
    if (!option->required || lines.contains(option->key) || !std::string_view(option->def).empty()) continue;
    problems.missing(ini.line, ConfigError(placeOfLine(ini.line), kMissingKey, {option->key, ini.name}));
  }
}

/// The sections of one file, by what they describe.
class Checker {
 public:
  Checker(const std::filesystem::path& file, const Registry& registry) : registry_(registry) { settings_.file = file; }

  Settings check(const std::vector<IniSection>& sections) {
    settings_.agent = Section("agent", settings_.file.string());
    for (const IniSection& section : sections) sortIn(section);
    fillAgent();
    for (const auto& [name, section] : systems_) fillSystem(name, *section);
    for (const auto& [name, section] : fields_) checkFieldsOwner(name, *section);
    for (const auto& [name, section] : links_) fillLink(name, *section);
    problems_.throwFirst();
    for (const auto& [name, system] : settings_.systems) checkTogether(system);
    for (const auto& [name, link] : settings_.links) checkLink(link);
    return std::move(settings_);
  }

 private:
  using Sections = std::map<std::string, const IniSection*>;

  std::string place(int line) const { return placeIn(settings_.file.string(), line); }
  PlaceOfLine placer() const {
    return [this](int line) { return place(line); };
  }
  void wrong(int line, const Message& message, Names args) {
    problems_.wrong(line, ConfigError(place(line), message, std::move(args)));
  }

  void sortIn(const IniSection& section) {
    const auto [seen, fresh] = lines_.try_emplace(section.name, section.line);
    if (!fresh) {
      wrong(section.line, kSectionTwice, {shownSection(section.name), std::to_string(seen->second)});
      return;
    }
    if (section.name == "agent") {
      agent_ = &section;
      return;
    }
    const std::size_t point = section.name.find('.');
    const std::string type = section.name.substr(0, point);
    const std::string name = point == std::string::npos ? "" : section.name.substr(point + 1);
    Sections* group = type == "system" ? &systems_ : type == "link" ? &links_ : type == "fields" ? &fields_ : nullptr;
    if (group == nullptr) {
      unknownSection(section, type, name);
    } else if (!isName(name)) {
      wrong(section.line, kBadSectionName, {shownSection(section.name), type});
    } else {
      group->emplace(name, &section);
    }
  }

  static std::string shownSection(const std::string& name) { return name.size() <= 60 ? name : "…"; }

  void unknownSection(const IniSection& section, const std::string& type, const std::string& name) {
    const std::string near = nearest(type, Names{"agent", "system", "link", "fields"});
    const bool named = isName(name);
    if (near.empty() || (near == "agent") == named) {
      wrong(section.line, kUnknownSection, {shownSection(section.name)});
    } else {
      wrong(section.line, kUnknownSectionNear, {shownSection(section.name), named ? near + "." + name : near});
    }
  }

  void fillAgent() {
    const IniSection none{"agent", 0, {}};
    const IniSection& ini = agent_ != nullptr ? *agent_ : none;
    if (agent_ != nullptr) settings_.agent = Section("agent", place(ini.line));
    const OptionList options = mergedOptions(agentOptions(), {});
    fillSection(settings_.agent, ini, options, placer(), unknownKeyIn(ini.name, options), problems_);
  }

  void fillSystem(const std::string& name, const IniSection& ini) {
    SystemSettings system{.connector = {}, .options = Section(name, place(ini.line)), .fields = {}};
    const auto written = std::ranges::find(ini.entries, "connector", &IniEntry::key);
    if (written != ini.entries.end()) system.connector = written->value;
    const ConnectorInfo* connector = registry_.connector(system.connector);
    if (connector != nullptr) {
      const OptionList options = mergedOptions(commonSystemOptions(), connector->options);
      fillSection(system.options, ini, options, placer(), unknownKeyIn(ini.name, options), problems_);
      fillFields(system, name, *connector, ini);
    } else {
      // Without the connector nobody can say which keys are right.
      const UnknownKey pass = [](const std::string&, const std::string&) { return std::nullopt; };
      fillSection(system.options, ini, mergedOptions(commonSystemOptions(), {}), placer(), pass, problems_);
      if (!system.connector.empty()) unknownConnector(system.connector, written->line);
    }
    settings_.systems.emplace(name, std::move(system));
  }

  void unknownConnector(const std::string& connector, int line) {
    Names known;
    for (const ConnectorInfo* info : registry_.connectors) known.emplace_back(info->name);
    const std::string near = nearest(connector, known);
    if (near.empty()) {
      wrong(line, kUnknownConnector, {shownKey(connector), joined(known)});
    } else {
      wrong(line, kUnknownConnectorNear, {shownKey(connector), near});
    }
  }

  void fillFields(SystemSettings& system, const std::string& name, const ConnectorInfo& connector,
                  const IniSection& systemIni) {
    const auto found = fields_.find(name);
    const IniSection none{"fields." + name, systemIni.line, {}};
    const IniSection& ini = found != fields_.end() ? *found->second : none;
    system.fields = Section(name, place(ini.line));
    Names known;
    for (const FieldName& field : connector.fields) {
      system.fields.set(field.key, field.def);
      known.emplace_back(field.key);
    }
    std::map<std::string, int> lines;
    for (const IniEntry& entry : ini.entries) {
      auto problem = checkTwice(lines, entry, ini.name, place(entry.line));
      if (!problem && std::ranges::find(known, entry.key) == known.end()) {
        problem = unknownKey(entry.key, ini.name, nearest(entry.key, known), place(entry.line));
      }
      if (problem) {
        problems_.wrong(entry.line, std::move(*problem));
      } else {
        system.fields.set(entry.key, entry.value, place(entry.line));
      }
    }
  }

  void checkFieldsOwner(const std::string& name, const IniSection& ini) {
    if (!systems_.contains(name)) wrong(ini.line, kFieldsWithoutSystem, {name, joined(systemNames())});
  }

  Names systemNames() const {
    Names names;
    for (const auto& [name, section] : systems_) names.push_back(name);
    return names;
  }

  void fillLink(const std::string& name, const IniSection& ini) {
    LinkSettings link{.rules = {}, .erp = {}, .app = {}, .options = Section(name, place(ini.line))};
    link.erp = endOfLink(ini, "erp");
    link.app = endOfLink(ini, "app");
    const LinkInfo* rules = findRules(link, ini);
    if (rules != nullptr) {
      link.rules = rules->name;
      const OptionList options = mergedOptions(commonLinkOptions(), rules->options);
      fillSection(link.options, ini, options, placer(), unknownKeyIn(ini.name, options), problems_);
      checkFlows(ini, *rules);
    } else {
      const UnknownKey pass = [](const std::string&, const std::string&) { return std::nullopt; };
      fillSection(link.options, ini, mergedOptions(commonLinkOptions(), {}), placer(), pass, problems_);
    }
    settings_.links.emplace(name, std::move(link));
  }

  /// The system named by `key`; empty when it is missing or there is no such system (which is reported).
  std::string endOfLink(const IniSection& ini, std::string_view key) {
    const auto entry = std::ranges::find(ini.entries, key, &IniEntry::key);
    if (entry == ini.entries.end() || entry->value.empty()) return {};
    if (systems_.contains(entry->value)) return entry->value;
    const std::string near = nearest(entry->value, systemNames());
    if (near.empty()) {
      wrong(entry->line, kUnknownSystem, {shownKey(entry->value)});
    } else {
      wrong(entry->line, kUnknownSystemNear, {shownKey(entry->value), near});
    }
    return {};
  }

  /// nullptr when the ends are not known or make no pair (which is reported).
  const LinkInfo* findRules(const LinkSettings& link, const IniSection& ini) {
    const auto erp = settings_.systems.find(link.erp);
    const auto app = settings_.systems.find(link.app);
    if (erp == settings_.systems.end() || app == settings_.systems.end()) return nullptr;
    const std::string& left = erp->second.connector;
    const std::string& right = app->second.connector;
    if (registry_.connector(left) == nullptr || registry_.connector(right) == nullptr) return nullptr;
    if (const LinkInfo* rules = registry_.link(erp->second.speaks(), app->second.speaks())) return rules;
    if (registry_.link(right, left) != nullptr) {
      wrong(ini.line, kSwapped, {left, right});
      return nullptr;
    }
    Names pairs;
    for (const LinkInfo* info : registry_.links) pairs.push_back(std::string(info->erp) + " + " + info->app);
    wrong(ini.line, kNoRules, {left, right, joined(pairs)});
    return nullptr;
  }

  void checkDirection(const IniEntry& entry, const LinkInfo& rules) {
    const auto flow = std::ranges::find(rules.flows, std::string_view(entry.key).substr(5), &Flow::name);
    if (flow == rules.flows.end() || flow->allowed.empty() || entry.value == "off") return;
    if (std::ranges::find(flow->allowed, entry.value) != flow->allowed.end()) return;
    const Names allowed(flow->allowed.begin(), flow->allowed.end());
    wrong(entry.line, kWrongWay, {shownKey(entry.key.substr(5)), entry.value, joined(allowed)});
  }

  void checkTogether(const SystemSettings& system) const {
    const ConnectorInfo* connector = registry_.connector(system.connector);
    if (connector->checkSettings != nullptr) connector->checkSettings(system.options, system.fields);
    const char* granted = connector->grantedSecret;
    if (granted == nullptr || !system.options.has(granted) || secretName(system.options.text(granted))) return;
    throw ConfigError(system.options.placeOf(granted), kNotRenewable, {granted});
  }

  void checkLink(const LinkSettings& link) const {
    const LinkInfo* rules =
        registry_.link(settings_.systems.at(link.erp).speaks(), settings_.systems.at(link.app).speaks());
    rules->make(link.options, settings_.agent.text("time_zone"));
    checkWayBack(link, *rules);
  }

  /// A flow towards an ERP that can only be read would wait for ever.
  void checkWayBack(const LinkSettings& link, const LinkInfo& rules) const {
    const SystemSettings& erp = settings_.systems.at(link.erp);
    const ConnectorInfo* connector = registry_.connector(erp.connector);
    const bool written = connector->writes && (connector->writesWith == nullptr || connector->writesWith(erp.options));
    const std::set<std::string, std::less<>> back = flowsOf(link, rules, {}, false).toErp;
    if (written || back.empty()) return;
    const std::string& flow = *back.begin();
    const auto known = std::ranges::find(rules.flows, flow, &Flow::name);
    const bool reads = known->allowed.empty() || std::ranges::find(known->allowed, "to_app") != known->allowed.end();
    throw ConfigError(link.options.placeOf("flow." + flow), kReadOnlyErp, {flow, link.erp, reads ? "to_app" : "off"});
  }

  void checkFlows(const IniSection& ini, const LinkInfo& rules) {
    Names flows;
    for (const Flow& flow : rules.flows) flows.emplace_back(flow.name);
    for (const IniEntry& entry : ini.entries) {
      Names named;
      if (entry.key == "flows") named = readList(entry.value);
      if (entry.key.starts_with("flow.")) named = {entry.key.substr(5)};
      for (const std::string& flow : named) {
        if (std::ranges::find(flows, flow) != flows.end()) continue;
        wrong(entry.line, kUnknownFlow, {shownKey(flow), joined(flows)});
      }
      if (entry.key.starts_with("flow.")) checkDirection(entry, rules);
      if (!entry.key.starts_with("conflict.")) continue;
      Names shared;
      for (const SharedField& field : rules.shared) shared.emplace_back(field.name);
      if (const auto name = entry.key.substr(9); std::ranges::find(shared, name) == shared.end()) {
        wrong(entry.line, kUnknownShared, {shownKey(name), joined(shared)});
      }
    }
  }

  UnknownKey unknownKeyIn(const std::string& section, const OptionList& options) const {
    return [this, section, &options](const std::string& key, const std::string& where) {
      return unknownKey(key, section, nearestKey(options, key), where);
    };
  }

  ConfigError unknownKey(const std::string& key, const std::string& section, const std::string& near,
                         const std::string& where) const {
    const std::string home = homeOf(key);
    if (!home.empty()) return {where, kUnknownKeyElsewhere, {shownKey(key), section, home}};
    if (!near.empty()) return {where, kUnknownKeyNear, {shownKey(key), section, near}};
    return {where, kUnknownKey, {shownKey(key), section}};
  }

  /// The section that knows exactly this key; empty when none does.
  std::string homeOf(const std::string& key) const {
    if (key.ends_with('*')) return {};
    const auto has = [&](std::span<const Option> options) {
      return std::ranges::any_of(options, [&](const Option& option) { return isKeyOf(option, key); });
    };
    if (has(agentOptions())) return "[agent]";
    if (has(commonLinkOptions())) return "[link.NAME]";
    if (has(commonSystemOptions())) return "[system.NAME]";
    for (const ConnectorInfo* info : registry_.connectors) {
      if (has(info->options)) return std::string("[system.NAME] (connector = ") + info->name + ")";
      for (const FieldName& field : info->fields) {
        if (key == field.key) return std::string("[fields.NAME] (connector = ") + info->name + ")";
      }
    }
    for (const LinkInfo* info : registry_.links) {
      if (has(info->options)) return std::string("[link.NAME] (") + info->erp + " + " + info->app + ")";
    }
    return {};
  }

  const Registry& registry_;
  Settings settings_;
  Problems problems_;
  std::map<std::string, int> lines_;
  const IniSection* agent_ = nullptr;
  Sections systems_;
  Sections links_;
  Sections fields_;
};

}  // namespace

std::vector<const Option*> mergedOptions(std::span<const Option> common, std::span<const Option> own) {
  OptionList all;
  for (const Option& option : own) all.push_back(&option);
  for (const Option& option : common) {
    const std::string_view key(option.key);
    if (std::ranges::none_of(own, [&](const Option& o) { return key == o.key; })) all.push_back(&option);
  }
  return all;
}

Settings checkSettings(const std::vector<IniSection>& sections, const std::filesystem::path& file,
                       const Registry& registry) {
  return Checker(file, registry).check(sections);
}

Section makeSection(std::string name, std::span<const Option> table, const std::map<std::string, std::string>& values) {
  IniSection ini{name, 0, {}};
  for (const auto& [key, value] : values) ini.entries.push_back({key, value, true, 0});
  const OptionList options = mergedOptions({}, table);
  const UnknownKey unknown = [&](const std::string& key, const std::string& place) {
    const std::string near = nearestKey(options, key);
    return near.empty() ? ConfigError(place, kUnknownKey, {key, name})
                        : ConfigError(place, kUnknownKeyNear, {key, name, near});
  };
  Problems problems;
  Section section(name, {});
  fillSection(
      section, ini, options, [&](int) { return name; }, unknown, problems);
  problems.throwFirst();
  // Places were the section's name, for errors only.
  Section placeless(name, {});
  for (const auto& [key, value] : section.values()) placeless.set(key, value);
  return placeless;
}

}  // namespace postern
