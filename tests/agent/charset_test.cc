// Text of files into UTF-8.

#include "agent/charset.h"

#include <gtest/gtest.h>

namespace postern {
namespace {

TEST(CharsetTest, BytesBecomeTheCharactersOfTheirSet) {
  const struct {
    Charset charset;
    std::string_view bytes;
    std::string_view text;
  } kCases[] = {
      {Charset::Windows1252, "caf\xE9 \x80", "café €"},
      {Charset::Windows1252, "\x81", "\xEF\xBF\xBD"},
      {Charset::Latin1, "\xA4", "¤"},
      {Charset::Latin9, "\xA4", "€"},
      {Charset::Windows1250, "\xB9", "ą"},
      {Charset::Windows1251, "\xC4", "Д"},
      {Charset::Dos437, "\x84\xE1\x9D", "äß¥"},
      {Charset::Dos850, "\x84\xE1\x9D", "äßØ"},
      {Charset::Utf8, "gr\xC3\xBC\xC3", "grü\xEF\xBF\xBD"},
      {Charset::Utf8, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const auto& one : kCases) EXPECT_EQ(toUtf8(one.bytes, one.charset), one.text);
}

TEST(CharsetTest, EveryByteOfEverySetGivesValidUtf8) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (const char* name :
       {"utf-8", "windows-1250", "windows-1251", "Windows-1252", "iso-8859-1", "iso-8859-15", "cp437", "cp850"}) {
    const auto charset = charsetNamed(name);
    ASSERT_TRUE(charset) << name;
    EXPECT_TRUE(isUtf8(toUtf8(all, *charset))) << name;
  }
  EXPECT_FALSE(charsetNamed("ebcdic"));
}

TEST(CharsetTest, BrokenUtf8IsNone) {
  for (const std::string_view bad :
       {"\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "a\x80"})
    EXPECT_FALSE(isUtf8(bad));
  EXPECT_TRUE(isUtf8("Größe 😀"));
}

}  // namespace
}  // namespace postern
