#include "tests/sim/profacto/licence_slots.h"

#include <algorithm>

#include "tests/sim/profacto/text.h"

namespace postern::sim::profacto {

bool LicenceSlots::take(const ProfactoClient& client, std::chrono::sys_seconds now, const ProfactoOptions& options) {
  expire(now);
  const bool held = until_.contains({client.ip, client.token});
  if (!held && static_cast<int>(until_.size()) >= options.clients + options.addOnAccesses) return false;
  occupy(client, now, options);
  return true;
}

void LicenceSlots::occupy(const ProfactoClient& client, std::chrono::sys_seconds now, const ProfactoOptions& options) {
  until_[{client.ip, client.token}] = now + options.slotTime;
}

int LicenceSlots::inUse(std::chrono::sys_seconds now) const {
  return static_cast<int>(
      std::count_if(until_.begin(), until_.end(), [now](const auto& entry) { return entry.second > now; }));
}

void LicenceSlots::expire(std::chrono::sys_seconds now) {
  std::erase_if(until_, [now](const auto& entry) { return entry.second <= now; });
}

std::string LicenceSlots::exceededJson(const std::string& url, std::chrono::sys_seconds now,
                                       const ProfactoOptions& options) const {
  std::string out = R"({"error":"licenses_exceeded","url":)";
  appendJsonString(out, url);
  out += R"(,"errorMsg":)";
  appendJsonString(out, "Die Anzahl der API-Zugriffe ist ausgeschöpft. " + url);
  const int available = options.clients + options.addOnAccesses;
  out += R"(,"clients":)" + std::to_string(options.clients) + R"(,"otaAvailable":)" + std::to_string(options.clients) +
         R"(,"apiAvailable":)" + std::to_string(available) + R"(,"AddOnAPICalls":)" +
         std::to_string(options.addOnAccesses) + R"(,"otainUse":0,"apiInUse":)" + std::to_string(inUse(now)) +
         R"(,"otatokenslots":[],"apitokenslots":[)";
  bool first = true;
  for (const auto& [client, until] : until_) {
    if (until <= now) continue;
    // A tick value (1/60 s), not Unix time: assumed by the sheet.
    const auto ticks = ((until - options.slotTime).time_since_epoch().count() % 1000000) * 60;
    out += (first ? "" : ",") + (R"({"timestamp":)" + std::to_string(ticks)) + R"(,"iptoken":)";
    appendJsonString(out, client.first + client.second);
    out += '}';
    first = false;
  }
  return out + "]}";
}

}  // namespace postern::sim::profacto
