// Delimited text, XML cut into rows, and values, all of them hostile. Reading in parts must give what reading at once
// gives. Input: one byte (form), the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "agent/charset.h"
#include "connectors/files/csv.h"
#include "connectors/files/values.h"
#include "connectors/files/xml_rows.h"

namespace {

using namespace postern;
using namespace postern::files;

void require(bool good) {
  if (!good) std::abort();
}

void values(const std::string& bytes) {
  const std::string text = toUtf8(bytes, isUtf8(bytes) ? Charset::Utf8 : Charset::Windows1252);
  ValueForms forms;
  for (const Form form : {Form::Text, Form::Number, Form::Flag, Form::Date})
    if (const auto value = plainValue(text, form, forms)) require(isUtf8(*value));
  plainNumber(text, true);
  plainDate(text, DateOrder::YearFirst, "Europe/Berlin");
}

void csv(const std::string& text, CsvForm form) {
  std::istringstream stream(text);
  CsvReader whole(stream, form);
  std::istringstream again(text);
  CsvReader parts(again, form);
  std::uint64_t at = whole.offset();
  for (;;) {
    const auto outcome = whole.next();
    parts.seek(at, 1);
    require(parts.next() == outcome);
    if (outcome != CsvReader::Outcome::Row) return;
    require(parts.cells() == whole.cells());
    for (const std::string& cell : whole.cells()) values(cell);
    require(whole.offset() > at);
    at = whole.offset();
  }
}

void xml(const std::string& text, const std::string& row) {
  std::istringstream stream(text);
  XmlRows rows(stream, row);
  std::uint64_t at = 0;
  while (rows.next() == XmlRows::Outcome::Row) {
    require(rows.row().starts_with('<') && rows.row().ends_with('>'));
    require(rows.offset() > at);
    at = rows.offset();
    rows.path();
    pugi::xml_document document;
    document.load_buffer(rows.row().data(), rows.row().size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CsvForm form;
  if ((data[0] & 1U) != 0) form.quote.reset();
  if ((data[0] & 2U) != 0) form.delimiter = '\t';
  csv(text, form);
  xml(text, (data[0] & 4U) != 0 ? "/e/r" : "r");
  return 0;
}
