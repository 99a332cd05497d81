#pragma once
// Which flows of a link run in which direction, and who wins a conflict, as the admin set it.

#include <set>
#include <string>

#include "agent/connector.h"
#include "agent/settings.h"

namespace postern {

/// The flows that run in one direction.
struct Flows {
  std::set<std::string, std::less<>> toApp, toErp;
};

/// Of these only the flow `only`, unless it is empty. `backByDefault`: flows with shared fields run towards the ERP,
/// too, unless the admin says not.
Flows flowsOf(const LinkSettings& settings, const LinkInfo& info, const std::string& only, bool backByDefault);

/// Whose value of `field` counts.
Winner winnerOf(const LinkSettings& settings, const SharedField& field);

}  // namespace postern
