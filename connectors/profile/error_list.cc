#include "connectors/profile/error_list.h"

#include <nlohmann/json.hpp>

#include "connectors/profile/messages.h"

namespace postern::profile {

using nlohmann::ordered_json;

namespace {

std::string field(const Change& change, std::string_view name) {
  const auto found = change.fields.find(name);
  return found == change.fields.end() ? std::string{} : found->second;
}

/// Empty when something it needs is missing.
std::string pathOf(const Profile& profile, const Change& change) {
  const Kind* kind = profile.kind(field(change, "entity"));
  const std::string entity = kind == nullptr ? field(change, "entity") : kind->path;
  const std::string id = field(change, "id");
  const std::string operation = field(change, "operation");
  if (entity.empty() || id.empty() || operation.empty()) return change.id.substr(0, change.id.find(' '));
  return fillPath(profile.errorList.path, {{"entity", entity}, {"id", id}, {"operation", operation}});
}

std::string bodyOf(const ErrorList& list, const Change& change, const std::string& first, const std::string& now) {
  ordered_json body = ordered_json::object();
  if (!list.code.empty()) body[list.code] = field(change, "code");
  body[list.message] = field(change, "message");
  if (!list.firstSeen.empty()) body[list.firstSeen] = first;
  if (!list.lastSeen.empty()) body[list.lastSeen] = now;
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Result<Settled> pushError(const Session& session, const Change& change, std::stop_token stop) {
  const ErrorList& list = session.profile().errorList;
  const std::string path = pathOf(session.profile(), change);
  if (path.empty()) return fail(Fault::Reject, kBadValue, {session.system(), change.kind, change.key, "entity"});
  const bool solved = field(change, "message").empty();
  const std::string now = isoStamp(session.clock().now());
  const std::size_t blank = change.id.find(' ');
  const std::string first = blank == std::string::npos ? now : change.id.substr(blank + 1);

  Call call{solved ? "DELETE" : "PUT", path, {}, solved ? std::string{} : bodyOf(list, change, first, now), {}};
  const Purpose purpose = solved ? Purpose::Update : Purpose::Create;
  auto answer = session.send(std::move(call), purpose, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (session.isAbsent(*answer)) {
    if (solved) return Settled{path, {}};
    // The item the error is about, not the path: one error less must not hold the whole system up.
    return fail(Fault::Reject, kRefused, {session.system(), change.kind, change.key, std::to_string(answer->status)},
                session.words(answer->body));
  }
  if (auto error = session.failure(*answer, purpose, {change.kind, change.key})) {
    return tl::unexpected(std::move(*error));
  }
  return Settled{solved ? path : path + " " + first, {}};
}

}  // namespace postern::profile
