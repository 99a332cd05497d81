#include "connectors/links/profacto_craftboxx/tables.h"

#include <Poco/UTF8String.h>

#include <algorithm>
#include <array>

#include "connectors/links/profacto_craftboxx/lines.h"

namespace postern::profacto_craftboxx {
namespace {

struct ProcessState {
  int number;
  std::string_view state;
};

constexpr auto kProcessStates = std::to_array<ProcessState>({
    {40, "SCHEDULED"},     // Auftrag erteilt
    {50, "SCHEDULED"},     // AVOR – Stückliste
    {60, "SCHEDULED"},     // AVOR – Beschaffung
    {70, "SCHEDULED"},     // Produktion – Maschinenraum
    {80, "SCHEDULED"},     // Produktion – Oberfläche
    {90, "SCHEDULED"},     // Produktion – Bankraum
    {100, "IN_PROGRESS"},  // Montage – Kommission.
    {110, "IN_PROGRESS"},  // Montage – Vor Ort
    {120, "DONE"},         // Abgenommen
    {130, "SCHEDULED"},    // Reklamationsarbeiten
    {140, "DELAYED"},      // Regiearbeiten
});

constexpr auto kOwnStates =
    std::to_array<std::string_view>({"SCHEDULED", "IN_PROGRESS", "DELAYED", "DONE", "PAUSED", "ARCHIVED"});

constexpr auto kUnitNames = std::to_array<std::string_view>({
    // 2022
    "PIECE",
    "KILOGRAMS",
    "METRES",
    "BUNCH",
    "BOTTLE",
    "BOX",
    "BAG",
    "FLAT_FEE",
    "CANE",
    "DOZEN",
    "BUCKET",
    "TRIMMING",
    "SET",
    "CANISTER",
    "CARDBOARD",
    "LITRE",
    "SQUAREMETER",
    "PAIR",
    "PACK",
    "PARCEL",
    "PANEL",
    "ROLL",
    "SAC",
    "BAR",
    "TUBE",
    "HOURS",
    "TONS",
    "CUBIC_METRE",
    // later
    "CENTIMETERS",
    "DAYS",
    "GRAMS",
    "KILOMETER",
    "KILOWATT_PEAK",
    "MILLILITRE",
    "MILLIMETRES",
    "PERCENT",
    "RUNNING_METER",
});

struct Unit {
  std::string_view text;     // as tableKey makes it
  std::string_view oldName;  // "" = the set has none
  std::string_view newName;
};

// Which German word the app shows for a name is not public; words without a sure counterpart (Palette, Kartusche) are
// left out on purpose, their text goes into the article's info.
constexpr auto kUnits = std::to_array<Unit>({
    {"st", "PIECE", "PIECE"},
    {"stk", "PIECE", "PIECE"},
    {"stck", "PIECE", "PIECE"},
    {"stück", "PIECE", "PIECE"},
    {"stueck", "PIECE", "PIECE"},
    {"m", "METRES", "METRES"},
    {"mtr", "METRES", "METRES"},
    {"meter", "METRES", "METRES"},
    {"lfm", "METRES", "RUNNING_METER"},
    {"lfd. m", "METRES", "RUNNING_METER"},
    {"lfdm", "METRES", "RUNNING_METER"},
    {"laufmeter", "METRES", "RUNNING_METER"},
    {"laufender meter", "METRES", "RUNNING_METER"},
    {"m²", "SQUAREMETER", "SQUAREMETER"},
    {"m2", "SQUAREMETER", "SQUAREMETER"},
    {"m^2", "SQUAREMETER", "SQUAREMETER"},
    {"qm", "SQUAREMETER", "SQUAREMETER"},
    {"quadratmeter", "SQUAREMETER", "SQUAREMETER"},
    {"m³", "CUBIC_METRE", "CUBIC_METRE"},
    {"m3", "CUBIC_METRE", "CUBIC_METRE"},
    {"m^3", "CUBIC_METRE", "CUBIC_METRE"},
    {"cbm", "CUBIC_METRE", "CUBIC_METRE"},
    {"kubikmeter", "CUBIC_METRE", "CUBIC_METRE"},
    {"kg", "KILOGRAMS", "KILOGRAMS"},
    {"kilo", "KILOGRAMS", "KILOGRAMS"},
    {"kilogramm", "KILOGRAMS", "KILOGRAMS"},
    {"t", "TONS", "TONS"},
    {"to", "TONS", "TONS"},
    {"tonne", "TONS", "TONS"},
    {"tonnen", "TONS", "TONS"},
    {"h", "HOURS", "HOURS"},
    {"std", "HOURS", "HOURS"},
    {"stunde", "HOURS", "HOURS"},
    {"stunden", "HOURS", "HOURS"},
    {"l", "LITRE", "LITRE"},
    {"ltr", "LITRE", "LITRE"},
    {"liter", "LITRE", "LITRE"},
    {"pkt", "PACK", "PACK"},
    {"pck", "PACK", "PACK"},
    {"pack", "PACK", "PACK"},
    {"packung", "PACK", "PACK"},
    {"ve", "PACK", "PACK"},
    {"paket", "PARCEL", "PARCEL"},
    {"rolle", "ROLL", "ROLL"},
    {"rol", "ROLL", "ROLL"},
    {"rl", "ROLL", "ROLL"},
    {"paar", "PAIR", "PAIR"},
    {"pr", "PAIR", "PAIR"},
    {"set", "SET", "SET"},
    {"satz", "SET", "SET"},
    {"eimer", "BUCKET", "BUCKET"},
    {"dose", "BOX", "BOX"},
    {"box", "BOX", "BOX"},
    {"kiste", "BOX", "BOX"},
    {"karton", "CARDBOARD", "CARDBOARD"},
    {"ktn", "CARDBOARD", "CARDBOARD"},
    {"krt", "CARDBOARD", "CARDBOARD"},
    {"kanister", "CANISTER", "CANISTER"},
    {"flasche", "BOTTLE", "BOTTLE"},
    {"fl", "BOTTLE", "BOTTLE"},
    {"beutel", "BAG", "BAG"},
    {"btl", "BAG", "BAG"},
    {"sack", "SAC", "SAC"},
    {"tube", "TUBE", "TUBE"},
    {"platte", "PANEL", "PANEL"},
    {"tafel", "PANEL", "PANEL"},
    {"stange", "BAR", "BAR"},
    {"stg", "BAR", "BAR"},
    {"bund", "BUNCH", "BUNCH"},
    {"bd", "BUNCH", "BUNCH"},
    {"dutzend", "DOZEN", "DOZEN"},
    {"dtz", "DOZEN", "DOZEN"},
    {"pauschal", "FLAT_FEE", "FLAT_FEE"},
    {"pauschale", "FLAT_FEE", "FLAT_FEE"},
    {"psch", "FLAT_FEE", "FLAT_FEE"},
    {"mm", "", "MILLIMETRES"},
    {"cm", "", "CENTIMETERS"},
    {"km", "", "KILOMETER"},
    {"g", "", "GRAMS"},
    {"gramm", "", "GRAMS"},
    {"ml", "", "MILLILITRE"},
    {"%", "", "PERCENT"},
    {"kwp", "", "KILOWATT_PEAK"},
    {"tag", "", "DAYS"},
    {"tage", "", "DAYS"},
});

struct Country {
  std::string_view code;
  std::string_view texts;  // as tableKey makes them, '|' between; the code itself is understood anyway
};

constexpr auto kCountries = std::to_array<Country>({
    {"DE", "d|deu|deutschland|brd|bundesrepublik deutschland|germany"},
    {"AT", "a|aut|österreich|oesterreich|austria"},
    {"CH", "che|schweiz|suisse|svizzera|switzerland"},
    {"LI", "fl|lie|liechtenstein|fürstentum liechtenstein"},
    {"NL", "nld|niederlande|die niederlande|holland|nederland|netherlands"},
    {"BE", "b|bel|belgien|belgië|belgique|belgium"},
    {"LU", "l|lux|luxemburg|luxembourg"},
    {"FR", "f|fra|frankreich|france"},
    {"IT", "i|ita|italien|italia|italy|südtirol"},
    {"PL", "pol|polen|polska|poland"},
    {"CZ", "cze|tschechien|tschechische republik|česko|czech republic|czechia"},
    {"DK", "dnk|dänemark|daenemark|danmark|denmark"},
    {"GB", "gbr|uk|großbritannien|grossbritannien|vereinigtes königreich|england|united kingdom"},
    {"IE", "irl|irland|ireland"},
    {"ES", "e|esp|spanien|españa|spain"},
    {"PT", "p|prt|portugal"},
    {"SE", "s|swe|schweden|sverige|sweden"},
    {"NO", "n|nor|norwegen|norge|norway"},
    {"FI", "fin|finnland|finland"},
    {"EE", "est|estland"},
    {"LV", "lva|lettland"},
    {"LT", "ltu|litauen"},
    {"SK", "svk|slowakei|slowakische republik"},
    {"SI", "slo|svn|slowenien"},
    {"HU", "h|hun|ungarn"},
    {"HR", "hrv|kroatien"},
    {"RO", "rou|rumänien"},
    {"BG", "bgr|bulgarien"},
    {"GR", "grc|griechenland"},
    {"RS", "srb|serbien"},
    {"BA", "bih|bosnien|bosnien und herzegowina"},
    {"MK", "mkd|nordmazedonien"},
    {"AL", "alb|albanien"},
    {"ME", "mne|montenegro"},
    {"TR", "tur|türkei"},
    {"UA", "ukr|ukraine"},
    {"MT", "mlt|malta"},
    {"CY", "cyp|zypern"},
    {"MC", "mco|monaco"},
    {"AD", "and|andorra"},
    {"SM", "smr|san marino"},
    {"IS", "isl|island"},
    {"US", "usa|vereinigte staaten"},
});

bool listHolds(std::string_view list, std::string_view text) {
  while (true) {
    const auto bar = list.find('|');
    if (list.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    list.remove_prefix(bar + 1);
  }
}

}  // namespace

std::string tableKey(std::string_view text) {
  std::string key = Poco::UTF8::toLower(oneLine(text));
  std::string single;
  for (const char c : key) {
    if (c != ' ' || single.empty() || single.back() != ' ') single += c;
  }
  if (single.ends_with('.')) single.pop_back();
  return single;
}

std::optional<std::string_view> stateOfProcess(int number) {
  const auto* row = std::find_if(kProcessStates.begin(), kProcessStates.end(),
                                 [&](const ProcessState& each) { return each.number == number; });
  if (row == kProcessStates.end()) return std::nullopt;
  return row->state;
}

std::optional<int> processOfState(std::string_view state) {
  if (state == "SCHEDULED") return 40;
  if (state == "IN_PROGRESS") return 110;
  if (state == "DONE") return 120;
  if (state == "DELAYED") return 140;
  return std::nullopt;
}

bool isOwnState(std::string_view state) {
  return std::find(kOwnStates.begin(), kOwnStates.end(), state) != kOwnStates.end();
}

std::optional<std::string_view> unitOf(std::string_view text, UnitSet set) {
  const std::string key = tableKey(text);
  const auto* row = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& each) { return each.text == key; });
  if (row == kUnits.end()) return std::nullopt;
  const std::string_view name = set == UnitSet::Old ? row->oldName : row->newName;
  if (name.empty()) return std::nullopt;
  return name;
}

bool isUnit(std::string_view name) { return std::find(kUnitNames.begin(), kUnitNames.end(), name) != kUnitNames.end(); }

std::optional<std::string_view> countryOf(std::string_view text) {
  const std::string key = tableKey(text);
  if (key.empty()) return std::nullopt;
  for (const auto& country : kCountries) {
    if (Poco::UTF8::toLower(std::string(country.code)) == key || listHolds(country.texts, key)) return country.code;
  }
  return std::nullopt;
}

}  // namespace postern::profacto_craftboxx
