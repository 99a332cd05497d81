#include "agent/plan_file.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "agent/private_file.h"
#include "agent/system_message.h"

namespace postern {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

constexpr Message kCannotWrite{"PST-1310",
                               {"the plan {0} cannot be written: {1}", "der Plan {0} lässt sich nicht schreiben: {1}",
                                "het plan {0} kan niet worden geschreven: {1}"},
                               {"name a file in a folder that you may write to",
                                "Nennen Sie eine Datei in einem Ordner, in den Sie schreiben dürfen",
                                "noem een bestand in een map waarin u mag schrijven"}};
constexpr Message kCannotRead{
    "PST-1311",
    {"the plan {0} cannot be read", "der Plan {0} lässt sich nicht lesen", "het plan {0} kan niet worden gelezen"},
    {"name a file that \"postern plan --out FILE\" wrote",
     "Nennen Sie eine Datei, die \"postern plan --out FILE\" schrieb",
     "noem een bestand dat \"postern plan --out FILE\" heeft geschreven"}};
constexpr Message kNoPlan{
    "PST-1312",
    {"{0} is no plan, or not whole", "{0} ist kein Plan oder nicht vollständig",
     "{0} is geen plan of is niet compleet"},
    {"make it anew with \"postern plan --out FILE\"", "Erstellen Sie ihn mit \"postern plan --out FILE\" neu",
     "maak het opnieuw met \"postern plan --out FILE\""}};
constexpr Message kOtherFormat{
    "PST-1313",
    {"the plan {0} has format {1}, but this postern knows format {2}",
     "der Plan {0} hat Format {1}, dieses postern kennt Format {2}",
     "het plan {0} heeft indeling {1}, maar deze postern kent indeling {2}"},
    {"make it anew with this version", "Erstellen Sie ihn mit dieser Version neu", "maak het opnieuw met deze versie"}};

constexpr Text kMakeAnew{"nothing was sent; make a new plan and look at it",
                         "Es wurde nichts gesendet; erstellen Sie einen neuen Plan und sehen Sie ihn an",
                         "er is niets verzonden; maak een nieuw plan en bekijk het"};
constexpr Message kOtherFields{"PST-1314",
                               {"since the plan was made {0} {1} of {2} has changed: {3}",
                                "seit der Erstellung des Plans hat sich {0} {1} von {2} geändert: {3}",
                                "sinds het plan is gemaakt, is {0} {1} van {2} gewijzigd: {3}"},
                               kMakeAnew};
constexpr Message kNotPlanned{"PST-1315",
                              {"the plan does not hold {0} {1} of {2}, which would now change, too: {3}",
                               "im Plan fehlt {0} {1} von {2}, das sich jetzt auch ändern würde: {3}",
                               "in het plan ontbreekt {0} {1} van {2}, dat nu ook zou wijzigen: {3}"},
                              kMakeAnew};
constexpr Message kNoLonger{"PST-1316",
                            {"the plan holds {0} {1} of {2}, which would no longer change: {3}",
                             "der Plan enthält {0} {1} von {2}, das sich nicht mehr ändern würde: {3}",
                             "het plan bevat {0} {1} van {2}, dat niet meer zou wijzigen: {3}"},
                            kMakeAnew};

using Key = std::tuple<std::string, std::string, std::string>;

Key keyOf(const PlannedChange& change) { return {change.system, change.target.kind, change.target.key}; }

using Values = std::map<std::string, std::pair<std::string, std::string>>;

Values valuesOf(const PlannedChange& change) {
  Values values;
  for (const auto& field : change.fields) values[field.name] = {field.from, field.to};
  return values;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Names of the fields that are not the same.
std::vector<std::string> unequal(const PlannedChange& a, const PlannedChange& b) {
  std::vector<std::string> names;
  const auto before = valuesOf(a), after = valuesOf(b);
  for (const auto& [name, value] : before) {
    if (const auto it = after.find(name); it == after.end() || it->second != value) names.push_back(name);
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) names.push_back(name);
  }
  if (a.create != b.create) names.emplace_back("create");
  if (a.takes != b.takes) names.emplace_back("id");
  return names;
}

Error moved(const Message& message, const PlannedChange& change, const std::vector<std::string>& names) {
  return {Fault::Reject, &message, {change.target.kind, change.target.key, change.system, joined(names)}, {}, {}};
}

Error moved(const Message& message, const PlannedChange& change) {
  std::vector<std::string> names;
  for (const auto& field : change.fields) names.push_back(field.name);
  return moved(message, change, names);
}

PlannedChange changeOf(const json& value, const std::string& link) {
  PlannedChange change;
  change.link = link;
  change.system = value.at("system").get<std::string>();
  change.target = {value.at("kind").get<std::string>(), value.at("key").get<std::string>()};
  change.create = value.at("create").get<bool>();
  change.takes = value.value("takes", "");
  for (const auto& [name, field] : value.at("fields").items()) {
    change.fields.push_back({name, field.at("from").get<std::string>(), field.at("to").get<std::string>()});
  }
  return change;
}

}  // namespace

json toJson(const PlannedChange& change) {
  json value{{"system", change.system},
             {"kind", change.target.kind},
             {"key", change.target.key},
             {"create", change.create},
             {"fields", json::object()}};
  for (const auto& field : change.fields) value["fields"][field.name] = {{"from", field.from}, {"to", field.to}};
  if (!change.takes.empty()) value["takes"] = change.takes;
  if (!change.doubt.empty()) value["doubt"] = causeOf(change.doubt, Language::En);
  return value;
}

Result<void> writePlanFile(const std::filesystem::path& file, const PlanFile& plan) {
  json whole{{"format", kFormat},         {"link", plan.link},         {"made", isoStamp(plan.made)},
             {"flow", plan.options.flow}, {"full", plan.options.full}, {"changes", json::array()}};
  for (const auto& change : plan.changes) whole["changes"].push_back(toJson(change));
  // Whatever stands there and is no plain file would be replaced by one: /dev/null, a pipe.
  std::error_code error;
  const auto there = std::filesystem::status(file, error);
  const auto place = std::filesystem::exists(there) ? std::filesystem::canonical(file, error) : file;
  auto temporary = place;
  temporary += ".new";
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    return fail(Fault::Reject, kCannotWrite,
                {file.string(), std::make_error_code(std::errc::invalid_argument).message()});
  }
  if (std::filesystem::exists(temporary, error)) {
    return fail(Fault::Reject, kCannotWrite,
                {file.string(), temporary.string() + ": " + std::make_error_code(std::errc::file_exists).message()});
  }
  try {
    writePrivateFile(place, whole.dump(1, ' ', false, json::error_handler_t::replace) + '\n');
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(Fault::Reject, kCannotWrite, {file.string(), systemMessage(e.code())});
  }
  return {};
}

Result<PlanFile> readPlanFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code ignored;
  if (!stream || std::filesystem::is_directory(file, ignored)) return fail(Fault::Reject, kCannotRead, {file.string()});
  const auto whole = json::parse(stream, nullptr, false);
  try {
    if (const auto format = whole.at("format").get<int>(); format != kFormat) {
      return fail(Fault::Reject, kOtherFormat, {file.string(), std::to_string(format), std::to_string(kFormat)});
    }
    PlanFile plan;
    plan.link = whole.at("link").get<std::string>();
    plan.options = {whole.at("flow").get<std::string>(), whole.at("full").get<bool>()};
    for (const auto& change : whole.at("changes")) plan.changes.push_back(changeOf(change, plan.link));
    return plan;
  } catch (const json::exception&) {
    return fail(Fault::Reject, kNoPlan, {file.string()});
  }
}

std::optional<Error> movedSince(const std::vector<PlannedChange>& planned, const std::vector<PlannedChange>& now) {
  std::map<Key, const PlannedChange*> left;
  for (const auto& change : now) left[keyOf(change)] = &change;
  for (const auto& change : planned) {
    const auto it = left.find(keyOf(change));
    if (it == left.end()) return moved(kNoLonger, change);
    if (const auto names = unequal(change, *it->second); !names.empty()) return moved(kOtherFields, change, names);
    left.erase(it);
  }
  for (const auto& change : now) {
    if (left.contains(keyOf(change))) return moved(kNotPlanned, change);
  }
  return std::nullopt;
}

}  // namespace postern
