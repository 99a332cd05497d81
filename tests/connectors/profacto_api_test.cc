#include "connectors/profacto/api.h"

#include <gmock/gmock.h>

#include <map>

#include "connectors/profacto/check.h"
#include "connectors/profacto/scan.h"
#include "connectors/profacto/tables.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace postern::profacto {

extern const ConnectorInfo kConnector;

namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kToken = "0123456789ABCDEF0123456789ABCDEF";
constexpr const char* kOtherToken = "AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD";

// Fact sheet profacto.md section 4.4.
constexpr const char* kEnvelope = R"({ "error": "", "success": true,
  "startProcess": 434462492, "responseMode": "JSON", "licenseOK": true,
  "structure_access_info": [],
  "Auftrag": [ { "AuftragsNr": "25017", "Bauvorhaben": "Praxis Nord" } ],
  "records": { "total_in_query": 173, "offset": 0, "limit": 1, "total_in_page": 1 },
  "endProcess": 434462746, "processingTime": 254, "errorMsg": "" })";

// Section 3.
constexpr const char* kLicence = R"({ "error": "licenses_exceeded",
  "url": "http://erp:8080/4DAction/api_license_redirect?response=HTML",
  "errorMsg": "text http://erp:8080/4DAction/api_license_redirect?response=HTML",
  "clients": 2, "otaAvailable": 2, "apiAvailable": 3, "AddOnAPICalls": 1,
  "otainUse": 0, "apiInUse": 3,
  "otatokenslots": [],
  "apitokenslots": [ { "timestamp": 1234567, "iptoken": "10.0.0.5AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD" } ] })";

// Section 6.1: an answer to a write has no table and must never pass for a page.
constexpr const char* kWriteAnswer =
    R"({"success":true,"error":"","wasUpdate":true,"AuftragsNr":"25017","processingTime":812,"errorMsg":""})";

std::map<std::string, std::string> settings(std::map<std::string, std::string> more = {}) {
  more.try_emplace("url", "http://erp:8080");
  more.try_emplace("token", kToken);
  more.try_emplace("confirmed_status", "3 4");
  std::erase_if(more, [](const auto& entry) { return entry.second.empty(); });  // "" = not written
  return more;
}

struct ProfactoApiTest : testing::Test {
  FakeHttp http;
  FakeClock clock;
  Section options;
  Section fields;
  std::unique_ptr<System> system;

  /// A configured system; `names` are entries of the field map that differ from the default.
  Source& open(const std::map<std::string, std::string>& more = {},
               const std::map<std::string, std::string>& names = {}) {
    options = makeSection("erp", kConnector.options, settings(more));
    fields = Section("erp", "");
    for (const FieldName& field : kConnector.fields) fields.set(field.key, field.def);
    for (const auto& [key, name] : names) fields.set(key, name);
    system = kConnector.make(SystemContext{"erp", options, fields, "Europe/Berlin", http, clock});
    return *system->source();
  }
  ScanRequest request(const std::string& kind) {
    ScanRequest out;
    out.kind = kind;
    out.startedAt = clock.now();
    return out;
  }
  /// The decoded parameters of the last call.
  std::map<std::string, std::string> parameters() { return parametersOf(http.last()); }
  static std::map<std::string, std::string> parametersOf(const HttpRequest& call) {
    std::map<std::string, std::string> out;
    std::string text = call.method == "GET" ? call.url.substr(call.url.find('?') + 1) : call.body;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('&', at), text.size());
      const std::string pair = text.substr(at, end - at);
      const std::size_t sign = pair.find('=');
      out[pair.substr(0, sign)] = decoded(pair.substr(sign + 1));
      at = end + 1;
    }
    return out;
  }
  static std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        out += text[i];
      }
    }
    return out;
  }
  /// Reads one page of `kind` and expects it to fail.
  Error failing(const std::string& kind = "project") {
    const auto page = system->source()->read(request(kind), {});
    EXPECT_FALSE(page);
    if (page) return {};
    for (const std::string secret : {kToken, kOtherToken}) {
      EXPECT_THAT(page.error().detail, Not(HasSubstr(secret)));
      EXPECT_THAT(page.error().cause(Language::En), Not(HasSubstr(secret)));
    }
    return page.error();
  }
  static std::string tableAnswer(const std::string& table, const std::string& rows, const std::string& records) {
    return R"({"error":"","success":true,")" + table + R"(":[)" + rows + "]" +
           (records.empty() ? "" : R"(,"records":)" + records) + "}";
  }
};

// ---- Calls ----------------------------------------------------------------------------------------------------------

TEST_F(ProfactoApiTest, ReadsTheSheetsEnvelope) {
  http.answer(200, kEnvelope);
  const auto page = open({{"page_size", "1"}}).read(request("project"), {});
  ASSERT_TRUE(page) << page.error().cause(Language::En);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(page->rows[0].key, "25017");
  EXPECT_EQ(page->rows[0].raw, R"({ "AuftragsNr": "25017", "Bauvorhaben": "Praxis Nord" })");
  EXPECT_FALSE(page->last) << "172 more were announced";
  EXPECT_TRUE(page->full);
  EXPECT_THAT(page->warnings, IsEmpty());
}

TEST_F(ProfactoApiTest, PostsAFormWithTableFieldsQueryAndPage) {
  http.answer(200, kEnvelope);
  ASSERT_TRUE(open({}, {{"project.process_status", "Prozessstatus"}}).read(request("project"), {}));
  EXPECT_EQ(http.last().method, "POST");
  EXPECT_EQ(http.last().url, "http://erp:8080/4DAction/api_get");
  EXPECT_EQ(http.last().contentType, "application/x-www-form-urlencoded");
  EXPECT_EQ(
      parameters(),
      (std::map<std::string, std::string>{
          {"token", kToken},
          {"table", "Auftrag"},
          {"fields", "AuftragsNr,Bauvorhaben,Bezeichnung,Status,Prozessstatus,KundenNr,Lieferwoche,Erfassungsdatum"},
          {"query", "Status IN [3,4] order by AuftragsNr"},
          {"limit", "500"},
          {"offset", "0"},
          {"response", "JSON"}}));
}

TEST_F(ProfactoApiTest, GetCarriesTheSameParametersInTheAddress) {
  http.answer(200, kEnvelope);
  ASSERT_TRUE(open({{"http_verb", "get"}, {"confirmed_status", "3"}}).read(request("project"), {}));
  EXPECT_EQ(http.last().method, "GET");
  EXPECT_THAT(http.last().url, StartsWith("http://erp:8080/4DAction/api_get?token="));
  EXPECT_THAT(http.last().url,
              AllOf(HasSubstr("query=Status%20%3D%203%20order%20by%20AuftragsNr"), Not(HasSubstr(" "))));
  EXPECT_EQ(http.last().body, "");
}

TEST_F(ProfactoApiTest, ContactsAreThoseOfCustomersOnly) {
  http.answer(200, tableAnswer("Ansprechpartner", "", ""));
  ASSERT_TRUE(open().read(request("contact"), {}));
  EXPECT_EQ(parameters().at("query"), "Typ = 1 order by TypNr, Name, VorName");
}

TEST_F(ProfactoApiTest, SingleCallModeSendsNeitherLimitNorOffset) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1"},{"KundenNr":"2"})", ""));
  const auto page = open({{"paging", "no"}, {"page_size", "1"}}).read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_EQ(page->rows.size(), 2U);
  EXPECT_FALSE(parameters().contains("limit"));
  EXPECT_FALSE(parameters().contains("offset"));
}

TEST_F(ProfactoApiTest, EachApiSetHasItsTokenElseTheCommonOne) {
  Source& source = open({{"token.projects", "P"}, {"token.customers", "K"}});
  const std::pair<const char*, const char*> expected[] = {
      {"article", kToken}, {"customer", "K"}, {"contact", "K"}, {"project", "P"}, {"position", "P"}};
  for (const auto& [kind, token] : expected) {
    http.answer(200, "{}");
    (void)source.read(request(kind), {});
    EXPECT_EQ(parameters().at("token"), token) << kind;
  }
}

TEST_F(ProfactoApiTest, MissingTokenOrStatusIsASettingsError) {
  EXPECT_THROW(open({{"token", ""}, {"token.projects", "P"}, {"token.customers", "K"}}), ConfigError);
  EXPECT_NO_THROW(open({{"token", ""}, {"token.projects", "P"}, {"token.customers", "K"}, {"token.articles", "A"}}));
}

TEST(ProfactoBaseUrlTest, AddressWithoutPathGetsTheVendorsPath) {
  EXPECT_EQ(baseUrl("http://erp:8080"), "http://erp:8080/4DAction/");
  EXPECT_EQ(baseUrl("http://erp:8080/"), "http://erp:8080/4DAction/");
  EXPECT_EQ(baseUrl("https://erp.example/profacto"), "https://erp.example/profacto/");
  EXPECT_EQ(baseUrl("https://erp.example/profacto/"), "https://erp.example/profacto/");
}

// ---- What an answer means -------------------------------------------------------------------------------------------

struct Classified {
  const char* name;
  int status;
  const char* contentType;
  std::string body;
  Fault fault;
  const char* code;
};

TEST_F(ProfactoApiTest, FailuresAreClassified) {
  const Classified cases[] = {
      {"licence JSON", 200, "application/json", kLicence, Fault::Retry, "PST-3010"},
      {"licence page", 200, "text/html", "<html>licenses_exceeded " + std::string(kOtherToken), Fault::Retry,
       "PST-3010"},
      {"licence with 403", 403, "application/json", kLicence, Fault::Retry, "PST-3010"},
      {"token JSON", 200, "application/json",
       R"({"success":false,"error":"x","errorMsg":"Token is invalid: 0123456789ABCDEF0123456789ABCDEF"})", Fault::Auth,
       "PST-3011"},
      {"token page", 200, "text/html", "<html><body>The TOKEN is invalid</body></html>", Fault::Auth, "PST-3011"},
      {"token text", 200, "text/plain", "token is invalid", Fault::Auth, "PST-3011"},
      {"forbidden", 200, "application/json",
       R"({"success":false,"error":"structure_access_denied","structure_access_info":["Auftrag.Bauvorhaben"]})",
       Fault::Auth, "PST-3012"},
      {"forbidden, older", 200, "application/json",
       R"({"success":false,"error":"structure_access_denied","errorMsg":"No access to Auftrag.Bauvorhaben"})",
       Fault::Auth, "PST-3012"},
      {"401", 401, "text/html", "no", Fault::Auth, "PST-3013"},
      {"403", 403, "text/html", "no", Fault::Auth, "PST-3013"},
      {"404", 404, "text/html", "<html>not found", Fault::Retry, "PST-3014"},
      {"500", 500, "text/html", "", Fault::Retry, "PST-3014"},
      {"503", 503, "application/json", R"({"message":"x","code":1})", Fault::Retry, "PST-3014"},
      {"redirect", 302, "text/html", "", Fault::Retry, "PST-3015"},
      {"page", 200, "text/html", "<!DOCTYPE html><html>Wartung</html>", Fault::Retry, "PST-3016"},
      {"empty", 200, "application/json", "", Fault::Retry, "PST-3017"},
      {"text", 200, "application/json", "Fehler", Fault::Retry, "PST-3017"},
      {"list", 200, "application/json", "[]", Fault::Retry, "PST-3017"},
      {"cut", 200, "application/json", std::string(kEnvelope).substr(0, 200), Fault::Retry, "PST-3017"},
      {"cut in a text", 200, "application/json", R"({"success":true,"Auftrag":[{"AuftragsNr":"25)", Fault::Retry,
       "PST-3017"},
      {"no success", 200, "application/json", R"({"Auftrag":[],"error":""})", Fault::Retry, "PST-3018"},
      {"no table", 200, "application/json", R"({"success":true,"error":""})", Fault::Retry, "PST-3018"},
      {"write answer", 200, "application/json", kWriteAnswer, Fault::Retry, "PST-3018"},
      {"failed", 200, "application/json", R"({"success":false,"error":"query_error","errorMsg":"geheim"})",
       Fault::Retry, "PST-3019"},
      {"rows are no rows", 200, "application/json", R"({"success":true,"Auftrag":[1,2]})", Fault::Retry, "PST-3017"},
      {"table is no list", 200, "application/json", R"({"success":true,"Auftrag":"x"})", Fault::Retry, "PST-3017"},
  };
  open();
  for (const Classified& c : cases) {
    SCOPED_TRACE(c.name);
    http.answer(c.status, c.body, {{"Content-Type", c.contentType}});
    const Error error = failing();
    EXPECT_EQ(error.fault, c.fault);
    EXPECT_STREQ(error.code(), c.code);
    EXPECT_THAT(error.detail, IsEmpty());
    EXPECT_THAT(error.cause(Language::De), Not(HasSubstr("geheim")));
    EXPECT_THAT(error.cause(Language::De), HasSubstr("Auftrag")) << "the place must be named";
    EXPECT_EQ(error.retryAfter.has_value(), std::string(c.code) == "PST-3010");
  }
}

TEST_F(ProfactoApiTest, LicenceRedirectWaitsForASlotAndIsNotFollowed) {
  open({{"slot_wait", "20m"}});
  http.answer(302, "", {{"Location", "http://erp:8080/4DAction/api_license_redirect?response=JSON"}});
  const Error error = failing();
  EXPECT_STREQ(error.code(), "PST-3010");
  EXPECT_EQ(error.retryAfter, minutes(20));
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(ProfactoApiTest, DataThatSpeaksOfLicencesIsStillData) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1","Name1":"licenses_exceeded token invalid"})", ""));
  EXPECT_TRUE(open().read(request("customer"), {}));
}

TEST_F(ProfactoApiTest, ForbiddenFieldsAreNamed) {
  open();
  http.answer(200, R"({"success":false,"error":"e","structure_access_info":["Auftrag.Bauvorhaben","Lieferwoche"]})");
  EXPECT_THAT(failing().cause(Language::En), HasSubstr("Bauvorhaben, Lieferwoche"));
}

TEST_F(ProfactoApiTest, FieldsLeftOutAreAWarningAsLongAsTheKeyIsThere) {
  open();
  http.answer(200, R"({"success":true,"structure_access_info":["Auftrag.Lieferwoche","Auftrag.Other"],)"
                   R"("Auftrag":[{"AuftragsNr":"1"}]})");
  const auto page = system->source()->read(request("project"), {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->warnings.size(), 1U);
  EXPECT_THAT(page->warnings[0].cause(Language::En), AllOf(HasSubstr("Lieferwoche"), Not(HasSubstr("Other"))));

  http.answer(200, R"({"success":true,"structure_access_info":["Auftrag.AuftragsNr"],"Auftrag":[{"Status":3}]})");
  EXPECT_EQ(failing().fault, Fault::Auth);
}

TEST_F(ProfactoApiTest, RetryAfterOfTheServerWins) {
  open();
  http.answer(429, "", {{"Retry-After", "33"}});
  const Error error = failing();
  EXPECT_EQ(error.fault, Fault::Retry);
  EXPECT_EQ(error.retryAfter, seconds(33));
}

TEST_F(ProfactoApiTest, UnknownOutcomeOfAReadIsARetry) {
  static constexpr Message kLost{"PST-0002", {"lost", "", ""}, {"", "", ""}};
  open();
  http.answerError(Error{Fault::Unknown, &kLost, {}, {}, {}});
  EXPECT_EQ(failing().fault, Fault::Retry);
}

TEST_F(ProfactoApiTest, OwnWordsForARefusedToken) {
  open({{"token_error", "zugang abgelehnt"}});
  http.answer(200, R"({"success":false,"error":"e","errorMsg":"Zugang wurde ABGELEHNT"})");
  EXPECT_EQ(failing().fault, Fault::Auth);
}

TEST_F(ProfactoApiTest, ErrorCodeIsShownOnlyWhenItIsOne) {
  open();
  for (const std::string& code :
       {std::string(kToken), std::string(kOtherToken), std::string("Meier, Anna"), std::string()}) {
    http.answer(200, R"({"success":false,"error":")" + code + R"("})");
    EXPECT_THAT(failing().args, ElementsAre("api_get Auftrag", "?"));
  }
  http.answer(200, R"({"success":false,"error":"record_locked"})");
  EXPECT_THAT(failing().args, ElementsAre("api_get Auftrag", "record_locked"));
}

// ---- Rows -----------------------------------------------------------------------------------------------------------

TEST_F(ProfactoApiTest, KeysAreTextAndNumbersByTheirBytes) {
  http.answer(
      200,
      tableAnswer("Kunden", R"({"KundenNr":"0012"},{"KundenNr":25017 },{"kundennr":"_x"},{"KundenNr":"\u00e4"})", ""));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  std::vector<std::string> keys;
  for (const Row& row : page->rows) keys.push_back(row.key);
  EXPECT_THAT(keys, ElementsAre("0012", "25017", "_x", "ä"));
}

TEST_F(ProfactoApiTest, RowsWithoutKeyAreLeftOutWithAWarning) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1"},{"KundenNr":""},{"Name1":"x"},{"KundenNr":null})",
                               R"({"total_in_query":4,"offset":0,"limit":500,"total_in_page":4})"));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.size(), 1U);
  EXPECT_TRUE(page->last);
  ASSERT_EQ(page->warnings.size(), 1U);
  EXPECT_THAT(page->warnings[0].args, ElementsAre("Kunden", "3"));
}

TEST_F(ProfactoApiTest, TableIsFoundInOtherLetterCaseToo) {
  http.answer(200, R"({"success":true,"KUNDEN":[{"KundenNr":"1"}]})");
  http.answer(200, R"({"success":true,"KUNDEN":[{"KundenNr":"1"}],"Kunden":[{"KundenNr":"2"}],"kunden":[]})");
  Source& source = open();
  EXPECT_EQ(source.read(request("customer"), {})->rows.at(0).key, "1");
  EXPECT_EQ(source.read(request("customer"), {})->rows.at(0).key, "2");
}

TEST_F(ProfactoApiTest, RowsOutliveEverythingButThePage) {
  http.answer(200, tableAnswer("Kunden", R"({"KundenNr":"1","Name1":"A"},{"KundenNr":"2","Name1":"B"})", ""));
  Page page = std::move(*open().read(request("customer"), {}));
  system.reset();
  EXPECT_EQ(page.rows.at(1).raw, R"({"KundenNr":"2","Name1":"B"})");
}

TEST_F(ProfactoApiTest, EmptyTableIsAPage) {
  http.answer(200, tableAnswer("Kunden", "", R"({"total_in_query":0,"offset":0,"limit":500,"total_in_page":0})"));
  const auto page = open().read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_THAT(page->rows, IsEmpty());
}

// ---- Charset --------------------------------------------------------------------------------------------------------

TEST(ProfactoCharsetTest, BytesBecomeUtf8) {
  const struct {
    const char* body;
    const char* contentType;
    const char* setting;
    const char* expected;
  } cases[] = {
      {"M\xC3\xBCller", "application/json", "auto", "Müller"},
      {"M\xFCller \x80", "application/json", "auto", "Müller €"},
      {"M\xFCller", "application/json; charset=windows-1252", "auto", "Müller"},
      {"M\xFCller \x80", "application/json; charset=\"ISO-8859-1\"", "auto", "Müller €"},
      {"M\xC3\xBCller", "application/json; charset=UTF-8", "auto", "Müller"},
      {"M\xFCller", "application/json; charset=utf-8", "auto", "Müller"},
      {"M\xFCller", "application/json; charset=klingon", "auto", "Müller"},
      {"M\xC3\xBC", "application/json; charset=windows-1252", "auto", "MÃ¼"},
      {"M\xC3\xBC", "application/json; charset=windows-1252", "utf-8", "Mü"},
      {"\xA4", "", "iso-8859-15", "€"},
      {"\xEF\xBB\xBF{}", "", "auto", "{}"},
      {"", "", "auto", ""},
      {"x", ";;;=", "auto", "x"},
  };
  for (const auto& c : cases) EXPECT_EQ(toUtf8(c.body, c.contentType, c.setting), c.expected) << c.contentType;
}

TEST_F(ProfactoApiTest, KeysAndRowsComeInUtf8) {
  http.answer(200, tableAnswer("Kunden", "{\"KundenNr\":\"M\xFC-1\",\"Name1\":\"Gr\xFC\xDF\x80\"}", ""));
  Source& source = open();
  const auto page = source.read(request("customer"), {});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.at(0).key, "Mü-1");
  EXPECT_EQ(source.map("customer", page->rows.at(0))->field("name1"), "Grüß€");
}

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

// ---- Check ----------------------------------------------------------------------------------------------------------

TEST(ProfactoCheckTest, PlainHttpIsFineInTheLocalNetworkOnly) {
  for (const char* url :
       {"http://erp:8080", "http://localhost:1", "http://127.0.0.1", "http://10.1.2.3:8080", "http://192.168.0.9",
        "http://erp.local", "http://erp.fritz.box", "https://erp.example.com", "http://[::1]:8080"})
    EXPECT_FALSE(isPlainAndPublic(url)) << url;
  for (const char* url : {"http://erp.example.com", "http://93.184.216.34:8080"})
    EXPECT_TRUE(isPlainAndPublic(url)) << url;
}

TEST_F(ProfactoApiTest, CheckUsesEachTokenOnceAndKeepsItsCallsTogether) {
  http.otherwise([](const HttpRequest& call) -> Result<HttpResponse> {
    const auto parameters = parametersOf(call);
    if (!parameters.contains("table"))
      return HttpResponse{200, {}, R"({"error":"","success":true,"APIList":["Projekte"]})"};
    return HttpResponse{200, {}, tableAnswer(parameters.at("table"), "", "")};
  });
  open({{"token.projects", "P"}});
  const auto findings = system->check({});
  std::vector<std::string> calls;
  for (const HttpRequest& call : http.requests()) {
    auto parameters = parametersOf(call);
    calls.push_back(parameters["token"] + ' ' + parameters["table"]);
  }
  const std::string token = kToken;
  EXPECT_THAT(calls, ElementsAre(token + ' ', token + " Artikel", token + " Kunden", token + " Ansprechpartner", "P ",
                                 "P Auftrag", "P Auftragspositio"));
  for (const Finding& finding : findings) EXPECT_NE(finding.level, Finding::Level::Bad) << finding.what;
}

TEST_F(ProfactoApiTest, CheckNamesEachFieldTheServerRefuses) {
  http.otherwise([](const HttpRequest& call) -> Result<HttpResponse> {
    const auto parameters = parametersOf(call);
    if (!parameters.contains("table")) return HttpResponse{200, {}, R"({"error":"","success":true,"APIList":[]})"};
    if (parameters.at("table") == "Auftrag")
      return HttpResponse{200, {}, R"({"success":false,"error":"x","structure_access_info":["Auftrag.Prozess"]})"};
    if (parameters.at("table") == "Kunden")
      return HttpResponse{200, {}, R"({"success":true,"Kunden":[{"KundenNr":"1","Name1":"A"}]})"};
    return HttpResponse{200, {}, tableAnswer(parameters.at("table"), "", "")};
  });
  open({}, {{"project.process_status", "Prozess"}, {"project.changed", "C"}});
  std::map<std::string, Finding::Level> found;
  for (const Finding& finding : system->check({})) found[finding.what] = finding.level;
  EXPECT_EQ(found.at("field project.process_status"), Finding::Level::Bad);
  EXPECT_EQ(found.at("field customer.city"), Finding::Level::Warning) << "asked for, but not in the row";
  EXPECT_EQ(found.at("table Artikel"), Finding::Level::Good);
  EXPECT_EQ(found.at("change dates"), Finding::Level::Warning);
  EXPECT_FALSE(found.contains("table Auftrag"));
}

}  // namespace
}  // namespace postern::profacto
