#pragma once
// Before the first write: what is there already under our reference is ours, whatever happened to the state file.

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "agent/bindings.h"
#include "agent/connector.h"
#include "agent/database.h"

namespace postern {

/// What a record of the other side holds, by an answer of that side.
struct Told {
  Reference target;  // ours
  std::string id;    // theirs
  Fields sent;       // empty when nothing was
  Fields holds;      // in our words
};

/// Binds every record of `sink` that carries our reference and is not bound yet in `scope` ("main/app"), and remembers
/// the others of the kinds in `targets` that can be matched (agent/strangers.h). Goes through each kind once in the
/// life of a state file; a kind that is done is not asked again. `told` is called for each record that was bound,
/// inside the transaction that binds it. Returns how many were bound. Joins no open UnitOfWork; throws DatabaseError.
Result<std::int64_t> adoptExisting(Database& db, Sink& sink, std::span<const TargetKind> targets,
                                   const std::string& scope, Clock& clock, std::stop_token stop,
                                   const std::function<void(Database& db, const Told& told)>& told = {});
/// Whether that is done for `kind`.
bool isAdopted(Database& db, const std::string& scope, const std::string& kind);
/// The kind is gone through again by the next adoptExisting(). Joins an open UnitOfWork.
void lookAgain(Database& db, const std::string& scope, const std::string& kind);

/// Binds one record that was found there. What it holds was never asked for; a reference to a record that is bound
/// itself is told by our key. `claim`: it does not carry our reference yet. Joins an open UnitOfWork.
void adopt(Bindings& bindings, Audit& audit, std::string_view scope, std::string_view kind, const Found& found,
           Clock::Time now, bool claim = false);

/// The other side holds two records of one of our keys.
extern const Message kDoubledThere;  // args: scope, kind, key

}  // namespace postern
