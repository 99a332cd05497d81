// Craftboxx JSON <-> our fields, without any network.

#include "connectors/craftboxx/mapping.h"

#include <gmock/gmock.h>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const Site kSite{"app", "profacto-agent", "Europe/Berlin", AllDayEnd::LastSecond};

std::string theirId(std::string_view kind, std::string_view key) {
  if (kind == "customer" && key == "10001") return "31";
  if (kind == "project" && key == "25017") return "812";
  if (kind == "address" && key == "contact:10001/ab") return "377";
  if (kind == "article" && key == "A1") return "47";
  if (kind == "article" && key == "A2") return "9";
  return {};
}

Change change(std::string kind, std::string key, Fields fields, std::string id = {}) {
  return {std::move(kind), std::move(key), std::move(id), std::move(fields), theirId};
}

std::string bodyOf(const Change& change, const Site& site = kSite) {
  const auto body = requestBody(*resourceOf(change.kind), change, site);
  EXPECT_TRUE(body) << body.error().cause(Language::En);
  return body.value_or("");
}

Error errorOf(const Change& change) {
  const auto body = requestBody(*resourceOf(change.kind), change, kSite);
  EXPECT_FALSE(body);
  return body ? Error{} : body.error();
}

TEST(CraftboxxBody, AppointmentIsTheSheetsSample) {
  const auto body = bodyOf(change("appointment", "25017",
                                  {{"title", "Praxis Nord"},
                                   {"project", "25017"},
                                   {"address", "contact:10001/ab"},
                                   {"description", "Lieferung über Hof\n\n1  Empfangstheke  1 Stk"},
                                   {"all_day", "true"},
                                   {"date", "2025-05-09"},
                                   {"state", "SCHEDULED"},
                                   {"articles", R"({"A1":2})"}}));
  EXPECT_EQ(json::parse(body), json::parse(R"({ "title": "Praxis Nord", "project_id": 812, "customer_address_id": 377,
    "description": "Lieferung über Hof\n\n1  Empfangstheke  1 Stk",
    "all_day": true, "start": "2025-05-09T00:00:00+02:00", "end": "2025-05-09T23:59:59+02:00",
    "state": "SCHEDULED", "articles": { "47": { "amount": 2 } },
    "source": "profacto-agent", "source_external_id": "25017" })"));
}

TEST(CraftboxxBody, UpdateHoldsOnlyTheGivenFieldsAndNoSource) {
  EXPECT_EQ(bodyOf(change("customer", "10001", {{"name", "Huber"}}, "31")), R"({"name":"Huber"})");
  EXPECT_EQ(bodyOf(change("customer", "10001", {}, "31")), "{}");
}

TEST(CraftboxxBody, EmptyValues) {
  struct Case {
    Change change;
    const char* body;
  };
  const Case cases[] = {
      {change("address", "k", {{"street", ""}, {"type", ""}, {"country", ""}}, "5"),
       R"({"type":null,"street":"","country":null})"},
      {change("address", "k", {{"customer", "10001"}, {"street", ""}, {"type", ""}}),
       R"({"customer_id":31,"source":"profacto-agent","source_external_id":"k"})"},
      {change("appointment", "k", {{"date", ""}, {"state", "UNPLANNED"}, {"all_day", "true"}}, "5"),
       R"({"all_day":true,"start":null,"end":null,"state":"UNPLANNED"})"},
      {change("appointment", "k", {{"address", ""}}, "5"), R"({"customer_address_id":null})"},
      {change("appointment", "k", {{"articles", ""}}, "5"), R"({"articles":{}})"},
      {change("appointment", "k", {{"articles", "{}"}}, "5"), R"({"articles":{}})"},
      {change("address", "k", {{"customer", ""}}, "5"), R"({"customer_id":null})"},
  };
  for (const Case& one : cases) EXPECT_EQ(bodyOf(one.change), one.body);
}

TEST(CraftboxxBody, AllDayEndsAndOffsets) {
  struct Case {
    const char* date;
    AllDayEnd end;
    const char* zone;
    const char* start;
    const char* finish;
  };
  const Case cases[] = {
      {"2025-05-09", AllDayEnd::LastSecond, "Europe/Berlin", "2025-05-09T00:00:00+02:00", "2025-05-09T23:59:59+02:00"},
      {"2025-05-09", AllDayEnd::SameMidnight, "Europe/Berlin", "2025-05-09T00:00:00+02:00",
       "2025-05-09T00:00:00+02:00"},
      {"2025-05-09", AllDayEnd::NextMidnight, "Europe/Berlin", "2025-05-09T00:00:00+02:00",
       "2025-05-10T00:00:00+02:00"},
      {"2025-12-31", AllDayEnd::NextMidnight, "Europe/Berlin", "2025-12-31T00:00:00+01:00",
       "2026-01-01T00:00:00+01:00"},
      {"2025-03-30", AllDayEnd::LastSecond, "Europe/Berlin", "2025-03-30T00:00:00+01:00", "2025-03-30T23:59:59+02:00"},
      {"2025-10-26", AllDayEnd::LastSecond, "Europe/Berlin", "2025-10-26T00:00:00+02:00", "2025-10-26T23:59:59+01:00"},
      {"2025-05-09", AllDayEnd::LastSecond, "America/St_Johns", "2025-05-09T00:00:00-02:30",
       "2025-05-09T23:59:59-02:30"},
      {"2025-05-09", AllDayEnd::LastSecond, "UTC", "2025-05-09T00:00:00+00:00", "2025-05-09T23:59:59+00:00"},
  };
  for (const Case& one : cases) {
    const auto body = json::parse(bodyOf(change("appointment", "k", {{"date", one.date}}, "5"),
                                         Site{"app", "profacto-agent", one.zone, one.end}));
    EXPECT_EQ(body["start"], one.start);
    EXPECT_EQ(body["end"], one.finish) << one.date;
  }
}

TEST(CraftboxxBody, KeysAndTextsKeepEveryCharacter) {
  const auto body = json::parse(bodyOf(change("customer", "_0573 %\"\\ä", {{"name", "a\"b\\c\n\tß€\x01"}})));
  EXPECT_EQ(body["source_external_id"], "_0573 %\"\\ä");
  EXPECT_EQ(body["name"], "a\"b\\c\n\tß€\x01");
}

TEST(CraftboxxBody, BrokenUtf8DoesNotThrow) {
  EXPECT_THAT(bodyOf(change("customer", "1", {{"name", "a\xFFz"}})), HasSubstr("a\xEF\xBF\xBDz"));
}

TEST(CraftboxxBody, WhatCannotBeSentIsRejectedWithItsField) {
  struct Case {
    Change change;
    const Message* message;
    const char* field;
  };
  const Case cases[] = {
      {change("project", "25017", {{"customer", "10001"}}, "812"), &kCannotMove, "customer"},
      {change("appointment", "25017", {{"project", "25017"}}, "9001"), &kCannotMove, "project"},
      {change("project", "25017", {{"title", "x"}, {"customer", "99"}}), &kUnknownReference, "customer"},
      {change("appointment", "25017", {{"address", "nobody"}}, "9001"), &kUnknownReference, "address"},
      {change("appointment", "25017", {{"articles", R"({"A9":1})"}}, "9001"), &kUnknownReference, "articles"},
      {change("appointment", "25017", {{"articles", R"({"A1":1.5})"}}, "9001"), &kBadValue, "articles"},
      {change("appointment", "25017", {{"articles", R"({"A1":"1"})"}}, "9001"), &kBadValue, "articles"},
      {change("appointment", "25017", {{"articles", "[1]"}}, "9001"), &kBadValue, "articles"},
      {change("appointment", "25017", {{"articles", "{"}}, "9001"), &kBadValue, "articles"},
      {change("appointment", "25017", {{"date", "09.05.2025"}}, "9001"), &kBadValue, "date"},
      {change("appointment", "25017", {{"all_day", "maybe"}}, "9001"), &kBadValue, "all_day"},
  };
  for (const Case& one : cases) {
    const Error error = errorOf(one.change);
    EXPECT_EQ(error.fault, Fault::Reject);
    EXPECT_EQ(error.message, one.message) << one.field;
    EXPECT_THAT(error.args, ElementsAre("app", one.change.kind, one.change.key, one.field));
  }
}

TEST(CraftboxxBody, SeveralArticlesAreKeyedByTheirIds) {
  EXPECT_EQ(bodyOf(change("appointment", "k", {{"articles", R"({"A1":2,"A2":-1})"}}, "5")),
            R"({"articles":{"47":{"amount":2},"9":{"amount":-1}}})");
}

TEST(CraftboxxAnswer, AppointmentsDayIsReadInItsOwnZone) {
  struct Case {
    const char* row;
    const char* date;
  };
  const Case cases[] = {
      {R"({"start":"2025-05-08T22:00:00.000000Z","timezone":"Europe/Berlin"})", "2025-05-09"},
      {R"({"start":"2025-05-08T22:00:00.000000Z"})", "2025-05-09"},
      {R"({"start":"2025-05-08T22:00:00.000000Z","timezone":"Nowhere/At_All"})", "2025-05-09"},
      {R"({"start":"2025-05-08T22:00:00.000000Z","timezone":null})", "2025-05-09"},
      {R"({"start":"2025-05-08T22:00:00.000000Z","timezone":"Europe/London"})", "2025-05-08"},
      {R"({"start":"2025-05-09T00:00:00+02:00"})", "2025-05-09"},
      {R"({"start":null,"end":null})", ""},
  };
  for (const Case& one : cases) {
    EXPECT_THAT(answeredFields(*resourceOf("appointment"), json::parse(one.row), kSite),
                ElementsAre(Pair("date", one.date)))
        << one.row;
  }
  EXPECT_TRUE(answeredFields(*resourceOf("appointment"), json::parse(R"({"start":"soon"})"), kSite).empty());
}

TEST(CraftboxxAnswer, ValuesOfAllForms) {
  const auto row = json::parse(R"({"id":9001,"project_id":812,"customer_address_id":377,"title":"Praxis Nord",
    "description":"a\r\nb\rc\nd","state":"TELEPORTED","all_day":1,"internal_info":"x","color":null,"tags":[1]})");
  EXPECT_THAT(answeredFields(*resourceOf("appointment"), row, kSite),
              ElementsAre(Pair("all_day", "true"), Pair("description", "a\nb\nc\nd"), Pair("state", "TELEPORTED"),
                          Pair("title", "Praxis Nord")));
}

TEST(CraftboxxAnswer, NullIsKnownToBeEmptyAndAbsentIsNotTold) {
  const auto row = json::parse(R"({"id":5,"name":null,"supplier_article_nr":4711,"unit":{"a":1}})");
  EXPECT_THAT(answeredFields(*resourceOf("article"), row, kSite),
              ElementsAre(Pair("name", ""), Pair("number", "4711")));
}

TEST(CraftboxxAnswer, ArticlesAreToldOnlyIfAllAreOurs) {
  const auto fields = [](const char* articles) {
    return answeredFields(*resourceOf("appointment"), json{{"articles", json::parse(articles)}}, kSite);
  };
  const char* ours = R"({"id":47,"source":"profacto-agent","source_external_id":"A1","pivot":{"amount":2,"used":0}})";
  const char* foreign = R"({"id":50,"source":null,"source_external_id":null,"pivot":{"amount":1,"used":0}})";
  EXPECT_THAT(fields((std::string("[") + ours + "]").c_str()), ElementsAre(Pair("articles", R"({"A1":2})")));
  EXPECT_THAT(fields("[]"), ElementsAre(Pair("articles", "{}")));
  EXPECT_TRUE(fields((std::string("[") + ours + "," + foreign + "]").c_str()).empty());
  EXPECT_TRUE(fields(R"([{"id":47,"source":"profacto-agent","source_external_id":"A1"}])").empty());
  EXPECT_TRUE(fields(R"({"47":{"amount":2}})").empty());
}

TEST(CraftboxxRecord, RowBecomesARecordWithTheirIds) {
  const auto record = toRecord(*resourceOf("appointment"),
                               R"({"id":9001,"project_id":812,"title":"T","state":"DONE","start":null,
      "source":"profacto-agent","source_external_id":"25017","updated_at":"2025-05-02T08:00:01.250000Z","x":[{}]})",
                               kSite);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, "appointment");
  EXPECT_EQ(record->key, "9001");
  EXPECT_EQ(record->parent, "812");
  EXPECT_THAT(record->fields,
              ElementsAre(Pair("date", ""), Pair("source", "profacto-agent"), Pair("source_external_id", "25017"),
                          Pair("state", "DONE"), Pair("title", "T"), Pair("updated", "2025-05-02T08:00:01Z")));
  EXPECT_EQ(record->changed, parseIsoDate("2025-05-02"));
}

TEST(CraftboxxRecord, RowWithoutIdOrJsonIsRejected) {
  for (const char* raw : {"", "[]", "{", R"({"title":"x"})", R"({"id":null})", R"({"id":{}})"}) {
    const auto record = toRecord(*resourceOf("project"), raw, kSite);
    ASSERT_FALSE(record) << raw;
    EXPECT_EQ(record.error().fault, Fault::Reject);
  }
}

TEST(CraftboxxStamp, AllSpellings) {
  struct Case {
    const char* text;
    const char* utc;  // "" = refused
  };
  const Case cases[] = {
      {"2025-05-08T09:15:00.000000Z", "2025-05-08T09:15:00Z"},
      {"2025-05-08T09:15:00Z", "2025-05-08T09:15:00Z"},
      {"2025-05-08 09:15:00", "2025-05-08T09:15:00Z"},
      {"2025-05-09T00:00:00+02:00", "2025-05-08T22:00:00Z"},
      {"2025-05-08T20:30:00-02:30", "2025-05-08T23:00:00Z"},
      {"2025-05-08T09:15:00.5+01:00", "2025-05-08T08:15:00Z"},
      {"2025-05-08", ""},
      {"", ""},
      {"2025-05-08T25:15:00Z", ""},
      {"2025-13-08T09:15:00Z", ""},
      {"2025-05-08T09:15:00X", ""},
      {"2025-05-08T-9:15:00Z", ""},
      {"heute", ""},
  };
  for (const Case& one : cases) {
    const auto time = parseStamp(one.text);
    EXPECT_EQ(time ? isoStamp(*time) : "", one.utc) << one.text;
  }
}

TEST(CraftboxxSecrets, TokenLikeMembersGoAtAnyDepthAndTheRestStaysInOrder) {
  const auto clean = withoutSecrets(
      R"({"z":1,"creation":{"causer":{"name":"E","api_token":"s1","cello_token":{"a":"s2"}}},"l":[{"Password":"s3","k":2}],"a":"ü"})");
  ASSERT_TRUE(clean);
  EXPECT_EQ(*clean, R"({"z":1,"creation":{"causer":{"name":"E"}},"l":[{"k":2}],"a":"ü"})");
}

TEST(CraftboxxSecrets, EscapedNamesAreSeenToo) {
  const auto clean = withoutSecrets(R"({"api_tok\u0065n":"s1","b":2})");
  ASSERT_TRUE(clean);
  EXPECT_THAT(*clean, Not(HasSubstr("s1")));
}

TEST(CraftboxxSecrets, RowsWithoutSuchMembersKeepTheirBytes) {
  EXPECT_EQ(withoutSecrets("{\"title\": \"\\u00fcber\",  \"n\":1.0}"), std::nullopt);
  EXPECT_EQ(withoutSecrets(R"({"info":"das Passwort liegt bei token"})"), std::nullopt);
}

TEST(CraftboxxSecrets, UnreadableRowIsDropped) { EXPECT_EQ(withoutSecrets(R"({"api_token":)"), "{}"); }

TEST(CraftboxxResources, ParentsHaveLowerRanks) {
  for (const Resource& resource : resources()) {
    for (const FieldPair& pair : resource.fields) {
      if (pair.target.empty()) continue;
      EXPECT_LT(resourceOf(pair.target)->rank, resource.rank) << pair.ours;
    }
  }
  EXPECT_EQ(resourceOf("spaceship"), nullptr);
}

}  // namespace
}  // namespace postern::craftboxx
