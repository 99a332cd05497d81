// Craftboxx passes the contracts of every Sink and every Source.

#include <mutex>

#include "tests/connectors/craftboxx_bench.h"
#include "tests/contract/sink_contract.h"
#include "tests/contract/source_contract.h"

namespace postern::craftboxx {
namespace {

class CraftboxxSinkBench : public SinkBench {
 public:
  explicit CraftboxxSinkBench(std::string lookupForm) : lookupForm_(std::move(lookupForm)) {}
  sim::Simulator& simulator() override { return bench_.simulator; }
  std::unique_ptr<System> connect(bool goodPassword) override {
    return bench_.connect({{"password", goodPassword ? "geheim" : "falsch-99"}, {"lookup_form", lookupForm_}});
  }
  Change create(const std::string& key) const override {
    return ids_.change("customer", key,
                       {{"name", "Huber GmbH"}, {"name_addon", "Büro 1. OG"}, {"customer_number", "N" + key}});
  }
  Change refused(const std::string& key) const override {
    return ids_.change("customer", key, {{"name", ""}, {"name_addon", personal()}});
  }
  std::string personal() const override { return "Frau Maier-Beispiel"; }
  std::pair<std::string, std::string> edit() const override { return {"name", "Huber & Söhne GmbH"}; }
  std::int64_t held() const override { return bench_.simulator.count("customers"); }
  void addForeign(const std::string& key) override {
    bench_.simulator.create("customers", {{"name", "x"}, {"source", "sevdesk"}, {"source_external_id", key}});
  }
  void expireLogin() override { bench_.simulator.revokeTokens(); }
  std::int64_t logins() const override { return bench_.simulator.logins(); }
  std::vector<std::string> secrets() const override { return {"geheim", "falsch-99", "eyJ", "Bearer e"}; }

 private:
  Bench bench_;
  Ids ids_;
  std::string lookupForm_;
};

SinkCase sinkCase(const char* lookupForm) {
  return {lookupForm, [lookupForm] { return std::make_unique<CraftboxxSinkBench>(lookupForm); }};
}

INSTANTIATE_TEST_SUITE_P(Craftboxx, SinkContract, testing::Values(sinkCase("list"), sinkCase("plain")), sinkCaseName);

/// Can lose the last row of a list answer while its totals stay.
class CuttingSimulator : public sim::CraftboxxSimulator {
 public:
  ~CuttingSimulator() override { stop(); }
  void cutNext(const std::string& path) {
    const std::lock_guard lock(mutex_);
    path_ = "/" + path;
  }

 protected:
  sim::Response handle(const sim::Request& request) override {
    sim::Response response = CraftboxxSimulator::handle(request);
    const std::lock_guard lock(mutex_);
    if (request.method == "GET" && request.path == path_) {
      auto body = nlohmann::json::parse(response.body);
      body["data"].erase(body["data"].size() - 1);
      response.body = body.dump();
      path_.clear();
    }
    return response;
  }

 private:
  std::mutex mutex_;  // path_
  std::string path_;
};

const char* pathOf(std::string_view kind) {
  if (kind == "project") return "projects";
  if (kind == "appointment") return "assignments";
  if (kind == "customer") return "customers";
  return kind == "address" ? "customers/addresses" : "articles";
}

class CraftboxxSourceSubject : public SourceSubject {
 public:
  CraftboxxSourceSubject() {
    simulator_.start({});
    for (int i = 1; i <= 5; ++i) {
      const std::string number = std::to_string(i);
      const auto customer = simulator_.create("customers", {{"name", "Kunde " + number}, {"source", "profacto-agent"}});
      simulator_.create("customers/addresses", {{"customer_id", customer}, {"type", "MAILING"}, {"lat", 48.5}});
      simulator_.create("articles", {{"name", "Scharnier " + number}});
      const auto project = simulator_.create("projects", {{"title", "Küche " + number}, {"customer_id", customer}});
      simulator_.create("assignments", {{"title", "Montage"},
                                        {"project_id", project},
                                        {"state", i == 2 ? "ARCHIVED" : "SCHEDULED"},
                                        {"all_day", true},
                                        {"start", "2025-05-08T22:00:00.000000Z"}});
    }
  }
  const ConnectorInfo& connector() const override { return kConnector; }
  sim::Simulator& simulator() override { return simulator_; }
  Values options() const override {
    return {
        {"url", simulator_.url()}, {"email", "sync@tischlerei.example"}, {"password", "geheim"}, {"page_size", "2"}};
  }
  Values badCredentials() const override {
    return {{"url", simulator_.url()}, {"email", "sync@tischlerei.example"}, {"password", "falsch-99"}};
  }
  std::set<std::string> keys(std::string_view kind) const override {
    std::set<std::string> keys;
    for (const auto& record : simulator_.records(pathOf(kind))) keys.insert(record["id"].dump());
    return keys;
  }
  std::string changeOne(std::string_view kind) override {
    const std::int64_t id = simulator_.records(pathOf(kind))[2]["id"];
    simulator_.edit(pathOf(kind), id, {{kind == "project" || kind == "appointment" ? "title" : "name", "Anders"}});
    return std::to_string(id);
  }
  void cutNextAnswer(std::string_view kind) override { simulator_.cutNext(pathOf(kind)); }

 private:
  CuttingSimulator simulator_;
};

const auto kSetups =
    testing::Values(SourceSetup{"craftboxx", [] { return std::make_unique<CraftboxxSourceSubject>(); }});
INSTANTIATE_TEST_SUITE_P(Craftboxx, SourceContract, kSetups, sourceSetupName);
INSTANTIATE_TEST_SUITE_P(Craftboxx, ServedSourceContract, kSetups, sourceSetupName);

}  // namespace
}  // namespace postern::craftboxx
