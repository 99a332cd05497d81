// Lists, look-up forms and scans against a scripted server.

#include <gmock/gmock.h>

#include "connectors/craftboxx/listing.h"
#include "connectors/craftboxx/messages.h"
#include "connectors/craftboxx/sink.h"
#include "connectors/craftboxx/source.h"
#include "tests/connectors/craftboxx_scripted.h"

namespace postern::craftboxx {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// ---- lists ----------------------------------------------------------------------------------------------------------

struct CraftboxxListTest : ScriptedTest {
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
  server.reply = [](const HttpRequest&) { return httpAnswer(200, R"({"data":[]})"); };
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
    return request.url.find("with") == std::string::npos ? httpAnswer(200, R"({"data":[]})") : httpAnswer(500, "{}");
  };
  EXPECT_TRUE(readList(*opened, *resourceOf("appointment"), {"per_page", 9, true}, {}, 1, {}));
  EXPECT_THAT(server.requests(), SizeIs(2));
  server.reply = [](const HttpRequest&) { return httpAnswer(500, "{}"); };
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

struct CraftboxxLookupTest : ScriptedTest {
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
  server.reply = [](const HttpRequest&) { return httpAnswer(200, listOf({rowOf(8, "k2"), rowOf(7, "k1")})); };
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
      if (isListForm(request)) return httpAnswer(one.status, one.body);
      return httpAnswer(
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
    if (isListForm(request)) return httpAnswer(200, listOf({}));
    if (!asksForKey(request)) return httpAnswer(200, listOf({rowOf(2, "k1")}));
    return httpAnswer(200, request.url.find("=k1&") != std::string::npos ? listOf({rowOf(2, "k1")}) : listOf({}));
  };
  const auto found = sink().find("customer", {"k1"}, {});
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, SizeIs(1));
}

TEST_F(CraftboxxLookupTest, ProofIsNotAskedForAgainOnceGiven) {
  server.reply = [](const HttpRequest& request) {
    if (asksForKey(request) && request.url.find("=k1&") == std::string::npos) return httpAnswer(200, listOf({}));
    return httpAnswer(200, listOf({rowOf(2, "k1")}));
  };
  ASSERT_TRUE(sink().find("customer", {"k9"}, {}));
  EXPECT_THAT(server.requests(), SizeIs(3));
  ASSERT_TRUE(sink().find("customer", {"k8"}, {}));
  EXPECT_THAT(server.requests(), SizeIs(4));
}

TEST_F(CraftboxxLookupTest, ListDoesNotTrustTheListForm) {
  for (const int status : {200, 422}) {
    server.reply = [&](const HttpRequest& request) {
      if (request.url.find("source%5B%5D=") != std::string::npos) return httpAnswer(status, listOf({}));
      return httpAnswer(200, listOf({rowOf(2, "k1"), rowOf(3, "k2", "PROFACTO-agent")}));
    };
    const auto page = sink().list("customer", {}, {});
    ASSERT_TRUE(page) << status;
    ASSERT_THAT(page->found, SizeIs(1)) << status;
    EXPECT_EQ(page->found[0].key, "k1");
  }
}

TEST_F(CraftboxxLookupTest, LongKeysAreSpreadOverSeveralCalls) {
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) keys.push_back(std::string(200, 'k') + std::to_string(i));
  server.reply = [&](const HttpRequest& request) {
    EXPECT_LT(request.url.size(), 8000U);
    const auto at = request.url.find("kkk");
    return httpAnswer(200, listOf({rowOf(1, request.url.substr(at, request.url.find('&', at) - at))}));
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
      return httpAnswer(one.status, one.body);
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

TEST_F(CraftboxxLookupTest, NothingIsWrittenOverHoursThatCouldNotBeRead) {
  server.reply = [](const HttpRequest& request) {
    EXPECT_EQ(request.method, "GET");
    return httpAnswer(500, "{}");
  };
  const auto settled = sink().push({"appointment", "k", "5", {{"date", "2026-12-07"}, {"state", "DONE"}}, {}}, {});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().fault, Fault::Retry);
  EXPECT_THAT(server.urls(), ElementsAre("cb.example/assignments?id=5&per_page=50&page=1&show_archived=true"));
}

TEST_F(CraftboxxLookupTest, OneFailureInTheMiddleDoesNotMixTwoOrders) {
  const auto answer = [](const HttpRequest& request) {
    const bool last = request.url.find("page=3") != std::string::npos;
    std::string body = listOf({rowOf(2, "k1"), rowOf(3, "k2", "other")});
    if (!last) body.replace(body.find("null}"), 4, "\"x\"");
    return httpAnswer(200, body);
  };
  const auto isOrdered = [](const HttpRequest& request) {
    return request.url.find("order_by=id") != std::string::npos;
  };
  for (const bool ours : {true, false}) {
    const auto page = [&](const std::string& position) {
      return ours ? sink().list("customer", position, {}) : sink().strangers("customer", position, {});
    };
    server.reply = answer;
    const auto first = page({});
    ASSERT_TRUE(first);
    server.reply = [&](const HttpRequest& request) {
      EXPECT_TRUE(isOrdered(request));
      return httpAnswer(500, "{}");
    };
    const auto broken = page(first->next);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().fault, Fault::Retry);

    // A server that knows no order says so at once; then all pages are read without.
    server.reply = [&](const HttpRequest& request) {
      return isOrdered(request) ? httpAnswer(422, "{}") : answer(request);
    };
    const auto start = page({});
    ASSERT_TRUE(start);
    server.reply = [&](const HttpRequest& request) {
      EXPECT_FALSE(isOrdered(request));
      return answer(request);
    };
    const auto second = page(start->next);
    ASSERT_TRUE(second);
    const auto third = page(second->next);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->next, "");
    EXPECT_THAT(server.urls().back(), HasSubstr("page=3"));
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
      return httpAnswer(200, pageOf(1, 9, {stamped(5, "11:00:00"), stamped(4, "09:50:00")}));
    }
    return httpAnswer(200, pageOf(2, 9, {stamped(3, "09:50:00"), stamped(2, "09:49:59")}));
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
    return httpAnswer(200, pageOf(1, 1, {stamped(1, "11:00:00"), stamped(2, "07:00:00")}));
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
      if (sent.url.find("order_by") != std::string::npos) return httpAnswer(status, "{}");
      return httpAnswer(200, pageOf(1, 2, {stamped(1, "07:00:00")}));
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
      return httpAnswer(200, pageOf(2, 2, {stamped(2, "08:00:00")}));
    };
    const auto second = source().read(next, {});
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->full);
    EXPECT_TRUE(second->last);
    EXPECT_EQ(second->since, "2025-05-08T08:00:00Z");
  }
}

TEST_F(CraftboxxScanTest, StampInTheFutureDoesNotMoveTheMarkBeyondNow) {
  server.reply = [](const HttpRequest&) { return httpAnswer(200, pageOf(1, 1, {stamped(1, "23:00:00")})); };
  EXPECT_EQ(source().read(request, {})->since, "2025-05-08T12:00:00Z");
}

TEST_F(CraftboxxScanTest, EmptyListKeepsTheMark) {
  server.reply = [](const HttpRequest&) { return httpAnswer(200, listOf({})); };
  const auto page = source().read(request, {});
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last);
  EXPECT_EQ(page->since, request.since);
}

}  // namespace
}  // namespace postern::craftboxx
