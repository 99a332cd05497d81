// The commented reference of all settings, from the option tables.

#include <algorithm>

#include "agent/connector.h"
#include "agent/ini.h"
#include "agent/option_value.h"
#include "agent/settings.h"
#include "agent/settings_check.h"

namespace postern {
namespace {

constexpr Text kIntroduction{
    "postern: all settings with their defaults. A line that begins with ';' directly before a key or a section is a "
    "setting that is not active: take the ';' away and change the value. Comments begin with ';' or '#', on a line of "
    "their own or after a blank; a value with ' ;' or ' #' in it is put in double quotes. NAME of a section is free: "
    "letters, digits, '-' and '_'. Passwords and tokens do not belong in this file: store them with 'postern secret "
    "set NAME' and write secret:NAME. 'postern config check' checks the file.",
    "postern: alle Einstellungen mit ihren Vorgaben. Eine Zeile mit „;“ direkt vor einem Schlüssel oder Abschnitt ist "
    "eine nicht wirksame Einstellung: Nehmen Sie das „;“ weg und ändern Sie den Wert. Kommentare beginnen mit „;“ oder "
    "„#“, auf eigener Zeile oder nach einem Leerzeichen; ein Wert, der „ ;“ oder „ #“ enthält, steht in geraden "
    "doppelten Anführungszeichen. Der NAME eines Abschnitts ist frei: Buchstaben (ohne Umlaute), Ziffern, „-“ und „_“. "
    "Kennwörter und Token gehören nicht in diese Datei: Legen Sie sie mit „postern secret set NAME“ ab und schreiben "
    "Sie secret:NAME. „postern config check“ prüft die Datei.",
    "postern: alle instellingen met hun standaardwaarden. Een regel met ';' direct vóór een sleutel of sectie is een "
    "instelling die niet actief is: haal de ';' weg en wijzig de waarde. Commentaar begint met ';' of '#', op een "
    "eigen "
    "regel of na een spatie; een waarde met ' ;' of ' #' erin staat tussen dubbele aanhalingstekens. De NAME van een "
    "sectie is vrij: letters (zonder accenten), cijfers, '-' en '_'. Wachtwoorden en tokens horen niet in dit bestand: "
    "sla ze op met 'postern secret set NAME' en schrijf secret:NAME. 'postern config check' controleert het bestand."};
constexpr Text kFieldsHelp{
    "Names of the site's own fields; an empty value means that the field is not there. 'postern check' proves them.",
    "Namen der Felder dieses Standorts; ein leerer Wert bedeutet, dass es das Feld nicht gibt. „postern check“ prüft "
    "sie.",
    "Namen van de velden van deze vestiging; een lege waarde betekent dat het veld er niet is. 'postern check' "
    "controleert ze."};
constexpr Text kRequired{"Required.", "Erforderlich.", "Verplicht."};
constexpr Text kDefault{"Default: {0}.", "Vorgabe: {0}.", "Standaard: {0}."};
constexpr Text kNotMapped{"Default: not there.", "Vorgabe: nicht vorhanden.", "Standaard: niet aanwezig."};
constexpr Text kRange{"{0}, {1} to {2}", "{0}, {1} bis {2}", "{0}, {1} tot en met {2}"};
constexpr Text kOneOf{"One of: {0}", "Einer von: {0}", "Een van: {0}"};
constexpr Text kOrOneOf{"{0}, or one of: {1}", "{0} oder einer von: {1}", "{0} of een van: {1}"};

Text typeName(Option::Type type) {
  switch (type) {
    case Option::Type::Text:
      return {"Text", "Text", "Tekst"};
    case Option::Type::Secret:
      return {"Secret", "Geheimnis", "Geheim"};
    case Option::Type::Integer:
      return {"Whole number", "Ganze Zahl", "Geheel getal"};
    case Option::Type::Decimal:
      return {"Number", "Zahl", "Getal"};
    case Option::Type::Boolean:
      return {"yes or no", "yes (ja) oder no (nein)", "yes (ja) of no (nee)"};
    case Option::Type::Duration:
      return {"Duration (s, m, h, d)", "Zeitdauer (s, m, h, d)", "Tijdsduur (s, m, h, d)"};
    case Option::Type::Url:
      return {"Web address", "Webadresse", "Webadres"};
    case Option::Type::SecureUrl:
      return {"Web address (https)", "Webadresse (https)", "Webadres (https)"};
    case Option::Type::Choice:
      return {"", "", ""};
    case Option::Type::TextList:
      return {"List, separated by blanks or commas", "Liste, mit Leerzeichen oder Kommas getrennt",
              "Lijst, gescheiden door spaties of komma's"};
    case Option::Type::IntegerList:
      return {"List of whole numbers, separated by blanks or commas",
              "Liste ganzer Zahlen, mit Leerzeichen oder Kommas getrennt",
              "Lijst van gehele getallen, gescheiden door spaties of komma's"};
    case Option::Type::File:
      return {"File, absolute path", "Datei, absoluter Pfad", "Bestand, absoluut pad"};
    case Option::Type::Directory:
      return {"Directory, absolute path", "Verzeichnis, absoluter Pfad", "Map, absoluut pad"};
    case Option::Type::Clock:
      return {"Time of day, HH:MM", "Uhrzeit, HH:MM", "Tijdstip, HH:MM"};
    case Option::Type::Zone:
      return {"Time zone (IANA)", "Zeitzone (IANA)", "Tijdzone (IANA)"};
  }
  return {"", "", ""};
}

std::string filled(const Text& text, Language language, const std::vector<std::string>& args) {
  return fill(text.in(language), args);
}

std::string commaList(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) all += (all.empty() ? "" : ", ") + item;
  return all;
}

/// Columns on a screen, near enough: code points.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// `text` as comment lines of at most 100 columns.
std::string comment(std::string_view text) {
  constexpr std::size_t kColumns = 100;
  std::string out;
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!line.empty() && width(line) + 1 + width(word) + 2 > kColumns) {
      out += "; " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "; " + line + "\n";
}

/// Writes one file. Every key is commented out with a ';' without a blank, so that taking those away gives valid
/// settings; explanations have a blank.
class Writer {
 public:
  Writer(const Registry& registry, Language language) : registry_(registry), language_(language) {}

  std::string write() {
    out_ = comment(kIntroduction.in(language_));
    out_ += "\n[agent]\n";
    for (const Option& option : agentOptions()) add(option, option.key, option.choices, {}, "agent");
    for (const ConnectorInfo* info : registry_.connectors) addSystem(*info);
    for (const LinkInfo* info : registry_.links) addLink(*info);
    return std::move(out_);
  }

 private:
  void head(const std::string& section, const Text& help) {
    out_ += "\n" + comment(help.in(language_)) + ";[" + section + "]\n";
  }

  /// `example` is what stands behind '=' when the option has no default; empty = by its type.
  void add(const Option& option, const std::string& key, const std::string& choices, std::string example,
           const std::string& section) {
    out_ += "\n" + comment(option.help.in(language_));
    std::string facts = kind(option, choices) + ".";
    const std::string def = option.def;
    if (option.required && def.empty()) facts += " " + std::string(kRequired.in(language_));
    if (!def.empty()) facts += " " + filled(kDefault, language_, {def});
    out_ += comment(facts);
    if (!def.empty()) example = def;
    if (example.empty()) example = exampleOf(option, key, choices, section);
    out_ += ";" + key + " = " + iniValue(example) + "\n";
  }

  std::string kind(const Option& option, const std::string& choices) const {
    std::string text(typeName(option.type).in(language_));
    const auto words = readList(choices);
    if (option.min != option.max) {
      text = filled(kRange, language_, {text, limitText(option, option.min), limitText(option, option.max)});
    }
    if (words.empty()) return text;
    if (text.empty()) return filled(kOneOf, language_, {commaList(words)});
    return filled(kOrOneOf, language_, {text, commaList(words)});
  }

  static std::string exampleOf(const Option& option, const std::string& key, const std::string& choices,
                               const std::string& section) {
    const bool limited = option.min != option.max;
    switch (option.type) {
      case Option::Type::Text:
      case Option::Type::TextList:
        return "TEXT";
      case Option::Type::Secret:
        return "secret:" + section + "-" + key;
      case Option::Type::Integer:
      case Option::Type::Decimal:
      case Option::Type::IntegerList:
        return limited ? limitText(option, option.min) : "1";
      case Option::Type::Boolean:
        return "yes";
      case Option::Type::Duration:
        return limited ? limitText(option, option.min) : "10m";
      case Option::Type::Url:
      case Option::Type::SecureUrl:
        return key == "proxy" ? "http://proxy.example:3128" : "https://" + section + ".example";
      case Option::Type::Choice:
        return readList(choices).empty() ? "TEXT" : readList(choices).front();
      case Option::Type::File:
        return "/etc/postern/FILE";
      case Option::Type::Directory:
        return "/var/lib/postern/DIRECTORY";
      case Option::Type::Clock:
        return "02:30";
      case Option::Type::Zone:
        return "Europe/Berlin";
    }
    return {};
  }

  void addSystem(const ConnectorInfo& info) {
    const std::string name = info.name;
    head("system." + name, info.summary);
    std::string connectors;
    for (const ConnectorInfo* other : registry_.connectors) connectors += std::string(other->name) + " ";
    auto options = mergedOptions(commonSystemOptions(), info.options);
    // What makes it this kind of system comes first.
    std::ranges::stable_partition(options, [](const Option* o) { return std::string_view(o->key) == "connector"; });
    for (const Option* option : options) {
      const bool connector = std::string_view(option->key) == "connector";
      add(*option, plainKey(*option, "NAME"), connector ? connectors : option->choices, connector ? name : "", name);
    }
    if (!info.fields.empty()) addFields(info);
  }

  void addFields(const ConnectorInfo& info) {
    head(std::string("fields.") + info.name, kFieldsHelp);
    for (const FieldName& field : info.fields) {
      const std::string def = field.def;
      const std::string value = def.empty() ? "" : " " + iniValue(def);
      out_ += "\n" + comment(field.help.in(language_));
      out_ += comment(def.empty() ? std::string(kNotMapped.in(language_)) : filled(kDefault, language_, {def}));
      out_ += ";" + std::string(field.key) + " =" + value + "\n";
    }
  }

  void addLink(const LinkInfo& info) {
    head(std::string("link.") + info.name, info.summary);
    std::vector<std::string> flows;
    for (const Flow& flow : info.flows) flows.emplace_back(flow.name);
    // The ends of a link come first, then what all links have, then its own.
    std::vector<const Option*> options;
    for (const Option& option : commonLinkOptions()) options.push_back(&option);
    for (const Option* option : mergedOptions(commonLinkOptions(), info.options)) {
      if (std::ranges::find(options, option) == options.end()) options.push_back(option);
    }
    for (const Option* option : options) addLinkOption(*option, info, flows);
  }

  void addLinkOption(const Option& option, const LinkInfo& info, const std::vector<std::string>& flows) {
    const std::string_view key(option.key);
    if (key == "flow.*") {
      add(option, plainKey(option, flows.front()), option.choices, {}, info.name);
      for (std::size_t i = 1; i < flows.size(); ++i) {
        out_ += ";" + plainKey(option, flows[i]) + " = " + readList(option.choices).front() + "\n";
      }
      return;
    }
    if (key == "conflict.*") {
      if (info.shared.empty()) return;
      add(option, plainKey(option, std::string(info.shared.front().name)), option.choices, {}, info.name);
      for (const SharedField& field : info.shared.subspan(1)) {
        out_ += ";" + plainKey(option, std::string(field.name)) + " = " + readList(option.choices).front() + "\n";
      }
      return;
    }
    const std::string example = key == "erp" ? info.erp : key == "app" ? info.app : "";
    add(option, plainKey(option, "NAME"), key == "flows" ? commaList(flows) : option.choices,
        key == "flows" ? commaList(flows) : example, info.name);
  }

  /// The key with something in place of '*'.
  static std::string plainKey(const Option& option, const std::string& rest) {
    std::string key = option.key;
    if (isWildcard(option)) key.replace(key.size() - 1, 1, rest);
    return key;
  }

  const Registry& registry_;
  Language language_;
  std::string out_;
};

}  // namespace

std::string settingsReference(const Registry& registry, Language language) {
  return Writer(registry, language).write();
}

}  // namespace postern
