#include "agent/charset.h"

#include <Poco/Latin1Encoding.h>
#include <Poco/Latin9Encoding.h>
#include <Poco/String.h>
#include <Poco/Windows1250Encoding.h>
#include <Poco/Windows1251Encoding.h>
#include <Poco/Windows1252Encoding.h>

#include <array>
#include <cstddef>
#include <utility>

namespace postern {

namespace {

constexpr char32_t kUndefined = 0xFFFD;

using UpperHalf = std::array<char16_t, 128>;  // of the bytes 0x80 to 0xFF

// Poco knows no DOS sets.
constexpr UpperHalf kDos437 = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE,
    0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6,
    0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA,
    0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB, 0x2591, 0x2592, 0x2593, 0x2502,
    0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510, 0x2514,
    0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550,
    0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C,
    0x2588, 0x2584, 0x258C, 0x2590, 0x2580, 0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4,
    0x03A6, 0x0398, 0x03A9, 0x03B4, 0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320,
    0x2321, 0x00F7, 0x2248, 0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};
constexpr UpperHalf kDos850 = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE,
    0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6,
    0x00DC, 0x00F8, 0x00A3, 0x00D8, 0x00D7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA,
    0x00BA, 0x00BF, 0x00AE, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB, 0x2591, 0x2592, 0x2593, 0x2502,
    0x2524, 0x00C1, 0x00C2, 0x00C0, 0x00A9, 0x2563, 0x2551, 0x2557, 0x255D, 0x00A2, 0x00A5, 0x2510, 0x2514,
    0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x00E3, 0x00C3, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550,
    0x256C, 0x00A4, 0x00F0, 0x00D0, 0x00CA, 0x00CB, 0x00C8, 0x0131, 0x00CD, 0x00CE, 0x00CF, 0x2518, 0x250C,
    0x2588, 0x2584, 0x00A6, 0x00CC, 0x2580, 0x00D3, 0x00DF, 0x00D4, 0x00D2, 0x00F5, 0x00D5, 0x00B5, 0x00FE,
    0x00DE, 0x00DA, 0x00DB, 0x00D9, 0x00FD, 0x00DD, 0x00AF, 0x00B4, 0x00AD, 0x00B1, 0x2017, 0x00BE, 0x00B6,
    0x00A7, 0x00F7, 0x00B8, 0x00B0, 0x00A8, 0x00B7, 0x00B9, 0x00B3, 0x00B2, 0x25A0, 0x00A0,
};

UpperHalf fromPoco(const Poco::TextEncoding& encoding) {
  UpperHalf out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int code = encoding.characterMap()[i + 128];
    const bool control = code >= 0x80 && code < 0xA0;  // Poco's word for "not in the set"; no text holds one
    out[i] = code < 0 || control ? static_cast<char16_t>(kUndefined) : static_cast<char16_t>(code);
  }
  return out;
}

const UpperHalf& upperHalf(Charset charset) {
  static const UpperHalf windows1250 = fromPoco(Poco::Windows1250Encoding{});
  static const UpperHalf windows1251 = fromPoco(Poco::Windows1251Encoding{});
  static const UpperHalf windows1252 = fromPoco(Poco::Windows1252Encoding{});
  static const UpperHalf latin1 = fromPoco(Poco::Latin1Encoding{});
  static const UpperHalf latin9 = fromPoco(Poco::Latin9Encoding{});
  switch (charset) {
    case Charset::Windows1250:
      return windows1250;
    case Charset::Windows1251:
      return windows1251;
    case Charset::Latin1:
      return latin1;
    case Charset::Latin9:
      return latin9;
    case Charset::Dos437:
      return kDos437;
    case Charset::Dos850:
      return kDos850;
    case Charset::Windows1252:
    case Charset::Utf8:
      break;
  }
  return windows1252;
}

/// Of a code below U+10000.
void append(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Bytes of the character at the front of `text` (not empty); 0 when there is none.
std::size_t utf8Length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = at(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

}  // namespace

std::optional<Charset> charsetNamed(std::string_view name) {
  constexpr std::pair<const char*, Charset> kNames[] = {
      {"utf-8", Charset::Utf8},
      {"windows-1250", Charset::Windows1250},
      {"windows-1251", Charset::Windows1251},
      {"windows-1252", Charset::Windows1252},
      {"iso-8859-1", Charset::Latin1},
      {"iso-8859-15", Charset::Latin9},
      {"cp437", Charset::Dos437},
      {"cp850", Charset::Dos850},
  };
  const std::string wanted(name);
  for (const auto& [known, charset] : kNames)
    if (Poco::icompare(wanted, known) == 0) return charset;
  return std::nullopt;
}

bool isUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8Length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string toUtf8(std::string_view bytes, Charset charset) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  if (charset == Charset::Utf8) {
    while (!bytes.empty()) {
      const std::size_t length = utf8Length(bytes);
      if (length == 0) append(out, kUndefined);
      out += bytes.substr(0, length);
      bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
  }
  const UpperHalf& upper = upperHalf(charset);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append(out, byte < 0x80 ? byte : upper[byte - 0x80U]);
  }
  return out;
}

}  // namespace postern
