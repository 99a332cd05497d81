#pragma once
// Our key <-> their id, with what both sides last agreed on; and the audit trail of what was done.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/clock.h"
#include "agent/database.h"
#include "agent/hash.h"
#include "agent/reconcile.h"

namespace postern {

struct Binding {
  std::string id;  // theirs
  Agreed agreed;
  bool claim = false;  // it was made by somebody else and does not carry our reference yet
};

/// One system's bindings. Each call joins an open UnitOfWork. Not thread-safe.
class Bindings {
 public:
  Bindings(Database& db, std::string system) : db_(db), system_(std::move(system)) {}
  std::optional<Binding> get(std::string_view kind, std::string_view key) const;
  /// Only their id; empty when there is none.
  std::string idOf(std::string_view kind, std::string_view key) const;
  /// Our key of their record `id`; empty when none is bound to it.
  std::string keyOf(std::string_view kind, std::string_view id) const;
  std::int64_t count(std::string_view kind) const;
  struct Bound {
    std::string key;  // ours
    Binding binding;
  };
  /// At most `limit` bindings of `kind` with keys above `after`, ordered by key; no key is empty.
  std::vector<Bound> list(std::string_view kind, std::string_view after, std::size_t limit) const;
  /// When what both sides agree on last changed; nullopt when nothing is bound.
  std::optional<Clock::Time> agreedAt(std::string_view kind, std::string_view key) const;
  void put(std::string_view kind, std::string_view key, const Binding& binding, Clock::Time now);
  void remove(std::string_view kind, std::string_view key);

 private:
  Database& db_;
  std::string system_;
};

/// What was done to a record, as it is kept.
struct AuditLine {
  Clock::Time at;
  std::string event;   // "created", "updated", "conflict: erp", …
  std::string fields;  // their names, separated by blanks
};

/// Writes what was done to a record: field names and one hash of the values, no personal data.
class Audit {
 public:
  explicit Audit(Database& db) : db_(db) {}
  void add(Clock::Time at, std::string_view system, std::string_view kind, std::string_view key, std::string_view event,
           const Fields& fields);
  /// The newest `limit` lines of a record, oldest first.
  std::vector<AuditLine> list(std::string_view system, std::string_view kind, std::string_view key,
                              std::size_t limit) const;
  /// Forgets lines older than `before`; returns how many.
  int prune(Clock::Time before);

 private:
  Database& db_;
  Hasher hasher_;
};

}  // namespace postern
