// The simulated AccountView: what POST and PUT do. Numbers of the checklist are those of the sheet's section 12.

#include <Poco/Exception.h>
#include <gmock/gmock.h>

#include "tests/sim/accountview/accountview_fixture.h"

namespace postern::sim::accountview {
namespace {

using testing::HasSubstr;

/// {"NAME:T": value, …} as the positional table with its values.
struct Sheet {
  std::string name;
  std::vector<std::pair<std::string, Json>> cells;

  Json definition() const {
    Json fields = Json::array();
    for (const auto& [cell, value] : cells) {
      fields.push_back({{"Name", cell.substr(0, cell.find(':'))}, {"FieldType", cell.substr(cell.find(':') + 1)}});
    }
    return {{"Name", name}, {"Fields", fields}};
  }
  Json values() const {
    Json out = Json::array();
    for (const auto& [cell, value] : cells) out.push_back(value);
    return {{"Values", out}};
  }
};

Json body(const std::string& object, const Sheet& header, const std::vector<Sheet>& lines = {}) {
  Json out{{"BookDate", ""},
           {"BusinessObject", object},
           {"Table", {{"Definition", header.definition()}, {"DetailDefinitions", nullptr}}},
           {"TableData", {{"Data", {{"Rows", Json::array({header.values()})}}}, {"DetailData", nullptr}}}};
  if (lines.empty()) return out;
  Json rows = Json::array();
  for (const Sheet& line : lines) rows.push_back(line.values());
  out["Table"]["DetailDefinitions"] = Json::array({lines.front().definition()});
  out["TableData"]["DetailData"] = Json::array({Json{{"Rows", rows}}});
  return out;
}

struct WriteTest : AccountViewTest {
  WriteTest() {
    sim.setNow(kNoon);
    logIn();
    debtor("10001");
    sim.insert("ARTICLE", {{"ART_CODE", "KLEP15"}, {"ART_DESC1", "Klep"}});
  }
  Reply send(const std::string& method, const Json& request) {
    return client.send(method, "/api/v3/accountviewdata", request.dump(),
                       {{"Content-Type", "application/json; charset=UTF-8"}});
  }
  static Sheet orderHeader(const std::string& date = "2026-01-15T00:00:00.000Z") {
    return {"SO_HDR",
            {{"RowId:C", "1"},
             {"RPL_DEL:C", "10001"},
             {"ORD_DATE:T", date},
             {"DEL_DATE:T", "2026-01-22T00:00:00.000Z"},
             {"COMMENT1:C", "Ketel nakijken"},
             {"EXT_ID:C", "wo-81"}}};
  }
  static Sheet line(const std::string& article = "KLEP15", const Json& header = "1") {
    return {"SO_LINE", {{"RowId:C", 1}, {"HeaderId:C", header}, {"ART_CODE:C", article}, {"ORD_QTY:N", 2}}};
  }
  static Json newDebtor() {
    return body(
        "AR1",
        {"CONTACT", {{"RowId:C", "1"}, {"ACCT_NAME:C", "Bakkerij"}, {"SRC_CODE:C", "bakker"}, {"ACCT_NR:C", "1300"}}});
  }
  void hoursBase() {
    project("P1", {{"PJ_TYPE", "ONDERHOUD"}});
    sim.insert("EMPLOYEE", {{"EMP_NR", "E01"}, {"EMP_NAME", "Daan"}});
    sim.insert("HOUR_TYPE", {{"HRT_CODE", "WERK"}, {"HRT_DESC", "Werktijd"}});
  }
  static Json hours(const std::string& date = "2026-01-15T00:00:00.000Z") {
    return body("HRS", {"HOURS",
                        {{"RowId:C", "1"},
                         {"EMP_NR:C", "e01"},
                         {"PROJ_CODE:C", "P1"},
                         {"HRT_CODE:C", "WERK"},
                         {"HR_DATE:T", date},
                         {"HR_QTY:N", 0.75}}});
  }
};

TEST_F(WriteTest, PostOfAnOrderAnswersHeaderAndLinesWithAssignedKeys) {
  const auto reply = send("POST", body("SO1", orderHeader(), {line()}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto& header = reply.json["SO_HDR"][0];
  EXPECT_EQ(trimRight(header["ORD_NR"]), "20260001");
  EXPECT_EQ(trimRight(header["RPL_INV"]), "10001");
  EXPECT_EQ(header["DEL_DATE"], "2026-01-22T00:00:00");  // the zone was read over
  EXPECT_EQ(reply.json["SO_LINE"][0]["LINE_NR"], 1);
  EXPECT_EQ(sim.record("SO_LINE", "20260001|1")["ORD_QTY"], 2);
}

TEST_F(WriteTest, MemberNamesOfTheBodyHaveNoCase) {
  Json request = body("SO1", orderHeader());
  request["table"] = request["Table"];
  request.erase("Table");
  auto& definition = request["table"]["Definition"];
  definition["name"] = definition["Name"];
  definition.erase("Name");
  EXPECT_EQ(send("POST", request).status, 200);
}

TEST_F(WriteTest, LineWithoutItsHeaderOrArticleStoresNothing) {
  EXPECT_EQ(send("POST", body("SO1", orderHeader(), {line("KLEP15", "7")})).status, 400);
  const auto reply = send("POST", body("SO1", orderHeader(), {line(), line("NIET")}));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.json["ErrorMessage"].get<std::string>(), HasSubstr("NIET"));
  EXPECT_EQ(sim.count("SO_HDR"), 0);
  EXPECT_EQ(sim.count("SO_LINE"), 0);
}

TEST_F(WriteTest, LinesAreAddedToAnOrderByPutOrByPost) {
  send("POST", body("SO1", orderHeader(), {line()}));
  Json put = body("SO1", {"SO_HDR", {{"RowId:C", "1"}}}, {line(), line()});
  put["id"] = "20260001";
  const auto reply = send("PUT", put);
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json["SO_LINE"][1]["LINE_NR"], 3);
  EXPECT_EQ(sim.count("SO_LINE"), 3);

  Sheet named{"SO_HDR", {{"RowId:C", "1"}, {"ORD_NR:C", "20260001"}}};
  EXPECT_EQ(send("POST", body("SO1", named, {line()})).status, 400);
  with([](auto& o) { o.addLines = AccountViewOptions::AddLines::Post; });
  EXPECT_EQ(send("PUT", put).status, 400);
  EXPECT_EQ(send("POST", body("SO1", named, {line()})).status, 200);
  EXPECT_EQ(sim.count("SO_LINE"), 4);
  EXPECT_EQ(sim.count("SO_HDR"), 1);
}

TEST_F(WriteTest, RowActionTwoChangesALine) {
  send("POST", body("SO1", orderHeader(), {line()}));
  Sheet change{"SO_LINE",
               {{"RowId:C", "1"}, {"HeaderId:C", "1"}, {"RowAction:N", 2}, {"LINE_NR:I", 1}, {"ORD_QTY:N", 5}}};
  Json put = body("SO1", {"SO_HDR", {{"RowId:C", "1"}}}, {change});
  put["id"] = "20260001";
  EXPECT_EQ(send("PUT", put).status, 200);
  EXPECT_EQ(sim.count("SO_LINE"), 1);
  EXPECT_EQ(sim.record("SO_LINE", "20260001|1")["ORD_QTY"], 5);
}

TEST_F(WriteTest, ClosedOrderTakesNoLines) {
  send("POST", body("SO1", orderHeader()));
  sim.edit("SO_HDR", "20260001", {{"ORD_STAT", "C"}});
  Json put = body("SO1", {"SO_HDR", {{"RowId:C", "1"}}}, {line()});
  put["id"] = "20260001";
  EXPECT_THAT(send("PUT", put).json["ErrorMessage"].get<std::string>(), HasSubstr("gefactureerd"));
}

TEST_F(WriteTest, PutChangesOnlyTheFieldsItNames) {
  debtor("10002", {{"CITY", "Breda"}});
  Json put = body("AR1", {"CONTACT", {{"RowId:C", "1"}, {"TEL_BUS:C", "030-1"}}});
  put["id"] = "10002";
  EXPECT_EQ(send("PUT", put).status, 200);
  EXPECT_EQ(sim.record("CONTACT", "10002")["CITY"], "Breda");
  EXPECT_EQ(sim.record("CONTACT", "10002")["TEL_BUS"], "030-1");
  EXPECT_EQ(sim.record("CONTACT", "10002")["CNG_NR"], 2);
  put["id"] = "99999";
  EXPECT_EQ(send("PUT", put).status, 400);
}

TEST_F(WriteTest, DebtorGetsANumberUnlessNumbersComeFromOutside) {
  const auto reply = send("POST", newDebtor());
  EXPECT_EQ(trimRight(reply.json["CONTACT"][0]["SUB_NR"]), "1");
  EXPECT_EQ(trimRight(reply.json["CONTACT"][0]["SRC_CODE"]), "BAKKER");
  with([](auto& o) { o.ownNumbering = false; });
  EXPECT_THAT(send("POST", newDebtor()).json["ErrorMessage"].get<std::string>(), HasSubstr("SUB_NR is verplicht"));
}

TEST_F(WriteTest, KeyThatIsThereIsRefused) {
  Sheet sheet{
      "CONTACT",
      {{"RowId:C", "1"}, {"SUB_NR:C", "10001"}, {"ACCT_NAME:C", "x"}, {"SRC_CODE:C", "-"}, {"ACCT_NR:C", "1300"}}};
  EXPECT_EQ(send("POST", body("AR1", sheet)).status, 400);
  EXPECT_EQ(sim.count("CONTACT"), 1);
}

TEST_F(WriteTest, LongTextIsCutOrRefused) {
  Json request = newDebtor();
  request["TableData"]["Data"]["Rows"][0]["Values"][1] = std::string(39, 'a') + "éé";
  send("POST", request);
  EXPECT_EQ(sim.record("CONTACT", "1")["ACCT_NAME"], std::string(39, 'a') + "é");
  with([](auto& o) { o.tooLong = AccountViewOptions::TooLong::Refuse; });
  EXPECT_THAT(send("POST", request).json["ErrorMessage"].get<std::string>(), HasSubstr("te lang"));
}

TEST_F(WriteTest, CharactersOutsideWindows1252AreLostOrRefused) {
  Json request = newDebtor();
  request["TableData"]["Data"]["Rows"][0]["Values"][1] = "Łódź € café";
  send("POST", request);
  EXPECT_EQ(sim.record("CONTACT", "1")["ACCT_NAME"], "?ód? € café");
  with([](auto& o) { o.foreign = AccountViewOptions::Foreign::Refuse; });
  EXPECT_EQ(send("POST", request).status, 400);
}

TEST_F(WriteTest, BlockedFieldsTablesAndMandatoryFieldsAreRefused) {
  Json request = newDebtor();
  request["Table"]["Definition"]["Fields"][1]["Name"] = "CNG_USR";
  EXPECT_THAT(send("POST", request).json["ErrorMessage"].get<std::string>(), HasSubstr("geblokkeerd"));
  with([](auto& o) { o.mandatoryFields = {"CONTACT.CITY"}; });
  EXPECT_THAT(send("POST", newDebtor()).json["ErrorMessage"].get<std::string>(), HasSubstr("CITY is verplicht"));
  with([](auto& o) { o.mandatoryFields = {}, o.noXmlUpdate = {"CONTACT"}; });
  EXPECT_THAT(send("POST", newDebtor()).json["ErrorMessage"].get<std::string>(), HasSubstr("web-API"));
}

TEST_F(WriteTest, ErrorsComeWithTheStatusOfTheSwitch) {
  for (const int status : {200, 400, 500}) {
    with([&](auto& o) { o.errorStatus = status; });
    const auto reply = send("POST", body("SO1", orderHeader(), {line("NIET")}));
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.json["ErrorType"], "AccountViewError");
    EXPECT_TRUE(reply.json["ErrorNumbers"].is_null());
  }
}

TEST_F(WriteTest, NewYearsBlockedAdministrationRefusesItsRows) {
  const auto reply = send("POST", body("SO1", orderHeader("2027-01-02T00:00:00.000Z")));
  EXPECT_THAT(reply.json["ErrorMessage"].get<std::string>(), HasSubstr("2027 is geblokkeerd"));
  Json booked = body("SO1", orderHeader());
  booked["BookDate"] = "2027-01-01T00:00:00.000Z";
  EXPECT_EQ(send("POST", booked).status, 400);
  with([](auto& o) { o.administrations = {{"2026", "open"}, {"2027", "open"}}; });
  EXPECT_EQ(send("POST", booked).status, 200);
  EXPECT_EQ(send("POST", body("SO1", orderHeader("2028-01-02"))).status, 400);
}

TEST_F(WriteTest, LostAnswerLeavesTheRowThere) {
  sim.addFault({.kind = Fault::Kind::ApplyThenClose, .methodContains = "POST", .pathContains = "accountviewdata"});
  EXPECT_THROW(send("POST", body("SO1", orderHeader())), Poco::Exception);
  EXPECT_EQ(sim.count("SO_HDR"), 1);
  EXPECT_EQ(sim.doubled("SO_HDR"), 0);
  send("POST", body("SO1", orderHeader()));  // no idempotency: sent again, it is there twice
  EXPECT_EQ(sim.doubled("SO_HDR"), 1);
  const auto counts = client.get("/_sim/counts").json;
  EXPECT_EQ(counts["createdOrders"], 2);
  EXPECT_EQ(counts["doubledOrders"], 1);
  EXPECT_EQ(counts["doubledLines"], 0);
}

TEST_F(WriteTest, HoursAreBookedOrRefusedForABusinessReason) {
  hoursBase();
  EXPECT_EQ(send("POST", hours()).status, 200);
  EXPECT_EQ(sim.record("HOURS", "0000000001")["HR_QTY"], 0.75);
  EXPECT_EQ(sim.record("HOURS", "0000000001")["EMP_NR"], "E01");
  EXPECT_EQ(send("POST", hours("2027-02-01")).status, 400);
  with([](auto& o) { o.blockedHours = {"ONDERHOUD/WERK"}; });
  EXPECT_THAT(send("POST", hours()).json["ErrorMessage"].get<std::string>(), HasSubstr("uursoort"));
  with([](auto& o) { o.blockedHours = {}; });
  sim.edit("PROJECTS", "P1", {{"PRO_STAT", "C"}});
  EXPECT_THAT(send("POST", hours()).json["ErrorMessage"].get<std::string>(), HasSubstr("afgesloten"));
  EXPECT_EQ(client.get("/_sim/counts").json["createdHours"], 1);
}

TEST_F(WriteTest, BlockedDebtorGetsNoOrder) {
  sim.edit("CONTACT", "10001", {{"BLK_SP", true}});
  EXPECT_EQ(send("POST", body("SO1", orderHeader())).status, 400);
}

TEST_F(WriteTest, ControlCallsDoWhatTheMethodsDo) {
  const auto control = [&](const std::string& call, const Json& request) {
    return client.send("POST", "/_sim/" + call, request.dump());
  };
  EXPECT_EQ(control("mode", {{"padText", false}, {"dates", "Mixed"}}).status, 200);
  EXPECT_FALSE(sim.options().padText);
  EXPECT_EQ(control("mode", {{"padText", true}, {"noSuch", 1}}).status, 400);
  EXPECT_FALSE(sim.options().padText);
  EXPECT_EQ(control("insert", {{"table", "PJ_TYPE"}, {"row", {{"TYPE_CODE", "X"}, {"TYPE_DESC", "x"}}}}).json["key"],
            "X");
  EXPECT_EQ(control("edit", {{"table", "PJ_TYPE"}, {"key", "X"}, {"fields", {{"TYPE_DESC", "y"}}}}).status, 200);
  EXPECT_EQ(client.get("/_sim/dump", {{"table", "PJ_TYPE"}}).json["PJ_TYPE"][0]["TYPE_DESC"], "y");
  EXPECT_EQ(client.get("/_sim/summary").json["CONTACT"]["count"], 1);
  EXPECT_TRUE(control("grant", Json::object()).json.contains("refresh_token"));
  EXPECT_EQ(control("revoke", {{"which", "access"}}).status, 200);
  EXPECT_EQ(read("AR1").status, 401);
  EXPECT_EQ(control("erase", {{"table", "PJ_TYPE"}, {"key", "Z"}}).status, 400);
}

}  // namespace
}  // namespace postern::sim::accountview
