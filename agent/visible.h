#pragma once
// Text of others where somebody reads it line by line: a terminal, a log.

#include <string>
#include <string_view>

namespace postern {

/// Appends `text` so that it stays in its line and a terminal obeys nothing in it: controls, line and paragraph
/// separators and what turns the writing direction become \n, \r, \t, \xNN or \uNNNN, bytes that are not UTF-8 \xNN. A
/// character of `escaped` gets a backslash.
void appendVisible(std::string_view text, std::string& out, std::string_view escaped = {});

/// The same as a text of its own.
std::string visible(std::string_view text);

}  // namespace postern
