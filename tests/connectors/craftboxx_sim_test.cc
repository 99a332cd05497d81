// The odd parts of shared/apis/craftboxx.md, section 11, against the simulator.

#include <gmock/gmock.h>

#include <set>

#include "connectors/craftboxx/messages.h"
#include "tests/connectors/craftboxx_bench.h"

namespace postern::craftboxx {
namespace {

using namespace std::chrono_literals;
using sim::CraftboxxOptions;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

class CraftboxxSimTest : public testing::Test {
 protected:
  void open(const CraftboxxOptions& options, const std::map<std::string, std::string>& settings = {}) {
    system.reset();
    bench.emplace(options);
    system = bench->connect(settings);
  }
  void SetUp() override { open({}); }
  sim::CraftboxxSimulator& simulator() { return bench->simulator; }
  Sink& sink() { return *system->sink(); }

  Result<Settled> push(const std::string& kind, const std::string& key, Fields fields, const std::string& id = {}) {
    auto settled = sink().push(ids.change(kind, key, std::move(fields), id), {});
    if (settled) ids.add(kind, key, settled->id);
    return settled;
  }
  /// The id; fails the test otherwise.
  std::string made(const std::string& kind, const std::string& key, Fields fields) {
    const auto settled = push(kind, key, std::move(fields));
    EXPECT_TRUE(settled) << kind << " " << settled.error().cause(Language::En) << " " << settled.error().detail;
    return settled ? settled->id : "0";
  }
  /// A customer, its project and an Einsatzort to hang an appointment on.
  void makeParents() {
    made("customer", "10001", {{"name", "Huber"}, {"customer_number", "10001"}});
    made("project", "25017", {{"title", "Praxis Nord"}, {"project_nr", "25017"}, {"customer", "10001"}});
    made("address", "contact:10001/ab", {{"customer", "10001"}, {"type", "DELIVERY"}, {"name", "Baustelle"}});
    made("article", "A1", {{"name", "Griff"}, {"number", "A1"}, {"unit", "PIECE"}});
  }
  Fields appointment(const std::string& date, const std::string& state) {
    return {{"title", "Praxis Nord"},
            {"project", "25017"},
            {"address", "contact:10001/ab"},
            {"description", "Hof\n\n1 Theke"},
            {"all_day", "true"},
            {"date", date},
            {"state", state},
            {"articles", R"({"A1":2})"}};
  }
  std::vector<Found> found(const std::string& kind, const std::vector<std::string>& keys) {
    auto result = sink().find(kind, keys, {});
    EXPECT_TRUE(result) << result.error().cause(Language::En);
    return result.value_or(std::vector<Found>{});
  }
  nlohmann::json stored(const std::string& resource, const std::string& id) {
    return simulator().record(resource, std::stoll(id));
  }
  /// Reads a whole scan; page by page calls `between`.
  std::map<std::string, Record> scan(ScanRequest request, std::string* since = nullptr, bool* full = nullptr) {
    std::map<std::string, Record> records;
    for (int pages = 0; pages < 100; ++pages) {
      auto page = system->source()->read(request, {});
      EXPECT_TRUE(page) << page.error().cause(Language::En);
      if (!page) break;
      for (const Row& row : page->rows) {
        EXPECT_THAT(std::string(row.raw), Not(HasSubstr("token")));
        auto record = system->source()->map(request.kind, row);
        EXPECT_TRUE(record);
        if (record) records[row.key] = *record;
      }
      if (full != nullptr) *full = page->full;
      request.position = page->next;
      if (!page->last) continue;
      if (since != nullptr) *since = page->since;
      break;
    }
    return records;
  }

  std::optional<Bench> bench;
  std::unique_ptr<System> system;
  Ids ids;
};

TEST_F(CraftboxxSimTest, WholeChainArrivesWithTheirIds) {
  makeParents();
  const auto settled = push("appointment", "25017", appointment("2025-05-09", "SCHEDULED"));
  ASSERT_TRUE(settled) << settled.error().detail;
  const auto row = stored("assignments", settled->id);
  EXPECT_EQ(row["project_id"].dump(), ids.of("project", "25017"));
  EXPECT_EQ(row["customer_address_id"].dump(), ids.of("address", "contact:10001/ab"));
  EXPECT_EQ(row["start"], "2025-05-08T22:00:00.000000Z");
  EXPECT_EQ(row["end"], "2025-05-09T21:59:59.000000Z");
  EXPECT_EQ(row["all_day"], true);
  EXPECT_EQ(row["articles"], nlohmann::json::parse("{\"" + ids.of("article", "A1") + "\":{\"amount\":2}}"));
  EXPECT_EQ(row["source"], "profacto-agent");
  EXPECT_EQ(row["source_external_id"], "25017");
  EXPECT_EQ(stored("articles", ids.of("article", "A1"))["supplier_article_nr"], "A1");
  EXPECT_EQ(stored("projects", ids.of("project", "25017"))["customer_id"].dump(), ids.of("customer", "10001"));
  EXPECT_THAT(settled->answered,
              ElementsAre(Pair("all_day", "true"), Pair("date", "2025-05-09"), Pair("description", "Hof\n\n1 Theke"),
                          Pair("state", "SCHEDULED"), Pair("title", "Praxis Nord")));
  const auto again = found("appointment", {"25017"});
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_THAT(again[0].fields, Contains(Pair("articles", R"({"A1":2})")));
}

TEST_F(CraftboxxSimTest, AnswerTellsTheStateThatTheServerMoved) {
  makeParents();
  const auto unplanned = push("appointment", "25017", appointment("", "SCHEDULED"));
  ASSERT_TRUE(unplanned);
  EXPECT_EQ(unplanned->answered.at("state"), "UNPLANNED");
  EXPECT_EQ(unplanned->answered.at("date"), "");
  const auto planned = push("appointment", "25017",
                            {{"date", "2025-06-02"}, {"state", "UNPLANNED"}, {"all_day", "true"}}, unplanned->id);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->answered.at("state"), "SCHEDULED");
  EXPECT_EQ(planned->answered.at("date"), "2025-06-02");
}

TEST_F(CraftboxxSimTest, ClearedDateTakesStartAndEndAway) {
  makeParents();
  const auto first = push("appointment", "25017", appointment("2025-05-09", "SCHEDULED"));
  ASSERT_TRUE(first);
  const auto cleared =
      push("appointment", "25017", {{"date", ""}, {"state", "UNPLANNED"}, {"all_day", "true"}}, first->id);
  ASSERT_TRUE(cleared);
  const auto row = stored("assignments", first->id);
  EXPECT_FALSE(row.contains("start"));
  EXPECT_FALSE(row.contains("end"));
  EXPECT_EQ(row["title"], "Praxis Nord");
}

TEST_F(CraftboxxSimTest, StateChangeKeepsThePlannersHoursAndDays) {
  makeParents();
  const auto made = push("appointment", "25017", appointment("2026-12-07", "SCHEDULED"));
  ASSERT_TRUE(made);
  const nlohmann::json planned = {
      {"start", "2026-12-07T06:00:00.000000Z"}, {"end", "2026-12-09T15:00:00.000000Z"}, {"all_day", false}};
  ASSERT_TRUE(simulator().edit("assignments", std::stoll(made->id), planned));
  const auto progressed =
      push("appointment", "25017", {{"state", "IN_PROGRESS"}, {"date", "2026-12-07"}, {"all_day", "true"}}, made->id);
  ASSERT_TRUE(progressed) << progressed.error().detail;
  auto row = stored("assignments", made->id);
  EXPECT_EQ(row["state"], "IN_PROGRESS");
  for (const auto& [name, value] : planned.items()) EXPECT_EQ(row[name], value) << name;
  EXPECT_EQ(progressed->answered.at("date"), "2026-12-07");

  const auto moved =
      push("appointment", "25017", {{"state", "IN_PROGRESS"}, {"date", "2026-12-08"}, {"all_day", "true"}}, made->id);
  ASSERT_TRUE(moved) << "another day is another plan";
  row = stored("assignments", made->id);
  EXPECT_EQ(row["start"], "2026-12-07T23:00:00.000000Z");
  EXPECT_EQ(row["end"], "2026-12-08T22:59:59.000000Z");
  EXPECT_EQ(row["all_day"], true);
}

TEST_F(CraftboxxSimTest, PlannersOwnArticlesStayWhenTheErpsQuantityChanges) {
  makeParents();
  const auto made = push("appointment", "25017", appointment("2026-12-07", "SCHEDULED"));
  ASSERT_TRUE(made);
  const std::string ours = ids.of("article", "A1");
  const std::string foreign = std::to_string(simulator().create("articles", {{"name", "Silikon"}}));
  ASSERT_TRUE(simulator().edit("assignments", std::stoll(made->id),
                               {{"articles", {{ours, {{"amount", 2}}}, {foreign, {{"amount", 5}}}}}}));
  ASSERT_TRUE(push("appointment", "25017", {{"articles", R"({"A1":3})"}}, made->id));
  EXPECT_EQ(stored("assignments", made->id)["articles"],
            (nlohmann::json{{ours, {{"amount", 3}}}, {foreign, {{"amount", 5}}}}));
  ASSERT_TRUE(push("appointment", "25017", {{"articles", ""}}, made->id)) << "ours are no longer wanted";
  EXPECT_EQ(stored("assignments", made->id)["articles"], (nlohmann::json{{foreign, {{"amount", 5}}}}));
}

TEST_F(CraftboxxSimTest, AppointmentThatIsGoneIsStillToldAsGone) {
  makeParents();
  const auto made = push("appointment", "25017", appointment("2026-12-07", "SCHEDULED"));
  ASSERT_TRUE(made);
  simulator().remove("assignments", std::stoll(made->id));
  const auto gone = push("appointment", "25017", {{"state", "DONE"}, {"date", "2026-12-07"}}, made->id);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, &kGone);
}

TEST_F(CraftboxxSimTest, AllDayEndForms) {
  struct Case {
    const char* form;
    const char* end;
  };
  for (const Case& one :
       {Case{"2359", "2025-05-09T21:59:59.000000Z"}, Case{"same_midnight", "2025-05-08T22:00:00.000000Z"},
        Case{"next_midnight", "2025-05-09T22:00:00.000000Z"}}) {
    CraftboxxOptions options;
    options.needsOffset = true;
    open(options, {{"all_day_end", one.form}});
    makeParents();
    const auto settled = push("appointment", "25017", appointment("2025-05-09", "SCHEDULED"));
    ASSERT_TRUE(settled);
    EXPECT_EQ(stored("assignments", settled->id)["end"], one.end);
    EXPECT_EQ(settled->answered.at("date"), "2025-05-09");
  }
}

TEST_F(CraftboxxSimTest, PathPrefix) {
  CraftboxxOptions options;
  options.pathPrefix = "/plan-it";
  open(options, {{"path_prefix", "/plan-it"}});
  made("customer", "1", {{"name", "x"}});

  system = bench->connect();
  const auto wrong = push("customer", "2", {{"name", "x"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fault, Fault::Auth);
  EXPECT_EQ(wrong.error().message, &kWrongAddress);
}

TEST_F(CraftboxxSimTest, AllPagingSpellingsGiveAllRows) {
  using EndSign = CraftboxxOptions::EndSign;
  using Members = CraftboxxOptions::PagingMembers;
  using Size = CraftboxxOptions::PageSizeName;
  for (const auto endSign : {EndSign::All, EndSign::LastPage, EndSign::NextPageUrl, EndSign::EmptyData}) {
    for (const auto members : {Members::TopLevel, Members::Meta}) {
      for (const auto size : {Size::PerPageSnake, Size::PerPageCamel}) {
        CraftboxxOptions options;
        options.endSign = endSign;
        options.pagingMembers = members;
        options.pageSizeName = size;
        options.defaultPageSize = 3;
        open(options, {{"page_size_name", size == Size::PerPageSnake ? "per_page" : "perPage"}});
        for (int i = 0; i < 16; ++i)
          simulator().create("customers",
                             {{"name", "x"}, {"source", "profacto-agent"}, {"source_external_id", std::to_string(i)}});
        EXPECT_THAT(scan({"customer", true, {}, {}, {}}), SizeIs(16));
        std::set<std::string> listed;
        int pages = 0;
        for (std::string position; pages == 0 || !position.empty(); ++pages) {
          const auto page = sink().list("customer", position, {});
          ASSERT_TRUE(page);
          for (const Found& one : page->found) listed.insert(one.key);
          position = page->next;
        }
        EXPECT_THAT(listed, SizeIs(16));
        EXPECT_LE(pages, 4) << "the page size was not understood";
        std::vector<std::string> keys(listed.begin(), listed.end());
        EXPECT_THAT(found("customer", keys), SizeIs(16)) << "found over several pages";
      }
    }
  }
}

TEST_F(CraftboxxSimTest, ServerWithAnotherPageSizeStillGivesAllRows) {
  CraftboxxOptions options;
  options.maxPageSize = 2;
  open(options);
  for (int i = 0; i < 9; ++i) simulator().create("customers", {{"name", "x"}});
  EXPECT_THAT(scan({"customer", true, {}, {}, {}}), SizeIs(9));
}

TEST_F(CraftboxxSimTest, IgnoredListFiltersDoNotGiveWrongRecords) {
  CraftboxxOptions options;
  options.listFilters = false;
  options.plainFilterIgnoresCase = true;
  open(options);
  for (const char* key : {"_0573", "x0573", "%", "a", "A"}) made("customer", key, {{"name", "x"}});
  for (const char* key : {"_0573", "%", "a"}) {
    const auto one = found("customer", {key});
    ASSERT_THAT(one, SizeIs(1)) << key;
    EXPECT_EQ(one[0].key, key);
  }
  EXPECT_THAT(found("customer", {"_____", "nothing"}), IsEmpty());
}

TEST_F(CraftboxxSimTest, EmptyBodiesOfWrites) {
  CraftboxxOptions options;
  options.postAnswersEmpty = true;
  options.putAnswersEmpty = true;
  open(options);
  const auto created = push("customer", "1", {{"name", "x"}});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().fault, Fault::Unknown);
  const auto there = found("customer", {"1"});
  ASSERT_THAT(there, SizeIs(1));
  const auto updated = push("customer", "1", {{"name", "y"}}, there[0].id);
  ASSERT_TRUE(updated);
  EXPECT_THAT(updated->answered, IsEmpty());
  EXPECT_EQ(stored("customers", there[0].id)["name"], "y");
}

TEST_F(CraftboxxSimTest, TokenThatExpiresInTheMiddleOfARunIsRenewed) {
  CraftboxxOptions options;
  options.tokenCalls = 4;
  open(options);
  for (int i = 0; i < 10; ++i) made("customer", std::to_string(i), {{"name", "x"}});
  EXPECT_EQ(simulator().logins(), 3);
  EXPECT_EQ(simulator().count("customers"), 10);
}

TEST_F(CraftboxxSimTest, ValidationErrorsAreRejectedWithTheServersWords) {
  makeParents();
  CraftboxxOptions old;
  old.units = CraftboxxOptions::EnumSet::Spec2022;
  old.states = CraftboxxOptions::EnumSet::Spec2022;
  simulator().setOptions(old);
  struct Case {
    const char* kind;
    Fields fields;
    const char* word;
  };
  const Case cases[] = {
      {"customer", {}, "name"},
      {"article", {{"name", ""}}, "name"},
      {"article", {{"name", "x"}, {"unit", "DAYS"}}, "unit"},
      {"article", {{"name", std::string(300, 'x')}}, "name"},
      {"project", {{"customer", "10001"}}, "title"},
      {"project", {{"title", "x"}}, "customer"},
      {"address", {{"type", "MAILING"}}, "customer"},
      {"address", {{"customer", "10001"}, {"type", "HOME"}}, "type"},
      {"appointment", {{"title", "x"}}, "project"},
      {"appointment", {{"title", "x"}, {"project", "25017"}, {"state", "PAUSED"}}, "state"},
  };
  for (const Case& one : cases) {
    const auto settled = push(one.kind, "new", one.fields);
    ASSERT_FALSE(settled) << one.kind << " " << one.word;
    EXPECT_EQ(settled.error().fault, Fault::Reject) << one.kind << " " << one.word;
    EXPECT_EQ(settled.error().message, &kRefused);
    EXPECT_THAT(settled.error().detail, HasSubstr(one.word));
  }
}

TEST_F(CraftboxxSimTest, FixedReferencesAreRejectedBeforeTheyAreSent) {
  makeParents();
  const auto writes = simulator().counts().writes;
  const auto moved = push("project", "25017", {{"title", "Neu"}, {"customer", "10001"}}, "1");
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().message, &kCannotMove);
  EXPECT_EQ(simulator().counts().writes, writes);
}

TEST_F(CraftboxxSimTest, EmptyUnitClearsTheOldOneAndIsLeftOutOfACreate) {
  const std::string article = made("article", "A1", {{"name", "Platte"}, {"unit", "PIECE"}});
  const auto cleared = push("article", "A1", {{"unit", ""}}, article);
  ASSERT_TRUE(cleared) << cleared.error().detail;
  EXPECT_FALSE(stored("articles", article).contains("unit"));
  EXPECT_EQ(cleared->answered.at("unit"), "");
  made("article", "A2", {{"name", "Palette"}, {"unit", ""}});
}

TEST_F(CraftboxxSimTest, AddressMayMoveToAnotherCustomer) {
  makeParents();
  const std::string other = made("customer", "10002", {{"name", "Maier"}});
  const std::string address = ids.of("address", "contact:10001/ab");
  ASSERT_TRUE(push("address", "contact:10001/ab", {{"customer", "10002"}}, address));
  EXPECT_EQ(stored("customers/addresses", address)["customer_id"].dump(), other);
}

TEST_F(CraftboxxSimTest, RateLimitIsRetryWithTheServersWait) {
  CraftboxxOptions options;
  options.rateLimit = 3;
  open(options);
  made("customer", "1", {{"name", "x"}});
  made("customer", "2", {{"name", "x"}});
  const auto limited = push("customer", "3", {{"name", "x"}});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().fault, Fault::Retry);
  ASSERT_TRUE(limited.error().retryAfter);
  EXPECT_GT(*limited.error().retryAfter, 0s);
  EXPECT_LE(*limited.error().retryAfter, 60s);
}

TEST_F(CraftboxxSimTest, ArchivedRecordsAreFoundAndScanned) {
  makeParents();
  const auto settled = push("appointment", "25017", appointment("2025-05-09", "SCHEDULED"));
  ASSERT_TRUE(settled);
  ASSERT_TRUE(simulator().edit("assignments", std::stoll(settled->id), {{"state", "ARCHIVED"}}));
  const auto one = found("appointment", {"25017"});
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].fields.at("state"), "ARCHIVED");
  EXPECT_THAT(found("project", {"25017"}), SizeIs(1)) << "its project counts as archived now";
  EXPECT_THAT(scan({"appointment", true, {}, {}, {}}), SizeIs(1));
  EXPECT_THAT(scan({"project", true, {}, {}, {}}), SizeIs(1));
}

TEST_F(CraftboxxSimTest, UnknownStatesAndMembersAreKeptOrLeftAlone) {
  CraftboxxOptions options;
  options.extraFields = {{"brand_new", {{"deep", 1}}}};
  open(options);
  makeParents();
  const auto settled = push("appointment", "25017", appointment("2025-05-09", "SCHEDULED"));
  ASSERT_TRUE(settled);
  simulator().edit("assignments", std::stoll(settled->id), {{"state", "TELEPORTED"}});
  EXPECT_EQ(found("appointment", {"25017"}).at(0).fields.at("state"), "TELEPORTED");
  EXPECT_EQ(scan({"appointment", true, {}, {}, {}}).at(settled->id).fields.at("state"), "TELEPORTED");
}

TEST_F(CraftboxxSimTest, ScanTellsParentsStampsAndOurReferenceButNoTokens) {
  makeParents();
  ASSERT_TRUE(push("appointment", "25017", appointment("2025-05-09", "SCHEDULED")));
  const std::string address = ids.of("address", "contact:10001/ab");
  ASSERT_TRUE(simulator().edit("customers/addresses", std::stoll(address), {{"lat", 48.123}, {"lng", 11.5}}));
  const auto appointments = scan({"appointment", true, {}, {}, {}});
  ASSERT_THAT(appointments, SizeIs(1));
  const Record& record = appointments.begin()->second;
  EXPECT_EQ(record.parent, ids.of("project", "25017"));
  EXPECT_EQ(record.field("source"), "profacto-agent");
  EXPECT_EQ(record.field("source_external_id"), "25017");
  EXPECT_EQ(record.field("articles"), R"({"A1":2})");
  EXPECT_THAT(std::string(record.field("updated")), testing::EndsWith("Z"));
  EXPECT_TRUE(record.changed);
  EXPECT_EQ(scan({"address", true, {}, {}, {}}).at(address).parent, ids.of("customer", "10001"));
}

TEST_F(CraftboxxSimTest, ChangeScanReadsOnlyTheNewestAndSeesTheOwnWriteAsEqual) {
  using std::chrono::sys_days;
  const std::chrono::sys_seconds start = sys_days{std::chrono::year{2025} / 5 / 8};
  for (int i = 0; i < 40; ++i) {
    simulator().setNow(start + i * 1h);
    simulator().create("customers",
                       {{"name", "x"}, {"source", "profacto-agent"}, {"source_external_id", std::to_string(i)}});
  }
  const std::string fifth = found("customer", {"5"}).at(0).id;
  std::string since;
  EXPECT_THAT(scan({"customer", false, {}, {}, {}}, &since), SizeIs(40));
  EXPECT_EQ(since, "2025-05-09T15:00:00Z");

  simulator().setNow(start + 50h);
  const auto settled = push("customer", "5", {{"name", "neu"}}, fifth);
  ASSERT_TRUE(settled);
  const auto reads = simulator().counts().reads;
  const auto changed = scan({"customer", false, since, {}, {}}, &since);
  EXPECT_EQ(simulator().counts().reads - reads, 1);
  ASSERT_TRUE(changed.contains(fifth));
  for (const auto& [name, value] : settled->answered) EXPECT_EQ(changed.at(fifth).field(name), value) << name;
  EXPECT_EQ(since, "2025-05-10T02:00:00Z");
}

TEST_F(CraftboxxSimTest, RefusedOrderColumnMakesAFullScan) {
  for (const int status : {422, 500}) {
    CraftboxxOptions options;
    options.orderByUpdatedAtStatus = status;
    open(options);
    for (int i = 0; i < 20; ++i) simulator().create("projects", {{"title", "x"}});
    bool full = false;
    EXPECT_THAT(scan({"project", false, "2025-05-08T00:00:00Z", {}, {}}, nullptr, &full), SizeIs(20));
    EXPECT_TRUE(full);
  }
}

TEST_F(CraftboxxSimTest, RowsThatMoveWhileTurningPagesAreNotLost) {
  using std::chrono::sys_days;
  const std::chrono::sys_seconds start = sys_days{std::chrono::year{2025} / 5 / 8};
  std::int64_t second = 0;
  for (int i = 0; i < 20; ++i) {
    simulator().setNow(start + i * 1min);
    const auto id = simulator().create("customers", {{"name", "x"}});
    if (i == 1) second = id;
  }
  simulator().setNow(start + 1h);
  simulator().afterPage("customers", 1, [&] { simulator().edit("customers", second, {{"name", "moved"}}); });
  simulator().afterPage("customers", 2, [&] { simulator().create("customers", {{"name", "new"}}); });
  std::string since;
  const auto rows = scan({"customer", true, {}, {}, {}}, &since);
  EXPECT_THAT(rows, SizeIs(21));
  EXPECT_EQ(rows.at(std::to_string(second)).field("name"), "x") << "read before it moved";
  const auto later = scan({"customer", false, since, {}, {}});
  EXPECT_EQ(later.at(std::to_string(second)).field("name"), "moved");
}

TEST_F(CraftboxxSimTest, DeletionWhileTurningPagesHidesARowUntilTheNextFullScan) {
  const auto first = simulator().create("customers", {{"name", "x"}});
  for (int i = 1; i < 20; ++i) simulator().create("customers", {{"name", "x"}});
  simulator().afterPage("customers", 1, [&] { simulator().remove("customers", first); });
  const auto hidden = std::to_string(first + 7);  // slips onto the page that was read already
  EXPECT_FALSE(scan({"customer", true, {}, {}, {}}).contains(hidden));
  EXPECT_TRUE(scan({"customer", true, {}, {}, {}}).contains(hidden));
}

TEST_F(CraftboxxSimTest, MissingRightsAreAuthAndCheckNamesThem) {
  CraftboxxOptions options;
  options.forbiddenPaths = {"articles"};
  open(options);
  const auto settled = push("article", "A1", {{"name", "x"}});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Auth);
  EXPECT_EQ(settled.error().message, &kForbidden);
  std::vector<std::string> bad;
  for (const Finding& finding : system->check({})) {
    if (finding.level == Finding::Level::Bad) bad.push_back(finding.what);
  }
  EXPECT_THAT(bad, ElementsAre("read articles"));
}

TEST_F(CraftboxxSimTest, CheckWarnsWhenTheListFormDoesNotWork) {
  CraftboxxOptions options;
  options.listFilters = false;
  open(options);
  made("customer", "1", {{"name", "x"}});
  made("customer", "2", {{"name", "x"}});
  const auto findings = system->check({});
  EXPECT_EQ(findings.back().what, "look-up by key");
  EXPECT_EQ(findings.back().level, Finding::Level::Warning);
}

TEST_F(CraftboxxSimTest, ReadyTokenWorksUntilItIsRevoked) {
  made("customer", "1", {{"name", "x"}});
  HttpRequest logIn{"POST",
                    simulator().url() + "/auth/create-token",
                    {},
                    R"({"email":"sync@tischlerei.example","password":"geheim"})",
                    "application/json",
                    {}};
  const auto answer = bench->http->send(logIn, {});
  ASSERT_TRUE(answer);
  const std::string token = nlohmann::json::parse(answer->body)["access_token"];
  system = bench->connect({{"email", ""}, {"password", ""}, {"token", token}});
  made("customer", "2", {{"name", "x"}});
  simulator().revokeTokens();
  const auto refused = push("customer", "3", {{"name", "x"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::Auth);
  EXPECT_THAT(refused.error().detail, Not(HasSubstr(token)));
}

}  // namespace
}  // namespace postern::craftboxx
