#pragma once
// The licence limit of section 3: an API access is a (token, IP) pair for 15 minutes, prolonged by each call.

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "tests/sim/profacto/profacto_options.h"

namespace postern::sim::profacto {

/// Not thread-safe.
class LicenceSlots {
 public:
  /// Takes or prolongs the client's access; false if `available` others hold one at `now`.
  bool take(const ProfactoClient& client, std::chrono::sys_seconds now, const ProfactoOptions& options);
  /// The same without asking whether one is free.
  void occupy(const ProfactoClient& client, std::chrono::sys_seconds now, const ProfactoOptions& options);
  void clear() { until_.clear(); }
  int inUse(std::chrono::sys_seconds now) const;
  /// The JSON of the sheet; `url` is the address of api_license_redirect. Holds other clients' tokens in full.
  std::string exceededJson(const std::string& url, std::chrono::sys_seconds now, const ProfactoOptions& options) const;

 private:
  void expire(std::chrono::sys_seconds now);
  std::map<std::pair<std::string, std::string>, std::chrono::sys_seconds> until_;  // (IP, token) -> end of the access
};

}  // namespace postern::sim::profacto
