#pragma once
// What commands print, in the admin's language.

#include <iosfwd>
#include <string>
#include <vector>

#include "agent/result.h"
#include "agent/text.h"

namespace postern {

struct Console {
  std::ostream& out;
  std::ostream& err;
  Language language = Language::En;
  bool terminal = false;  // out is a terminal: a progress bar makes sense

  std::string tr(const Text& text, const std::vector<std::string>& args = {}) const {
    return fill(text.in(language), args);
  }
  /// "PST-2104: cause. remedy." on the error stream; `place` in front where there is one.
  void error(const Error& error, const std::string& place = {}) const;
  /// The error stream, ready for a line that somebody must see.
  std::ostream& problem() const;
  /// Same as a text without line break.
  std::string describe(const Error& error) const;
};

/// Rows of equal length as aligned columns; the first row is the head. Widths count characters, not bytes.
void printTable(std::ostream& out, const std::vector<std::vector<std::string>>& rows);

}  // namespace postern
