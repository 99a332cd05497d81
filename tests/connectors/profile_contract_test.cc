// The connector `crafter` passes the contracts of every Sink and every Source, in both spellings: the second is a
// profile file alone.

#include <mutex>

#include "tests/connectors/profile_bench.h"
#include "tests/contract/sink_contract.h"
#include "tests/contract/source_contract.h"

namespace postern::profile {
namespace {

using Json = nlohmann::json;

class ProfileSinkBench : public SinkBench {
 public:
  explicit ProfileSinkBench(const std::string& dialect) : bench_(dialect) {}
  sim::Simulator& simulator() override { return bench_.simulator; }
  std::unique_ptr<System> connect(bool goodPassword) override {
    return bench_.connect({{"token", goodPassword ? "crafter-token" : "falsch-99"}});
  }
  Change create(const std::string& key) const override {
    return ids_.change("customer", key,
                       {{"number", "N" + key}, {"name", "Bakkerij"}, {"phone", "030"}, {"mail", "info@b.example"}});
  }
  Change refused(const std::string& key) const override {
    return ids_.change("customer", key, {{"number", ""}, {"name", personal()}});
  }
  std::string personal() const override { return "Mevrouw Jansen-Voorbeeld"; }
  std::pair<std::string, std::string> edit() const override { return {"name", "Bakkerij & Zonen B.V."}; }
  std::int64_t held() const override { return bench_.simulator.count("customers"); }
  void addForeign(const std::string& key) override {
    bench_.simulator.create("customers",
                            {{"number", "F" + key}, {"name", "x"}, {"external_id", key == "42" ? "42" : "MV:" + key}});
  }
  void expireLogin() override {
    auto options = bench_.simulator.options();
    options.token = "another";
    bench_.simulator.setOptions(options);
  }
  std::int64_t logins() const override { return 1; }
  std::vector<std::string> secrets() const override { return {"crafter-token", "falsch-99"}; }
  std::string createMethod() const override { return "PUT"; }
  std::string updateMethod() const override { return "PUT"; }
  bool keysAreUnique() const override { return true; }
  bool renewsLogin() const override { return false; }

 private:
  Bench bench_;
  Ids ids_;
};

SinkCase sinkCase(const char* dialect) {
  return {dialect, [dialect] { return std::make_unique<ProfileSinkBench>(dialect); }};
}

INSTANTIATE_TEST_SUITE_P(Profile, SinkContract, testing::Values(sinkCase("v1"), sinkCase("v2")), sinkCaseName);

/// Can lose the last row of a list answer while its paging says that it goes on.
class CuttingSimulator : public sim::CrafterSimulator {
 public:
  using CrafterSimulator::CrafterSimulator;
  ~CuttingSimulator() override { stop(); }
  void cutNext(const std::string& path) {
    const std::lock_guard lock(mutex_);
    path_ = path;
  }

 protected:
  sim::Response handle(const sim::Request& request) override {
    sim::Response response = CrafterSimulator::handle(request);
    const std::lock_guard lock(mutex_);
    if (request.method == "GET" && !path_.empty() && request.path.ends_with("/" + path_)) {
      auto body = Json::parse(response.body);
      auto& rows = body.contains("items") ? body["items"] : body["data"];
      rows.erase(rows.size() - 1);
      response.body = body.dump();
      path_.clear();
    }
    return response;
  }

 private:
  std::mutex mutex_;  // path_
  std::string path_;
};

std::string entityOf(std::string_view kind) {
  if (kind == "work_order" || kind == "used_article") return "work-orders";
  if (kind == "time_entry") return "hours";
  if (kind == "project_type") return "project-types";
  return std::string(kind) + "s";
}

class ProfileSourceSubject : public SourceSubject {
 public:
  explicit ProfileSourceSubject(const std::string& dialect) : simulator_(optionsOf(dialect)), dialect_(dialect) {
    simulator_.setNow(FakeClock{}.now() - std::chrono::hours{1});
    simulator_.start({});
    simulator_.addUsers(5);
    for (int i = 1; i <= 5; ++i) {
      const std::string n = std::to_string(i);
      const auto customer = simulator_.create("customers", {{"number", n}, {"name", "Klant " + n}});
      simulator_.create("locations", {{"customer_id", customer}, {"city", "Utrecht"}, {"is_main", i % 2 == 0}});
      simulator_.create("contacts", {{"customer_id", customer}, {"last_name", "Jansen " + n}});
      const auto type = simulator_.create("project-types", {{"code", n}, {"name", "Onderhoud"}});
      const auto project = simulator_.create(
          "projects", {{"code", "P" + n}, {"name", "Dak"}, {"customer_id", customer}, {"project_type_id", type}});
      const auto order = simulator_.createWorkOrder({{"customer_id", customer}, {"project_id", project}});
      if (i != 4) simulator_.addArticle(order, "KLEP15", 2.5, true);
      simulator_.addArticle(order, "LOS-X", 1, false);
      simulator_.addHours({{"user_code", "E01"},
                           {"work_order_id", order},
                           {"kind", "travel"},
                           {"date", "2026-01-20"},
                           {"minutes", 45}});
    }
  }
  const ConnectorInfo& connector() const override { return crafter(); }
  sim::Simulator& simulator() override { return simulator_; }
  Values options() const override {
    Values values = profileOf(dialect_);
    values.insert({{"url", simulator_.url()}, {"token", "crafter-token"}, {"page_size", "2"}});
    return values;
  }
  Values badCredentials() const override {
    Values values = options();
    values["token"] = "falsch-99";
    return values;
  }
  std::set<std::string> keys(std::string_view kind) const override {
    std::set<std::string> keys;
    for (const auto& item : simulator_.records(entityOf(kind))) {
      if (kind != "used_article") keys.insert(item["id"].get<std::string>());
      for (const auto& line : kind == "used_article" ? item["articles"] : Json::array()) {
        keys.insert(item["id"].get<std::string>() + "/" + line["line_id"].get<std::string>());
      }
    }
    return keys;
  }
  std::string changeOne(std::string_view kind) override {
    const std::string entity = entityOf(kind);
    const auto item = simulator_.records(entity)[2];
    const std::string id = item["id"];
    simulator_.setNow(FakeClock{}.now() - std::chrono::minutes{5});
    if (kind == "used_article") {
      const std::string line = item["articles"][1]["line_id"];
      simulator_.tickArticle(id, line, true);
      return id + "/" + line;
    }
    const char* member = kind == "time_entry" ? "date" : kind == "contact" ? "last_name" : "name";
    if (kind == "work_order") member = "description";
    simulator_.edit(entity, id, {{member, kind == "time_entry" ? "2026-01-21" : "Anders"}});
    return id;
  }
  void cutNextAnswer(std::string_view kind) override { simulator_.cutNext(entityOf(kind)); }

 private:
  CuttingSimulator simulator_;
  std::string dialect_;
};

SourceSetup sourceSetup(const char* dialect) {
  return {dialect, [dialect] { return std::make_unique<ProfileSourceSubject>(dialect); }};
}

const auto kSetups = testing::Values(sourceSetup("v1"), sourceSetup("v2"));
INSTANTIATE_TEST_SUITE_P(Profile, SourceContract, kSetups, sourceSetupName);
INSTANTIATE_TEST_SUITE_P(Profile, ServedSourceContract, kSetups, sourceSetupName);

}  // namespace
}  // namespace postern::profile
