// The simulated Crafter against the contract of our own (shared/apis/crafter.md, section 5), every line of it assumed.

#include "tests/sim/crafter/crafter_simulator.h"

#include <Poco/Exception.h>
#include <gmock/gmock.h>

#include "tests/sim/accountview/test_client.h"

namespace postern::sim::crafter {
namespace {

using accountview::Pairs;
using accountview::Reply;
using accountview::TestClient;
using testing::ElementsAre;
using testing::SizeIs;
using Json = nlohmann::json;

constexpr std::chrono::sys_seconds kNoon =
    std::chrono::sys_days(std::chrono::year(2026) / 1 / 15) + std::chrono::hours(12);

struct CrafterTest : testing::Test {
  CrafterTest() {
    sim.setNow(kNoon);
    sim.start({});
    client = TestClient(sim.port());
    client.headers = {{"Authorization", "Bearer crafter-token"}, {"Content-Type", "application/json"}};
  }
  template <typename Change>
  void with(Change change) {
    auto options = sim.options();
    change(options);
    sim.setOptions(options);
  }
  Reply put(const std::string& path, const Json& body, std::map<std::string, std::string> headers = {}) {
    headers.emplace("Idempotency-Key", "key-" + std::to_string(++keys));
    return client.send("PUT", "/api/v1/" + path, body.dump(), headers);
  }
  Reply get(const std::string& path, const Pairs& parameters = {}) { return client.get("/api/v1/" + path, parameters); }
  std::string customer(const std::string& number = "10001") {
    return put("customers/by-external/AR1:" + number, {{"number", number}, {"name", "Bakkerij"}}).json.at("id");
  }
  static std::vector<std::string> ids(const Reply& reply, const char* member = "items") {
    std::vector<std::string> out;
    for (const auto& item : reply.json.at(member)) out.push_back(item.at("id"));
    return out;
  }

  CrafterSimulator sim;
  TestClient client{0};
  int keys = 0;
};

TEST_F(CrafterTest, TokenAndAccountAreChecked) {
  with([](auto& o) { o.account = "vandijk", o.forbiddenEntities = {"hours"}; });
  EXPECT_EQ(get("customers").status, 403);
  client.headers["X-Account"] = "vandijk";
  EXPECT_EQ(get("customers").status, 200);
  EXPECT_EQ(get("hours").status, 403);
  client.headers["Authorization"] = "Bearer foreign";
  const auto reply = get("customers");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.json["error"]["code"], "unauthorized");
}

TEST_F(CrafterTest, PutCreatesThenReplacesAndCountsTheVersion) {
  auto reply = put("customers/by-external/AR1%3A10001", {{"number", "10001"}, {"name", "Bakkerij"}, {"phone", "030"}});
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.json["id"], "c-1");
  EXPECT_EQ(reply.json["external_id"], "AR1:10001");
  EXPECT_EQ(reply.json["version"], 1);
  EXPECT_EQ(reply.json["updated_at"], "2026-01-15T12:00:00Z");
  reply = put("customers/by-external/AR1:10001", {{"number", "10001"}, {"name", "Bakkerij B.V."}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["version"], 2);
  EXPECT_TRUE(reply.json["phone"].is_null());  // replaced, not merged
  EXPECT_EQ(put("customers/by-external/AR1:10001", {{"number", "10001"}, {"name", "Bakkerij B.V."}}).json["version"],
            2);
  EXPECT_EQ(sim.count("customers"), 1);
}

TEST_F(CrafterTest, IdempotencyKeyAnswersTheSameOrRefuses) {
  const Json body{{"number", "1"}, {"name", "x"}};
  const std::map<std::string, std::string> key{{"Idempotency-Key", "same"}};
  EXPECT_EQ(put("customers/by-external/1", body, key).status, 201);
  sim.edit("customers", "c-1", {{"name", "edited in the app"}});
  EXPECT_EQ(put("customers/by-external/1", body, key).status, 201);  // the first answer again, nothing applied
  EXPECT_EQ(sim.record("customers", "c-1")["name"], "edited in the app");
  EXPECT_EQ(put("customers/by-external/1", {{"number", "1"}, {"name", "y"}}, key).status, 409);
  EXPECT_EQ(client.send("PUT", "/api/v1/customers/by-external/1", body.dump()).status, 400);
}

TEST_F(CrafterTest, IfMatchOfAnOldVersionIs412) {
  customer();
  const Json body{{"number", "10001"}, {"name", "y"}};
  EXPECT_EQ(put("customers/by-external/AR1:10001", body, {{"If-Match", "\"1\""}}).status, 200);
  EXPECT_EQ(put("customers/by-external/AR1:10001", body, {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(put("customers/by-external/other", {{"number", "2"}, {"name", "y"}}, {{"If-Match", "1"}}).status, 412);
}

TEST_F(CrafterTest, BusinessErrorsNameTheField) {
  const auto missing = put("projects/by-external/P1", {{"code", "P1"}, {"name", "Werk"}});
  EXPECT_EQ(missing.status, 422);
  EXPECT_EQ(missing.json["error"]["field"], "project_type_id");
  const Json body{{"number", "1"}, {"name", std::string(256, 'x')}};
  EXPECT_EQ(put("customers/by-external/1", body).json["error"]["field"], "name");
  customer("10001");
  EXPECT_EQ(put("customers/by-external/other", {{"number", "10001"}, {"name", "x"}}).status, 409);
  const Json order{{"customer_id", "c-1"}, {"target_date", "22-01-2026"}};
  EXPECT_EQ(put("work-orders/by-external/1", order).json["error"]["field"], "target_date");
}

TEST_F(CrafterTest, UserCodesCompareTrimmedAndInCapitals) {
  sim.addUsers(1);
  sim.create("project-types", {{"code", "O"}, {"name", "Onderhoud"}});
  Json body{{"code", "P1"}, {"name", "Werk"}, {"project_type_id", "t-1"}, {"user_code", " e01 "}};
  EXPECT_EQ(put("projects/by-external/P1", body).status, 201);
  body["user_code"] = "E99";
  EXPECT_EQ(put("projects/by-external/P1", body).json["error"]["field"], "user_code");
}

TEST_F(CrafterTest, ReadOnlyEntitiesAndUnknownPathsAreRefused) {
  EXPECT_EQ(put("hours/by-external/1", Json::object()).status, 405);
  EXPECT_EQ(get("quotations").status, 404);
  EXPECT_EQ(get("customers/c-1").status, 404);
  EXPECT_EQ(client.send("DELETE", "/api/v1/customers/by-external/1").status, 405);
  EXPECT_EQ(client.get("/customers").status, 404);
}

TEST_F(CrafterTest, WorkOrderFromOutsideLandsInTheStockWithANumber) {
  customer();
  const auto reply = put("work-orders/by-external/SO:20260017", {{"customer_id", "c-1"}, {"description", "Ketel"}});
  EXPECT_EQ(reply.json["status"], "in_stock");
  EXPECT_EQ(reply.json["number"], "W000001");
  EXPECT_EQ(reply.json["articles"], Json::array());
}

TEST_F(CrafterTest, PutKeepsWhatTheFieldDidToAWorkOrder) {
  customer();
  const std::string id = sim.createWorkOrder({{"customer_id", "c-1"}, {"external_id", "SO:1"}});
  sim.addArticle(id, "KLEP15", 2, true);
  sim.setStatus(id, "completed");
  put("work-orders/by-external/SO:1", {{"customer_id", "c-1"}, {"articles", Json::array()}});
  EXPECT_EQ(sim.record("work-orders", id)["status"], "completed");
  EXPECT_THAT(sim.record("work-orders", id)["articles"], SizeIs(1));
}

TEST_F(CrafterTest, IdInThePutLinksAnItemOfTheApp) {
  customer();
  const std::string id = sim.createWorkOrder({{"customer_id", "c-1"}});
  const Json body{{"id", id}, {"customer_id", "c-1"}};
  const auto reply = put("work-orders/by-external/SO:1", body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["external_id"], "SO:1");
  EXPECT_EQ(put("work-orders/by-external/SO:2", body).status, 409);
  EXPECT_EQ(put("work-orders/by-external/SO:3", {{"id", "wo-9"}, {"customer_id", "c-1"}}).status, 404);
  EXPECT_EQ(sim.count("work-orders"), 1);
}

TEST_F(CrafterTest, ListsPageByCursorOldestChangeFirst) {
  for (int i = 1; i <= 5; ++i) {
    sim.setNow(kNoon + std::chrono::seconds(i));
    customer(std::to_string(i));
  }
  auto page = get("customers", {{"limit", "2"}});
  EXPECT_THAT(ids(page), ElementsAre("c-1", "c-2"));
  sim.edit("customers", "c-1", {{"name", "z"}});  // moves behind the cursor, shifts nothing
  page = get("customers", {{"limit", "2"}, {"cursor", page.json["next_cursor"]}});
  EXPECT_THAT(ids(page), ElementsAre("c-3", "c-4"));
  page = get("customers", {{"limit", "2"}, {"cursor", page.json["next_cursor"]}});
  EXPECT_THAT(ids(page), ElementsAre("c-1", "c-5"));
  EXPECT_TRUE(page.json["next_cursor"].is_null());
  EXPECT_EQ(get("customers", {{"cursor", "nonsense"}}).status, 400);
}

TEST_F(CrafterTest, UpdatedSinceIsInclusiveAndNeedsAZone) {
  customer("1");
  sim.setNow(kNoon + std::chrono::seconds(1));
  customer("2");
  EXPECT_THAT(ids(get("customers", {{"updated_since", "2026-01-15T12:00:01Z"}})), ElementsAre("c-2"));
  EXPECT_THAT(ids(get("customers", {{"updated_since", "2026-01-15T13:00:01+01:00"}})), ElementsAre("c-2"));
  EXPECT_EQ(get("customers", {{"updated_since", "2026-01-15T12:00:01"}}).status, 400);
  with([](auto& o) { o.sinceInclusive = false; });
  EXPECT_THAT(ids(get("customers", {{"updated_since", "2026-01-15T12:00:01Z"}})), ElementsAre());
}

TEST_F(CrafterTest, FieldStaffFillWorkOrdersAndHours) {
  const std::string id = sim.createWorkOrder({{"customer_id", "c-1"}, {"description", "Ketel nakijken"}});
  EXPECT_EQ(sim.record("work-orders", id)["status"], "new");
  const auto first = sim.addArticle(id, "KLEP15", 2, false);
  sim.addArticle(id, "LOS-X", 1, false);
  EXPECT_TRUE(sim.tickArticle(id, first, true));
  sim.setNow(kNoon + std::chrono::seconds(60));
  EXPECT_TRUE(sim.setStatus(id, "checked"));
  const auto item = get("work-orders").json["items"][0];
  EXPECT_EQ(item["articles"][0]["ticked"], true);
  EXPECT_EQ(item["articles"][1]["ticked"], false);
  EXPECT_EQ(item["updated_at"], "2026-01-15T12:01:00Z");

  auto lines = get("work-order-articles", {{"limit", "1"}});
  EXPECT_THAT(ids(lines), ElementsAre("wo-1.1"));
  lines = get("work-order-articles", {{"limit", "1"}, {"cursor", lines.json["next_cursor"]}});
  EXPECT_THAT(ids(lines), ElementsAre("wo-1.2"));
  EXPECT_TRUE(lines.json["next_cursor"].is_null());

  sim.addHours(
      {{"user_code", "E12"}, {"work_order_id", id}, {"kind", "travel"}, {"date", "2026-01-20"}, {"minutes", 45}});
  EXPECT_EQ(get("hours").json["items"][0]["minutes"], 45);
}

TEST_F(CrafterTest, ErrorsOfItemsAreACurrentState) {
  const std::string path = "links/accountview/errors/work-orders/wo-1/export";
  Json error{{"code", "PST-1"},
             {"message", "Debiteur is geblokkeerd."},
             {"first_seen", "2026-01-15T12:00:00Z"},
             {"last_seen", "2026-01-15T12:00:00Z"}};
  EXPECT_EQ(put(path, error).status, 201);
  error["last_seen"] = "2026-01-15T12:10:00Z";
  EXPECT_EQ(put(path, error).status, 200);
  EXPECT_THAT(sim.errors(), SizeIs(1));
  EXPECT_THAT(sim.timeline(), SizeIs(1));
  EXPECT_EQ(get("links/accountview/errors").json["items"][0]["last_seen"], "2026-01-15T12:10:00Z");
  EXPECT_EQ(client.send("DELETE", "/api/v1/" + path).status, 204);
  EXPECT_EQ(client.send("DELETE", "/api/v1/" + path).status, 404);
  EXPECT_THAT(sim.errors(), SizeIs(0));
  EXPECT_THAT(sim.timeline(), SizeIs(1));

  with([](auto& o) { o.timelineKeepsSolved = false, o.errorsNeedItem = true; });
  EXPECT_EQ(put(path, error).status, 404);
  sim.createWorkOrder({{"customer_id", "c-1"}});
  EXPECT_EQ(put(path, error).status, 201);
  EXPECT_EQ(client.send("DELETE", "/api/v1/" + path).status, 204);
  EXPECT_THAT(sim.timeline(), SizeIs(0));
  error.erase("message");
  EXPECT_EQ(put(path, error).status, 422);
}

TEST_F(CrafterTest, TooManyCallsAre429WithRetryAfter) {
  with([](auto& o) { o.rateLimit = 1; });
  EXPECT_EQ(get("customers").status, 200);
  const auto reply = get("customers");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("Retry-After"), "1");
}

TEST_F(CrafterTest, PutMayBeKeptAndItsAnswerLost) {
  sim.addFault({.kind = Fault::Kind::ApplyThenClose, .methodContains = "PUT"});
  EXPECT_THROW(customer(), Poco::Exception);
  EXPECT_EQ(sim.count("customers"), 1);
  customer();
  EXPECT_EQ(sim.count("customers"), 1);
  EXPECT_EQ(sim.doubled("customers"), 0);
}

TEST_F(CrafterTest, SecondDialectSpellsTheSameContract) {
  with([](auto& o) { o.dialect = crafterDialect("v2"); });
  for (int i = 1; i <= 3; ++i) {
    const Json body{{"number", std::to_string(i)}, {"name", "x"}};
    const auto reply = client.send("PUT", "/v2/customers/by-external/" + std::to_string(i), body.dump(),
                                   {{"Idempotency-Key", std::to_string(i)}});
    EXPECT_EQ(reply.json["data"]["externalId"], std::to_string(i));
  }
  const auto page = client.get("/v2/customers", {{"page", "2"}, {"perPage", "2"}});
  EXPECT_THAT(ids(page, "data"), ElementsAre("c-3"));
  EXPECT_EQ(page.json["page"], 2);
  EXPECT_EQ(page.json["pages"], 2);
  const auto order =
      client.send("PUT", "/v2/work-orders/by-external/1",
                  Json{{"customerId", "c-1"}, {"status", "gepland"}, {"targetDate", "2026-02-02"}}.dump(),
                  {{"Idempotency-Key", "w"}});
  EXPECT_EQ(order.json["data"]["status"], "gepland");
  EXPECT_EQ(sim.record("work-orders", "wo-1")["status"], "planned");
  EXPECT_EQ(sim.record("work-orders", "wo-1")["target_date"], "2026-02-02");
  EXPECT_EQ(client.get("/v2/customers", {{"updatedSince", "2026-01-15T12:00:01Z"}}).json["data"], Json::array());
  EXPECT_EQ(client.get("/api/v1/customers").status, 404);
}

TEST_F(CrafterTest, DialectMayRenameSingleMembers) {
  with([](auto& o) { o.dialect = crafterDialect({{"rename", {{"customers.number", "klantnummer"}}}}); });
  EXPECT_EQ(put("customers/by-external/1", {{"klantnummer", "1"}, {"name", "x"}}).json["klantnummer"], "1");
  EXPECT_EQ(put("customers/by-external/2", {{"name", "x"}}).json["error"]["field"], "klantnummer");
  EXPECT_THROW(crafterDialect("v9"), std::invalid_argument);
  EXPECT_THROW(crafterDialect({{"colour", 1}}), std::invalid_argument);
}

TEST_F(CrafterTest, ControlCallsDoWhatTheMethodsDo) {
  const auto control = [&](const std::string& call, const Json& body) {
    return client.send("POST", "/_sim/" + call, body.dump());
  };
  const std::string id = control("work_order", {{"customer_id", "c-1"}}).json["id"];
  const std::string line =
      control("article", {{"work_order", id}, {"number", "K"}, {"quantity", 1.5}, {"ticked", false}}).json["line_id"];
  EXPECT_EQ(control("tick", {{"work_order", id}, {"line_id", line}, {"ticked", true}}).status, 200);
  EXPECT_EQ(control("status", {{"work_order", id}, {"status", "checked"}}).status, 200);
  EXPECT_EQ(
      control("hours", {{"user_code", "E01"}, {"kind", "work"}, {"date", "2026-01-20"}, {"minutes", 60}}).json["id"],
      "h-1");
  EXPECT_EQ(control("edit", {{"entity", "hours"}, {"id", "h-1"}, {"fields", {{"minutes", 30}}}}).status, 200);
  EXPECT_EQ(control("edit", {{"entity", "hours"}, {"id", "h-9"}, {"fields", {{"minutes", 30}}}}).status, 400);
  EXPECT_EQ(control("mode", {{"dialect", "v2"}, {"maxText", 40}}).status, 200);
  EXPECT_EQ(control("mode", {{"noSuch", 1}}).status, 400);
  const auto dump = client.get("/_sim/dump").json;
  EXPECT_EQ(dump["work-orders"][0]["articles"][0]["ticked"], true);
  EXPECT_EQ(dump["hours"][0]["minutes"], 30);
  EXPECT_EQ(client.get("/_sim/summary").json["work-orders"]["count"], 1);
  EXPECT_EQ(client.get("/_sim/counts").json["openErrors"], 0);
}

}  // namespace
}  // namespace postern::sim::crafter
