#pragma once
// A pusher with its surroundings: state file, clock that a test drives, app in memory.

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "agent/bindings.h"
#include "agent/health.h"
#include "agent/outbox.h"
#include "agent/pusher.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_sink.h"
#include "tests/support/temp_dir.h"

namespace postern {

struct PusherRig {
  PusherRig() { db.relax(); }

  TempDir dir;
  std::filesystem::path file = dir / "state.db";
  FakeClock clock;
  Health health{clock};
  Progress progress;
  FakeSink sink;
  PusherSetup setup{.link = "main", .app = "app", .lanes = 4, .window = 64, .probeDelay = std::chrono::seconds{0}};
  Database db{file};  // the test's own connection
  Outbox outbox{db, "main/app"};
  Bindings bindings{db, "main/app"};

  Outbox::Put put(const Reference& target, Fields fields, std::vector<Reference> needs = {}) {
    UnitOfWork work(db);
    const int rank = target.kind == "customer" ? 0 : 1;
    const auto binding = bindings.get(target.kind, target.key);
    const SinkKind* kind = &sink.kinds()[static_cast<std::size_t>(rank)];
    const bool differs = !binding || !fieldsToSend(fields, binding->agreed, kind->together, kind->createOnly).empty();
    const auto result =
        outbox.put("main", target, rank, Target{std::move(fields), std::move(needs)}, differs, clock.now());
    work.commit();
    return result;
  }
  void putCustomer(const std::string& key, const std::string& name = "Anna") {
    put({"customer", key}, {{"name", name}});
  }
  /// Customers "0" … "count-1".
  void putCustomers(int count) {
    UnitOfWork work(db);
    for (int i = 0; i < count; ++i) putCustomer(std::to_string(i));
    work.commit();
  }
  /// Answers the first `times` pushes of `key` with `plan`.
  void script(const std::string& key, FakeSink::Plan plan, int times = 1) {
    sink.onPush = [key, plan, left = times](const Change& change) mutable -> FakeSink::Plan {
      if (change.key != key || left == 0) return FakeSink::Do::Ok;
      --left;
      return plan;
    };
  }
  int pushesOf(const std::string& key) {
    const auto pushed = sink.pushed();
    return static_cast<int>(std::count_if(pushed.begin(), pushed.end(), [&](const auto& p) { return p.key == key; }));
  }
  std::optional<OutboxEntry> entry(const std::string& key) {
    for (auto& found : listOutbox(db, {std::nullopt, 0, 10000})) {
      if (found.key == key) return found;
    }
    return std::nullopt;
  }
  OutboxCounts counts() { return countOutbox(db, "main/app"); }

  /// Lets time pass, a second each pause, until `done` holds; false when it does not within a minute. The pusher's
  /// threads must keep up with it, which takes them longer on Windows, and much longer under wine.
  bool passUntil(Pusher& pusher, const std::function<bool()>& done,
                 std::chrono::milliseconds tick = std::chrono::seconds{1}) {
#ifdef _WIN32
    constexpr std::chrono::milliseconds kPause{5};
#else
    constexpr std::chrono::milliseconds kPause{1};
#endif
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      clock.advance(tick);
      pusher.wake();
      std::this_thread::sleep_for(kPause);
    }
    return true;
  }

  /// One pass: until nothing is left that could be delivered within a minute. False when it hangs.
  bool deliver() { return deliverFrom(file); }
  bool deliverFrom(const std::filesystem::path& state) {
    Database pushDb(state);
    pushDb.relax();
    Pusher pusher(pushDb, sink, setup, clock, health, progress);
    pusher.noMore();
    std::atomic<bool> done = false;
    std::jthread thread([&](std::stop_token stop) {
      pusher.run(Pusher::Until::Delivered, stop);
      done = true;
    });
    return passUntil(pusher, [&] { return done.load(); });
  }
  /// The service, until `condition`; then it is stopped. False when the condition does not come.
  bool serveUntil(const std::function<bool()>& condition, std::chrono::milliseconds tick = std::chrono::seconds{1}) {
    Database pushDb(file);
    pushDb.relax();
    Pusher pusher(pushDb, sink, setup, clock, health, progress);
    std::jthread thread([&](std::stop_token stop) { pusher.run(Pusher::Until::Stopped, stop); });
    return passUntil(pusher, condition, tick);
  }
};

}  // namespace postern
