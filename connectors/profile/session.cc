#include "connectors/profile/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/profile/mapping.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

using nlohmann::json;

namespace {

constexpr std::size_t kWordsLimit = 2000;

std::string baseUrl(const std::string& url, const std::string& basePath) {
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  // An admin may have written the whole address.
  if (basePath.empty() || base.ends_with("/" + basePath)) return base + "/";
  return base + "/" + basePath + "/";
}

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

void cutBetweenCharacters(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
}

void append(std::string& words, const json* value) {
  if (value == nullptr || value->is_null() || value->is_object() || value->is_array()) return;
  const std::string text = value->is_string() ? value->get<std::string>() : value->dump();
  if (!text.empty()) words += (words.empty() ? "" : "; ") + text;
}

}  // namespace

void checkToken(const Section& options, const Profile& profile) {
  const bool sent = std::ranges::any_of(
      profile.headers, [](const auto& header) { return header.second.find("{token}") != std::string::npos; });
  if (sent && options.text("token").empty()) throw ConfigError(options.place(), kNoToken, {options.name()});
}

Session::Session(const SystemContext& context, const Profile& profile)
    : http_(context.http),
      clock_(context.clock),
      profile_(profile),
      system_(context.name),
      base_(baseUrl(context.options.text("url"), profile.basePath)),
      token_(context.options.text("token")) {
  const std::string& account = context.options.text("account");
  checkToken(context.options, profile);
  for (const auto& [name, pattern] : profile.headers) {
    if (account.empty() && pattern.find("{account}") != std::string::npos) continue;
    std::string value = pattern;
    replaceAll(value, "{token}", token_);
    replaceAll(value, "{account}", account);
    headers_.emplace_back(name, std::move(value));
  }
  headers_.emplace_back("Accept", "application/json");
}

Result<HttpResponse> Session::send(Call call, Purpose purpose, std::stop_token stop) const {
  HttpRequest request;
  request.method = std::move(call.method);
  request.url = base_ + call.path;
  if (!call.query.empty()) request.url += "?" + call.query;
  request.headers = headers_;
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  if (!call.body.empty()) {
    request.body = std::move(call.body);
    request.contentType = "application/json";
  }
  auto answer = http_.send(request, stop);
  if (!answer && purpose == Purpose::Read && answer.error().fault == Fault::Unknown) {
    answer.error().fault = Fault::Retry;
  }
  return answer;
}

std::string Session::words(std::string_view body) const {
  const json parsed = json::parse(body, nullptr, false);
  std::string words;
  for (const Path* path : {&profile_.errorMessage, &profile_.errorCode, &profile_.errorField}) {
    if (!path->empty()) append(words, memberAt(parsed, *path));
  }
  replaceAll(words, token_, "***");
  cutBetweenCharacters(words, kWordsLimit);
  return words;
}

bool Session::isAbsent(const HttpResponse& response) const {
  if (response.status != 404 && response.status != 410) return false;
  const json parsed = json::parse(response.body, nullptr, false);
  if (!parsed.is_object()) return false;
  const bool known = !profile_.errorMessage.empty() || !profile_.errorCode.empty();
  return !known || !words(response.body).empty();
}

std::optional<Error> Session::failure(const HttpResponse& response, Purpose purpose, const Subject& subject) const {
  const int status = response.status;
  if (status >= 200 && status < 300) return std::nullopt;
  const auto error = [&](Fault fault, const Message& message, std::vector<std::string> args) {
    return Error{fault, &message, std::move(args), words(response.body), retryAfter(response, clock_.now())};
  };
  const std::string code = std::to_string(status);
  const bool read = purpose == Purpose::Read;

  if (status == 429) return error(Fault::Retry, kTooMany, {system_});
  if (status == 503 || status == 408 || status == 425) {
    return error(Fault::Retry, kUnavailable, {system_, subject.what, code});
  }
  if (status >= 500 || status < 200) {
    if (read) return error(Fault::Retry, kUnavailable, {system_, subject.what, code});
    return error(Fault::Unknown, kUncertain, {system_, subject.what, subject.key, code});
  }
  if (status == 401) return error(Fault::Auth, kTokenRefused, {system_});
  if (status == 403) return error(Fault::Auth, kForbidden, {system_, subject.what});
  if (purpose == Purpose::Update && isAbsent(response)) {
    return error(Fault::Gone, kGone, {system_, subject.what, subject.key});
  }
  if (status < 400 || status == 404 || status == 405 || status == 410) {
    return error(Fault::Auth, kWrongAddress, {system_, subject.what, code});
  }
  if (read) return error(Fault::Retry, kUnavailable, {system_, subject.what, code});
  if (status == 412) return error(Fault::Retry, kChangedMeanwhile, {system_, subject.what, subject.key});
  return error(Fault::Reject, kRefused, {system_, subject.what, subject.key, code});
}

}  // namespace postern::profile
