#include "tests/bench/workloads.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/bench/raw.h"

namespace postern::bench {
namespace {

using namespace std::chrono_literals;

std::string contentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The least that postern needs; the app sets no pace, because the machine is what is measured.
std::string settings(const std::filesystem::path& state, const std::string& url, int connections) {
  return "[agent]\nstate_dir = " + state.string() +
         "\ndisk_floor = 10\nqueue_limit = 10000000\n"
         "[system.erp]\nconnector = profacto\nurl = " +
         url +
         "\ntoken = bench\nconfirmed_status = 3\n"
         "[system.app]\nconnector = craftboxx\nurl = " +
         url + "\ntoken = bench\nrate = 0\nconnections = " + std::to_string(connections) +
         "\n[link.main]\nerp = erp\napp = app\ninterval = 10m\nflows = customers\n";
}

}  // namespace

const char* nameOf(Contestant contestant) {
  switch (contestant) {
    case Contestant::Postern:
      return "postern";
    case Contestant::Bare:
      return "bare";
    case Contestant::Script:
      break;
  }
  return "script";
}

Workloads::Workloads(Setup setup) : setup_(std::move(setup)) {
  std::filesystem::create_directories(setup_.folder);
  const auto output = setup_.folder / "server.out";
  server_ = std::make_unique<Child>(ChildOptions{{setup_.self.string(), "serve"}, output, {}, {}});
  for (int i = 0; i < 500 && port_ == 0; ++i) {
    std::this_thread::sleep_for(10ms);
    std::ifstream(output) >> port_;
  }
  if (port_ == 0) throw std::runtime_error("the bench server does not start");
}

Workloads::~Workloads() = default;

std::string Workloads::ask(const std::string& method, const std::string& path) {
  BareClient client(port_);
  return method == "GET" ? client.get(path) : client.post(path, "");
}

void Workloads::reset(std::int64_t customers) { ask("POST", "/_bench/reset?rows=" + std::to_string(customers)); }

void Workloads::mode(bool erpAway, bool appAway, int appDelay) {
  ask("POST", "/_bench/mode?erp=" + std::to_string(erpAway) + "&app=" + std::to_string(appAway) +
                  "&delay=" + std::to_string(appDelay));
}

void Workloads::keepBodies(bool on) { ask("POST", "/_bench/keep?on=" + std::to_string(on)); }

Seen Workloads::seen() {
  const auto json = nlohmann::json::parse(ask("GET", "/_bench/counts"));
  return {json["pages"],   json["writes"],  json["lists"],       json["asked"],
          json["created"], json["doubled"], json["connections"], json["first_write"]};
}

std::filesystem::path Workloads::freshState(Contestant contestant, const std::string& name) {
  const auto state = setup_.folder / (std::string(nameOf(contestant)) + '-' + name);
  std::filesystem::remove_all(state);
  std::filesystem::create_directories(state);
  std::ofstream(state / "postern.ini") << settings(state, "http://127.0.0.1:" + std::to_string(port_),
                                                   setup_.connections);
  return state;
}

std::vector<std::string> Workloads::command(Contestant contestant, const std::filesystem::path& state,
                                            const char* verb) const {
  const auto url = "http://127.0.0.1:" + std::to_string(port_);
  switch (contestant) {
    case Contestant::Postern:
      return {setup_.postern.string(), "--config", (state / "postern.ini").string(), verb};
    case Contestant::Bare:
      return {setup_.self.string(),
              verb,
              "--port",
              std::to_string(port_),
              "--file",
              (state / "bare.db").string(),
              "--connections",
              std::to_string(setup_.connections)};
    case Contestant::Script:
      break;
  }
  return {setup_.python, setup_.script.string(), url, url, (state / "script.db").string()};
}

Measured Workloads::pass(Contestant contestant, const std::filesystem::path& state, bool mayFail,
                         std::chrono::microseconds slowSync) {
  return measure(contestant, state, contestant == Contestant::Bare ? "bare" : "sync", mayFail, slowSync);
}

Measured Workloads::outage(Contestant contestant, const std::filesystem::path& state) {
  mode(false, true);
  // The bare pipeline would end at the first failure.
  auto measured = measure(contestant, state, contestant == Contestant::Bare ? "bare-queue" : "sync", true, {});
  mode(false, false);
  return measured;
}

Measured Workloads::measure(Contestant contestant, const std::filesystem::path& state, const char* verb, bool mayFail,
                            std::chrono::microseconds slowSync) {
  ask("POST", "/_bench/zero");
  const auto output = state / "output";
  Child child({command(contestant, state, verb), output, setup_.counter, slowSync});
  Measured measured;
  measured.end = child.wait(setup_.limit);
  measured.syncs = child.syncs();
  measured.seen = seen();
  if (measured.seen.firstWrite != 0) {
    measured.firstWrite = static_cast<double>(measured.seen.firstWrite - child.startedAt()) / 1e9;
  }
  if (!measured.end.inTime) throw std::runtime_error(std::string(nameOf(contestant)) + " took too long");
  if (measured.end.code != 0 && !mayFail) {
    throw std::runtime_error(std::string(nameOf(contestant)) + " failed:\n" + contentOf(output));
  }
  return measured;
}

Idle Workloads::idle(const std::filesystem::path& state, std::chrono::milliseconds settle,
                     std::chrono::milliseconds span) {
  const auto output = state / "output";
  Child child({command(Contestant::Postern, state, "run"), output, {}, {}});
  std::this_thread::sleep_for(settle);
  ask("POST", "/_bench/zero");
  const double before = child.cpuSeconds();
  std::this_thread::sleep_for(span);
  Idle idle;
  idle.cpu = child.cpuSeconds() - before;
  idle.memory = child.memory();
  idle.seen = seen();
  const auto end = child.stop(10s);
  idle.peak = end.peak;
  if (end.code != 0) throw std::runtime_error("postern run failed:\n" + contentOf(output));
  return idle;
}

double Workloads::raw(const std::string& what) {
  const auto output = setup_.folder / "raw.out";
  const auto file = setup_.folder / "raw.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  Child child({{setup_.self.string(), what, "--port", std::to_string(port_), "--file", file.string(), "--connections",
                std::to_string(setup_.connections)},
               output,
               {},
               {}});
  const auto end = child.wait(setup_.limit);
  const auto text = contentOf(output);
  if (end.code != 0) throw std::runtime_error(what + " failed:\n" + text);
  return std::stod(text.substr(text.rfind('\n', text.size() - 2) + 1));
}

}  // namespace postern::bench
