#include "agent/flows.h"

#include <algorithm>

namespace postern {

Flows flowsOf(const LinkSettings& settings, const LinkInfo& info, const std::string& only, bool backByDefault) {
  const auto wanted = settings.options.list("flows");
  Flows flows;
  for (const auto& flow : info.flows) {
    const std::string name(flow.name);
    const bool listed = wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (!listed || (!only.empty() && only != name)) continue;
    const auto& values = settings.options.values();
    const auto chosen = values.find("flow." + name);
    const std::string direction(chosen == values.end() ? flow.usual : chosen->second);
    const bool shared =
        std::any_of(info.shared.begin(), info.shared.end(), [&](const auto& field) { return field.flow == flow.name; });
    if (direction != "off" && direction != "to_erp") flows.toApp.insert(name);
    if (direction == "to_erp" || direction == "both" || (direction.empty() && backByDefault && shared))
      flows.toErp.insert(name);
  }
  return flows;
}

Winner winnerOf(const LinkSettings& settings, const SharedField& field) {
  const auto& values = settings.options.values();
  const auto chosen = values.find("conflict." + std::string(field.name));
  if (chosen == values.end()) return field.winner;
  if (chosen->second == "erp") return Winner::Erp;
  if (chosen->second == "app") return Winner::App;
  return chosen->second == "newest" ? Winner::Newest : Winner::Park;
}

}  // namespace postern
