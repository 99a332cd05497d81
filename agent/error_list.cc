#include "agent/error_list.h"

#include <map>
#include <optional>
#include <vector>

#include "agent/bindings.h"
#include "agent/outbox.h"

namespace postern {
namespace {

constexpr std::size_t kMostShown = 1000;
constexpr std::size_t kBatch = 200;

std::string valueOf(const Fields& fields, std::string_view name) {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string() : it->second;
}

/// The app's record on which an error of `entry` is shown, as {kind, their id}; nullopt when the app has none.
std::optional<Reference> shownOn(const OutboxEntry& entry, const Rules& rules, const ErrorListSetup& setup,
                                 const Bindings& bindings) {
  if (entry.system == setup.erp) {
    auto record = rules.shownOn({entry.kind, entry.key}, setup.appView);
    return record.key.empty() ? std::nullopt : std::optional(std::move(record));
  }
  if (auto id = bindings.idOf(entry.kind, entry.key); !id.empty()) return Reference{entry.kind, std::move(id)};
  for (const auto& need : entry.needs) {
    if (auto id = bindings.idOf(need.kind, need.key); !id.empty()) return Reference{need.kind, std::move(id)};
  }
  return std::nullopt;
}

/// A word that can stand in an address: servers do not agree on what an encoded slash is.
std::string wordOf(std::string text) {
  for (char& c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!plain) c = '.';
  }
  return text;
}

Fields itemOf(const OutboxEntry& entry, const Reference& on, Language language) {
  std::string message = sentence(causeOf(entry.reason, language)) + ' ' + sentence(remedyOf(entry.reason, language));
  if (!entry.detail.empty()) message += " (" + entry.detail + ')';
  return {{"entity", on.kind},
          {"id", on.key},
          {"operation", entry.key == on.key ? entry.kind : wordOf(entry.kind + '.' + entry.key)},
          {"code", entry.code},
          {"message", std::move(message)}};
}

std::string keyOf(const Fields& item) {
  return valueOf(item, "entity") + '/' + valueOf(item, "id") + '/' + valueOf(item, "operation");
}

/// What the app was told, or is being told, of the error `key`; empty = nothing.
Fields lastTold(const Bindings& bindings, const Outbox& outbox, std::string_view kind, const std::string& key) {
  if (auto entry = outbox.find({std::string(kind), key})) return std::move(entry->desired);
  auto binding = bindings.get(kind, key);
  return binding ? std::move(binding->agreed.ours) : Fields{};
}

class Refresh {
 public:
  Refresh(Database& db, const Rules& rules, const ErrorListSetup& setup, Clock::Time now)
      : db_(db), rules_(rules), setup_(setup), now_(now), bindings_(db, setup.app), outbox_(db, setup.app) {}

  bool run() {
    look();
    for (const auto& [key, item] : items_) {
      const auto told = bindings_.get(setup_.kind.name, key);
      queue(key, item, !told || !fieldsToSend(item, told->agreed, setup_.kind.together).empty());
    }
    for (const auto& key : queued_) {
      if (!items_.contains(key) && bindings_.idOf(setup_.kind.name, key).empty()) outbox_.withdraw(reference(key));
    }
    for (std::string after;;) {
      const auto batch = bindings_.list(setup_.kind.name, after, kBatch);
      if (batch.empty()) break;
      after = batch.back().key;
      for (const auto& bound : batch) {
        if (!items_.contains(bound.key)) takeAway(bound.key);
      }
    }
    return some_;
  }

 private:
  Reference reference(const std::string& key) const { return {std::string(setup_.kind.name), key}; }

  /// The errors there are, and the keys of those that are on their way to the app.
  void look() {
    for (OutboxFilter filter;;) {
      const auto entries = listOutbox(db_, filter);
      if (entries.empty()) return;
      filter.afterId = entries.back().id;
      for (const auto& entry : entries) {
        if (entry.link != setup_.link) continue;
        if (entry.kind == setup_.kind.name) {
          queued_.push_back(entry.key);
        } else if (!entry.code.empty() && items_.size() < kMostShown) {
          add(entry);
        }
      }
    }
  }

  void add(const OutboxEntry& entry) {
    const auto on = shownOn(entry, rules_, setup_, bindings_);
    if (!on) return;
    auto item = itemOf(entry, *on, setup_.language);
    const auto key = keyOf(item);
    if (entry.state == OutboxEntry::State::Parked) {
      items_.insert_or_assign(key, std::move(item));
      return;
    }
    // What is just tried once more stays shown until it has succeeded; what only waits for a server is nobody's error.
    if (auto told = lastTold(bindings_, outbox_, setup_.kind.name, key); !valueOf(told, "message").empty()) {
      items_.insert_or_assign(key, std::move(told));
    }
  }

  void takeAway(const std::string& key) {
    auto told = lastTold(bindings_, outbox_, setup_.kind.name, key);
    if (valueOf(told, "message").empty()) {
      if (!outbox_.find(reference(key))) bindings_.remove(setup_.kind.name, key);
      return;
    }
    told["code"].clear();
    told["message"].clear();
    queue(key, told, true);
  }

  void queue(const std::string& key, const Fields& fields, bool differs) {
    const auto put = outbox_.put(setup_.link, reference(key), setup_.kind.rank, Target{fields, {}}, differs, now_);
    some_ = some_ || put == Outbox::Put::Queued || put == Outbox::Put::Replaced;
  }

  Database& db_;
  const Rules& rules_;
  const ErrorListSetup& setup_;
  const Clock::Time now_;
  Bindings bindings_;
  Outbox outbox_;
  std::map<std::string, Fields> items_;
  std::vector<std::string> queued_;
  bool some_ = false;
};

/// Whether there is neither an error nor anything the app was told of one.
bool isQuiet(Database& db, const ErrorListSetup& setup) {
  const ReadScope read(db);
  auto& query = db.statement(
      "SELECT EXISTS(SELECT 1 FROM binding WHERE system=?1 AND kind=?3) OR "
      "EXISTS(SELECT 1 FROM outbox WHERE system=?1 AND (state=4 OR kind=?3)) OR "
      "EXISTS(SELECT 1 FROM outbox WHERE system=?2 AND state=4)");
  query.bind(1, setup.app);
  query.bind(2, setup.erp);
  query.bind(3, setup.kind.name);
  query.step();
  const bool some = query.integer(0) != 0;
  query.reset();
  return !some;
}

}  // namespace

bool showErrors(Database& db, const Rules& rules, const ErrorListSetup& setup, Clock::Time now) {
  if (isQuiet(db, setup)) return false;
  UnitOfWork work(db);
  const bool some = Refresh(db, rules, setup, now).run();
  work.commit();
  return some;
}

}  // namespace postern
