// Flow "projects": projects and the one appointment of each.

#include <algorithm>
#include <charconv>
#include <tuple>

#include "connectors/links/profacto_craftboxx/delivery_week.h"
#include "connectors/links/profacto_craftboxx/lines.h"
#include "connectors/links/profacto_craftboxx/quantities.h"
#include "connectors/links/profacto_craftboxx/rules.h"

namespace postern::profacto_craftboxx {
namespace {

using std::chrono::sys_days;

struct ProjectData {
  Record project;
  std::vector<Record> positions;
};

/// The system's own change day counts where it tells one: our stamp is only the day on which we saw the change.
sys_days changeDay(const Seen& seen, const RuleOptions& options) {
  return seen.record.changed ? *seen.record.changed : localDay(seen.changedAt, options.zone);
}

std::optional<ProjectData> projectInWindow(const std::string& key, const SourceView& erp, const RuleOptions& options,
                                           Clock::Time now) {
  const auto seen = erp.get("project", key);
  if (!seen) return std::nullopt;
  const auto positions = erp.childrenOf("position", key);
  const sys_days oldest = localDay(now, options.zone) - options.window;
  const auto isRecent = [&](const Seen& each) { return changeDay(each, options) >= oldest; };
  if (!isRecent(*seen) && std::none_of(positions.begin(), positions.end(), isRecent)) return std::nullopt;
  ProjectData data{seen->record, {}};
  for (const auto& position : positions) data.positions.push_back(position.record);
  return data;
}

std::string projectTitle(const Record& project) {
  for (const auto* name : {"title", "commission"}) {
    if (auto text = oneLine(project.field(name)); !text.empty()) return text;
  }
  return project.key;
}

std::string positionNumber(const Record& position) {
  if (const auto number = trimmed(position.field("number")); !number.empty()) return std::string(number);
  return position.key.substr(position.key.rfind('/') + 1);
}

/// Positions of the summary in the order of their numbers. Where the site has no process status for positions (the
/// field is not mapped, so no record carries it) all of them belong to it.
std::vector<Record> summarised(std::vector<Record> positions, const RuleOptions& options) {
  std::erase_if(positions, [&](const Record& position) {
    const auto status = position.fields.find("process_status");
    return status != position.fields.end() && !mappedState(status->second, options);
  });
  std::stable_sort(positions.begin(), positions.end(),
                   [](const Record& a, const Record& b) { return naturalLess(positionNumber(a), positionNumber(b)); });
  return positions;
}

/// "1  Empfangstheke / Eiche  2,5 Stk  [A100]"; parts that are empty leave no gap.
std::string positionLine(const Record& position) {
  std::string amount = germanNumber(position.field("quantity"));
  if (const auto unit = oneLine(position.field("unit")); !amount.empty() && !unit.empty()) amount += " " + unit;
  std::string article(trimmed(position.field("article")));
  if (!article.empty()) article = "[" + article + "]";
  std::string line = positionNumber(position);
  for (const auto& part : {oneLine(position.field("text"), " / "), amount, article}) {
    if (!part.empty()) line += "  " + part;
  }
  return line;
}

std::string workInstruction(const Record& project, const std::vector<Record>& positions) {
  std::string text(trimmed(project.field("delivery_info")));
  if (!text.empty() && !positions.empty()) text += "\n\n";
  for (std::size_t i = 0; i < positions.size(); ++i) text += (i == 0 ? "" : "\n") + positionLine(positions[i]);
  return text;
}

/// Articles that the ERP's list does not have are left out: nothing could ever be referred to.
std::map<std::string, std::int64_t> articleAmounts(const std::vector<Record>& positions, const SourceView& erp) {
  std::vector<ArticleQuantity> quantities;
  for (const auto& position : positions) {
    std::string article(trimmed(position.field("article")));
    if (!article.empty()) quantities.emplace_back(std::move(article), position.field("quantity"));
  }
  auto amounts = roundedAmounts(quantities);
  std::erase_if(amounts, [&](const auto& amount) { return !erp.get("article", amount.first); });
  return amounts;
}

/// The group {state, date, all_day}: without a date always "not scheduled", whatever the process status says.
void addTime(Fields& fields, const std::string& state, std::optional<sys_days> day) {
  fields["state"] = day ? state : "UNPLANNED";
  fields["date"] = day ? isoDate(*day) : "";
  if (day) fields["all_day"] = "true";
}

}  // namespace

std::optional<sys_days> deliveryDay(const Record& project, const RuleOptions& options) {
  if (const auto date = parseIsoDate(project.field("delivery_date"))) return date;
  if (!options.weekAsMonday) return std::nullopt;
  return deliveryMonday(project.field("delivery_week"), parseIsoDate(project.field("entered")));
}

std::optional<std::string> mappedState(std::string_view processStatus, const RuleOptions& options) {
  processStatus = trimmed(processStatus);
  int number = 0;
  const char* end = processStatus.data() + processStatus.size();
  const auto read = std::from_chars(processStatus.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < options.threshold) return std::nullopt;
  if (const auto own = options.ownStates.find(number); own != options.ownStates.end()) return own->second;
  if (const auto state = stateOfProcess(number)) return std::string(*state);
  return std::nullopt;
}

Fields sharedValues(const Reference& target, const SourceView& erp, const RuleOptions& options) {
  const auto seen = erp.get("project", target.key);
  if (!seen) return {};
  Fields fields;
  if (target.kind == "project") fields["title"] = projectTitle(seen->record);
  if (target.kind != "appointment") return fields;
  const auto state = mappedState(seen->record.field("process_status"), options);
  if (state) addTime(fields, *state, deliveryDay(seen->record, options));
  return fields;
}

std::optional<Target> deriveProject(const std::string& key, const SourceView& erp, const RuleOptions& options,
                                    Clock::Time now) {
  const auto data = projectInWindow(key, erp, options, now);
  if (!data) return std::nullopt;
  const std::string customer(trimmed(data->project.field("customer")));
  Target target;
  target.fields["title"] = projectTitle(data->project);
  target.fields["project_nr"] = key;
  target.fields["customer"] = customer;
  // Without a customer the app refuses the project, which parks it visibly; a need of "" would wait in silence.
  if (!customer.empty()) target.needs.push_back({"customer", customer});
  return target;
}

std::optional<Target> deriveAppointment(const std::string& key, const SourceView& erp, const RuleOptions& options,
                                        Clock::Time now) {
  if (const auto seen = erp.get("project", key); seen && seen->gone && options.archiveGone) {
    return Target{.fields = {{"state", "ARCHIVED"}}, .needs = {{"project", key}}, .onlyIfThere = true};
  }
  const auto data = projectInWindow(key, erp, options, now);
  if (!data) return std::nullopt;
  const Record& project = data->project;
  const auto state = mappedState(project.field("process_status"), options);
  if (!state) return std::nullopt;
  const auto positions = summarised(data->positions, options);
  const auto amounts = articleAmounts(positions, erp);
  const std::string customer(trimmed(project.field("customer")));

  Target target;
  target.fields["title"] = projectTitle(project);
  target.fields["project"] = key;
  target.fields["address"] = customer.empty() ? std::string() : std::string(kMainPrefix) + customer;
  target.fields["description"] = workInstruction(project, positions);
  target.fields["articles"] = amountsJson(amounts);
  addTime(target.fields, *state, deliveryDay(project, options));
  target.needs.push_back({"project", key});
  if (!customer.empty()) target.needs.push_back({"address", target.fields["address"]});
  for (const auto& amount : amounts) target.needs.push_back({"article", amount.first});
  return target;
}

}  // namespace postern::profacto_craftboxx
