#include "connectors/accountview/listing.h"

#include <algorithm>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using nlohmann::json;

namespace {

constexpr int kMostPages = 1000;  // a server that never ends its list must not hold a worker for ever

const json* member(const json& object, const std::string& name) {
  if (!object.is_object()) return nullptr;
  if (const auto exact = object.find(name); exact != object.end()) return &*exact;
  const std::string wanted = upperText(name);
  for (auto it = object.begin(); it != object.end(); ++it)
    if (upperText(it.key()) == wanted) return &*it;
  return nullptr;
}

void addRows(const json& value, std::vector<const json*>& rows) {
  if (value.is_object() && !value.empty()) rows.push_back(&value);
  if (!value.is_array()) return;
  for (const json& row : value)
    if (row.is_object()) rows.push_back(&row);
}

std::string join(const std::string& table, const std::vector<std::string>& fields, std::string list) {
  for (const std::string& field : fields) list += (list.empty() ? "" : ",") + table + '.' + field;
  return list;
}

std::string keyIn(const Listing& listing, const ListedRow& row) {
  const auto found = row.values.find(listing.key);
  return found == row.values.end() ? std::string{} : plainKey(found->second);
}

Result<std::vector<ListedRow>> ask(Api& api, const Listing& listing, const Position& position, int pageSize,
                                   std::stop_token stop) {
  auto answer = api.read(listing.path, parametersOf(listing, position, pageSize), listing.object, std::move(stop));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  std::vector<ListedRow> rows;
  if (answer->is_null()) return rows;
  const auto headers = rowsOf(*answer, listing.table);
  if (!headers) return fail(Fault::Retry, kNoTable, {listing.object, listing.table});
  for (const json* header : *headers) {
    ListedRow row{valuesOf(*header), {}};
    if (!listing.child.empty()) {
      for (const json* child : childrenOf(*answer, *header, listing.table, listing.child))
        row.children.push_back(valuesOf(*child));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool repeats(const Listing& listing, const std::vector<ListedRow>& rows, const Position& before) {
  return before.pages > 0 && !rows.empty() && keyIn(listing, rows.front()) == before.first;
}

}  // namespace

std::optional<std::vector<const json*>> rowsOf(const json& answer, const std::string& table) {
  const json* value = member(answer, table);
  if (value == nullptr) return std::nullopt;
  std::vector<const json*> rows;
  addRows(*value, rows);
  return rows;
}

std::vector<const json*> childrenOf(const json& answer, const json& header, const std::string& headerTable,
                                    const std::string& childTable) {
  std::vector<const json*> rows;
  if (const json* nested = member(header, childTable)) {
    addRows(*nested, rows);
    return rows;
  }
  const json* id = member(header, headerTable + "_Id");
  const auto beside = rowsOf(answer, childTable);
  if (!beside || id == nullptr) return rows;
  for (const json* child : *beside) {
    const json* owner = member(*child, headerTable + "_Id");
    if (owner != nullptr && *owner == *id) rows.push_back(child);
  }
  return rows;
}

Fields valuesOf(const json& row) {
  Fields out;
  for (auto it = row.begin(); it != row.end(); ++it) {
    if (it->is_structured()) continue;
    std::string text;
    if (it->is_string()) text = it->get<std::string>();
    if (it->is_number() || it->is_boolean()) text = it->dump();
    out[upperText(it.key())] = std::move(text);
  }
  return out;
}

std::string encode(const Position& position) {
  return json::array({position.byKey, position.pages, position.first, position.last, position.changed})
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Position> decode(const std::string& text) {
  const json parts = json::parse(text, nullptr, false);
  if (!parts.is_array() || parts.size() != 5 || !parts[0].is_boolean() || !parts[1].is_number_integer())
    return std::nullopt;
  for (std::size_t i = 2; i < 5; ++i)
    if (!parts[i].is_string()) return std::nullopt;
  return Position{parts[0].get<bool>(), parts[1].get<int>(), parts[2].get<std::string>(), parts[3].get<std::string>(),
                  parts[4].get<std::string>()};
}

Parameters parametersOf(const Listing& listing, const Position& position, int pageSize) {
  Parameters out{{"BusinessObject", listing.object}, {"PageSize", std::to_string(pageSize)}};
  std::string fields = join(listing.table, listing.fields, {});
  if (!listing.child.empty()) fields = join(listing.child, listing.childFields, std::move(fields));
  if (!listing.fields.empty()) out.emplace_back("Fields", fields);
  if (!listing.bookDate.empty()) out.emplace_back("BookDate", listing.bookDate);
  int number = 0;
  for (const Filter& filter : listing.filters) {
    const std::string n = std::to_string(++number);
    out.emplace_back("FilterControlSource" + n, filter.field);
    out.emplace_back("FilterOperator" + n, filter.operation);
    out.emplace_back("FilterValueType" + n, std::string(1, filter.type));
    out.emplace_back("FilterValue" + n, filter.value);
    out.emplace_back("FilterIsListOfValues" + n, "false");
  }
  if (!listing.key.empty()) {
    out.emplace_back("SortFields", listing.key);
    out.emplace_back("SortOrder", "Ascending");
  }
  if (position.byKey && position.pages > 0) out.emplace_back("lastKey", position.last);
  if (!position.byKey) out.emplace_back("PageNumber", std::to_string(position.pages + 1));
  return out;
}

Result<Listed> listPage(Api& api, const Listing& listing, const ListOptions& options,
                        const std::optional<Position>& position, std::stop_token stop) {
  Position at = position.value_or(Position{});
  if (!position) at.byKey = options.paging == Paging::LastKey || (options.paging == Paging::Auto && listing.keyPages);
  auto rows = ask(api, listing, at, options.pageSize, stop);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  if (repeats(listing, *rows, at) && options.paging == Paging::Auto) {
    at.byKey = !at.byKey;
    rows = ask(api, listing, at, options.pageSize, stop);
    if (!rows) return tl::unexpected(std::move(rows.error()));
  }
  Listed out;
  if (repeats(listing, *rows, at)) {
    if (rows->size() == static_cast<std::size_t>(options.pageSize))
      return fail(Fault::Retry, kPagingIgnored, {listing.object, std::to_string(options.pageSize)});
    rows->clear();
  }
  if (rows->empty()) {
    out.last = true;
    out.next = at;
    return out;
  }
  out.next = at;
  ++out.next.pages;
  out.next.first = keyIn(listing, rows->front());
  out.next.last = keyIn(listing, rows->back());
  // Without keys nobody could tell a page from the one before.
  if (out.next.first.empty() || out.next.last.empty()) {
    const bool any =
        std::any_of(rows->begin(), rows->end(), [&](const ListedRow& row) { return !keyIn(listing, row).empty(); });
    if (!any) return fail(Fault::Retry, kFieldAbsent, {listing.table, listing.key});
  }
  out.rows = std::move(*rows);
  return out;
}

Result<std::vector<ListedRow>> listAll(Api& api, const Listing& listing, const ListOptions& options,
                                       std::stop_token stop) {
  std::vector<ListedRow> all;
  std::optional<Position> position;
  for (int pages = 0; pages < kMostPages; ++pages) {
    auto page = listPage(api, listing, options, position, stop);
    if (!page) return tl::unexpected(std::move(page.error()));
    all.insert(all.end(), std::make_move_iterator(page->rows.begin()), std::make_move_iterator(page->rows.end()));
    if (page->last) return all;
    position = std::move(page->next);
  }
  return fail(Fault::Retry, kPagingIgnored, {listing.object, std::to_string(options.pageSize)});
}

}  // namespace postern::accountview
