// The simulated AccountView: grant, reading, dictionary. Numbers of the checklist are those of the sheet's section 12.
// Writing is in accountview_write_test.cc.

#include <gmock/gmock.h>

#include "tests/sim/accountview/accountview_fixture.h"

namespace postern::sim::accountview {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const Pairs kAuthorize{{"response_type", "code"},
                       {"client_id", "postern-test"},
                       {"redirect_uri", "http://127.0.0.1:8765/callback"},
                       {"scope", "readaccountviewdata updateaccountviewdata"},
                       {"state", "s 1&"}};

struct GrantTest : AccountViewTest {
  std::map<std::string, std::string> redirected(const Reply& reply) {
    const Poco::URI target(reply.headers.at("Location"));
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : target.getQueryParameters()) out[name] = value;
    return out;
  }
  Reply token(Pairs form) {
    form.insert(form.end(), {{"client_id", "postern-test"}, {"client_secret", "geheim-van-de-app"}});
    return client.form("/api/v3/token", form);
  }
  Reply exchange(const std::string& code, const std::string& uri = "http://127.0.0.1:8765/callback") {
    return token({{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", uri}});
  }
  Reply refresh(const std::string& token_) {
    return token({{"grant_type", "refresh_token"}, {"refresh_token", token_}});
  }
};

// --- 1: grant -------------------------------------------------------------------------------------------------------

TEST_F(GrantTest, AuthorizeRedirectsAtOnceWithCodeAndState) {
  const auto reply = client.get("/ams/authorize.aspx", kAuthorize);
  EXPECT_EQ(reply.status, 302);
  EXPECT_THAT(reply.headers.at("Location"), testing::StartsWith("http://127.0.0.1:8765/callback?code="));
  EXPECT_EQ(redirected(reply)["state"], "s 1&");
}

TEST_F(GrantTest, CodeHasToBeDecodedOnceAndIsGoodOnce) {
  const auto location = client.get("/ams/authorize.aspx", kAuthorize).headers.at("Location");
  const auto begin = location.find("code=") + 5;
  const std::string raw = location.substr(begin, location.find('&', begin) - begin);
  EXPECT_EQ(exchange(raw).json["error"], "invalid_grant");
  std::string once, twice;
  Poco::URI::decode(raw, once);
  Poco::URI::decode(once, twice);
  EXPECT_EQ(exchange(twice).json["error"], "invalid_grant");

  const auto reply = exchange(once);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json["token_type"], "bearer");
  EXPECT_EQ(reply.json["expires_in"], 3600);
  EXPECT_EQ(exchange(once).json["error"], "invalid_grant");
}

TEST_F(GrantTest, RedirectUriMustBeTheRegisteredOneAndIdentical) {
  auto foreign = kAuthorize;
  foreign[2].second = "http://localhost:8765/callback";
  EXPECT_EQ(client.get("/ams/authorize.aspx", foreign).status, 400);

  const auto code = redirected(client.get("/ams/authorize.aspx", kAuthorize))["code"];
  EXPECT_EQ(exchange(code, "http://127.0.0.1:8765/callback/").json["error"], "invalid_grant");
}

TEST_F(GrantTest, ClientCredentialsCountInTheBodyOnly) {
  const auto code = redirected(client.get("/ams/authorize.aspx", kAuthorize))["code"];
  client.headers["Authorization"] = "Basic cG9zdGVybi10ZXN0OmdlaGVpbS12YW4tZGUtYXBw";
  const auto reply = client.form(
      "/api/v3/token",
      {{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", "http://127.0.0.1:8765/callback"}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.json["error"], "invalid_client");
}

TEST_F(GrantTest, RefreshTokenRotatesAndTheOldOneDies) {
  const std::string first = sim.grant()["refresh_token"];
  const auto reply = refresh(first);
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.json["refresh_token"], first);
  EXPECT_EQ(refresh(first).status, 400);
  EXPECT_EQ(refresh(first).json["error"], "invalid_grant");
  EXPECT_EQ(refresh(reply.json["refresh_token"]).status, 200);
}

TEST_F(GrantTest, OldRefreshTokenStaysGoodForTheGraceThatIsSet) {
  sim.setNow(kNoon);
  with([](auto& o) { o.oldTokenGrace = std::chrono::seconds(60); });
  const std::string first = sim.grant()["refresh_token"];
  const auto second = refresh(first).json["refresh_token"];
  sim.setNow(kNoon + std::chrono::seconds(59));
  EXPECT_EQ(refresh(first).status, 200) << "whoever lost the answer asks again";
  sim.setNow(kNoon + std::chrono::seconds(60));
  EXPECT_EQ(refresh(first).json["error"], "invalid_grant");
  EXPECT_EQ(refresh(second).status, 200);
}

TEST_F(GrantTest, ExpiredAccessTokenIs401UntilRefreshed) {
  sim.setNow(kNoon);
  const auto granted = sim.grant();
  client.headers["Authorization"] = "Bearer " + granted["access_token"].get<std::string>();
  EXPECT_EQ(client.get("/api/v3/companies").status, 200);
  sim.setNow(kNoon + std::chrono::seconds(3600));
  EXPECT_EQ(client.get("/api/v3/companies").status, 401);
  const auto fresh = refresh(granted["refresh_token"]);
  client.headers["Authorization"] = "Bearer " + fresh.json["access_token"].get<std::string>();
  EXPECT_EQ(client.get("/api/v3/companies").status, 200);
}

TEST_F(GrantTest, UserWithoutRightsIsRefusedWhereTheSwitchSays) {
  with([](auto& o) { o.rights = AccountViewOptions::Rights::RefusedAtRedirect; });
  auto answer = redirected(client.get("/ams/authorize.aspx", kAuthorize));
  EXPECT_EQ(answer["error"], "access_denied");
  EXPECT_EQ(answer["state"], "s 1&");
  EXPECT_FALSE(answer.contains("code"));

  with([](auto& o) { o.rights = AccountViewOptions::Rights::RefusedAtToken; });
  const auto code = redirected(client.get("/ams/authorize.aspx", kAuthorize))["code"];
  EXPECT_EQ(exchange(code).json["error"], "access_denied");
}

TEST_F(GrantTest, ExpiresInMayBeTextOrMissing) {
  with([](auto& o) { o.expiresIn = AccountViewOptions::ExpiresIn::Text; });
  EXPECT_EQ(refresh(sim.grant()["refresh_token"]).json["expires_in"], "3600");
  with([](auto& o) { o.expiresIn = AccountViewOptions::ExpiresIn::Absent; });
  EXPECT_FALSE(refresh(sim.grant()["refresh_token"]).json.contains("expires_in"));
}

// --- 2: companies ---------------------------------------------------------------------------------------------------

struct ReadTest : AccountViewTest {
  ReadTest() { logIn(); }
  void debtors(int count) {
    for (int i = count; i >= 1; --i) debtor(std::to_string(100 + i));
  }
};

TEST_F(ReadTest, CompaniesNeedNoCompanyAndTheRestDoes) {
  client.headers.erase("x-company");
  const auto companies = client.get("/api/v3/companies");
  ASSERT_THAT(companies.json, SizeIs(2));
  EXPECT_EQ(companies.json[0]["Code"], "VANDIJK");
  const auto reply = read("AR1");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.json["ErrorType"], "AccountViewError");
  client.headers["x-company"] = "1002";
  EXPECT_EQ(read("AR1").json["CONTACT"], Json::array());
}

TEST_F(ReadTest, LetterCaseOfPathsAndParametersIsIgnored) {
  debtors(1);
  EXPECT_EQ(
      client.get("/API/V3/AccountViewData", {{"businessobject", "ar1"}, {"PAGESIZE", "5"}}).json["CONTACT"].size(), 1u);
}

TEST_F(ReadTest, WithoutAcceptTheAnswerIsXml) {
  client.headers.erase("Accept");
  EXPECT_THAT(read("AR1").body, testing::StartsWith("<?xml"));
}

// --- 3: paging ------------------------------------------------------------------------------------------------------

TEST_F(ReadTest, PagesByKeyAndByNumber) {
  debtors(5);
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}})), ElementsAre("101", "102"));
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}, {"lastKey", "102"}})), ElementsAre("103", "104"));
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}, {"lastKey", "105"}})), ElementsAre());
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}, {"PageNumber", "3"}})), ElementsAre("105"));
}

TEST_F(ReadTest, OneStyleOfPagingMayBeIgnored) {
  debtors(3);
  with([](auto& o) { o.paging = AccountViewOptions::Paging::LastKey; });
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}, {"PageNumber", "2"}})), ElementsAre("101", "102"));
  with([](auto& o) { o.paging = AccountViewOptions::Paging::PageNumber; });
  EXPECT_THAT(keys(read("AR1", {{"PageSize", "2"}, {"lastKey", "102"}})), ElementsAre("101", "102"));
}

TEST_F(ReadTest, SortsByTheFieldsAskedForOrInTheOrderOfEntry) {
  debtors(3);
  EXPECT_THAT(keys(read("AR1", {{"SortFields", "SUB_NR"}, {"SortOrder", "Descending"}})),
              ElementsAre("103", "102", "101"));
  with([](auto& o) { o.recordOrder = true; });
  EXPECT_THAT(keys(read("AR1")), ElementsAre("103", "102", "101"));
}

// --- 4, 5: shape ----------------------------------------------------------------------------------------------------

TEST_F(ReadTest, SingleRecordMayComeAsObjectAndEmptyTablesAsArrays) {
  debtors(1);
  EXPECT_TRUE(read("AR1").json["CONTACT"].is_array());
  EXPECT_EQ(read("AR1").json["USR_LINK"], Json::array());
  with([](auto& o) { o.singleAsObject = true; });
  EXPECT_EQ(read("AR1").json["CONTACT"]["SUB_NR"], "101       ");
}

TEST_F(ReadTest, ChildrenComeBesideOrInside) {
  demo();
  const auto beside = read("SO1", {{"PageSize", "20"}});
  ASSERT_FALSE(beside.json["SO_LINE"].empty());
  for (const auto& line : beside.json["SO_LINE"]) {
    const auto& header = beside.json["SO_HDR"].at(line["SO_HDR_Id"].get<std::size_t>());
    EXPECT_EQ(line["ORD_NR"], header["ORD_NR"]);
  }
  with([](auto& o) { o.nestedChildren = true; });
  const auto inside = read("SO1", {{"PageSize", "20"}});
  EXPECT_FALSE(inside.json.contains("SO_LINE"));
  EXPECT_TRUE(inside.json["SO_HDR"][0]["SO_LINE"].is_array());
}

TEST_F(ReadTest, TextIsPaddedAndDatesComeInThreeSpellings) {
  project("P1", {{"BEG_DATE", "2026-07-01"}});
  const auto begin = [&] { return read("PJ1").json["PROJECTS"][0]["BEG_DATE"]; };
  EXPECT_EQ(read("PJ1").json["PROJECTS"][0]["PROJ_CODE"], "P1        ");
  EXPECT_EQ(read("PJ1").json["PROJECTS"][0]["END_DATE"], "");
  EXPECT_EQ(begin(), "2026-07-01T00:00:00");
  with([](auto& o) { o.dates = AccountViewOptions::Dates::Rfc3339; });
  EXPECT_EQ(begin(), "2026-07-01T00:00:00+02:00");
  with([](auto& o) { o.dates = AccountViewOptions::Dates::DateOnly; });
  EXPECT_EQ(begin(), "2026-07-01");
}

TEST_F(ReadTest, FieldsAreCutToThoseAskedForAndUnknownOnesAreSilent) {
  debtors(1);
  const auto row = read("AR1", {{"Fields", "contact.SUB_NR,ACCT_NAME,NO_SUCH"}}).json["CONTACT"][0];
  EXPECT_TRUE(row.contains("ACCT_NAME"));
  EXPECT_FALSE(row.contains("CITY"));
  EXPECT_FALSE(row.contains("NO_SUCH"));
  with([](auto& o) { o.unknownFieldRefused = true; });
  EXPECT_EQ(read("AR1", {{"Fields", "NO_SUCH"}}).status, 400);
}

TEST_F(ReadTest, NoRowsMayBe404) {
  EXPECT_EQ(read("AR1").status, 200);
  with([](auto& o) { o.emptyIs404 = true; });
  EXPECT_EQ(read("AR1").status, 404);
}

// --- 6.1 and 9: filters, changes
// --------------------------------------------------------------------------------------

TEST_F(ReadTest, NumberedFiltersCombineByAndOrOr) {
  debtors(4);
  const Pairs two{{"FilterControlSource1", "SUB_NR"},
                  {"FilterOperator1", "NotEqual"},
                  {"FilterValueType1", "C"},
                  {"FilterValue1", "101"},
                  {"FilterControlSource2", "CONTACT.SUB_NR"},
                  {"FilterOperator2", "Equal"},
                  {"FilterValueType2", "C"},
                  {"FilterValue2", "101,102"},
                  {"FilterIsListOfValues2", "true"}};
  EXPECT_THAT(keys(read("AR1", two)), ElementsAre("102"));
  auto either = two;
  either.emplace_back("matchAnyFilter", "true");
  EXPECT_THAT(keys(read("AR1", either)), ElementsAre("101", "102", "103", "104"));
  EXPECT_THAT(keys(read("AR1", filter("ACCT_NAME", "Contains", "C", "104"))), ElementsAre("104"));
  EXPECT_EQ(read("AR1", filter("NO_SUCH", "Equal", "C", "x")).status, 400);
}

TEST_F(ReadTest, EqualMayWantThePaddedValue) {
  debtors(1);
  EXPECT_THAT(keys(read("AR1", filter("SUB_NR", "Equal", "C", "101"))), ElementsAre("101"));
  with([](auto& o) { o.equalPadding = AccountViewOptions::EqualPadding::Everywhere; });
  EXPECT_THAT(keys(read("AR1", filter("SUB_NR", "Equal", "C", "101"))), ElementsAre());
  EXPECT_THAT(keys(read("AR1", filter("SUB_NR", "Equal", "C", "101       "))), ElementsAre("101"));
}

TEST_F(ReadTest, ChangedSinceComparesWholeDaysUnlessSwitched) {
  sim.setNow(kNoon);  // 13:00 in the Netherlands
  debtors(1);
  const auto since = [&](const char* literal) {
    return keys(read("AR1", filter("CNG_DATE", "DateOnOrAfterDate", "T", literal))).size();
  };
  EXPECT_EQ(since("{^2026-01-15 23:00:00}"), 1u);
  EXPECT_EQ(since("{^2026-01-16}"), 0u);
  with([](auto& o) { o.wholeDays = false; });
  EXPECT_EQ(since("{^2026-01-15 23:00}"), 0u);
  EXPECT_EQ(since("{^2026-01-15 13:00:00}"), 1u);
  EXPECT_EQ(read("AR1", filter("CNG_DATE", "DateOnOrAfterDate", "T", "2026-01-15T13:00:00Z")).status, 400);
}

TEST_F(ReadTest, EachChangeRaisesTheChangeNumberAndStampsLocalTime) {
  sim.setNow(kNoon);
  debtors(1);
  sim.setNow(kNoon + std::chrono::hours(24 * 180));
  EXPECT_TRUE(sim.edit("CONTACT", "101", {{"CITY", "Breda"}}));
  const auto row = read("AR1").json["CONTACT"][0];
  EXPECT_EQ(row["CNG_NR"], 2);
  EXPECT_EQ(row["CNG_DATE"], "2026-07-14T14:00:00");
}

TEST_F(ReadTest, ErasedRowIsGoneWithoutAWord) {
  debtors(2);
  EXPECT_TRUE(sim.erase("CONTACT", "101"));
  EXPECT_THAT(keys(read("AR1")), ElementsAre("102"));
}

// --- 7: errors ------------------------------------------------------------------------------------------------------

TEST_F(ReadTest, RelayWithoutTheServerBehindItAnswersHtml) {
  with([](auto& o) { o.relayDown = true; });
  const auto reply = read("AR1");
  EXPECT_EQ(reply.status, 502);
  EXPECT_THAT(reply.body, HasSubstr("<html>"));
}

// --- 11: dictionary -------------------------------------------------------------------------------------------------

TEST_F(ReadTest, ObjectsWithoutLicenceAreNotListedAndRefused) {
  with([](auto& o) { o.missingObjects = {"CP1"}, o.readOnlyObjects = {"AK1"}; });
  std::map<std::string, bool> listed;
  const auto objects = client.get("/api/v3/accountviewsystembusinessobjects");
  for (const auto& object : objects.json) {
    listed[object["Code"]] = object["InsertAllowed"];
  }
  EXPECT_FALSE(listed.contains("CP1"));
  EXPECT_TRUE(listed.at("AR1"));
  EXPECT_FALSE(listed.at("AK1"));
  EXPECT_EQ(read("CP1").status, 400);
}

TEST_F(ReadTest, DictionaryTellsWidthsFlagsAndCustomFields) {
  with([](auto& o) {
    o.noXmlUpdate = {"PROJECTS"}, o.blockedFields = {"PROJECTS.PROJ_DESC"}, o.mandatoryFields = {"PROJECTS.SUB_NR"};
  });
  const auto fields = [&](const std::string& table) {
    std::map<std::string, Json> out;
    Pairs query = filter("DBF_NAME", "Contains", "C", table);
    query.emplace_back("BusinessObject", "FLD");
    const auto reply = client.get("/api/v3/accountviewsystemdata", query);
    for (const auto& row : reply.json["DCT_FLD"]) {
      out[trimRight(row["FIELD_NAME"])] = row;
    }
    return out;
  };
  auto projects = fields("PROJECTS");
  EXPECT_EQ(projects["PROJ_CODE"]["FIELD_LEN"], 10);
  EXPECT_EQ(trimRight(projects["PROJ_CODE"]["FLD_FMT"]), "!");
  EXPECT_EQ(projects["PROJ_DESC"]["COM_BLK"], true);
  EXPECT_EQ(projects["SUB_NR"]["INP_MAND"], true);
  EXPECT_EQ(fields("CONTACT")["A8_ROUTE"]["REC_CUST"], true);
  EXPECT_EQ(fields("CONTACT")["CNG_DATE"]["COM_BLK"], true);

  // The Ruby client asks the data call, and wants the name padded to its eight characters.
  EXPECT_THAT(read("dbf", filter("DBF_NAME", "Equal", "C", "SO_HDR")).json["DCT_FILE"], SizeIs(0));
  const auto file = read("dbf", filter("DBF_NAME", "Equal", "C", "SO_HDR  ")).json["DCT_FILE"][0];
  EXPECT_EQ(trimRight(file["DBF_BASE"]), "ART_HDR");
  EXPECT_EQ(file["DBF_VIRT"], true);
  EXPECT_EQ(read("dbf", filter("DBF_NAME", "Contains", "C", "PROJECTS")).json["DCT_FILE"][0]["NO_XML_UPD"], true);
}

TEST_F(ReadTest, FieldsCallHasNoShapeOneCouldRelyOn) {
  const auto call = [&] { return client.get("/api/v3/accountviewfields", {{"BusinessObject", "SO1"}}); };
  EXPECT_EQ(trimRight(call().json["DCT_FLD"][0]["FIELD_NAME"]), "ORD_NR");
  with([](auto& o) { o.fieldsAnswer = AccountViewOptions::FieldsAnswer::Array; });
  EXPECT_TRUE(call().json.is_array());
  with([](auto& o) { o.fieldsAnswer = AccountViewOptions::FieldsAnswer::NotFound; });
  EXPECT_EQ(call().status, 404);
}

TEST_F(ReadTest, AdministrationsAreListedTheNextYearBlocked) {
  sim.setNow(kNoon);
  std::map<int, bool> blocked;
  const auto reply = client.get("/api/v3/accountviewsystemdata", {{"businessobject", "ADL"}});
  for (const auto& row : reply.json["ADM_LIST"]) {
    blocked[row["BOOK_YEAR"]] = row["ADM_BLK"];
  }
  EXPECT_FALSE(blocked.at(2026));
  EXPECT_TRUE(blocked.at(2027));
  EXPECT_EQ(read("AR1", {{"BookDate", "2026-06-01"}}).status, 200);
  EXPECT_EQ(read("AR1", {{"BookDate", "2027-06-01"}}).status, 400);
}

TEST(AccountViewNamesTest, AnInstallationMayHaveOtherNames) {
  AccountViewOptions options;
  options.rename = {{"object.CP1", "CPX"}, {"CONT_PP", "PERSONS"}, {"CONT_PP.MAIL_PRIV", "MAIL_HOME"}};
  options.customFields = {{"PROJECTS.A8_CODE", "C3"}};
  const Schema schema = makeSchema(options);
  EXPECT_NE(schema.findObject("cpx"), nullptr);
  EXPECT_EQ(schema.findObject("CP1"), nullptr);
  EXPECT_NE(schema.findTable("Persons")->byName("mail_home"), nullptr);
  EXPECT_EQ(schema.table("PROJECTS").byWord("A8_CODE")->length, 3);
  options.rename = {{"CONT_PP.NO_SUCH", "X"}};
  EXPECT_THROW(makeSchema(options), std::invalid_argument);
}

TEST_F(ReadTest, DemoDataIsTheSameEachTime) {
  demo();
  const auto first = sim.records("CONTACT");
  sim.reset();
  demo();
  EXPECT_EQ(sim.records("CONTACT"), first);
  EXPECT_EQ(sim.count("PROJECTS"), AccountViewSize().projects);
  EXPECT_EQ(sim.doubled("CONTACT"), 0);
}

TEST(AccountViewTextTest, DutchClockKnowsTheHourThatComesTwice) {
  const auto autumn = std::chrono::sys_days(std::chrono::year(2026) / 10 / 25);
  EXPECT_EQ(dutchClock(autumn + std::chrono::minutes(30)), "2026-10-25T02:30:00");
  EXPECT_EQ(dutchClock(autumn + std::chrono::minutes(90)), "2026-10-25T02:30:00");
  EXPECT_EQ(fromDutchClock("2026-10-25T02:30:00"), autumn + std::chrono::minutes(30));
  EXPECT_EQ(throughWindows1252("é € ő 漢"), "é € ? ?");
  EXPECT_EQ(upperCase("café ß"), "CAFÉ ß");
}

}  // namespace
}  // namespace postern::sim::accountview
