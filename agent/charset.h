#pragma once
// Text of files in the character sets that offices use, turned into UTF-8.

#include <optional>
#include <string>
#include <string_view>

namespace postern {

enum class Charset { Utf8, Windows1250, Windows1251, Windows1252, Latin1, Latin9, Dos437, Dos850 };

/// "utf-8", "windows-1250", "windows-1251", "windows-1252", "iso-8859-1", "iso-8859-15", "cp437", "cp850", letter case
/// ignored; nullopt for other names.
std::optional<Charset> charsetNamed(std::string_view name);

/// Every byte becomes something: what the set does not define is U+FFFD. Of Utf8, bytes that are none are.
std::string toUtf8(std::string_view bytes, Charset charset);

/// Whether `bytes` are whole UTF-8 characters (no surrogates, no overlong forms).
bool isUtf8(std::string_view bytes);

}  // namespace postern
