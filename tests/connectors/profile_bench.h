#pragma once
// A simulated Crafter account (every line of its interface is assumed) and systems of ours that talk to it through a
// profile, in either spelling.

#include <map>
#include <memory>
#include <string>

#include "agent/http_client.h"
#include "connectors/registry.h"
#include "tests/connectors/craftboxx_bench.h"
#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/support/fake_clock.h"

namespace postern::profile {

using Values = std::map<std::string, std::string>;
using Ids = craftboxx::Ids;

inline const ConnectorInfo& crafter() { return *registry().connector("crafter"); }

/// "v1", the shipped profile, or "v2", which is a file beside these tests.
inline Values profileOf(const std::string& dialect) {
  if (dialect == "v1") return {};
  return {{"profile", std::string(POSTERN_SOURCE_DIR) + "/tests/connectors/profiles/crafter_" + dialect + ".json"}};
}

inline sim::CrafterOptions optionsOf(const std::string& dialect) {
  sim::CrafterOptions options;
  options.dialect = sim::crafterDialect(dialect);
  return options;
}

/// Keeps what a System refers to.
class TestSystem : public System {
 public:
  TestSystem(HttpClient& http, const Values& values, Clock& clock)
      : options_(makeSection("app", crafter().options, values)),
        inner_(crafter().make({"app", options_, fields_, "Europe/Amsterdam", http, clock})) {}
  Source* source() override { return inner_->source(); }
  Sink* sink() override { return inner_->sink(); }
  std::vector<Finding> check(std::stop_token stop) override { return inner_->check(stop); }

 private:
  Section options_;
  Section fields_;
  std::unique_ptr<System> inner_;
};

class Bench {
 public:
  explicit Bench(std::string dialect) : simulator(optionsOf(dialect)), dialect_(std::move(dialect)) {
    sim::Simulator::Options server;
    server.threads = 32;
    simulator.start(server);
    HttpOptions limits;
    limits.connectLimit = std::chrono::seconds{2};
    limits.answerLimit = std::chrono::seconds{5};
    http = makeHttpClient(limits);
  }

  /// `changes` go over url, token, profile and the short pages.
  std::unique_ptr<System> connect(const Values& changes = {}) {
    Values values = changes;
    values.insert({{"url", simulator.url()}, {"token", "crafter-token"}, {"page_size", "7"}});
    values.merge(profileOf(dialect_));
    return std::make_unique<TestSystem>(*http, values, clock);
  }

  sim::CrafterSimulator simulator;
  FakeClock clock;
  std::unique_ptr<HttpClient> http;

 private:
  std::string dialect_;
};

}  // namespace postern::profile
