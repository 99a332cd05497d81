// The reader of FoxPro tables, on tables that other programs made (tests/data/dbf) and on damaged ones.

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "connectors/accountview/dbf.h"
#include "tests/connectors/dbf_files.h"

namespace postern::accountview {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct DbfTableTest : testing::Test {
  std::string table = dataFile("contact.dbf");
  std::string memo = dataFile("contact.fpt");

  Result<DbfTable> open() const {
    return DbfTable::open("CONTACT.DBF", std::make_unique<std::istringstream>(table),
                          memo.empty() ? nullptr : std::make_unique<std::istringstream>(memo));
  }
  /// Reads everything there is, as the source would.
  Result<int> readAll() const {
    auto opened = open();
    if (!opened) return tl::unexpected(opened.error());
    int values = 0;
    for (std::uint32_t at = 0; at < opened->records();) {
      auto page = opened->read(at, 5);
      if (!page) return tl::unexpected(page.error());
      for (std::size_t i = 0; i < page->count(); ++i)
        for (const DbfField& field : opened->fields()) {
          if (field.type == 'M') {
            values += opened->memo(page->at(i), field) ? 1 : 0;
          } else {
            values +=
                dbfValue(field.type, page->at(i).substr(field.offset, field.length), Charset::Windows1252) ? 1 : 0;
          }
        }
      at += static_cast<std::uint32_t>(page->count());
    }
    return values;
  }
  void expectRetry(const char* code) const {
    const auto read = readAll();
    ASSERT_FALSE(read) << code;
    EXPECT_EQ(read.error().fault, Fault::Retry);
    EXPECT_STREQ(read.error().code(), code);
    EXPECT_THAT(read.error().cause(Language::En), HasSubstr("CONTACT.DBF"));
  }
  void put(std::size_t at, std::initializer_list<int> bytes) {
    for (const int byte : bytes) table[at++] = static_cast<char>(byte);
  }
};

/// All values of a record by column.
Fields valuesOf(DbfTable& table, DbfRecord record) {
  Fields out;
  for (const DbfField& field : table.fields()) {
    if (!isReadable(field.type)) continue;
    if (table.isNull(record, field)) {
      out[field.name] = "null";
    } else if (field.type == 'M') {
      out[field.name] =
          dbfValue('M', table.memo(record, field).value(), table.charset().value_or(Charset::Windows1252)).value();
    } else {
      out[field.name] = dbfValue(field.type, record.substr(field.offset, field.length),
                                 table.charset().value_or(Charset::Windows1252))
                            .value_or("damaged");
    }
  }
  return out;
}

TEST_F(DbfTableTest, EveryTypeOfAnIndependentTableIsRead) {
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().cause(Language::En);
  EXPECT_EQ(opened->records(), 23U);
  EXPECT_EQ(opened->charset(), Charset::Windows1252);
  const auto page = opened->read(0, 100);
  ASSERT_TRUE(page);
  const Fields third = valuesOf(*opened, page->at(2));
  EXPECT_EQ(third, (Fields{{"SUB_NR", "10003"},
                           {"ACCT_NAME", "Tischlerei Größe & Söhne 3"},
                           {"CITY", "Den Bosch"},
                           {"CREDIT", "-37.5"},
                           {"RATE", "1.25"},
                           {"BIRTH", ""},
                           {"CNG_DATE", "2025-05-09T10:03:30"},
                           {"LIMIT", "1000.75"},
                           {"CNG_NR", "-3"},
                           {"WEIGHT", "0.375"},
                           {"REC_BLK", "false"},
                           {"COMMENT1", "Erste Zeile 3\nzweite: größer €"}}));
  const Fields fifth = valuesOf(*opened, page->at(4));
  EXPECT_EQ(fifth.at("CITY"), "null");
  EXPECT_EQ(fifth.at("COMMENT1"), "");
  EXPECT_EQ(valuesOf(*opened, page->at(3)).at("CNG_DATE"), "");
  EXPECT_EQ(valuesOf(*opened, page->at(6)).at("REC_BLK"), "true");
  EXPECT_EQ(valuesOf(*opened, page->at(5)).at("COMMENT1").size(), 5U * 300U - 1U);
  EXPECT_TRUE(opened->isDeleted(page->at(8)));
  EXPECT_FALSE(opened->isDeleted(page->at(9)));
}

TEST_F(DbfTableTest, TableOfAnotherProgramWithoutMemoIsRead) {
  auto opened = DbfTable::open("PROJECTS.DBF", std::make_unique<std::istringstream>(dataFile("projects.dbf")), nullptr);
  ASSERT_TRUE(opened) << opened.error().cause(Language::En);
  const auto page = opened->read(1, 1);
  ASSERT_TRUE(page);
  EXPECT_EQ(valuesOf(*opened, page->at(0)),
            (Fields{{"PROJ_CODE", "P002"}, {"PROJ_DESC", "Küche 2"}, {"HOURS", "2.5"}, {"BEG_DATE", "2025-06-02"}}));
}

TEST_F(DbfTableTest, PagesByRecordNumberNeverGoBeyondTheEnd) {
  auto opened = open();
  ASSERT_TRUE(opened);
  std::vector<std::size_t> counts;
  for (const std::uint32_t first : {0U, 10U, 20U, 23U, 4'000'000'000U})
    counts.push_back(opened->read(first, 10)->count());
  EXPECT_THAT(counts, ElementsAre(10, 10, 3, 0, 0));
  EXPECT_EQ(opened->read(0, 4'000'000'000U)->count(), 23U);
}

TEST_F(DbfTableTest, RecordsBehindTheHeadersCountAreNotReadYet) {
  put(4, {22, 0, 0, 0});
  ASSERT_TRUE(open());
  EXPECT_EQ(open()->records(), 22U);
}

TEST_F(DbfTableTest, TableCutAnywhereIsTriedAgain) {
  const std::string whole = table;
  ASSERT_TRUE(readAll());
  // The very last byte only marks the end.
  for (std::size_t size = 0; size + 1 < whole.size(); size += size < 800 ? 1 : 37) {
    table = whole.substr(0, size);
    const auto read = readAll();
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().fault, Fault::Retry);
  }
}

TEST_F(DbfTableTest, RoomMadeForACopyIsNoTable) {
  table.assign(table.size(), '\0');
  expectRetry("PST-8302");
  table = dataFile("contact.dbf");
  std::fill(table.begin() + 2000, table.end(), '\0');
  expectRetry("PST-8301");
}

TEST_F(DbfTableTest, HeaderThatCannotBeRightIsTriedAgainWithItsPlace) {
  const struct {
    const char* what;
    std::size_t at;
    std::vector<int> bytes;
    const char* code;
  } kCases[] = {
      {"version", 0, {0x8B}, "PST-8302"},
      {"more records than the file holds", 4, {24}, "PST-8300"},
      {"four thousand million records", 4, {255, 255, 255, 255}, "PST-8300"},
      {"no records though there are", 4, {0}, "PST-8300"},
      {"header shorter than its head", 8, {10, 0}, "PST-8301"},
      {"header cuts an entry", 8, {60, 0}, "PST-8301"},
      {"header beyond the file", 8, {255, 255}, "PST-8300"},
      {"header without an end mark", 8, {0xC0, 0x01}, "PST-8301"},
      {"record of no length", 10, {0, 0}, "PST-8301"},
      {"record shorter than its columns", 10, {20, 0}, "PST-8301"},
      {"record longer than its columns", 10, {0xFF, 0}, "PST-8301"},
      {"column without a name", 32, {0}, "PST-8301"},
      {"name with a control character", 33, {7}, "PST-8301"},
      {"column elsewhere", 44, {200}, "PST-8301"},
      {"column of no length", 48, {0}, "PST-8301"},
      {"date of nine bytes", 32 + 5 * 32 + 16, {9}, "PST-8301"},
      {"null bit without a map", 32 + 12 * 32 + 11, {'C'}, "PST-8301"},
      {"record neither live nor deleted", 712, {'?'}, "PST-8301"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    table = dataFile("contact.dbf");
    for (std::size_t i = 0; i < one.bytes.size(); ++i) table[one.at + i] = static_cast<char>(one.bytes[i]);
    expectRetry(one.code);
  }
}

TEST_F(DbfTableTest, MemoFileThatCannotBeRightIsTriedAgain) {
  const std::string whole = memo;
  memo = whole.substr(0, 7);
  expectRetry("PST-8300");
  memo = whole;
  memo[6] = memo[7] = 0;
  expectRetry("PST-8301");
  memo = whole.substr(0, whole.size() / 2);
  expectRetry("PST-8300");
}

TEST_F(DbfTableTest, DamagedMemoConcernsItsRecordOnly) {
  auto opened = open();
  ASSERT_TRUE(opened);
  const DbfField comment = *opened->field("comment1");
  std::string record(opened->read(2, 1)->at(0));
  const auto at = static_cast<unsigned char>(record[comment.offset]) * 128U;
  const std::string whole = memo;
  const auto memoOf = [&](const std::string& of) {
    auto again = open();
    return again->memo(of, comment);
  };
  EXPECT_TRUE(memoOf(record));
  for (const auto& [offset, byte] : {std::pair{0U, 9}, {3U, 2}, {4U, 0x7F}, {6U, 0x7F}}) {
    memo = whole;
    memo[at + offset] = static_cast<char>(byte);
    const auto read = memoOf(record);
    ASSERT_FALSE(read) << offset;
    EXPECT_EQ(read.error().fault, Fault::Reject);
  }
  memo = whole;
  record.replace(comment.offset, 4, "\xFF\xFF\xFF\x7F");
  EXPECT_EQ(memoOf(record).error().fault, Fault::Reject);
  record.replace(comment.offset, 4, std::string("\x01\0\0\0", 4));  // inside of the memo file's head
  EXPECT_EQ(memoOf(record).error().fault, Fault::Reject);
  memo.clear();
  EXPECT_EQ(memoOf(record).error().fault, Fault::Retry) << "the file may still come";
}

TEST_F(DbfTableTest, FoxProCountsNullBitsOfNullableColumnsOnly) {
  // As Visual FoxPro writes it: one byte for the only nullable column, CITY.
  auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->field("CITY")->nullBit, 2U) << "python3-dbf counts all columns: two bytes for twelve";
  const std::size_t entry = 32 + 12 * 32;
  table[entry + 16] = 1;
  const std::size_t length = opened->recordLength();
  const std::size_t header = 32 + 13 * 32 + 1 + 263;
  std::string shorter = table.substr(0, header);
  for (std::size_t i = 0; i < 23; ++i) shorter += table.substr(header + i * length, length - 1);
  table = shorter;
  put(10, {static_cast<int>(length - 1), 0});
  auto real = open();
  ASSERT_TRUE(real) << real.error().cause(Language::En);
  EXPECT_EQ(real->field("CITY")->nullBit, 0U);
}

TEST(DbfValueTest, BytesBecomePlainValues) {
  const struct {
    char type;
    std::string bytes;
    std::optional<std::string> value;
  } kCases[] = {
      {'C', "Jansen    ", "Jansen"},
      {'C', "  links", "  links"},
      {'C', std::string("a\0\0", 3), "a"},
      {'C', "een\r\ntwee\rdrie\n", "een\ntwee\ndrie"},
      {'N', "     12.50", "12.5"},
      {'N', "   -0.00", "0"},
      {'N', "-007.10", "-7.1"},
      {'N', "        ", ""},
      {'N', "********", std::nullopt},
      {'N', " 1.5E+3", "1500"},
      {'N', "1.5E+99", std::nullopt},
      {'N', "123456789012345678.01", "123456789012345678.01"},
      {'N', "1 2", std::nullopt},
      {'F', "nan", std::nullopt},
      {'F', ".5", "0.5"},
      {'F', "-", std::nullopt},
      {'D', "20250509", "2025-05-09"},
      {'D', "        ", ""},
      {'D', "20250230", std::nullopt},
      {'D', "2025-5-9", std::nullopt},
      {'T', std::string(8, '\0'), ""},
      {'T', std::string("\x8C\x3D\x25\0\0\0\0\0", 8), "1970-01-01T00:00:00"},
      {'T', std::string("\x8C\x3D\x25\0\xF4\x01\0\0", 8), "1970-01-01T00:00:01"},
      {'T', std::string("\x8C\x3D\x25\0\xFF\x5B\x26\x05", 8), "1970-01-02T00:00:00"},
      {'T', std::string("\x8C\x3D\x25\0\0\x5C\x26\x05", 8), std::nullopt},
      {'T', std::string("\xFF\xFF\xFF\xFF\0\0\0\0", 8), std::nullopt},
      {'Y', std::string("\x39\x30\0\0\0\0\0\0", 8), "1.2345"},
      {'Y', std::string(8, '\xFF'), "-0.0001"},
      {'Y', std::string("\0\0\0\0\0\0\0\x80", 8), "-922337203685477.5808"},
      {'I', std::string("\xFE\xFF\xFF\xFF", 4), "-2"},
      {'B', std::string("\0\0\0\0\0\0\xF8\x3F", 8), "1.5"},
      {'B', std::string("\0\0\0\0\0\0\xF8\x7F", 8), std::nullopt},
      {'L', "T", "true"},
      {'L', "n", "false"},
      {'L', "?", ""},
      {'L', "J", std::nullopt},
      {'G', "x", std::nullopt},
  };
  for (const auto& one : kCases) EXPECT_EQ(dbfValue(one.type, one.bytes, Charset::Windows1252), one.value) << one.bytes;
  EXPECT_EQ(dbfValue('C', "\x81", Charset::Dos850), "ü");
}

}  // namespace
}  // namespace postern::accountview
