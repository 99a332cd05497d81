#include "connectors/craftboxx/session.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {

using nlohmann::json;

namespace {

constexpr std::size_t kWordsLimit = 2000;

std::string trimSlashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

std::string baseUrl(const Section& options) {
  std::string base = options.text("url");
  while (base.ends_with('/')) base.pop_back();
  const std::string prefix = trimSlashes(options.text("path_prefix"));
  return prefix.empty() ? base + "/" : base + "/" + prefix + "/";
}

void appendWords(std::string& out, const json& value) {
  if (value.is_string()) {
    if (!out.empty()) out += "; ";
    out += value.get_ref<const std::string&>();
  } else if (value.is_array() || value.is_object()) {
    for (const json& element : value) appendWords(out, element);
  }
}

bool isTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '=' || c == '+' || c == '/' || c == '|';
}

/// Hides what follows each `mark` while it looks like a token; `keepMark` keeps the mark itself.
void hideAfter(std::string& text, std::string_view mark, bool keepMark) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = keepMark ? at + mark.size() : at;
    std::size_t end = at + mark.size();
    while (end < text.size() && isTokenChar(text[end])) ++end;
    text.replace(begin, end - begin, "***");
  }
}

void replaceAll(std::string& text, const std::string& what) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 3)) {
    text.replace(at, what.size(), "***");
  }
}

void cutBetweenCharacters(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
}

/// Laravel names the route when the path itself is unknown, and the model when only the record is.
bool isUnknownRoute(const HttpResponse& response) {
  const json body = json::parse(response.body, nullptr, false);
  if (!body.is_object()) return true;
  return serverWords(response.body).find("The route ") != std::string::npos;
}

}  // namespace

std::string serverWords(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return {};
  std::string words;
  if (const auto message = parsed.find("message"); message != parsed.end()) appendWords(words, *message);
  if (const auto errors = parsed.find("errors"); errors != parsed.end() && errors->is_object()) {
    for (const auto& [field, texts] : errors->items()) {
      std::string list;
      appendWords(list, texts);
      words += (words.empty() ? "" : "; ") + field + ": " + list;
    }
  }
  if (const auto error = parsed.find("error"); error != parsed.end()) {
    if (error->is_string()) appendWords(words, *error);
    for (const char* name : {"display_message", "message"}) {
      if (error->is_object() && error->contains(name)) appendWords(words, (*error)[name]);
    }
  }
  hideAfter(words, "eyJ", false);
  hideAfter(words, "Bearer ", true);
  cutBetweenCharacters(words, kWordsLimit);
  return words;
}

void checkLogIn(const Section& options) {
  const bool email = !options.text("email").empty();
  const bool password = !options.text("password").empty();
  const bool complete = options.text("token").empty() ? email && password : !email && !password;
  if (!complete) throw ConfigError(options.place(), kLoginMissing, {options.name()});
}

Session::Session(const SystemContext& context)
    : http_(context.http),
      clock_(context.clock),
      system_(context.name),
      base_(baseUrl(context.options)),
      email_(context.options.text("email")),
      password_(context.options.text("password")) {
  checkLogIn(context.options);
  if (const std::string& ready = context.options.text("token"); !ready.empty()) {
    ready_ = true;
    token_ = {ready, 1};
  }
}

tl::unexpected<Error> Session::stopped() const { return fail(Fault::Stop, kStopped, {system_}); }

std::string Session::words(const HttpResponse& response) const {
  std::string text = serverWords(response.body);
  const std::lock_guard lock(mutex_);
  replaceAll(text, password_);
  replaceAll(text, token_.value);
  return text;
}

Result<HttpResponse> Session::send(Call call, Purpose purpose, std::stop_token stop) {
  HttpRequest request;
  request.method = call.method;
  request.url = base_ + call.path;
  if (!call.query.empty()) request.url += "?" + call.query;
  if (!call.body.empty()) {
    request.body = std::move(call.body);
    request.contentType = "application/json";
  }

  std::uint64_t usedUp = 0;
  for (int round = 0; round < 2; ++round) {
    auto current = token(usedUp, stop);
    if (!current) return tl::unexpected(std::move(current.error()));
    request.headers = {{"Authorization", "Bearer " + current->value}, {"Accept", "application/json"}};
    auto answer = http_.send(request, stop);
    if (!answer) {
      if (purpose == Purpose::Read && answer.error().fault == Fault::Unknown) answer.error().fault = Fault::Retry;
      return answer;
    }
    if (answer->status != 401) return answer;
    usedUp = current->number;
  }
  return fail(Fault::Auth, kTokenRefused, {system_});
}

Result<Session::Token> Session::token(std::uint64_t usedUp, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop.stop_requested()) return stopped();
    if (token_.number > usedUp) return token_;
    if (ready_) return fail(Fault::Auth, kTokenRefused, {system_});
    if (!loggingIn_) break;
    const std::uint64_t seen = attempts_;
    changed_.wait(lock, stop, [&] { return attempts_ != seen; });
    // Whoever waited shares a refusal: a wrong password is tried once, not once a thread.
    if (attempts_ != seen && token_.number <= usedUp && lastFailure_ && lastFailure_->fault != Fault::Stop) {
      return tl::unexpected(*lastFailure_);
    }
  }
  loggingIn_ = true;
  lock.unlock();
  auto fresh = logIn(stop);
  lock.lock();
  loggingIn_ = false;
  ++attempts_;
  if (fresh) {
    token_ = {std::move(*fresh), token_.number + 1};
    lastFailure_.reset();
  } else {
    lastFailure_ = fresh.error();
  }
  changed_.notify_all();
  if (!fresh) return tl::unexpected(std::move(fresh.error()));
  return token_;
}

Result<std::string> Session::logIn(std::stop_token stop) {
  HttpRequest request;
  request.method = "POST";
  request.url = base_ + "auth/create-token";
  request.headers = {{"Accept", "application/json"}};
  request.contentType = "application/json";
  request.body = json{{"email", email_}, {"password", password_}}.dump(-1, ' ', false, json::error_handler_t::replace);

  auto answer = http_.send(request, stop);
  if (!answer) {
    // A log-in that may have happened is as good as none: it leaves nothing behind.
    if (answer.error().fault == Fault::Unknown) answer.error().fault = Fault::Retry;
    return tl::unexpected(std::move(answer.error()));
  }
  const int status = answer->status;
  if (status == 422 || status == 401 || status == 403 || status == 400) {
    return fail(Fault::Auth, kLoginRefused, {system_, std::to_string(status)});
  }
  if (auto error = failure(*answer, Purpose::Read, {"auth/create-token", {}})) {
    return tl::unexpected(std::move(*error));
  }
  const json body = json::parse(answer->body, nullptr, false);
  if (body.is_discarded()) return fail(Fault::Retry, kUnreadable, {system_, "auth/create-token"});
  if (!body.is_object() || !body.contains("access_token") || !body["access_token"].is_string()) {
    return fail(Fault::Auth, kLoginAnswer, {system_});
  }
  return body["access_token"].get<std::string>();
}

std::optional<Error> Session::failure(const HttpResponse& response, Purpose purpose, const Subject& subject) const {
  const int status = response.status;
  if (status >= 200 && status < 300) return std::nullopt;
  const auto error = [&](Fault fault, const Message& message, std::vector<std::string> args) {
    return Error{fault, &message, std::move(args), words(response), retryAfter(response, clock_.now())};
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
  if (status < 400 || ((status == 404 || status == 405) && (read || isUnknownRoute(response)))) {
    return error(Fault::Auth, kWrongAddress, {system_, subject.what, code});
  }
  if (read) return error(Fault::Retry, kUnavailable, {system_, subject.what, code});
  if (status == 404 && purpose == Purpose::Update) {
    return error(Fault::Gone, kGone, {system_, subject.what, subject.key});
  }
  return error(Fault::Reject, kRefused, {system_, subject.what, subject.key, code});
}

}  // namespace postern::craftboxx
