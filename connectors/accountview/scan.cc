#include "connectors/accountview/scan.h"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

/// Rows in the one form they are kept in; a deque, because rows point into it while it grows.
using Storage = std::deque<std::string>;

void warnOfAbsent(const Table& table, const std::vector<ListedRow>& rows, Page& page) {
  std::string absent;
  for (const std::string& name : table.asked()) {
    const bool told =
        std::any_of(rows.begin(), rows.end(), [&](const ListedRow& row) { return row.values.contains(name); });
    if (!told) absent += (absent.empty() ? "" : ", ") + name;
  }
  if (!absent.empty()) page.warnings.push_back(Error{Fault::Reject, &kFieldAbsent, {table.name, absent}, {}, {}});
}

}  // namespace

Listing listingOf(const Table& table) {
  Listing listing;
  listing.object = table.object;
  listing.table = table.name;
  listing.key = table.key;
  listing.fields = table.asked();
  // The sheet names the key of lastKey for these two only.
  listing.keyPages = table.kind == "customer" || table.kind == "project";
  return listing;
}

std::string nextSince(const std::string& seen, const std::string& before, Clock::Time startedAt,
                      const std::string& zone) {
  const std::string latest = isoDate(localDay(startedAt, zone)) + "T23:59:59";
  return std::min(std::max(seen, before), latest);
}

Scanner::Scanner(Api& api, const Layout& layout, ScanOptions options)
    : api_(api), layout_(layout), options_(std::move(options)) {}

Result<Page> Scanner::read(const ScanRequest& request, std::stop_token stop) const {
  const Table* table = layout_.find(request.kind);
  const auto kinds = readKinds();
  if (table == nullptr || std::find(kinds.begin(), kinds.end(), request.kind) == kinds.end())
    return unknownKind(request.kind);
  Page page;
  page.full = true;
  page.last = true;
  page.since = request.since;
  if (!table->on()) return page;

  Listing listing = listingOf(*table);
  const std::string from = changesFrom(request.since, options_.overlap);
  page.full = request.full || table->changed.empty() || from.empty();
  if (!page.full) listing.filters.push_back({table->changed, options_.changedOperator, 'T', foxProLiteral(from)});

  const auto position = request.position.empty() ? std::nullopt : decode(request.position);
  auto listed = listPage(api_, listing, options_.list, position, std::move(stop));
  if (!listed) {
    // What AccountView refuses here may be a name of this kind only: the others go on.
    if (listed.error().fault == Fault::Reject) listed.error().fault = Fault::Retry;
    return tl::unexpected(std::move(listed.error()));
  }
  auto storage = std::make_shared<Storage>();
  std::size_t keyless = 0;
  Position& next = listed->next;
  for (const ListedRow& row : listed->rows) {
    const Fields values = normalized(*table, row.values, options_.site.zone);
    std::string key = keyOf(*table, values);
    if (const auto changed = values.find(table->changed); changed != values.end() && localStamp(changed->second))
      next.changed = std::max(next.changed, changed->second);
    if (key.empty()) {
      ++keyless;
      continue;
    }
    storage->push_back(toJson(values));
    page.rows.push_back({std::move(key), storage->back()});
  }
  if (keyless > 0)
    page.warnings.push_back(Error{Fault::Reject, &kRowWithoutKey, {table->object, std::to_string(keyless)}, {}, {}});
  if (!listed->rows.empty()) warnOfAbsent(*table, listed->rows, page);
  page.storage = std::move(storage);
  page.last = listed->last;
  page.next = page.last ? std::string{} : encode(next);
  page.since = nextSince(next.changed, request.since, request.startedAt, options_.site.zone);
  return page;
}

Result<Record> Scanner::map(std::string_view kind, const Row& row) const {
  const Table* table = layout_.find(kind);
  const auto kinds = readKinds();
  if (table == nullptr || std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return unknownKind(kind);
  try {
    return recordOf(*table, row.key, fieldsFromJson(row.raw), options_.site);
  } catch (const std::invalid_argument&) {
    return fail(Fault::Reject, kUnreadableRow, {table->name, row.key, "-"});
  }
}

}  // namespace postern::accountview
