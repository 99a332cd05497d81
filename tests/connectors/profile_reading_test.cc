// Reading through a profile: paging and its guards, stamps, forms of values. A scripted server.

#include <gmock/gmock.h>

#include "connectors/profile/connectors.h"
#include "connectors/profile/mapping.h"
#include "connectors/profile/profile.h"
#include "tests/connectors/profile_bench.h"
#include "tests/support/fake_http.h"

namespace postern::profile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using Json = nlohmann::json;

struct ProfileReadingTest : testing::Test {
  FakeHttp http;
  FakeClock clock;
  std::unique_ptr<System> system;
  Profile profile = parseProfile(shipped().front().text, "p.json");

  Source& open(const std::string& dialect = "v1") {
    Values values = profileOf(dialect);
    values.insert({{"url", "https://c.example/"}, {"token", "t-77"}, {"page_size", "2"}});
    system = std::make_unique<TestSystem>(http, values, clock);
    return *system->source();
  }
  Result<Page> read(const std::string& kind, const std::string& position = {}, const std::string& since = {}) {
    return system->source()->read({kind, since.empty(), since, position, clock.now()}, {});
  }
  Result<Record> mapped(const std::string& kind, const std::string& key, const Json& row) {
    return toRecord(profile, *profile.kind(kind), Row{key, row.dump()});
  }
};

TEST_F(ProfileReadingTest, CursorIsFollowedWithTheProfilesNames) {
  open();
  http.answer(200, R"({"items":[{"id":"c-1"},{"id":"c-2"}],"next_cursor":"x y"})");
  const auto page = read("customer");
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->last);
  EXPECT_EQ(http.last().url, "https://c.example/api/v1/customers?limit=2");
  EXPECT_THAT(http.last().headers,
              testing::Contains(std::pair<std::string, std::string>("Authorization", "Bearer t-77")));
  http.answer(200, R"({"items":[],"next_cursor":null})");
  EXPECT_TRUE(read("customer", page->next)->last);
  EXPECT_EQ(http.last().url, "https://c.example/api/v1/customers?limit=2&cursor=x%20y");
}

TEST_F(ProfileReadingTest, ListsThatLieAboutTheirPagesAreRefused) {
  open();
  for (const char* body : {
           R"({"items":[{"id":"c-1"}],"next_cursor":"a"})",              // short, but it goes on
           R"({"items":[{"id":"c-1"},{"id":"c-2"}],"next_cursor":"b")",  // cut
           R"({"rows":[]})",
           R"({"items":{}})",
           R"({"items":[7]})",
           "[]",
           "",
           "<html>",
           R"({"items":[{"id":"c-1"},{"id":"c-2"}],"next_cursor":"same"})",
       }) {
    http.answer(200, body);
    const auto page = read("customer", "f 1 0 same");
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().fault, Fault::Retry) << body;
  }
}

TEST_F(ProfileReadingTest, PageNumbersMustBeTheOnesAskedFor) {
  open("v2");
  http.answer(200, R"({"data":[{"id":"c-1"},{"id":"c-2"}],"page":1,"pages":2})");
  const auto page = read("customer");
  ASSERT_TRUE(page) << page.error().cause(Language::En);
  EXPECT_EQ(http.last().url, "https://c.example/v2/customers?perPage=2&page=1");
  http.answer(200, R"({"data":[{"id":"c-1"},{"id":"c-2"}],"page":1,"pages":2})");
  EXPECT_FALSE(read("customer", page->next));
  http.answer(200, R"({"data":[{"id":"c-3"}],"page":2,"pages":2})");
  EXPECT_TRUE(read("customer", page->next)->last);
}

TEST_F(ProfileReadingTest, ChangesAreAskedForWithOverlapByTheServersStamps) {
  open();
  http.answer(200, R"({"items":[{"id":"c-1","updated_at":"2024-03-01T10:00:00.5Z"},
                                {"id":"c-2","updated_at":"2999-01-01T00:00:00Z"}]})");
  const auto full = read("customer");
  ASSERT_TRUE(full);
  EXPECT_TRUE(full->full);
  EXPECT_EQ(full->since, isoStamp(clock.now()));  // a stamp in the future would hide everything
  http.answer(200, R"({"items":[]})");
  const auto changes = read("customer", {}, "2024-03-01T10:00:00Z");
  ASSERT_TRUE(changes);
  EXPECT_FALSE(changes->full);
  EXPECT_EQ(changes->since, "2024-03-01T10:00:00Z");
  EXPECT_THAT(http.last().url, HasSubstr("updated_since=2024-03-01T09%3A50%3A00Z"));
}

TEST_F(ProfileReadingTest, NestedRowsComeFromTheParentsPageAndOnlyTheirOwnBytesCount) {
  open();
  const auto answer = [](int version) {
    return R"({"items":[{"updated_at":"2024-03-01T10:00:00Z","version":)" + std::to_string(version) +
           R"(,"articles":[{"line_id":"1", "number":"K"},{"line_id":2},{"number":"no id"}],"id":"wo-81"},{"id":"wo-82"}]})";
  };
  http.answer(200, answer(3));
  const auto before = read("used_article");
  ASSERT_TRUE(before);
  EXPECT_THAT(http.last().url, HasSubstr("/work-orders?"));
  ASSERT_THAT(before->rows, SizeIs(2));
  EXPECT_EQ(before->rows[0].key, "wo-81/1");
  EXPECT_EQ(before->rows[1].key, "wo-81/2");
  EXPECT_EQ(before->rows[0].raw, R"({"line_id":"1","number":"K"})");
  EXPECT_THAT(before->warnings, SizeIs(1));
  EXPECT_EQ(before->since, "2024-03-01T10:00:00Z");
  http.answer(200, answer(4));
  const auto after = read("used_article");
  EXPECT_EQ(after->rows[0].raw, before->rows[0].raw);
  const auto record = system->source()->map("used_article", before->rows[0]);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->parent, "wo-81");
  EXPECT_EQ(record->field("number"), "K");
}

TEST_F(ProfileReadingTest, ParentTellsWhichNestedRowsItHas) {
  const Json row{{"line_id", "1"}}, other{{"line_id", 2}};
  const auto listed = [&](const Json& articles) {
    const auto order = mapped("work_order", "wo-1", {{"id", "wo-1"}, {"articles", articles}});
    return order ? std::string(order->field("used_article")) : "unreadable";
  };
  EXPECT_EQ(listed({row, other}), "1\n2");
  EXPECT_EQ(listed(Json::array()), "");
  EXPECT_EQ(listed(nullptr), "");
  EXPECT_FALSE(mapped("work_order", "wo-1", {{"id", "wo-1"}})->fields.contains("used_article")) << "not told";
}

TEST_F(ProfileReadingTest, ValuesAreReadInTheirForms) {
  const auto order = mapped("work_order", "wo-1",
                            {{"id", "wo-1"},
                             {"status", "weggegooid"},
                             {"project_id", "p-4"},
                             {"customer_id", nullptr},
                             {"target_date", "2026-01-22T00:00:00Z"},
                             {"description", "a\r\nb"},
                             {"external_id", nullptr},
                             {"updated_at", "2026-01-20T17:04:05.123+02:00"}});
  ASSERT_TRUE(order);
  EXPECT_EQ(order->parent, "p-4");
  EXPECT_EQ(order->fields, (Fields{{"status", "weggegooid"},
                                   {"project", "p-4"},
                                   {"customer", ""},
                                   {"target_date", "2026-01-22"},
                                   {"text", "a\nb"},
                                   {"external_id", ""},
                                   {"updated", "2026-01-20T15:04:05Z"}}));
  for (const auto& [value, text] : std::vector<std::pair<Json, std::string>>{
           {2, "2"}, {2.50, "2.5"}, {0.1, "0.1"}, {1e3, "1000"}, {"2.500", "2.5"}, {-0.0, "0"}, {nullptr, ""}}) {
    const auto line = mapped("used_article", "a/b/1", {{"line_id", "1"}, {"quantity", value}, {"ticked", 1}});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->parent, "a/b");
    EXPECT_EQ(line->field("quantity"), text);
    EXPECT_EQ(line->field("ticked"), "true");
  }
}

TEST_F(ProfileReadingTest, NumbersHoursAndDatesAreWrittenInTheProfilesForms) {
  Kind kind{.name = "x", .path = "x"};
  kind.fields = {{.ours = "minutes", .member = {"hours"}, .form = Form::Hours},
                 {.ours = "quantity", .member = {"amount"}, .form = Form::Number, .decimals = 2},
                 {.ours = "date", .member = {"day"}, .form = Form::Date},
                 {.ours = "word", .member = {"w"}, .form = Form::Words, .words = {{"gepland", "planned"}}}};
  profile.dateForm = "DD-MM-YYYY";
  const auto members = [&](Fields fields) {
    Change change{"x", "1", "id-1", std::move(fields), {}};
    auto written = membersOf(profile, kind, change, "app");
    return written ? written->dump() : std::string(written.error().code());
  };
  EXPECT_EQ(members({{"minutes", "45"}, {"quantity", "2.50"}, {"date", "2026-01-22"}, {"word", "planned"}}),
            R"({"hours":0.75,"amount":2.5,"day":"22-01-2026","w":"gepland"})");
  EXPECT_EQ(members({{"quantity", "3.00"}, {"date", ""}, {"word", "own"}}), R"({"amount":3,"day":null,"w":"own"})");
  EXPECT_EQ(members({{"quantity", "1.005"}}), "PST-8240");
  EXPECT_EQ(members({{"quantity", "1,5"}}), "PST-8240");
  EXPECT_EQ(members({{"date", "22-01-2026"}}), "PST-8240");
  const auto read = answeredFields(profile, kind, {{"hours", 0.3333}, {"day", "22-01-2026"}, {"amount", "x"}});
  EXPECT_EQ(read, (Fields{{"minutes", "20"}, {"date", "2026-01-22"}}));
}

TEST_F(ProfileReadingTest, StampInUtcIsTheSitesDay) {
  open();  // in Europe/Amsterdam
  const auto dayOf = [&](const char* date) {
    const std::string raw = Json{{"id", "h-1"}, {"date", date}}.dump();
    const auto record = system->source()->map("time_entry", Row{"h-1", raw});
    return std::string(record ? record->field("date") : record.error().code());
  };
  EXPECT_EQ(dayOf("2025-05-08"), "2025-05-08");
  EXPECT_EQ(dayOf("2025-05-08T22:00:00Z"), "2025-05-09");
  EXPECT_EQ(dayOf("2025-05-08T22:00:00.000Z"), "2025-05-09");
  EXPECT_EQ(dayOf("2025-05-09T00:00:00+02:00"), "2025-05-09");
  EXPECT_EQ(dayOf("2025-05-08T00:00:00Z"), "2025-05-08") << "a date, written as a stamp";
  EXPECT_EQ(dayOf("2025-05-08T22:00:00"), "2025-05-08") << "says no zone: the site's";
}

TEST_F(ProfileReadingTest, ServersWordsComeWithoutOurToken) {
  open();
  http.answer(422, R"({"error":{"code":"x","message":"bad t-77 there","field":"name"}})");
  Change change{"customer", "1", "", {{"name", "x"}}, {}};
  const auto settled = system->sink()->push(change, {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().detail, "bad *** there; x; name");
}

TEST_F(ProfileReadingTest, CheckNamesMembersTheServerDoesNotHave) {
  open();
  http.otherwise([](const HttpRequest& request) -> Result<HttpResponse> {
    const bool users = request.url.find("/users?") != std::string::npos;
    return HttpResponse{200, {}, users ? R"({"items":[{"id":"u-1","name":"J","updated_at":""}]})" : R"({"items":[]})"};
  });
  std::vector<std::string> warned;
  for (const Finding& finding : system->check({})) {
    EXPECT_NE(finding.level, Finding::Level::Bad) << finding.what;
    if (finding.level == Finding::Level::Warning) warned.push_back(finding.what);
  }
  EXPECT_THAT(warned, ElementsAre("member user.unique_code"));
}

}  // namespace
}  // namespace postern::profile
