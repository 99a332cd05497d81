#pragma once
// The vendor's server as a profile describes it: address, headers, and what each failure means for the engine.

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/connector.h"
#include "connectors/profile/profile.h"

namespace postern::profile {

/// What a call wants; decides how a failure is classified.
enum class Purpose {
  Read,
  Create,
  Update,  // of something that was there
};

struct Call {
  std::string method = "GET";
  std::string path;   // below the profile's base path, encoded
  std::string query;  // encoded, without '?'
  std::string body;   // JSON; empty = none
  HttpHeaders headers;
};

/// What a message should name.
struct Subject {
  std::string what;  // path for reads, kind for writes
  std::string key;   // our key; empty for reads
};

/// Throws ConfigError for a token that the profile sends but nobody set.
void checkToken(const Section& options, const Profile& profile);

/// Thread-safe; keeps nothing but the settings. Refers to the profile and the context's HTTP client and clock.
class Session {
 public:
  /// Throws ConfigError as checkToken().
  Session(const SystemContext& context, const Profile& profile);

  const std::string& system() const { return system_; }
  const Profile& profile() const { return profile_; }
  Clock& clock() const { return clock_; }

  /// Any answer. Errors: as HttpClient::send, for Purpose::Read with Retry instead of Unknown.
  Result<HttpResponse> send(Call call, Purpose purpose, std::stop_token stop) const;

  /// nullopt for a 2xx answer. 404 and 405 of a list, of a create and without the profile's error shape mean a wrong
  /// address, as do redirects: all calls would fail alike, so they are Auth: the system pauses and the queue stays.
  std::optional<Error> failure(const HttpResponse& response, Purpose purpose, const Subject& subject) const;

  /// 404 or 410 with the profile's error shape: the server knows the path, but not the item.
  bool isAbsent(const HttpResponse& response) const;

  /// Message, code and field of an error body, as the profile names them; at most 2000 bytes, without our token.
  std::string words(std::string_view body) const;

 private:
  HttpClient& http_;
  Clock& clock_;
  const Profile& profile_;
  std::string system_;
  std::string base_;  // with a trailing slash
  std::string token_;
  HttpHeaders headers_;
};

}  // namespace postern::profile
