#pragma once
// The simplest link that has everything: a customer each, and one appointment out of a project and its positions.

#include <array>
#include <string>
#include <vector>

#include "agent/connector.h"

namespace postern {

/// customer -> customer{name, city}; a customer with send="no" is not wanted.
/// project + positions -> appointment{title, customer(reference), text, state, date}, needs its customer.
class FakeRules : public Rules {
 public:
  std::span<const TargetKind> targets() const override {
    static constexpr std::array<std::string_view, 1> fromCustomer{"customer"};
    static constexpr std::array<std::string_view, 2> fromProject{"project", "position"};
    static constexpr std::array<TargetKind, 2> table{
        TargetKind{.name = "customer", .flow = "customers", .inputs = fromCustomer},
        TargetKind{.name = "appointment", .flow = "projects", .inputs = fromProject}};
    return table;
  }

  std::vector<Reference> touched(const Record& record, const SourceView&) const override {
    if (record.kind == "customer") return {{"customer", record.key}};
    return {{"appointment", record.kind == "project" ? record.key : record.parent}};
  }

  std::optional<Target> derive(const Reference& reference, const SourceView& erp, Clock::Time) const override {
    Target target;
    if (reference.kind == "customer") {
      const auto customer = erp.get("customer", reference.key);
      if (!customer || customer->record.field("send") == "no") return std::nullopt;
      for (const auto* name : {"name", "city"}) target.fields[name] = customer->record.field(name);
      return target;
    }
    const auto project = erp.get("project", reference.key);
    if (!project || project->record.field("send") == "no") return std::nullopt;
    for (const auto* name : {"title", "customer", "state", "date"}) target.fields[name] = project->record.field(name);
    auto& text = target.fields["text"];
    for (const auto& position : erp.childrenOf("position", reference.key)) {
      if (!text.empty()) text += '\n';
      text += position.record.field("text");
    }
    if (const auto& customer = target.fields["customer"]; !customer.empty()) {
      target.needs.push_back({"customer", customer});
    }
    return target;
  }
};

}  // namespace postern
