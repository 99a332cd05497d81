// Log-in, renewal, classification and list forms against a scripted server.

#include "connectors/craftboxx/session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <thread>

#include "connectors/craftboxx/listing.h"
#include "connectors/craftboxx/messages.h"
#include "connectors/craftboxx/sink.h"
#include "connectors/craftboxx/source.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace postern::craftboxx {

extern const ConnectorInfo kConnector;

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

HttpResponse answer(int status, std::string body, HttpHeaders headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

HttpResponse goodLogin(const std::string& token = "token-1") {
  return answer(200, R"({"access_token":")" + token + R"(","token_type":"bearer"})");
}

/// Answers with whatever `reply` says; the n-th log-in with what `logIn(n)` does.
class ScriptedServer : public FakeHttp {
 public:
  ScriptedServer() {
    otherwise([this](const HttpRequest& request) {
      return request.url.ends_with("/auth/create-token") ? logIn(++logins) : reply(request);
    });
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const auto& request : requests()) all.push_back(request.url.substr(request.url.find("//") + 2));
    return all;
  }
  std::function<Result<HttpResponse>(const HttpRequest&)> reply = [](const HttpRequest&) { return answer(200, "[]"); };
  std::function<Result<HttpResponse>(int)> logIn = [](int n) { return goodLogin("token-" + std::to_string(n)); };
  std::atomic<int> logins = 0;
};

std::string bearerOf(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization") return value;
  }
  return {};
}

struct CraftboxxSessionTest : testing::Test {
  ScriptedServer server;
  FakeClock clock;
  Section options;
  Section fields;
  std::optional<Session> opened;

  Session& open(std::map<std::string, std::string> values = {{"email", "a@b.example"}, {"password", "geheim-77"}}) {
    values.emplace("url", "http://cb.example");
    options = makeSection("app", kConnector.options, values);
    opened.emplace(SystemContext{"app", options, fields, "Europe/Berlin", server, clock});
    return *opened;
  }
  Result<HttpResponse> get(Purpose purpose = Purpose::Read) {
    return opened->send({"GET", "projects", "page=1", {}}, purpose, {});
  }
};

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
  const Case cases[] = {{"http://cb.example/", "", "cb.example/"},
                        {"http://cb.example", "/plan-it", "cb.example/plan-it/"},
                        {"http://cb.example//", "plan-it/", "cb.example/plan-it/"}};
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
    return bearerOf(request) == "Bearer token-2" ? answer(200, "{}") : answer(401, "{}");
  };
  open();
  EXPECT_TRUE(get());
  EXPECT_EQ(server.logins, 2);
  EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST_F(CraftboxxSessionTest, FreshTokenThatIsRefusedIsAuth) {
  server.reply = [](const HttpRequest&) { return answer(401, "{}"); };
  open();
  const auto result = get();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Auth);
  EXPECT_EQ(server.logins, 2);
}

TEST_F(CraftboxxSessionTest, ReadyTokenIsNeverRenewed) {
  server.reply = [](const HttpRequest&) { return answer(401, "{}"); };
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
      {answer(422, R"({"message":"These credentials do not match our records."})"), Fault::Auth, &kLoginRefused},
      {answer(401, "{}"), Fault::Auth, &kLoginRefused},
      {answer(403, "{}"), Fault::Auth, &kLoginRefused},
      {answer(404, "<html>"), Fault::Auth, &kWrongAddress},
      {answer(301, "", {{"Location", "https://else.example"}}), Fault::Auth, &kWrongAddress},
      {answer(200, R"({"token_type":"bearer"})"), Fault::Auth, &kLoginAnswer},
      {answer(200, "[]"), Fault::Auth, &kLoginAnswer},
      {answer(200, "<html>maintenance</html>"), Fault::Retry, &kUnreadable},
      {answer(429, "{}"), Fault::Retry, &kTooMany},
      {answer(500, "{}"), Fault::Retry, &kUnavailable},
      {answer(503, "{}"), Fault::Retry, &kUnavailable},
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
    return answer(422, "{}");
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
      {404, R"({"message":"No query results for model [Project] 5"})", Purpose::Update, Fault::Reject, &kGone},
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
    const auto error = opened->failure(answer(one.status, one.body), one.purpose, {"project", "25017"});
    ASSERT_TRUE(error) << one.status;
    EXPECT_EQ(error->fault, one.fault) << one.status << " " << one.body;
    EXPECT_EQ(error->message, one.message) << one.status << " " << error->code();
    EXPECT_THAT(error->cause(Language::De) + error->cause(Language::Nl) + error->cause(Language::En),
                Not(HasSubstr("{")));
  }
  for (const int good : {200, 201, 204}) EXPECT_FALSE(opened->failure(answer(good, "x"), Purpose::Create, {}));
}

TEST_F(CraftboxxSessionTest, ServersWaitIsHandedOn) {
  open();
  for (const int status : {429, 503}) {
    const auto error = opened->failure(answer(status, "", {{"Retry-After", "30"}}), Purpose::Create, {"project", "1"});
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
  const auto error =
      opened->failure(answer(422, R"({"message":"geheim-77 and token-1 are bad"})"), Purpose::Create, {"project", "1"});
  EXPECT_EQ(error->detail, "*** and *** are bad");
}

// ---- lists ----------------------------------------------------------------------------------------------------------

struct CraftboxxListTest : CraftboxxSessionTest {
  const Resource& projects = *resourceOf("project");
  Result<ListedPage> parse(std::string body, int asked = 1) {
    if (!opened) open();
    return parseList(std::move(body), asked, *opened, projects);
  }
};

TEST_F(CraftboxxListTest, RowsAreTheBytesOfTheAnswer) {
  const auto page = parse(
      "{ \"data\": [ {\"id\": 101, \"a\":[1,{\"id\":9}], \"updated_at\": \"2025-05-08T09:15:00.000000Z\"} ,\n"
      "{\"t\":\"}]\\\"\",\"id\":\"x7\"}\r\n], \"current_page\": 1, \"last_page\": 1 }");
  ASSERT_TRUE(page) << page.error().code();
  ASSERT_THAT(page->rows, SizeIs(2));
  EXPECT_EQ(page->rows[0].id, "101");
  EXPECT_EQ(page->rows[0].updated, "2025-05-08T09:15:00.000000Z");
  EXPECT_EQ(page->rows[0].raw, "{\"id\": 101, \"a\":[1,{\"id\":9}], \"updated_at\": \"2025-05-08T09:15:00.000000Z\"}");
  EXPECT_EQ(page->rows[1].id, "x7");
  EXPECT_EQ(page->rows[1].updated, "");
  EXPECT_EQ(page->rows[1].raw, "{\"t\":\"}]\\\"\",\"id\":\"x7\"}");
}

TEST_F(CraftboxxListTest, TheEndIsKnownInAllSpellings) {
  struct Case {
    const char* body;
    bool last;
  };
  const Case cases[] = {
      {R"({"data":[{"id":1}],"current_page":1,"last_page":4})", false},
      {R"({"data":[{"id":1}],"current_page":1,"last_page":1})", true},
      {R"({"current_page":1,"last_page":1,"data":[{"id":1}]})", true},
      {R"({"data":[{"id":1}],"meta":{"current_page":1,"last_page":1}})", true},
      {R"({"meta":{"current_page":1,"last_page":2},"data":[{"id":1}]})", false},
      {R"({"data":[{"id":1}],"current_page":"1","last_page":"1"})", true},
      {R"({"data":[{"id":1}],"next_page_url":null})", true},
      {R"({"data":[{"id":1}],"next_page_url":"https://x/?page=2"})", false},
      {R"({"data":[{"id":1}],"meta":{"next_page_url":null}})", true},
      {R"({"data":[{"id":1}]})", false},
      {R"({"data":[]})", true},
      {"[]", true},
      {R"({"data":[],"meta":null})", true},
      {R"({"data":[],"current_page":1,"last_page":1,"per_page":50,"total":0})", true},
  };
  for (const Case& one : cases) {
    const auto page = parse(one.body);
    ASSERT_TRUE(page) << one.body << page.error().code();
    EXPECT_EQ(page->last, one.last) << one.body;
  }
}

TEST_F(CraftboxxListTest, WhatIsCutOrContradictsItselfIsNoPage) {
  struct Case {
    const char* body;
    int asked;
    const Message* message;
  };
  const Case cases[] = {
      {"", 1, &kUnreadable},
      {"<html></html>", 1, &kUnreadable},
      {"{}", 1, &kUnreadable},
      {R"({"message":"hello"})", 1, &kUnreadable},
      {R"({"data":{"id":1}})", 1, &kUnreadable},
      {R"({"data":[1,2]})", 1, &kUnreadable},
      {R"({"data":[{"id":1},{"id":2)", 1, &kUnreadable},
      {R"({"data":[{"id":1}])", 1, &kUnreadable},
      {R"({"data":[{"id":1}]} trailing)", 1, &kUnreadable},
      {R"({"data":[{"id":1}],"current_page":1,"last_page":3,"per_page":2,"total":5})", 1, &kShortPage},
      {R"({"data":[],"current_page":1,"last_page":1,"per_page":50,"total":7})", 1, &kShortPage},
      {R"({"data":[],"current_page":1,"last_page":3})", 1, &kShortPage},
      {R"({"data":[{"id":1},{"id":2}],"current_page":1,"last_page":3})", 2, &kShortPage},
      {R"({"data":[],"meta":{"current_page":3,"last_page":3,"per_page":2,"total":5}})", 3, &kShortPage},
  };
  for (const Case& one : cases) {
    const auto page = parse(one.body, one.asked);
    ASSERT_FALSE(page) << one.body;
    EXPECT_EQ(page.error().fault, Fault::Retry);
    EXPECT_EQ(page.error().message, one.message) << one.body;
  }
}

TEST_F(CraftboxxListTest, RowsWithoutIdAreCountedAndLeftOut) {
  const auto page = parse(R"({"data":[{"title":"x"},{"id":null},{"id":5}],"next_page_url":null})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->rows, SizeIs(1));
  EXPECT_EQ(page->withoutId, 2);
}

TEST_F(CraftboxxListTest, TokensNeverLeaveTheConnector) {
  const auto page = parse(R"({"data":[{"id":1,"creation":{"causer":{"api_token":"s1","id":7}}},{"id":2}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows[0].raw, R"({"id":1,"creation":{"causer":{"id":7}}})");
  EXPECT_EQ(page->rows[1].raw, R"({"id":2})");
}

TEST_F(CraftboxxListTest, ArchivedAndRelationsAreAskedForWhereTheyMatter) {
  open({{"token", "t"}});
  server.reply = [](const HttpRequest&) { return answer(200, R"({"data":[]})"); };
  for (const char* kind : {"customer", "project", "appointment"}) {
    ASSERT_TRUE(readList(*opened, *resourceOf(kind), {"perPage", 9, true}, {{"a[]", "_%"}}, 3, {}));
  }
  EXPECT_THAT(
      server.urls(),
      ElementsAre("cb.example/customers?a%5B%5D=_%25&perPage=9&page=3",
                  "cb.example/projects?a%5B%5D=_%25&perPage=9&page=3&show_archived=true",
                  "cb.example/assignments?a%5B%5D=_%25&perPage=9&page=3&show_archived=true&with%5B%5D=articles"));
}

TEST_F(CraftboxxListTest, ServerErrorWithRelationsIsAskedOnceMoreWithoutThem) {
  open({{"token", "t"}});
  server.reply = [](const HttpRequest& request) {
    return request.url.find("with") == std::string::npos ? answer(200, R"({"data":[]})") : answer(500, "{}");
  };
  EXPECT_TRUE(readList(*opened, *resourceOf("appointment"), {"per_page", 9, true}, {}, 1, {}));
  EXPECT_THAT(server.requests(), SizeIs(2));
  server.reply = [](const HttpRequest&) { return answer(500, "{}"); };
  EXPECT_FALSE(readList(*opened, *resourceOf("appointment"), {"per_page", 9, true}, {}, 1, {}));
  EXPECT_THAT(server.requests(), SizeIs(4));
  EXPECT_FALSE(readList(*opened, *resourceOf("project"), {"per_page", 9, true}, {}, 1, {}));
  EXPECT_THAT(server.requests(), SizeIs(5));
}

// ---- look-up forms --------------------------------------------------------------------------------------------------

std::string rowOf(int id, const std::string& key, const std::string& source = "profacto-agent") {
  return "{\"id\":" + std::to_string(id) + ",\"source\":\"" + source + "\",\"source_external_id\":\"" + key + "\"}";
}

std::string listOf(std::initializer_list<std::string> rows) {
  std::string body = "{\"data\":[";
  for (const auto& row : rows) body += (body.ends_with('[') ? "" : ",") + row;
  return body + "],\"next_page_url\":null}";
}

struct CraftboxxLookupTest : CraftboxxSessionTest {
  const Site site{"app", "profacto-agent", "Europe/Berlin", AllDayEnd::LastSecond};
  std::optional<CraftboxxSink> made;

  CraftboxxSink& sink(bool plain = false) {
    if (!opened) open({{"token", "t"}});
    if (!made) made.emplace(*opened, site, ListStyle{"per_page", 50, false}, plain);
    return *made;
  }
  static bool isListForm(const HttpRequest& request) {
    return request.url.find("source_external_id%5B%5D=") != std::string::npos;
  }
  static bool asksForKey(const HttpRequest& request) {
    return request.url.find("source_external_id") != std::string::npos;
  }
};

TEST_F(CraftboxxLookupTest, AllKeysGoIntoOneCall) {
  server.reply = [](const HttpRequest&) { return answer(200, listOf({rowOf(8, "k2"), rowOf(7, "k1")})); };
  const auto found = sink().find("project", {"k1", "k2", "k3"}, {});
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ((*found)[0].id, "7");
  EXPECT_THAT(server.urls(), ElementsAre("cb.example/projects?source%5B%5D=profacto-agent&source_external_id%5B%5D=k1&"
                                         "source_external_id%5B%5D=k2&source_external_id%5B%5D=k3&per_page=50&page=1&"
                                         "show_archived=true"));
}

TEST_F(CraftboxxLookupTest, IgnoredOrRefusedListFormFallsBackToOneCallAKeyForGood) {
  const std::string everything = listOf({rowOf(1, "foreign"), rowOf(2, "k1")});
  struct Case {
    int status;
    std::string body;
  };
  const Case cases[] = {{200, everything}, {422, "{}"}, {500, "{}"}};
  for (const Case& one : cases) {
    server.forgetRequests();
    made.reset();
    server.reply = [&](const HttpRequest& request) {
      if (isListForm(request)) return answer(one.status, one.body);
      return answer(
          200, request.url.find("=k1&") != std::string::npos ? listOf({rowOf(2, "k1"), rowOf(3, "kX")}) : listOf({}));
    };
    for (int round = 0; round < 2; ++round) {
      const auto found = sink().find("customer", {"k1", "k9"}, {});
      ASSERT_TRUE(found) << one.status;
      ASSERT_THAT(*found, SizeIs(1));
      EXPECT_EQ((*found)[0].id, "2");
    }
    EXPECT_THAT(server.requests(), SizeIs(1 + 2 + 2)) << one.status;
  }
}

TEST_F(CraftboxxLookupTest, ListFormThatFindsNothingIsProvenWithARecordThatIsThere) {
  // A server that compares with the text "Array": no error, nothing found, every record doubled.
  server.reply = [](const HttpRequest& request) {
    if (isListForm(request)) return answer(200, listOf({}));
    if (!asksForKey(request)) return answer(200, listOf({rowOf(2, "k1")}));
    return answer(200, request.url.find("=k1&") != std::string::npos ? listOf({rowOf(2, "k1")}) : listOf({}));
  };
  const auto found = sink().find("customer", {"k1"}, {});
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, SizeIs(1));
}

TEST_F(CraftboxxLookupTest, ProofIsNotAskedForAgainOnceGiven) {
  server.reply = [](const HttpRequest& request) {
    if (asksForKey(request) && request.url.find("=k1&") == std::string::npos) return answer(200, listOf({}));
    return answer(200, listOf({rowOf(2, "k1")}));
  };
  ASSERT_TRUE(sink().find("customer", {"k9"}, {}));
  EXPECT_THAT(server.requests(), SizeIs(3));
  ASSERT_TRUE(sink().find("customer", {"k8"}, {}));
  EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST_F(CraftboxxLookupTest, LongKeysAreSpreadOverSeveralCalls) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) keys.push_back(std::string(200, 'k') + std::to_string(i));
  server.reply = [&](const HttpRequest& request) {
    EXPECT_LT(request.url.size(), 8000U);
    const auto at = request.url.find("kkk");
    return answer(200, listOf({rowOf(1, request.url.substr(at, request.url.find('&', at) - at))}));
  };
  const auto found = sink().find("customer", keys, {});
  ASSERT_TRUE(found);
  EXPECT_GT(server.requests().size(), 1U);
  EXPECT_LT(server.requests().size(), 10U);
}

TEST_F(CraftboxxLookupTest, WriteAnswersOfAllForms) {
  struct Case {
    const char* id;  // of the change
    int status;
    const char* body;
    const char* settled;  // "" = Unknown
  };
  const Case cases[] = {
      {"", 201, R"({"data":{"id":17,"title":"T"}})", "17"},
      {"", 200, R"({"id":17,"title":"T"})", "17"},
      {"", 200, R"({"data":{"id":"17","title":"T"}})", "17"},
      {"", 200, "[]", ""},
      {"", 200, "", ""},
      {"", 200, "{}", ""},
      {"", 200, R"({"data":[]})", ""},
      {"", 200, R"({"data":null})", ""},
      {"", 200, "<html>maintenance</html>", ""},
      {"", 200, R"({"data":{"id":17)", ""},
      {"5", 200, R"({"data":{"id":5,"title":"T"}})", "5"},
      {"5", 200, "[]", "5"},
      {"5", 204, "", "5"},
      {"5", 200, "<html>maintenance</html>", ""},
  };
  for (const Case& one : cases) {
    server.reply = [&](const HttpRequest& request) {
      EXPECT_EQ(request.method, *one.id == '\0' ? "POST" : "PUT");
      return answer(one.status, one.body);
    };
    const auto settled = sink().push({"project", "k", one.id, {{"title", "T"}}, {}}, {});
    if (*one.settled == '\0') {
      ASSERT_FALSE(settled) << one.body;
      EXPECT_EQ(settled.error().fault, Fault::Unknown) << one.body;
    } else {
      ASSERT_TRUE(settled) << one.body;
      EXPECT_EQ(settled->id, one.settled);
      if (std::string_view(one.body).find("title") != std::string_view::npos) {
        EXPECT_EQ(settled->answered, (Fields{{"title", "T"}}));
      }
    }
  }
}

// ---- scans ----------------------------------------------------------------------------------------------------------

struct CraftboxxScanTest : CraftboxxLookupTest {
  static std::string stamped(int id, const std::string& time) {
    return "{\"id\":" + std::to_string(id) + ",\"updated_at\":\"2025-05-08T" + time + ".000000Z\"}";
  }
  static std::string pageOf(int page, int last, std::initializer_list<std::string> rows) {
    std::string body = listOf(rows);
    body.pop_back();
    return body.replace(body.find(",\"next_page_url\""), std::string::npos,
                        ",\"current_page\":" + std::to_string(page) + ",\"last_page\":" + std::to_string(last) + "}");
  }
  CraftboxxSource source() {
    if (!opened) open({{"token", "t"}});
    return CraftboxxSource(*opened, site, ListStyle{"per_page", 2, false}, 10min);
  }
  ScanRequest request{"customer", false, "2025-05-08T10:00:00Z", {}, parseStamp("2025-05-08T12:00:00Z").value()};
};

TEST_F(CraftboxxScanTest, ChangeScanEndsWithThePageThatIsOlderThanTheOverlap) {
  server.reply = [](const HttpRequest& sent) {
    EXPECT_THAT(sent.url, HasSubstr("order_by=updated_at&order_direction=desc"));
    if (sent.url.find("page=1") != std::string::npos) {
      return answer(200, pageOf(1, 9, {stamped(5, "11:00:00"), stamped(4, "09:50:00")}));
    }
    return answer(200, pageOf(2, 9, {stamped(3, "09:50:00"), stamped(2, "09:49:59")}));
  };
  auto scan = source();
  const auto first = scan.read(request, {});
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->last);  // exactly at the overlap's edge is not yet past it
  EXPECT_FALSE(first->full);
  request.position = first->next;
  const auto second = scan.read(request, {});
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->last);
  EXPECT_THAT(second->rows, SizeIs(2));
  EXPECT_EQ(second->since, "2025-05-08T11:00:00Z");
}

TEST_F(CraftboxxScanTest, WithoutAStampOrWhenAskedEverythingIsReadById) {
  server.reply = [](const HttpRequest& sent) {
    EXPECT_THAT(sent.url, HasSubstr("order_by=id&order_direction=asc"));
    return answer(200, pageOf(1, 1, {stamped(1, "11:00:00"), stamped(2, "07:00:00")}));
  };
  for (const auto& [full, since] : {std::pair(true, "2025-05-08T10:00:00Z"), std::pair(false, "")}) {
    request.full = full;
    request.since = since;
    const auto page = source().read(request, {});
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->full);
    EXPECT_TRUE(page->last);
    EXPECT_EQ(page->since, "2025-05-08T11:00:00Z");
  }
}

TEST_F(CraftboxxScanTest, RefusedOrderMakesAFullScanAndSaysSo) {
  for (const int status : {422, 500}) {
    server.reply = [&](const HttpRequest& sent) {
      if (sent.url.find("order_by") != std::string::npos) return answer(status, "{}");
      return answer(200, pageOf(1, 2, {stamped(1, "07:00:00")}));
    };
    const auto page = source().read(request, {});
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->full);
    EXPECT_FALSE(page->last);
    ASSERT_THAT(page->warnings, SizeIs(1));
    EXPECT_EQ(page->warnings[0].message, &kNoChangeOrder);
    ScanRequest next = request;
    next.position = page->next;
    server.reply = [](const HttpRequest& asked) {
      EXPECT_THAT(asked.url, Not(HasSubstr("order_by")));
      return answer(200, pageOf(2, 2, {stamped(2, "08:00:00")}));
    };
    const auto second = source().read(next, {});
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->full);
    EXPECT_TRUE(second->last);
    EXPECT_EQ(second->since, "2025-05-08T08:00:00Z");
  }
}

TEST_F(CraftboxxScanTest, StampInTheFutureDoesNotMoveTheMarkBeyondNow) {
  server.reply = [](const HttpRequest&) { return answer(200, pageOf(1, 1, {stamped(1, "23:00:00")})); };
  EXPECT_EQ(source().read(request, {})->since, "2025-05-08T12:00:00Z");
}

TEST_F(CraftboxxScanTest, EmptyListKeepsTheMark) {
  server.reply = [](const HttpRequest&) { return answer(200, listOf({})); };
  const auto page = source().read(request, {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_EQ(page->since, request.since);
}

}  // namespace
}  // namespace postern::craftboxx
