#pragma once
// The history of one record out of the state file alone: what was seen, what it leads to, what waits and why. Names and
// states only, no values.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/flows.h"
#include "agent/health.h"
#include "agent/outbox.h"
#include "agent/snapshot.h"

namespace postern {

/// A link as explain() needs it; everything must outlive the call.
struct ExplainedLink {
  std::string name, erp, app;  // names of the link and its systems
  const Rules& rules;
  std::span<const SinkKind> kinds;     // of the app
  std::span<const SinkKind> erpKinds;  // empty when nothing can be written there
  Flows flows;
};

/// A record as one of the systems showed it.
struct SeenRecord {
  Snapshot::Sighting sighting;
  std::optional<std::chrono::sys_days> changed;  // day of its last change as the system tells it
};

/// What waits for a record and what was done to it.
struct Dealings {
  std::optional<OutboxEntry> queued;
  std::vector<AuditLine> audit;  // oldest first
};

/// One record of the app that postern keeps, or would; or one of the ERP that the app makes.
struct ExplainedTarget {
  std::string system;  // that it goes to
  Reference target;
  bool off = false;                    // its flow sends nothing there
  bool wanted = false;                 // the rules lead to something to send
  bool due = false;                    // to be derived by the next pass
  std::optional<HealthEntry> brake{};  // that holds its kind
  std::string id{};                    // theirs; empty = not bound
  std::optional<Clock::Time> agreedAt{};
  std::vector<std::string> toSend{};  // names of fields that are wanted otherwise than agreed
  std::vector<std::string> edited{};  // names of fields that the app was last seen to hold otherwise than agreed
  std::optional<SeenRecord> seen{};   // over there; absent for kinds that are not read
  Dealings towards{};
};

struct Explanation {
  std::string link;
  std::optional<SeenRecord> seen{};  // the record that was asked for
  Dealings towards{};                // changes of it, towards the system that was asked for
  std::vector<ExplainedTarget> targets{};
};

/// A record of the ERP and all it leads to; of one that the app made, the key may be ours or the ERP's. nullopt when
/// nothing was ever heard of it.
std::optional<Explanation> explainErp(Database& db, const ExplainedLink& link, const Reference& record,
                                      Clock::Time now);
/// A record of the app and what it leads to in the ERP; its key may be ours or their id, ours first. nullopt when
/// nothing was ever heard of it.
std::optional<Explanation> explainApp(Database& db, const ExplainedLink& link, const Reference& record,
                                      Clock::Time now);

}  // namespace postern
