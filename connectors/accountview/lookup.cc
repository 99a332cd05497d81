#include "connectors/accountview/lookup.h"

#include <algorithm>

#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

constexpr std::size_t kReferenceWidth = 32;  // EXT_ID (documented on ART_HDR)
constexpr std::string_view kLine = "order_line";

std::string textOf(const Fields& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string{} : plainText(found->second);
}

}  // namespace

Lookup::Lookup(Api& api, const Layout& layout, const FieldTypes& types, LookupOptions options)
    : api_(api), layout_(layout), types_(types), options_(std::move(options)) {}

std::size_t Lookup::referenceWidth(const Table& table) const {
  const std::size_t width = typeOf(types_, table.name, table.external, Form::Text).width;
  return width == 0 ? kReferenceWidth : width;
}

std::string Lookup::reference(const Table& table, const std::string& key) const {
  return referenceOf(options_.prefix, key, referenceWidth(table));
}

Filter Lookup::textFilter(const std::string& field, const std::string& value) const {
  return {field, options_.textOperator, 'C', value};
}

Listing Lookup::listing(const Table& table, const std::string& bookDate) const {
  const bool line = table.kind == kLine;
  const Table& header = line ? layout_.at("sales_order") : table;
  Listing out;
  out.object = header.object;
  out.table = header.name;
  out.key = header.key;
  out.bookDate = bookDate;
  // Never by key here: what a filter leaves may be one row of a table whose paging key nobody knows.
  std::vector<std::string> fields = line ? std::vector<std::string>{header.key} : header.asked();
  std::vector<std::string>& own = line ? out.childFields : fields;
  const auto add = [](std::vector<std::string>& names, const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  if (line) {
    out.child = table.name;
    for (const Column& column : table.columns) add(own, column.name);
  }
  add(own, table.external);
  add(own, table.line);
  out.fields = std::move(fields);
  return out;
}

std::string Lookup::lineName(const Fields& line) const {
  const Table& table = layout_.at(kLine);
  return plainNumber(textOf(line, table.line)).value_or(textOf(line, table.external));
}

std::string Lookup::lineId(const std::string& order, const Fields& line) const {
  if (const std::string name = lineName(line); !name.empty()) return order + '/' + name;
  std::string content;
  for (const Column& column : layout_.at(kLine).columns) {
    const std::string text = textOf(line, column.name);
    content += plainValue(column.form, text, options_.zone).value_or(text) + '\n';
  }
  return order + '/' + referenceOf("?", content, 0);
}

void Lookup::addMatches(const Table& table, const ListedRow& row, std::vector<Match>& out) const {
  if (table.kind != kLine) {
    if (std::string key = keyOf(table, row.values); !key.empty()) out.push_back({std::move(key), row.values});
    return;
  }
  const std::string order = keyOf(layout_.at("sales_order"), row.values);
  if (order.empty()) return;
  for (const Fields& line : row.children) out.push_back({lineId(order, line), line});
}

Result<std::vector<Match>> Lookup::matches(const Table& table, const Listing& listing, std::stop_token stop) const {
  auto rows = listAll(api_, listing, options_.list, std::move(stop));
  if (!rows) return tl::unexpected(std::move(rows.error()));
  std::vector<Match> out;
  for (const ListedRow& row : *rows) addMatches(table, row, out);
  const bool line = table.kind == kLine;
  // Rows move between pages while they are read. Lines without a name may be several of the same content.
  std::sort(out.begin(), out.end(), [](const Match& a, const Match& b) {
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
  });
  const auto same = [&](const Match& a, const Match& b) {
    return a.id == b.id && !(line && lineName(a.values).empty());
  };
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
  return out;
}

bool Lookup::holds(const Fields& values, const std::vector<Expected>& expected) const {
  return std::all_of(expected.begin(), expected.end(), [&](const Expected& one) {
    const auto found = values.find(one.name);
    if (found == values.end()) return false;
    const auto plain = plainValue(one.form, found->second, options_.zone);
    // A number nobody entered is zero.
    const std::string there = plain.value_or(found->second);
    return there == one.value || (one.form == Form::Number && one.value.empty() && there == "0");
  });
}

Result<std::vector<Match>> Lookup::byReference(const Table& table, const std::string& reference,
                                               const std::string& bookDate, std::stop_token stop) const {
  Listing question = listing(table, bookDate);
  const bool line = table.kind == kLine;
  question.filters.push_back(textFilter(line ? table.name + '.' + table.external : table.external, reference));
  auto found = matches(table, question, std::move(stop));
  if (!found) return found;
  std::erase_if(*found, [&](const Match& one) { return textOf(one.values, table.external) != reference; });
  return found;
}

Result<std::optional<Match>> Lookup::byKey(const Table& table, const std::string& key, const std::string& bookDate,
                                           std::stop_token stop) const {
  Listing question = listing(table, bookDate);
  question.filters.push_back(textFilter(table.key, plainKey(key)));
  auto found = matches(table, question, std::move(stop));
  if (!found) return tl::unexpected(std::move(found.error()));
  const auto same =
      std::find_if(found->begin(), found->end(), [&](const Match& one) { return one.id == plainKey(key); });
  return same == found->end() ? std::nullopt : std::optional(std::move(*same));
}

Result<std::vector<Match>> Lookup::byContent(const Table& table, const std::vector<Expected>& expected,
                                             const std::string& bookDate, std::stop_token stop) const {
  Listing question = listing(table, bookDate);
  const auto selective = std::find_if(expected.begin(), expected.end(), [](const Expected& one) {
    return (one.form == Form::Text || one.form == Form::Key) && !one.value.empty();
  });
  if (selective == expected.end()) return std::vector<Match>{};
  // The first line of a text: a memo's line breaks need not come back as they were sent.
  question.filters.push_back(textFilter(selective->name, selective->value.substr(0, selective->value.find('\n'))));
  auto found = matches(table, question, std::move(stop));
  if (!found) return found;
  std::erase_if(*found, [&](const Match& one) { return !holds(one.values, expected); });
  return found;
}

Result<std::vector<Match>> Lookup::lines(const std::string& order, const std::string& bookDate,
                                         std::stop_token stop) const {
  Listing question = listing(layout_.at(kLine), bookDate);
  question.filters.push_back(textFilter(layout_.at("sales_order").key, order));
  auto found = matches(layout_.at(kLine), question, std::move(stop));
  if (found) std::erase_if(*found, [&](const Match& one) { return !one.id.starts_with(order + '/'); });
  return found;
}

Result<Lookup::OursPage> Lookup::ours(const Table& table, const std::string& position, const std::string& bookDate,
                                      std::stop_token stop) const {
  OursPage out;
  if (table.external.empty()) return out;
  Listing question = listing(table, bookDate);
  const bool line = table.kind == kLine;
  // A prefix is no whole value: only Contains can ask for it.
  question.filters.push_back(
      {line ? table.name + '.' + table.external : table.external, "Contains", 'C', options_.prefix});
  auto page = listPage(api_, question, options_.list, decode(position), std::move(stop));
  if (!page) return tl::unexpected(std::move(page.error()));
  std::vector<Match> found;
  for (const ListedRow& row : page->rows) addMatches(table, row, found);
  for (Match& one : found) {
    if (auto key = keyOfReference(options_.prefix, textOf(one.values, table.external)))
      out.ours.emplace_back(std::move(*key), std::move(one));
  }
  if (!page->last) out.next = encode(page->next);
  return out;
}

}  // namespace postern::accountview
