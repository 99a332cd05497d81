#pragma once
// What the tests of the pair profacto–Craftboxx share: an ERP in memory and the rules with given settings.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/clock.h"
#include "agent/connector.h"
#include "agent/settings.h"
#include "tests/support/memory_view.h"

namespace postern::profacto_craftboxx {

extern const LinkInfo kLink;

struct PairTest : testing::Test {
  inline static const std::string kZone = "Europe/Berlin";

  MemoryView erp;
  std::map<std::string, std::string> settings;
  Clock::Time now = fromLocal(std::chrono::year(2025) / 5 / 20, std::chrono::hours(12), kZone);

  std::unique_ptr<Rules> rules() const { return kLink.make(makeSection("main", kLink.options, settings), kZone); }
  std::optional<Target> derive(const std::string& kind, const std::string& key) const {
    return rules()->derive({kind, key}, erp, now);
  }
  /// One derived value; "(nothing)" when nothing is sent, "(absent)" when the field is not.
  std::string sent(const std::string& kind, const std::string& key, const std::string& field) const {
    const auto target = derive(kind, key);
    if (!target) return "(nothing)";
    const auto value = target->fields.find(field);
    return value == target->fields.end() ? "(absent)" : value->second;
  }

  void customer(const std::string& key, Fields fields) { erp.put({"customer", key, "", std::move(fields), {}}); }
  void contact(const std::string& key, Fields fields) {
    erp.put({"contact", key, key.substr(0, key.find('/')), std::move(fields), {}});
  }
  void article(const std::string& key, Fields fields = {}) { erp.put({"article", key, "", std::move(fields), {}}); }
  /// Seen to change just now, as everything that does not say otherwise.
  void project(const std::string& key, Fields fields) { erp.put({"project", key, "", std::move(fields), {}}, now); }
  void position(const std::string& project, const std::string& number, Fields fields) {
    fields["number"] = number;
    erp.put({"position", project + "/" + number, project, std::move(fields), {}}, now);
  }
};

}  // namespace postern::profacto_craftboxx
