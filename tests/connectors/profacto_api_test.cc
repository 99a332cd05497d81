// Calls of profacto's API and what its answers mean.

#include "tests/connectors/profacto_api_fixture.h"

namespace postern::profacto {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

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

}  // namespace
}  // namespace postern::profacto
