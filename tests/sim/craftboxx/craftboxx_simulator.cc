#include "tests/sim/craftboxx/craftboxx_simulator.h"

#include <algorithm>
#include <charconv>
#include <list>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "tests/sim/craftboxx/listing.h"
#include "tests/sim/craftboxx/present.h"
#include "tests/sim/craftboxx/schema.h"
#include "tests/sim/craftboxx/store.h"
#include "tests/sim/craftboxx/tokens.h"

namespace postern::sim {

using craftboxx::Json;
using craftboxx::Parameters;
using craftboxx::Record;
using craftboxx::Resource;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::sys_seconds;

namespace {

/// An answer before it is turned into text, which happens outside the lock.
struct Answer {
  int status = 200;
  Json body = Json::array();
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The form of all errors but 422 and 429.
Answer errorAnswer(int status, const std::string& message) {
  Answer answer;
  answer.status = status;
  answer.body = {{"error",
                  {{"code", "E" + std::to_string(status)},
                   {"http_code", status},
                   {"message", message},
                   {"display_message", message}}}};
  return answer;
}

Answer invalid(Json errors) {
  Answer answer;
  answer.status = 422;
  const std::string first = errors.begin()->front().get<std::string>();
  answer.body = {{"message", first}, {"errors", std::move(errors)}};
  return answer;
}

Answer good(int status, Json body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

std::string headerOf(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

/// The body as an object: JSON only if it says so, as in Laravel; otherwise form members as text.
Json inputOf(const Request& request) {
  if (headerOf(request, "content-type").find("json") != std::string::npos) {
    Json body = Json::parse(request.body, nullptr, false);
    return body.is_object() ? body : Json::object();
  }
  Json body = Json::object();
  for (const auto& [name, value] : request.parameters()) body[name] = value;
  return body;
}

Resource mustBe(const std::string& name) {
  const auto resource = craftboxx::resourceOf(name);
  if (!resource) throw std::invalid_argument("unknown resource " + name);
  return *resource;
}

/// "customers/addresses/12" -> the resource and the id; id 0 = the list.
std::optional<std::pair<Resource, std::int64_t>> route(std::string_view path) {
  if (const auto resource = craftboxx::resourceOf(path); resource && path == craftboxx::pathOf(*resource)) {
    return std::pair(*resource, std::int64_t{0});
  }
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto resource = craftboxx::resourceOf(path.substr(0, slash));
  const auto last = path.substr(slash + 1);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), id);
  if (!resource || path.substr(0, slash) != craftboxx::pathOf(*resource) || error != std::errc() ||
      end != last.data() + last.size() || id <= 0) {
    return std::nullopt;
  }
  return std::pair(*resource, id);
}

/// The server's own moves of the state (fact sheet, section 6).
void moveState(Json& fields, bool hasStart, const Json& state) {
  if (hasStart && state == "UNPLANNED") fields["state"] = "SCHEDULED";
  if (!hasStart && state == "SCHEDULED") fields["state"] = "UNPLANNED";
}

}  // namespace

struct CraftboxxSimulator::Impl {
  struct AfterPage {
    Resource resource;
    std::int64_t page;
    std::function<void()> action;
  };
  struct Tally {
    std::int64_t logins = 0, unauthorized = 0, invalid = 0, limited = 0, created = 0, updated = 0, deleted = 0;
  };

  mutable std::mutex mutex;  // everything below
  CraftboxxOptions options;
  std::optional<sys_seconds> fixedNow;
  craftboxx::Store store;
  craftboxx::Lister lister{store};
  craftboxx::Tokens tokens;
  std::list<AfterPage> afterPages;
  Tally tally;
  steady_clock::time_point windowStart;
  int windowCalls = 0;

  // The caller holds the mutex.
  sys_seconds now() const {
    return fixedNow.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  }
  Answer answer(const Request& request, const Json& input, std::function<void()>& after);
  /// Counts the call; the 429 if it is one too many.
  std::optional<Answer> limit(std::vector<std::pair<std::string, std::string>>& headers);
  Answer logIn(const Json& input);
  Answer behindLogIn(const Request& request, const std::string& path, const Json& input, std::function<void()>& after);
  Answer list(Resource resource, const Parameters& parameters, std::function<void()>& after);
  Answer add(Resource resource, const Json& input, const Parameters& parameters);
  /// What the server adds to a change of `record` by itself.
  void moveStateOf(Resource resource, const Record& record, Json& fields) const;
  Answer change(Resource resource, Record& record, const Json& input, const Parameters& parameters);
  Answer show(Resource resource, const Record& record, const Parameters& parameters) const;
  Answer remove(Resource resource, std::int64_t id);
  craftboxx::Input read(Resource resource, const Json& input, bool create) const;
  void number(Resource resource, const Record& record);
};

Answer CraftboxxSimulator::Impl::answer(const Request& request, const Json& input, std::function<void()>& after) {
  std::vector<std::pair<std::string, std::string>> headers;
  Answer answer;
  const std::string prefix = options.pathPrefix + "/";
  if (auto refused = limit(headers)) {
    answer = *std::move(refused);
  } else if (!request.path.starts_with(prefix)) {
    answer = errorAnswer(404, "Not Found");
  } else if (const auto path = request.path.substr(prefix.size()); path == "auth/create-token") {
    answer = request.method == "POST" ? logIn(input) : errorAnswer(405, "Method Not Allowed");
  } else {
    answer = behindLogIn(request, path, input, after);
  }
  answer.headers.insert(answer.headers.end(), headers.begin(), headers.end());
  tally.invalid += answer.status == 422 ? 1 : 0;
  return answer;
}

std::optional<Answer> CraftboxxSimulator::Impl::limit(std::vector<std::pair<std::string, std::string>>& headers) {
  if (options.rateLimit <= 0) return std::nullopt;
  const auto time = steady_clock::now();
  if (windowCalls == 0 || time - windowStart >= options.rateWindow) {
    windowStart = time;
    windowCalls = 0;
  }
  const bool refused = windowCalls >= options.rateLimit;
  if (!refused) ++windowCalls;
  headers.emplace_back("X-RateLimit-Limit", std::to_string(options.rateLimit));
  headers.emplace_back("X-RateLimit-Remaining", std::to_string(options.rateLimit - windowCalls));
  if (!refused) return std::nullopt;
  ++tally.limited;
  const auto left = std::chrono::ceil<std::chrono::seconds>(windowStart + options.rateWindow - time);
  headers.emplace_back("Retry-After", std::to_string(left.count()));
  const auto reset = std::chrono::system_clock::now() + left;
  headers.emplace_back("X-RateLimit-Reset", std::to_string(std::chrono::system_clock::to_time_t(reset)));
  return good(429, {{"message", "Too Many Attempts."}});
}

Answer CraftboxxSimulator::Impl::logIn(const Json& input) {
  Json errors = Json::object();
  for (const char* name : {"email", "password"}) {
    if (!input.contains(name) || !input[name].is_string() || input[name] == "") {
      errors[name].push_back(std::string("The ") + name + " field is required.");
    }
  }
  if (!errors.empty()) return invalid(std::move(errors));
  if (input["email"] != options.email || input["password"] != options.password) {
    return invalid({{"email", {"These credentials do not match our records."}}});
  }
  ++tally.logins;
  return good(200, {{"access_token", tokens.issue(options, now())}, {"token_type", "bearer"}});
}

Answer CraftboxxSimulator::Impl::behindLogIn(const Request& request, const std::string& path, const Json& input,
                                             std::function<void()>& after) {
  std::string token = headerOf(request, "authorization");
  const bool bearer = token.starts_with("Bearer ") || token.starts_with("bearer ");
  token = bearer ? token.substr(7) : "";
  if (!tokens.use(token, now())) {
    ++tally.unauthorized;
    return errorAnswer(401, "Unauthenticated.");
  }
  const auto& method = request.method;
  if (path == "auth/revoke-token" && method == "GET") {
    tokens.revoke(token);
    return good(200, {{"success", true}});
  }
  if (path == "my/employee" && method == "GET") {
    return good(200, {{"data", craftboxx::employee(7, options.email)}});
  }
  if (path == "my/company" && method == "GET") {
    return good(200, {{"data", {{"id", 3}, {"name", "Tischlerei Beispiel GmbH"}, {"timezone", "Europe/Berlin"}}}});
  }
  const auto target = route(path);
  if (!target) return errorAnswer(404, "Not Found");
  const auto [resource, id] = *target;
  if (options.forbiddenPaths.contains(std::string(craftboxx::pathOf(resource)))) {
    return errorAnswer(403, "This action is unauthorized.");
  }
  Request queryOnly;
  queryOnly.query = request.query;
  const Parameters parameters = queryOnly.parameters();
  if (id == 0) {
    if (method == "GET") return list(resource, parameters, after);
    if (method == "POST") return add(resource, input, parameters);
    return errorAnswer(405, "Method Not Allowed");
  }
  Record* record = store.find(resource, id);
  if (record == nullptr) return errorAnswer(404, "No query results for model.");
  if (method == "GET") return show(resource, *record, parameters);
  if (method == "PUT") return change(resource, *record, input, parameters);
  if (method == "DELETE") return remove(resource, id);
  return errorAnswer(405, "Method Not Allowed");
}

Answer CraftboxxSimulator::Impl::list(Resource resource, const Parameters& parameters, std::function<void()>& after) {
  const craftboxx::Page page = lister.read(resource, parameters, options);
  if (page.status == 422) return invalid({{"query", {page.message}}});
  if (page.status != 200) return errorAnswer(page.status, page.message);

  Json data = Json::array();
  for (const Record* record : page.records) {
    data.push_back(craftboxx::present(store, options, resource, *record, page.with, page.counts));
  }
  using EndSign = CraftboxxOptions::EndSign;
  Json members = Json::object();
  if (options.endSign != EndSign::EmptyData) members["per_page"] = page.size;
  if (options.endSign == EndSign::All || options.endSign == EndSign::LastPage) {
    members["current_page"] = page.number;
    members["last_page"] = page.last;
  }
  if (options.endSign == EndSign::All) members["total"] = page.total;
  if (options.endSign == EndSign::All || options.endSign == EndSign::NextPageUrl) {
    members["next_page_url"] = nullptr;
    if (page.number < page.last) {
      members["next_page_url"] = options.nextPageHost + options.pathPrefix + "/" +
                                 std::string(craftboxx::pathOf(resource)) + "?page=" + std::to_string(page.number + 1);
    }
  }
  Json body = Json::object();
  if (options.pagingMembers == CraftboxxOptions::PagingMembers::TopLevel) {
    body = std::move(members);
  } else if (!members.empty()) {
    body["meta"] = std::move(members);
  }
  body["data"] = std::move(data);

  const auto hook = std::find_if(afterPages.begin(), afterPages.end(), [&](const AfterPage& one) {
    return one.resource == resource && one.page == page.number;
  });
  if (hook != afterPages.end()) {
    after = std::move(hook->action);
    afterPages.erase(hook);
  }
  return good(200, std::move(body));
}

craftboxx::Input CraftboxxSimulator::Impl::read(Resource resource, const Json& input, bool create) const {
  return craftboxx::readInput(resource, input, create, options,
                              [this](Resource target, std::int64_t id) { return store.find(target, id) != nullptr; });
}

void CraftboxxSimulator::Impl::number(Resource resource, const Record& record) {
  const char* name = resource == Resource::Customers ? "customer_number" : "project_nr";
  const auto found = record.fields.find(name);
  if (found == record.fields.end() || *found != "(auto)") return;
  store.update(resource, *store.find(resource, record.id), {{name, std::to_string(70'000 + record.id)}});
}

Answer CraftboxxSimulator::Impl::add(Resource resource, const Json& input, const Parameters& parameters) {
  craftboxx::Input read = this->read(resource, input, true);
  if (!read.errors.empty()) return invalid(std::move(read.errors));
  Json& fields = read.fields;
  if (resource == Resource::Assignments) {
    if (!fields.contains("state") || fields["state"].is_null()) fields["state"] = "UNPLANNED";
    if (!fields.contains("all_day")) fields["all_day"] = false;
    if (options.autoMoveStates) {
      const bool hasStart = fields.contains("start") && !fields["start"].is_null();
      moveState(fields, hasStart, Json(fields["state"]));
    }
  }
  const Record& record = store.insert(resource, std::move(fields), now());
  number(resource, record);
  ++tally.created;
  Answer answer = options.postAnswersEmpty ? good(200, Json::array()) : show(resource, record, parameters);
  answer.status = answer.status == 200 ? craftboxx::createdStatus(resource) : answer.status;
  return answer;
}

void CraftboxxSimulator::Impl::moveStateOf(Resource resource, const Record& record, Json& fields) const {
  if (resource != Resource::Assignments || !options.autoMoveStates) return;
  const auto after = [&](const char* name) {
    if (fields.contains(name)) return fields[name];
    const auto found = record.fields.find(name);
    return found == record.fields.end() ? Json() : *found;
  };
  moveState(fields, !after("start").is_null(), after("state"));
}

Answer CraftboxxSimulator::Impl::change(Resource resource, Record& record, const Json& input,
                                        const Parameters& parameters) {
  craftboxx::Input read = this->read(resource, input, false);
  if (!read.errors.empty()) return invalid(std::move(read.errors));
  moveStateOf(resource, record, read.fields);
  const bool differs = store.update(resource, record, read.fields);
  if (differs || options.touchOnUnchangedPut) store.touch(resource, record, now());
  ++tally.updated;
  return options.putAnswersEmpty ? good(200, Json::array()) : show(resource, record, parameters);
}

Answer CraftboxxSimulator::Impl::show(Resource resource, const Record& record, const Parameters& parameters) const {
  if (parameters.empty()) return good(200, {{"data", craftboxx::present(store, options, resource, record, {}, {})}});
  const auto with = craftboxx::namesIn(parameters, "with");
  const auto counts = craftboxx::namesIn(parameters, "count");
  for (const auto* names : {&with, &counts}) {
    for (const auto& name : *names) {
      if (!craftboxx::relationIsKnown(resource, name)) {
        return errorAnswer(500, "Call to undefined relationship [" + name + "]");
      }
    }
  }
  return good(200, {{"data", craftboxx::present(store, options, resource, record, with, counts)}});
}

Answer CraftboxxSimulator::Impl::remove(Resource resource, std::int64_t id) {
  store.erase(resource, id);
  ++tally.deleted;
  return good(craftboxx::deletedStatus(resource), Json::array());
}

CraftboxxSimulator::CraftboxxSimulator(CraftboxxOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}

CraftboxxSimulator::~CraftboxxSimulator() { stop(); }

CraftboxxOptions CraftboxxSimulator::options() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->options;
}

void CraftboxxSimulator::setOptions(const CraftboxxOptions& options) {
  const std::lock_guard lock(impl_->mutex);
  impl_->options = options;
  impl_->lister.forget();
}

void CraftboxxSimulator::setNow(std::optional<sys_seconds> now) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fixedNow = now;
}

void CraftboxxSimulator::reset() {
  const std::lock_guard lock(impl_->mutex);
  impl_->store.clear();
  impl_->lister.forget();
  impl_->tokens.revokeAll();
  impl_->afterPages.clear();
  impl_->tally = {};
  impl_->windowCalls = 0;
}

void CraftboxxSimulator::revokeTokens() {
  const std::lock_guard lock(impl_->mutex);
  impl_->tokens.revokeAll();
}

std::int64_t CraftboxxSimulator::create(const std::string& resource, const Json& fields) {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  return impl_->store.insert(kind, fields, impl_->now()).id;
}

bool CraftboxxSimulator::edit(const std::string& resource, std::int64_t id, const Json& fields) {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  Record* record = impl_->store.find(kind, id);
  if (record == nullptr) return false;
  Json all = fields;
  impl_->moveStateOf(kind, *record, all);
  impl_->store.update(kind, *record, all);
  impl_->store.touch(kind, *record, impl_->now());
  return true;
}

bool CraftboxxSimulator::remove(const std::string& resource, std::int64_t id) {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  return impl_->store.erase(kind, id);
}

void CraftboxxSimulator::afterPage(const std::string& resource, std::int64_t page, std::function<void()> action) {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  impl_->afterPages.push_back({kind, page, std::move(action)});
}

Json CraftboxxSimulator::records(const std::string& resource) const {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  Json out = Json::array();
  for (const auto& [id, record] : impl_->store.all(kind)) out.push_back(craftboxx::kept(record));
  return out;
}

Json CraftboxxSimulator::record(const std::string& resource, std::int64_t id) const {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  const Record* record = std::as_const(impl_->store).find(kind, id);
  return record == nullptr ? Json() : craftboxx::kept(*record);
}

std::int64_t CraftboxxSimulator::count(const std::string& resource) const {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  return static_cast<std::int64_t>(impl_->store.all(kind).size());
}

std::int64_t CraftboxxSimulator::duplicates(const std::string& resource) const {
  const Resource kind = mustBe(resource);
  const std::lock_guard lock(impl_->mutex);
  return impl_->store.duplicates(kind);
}

std::int64_t CraftboxxSimulator::logins() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->tally.logins;
}

Response CraftboxxSimulator::handle(const Request& request) {
  const bool writes = request.method != "GET";
  const Json input = writes ? inputOf(request) : Json();
  std::function<void()> after;
  Answer answer;
  bool redirect = false;
  {
    const std::lock_guard lock(impl_->mutex);
    answer = impl_->answer(request, input, after);
    redirect = answer.status == 422 && impl_->options.redirectWithoutAccept &&
               headerOf(request, "accept").find("json") == std::string::npos;
  }
  if (after) after();

  Response response;
  response.status = answer.status;
  response.headers = std::move(answer.headers);
  if (redirect) {
    response.status = 302;
    response.contentType = "text/html; charset=UTF-8";
    response.headers.emplace_back("Location", url() + "/");
    response.body = "<!DOCTYPE html><html><body>Redirecting to <a href=\"/\">/</a>.</body></html>";
  } else if (response.status != 204) {
    response.body = answer.body.dump(-1, ' ', true, Json::error_handler_t::replace);  // PHP escapes non-ASCII too
  }
  return response;
}

Simulator::Effect CraftboxxSimulator::effectOf(const Request& request) const {
  if (request.path.find("/auth/") != std::string::npos) return Effect::None;
  return request.method == "GET" || request.method == "HEAD" ? Effect::Read : Effect::Write;
}

std::optional<Response> CraftboxxSimulator::control(const Request& request) {
  const std::string& path = request.path;
  Response response;
  if (request.method == "GET" && (path == "/_sim/dump" || path == "/_sim/summary")) {
    Json out = Json::object();
    for (const Resource resource : craftboxx::kResources) {
      const std::string name(craftboxx::pathOf(resource));
      out[name] = path == "/_sim/dump" ? records(name) : Json{{"count", count(name)}, {"duplicates", duplicates(name)}};
    }
    response.body = out.dump();
    return response;
  }
  if (request.method != "POST") return std::nullopt;
  Json out = Json::object();
  const Json input = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  try {
    if (path == "/_sim/mode") {
      auto changed = options();
      for (const auto& [name, value] : input.items()) setOption(changed, name, value);
      setOptions(changed);
    } else if (path == "/_sim/reset") {
      reset();
    } else if (path == "/_sim/revoke") {
      revokeTokens();
    } else if (path == "/_sim/create") {
      out["id"] = create(input.at("resource"), input.at("fields"));
    } else if (path == "/_sim/edit" || path == "/_sim/remove") {
      const bool found = path == "/_sim/edit" ? edit(input.at("resource"), input.at("id"), input.at("fields"))
                                              : remove(input.at("resource"), input.at("id"));
      if (!found) response.status = 404;
    } else if (path == "/_sim/after_page") {
      const std::string resource = input.at("resource");
      afterPage(resource, input.at("page"), [this, resource, input] {
        if (input.contains("edit")) edit(resource, input["edit"].at("id"), input["edit"].at("fields"));
        if (input.contains("create")) create(resource, input["create"].at("fields"));
        if (input.contains("remove")) remove(resource, input["remove"].at("id"));
      });
    } else {
      return std::nullopt;
    }
  } catch (const std::exception& error) {
    response.status = 400;
    out["error"] = error.what();
  }
  response.body = out.dump();
  return response;
}

std::string CraftboxxSimulator::extraCounts() const {
  const std::lock_guard lock(impl_->mutex);
  const auto& tally = impl_->tally;
  std::size_t records = 0;
  for (const Resource resource : craftboxx::kResources) records += impl_->store.all(resource).size();
  return Json{{"logins", tally.logins},   {"unauthorized", tally.unauthorized},
              {"invalid", tally.invalid}, {"limited", tally.limited},
              {"created", tally.created}, {"updated", tally.updated},
              {"deleted", tally.deleted}, {"records", records}}
      .dump();
}

}  // namespace postern::sim
