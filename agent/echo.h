#pragma once
// Own writes must never come back as somebody's change: what the answer to a write tells goes into the snapshot.

#include <functional>
#include <string>
#include <vector>

#include "agent/connector.h"
#include "agent/pusher.h"
#include "agent/write_watch.h"

namespace postern {

/// For PusherSetup::told of the pusher towards the app, whose snapshot is `scope`; what waits in the queue of `erp` for
/// the record to be known is woken. Everything must outlive the pusher.
std::function<void(Database&, const Told&)> toldByApp(std::string link, std::string scope, std::string erp,
                                                      WriteWatch& writes, Clock& clock, const Rules& rules);
/// The same towards the ERP, whose snapshot is `scope`: both sides agree on what was written, so that what the app says
/// by now is a change of its own; what depends on the record is derived again. A record that the app made is bound to
/// what became of it here (TargetKind::counterpart). `app`: scope of the app.
std::function<void(Database&, const Told&)> toldByErp(std::string link, std::string scope, std::string app,
                                                      WriteWatch& writes, Clock& clock, const Rules& rules,
                                                      std::vector<SharedField> shared);

}  // namespace postern
