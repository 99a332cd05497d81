// One row of AccountView as one record, whatever the answer or file it came from.

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "connectors/accountview/listing.h"
#include "connectors/accountview/mapping.h"
#include "tests/connectors/accountview_bench.h"

namespace postern::accountview {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

const Site kSite{"Europe/Amsterdam", {"O", "L"}};

Layout layout(const Texts& names = allNames()) { return makeLayout(fieldMap(names)); }

Record recordFrom(std::string_view kind, const json& row) {
  const Layout all = layout();
  const Table& table = all.at(kind);
  const Fields values = normalized(table, valuesOf(row), kSite.zone);
  const auto record = recordOf(table, keyOf(table, values), values, kSite);
  EXPECT_TRUE(record) << record.error().cause(Language::En);
  return record.value_or(Record{});
}

TEST(AccountViewMappingTest, CustomerHasBothAddresses) {
  const Record record = recordFrom("customer", {{"SUB_NR", "10001     "},
                                                {"ACCT_NAME", "De Vries   "},
                                                {"TEL_BUS", "030-1"},
                                                {"MAIL_BUS", "a@b.nl"},
                                                {"ADDRESS1", "Kade 12"},
                                                {"POST_CODE", "1234 AB"},
                                                {"CITY", "Utrecht"},
                                                {"PO_BOX", "Postbus 99"},
                                                {"PO_CODE", ""},
                                                {"PO_CITY", ""},
                                                {"REC_BLK", true},
                                                {"SRC_CODE", "DEVRIES"},
                                                {"CNG_DATE", "2026-01-15T08:03:11"}});
  EXPECT_EQ(record.key, "10001");
  EXPECT_EQ(isoDate(*record.changed), "2026-01-15");
  EXPECT_THAT(record.fields,
              UnorderedElementsAre(Pair("name", "De Vries"), Pair("phone", "030-1"), Pair("mail", "a@b.nl"),
                                   Pair("street", "Kade 12"), Pair("zip", "1234 AB"), Pair("city", "Utrecht"),
                                   Pair("postal_street", "Postbus 99"), Pair("postal_zip", ""), Pair("postal_city", ""),
                                   Pair("blocked", "true")));
}

TEST(AccountViewMappingTest, SplitStreetCountsWhenFilled) {
  const json row{{"SUB_NR", "1"}, {"ADDRESS1", "Oud 1"}, {"ST_STREET", "Kade"}, {"ST_NR", "12"}, {"ST_EXTRA", "bis"}};
  EXPECT_EQ(recordFrom("customer", row).field("street"), "Kade 12 bis");
  json empty = row;
  empty["ST_STREET"] = "   ";
  EXPECT_EQ(recordFrom("customer", empty).field("street"), "Oud 1");
}

TEST(AccountViewMappingTest, OpenIsWhatTheSettingSays) {
  EXPECT_EQ(recordFrom("project", {{"PROJ_CODE", "p1"}, {"PRO_STAT", "l"}}).field("open"), "true");
  EXPECT_EQ(recordFrom("project", {{"PROJ_CODE", "P1"}, {"PRO_STAT", "X"}}).field("open"), "false");
  EXPECT_EQ(recordFrom("project", {{"PROJ_CODE", "P1"}}).field("open"), "false");
  EXPECT_EQ(recordFrom("project", {{"PROJ_CODE", "p1"}}).key, "P1");
  const Layout all = layout();
  EXPECT_EQ(recordOf(all.at("project"), "P1", {{"PROJ_CODE", "P1"}}, {"Europe/Amsterdam", {}})->field("open"), "true");
}

TEST(AccountViewMappingTest, ContactBelongsToItsDebtor) {
  const Record record = recordFrom("contact", {{"PP_CODE", "12"}, {"SUB_NR", "10001 "}, {"LAST_NAME", "Bakker"}});
  EXPECT_EQ(record.parent, "10001");
  EXPECT_EQ(record.field("last_name"), "Bakker");
}

TEST(AccountViewMappingTest, OrdinalsAndSpellingsDoNotMakeARowLookChanged) {
  const Layout all = layout();
  const Table& table = all.at("project");
  const json first{{"PROJ_CODE", "P1"}, {"BEG_DATE", "2026-01-15"}, {"PROJECTS_Id", 0}, {"EXT_KEY", 1}};
  const json again{
      {"PROJECTS_Id", 7}, {"PROJ_CODE", "P1        "}, {"EXT_KEY", 99}, {"BEG_DATE", "2026-01-15T00:00:00+01:00"}};
  EXPECT_EQ(normalized(table, valuesOf(first), kSite.zone), normalized(table, valuesOf(again), kSite.zone));
}

TEST(AccountViewMappingTest, UnreadableValueNamesTableKeyAndField) {
  const Layout all = layout();
  const auto record = recordOf(all.at("project"), "P1", {{"PROJ_CODE", "P1"}, {"BEG_DATE", "15 januari"}}, kSite);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().fault, Fault::Reject);
  EXPECT_THAT(record.error().args, ElementsAre("PROJECTS", "P1", "BEG_DATE"));
}

TEST(AccountViewMappingTest, KindWithoutObjectIsOffAndNeedsNoNames) {
  const Layout all = layout({});
  EXPECT_FALSE(all.at("contact").on());
  EXPECT_FALSE(all.at("time_entry").on());
  EXPECT_TRUE(all.at("customer").on());
  EXPECT_THROW(layout({{"contact.object", "CP1"}}), ConfigError);
}

TEST(AccountViewMappingTest, ChildrenAreFoundBesideAndInside) {
  const json beside = json::parse(
      R"({"SO_HDR":[{"ORD_NR":"1","SO_HDR_Id":0},{"ORD_NR":"2","SO_HDR_Id":1}],
          "SO_LINE":[{"ART_CODE":"A","SO_HDR_Id":1},{"ART_CODE":"B","SO_HDR_Id":0},{"ART_CODE":"C","SO_HDR_Id":1}]})");
  EXPECT_EQ(childrenOf(beside, beside["SO_HDR"][1], "SO_HDR", "SO_LINE").size(), 2U);
  const json inside = json::parse(R"({"SO_HDR":{"ORD_NR":"1","SO_LINE":{"ART_CODE":"A"}}})");
  ASSERT_EQ(rowsOf(inside, "so_hdr")->size(), 1U) << "a single record comes as an object";
  EXPECT_EQ(childrenOf(inside, inside["SO_HDR"], "SO_HDR", "SO_LINE").size(), 1U);
  EXPECT_FALSE(rowsOf(inside, "CONTACT"));
  EXPECT_TRUE(rowsOf(json::parse(R"({"CONTACT":[]})"), "CONTACT")->empty());
}

TEST(AccountViewMappingTest, PositionsSurviveTheirText) {
  const Position position{true, 3, "10001", "1\"ü", "2026-01-15T08:03:11"};
  EXPECT_EQ(decode(encode(position)), position);
  for (const char* bad : {"", "3", "[]", "[1,2,3,4,5]", "x"}) EXPECT_FALSE(decode(bad)) << bad;
}

TEST(AccountViewMappingTest, QuestionHasNumberedFiltersAndNeverMixesPaging) {
  Listing listing;
  listing.object = "AR1";
  listing.table = "CONTACT";
  listing.key = "SUB_NR";
  listing.fields = {"SUB_NR", "CNG_DATE"};
  listing.filters = {{"CNG_DATE", "DateOnOrAfterDate", 'T', "{^2026-01-15 00:00:00}"}};
  EXPECT_THAT(parametersOf(listing, {true, 1, "1", "9", ""}, 7),
              ElementsAre(Pair("BusinessObject", "AR1"), Pair("PageSize", "7"),
                          Pair("Fields", "CONTACT.SUB_NR,CONTACT.CNG_DATE"), Pair("FilterControlSource1", "CNG_DATE"),
                          Pair("FilterOperator1", "DateOnOrAfterDate"), Pair("FilterValueType1", "T"),
                          Pair("FilterValue1", "{^2026-01-15 00:00:00}"), Pair("FilterIsListOfValues1", "false"),
                          Pair("SortFields", "SUB_NR"), Pair("SortOrder", "Ascending"), Pair("lastKey", "9")));
  EXPECT_THAT(parametersOf(listing, {false, 1, "1", "9", ""}, 7), testing::Contains(Pair("PageNumber", "2")));
  EXPECT_THAT(formEncode({{"FilterValue1", "{^2026-01-15 00:00:00}"}}),
              testing::StrEq("FilterValue1=%7B%5E2026-01-15%2000%3A00%3A00%7D"));
}

}  // namespace
}  // namespace postern::accountview
