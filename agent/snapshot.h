#pragma once
// What a system last told us, and how far its scans have come.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "agent/database.h"
#include "agent/hash.h"

namespace postern {

/// One system's records. Each call joins an open UnitOfWork. Not thread-safe.
class Snapshot : public SourceView {
 public:
  Snapshot(Database& db, std::string system) : db_(db), system_(std::move(system)) {}

  struct Known {
    std::int64_t id = 0;  // small and dense: usable as an index of "seen" marks
    Hash hash{};
  };
  /// Looks a row up by key without reading its content.
  std::optional<Known> known(std::string_view kind, std::string_view key) const;

  /// Stores a record that is new; returns its id.
  std::int64_t insert(const Record& record, const Hash& hash, Clock::Time now);
  /// Stores a record's new content.
  void update(std::int64_t id, const Record& record, const Hash& hash, Clock::Time now);
  /// The row's bytes changed, what we read of them did not.
  void updateHash(std::int64_t id, const Hash& hash);

  /// The system told by the answer to a write what a record holds: takes over `fields` of those it is known to have.
  /// The row's next bytes are looked at anew. Returns what the record holds now; nullopt when it is not known.
  std::optional<Record> patch(std::string_view kind, std::string_view key, const Fields& fields, Clock::Time now);

  std::optional<Seen> get(std::string_view kind, std::string_view key) const override;
  std::vector<Seen> childrenOf(std::string_view kind, std::string_view parent) const override;

  static constexpr int kGoneAfter = 2;  // full compares

  /// How postern came to know a record.
  struct Sighting {
    std::optional<Clock::Time> first;  // not known for what was seen before this was kept
    Clock::Time changed;               // when it was last seen to change; the first sight counts
    int missing = 0;                   // full compares in a row that did not see it
  };
  std::optional<Sighting> sighting(std::string_view kind, std::string_view key) const;

  /// At most `limit` records of `kind` with keys above `after`, ordered by key; no key is empty.
  std::vector<Seen> list(std::string_view kind, std::string_view after, std::size_t limit) const;

  std::int64_t count(std::string_view kind) const;
  /// Whether any record was missing in the last full compare.
  bool anyMissing(std::string_view kind) const;
  /// What a full compare found missing, or there again.
  struct Compared {
    std::vector<std::string> vanished;  // missing in two full compares in a row now (at most 1000, each told once)
    std::vector<std::string> returned;  // were, and are there again (at most 1000)
    std::int64_t lost = 0;              // missing for the first time; what goes with its parent does not count
    bool newestLost = false;            // those are just the records that were seen last: nothing newer is there
  };
  /// After a full compare: rows whose id is not marked in `seen` count one more miss, others start from zero.
  Compared countMissing(std::string_view kind, const std::vector<bool>& seen);

 private:
  Database& db_;
  std::string system_;
};

/// Progress of the scans of one kind of one system.
struct Cursor {
  std::string since;
  std::string position;  // "" = no scan is open
  Clock::Time startedAt{};
  bool full = false;         // of the open scan
  Clock::Time finishedAt{};  // of the last finished scan; epoch = never
  Clock::Time fullAt{};      // of the last finished full compare; epoch = never
};
Cursor readCursor(Database& db, std::string_view system, std::string_view kind);
void writeCursor(Database& db, std::string_view system, std::string_view kind, const Cursor& cursor);

}  // namespace postern
