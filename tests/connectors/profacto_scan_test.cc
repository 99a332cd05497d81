// Which pages a scan of profacto asks for, and how.

#include "tests/connectors/profacto_api_fixture.h"

namespace postern::profacto {
namespace {

// ---- Paging ---------------------------------------------------------------------------------------------------------

struct StepCase {
  const char* name;
  Cursor at;
  std::int64_t limit;
  PageFacts page;
  Step::Kind kind;
  std::int64_t offset;  // of the next page, for More
};

TEST(ProfactoPagingTest, NextStepFollowsFromTheAnswer) {
  using Kind = Step::Kind;
  const auto facts = [](std::int64_t rows, std::optional<std::int64_t> total = {},
                        std::optional<std::int64_t> offset = {}, std::optional<std::int64_t> inPage = {},
                        std::int64_t distinct = -1, const char* first = "A") {
    return PageFacts{rows, distinct < 0 ? rows : distinct, rows > 0 ? first : "", total, offset, inPage};
  };
  const Cursor start;
  const Cursor second{5, 12, "A"};
  const Cursor untold{5, -1, "A"};
  const StepCase cases[] = {
      {"first of three", start, 5, facts(5, 12, 0, 5), Kind::More, 5},
      {"second of three", second, 5, facts(5, 12, 5, 5, -1, "F"), Kind::More, 10},
      {"last", {10, 12, "A"}, 5, facts(2, 12, 10, 2, -1, "K"), Kind::Last, 0},
      {"last is full", {5, 10, "A"}, 5, facts(5, 10, 5, 5, -1, "F"), Kind::Last, 0},
      {"empty", start, 5, facts(0, 0, 0, 0), Kind::Last, 0},
      {"server's own smaller page", start, 500, facts(100, 1000, 0, 100), Kind::More, 100},
      {"fewer rows than told", start, 5, facts(3, 12, 0, 5), Kind::Cut, 0},
      {"no rows though told", start, 5, facts(0, 12, 0, 5), Kind::Cut, 0},
      {"nothing more comes", second, 5, facts(0, 12, 5, 0), Kind::Cut, 0},
      {"more rows than told", start, 5, facts(6, 12, 0, 5), Kind::Cut, 0},
      {"a row twice", start, 5, facts(6, 12, 0, 5, 5), Kind::More, 5},
      {"list became shorter", second, 5, facts(5, 10, 5, 5, -1, "F"), Kind::More, 3},
      {"list became much shorter", second, 5, facts(0, 3, 5, 0), Kind::More, 0},
      {"list vanished", second, 5, facts(0, 0, 5, 0), Kind::More, 0},
      {"list became longer", second, 5, facts(5, 13, 5, 5, -1, "F"), Kind::More, 10},
      {"untold, full page", start, 5, facts(5), Kind::More, 5},
      {"untold, short page", untold, 5, facts(3, {}, {}, {}, -1, "F"), Kind::Last, 0},
      {"untold, empty page", untold, 5, facts(0), Kind::Last, 0},
      {"untold, first row again", untold, 5, facts(5), Kind::Repeated, 0},
      {"limit ignored", start, 5, facts(12), Kind::Whole, 0},
      {"limit ignored, told", start, 5, facts(12, 12, 0, 12), Kind::Whole, 0},
      {"offset ignored", second, 5, facts(12, 12, 0, 12), Kind::Whole, 0},
      {"single call", start, 0, facts(12), Kind::Whole, 0},
      {"single call, told", start, 0, facts(12, 12, 0, 12), Kind::Whole, 0},
      {"single call, cut", start, 0, facts(5, 12, 0, 5), Kind::Cut, 0},
  };
  for (const StepCase& c : cases) {
    const Step step = nextStep(c.at, c.limit, c.page);
    EXPECT_EQ(step.kind, c.kind) << c.name;
    if (c.kind == Kind::More) {
      EXPECT_EQ(step.next.offset, c.offset) << c.name;
    }
  }
}

TEST(ProfactoProgressTest, TextLeadsBackToTheSamePlace) {
  ScanRequest request;
  request.startedAt = std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + std::chrono::hours(23);
  const Progress fresh = progressOf(request, "Europe/Berlin");
  EXPECT_EQ(fresh.nextSince, "2025-05-09") << "23:00 UTC is the 10th in Berlin; one day of overlap";
  const Progress inBatch{"2025-05-01", 1, {100, 250, "a\"b"}, true, {"S019", "06127"}, {20, 30, "S019/1"}};
  for (const Progress& progress : {fresh, inBatch}) {
    request.position = toText(progress);
    EXPECT_EQ(progressOf(request, "Europe/Berlin"), progress);
  }
}

TEST(ProfactoProgressTest, ForeignPositionStartsAnew) {
  ScanRequest request;
  for (const char* text :
       {"garbage", "{}", "[]", R"({"v":99})", R"({"v":1,"s":"x"})", R"({"v":1,"s":1,"p":0,"l":[]})"}) {
    request.position = text;
    EXPECT_EQ(progressOf(request, "UTC").list, Cursor{}) << text;
  }
}

TEST_F(ProfactoApiTest, ScanBeginsTheNextOneAtItsOwnStartNotItsEnd) {
  http.answer(200,
              tableAnswer("Kunden", R"({"KundenNr":"1"})", R"({"total_in_query":2,"offset":0,"total_in_page":1})"));
  http.answer(200,
              tableAnswer("Kunden", R"({"KundenNr":"2"})", R"({"total_in_query":2,"offset":1,"total_in_page":1})"));
  Source& source = open({{"page_size", "1"}});
  ScanRequest scan = request("customer");
  const auto first = source.read(scan, {});
  ASSERT_TRUE(first);
  scan.position = first->next;
  scan.startedAt += std::chrono::days(3);  // an engine that forgot when the scan began
  const auto last = source.read(scan, {});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->last);
  EXPECT_EQ(last->since, "2025-05-08");
}

// ---- Modes ----------------------------------------------------------------------------------------------------------

TEST(ProfactoModeTest, FieldsAndRequestDecideHowAKindIsRead) {
  const auto layout = [](bool project, bool position, bool customer) {
    Section fields("erp", "");
    for (const FieldName& field : fieldNames()) fields.set(field.key, field.def);
    if (project) fields.set("project.changed", "C");
    if (position) fields.set("position.changed", "C");
    if (customer) fields.set("customer.changed", "C");
    return makeLayout(fields, {"Name"});
  };
  const auto mode = [](const Layout& names, const char* kind, const char* since, bool full = false) {
    ScanRequest request;
    request.kind = kind;
    request.since = since;
    request.full = full;
    request.startedAt = std::chrono::sys_days{std::chrono::year{2025} / 5 / 9};
    const Mode found = modeFor(names, request, std::chrono::days(14), "Europe/Berlin");
    return std::string(found.full ? "full" : isoDate(*found.since)) + (found.byPositions ? "+positions" : "");
  };
  const Layout all = layout(true, true, true);
  EXPECT_EQ(mode(all, "customer", ""), "full");
  EXPECT_EQ(mode(all, "customer", "2025-05-01"), "2025-05-01");
  EXPECT_EQ(mode(all, "customer", "2025-05-01", true), "full");
  EXPECT_EQ(mode(all, "customer", "garbage"), "full");
  EXPECT_EQ(mode(all, "contact", "2025-05-01"), "full") << "no change field";
  for (const char* kind : {"project", "position"}) {
    EXPECT_EQ(mode(all, kind, ""), "2025-04-25+positions") << kind;
    EXPECT_EQ(mode(all, kind, "2025-05-01"), "2025-05-01+positions") << kind;
    EXPECT_EQ(mode(all, kind, "2025-05-01", true), "full") << kind;
    EXPECT_EQ(mode(layout(true, false, false), kind, "2025-05-01"), "2025-05-01") << kind;
    EXPECT_EQ(mode(layout(false, true, false), kind, "2025-05-01"), "full") << kind;
  }
}

TEST_F(ProfactoApiTest, NoConfirmedProjectMeansNoQueryForPositions) {
  http.answer(200, tableAnswer("Auftrag", "", R"({"total_in_query":0,"offset":0,"limit":50,"total_in_page":0})"));
  const auto page = open().read(request("position"), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(ProfactoApiTest, PositionsAreAskedForByProjectNumber) {
  http.answer(200, tableAnswer("Auftrag", R"({"AuftragsNr":"06127"},{"AuftragsNr":"S@19"})", ""));
  http.answer(200, tableAnswer("Auftragspositio", R"({"AuftragsNr":"06127","PositionsNr":1})", ""));
  const auto page = open().read(request("position"), {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.at(0).key, "06127/1");
  EXPECT_EQ(parameters().at("query"),
            R"((AuftragsNr === "06127" OR AuftragsNr === "S@19") order by AuftragsNr, PositionsNr)");
  EXPECT_EQ(parametersOf(http.requests().at(0)).at("fields"), "AuftragsNr");
}

}  // namespace
}  // namespace postern::profacto
