#pragma once
// An ERP and an app in memory that are kept in step both ways, pass by pass.

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/echo.h"
#include "agent/poller.h"
#include "agent/pusher.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_rules.h"
#include "tests/support/fake_sink.h"
#include "tests/support/fake_source.h"

namespace postern {

/// The records of a FakeSink as an app's Source tells them: keyed by their ids.
class FakeAppSource : public Source {
 public:
  explicit FakeAppSource(const FakeSink& sink) : sink_(sink) {}
  std::function<bool()> fails = [] { return false; };
  std::set<std::string> hidden;  // our keys of records that a listing leaves out

  std::span<const std::string_view> kinds() const override {
    static constexpr std::array<std::string_view, 1> kinds{"appointment"};
    return kinds;
  }
  Result<Page> read(const ScanRequest& request, std::stop_token) override {
    if (fails()) return tl::unexpected(FakeSource::down());
    auto rows = std::make_shared<std::vector<std::pair<std::string, std::string>>>();
    for (const auto& [id, stored] : sink_.records()) {
      if (stored.kind == request.kind && !hidden.contains(stored.key))
        rows->emplace_back(std::to_string(id), toJson(stored.fields));
    }
    Page page;
    page.full = page.last = true;
    for (const auto& [id, raw] : *rows) page.rows.push_back({id, raw});
    page.storage = std::move(rows);
    return page;
  }
  Result<Record> map(std::string_view kind, const Row& row) const override {
    return Record{std::string(kind), row.key, {}, fieldsFromJson(row.raw), {}};
  }

 private:
  const FakeSink& sink_;
};

/// Writes the projects of a FakeSource as an ERP's sink must: it looks first and answers what is there.
class FakeErpSink : public Sink {
 public:
  explicit FakeErpSink(FakeSource& source) : source_(source) {}
  std::function<FakeSink::Do(const Change&)> onPush = [](const Change&) { return FakeSink::Do::Ok; };
  int writes = 0;   // that changed something
  int refused = 0;  // because somebody else had

  std::span<const SinkKind> kinds() const override {
    static constexpr std::array<SinkKind, 1> kinds{SinkKind{.name = "project", .updatesOnly = true}};
    return kinds;
  }
  Result<Settled> push(const Change& change, std::stop_token) override {
    const auto act = onPush(change);
    if (act == FakeSink::Do::Retry) return fail(Fault::Retry, FakeSink::kFault, {"503"});
    if (act == FakeSink::Do::Reject) return fail(Fault::Reject, FakeSink::kFault, {"422"});
    if (act == FakeSink::Do::LostUnknown) return fail(Fault::Unknown, FakeSink::kFault, {"500"});
    auto record = source_.get(change.kind, change.id);
    if (!record) return fail(Fault::Reject, FakeSink::kFault, {"404"});
    bool mayWrite = true, differs = false;
    for (const auto& [name, value] : change.fields) {
      const auto present = record->field(name);
      const auto base = change.base.find(name);
      mayWrite = mayWrite && (present == value || (base != change.base.end() && present == base->second));
      differs = differs || present != value;
    }
    if (!mayWrite) ++refused;
    if (mayWrite && differs) {
      for (const auto& [name, value] : change.fields) record->fields[name] = value;
      source_.put(*record);
      ++writes;
    }
    if (act == FakeSink::Do::AppliedUnknown) return fail(Fault::Unknown, FakeSink::kFault, {"closed"});
    Settled settled{change.id, {}};
    for (const auto& [name, value] : change.fields) settled.answered[name] = record->field(name);
    return settled;
  }
  Result<std::vector<Found>> find(std::string_view, const std::vector<std::string>&, std::stop_token) override {
    return std::vector<Found>{};
  }
  Result<FoundPage> list(std::string_view, const std::string&, std::stop_token) override { return FoundPage{}; }

 private:
  FakeSource& source_;
};

/// Values mean the same on both sides, but the ERP has no word for the state "away" and its states "s1" and "s2" are
/// both the app's "s".
class TwoWayRules : public FakeRules {
 public:
  static std::string inApp(const std::string& state) { return state.starts_with("s") ? "s" : state; }

  bool restores = false;  // appointments that somebody deletes in the app
  std::span<const TargetKind> targets() const override {
    static const std::array<TargetKind, 2> table = [this] {
      std::array<TargetKind, 2> kinds{FakeRules::targets()[0], FakeRules::targets()[1]};
      kinds[1].restored = true;
      return kinds;
    }();
    return restores ? std::span<const TargetKind>(table) : FakeRules::targets();
  }

  std::optional<Target> derive(const Reference& target, const SourceView& erp, Clock::Time now) const override {
    auto wanted = FakeRules::derive(target, erp, now);
    if (wanted && target.kind == "appointment") wanted->fields["state"] = inApp(wanted->fields["state"]);
    return wanted;
  }
  Fields sharedFields(const Reference& target, const SourceView& erp) const override {
    const auto project = erp.get("project", target.key);
    if (!project) return {};
    Fields fields;
    for (const auto* name : {"title", "date"}) fields[name] = project->record.field(name);
    fields["state"] = inApp(std::string(project->record.field("state")));
    return fields;
  }
  std::optional<std::string> toErp(const SharedField& shared, std::string_view value,
                                   const Record& erp) const override {
    if (shared.field == "state" && (value == "away" || inApp(std::string(erp.field("state"))) == value)) return {};
    return shared.field == "state" && value == "s" ? "s1" : std::string(value);
  }
};

struct TwoWayWorld {
  static std::vector<SharedField> sharedFields(Winner winner = Winner::App) {
    std::vector<SharedField> fields;
    for (const auto name : {std::string_view("title"), std::string_view("state"), std::string_view("date")}) {
      fields.push_back({name, "projects", "appointment", name, "project", name, winner});
    }
    return fields;
  }

  FakeClock clock;
  Health health{clock};
  Progress progress;
  FakeSource erp;
  FakeSink app;
  FakeAppSource appSource{app};
  FakeErpSink erpSink{erp};
  TwoWayRules rules;
  WriteWatch erpWrites, appWrites;
  Database db = Database::inMemory();
  PollerSetup setup{.link = "main",
                    .erp = "erp",
                    .app = "app",
                    .flows = {"customers", "projects"},
                    .appSource = &appSource,
                    .shared = sharedFields(),
                    .erpWrites = &erpWrites,
                    .appWrites = &appWrites};
  std::vector<Error> held;  // by the brake, in the last poll

  void project(const std::string& key, Fields fields) {
    Fields all{{"title", "t"}, {"customer", ""}, {"state", "s1"}, {"date", "1"}};
    for (const auto& [name, value] : fields) all[name] = value;
    erp.put("project", key, all);
  }
  std::string inErp(const std::string& key, const std::string& field) {
    const auto record = erp.get("project", key);
    return record ? std::string(record->field(field)) : "gone";
  }
  std::string inApp(const std::string& key, const std::string& field) {
    const auto held_ = app.held("appointment");
    const auto record = held_.find(key);
    return record == held_.end() ? "gone" : record->second.at(field);
  }

  Result<void> poll(bool full = false) {
    Poller poller(db, erp, rules, app.kinds(), setup, clock, health, progress);
    auto result = poller.pass(full, {});
    held = poller.held();
    return result;
  }
  void deliver() {
    PusherSetup toApp{.link = "main", .app = "app", .lanes = 2, .window = 8, .probeDelay = std::chrono::seconds{0}};
    toApp.targets = rules.targets();
    for (const auto& field : setup.shared) toApp.shared.insert({std::string(field.target), std::string(field.field)});
    toApp.told = toldByApp("main", "main/app", "main/erp", appWrites, clock, rules);
    deliver(app, std::move(toApp));
    PusherSetup toErp{.link = "main",
                      .app = "erp",
                      .part = "main/erp/write",
                      .lanes = 1,
                      .window = 8,
                      .probeDelay = std::chrono::seconds{0}};
    toErp.told = toldByErp("main", "main/erp", "main/app", erpWrites, clock, rules, setup.shared);
    deliver(erpSink, std::move(toErp));
  }
  /// Passes until both sides were told everything.
  void settle(int passes = 3) {
    for (int i = 0; i < passes; ++i) {
      static_cast<void>(poll());
      deliver();
    }
  }
  int writes() { return app.creates() + app.updates() + erpSink.writes; }

 private:
  void deliver(Sink& sink, PusherSetup how) {
    Pusher pusher(db, sink, std::move(how), clock, health, progress);
    pusher.noMore();
    std::atomic<bool> done = false;
    std::jthread time([&] {
      while (!done) {
        clock.advance(std::chrono::seconds{1});
        pusher.wake();
        std::this_thread::sleep_for(std::chrono::microseconds{100});
      }
    });
    struct End {
      std::atomic<bool>& flag;
      ~End() { flag = true; }
    } end{done};
    pusher.run(Pusher::Until::Delivered, {});
  }
};

}  // namespace postern
