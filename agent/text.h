#pragma once
// What people read, in the admin's language. Code and documents stay English.

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace postern {

enum class Language { En, De, Nl };

/// One text in all languages. All three are required; "{0}", "{1}" stand for arguments.
struct Text {
  const char* en;
  const char* de;
  const char* nl;
  std::string_view in(Language language) const;
};

/// Replaces {0}, {1}, … by `args`; a placeholder without argument stays as it is.
std::string fill(std::string_view pattern, std::span<const std::string> args);

/// `text` with a capital at its start and one full stop at its end.
std::string sentence(std::string text);

/// Something postern tells an admin: a code that never changes its meaning, one sentence of cause, one of remedy.
/// Declared as a constant beside the code that reports it. Codes: PST-1xxx settings and secrets, 2xxx network and
/// systems in general, 3xxx profacto, 4xxx craftboxx, 5xxx links, 6xxx state file, 7xxx queue and delivery, 9xxx bugs.
/// A test checks that no code is used twice.
struct Message {
  const char* code;  // "PST-2104"
  Text cause;
  Text remedy;
};

}  // namespace postern
