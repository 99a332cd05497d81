#include "connectors/accountview/api.h"

#include <algorithm>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using nlohmann::json;

namespace {

constexpr std::size_t kWordsLimit = 2000;
constexpr const char* kDataPath = "accountviewdata";

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// A member without regard to the case of its name.
const json* member(const json& object, std::string_view name) {
  const std::string wanted = upperText(name);
  for (auto it = object.begin(); it != object.end(); ++it)
    if (upperText(it.key()) == wanted) return &*it;
  return nullptr;
}

std::string textOf(const json& object, std::string_view name) {
  const json* value = member(object, name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? plainText(value->get_ref<const std::string&>()) : value->dump();
}

std::string cut(std::string text) {
  if (text.size() <= kWordsLimit) return text;
  std::size_t end = kWordsLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string listOf(const std::vector<Company>& companies) {
  std::string out;
  for (const Company& one : companies)
    out += (out.empty() ? "" : "; ") + one.id + (one.code.empty() ? "" : " (" + one.code + ')');
  return out.empty() ? "-" : out;
}

}  // namespace

std::optional<std::string> errorWords(const json& body) {
  if (body.is_array() && body.size() == 1) return errorWords(body.front());
  if (!body.is_object()) return std::nullopt;
  const std::string message = textOf(body, "ErrorMessage");
  const std::string type = textOf(body, "ErrorType");
  if (message.empty() && type.empty()) return std::nullopt;
  return cut(message.empty() ? type : message);
}

Result<std::string> chooseCompany(const std::string& system, const std::vector<Company>& companies,
                                  const std::string& wanted) {
  if (companies.empty()) return fail(Fault::Auth, kNoCompanies, {system});
  const std::string key = plainKey(wanted);
  if (key.empty()) {
    if (companies.size() == 1) return companies.front().id;
    return fail(Fault::Auth, kCompanyChoice, {system, listOf(companies)});
  }
  for (const auto part : {&Company::id, &Company::code, &Company::description}) {
    const auto found = std::find_if(companies.begin(), companies.end(),
                                    [&](const Company& one) { return plainKey(one.*part) == key; });
    if (found != companies.end()) return found->id;
  }
  return fail(Fault::Auth, kNoCompany, {system, wanted, listOf(companies)});
}

Turn::Hold::~Hold() {
  if (turn_ == nullptr) return;
  {
    const std::lock_guard lock(turn_->mutex_);
    turn_->busy_ = false;
  }
  turn_->free_.notify_one();
}

Turn::Hold Turn::take(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!free_.wait(lock, stop, [this] { return !busy_; })) return Hold(nullptr);
  busy_ = true;
  return Hold(this);
}

Api::Api(const SystemContext& context, ApiOptions options, GrantOptions grant)
    : http_(context.http),
      clock_(context.clock),
      system_(context.name),
      options_(std::move(options)),
      keeper_(context, std::move(grant)) {}

Result<HttpResponse> Api::send(HttpRequest request, const std::string& company, std::stop_token stop) {
  std::uint64_t usedUp = 0;
  for (int round = 0; round < 2; ++round) {
    auto token = keeper_.token(usedUp, stop);
    if (!token) return tl::unexpected(std::move(token.error()));
    request.headers = {{"Authorization", "Bearer " + token->value}, {"Accept", "application/json"}};
    if (!company.empty()) request.headers.emplace_back("x-company", company);
    if (options_.clientIdHeader) request.headers.emplace_back("Client-Id", grant().clientId);
    const auto turn = turn_.take(stop);
    if (!turn) return fail(Fault::Stop, kStopped, {system_});
    auto answer = http_.send(request, stop);
    if (!answer || answer->status != 401) return answer;
    usedUp = token->number;
  }
  return fail(Fault::Auth, kAccessRefused, {system_});
}

std::optional<Error> Api::commonFailure(const HttpResponse& response, const std::string& what) const {
  const int status = response.status;
  const auto wait = retryAfter(response, clock_.now());
  if (status == 429) return Error{Fault::Retry, &kTooMany, {system_}, {}, wait};
  if (status == 503) return Error{Fault::Retry, &kUnavailable, {system_, what, "503"}, {}, wait};
  if (status == 403) return Error{Fault::Auth, &kForbidden, {system_, what}, {}, {}};
  if (status >= 300 && status < 400)
    return Error{Fault::Retry, &kWrongAddress, {system_, what, std::to_string(status)}, {}, {}};
  return std::nullopt;
}

/// ASP.NET's own errors carry `Message`.
std::string Api::words(const json& body) const {
  if (const auto told = errorWords(body)) return *told;
  return body.is_object() ? cut(textOf(body, "Message")) : std::string{};
}

Result<json> Api::readAnswer(const HttpResponse& response, const std::string& what) const {
  if (auto error = commonFailure(response, what)) return tl::unexpected(std::move(*error));
  const int status = response.status;
  const std::string code = std::to_string(status);
  json body = json::parse(response.body, nullptr, false);
  const bool readable = body.is_object() || body.is_array();
  if (readable && errorWords(body)) return fail(Fault::Reject, kReadRefused, {system_, what}, words(body));
  if (status == 404) {
    const bool plain = isBlank(response.body) || (readable && words(body).empty());
    if (plain && options_.notFoundIsEmpty) return json();
    return fail(Fault::Retry, kWrongAddress, {system_, what, code});
  }
  if (status >= 400 && status < 500 && status != 408 && readable)
    return fail(Fault::Reject, kReadRefused, {system_, what}, words(body));
  if (status < 200 || status >= 300)
    return fail(Fault::Retry, kUnavailable, {system_, what, code}, {}, retryAfter(response, clock_.now()));
  if (!readable) return fail(Fault::Retry, kUnreadable, {system_, what});
  return body;
}

Result<json> Api::writeAnswer(const HttpResponse& response, const Subject& subject) const {
  if (auto error = commonFailure(response, subject.kind)) return tl::unexpected(std::move(*error));
  const int status = response.status;
  json body = json::parse(response.body, nullptr, false);
  const bool readable = body.is_object() || body.is_array();
  const std::vector<std::string> about{system_, subject.kind, subject.key};
  // It may have been stored before this failed, whatever the words are (assumed).
  if (status >= 500 || status == 408)
    return fail(Fault::Unknown, kUncertain, about, readable ? words(body) : std::string{});
  if (readable && errorWords(body)) return fail(Fault::Reject, kRefused, about, words(body));
  if (status >= 400) {
    if (readable) return fail(Fault::Reject, kRefused, about, words(body));
    return fail(Fault::Retry, kUnavailable, {system_, subject.kind, std::to_string(status)});
  }
  if (status < 200 || status >= 300 || !readable) return fail(Fault::Unknown, kUncertain, about);
  return body;
}

Result<json> Api::read(const std::string& path, const Parameters& parameters, const std::string& what,
                       std::stop_token stop) {
  std::string id;
  if (path != "companies") {
    auto chosen = company(stop);
    if (!chosen) return tl::unexpected(std::move(chosen.error()));
    id = std::move(*chosen);
  }
  HttpRequest request;
  request.url = options_.base + '/' + path;
  if (!parameters.empty()) request.url += '?' + formEncode(parameters);
  auto answer = send(std::move(request), id, std::move(stop));
  if (!answer) {
    if (answer.error().fault == Fault::Unknown) answer.error().fault = Fault::Retry;
    return tl::unexpected(std::move(answer.error()));
  }
  return readAnswer(*answer, what);
}

Result<json> Api::write(const char* method, const std::string& body, const Subject& subject, std::stop_token stop) {
  auto chosen = company(stop);
  if (!chosen) return tl::unexpected(std::move(chosen.error()));
  HttpRequest request;
  request.method = method;
  request.url = options_.base + '/' + kDataPath;
  request.body = body;
  request.contentType = "application/json; charset=UTF-8";
  auto answer = send(std::move(request), *chosen, std::move(stop));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  return writeAnswer(*answer, subject);
}

Result<std::vector<Company>> Api::companies(std::stop_token stop) {
  auto answer = read("companies", {}, "companies", std::move(stop));
  if (!answer) {
    // Without a company nothing works: that is for an admin to see.
    if (answer.error().fault == Fault::Reject) answer.error().fault = Fault::Auth;
    return tl::unexpected(std::move(answer.error()));
  }
  // "No rows" here is the address of something else.
  if (answer->is_null()) return fail(Fault::Auth, kWrongAddress, {system_, "companies", "404"});
  std::vector<Company> out;
  if (answer->is_object()) answer = json::array({*answer});
  for (const json& one : *answer) {
    if (!one.is_object()) continue;
    Company company{textOf(one, "Id"), textOf(one, "Description"), textOf(one, "Code")};
    if (!company.id.empty()) out.push_back(std::move(company));
  }
  return out;
}

Result<std::string> Api::company(std::stop_token stop) {
  {
    const std::lock_guard lock(mutex_);
    if (!company_.empty()) return company_;
  }
  auto all = companies(std::move(stop));
  if (!all) return tl::unexpected(std::move(all.error()));
  auto chosen = chooseCompany(system_, *all, options_.company);
  if (!chosen) return chosen;
  const std::lock_guard lock(mutex_);
  company_ = *chosen;
  return chosen;
}

}  // namespace postern::accountview
