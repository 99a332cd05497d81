// Log-in, renewal and classification against a scripted server.

#include "connectors/craftboxx/session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "connectors/craftboxx/messages.h"
#include "tests/connectors/craftboxx_scripted.h"

namespace postern::craftboxx {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

struct CraftboxxSessionTest : ScriptedTest {};

TEST_F(CraftboxxSessionTest, LogsInOnceAndSendsTheSheetsHeaders) {
  open();
  ASSERT_TRUE(get());
  ASSERT_TRUE(opened->send({"POST", "projects", {}, "{}"}, Purpose::Create, {}));
  EXPECT_THAT(server.urls(),
              ElementsAre("cb.example/auth/create-token", "cb.example/projects?page=1", "cb.example/projects"));
  EXPECT_EQ(server.requests()[0].method, "POST");
  EXPECT_EQ(server.requests()[0].body, R"({"email":"a@b.example","password":"geheim-77"})");
  EXPECT_EQ(server.requests()[0].contentType, "application/json");
  const HttpHeaders expected{{"Authorization", "Bearer token-1"}, {"Accept", "application/json"}};
  EXPECT_EQ(server.requests()[1].headers, expected);
  EXPECT_EQ(server.requests()[1].contentType, "");
  EXPECT_EQ(server.requests()[2].contentType, "application/json");
}

TEST_F(CraftboxxSessionTest, PrefixAndSlashesMakeOneAddress) {
  struct Case {
    const char* url;
    const char* prefix;
    const char* address;
  };
  const Case cases[] = {{"https://cb.example/", "", "cb.example/"},
                        {"https://cb.example", "/plan-it", "cb.example/plan-it/"},
                        {"https://cb.example//", "plan-it/", "cb.example/plan-it/"}};
  for (const Case& one : cases) {
    server.forgetRequests();
    open({{"url", one.url}, {"path_prefix", one.prefix}, {"token", "t"}});
    ASSERT_TRUE(get());
    EXPECT_THAT(server.urls(), ElementsAre(std::string(one.address) + "projects?page=1"));
  }
}

TEST_F(CraftboxxSessionTest, IncompleteOrDoubleLoginIsAConfigurationError) {
  const std::map<std::string, std::string> cases[] = {
      {},
      {{"email", "a@b.example"}},
      {{"password", "x"}},
      {{"email", "a@b.example"}, {"password", "x"}, {"token", "t"}},
      {{"email", "a@b.example"}, {"token", "t"}},
  };
  for (const auto& values : cases) EXPECT_THROW(open(values), ConfigError);
  EXPECT_NO_THROW(open({{"token", "t"}}));
}

TEST_F(CraftboxxSessionTest, ExpiredTokenIsRenewedAndTheCallRepeatedOnce) {
  server.reply = [](const HttpRequest& request) {
    return bearerOf(request) == "Bearer token-2" ? httpAnswer(200, "{}") : httpAnswer(401, "{}");
  };
  open();
  EXPECT_TRUE(get());
  EXPECT_EQ(server.logins, 2);
  EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST_F(CraftboxxSessionTest, FreshTokenThatIsRefusedIsAuth) {
  server.reply = [](const HttpRequest&) { return httpAnswer(401, "{}"); };
  open();
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Auth);
  EXPECT_EQ(server.logins, 2);
}

TEST_F(CraftboxxSessionTest, ReadyTokenIsNeverRenewed) {
  server.reply = [](const HttpRequest&) { return httpAnswer(401, "{}"); };
  open({{"token", "ready"}});
  for (int i = 0; i < 2; ++i) {
    const auto result = get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::Auth);
    EXPECT_EQ(result.error().message, &kTokenRefused);
  }
  EXPECT_EQ(server.logins, 0);
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(CraftboxxSessionTest, LoginFailures) {
  static const Message kNet{"PST-0", {"n", "n", "n"}, {"n", "n", "n"}};
  struct Case {
    Result<HttpResponse> answer;
    Fault fault;
    const Message* message;
  };
  const Case cases[] = {
      {httpAnswer(422, R"({"message":"These credentials do not match our records."})"), Fault::Auth, &kLoginRefused},
      {httpAnswer(401, "{}"), Fault::Auth, &kLoginRefused},
      {httpAnswer(403, "{}"), Fault::Auth, &kLoginRefused},
      {httpAnswer(404, "<html>"), Fault::Auth, &kWrongAddress},
      {httpAnswer(301, "", {{"Location", "https://else.example"}}), Fault::Auth, &kWrongAddress},
      {httpAnswer(200, R"({"token_type":"bearer"})"), Fault::Auth, &kLoginAnswer},
      {httpAnswer(200, "[]"), Fault::Auth, &kLoginAnswer},
      {httpAnswer(200, "<html>maintenance</html>"), Fault::Retry, &kUnreadable},
      {httpAnswer(429, "{}"), Fault::Retry, &kTooMany},
      {httpAnswer(500, "{}"), Fault::Retry, &kUnavailable},
      {httpAnswer(503, "{}"), Fault::Retry, &kUnavailable},
      {fail(Fault::Unknown, kNet), Fault::Retry, &kNet},
      {fail(Fault::Retry, kNet), Fault::Retry, &kNet},
      {fail(Fault::Stop, kNet), Fault::Stop, &kNet},
  };
  for (const Case& one : cases) {
    open();
    server.logIn = [&](int) { return one.answer; };
    const auto result = opened->send({"POST", "projects", {}, "{}"}, Purpose::Create, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, one.fault);
    EXPECT_EQ(result.error().message, one.message) << result.error().code();
  }
}

TEST_F(CraftboxxSessionTest, WhoeverWaitsForARefusedLoginDoesNotTryItAgain) {
  open();
  std::atomic<int> inside = 0;
  std::atomic<bool> go = false;
  server.logIn = [&](int) {
    ++inside;
    while (!go) std::this_thread::yield();
    return httpAnswer(422, "{}");
  };
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    threads.emplace_back([&] { refused += get().error().fault == Fault::Auth ? 1 : 0; });
    while (inside == 0) std::this_thread::yield();
    for (int i = 0; i < 7; ++i) threads.emplace_back([&] { refused += get().error().fault == Fault::Auth ? 1 : 0; });
    std::this_thread::sleep_for(100ms);  // lets them reach the wait; too short a time can only hide a failure
    go = true;
  }
  EXPECT_EQ(refused, 8);
  EXPECT_EQ(server.logins, 1);
}

TEST_F(CraftboxxSessionTest, StopEndsTheWaitForAnotherThreadsLogin) {
  open();
  std::atomic<bool> inside = false;
  std::atomic<bool> go = false;
  server.logIn = [&](int) {
    inside = true;
    while (!go) std::this_thread::yield();
    return goodLogin();
  };
  std::jthread first([&] { (void)get(); });
  while (!inside) std::this_thread::yield();
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  const auto result = opened->send({"GET", "projects", {}, {}}, Purpose::Read, source.get_token());
  go = true;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Stop);
}

TEST_F(CraftboxxSessionTest, EachFailureHasItsMeaning) {
  struct Case {
    int status;
    const char* body;
    Purpose purpose;
    Fault fault;
    const Message* message;
  };
  const char* kJson = "{}";
  const Case cases[] = {
      {403, kJson, Purpose::Read, Fault::Auth, &kForbidden},
      {403, kJson, Purpose::Create, Fault::Auth, &kForbidden},
      {404, R"({"message":"No query results for model [Project] 5"})", Purpose::Update, Fault::Gone, &kGone},
      {404, kJson, Purpose::Create, Fault::Reject, &kRefused},
      {404, R"({"message":"The route x could not be found."})", Purpose::Create, Fault::Auth, &kWrongAddress},
      {404, "<html>Not found</html>", Purpose::Update, Fault::Auth, &kWrongAddress},
      {404, kJson, Purpose::Read, Fault::Auth, &kWrongAddress},
      {302, "<html>", Purpose::Create, Fault::Auth, &kWrongAddress},
      {301, "", Purpose::Read, Fault::Auth, &kWrongAddress},
      {405, "<html>", Purpose::Create, Fault::Auth, &kWrongAddress},
      {400, kJson, Purpose::Update, Fault::Reject, &kRefused},
      {409, kJson, Purpose::Create, Fault::Reject, &kRefused},
      {422, kJson, Purpose::Create, Fault::Reject, &kRefused},
      {422, kJson, Purpose::Read, Fault::Retry, &kUnavailable},
      {429, kJson, Purpose::Create, Fault::Retry, &kTooMany},
      {429, kJson, Purpose::Read, Fault::Retry, &kTooMany},
      {408, kJson, Purpose::Create, Fault::Retry, &kUnavailable},
      {503, kJson, Purpose::Create, Fault::Retry, &kUnavailable},
      {500, kJson, Purpose::Create, Fault::Unknown, &kUncertain},
      {502, "<html>", Purpose::Update, Fault::Unknown, &kUncertain},
      {504, "", Purpose::Create, Fault::Unknown, &kUncertain},
      {524, "", Purpose::Create, Fault::Unknown, &kUncertain},
      {500, kJson, Purpose::Read, Fault::Retry, &kUnavailable},
      {504, kJson, Purpose::Read, Fault::Retry, &kUnavailable},
  };
  open();
  for (const Case& one : cases) {
    const auto error = opened->failure(httpAnswer(one.status, one.body), one.purpose, {"project", "25017"});
    ASSERT_TRUE(error) << one.status;
    EXPECT_EQ(error->fault, one.fault) << one.status << " " << one.body;
    EXPECT_EQ(error->message, one.message) << one.status << " " << error->code();
    EXPECT_THAT(error->cause(Language::De) + error->cause(Language::Nl) + error->cause(Language::En),
                Not(HasSubstr("{")));
  }
  for (const int good : {200, 201, 204}) EXPECT_FALSE(opened->failure(httpAnswer(good, "x"), Purpose::Create, {}));
}

TEST_F(CraftboxxSessionTest, ServersWaitIsHandedOn) {
  open();
  for (const int status : {429, 503}) {
    const auto error =
        opened->failure(httpAnswer(status, "", {{"Retry-After", "30"}}), Purpose::Create, {"project", "1"});
    ASSERT_TRUE(error);
    EXPECT_EQ(error->retryAfter, 30s);
  }
}

TEST_F(CraftboxxSessionTest, NetworkErrorsOfReadsAreNeverUnknown) {
  static const Message kNet{"PST-0", {"n", "n", "n"}, {"n", "n", "n"}};
  open();
  for (const Fault fault : {Fault::Unknown, Fault::Retry, Fault::Stop}) {
    server.reply = [&](const HttpRequest&) { return fail(fault, kNet); };
    EXPECT_EQ(get(Purpose::Read).error().fault, fault == Fault::Unknown ? Fault::Retry : fault);
    EXPECT_EQ(get(Purpose::Create).error().fault, fault);
  }
}

TEST_F(CraftboxxSessionTest, ServersWordsAreFlattenedAndHoldNoToken) {
  EXPECT_EQ(serverWords(
                R"({"message":"The given data was invalid.","errors":{"title":["is required","is short"],"x":["y"]}})"),
            "The given data was invalid.; title: is required; is short; x: y");
  EXPECT_EQ(serverWords(R"({"error":{"code":5,"http_code":404,"message":"m","display_message":"Bitte warten"}})"),
            "Bitte warten; m");
  EXPECT_EQ(serverWords(R"({"error":"gone"})"), "gone");
  EXPECT_EQ(serverWords(R"({"message":"bad eyJhbGciOi.eyJzdWIi.c2ln, Bearer abc123 x"})"), "bad ***, Bearer *** x");
  for (const char* none : {"", "<html>secret</html>", "[]", "{}", R"({"message":null})"})
    EXPECT_EQ(serverWords(none), "");
}

TEST_F(CraftboxxSessionTest, ServersWordsAreCutBetweenCharacters) {
  std::string text(1999, 'a');
  EXPECT_EQ(serverWords("{\"message\":\"" + text + "ää\"}"), text);
  EXPECT_EQ(serverWords("{\"message\":\"" + std::string(5000, 'b') + "\"}").size(), 2000U);
}

TEST_F(CraftboxxSessionTest, OwnSecretsAreHiddenInTheServersWords) {
  open();
  ASSERT_TRUE(get());
  const auto error = opened->failure(httpAnswer(422, R"({"message":"geheim-77 and token-1 are bad"})"), Purpose::Create,
                                     {"project", "1"});
  EXPECT_EQ(error->detail, "*** and *** are bad");
}
}  // namespace
}  // namespace postern::craftboxx
