// A link is switched on against an app that already holds records: pairs are found, nothing is doubled, doubts wait.

#include <map>
#include <set>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

std::string text(const Json& row, const char* name) { return row.value(name, std::string()); }

struct FirstActivationTest : Site {
  std::vector<std::string> customers;  // of the ERP

  void buildBig() {
    SiteSetup setup;
    setup.size = {.seed = 12, .customers = 400, .projects = 30, .articles = 20, .maxPositions = 3};
    build(setup);
    customers = erp_->keys("Kunden");
  }
  std::string name(const std::string& customer) const { return text(Json(erp_->row("Kunden", customer)), "Name1"); }
  std::int64_t addCustomer(const std::string& number, Json more = Json::object()) {
    more["customer_number"] = number;
    if (!more.contains("name")) more["name"] = name(number);
    return app_->create("customers", more);
  }
  std::map<std::string, int> perNumber() const {
    std::map<std::string, int> counts;
    for (const auto& row : app_->records("customers")) ++counts[text(row, "customer_number")];
    return counts;
  }
  std::string sourceOf(std::int64_t customer) const { return text(app_->record("customers", customer), "source"); }
};

TEST_F(FirstActivationTest, FiveHundredCustomersThreeHundredTheSameNoneDoubled) {
  buildBig();
  std::vector<std::int64_t> same;
  for (std::size_t i = 0; i < 300; ++i) {
    // Every tenth is spelled otherwise over there; numbers may carry blanks.
    same.push_back(addCustomer(customers[i], {{"name", i % 10 == 0 ? "anders " + customers[i] : name(customers[i])}}));
  }
  for (int i = 0; i < 200; ++i) addCustomer("APP-" + std::to_string(i), {{"name", "nur in der App"}});
  ASSERT_EQ(app_->count("customers"), 500);

  const auto plan = run({"plan", "--flow", "customers"});
  EXPECT_EQ(plan.code, 1) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("take over customer " + customers[0] + "  -> app " + std::to_string(same[0])));
  EXPECT_THAT(plan.out, HasSubstr("  name: \"anders " + customers[0] + "\" -> "));
  EXPECT_THAT(plan.out, HasSubstr("300 would be taken over, 0 wait for a decision"));
  EXPECT_EQ(app_->count("customers"), 500) << "a plan sends nothing";

  const auto done = sync();
  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(app_->count("customers"), 600);
  for (const auto& [number, count] : perNumber()) EXPECT_EQ(count, 1) << number;
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(text(app_->record("customers", same[i]), "source_external_id"), customers[i]);
  }
  EXPECT_EQ(duplicates(), 0);
  app_->forgetWrites();
  EXPECT_EQ(sync().code, 0);
  for (const auto& write : app_->writes()) ADD_FAILURE() << write.method << ' ' << write.path << write.body.dump();

  // What was taken over is ours: a lost state file finds it by its reference.
  std::filesystem::remove_all(state());
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(app_->writes().size(), 0u);
  EXPECT_EQ(app_->count("customers"), 600);
}

TEST_F(FirstActivationTest, AppliedPlanTakesOverWhatItShowed) {
  build();
  customers = erp_->keys("Kunden");
  const auto id = addCustomer(customers[0], {{"name", "anders"}});
  const auto file = (dir_.path() / "plan.json").string();
  ASSERT_EQ(run({"plan", "--out", file}).code, 1);
  EXPECT_THAT(readFile(file), HasSubstr("\"takes\": \"" + std::to_string(id) + "\""));
  const auto applied = run({"apply", file});
  EXPECT_EQ(applied.code, 0) << applied.all();
  EXPECT_EQ(sourceOf(id), "profacto-agent");
  EXPECT_EQ(perNumber()[customers[0]], 1);
  expectBothSidesAgree();
}

TEST_F(FirstActivationTest, ProjectsArticlesAndAddressesAreFoundToo) {
  build();
  ASSERT_EQ(sync().code, 0);
  // The same account, as if people had made everything by hand.
  const auto before = records();
  for (const char* resource : {"customers", "addresses", "projects", "articles"}) {
    for (const auto& row : app_->records(resource)) {
      app_->edit(resource, row["id"].get<std::int64_t>(), {{"source", nullptr}, {"source_external_id", nullptr}});
    }
  }
  for (const auto& row : app_->records("assignments")) app_->remove("assignments", row["id"].get<std::int64_t>());
  std::filesystem::remove_all(state());

  const auto done = sync();

  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(records(), before);
  expectBothSidesAgree();
}

TEST_F(FirstActivationTest, SeveralWithOneNumberWaitForADecision) {
  build();
  customers = erp_->keys("Kunden");
  const auto first = addCustomer(customers[0]);
  const auto second = addCustomer(customers[0], {{"name", "Doppelt"}});
  const auto key = customers[0];

  const auto plan = run({"plan"});
  EXPECT_THAT(plan.out, HasSubstr("to be decided customer " + key));
  EXPECT_THAT(plan.out, HasSubstr(std::to_string(first) + ", " + std::to_string(second)));

  const auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  EXPECT_EQ(perNumber()[key], 2);
  const auto shown = run({"queue", "show", std::to_string(query("SELECT id FROM outbox WHERE state=4"))});
  EXPECT_THAT(shown.out, HasSubstr("postern adopt main customer " + key));

  EXPECT_EQ(run({"adopt", "main", "customer", key, "99999"}).code, 2) << "no such record";
  EXPECT_EQ(run({"adopt", "main", "customer", key, std::to_string(second)}).code, 0);
  const auto done = sync();
  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(text(app_->record("customers", second), "source_external_id"), key);
  EXPECT_EQ(text(app_->record("customers", first), "source_external_id"), "");
  EXPECT_EQ(perNumber()[key], 2) << "nothing new";
}

TEST_F(FirstActivationTest, NewMeansNew) {
  build();
  customers = erp_->keys("Kunden");
  addCustomer(customers[0]);
  addCustomer(customers[0]);
  ASSERT_EQ(sync().code, 1);
  EXPECT_EQ(run({"adopt", "main", "customer", customers[0], "new"}).code, 0);
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(perNumber()[customers[0]], 3);
}

TEST_F(FirstActivationTest, AppointmentSomebodyMadeWaitsForADecision) {
  build();
  ASSERT_EQ(sync().code, 0);
  const auto rows = app_->records("assignments");
  ASSERT_GT(rows.size(), 0u);
  const auto id = rows[0]["id"].get<std::int64_t>();
  app_->edit("assignments", id, {{"source", nullptr}, {"source_external_id", nullptr}});
  std::filesystem::remove_all(state());
  const auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  EXPECT_EQ(app_->count("assignments"), static_cast<std::int64_t>(rows.size())) << "not created again";
  EXPECT_THAT(run({"queue", "list"}).out, HasSubstr("PST-7111"));
}

TEST_F(FirstActivationTest, RecordsOfAnotherProgramOnlyAfterConfirmation) {
  build();
  customers = erp_->keys("Kunden");
  app_->setNow(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::hours{50});
  const auto id = addCustomer(customers[0], {{"source", "builtin"}, {"source_external_id", "x1"}});
  app_->setNow(std::nullopt);
  const auto held = sync();
  EXPECT_EQ(held.code, 1) << held.all();
  EXPECT_EQ(sourceOf(id), "builtin");
  EXPECT_EQ(perNumber()[customers[0]], 1);

  EXPECT_EQ(run({"adopt", "main", "--owner", "builtin"}).code, 0);
  EXPECT_EQ(sync().code, 0);
  EXPECT_EQ(sourceOf(id), "profacto-agent");
  EXPECT_EQ(perNumber()[customers[0]], 1);
}

TEST_F(FirstActivationTest, NothingIsSentWhileTheBuiltInInterfaceIsAtWork) {
  build();
  customers = erp_->keys("Kunden");
  for (const auto& customer : customers)
    addCustomer(customer, {{"source", "builtin"}, {"source_external_id", customer}});
  const auto count = app_->count("customers");

  const auto refused = sync();

  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_THAT(refused.err, HasSubstr("PST-7113"));
  EXPECT_EQ(app_->count("customers"), count);
  for (const auto& write : app_->writes()) EXPECT_NE(write.path, "/api/v1/customers") << write.body.dump();

  EXPECT_EQ(run({"adopt", "main", "--owner", "builtin"}).code, 0);
  const auto done = sync();
  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(app_->count("customers"), count);
  expectBothSidesAgree();
}

TEST_F(FirstActivationTest, AppliedPlanWaitsLikeAPassWhileTheBuiltInInterfaceIsAtWork) {
  build();
  customers = erp_->keys("Kunden");
  const auto id = addCustomer(customers[0], {{"source", "builtin"}, {"source_external_id", "x1"}});
  const auto file = (dir_.path() / "plan.json").string();
  const auto plan = run({"plan", "--flow", "customers", "--out", file});
  ASSERT_EQ(plan.code, 1) << plan.all();
  EXPECT_THAT(plan.out, HasSubstr("to be decided customer " + customers[0]));
  EXPECT_THAT(plan.out, HasSubstr("\"builtin\" wrote"));

  const auto applied = run({"apply", file});

  EXPECT_EQ(applied.code, 3) << applied.all();
  EXPECT_THAT(applied.err, HasSubstr("PST-7113"));
  EXPECT_EQ(query("SELECT count(*) FROM outbox WHERE state=4"), 0) << "it goes on by itself";
  ASSERT_TRUE(app_->remove("customers", id));
  query("UPDATE outbox SET not_before=0");
  const auto done = run({"sync", "--flow", "customers"});
  EXPECT_EQ(done.code, 0) << done.all();
  EXPECT_EQ(perNumber()[customers[0]], 1);
}

TEST_F(FirstActivationTest, PlanLeavesWhatIsLookedUpToTheLookUp) {
  build();
  customers = erp_->keys("Kunden");
  addCustomer(customers[0]);
  addCustomer(customers[0]);
  ASSERT_EQ(sync().code, 1);
  query("UPDATE outbox SET state=2");
  const auto file = (dir_.path() / "plan.json").string();
  ASSERT_EQ(run({"plan", "--out", file}).code, 1);
  app_->addFault({.kind = sim::Fault::Kind::Status,
                  .status = 503,
                  .methodContains = "GET",
                  .pathContains = "customers",
                  .times = -1});

  const auto applied = run({"apply", file});

  EXPECT_EQ(applied.code, 3) << applied.all();
  EXPECT_EQ(query("SELECT state FROM outbox WHERE kind='customer'"), 2) << "nothing may send it before that";
}

}  // namespace
}  // namespace postern::e2e
