#include "agent/option_value.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "agent/clock.h"
#include "agent/secrets.h"

namespace postern {
namespace {

const Message kNotInteger{
    "PST-1030",
    {"The value '{1}' of '{0}' is not a whole number.", "Der Wert „{1}“ von „{0}“ ist keine ganze Zahl.",
     "De waarde '{1}' van '{0}' is geen geheel getal."},
    {"Write digits only.", "Schreiben Sie nur Ziffern.", "Schrijf alleen cijfers."}};
const Message kNotDecimal{"PST-1031",
                          {"The value '{1}' of '{0}' is not a number.", "Der Wert „{1}“ von „{0}“ ist keine Zahl.",
                           "De waarde '{1}' van '{0}' is geen getal."},
                          {"Write digits, with a point before the decimals: 2.5.",
                           "Schreiben Sie Ziffern und vor den Nachkommastellen einen Punkt: 2.5.",
                           "Schrijf cijfers, met een punt vóór de decimalen: 2.5."}};
const Message kOutOfRange{"PST-1032",
                          {"The value '{1}' of '{0}' is not between {2} and {3}.",
                           "Der Wert „{1}“ von „{0}“ liegt nicht zwischen {2} und {3}.",
                           "De waarde '{1}' van '{0}' ligt niet tussen {2} en {3}."},
                          {"Write a value from {2} to {3}.", "Schreiben Sie einen Wert von {2} bis {3}.",
                           "Schrijf een waarde van {2} tot en met {3}."}};
const Message kNotBoolean{
    "PST-1033",
    {"The value '{1}' of '{0}' is neither yes nor no.", "Der Wert „{1}“ von „{0}“ ist weder yes noch no.",
     "De waarde '{1}' van '{0}' is niet yes en ook niet no."},
    {"Write yes or no.", "Schreiben Sie yes (ja) oder no (nein).", "Schrijf yes (ja) of no (nee)."}};
const Message kNotDuration{
    "PST-1034",
    {"The value '{1}' of '{0}' is not a duration.", "Der Wert „{1}“ von „{0}“ ist keine Zeitdauer.",
     "De waarde '{1}' van '{0}' is geen tijdsduur."},
    {"Write a whole number and a unit: 30s, 10m, 2h or 14d.",
     "Schreiben Sie eine ganze Zahl und eine Einheit: 30s, 10m, 2h oder 14d.",
     "Schrijf een geheel getal en een eenheid: 30s, 10m, 2h of 14d."}};
const Message kNotUrl{
    "PST-1035",
    {"The value of '{0}' is not a web address.", "Der Wert von „{0}“ ist keine Webadresse.",
     "De waarde van '{0}' is geen webadres."},
    {"Write http:// or https:// and the host, with the port if needed: https://erp.example:8080.",
     "Schreiben Sie http:// oder https:// und den Rechnernamen, wenn nötig mit Port: https://erp.example:8080.",
     "Schrijf http:// of https:// en de hostnaam, zo nodig met poort: https://erp.example:8080."}};
const Message kNotSecure{
    "PST-1043",
    {"The address in '{0}' is not https, so whatever is sent there, secrets included, could be read on the way.",
     "Die Adresse in „{0}“ ist nicht https; was dorthin gesendet wird, Geheimnisse eingeschlossen, wäre unterwegs "
     "lesbar.",
     "Het adres in '{0}' is geen https; wat daarheen gaat, geheimen inbegrepen, zou onderweg leesbaar zijn."},
    {"Use https://; plain http:// is taken only for this machine itself.",
     "Verwenden Sie https://; http:// ist nur für diesen Rechner selbst erlaubt.",
     "Gebruik https://; http:// mag alleen voor deze machine zelf."}};
const Message kUrlWithPassword{
    "PST-1036",
    {"The address in '{0}' contains a user name or password.",
     "Die Adresse in „{0}“ enthält einen Benutzernamen oder ein Kennwort.",
     "Het adres in '{0}' bevat een gebruikersnaam of wachtwoord."},
    {"Take everything from '//' to '@' out of the address and use the section's own keys for the log-in.",
     "Nehmen Sie alles von „//“ bis „@“ aus der Adresse und verwenden Sie für die Anmeldung die Schlüssel des "
     "Abschnitts.",
     "Haal alles van '//' tot en met '@' uit het adres en gebruik voor het aanmelden de sleutels van de sectie."}};
const Message kProxyWithPassword{
    "PST-1047",
    {"The address in '{0}' contains a user name or password.",
     "Die Adresse in „{0}“ enthält einen Benutzernamen oder ein Kennwort.",
     "Het adres in '{0}' bevat een gebruikersnaam of wachtwoord."},
    {"Let the proxy pass this machine without a log-in, or write proxy = system and put the address with the log-in "
     "into "
     "HTTPS_PROXY of the service's environment.",
     "Lassen Sie diesen Rechner ohne Anmeldung durch den Proxy, oder schreiben Sie proxy = system und die Adresse samt "
     "Anmeldung in HTTPS_PROXY der Umgebung des Dienstes.",
     "Laat deze machine zonder aanmelding door de proxy, of schrijf proxy = system en zet het adres met aanmelding in "
     "HTTPS_PROXY van de omgeving van de dienst."}};
const Message kNotChoice{
    "PST-1037",
    {"The value '{1}' of '{0}' is not one of: {2}.", "Der Wert „{1}“ von „{0}“ ist keiner von diesen: {2}.",
     "De waarde '{1}' van '{0}' is niet een van: {2}."},
    {"Write one of these values: {2}.", "Schreiben Sie einen dieser Werte: {2}.",
     "Schrijf een van deze waarden: {2}."}};
const Message kNotAbsolute{"PST-1038",
                           {"The path '{1}' of '{0}' is not absolute.", "Der Pfad „{1}“ von „{0}“ ist nicht absolut.",
                            "Het pad '{1}' van '{0}' is niet absoluut."},
                           {"Write the whole path from the root or the drive on.",
                            "Schreiben Sie den ganzen Pfad ab der Wurzel oder dem Laufwerk.",
                            "Schrijf het hele pad vanaf de hoofdmap of het station."}};
const Message kFileUnreadable{
    "PST-1039",
    {"The file '{1}' of '{0}' cannot be read.", "Die Datei „{1}“ von „{0}“ kann nicht gelesen werden.",
     "Het bestand '{1}' van '{0}' kan niet worden gelezen."},
    {"Check the path, and that the account of the service may read the file.",
     "Prüfen Sie den Pfad und ob das Dienstkonto die Datei lesen darf.",
     "Controleer het pad en of het account van de dienst het bestand mag lezen."}};
const Message kNotClock{"PST-1040",
                        {"The value '{1}' of '{0}' is not a time of day.",
                         "Der Wert „{1}“ von „{0}“ ist keine Uhrzeit.", "De waarde '{1}' van '{0}' is geen tijdstip."},
                        {"Write hours and minutes with two digits each, from 00:00 to 23:59.",
                         "Schreiben Sie Stunden und Minuten mit je zwei Ziffern, von 00:00 bis 23:59.",
                         "Schrijf uren en minuten met elk twee cijfers, van 00:00 tot en met 23:59."}};
const Message kNotZone{"PST-1041",
                       {"The time zone '{1}' of '{0}' is not known.", "Die Zeitzone „{1}“ von „{0}“ ist nicht bekannt.",
                        "De tijdzone '{1}' van '{0}' is niet bekend."},
                       {"Write a name of the IANA list such as Europe/Berlin or Europe/Amsterdam.",
                        "Schreiben Sie einen Namen der IANA-Liste wie Europe/Berlin oder Europe/Amsterdam.",
                        "Schrijf een naam uit de IANA-lijst, zoals Europe/Berlin of Europe/Amsterdam."}};
const Message kBadSecretName{
    "PST-1042",
    {"The name after 'secret:' in '{0}' is not valid.", "Der Name hinter „secret:“ in „{0}“ ist nicht gültig.",
     "De naam na 'secret:' in '{0}' is niet geldig."},
    {"Use 1 to 64 letters, digits, '.', '_' or '-', and no '.' in front.",
     "Verwenden Sie 1 bis 64 Buchstaben, Ziffern, „.“, „_“ oder „-“, und vorn keinen Punkt.",
     "Gebruik 1 tot 64 letters, cijfers, '.', '_' of '-', en geen punt vooraan."}};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// A value as a message may quote it: a long one may be a secret in the wrong place.
std::string shown(const std::string& value) { return value.size() <= 40 ? value : "…"; }

bool isInLimits(const Option& option, double value) {
  return option.min == option.max || (value >= option.min && value <= option.max);
}

/// A value that was checked against its option; what every check below needs.
struct Candidate {
  const Option& option;
  const std::string& key;
  const std::string& value;
  const std::string& place;

  ConfigError error(const Message& message, std::vector<std::string> more = {}) const {
    std::vector<std::string> args{key};
    std::ranges::move(more, std::back_inserter(args));
    return {place, message, std::move(args)};
  }
  ConfigError outOfRange(const std::string& text) const {
    return error(kOutOfRange, {shown(text), limitText(option, option.min), limitText(option, option.max)});
  }
};

using Problem = std::optional<ConfigError>;

Problem checkInteger(const Candidate& c, const std::string& text) {
  const auto number = readInteger(text);
  if (!number) return c.error(kNotInteger, {shown(text)});
  if (!isInLimits(c.option, static_cast<double>(*number))) return c.outOfRange(text);
  return {};
}

Problem checkIntegerList(const Candidate& c) {
  const auto items = readList(c.value);
  if (items.empty()) return c.error(kNotInteger, {shown(c.value)});
  for (const std::string& item : items) {
    if (auto problem = checkInteger(c, item)) return problem;
  }
  return {};
}

Problem checkDecimal(const Candidate& c) {
  const auto number = readDecimal(c.value);
  if (!number) return c.error(kNotDecimal, {shown(c.value)});
  if (!isInLimits(c.option, *number)) return c.outOfRange(c.value);
  return {};
}

Problem checkDuration(const Candidate& c) {
  const auto duration = readDuration(c.value);
  if (!duration) return c.error(kNotDuration, {shown(c.value)});
  if (!isInLimits(c.option, static_cast<double>(duration->count()))) return c.outOfRange(c.value);
  return {};
}

bool isPlainUrl(const std::string& value) {
  if (std::ranges::any_of(value, [](char c) { return c == ' ' || c == '\t' || c == '\\' || c == '"'; })) return false;
  try {
    const Poco::URI uri(value);
    return (uri.getScheme() == "http" || uri.getScheme() == "https") && !uri.getHost().empty() && uri.getPort() != 0;
  } catch (const Poco::Exception&) {
    return false;
  }
}

bool staysHere(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("//") + 2));
  const std::string_view host =
      url.starts_with('[') ? url.substr(0, url.find(']') + 1) : url.substr(0, url.find_first_of(":/?#"));
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

Problem checkUrl(const Candidate& c) {
  const auto words = readList(c.option.choices);
  if (std::ranges::find(words, c.value) != words.end()) return {};
  // Before the syntax, because an unescaped password makes the rest of the address unreadable.
  const std::size_t slashes = c.value.find("//");
  const std::size_t host = slashes == std::string::npos ? 0 : slashes + 2;
  const std::size_t hostEnd = std::min(c.value.find_first_of("/?#", host), c.value.size());
  if (c.value.substr(host, hostEnd - host).find('@') != std::string::npos)
    return c.error(std::string_view(c.option.key) == "proxy" ? kProxyWithPassword : kUrlWithPassword);
  if (!isPlainUrl(c.value)) return c.error(kNotUrl);
  const bool open = c.option.type == Option::Type::SecureUrl && !c.value.starts_with("https://");
  if (open && !staysHere(c.value)) return c.error(kNotSecure);
  return {};
}

Problem checkChoice(const Candidate& c) {
  const auto choices = readList(c.option.choices);
  if (choices.empty() || std::ranges::find(choices, c.value) != choices.end()) return {};
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : ", ") + choice;
  return c.error(kNotChoice, {shown(c.value), all});
}

Problem checkPath(const Candidate& c) {
  const std::filesystem::path path = pathOf(c.value);
  if (!path.is_absolute()) return c.error(kNotAbsolute, {c.value});
  if (c.option.type == Option::Type::Directory) return {};
  std::error_code ignored;
  const bool readable = !std::filesystem::is_directory(path, ignored) && std::ifstream(path, std::ios::binary).good();
  if (!readable) return c.error(kFileUnreadable, {c.value});
  return {};
}

Problem checkSecret(const Candidate& c) {
  const auto name = secretName(c.value);
  if (name && !isSecretName(*name)) return c.error(kBadSecretName);
  return {};
}

}  // namespace

std::optional<std::int64_t> readInteger(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<double> readDecimal(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool plain = std::ranges::all_of(digits, [](char c) { return isDigit(c) || c == '.'; });
  if (!plain || digits.empty() || !isDigit(digits.front()) || !isDigit(digits.back())) return std::nullopt;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<bool> readBoolean(std::string_view text) {
  const std::string word = lowered(text);
  if (word == "yes" || word == "true" || word == "on" || word == "1") return true;
  if (word == "no" || word == "false" || word == "off" || word == "0") return false;
  return std::nullopt;
}

std::optional<std::chrono::seconds> readDuration(std::string_view text) {
  constexpr std::size_t kDigits = 9;  // far more than anybody needs, far less than overflows
  if (text.size() < 2 || text.size() > kDigits + 1 || !isDigit(text.front())) return std::nullopt;
  const auto number = readInteger(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  switch (text.back()) {
    case 's':
      return std::chrono::seconds(*number);
    case 'm':
      return std::chrono::minutes(*number);
    case 'h':
      return std::chrono::hours(*number);
    case 'd':
      return std::chrono::days(*number);
    default:
      return std::nullopt;
  }
}

std::optional<std::chrono::seconds> readClock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (!isDigit(text[i])) return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

std::vector<std::string> readList(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t,"), text.size());
    if (end > 0) items.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

std::string limitText(const Option& option, double limit) {
  if (option.type == Option::Type::Duration) {
    const auto seconds = static_cast<std::int64_t>(limit);
    struct Unit {
      std::int64_t from;
      std::int64_t size;
      const char* letter;
    };
    // One day reads better as 24h.
    constexpr std::array<Unit, 3> kUnits{{{172'800, 86'400, "d"}, {3'600, 3'600, "h"}, {60, 60, "m"}}};
    for (const auto& [from, size, letter] : kUnits) {
      if (seconds >= from && seconds % size == 0) return std::to_string(seconds / size) + letter;
    }
    return std::to_string(seconds) + "s";
  }
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), limit, std::chars_format::fixed);
  return {buffer.data(), end};
}

std::optional<ConfigError> checkValue(const Option& option, const std::string& key, const std::string& value,
                                      const std::string& place) {
  const Candidate c{option, key, value, place};
  switch (option.type) {
    case Option::Type::Text:
      return {};
    case Option::Type::Secret:
      return checkSecret(c);
    case Option::Type::Integer:
      return checkInteger(c, value);
    case Option::Type::Decimal:
      return checkDecimal(c);
    case Option::Type::Boolean:
      return readBoolean(value) ? Problem() : c.error(kNotBoolean, {shown(value)});
    case Option::Type::Duration:
      return checkDuration(c);
    case Option::Type::Url:
    case Option::Type::SecureUrl:
      return checkUrl(c);
    case Option::Type::Choice:
      return checkChoice(c);
    case Option::Type::TextList:
      return {};
    case Option::Type::IntegerList:
      return checkIntegerList(c);
    case Option::Type::File:
    case Option::Type::Directory:
      return checkPath(c);
    case Option::Type::Clock:
      return readClock(value) ? Problem() : c.error(kNotClock, {shown(value)});
    case Option::Type::Zone:
      return isKnownZone(value) ? Problem() : c.error(kNotZone, {shown(value)});
  }
  return {};
}

bool isWildcard(const Option& option) { return std::string_view(option.key).ends_with('*'); }

bool isKeyOf(const Option& option, std::string_view key) {
  std::string_view own(option.key);
  if (!own.ends_with('*')) return own == key;
  own.remove_suffix(1);
  return key.size() > own.size() && key.starts_with(own);
}

}  // namespace postern
