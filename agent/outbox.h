#pragma once
// Changes that wait to be delivered, and those that are parked.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/clock.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/record.h"

namespace postern {

struct OutboxEntry {
  enum class State {
    Waiting = 0,  // to be sent
    Sending = 1,  // handed to the sink; after a crash its outcome is unknown
    Probing = 2,  // outcome unknown: look it up before it is sent again
    Blocked = 3,  // waits for the parent `blockedOn`
    Parked = 4,   // the other side refused it; waits until somebody mends something
  };
  std::int64_t id = 0;
  std::string link;
  std::string system;
  std::string kind;
  std::string key;
  int rank = 0;
  Fields desired;                // the whole target, not only what changed
  Fields base;                   // see Change::base
  std::vector<Reference> needs;  // must be bound first
  std::int64_t version = 0;
  State state = State::Waiting;
  std::string blockedOn;  // "kind/key"; empty unless blocked
  int attempts = 0;       // failed ones since it was queued or mended
  Clock::Time notBefore{};
  Clock::Time queuedAt{};
  std::string code;        // of the last failure; empty when none
  std::string reason;      // storedReason of it
  std::string detail;      // the other side's words
  bool withdrawn = false;  // nothing is desired any more: what it would create is not to be sent again
};

std::string_view stateName(OutboxEntry::State state);  // "waiting", …

/// The queue towards one system; it outlives a crash. Each call is atomic and joins an open UnitOfWork; if it throws,
/// nothing has changed. At most one entry per target. Not thread-safe.
class Outbox {
 public:
  using State = OutboxEntry::State;
  using Time = Clock::Time;
  Outbox(Database& db, std::string system) : db_(db), system_(std::move(system)) {}

  /// What put() did with a new desired state.
  enum class Put { Queued, Replaced, Withdrawn, Nothing };
  /// Brings the queue up to the newest desired state of a target. `differs` tells whether anything differs from what
  /// is agreed. An entry that is in flight (sending, probing) keeps its state and carries the new content afterwards,
  /// differing or not, because what is in flight may still be applied; one that only waits is replaced or, when
  /// nothing differs any more, withdrawn; a parked or blocked one goes back to waiting when its content changed, one
  /// that dispute() parked in any case.
  Put put(std::string_view link, const Reference& target, int rank, const Target& desired, bool differs, Time now);

  /// The target's entry; nullopt when there is none.
  std::optional<OutboxEntry> find(const Reference& target) const;

  /// Parks a target whose sides disagree, in place of whatever waited; content and error as in park(). False when it is
  /// in flight or already parked with the same content.
  bool dispute(std::string_view link, const Reference& target, int rank, const Target& desired, const Error& error,
               Time now);

  /// A parked entry is sent once more; what it was refused with stays to be seen until it succeeds.
  void tryAgain(std::int64_t id);

  /// Nothing is desired for the target any more: forgets its entry, or marks it as withdrawn while it is in flight.
  void withdraw(const Reference& target);

  /// At most `limit` entries in `state` (Waiting or Probing) due at `now`: parents first, then oldest first.
  std::vector<OutboxEntry> due(State state, Time now, std::size_t limit) const;
  /// When the next entry that waits or probes is due; nullopt when none does. A wait longer than any that is ever
  /// asked for comes from a clock that was set back: such an entry is due now.
  std::optional<Time> nextDue(Time now) const;

  void markSending(std::int64_t id);
  void block(std::int64_t id, const Reference& on);
  bool anyBlocked() const;
  /// Everything that waits for `parent` is due again.
  void unblock(const Reference& parent);
  /// The change of `version` was acknowledged: forgets the entry, or keeps it waiting if it was replaced meanwhile.
  void settled(std::int64_t id, std::int64_t version);
  /// Back to `state` until `until`; `error` is kept for status and counted unless nullptr.
  void postpone(std::int64_t id, State state, Time until, const Error* error);
  /// The change of `version` was refused: parks it; false when it was replaced meanwhile and waits again.
  bool park(std::int64_t id, std::int64_t version, const Error& error);
  /// After a crash: what was being sent is unknown. Returns how many.
  int recover(Time probeAt);
  /// The destination is back: entries no longer wait for their own back-off, but for those that failed often enough
  /// to be at fault themselves.
  /// What is to be looked up still waits until `probeAt` at most: its request may be at work over there.
  void clearWaits(Time probeAt = {});
  std::int64_t count() const;

 private:
  void keepWaiting(std::int64_t id);
  void wantAgain(std::int64_t id);
  Database& db_;
  std::string system_;
};

// ---- for commands: across all systems
// --------------------------------------------------------------------------------

struct OutboxFilter {
  std::optional<OutboxEntry::State> state;
  std::int64_t afterId = 0;
  std::size_t limit = 100;
};
std::vector<OutboxEntry> listOutbox(Database& db, const OutboxFilter& filter);
std::optional<OutboxEntry> findOutboxEntry(Database& db, std::int64_t id);
/// Parked, blocked or postponed entries become due now. `id` 0 = all parked ones. Returns how many.
int retryOutbox(Database& db, std::int64_t id);
/// Forgets an entry; an unknown id is no error. Not for what may still arrive: it would be made once more.
void dropOutbox(Database& db, std::int64_t id);

struct OutboxCounts {
  std::int64_t waiting = 0, sending = 0, probing = 0, blocked = 0, parked = 0;
  Clock::Time oldest{};  // queuedAt of the oldest that is not parked; epoch when none
  OutboxCounts& operator+=(const OutboxCounts& other);
  std::int64_t total() const { return waiting + sending + probing + blocked + parked; }
};
OutboxCounts countOutbox(Database& db, std::string_view system);  // "" = all

}  // namespace postern
