// postern-bench: what postern costs, as ratios to raw limits and to hand-written code in the same run. See README.md.
// Exit codes: 0 done and all counts right, 1 a count is wrong, 2 bad options, 3 something failed.

#include <Poco/Exception.h>

#include <boost/program_options.hpp>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>

#include "tests/bench/bare_pipeline.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/customers.h"
#include "tests/bench/figures.h"
#include "tests/bench/raw.h"
#include "tests/bench/workloads.h"

namespace postern::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr std::array kAll = {Contestant::Postern, Contestant::Bare, Contestant::Script};
constexpr std::int64_t kMemoryLimit = 64 << 10;  // KiB
constexpr double kGrowthLimit = 1.10;

struct Plan {
  std::int64_t load = 20'000;        // customers of W1 and W3
  std::int64_t unchanged = 100'000;  // customers of W2 and of the memory test
  std::int64_t memoryBase = 20'000;  // customers that the growth of memory is told from
  bool huge = false;
  bool othersUnchanged = true;
  int rounds = 5;
  std::chrono::seconds idle{60};
  std::int64_t slow = 1000;  // customers on the slow disk and on the far app
};

/// Seconds of all rounds by contestant or raw limit.
using Rounds = std::map<std::string, std::vector<double>>;

/// The median of the ratios of each round: what disturbs a round disturbs both.
double ratio(const Rounds& rounds, const std::string& of, const std::string& to) {
  std::vector<double> ratios;
  const auto over = rounds.find(of);
  const auto under = rounds.find(to);
  if (over == rounds.end() || under == rounds.end()) return 0;
  for (std::size_t i = 0; i < over->second.size() && i < under->second.size(); ++i) {
    ratios.push_back(over->second[i] / under->second[i]);
  }
  return median(std::move(ratios));
}

class Bench {
 public:
  Bench(Setup setup, Plan plan) : setup_(setup), plan_(plan), work_(std::move(setup)) {}

  /// Whether all counts are right.
  bool run() {
    keepBodies();
    prepareUnchanged();
    prepareOutage();
    for (int round = 1; round <= plan_.rounds; ++round) {
      std::cerr << "round " << round << " of " << plan_.rounds << '\n';
      firstLoad();
      unchanged();
      drain();
      if (plan_.slow > 0) {
        slowDisk();
        far();
      }
    }
    memory();
    idle();
    print();
    return good_;
  }

 private:
  static std::string label(Contestant contestant) { return nameOf(contestant); }

  void check(bool holds, const std::string& what) {
    if (holds) return;
    good_ = false;
    std::cout << "WRONG: " << what << '\n';
  }

  void checkDelivered(Contestant contestant, const char* workload, const Measured& measured, std::int64_t customers) {
    const auto records = customers * kRecordsPerCustomer;
    const auto& seen = measured.seen;
    const std::string what = label(contestant) + ", " + workload + ": ";
    check(seen.created - seen.doubled == records,
          what + std::to_string(records - seen.created + seen.doubled) + " lost");
    check(seen.doubled == 0, what + std::to_string(seen.doubled) + " doubled");
    check(seen.writes == records, what + std::to_string(seen.writes) + " writes for " + std::to_string(records));
  }

  /// The raw limit posts what postern posts.
  void keepBodies() {
    work_.reset(plan_.load);
    work_.keepBodies(true);
    work_.pass(Contestant::Postern, work_.freshState(Contestant::Postern, "bodies"));
    work_.keepBodies(false);
  }

  void prepareUnchanged() {
    for (const auto contestant : kAll) {
      if (contestant != Contestant::Postern && !plan_.othersUnchanged) continue;
      work_.reset(plan_.unchanged);
      auto& state = known_[contestant] = work_.freshState(contestant, "unchanged");
      const auto loaded = work_.pass(contestant, state);
      checkDelivered(contestant, "load for the unchanged pass", loaded, plan_.unchanged);
      if (contestant == Contestant::Postern) peaks_[plan_.unchanged] = loaded.end.peak;
    }
  }

  void prepareOutage() {
    for (const auto contestant : kAll) {
      work_.reset(plan_.load);
      auto& state = queued_[contestant] = work_.freshState(contestant, "outage");
      const auto filled = work_.outage(contestant, state);
      check(filled.seen.created == 0, label(contestant) + " delivered during the outage");
    }
  }

  void firstLoad() {
    auto& rounds = rounds_["W1"];
    for (const auto contestant : kAll) {
      work_.reset(plan_.load);
      const auto measured = work_.pass(contestant, work_.freshState(contestant, "load"));
      checkDelivered(contestant, "first load", measured, plan_.load);
      rounds[label(contestant)].push_back(measured.end.seconds);
      last_["W1"][contestant] = measured;
      if (contestant == Contestant::Postern) {
        firstRecord_.push_back(measured.firstWrite);
        peaks_[plan_.load] = std::max(peaks_[plan_.load], measured.end.peak);
      }
    }
    rawPosts(rounds);
    rounds["insert"].push_back(work_.raw("raw-insert"));
    syncs_.push_back(work_.raw("raw-sync"));
  }

  void rawPosts(Rounds& rounds) {
    work_.reset(plan_.load);
    rounds["post"].push_back(work_.raw("raw-post"));
    check(work_.seen().created == plan_.load * kRecordsPerCustomer, "the raw client posts other bodies");
  }

  void unchanged() {
    auto& rounds = rounds_["W2"];
    work_.reset(plan_.unchanged);
    for (const auto& [contestant, state] : known_) {
      const auto measured = work_.pass(contestant, state);
      check(measured.seen.writes == 0, label(contestant) + " writes in an unchanged pass");
      if (contestant == Contestant::Postern) {
        check(measured.seen.lists == 0, "postern asks the app in an unchanged pass");
      }
      rounds[label(contestant)].push_back(measured.end.seconds);
      last_["W2"][contestant] = measured;
    }
    rounds["dom"].push_back(work_.raw("raw-dom"));
    rounds["ondemand"].push_back(work_.raw("raw-ondemand"));
  }

  void drain() {
    auto& rounds = rounds_["W3"];
    for (const auto contestant : kAll) {
      work_.reset(plan_.load);
      const auto state = work_.freshState(contestant, "drain");
      for (const auto& file : fs::directory_iterator(queued_.at(contestant))) {
        if (file.path().filename() != "postern.ini") {
          fs::copy(file.path(), state, fs::copy_options::overwrite_existing);
        }
      }
      work_.mode(true, false);  // the ERP is silent: only the drain is measured
      const auto measured = work_.pass(contestant, state, true);
      work_.mode(false, false);
      checkDelivered(contestant, "drain", measured, plan_.load);
      rounds[label(contestant)].push_back(measured.end.seconds);
      last_["W3"][contestant] = measured;
    }
    rawPosts(rounds);
  }

  void slowDisk() {
    auto& rounds = rounds_["W5"];
    for (const auto contestant : kAll) {
      work_.reset(plan_.slow);
      const auto measured = work_.pass(contestant, work_.freshState(contestant, "slow"), false, 2000us);
      checkDelivered(contestant, "slow disk", measured, plan_.slow);
      rounds[label(contestant)].push_back(measured.end.seconds);
      last_["W5"][contestant] = measured;
    }
  }

  void far() {
    auto& rounds = rounds_["W6"];
    work_.reset(plan_.slow);
    for (const auto contestant : {Contestant::Postern, Contestant::Bare}) {
      work_.reset(plan_.slow);
      work_.mode(false, false, 20);
      const auto measured = work_.pass(contestant, work_.freshState(contestant, "far"));
      work_.mode(false, false);
      checkDelivered(contestant, "far app", measured, plan_.slow);
      rounds[label(contestant)].push_back(measured.end.seconds);
      last_["W6"][contestant] = measured;
    }
  }

  void loadForMemory(std::int64_t customers) {
    if (peaks_.contains(customers)) return;
    work_.reset(customers);
    const auto measured = work_.pass(Contestant::Postern, work_.freshState(Contestant::Postern, "memory"));
    checkDelivered(Contestant::Postern, "load for memory", measured, customers);
    peaks_[customers] = measured.end.peak;
  }

  void memory() {
    loadForMemory(plan_.memoryBase);
    if (plan_.huge) loadForMemory(300'000);
    const auto small = peaks_.at(plan_.memoryBase);
    for (const auto& [customers, peak] : peaks_) {
      check(peak < kMemoryLimit,
            "peak memory for " + std::to_string(customers) + " customers is " + std::to_string(peak >> 10) + " MiB");
      check(static_cast<double>(peak) < kGrowthLimit * static_cast<double>(small) || customers <= plan_.memoryBase,
            "peak memory grows from " + std::to_string(small) + " to " + std::to_string(peak) + " KiB");
    }
  }

  void idle() {
    work_.reset(plan_.load);
    const auto state = work_.freshState(Contestant::Postern, "idle");
    work_.pass(Contestant::Postern, state);
    idle_ = work_.idle(state, 3s, plan_.idle);
    check(idle_.seen.writes + idle_.seen.lists + idle_.seen.pages == 0, "calls while there is nothing to do");
  }

  std::string times(const std::string& workload, const std::string& of, const std::string& to) const {
    const auto value = ratio(rounds_.at(workload), of, to);
    return value == 0 ? "-" : shown(value, 2);
  }

  void print() const {
    const auto load = std::to_string(plan_.load), all = std::to_string(plan_.unchanged);
    std::cout << "medians of " << plan_.rounds << " rounds; " << setup_.connections
              << " connections; 1 customer = " << kRecordsPerCustomer << " records; one sync takes "
              << shown(median(syncs_) * 1e6, 0) << " us\n\n";
    Table table({"workload", "postern", "raw limit", "", "raw/postern", "bare pipeline", "postern/bare", "script",
                 "script/postern"});
    const auto row = [&](const std::string& workload, const std::string& title, const std::string& limit,
                         const std::string& what) {
      const auto& rounds = rounds_.at(workload);
      const auto seconds = [&](const std::string& name) {
        const auto found = rounds.find(name);
        return found == rounds.end() ? std::string("-") : shownSeconds(median(found->second));
      };
      table.add({title, seconds("postern"), limit.empty() ? "-" : seconds(limit), what,
                 limit.empty() ? "-" : times(workload, limit, "postern"), seconds("bare"),
                 times(workload, "postern", "bare"), seconds("script"),
                 rounds.contains("script") ? times(workload, "script", "postern") : "-"});
    };
    row("W1", "W1 first load, " + load + " customers", "post", "POSTs");
    row("W1", "W1", "insert", "inserts");
    row("W2", "W2 unchanged pass, " + all, "dom", "nlohmann DOM + SHA-256");
    row("W2", "W2", "ondemand", "simdjson on demand + SHA-256");
    row("W3", "W3 drain after an outage, " + load, "post", "POSTs");
    if (plan_.slow > 0) {
      row("W5", "W5 slow disk (sync + 2 ms), " + std::to_string(plan_.slow), "", "");
      row("W6", "W6 far app (20 ms), " + std::to_string(plan_.slow), "", "");
    }
    std::cout << table.text() << '\n' << counts() << '\n';
    for (const auto& [customers, peak] : peaks_) {
      std::cout << "peak memory, first load of " << customers
                << " customers: " << shown(static_cast<double>(peak) / 1024, 1) << " MiB\n";
    }
    std::cout << "first record after " << shownSeconds(median(firstRecord_)) << '\n'
              << "W4 idle " << plan_.idle.count() << " s: " << shown(idle_.cpu, 4) << " s CPU, "
              << shown(static_cast<double>(idle_.memory) / 1024, 1) << " MiB resident, "
              << shown(static_cast<double>(idle_.peak) / 1024, 1) << " MiB at most\n";
  }

  /// Counts of the last round: the same in each.
  std::string counts() const {
    Table table({"counts", "", "records", "requests/record", "syncs/record", "syncs", "look-ups", "lists",
                 "connections", "lost", "doubled"});
    for (const auto& [workload, measured] : last_) {
      for (const auto& [contestant, m] : measured) {
        const auto customers = workload == "W1" || workload == "W3" ? plan_.load : plan_.slow;
        const auto records = workload == "W2" ? 0 : customers * kRecordsPerCustomer;
        const auto each = [&](std::int64_t count, int decimals) {
          return records == 0 ? "-" : shown(static_cast<double>(count) / static_cast<double>(records), decimals);
        };
        table.add({workload, label(contestant), std::to_string(records), each(m.seen.writes, 3), each(m.syncs, 4),
                   std::to_string(m.syncs), std::to_string(m.seen.asked), std::to_string(m.seen.lists),
                   std::to_string(m.seen.connections), std::to_string(records - m.seen.created + m.seen.doubled),
                   std::to_string(m.seen.doubled)});
      }
    }
    return table.text();
  }

  Setup setup_;
  Plan plan_;
  Workloads work_;
  bool good_ = true;
  std::map<Contestant, fs::path> known_, queued_;
  std::map<std::string, Rounds> rounds_;
  std::map<std::string, std::map<Contestant, Measured>> last_;
  std::map<std::int64_t, std::int64_t> peaks_;  // customers -> KiB
  std::vector<double> firstRecord_, syncs_;
  Idle idle_;
};

/// What the program does for itself in another process.
int helper(const std::string& what, const po::variables_map& given) {
  const auto port = given["port"].as<std::uint16_t>();
  const fs::path file = given["file"].as<std::string>();
  const int connections = given["connections"].as<int>();
  if (what == "serve") return serve();
  if (what == "bare") return barePipeline({port, file, connections, true});
  if (what == "bare-queue") return barePipeline({port, file, connections, false});
  if (what == "raw-insert") return rawInserts(port, file);
  if (what == "raw-post") return rawPosts(port, connections);
  if (what == "raw-dom") return rawParse(port, true);
  if (what == "raw-ondemand") return rawParse(port, false);
  if (what == "raw-sync") return rawSyncs(file);
  throw po::error("what is " + what + "?");
}

int run(int argc, char** argv) {
  po::options_description options("postern-bench [options]");
  // clang-format off
  options.add_options()
      ("help", "this text")
      ("quick", "small numbers, one round: checks counts and memory, the times mean little")
      ("rounds", po::value<int>()->default_value(5), "rounds; medians are printed")
      ("customers", po::value<std::int64_t>()->default_value(20'000), "of W1 and W3")
      ("unchanged", po::value<std::int64_t>()->default_value(100'000), "customers of W2 and of the memory test")
      ("huge", "memory of a first load of 300,000 customers, too")
      ("idle", po::value<int>()->default_value(60), "seconds of W4")
      ("connections", po::value<int>()->default_value(4), "to the app")
      ("dir", po::value<std::string>()->default_value(""), "where states are kept meanwhile; the disk that is measured")
      ("python", po::value<std::string>()->default_value("python3"), "interpreter of the script")
      ("postern", po::value<std::string>()->default_value(POSTERN_BENCH_PROGRAM), "program to measure");
  po::options_description hidden;
  hidden.add_options()
      ("what", po::value<std::string>()->default_value(""), "")
      ("port", po::value<std::uint16_t>()->default_value(0), "")
      ("file", po::value<std::string>()->default_value(""), "");
  // clang-format on
  po::options_description all;
  all.add(options).add(hidden);
  po::positional_options_description words;
  words.add("what", 1);
  po::variables_map given;
  po::store(po::command_line_parser(argc, argv).options(all).positional(words).run(), given);
  if (given.contains("help")) {
    std::cout << options;
    return 0;
  }
  if (const auto what = given["what"].as<std::string>(); !what.empty()) return helper(what, given);

  Plan plan;
  plan.rounds = given["rounds"].as<int>();
  plan.load = given["customers"].as<std::int64_t>();
  plan.unchanged = given["unchanged"].as<std::int64_t>();
  plan.huge = given.contains("huge");
  plan.idle = std::chrono::seconds(given["idle"].as<int>());
  if (given.contains("quick")) {
    plan = Plan{.load = 2'000, .othersUnchanged = false, .rounds = 1, .idle = 2s, .slow = 0};
  }
  Setup setup;
  const auto folder = given["dir"].as<std::string>();
  setup.folder =
      (folder.empty() ? fs::temp_directory_path() : fs::path(folder)) / ("postern-bench-" + std::to_string(getpid()));
  setup.self = fs::read_symlink("/proc/self/exe");
  setup.postern = given["postern"].as<std::string>();
  setup.script = POSTERN_BENCH_SCRIPT;
  setup.counter = POSTERN_BENCH_COUNTER;
  setup.python = given["python"].as<std::string>();
  setup.connections = given["connections"].as<int>();
  struct Remove {
    fs::path folder;
    ~Remove() {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } remove{setup.folder};
  return Bench(setup, plan).run() ? 0 : 1;
}

}  // namespace
}  // namespace postern::bench

int main(int argc, char** argv) {
  try {
    return postern::bench::run(argc, argv);
  } catch (const boost::program_options::error& error) {
    std::cerr << "postern-bench: " << error.what() << '\n';
    return 2;
  } catch (const Poco::Exception& error) {
    std::cerr << "postern-bench: " << error.displayText() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "postern-bench: " << error.what() << '\n';
  }
  return 3;
}
