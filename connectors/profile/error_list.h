#pragma once
// Errors of items at the vendor: a current state, one call sets one, one deletes it.

#include "connectors/profile/session.h"

namespace postern::profile {

/// Sets the error that `change` describes, or deletes it when its message is empty; a delete of what is not there is
/// done. The answered id is "<path> <first seen>" ("<path>" once it is deleted), which a later change of it brings
/// back.
Result<Settled> pushError(const Session& session, const Change& change, std::stop_token stop);

}  // namespace postern::profile
