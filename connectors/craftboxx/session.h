#pragma once
// Craftboxx's API as a logged-in employee: bearer token, headers, and what each failure means for the engine.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"

namespace postern::craftboxx {

/// What a call wants; decides how a failure is classified.
enum class Purpose { Read, Create, Update };

/// One API call; the session adds address, token and headers.
struct Call {
  const char* method = "GET";
  std::string path;   // "customers/addresses/17", without a leading slash
  std::string query;  // already encoded, without '?'
  std::string body;   // JSON; empty = none
};

/// What a message should name.
struct Subject {
  std::string what;  // resource path for reads, kind for writes
  std::string key;   // our key; empty for reads
};

/// The words of an error body: `message` and the flattened `errors` (422) or `error.display_message`/`error.message`.
/// At most 2000 bytes, cut between characters; JWTs and bearer values become "***". Empty for anything but JSON.
std::string serverWords(std::string_view body);

/// Throws ConfigError unless there is either an e-mail address with a password or a token.
void checkLogIn(const Section& options);

/// Thread-safe. The token lives in memory only. After a 401 exactly one log-in is made, whatever number of threads
/// met it, and each call is repeated once (section 7: 401 = missing, expired or revoked). Stamps of the token itself
/// are not used: a clock that is off must not cause log-ins.
class Session {
 public:
  /// Throws ConfigError unless there is either email and password or a token.
  explicit Session(const SystemContext& context);

  const std::string& system() const { return system_; }
  Clock& clock() const { return clock_; }

  /// Any answer but 401. Errors: as HttpClient::send, for Purpose::Read with Retry instead of Unknown; Auth when the
  /// log-in is refused or a fresh token is; whatever else stops the log-in is Retry, as the call was surely not done.
  Result<HttpResponse> send(Call call, Purpose purpose, std::stop_token stop);

  /// nullopt for a 2xx answer, otherwise what it means for the engine. Redirects and a 404 of a collection or without
  /// JSON mean a wrong address and are Auth: all calls would fail alike, so the system pauses and the queue stays.
  std::optional<Error> failure(const HttpResponse& response, Purpose purpose, const Subject& subject) const;

 private:
  struct Token {
    std::string value;
    std::uint64_t number = 0;  // counts log-ins; 0 = none yet
  };
  Result<Token> token(std::uint64_t usedUp, std::stop_token stop);
  Result<std::string> logIn(std::stop_token stop);
  tl::unexpected<Error> stopped() const;
  std::string words(const HttpResponse& response) const;

  HttpClient& http_;
  Clock& clock_;
  std::string system_;
  std::string base_;  // with a trailing slash
  std::string email_;
  std::string password_;
  bool ready_ = false;  // the admin gave a token: it cannot be renewed

  mutable std::mutex mutex_;  // guards all below; never held during a call
  std::condition_variable_any changed_;
  Token token_;
  bool loggingIn_ = false;
  std::uint64_t attempts_ = 0;        // log-ins that ended, either way
  std::optional<Error> lastFailure_;  // of the last of them
};

}  // namespace postern::craftboxx
