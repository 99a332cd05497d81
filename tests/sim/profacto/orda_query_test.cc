#include "tests/sim/profacto/orda_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace postern::sim::profacto {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Rows: number, name, amount, size, active, day (0 = empty).
struct OrdaQuery : testing::Test {
  OrdaQuery() {
    add("00123", "Müller GmbH", 3, 2.5, true, 2025y / 5 / 9);
    add("123", "Muller & Söhne", 4, 2, false, 2025y / 5 / 10);
    add("n20-01170", "Weiß", 3, 10, true, std::chrono::year_month_day{});
    add("_0573", "müller gmbh", 9, 0, false, 2024y / 12 / 31);
    add("PK@1", "Bad Tölz / Haus", 0, -1, true, 2025y / 5 / 9);
  }
  void add(const char* number, const char* name, std::int64_t status, double size, bool active,
           std::chrono::year_month_day day) {
    const Value date = day.ok() ? Value(std::chrono::sys_days(day)) : Value(std::monostate());
    table.insert({std::string(number), std::string(name), status, size, active, date});
  }
  std::string found(const std::string& text, bool strictFolds = true) {
    const ParsedQuery query = parseQuery(text);
    const QueryFilter filter(table, query.filter.get(), strictFolds);
    Order order;
    for (const auto& term : query.order) order.push_back({*table.columnNamed(term.attribute), term.descending});
    std::string out;
    for (const Slot slot : table.ordered(order)) {
      if (filter.matches(slot)) out += "12345"[slot];
    }
    return out;
  }
  Table table{"T",
              {{"Nr", "Nr", Type::Text, false},
               {"Name", "Name", Type::Text, false},
               {"Status", "Status", Type::Integer, false},
               {"Groesse", "Groesse", Type::Number, false},
               {"Aktiv", "Aktiv", Type::Boolean, false},
               {"Tag", "Tag", Type::Date, false}},
              {0},
              true};
};

struct QueryCase {
  const char* query;
  const char* rows;  // the numbers of the rows found, in order
};

constexpr QueryCase kCases[] = {
    {"", "12345"},
    {"  ", "12345"},
    // = and == ignore case and accents and know the wildcard
    {"Name = \"Müller GmbH\"", "14"},
    {"Name = 'muller gmbh'", "14"},
    {"Name == \"MÜLLER GMBH\"", "14"},
    {"Name = Weiss", "3"},
    {"Name = WEISS", "3"},
    {"Name = \"m@\"", "124"},
    {"Name = \"@haus\"", "5"},
    {"Name = \"@&@\"", "2"},
    {"Name = @tolz@", "5"},
    {"Name = \"\"", ""},
    {"Nr = \"@\"", "12345"},
    {"Nr = 123", "2"},
    {"Nr = 00123", "1"},
    {"Nr = _0573", "4"},
    {"Nr = n20-01170", "3"},
    {"Nr = N20-01170", "3"},
    // === and IS: @ is a character
    {"Nr === \"PK@1\"", "5"},
    {"Nr === \"PK@\"", ""},
    {"Nr IS \"@\"", ""},
    {"Nr is n20-01170", "3"},
    {"Name === \"muller gmbh\"", "14"},
    // not equal
    {"Nr # 123", "1345"},
    {"Nr != \"n@\"", "1245"},
    {"Nr !== \"PK@1\"", "1234"},
    {"Nr IS NOT \"PK@\"", "12345"},
    {"Status # 3", "245"},
    // order
    {"Status < 3", "5"},
    {"Status <= 3", "135"},
    {"Status > 3", "24"},
    {"Status>=3", "1234"},
    {"Groesse = 2.5", "1"},
    {"Groesse > 2.4", "13"},
    {"Groesse = -1", "5"},
    {"Nr < 123", "14"},
    {"Name >= n", "3"},
    {"Status = v9", "4"},
    // dates
    {"Tag = 2025-05-09", "15"},
    {"Tag = \"2025-05-09\"", "15"},
    {"Tag >= 2025-05-10", "2"},
    {"Tag < 2025-01-01", "34"},
    {"Tag = null", "3"},
    {"Tag IS NOT null", "1245"},
    {"Tag = 0000-00-00", "3"},
    {"Tag = 09.05.2025", "3"},  // no date: the empty one
    // booleans
    {"Aktiv = true", "135"},
    {"Aktiv = false", "24"},
    {"NOT(Aktiv = true)", "24"},
    // lists
    {"Status IN [3,9]", "134"},
    {"Nr IN [\"00123\",\"_0573\"]", "14"},
    {"Nr in ['N20-01170', 123]", "23"},
    {"Nr IN [\"PK@\"]", "5"},
    {"Nr IN []", ""},
    {"Tag IN [2025-05-10, 2024-12-31]", "24"},
    {"NOT(Nr IN [123])", "1345"},
    // words
    {"Name % gmbh", "14"},
    {"Name % sohne", "2"},
    {"Name % tol", ""},
    {"Name % \"hau@\"", "5"},
    // joining
    {"Status = 3 AND Aktiv = true", "13"},
    {"Status = 3 & Name = m@", "1"},
    {"Status = 3 && Name = m@", "1"},
    {"Status = 4 OR Status = 9", "24"},
    {"Status = 4 | Status = 9", "24"},
    {"Status=4||Status=9", "24"},
    {"Status = 9 or Status = 3 and Groesse > 5", "34"},
    {"(Status = 9 or Status = 3) and Groesse > 5", "3"},
    {"NOT (Status = 3 OR Status = 4)", "45"},
    {"NOT Status = 3", "245"},
    {"not(not(Status = 3))", "13"},
    {"((Nr = 123))", "2"},
    // order by
    {"order by Nr", "41235"},
    {"Status > 0 order by Nr desc", "3214"},
    {"order by Status, Groesse desc", "53124"},
    {"order by Status desc, Nr asc", "42135"},
    {"Aktiv = true ORDER BY Tag", "315"},
    {"order by Name", "52143"},
};

class OrdaQueryTable : public OrdaQuery, public testing::WithParamInterface<QueryCase> {};
TEST_P(OrdaQueryTable, FindsTheseRows) { EXPECT_EQ(found(GetParam().query), GetParam().rows) << GetParam().query; }
INSTANTIATE_TEST_SUITE_P(Profacto, OrdaQueryTable, testing::ValuesIn(kCases));

class OrdaBroken : public testing::TestWithParam<const char*> {};
TEST_P(OrdaBroken, IsNoQuery) { EXPECT_THROW(parseQuery(GetParam()), QueryError) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(Profacto, OrdaBroken,
                         testing::Values("Nr", "Nr =", "= 3", "Nr = \"abc", "Nr = 'John's'", "(Nr = 1", "Nr = 1)",
                                         "Nr = 1 Nr = 2", "Nr = 1 AND", "OR Nr = 1", "Nr IN 1", "Nr IN [1",
                                         "Nr IN [1,]", "Nr = a b", "Nr = :1", "Nr => 1", "Nr ! 1", "Nr = 1 order by",
                                         "Nr = 1 order Nr", "Nr = 1 order by Nr,", "order by Nr downwards", "Nr like 1",
                                         "NOT()", "Nr = \"a\\\"b\""));

TEST_F(OrdaQuery, StrictOperatorsCanBeMadeToCompareByteByByte) {
  EXPECT_EQ(found("Name === \"Müller GmbH\"", false), "1");
  EXPECT_EQ(found("Nr IS N20-01170", false), "");
  EXPECT_EQ(found("Nr !== N20-01170", false), "12345");
}

TEST_F(OrdaQuery, BooleanTakesOnlyItsTwoWords) {
  EXPECT_THROW(found("Aktiv = yes"), QueryError);
  EXPECT_THROW(found("Aktiv = TRUE"), QueryError);
}

TEST_F(OrdaQuery, OrderAloneCanBeForbidden) {
  EXPECT_THROW(parseQuery("order by Nr", false), QueryError);
  EXPECT_NO_THROW(parseQuery("Nr = \"@\" order by Nr", false));
}

TEST_F(OrdaQuery, NamesItsAttributesOnce) {
  EXPECT_THAT(parseQuery("a = 1 and (b = 2 or a = 3) order by c, b").attributes(), ElementsAre("a", "b", "c"));
}

TEST_F(OrdaQuery, TakesThousandsOfTermsButNotThousandsOfLevels) {
  std::string chain = "Nr = 123";
  for (int i = 0; i < 5000; ++i) chain += " OR Nr = x" + std::to_string(i);
  EXPECT_EQ(found(chain), "2");
  EXPECT_THROW(parseQuery(std::string(5000, '(') + "Nr = 1" + std::string(5000, ')')), QueryError);
}

TEST_F(OrdaQuery, OrdersFollowInsertUpdateAndErase) {
  ASSERT_EQ(found("order by Nr"), "41235");
  table.update(*table.find("123"), {{0, std::string("zz")}});
  EXPECT_EQ(found("order by Nr"), "41352");
  table.erase(*table.find("_0573"));
  EXPECT_EQ(found("order by Nr"), "1352");
  table.insert({std::string("aa"), std::string(), std::int64_t{0}, 0.0, false, std::monostate()});
  EXPECT_EQ(found("order by Nr"), "14352");  // the free record number is used again
  EXPECT_EQ(found("Nr = aa"), "4");
}

TEST_F(OrdaQuery, EqualityOfATextNarrowsTheSearch) {
  const auto narrowed = [&](const char* text) {
    const ParsedQuery query = parseQuery(text);
    return QueryFilter(table, query.filter.get(), true).narrowing().has_value();
  };
  EXPECT_TRUE(narrowed("Nr = 123"));
  EXPECT_TRUE(narrowed("Status = 1 and Nr IN [1,2]"));
  EXPECT_FALSE(narrowed("Nr = 1@"));
  EXPECT_FALSE(narrowed("Nr = 1 or Status = 2"));
  EXPECT_FALSE(narrowed("NOT(Nr = 1)"));
  EXPECT_FALSE(narrowed("Nr # 1"));
}

}  // namespace
}  // namespace postern::sim::profacto
