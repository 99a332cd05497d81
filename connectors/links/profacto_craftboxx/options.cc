#include "connectors/links/profacto_craftboxx/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace postern::profacto_craftboxx {
namespace {

constexpr Message kBadEntry{
    "PST-5000",
    {"\"{1}\" in \"{0}\" is not of the form {2}.", "„{1}“ in „{0}“ hat nicht die Form {2}.",
     "„{1}” in „{0}” heeft niet de vorm {2}."},
    {"Write every entry as {2}, without blanks, and separate the entries by commas.",
     "Schreiben Sie jeden Eintrag als {2}, ohne Leerzeichen, und trennen Sie die Einträge durch Kommas.",
     "Schrijf elke invoer als {2}, zonder spaties, en scheid de invoeren met komma's."}};

constexpr Message kUnknownState{"PST-5001",
                                {"\"{1}\" in \"{0}\" is not a state that a process status can lead to.",
                                 "„{1}“ in „{0}“ ist kein Status, zu dem ein Prozessstatus führen kann.",
                                 "„{1}” in „{0}” is geen status waartoe een processtatus kan leiden."},
                                {"Use SCHEDULED, IN_PROGRESS, DELAYED, DONE, PAUSED or ARCHIVED.",
                                 "Verwenden Sie SCHEDULED, IN_PROGRESS, DELAYED, DONE, PAUSED oder ARCHIVED.",
                                 "Gebruik SCHEDULED, IN_PROGRESS, DELAYED, DONE, PAUSED of ARCHIVED."}};

constexpr Message kUnknownUnit{
    "PST-5002",
    {"\"{1}\" in \"{0}\" is not a unit that Craftboxx knows.", "„{1}“ in „{0}“ ist keine Einheit, die Craftboxx kennt.",
     "„{1}” in „{0}” is geen eenheid die Craftboxx kent."},
    {"Use a unit name of the Craftboxx interface, for example PIECE or METRES.",
     "Verwenden Sie einen Einheitennamen der Craftboxx-Schnittstelle, zum Beispiel PIECE oder METRES.",
     "Gebruik een eenheidsnaam van de Craftboxx-koppeling, bijvoorbeeld PIECE of METRES."}};

constexpr Message kBadCountry{"PST-5003",
                              {"\"{1}\" in \"{0}\" is not a country code of two capital letters.",
                               "„{1}“ in „{0}“ ist kein Ländercode aus zwei Großbuchstaben.",
                               "„{1}” in „{0}” is geen landcode van twee hoofdletters."},
                              {"Use the code of ISO 3166-1, for example DE, AT or CH.",
                               "Verwenden Sie den Code nach ISO 3166-1, zum Beispiel DE, AT oder CH.",
                               "Gebruik de code volgens ISO 3166-1, bijvoorbeeld DE, AT of CH."}};

struct Entry {
  std::string left;
  std::string right;
  std::string text;
};

std::vector<Entry> entriesOf(const Section& options, const char* key, const char* form) {
  std::vector<Entry> entries;
  for (const auto& text : options.list(key)) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
      throw ConfigError(options.placeOf(key), kBadEntry, {key, text, form});
    }
    entries.push_back({text.substr(0, colon), text.substr(colon + 1), text});
  }
  return entries;
}

std::map<int, std::string> readOwnStates(const Section& options) {
  constexpr const char* kForm = "NUMBER:STATE";
  std::map<int, std::string> states;
  for (const auto& entry : entriesOf(options, "own_status", kForm)) {
    int number = 0;
    const char* end = entry.left.data() + entry.left.size();
    const auto read = std::from_chars(entry.left.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 0) {
      throw ConfigError(options.placeOf("own_status"), kBadEntry, {"own_status", entry.text, kForm});
    }
    if (!isOwnState(entry.right)) {
      throw ConfigError(options.placeOf("own_status"), kUnknownState, {"own_status", entry.right});
    }
    states[number] = entry.right;
  }
  return states;
}

std::map<std::string, std::string> readMap(const Section& options, const char* key, const char* form,
                                           bool (*known)(std::string_view), const Message& unknown) {
  std::map<std::string, std::string> map;
  for (auto& entry : entriesOf(options, key, form)) {
    if (!known(entry.right)) throw ConfigError(options.placeOf(key), unknown, {key, entry.right});
    std::replace(entry.left.begin(), entry.left.end(), '_', ' ');
    map[tableKey(entry.left)] = entry.right;
  }
  return map;
}

bool isCountryCode(std::string_view code) {
  return code.size() == 2 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

constinit const std::array<Option, 10> kOptions = std::to_array<Option>({
    {.key = "window",
     .type = Option::Type::Duration,
     .def = "14d",
     .help =
         {"A project is sent when it or one of its positions changed at most this long ago; whole days count.",
          "Ein Projekt wird gesendet, wenn es selbst oder eine seiner Positionen vor höchstens dieser Zeit geändert "
          "wurde; es zählen ganze Tage.",
          "Een project wordt verzonden als het zelf of een van zijn posities hooguit zo lang geleden is gewijzigd; "
          "hele dagen tellen."},
     .min = 86400,
     .max = 3650.0 * 86400},
    {.key = "threshold",
     .type = Option::Type::Integer,
     .def = "40",
     .help = {"Process status from which on a project gets an appointment and a position appears in it.",
              "Prozessstatus, ab dem ein Projekt einen Termin erhält und eine Position darin erscheint.",
              "Processtatus vanaf waar een project een afspraak krijgt en een positie daarin verschijnt."},
     .min = 0,
     .max = 9999},
    {.key = "own_status",
     .type = Option::Type::TextList,
     .help = {"Your own process status numbers and the appointment state they lead to, as NUMBER:STATE, for example "
              "45:SCHEDULED; they come before the built-in table.",
              "Ihre eigenen Prozessstatus-Nummern und der Terminstatus, zu dem sie führen, als NUMMER:STATUS, zum "
              "Beispiel 45:SCHEDULED; sie gehen der eingebauten Tabelle vor.",
              "Uw eigen processtatusnummers en de afspraakstatus waartoe ze leiden, als NUMMER:STATUS, bijvoorbeeld "
              "45:SCHEDULED; ze gaan voor de ingebouwde tabel."}},
    {.key = "delivery_week",
     .type = Option::Type::Choice,
     .def = "none",
     .help = {"What a project with a delivery week but no delivery date gets: no date, or the Monday of that week.",
              "Was ein Projekt mit Lieferwoche, aber ohne Lieferdatum erhält: kein Datum oder den Montag dieser Woche.",
              "Wat een project met leverweek maar zonder leverdatum krijgt: geen datum of de maandag van die week."},
     .choices = "none monday"},
    {.key = "contacts_without_street",
     .type = Option::Type::Choice,
     .def = "send",
     .help = {"Whether contacts without a street of their own are sent, with name and phone only.",
              "Ob Ansprechpartner ohne eigene Straße gesendet werden, dann nur mit Name und Telefon.",
              "Of contactpersonen zonder eigen straat worden verzonden, dan alleen met naam en telefoon."},
     .choices = "send skip"},
    {.key = "on_gone",
     .type = Option::Type::Choice,
     .def = "keep",
     .help =
         {"What becomes of the appointment of a project that two full compares in a row no longer found in the ERP: "
          "it stays, or it is archived. Nothing else is ever taken away; Craftboxx can archive nothing else.",
          "Was aus dem Termin eines Projekts wird, das zwei vollständige Vergleiche nacheinander nicht mehr im ERP "
          "fanden: Er bleibt, oder er wird archiviert. Sonst wird nie etwas weggenommen; anderes kann Craftboxx "
          "nicht archivieren.",
          "Wat er gebeurt met de afspraak van een project dat twee volledige vergelijkingen achter elkaar niet meer "
          "in het ERP vonden: ze blijft, of ze wordt gearchiveerd. Verder wordt nooit iets weggehaald; iets anders "
          "kan Craftboxx niet archiveren."},
     .choices = "keep archive"},
    {.key = "units",
     .type = Option::Type::Choice,
     .def = "old",
     .help = {"Which unit names the Craftboxx account takes: the list of 2022 or the longer, newer one.",
              "Welche Einheitennamen das Craftboxx-Konto annimmt: die Liste von 2022 oder die längere, neuere.",
              "Welke eenheidsnamen het Craftboxx-account aanneemt: de lijst van 2022 of de langere, nieuwere."},
     .choices = "old new"},
    {.key = "unit_map",
     .type = Option::Type::TextList,
     .help =
         {"Your own unit texts as TEXT:UNIT, for example lfm:RUNNING_METER; '_' stands for a blank.",
          "Ihre eigenen Einheitentexte als TEXT:EINHEIT, zum Beispiel lfm:RUNNING_METER; „_“ steht für ein "
          "Leerzeichen.",
          "Uw eigen eenheidsteksten als TEKST:EENHEID, bijvoorbeeld lfm:RUNNING_METER; „_” staat voor een spatie."}},
    {.key = "country_map",
     .type = Option::Type::TextList,
     .help = {"Your own country texts as TEXT:CODE, for example Bayern:DE; '_' stands for a blank.",
              "Ihre eigenen Ländertexte als TEXT:CODE, zum Beispiel Bayern:DE; „_“ steht für ein Leerzeichen.",
              "Uw eigen landteksten als TEKST:CODE, bijvoorbeeld Bayern:DE; „_” staat voor een spatie."}},
    {.key = "default_country",
     .type = Option::Type::Text,
     .def = "DE",
     .help = {"Country code for addresses whose country is empty in the ERP.",
              "Ländercode für Anschriften, deren Land im ERP leer ist.",
              "Landcode voor adressen waarvan het land in het ERP leeg is."}},
});

RuleOptions readOptions(const Section& options, const std::string& zone) {
  RuleOptions read;
  read.window = std::chrono::ceil<std::chrono::days>(options.duration("window"));
  read.threshold = static_cast<int>(options.integer("threshold"));
  read.ownStates = readOwnStates(options);
  read.weekAsMonday = options.text("delivery_week") == "monday";
  read.sendContactsWithoutStreet = options.text("contacts_without_street") == "send";
  read.archiveGone = options.text("on_gone") == "archive";
  read.units = options.text("units") == "new" ? UnitSet::New : UnitSet::Old;
  read.unitMap = readMap(options, "unit_map", "TEXT:UNIT", isUnit, kUnknownUnit);
  read.countryMap = readMap(options, "country_map", "TEXT:CODE", isCountryCode, kBadCountry);
  read.defaultCountry = options.text("default_country");
  if (!read.defaultCountry.empty() && !isCountryCode(read.defaultCountry)) {
    throw ConfigError(options.placeOf("default_country"), kBadCountry, {"default_country", read.defaultCountry});
  }
  read.zone = zone;
  return read;
}

}  // namespace postern::profacto_craftboxx
