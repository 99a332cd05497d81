#include "connectors/craftboxx/source.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {

namespace {

constexpr std::array<std::string_view, 5> kKinds{"project", "appointment", "customer", "address", "article"};

/// Where a scan stands, as text "<mode> <page> <newest stamp in epoch seconds>".
struct Position {
  enum class Mode : char {
    Changes = 'c',    // newest change first
    ById = 'f',       // everything, ordered by id: new records come last and move no others
    Unordered = 'u',  // everything, on a server that refuses the order
  };
  Mode mode = Mode::ById;
  int page = 1;
  std::int64_t newest = 0;

  std::string text() const {
    return std::string(1, static_cast<char>(mode)) + " " + std::to_string(page) + " " + std::to_string(newest);
  }
};

/// nullopt for a text that Position::text did not make.
std::optional<Position> parsePosition(std::string_view text) {
  Position position;
  if (text.size() < 5 || (text[0] != 'c' && text[0] != 'f' && text[0] != 'u')) return std::nullopt;
  position.mode = Position::Mode{text[0]};
  const char* end = text.data() + text.size();
  const auto page = std::from_chars(text.data() + 2, end, position.page);
  if (page.ec != std::errc{} || page.ptr == end || position.page < 1) return std::nullopt;
  const auto newest = std::from_chars(page.ptr + 1, end, position.newest);
  if (newest.ec != std::errc{}) return std::nullopt;
  return position;
}

Query orderFor(Position::Mode mode) {
  if (mode == Position::Mode::Changes) return {{"order_by", "updated_at"}, {"order_direction", "desc"}};
  if (mode == Position::Mode::ById) return {{"order_by", "id"}, {"order_direction", "asc"}};
  return {};
}

std::int64_t seconds(Clock::Time time) { return time.time_since_epoch().count(); }

}  // namespace

CraftboxxSource::CraftboxxSource(Session& session, const Site& site, ListStyle style, std::chrono::seconds overlap)
    : session_(session), site_(site), style_(std::move(style)), overlap_(overlap) {}

std::span<const std::string_view> CraftboxxSource::kinds() const { return kKinds; }

Result<Page> CraftboxxSource::read(const ScanRequest& request, std::stop_token stop) {
  const Resource* resource = resourceOf(request.kind);
  if (resource == nullptr) return fail(Fault::Reject, kUnknownKind, {session_.system(), request.kind});

  const auto since = parseStamp(request.since);
  Position position;
  position.mode = request.full || !since ? Position::Mode::ById : Position::Mode::Changes;
  if (const auto told = parsePosition(request.position)) position = *told;

  Page page;
  int status = 0;
  auto listed = readList(session_, *resource, style_, orderFor(position.mode), position.page, stop, &status);
  if (!listed && position.page == 1 && (status == 422 || status == 500 || status == 400)) {
    if (position.mode == Position::Mode::Changes) {
      page.warnings.push_back(Error{Fault::Reject, &kNoChangeOrder, {session_.system(), resource->path}, {}, {}});
    }
    position.mode = Position::Mode::Unordered;
    listed = readList(session_, *resource, style_, {}, position.page, stop);
  }
  if (!listed) return tl::unexpected(std::move(listed.error()));

  page.storage = listed->storage;
  page.rows.reserve(listed->rows.size());
  std::optional<Clock::Time> lastStamp;
  for (ListedRow& row : listed->rows) {
    lastStamp = parseStamp(row.updated);
    if (lastStamp) position.newest = std::max(position.newest, seconds(*lastStamp));
    page.rows.push_back(Row{std::move(row.id), row.raw});
  }
  if (listed->withoutId > 0) {
    page.warnings.push_back(Error{
        Fault::Reject, &kRowWithoutId, {session_.system(), resource->path, std::to_string(listed->withoutId)}, {}, {}});
  }

  page.full = position.mode != Position::Mode::Changes;
  page.last = listed->last || (!page.full && since && lastStamp && *lastStamp < *since - overlap_);
  if (!page.last) {
    ++position.page;
    page.next = position.text();
    return page;
  }
  // A stamp in the future would hide all changes until then.
  const std::int64_t now = seconds(request.startedAt);
  if (now > 0) position.newest = std::min(position.newest, now);
  page.since = position.newest > 0 ? isoStamp(Clock::Time{std::chrono::seconds{position.newest}}) : request.since;
  return page;
}

Result<Record> CraftboxxSource::map(std::string_view kind, const Row& row) const {
  const Resource* resource = resourceOf(kind);
  if (resource == nullptr) return fail(Fault::Reject, kUnknownKind, {session_.system(), std::string(kind)});
  auto record = toRecord(*resource, row.raw, site_);
  if (!record) record.error().args.back() = row.key;
  return record;
}

}  // namespace postern::craftboxx
