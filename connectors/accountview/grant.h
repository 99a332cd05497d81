#pragma once
// The log-in: OAuth 2.0, authorization code, refresh tokens that change with every use.
// Vendor facts: fact sheet accountview.md, section 4 (client credentials in the body: inferred; life times: not
// public).

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/connector.h"

namespace postern::accountview {

struct GrantOptions {
  std::string system;        // for messages
  std::string authorizeUrl;  // https://www.accountview.net/ams/authorize.aspx
  std::string tokenUrl;      // …/api/v3/token
  std::string scopes;        // separated by blanks
  std::string clientId;
  std::string clientSecret;
};

/// What the token call answers.
struct Tokens {
  std::string access;
  std::string refresh;                           // empty when none was sent: the old one stays good
  std::optional<std::chrono::seconds> lifetime;  // absent when not told as a number
};

// Pure.

/// The address a user opens in a browser to grant access.
std::string authorizeAddress(const GrantOptions& options, const std::string& redirectUri, const std::string& state);
/// `code` percent-decoded once (documented); `redirectUri` identical to the one in the address.
HttpRequest exchangeRequest(const GrantOptions& options, const std::string& code, const std::string& redirectUri);
HttpRequest refreshRequest(const GrantOptions& options, const std::string& refreshToken);
/// Auth for invalid_grant (log in again), invalid_client and missing rights; Retry for what may pass. `sent`, a code or
/// a token, is taken out of the server's words.
Result<Tokens> readTokens(const GrantOptions& options, const HttpResponse& response, const std::string& sent,
                          Clock::Time now);

/// Turns a code into the refresh token to store.
Result<std::string> exchangeCode(HttpClient& http, const Clock& clock, const GrantOptions& options,
                                 const std::string& code, const std::string& redirectUri, std::stop_token stop);

/// Access tokens, in memory only. Thread-safe: whatever number of threads needs a new one, one refresh is made. The new
/// refresh token is stored before the new access token is given out. An exception of the store leaves as if the refresh
/// had not been asked for.
class TokenKeeper {
 public:
  struct Token {
    std::string value;
    std::uint64_t number = 0;  // counts refreshes; 0 = none yet
  };
  TokenKeeper(const SystemContext& context, GrantOptions options);

  /// A token that is newer than number `usedUp` and not known to have expired. `http` and the store may be waited for.
  Result<Token> token(std::uint64_t usedUp, std::stop_token stop);
  const GrantOptions& options() const { return options_; }

 private:
  Result<Tokens> refresh(std::stop_token stop);
  bool fresh(std::uint64_t usedUp) const;
  void finish(const Result<Tokens>* outcome);

  HttpClient& http_;
  Clock& clock_;
  const GrantOptions options_;
  const decltype(SystemContext::renewSecret) renewSecret_;

  mutable std::mutex mutex_;  // guards all below; never held during a call
  std::condition_variable_any changed_;
  Token token_;
  std::optional<Clock::Monotonic> expires_;
  bool refreshing_ = false;
  std::uint64_t attempts_ = 0;        // refreshes that ended, either way
  std::optional<Error> lastFailure_;  // of the last of them
};

}  // namespace postern::accountview
