// Random histories: edits, faults of both sides, crashes. Whatever happened, in the end both sides agree.

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <sstream>
#include <thread>

#include "agent/poller.h"
#include "agent/pusher.h"
#include "tests/support/fail_nth_step.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_rules.h"
#include "tests/support/fake_sink.h"
#include "tests/support/fake_source.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    source_.tellsChanges = chance(50);
    source_.pageSize = pick(1, 4);
    faultPercent_ = pick(0, 60);
    sink_.onPush = [this](const Change&) -> FakeSink::Plan {
      using Do = FakeSink::Do;
      if (!faulty_ || !chance(faultPercent_)) return Do::Ok;
      switch (pick(0, 6)) {
        case 0:
          return Do::Reject;
        case 1:
          return {Do::Retry, 30s};
        case 2:
          return Do::LostUnknown;
        case 3:
        case 4:
          return Do::AppliedUnknown;
        case 5:
          return Do::Auth;
        default:
          return Do::Retry;
      }
    };
    sink_.onFind = [this]() -> FakeSink::Plan {
      return faulty_ && chance(faultPercent_ / 2) ? FakeSink::Do::Retry : FakeSink::Do::Ok;
    };
    sink_.onList = sink_.onFind;
    source_.instead = [this](const ScanRequest&) -> std::optional<Result<Page>> {
      if (!faulty_ || !chance(faultPercent_ / 4)) return std::nullopt;
      return tl::unexpected(FakeSource::down());
    };
    for (int i = 0; i < 3; ++i) edit();
    if (chance(20)) sink_.add("customer", "c0", {{"name", "there before"}, {"city", ""}});
  }

  /// `length` steps with faults, then faults end and passes run. Says what is wrong; "" when nothing.
  std::string run(int length) {
    for (int i = 0; i < length; ++i) step();
    faulty_ = false;
    for (int i = 0; i < 4; ++i) {
      if (const auto problem = poll(false); !problem.empty()) return problem;
      retryOutbox(db_, 0);
      if (const auto problem = deliver(); !problem.empty()) return problem;
      clock_.advance(2h);
    }
    if (const auto problem = compare(); !problem.empty()) return problem;
    sink_.forgetCalls();
    if (const auto problem = poll(false); !problem.empty()) return problem;
    if (const auto problem = deliver(); !problem.empty()) return problem;
    if (!sink_.pushed().empty()) return "a further pass sends " + sink_.pushed().front().key;
    if (const auto problem = poll(true); !problem.empty()) return problem;
    std::string queued;
    for (const auto& entry : listOutbox(db_, {std::nullopt, 0, 100})) {
      const auto binding = Bindings(db_, entry.system).get(entry.kind, entry.key);
      queued += "\n  " + entry.key + " " + std::string(stateName(entry.state)) + " " + toJson(entry.desired) +
                " agreed " + (binding ? toJson(binding->agreed.ours) + toJson(binding->agreed.theirs) : "nothing");
    }
    if (const auto problem = deliver(); !problem.empty()) return problem;
    if (!sink_.pushed().empty()) return "a full pass sends " + sink_.pushed().front().key + queued;
    return compare();
  }

 private:
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  std::string word() { return std::string(1, static_cast<char>('a' + pick(0, 2))); }

  void edit() {
    const auto customer = "c" + std::to_string(pick(0, 2));
    const auto project = "p" + std::to_string(pick(0, 2));
    switch (pick(0, 2)) {
      case 0:
        source_.put("customer", customer, {{"name", word()}, {"city", word()}});
        break;
      case 1:
        // The customer may not exist yet: its appointment is blocked until it does.
        source_.put("project", project,
                    {{"title", word()}, {"customer", chance(80) ? customer : ""}, {"state", word()}, {"date", word()}});
        break;
      default:
        source_.put("position", "x" + std::to_string(pick(0, 3)), {{"text", word()}}, project);
    }
  }

  void step() {
    switch (pick(0, 5)) {
      case 0:
      case 1:
        edit();
        break;
      case 2:
        crashing([this] { poll(chance(20)); });
        break;
      case 3:
      case 4:
        crashing([this] { deliver(); });
        break;
      default:
        clock_.advance(std::chrono::seconds{pick(0, 300)});
        if (chance(30)) retryOutbox(db_, 0);
    }
  }

  /// Half of the time some step of the state file is refused and everything in memory is lost.
  template <class Work>
  void crashing(Work work) {
    FailNthStep fault(db_);
    if (chance(50)) fault.arm(pick(0, 60));
    try {
      work();
    } catch (const DatabaseError&) {
    }
    fault.disarm();
  }

  std::string poll(bool full) {
    Poller poller(db_, source_, rules_, sink_.kinds(), setup(), clock_, health_, progress_);
    const auto result = poller.pass(full, {});
    return result || faulty_ ? "" : "the pass failed";
  }
  static PollerSetup setup() {
    return {.link = "main", .erp = "erp", .app = "app", .flows = {"customers", "projects"}};
  }

  std::string deliver() {
    Pusher pusher(db_, sink_, {.link = "main", .app = "app", .lanes = 2, .window = 8, .probeDelay = 0s}, clock_,
                  health_, progress_);
    pusher.noMore();
    std::atomic<bool> done = false;
    std::jthread time([&] {
      while (!done) {
        clock_.advance(1s);
        pusher.wake();
        std::this_thread::sleep_for(100us);
      }
    });
    struct End {
      std::atomic<bool>& flag;
      ~End() { flag = true; }
    } end{done};
    pusher.run(Pusher::Until::Delivered, {});
    return {};
  }

  std::string compare() {
    if (const auto doubled = sink_.doubled(); !doubled.empty()) return doubled.front().key + " is doubled";
    if (sink_.dangling() != 0) return "a reference to nothing was sent";
    const Snapshot erp(db_, "main/erp");
    for (const auto& [input, kind] : {std::pair{"customer", "customer"}, std::pair{"project", "appointment"}}) {
      const auto held = sink_.held(kind);
      for (const auto& seen : erp.list(input, {}, 100)) {
        const Reference reference{kind, seen.record.key};
        const auto wanted = rules_.derive(reference, erp, clock_.now());
        if (!wanted) continue;
        bool blocked = false;
        for (const auto& need : wanted->needs) blocked |= !erp.get("customer", need.key);
        const auto there = held.find(reference.key);
        if (blocked && there == held.end()) continue;
        if (there == held.end()) return reference.key + " is missing";
        if (!blocked && there->second != wanted->fields) {
          return reference.key + " is " + toJson(there->second) + ", not " + toJson(wanted->fields);
        }
      }
    }
    const auto left = countOutbox(db_, "");
    if (left.total() != left.blocked) return "something is left in the outbox";
    return {};
  }

  std::mt19937 random_;
  std::atomic<bool> faulty_ = true;
  int faultPercent_ = 0;
  FakeClock clock_;
  Health health_{clock_};
  Progress progress_;
  FakeSource source_;
  FakeRules rules_;
  FakeSink sink_;
  Database db_ = Database::inMemory();
};

TEST(PropertyTest, AfterAnyHistoryBothSidesAgreeAndNothingIsDoubled) {
  constexpr int kHistories = 500;
  constexpr int kLength = 12;
  constexpr unsigned kFirst = 1;
  for (unsigned seed = kFirst; seed <= kHistories; ++seed) {
    const auto problem = History(seed).run(kLength);
    if (problem.empty()) continue;
    // The shortest prefix that still fails; several tries, because the threads of a pusher race.
    for (int length = 0; length <= kLength; ++length) {
      for (int attempt = 0; attempt < 5; ++attempt) {
        const auto shorter = History(seed).run(length);
        if (shorter.empty()) continue;
        FAIL() << "seed " << seed << ", " << length << " steps: " << shorter;
      }
    }
    FAIL() << "seed " << seed << ", " << kLength << " steps, not seen again: " << problem;
  }
}

}  // namespace
}  // namespace postern
