#pragma once
// The bearer tokens of the simulated Craftboxx.

#include <chrono>
#include <map>
#include <string>

#include "tests/sim/craftboxx/options.h"

namespace postern::sim::craftboxx {

/// Not thread-safe.
class Tokens {
 public:
  /// A new token; a JWT with `exp`, `iat`, `sub` and a made-up signature unless the options say otherwise.
  std::string issue(const CraftboxxOptions& options, std::chrono::sys_seconds now);
  /// Takes one call off a token; false if it is unknown, revoked, expired or used up.
  bool use(const std::string& token, std::chrono::sys_seconds now);
  void revoke(const std::string& token) { tokens_.erase(token); }
  void revokeAll() { tokens_.clear(); }

 private:
  struct State {
    std::chrono::sys_seconds expires;
    int callsLeft;  // -1 = no limit
  };
  std::map<std::string, State> tokens_;
  int issued_ = 0;
};

}  // namespace postern::sim::craftboxx
