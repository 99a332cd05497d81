// The log-in: authorization code, rotating refresh tokens, and what a crash at each step leaves behind.

#include <Poco/URI.h>
#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>

#include "connectors/accountview/api.h"
#include "connectors/accountview/messages.h"
#include "tests/connectors/accountview_bench.h"
#include "tests/support/fake_http.h"

namespace postern::accountview {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kRedirect = "http://127.0.0.1:8765/callback";

GrantOptions grantOptions() {
  return {"erp", "https://av.example/ams/authorize.aspx", "https://av.example/api/v3/token", "read update", "c&1",
          "s=2"};
}

HttpResponse answer(int status, std::string body) { return {status, {{"Content-Type", "application/json"}}, body}; }

Error tokenError(int status, const std::string& body) {
  const auto tokens = readTokens(grantOptions(), answer(status, body), "rt-secret", {});
  EXPECT_FALSE(tokens) << body;
  return tokens ? Error{} : tokens.error();
}

ScanRequest customers() {
  ScanRequest request;
  request.kind = "customer";
  request.full = true;
  request.startedAt = FakeClock{}.now();
  return request;
}

// ---- Pure -----------------------------------------------------------------------------------------------------------

TEST(AccountViewGrantTest, AuthorizeAddressCarriesStateAndScopes) {
  EXPECT_EQ(authorizeAddress(grantOptions(), kRedirect, "s 1"),
            "https://av.example/ams/authorize.aspx?response_type=code&client_id=c%261&redirect_uri="
            "http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&scope=read%20update&state=s%201");
}

TEST(AccountViewGrantTest, ClientGoesIntoTheBodyNotIntoBasic) {
  const HttpRequest request = exchangeRequest(grantOptions(), "c/1+2", kRedirect);
  EXPECT_EQ(request.body,
            "grant_type=authorization_code&code=c%2F1%2B2&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback&"
            "client_id=c%261&client_secret=s%3D2");
  EXPECT_EQ(request.contentType, "application/x-www-form-urlencoded");
  for (const auto& [name, value] : request.headers) EXPECT_NE(name, "Authorization");
  EXPECT_EQ(refreshRequest(grantOptions(), "rt").body,
            "grant_type=refresh_token&refresh_token=rt&client_id=c%261&client_secret=s%3D2");
}

TEST(AccountViewGrantTest, LifetimeCountsOnlyAsANumber) {
  const auto read = [](const char* body) { return readTokens(grantOptions(), answer(200, body), "", {}).value(); };
  EXPECT_EQ(read(R"({"access_token":"a","refresh_token":"r","expires_in":3600})").lifetime, std::chrono::hours(1));
  EXPECT_FALSE(read(R"({"access_token":"a","refresh_token":"r","expires_in":"3600"})").lifetime);
  EXPECT_FALSE(read(R"({"access_token":"a","refresh_token":"r"})").lifetime);
  EXPECT_EQ(read(R"({"access_token":"a"})").refresh, "");
}

TEST(AccountViewGrantTest, EachRefusalSaysWhatToDo) {
  const Error ended = tokenError(400, R"({"error":"invalid_grant","error_description":"rt-secret is used"})");
  EXPECT_EQ(ended.fault, Fault::Auth);
  EXPECT_THAT(ended.remedy(Language::En), HasSubstr("postern login erp"));
  EXPECT_EQ(ended.detail, "*** is used");
  EXPECT_EQ(tokenError(401, R"({"error":"invalid_client"})").message, &kClientRefused);
  const Error rights = tokenError(400, R"({"error":"access_denied","error_description":"geen rechten"})");
  EXPECT_EQ(rights.message, &kRightsMissing);
  EXPECT_EQ(rights.fault, Fault::Auth);
  EXPECT_EQ(rights.detail, "geen rechten");
  EXPECT_THAT(tokenError(400, R"({"error":"<b>1"})").cause(Language::En), HasSubstr("(?)"));
  for (const auto& [status, body] : {std::pair{500, "x"},
                                     {502, "<html>"},
                                     {503, "{}"},
                                     {408, ""},
                                     {200, "<html>"},
                                     {200, "{}"},
                                     {429, ""},
                                     {404, ""}})
    EXPECT_EQ(tokenError(status, body).fault, Fault::Retry) << status << body;
}

TEST(AccountViewGrantTest, CompanyIsChosenByIdCodeOrDescription) {
  const std::vector<Company> all{{"1001", "Van Dijk B.V.", "VANDIJK"}, {"1002", "Oefenbedrijf", "OEFEN"}};
  for (const char* wanted : {"1002", "oefen", "OEFENBEDRIJF "})
    EXPECT_EQ(chooseCompany("erp", all, wanted).value(), "1002") << wanted;
  EXPECT_EQ(chooseCompany("erp", {all[0]}, "").value(), "1001");
  const auto none = chooseCompany("erp", all, "Jansen");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().fault, Fault::Auth);
  EXPECT_THAT(none.error().cause(Language::Nl), HasSubstr("1001 (VANDIJK); 1002 (OEFEN)"));
  EXPECT_EQ(chooseCompany("erp", all, "").error().message, &kCompanyChoice);
  EXPECT_EQ(chooseCompany("erp", {}, "").error().message, &kNoCompanies);
}

// ---- Against the simulator ------------------------------------------------------------------------------------------

struct AccountViewGrant : testing::Test {
  Bench bench;
  std::int64_t refreshes() { return bench.tokens().renewals; }
};

TEST_F(AccountViewGrant, CodeBecomesARefreshTokenThatWorks) {
  bench.simulator.revokeTokens();
  const auto system = bench.connect();
  const auto login = system->login(kRedirect, "state-1");
  ASSERT_TRUE(login);
  HttpRequest visit;
  visit.url = login->address;
  const auto redirect = bench.http->send(visit, {});
  ASSERT_TRUE(redirect);
  ASSERT_EQ(redirect->status, 302);
  std::string code;
  for (const auto& [name, value] : Poco::URI(std::string(*redirect->header("Location"))).getQueryParameters()) {
    if (name == "code") code = value;
    if (name == "state") {
      EXPECT_EQ(value, "state-1");
    }
  }
  const auto token = login->exchange(code, {});
  ASSERT_TRUE(token) << token.error().cause(Language::En);
  EXPECT_THAT(*token, StartsWith("rt-"));
  EXPECT_EQ(login->exchange(code, {}).error().fault, Fault::Auth) << "a code is good once";
}

TEST_F(AccountViewGrant, UserWithoutRightsIsToldSo) {
  auto options = bench.simulator.options();
  options.rights = sim::AccountViewOptions::Rights::RefusedAtToken;
  bench.simulator.setOptions(options);
  const auto page = bench.connect()->source()->read(customers(), {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, &kRightsMissing);
  EXPECT_THAT(page.error().detail, HasSubstr("geen rechten"));
}

TEST_F(AccountViewGrant, NewTokenIsStoredBeforeTheAccessTokenIsUsed) {
  const auto system = bench.connect();
  const std::string before = bench.tokens().token();
  std::int64_t usedBeforeStored = -1;
  bench.tokens().onStep = [&](int step) {
    if (step == 1) usedBeforeStored = bench.simulator.counts().reads;
  };
  ASSERT_TRUE(system->source()->read(customers(), {}));
  EXPECT_EQ(usedBeforeStored, 0);
  EXPECT_NE(bench.tokens().token(), before);
  EXPECT_EQ(refreshes(), 1);
}

TEST_F(AccountViewGrant, OneRefreshAfter401AndOneRepeat) {
  const auto system = bench.connect();
  ASSERT_TRUE(system->source()->read(customers(), {}));
  bench.simulator.expireAccessTokens();
  ASSERT_TRUE(system->source()->read(customers(), {}));
  EXPECT_EQ(refreshes(), 2);
}

TEST_F(AccountViewGrant, TokenThatIsRefusedAtOnceIsNotAskedForForEver) {
  auto options = bench.simulator.options();
  options.tokenLifetime = std::chrono::seconds(0);
  options.expiresIn = sim::AccountViewOptions::ExpiresIn::Absent;
  bench.simulator.setOptions(options);
  const auto page = bench.connect()->source()->read(customers(), {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, &kAccessRefused);
  EXPECT_EQ(refreshes(), 2);
}

TEST_F(AccountViewGrant, KnownEndIsNotWaitedFor) {
  const auto system = bench.connect();
  ASSERT_TRUE(system->source()->read(customers(), {}));
  bench.clock.advance(std::chrono::hours(1));
  bench.simulator.setNow(bench.clock.now());
  const auto requests = bench.simulator.counts().requests;
  ASSERT_TRUE(system->source()->read(customers(), {}));
  EXPECT_EQ(refreshes(), 2);
  EXPECT_EQ(bench.simulator.counts().requests - requests, 2) << "a refresh and the page, no 401 between";
}

TEST_F(AccountViewGrant, UsedUpGrantAsksForANewLogIn) {
  bench.simulator.revokeTokens();
  const auto page = bench.connect()->source()->read(customers(), {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().fault, Fault::Auth);
  EXPECT_THAT(page.error().remedy(Language::De), HasSubstr("postern login erp"));
}

TEST_F(AccountViewGrant, WithoutAStoreThereIsNoLogIn) {
  const Section options = makeSection("erp", kConnector.options, bench.settings());
  const Section fields = fieldMap(allNames());
  const auto system = kConnector.make({"erp", options, fields, "Europe/Amsterdam", *bench.http, bench.clock, {}});
  const auto page = system->source()->read(customers(), {});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, &kNotLoggedIn);
}

/// A kill ends the process: a new system starts with what is stored. Before the refresh and after the store the grant
/// must live on. Between the server's answer and the store the old token is used up at a server that rotates at once;
/// there nothing can help but a new log-in, and the error must say so.
TEST_F(AccountViewGrant, CrashAtEachStepOfARefresh) {
  for (const int step : {0, 1, 2}) {
    for (const bool rotates : {true, false}) {
      auto options = bench.simulator.options();
      options.rotateRefreshToken = rotates;
      bench.simulator.setOptions(options);
      bench.grant();
      {
        const auto doomed = bench.connect();
        bench.tokens().onStep = [&](int at) {
          if (at == step) throw std::runtime_error("killed");
        };
        EXPECT_THROW((void)doomed->source()->read(customers(), {}), std::runtime_error);
        bench.tokens().onStep = {};
        if (step == 1 && rotates) {
          EXPECT_EQ(doomed->source()->read(customers(), {}).error().message, &kGrantEnded);
          continue;
        }
        EXPECT_TRUE(doomed->source()->read(customers(), {})) << "an exception must not leave a lock behind";
      }
      const auto next = bench.connect();
      const auto page = next->source()->read(customers(), {});
      EXPECT_TRUE(page) << step << rotates << ' ' << (page ? "" : page.error().cause(Language::En));
    }
  }
}

TEST_F(AccountViewGrant, ThreadsShareOneRefresh) {
  const auto system = bench.connect();
  ASSERT_TRUE(system->source()->read(customers(), {}));
  bench.simulator.expireAccessTokens();
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { good += system->source()->read(customers(), {}) ? 1 : 0; });
  }
  EXPECT_EQ(good, 8);
  EXPECT_EQ(refreshes(), 2);
}

TEST_F(AccountViewGrant, HeadersAreThoseOfTheSheet) {
  FakeHttp http;
  http.answer(200, R"({"access_token":"at","refresh_token":"rt-2"})");
  http.answer(200, R"([{"Id":1001,"Description":"Van Dijk","Code":"VANDIJK"}])");
  http.answer(200, R"({"CONTACT":[]})");
  TokenStore store("rt-1");
  Texts values = bench.settings();
  values["client_id_header"] = "yes";
  values["url"] = "https://av.example/api/v3/";
  TestSystem system(http, bench.clock, values, allNames(), store.renewal());
  ASSERT_TRUE(system.source()->read(customers(), {}));
  const auto requests = http.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].url, "https://av.example/api/v3/token");
  EXPECT_THAT(requests[1].headers, Not(testing::Contains(testing::Key("x-company"))));
  EXPECT_THAT(requests[2].url, StartsWith("https://av.example/api/v3/accountviewdata?BusinessObject=AR1&"));
  EXPECT_THAT(requests[2].headers,
              ElementsAre(std::pair("Authorization", "Bearer at"), std::pair("Accept", "application/json"),
                          std::pair("x-company", "1001"), std::pair("Client-Id", "postern-test")));
}

}  // namespace
}  // namespace postern::accountview
