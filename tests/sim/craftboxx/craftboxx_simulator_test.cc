// Log-in, limits, writes, answers, edits. Lists are in listing_test.cc. Names follow the checklist of the fact sheet.

#include "tests/sim/craftboxx/craftboxx_simulator.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <gmock/gmock.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "tests/sim/craftboxx/test_client.h"

namespace postern::sim::craftboxx {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using Json = nlohmann::json;

constexpr sys_seconds kNoon = sys_days(std::chrono::year(2025) / 5 / 2) + std::chrono::hours(12);

struct CraftboxxTest : testing::Test {
  CraftboxxTest() {
    sim.start({});
    client = std::make_unique<TestClient>(sim.port());
    client->logIn(sim.options());
  }
  /// Switches one option and logs in again.
  template <typename Change>
  void with(Change change) {
    auto options = sim.options();
    change(options);
    sim.setOptions(options);
  }
  std::int64_t id(const Reply& reply) { return reply.json.at("data").at("id"); }
  std::int64_t customer() { return id(client->post("/customers", {{"name", "Müller"}})); }
  std::int64_t project() { return id(client->post("/projects", {{"title", "Praxis"}, {"customer_id", customer()}})); }
  Reply assignment(Json more = Json::object()) {
    Json body{{"title", "Praxis Nord"}, {"project_id", project()}};
    body.update(more);
    return client->post("/assignments", body);
  }

  CraftboxxSimulator sim;
  std::unique_ptr<TestClient> client;
};

// --- Log-in -----------------------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, LogInGivesABearerTokenInJwtForm) {
  const auto reply = client->logIn(sim.options());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["token_type"], "bearer");
  const std::string token = reply.json["access_token"];
  const auto first = token.find('.'), second = token.rfind('.');
  ASSERT_LT(first, second);
  std::istringstream encoded(token.substr(first + 1, second - first - 1));
  Poco::Base64Decoder decoder(encoded, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
  const std::string claims((std::istreambuf_iterator<char>(decoder)), {});
  EXPECT_GT(Json::parse(claims)["exp"], Json::parse(claims)["iat"]);
}

TEST_F(CraftboxxTest, LogInWithWrongPasswordIs422) {
  const auto reply = client->post("/auth/create-token", {{"email", sim.options().email}, {"password", "falsch"}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_TRUE(reply.json["errors"].contains("email"));
  EXPECT_EQ(client->post("/auth/create-token", Json::object()).status, 422);
}

TEST_F(CraftboxxTest, MissingOrForeignTokenIs401) {
  client->token = "";
  EXPECT_EQ(client->get("/customers").status, 401);
  client->token = "foreign";
  const auto reply = client->get("/my/employee");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.json["error"]["http_code"], 401);
}

TEST_F(CraftboxxTest, TokenRunsOutInTheMiddleOfARun) {
  with([](auto& o) { o.tokenCalls = 2; });
  client->logIn(sim.options());
  EXPECT_EQ(client->get("/customers").status, 200);
  EXPECT_EQ(client->get("/customers").status, 200);
  EXPECT_EQ(client->get("/customers").status, 401);
  client->logIn(sim.options());
  EXPECT_EQ(client->get("/customers").status, 200);
}

TEST_F(CraftboxxTest, TokenExpiresAtItsOwnTime) {
  sim.setNow(kNoon);
  client->logIn(sim.options());
  sim.setNow(kNoon + sim.options().tokenLifetime);
  EXPECT_EQ(client->get("/customers").status, 401);
}

TEST_F(CraftboxxTest, RevokedTokenIs401) {
  const auto reply = client->get("/auth/revoke-token");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["success"], true);
  EXPECT_EQ(client->get("/customers").status, 401);

  client->logIn(sim.options());
  sim.revokeTokens();
  EXPECT_EQ(client->get("/customers").status, 401);
}

TEST_F(CraftboxxTest, EmployeeAndCompanyAnswerTheConnectionTest) {
  EXPECT_EQ(client->get("/my/employee").json["data"]["email"], sim.options().email);
  EXPECT_TRUE(client->get("/my/company").json["data"].contains("name"));
}

TEST_F(CraftboxxTest, ForbiddenResourceIs403) {
  with([](auto& o) { o.forbiddenPaths = {"articles"}; });
  EXPECT_EQ(client->get("/articles").status, 403);
  EXPECT_EQ(client->get("/customers").status, 200);
}

TEST_F(CraftboxxTest, PrefixIsOffOrOn) {
  EXPECT_EQ(client->get("/plan-it/customers").status, 404);
  with([](auto& o) { o.pathPrefix = "/plan-it"; });
  EXPECT_EQ(client->logIn(sim.options()).status, 200);
  EXPECT_EQ(client->get("/plan-it/customers").status, 200);
  EXPECT_EQ(client->get("/customers").status, 404);
}

// --- Limits and lost answers --------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, TooManyCallsAre429WithRetryAfter) {
  with([](auto& o) { o.rateLimit = 2, o.rateWindow = std::chrono::milliseconds(150); });
  EXPECT_EQ(client->get("/customers").response.get("X-RateLimit-Remaining"), "1");
  client->get("/customers");
  const auto reply = client->post("/customers", {{"name", "x"}});
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.response.get("Retry-After"), "1");
  EXPECT_EQ(reply.response.get("X-RateLimit-Limit"), "2");
  EXPECT_EQ(reply.response.get("X-RateLimit-Remaining"), "0");
  EXPECT_TRUE(reply.response.has("X-RateLimit-Reset"));
  EXPECT_EQ(sim.count("customers"), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(160));
  EXPECT_EQ(client->get("/customers").status, 200);
}

TEST_F(CraftboxxTest, PostMayBeKeptAndItsAnswerLost) {
  sim.addFault({.kind = Fault::Kind::ApplyThenClose, .methodContains = "POST"});
  EXPECT_THROW(client->post("/customers", {{"name", "x"}}), Poco::Exception);
  EXPECT_EQ(sim.count("customers"), 1);
}

TEST_F(CraftboxxTest, RepeatedPostDoublesTheRecord) {
  const Json body{{"name", "x"}, {"source", "agent"}, {"source_external_id", "7"}};
  const auto first = id(client->post("/customers", body));
  EXPECT_NE(id(client->post("/customers", body)), first);
  EXPECT_EQ(sim.count("customers"), 2);
  EXPECT_EQ(sim.duplicates("customers"), 1);
  client->post("/customers", {{"name", "x"}, {"source", "other"}, {"source_external_id", "7"}});
  EXPECT_EQ(sim.duplicates("customers"), 1);
}

// --- Status codes and bodies --------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, SuccessCodesDifferByResource) {
  const auto customerId = customer();
  EXPECT_EQ(client->post("/customers", {{"name", "x"}}).status, 200);
  EXPECT_EQ(client->post("/articles", {{"name", "x"}}).status, 200);
  EXPECT_EQ(assignment().status, 200);
  EXPECT_EQ(client->post("/projects", {{"title", "x"}, {"customer_id", customerId}}).status, 201);
  EXPECT_EQ(client->post("/assignments/tags", {{"name", "x"}}).status, 201);
  const auto address = client->post("/customers/addresses", {{"customer_id", customerId}});
  EXPECT_EQ(address.status, 201);
  EXPECT_EQ(client->put("/customers/" + std::to_string(customerId), {{"info", "x"}}).status, 200);
  const auto erased = client->erase("/customers/addresses/" + std::to_string(id(address)));
  EXPECT_EQ(erased.status, 204);
  EXPECT_EQ(erased.body, "");
  EXPECT_EQ(client->erase("/customers/" + std::to_string(customerId)).status, 200);
}

TEST_F(CraftboxxTest, BodiesAreDataOrAnEmptyList) {
  const auto path = "/customers/" + std::to_string(customer());
  EXPECT_EQ(client->get(path).json["data"]["name"], "Müller");
  with([](auto& o) { o.putAnswersEmpty = o.postAnswersEmpty = true; });
  EXPECT_EQ(client->put(path, {{"name", "Maier"}}).body, "[]");
  EXPECT_EQ(client->post("/customers", {{"name", "x"}}).body, "[]");
  EXPECT_EQ(client->erase(path).body, "[]");
}

TEST_F(CraftboxxTest, UnknownRecordIs404) {
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    EXPECT_EQ(client->send(method, "/projects/99999", Json::object()).status, 404) << method;
  }
  EXPECT_EQ(client->get("/nothing").status, 404);
}

TEST_F(CraftboxxTest, AnswersCarryEveryWritableMember) {
  const auto data = client->post("/articles", {{"name", "Griff"}}).json["data"];
  for (const char* name : {"manufacturer", "unit", "unit_price", "source", "source_external_id"}) {
    EXPECT_TRUE(data.contains(name) && data[name].is_null()) << name;
  }
  EXPECT_TRUE(data.contains("created_at"));
}

TEST_F(CraftboxxTest, StampsAreUtcWithSixDigits) {
  const auto data =
      assignment({{"start", "2025-05-09T00:00:00+02:00"}, {"end", "2025-05-09T23:59:59+02:00"}}).json["data"];
  EXPECT_EQ(data["start"], "2025-05-08T22:00:00.000000Z");
  EXPECT_EQ(data["end"], "2025-05-09T21:59:59.000000Z");
  EXPECT_EQ(data["timezone"], "Europe/Berlin");
  EXPECT_THAT(data["created_at"].get<std::string>(), MatchesRegex("....-..-..T..:..:..\\.000000Z"));
}

TEST_F(CraftboxxTest, StampWithoutOffsetIsRefusedIfAsked) {
  EXPECT_EQ(assignment({{"start", "2025-05-09T08:00:00"}}).json["data"]["start"], "2025-05-09T08:00:00.000000Z");
  with([](auto& o) { o.needsOffset = true; });
  EXPECT_EQ(assignment({{"start", "2025-05-09T08:00:00"}}).status, 422);
}

TEST_F(CraftboxxTest, CoordinatesComeBackAsText) {
  const auto data =
      client->post("/customers/addresses", {{"customer_id", customer()}, {"lat", 48.1}, {"lng", 11.5}}).json["data"];
  EXPECT_EQ(data["lat"], "48.1000000000");
  EXPECT_EQ(data["lng"], "11.5000000000");
}

TEST_F(CraftboxxTest, AutoNumbersAreGivenByTheServer) {
  const auto data = client->post("/customers", {{"name", "x"}, {"customer_number", "(auto)"}}).json["data"];
  EXPECT_THAT(data["customer_number"].get<std::string>(),
              testing::Each(testing::AllOf(testing::Ge('0'), testing::Le('9'))));
}

TEST_F(CraftboxxTest, UnknownExtraFieldsAppear) {
  with([](auto& o) { o.extraFields = {{"brand_new", {{"deep", 1}}}}; });
  EXPECT_EQ(assignment().json["data"]["brand_new"]["deep"], 1);
}

TEST_F(CraftboxxTest, NestedEmployeesCarryTokens) {
  const auto reply = assignment({{"employees", {5}}});
  const auto causer = reply.json["data"]["creation"]["causer"];
  EXPECT_FALSE(causer["api_token"].get<std::string>().empty());
  EXPECT_FALSE(causer["cello_token"].get<std::string>().empty());
  const auto shown = client->get("/assignments/" + std::to_string(id(reply)) + "?with[]=employees").json["data"];
  EXPECT_FALSE(shown["employees"][0]["api_token"].get<std::string>().empty());
}

// --- Validation ---------------------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, MissingRequiredFieldsAre422) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases{{"/customers", {"name"}},
                                                                            {"/articles", {"name"}},
                                                                            {"/customers/addresses", {"customer_id"}},
                                                                            {"/projects", {"title", "customer_id"}},
                                                                            {"/assignments", {"title", "project_id"}}};
  for (const auto& [path, fields] : cases) {
    const auto reply = client->post(path, Json::object());
    EXPECT_EQ(reply.status, 422) << path;
    EXPECT_TRUE(reply.json["message"].is_string());
    EXPECT_EQ(reply.json["errors"].size(), fields.size()) << path;
    for (const auto& field : fields) EXPECT_TRUE(reply.json["errors"][field][0].is_string()) << field;
  }
  EXPECT_EQ(client->put("/customers/" + std::to_string(customer()), {{"name", nullptr}}).status, 422);
}

TEST_F(CraftboxxTest, PutOfOneFieldLeavesTheOthers) {
  const auto path = "/customers/" + std::to_string(id(client->post("/customers", {{"name", "x"}, {"info", "i"}})));
  const auto data = client->put(path, {{"name", "y"}}).json["data"];
  EXPECT_EQ(data["name"], "y");
  EXPECT_EQ(data["info"], "i");
}

TEST_F(CraftboxxTest, UnknownEnumValuesAre422) {
  EXPECT_EQ(assignment({{"state", "FINISHED"}}).status, 422);
  EXPECT_EQ(client->post("/articles", {{"name", "x"}, {"unit", "Stk"}}).status, 422);
  const auto customerId = customer();
  EXPECT_EQ(client->post("/customers/addresses", {{"customer_id", customerId}, {"type", "HOME"}}).status, 422);
  EXPECT_EQ(client->post("/customers/addresses", {{"customer_id", customerId}, {"country", "Deutschland"}}).status,
            422);
  EXPECT_EQ(client->post("/customers/addresses", {{"customer_id", customerId}, {"country", "DE"}}).status, 201);
}

TEST_F(CraftboxxTest, EnumSetsAreOldOrNew) {
  const auto statuses = [&] {
    return std::vector{assignment({{"state", "PAUSED"}}).status,
                       client->post("/articles", {{"name", "x"}, {"unit", "DAYS"}}).status,
                       client->post("/articles", {{"name", "x"}, {"currency", "EUR"}}).status,
                       client->post("/articles", {{"name", "x"}, {"currency", "€"}}).status};
  };
  EXPECT_THAT(statuses(), testing::ElementsAre(200, 200, 200, 422));
  with([](auto& o) { o.states = o.units = o.currencies = CraftboxxOptions::EnumSet::Spec2022; });
  EXPECT_THAT(statuses(), testing::ElementsAre(422, 422, 422, 200));
}

TEST_F(CraftboxxTest, ArticleAmountsAreWholeNumbersKeyedById) {
  const auto key = std::to_string(id(client->post("/articles", {{"name", "Griff"}})));
  EXPECT_EQ(assignment({{"articles", {{key, {{"amount", 2.5}}}}}}).status, 422);
  EXPECT_EQ(assignment({{"articles", {{"99999", {{"amount", 2}}}}}}).status, 422);
  EXPECT_EQ(assignment({{"articles", {{{"id", 5}, {"amount", 2}}}}}).status, 422);
  const auto made = assignment({{"articles", {{key, {{"amount", 2}}}}}});
  EXPECT_EQ(made.status, 200);
  EXPECT_FALSE(made.json["data"].contains("articles"));
  const auto shown =
      client->get("/assignments/" + std::to_string(id(made)) + "?with[]=articles").json["data"]["articles"];
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(shown[0]["name"], "Griff");
  const Json pivot{{"article_id", std::stoll(key)}, {"assignment_id", id(made)}, {"amount", 2}, {"used", 0}};
  EXPECT_EQ(shown[0]["pivot"], pivot);
}

TEST_F(CraftboxxTest, NamesEndAt255Characters) {
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "ü";
  EXPECT_EQ(client->post("/customers", {{"name", umlauts}}).status, 200);
  EXPECT_EQ(client->post("/customers", {{"name", umlauts + "x"}}).status, 422);
  EXPECT_EQ(client->post("/customers", {{"name", "x"}, {"info", umlauts + umlauts}}).status, 200);
}

TEST_F(CraftboxxTest, WithoutAcceptHeaderAValidationErrorIsARedirect) {
  client->acceptJson = false;
  const auto reply = client->post("/customers", Json::object());
  EXPECT_EQ(reply.status, 302);
  EXPECT_THAT(reply.response.getContentType(), HasSubstr("text/html"));
  EXPECT_TRUE(reply.response.has("Location"));
}

TEST_F(CraftboxxTest, UnknownParentIs422) {
  EXPECT_EQ(client->post("/projects", {{"title", "x"}, {"customer_id", 99999}}).status, 422);
  with([](auto& o) { o.checkReferences = false; });
  EXPECT_EQ(client->post("/projects", {{"title", "x"}, {"customer_id", 99999}}).status, 201);
}

TEST_F(CraftboxxTest, TrimmingFollowsLaravelIfAsked) {
  with([](auto& o) { o.trimsStrings = true; });
  const auto data = client->post("/customers", {{"name", "  x \n"}, {"info", "  "}}).json["data"];
  EXPECT_EQ(data["name"], "x");
  EXPECT_TRUE(data["info"].is_null());
}

TEST_F(CraftboxxTest, ParentsAreIgnoredOnPut) {
  const auto first = project(), second = project(), otherCustomer = customer();
  const auto made = id(client->post("/assignments", {{"title", "x"}, {"project_id", first}}));
  EXPECT_EQ(client->put("/assignments/" + std::to_string(made), {{"project_id", second}}).json["data"]["project_id"],
            first);
  const auto before = sim.record("projects", first)["customer_id"];
  EXPECT_EQ(client->put("/projects/" + std::to_string(first), {{"customer_id", otherCustomer}}).status, 200);
  EXPECT_EQ(sim.record("projects", first)["customer_id"], before);
}

TEST_F(CraftboxxTest, AddressMayMoveToAnotherCustomer) {
  const auto address = id(client->post("/customers/addresses", {{"customer_id", customer()}}));
  const auto other = customer();
  client->put("/customers/addresses/" + std::to_string(address), {{"customer_id", other}});
  EXPECT_EQ(sim.record("addresses", address)["customer_id"], other);
  EXPECT_EQ(column(client->get("/customers/addresses", {{"customer", std::to_string(other)}}), "id"),
            std::vector<Json>{address});
}

// --- States -------------------------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, StateMovesWithTheDates) {
  EXPECT_EQ(assignment().json["data"]["state"], "UNPLANNED");
  EXPECT_EQ(assignment({{"state", "SCHEDULED"}}).json["data"]["state"], "UNPLANNED");
  const Json dates{{"start", "2025-05-09T08:00:00Z"}, {"end", "2025-05-09T09:30:00Z"}};
  const auto made = assignment(dates);
  EXPECT_EQ(made.json["data"]["state"], "SCHEDULED");
  EXPECT_EQ(made.json["data"]["duration"], 90);
  const auto path = "/assignments/" + std::to_string(id(made));
  const auto cleared = client->put(path, {{"start", nullptr}, {"end", nullptr}}).json["data"];
  EXPECT_EQ(cleared["state"], "UNPLANNED");
  EXPECT_TRUE(cleared["start"].is_null());
  EXPECT_EQ(client->put(path, dates).json["data"]["state"], "SCHEDULED");
  client->put(path, {{"state", "IN_PROGRESS"}});
  EXPECT_EQ(client->put(path, {{"start", nullptr}, {"end", nullptr}}).json["data"]["state"], "IN_PROGRESS");
}

TEST_F(CraftboxxTest, StateMovesWithTheDatesThatAPlannerGives) {
  const auto made = id(assignment());
  sim.edit("assignments", made, {{"start", "2025-05-09T08:00:00Z"}, {"end", "2025-05-09T09:30:00Z"}});
  EXPECT_EQ(sim.record("assignments", made)["state"], "SCHEDULED");
  sim.edit("assignments", made, {{"start", nullptr}, {"end", nullptr}});
  EXPECT_EQ(sim.record("assignments", made)["state"], "UNPLANNED");
}

TEST_F(CraftboxxTest, AnyStateCanAppear) {
  const auto made = id(assignment());
  EXPECT_TRUE(sim.edit("assignments", made, {{"state", "WAITING_FOR_RAIN"}}));
  EXPECT_EQ(client->get("/assignments/" + std::to_string(made)).json["data"]["state"], "WAITING_FOR_RAIN");
}

TEST_F(CraftboxxTest, OwnPutMovesUpdatedAt) {
  sim.setNow(kNoon);
  client->logIn(sim.options());
  const auto path = "/customers/" + std::to_string(customer());
  sim.setNow(kNoon + std::chrono::minutes(1));
  const auto data = client->put(path, {{"name", "Müller"}}).json["data"];
  EXPECT_EQ(data["created_at"], "2025-05-02T12:00:00.000000Z");
  EXPECT_EQ(data["updated_at"], "2025-05-02T12:01:00.000000Z");
  with([](auto& o) { o.touchOnUnchangedPut = false; });
  sim.setNow(kNoon + std::chrono::minutes(2));
  EXPECT_EQ(client->put(path, {{"name", "Müller"}}).json["data"]["updated_at"], "2025-05-02T12:01:00.000000Z");
}

// --- What tests and the demo use
// --------------------------------------------------------------------------------------

TEST_F(CraftboxxTest, EditsAreSeenByTheClient) {
  const auto made = sim.create("customers", {{"name", "aus der App"}});
  EXPECT_EQ(client->get("/customers/" + std::to_string(made)).json["data"]["name"], "aus der App");
  EXPECT_TRUE(sim.remove("customers", made));
  EXPECT_FALSE(sim.edit("customers", made, {{"name", "x"}}));
  EXPECT_EQ(client->get("/customers/" + std::to_string(made)).status, 404);
  EXPECT_THROW(sim.count("cars"), std::invalid_argument);
}

TEST_F(CraftboxxTest, EditsWorkOverHttp) {
  const std::int64_t made =
      client->post("/_sim/create", {{"resource", "customers"}, {"fields", {{"name", "a"}}}}).json["id"];
  EXPECT_EQ(client->post("/_sim/edit", {{"resource", "customers"}, {"id", made}, {"fields", {{"name", "b"}}}}).status,
            200);
  const auto dump = client->get("/_sim/dump").json;
  EXPECT_EQ(dump["customers"][0]["name"], "b");
  EXPECT_EQ(client->get("/_sim/summary").json["customers"], Json({{"count", 1}, {"duplicates", 0}}));
  EXPECT_EQ(client->post("/_sim/remove", {{"resource", "customers"}, {"id", made}}).status, 200);
  EXPECT_EQ(client->post("/_sim/remove", {{"resource", "customers"}, {"id", made}}).status, 404);
  EXPECT_EQ(client->post("/_sim/edit", {{"resource", "cars"}, {"id", 1}, {"fields", Json::object()}}).status, 400);
  EXPECT_EQ(client->get("/_sim/counts").json["logins"], 1);
  EXPECT_EQ(client->send("POST", "/_sim/revoke").status, 200);
  EXPECT_EQ(client->get("/customers").status, 401);
  EXPECT_EQ(client->send("POST", "/_sim/reset").status, 200);
  EXPECT_EQ(client->get("/_sim/counts").json["logins"], 0);
}

TEST_F(CraftboxxTest, OptionsCanBeSwitchedOverHttp) {
  EXPECT_EQ(client->post("/_sim/mode", {{"states", "Spec2022"}, {"rateLimit", 5}, {"listFilters", false}}).status, 200);
  EXPECT_EQ(sim.options().states, CraftboxxOptions::EnumSet::Spec2022);
  EXPECT_EQ(sim.options().rateLimit, 5);
  EXPECT_FALSE(sim.options().listFilters);
  EXPECT_EQ(client->post("/_sim/mode", {{"rateLimit", 9}, {"sttes", 1}}).status, 400);
  EXPECT_EQ(client->post("/_sim/mode", {{"rateLimit", "many"}}).status, 400);
  EXPECT_EQ(client->post("/_sim/mode", {{"endSign", "Never"}}).status, 400);
  EXPECT_EQ(sim.options().rateLimit, 5);
}

TEST_F(CraftboxxTest, RecordsTellWhatIsKept) {
  const auto key = std::to_string(id(client->post("/articles", {{"name", "Griff"}})));
  assignment({{"articles", {{key, {{"amount", 2}}}}}, {"source_external_id", "25017"}});
  const auto records = sim.records("assignments");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0]["articles"], Json({{key, {{"amount", 2}}}}));
  EXPECT_EQ(records[0]["source_external_id"], "25017");
  sim.reset();
  EXPECT_EQ(sim.count("assignments"), 0);
}

TEST_F(CraftboxxTest, ReadsWritesAndLogInsAreCountedApart) {
  sim.resetCounts();
  client->logIn(sim.options());
  client->get("/customers");
  customer();
  EXPECT_EQ(sim.counts().requests, 3);
  EXPECT_EQ(sim.counts().reads, 1);
  EXPECT_EQ(sim.counts().writes, 1);
}

TEST_F(CraftboxxTest, ManyClientsWriteAtTheSameTime) {
  const std::string token = client->token;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 6; ++c) {
      clients.emplace_back([this, token, c] {
        TestClient mine(sim.port());
        mine.token = token;
        for (int i = 0; i < 30; ++i) {
          const auto made =
              id(mine.post("/customers", {{"name", "x"}, {"source_external_id", std::to_string(c * 100 + i)}}));
          mine.put("/customers/" + std::to_string(made), {{"info", "y"}});
          mine.get("/customers?order_by=updated_at&order_direction=desc&q=y");
        }
      });
    }
  }
  EXPECT_EQ(sim.count("customers"), 180);
  EXPECT_EQ(sim.duplicates("customers"), 0);
}

}  // namespace
}  // namespace postern::sim::craftboxx
