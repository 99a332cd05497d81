#include "service/console.h"

#include <algorithm>
#include <cstdlib>
#include <ostream>

#include "service/journal.h"

namespace postern {
namespace {

/// Code points, not bytes: near enough to columns for the languages we speak.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string Console::describe(const Error& error) const {
  return std::string(error.code()) + ": " + sentence(error.cause(language)) + ' ' + sentence(error.remedy(language));
}

std::ostream& Console::problem() const {
  // Under systemd a line without priority counts as information.
  if (errorsGoToJournal(std::getenv("JOURNAL_STREAM"))) err << "<3>";
  return err;
}

void Console::error(const Error& error, const std::string& place) const {
  problem() << (place.empty() ? "postern" : place) << ": " << describe(error) << '\n';
}

void printTable(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 < row.size()) out << std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    out << '\n';
  }
}

}  // namespace postern
