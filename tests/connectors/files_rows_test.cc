// Rows of delimited text and of XML, before anybody knows what they mean.

#include <gmock/gmock.h>

#include <sstream>

#include "connectors/files/csv.h"
#include "connectors/files/xml_rows.h"

namespace postern::files {
namespace {

using testing::ElementsAre;

using Rows = std::vector<std::vector<std::string>>;

struct Read {
  Rows rows;
  CsvReader::Outcome end = CsvReader::Outcome::End;
};

Read readCsv(const std::string& text, CsvForm form = {}) {
  std::istringstream stream(text);
  CsvReader reader(stream, form);
  Read out;
  while ((out.end = reader.next()) == CsvReader::Outcome::Row) out.rows.push_back(reader.cells());
  return out;
}

TEST(FilesCsvTest, CellsAreReadInEveryUsualForm) {
  const struct {
    const char* what;
    std::string text;
    CsvForm form;
    Rows rows;
  } kCases[] = {
      {"plain", "a;b\r\n1;2\r\n", {}, {{"a", "b"}, {"1", "2"}}},
      {"quoted delimiter, break and quote", "\"a;\"\"x\"\"\";\"b\r\nc\"\r\n", {}, {{"a;\"x\"", "b\r\nc"}}},
      {"quote inside of a cell is text", "a 5\" b;c\n", {}, {{"a 5\" b", "c"}}},
      {"no quoting", "\"a;b\"\n", {';', std::nullopt, true}, {{"\"a", "b\""}}},
      {"tabs", "a;\tb\n", {'\t', '"', true}, {{"a;", "b"}}},
      {"empty cells at the end", "a;;\n", {}, {{"a", "", ""}}},
      {"empty lines", "\na\n\r\n\nb\n", {}, {{"a"}, {"b"}}},
      {"CR alone in a line that ends with LF is text", "a;b\nx\ry;z\n", {}, {{"a", "b"}, {"x\ry", "z"}}},
      {"lines end with CR alone", "a;b\rx\ny;z\r", {}, {{"a", "b"}, {"x\ny", "z"}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a;b\n",
       {},
       {{"a", "b"}}},
  };
  for (const auto& one : kCases) {
    const Read read = readCsv(one.text, one.form);
    EXPECT_EQ(read.rows, one.rows) << one.what;
    EXPECT_EQ(read.end, CsvReader::Outcome::End) << one.what;
  }
}

TEST(FilesCsvTest, WhatIsNotWholeIsTold) {
  EXPECT_EQ(readCsv("a;b\n1;2").end, CsvReader::Outcome::NoLineBreak);
  EXPECT_EQ(readCsv("a;b\n1;").end, CsvReader::Outcome::NoLineBreak);
  EXPECT_EQ(readCsv("a;b\n1;\"2\n").end, CsvReader::Outcome::OpenQuote);
  EXPECT_EQ(readCsv("a;\"" + std::string(CsvReader::kLongestRow + 1, 'x') + "\"\n").end, CsvReader::Outcome::TooLong);
}

TEST(FilesCsvTest, ReadingGoesOnWhereItWasLeft) {
  std::string text = "k;v\n";
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + ";\"line\nbreak " + std::to_string(i) + "\"\n";
  std::istringstream stream(text);
  CsvReader first(stream, {});
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(first.next(), CsvReader::Outcome::Row);
  const auto expected = first.cells();
  const auto offset = first.offset();
  ASSERT_EQ(first.next(), CsvReader::Outcome::Row);
  const auto next = first.cells();
  EXPECT_EQ(first.line(), 40'000U);
  CsvReader second(stream, {});
  second.seek(offset, 1);
  ASSERT_EQ(second.next(), CsvReader::Outcome::Row);
  EXPECT_EQ(second.cells(), next);
  EXPECT_NE(second.cells(), expected);
}

// ---- XML ------------------------------------------------------------------------------------------------------------

std::vector<std::string> readXml(const std::string& text, const std::string& row, XmlRows::Outcome& end) {
  std::istringstream stream(text);
  XmlRows rows(stream, row);
  std::vector<std::string> out;
  while ((end = rows.next()) == XmlRows::Outcome::Row) out.emplace_back(rows.row());
  return out;
}

TEST(FilesXmlTest, RowElementsAreCutOutWhole) {
  const std::string text = R"(<?xml version="1.0"?>
<!DOCTYPE e [ <!ELEMENT e (r)> ]>
<!-- <r>no</r> -->
<e a=">"><h><r/></h><r id="1/>"><![CDATA[</r>]]><r>in</r></r>
<x><r>2</r></x><rr>3</rr></e>
<!-- done -->)";
  XmlRows::Outcome end{};
  EXPECT_THAT(readXml(text, "r", end), ElementsAre("<r/>", "<r id=\"1/>\"><![CDATA[</r>]]><r>in</r></r>", "<r>2</r>"));
  EXPECT_EQ(end, XmlRows::Outcome::End);
  EXPECT_THAT(readXml(text, "/e/x/r", end), ElementsAre("<r>2</r>"));
  EXPECT_EQ(end, XmlRows::Outcome::End);
}

TEST(FilesXmlTest, FileCutAnywhereIsNotWhole) {
  const std::string text = "<e><r a='1'>x</r><r><![CDATA[y]]></r><!-- z --></e>";
  XmlRows::Outcome end{};
  for (std::size_t size = 0; size < text.size(); ++size) {
    readXml(text.substr(0, size), "r", end);
    EXPECT_NE(end, XmlRows::Outcome::End) << text.substr(0, size);
  }
  readXml(text + "\n", "r", end);
  EXPECT_EQ(end, XmlRows::Outcome::End);
}

TEST(FilesXmlTest, TagsThatDoNotMatchAreTold) {
  for (const char* text : {"<e></f>", "</e>", "<e/><f/>", "<e/>x", "x<e/>", "<e><r></e></r>", "<e>< /></e>"}) {
    XmlRows::Outcome end{};
    readXml(text, "r", end);
    EXPECT_EQ(end, XmlRows::Outcome::BadTag) << text;
  }
}

TEST(FilesXmlTest, ReadingGoesOnWhereItWasLeftAndMemoryIsBounded) {
  std::string text = "<e><list>";
  for (int i = 0; i < 20'000; ++i) text += "<r><k>" + std::to_string(i) + "</k></r>\n";
  text += "</list></e>";
  std::istringstream stream(text);
  XmlRows first(stream, "/e/list/r");
  for (int i = 0; i < 15'000; ++i) ASSERT_EQ(first.next(), XmlRows::Outcome::Row);
  EXPECT_EQ(first.path(), "/e/list");
  XmlRows second(stream, "/e/list/r");
  second.seek(first.offset(), first.path());
  ASSERT_EQ(second.next(), XmlRows::Outcome::Row);
  EXPECT_EQ(second.row(), "<r><k>15000</k></r>");
  int more = 0;
  XmlRows::Outcome end{};
  while ((end = second.next()) == XmlRows::Outcome::Row) ++more;
  EXPECT_EQ(more, 4'999);
  EXPECT_EQ(end, XmlRows::Outcome::End);
}

TEST(FilesXmlTest, EndlessElementOrTagIsRefused) {
  XmlRows::Outcome end{};
  readXml("<e><r>" + std::string(XmlRows::kLongestRow + 200'000, 'x') + "</r></e>", "r", end);
  EXPECT_EQ(end, XmlRows::Outcome::TooLong);
  readXml("<e " + std::string(XmlRows::kLongestRow + 200'000, 'x'), "r", end);
  EXPECT_EQ(end, XmlRows::Outcome::TooLong);
  readXml("<!--" + std::string(XmlRows::kLongestRow + 200'000, 'x'), "r", end);
  EXPECT_EQ(end, XmlRows::Outcome::TooLong);
}

}  // namespace
}  // namespace postern::files
