#include "agent/visible.h"

#include <array>
#include <utility>

namespace postern {
namespace {

void appendHex(std::string_view prefix, unsigned value, int digits, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += prefix;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[(value >> static_cast<unsigned>(shift)) & 15U];
}

/// Length and code point of the UTF-8 character at the start of `text`; length 0 when it is none.
std::pair<std::size_t, unsigned> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {0, 0};
  unsigned code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {0, 0};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<unsigned, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {0, 0};
  return {length, code};
}

/// Characters that a terminal or a viewer might obey instead of showing: controls, line and paragraph separators, and
/// those that turn the writing direction.
bool isObeyed(unsigned code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void appendEscaped(unsigned code, std::string& out) {
  switch (code) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      code < 0x80 ? appendHex("\\x", code, 2, out) : appendHex("\\u", code, 4, out);
  }
}

}  // namespace

void appendVisible(std::string_view text, std::string& out, std::string_view escaped) {
  while (!text.empty()) {
    const auto [length, code] = decode(text);
    if (length == 0) {
      appendHex("\\x", static_cast<unsigned char>(text[0]), 2, out);
      text.remove_prefix(1);
      continue;
    }
    if (isObeyed(code)) {
      appendEscaped(code, out);
    } else {
      if (escaped.find(text[0]) != std::string_view::npos) out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

std::string visible(std::string_view text) {
  std::string out;
  appendVisible(text, out);
  return out;
}

}  // namespace postern
