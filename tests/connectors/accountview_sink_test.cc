// Writing to the simulated AccountView: each kind, lost answers, widths, book years, and nothing doubled.

#include <gmock/gmock.h>

#include <set>

#include "connectors/accountview/messages.h"
#include "tests/connectors/accountview_bench.h"
#include "tests/support/fake_http.h"

namespace postern::accountview {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Sim = sim::AccountViewOptions;
using Kind = sim::Fault::Kind;

struct AccountViewSinkTest : testing::Test {
  Bench bench;
  Ids ids;
  std::unique_ptr<System> system = bench.connect();

  AccountViewSinkTest() {
    auto& sim = bench.simulator;
    sim.insert("CONTACT", {{"SUB_NR", "10001"}, {"ACCT_NAME", "De Vries"}, {"SRC_CODE", "DEVRIES"}});
    sim.insert("EMPLOYEE", {{"EMP_NR", "E1"}, {"EMP_NAME", "Jansen"}});
    sim.insert("PJ_TYPE", {{"TYPE_CODE", "STORING"}, {"TYPE_DESC", "Storing"}});
    sim.insert("PROJECTS", {{"PROJ_CODE", "P1"}, {"PROJ_DESC", "Ketel"}, {"SUB_NR", "10001"}, {"PRO_STAT", "O"}});
    sim.insert("HOUR_TYPE", {{"HRT_CODE", "WERK"}, {"HRT_DESC", "Werktijd"}});
    for (const char* code : {"KLEP15", "BUIS22"}) sim.insert("ARTICLE", {{"ART_CODE", code}, {"ART_DESC1", code}});
    ids.add("customer", "c1", "10001");
    ids.add("project", "p1", "P1");
  }
  void set(const std::function<void(Sim&)>& change) {
    auto options = bench.simulator.options();
    change(options);
    bench.simulator.setOptions(options);
  }
  Result<Settled> push(const Change& change) { return system->sink()->push(change, {}); }
  std::string made(const Change& change) {
    const auto settled = push(change);
    EXPECT_TRUE(settled) << settled.error().cause(Language::En) << ' ' << settled.error().detail;
    return settled ? settled->id : std::string{};
  }
  Change order(const std::string& key, Fields more = {}) const {
    Fields fields{{"customer", "c1"},           {"project", "p1"},
                  {"text", "Ketel nakijken"},   {"delivery_date", "2025-06-02"},
                  {"order_date", "2025-05-09"}, {"work_type", "x"}};
    for (const auto& [name, value] : more) fields[name] = value;
    return ids.change("sales_order", key, fields);
  }
  Change line(const std::string& key, const char* article = "KLEP15", const char* quantity = "2") const {
    return ids.change("order_line", key,
                      {{"order", "w1"}, {"article", article}, {"quantity", quantity}, {"delivery_date", ""}});
  }
  Change hours(const std::string& key, Fields more = {}) const {
    Fields fields{{"employee", "E1"},     {"hour_code", "WERK"}, {"project", "p1"},
                  {"date", "2025-05-08"}, {"text", "Werktijd"},  {"hours", "1.25"}};
    for (const auto& [name, value] : more) fields[name] = value;
    return ids.change("time_entry", key, fields);
  }
  std::int64_t writes() { return bench.simulator.counts().writes; }
  void strike(Kind kind, const char* method, int times = 1) {
    sim::Fault fault;
    fault.kind = kind;
    fault.methodContains = method;
    fault.pathContains = "accountviewdata";
    fault.times = times;
    bench.simulator.addFault(fault);
  }
  /// What the engine does with a change: looks up after an unknown outcome, sends again until it is settled.
  std::string deliver(const Change& change) {
    for (int attempt = 0; attempt < 6; ++attempt) {
      const auto settled = push(change);
      if (settled) return settled->id;
      EXPECT_NE(settled.error().fault, Fault::Reject) << settled.error().detail;
      if (settled.error().fault != Fault::Unknown) continue;
      const auto found = system->sink()->find(change.kind, {change.key}, {});
      if (found && !found->empty()) return found->front().id;
    }
    ADD_FAILURE() << change.kind << ' ' << change.key << " was not delivered";
    return {};
  }
};

// ---- Kinds ----------------------------------------------------------------------------------------------------------

TEST_F(AccountViewSinkTest, DebtorGetsLedgerAccountSearchCodeAndNumber) {
  const auto settled = push(ids.change("customer", "c2",
                                       {{"name", "Bakker & Zn."},
                                        {"zip", "3511ab"},
                                        {"city", "Utrecht"},
                                        {"postal_street", "Postbus 9"},
                                        {"number", ""}}));
  ASSERT_TRUE(settled) << settled.error().detail;
  const auto row = bench.simulator.record("CONTACT", settled->id);
  EXPECT_EQ(row["ACCT_NR"], "1300");
  EXPECT_EQ(row["SRC_CODE"], "BAKKERZN");
  EXPECT_EQ(row["POST_CODE"], "3511 AB");
  EXPECT_EQ(row["PO_BOX"], "Postbus 9");
  EXPECT_EQ(row["A8_REF"], "PST-c2");
  EXPECT_THAT(settled->answered, UnorderedElementsAre(Pair("name", "Bakker & Zn."), Pair("zip", "3511ab"),
                                                      Pair("city", "Utrecht"), Pair("postal_street", "Postbus 9")))
      << "the post code is what was sent, only spelled as AccountView keeps it";
  EXPECT_EQ(made(ids.change("customer", "c3", {{"name", "Met nummer"}, {"number", "k77"}})), "K77");
}

TEST_F(AccountViewSinkTest, ProjectKeepsItsDatesAndReferences) {
  made(ids.change("project", "p2",
                  {{"code", "p2"},
                   {"title", "Badkamer"},
                   {"customer", "c1"},
                   {"note", "een\ntwee"},
                   {"begin", "2025-03-30"},
                   {"end", "2025-10-26"},
                   {"type", "STORING"},
                   {"responsible", "e1"}}));
  const auto row = bench.simulator.record("PROJECTS", "P2");
  EXPECT_EQ(row["SUB_NR"], "10001");
  EXPECT_EQ(row["BEG_DATE"], "2025-03-30T00:00:00") << "no shift on the day the clock changes";
  EXPECT_EQ(row["END_DATE"], "2025-10-26T00:00:00");
  EXPECT_EQ(row["PJ_TYPE"], "STORING");
  EXPECT_EQ(row["EMP_NR"], "E1");
  EXPECT_EQ(row["COMMENT1"], "een\ntwee");
}

TEST_F(AccountViewSinkTest, NumberTooLongForItsFieldIsRefusedBeforeAnythingIsSent) {
  for (const bool referenced : {true, false}) {
    if (!referenced) system = bench.connect({}, {{"customer.external", ""}, {"project.external", ""}});
    const auto wide = push(ids.change("customer", "c2", {{"name", "Bakker"}, {"number", "KLANT-000123"}}));
    ASSERT_FALSE(wide);
    EXPECT_EQ(wide.error().fault, Fault::Reject);
    EXPECT_EQ(wide.error().message, &kTooLong);
    EXPECT_EQ(wide.error().args, (std::vector<std::string>{"customer", "c2", "SUB_NR", "10"}));
    const auto odd = push(ids.change("project", "p2", {{"title", "Dak"}, {"customer", "c1"}, {"code", "PŁ1"}}));
    ASSERT_FALSE(odd);
    EXPECT_EQ(odd.error().message, &kBadCharacters);
  }
  EXPECT_EQ(writes(), 0);
}

TEST_F(AccountViewSinkTest, OrderIsDeliveredToAndPaidByTheCustomer) {
  const auto row = bench.simulator.record("SO_HDR", made(order("w1")));
  EXPECT_EQ(row["RPL_DEL"], "10001");
  EXPECT_EQ(row["RPL_INV"], "10001");
  EXPECT_EQ(row["PROJ_CODE"], "P1");
  EXPECT_EQ(row["DEL_DATE"], "2025-06-02T00:00:00");
  EXPECT_EQ(row["COMMENT1"], "Ketel nakijken");
  EXPECT_EQ(row["EXT_ID"], "PST-w1");
}

TEST_F(AccountViewSinkTest, LongTextIsCutRefusedOrGoesOnElsewhere) {
  const std::string text(50, 'x');
  const auto settled = push(order("w1", {{"text", text}}));
  ASSERT_TRUE(settled);
  EXPECT_EQ(bench.simulator.record("SO_HDR", settled->id)["COMMENT1"], std::string(40, 'x'));
  EXPECT_THAT(settled->answered, testing::Contains(Pair("text", text)));

  const auto strict = bench.connect({{"too_long", "refuse"}});
  const auto refused = strict->sink()->push(order("w2", {{"text", text}}), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, &kTooLong);
  EXPECT_EQ(refused.error().fault, Fault::Reject);

  const auto wide = bench.connect({}, {{"sales_order.text_rest", "COMMENT2"}});
  const auto both = wide->sink()->push(order("w3", {{"text", text}}), {});
  ASSERT_TRUE(both);
  EXPECT_EQ(bench.simulator.record("SO_HDR", both->id)["COMMENT2"], std::string(10, 'x'));
}

TEST_F(AccountViewSinkTest, CharactersOutsideTheCodePageAreReplacedOrRefused) {
  const auto row = bench.simulator.record("SO_HDR", made(order("w1", {{"text", "Łatwe €5"}})));
  EXPECT_EQ(row["COMMENT1"], "?atwe €5");
  const auto strict = bench.connect({{"bad_characters", "refuse"}});
  EXPECT_EQ(strict->sink()->push(order("w2", {{"text", "Łatwe"}}), {}).error().message, &kBadCharacters);
}

TEST_F(AccountViewSinkTest, LineIsAddedToTheOrderByEitherWay) {
  ids.add("sales_order", "w1", made(order("w1")));
  const std::string number = ids.of("sales_order", "w1");
  EXPECT_EQ(made(line("w1/1")), number + "/1");
  EXPECT_EQ(made(line("w1/2", "BUIS22", "2.5")), number + "/2");
  set([](Sim& o) { o.addLines = Sim::AddLines::Post; });
  const auto refused = push(line("w1/3"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, &kRefused);
  const auto posting = bench.connect({{"add_lines", "post"}, {"row_action", "1"}});
  const auto settled = posting->sink()->push(line("w1/3"), {});
  ASSERT_TRUE(settled) << settled.error().detail;
  EXPECT_EQ(settled->id, number + "/3");
  const auto row = bench.simulator.record("SO_LINE", number + "|2");
  EXPECT_EQ(row["ORD_QTY"], 2.5);
  EXPECT_EQ(row["EXT_ID"], "PST-w1/2");
  EXPECT_EQ(bench.simulator.count("SO_HDR"), 1);
}

TEST_F(AccountViewSinkTest, LineThatBecameAnOrderOfItsOwnStopsFurtherLines) {
  ids.add("sales_order", "w1", "20250001");
  FakeHttp http;
  int posts = 0;
  http.otherwise([&](const HttpRequest& request) -> Result<HttpResponse> {
    const HttpHeaders headers{{"Content-Type", "application/json"}};
    if (request.url.ends_with("/token"))
      return HttpResponse{200, headers, R"({"access_token":"a","refresh_token":"r"})"};
    if (request.url.ends_with("/companies")) return HttpResponse{200, headers, R"([{"Id":"1","Code":"VANDIJK"}])"};
    if (request.method == "GET") return HttpResponse{200, headers, R"({"SO_HDR":[],"SO_LINE":[]})"};
    ++posts;
    return HttpResponse{200, headers, R"({"SO_HDR":[{"ORD_NR":"20250099","SO_HDR_Id":0}],"SO_LINE":[]})"};
  });
  Texts values = bench.settings();
  values["add_lines"] = "post";
  TokenStore store("rt");
  TestSystem posting(http, bench.clock, values, allNames(), store.renewal());
  for (const char* key : {"w1/1", "w1/1", "w1/2"}) {
    const auto settled = posting.sink()->push(line(key), {});
    ASSERT_FALSE(settled);
    EXPECT_EQ(settled.error().message, &kLineElsewhere);
    EXPECT_EQ(settled.error().fault, Fault::Reject);
  }
  EXPECT_EQ(posts, 1);
}

TEST_F(AccountViewSinkTest, HandedOverLineIsNotChanged) {
  ids.add("sales_order", "w1", made(order("w1")));
  Change change = line("w1/1");
  change.id = made(change);
  const auto before = writes();
  const auto settled = push(change);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().message, &kCreateOnly);
  EXPECT_EQ(writes(), before);
}

TEST_F(AccountViewSinkTest, HoursAreBookedWithTheirDayAndCode) {
  const auto row = bench.simulator.record("HOURS", made(hours("h1")));
  EXPECT_EQ(row["EMP_NR"], "E1");
  EXPECT_EQ(row["HRT_CODE"], "WERK");
  EXPECT_EQ(row["HR_DATE"], "2025-05-08T00:00:00");
  EXPECT_EQ(row["HR_QTY"], 1.25);
}

TEST_F(AccountViewSinkTest, KindOrFieldWithoutNameRefusesOnlyItsOwnRecords) {
  const auto off = bench.connect({}, {{"time_entry.object", ""}});
  EXPECT_EQ(off->sink()->push(hours("h1"), {}).error().message, &kKindOff);
  const auto nameless = bench.connect({}, {{"time_entry.hours", ""}});
  const auto refused = nameless->sink()->push(hours("h1"), {});
  EXPECT_EQ(refused.error().message, &kNotMapped);
  EXPECT_EQ(refused.error().fault, Fault::Reject);
  EXPECT_EQ(writes(), 0);
}

TEST_F(AccountViewSinkTest, ReferenceThatIsNotThereYetIsRefusedBeforeAnythingIsSent) {
  const auto settled = push(line("w9/1"));
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().message, &kUnknownReference);
  EXPECT_EQ(push(order("w2", {{"customer", "c9"}})).error().message, &kUnknownReference);
  EXPECT_EQ(writes(), 0);
}

TEST_F(AccountViewSinkTest, OneHeaderPerCall) {
  made(order("w1"));
  made(order("w2"));
  EXPECT_EQ(writes(), 2);
}

// ---- Refusals -------------------------------------------------------------------------------------------------------

TEST_F(AccountViewSinkTest, RefusalIsParkedWithAccountViewsWordsWhateverTheStatus) {
  set([](Sim& o) { o.blockedHours = {"STORING/WERK"}; });
  bench.simulator.edit("PROJECTS", "P1", {{"PJ_TYPE", "STORING"}});
  for (const int status : {200, 400}) {
    set([&](Sim& o) { o.errorStatus = status; });
    const auto settled = push(hours("h1"));
    ASSERT_FALSE(settled) << status;
    EXPECT_EQ(settled.error().fault, Fault::Reject) << status;
    EXPECT_THAT(settled.error().detail, HasSubstr("uursoort")) << status;
  }
  EXPECT_EQ(bench.simulator.count("HOURS"), 0);
}

TEST_F(AccountViewSinkTest, ErrorOfTheServerIsNoRefusalEvenWithAMessage) {
  set([](Sim& o) { o.blockedHours = {"STORING/WERK"}; });
  bench.simulator.edit("PROJECTS", "P1", {{"PJ_TYPE", "STORING"}});
  for (const int status : {408, 500, 504}) {
    set([&](Sim& o) { o.errorStatus = status; });
    const auto settled = push(hours("h1"));
    ASSERT_FALSE(settled) << status;
    EXPECT_EQ(settled.error().fault, Fault::Unknown) << status;
    EXPECT_THAT(settled.error().detail, HasSubstr("uursoort")) << status;
  }
}

TEST_F(AccountViewSinkTest, YearEndIsParkedAndDeliveredAfterTheUnblocking) {
  for (const SinkKind& kind : system->sink()->kinds()) EXPECT_TRUE(kind.refusalsPass) << kind.name;
  set([](Sim& o) { o.administrations = {{"2025", "open"}, {"2026", "blocked"}}; });
  for (const Change& change : {order("w1", {{"order_date", "2026-01-02"}}), hours("h1", {{"date", "2026-01-02"}})}) {
    const auto blocked = push(change);
    ASSERT_FALSE(blocked);
    EXPECT_EQ(blocked.error().fault, Fault::Reject);
    EXPECT_THAT(blocked.error().detail, HasSubstr("geblokkeerd"));
  }
  made(hours("h0", {{"date", "2025-12-31"}}));
  set([](Sim& o) { o.administrations = {{"2025", "open"}, {"2026", "open"}}; });
  made(order("w1", {{"order_date", "2026-01-02"}}));
  made(hours("h1", {{"date", "2026-01-02"}}));
}

TEST_F(AccountViewSinkTest, BookDateFollowsItsSetting) {
  set([](Sim& o) { o.administrations = {{"2024", "open"}, {"2025", "blocked"}}; });
  const Fields old{{"order_date", "2024-12-31"}};
  EXPECT_TRUE(push(order("w1", old)));
  const auto today = bench.connect({{"book_date", "today"}});
  EXPECT_THAT(today->sink()->push(order("w2", old), {}).error().detail, HasSubstr("2025"));
  const auto none = bench.connect({{"book_date", "none"}});
  EXPECT_TRUE(none->sink()->push(order("w3", old), {}));
}

TEST_F(AccountViewSinkTest, LostAnswersInLastYearsTablesDoubleNothing) {
  set([](Sim& o) { o.yearTables = true; });
  const auto lineOf = [&](const char* key) {
    Change change = line(key);
    change.fields["order_date"] = "2024-12-31";
    return change;
  };
  for (const bool referenced : {true, false}) {
    if (!referenced)
      system =
          bench.connect({}, {{"sales_order.external", ""}, {"order_line.external", ""}, {"time_entry.external", ""}});
    const std::string n = referenced ? "1" : "2";
    strike(Kind::ApplyThenClose, "POST");
    ids.add("sales_order", "w1", deliver(order("w" + n, {{"order_date", "2024-12-31"}, {"text", n}})));
    bench.simulator.clearFaults();
    strike(Kind::ApplyThenClose, "PUT");
    deliver(lineOf((n + "/1").c_str()));
    bench.simulator.clearFaults();
    strike(Kind::ApplyThenClose, "POST");
    deliver(hours("h" + n, {{"date", "2024-12-31"}, {"text", n}}));
    bench.simulator.clearFaults();
  }
  for (const char* table : {"SO_HDR", "SO_LINE", "HOURS"}) EXPECT_EQ(bench.simulator.count(table), 2) << table;
}

TEST_F(AccountViewSinkTest, WhatLastYearsTablesHoldOfOursIsFoundAndListed) {
  set([](Sim& o) { o.yearTables = true; });
  ids.add("sales_order", "w1", made(order("w1", {{"order_date", "2024-12-31"}})));
  Change last = line("w1/1");
  last.fields["order_date"] = "2024-12-31";
  made(last);
  made(hours("h1", {{"date", "2024-12-31"}}));
  made(hours("h2"));
  for (const auto& [kind, key] :
       std::map<std::string, std::string>{{"sales_order", "w1"}, {"order_line", "w1/1"}, {"time_entry", "h1"}}) {
    EXPECT_THAT(*system->sink()->find(kind, {key}, {}), SizeIs(1)) << kind;
    std::set<std::string> listed;
    for (std::string position;;) {
      const auto page = system->sink()->list(kind, position, {});
      ASSERT_TRUE(page) << kind;
      for (const auto& found : page->found) listed.insert(found.key);
      if (page->next.empty()) break;
      position = page->next;
    }
    EXPECT_TRUE(listed.contains(key)) << kind;
    EXPECT_EQ(listed.contains("h2"), kind == "time_entry");
  }
  set([](Sim& o) { o.administrations = {{"2025", "open"}}; });
  EXPECT_TRUE(system->sink()->find("time_entry", {"h2"}, {})) << "a company without a year before this one";
  EXPECT_TRUE(system->sink()->list("time_entry", "", {}));
}

// ---- Updates --------------------------------------------------------------------------------------------------------

TEST_F(AccountViewSinkTest, UpdateSendsOnlyWhatChangedAndCanEmptyADate) {
  Change change = order("w1");
  change.id = made(change);
  change.fields = {{"delivery_date", ""}};
  ASSERT_TRUE(push(change));
  const auto row = bench.simulator.record("SO_HDR", change.id);
  EXPECT_EQ(row["DEL_DATE"], "");
  EXPECT_EQ(row["COMMENT1"], "Ketel nakijken");
}

TEST_F(AccountViewSinkTest, CorrectionGoesIntoTheBookYearOfItsRecord) {
  set([](Sim& o) { o.yearTables = true; });
  Change late = hours("h1", {{"date", "2024-12-31"}});
  late.id = made(late);
  late.fields = {{"hours", "2"}};
  late.base = {{"date", "2024-12-31"}};
  ASSERT_TRUE(push(late));
  EXPECT_EQ(bench.simulator.record("HOURS", late.id)["HR_QTY"], 2);
  late.fields = {{"date", "2024-12-30"}};
  ASSERT_TRUE(push(late));
  EXPECT_EQ(bench.simulator.record("HOURS", late.id)["HR_DATE"], "2024-12-30T00:00:00");
  late.fields = {{"date", "2025-01-02"}};
  late.base = {{"date", "2024-12-30"}};
  EXPECT_EQ(push(late).error().fault, Fault::Reject) << "it cannot move to another year";
  Change old = order("w1", {{"order_date", "2024-12-31"}});
  old.id = made(old);
  old.fields = {{"text", "Anders"}};
  old.base = {{"order_date", "2024-12-31"}};
  ASSERT_TRUE(push(old));
  EXPECT_EQ(bench.simulator.record("SO_HDR", old.id)["COMMENT1"], "Anders");
}

TEST_F(AccountViewSinkTest, WhatSomebodyChangedMeanwhileIsNotOverwritten) {
  Change change = order("w1");
  change.id = made(change);
  bench.simulator.edit("SO_HDR", change.id, {{"DEL_DATE", "2025-07-01"}});
  const auto before = writes();
  change.fields = {{"delivery_date", "2025-06-20"}};
  change.base = {{"delivery_date", "2025-06-02"}};
  const auto settled = push(change);
  ASSERT_TRUE(settled);
  EXPECT_THAT(settled->answered, UnorderedElementsAre(Pair("delivery_date", "2025-07-01")));
  EXPECT_EQ(writes(), before);
  change.base = {{"delivery_date", "2025-07-01"}};
  ASSERT_TRUE(push(change));
  EXPECT_EQ(bench.simulator.record("SO_HDR", change.id)["DEL_DATE"], "2025-06-20T00:00:00");
}

TEST_F(AccountViewSinkTest, TakenOverRecordGetsOurReference) {
  Change change = ids.change("customer", "c1", {{"city", "Zeist"}}, "10001");
  change.claim = true;
  ASSERT_TRUE(push(change));
  EXPECT_EQ(bench.simulator.record("CONTACT", "10001")["A8_REF"], "PST-c1");
  const auto found = system->sink()->find("customer", {"c1"}, {});
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->front().id, "10001");
}

TEST_F(AccountViewSinkTest, FoundOrderPointsToItsCustomerAndProject) {
  made(order("w1"));
  const auto found = system->sink()->find("sales_order", {"w1", "w2"}, {});
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_THAT(found->front().points, UnorderedElementsAre(Pair("customer", Reference{"customer", "10001"}),
                                                          Pair("project", Reference{"project", "P1"})));
  EXPECT_THAT(found->front().fields, testing::Contains(Pair("delivery_date", "2025-06-02")));
}

// ---- Nothing doubled ------------------------------------------------------------------------------------------------

TEST_F(AccountViewSinkTest, KeyTooLongForItsFieldIsFoundByItsHash) {
  const std::string key = "0f8fad5b-d9cb-469f-a165-70867728950e/7c9e6679-7425-40de-944b-e07fc1f90ae7";
  const std::string id = made(hours(key));
  EXPECT_EQ(made(hours(key)), id);
  const auto found = system->sink()->find("time_entry", {key}, {});
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, SizeIs(1));
  EXPECT_THAT(system->sink()->list("time_entry", "", {})->found, IsEmpty());
}

TEST_F(AccountViewSinkTest, LostAnswersDoubleNothing) {
  for (const bool referenced : {true, false}) {
    const std::string extra = referenced ? "" : "x";
    if (!referenced)
      system = bench.connect({}, {{"sales_order.external", ""},
                                  {"order_line.external", ""},
                                  {"time_entry.external", ""},
                                  {"customer.external", ""},
                                  {"project.external", ""}});
    const auto orders = bench.simulator.count("SO_HDR");
    const auto lines = bench.simulator.count("SO_LINE");
    const auto entries = bench.simulator.count("HOURS");
    const auto debtors = bench.simulator.count("CONTACT");
    for (const Kind kind : {Kind::ApplyThenClose, Kind::HalfBody, Kind::CloseBefore, Kind::Html}) {
      const std::string n = extra + std::to_string(static_cast<int>(kind));
      strike(kind, "POST", 2);
      ids.add("customer", "c" + n, deliver(ids.change("customer", "c" + n, {{"name", "Naam " + n}, {"number", ""}})));
      bench.simulator.clearFaults();
      strike(kind, "POST", 2);
      ids.add("sales_order", "w1", deliver(order("w" + n, {{"text", "Order " + n}})));
      bench.simulator.clearFaults();
      strike(kind, "PUT", 2);
      deliver(line(n + "/1"));
      deliver(line(n + "/2", "BUIS22"));
      bench.simulator.clearFaults();
      strike(kind, "POST", 2);
      deliver(hours("h" + n, {{"text", "Uren " + n}}));
      bench.simulator.clearFaults();
      strike(kind, "GET");
      deliver(hours("g" + n, {{"text", "Meer " + n}}));
      bench.simulator.clearFaults();
    }
    EXPECT_EQ(bench.simulator.count("CONTACT") - debtors, 4) << referenced;
    EXPECT_EQ(bench.simulator.count("SO_HDR") - orders, 4) << referenced;
    EXPECT_EQ(bench.simulator.count("SO_LINE") - lines, 8) << referenced;
    EXPECT_EQ(bench.simulator.count("HOURS") - entries, 8) << referenced;
  }
  for (const char* table : {"SO_HDR", "SO_LINE", "HOURS"}) EXPECT_EQ(bench.simulator.doubled(table), 0) << table;
}

TEST_F(AccountViewSinkTest, NewProcessFindsWhatALostAnswerLeft) {
  ids.add("sales_order", "w1", made(order("w1")));
  strike(Kind::ApplyThenClose, "PUT");
  EXPECT_EQ(push(line("w1/1")).error().fault, Fault::Unknown);
  system = bench.connect();
  EXPECT_EQ(made(line("w1/1")), ids.of("sales_order", "w1") + "/1");
  strike(Kind::ApplyThenClose, "POST");
  EXPECT_EQ(push(hours("h1")).error().fault, Fault::Unknown);
  system = bench.connect();
  made(hours("h1"));
  EXPECT_EQ(bench.simulator.count("SO_LINE"), 1);
  EXPECT_EQ(bench.simulator.count("HOURS"), 1);
}

TEST_F(AccountViewSinkTest, EqualLinesAreTwoWhenTheyCarryReferences) {
  ids.add("sales_order", "w1", made(order("w1")));
  made(line("w1/1"));
  made(line("w1/2"));
  EXPECT_EQ(bench.simulator.count("SO_LINE"), 2);
}

TEST_F(AccountViewSinkTest, NumberThatIsThereIsTheSameDebtorWithoutAReference) {
  system = bench.connect({}, {{"customer.external", ""}});
  EXPECT_EQ(made(ids.change("customer", "c7", {{"name", "Anders"}, {"number", "10001"}})), "10001");
  EXPECT_EQ(bench.simulator.count("CONTACT"), 1);
}

TEST_F(AccountViewSinkTest, LostLineWithoutNumberOrReferenceIsFoundAmongOthers) {
  system = bench.connect({}, {{"order_line.external", ""}, {"order_line.line", ""}});
  ids.add("sales_order", "w1", made(order("w1")));
  made(line("w1/1"));
  made(line("w1/2", "BUIS22"));
  strike(Kind::ApplyThenClose, "PUT");
  deliver(line("w1/3", "BUIS22", "7"));
  EXPECT_EQ(bench.simulator.count("SO_LINE"), 3);
}

TEST_F(AccountViewSinkTest, LineWhoseReferenceIsChangedIsNotSentTwice) {
  for (const bool upper : {true, false}) {
    set([&](Sim& o) {
      o.upperFields = upper ? std::set<std::string>{"SO_LINE.EXT_ID"} : std::set<std::string>{};
      o.droppedFields = upper ? std::set<std::string>{} : std::set<std::string>{"SO_LINE.EXT_ID"};
    });
    system = bench.connect();
    const auto lines = bench.simulator.count("SO_LINE");
    ids.add("sales_order", "w1", made(order(upper ? "w1" : "w2")));
    deliver(line("w1/1"));
    EXPECT_EQ(bench.simulator.count("SO_LINE") - lines, 1) << upper;
    const auto before = writes();
    const auto second = push(line("w1/2"));
    ASSERT_FALSE(second) << upper;
    EXPECT_EQ(second.error().message, &kReferenceChanged);
    EXPECT_EQ(writes(), before);
  }
}

TEST_F(AccountViewSinkTest, LineWithChangedReferenceIsFoundAfterALostAnswer) {
  set([](Sim& o) { o.upperFields = {"SO_LINE.EXT_ID"}; });
  ids.add("sales_order", "w1", made(order("w1")));
  strike(Kind::ApplyThenClose, "PUT");
  deliver(line("w1/1"));
  EXPECT_EQ(bench.simulator.count("SO_LINE"), 1);
}

TEST_F(AccountViewSinkTest, LineIsNotTakenForAnEqualOneOfTheOffice) {
  set([](Sim& o) { o.droppedFields = {"SO_LINE.EXT_ID"}; });
  ids.add("sales_order", "w1", made(order("w1")));
  bench.simulator.insert(
      "SO_LINE", {{"ORD_NR", ids.of("sales_order", "w1")}, {"LINE_NR", 1}, {"ART_CODE", "KLEP15"}, {"ORD_QTY", 2}});
  EXPECT_EQ(made(line("w1/1")), ids.of("sales_order", "w1") + "/2");
}

TEST_F(AccountViewSinkTest, FieldThatKeepsNoReferenceStopsFurtherCreates) {
  set([](Sim& o) { o.droppedFields = {"SO_HDR.EXT_ID", "HOURS.EXT_ID"}; });
  made(order("w1"));
  made(hours("h1"));
  const auto before = writes();
  for (const Change& change : {order("w2"), hours("h2")}) {
    const auto second = push(change);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message, &kReferenceChanged);
  }
  EXPECT_EQ(writes(), before);
}

TEST_F(AccountViewSinkTest, FieldThatChangesOurReferenceStopsFurtherCreates) {
  system =
      bench.connect({{"reference_prefix", "e"}}, {{"customer.external", "SRC_CODE"}, {"customer.search_code", ""}});
  made(ids.change("customer", "abc", {{"name", "Een"}, {"number", ""}}));
  const auto before = writes();
  const auto second = push(ids.change("customer", "abd", {{"name", "Twee"}, {"number", ""}}));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, &kReferenceChanged);
  EXPECT_EQ(writes(), before);
}

}  // namespace
}  // namespace postern::accountview
