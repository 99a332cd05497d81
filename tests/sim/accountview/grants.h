#pragma once
// Authorization codes and tokens of the simulated accountview.net (fact sheet, section 4).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/sim/accountview/options.h"
#include "tests/sim/accountview/query.h"
#include "tests/sim/simulator.h"

namespace postern::sim::accountview {

/// Not thread-safe.
class Grants {
 public:
  using Time = std::chrono::sys_seconds;

  /// GET /ams/authorize.aspx: redirects at once, as if a user had logged in and agreed. 400 with an HTML page if the
  /// client or the redirect URI is not the registered one.
  Response authorize(const Parameters& query, const AccountViewOptions& options);
  /// POST /token. Only the body counts, not the query and not an Authorization header.
  Response token(const Parameters& form, const AccountViewOptions& options, Time now);

  /// As if the whole grant had been done: the answer of the token call.
  Json issue(const AccountViewOptions& options, Time now);
  /// Takes one call off an access token; false if it is unknown, expired or used up.
  bool use(const std::string& accessToken, Time now);
  void expireAccessTokens() { access_.clear(); }
  void revokeAll();

  std::int64_t granted = 0;    // codes exchanged
  std::int64_t refreshed = 0;  // refresh tokens exchanged
  std::int64_t refused = 0;    // token calls answered with an error

 private:
  struct Access {
    Time expires;
    int callsLeft;  // -1 = no limit
  };
  Response refuse(const std::string& error, const std::string& description, int status = 400);

  std::map<std::string, std::string> codes_;  // code -> redirect URI it was asked with
  std::map<std::string, Access> access_;
  std::map<std::string, std::optional<Time>> refresh_;  // since when it is exchanged; nullopt = not yet
  int issued_ = 0;
};

}  // namespace postern::sim::accountview
