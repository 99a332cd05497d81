#pragma once
// HTTP as connectors see it: one request, one answer, everything limited in time and size.

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/clock.h"
#include "agent/result.h"

namespace postern {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, already percent-encoded
  HttpHeaders headers;
  std::string body;
  std::string contentType;                               // sent only with a body
  std::optional<std::chrono::milliseconds> answerLimit;  // instead of HttpOptions::answerLimit
  bool writes = false;                                   // a GET that changes something: never repeated
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;  // decoded (gzip, chunks)
  /// The header's value, letter case of the name ignored; nullopt when absent.
  std::optional<std::string_view> header(std::string_view name) const;
};

struct HttpOptions {
  std::chrono::milliseconds connectLimit{10'000};
  std::chrono::milliseconds answerLimit{120'000};  // silence after which an answer counts as lost
  std::size_t bodyLimit = 64 << 20;                // bytes after decoding; more is an error
  int connections = 8;                             // kept open per host
  std::string caFile;                              // PEM; empty = the system's authorities
  std::string proxy;                               // "http://[user:password@]host:port"; empty = none; "system" = from
                                                   // HTTP_PROXY, HTTPS_PROXY, NO_PROXY
  std::string userAgent = "postern";
};

/// Thread-safe; each call uses a connection of its own out of a pool of kept-alive ones.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Any HTTP answer is a success here, whatever its status; redirects are returned, never followed.
  /// Errors: Fault::Retry when the request was surely not handed over (name, connect, TLS, proxy), Fault::Unknown
  /// when it may have been (time limit, closed, cut or oversized answer), Fault::Stop when `stop` was requested.
  /// A kept-alive connection that the server closed meanwhile is replaced silently only if no byte of this request
  /// was answered and it is a GET that does not write; for others the outcome is Unknown unless nothing was written.
  virtual Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) = 0;
};

/// The real one (http_client_poco.cc). TLS is verified always: chain, name and dates, TLS 1.2 or newer.
/// Over TLS a silence is noticed up to two seconds late. Where there are signals SIGPIPE is ignored from then on.
/// Throws ConfigError when the CA file cannot be read or the proxy is not an http address.
std::unique_ptr<HttpClient> makeHttpClient(const HttpOptions& options);

/// Calls per second in front of another client; adapts to what the server says. Thread-safe.
///  - at most `rate` calls a second (0 = none), evenly, with a burst of one second;
///  - 429 or 503 with Retry-After holds all calls until then; 429 halves the pace, which recovers slowly;
///  - X-RateLimit-Remaining: 0 with X-RateLimit-Reset (epoch seconds or seconds) holds until then, 60 s at most.
/// A call that would have to wait longer than 10 s is not sent: Fault::Retry with retryAfter.
std::unique_ptr<HttpClient> makePacedClient(HttpClient& inner, Clock& clock, double rate);

/// Percent-encodes everything but unreserved characters (RFC 3986); blanks become %20.
std::string percentEncode(std::string_view text);
/// "a=1&b=x%20y" from pairs, in order.
std::string formEncode(const std::vector<std::pair<std::string, std::string>>& parameters);
/// "Fri, 09 May 2025 10:00:08 GMT"; nullopt for anything else.
std::optional<Clock::Time> httpDate(std::string_view text);
/// Retry-After as seconds (delta or HTTP date), nullopt when absent or unreadable; capped at one hour.
std::optional<std::chrono::seconds> retryAfter(const HttpResponse& response, Clock::Time now);

}  // namespace postern
