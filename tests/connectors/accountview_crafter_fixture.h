#pragma once
// What the tests of the pair AccountView–Crafter share: both sides in memory and the rules with given settings.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/clock.h"
#include "agent/connector.h"
#include "agent/settings.h"
#include "tests/support/memory_view.h"

namespace postern::accountview_crafter {

extern const LinkInfo kLink;

struct PairTest : testing::Test {
  inline static const std::string kZone = "Europe/Amsterdam";

  MemoryView erp;
  MemoryView app;
  std::map<Reference, std::string> erpKeys;  // the app's record -> the ERP's key
  std::map<Reference, Fields> delivered;     // what went to the ERP
  std::map<std::string, std::string> settings;
  Clock::Time now = fromLocal(std::chrono::year(2026) / 1 / 20, std::chrono::hours(12), kZone);

  /// The link's settings; of the keys common to all links those that `settings` names.
  Section options() const {
    std::vector<Option> table(kLink.options.begin(), kLink.options.end());
    for (const auto& common : commonLinkOptions()) {
      const std::string_view key(common.key);
      if (key == "flow.*" || key == "flows") table.push_back(common);
    }
    return makeSection("main", table, settings);
  }
  std::unique_ptr<Rules> rules() const { return kLink.make(options(), kZone); }

  std::optional<Target> derive(const std::string& kind, const std::string& key) const {
    return rules()->derive({kind, key}, erp, now);
  }
  BackView view() const {
    return {app, erp,
            [this](std::string_view kind, std::string_view key) {
              const auto found = erpKeys.find({std::string(kind), std::string(key)});
              return found == erpKeys.end() ? std::string() : found->second;
            },
            [this](const Reference& target) {
              const auto found = delivered.find(target);
              return found == delivered.end() ? std::nullopt : std::optional(found->second);
            }};
  }
  std::optional<Target> deriveBack(const std::string& kind, const std::string& key) const {
    return rules()->deriveBack({kind, key}, view(), now);
  }
  std::vector<Reference> touched(const Record& record) const { return rules()->touched(record, erp); }
  std::vector<Reference> touchedBack(const Record& record) const { return rules()->touchedBack(record, app); }

  static std::string fieldOf(const std::optional<Target>& target, const std::string& field) {
    if (!target) return "(nothing)";
    const auto value = target->fields.find(field);
    return value == target->fields.end() ? "(absent)" : value->second;
  }
  /// One derived value; "(nothing)" when nothing is sent, "(absent)" when the field is not.
  std::string sent(const std::string& kind, const std::string& key, const std::string& field) const {
    return fieldOf(derive(kind, key), field);
  }
  std::string sentBack(const std::string& kind, const std::string& key, const std::string& field) const {
    return fieldOf(deriveBack(kind, key), field);
  }
  /// Code of the refusal; "" when there is none, "(nothing)" when nothing is sent.
  static std::string refusalOf(const std::optional<Target>& target) {
    if (!target) return "(nothing)";
    return target->refusal ? target->refusal->code() : "";
  }

  static Record record(const std::string& kind, const std::string& key, Fields fields, const std::string& parent = {}) {
    return {kind, key, parent, std::move(fields), {}};
  }
  void inErp(const std::string& kind, const std::string& key, Fields fields = {}, const std::string& parent = {}) {
    erp.put(record(kind, key, std::move(fields), parent), now);
  }
  void inApp(const std::string& kind, const std::string& key, Fields fields = {}, const std::string& parent = {}) {
    app.put(record(kind, key, std::move(fields), parent), now);
  }
};

}  // namespace postern::accountview_crafter
