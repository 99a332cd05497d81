#include "connectors/links/accountview_crafter/address.h"

#include <Poco/UTF8String.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr std::size_t kLongestNumber = 5;   // Dutch house numbers end at 99999
constexpr std::size_t kLongestLetters = 4;  // "bis", "huis", "hoog", "III"
constexpr std::size_t kLongestDigits = 3;   // in an addition; four are a year
constexpr std::size_t kMostParts = 3;       // "2-hoog A"

constexpr auto kLongWords = std::to_array<std::string_view>({"achter", "beneden", "boven", "links", "rechts", "voor"});
// What makes a number a floor and not a house: "3hoog", "2e".
constexpr auto kFloorWords = std::to_array<std::string_view>({"hoog", "hg", "h", "e", "de", "ste"});

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isSeparator(char c) { return c == '-' || c == '/' || c == '.' || c == ' '; }
bool isBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

std::string lower(std::string_view text) { return Poco::UTF8::toLower(std::string(text)); }

std::string_view takeWhile(std::string_view& text, bool (*of)(char)) {
  const auto end = std::find_if_not(text.begin(), text.end(), of);
  const auto run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(run.size());
  return run;
}

std::vector<std::string> wordsOf(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    words.emplace_back(takeWhile(line, [](char c) { return c != ' '; }));
    line.remove_prefix(std::min<std::size_t>(1, line.size()));
  }
  return words;
}

/// "12 - 14" as "12-14", so that a range is one word; a comma at a word's end is none of the name.
std::string tightened(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == ',' && (i + 1 == line.size() || line[i + 1] == ' ')) continue;
    const bool blankBefore = text.size() >= 2 && text.back() == ' ' && isDigit(text[text.size() - 2]);
    if ((c == '-' || c == '/') && blankBefore) text.pop_back();
    const bool afterSign =
        text.size() >= 2 && (text.back() == '-' || text.back() == '/') && isDigit(text[text.size() - 2]);
    if (c == ' ' && afterSign) continue;
    text += c;
  }
  return oneLine(text);
}

bool isLetters(std::string_view letters) {
  return letters.size() <= kLongestLetters || std::ranges::find(kLongWords, lower(letters)) != kLongWords.end();
}

/// "b", "3", "3hoog", "A3".
bool isPart(std::string_view part) {
  const auto before = takeWhile(part, isDigit);
  const auto letters = takeWhile(part, isLetter);
  const auto after = takeWhile(part, isDigit);
  return part.empty() && isLetters(letters) && before.size() <= kLongestDigits && after.size() <= kLongestDigits &&
         (before.empty() || after.empty());
}

bool isAddition(std::string_view text) {
  std::size_t parts = 0;
  while (!text.empty()) {
    const auto part = takeWhile(text, [](char c) { return !isSeparator(c); });
    if (part.empty() || !isPart(part) || ++parts > kMostParts) return false;
    text.remove_prefix(std::min<std::size_t>(1, text.size()));
  }
  return true;
}

struct House {
  std::string number;
  std::string addition;
};

/// The house number that begins with word `at`; nullopt when what stands there to the end of the line is none.
std::optional<House> houseAt(const std::vector<std::string>& words, std::size_t at) {
  std::string_view rest = words[at];
  House house;
  house.number = takeWhile(rest, isDigit);
  if (house.number.empty() || house.number.size() > kLongestNumber) return std::nullopt;
  if (std::ranges::find(kFloorWords, lower(rest)) != kFloorWords.end() && at > 1 && isDigit(words[at - 1].front())) {
    return std::nullopt;
  }
  if (!rest.empty() && isSeparator(rest.front())) rest.remove_prefix(1);
  house.addition = rest;
  for (auto i = at + 1; i < words.size(); ++i) house.addition += (house.addition.empty() ? "" : " ") + words[i];
  if (!isAddition(house.addition)) return std::nullopt;
  return house;
}

bool isYear(std::string_view word) { return word.size() == 4 && (word.starts_with("1") || word.starts_with("20")); }

/// A plain number before the house number could be it just as well, unless it is the year in a street's name.
bool isDoubtful(const std::string& before) {
  return std::ranges::all_of(before, isDigit) && before.size() <= kLongestNumber && !isYear(before);
}

std::string bare(const std::string& text) {
  std::string kept;
  std::ranges::copy_if(text, std::back_inserter(kept),
                       [](char c) { return isDigit(c) || isLetter(c) || isBeyondAscii(c); });
  return lower(kept);
}

}  // namespace

StreetLine splitStreet(std::string_view line) {
  StreetLine whole{oneLine(line), "", ""};
  const auto words = wordsOf(tightened(whole.street));
  for (std::size_t at = words.size(); at-- > 1;) {
    const auto house = houseAt(words, at);
    if (!house) continue;
    if (at > 1 && isDoubtful(words[at - 1])) return whole;
    std::string street;
    for (std::size_t i = 0; i < at; ++i) street += (i == 0 ? "" : " ") + words[i];
    const bool named = std::ranges::any_of(street, [](char c) { return isLetter(c) || isBeyondAscii(c); });
    return named ? StreetLine{street, house->number, house->addition} : whole;
  }
  return whole;
}

std::string joinStreet(const StreetLine& parts) {
  // "12-3": two numbers with a blank between could not be told apart again.
  const bool tied = !parts.number.empty() && !parts.addition.empty() && isDigit(parts.addition.front());
  return oneLine(parts.street + ' ' + parts.number + (tied ? '-' : ' ') + parts.addition);
}

bool isAlike(const Address& a, const Address& b) {
  return bare(a.street) == bare(b.street) && bare(a.zip) == bare(b.zip) && bare(a.city) == bare(b.city);
}

}  // namespace postern::accountview_crafter
