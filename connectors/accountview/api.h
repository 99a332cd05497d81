#pragma once
// Talks to the web API: one call at a time, with token, company and headers, and what each failure means.
// Vendor facts: fact sheet accountview.md, sections 3, 5, 6 and 8.

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/connector.h"
#include "connectors/accountview/grant.h"

namespace postern::accountview {

struct ApiOptions {
  std::string base;             // without a trailing slash
  std::string company;          // id, code or description; empty = the only one
  bool clientIdHeader = false;  // one public client sends it (inferred)
  bool notFoundIsEmpty = true;  // 404 for a list means "no rows" (inferred from one client)
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// An entry of GET /companies.
struct Company {
  std::string id, description, code;
};

/// The id to send as x-company. `wanted` is compared with id, code and description, letter case ignored; empty takes
/// the only one. Auth with what there is. Pure.
Result<std::string> chooseCompany(const std::string& system, const std::vector<Company>& companies,
                                  const std::string& wanted);

/// AccountView's words when `body` is an error body, whatever its status was: `ErrorMessage`, else `ErrorType`; at most
/// 2000 bytes. nullopt for anything else. Pure.
std::optional<std::string> errorWords(const nlohmann::json& body);

/// One caller at a time; the others wait until it leaves or they are to stop.
class Turn {
 public:
  class Hold {
   public:
    explicit Hold(Turn* turn) : turn_(turn) {}
    Hold(Hold&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    Hold& operator=(Hold&&) = delete;
    ~Hold();
    explicit operator bool() const { return turn_ != nullptr; }  // false: stopped while waiting

   private:
    Turn* turn_;
  };
  Hold take(std::stop_token stop);

 private:
  std::mutex mutex_;  // busy_
  std::condition_variable_any free_;
  bool busy_ = false;
};

/// What a write was about, for messages.
struct Subject {
  std::string kind;
  std::string key;  // ours
};

/// Thread-safe.
class Api {
 public:
  Api(const SystemContext& context, ApiOptions options, GrantOptions grant);

  const std::string& system() const { return system_; }
  Clock& clock() const { return clock_; }
  HttpClient& http() const { return http_; }
  const GrantOptions& grant() const { return keeper_.options(); }

  /// GET `path`; `what` names it in errors. Null when the answer means "no rows". Faults: Retry for what may pass,
  /// Auth, Stop, and Reject with AccountView's words when it refuses this very question.
  Result<nlohmann::json> read(const std::string& path, const Parameters& parameters, const std::string& what,
                              std::stop_token stop);
  /// POST or PUT accountviewdata, sent once (and again only after a 401). Faults: Reject with AccountView's words (an
  /// error body with 2xx or 4xx), Retry when surely not done, Unknown when it may have been (408 and 5xx with or
  /// without words, which are the detail then), Auth, Stop.
  Result<nlohmann::json> write(const char* method, const std::string& body, const Subject& subject,
                               std::stop_token stop);
  Result<std::vector<Company>> companies(std::stop_token stop);
  /// The id of the configured company; asked for once.
  Result<std::string> company(std::stop_token stop);

 private:
  Result<HttpResponse> send(HttpRequest request, const std::string& company, std::stop_token stop);
  Result<nlohmann::json> readAnswer(const HttpResponse& response, const std::string& what) const;
  Result<nlohmann::json> writeAnswer(const HttpResponse& response, const Subject& subject) const;
  std::optional<Error> commonFailure(const HttpResponse& response, const std::string& what) const;
  std::string words(const nlohmann::json& body) const;

  HttpClient& http_;
  Clock& clock_;
  const std::string system_;
  const ApiOptions options_;
  TokenKeeper keeper_;
  Turn turn_;
  std::mutex mutex_;  // company_
  std::string company_;
};

}  // namespace postern::accountview
