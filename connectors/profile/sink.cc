#include "connectors/profile/sink.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/hash.h"
#include "connectors/profile/error_list.h"
#include "connectors/profile/mapping.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr int kMaxLookupPages = 1000;
constexpr int kMaxListPages = 1'000'000;
/// After this long the same change gets another Idempotency-Key: a server that keeps its answers must not go on
/// answering for an item that was deleted, or with a refusal whose cause is mended.
constexpr std::chrono::minutes kKeyLasts{10};
constexpr std::array<std::string_view, 5> kErrorFields{"entity", "id", "operation", "code", "message"};

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string hex(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : hash) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

bool namesExternalId(const Operation& operation) { return operation.path.find("{external_id}") != std::string::npos; }

bool canClaim(const Profile& profile) { return !profile.claimMember.empty() || !namesExternalId(profile.update); }

/// The item of an answer; nullopt when it is no JSON object.
std::optional<json> itemOf(const Profile& profile, std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  const json* item = memberAt(parsed, profile.wrapper);
  if (item == nullptr || !item->is_object()) return std::nullopt;
  return *item;
}

/// Fields of `change` that somebody changed since it was decided: they hold neither Change::base nor the value to
/// write.
bool wasChanged(const Change& change, const Fields& held) {
  return std::ranges::any_of(change.fields, [&](const auto& field) {
    const auto base = change.base.find(field.first);
    const auto now = held.find(field.first);
    return base != change.base.end() && now != held.end() && now->second != base->second && now->second != field.second;
  });
}

}  // namespace

SinkTable::SinkTable(const Profile& profile) {
  lists.reserve(2 * profile.kinds.size());
  for (const Kind& kind : profile.kinds) {
    if (!kind.writes) continue;
    SinkKind row{kind.name, kind.rank};
    row.together = lists.emplace_back(kind.together.begin(), kind.together.end());
    row.createOnly = lists.emplace_back(kind.createOnly.begin(), kind.createOnly.end());
    row.refusalsPass = kind.refusalsPass;
    kinds.push_back(row);
  }
  if (!profile.errorList.kind.empty()) {
    SinkKind row{profile.errorList.kind, profile.errorList.rank, kErrorFields};
    row.errorList = true;
    kinds.push_back(row);
  }
  std::ranges::stable_sort(kinds, {}, &SinkKind::rank);
}

ProfileSink::ProfileSink(const Session& session, int pageSize)
    : session_(session), pageSize_(pageSize), table_(session.profile()) {}

const Kind* ProfileSink::written(std::string_view kind) const {
  const Kind* found = session_.profile().kind(kind);
  return found != nullptr && found->writes ? found : nullptr;
}

bool ProfileSink::isErrorList(std::string_view kind) const {
  const std::string& own = session_.profile().errorList.kind;
  return !own.empty() && kind == own;
}

tl::unexpected<Error> ProfileSink::unknownKind(std::string_view kind) const {
  return fail(Fault::Reject, kUnknownKind, {session_.system(), std::string(kind)});
}

Result<Settled> ProfileSink::push(const Change& change, std::stop_token stop) {
  if (isErrorList(change.kind)) return pushError(session_, change, stop);
  const Kind* kind = written(change.kind);
  if (kind == nullptr) return unknownKind(change.kind);
  return change.id.empty() ? create(*kind, change, stop) : update(*kind, change, stop);
}

Call ProfileSink::callOf(const Operation& operation, const Kind& kind, const Change& change, const std::string& version,
                         ordered_json body) const {
  const Profile& profile = session_.profile();
  const std::string external = externalId(kind, change.key);
  if (!namesExternalId(operation)) body[profile.externalId.front()] = external;
  Call call{operation.method,
            fillPath(operation.path, {{"path", kind.path}, {"id", change.id}, {"external_id", external}}),
            {},
            body.dump(-1, ' ', false, ordered_json::error_handler_t::replace),
            {}};
  if (!profile.matchHeader.empty() && !version.empty()) {
    call.headers.emplace_back(profile.matchHeader, '"' + version + '"');
  }
  if (!profile.idempotencyHeader.empty()) {
    // The version, too: what is written back to an earlier value is not the call that wrote it then.
    const auto age = session_.clock().now().time_since_epoch() / kKeyLasts;
    const std::string content =
        call.method + '\n' + call.path + '\n' + version + '\n' + std::to_string(age) + '\n' + call.body;
    call.headers.emplace_back(profile.idempotencyHeader, hex(Hasher{}(content)));
  }
  return call;
}

Result<HttpResponse> ProfileSink::write(Call call, Purpose purpose, const Change& change, std::stop_token stop) const {
  const std::size_t most = session_.profile().maxBody;
  if (most > 0 && call.body.size() > most) {
    return fail(Fault::Reject, kTooLarge, {session_.system(), change.kind, change.key});
  }
  return session_.send(std::move(call), purpose, stop);
}

Result<Settled> ProfileSink::create(const Kind& kind, const Change& change, std::stop_token stop) const {
  const Profile& profile = session_.profile();
  auto members = membersOf(profile, kind, change, session_.system());
  if (!members) return tl::unexpected(std::move(members.error()));
  auto answer = write(callOf(profile.create, kind, change, {}, std::move(*members)), Purpose::Create, change, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (auto error = session_.failure(*answer, Purpose::Create, {change.kind, change.key})) {
    return tl::unexpected(std::move(*error));
  }
  return settle(kind, change, *answer);
}

Result<json> ProfileSink::present(const Kind& kind, const Change& change, std::stop_token stop) const {
  const Profile& profile = session_.profile();
  const std::string path = fillPath(profile.readPath, {{"path", kind.path}, {"id", change.id}});
  auto answer = session_.send({"GET", path, {}, {}, {}}, Purpose::Read, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (session_.isAbsent(*answer)) {
    return fail(Fault::Gone, kGone, {session_.system(), change.kind, change.key}, session_.words(answer->body));
  }
  if (auto error = session_.failure(*answer, Purpose::Read, {kind.path, {}})) return tl::unexpected(std::move(*error));
  auto item = itemOf(profile, answer->body);
  if (!item || textAt(*item, profile.id) != change.id) {
    return fail(Fault::Retry, kUnreadable, {session_.system(), kind.path});
  }
  return std::move(*item);
}

Result<Call> ProfileSink::updateCall(const Kind& kind, const Change& change, const json& item) const {
  const Profile& profile = session_.profile();
  auto members = membersOf(profile, kind, change, session_.system());
  if (!members) return tl::unexpected(std::move(members.error()));
  ordered_json body = profile.whole ? wholeItem(profile, kind, item, *members) : std::move(*members);
  const std::string carried = textAt(item, profile.externalId);
  if (carried != externalId(kind, change.key)) {
    const bool may = canClaim(profile) && (change.claim || carried.empty());
    if (!may) return fail(Fault::Reject, kCannotClaim, {session_.system(), change.kind, change.key});
    if (!profile.claimMember.empty())
      body[profile.claimMember] = ordered_json::parse(memberAt(item, profile.id)->dump());
  }
  return callOf(profile.update, kind, change, textAt(item, profile.version), std::move(body));
}

Result<Settled> ProfileSink::update(const Kind& kind, const Change& change, std::stop_token stop) const {
  for (int round = 0; round < 2; ++round) {
    auto item = present(kind, change, stop);
    if (!item) return tl::unexpected(std::move(item.error()));
    Fields held = answeredFields(session_.profile(), kind, *item);
    const bool asked =
        change.fields.empty() && textAt(*item, session_.profile().externalId) == externalId(kind, change.key);
    if (asked || wasChanged(change, held)) return Settled{change.id, std::move(held)};
    auto call = updateCall(kind, change, *item);
    if (!call) return tl::unexpected(std::move(call.error()));
    auto answer = write(std::move(*call), Purpose::Update, change, stop);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->status == 412) continue;
    if (auto error = session_.failure(*answer, Purpose::Update, {change.kind, change.key})) {
      return tl::unexpected(std::move(*error));
    }
    return settle(kind, change, *answer);
  }
  return fail(Fault::Retry, kChangedMeanwhile, {session_.system(), change.kind, change.key});
}

Result<Settled> ProfileSink::settle(const Kind& kind, const Change& change, const HttpResponse& answer) const {
  const auto uncertain = [&] {
    return fail(Fault::Unknown, kUncertain,
                {session_.system(), change.kind, change.key, std::to_string(answer.status)});
  };
  Settled settled{change.id, {}};
  if (!isBlank(answer.body)) {
    const auto item = itemOf(session_.profile(), answer.body);
    if (!item) return uncertain();
    if (settled.id.empty()) settled.id = textAt(*item, session_.profile().id);
    settled.answered = answeredFields(session_.profile(), kind, *item);
  }
  // Stored, but under which id is only known after a look-up.
  if (settled.id.empty()) return uncertain();
  return settled;
}

Found ProfileSink::foundOf(const Kind& kind, const json& item) const {
  const Profile& profile = session_.profile();
  const std::string external = textAt(item, profile.externalId);
  Found found{ownKey(kind, external).value_or(""), textAt(item, profile.id), answeredFields(profile, kind, item)};
  if (found.key.empty()) found.owner = ownerOf(external);
  found.points = pointsOf(kind, item, found.fields);
  found.changed = parseStamp(textAt(item, profile.updated));
  return found;
}

Result<std::vector<Found>> ProfileSink::find(std::string_view kind, const std::vector<std::string>& keys,
                                             std::stop_token stop) {
  if (isErrorList(kind)) return std::vector<Found>{};
  const Kind* known = written(kind);
  if (known == nullptr) return unknownKind(kind);
  std::vector<Found> found;
  for (const std::string& key : keys) {
    auto some = findOne(*known, key, stop);
    if (!some) return some;
    found.insert(found.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
  }
  return found;
}

Result<std::vector<Found>> ProfileSink::findOne(const Kind& kind, const std::string& key, std::stop_token stop) const {
  const Profile& profile = session_.profile();
  const std::string external = externalId(kind, key);
  std::vector<Found> found;
  const auto keep = [&](const json& item) {
    if (textAt(item, profile.externalId) == external) found.push_back(foundOf(kind, item));
  };
  if (!profile.findPath.empty()) {
    const std::string path = fillPath(profile.findPath, {{"path", kind.path}, {"external_id", external}});
    auto answer = session_.send({"GET", path, {}, {}, {}}, Purpose::Read, stop);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (session_.isAbsent(*answer)) return found;
    if (auto error = session_.failure(*answer, Purpose::Read, {kind.path, {}})) {
      return tl::unexpected(std::move(*error));
    }
    const auto item = itemOf(profile, answer->body);
    if (!item) return fail(Fault::Retry, kUnreadable, {session_.system(), kind.path});
    keep(*item);
    return found;
  }
  PageAsked asked{{}, pageSize_};
  for (int page = 0; page < kMaxLookupPages; ++page) {
    auto listed = readList(session_, kind, {{profile.findParameter, external}}, asked, stop);
    if (!listed) return tl::unexpected(std::move(listed.error()));
    for (const ListedRow& row : listed->rows) keep(json::parse(row.raw));
    asked.token = listed->next;
    if (!asked.token.empty()) continue;
    std::ranges::sort(found, [](const Found& a, const Found& b) {
      return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
    });
    return found;
  }
  return fail(Fault::Retry, kEndless, {session_.system(), kind.path});
}

Result<FoundPage> ProfileSink::all(std::string_view kind, const std::string& position, bool ours,
                                   std::stop_token stop) const {
  if (isErrorList(kind)) return FoundPage{};
  const Kind* known = written(kind);
  if (known == nullptr) return unknownKind(kind);
  const std::size_t blank = position.find(' ');
  int pages = 0;
  std::from_chars(position.data(), position.data() + position.size(), pages);
  const std::string token = blank == std::string::npos ? std::string{} : position.substr(blank + 1);

  auto listed = readList(session_, *known, {}, {token, pageSize_}, stop);
  if (!listed) return tl::unexpected(std::move(listed.error()));
  if (pages >= kMaxListPages) return fail(Fault::Retry, kEndless, {session_.system(), known->path});
  FoundPage result;
  for (const ListedRow& row : listed->rows) {
    Found found = foundOf(*known, json::parse(row.raw));
    if (found.key.empty() != ours) result.found.push_back(std::move(found));
  }
  if (!listed->next.empty()) result.next = std::to_string(pages + 1) + " " + listed->next;
  return result;
}

Result<FoundPage> ProfileSink::list(std::string_view kind, const std::string& position, std::stop_token stop) {
  return all(kind, position, true, stop);
}

Result<FoundPage> ProfileSink::strangers(std::string_view kind, const std::string& position, std::stop_token stop) {
  if (!canClaim(session_.profile())) return FoundPage{};
  return all(kind, position, false, stop);
}

}  // namespace postern::profile
