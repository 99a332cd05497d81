#pragma once
// A simulated Craftboxx account and systems of ours that talk to it through the real HTTP client.

#include <map>
#include <memory>
#include <string>

#include "agent/connector.h"
#include "agent/http_client.h"
#include "agent/settings.h"
#include "tests/sim/craftboxx/craftboxx_simulator.h"

namespace postern::craftboxx {

extern const ConnectorInfo kConnector;

/// Keeps what a System refers to.
class TestSystem : public System {
 public:
  TestSystem(HttpClient& http, const std::map<std::string, std::string>& values, const std::string& zone)
      : options_(makeSection("app", kConnector.options, values)),
        inner_(kConnector.make({"app", options_, fields_, zone, http, systemClock()})) {}
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
  explicit Bench(const sim::CraftboxxOptions& options = {}) : simulator(options) {
    sim::Simulator::Options server;
    server.threads = 32;
    simulator.start(server);
    HttpOptions limits;
    limits.connectLimit = std::chrono::seconds{2};
    limits.answerLimit = std::chrono::seconds{5};
    http = makeHttpClient(limits);
  }

  /// `changes` replace or add to url, email, password and the short pages.
  std::unique_ptr<System> connect(const std::map<std::string, std::string>& changes = {},
                                  const std::string& zone = "Europe/Berlin") {
    std::map<std::string, std::string> values{
        {"url", simulator.url()}, {"email", "sync@tischlerei.example"}, {"password", "geheim"}, {"page_size", "7"}};
    for (const auto& [key, value] : changes) {
      if (value.empty()) {
        values.erase(key);
      } else {
        values[key] = value;
      }
    }
    return std::make_unique<TestSystem>(*http, values, zone);
  }

  sim::CraftboxxSimulator simulator;
  std::unique_ptr<HttpClient> http;
};

/// The ids of records pushed so far, as the engine's bindings would tell them.
class Ids {
 public:
  void add(const std::string& kind, const std::string& key, const std::string& id) { ids_[kind + " " + key] = id; }
  /// "" when unknown.
  std::string of(std::string_view kind, std::string_view key) const {
    const auto found = ids_.find(std::string(kind) + " " + std::string(key));
    return found == ids_.end() ? std::string{} : found->second;
  }
  Change change(std::string kind, std::string key, Fields fields, std::string id = {}) const {
    return {std::move(kind), std::move(key), std::move(id), std::move(fields),
            [this](std::string_view wanted, std::string_view name) { return of(wanted, name); }};
  }

 private:
  std::map<std::string, std::string> ids_;
};

}  // namespace postern::craftboxx
