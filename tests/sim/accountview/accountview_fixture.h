#pragma once
// What the tests of the simulated AccountView share.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sim/accountview/accountview_simulator.h"
#include "tests/sim/accountview/schema.h"
#include "tests/sim/accountview/test_client.h"
#include "tests/sim/accountview/text.h"

namespace postern::sim::accountview {

using Json = nlohmann::json;

constexpr std::chrono::sys_seconds kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + std::chrono::hours(12);

struct AccountViewTest : testing::Test {
  AccountViewTest() {
    sim.start({});
    client = TestClient(sim.port());
  }

  template <typename Change>
  void with(Change change) {
    auto options = sim.options();
    change(options);
    sim.setOptions(options);
  }
  void logIn() {
    client.headers = {{"Authorization", "Bearer " + sim.grant()["access_token"].get<std::string>()},
                      {"x-company", "1001"},
                      {"Accept", "application/json"}};
  }
  void debtor(const std::string& number, const Json& more = Json::object()) {
    Json row{{"SUB_NR", number}, {"ACCT_NAME", "Bedrijf " + number}, {"SRC_CODE", "B"}, {"ACCT_NR", "1300"}};
    row.update(more);
    sim.insert("CONTACT", row);
  }
  void project(const std::string& code, const Json& more = Json::object()) {
    Json row{{"PROJ_CODE", code}, {"PROJ_DESC", "Werk"}, {"PRO_STAT", "O"}};
    row.update(more);
    sim.insert("PROJECTS", row);
  }
  void demo() {
    AccountViewSize size;
    size.today = std::chrono::floor<std::chrono::days>(kNoon);
    sim.load(size);
  }
  Reply read(const std::string& object, Pairs parameters = {}) {
    parameters.insert(parameters.begin(), {"BusinessObject", object});
    return client.get("/api/v3/accountviewdata", parameters);
  }
  static Pairs filter(const std::string& field, const std::string& operation, const std::string& type,
                      const std::string& value) {
    return {{"FilterControlSource1", field},
            {"FilterOperator1", operation},
            {"FilterValueType1", type},
            {"FilterValue1", value},
            {"FilterIsListOfValues1", "false"}};
  }
  static std::vector<std::string> keys(const Reply& reply) {
    std::vector<std::string> out;
    for (const auto& row : reply.json.at("CONTACT")) out.push_back(trimRight(row.at("SUB_NR")));
    return out;
  }

  AccountViewSimulator sim;
  TestClient client{0};
};

}  // namespace postern::sim::accountview
