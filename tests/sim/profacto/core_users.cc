// What the ERP's own users do, and the /_sim/ paths that let a test or a demo do it.

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tests/sim/profacto/core.h"
#include "tests/sim/profacto/text.h"

namespace postern::sim {

using namespace profacto;
using Json = nlohmann::ordered_json;

Slot ProfactoSimulator::Core::slot(const std::string& name, const std::string& key) {
  const auto found = table(name).find(key);
  if (!found) throw std::invalid_argument("no record " + name + ' ' + key);
  return *found;
}

void ProfactoSimulator::Core::setFields(const std::string& name, const std::string& key, const Json& fields) {
  Table& target = table(name);
  const Slot record = slot(name, key);
  const auto change = database.changeColumn(target);
  Changes changes;
  bool stamps = change.has_value();
  for (const auto& [field, value] : fields.items()) {
    const std::size_t column = target.column(field);
    changes.emplace_back(column, valueFromJson(target.columns()[column], value));
    if (column == change) stamps = false;
  }
  if (stamps) stamp(target, changes);
  target.update(record, changes);
}

void ProfactoSimulator::Core::insert(const std::string& name, const Json& row) {
  Table& target = table(name);
  const auto change = database.changeColumn(target);
  std::vector<Value> values = target.emptyRow();
  if (change) values[*change] = today();
  for (const auto& [field, value] : row.items()) {
    const std::size_t column = target.column(field);
    values[column] = valueFromJson(target.columns()[column], value);
  }
  target.insert(values);
}

void ProfactoSimulator::Core::erase(const std::string& name, const std::string& key) {
  const Slot record = slot(name, key);
  table(name).erase(record);
}

void ProfactoSimulator::Core::book(const std::string& project, const std::string& position,
                                   const std::string& costSource) {
  Table& positions = table("Auftragspositio");
  const auto status = options.costSourceStatus.find(costSource);
  std::vector<Slot> records;
  if (!position.empty()) {
    records.push_back(slot("Auftragspositio", project + '|' + position));
  } else {
    const std::size_t owner = positions.column("AuftragsNr");
    for (const Slot record : positions.withText(owner, fold(project))) {
      if (positions.text(record, owner) == project) records.push_back(record);
    }
    if (records.empty()) throw std::invalid_argument("no positions of project " + project);
  }
  ++counts.bookedTimes;
  if (status == options.costSourceStatus.end()) return;
  for (const Slot record : records) {
    Changes changes{{positions.column("Prozessstatus"), std::int64_t{status->second}}};
    if (options.sideChangesMoveChangeDate) stamp(positions, changes);
    positions.update(record, changes);
  }
}

void ProfactoSimulator::Core::print(const std::string& project, int processStatus, std::optional<int> documentStatus) {
  Table& projects = table("Auftrag");
  const Slot record = slot("Auftrag", project);
  Changes changes{{projects.column("Prozessstatus"), std::int64_t{processStatus}}};
  if (documentStatus) changes.emplace_back(projects.column("Status"), std::int64_t{*documentStatus});
  if (options.sideChangesMoveChangeDate) stamp(projects, changes);
  projects.update(record, changes);
}

namespace {

template <typename Enum>
Enum choose(const Json& value, std::initializer_list<std::pair<const char*, Enum>> names) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return value == entry.first; });
  if (found == names.end()) throw std::invalid_argument("no such choice: " + value.dump());
  return found->second;
}

ProfactoSimulator::Odd oddOf(const Json& value) {
  using Odd = ProfactoSimulator::Odd;
  return choose<Odd>(value, {{"TruncatedJson", Odd::TruncatedJson},
                             {"EmptyAnswer", Odd::EmptyAnswer},
                             {"TooFewRows", Odd::TooFewRows},
                             {"RowsTwice", Odd::RowsTwice},
                             {"NoBody", Odd::NoBody}});
}

Response jsonResponse(const Json& json, int status = 200) {
  Response response;
  response.status = status;
  response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

std::string parameter(const Request& request, const std::string& name) {
  for (const auto& [key, value] : request.parameters()) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

/// Names and choices are those of ProfactoOptions; only what a demo or a shell test wants to turn.
void ProfactoSimulator::Core::setMode(const std::string& name, const Json& value) {
  using O = ProfactoOptions;
  const std::map<std::string, bool O::*> switches = {{"ignorePaging", &O::ignorePaging},
                                                     {"olderVersion", &O::olderVersion},
                                                     {"separateWriteSets", &O::separateWriteSets},
                                                     {"strictOperatorsFold", &O::strictOperatorsFold},
                                                     {"bareOrderBy", &O::bareOrderBy},
                                                     {"positionNumbersAsText", &O::positionNumbersAsText},
                                                     {"updateCreatesAnyway", &O::updateCreatesAnyway},
                                                     {"sideChangesMoveChangeDate", &O::sideChangesMoveChangeDate}};
  if (const auto found = switches.find(name); found != switches.end()) {
    options.*found->second = value.get<bool>();
  } else if (name == "clients") {
    options.clients = value.get<int>();
  } else if (name == "addOnAccesses") {
    options.addOnAccesses = value.get<int>();
  } else if (name == "slowness_ms") {
    options.slowness = std::chrono::milliseconds(value.get<int>());
  } else if (name == "zone") {
    zoneOffset(value.get<std::string>(), {});  // throws if unknown
    options.zone = value.get<std::string>();
  } else if (name == "forbidden") {
    options.forbidden = value.get<std::set<std::string>>();
  } else if (name == "tokenAnswer") {
    options.tokenAnswer =
        choose<O::TokenAnswer>(value, {{"Json", O::TokenAnswer::Json}, {"Html", O::TokenAnswer::Html}});
  } else if (name == "licenceAnswer") {
    options.licenceAnswer = choose<O::LicenceAnswer>(
        value,
        {{"Json", O::LicenceAnswer::Json}, {"Redirect", O::LicenceAnswer::Redirect}, {"Html", O::LicenceAnswer::Html}});
  } else if (name == "forbiddenAnswer") {
    options.forbiddenAnswer = choose<O::ForbiddenAnswer>(
        value, {{"Refuse", O::ForbiddenAnswer::Refuse}, {"LeaveOut", O::ForbiddenAnswer::LeaveOut}});
  } else if (name == "dateForm") {
    options.dateForm = choose<O::DateForm>(value, {{"Short", O::DateForm::Short},
                                                   {"UtcLong", O::DateForm::UtcLong},
                                                   {"LocalLong", O::DateForm::LocalLong},
                                                   {"FakeUtcLong", O::DateForm::FakeUtcLong}});
  } else if (name == "emptyDate") {
    options.emptyDate = choose<O::EmptyDate>(value, {{"EmptyText", O::EmptyDate::EmptyText},
                                                     {"Null", O::EmptyDate::Null},
                                                     {"Zero", O::EmptyDate::Zero},
                                                     {"ZeroLong", O::EmptyDate::ZeroLong},
                                                     {"Missing", O::EmptyDate::Missing}});
  } else if (name == "writeDate") {
    options.writeDate = choose<O::WriteDate>(value, {{"Iso", O::WriteDate::Iso},
                                                     {"DayMonthYear2", O::WriteDate::DayMonthYear2},
                                                     {"DayMonthYear4", O::WriteDate::DayMonthYear4}});
  } else if (name == "charset") {
    options.charset = choose<O::Charset>(value, {{"Utf8", O::Charset::Utf8},
                                                 {"Windows1252", O::Charset::Windows1252},
                                                 {"Windows1252Silent", O::Charset::Windows1252Silent}});
  } else if (name == "modeSpelling") {
    options.modeSpelling =
        choose<O::ModeSpelling>(value, {{"Words", O::ModeSpelling::Words}, {"Numbers", O::ModeSpelling::Numbers}});
  } else {
    throw std::invalid_argument("no such option: " + name);
  }
}

std::optional<Response> ProfactoSimulator::Core::control(const Request& request) {
  static constexpr std::array<const char*, 10> kPaths = {"insert", "edit",  "erase", "dump", "clock",
                                                         "book",   "print", "odd",   "slot", "mode"};
  const std::string action = request.path.substr(std::min(request.path.size(), std::string("/_sim/").size()));
  if (std::find(kPaths.begin(), kPaths.end(), action) == kPaths.end()) return std::nullopt;
  if (request.method != (action == "dump" ? "GET" : "POST")) return jsonResponse({{"error", "wrong HTTP method"}}, 405);
  try {
    if (action == "dump") {
      Table& wanted = table(parameter(request, "table"));
      const std::string limit = parameter(request, "limit"), offset = parameter(request, "offset");
      const auto& all = wanted.ordered({});
      const std::size_t begin = offset.empty() ? 0 : std::min(all.size(), std::size_t{std::stoul(offset)});
      const std::size_t end = limit.empty() ? all.size() : std::min(all.size(), begin + std::stoul(limit));
      Json out = Json::array();
      for (std::size_t i = begin; i < end; ++i) out.push_back(toJson(wanted, all[i]));
      return jsonResponse(out);
    }
    const Json body = Json::parse(request.body);
    const auto text = [&](const char* name) { return body.value(name, std::string()); };
    if (action == "insert") insert(text("table"), body.at("row"));
    if (action == "edit") setFields(text("table"), text("key"), body.at("fields"));
    if (action == "erase") erase(text("table"), text("key"));
    if (action == "clock") advanced += std::chrono::seconds(body.at("advance_s").get<std::int64_t>());
    if (action == "book") book(text("project"), text("position"), body.value("costsource", std::string("300")));
    if (action == "print") {
      const bool document = body.contains("document_status");
      print(text("project"), body.at("status").get<int>(),
            document ? std::optional(body.at("document_status").get<int>()) : std::nullopt);
    }
    if (action == "odd") odd.push_back({oddOf(body.at("kind")), body.value("times", 1), text("table")});
    if (action == "slot") slots.occupy({body.at("token"), body.at("ip")}, now(), options);
    if (action == "mode") {
      for (const auto& [name, value] : body.items()) setMode(name, value);
    }
    return jsonResponse({{"ok", true}});
  } catch (const std::exception& error) {
    return jsonResponse({{"error", error.what()}}, 400);
  }
}

}  // namespace postern::sim
