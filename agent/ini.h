#pragma once
// The form of an INI file: lines in, sections and keys with their line numbers out. Knows no option.

#include <string>
#include <string_view>
#include <vector>

#include "agent/result.h"

namespace postern {

struct IniEntry {
  std::string key;
  std::string value;    // quotes and comment taken off
  bool quoted = false;  // `key = ""` is an empty text, `key =` is a forgotten value
  int line = 0;         // from 1
};

struct IniSection {
  std::string name;  // "system.erp", not checked
  int line = 0;
  std::vector<IniEntry> entries;  // in file order; a key may come twice
};

/// Reads the text of an INI file. The rules:
///  - UTF-8, a byte order mark is skipped; lines end with LF or CRLF; no line continues on the next;
///  - every line is empty, `[name]` or `key = value`; blanks (space, tab) around names, keys and values do not count;
///  - `;` and `#` start a comment at the beginning of a line and after a blank; elsewhere they are part of the value
///    (`http://erp/#a`, `a;b`);
///  - a value that begins with `"` ends at the next `"` and keeps blanks, `;` and `#`; `""` inside stands for one `"`;
///    elsewhere `"` is an ordinary character. There is no other escape: backslashes are ordinary.
/// Throws ConfigError with the place "FILE:LINE" for the first line that breaks them. Names no value in a message,
/// because a mistyped line may hold a secret.
std::vector<IniSection> parseIni(std::string_view text, const std::string& file);

/// `value` (without control characters) as it is written behind '=' so that parseIni gives it back.
std::string iniValue(const std::string& value);

/// A key as a message may show it; "…" when it does not look like one: a pasted secret can stand in front of '='.
std::string shownKey(std::string_view key);

/// "FILE:LINE".
std::string placeIn(const std::string& file, int line);

}  // namespace postern
