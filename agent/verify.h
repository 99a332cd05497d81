#pragma once
// What the app holds against what the ERP's records lead to: a full compare that changes nothing.

#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"
#include "agent/health.h"
#include "agent/reconcile.h"
#include "agent/snapshot.h"

namespace postern {

struct Difference {
  enum class What {
    Differs,  // the field's values
    Edited,   // only the app changed the field, and it is not one that comes back
    Gone,     // bound to `id`, which is no longer there
    Absent,   // should be there and was never sent
  };
  What what = What::Differs;
  Reference target;
  std::string id{};     // theirs; empty when Absent
  std::string field{};  // this and the two values only with Differs and Edited
  std::string app{};
  std::string erp{};
};

/// Pure: fields that `desired` and `actual` both tell, and tell otherwise; but not what both sides agreed on as it is.
/// `shared` = fields that the app may change. Only `field`, `app`, `erp` and `what` of the differences are set.
std::vector<Difference> compareFields(const Fields& desired, const Fields& actual, const Agreed& agreed,
                                      const std::set<std::string, std::less<>>& shared);

/// Reads all records of `kind` into `into`, which knows none of them yet. A row that cannot be understood is there, but
/// has no fields. What the source warned of is added to `warnings`, each message once. Joins no open UnitOfWork.
Result<void> readInFull(Database& db, Source& source, std::string_view kind, Snapshot& into, Clock& clock,
                        std::vector<Error>& warnings, std::stop_token stop);

/// Compares every bound record of a kind of target. Everything is read from one state file, nothing is changed.
struct Comparison {
  Database& db;
  const Rules& rules;
  const SourceView& erp;
  const Snapshot& app;
  const Bindings& bindings;
  Clock::Time now;
  bool onlyShared = false;  // of a flow that sends nothing to the app

  /// Returns how many records were compared; stops early when asked to.
  std::int64_t kind(const std::string& kind, const std::set<std::string, std::less<>>& shared, std::stop_token stop,
                    const std::function<void(const Difference&)>& each) const;
};

}  // namespace postern
