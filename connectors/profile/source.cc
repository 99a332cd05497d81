#include "connectors/profile/source.h"

#include <algorithm>
#include <charconv>

#include "connectors/profile/listing.h"
#include "connectors/profile/mapping.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

namespace {

constexpr std::int64_t kMaxPages = 1'000'000;  // a server that never ends its list must not be read for ever
constexpr std::size_t kMaxToken = 8'000;

/// Where a scan stands, as text "<mode> <pages read> <newest stamp in epoch seconds> <token>".
struct Position {
  bool changes = false;  // 'c', else 'f'
  std::int64_t pages = 0;
  std::int64_t newest = 0;
  std::string token;

  std::string text() const {
    return (changes ? "c " : "f ") + std::to_string(pages) + " " + std::to_string(newest) + " " + token;
  }
};

/// nullopt for a text that Position::text did not make.
std::optional<Position> parsePosition(std::string_view text) {
  if (text.size() < 7 || (text[0] != 'c' && text[0] != 'f')) return std::nullopt;
  Position position;
  position.changes = text[0] == 'c';
  const char* end = text.data() + text.size();
  const auto pages = std::from_chars(text.data() + 2, end, position.pages);
  if (pages.ec != std::errc{} || pages.ptr == end) return std::nullopt;
  const auto newest = std::from_chars(pages.ptr + 1, end, position.newest);
  if (newest.ec != std::errc{} || newest.ptr == end) return std::nullopt;
  position.token = std::string(newest.ptr + 1, end);
  return position;
}

std::int64_t seconds(Clock::Time time) { return time.time_since_epoch().count(); }

}  // namespace

ProfileSource::ProfileSource(const Session& session, int pageSize, std::chrono::seconds overlap)
    : session_(session), pageSize_(pageSize), overlap_(overlap) {
  for (const Kind& kind : session.profile().kinds) kinds_.push_back(kind.name);
}

Result<Page> ProfileSource::read(const ScanRequest& request, std::stop_token stop) {
  const Profile& profile = session_.profile();
  const Kind* kind = profile.kind(request.kind);
  if (kind == nullptr) return fail(Fault::Reject, kUnknownKind, {session_.system(), request.kind});

  const auto since = parseStamp(request.since);
  Position position;
  position.changes = !request.full && since && kind->changes && !profile.changesParameter.empty();
  if (auto told = parsePosition(request.position)) position = std::move(*told);
  Query filters;
  if (position.changes && since) filters.emplace_back(profile.changesParameter, isoStamp(*since - overlap_));

  auto listed = readList(session_, *kind, filters, {position.token, pageSize_}, stop);
  if (!listed) return tl::unexpected(std::move(listed.error()));
  ++position.pages;
  if (!listed->next.empty() && (position.pages >= kMaxPages || listed->next.size() > kMaxToken)) {
    return fail(Fault::Retry, kEndless, {session_.system(), kind->path});
  }

  Page page;
  page.storage = listed->storage;
  page.full = !position.changes;
  page.last = listed->next.empty();
  page.rows.reserve(listed->rows.size());
  for (ListedRow& row : listed->rows) page.rows.push_back(Row{std::move(row.id), row.raw});
  for (const std::string& stamp : listed->updated) {
    if (const auto time = parseStamp(stamp)) position.newest = std::max(position.newest, seconds(*time));
  }
  if (listed->withoutId > 0) {
    page.warnings.push_back(Error{
        Fault::Reject, &kRowWithoutId, {session_.system(), kind->path, std::to_string(listed->withoutId)}, {}, {}});
  }
  if (!page.last) {
    position.token = std::move(listed->next);
    page.next = position.text();
    return page;
  }
  // A stamp in the future would hide all changes until then.
  const std::int64_t now = seconds(request.startedAt);
  if (now > 0) position.newest = std::min(position.newest, now);
  page.since = position.newest > 0 ? isoStamp(Clock::Time{std::chrono::seconds{position.newest}}) : request.since;
  return page;
}

Result<Record> ProfileSource::map(std::string_view kind, const Row& row) const {
  const Kind* known = session_.profile().kind(kind);
  if (known == nullptr) return fail(Fault::Reject, kUnknownKind, {session_.system(), std::string(kind)});
  return toRecord(session_.profile(), *known, row);
}

}  // namespace postern::profile
