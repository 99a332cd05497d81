#pragma once
// A poller with its surroundings: an ERP, an app and a clock that a test drives.

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "agent/bindings.h"
#include "agent/health.h"
#include "agent/outbox.h"
#include "agent/poller.h"
#include "agent/snapshot.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_rules.h"
#include "tests/support/fake_sink.h"
#include "tests/support/fake_source.h"
#include "tests/support/temp_dir.h"

namespace postern {

struct PollerRig {
  TempDir dir;
  FakeClock clock;
  Health health{clock};
  Progress progress;
  FakeSource source;
  FakeRules rules;
  FakeSink sink;
  Database db{dir / "state.db"};
  Outbox outbox{db, "main/app"};
  Bindings bindings{db, "main/app"};
  Snapshot snapshot{db, "main/erp"};
  PollerSetup setup{.link = "main", .erp = "erp", .app = "app", .flows = {"customers", "projects"}};
  std::stop_source stop;

  Result<void> pass(bool full = false) { return passOn(db, full); }
  Result<void> passOn(Database& on, bool full = false) {
    Poller poller(on, source, rules, sink.kinds(), setup, clock, health, progress);
    return poller.pass(full, stop.get_token());
  }
  void customers(int count) {
    for (int i = 0; i < count; ++i)
      source.put("customer", "c" + std::to_string(i), {{"name", "Anna"}, {"city", "Bonn"}});
  }
  void projectWithPositions(const std::string& key, int count) {
    source.put("project", key, {{"title", "Küche"}, {"customer", ""}, {"state", "planned"}, {"date", ""}});
    for (int i = 0; i < count; ++i) {
      source.put("position", key + "/" + std::to_string(i), {{"text", "t" + std::to_string(i)}}, key);
    }
  }
  std::map<std::string, std::string> queued(const std::string& field) {
    std::map<std::string, std::string> values;
    for (const auto& entry : listOutbox(db, {std::nullopt, 0, 10000})) {
      if (entry.desired.contains(field)) values[entry.kind + ' ' + entry.key] = entry.desired.at(field);
    }
    return values;
  }
  /// As if all that is queued was delivered.
  void deliverAll() {
    for (const auto& entry : listOutbox(db, {std::nullopt, 0, 10000})) {
      bindings.put(entry.kind, entry.key, Binding{"id-" + entry.key, Agreed{entry.desired, entry.desired}},
                   clock.now());
      outbox.settled(entry.id, entry.version);
    }
  }
  std::optional<HealthEntry> board(const std::string& part) {
    for (const auto& entry : health.entries()) {
      if (entry.part == part) return entry;
    }
    return std::nullopt;
  }
  std::int64_t missing(const std::string& key) {
    auto& query = db.statement("SELECT missing FROM snapshot WHERE key=?");
    query.bind(1, key);
    const auto value = query.step() ? query.integer(0) : -1;
    query.reset();
    return value;
  }
};

}  // namespace postern
