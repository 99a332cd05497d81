#include "tests/sim/crafter/core.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <utility>

#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim {

using crafter::Answer;
using crafter::Entity;
using crafter::Failure;
using crafter::Item;
using crafter::Member;
using crafter::mustBe;
using crafter::Time;
using std::chrono::steady_clock;
using Json = nlohmann::json;

namespace {

constexpr const char* kArticleView = "work-order-articles";
constexpr const char* kErrorPath = "links/accountview/errors";

std::string headerOf(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

std::string stamp(Time time) { return craftboxx::stampText(time).substr(0, 19) + 'Z'; }

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    out.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// A whole number; throws Failure 400 for anything else.
std::int64_t numberIn(const std::string& text, const std::string& parameter) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out <= 0) {
    throw Failure{400, "bad_parameter", "must be a number above 0", parameter};
  }
  return out;
}

std::string unquoted(std::string version) {
  if (version.starts_with("W/")) version.erase(0, 2);
  if (version.size() >= 2 && version.front() == '"' && version.back() == '"') {
    version = version.substr(1, version.size() - 2);
  }
  return version;
}

}  // namespace

const Entity& crafter::mustBe(const std::string& name) {
  const Entity* entity = entityOf(name);
  if (entity == nullptr) throw std::invalid_argument("there is no entity " + name);
  return *entity;
}

void CrafterSimulator::Impl::checkLimit() {
  if (options.oneCallAtATime && busy > 1) throw Failure{429, "busy", "one call at a time"};
  if (options.rateLimit <= 0) return;
  const auto time = steady_clock::now();
  if (windowCalls == 0 || time - windowStart >= options.rateWindow) {
    windowStart = time;
    windowCalls = 0;
  }
  if (windowCalls >= options.rateLimit) throw Failure{429, "too_many_requests", "slow down"};
  ++windowCalls;
}

void CrafterSimulator::Impl::checkAccess(const Request& request) {
  if (headerOf(request, "authorization") != "Bearer " + options.token) {
    throw Failure{401, "unauthorized", "the token is unknown"};
  }
  if (!options.account.empty() && headerOf(request, "x-account") != options.account) {
    throw Failure{403, "forbidden", "the account is unknown"};
  }
}

Answer CrafterSimulator::Impl::answer(const Request& request) {
  checkLimit();
  checkAccess(request);
  const std::string prefix = options.dialect.prefix + '/';
  if (!request.path.starts_with(prefix)) throw Failure{404, "not_found", "no such path"};
  const std::string path = request.path.substr(prefix.size());
  if (path.starts_with(kErrorPath)) return errorCall(request, path.substr(std::string(kErrorPath).size()));
  const auto slash = path.find('/');
  const std::string name = path.substr(0, slash);
  const Entity* entity = crafter::entityOf(name);
  if (entity == nullptr && name != kArticleView) throw Failure{404, "not_found", "no such entity"};
  if (options.forbiddenEntities.contains(name)) throw Failure{403, "forbidden", "no access to " + name};
  if (slash == std::string::npos) {
    if (request.method != "GET") throw Failure{405, "method_not_allowed", "only GET"};
    return list(name, request);
  }
  if (entity == nullptr) throw Failure{404, "not_found", "no such path"};
  const std::string rest = path.substr(slash + 1);
  const std::string byExternal = options.dialect.byExternal + '/';
  const bool external = rest.starts_with(byExternal) && rest.size() > byExternal.size();
  if (request.method == "GET") {
    const Item* item = external ? store.byExternal(*entity, rest.substr(byExternal.size())) : store.find(*entity, rest);
    if (item == nullptr) throw Failure{404, "not_found", "no such item"};
    return {200, wrapped(spelled(name, contractItem(*entity, *item)))};
  }
  if (request.method != "PUT" || !external || !entity->writable) {
    throw Failure{405, "method_not_allowed", "not allowed here"};
  }
  return put(*entity, rest.substr(byExternal.size()), request);
}

std::vector<CrafterSimulator::Impl::Shown> CrafterSimulator::Impl::rowsSince(const std::string& name, Time since,
                                                                             bool inclusive) {
  const bool view = name == kArticleView;
  const Entity& entity = mustBe(view ? "work-orders" : name);
  const auto& all = store.byChange(entity);
  std::vector<Shown> out;
  for (auto at = all.lower_bound({since, 0}); at != all.end(); ++at) {
    if (!inclusive && at->first == since) continue;
    const Item& item = store.at(entity, at->second);
    if (!view) {
      out.push_back({item.updated, item.number, {}});
      continue;
    }
    const std::string id = crafter::Store::idOf(entity, item);
    for (Json line : item.fields.value("articles", Json::array())) {
      line["id"] = id + '.' + line["line_id"].get<std::string>();
      line["work_order_id"] = id;
      line["version"] = item.version;
      line["updated_at"] = stamp(item.updated);
      out.push_back({item.updated, item.number, std::move(line)});
    }
  }
  return out;
}

Answer CrafterSimulator::Impl::list(const std::string& name, const Request& request) {
  const CrafterDialect& dialect = options.dialect;
  std::map<std::string, std::string> given;
  for (const auto& [parameter, value] : request.parameters()) given[parameter] = value;
  const auto parameter = [&](const char* word) { return given[dialect.nameOf("", word)]; };

  Time since{};
  if (const std::string text = parameter("updated_since"); !text.empty()) {
    const auto parsed = craftboxx::parseStamp(text);
    if (!parsed || !parsed->hadZone) {
      throw Failure{400, "bad_parameter", "must be RFC 3339", dialect.nameOf("", "updated_since")};
    }
    since = std::chrono::floor<std::chrono::seconds>(parsed->time);
  }
  const bool pages = dialect.paging == CrafterDialect::Paging::Page;
  const char* sizeWord = pages ? "per_page" : "limit";
  const std::string wanted = parameter(sizeWord);
  const auto size = static_cast<std::size_t>(std::min<std::int64_t>(
      wanted.empty() ? options.defaultPageSize : numberIn(wanted, dialect.nameOf("", sizeWord)), options.maxPageSize));

  auto rows = rowsSince(name, since, options.sinceInclusive);
  std::size_t begin = 0;
  const std::string cursor = pages ? "" : parameter("cursor");
  const std::string page = pages ? parameter("page") : "";
  if (!page.empty()) begin = size * static_cast<std::size_t>(numberIn(page, dialect.nameOf("", "page")) - 1);
  if (!cursor.empty()) {
    // A cursor names the last row sent: what changes meanwhile moves behind it and is sent again.
    long long updated = 0, number = 0, nth = 0;
    if (std::sscanf(cursor.c_str(), "c%lld.%lld.%lld", &updated, &number, &nth) != 3) {  // NOLINT(cert-err34-c)
      throw Failure{400, "bad_cursor", "the cursor is unknown", "cursor"};
    }
    const std::pair<Time, std::int64_t> last(Time(std::chrono::seconds(updated)), number);
    while (begin < rows.size() && std::pair(rows[begin].updated, rows[begin].number) < last) ++begin;
    for (; nth > 0 && begin < rows.size() && std::pair(rows[begin].updated, rows[begin].number) == last; --nth) ++begin;
  }
  begin = std::min(begin, rows.size());
  const std::size_t end = std::min(begin + size, rows.size());

  Json items = Json::array();
  for (std::size_t i = begin; i < end; ++i) {
    Json item = std::move(rows[i].body);
    if (item.is_null()) item = contractItem(mustBe(name), store.at(mustBe(name), rows[i].number));
    items.push_back(spelled(name, item));
  }
  Json body{{dialect.listMember, std::move(items)}};
  if (pages) {
    body["page"] = page.empty() ? 1 : numberIn(page, "page");
    body["pages"] = std::max<std::size_t>(1, (rows.size() + size - 1) / size);
  } else if (end < rows.size()) {
    std::size_t nth = 1;  // of the rows that share the last one's place
    while (nth < end && std::pair(rows[end - nth - 1].updated, rows[end - nth - 1].number) ==
                            std::pair(rows[end - 1].updated, rows[end - 1].number)) {
      ++nth;
    }
    body[dialect.nameOf("", "next_cursor")] = 'c' + std::to_string(rows[end - 1].updated.time_since_epoch().count()) +
                                              '.' + std::to_string(rows[end - 1].number) + '.' + std::to_string(nth);
  } else {
    body[dialect.nameOf("", "next_cursor")] = nullptr;
  }
  return {200, std::move(body)};
}

Answer CrafterSimulator::Impl::errorCall(const Request& request, const std::string& rest) {
  const CrafterDialect& dialect = options.dialect;
  if (rest.empty() && request.method == "GET") {
    Json items = Json::array();
    for (const Json& error : errorList()) items.push_back(spelled("errors", error));
    return {200, {{dialect.listMember, std::move(items)}}};
  }
  const auto parts = split(rest);  // the first one is empty
  if (parts.size() != 4 || parts[2].empty() || parts[3].empty()) throw Failure{404, "not_found", "no such path"};
  const Entity* entity = crafter::entityOf(parts[1]);
  if (entity == nullptr) throw Failure{404, "not_found", "no such entity"};
  if (request.method == "DELETE") {
    if (errors.erase(rest) == 0) throw Failure{404, "not_found", "no such error"};
    ++tally.errorsCleared;
    if (!options.timelineKeepsSolved) {
      std::erase_if(timeline.get_ref<Json::array_t&>(), [&](const Json& entry) {
        return entry["entity"] == parts[1] && entry["id"] == parts[2] && entry["operation"] == parts[3];
      });
    }
    return {204, {}};
  }
  if (request.method != "PUT") throw Failure{405, "method_not_allowed", "not allowed here"};
  if (options.errorsNeedItem && store.find(*entity, parts[2]) == nullptr)
    throw Failure{404, "not_found", "no such item"};
  const Json input = Json::parse(request.body, nullptr, false);
  if (!input.is_object()) throw Failure{400, "bad_request", "the body is no JSON object"};
  Json error{{"entity", parts[1]}, {"id", parts[2]}, {"operation", parts[3]}};
  for (const char* member : {"code", "message", "first_seen", "last_seen"}) {
    const std::string name = dialect.nameOf("errors", member);
    if (!input.contains(name) || !input[name].is_string() || input[name] == "") {
      throw Failure{422, "required", "is required", name};
    }
    error[member] = input[name];
  }
  const bool isNew = !errors.contains(rest);
  if (isNew || errors[rest]["message"] != error["message"]) {
    Json entry = error;
    entry.erase("first_seen");
    entry.erase("last_seen");
    entry["at"] = stamp(now());
    timeline.push_back(std::move(entry));
  }
  errors[rest] = error;
  ++tally.errorsSet;
  return {isNew ? 201 : 200, wrapped(spelled("errors", error))};
}

Answer CrafterSimulator::Impl::put(const Entity& entity, const std::string& externalId, const Request& request) {
  if (request.body.size() > static_cast<std::size_t>(options.maxBody)) {
    throw Failure{400, "body_too_large", "the body is too large"};
  }
  const Json input = Json::parse(request.body, nullptr, false);
  if (!input.is_object()) throw Failure{400, "bad_request", "the body is no JSON object"};
  const std::string key = headerOf(request, "idempotency-key");
  if (key.empty() && options.idempotencyKeyNeeded) {
    throw Failure{400, "idempotency_key_missing", "Idempotency-Key is needed"};
  }
  const std::string fingerprint = request.path + '\n' + request.body;
  if (const auto before = answered.find(key); !key.empty() && before != answered.end()) {
    if (before->second.request != fingerprint) {
      throw Failure{409, "idempotency_conflict", "the key was used for another request"};
    }
    ++tally.replayed;
    return before->second.answer;
  }
  Answer out = putItem(entity, externalId, request, input);
  if (!key.empty() && options.keepsAnswers) answered[key] = {fingerprint, out};
  return out;
}

Item* CrafterSimulator::Impl::linked(const Entity& entity, const std::string& externalId, const Json& input) {
  Item* item = store.byExternal(entity, externalId);
  if (!input.contains("id") || !input["id"].is_string()) return item;
  Item* named = store.find(entity, input["id"]);
  if (named == nullptr) throw Failure{404, "not_found", "no item has this id", "id"};
  if ((item != nullptr && item != named) || (!named->externalId.empty() && named->externalId != externalId)) {
    throw Failure{409, "conflict", "the item or the external id is linked already",
                  options.dialect.nameOf("", "external_id")};
  }
  return named;
}

Json CrafterSimulator::Impl::fieldsFrom(const Entity& entity, const Json& input, const Item* item) const {
  const std::string name(entity.name);
  Json out = Json::object();
  for (const Member& member : entity.members) {
    const std::string word(member.name);
    const auto sent = input.find(options.dialect.nameOf(name, word));
    if (sent != input.end() && member.type != Member::Type::Articles) {
      out[word] = *sent;
      if (member.type == Member::Type::Status && sent->is_string()) out[word] = options.dialect.statusFrom(*sent);
      if (sent->is_string() && *sent == "") out[word] = nullptr;
    } else if (item != nullptr && (member.kept || options.putMerges) && item->fields.contains(word)) {
      out[word] = item->fields[word];
    }
  }
  return out;
}

void CrafterSimulator::Impl::check(const Entity& entity, const Item* item, const Json& fields) {
  const std::string name(entity.name);
  const auto problem = crafter::problemOf(
      entity, fields, options, [&](std::string_view other, const std::string& id) { return exists(other, id); });
  if (problem) throw Failure{422, problem->code, problem->message, options.dialect.nameOf(name, problem->member)};
  if (entity.unique.empty()) return;
  const std::string unique(entity.unique);
  const Json own = fields.value(unique, Json());
  const Item* other = own.is_string() ? store.byUnique(entity, own) : nullptr;
  if (other != nullptr && other != item) {
    throw Failure{409, "conflict", "another item has it", options.dialect.nameOf(name, unique)};
  }
}

Answer CrafterSimulator::Impl::putItem(const Entity& entity, const std::string& externalId, const Request& request,
                                       const Json& input) {
  const std::string name(entity.name);
  Item* item = linked(entity, externalId, input);
  const std::string match = unquoted(headerOf(request, "if-match"));
  if (!match.empty() && (item == nullptr || match != std::to_string(item->version))) {
    throw Failure{412, "precondition_failed", "changed meanwhile"};
  }
  if (match.empty() && item != nullptr && options.ifMatchNeeded) throw Failure{409, "conflict", "If-Match is needed"};

  Json fields = fieldsFrom(entity, input, item);
  if (name == "work-orders" && fields.value("status", Json()).is_null()) fields["status"] = "in_stock";
  check(entity, item, fields);
  if (name == "work-orders" && fields.value("number", Json()).is_null()) fields["number"] = workOrderNumber();
  int status = 200;
  if (item == nullptr) {
    item = &store.insert(entity, externalId, std::move(fields), now());
    ++tally.created;
    status = 201;
  } else {
    const bool links = item->externalId != externalId;
    if (links) {
      store.link(entity, *item, externalId);
      ++tally.linked;
    }
    for (auto at = fields.begin(); at != fields.end();) at = at->is_null() ? fields.erase(at) : std::next(at);
    if (fields != item->fields || links || options.versionOnUnchangedPut) {
      tally.updated += fields != item->fields ? 1 : 0;
      store.update(entity, *item, std::move(fields), now());
    } else {
      ++tally.unchanged;
    }
  }
  return {status, wrapped(spelled(name, contractItem(entity, *item)))};
}

bool CrafterSimulator::Impl::exists(std::string_view name, const std::string& id) {
  const Entity& entity = mustBe(std::string(name));
  return name == "users" ? store.byUnique(entity, id) != nullptr : store.find(entity, id) != nullptr;
}

Json CrafterSimulator::Impl::contractItem(const Entity& entity, const Item& item) const {
  Json out = item.fields;
  for (const Member& member : entity.members) {
    const std::string word(member.name);
    if (!out.contains(word)) out[word] = member.type == Member::Type::Articles ? Json::array() : Json();
  }
  out["id"] = crafter::Store::idOf(entity, item);
  out["version"] = item.version;
  out["external_id"] = item.externalId.empty() ? Json() : Json(item.externalId);
  out["updated_at"] = stamp(item.updated);
  return out;
}

Json CrafterSimulator::Impl::spelled(const std::string& entity, const Json& item) const {
  Json out = Json::object();
  for (const auto& [member, value] : item.items()) {
    Json& place = out[options.dialect.nameOf(entity, member)];
    if (member == "status" && value.is_string()) {
      place = options.dialect.statusOf(value);
    } else if (member == "articles" && value.is_array()) {
      place = Json::array();
      for (const Json& line : value) place.push_back(spelled("articles", line));
    } else {
      place = value;
    }
  }
  return out;
}

Json CrafterSimulator::Impl::wrapped(Json item) const {
  const std::string& member = options.dialect.itemMember;
  return member.empty() ? item : Json{{member, std::move(item)}};
}

std::string CrafterSimulator::Impl::workOrderNumber() {
  std::array<char, 16> text{};
  do {
    std::snprintf(text.data(), text.size(), "W%06d", ++lastWorkOrder);
  } while (store.byUnique(mustBe("work-orders"), text.data()) != nullptr);
  return text.data();
}

std::string CrafterSimulator::Impl::create(const Entity& entity, Json fields) {
  const std::string externalId = fields.value("external_id", "");
  fields.erase("external_id");
  return crafter::Store::idOf(entity, store.insert(entity, externalId, std::move(fields), now()));
}

bool CrafterSimulator::Impl::edit(const Entity& entity, const std::string& id, const Json& changes) {
  Item* item = store.find(entity, id);
  if (item == nullptr) return false;
  Json fields = item->fields;
  for (const auto& [member, value] : changes.items()) {
    if (member == "external_id") {
      store.link(entity, *item, value.is_string() ? value.get<std::string>() : "");
    } else {
      fields[member] = value;
    }
  }
  store.update(entity, *item, std::move(fields), now());
  return true;
}

Json CrafterSimulator::Impl::records(const Entity& entity) const {
  Json out = Json::array();
  for (const auto& [number, item] : store.all(entity)) out.push_back(contractItem(entity, item));
  return out;
}

std::int64_t CrafterSimulator::Impl::doubled(const Entity& entity) const {
  if (entity.unique.empty()) return 0;
  std::set<std::string> seen;
  std::int64_t out = 0;
  for (const auto& [number, item] : store.all(entity)) {
    const Json value = item.fields.value(std::string(entity.unique), Json());
    if (value.is_string() && !seen.insert(crafter::codeKey(value.get<std::string>())).second) ++out;
  }
  return out;
}

Json CrafterSimulator::Impl::errorList() const {
  Json out = Json::array();
  for (const auto& [path, error] : errors) out.push_back(error);
  return out;
}

}  // namespace postern::sim
