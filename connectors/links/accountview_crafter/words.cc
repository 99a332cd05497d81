#include "connectors/links/accountview_crafter/words.h"

#include <Poco/UTF8String.h>

namespace postern::accountview_crafter {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string oneLine(std::string_view text) {
  std::string line;
  for (;;) {
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return line;
    text.remove_prefix(first);
    const auto word = text.substr(0, text.find_first_of(kBlank));
    if (!line.empty()) line += ' ';
    line += word;
    text.remove_prefix(word.size());
  }
}

std::string code(std::string_view text) { return Poco::UTF8::toUpper(std::string(trimmed(text))); }

std::string value(const Record& record, std::string_view field) { return oneLine(record.field(field)); }

bool tells(const Record& record, std::string_view field) { return record.fields.find(field) != record.fields.end(); }

void copy(Fields& fields, std::string_view to, const Record& record, std::string_view from) {
  if (tells(record, from)) fields[std::string(to)] = value(record, from);
}

}  // namespace postern::accountview_crafter
