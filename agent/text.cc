#include "agent/text.h"

#include "agent/visible.h"

namespace postern {

std::string_view Text::in(Language language) const {
  switch (language) {
    case Language::De:
      return de;
    case Language::Nl:
      return nl;
    case Language::En:
      break;
  }
  return en;
}

std::string fill(std::string_view pattern, std::span<const std::string> args) {
  std::string out;
  out.reserve(pattern.size() + 32);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' && pattern[i + 1] >= '0' &&
        pattern[i + 1] <= '9') {
      const auto index = static_cast<std::size_t>(pattern[i + 1] - '0');
      if (index < args.size()) {
        out += args[index];
        i += 2;
        continue;
      }
    }
    out += pattern[i];
  }
  return out;
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text = visible(text);
  // Names and paths at the start stay as they are: only a plain word gets its capital.
  const auto wordEnd = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  if (wordEnd != 0 && wordEnd != std::string::npos && (text[wordEnd] == ' ' || text[wordEnd] == ',')) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

}  // namespace postern
