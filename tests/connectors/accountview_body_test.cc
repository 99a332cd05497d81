// What is sent: positional tables, stored values, references; and the settings they follow.

#include <gmock/gmock.h>

#include "connectors/accountview/body.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"
#include "tests/connectors/accountview_bench.h"

namespace postern::accountview {
namespace {

TEST(AccountViewBodyTest, HeaderAndDetailAreTiedByTheirRowIds) {
  const std::string body =
      writeBody("SO1", "SO_HDR", {{"RPL_DEL", 'C', "10001"}, {"ORD_DATE", 'T', wireDay("2026-01-15")}},
                DetailRow{"SO_LINE", {{"ART_CODE", 'C', "KLEP15"}, {"ORD_QTY", 'N', 2.5}}}, "2026-01-15", {});
  EXPECT_EQ(body, R"({"BookDate":"2026-01-15T00:00:00.000Z","BusinessObject":"SO1",)"
                  R"("Table":{"Definition":{"Name":"SO_HDR","Fields":[{"Name":"RowId","FieldType":"C"},)"
                  R"({"Name":"RPL_DEL","FieldType":"C"},{"Name":"ORD_DATE","FieldType":"T"}]},)"
                  R"("DetailDefinitions":[{"Name":"SO_LINE","Fields":[{"Name":"RowId","FieldType":"C"},)"
                  R"({"Name":"HeaderId","FieldType":"C"},{"Name":"ART_CODE","FieldType":"C"},)"
                  R"({"Name":"ORD_QTY","FieldType":"N"}]}]},)"
                  R"("TableData":{"Data":{"Rows":[{"Values":["1","10001","2026-01-15T00:00:00.000Z"]}]},)"
                  R"("DetailData":[{"Rows":[{"Values":["1","1","KLEP15",2.5]}]}]}})");
}

TEST(AccountViewBodyTest, DetailsBookDateAndIdAreLeftOutWhenThereAreNone) {
  const std::string body = writeBody("AR1", "CONTACT", {{"CITY", 'C', "Utrecht"}}, {}, {}, "10001");
  EXPECT_EQ(body, R"({"BusinessObject":"AR1","id":"10001","Table":{"Definition":{"Name":"CONTACT","Fields":[)"
                  R"({"Name":"RowId","FieldType":"C"},{"Name":"CITY","FieldType":"C"}]}},)"
                  R"("TableData":{"Data":{"Rows":[{"Values":["1","Utrecht"]}]}}})");
}

TEST(AccountViewBodyTest, TextIsStoredAsItsFieldKeepsIt) {
  const TextRules lenient;
  const TextRules strict{false, false};
  const FieldType narrow{'C', 5, false};
  EXPECT_EQ(storedValue(Form::Text, narrow, lenient, "Éénling"), "Éénli");
  EXPECT_EQ(storedValue(Form::Text, narrow, lenient, "abcd efg"), "abcd");
  EXPECT_EQ(storedValue(Form::Text, {'C', 0, true}, lenient, "1234 ab"), "1234 AB");
  EXPECT_EQ(storedValue(Form::Text, {}, lenient, "漢"), "?");
  EXPECT_EQ(storedValue(Form::Text, narrow, strict, "Éénling").error(), &kTooLong);
  EXPECT_EQ(storedValue(Form::Text, {}, strict, "漢").error(), &kBadCharacters);
}

TEST(AccountViewBodyTest, CodesAreNeverCutOrReplaced) {
  const TextRules lenient;
  EXPECT_EQ(storedValue(Form::Key, {'C', 10, true}, lenient, "p-1"), "P-1");
  EXPECT_EQ(storedValue(Form::Key, {'C', 3, true}, lenient, "P-100").error(), &kTooLong);
  EXPECT_EQ(storedValue(Form::Key, {}, lenient, "P漢").error(), &kBadCharacters);
}

TEST(AccountViewBodyTest, NumbersAndDaysAreChecked) {
  EXPECT_EQ(storedValue(Form::Number, {'N', 0, false}, {}, "2.50"), "2.5");
  EXPECT_EQ(storedValue(Form::Number, {'N', 0, false}, {}, "twee").error(), &kBadValue);
  EXPECT_EQ(storedValue(Form::Day, {'T', 0, false}, {}, "2026-13-01").error(), &kBadValue);
  EXPECT_EQ(wireValue({'N', 0, false}, "2.5"), 2.5);
  EXPECT_EQ(wireValue({'L', 0, false}, "true"), true);
  EXPECT_EQ(wireValue({'T', 0, false}, "2026-07-15"), "2026-07-15T00:00:00.000Z");
}

TEST(AccountViewBodyTest, ReferencesThatDoNotFitAreHashed) {
  EXPECT_EQ(referenceOf("PST-", "42", 32), "PST-42");
  EXPECT_EQ(keyOfReference("PST-", "PST-42   "), "42");
  for (const std::string& key : {std::string("0f8fad5b-d9cb-469f-a165-70867728950e"), std::string("漢"),
                                 std::string("#1"), std::string("a "), std::string(" a"), std::string("x\ny")}) {
    const std::string reference = referenceOf("PST-", key, 32);
    EXPECT_EQ(reference.size(), 25U) << key;
    EXPECT_TRUE(reference.starts_with("PST-#")) << key;
    EXPECT_FALSE(keyOfReference("PST-", reference)) << key;
  }
  EXPECT_NE(referenceOf("PST-", "#1", 32), referenceOf("PST-", "#2", 32));
  EXPECT_FALSE(keyOfReference("PST-", "OTHER-42"));
}

TEST(AccountViewBodyTest, SearchCodeFollowsItsRule) {
  EXPECT_EQ(searchCode("name", "De Vries & Zn. Installatie", ""), "DEVRIESZNI");
  EXPECT_EQ(searchCode("name", "漢", ""), "-");
  EXPECT_EQ(searchCode("number", "De Vries", "d10001"), "D10001");
  EXPECT_EQ(searchCode("dash", "De Vries", "1"), "-");
}

TEST(AccountViewBodyTest, TypesComeFromTheSettingsBeforeTheSheet) {
  const Section section = makeSection(
      "erp", kConnector.options,
      {{"client_id", "c"}, {"client_secret", "s"}, {"refresh_token", "t"}, {"field.CONTACT.ACCT_NAME", "c60!"}});
  const FieldTypes types = fieldTypes(section);
  EXPECT_EQ(types.at("CONTACT.ACCT_NAME"), (FieldType{'C', 60, true}));
  EXPECT_EQ(types.at("SO_HDR.COMMENT1"), (FieldType{'C', 40, false}));
  EXPECT_EQ(types.at("CONTACT.COMMENT1").letter, 'M');
  EXPECT_EQ(typeOf(types, "PROJECTS", "BEG_DATE", Form::Day).letter, 'T');
  for (const char* bad : {"", "X", "C0", "C300", "N5", "C4O"}) EXPECT_FALSE(readFieldType(bad)) << bad;
}

}  // namespace
}  // namespace postern::accountview
