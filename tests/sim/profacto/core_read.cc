// api_get: tables, fields, query, paging and the odd answers.

#include <algorithm>
#include <charconv>

#include "tests/sim/profacto/core.h"
#include "tests/sim/profacto/text.h"

namespace postern::sim {

using namespace profacto;

namespace {

constexpr std::size_t kSelectionsKept = 8;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t comma = 0; comma != std::string::npos; from = comma + 1) {
    comma = text.find(',', from);
    out.push_back(text.substr(from, comma == std::string::npos ? comma : comma - from));
  }
  return out;
}

// What is no whole number counts as not sent.
std::size_t count(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

Answer denied(std::vector<std::string> names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  Answer answer = Answer::failed("structure_access_denied", "No access to " + list);
  answer.isRead = true;
  answer.refusedNames = std::move(names);
  return answer;
}

}  // namespace

std::string ProfactoSimulator::Core::mainTable(const Call& call) const {
  for (const std::string& set : options.tokens.at(call.client.token)) {
    const bool projects = set == "Integration" && options.integrationReadsProjects;
    const auto& tables = tablesOfSet(projects ? "Projekte" : set);
    if (!tables.empty()) return tables.front();
  }
  return "";
}

bool ProfactoSimulator::Core::mayRead(const Call& call, const std::string& table) const {
  if (options.forbidden.contains(table)) return false;
  const auto& sets = options.tokens.at(call.client.token);
  return std::any_of(sets.begin(), sets.end(), [&](const std::string& set) {
    const bool projects = set == "Integration" && options.integrationReadsProjects;
    const auto& tables = tablesOfSet(projects ? "Projekte" : set);
    return std::find(tables.begin(), tables.end(), table) != tables.end();
  });
}

bool ProfactoSimulator::Core::isRefused(const Table& table, const std::string& field) const {
  const auto column = table.columnNamed(field);
  return !column || table.columns()[*column].locked || options.forbidden.contains(table.name() + '.' + field);
}

Answer ProfactoSimulator::Core::get(const Call& call) {
  const std::string name = call.get("table").empty() ? mainTable(call) : call.get("table");
  Table* table = database.find(name);
  if (table == nullptr || !mayRead(call, name)) return denied({name});

  std::vector<std::size_t> columns;
  std::vector<std::string> refused;
  if (call.get("fields").empty()) {
    for (std::size_t i = 0; i < table->columns().size(); ++i) {
      if (!isRefused(*table, table->columns()[i].name)) columns.push_back(i);
    }
  } else {
    for (const std::string& field : split(call.get("fields"))) {
      if (isRefused(*table, field)) {
        refused.push_back(name + '.' + field);
      } else {
        columns.push_back(*table->columnNamed(field));
      }
    }
  }
  const bool refuses = options.forbiddenAnswer == ProfactoOptions::ForbiddenAnswer::Refuse;
  if (!refused.empty() && refuses) return denied(refused);

  try {
    const std::string text = call.get("query");
    const ParsedQuery query = parseQuery(text, options.bareOrderBy);
    std::vector<std::string> hidden;
    for (const std::string& attribute : query.attributes()) {
      if (isRefused(*table, attribute)) hidden.push_back(name + '.' + attribute);
    }
    if (!hidden.empty()) return denied(hidden);
    Answer answer = page(call, *table, columns, select(*table, text, query));
    answer.refusedNames = refused;
    return answer;
  } catch (const QueryError& error) {
    Answer answer = Answer::failed("query_error", std::string("The query is not valid: ") + error.what());
    answer.isRead = true;
    return answer;
  }
}

const std::vector<Slot>& ProfactoSimulator::Core::select(Table& table, const std::string& text,
                                                         const ParsedQuery& query) {
  Order order;
  for (const auto& term : query.order) order.push_back({*table.columnNamed(term.attribute), term.descending});
  if (query.filter == nullptr) return table.ordered(order);

  // The pages of one list ask the same query again and again.
  std::erase_if(selections_,
                [&](const Selection& kept) { return kept.table == table.name() && kept.version != table.version(); });
  for (const Selection& kept : selections_) {
    if (kept.table == table.name() && kept.query == text && kept.strictFolds == options.strictOperatorsFold) {
      return kept.slots;
    }
  }
  const QueryFilter filter(table, query.filter.get(), options.strictOperatorsFold);
  Selection selection{table.name(), text, options.strictOperatorsFold, 0, {}};
  if (const auto narrow = filter.narrowing()) {
    for (const std::string& value : narrow->texts) {
      for (const Slot slot : table.withText(narrow->column, value)) {
        if (filter.matches(slot)) selection.slots.push_back(slot);
      }
    }
    table.sort(selection.slots, order);
  } else {
    for (const Slot slot : table.ordered(order)) {
      if (filter.matches(slot)) selection.slots.push_back(slot);
    }
  }
  selection.version = table.version();
  if (selections_.size() == kSelectionsKept) selections_.pop_front();
  selections_.push_back(std::move(selection));
  return selections_.back().slots;
}

std::optional<ProfactoSimulator::Odd> ProfactoSimulator::Core::nextOdd(const std::string& table) {
  for (auto plan = odd.begin(); plan != odd.end(); ++plan) {
    if (!plan->table.empty() && plan->table != table) continue;
    const Odd kind = plan->odd;
    if (plan->times > 0 && --plan->times == 0) odd.erase(plan);
    return kind;
  }
  return std::nullopt;
}

Answer ProfactoSimulator::Core::page(const Call& call, Table& table, const std::vector<std::size_t>& columns,
                                     const std::vector<Slot>& found) {
  const auto kind = nextOdd(table.name());
  if (kind == Odd::TruncatedJson || kind == Odd::NoBody) bodyOdd_ = kind;
  const bool pages = !options.ignorePaging && !options.olderVersion;
  const std::size_t limit = pages ? count(call.get("limit")) : 0;
  const std::size_t offset = pages ? count(call.get("offset")) : 0;
  const std::size_t total = kind == Odd::EmptyAnswer ? 0 : found.size();
  const std::size_t begin = std::min(offset, total);
  const std::size_t end = limit == 0 ? total : begin + std::min(limit, total - begin);
  const std::size_t shown = kind == Odd::TooFewRows ? begin + (end - begin) / 2 : end;

  Answer answer;
  answer.isRead = true;
  std::string& out = answer.members;
  out.reserve((shown - begin) * columns.size() * 24 + 256);
  out += ',';
  appendJsonString(out, table.name());
  out += ":[";
  std::vector<Cell> cells;
  for (std::size_t i = begin; i < shown; ++i) {
    if (i > begin) out += ',';
    appendRow(out, table, found[i], columns, cells);
  }
  if (kind == Odd::RowsTwice && shown > begin) {
    out += ',';
    appendRow(out, table, found[begin], columns, cells);
  }
  out += ']';
  if (!options.olderVersion) {
    out += R"(,"records":{"total_in_query":)" + std::to_string(total) + R"(,"offset":)" + std::to_string(offset) +
           R"(,"limit":)" + std::to_string(limit) + R"(,"total_in_page":)" + std::to_string(end - begin) + '}';
  }
  return answer;
}

void ProfactoSimulator::Core::appendRow(std::string& out, const Table& table, Slot slot,
                                        const std::vector<std::size_t>& columns, std::vector<Cell>& cells) const {
  table.unpack(slot, cells);
  out += '{';
  bool first = true;
  for (const std::size_t i : columns) {
    const Column& column = table.columns()[i];
    const Cell& cell = cells[i];
    std::string date;
    if (column.type == Type::Date) {
      const auto* day = std::get_if<std::chrono::sys_days>(&cell);
      date = answerDate(day != nullptr ? std::optional(*day) : std::nullopt, options);
      if (date.empty()) continue;
    }
    if (!first) out += ',';
    first = false;
    appendJsonString(out, column.name);
    out += ':';
    if (const auto* text = std::get_if<std::string_view>(&cell)) {
      appendJsonString(out, *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
      const bool quoted = options.positionNumbersAsText && column.word == "PositionsNr";
      out += quoted ? '"' + std::to_string(*integer) + '"' : std::to_string(*integer);
    } else if (const auto* number = std::get_if<double>(&cell)) {
      appendJsonNumber(out, *number);
    } else if (const auto* flag = std::get_if<bool>(&cell)) {
      out += *flag ? "true" : "false";
    } else {
      out += date;
    }
  }
  out += '}';
}

}  // namespace postern::sim
