#include "tests/sim/crafter/crafter_simulator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "tests/sim/craftboxx/time_text.h"
#include "tests/sim/crafter/schema.h"
#include "tests/sim/crafter/store.h"

namespace postern::sim {

using crafter::Entity;
using crafter::Item;
using crafter::Member;
using crafter::Time;
using std::chrono::steady_clock;
using Json = nlohmann::json;

namespace {

constexpr const char* kArticleView = "work-order-articles";
constexpr const char* kErrorPath = "links/accountview/errors";

struct Answer {
  int status = 200;
  Json body;
};

/// An error answer; the member is in the dialect's spelling.
struct Failure {
  int status;
  std::string code, message, member = {};
};

std::string headerOf(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

std::string stamp(Time time) { return craftboxx::stampText(time).substr(0, 19) + 'Z'; }

const Entity& mustBe(const std::string& name) {
  const Entity* entity = crafter::entityOf(name);
  if (entity == nullptr) throw std::invalid_argument("there is no entity " + name);
  return *entity;
}

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

struct CrafterSimulator::Impl {
  struct Shown {  // a row of a list, with what its cursor says
    Time updated;
    std::int64_t number;
    Json body;
  };
  struct Kept {  // by Idempotency-Key
    std::string request;
    Answer answer;
  };
  struct Tally {
    std::int64_t created = 0, updated = 0, unchanged = 0, linked = 0, replayed = 0, unauthorized = 0, conflicts = 0,
                 invalid = 0, limited = 0, errorsSet = 0, errorsCleared = 0;
  };

  std::atomic<int> busy{0};

  mutable std::mutex mutex;  // everything below
  CrafterOptions options;
  std::optional<Time> fixedNow;
  mutable crafter::Store store;
  std::map<std::string, Kept> answered;
  std::map<std::string, Json> errors;  // by entity/id/operation
  Json timeline = Json::array();
  Tally tally;
  int lastWorkOrder = 0;
  std::int64_t lastArticle = 0;
  steady_clock::time_point windowStart;
  int windowCalls = 0;

  // The caller holds the mutex. Those with an Answer throw Failure.
  Time now() const {
    return fixedNow.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  }
  void checkLimit();
  void checkAccess(const Request& request);
  Answer answer(const Request& request);
  Answer list(const std::string& entity, const Request& request);
  std::vector<Shown> rowsSince(const std::string& entity, Time since, bool inclusive);
  Answer errorCall(const Request& request, const std::string& rest);
  Answer put(const Entity& entity, const std::string& externalId, const Request& request);
  Answer putItem(const Entity& entity, const std::string& externalId, const Request& request, const Json& input);
  Item* linked(const Entity& entity, const std::string& externalId, const Json& input);
  void check(const Entity& entity, const Item* item, const Json& fields);
  Json fieldsFrom(const Entity& entity, const Json& input, const Item* item) const;

  bool exists(std::string_view entity, const std::string& id);
  Json contractItem(const Entity& entity, const Item& item) const;
  Json spelled(const std::string& entity, const Json& item) const;
  Json wrapped(Json item) const;
  std::string workOrderNumber();

  // The people of the account.
  std::string create(const Entity& entity, Json fields);
  bool edit(const Entity& entity, const std::string& id, const Json& fields);
  Json records(const Entity& entity) const;
  std::int64_t doubled(const Entity& entity) const;
  Json errorList() const;
};

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
  if (!key.empty()) answered[key] = {fingerprint, out};
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

CrafterSimulator::CrafterSimulator(CrafterOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

CrafterSimulator::~CrafterSimulator() { stop(); }

CrafterOptions CrafterSimulator::options() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->options;
}

void CrafterSimulator::setOptions(const CrafterOptions& options) {
  const std::lock_guard lock(impl_->mutex);
  impl_->options = options;
}

void CrafterSimulator::setNow(std::optional<Time> now) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fixedNow = now;
}

void CrafterSimulator::reset() {
  const std::lock_guard lock(impl_->mutex);
  impl_->store.clear();
  impl_->answered.clear();
  impl_->errors.clear();
  impl_->timeline = Json::array();
  impl_->tally = {};
}

std::string CrafterSimulator::create(const std::string& entity, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->create(mustBe(entity), fields);
}

bool CrafterSimulator::edit(const std::string& entity, const std::string& id, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->edit(mustBe(entity), id, fields);
}

bool CrafterSimulator::remove(const std::string& entity, const std::string& id) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->store.erase(mustBe(entity), id);
}

std::string CrafterSimulator::createWorkOrder(const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  Json all{{"status", "new"}, {"articles", Json::array()}};
  all.update(fields);
  if (!all.contains("number")) all["number"] = impl_->workOrderNumber();
  return impl_->create(mustBe("work-orders"), std::move(all));
}

std::string CrafterSimulator::addArticle(const std::string& workOrder, const std::string& number, double quantity,
                                         bool ticked) {
  const std::lock_guard lock(impl_->mutex);
  const Entity& entity = mustBe("work-orders");
  const Item* item = impl_->store.find(entity, workOrder);
  if (item == nullptr) throw std::invalid_argument("there is no work order " + workOrder);
  Json articles = item->fields.value("articles", Json::array());
  const std::string lineId = std::to_string(++impl_->lastArticle);
  articles.push_back({{"line_id", lineId},
                      {"number", number},
                      {"description", "Artikel " + number},
                      {"quantity", quantity},
                      {"ticked", ticked}});
  impl_->edit(entity, workOrder, {{"articles", std::move(articles)}});
  return lineId;
}

bool CrafterSimulator::tickArticle(const std::string& workOrder, const std::string& lineId, bool ticked) {
  const std::lock_guard lock(impl_->mutex);
  const Entity& entity = mustBe("work-orders");
  const Item* item = impl_->store.find(entity, workOrder);
  if (item == nullptr) return false;
  Json articles = item->fields.value("articles", Json::array());
  for (Json& line : articles) {
    if (line["line_id"] != lineId) continue;
    line["ticked"] = ticked;
    return impl_->edit(entity, workOrder, {{"articles", articles}});
  }
  return false;
}

bool CrafterSimulator::setStatus(const std::string& workOrder, const std::string& status) {
  return edit("work-orders", workOrder, {{"status", status}});
}

void CrafterSimulator::addUsers(int count) {
  for (int i = 1; i <= count; ++i) {
    std::array<char, 16> code{};
    std::snprintf(code.data(), code.size(), "E%02d", i);
    create("users", {{"unique_code", code.data()}, {"name", "Monteur " + std::to_string(i)}});
  }
}

Json CrafterSimulator::records(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->records(mustBe(entity));
}

Json CrafterSimulator::record(const std::string& entity, const std::string& id) const {
  const std::lock_guard lock(impl_->mutex);
  const Item* item = impl_->store.find(mustBe(entity), id);
  return item == nullptr ? Json() : impl_->contractItem(mustBe(entity), *item);
}

std::int64_t CrafterSimulator::count(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<std::int64_t>(impl_->store.all(mustBe(entity)).size());
}

std::int64_t CrafterSimulator::doubled(const std::string& entity) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->doubled(mustBe(entity));
}

Json CrafterSimulator::errors() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->errorList();
}

Json CrafterSimulator::timeline() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->timeline;
}

Response CrafterSimulator::handle(const Request& request) {
  ++impl_->busy;
  Response response;
  {
    const std::lock_guard lock(impl_->mutex);
    try {
      const Answer answer = impl_->answer(request);
      response.status = answer.status;
      if (answer.status != 204) response.body = answer.body.dump(-1, ' ', false, Json::error_handler_t::replace);
    } catch (const Failure& failure) {
      auto& tally = impl_->tally;
      tally.unauthorized += failure.status == 401 ? 1 : 0;
      tally.conflicts += failure.status == 409 || failure.status == 412 ? 1 : 0;
      tally.invalid += failure.status == 422 ? 1 : 0;
      tally.limited += failure.status == 429 ? 1 : 0;
      Json error{{"code", failure.code}, {"message", failure.message}};
      if (!failure.member.empty()) error["field"] = failure.member;
      response.status = failure.status;
      response.body = Json{{"error", std::move(error)}}.dump();
      if (failure.status == 429) response.headers.emplace_back("Retry-After", "1");
    }
  }
  --impl_->busy;
  return response;
}

Simulator::Effect CrafterSimulator::effectOf(const Request& request) const {
  return request.method == "GET" ? Effect::Read : Effect::Write;
}

std::optional<Response> CrafterSimulator::control(const Request& request) {
  const std::string& path = request.path;
  Response response;
  Json out = Json::object();
  if (request.method == "GET" && (path == "/_sim/dump" || path == "/_sim/summary")) {
    for (const Entity& entity : crafter::entities()) {
      const std::string name(entity.name);
      out[name] = path == "/_sim/dump" ? records(name) : Json{{"count", count(name)}, {"duplicates", doubled(name)}};
    }
    if (path == "/_sim/dump") {
      out["errors"] = errors();
      out["timeline"] = timeline();
    }
    response.body = out.dump();
    return response;
  }
  if (request.method != "POST") return std::nullopt;
  const Json input = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  const auto found = [](bool was) {
    if (!was) throw std::invalid_argument("no such item");
  };
  try {
    if (path == "/_sim/mode") {
      auto changed = options();
      for (const auto& [name, value] : input.items()) setOption(changed, name, value);
      setOptions(changed);
    } else if (path == "/_sim/create") {
      out["id"] = create(input.at("entity"), input.at("fields"));
    } else if (path == "/_sim/edit") {
      found(edit(input.at("entity"), input.at("id"), input.at("fields")));
    } else if (path == "/_sim/remove") {
      found(remove(input.at("entity"), input.at("id")));
    } else if (path == "/_sim/work_order") {
      out["id"] = createWorkOrder(input);
    } else if (path == "/_sim/article") {
      out["line_id"] = addArticle(input.at("work_order"), input.at("number"), input.at("quantity"), input.at("ticked"));
    } else if (path == "/_sim/tick") {
      found(tickArticle(input.at("work_order"), input.at("line_id"), input.at("ticked")));
    } else if (path == "/_sim/status") {
      found(setStatus(input.at("work_order"), input.at("status")));
    } else if (path == "/_sim/hours") {
      out["id"] = addHours(input);
    } else if (path == "/_sim/clock") {
      const Json& now = input.at("now");
      setNow(now.is_null() ? std::nullopt : std::optional(Time(std::chrono::seconds(now.get<std::int64_t>()))));
    } else if (path == "/_sim/reset") {
      reset();
    } else {
      return std::nullopt;
    }
  } catch (const std::exception& error) {
    response.status = 400;
    out = {{"error", error.what()}};
  }
  response.body = out.dump();
  return response;
}

std::string CrafterSimulator::extraCounts() const {
  const std::lock_guard lock(impl_->mutex);
  const auto& tally = impl_->tally;
  return Json{{"created", tally.created},
              {"updated", tally.updated},
              {"unchanged", tally.unchanged},
              {"linked", tally.linked},
              {"replayed", tally.replayed},
              {"unauthorized", tally.unauthorized},
              {"conflicts", tally.conflicts},
              {"invalid", tally.invalid},
              {"limited", tally.limited},
              {"errorsSet", tally.errorsSet},
              {"errorsCleared", tally.errorsCleared},
              {"openErrors", impl_->errors.size()}}
      .dump();
}

}  // namespace postern::sim
