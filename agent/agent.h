#pragma once
// Wires settings, systems, pollers and pushers together; runs passes once or for ever.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/connector.h"
#include "agent/database.h"
#include "agent/health.h"
#include "agent/outbox.h"
#include "agent/settings.h"
#include "agent/systems.h"
#include "agent/verify.h"

namespace postern {

/// What one pass of one link did.
struct PassReport {
  std::string link;
  std::optional<Error> erp;   // why reading stopped; nullopt = everything was read
  std::optional<Error> app;   // why delivering stopped, or reading there; nullopt = the app works
  std::optional<Error> back;  // why writing to the ERP stopped
  std::int64_t rows = 0, changed = 0, queued = 0, delivered = 0, writes = 0;
  std::int64_t warnings = 0;  // kinds of records whose answer was not believed; nothing was changed for them
  std::vector<Error> held;    // by the brake
  OutboxCounts left;          // in the outboxes of both sides afterwards
};

/// One difference a pass would deliver.
struct PlannedChange {
  std::string link;
  std::string system;  // that it goes to
  Reference target;
  bool create = false;
  bool blocked = false;
  std::string takes;  // id of a record made by somebody else that becomes ours; "" = none
  std::string doubt;  // storedReason: somebody must decide first, so nothing is sent; "" = no doubt
  struct Field {
    std::string name;
    std::string from;  // "" when not known
    std::string to;
  };
  std::vector<Field> fields;
};

/// What came of applying a plan.
struct ApplyReport {
  std::optional<Error> refused;  // the world has moved; nothing was sent
  PassReport pass;
};

/// What came of comparing both sides.
struct VerifyReport {
  std::string link;
  std::optional<Error> erp, app;    // could not be read, so nothing was compared
  std::vector<HealthEntry> doubts;  // answers that were not believed, or not complete
  std::int64_t compared = 0;        // records
  std::int64_t differences = 0;
};

/// `entry` as what it would send now.
PlannedChange describeChange(Database& db, const OutboxEntry& entry, std::span<const SinkKind> kinds);

class Agent {
 public:
  Agent(const Settings& settings, const Registry& registry, Clock& clock);
  ~Agent();

  struct PassOptions {
    std::string flow;  // only this flow; "" = all that the link has switched on
    bool full = false;
  };
  /// One pass of one link: poll and deliver at the same time, until nothing more can be delivered. `tick` is called
  /// several times a second by the calling thread. The caller holds the InstanceLock.
  PassReport pass(const std::string& link, const PassOptions& options, std::stop_token stop,
                  const std::function<void(const Progress&)>& tick = {});

  /// What a pass would do: reads both sides into a copy of the state file and delivers nothing. `each` gets every
  /// change in the order of delivery. Works beside a running service.
  PassReport plan(const std::string& link, const PassOptions& options, std::stop_token stop,
                  const std::function<void(const PlannedChange&)>& each);

  /// Delivers exactly what `planned` lists, as plan() told it with the same `options`: makes the plan anew and, if that
  /// says the same, keeps what was read for it and delivers without reading again. What the brake holds counts as
  /// approved. The caller holds the InstanceLock.
  ApplyReport apply(const std::string& link, const PassOptions& options, const std::vector<PlannedChange>& planned,
                    std::stop_token stop, const std::function<void(const Progress&)>& tick = {});

  /// Reads both sides in full into a copy of the state file and tells `each` how what the app holds differs from what
  /// the ERP's records lead to; changes nothing. Works beside a running service.
  VerifyReport verify(const std::string& link, std::stop_token stop,
                      const std::function<void(const Difference&)>& each);

  /// The service: every link at its interval, deliveries all the time, until `stop`. The caller holds the InstanceLock.
  /// Returns the first failure of the state file, nullopt when it was stopped.
  std::optional<std::string> run(std::stop_token stop, const std::function<void(Agent&)>& tick = {});

  /// Releases the brake of a link; how many kinds of targets it held.
  int approve(const std::string& link);

  Health& health() { return *health_; }
  Systems& systems() { return systems_; }

 private:
  struct Link;
  Link link(const std::string& name, const PassOptions& options);
  void addWayBack(Link& link);
  /// With `reads` false only what is queued is delivered.
  PassReport runPass(Link& link, const PassOptions& options, bool reads, std::stop_token stop,
                     const std::function<void(const Progress&)>& tick);
  Result<void> adoptBoth(Database& copy, Link& link, std::stop_token stop, std::optional<Error>& back);
  PassReport planIn(Database& copy, Link& link, const PassOptions& options, std::stop_token stop,
                    const std::function<void(const PlannedChange&)>& each);
  void pollForEver(Database& db, Link& link, Progress& progress, const std::function<void()>& wake,
                   std::stop_token stop);
  bool fullCompareDue(Database& db, const std::string& link) const;

  const Settings& settings_;
  Clock& clock_;
  Systems systems_;
  std::filesystem::path file_;
  std::unique_ptr<Health> health_;
  const Registry& registry_;
};

/// Asks a running service for a pass of `link` now; returns a ticket.
std::int64_t requestPass(Database& db, const std::string& link);
/// Whether the pass of `ticket` has read everything.
bool passServed(Database& db, const std::string& link, std::int64_t ticket);

}  // namespace postern
