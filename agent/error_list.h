#pragma once
// The errors of single records, shown in the app to those whom they concern: a present state, not a log.

#include <string>

#include "agent/clock.h"
#include "agent/connector.h"
#include "agent/database.h"

namespace postern {

struct ErrorListSetup {
  std::string link;
  std::string erp, app;       // scopes: "main/erp"
  const SourceView& appView;  // the app's snapshot
  const SinkKind& kind;       // of the app, with SinkKind::errorList
  Language language;
};

/// Queues towards the app what differs between the errors that records have now and those it was last told: a refused
/// change is shown on the record it belongs to, else on the first of the records it needs that the app has; what has no
/// such record is not shown there. An error that ended is taken away. At most 1,000 are shown. True when something was
/// queued. Joins no open UnitOfWork.
bool showErrors(Database& db, const Rules& rules, const ErrorListSetup& setup, Clock::Time now);

}  // namespace postern
