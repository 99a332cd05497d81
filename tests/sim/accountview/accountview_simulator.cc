#include "tests/sim/accountview/accountview_simulator.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include "tests/sim/accountview/dictionary.h"
#include "tests/sim/accountview/grants.h"
#include "tests/sim/accountview/query.h"
#include "tests/sim/accountview/refused.h"
#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/store.h"
#include "tests/sim/accountview/text.h"
#include "tests/sim/accountview/write.h"

namespace postern::sim {

using namespace accountview;  // NOLINT(google-build-using-namespace): the simulator's own parts
using std::chrono::sys_seconds;

namespace {

std::string lowerCase(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string headerOf(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

Response json(int status, const Ordered& body) {
  Response response;
  response.status = status;
  response.contentType = "application/json; charset=utf-8";
  response.body = body.dump(-1, ' ', false, Ordered::error_handler_t::replace);
  return response;
}

Response errorAnswer(int status, const std::string& message) {
  return json(status, {{"ErrorType", "AccountViewError"}, {"ErrorNumbers", nullptr}, {"ErrorMessage", message}});
}

Response relayPage(int status) {
  Response response;
  response.status = status;
  response.contentType = "text/html";
  response.body =
      "<html><head><title>502 - Web server received an invalid response</title></head><body><h1>Server Error</h1>"
      "</body></html>";
  return response;
}

Parameters formOf(const Request& request) {
  Request bodyOnly = request;
  bodyOnly.query.clear();
  return bodyOnly.parameters();
}

Parameters queryOf(const Request& request) {
  Request queryOnly;
  queryOnly.query = request.query;
  return queryOnly.parameters();
}

}  // namespace

struct AccountViewSimulator::Impl {
  explicit Impl(AccountViewOptions wanted) : options(std::move(wanted)), schema(makeSchema(options)) { forget(); }

  mutable std::mutex mutex;  // everything below
  AccountViewOptions options;
  const Schema schema;
  std::optional<sys_seconds> fixedNow;
  std::map<std::string, Store> stores;  // by company
  Grants grants;
  WriteCounts counts;
  std::int64_t refused = 0, unauthorized = 0;

  // The caller holds the mutex.
  void forget() {
    stores.clear();
    for (const AccountViewCompany& company : options.companies) stores.emplace(company.id, Store(schema));
    grants = {};
    counts = {};
    refused = unauthorized = 0;
  }
  Store& main() { return stores.at(options.companies.front().id); }
  const Store& main() const { return stores.at(options.companies.front().id); }
  sys_seconds now() const {
    return fixedNow.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  }
  std::string clock() const { return dutchClock(now()); }

  Response answer(const Request& request);
  Response behindToken(const Request& request, const std::string& path);
  Response data(const Request& request, const std::string& path, Store& store);
  Ordered read(const Parameters& parameters, const Store& store, bool system);
  Response fields(const Parameters& parameters) const;
  Ordered objects() const;
  Ordered companies() const;

  Json kept(const Table& table, const Json& fields, Json row) const;
  Json records(const Table& table) const;
  std::int64_t doubled(const Table& table, std::string field) const;
  Json control(const std::string& path, const Json& input);
};

Response AccountViewSimulator::Impl::answer(const Request& request) {
  const std::string path = lowerCase(request.path);
  const std::string prefix = lowerCase(options.prefix) + '/';
  if (path == "/ams/authorize.aspx" && request.method == "GET") return grants.authorize(queryOf(request), options);
  if (!path.starts_with(prefix)) return relayPage(404);
  const std::string call = path.substr(prefix.size());
  if (call == "token") {
    return request.method == "POST" ? grants.token(formOf(request), options, now()) : relayPage(405);
  }
  return behindToken(request, call);
}

Response AccountViewSimulator::Impl::behindToken(const Request& request, const std::string& path) {
  const std::string authorization = headerOf(request, "authorization");
  if (!authorization.starts_with("Bearer ") || !grants.use(authorization.substr(7), now())) {
    ++unauthorized;
    return json(401, {{"Message", "Authorization has been denied for this request."}});
  }
  Response response;
  try {
    if (path == "companies" && request.method == "GET") {
      response = json(200, companies());
    } else if (options.relayDown) {
      return relayPage(502);
    } else {
      std::string company = headerOf(request, "x-company");
      if (company.empty() && !options.companyHeaderNeeded) company = options.companies.front().id;
      const auto store = stores.find(company);
      if (store == stores.end()) throw Refused("De header x-company ontbreekt of is onbekend.");
      response = data(request, path, store->second);
    }
  } catch (const Refused& no) {
    ++refused;
    response = errorAnswer(no.status != 0 ? no.status : options.errorStatus, no.what());
  }
  if (options.xmlWithoutAccept && headerOf(request, "accept").find("json") == std::string::npos) {
    response.contentType = "application/xml; charset=utf-8";
    response.body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><NewDataSet />";
  }
  return response;
}

Response AccountViewSimulator::Impl::data(const Request& request, const std::string& path, Store& store) {
  const Parameters parameters = queryOf(request);
  const std::string& method = request.method;
  if (method == "GET" && (path == "accountviewdata" || path == "accountviewsystemdata")) {
    Ordered found = read(parameters, store, path == "accountviewsystemdata");
    const bool empty = std::all_of(found.begin(), found.end(), [](const Ordered& table) { return table.empty(); });
    return json(empty && options.emptyIs404 ? 404 : 200, found);
  }
  if (method == "GET" && path == "accountviewsystembusinessobjects") return json(200, objects());
  if (method == "GET" && path == "accountviewfields") return fields(parameters);
  if (path == "accountviewdata" && (method == "POST" || method == "PUT")) {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object()) throw Refused("De inhoud van het verzoek is geen JSON-object.", 400);
    const auto rows = write(schema, store, options, clock(), body, method == "PUT", counts);
    const Object& object = *schema.findObject(memberOf(body, "BusinessObject").get<std::string>());
    return json(200, present(schema, object, rows, "", options));
  }
  return relayPage(path.starts_with("accountview") ? 405 : 404);
}

Ordered AccountViewSimulator::Impl::read(const Parameters& parameters, const Store& store, bool system) {
  const Object& object = objectOf(schema, options, parameterOf(parameters, "BusinessObject"));
  if (system && !object.system) throw Refused("Bedrijfsobject " + object.code + " is geen systeemtabel.");
  const std::string year = bookYearOf(options, clock(), parameterOf(parameters, "BookDate"));
  const std::vector<Json> dictionary =
      object.system ? dictionaryRows(schema, object, options, clock()) : std::vector<Json>();
  std::vector<Found> rows;
  for (const Json& row : dictionary) rows.push_back({&row, {}});
  if (!object.system) {
    // in the order of entry, which stable sorting then keeps among equals
    std::vector<std::pair<std::int64_t, const Json*>> entered;
    for (const auto& [key, row] : store.all(object.table)) {
      if (object.word == "AR1" && row.values["DEB_SHOW"] != true) continue;
      if (isInYear(options, schema.table(object.table), row.values, year))
        entered.emplace_back(row.entered, &row.values);
    }
    std::sort(entered.begin(), entered.end());
    for (const auto& [number, row] : entered) {
      Found found{row, {}};
      if (!object.detail.empty()) {
        const std::string key = store.keyOf(schema.table(object.table), *row);
        for (const Row* line : store.linesOf(schema.table(object.detail), key)) found.details.push_back(&line->values);
      }
      rows.push_back(std::move(found));
    }
  }
  const auto page = select(schema, object, std::move(rows), parameters, options);
  return present(schema, object, page, parameterOf(parameters, "Fields"), options);
}

Response AccountViewSimulator::Impl::fields(const Parameters& parameters) const {
  using Answer = AccountViewOptions::FieldsAnswer;
  if (options.fieldsAnswer == Answer::NotFound) return relayPage(404);
  const Object& wanted = objectOf(schema, options, parameterOf(parameters, "BusinessObject"));
  const Object& dictionary = *schema.findObject(schema.objects[schema.objects.size() - 2].code);
  const auto all = dictionaryRows(schema, dictionary, options, clock());
  std::set<std::string> tables{schema.table(wanted.table).name};
  if (!wanted.detail.empty()) tables.insert(schema.table(wanted.detail).name);
  std::vector<Found> rows;
  for (const Json& row : all) {
    if (tables.contains(row["DBF_NAME"].get<std::string>())) rows.push_back({&row, {}});
  }
  const Ordered tabled = present(schema, dictionary, rows, "", options);
  return json(200, options.fieldsAnswer == Answer::Array ? tabled.front() : tabled);
}

Ordered AccountViewSimulator::Impl::objects() const {
  Ordered out = Ordered::array();
  for (const Object& object : schema.objects) {
    if (options.missingObjects.contains(object.code)) continue;
    const bool writable = !object.system && !options.readOnlyObjects.contains(object.code);
    out.push_back({{"Code", object.code},
                   {"Description", object.description},
                   {"InsertAllowed", writable},
                   {"UpdateAllowed", writable},
                   {"DeleteAllowed", false}});
  }
  return out;
}

Ordered AccountViewSimulator::Impl::companies() const {
  Ordered out = Ordered::array();
  for (const AccountViewCompany& company : options.companies) {
    out.push_back({{"Id", company.id}, {"Description", company.description}, {"Code", company.code}});
  }
  return out;
}

Json AccountViewSimulator::Impl::kept(const Table& table, const Json& fields, Json row) const {
  for (const auto& [word, value] : fields.items()) {
    const Field* field = table.byWord(word);
    if (field == nullptr) throw std::invalid_argument("there is no field " + table.word + '.' + word);
    try {
      row[word] = keptValue(*field, value, options);
    } catch (const Refused& no) {
      throw std::invalid_argument(no.what());
    }
  }
  return row;
}

Json AccountViewSimulator::Impl::records(const Table& table) const {
  Json out = Json::array();
  for (const auto& [key, row] : main().all(table.word)) out.push_back(row.values);
  return out;
}

std::int64_t AccountViewSimulator::Impl::doubled(const Table& table, std::string field) const {
  if (field.empty()) field = table.word == "CONTACT" ? "ACCT_NAME" : "EXT_ID";
  if (table.byWord(field) == nullptr) return 0;
  std::set<std::string> seen;
  std::int64_t out = 0;
  for (const auto& [key, row] : main().all(table.word)) {
    const std::string text = row.values[field].is_string() ? row.values[field].get<std::string>() : "";
    if (!text.empty() && !seen.insert(text).second) ++out;
  }
  return out;
}

AccountViewSimulator::AccountViewSimulator(AccountViewOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

AccountViewSimulator::~AccountViewSimulator() { stop(); }

AccountViewOptions AccountViewSimulator::options() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->options;
}

void AccountViewSimulator::setOptions(const AccountViewOptions& options) {
  const std::lock_guard lock(impl_->mutex);
  auto companies = std::move(impl_->options.companies);
  impl_->options = options;
  impl_->options.companies = std::move(companies);
}

void AccountViewSimulator::setNow(std::optional<sys_seconds> now) {
  const std::lock_guard lock(impl_->mutex);
  impl_->fixedNow = now;
}

void AccountViewSimulator::load(const AccountViewSize& size) {
  const std::lock_guard lock(impl_->mutex);
  makeDemoData(impl_->schema, size, impl_->main());
}

void AccountViewSimulator::reset() {
  const std::lock_guard lock(impl_->mutex);
  impl_->forget();
}

Json AccountViewSimulator::grant() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->grants.issue(impl_->options, impl_->now());
}

void AccountViewSimulator::expireAccessTokens() {
  const std::lock_guard lock(impl_->mutex);
  impl_->grants.expireAccessTokens();
}

void AccountViewSimulator::revokeTokens() {
  const std::lock_guard lock(impl_->mutex);
  impl_->grants.revokeAll();
}

std::string AccountViewSimulator::insert(const std::string& table, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  const Table& wanted = impl_->schema.table(table);
  Json row = impl_->kept(wanted, fields, Store::emptyRow(wanted));
  if (table == "CONTACT" && !fields.contains("DEB_SHOW")) row["DEB_SHOW"] = true;
  const std::string key = impl_->main().keyOf(wanted, row);
  if (row.at(wanted.key) == "" || impl_->main().find(table, key) != nullptr) {
    throw std::invalid_argument("key empty or in use: " + key);
  }
  impl_->main().put(wanted, std::move(row), impl_->clock(), "JAN",
                    impl_->options.changeNumber == AccountViewOptions::ChangeNumber::PerTable);
  return key;
}

bool AccountViewSimulator::edit(const std::string& table, const std::string& key, const Json& fields) {
  const std::lock_guard lock(impl_->mutex);
  const Table& wanted = impl_->schema.table(table);
  const Row* old = impl_->main().find(table, key);
  if (old == nullptr) return false;
  Json row = impl_->kept(wanted, fields, old->values);
  if (impl_->main().keyOf(wanted, row) != key) throw std::invalid_argument("the key cannot be changed");
  impl_->main().put(wanted, std::move(row), impl_->clock(), "JAN",
                    impl_->options.changeNumber == AccountViewOptions::ChangeNumber::PerTable);
  return true;
}

bool AccountViewSimulator::erase(const std::string& table, const std::string& key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->schema.table(table);
  return impl_->main().erase(table, key);
}

Json AccountViewSimulator::records(const std::string& table) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->records(impl_->schema.table(table));
}

Json AccountViewSimulator::record(const std::string& table, const std::string& key) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->schema.table(table);
  const Row* found = std::as_const(*impl_).main().find(table, key);
  return found == nullptr ? Json() : found->values;
}

std::int64_t AccountViewSimulator::count(const std::string& table) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->schema.table(table);
  return static_cast<std::int64_t>(std::as_const(*impl_).main().all(table).size());
}

std::int64_t AccountViewSimulator::doubled(const std::string& table, const std::string& field) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->doubled(impl_->schema.table(table), field);
}

Response AccountViewSimulator::handle(const Request& request) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->answer(request);
}

Simulator::Effect AccountViewSimulator::effectOf(const Request& request) const {
  const std::string path = lowerCase(request.path);
  if (path.ends_with("/token") || path == "/ams/authorize.aspx") return Effect::None;
  return request.method == "GET" ? Effect::Read : Effect::Write;
}

std::optional<Response> AccountViewSimulator::control(const Request& request) {
  const std::string& path = request.path;
  if (request.method == "GET" && (path == "/_sim/dump" || path == "/_sim/summary")) {
    const std::lock_guard lock(impl_->mutex);
    const std::string only = parameterOf(queryOf(request), "table");
    Json out = Json::object();
    for (const Table& table : impl_->schema.tables) {
      if (table.byWord("CNG_USR") == nullptr || (!only.empty() && only != table.word)) continue;
      out[table.word] = path == "/_sim/dump" ? impl_->records(table)
                                             : Json{{"count", std::as_const(*impl_).main().all(table.word).size()},
                                                    {"duplicates", impl_->doubled(table, "")}};
    }
    return json(200, out);
  }
  if (request.method != "POST") return std::nullopt;
  Json out = Json::object();
  const Json input = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  try {
    if (path == "/_sim/mode") {
      auto changed = options();
      for (const auto& [name, value] : input.items()) setOption(changed, name, value);
      setOptions(changed);
    } else if (path == "/_sim/insert") {
      out["key"] = insert(input.at("table"), input.at("row"));
    } else if (path == "/_sim/edit" || path == "/_sim/erase") {
      const bool found = path == "/_sim/edit" ? edit(input.at("table"), input.at("key"), input.at("fields"))
                                              : erase(input.at("table"), input.at("key"));
      if (!found) throw std::invalid_argument("no such row");
    } else if (path == "/_sim/grant") {
      out = grant();
    } else if (path == "/_sim/revoke") {
      input.value("which", "all") == "access" ? expireAccessTokens() : revokeTokens();
    } else if (path == "/_sim/clock") {
      const Json& now = input.at("now");
      setNow(now.is_null() ? std::nullopt : std::optional(sys_seconds(std::chrono::seconds(now.get<std::int64_t>()))));
    } else if (path == "/_sim/reset") {
      reset();
    } else {
      return std::nullopt;
    }
  } catch (const std::exception& error) {
    return json(400, {{"error", error.what()}});
  }
  return json(200, out);
}

std::int64_t AccountViewSimulator::refreshes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->grants.refreshed;
}

std::string AccountViewSimulator::extraCounts() const {
  const std::lock_guard lock(impl_->mutex);
  const WriteCounts& counts = impl_->counts;
  const auto doubled = [&](const char* table) { return impl_->doubled(impl_->schema.table(table), ""); };
  return Json{{"createdDebtors", counts.createdDebtors},
              {"createdAddresses", counts.createdAddresses},
              {"createdContacts", counts.createdContacts},
              {"createdProjects", counts.createdProjects},
              {"createdOrders", counts.createdOrders},
              {"createdLines", counts.createdLines},
              {"createdHours", counts.createdHours},
              {"createdOthers", counts.createdOthers},
              {"updated", counts.updated},
              {"refused", impl_->refused},
              {"unauthorized", impl_->unauthorized},
              {"grants", impl_->grants.granted},
              {"refreshes", impl_->grants.refreshed},
              {"tokenRefusals", impl_->grants.refused},
              {"doubledDebtors", doubled("CONTACT")},
              {"doubledOrders", doubled("SO_HDR")},
              {"doubledLines", doubled("SO_LINE")},
              {"doubledHours", doubled("HOURS")}}
      .dump();
}

}  // namespace postern::sim
