#include "connectors/accountview/grant.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using nlohmann::json;

namespace {

constexpr std::size_t kWordsLimit = 500;

HttpRequest tokenRequest(const GrantOptions& options, std::vector<std::pair<std::string, std::string>> form) {
  form.emplace_back("client_id", options.clientId);
  form.emplace_back("client_secret", options.clientSecret);
  HttpRequest request;
  request.method = "POST";
  request.url = options.tokenUrl;
  request.headers = {{"Accept", "application/json"}};
  request.contentType = "application/x-www-form-urlencoded";
  request.body = formEncode(form);
  return request;
}

std::string textOf(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string{};
}

/// An OAuth error word is letters and underscores; anything else is not shown.
std::string shownWord(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return word.empty() || word.size() > 40 || !plain ? "?" : word;
}

void hide(std::string& text, const std::string& secret) {
  if (secret.size() < 4) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
}

}  // namespace

std::string authorizeAddress(const GrantOptions& options, const std::string& redirectUri, const std::string& state) {
  const char* join = options.authorizeUrl.find('?') == std::string::npos ? "?" : "&";
  return options.authorizeUrl + join +
         formEncode({{"response_type", "code"},
                     {"client_id", options.clientId},
                     {"redirect_uri", redirectUri},
                     {"scope", options.scopes},
                     {"state", state}});
}

HttpRequest exchangeRequest(const GrantOptions& options, const std::string& code, const std::string& redirectUri) {
  return tokenRequest(options, {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", redirectUri}});
}

HttpRequest refreshRequest(const GrantOptions& options, const std::string& refreshToken) {
  return tokenRequest(options, {{"grant_type", "refresh_token"}, {"refresh_token", refreshToken}});
}

Result<Tokens> readTokens(const GrantOptions& options, const HttpResponse& response, const std::string& sent,
                          Clock::Time now) {
  const int status = response.status;
  const std::string code = std::to_string(status);
  if (status == 429) return fail(Fault::Retry, kTooMany, {options.system}, {}, retryAfter(response, now));
  if (status == 408 || status < 200 || status >= 500)
    return fail(Fault::Retry, kUnavailable, {options.system, "token", code}, {}, retryAfter(response, now));
  const json body = json::parse(response.body, nullptr, false);
  const std::string word = body.is_object() ? textOf(body, "error") : std::string{};
  if (!word.empty()) {
    std::string words = firstCharacters(textOf(body, "error_description"), kWordsLimit);
    hide(words, sent);
    hide(words, options.clientSecret);
    if (word == "invalid_grant") return fail(Fault::Auth, kGrantEnded, {options.system}, words);
    if (word == "invalid_client") return fail(Fault::Auth, kClientRefused, {options.system}, words);
    return fail(Fault::Auth, kRightsMissing, {options.system, shownWord(word)}, words);
  }
  if (status == 401) return fail(Fault::Auth, kClientRefused, {options.system});
  if (status == 403) return fail(Fault::Auth, kRightsMissing, {options.system, code});
  if (status >= 300) return fail(Fault::Retry, kWrongAddress, {options.system, "token", code});
  if (!body.is_object()) return fail(Fault::Retry, kUnreadable, {options.system, "token"});
  Tokens tokens{textOf(body, "access_token"), textOf(body, "refresh_token"), {}};
  if (tokens.access.empty()) return fail(Fault::Retry, kTokenAnswer, {options.system});
  // A text, or none: then a 401 tells when it is over (assumed).
  if (const auto expires = body.find("expires_in"); expires != body.end() && expires->is_number()) {
    const auto seconds = expires->get<double>();
    if (seconds > 0 && seconds < 1e9) tokens.lifetime = std::chrono::seconds(static_cast<std::int64_t>(seconds));
  }
  return tokens;
}

Result<std::string> exchangeCode(HttpClient& http, const Clock& clock, const GrantOptions& options,
                                 const std::string& code, const std::string& redirectUri, std::stop_token stop) {
  auto answer = http.send(exchangeRequest(options, code, redirectUri), std::move(stop));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto tokens = readTokens(options, *answer, code, clock.now());
  if (!tokens) return tl::unexpected(std::move(tokens.error()));
  if (tokens->refresh.empty()) return fail(Fault::Retry, kTokenAnswer, {options.system});
  return std::move(tokens->refresh);
}

TokenKeeper::TokenKeeper(const SystemContext& context, GrantOptions options)
    : http_(context.http), clock_(context.clock), options_(std::move(options)), renewSecret_(context.renewSecret) {}

bool TokenKeeper::fresh(std::uint64_t usedUp) const {
  return token_.number > usedUp && (!expires_ || clock_.monotonic() < *expires_);
}

Result<TokenKeeper::Token> TokenKeeper::token(std::uint64_t usedUp, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop.stop_requested()) return fail(Fault::Stop, kStopped, {options_.system});
    if (fresh(usedUp)) return token_;
    if (!refreshing_) break;
    const std::uint64_t seen = attempts_;
    changed_.wait(lock, stop, [&] { return attempts_ != seen; });
    // Whoever waited shares a refusal, so that a refused grant is tried once and not once a thread.
    if (attempts_ != seen && !fresh(usedUp) && lastFailure_ && lastFailure_->fault != Fault::Stop)
      return tl::unexpected(*lastFailure_);
  }
  refreshing_ = true;
  lock.unlock();
  try {
    const auto outcome = refresh(stop);
    finish(&outcome);
    if (!outcome) return tl::unexpected(outcome.error());
    const std::lock_guard again(mutex_);
    return token_;
  } catch (...) {
    finish(nullptr);
    throw;
  }
}

void TokenKeeper::finish(const Result<Tokens>* outcome) {
  const std::lock_guard lock(mutex_);
  refreshing_ = false;
  ++attempts_;
  lastFailure_.reset();
  if (outcome != nullptr && *outcome) {
    const Tokens& tokens = **outcome;
    token_ = {tokens.access, token_.number + 1};
    expires_.reset();
    // A little early, so that a call does not meet the end on its way.
    if (tokens.lifetime)
      expires_ = clock_.monotonic() + *tokens.lifetime - std::min(std::chrono::seconds(60), *tokens.lifetime / 10);
  } else if (outcome != nullptr) {
    lastFailure_ = outcome->error();
  }
  changed_.notify_all();
}

Result<Tokens> TokenKeeper::refresh(std::stop_token stop) {
  if (!renewSecret_) return fail(Fault::Auth, kNotLoggedIn, {options_.system});
  std::optional<Tokens> tokens;
  const auto renewal = [&](const std::string& stored) -> Result<std::string> {
    auto answer = http_.send(refreshRequest(options_, stored), stop);
    if (!answer) {
      // Nothing but the token itself can have changed there, and only the server knows.
      if (answer.error().fault == Fault::Unknown) answer.error().fault = Fault::Retry;
      return tl::unexpected(std::move(answer.error()));
    }
    auto read = readTokens(options_, *answer, stored, clock_.now());
    if (!read) return tl::unexpected(std::move(read.error()));
    tokens = std::move(*read);
    return tokens->refresh.empty() ? stored : tokens->refresh;
  };
  auto stored = renewSecret_("refresh_token", renewal);
  if (!stored) {
    if (stored.error().fault == Fault::Reject) return fail(Fault::Auth, kNotLoggedIn, {options_.system});
    return tl::unexpected(std::move(stored.error()));
  }
  return std::move(*tokens);
}

}  // namespace postern::accountview
