#include "agent/connector.h"

#include <algorithm>

namespace postern {

const ConnectorInfo* Registry::connector(std::string_view name) const {
  const auto found = std::ranges::find_if(connectors, [&](const ConnectorInfo* info) { return name == info->name; });
  return found == connectors.end() ? nullptr : *found;
}

const LinkInfo* Registry::link(std::string_view erp, std::string_view app) const {
  const auto found =
      std::ranges::find_if(links, [&](const LinkInfo* info) { return erp == info->erp && app == info->app; });
  return found == links.end() ? nullptr : *found;
}

Result<FoundPage> Sink::strangers(std::string_view, const std::string&, std::stop_token) { return FoundPage{}; }

std::optional<LoginGrant> System::login(const std::string&, const std::string&) { return std::nullopt; }

Fields Rules::sharedFields(const Reference&, const SourceView&) const { return {}; }

std::optional<std::string> Rules::toErp(const SharedField&, std::string_view, const Record&) const {
  return std::nullopt;
}

std::vector<Reference> Rules::touchedBack(const Record&, const SourceView&) const { return {}; }

std::optional<Target> Rules::deriveBack(const Reference&, const BackView&, Clock::Time) const { return std::nullopt; }

std::vector<Counterpart> Rules::counterparts(const Reference& target, const std::string& erpKey,
                                             const SourceView&) const {
  for (const auto& kind : backTargets()) {
    if (kind.name == target.kind && !kind.counterpart.empty()) {
      return {{{std::string(kind.counterpart), erpKey}, target.key}};
    }
  }
  return {};
}

Reference Rules::shownOn(const Reference& target, const SourceView&) const {
  for (const auto& kind : backTargets()) {
    if (kind.name == target.kind && !kind.counterpart.empty()) return {std::string(kind.counterpart), target.key};
  }
  return {};
}

}  // namespace postern
