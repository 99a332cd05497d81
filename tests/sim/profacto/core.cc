#include "tests/sim/profacto/core.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/sim/profacto/text.h"

namespace postern::sim {

using namespace profacto;

namespace profacto {

std::string Call::get(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool isWriteMethod(std::string_view lowerMethod) { return lowerMethod.starts_with("api_put_"); }

Value valueFromJson(const Column& column, const nlohmann::ordered_json& json) {
  const auto wrong = [&] { return std::invalid_argument("value does not fit " + column.name + ": " + json.dump()); };
  switch (column.type) {
    case Type::Text:
      if (json.is_string()) return json.get<std::string>();
      break;
    case Type::Integer:
      if (json.is_number_integer()) return json.get<std::int64_t>();
      break;
    case Type::Number:
      if (json.is_number()) return json.get<double>();
      break;
    case Type::Boolean:
      if (json.is_boolean()) return json.get<bool>();
      break;
    case Type::Date:
      if (json.is_null() || json == "") return std::monostate();
      if (json.is_string()) {
        if (const auto day = parseDate(json.get<std::string>())) return *day;
      }
      break;
  }
  throw wrong();
}

Value valueFromParameter(const Column& column, const std::string& text, const ProfactoOptions& options) {
  switch (column.type) {
    case Type::Text:
      return cleanUtf8(text);
    case Type::Integer:
      return static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, 10));
    case Type::Number:
      return std::strtod(text.c_str(), nullptr);
    case Type::Boolean:
      return text == "true";
    case Type::Date: {
      const auto day = parseWriteDate(text, options.writeDate);
      return day ? Value(*day) : Value(std::monostate());
    }
  }
  return std::monostate();
}

nlohmann::ordered_json toJson(const Table& table, Slot slot) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  std::vector<Cell> cells;
  table.unpack(slot, cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = table.columns()[i];
    if (column.locked) continue;
    auto& member = out[column.name];
    if (const auto* flag = std::get_if<bool>(&cells[i])) {
      member = *flag;
    } else if (const auto* integer = std::get_if<std::int64_t>(&cells[i])) {
      member = *integer;
    } else if (const auto* number = std::get_if<double>(&cells[i])) {
      member = *number;
    } else {
      member = table.text(slot, i);
    }
  }
  return out;
}

namespace {

constexpr const char* kLicencePage = "api_license_redirect";
constexpr std::array kMethods = {"api_get",         "api_getapilist",   "api_getmytokens", "api_get_personaltokens",
                                 "api_put_project", "api_put_customer", "api_put_contact", "api_put_item",
                                 "api_put_time",    kLicencePage};

Response html(const std::string& title, const std::string& text, int status = 200) {
  Response response;
  response.status = status;
  response.contentType = "text/html;charset=utf-8";
  response.body = "<!DOCTYPE html>\n<html><head><title>" + escapeHtml(title) + "</title></head><body><h1>" +
                  escapeHtml(title) + "</h1><p>" + escapeHtml(text) + "</p></body></html>\n";
  return response;
}

ResponseMode responseMode(const Call& call) {
  const std::string wanted = lowerCase(call.get("response"));
  if (wanted == "html") return ResponseMode::Html;
  // Older pages show response=true. Without it reads answer JSON and writes a page.
  if (wanted == "json" || wanted == "true") return ResponseMode::Json;
  return isWriteMethod(call.method) ? ResponseMode::Html : ResponseMode::Json;
}

std::int64_t ticks(std::chrono::steady_clock::time_point at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

}  // namespace

}  // namespace profacto

std::chrono::sys_seconds ProfactoSimulator::Core::now() const {
  const auto base =
      options.clock ? options.clock() : std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return base + advanced;
}

std::chrono::sys_days ProfactoSimulator::Core::today() const { return localDay(options.zone, now()); }

Response ProfactoSimulator::Core::handle(const Request& request, const std::string& url) {
  std::unique_lock lock(mutex);
  const std::string path = lowerCase(request.path), base = lowerCase(options.basePath);
  Call call;
  if (path.starts_with(base)) call.method = path.substr(base.size());
  if (std::find(kMethods.begin(), kMethods.end(), call.method) == kMethods.end()) {
    return html("404 Not Found", request.path + " was not found on this server.", 404);
  }
  for (auto& [name, value] : request.parameters()) call.parameters.try_emplace(name, std::move(value));
  call.client = {call.get("token"), request.clientAddress};
  call.mode = responseMode(call);
  if (options.slowness.count() > 0) stopped.wait_for(lock, options.slowness, [this] { return stopping; });
  Response response = dispatch(call, url);
  if (options.charset != ProfactoOptions::Charset::Utf8) {
    response.body = toWindows1252(response.body);
    const std::string type = response.contentType.substr(0, response.contentType.find(';'));
    const bool silent = options.charset == ProfactoOptions::Charset::Windows1252Silent;
    response.contentType = silent ? type : type + ";charset=windows-1252";
  }
  return response;
}

Response ProfactoSimulator::Core::dispatch(const Call& call, const std::string& url) {
  const auto begun = std::chrono::steady_clock::now();
  bodyOdd_.reset();
  if (call.method == kLicencePage) return licenceAnswer(call, url);
  if (!options.tokens.contains(call.client.token) || pendingTokens.contains(call.client.token)) {
    ++counts.refused;
    return tokenAnswer();
  }
  if (!slots.take(call.client, now(), options)) {
    ++counts.refused;
    return licenceAnswer(call, url);
  }
  Answer answer;
  if (call.method == "api_get") {
    answer = get(call);
  } else if (call.method == "api_getapilist") {
    answer = apiList(call);
  } else if (isWriteMethod(call.method)) {
    answer = put(call);
    if (answer.success) ++accepted;
  } else {
    answer = tokens(call);
  }
  if (!answer.success) ++counts.refused;
  return finish(call, answer, begun);
}

Response ProfactoSimulator::Core::licenceAnswer(const Call& call, const std::string& url) {
  using Form = ProfactoOptions::LicenceAnswer;
  const std::string page = url + options.basePath + kLicencePage + "?response=";
  const bool isPage = call.method == kLicencePage;
  if (!isPage && options.licenceAnswer == Form::Redirect) {
    Response response = html("302 Found", page);
    response.status = 302;
    response.headers.emplace_back("Location", page + (call.mode == ResponseMode::Html ? "HTML" : "JSON"));
    return response;
  }
  if (isPage ? call.mode == ResponseMode::Html : options.licenceAnswer == Form::Html) {
    return html("profacto API", "licenses_exceeded: Die Anzahl der API-Zugriffe ist ausgeschöpft.");
  }
  Response response;
  response.body = slots.exceededJson(page + "HTML", now(), options);
  return response;
}

Response ProfactoSimulator::Core::tokenAnswer() const {
  if (options.tokenAnswer == ProfactoOptions::TokenAnswer::Html) return html("profacto API", "The token is invalid.");
  Response response;
  response.body = R"({"error":"token_invalid","success":false,"errorMsg":"The token is invalid."})";
  return response;
}

Response ProfactoSimulator::Core::finish(const Call& call, const Answer& answer,
                                         std::chrono::steady_clock::time_point begun) {
  if (bodyOdd_ == Odd::NoBody) return {};
  const auto ended = std::chrono::steady_clock::now();
  const bool older = options.olderVersion;
  std::string json = R"({"error":)";
  appendJsonString(json, answer.error);
  json += answer.success ? R"(,"success":true)" : R"(,"success":false)";
  if (!older) {
    json += R"(,"startProcess":)" + std::to_string(ticks(begun)) + R"(,"responseMode":)";
    json += call.mode == ResponseMode::Json ? R"("JSON")" : R"("HTML")";
    json += R"(,"licenseOK":true)";
    if (answer.isRead) {
      json += R"(,"structure_access_info":[)";
      for (const std::string& name : answer.refusedNames) {
        if (name != answer.refusedNames.front()) json += ',';
        appendJsonString(json, name);
      }
      json += ']';
    }
  }
  json += answer.members;
  if (!older) json += R"(,"endProcess":)" + std::to_string(ticks(ended));
  json += R"(,"processingTime":)" + std::to_string(ticks(ended) - ticks(begun)) + R"(,"errorMsg":)";
  appendJsonString(json, answer.errorMsg);
  json += '}';
  if (call.mode == ResponseMode::Html) return html(call.method, json);
  if (bodyOdd_ == Odd::TruncatedJson) json.resize(json.size() / 2);
  Response response;
  response.body = std::move(json);
  return response;
}

Answer ProfactoSimulator::Core::apiList(const Call&) const {
  Answer answer;
  answer.members = R"(,"APIList":[)";
  for (const std::string& set : apiSets()) {
    if (set != apiSets().front()) answer.members += ',';
    appendJsonString(answer.members, set);
  }
  answer.members += ']';
  return answer;
}

// The form of api_getmytokens is not public; that of api_get_personaltokens is used for both.
Answer ProfactoSimulator::Core::tokens(const Call& call) const {
  Answer answer;
  answer.members = R"(,"tokens":[)";
  const bool mine = call.method == "api_getmytokens" || call.get("personalnr") == options.employee;
  for (const auto& [token, sets] : options.tokens) {
    for (const std::string& set : sets) {
      if (!mine) continue;
      if (answer.members.back() != '[') answer.members += ',';
      answer.members += R"({"API":)";
      appendJsonString(answer.members, set);
      answer.members += R"(,"Token":)";
      appendJsonString(answer.members, token);
      answer.members += '}';
    }
  }
  answer.members += ']';
  return answer;
}

}  // namespace postern::sim
