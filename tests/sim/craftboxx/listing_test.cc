// Lists of the simulated Craftboxx: pages, filters, order, relations, and what happens while pages are turned.

#include "tests/sim/craftboxx/listing.h"

#include <gmock/gmock.h>

#include "tests/sim/craftboxx/test_client.h"

namespace postern::sim::craftboxx {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Json = nlohmann::json;
using Options = CraftboxxOptions;

constexpr sys_seconds kNoon = sys_days(std::chrono::year(2025) / 5 / 2) + std::chrono::hours(12);

struct CraftboxxListTest : testing::Test {
  CraftboxxListTest() {
    sim.setNow(kNoon);
    sim.start({});
    client = std::make_unique<TestClient>(sim.port());
    client->logIn(sim.options());
  }
  template <typename Change>
  void with(Change change) {
    auto options = sim.options();
    change(options);
    sim.setOptions(options);
  }
  /// Customers "C1" … "Cn", one a second.
  void customers(int n) {
    for (int i = 1; i <= n; ++i) {
      sim.setNow(kNoon + seconds(i));
      ids.push_back(
          sim.create("customers", {{"name", "C" + std::to_string(i)}, {"source_external_id", std::to_string(i)}}));
    }
  }
  std::vector<Json> names(const std::vector<std::pair<std::string, std::string>>& parameters) {
    return column(client->get("/customers", parameters), "name");
  }

  CraftboxxSimulator sim;
  std::unique_ptr<TestClient> client;
  std::vector<std::int64_t> ids;
};

TEST_F(CraftboxxListTest, PagesCarryAllSignsOfTheEnd) {
  customers(5);
  const auto first = client->get("/customers?per_page=2").json;
  EXPECT_EQ(first["current_page"], 1);
  EXPECT_EQ(first["last_page"], 3);
  EXPECT_EQ(first["per_page"], 2);
  EXPECT_EQ(first["total"], 5);
  EXPECT_EQ(first["next_page_url"], "https://api.craftboxx.de/customers?page=2");
  const auto last = client->get("/customers?per_page=2&page=3").json;
  EXPECT_TRUE(last["next_page_url"].is_null());
  EXPECT_EQ(last["data"].size(), 1u);
  EXPECT_EQ(client->get("/customers?per_page=2&page=4").json["data"], Json::array());
}

TEST_F(CraftboxxListTest, PageMembersMayBeInMeta) {
  customers(3);
  with([](auto& o) { o.pagingMembers = Options::PagingMembers::Meta; });
  const auto page = client->get("/customers?per_page=2").json;
  EXPECT_FALSE(page.contains("current_page"));
  EXPECT_EQ(page["meta"]["last_page"], 2);
  EXPECT_EQ(page["data"].size(), 2u);
}

TEST_F(CraftboxxListTest, OnlyOneSignOfTheEndMayBeThere) {
  customers(3);
  with([](auto& o) { o.endSign = Options::EndSign::LastPage; });
  auto page = client->get("/customers?per_page=2").json;
  EXPECT_TRUE(page.contains("last_page") && !page.contains("next_page_url") && !page.contains("total"));
  with([](auto& o) { o.endSign = Options::EndSign::NextPageUrl; });
  page = client->get("/customers?per_page=2").json;
  EXPECT_TRUE(page.contains("next_page_url") && !page.contains("last_page") && !page.contains("current_page"));
  with([](auto& o) { o.endSign = Options::EndSign::EmptyData; });
  page = client->get("/customers?per_page=2").json;
  EXPECT_EQ(page.size(), 1u);
  EXPECT_EQ(client->get("/customers?per_page=2&page=3").json["data"], Json::array());
}

TEST_F(CraftboxxListTest, OneOfBothPageSizeNamesIsHonoured) {
  customers(20);
  EXPECT_EQ(names({{"per_page", "4"}}).size(), 4u);
  EXPECT_EQ(names({{"perPage", "4"}}).size(), 15u);
  with([](auto& o) { o.pageSizeName = Options::PageSizeName::PerPageCamel; });
  EXPECT_EQ(names({{"per_page", "4"}}).size(), 15u);
  EXPECT_EQ(names({{"perPage", "4"}}).size(), 4u);
  with([](auto& o) { o.maxPageSize = 3; });
  EXPECT_EQ(names({{"perPage", "4"}}).size(), 3u);
}

TEST_F(CraftboxxListTest, PlainFilterKnowsPlaceholdersListFilterIsExact) {
  for (const char* key : {"_0573", "10573", "20573", "X"}) {
    sim.create("customers", {{"name", key}, {"source", "agent"}, {"source_external_id", key}});
  }
  EXPECT_THAT(names({{"source_external_id", "_0573"}}), ElementsAre("_0573", "10573", "20573"));
  EXPECT_THAT(names({{"source_external_id", "%73"}}), ElementsAre("_0573", "10573", "20573"));
  EXPECT_THAT(names({{"source_external_id", "10573"}}), ElementsAre("10573"));
  EXPECT_THAT(names({{"source_external_id[]", "_0573"}, {"source[]", "agent"}}), ElementsAre("_0573"));
  EXPECT_THAT(names({{"source_external_id[]", "X"}, {"source_external_id[]", "10573"}}), ElementsAre("10573", "X"));
  EXPECT_THAT(names({{"source_external_id[]", "%"}}), ElementsAre());
  EXPECT_THAT(names({{"source[]", "other"}, {"source_external_id[]", "X"}}), ElementsAre());
}

TEST_F(CraftboxxListTest, ListFilterMayBeIgnored) {
  customers(3);
  with([](auto& o) { o.listFilters = false; });
  EXPECT_EQ(names({{"source_external_id[]", "2"}}).size(), 3u);
  EXPECT_THAT(names({{"source_external_id", "2"}}), ElementsAre("C2"));
}

TEST_F(CraftboxxListTest, LikeFollowsSql) {
  EXPECT_TRUE(like("Tür 5", "T_r%", false));
  EXPECT_TRUE(like("", "%", false));
  EXPECT_TRUE(like("abcabd", "%ab_", false));
  EXPECT_FALSE(like("abc", "ab", false));
  EXPECT_FALSE(like("abc", "ABC", false));
  EXPECT_TRUE(like("abc", "ABC", true));
  EXPECT_FALSE(like("ab", "ab_", false));
}

TEST_F(CraftboxxListTest, IdsPickAndLeaveOut) {
  customers(3);
  const auto one = std::to_string(ids[0]), three = std::to_string(ids[2]);
  EXPECT_THAT(names({{"id", one}}), ElementsAre("C1"));
  EXPECT_THAT(names({{"id[]", three}, {"id[]", one}}), ElementsAre("C1", "C3"));
  EXPECT_THAT(names({{"exclude[]", three}, {"exclude[]", one}}), ElementsAre("C2"));
}

TEST_F(CraftboxxListTest, SearchLooksIntoAllTexts) {
  customers(3);
  EXPECT_THAT(names({{"q", "c2"}}), ElementsAre("C2"));
}

TEST_F(CraftboxxListTest, OrderFollowsColumnAndDirection) {
  customers(3);
  sim.setNow(kNoon + seconds(60));
  sim.edit("customers", ids[0], {{"info", "x"}});
  EXPECT_THAT(names({}), ElementsAre("C1", "C2", "C3"));
  EXPECT_THAT(names({{"order_by", "updated_at"}, {"order_direction", "desc"}}), ElementsAre("C1", "C3", "C2"));
  EXPECT_THAT(names({{"order_by", "updated_at"}}), ElementsAre("C2", "C3", "C1"));
  EXPECT_THAT(names({{"order_by", "name"}, {"order_direction", "desc"}}), ElementsAre("C3", "C2", "C1"));
  EXPECT_THAT(names({{"order_by", "created_at"}, {"order_direction", "desc"}}), ElementsAre("C3", "C2", "C1"));
}

TEST_F(CraftboxxListTest, OrderColumnMayBeRefused) {
  with([](auto& o) { o.orderByUpdatedAtStatus = 422; });
  EXPECT_EQ(client->get("/customers?order_by=updated_at").status, 422);
  with([](auto& o) { o.orderByUpdatedAtStatus = 500; });
  EXPECT_EQ(client->get("/customers?order_by=updated_at").status, 500);
  EXPECT_EQ(client->get("/customers?order_by=no_column").status, 500);
}

TEST_F(CraftboxxListTest, UnknownRelationIs500) {
  customers(1);
  EXPECT_EQ(client->get("/customers?with[]=wheels").status, 500);
  EXPECT_EQ(client->get("/customers?with=wheels").status, 500);
  EXPECT_EQ(client->get("/customers?count[]=wheels").status, 500);
  EXPECT_EQ(client->get("/customers?wheels=5").status, 500);
  EXPECT_EQ(client->get("/customers?wheels-size=5").status, 500);
  EXPECT_EQ(client->get("/customers/" + std::to_string(ids[0]) + "?with[]=wheels").status, 500);
  EXPECT_EQ(client->get("/assignments?with[]=documentations.upload&with[]=customer_address").status, 200);
  with([](auto& o) { o.unknownFilterIs500 = false; });
  EXPECT_EQ(client->get("/customers?wheels=5").json["data"].size(), 1u);
}

TEST_F(CraftboxxListTest, RelationsFilterLoadAndCount) {
  customers(2);
  sim.edit("customers", ids[1], {{"customer_number", "123"}});
  const auto p1 = sim.create("projects", {{"title", "P1"}, {"customer_id", ids[0]}});
  const auto p2 = sim.create("projects", {{"title", "P2"}, {"customer_id", ids[1]}});
  const auto article = sim.create("articles", {{"name", "Griff"}});
  sim.create("articles", {{"name", "Schloss"}});
  const auto a = sim.create("assignments", {{"title", "A"},
                                            {"project_id", p2},
                                            {"employees", {5, 6}},
                                            {"articles", {{std::to_string(article), {{"amount", 3}}}}}});
  const auto titles = [&](const std::string& uri, const char* name) { return column(client->get(uri), name); };
  EXPECT_THAT(titles("/projects?customer=" + std::to_string(ids[0]), "id"), ElementsAre(p1));
  EXPECT_THAT(titles("/projects?customer-customer_number=123", "id"), ElementsAre(p2));
  EXPECT_THAT(titles("/articles?assignments=" + std::to_string(a), "name"), ElementsAre("Griff"));
  EXPECT_THAT(titles("/assignments?articles[]=" + std::to_string(article), "title"), ElementsAre("A"));
  EXPECT_THAT(titles("/assignments?employees[]=6", "title"), ElementsAre("A"));
  EXPECT_THAT(titles("/assignments?employees[]=7", "title"), ElementsAre());
  EXPECT_THAT(titles("/customers?projects=" + std::to_string(p1), "name"), ElementsAre("C1"));
  const auto customer =
      client->get("/customers?id=" + std::to_string(ids[1]) + "&count[]=projects&with[]=projects").json["data"][0];
  EXPECT_EQ(customer["projects_count"], 1);
  EXPECT_EQ(customer["projects"][0]["title"], "P2");
  const auto shown = client->get("/assignments?with[]=articles&with[]=project.customer").json["data"][0];
  EXPECT_EQ(shown["articles"][0]["pivot"]["amount"], 3);
  EXPECT_EQ(shown["project"]["customer"]["name"], "C2");
}

TEST_F(CraftboxxListTest, WindowFiltersAssignments) {
  sim.create("assignments",
             {{"title", "May"}, {"start", "2025-05-09T06:00:00.000000Z"}, {"end", "2025-05-09T14:00:00.000000Z"}});
  sim.create("assignments",
             {{"title", "June"}, {"start", "2025-06-09T06:00:00.000000Z"}, {"end", "2025-06-09T14:00:00.000000Z"}});
  sim.create("assignments", {{"title", "never"}});
  EXPECT_THAT(column(client->get("/assignments?start=2025-06-01&end=2025-06-30"), "title"), ElementsAre("June"));
}

TEST_F(CraftboxxListTest, ArchivedRecordsAreHidden) {
  const auto project = sim.create("projects", {{"title", "P"}});
  const auto done =
      sim.create("assignments", {{"title", "done"}, {"project_id", project}, {"source_external_id", "1"}});
  const auto open = sim.create("assignments", {{"title", "open"}, {"project_id", project}});
  const auto titles = [&](const std::string& uri) { return column(client->get(uri), "title"); };
  sim.edit("assignments", done, {{"state", "ARCHIVED"}});
  EXPECT_THAT(titles("/assignments"), ElementsAre("open"));
  EXPECT_EQ(client->get("/assignments").json["total"], 1);
  EXPECT_THAT(titles("/assignments?source_external_id[]=1"), ElementsAre());
  EXPECT_THAT(titles("/assignments?source_external_id[]=1&show_archived=true"), ElementsAre("done"));
  EXPECT_THAT(titles("/assignments?show_archived=true"), ElementsAre("done", "open"));
  EXPECT_EQ(client->get("/assignments/" + std::to_string(done)).status, 200);
  EXPECT_THAT(titles("/projects"), ElementsAre("P"));

  sim.edit("assignments", open, {{"state", "ARCHIVED"}});
  EXPECT_THAT(titles("/projects"), ElementsAre());
  const auto shown = client->get("/projects?show_archived=true").json;
  EXPECT_EQ(shown["total"], 1);
  EXPECT_EQ(shown["data"][0]["all_archived"], true);
  sim.remove("assignments", open);
  sim.remove("assignments", done);
  EXPECT_THAT(titles("/projects"), ElementsAre("P"));
}

TEST_F(CraftboxxListTest, RowsShiftWhilePagesAreTurned) {
  customers(4);
  sim.setNow(kNoon + seconds(60));
  sim.afterPage("customers", 1, [&] { sim.edit("customers", ids[0], {{"info", "moved to the front"}}); });
  const std::string uri = "/customers?order_by=updated_at&order_direction=desc&per_page=2&page=";
  EXPECT_THAT(column(client->get(uri + "1"), "name"), ElementsAre("C4", "C3"));
  EXPECT_THAT(column(client->get(uri + "2"), "name"), ElementsAre("C3", "C2"));
}

TEST_F(CraftboxxListTest, DeletionHidesARowWhilePagesAreTurned) {
  customers(4);
  client->post("/_sim/after_page", {{"resource", "customers"}, {"page", 1}, {"remove", {{"id", ids[0]}}}});
  EXPECT_THAT(names({{"per_page", "2"}, {"page", "1"}}), ElementsAre("C1", "C2"));
  EXPECT_THAT(names({{"per_page", "2"}, {"page", "2"}}), ElementsAre("C4"));
}

TEST_F(CraftboxxListTest, DeepPagesAreTheSameAsShallowOnes) {
  customers(60);
  sim.edit("customers", ids[10], {{"info", "x"}});
  // The first rows are walked, deep ones come from a kept list: both must be in the same order.
  for (int i = 0; i < 1100; ++i) sim.create("customers", {{"name", "D" + std::to_string(i)}});
  for (const char* order : {"id", "updated_at"}) {
    for (const char* direction : {"asc", "desc"}) {
      std::vector<Json> paged;
      for (int page = 1; page <= 12; ++page) {
        const auto part = names(
            {{"order_by", order}, {"order_direction", direction}, {"per_page", "100"}, {"page", std::to_string(page)}});
        paged.insert(paged.end(), part.begin(), part.end());
      }
      EXPECT_EQ(paged, names({{"order_by", order}, {"order_direction", direction}, {"per_page", "5000"}}))
          << order << direction;
    }
  }
}

TEST_F(CraftboxxListTest, KeptListsForgetWhatChanged) {
  customers(3);
  EXPECT_THAT(names({{"name", "C%"}}), ElementsAre("C1", "C2", "C3"));
  sim.remove("customers", ids[1]);
  EXPECT_THAT(names({{"name", "C%"}}), ElementsAre("C1", "C3"));
  sim.edit("customers", ids[0], {{"name", "D"}});
  EXPECT_THAT(names({{"name", "C%"}}), ElementsAre("C3"));
  sim.reset();
  client->logIn(sim.options());
  EXPECT_THAT(names({{"name", "C%"}}), ElementsAre());
}

}  // namespace
}  // namespace postern::sim::craftboxx
