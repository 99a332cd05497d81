#pragma once
// Talks to profacto: one call, its envelope, and what a failure means. Knows tables and rows, not their meaning.
// Vendor facts: fact sheet profacto.md, sections 1 to 4, 7 and 8.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/clock.h"
#include "agent/http_client.h"
#include "agent/result.h"
#include "connectors/profacto/mapping.h"

namespace postern::profacto {

struct ApiOptions {
  std::string base;                           // everything before the method's name: "http://erp:8080/4DAction/"
  bool post = true;                           // false: GET with the parameters in the URL
  std::string charset = "auto";               // "auto" or a name Poco knows, e.g. "windows-1252"
  std::chrono::seconds slotWait{900};         // how long an API access stays taken
  std::vector<std::string> tokenErrorWords;   // an answer with all of them means: token refused
  std::vector<std::string> lockedErrorWords;  // …: somebody has the record open
};

/// Of a call, in this order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// What to read.
struct Query {
  const Table* table = nullptr;     // name, key and kind
  std::vector<std::string> fields;  // names to ask for, the key's among them
  std::string text;                 // ORDA expression with order
  std::int64_t limit = 0;           // 0: neither limit nor offset is sent
  std::int64_t offset = 0;
};

/// One row of an answer.
struct KeyedRow {
  std::string key;       // empty when the row lacks it
  std::string owner;     // first key field as it came, for use in queries
  std::string_view raw;  // inside Answer::body
};

/// A good answer of api_get.
struct Answer {
  std::shared_ptr<const std::string> body;
  std::vector<KeyedRow> rows;
  // As `records` told; older versions do not.
  std::optional<std::int64_t> total;   // total_in_query
  std::optional<std::int64_t> offset;  // that the server used
  std::optional<std::int64_t> inPage;  // total_in_page
  std::vector<std::string> refused;    // fields asked for that the server left out (structure_access_info)
};

/// What an api_put_* method that succeeded told. Whether it did what was asked for is for the caller to judge.
struct PutAnswer {
  std::optional<bool> wasUpdate;  // absent when not told
  std::string number;             // AuftragsNr as it came; empty when not told
};

/// The base of all calls: an URL without path gets the vendor's "/4DAction/", any other path is taken as it is
/// (a reverse proxy may publish another one).
std::string baseUrl(const std::string& url);

/// Thread-safe: keeps no state. `http` and `clock` must outlive it. Faults of calls that read: Retry for everything
/// that may pass, Auth for what an admin must change, Stop. Errors hold no token and nothing of an answer but a short
/// error code and names of tables and fields.
class Api {
 public:
  Api(HttpClient& http, Clock& clock, ApiOptions options);

  /// Rows of a table. Whether the page is complete is not judged here.
  Result<Answer> get(const std::string& token, const Query& query, std::stop_token stop) const;
  /// Like get, but a refusal that names fields asked for is an answer: without rows, the names in `refused`.
  Result<Answer> probe(const std::string& token, const Query& query, std::stop_token stop) const;
  /// api_getapilist: the API sets of a token. The cheapest call there is.
  Result<std::vector<std::string>> apiSets(const std::string& token, std::stop_token stop) const;
  /// Sends an api_put_* call once; `key` names the record in errors, `fields` are sent as they are (UTF-8), with the
  /// token before and response=JSON after them. Faults: Retry when surely nothing was written, Unknown when something
  /// may have been (lost or unreadable answer, 5xx), Auth, Reject with the server's words in `detail`, Stop.
  Result<PutAnswer> put(const std::string& token, const std::string& method, const std::string& key,
                        const Parameters& fields, std::stop_token stop) const;

 private:
  enum class Refusal { IsError, IsAnswer };
  enum class Effect { Reads, Writes };
  Result<Answer> exchange(const std::string& token, const Query& query, Refusal refusal, std::stop_token stop) const;

  /// `label` names the call in errors: "api_get Auftrag".
  Result<std::shared_ptr<std::string>> call(const std::string& method, const std::string& label,
                                            const Parameters& parameters, Effect effect, std::stop_token stop) const;

  HttpClient& http_;
  Clock& clock_;
  ApiOptions options_;
};

/// `body` as UTF-8: the charset of the header or the setting if the bytes fit it, else UTF-8 if valid, else
/// Windows-1252. `contentType` may be empty. Never fails; a byte order mark is dropped.
std::string toUtf8(std::string body, std::string_view contentType, const std::string& charset);

}  // namespace postern::profacto
