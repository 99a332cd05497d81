#include "connectors/links/accountview_crafter/options.h"

#include <algorithm>
#include <string_view>

#include "agent/clock.h"
#include "agent/option_value.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr Message kBadDate{
    "PST-5010",
    {"\"{1}\" in \"{0}\" is not a date.", "„{1}“ in „{0}“ ist kein Datum.", "„{1}” in „{0}” is geen datum."},
    {"Write the date as YEAR-MONTH-DAY, for example 2026-01-31.",
     "Schreiben Sie das Datum als JAHR-MONAT-TAG, zum Beispiel 2026-01-31.",
     "Schrijf de datum als JAAR-MAAND-DAG, bijvoorbeeld 2026-01-31."}};

constexpr Message kBadEntry{
    "PST-5011",
    {"\"{1}\" in \"{0}\" is not of the form ACCOUNTVIEW:CRAFTER.",
     "„{1}“ in „{0}“ hat nicht die Form ACCOUNTVIEW:CRAFTER.",
     "„{1}” in „{0}” heeft niet de vorm ACCOUNTVIEW:CRAFTER."},
    {"Write AccountView's word, a colon and Crafter's word, with '_' for a blank, and commas between the entries.",
     "Schreiben Sie das Wort von AccountView, einen Doppelpunkt und das Wort von Crafter, „_“ für ein Leerzeichen und "
     "Kommas zwischen den Einträgen.",
     "Schrijf het woord van AccountView, een dubbele punt en het woord van Crafter, „_” voor een spatie en komma's "
     "tussen de invoeren."}};

constexpr Message kBadPlaceholder{
    "PST-5012",
    {"\"{0}\" names something that a location does not have: \"{1}\".",
     "„{0}“ nennt etwas, das ein Einsatzort nicht hat: „{1}“.",
     "„{0}” noemt iets wat een werklocatie niet heeft: „{1}”."},
    {"Use {name}, {number}, {street} and {city}.", "Verwenden Sie {name}, {number}, {street} und {city}.",
     "Gebruik {name}, {number}, {street} en {city}."}};

constexpr auto kPlaceholders = std::to_array<std::string_view>({"name", "number", "street", "city"});

std::string unblanked(std::string text) {
  std::ranges::replace(text, '_', ' ');
  return oneLine(text);
}

std::map<std::string, std::string> readMap(const Section& options, const char* key) {
  std::map<std::string, std::string> map;
  for (const auto& text : options.list(key)) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
      throw ConfigError(options.placeOf(key), kBadEntry, {key, text});
    }
    map[unblanked(text.substr(0, colon))] = unblanked(text.substr(colon + 1));
  }
  return map;
}

std::optional<std::chrono::sys_days> readDate(const Section& options, const char* key) {
  const std::string& text = options.text(key);
  if (text.empty()) return std::nullopt;
  const auto day = parseIsoDate(text);
  if (!day) throw ConfigError(options.placeOf(key), kBadDate, {key, text});
  return day;
}

std::string readPattern(const Section& options, const char* key) {
  const std::string& pattern = options.text(key);
  for (auto open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', open + 1)) {
    const auto close = std::min(pattern.find('}', open), pattern.size());
    const auto name = std::string_view(pattern).substr(open + 1, close - open - 1);
    if (close == pattern.size() || std::ranges::find(kPlaceholders, name) == kPlaceholders.end()) {
      throw ConfigError(options.placeOf(key), kBadPlaceholder, {key, pattern.substr(open, close - open + 1)});
    }
  }
  return pattern;
}

/// What the flow's settings say: the link's own section carries the keys common to all links as well.
bool readsExport(const Section& options) {
  const auto& values = options.values();
  if (const auto listed = values.find("flows"); listed != values.end()) {
    const auto names = readList(listed->second);
    if (!names.empty() && std::ranges::find(names, "work_orders") == names.end()) return false;
  }
  const auto chosen = values.find("flow.work_orders");
  return chosen == values.end() || chosen->second == "to_erp";
}

std::string look(const std::map<std::string, std::string>& map, const std::string& text) {
  const auto found = map.find(text);
  return found == map.end() ? text : found->second;
}

std::string lookBack(const std::map<std::string, std::string>& map, const std::string& text) {
  const auto found = std::ranges::find_if(map, [&](const auto& entry) { return entry.second == text; });
  return found == map.end() ? text : found->first;
}

}  // namespace

std::string appTypeOf(const std::string& erpType, const RuleOptions& options) {
  return look(options.appTypes, erpType);
}
std::string erpTypeOf(const std::string& appType, const RuleOptions& options) {
  return lookBack(options.appTypes, appType);
}
std::string appWorkTypeOf(const std::string& erpText, const RuleOptions& options) {
  return look(options.appWorkTypes, erpText);
}
std::string erpWorkTypeOf(const std::string& appText, const RuleOptions& options) {
  return lookBack(options.appWorkTypes, appText);
}

RuleOptions readOptions(const Section& options, const std::string& zone) {
  const auto is = [&](const char* key, const char* word) { return options.text(key) == word; };
  RuleOptions read;
  read.sendsBlocked = is("blocked_customers", "send");
  read.sendsContacts = is("contacts", "auto");
  read.postalFirst = is("main_address", "postal");
  read.alikeIsSame = is("same_address", "alike");
  read.splitsStreet = options.boolean("split_street");
  read.locationName = readPattern(options, "location_name");
  read.numbersFromApp = is("customer_numbers", "crafter");
  read.defaultType = std::string(trimmed(options.text("default_project_type")));
  read.typesListed = options.boolean("project_types_listed");
  read.appTypes = readMap(options, "project_type_map");
  read.unknownResponsible = is("unknown_responsible", "refuse") ? Doubt::Refuse : Doubt::Leave;
  read.employeesListed = options.boolean("employees_listed");
  read.codesFromApp = is("project_codes", "crafter");
  read.appWorkTypes = readMap(options, "work_type_map");
  for (auto& status : options.list("import_order_status")) read.importStatus.insert(code(unblanked(std::move(status))));
  read.importFrom = readDate(options, "import_orders_from");
  read.exportsOrders = readsExport(options);
  read.unknownArticle = is("unknown_article", "skip") ? Doubt::Leave : Doubt::Refuse;
  read.sendsDifference = is("changed_lines", "difference");
  read.workCode = std::string(trimmed(options.text("work_hours_code")));
  read.travelCode = std::string(trimmed(options.text("travel_hours_code")));
  read.workText = options.text("work_hours_text");
  read.travelText = options.text("travel_hours_text");
  read.hoursDecimals = static_cast<int>(options.integer("hours_decimals"));
  read.rounding = is("hours_rounding", "quarter") ? Rounding::Quarter : Rounding::None;
  read.zone = zone;
  return read;
}

}  // namespace postern::accountview_crafter
