#include "connectors/craftboxx/sink.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {

using nlohmann::json;

namespace {

constexpr int kMaxLookupPages = 1000;  // a server that never ends its list must not hold a worker for ever
constexpr std::size_t kMaxQueryBytes = 6000;
constexpr char kUnordered = 'u';

constexpr std::array<std::string_view, 3> kSchedule{"state", "date", "all_day"};

constexpr std::array<std::string_view, 1> kOwner{"customer"};  // projects cannot be moved (sheet 5.3)
constexpr std::array<std::string_view, 1> kFolder{"project"};  // nor can assignments (sheet 5.4)

constexpr std::array<SinkKind, 5> kKinds{{
    {"article", 0, {}, {}},
    {"customer", 0, {}, {}},
    {"address", 1, {}, {}},
    {"project", 1, {}, kOwner},
    {"appointment", 2, kSchedule, kFolder},
}};

/// Numbers by value, so that 9 comes before 10.
bool lowerId(const Found& a, const Found& b) {
  return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
}

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Statuses with which a server may answer a parameter it does not understand.
bool refusesForm(int status) { return status == 422 || status == 500 || status == 400; }

std::string textOf(const json& row, const char* name) {
  const auto member = row.find(name);
  return member != row.end() && member->is_string() ? member->get<std::string>() : std::string{};
}

/// How many of `keys` fit into one query.
std::size_t thatFit(std::span<const std::string> keys) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < keys.size() && (count == 0 || bytes < kMaxQueryBytes)) {
    bytes += 30 + 3 * keys[count].size();
    ++count;
  }
  return count;
}

}  // namespace

CraftboxxSink::CraftboxxSink(Session& session, const Site& site, ListStyle style, bool plain)
    : session_(session), site_(site), style_(std::move(style)), lookup_(plain ? Lookup::Plain : Lookup::Unproven) {}

std::span<const SinkKind> sinkKinds() { return kKinds; }

std::span<const SinkKind> CraftboxxSink::kinds() const { return kKinds; }

tl::unexpected<Error> CraftboxxSink::unknownKind(std::string_view kind) const {
  return fail(Fault::Reject, kUnknownKind, {session_.system(), std::string(kind)});
}

Result<Settled> CraftboxxSink::push(const Change& change, std::stop_token stop) {
  const Resource* resource = resourceOf(change.kind);
  if (resource == nullptr) return unknownKind(change.kind);
  json present;
  if (needsPresent(*resource, change)) {
    auto read = presentOf(*resource, change.id, stop);
    if (!read) return tl::unexpected(std::move(read.error()));
    present = std::move(*read);
  }
  auto body = requestBody(*resource, change, site_, present.is_object() ? &present : nullptr);
  if (!body) return tl::unexpected(std::move(body.error()));

  const bool create = change.id.empty();
  const Purpose purpose = create ? Purpose::Create : Purpose::Update;
  Call call{create ? "POST" : "PUT", resource->path, {}, std::move(*body)};
  if (!create) call.path += "/" + percentEncode(change.id);
  auto answer = session_.send(std::move(call), purpose, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (auto error = session_.failure(*answer, purpose, {change.kind, change.key})) {
    return tl::unexpected(std::move(*error));
  }
  return settle(*resource, change, *answer);
}

Result<json> CraftboxxSink::presentOf(const Resource& resource, const std::string& id, std::stop_token stop) {
  // The list, because only there it is documented that relations can be loaded.
  auto listed = readList(session_, resource, style_, {{"id", id}}, 1, std::move(stop));
  if (!listed) return tl::unexpected(std::move(listed.error()));
  for (const ListedRow& row : listed->rows) {
    if (row.id == id) return json::parse(row.raw, nullptr, false);
  }
  return json();
}

Result<Settled> CraftboxxSink::settle(const Resource& resource, const Change& change,
                                      const HttpResponse& answer) const {
  const auto uncertain = [&] {
    return fail(Fault::Unknown, kUncertain,
                {session_.system(), change.kind, change.key, std::to_string(answer.status)});
  };
  Settled settled{change.id, {}};
  if (!isBlank(answer.body)) {
    const json parsed = json::parse(answer.body, nullptr, false);
    if (parsed.is_discarded()) return uncertain();
    const json* row = &parsed;
    if (parsed.is_object() && parsed.contains("data")) row = &parsed["data"];
    if (row->is_object()) {
      if (settled.id.empty()) settled.id = idOf(*row);
      settled.answered = answeredFields(resource, *row, site_);
    }
  }
  // Stored, but under which id is only known after a look-up.
  if (settled.id.empty()) return uncertain();
  return settled;
}

std::optional<Found> CraftboxxSink::ours(const Resource& resource, const ListedRow& row) const {
  const json parsed = json::parse(row.raw, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  if (textOf(parsed, "source") != site_.source) return std::nullopt;
  std::string key = textOf(parsed, "source_external_id");
  if (key.empty()) return std::nullopt;
  Found found{std::move(key), row.id, answeredFields(resource, parsed, site_)};
  found.points = pointsOf(resource, parsed, found.fields);
  return found;
}

Result<std::vector<Found>> CraftboxxSink::find(std::string_view kind, const std::vector<std::string>& keys,
                                               std::stop_token stop) {
  const Resource* resource = resourceOf(kind);
  if (resource == nullptr) return unknownKind(kind);

  std::vector<Found> found;
  const std::span<const std::string> all(keys);
  std::size_t at = 0;
  while (at < all.size() && lookup_ != Lookup::Plain) {
    const auto some = all.subspan(at, thatFit(all.subspan(at)));
    auto part = findList(*resource, some, stop);
    if (!part) return tl::unexpected(std::move(part.error()));
    if (*part && (*part)->empty() && lookup_ == Lookup::Unproven) {
      // Nothing found may mean "not there" or "form not understood"; the second would double every record.
      auto works = listFormWorks(kind, stop);
      if (!works) return tl::unexpected(std::move(works.error()));
      if (works->has_value()) lookup_ = **works ? Lookup::List : Lookup::Plain;
      if (lookup_ == Lookup::Plain) part->reset();
    }
    if (!*part) break;
    if (!(*part)->empty()) lookup_ = Lookup::List;
    found.insert(found.end(), std::make_move_iterator((*part)->begin()), std::make_move_iterator((*part)->end()));
    at += some.size();
  }
  if (at < all.size()) {
    auto rest = findPlain(*resource, all.subspan(at), stop);
    if (!rest) return rest;
    lookup_ = Lookup::Plain;
    found.insert(found.end(), std::make_move_iterator(rest->begin()), std::make_move_iterator(rest->end()));
  }
  std::sort(found.begin(), found.end(), lowerId);
  // Rows move between pages while they are read.
  found.erase(std::unique(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.id == b.id; }),
              found.end());
  return found;
}

Result<std::optional<std::vector<Found>>> CraftboxxSink::findList(const Resource& resource,
                                                                  std::span<const std::string> keys,
                                                                  std::stop_token stop) {
  Query filters{{"source[]", site_.source}};
  for (const std::string& key : keys) filters.emplace_back("source_external_id[]", key);

  std::vector<Found> found;
  for (int page = 1; page <= kMaxLookupPages; ++page) {
    int status = 0;
    auto listed = readList(session_, resource, style_, filters, page, stop, &status);
    if (!listed && refusesForm(status)) return std::nullopt;
    if (!listed) return tl::unexpected(std::move(listed.error()));
    for (const ListedRow& row : listed->rows) {
      auto record = ours(resource, row);
      const bool asked = record && std::find(keys.begin(), keys.end(), record->key) != keys.end();
      if (!asked) return std::nullopt;
      found.push_back(std::move(*record));
    }
    if (listed->last) return found;
  }
  return fail(Fault::Retry, kShortPage, {session_.system(), resource.path, std::to_string(kMaxLookupPages)});
}

Result<std::vector<Found>> CraftboxxSink::findPlain(const Resource& resource, std::span<const std::string> keys,
                                                    std::stop_token stop) {
  std::vector<Found> found;
  for (const std::string& key : keys) {
    auto some = findOne(resource, key, stop);
    if (!some) return some;
    found.insert(found.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
  }
  return found;
}

Result<std::vector<Found>> CraftboxxSink::findOne(const Resource& resource, const std::string& key,
                                                  std::stop_token stop) {
  // '_' and '%' of a key act as placeholders here, so more may come back than was meant.
  const Query filters{{"source", site_.source}, {"source_external_id", key}};
  std::vector<Found> found;
  for (int page = 1; page <= kMaxLookupPages; ++page) {
    auto listed = readList(session_, resource, style_, filters, page, stop);
    if (!listed) return tl::unexpected(std::move(listed.error()));
    for (const ListedRow& row : listed->rows) {
      auto record = ours(resource, row);
      if (record && record->key == key) found.push_back(std::move(*record));
    }
    if (listed->last) return found;
  }
  return fail(Fault::Retry, kShortPage, {session_.system(), resource.path, std::to_string(kMaxLookupPages)});
}

Result<std::optional<bool>> CraftboxxSink::listFormWorks(std::string_view kind, std::stop_token stop) {
  const Resource* resource = resourceOf(kind);
  if (resource == nullptr) return unknownKind(kind);
  auto any = readList(session_, *resource, style_, {{"source", site_.source}}, 1, stop);
  if (!any) return tl::unexpected(std::move(any.error()));
  for (const ListedRow& row : any->rows) {
    const auto record = ours(*resource, row);
    if (!record) continue;
    auto found = findList(*resource, std::span(&record->key, 1), stop);
    if (!found) return tl::unexpected(std::move(found.error()));
    return std::optional<bool>(*found && !(*found)->empty());
  }
  return std::optional<bool>{};
}

Result<ListedPage> CraftboxxSink::readById(const Resource& resource, const Query& filters, Place& place,
                                           std::stop_token stop) {
  int status = 0;
  if (place.ordered) {
    Query ordered = filters;
    ordered.emplace_back("order_by", "id");
    ordered.emplace_back("order_direction", "asc");
    auto listed = readList(session_, resource, style_, ordered, place.page, stop, &status);
    // Later on it is a failure like any other: pages of two orders would leave records out.
    if (listed || place.page > 1 || !refusesForm(status)) return listed;
    place.ordered = false;
  }
  return readList(session_, resource, style_, filters, place.page, std::move(stop));
}

CraftboxxSink::Place CraftboxxSink::Place::parse(std::string_view position) {
  Place place;
  if (position.starts_with(kUnordered)) {
    place.ordered = false;
    position.remove_prefix(1);
  }
  std::from_chars(position.data(), position.data() + position.size(), place.page);
  place.page = std::max(place.page, 1);
  return place;
}

std::string CraftboxxSink::Place::next() const {
  return (ordered ? std::string() : std::string(1, kUnordered)) + std::to_string(page + 1);
}

Result<FoundPage> CraftboxxSink::list(std::string_view kind, const std::string& position, std::stop_token stop) {
  const Resource* resource = resourceOf(kind);
  if (resource == nullptr) return unknownKind(kind);
  Place place = Place::parse(position);
  // The plain form: whether the server understands the other is not known here, and who finds nothing doubles
  // everything.
  auto listed = readById(*resource, {{"source", site_.source}}, place, std::move(stop));
  if (!listed) return tl::unexpected(std::move(listed.error()));
  FoundPage result;
  for (const ListedRow& row : listed->rows) {
    if (auto record = ours(*resource, row)) result.found.push_back(std::move(*record));
  }
  if (!listed->last) result.next = place.next();
  return result;
}

Result<FoundPage> CraftboxxSink::strangers(std::string_view kind, const std::string& position, std::stop_token stop) {
  const Resource* resource = resourceOf(kind);
  if (resource == nullptr) return unknownKind(kind);
  Place place = Place::parse(position);
  auto listed = readById(*resource, {}, place, std::move(stop));
  if (!listed) return tl::unexpected(std::move(listed.error()));
  FoundPage result;
  for (const ListedRow& row : listed->rows) {
    if (ours(*resource, row)) continue;
    const json parsed = json::parse(row.raw, nullptr, false);
    if (!parsed.is_object()) continue;
    Found record{{}, row.id, answeredFields(*resource, parsed, site_)};
    record.points = pointsOf(*resource, parsed, record.fields);
    // A key without a source, or the other way round, is nobody's.
    if (const auto owner = textOf(parsed, "source");
        owner != site_.source && !textOf(parsed, "source_external_id").empty())
      record.owner = owner;
    record.changed = parseStamp(row.updated);
    result.found.push_back(std::move(record));
  }
  if (!listed->last) result.next = place.next();
  return result;
}

}  // namespace postern::craftboxx
