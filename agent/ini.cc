#include "agent/ini.h"

#include <algorithm>
#include <optional>

namespace postern {
namespace {

const Message kNotUtf8{
    "PST-1003",
    {"The line is not valid UTF-8.", "Die Zeile ist kein gültiges UTF-8.", "De regel is geen geldige UTF-8."},
    {"Save the file with the encoding UTF-8.", "Speichern Sie die Datei mit der Zeichenkodierung UTF-8.",
     "Sla het bestand op met de tekencodering UTF-8."}};
const Message kControlCharacter{"PST-1004",
                                {"The line contains a control character.", "Die Zeile enthält ein Steuerzeichen.",
                                 "De regel bevat een stuurteken."},
                                {"Delete the line and type it anew.", "Löschen Sie die Zeile und tippen Sie sie neu.",
                                 "Verwijder de regel en typ deze opnieuw."}};
const Message kNoEquals{
    "PST-1005",
    {"The line is neither a section nor a key with '='.",
     "Die Zeile ist weder ein Abschnitt noch ein Schlüssel mit „=“.",
     "De regel is geen sectie en ook geen sleutel met '='."},
    {"Write 'key = value', or start the line with ';' to make it a comment.",
     "Schreiben Sie „Schlüssel = Wert“, oder beginnen Sie die Zeile mit „;“, um sie zum Kommentar zu machen.",
     "Schrijf 'sleutel = waarde', of begin de regel met ';' om er commentaar van te maken."}};
const Message kNoKey{
    "PST-1006",
    {"There is no key before '='.", "Vor „=“ steht kein Schlüssel.", "Er staat geen sleutel voor '='."},
    {"Write 'key = value'.", "Schreiben Sie „Schlüssel = Wert“.", "Schrijf 'sleutel = waarde'."}};
const Message kBadHead{"PST-1007",
                       {"The section is not written as '[name]'.", "Der Abschnitt ist nicht als „[Name]“ geschrieben.",
                        "De sectie is niet als '[naam]' geschreven."},
                       {"Close the name with ']' and put nothing but a comment behind it.",
                        "Schließen Sie den Namen mit „]“ ab und schreiben Sie dahinter höchstens einen Kommentar.",
                        "Sluit de naam af met ']' en zet er hoogstens commentaar achter."}};
const Message kOutside{
    "PST-1008",
    {"The key '{0}' stands before the first section.", "Der Schlüssel „{0}“ steht vor dem ersten Abschnitt.",
     "De sleutel '{0}' staat vóór de eerste sectie."},
    {"Put the line below a section such as '[agent]'.", "Setzen Sie die Zeile unter einen Abschnitt wie „[agent]“.",
     "Zet de regel onder een sectie zoals '[agent]'."}};
const Message kBadQuotes{
    "PST-1009",
    {"The quotes around the value of '{0}' do not match.",
     "Die Anführungszeichen um den Wert von „{0}“ passen nicht zusammen.",
     "De aanhalingstekens om de waarde van '{0}' passen niet bij elkaar."},
    {"End the value with '\"', put nothing but a comment behind it, and write '\"\"' for a '\"' inside.",
     "Beenden Sie den Wert mit \", schreiben Sie dahinter höchstens einen Kommentar und für ein \" im Wert zwei.",
     "Sluit de waarde af met '\"', zet er hoogstens commentaar achter en schrijf '\"\"' voor een '\"' in de waarde."}};

bool isBlank(char c) { return c == ' ' || c == '\t'; }
bool isCommentSign(char c) { return c == ';' || c == '#'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  return text;
}

/// Without overlong forms, surrogates and code points above U+10FFFF.
bool isUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    if (length > 2) {
      const unsigned second = byte(i + 1);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
      if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    }
    i += length;
  }
  return true;
}

bool hasControlCharacter(std::string_view line) {
  return std::ranges::any_of(line, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 127; });
}

/// What stands behind a section or a closing quote: blanks, then at most a comment after a blank.
bool isOnlyComment(std::string_view rest) {
  const std::string_view text = trim(rest);
  return text.empty() || (isBlank(rest.front()) && isCommentSign(text.front()));
}

/// `raw` is everything behind '='. nullopt when the quotes do not match.
std::optional<std::string> readValue(std::string_view raw, bool& quoted) {
  const std::string_view text = trim(raw);
  quoted = text.starts_with('"');
  if (quoted) {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] != '"') {
        value += text[i];
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        value += text[i++];
      } else {
        if (!isOnlyComment(text.substr(i + 1))) return std::nullopt;
        return value;
      }
    }
    return std::nullopt;
  }
  for (std::size_t i = 1; i < raw.size(); ++i) {
    if (isCommentSign(raw[i]) && isBlank(raw[i - 1])) return std::string(trim(raw.substr(0, i)));
  }
  return std::string(text);
}

void readLine(std::string_view line, int number, const std::string& file, std::vector<IniSection>& sections) {
  const std::string place = placeIn(file, number);
  if (!isUtf8(line)) throw ConfigError(place, kNotUtf8);
  if (hasControlCharacter(line)) throw ConfigError(place, kControlCharacter);
  const std::string_view text = trim(line);
  if (text.empty() || isCommentSign(text.front())) return;
  if (text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !isOnlyComment(text.substr(end + 1))) throw ConfigError(place, kBadHead);
    sections.push_back({std::string(trim(text.substr(1, end - 1))), number, {}});
    return;
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) throw ConfigError(place, kNoEquals);
  const std::string_view key = trim(text.substr(0, equals));
  if (key.empty()) throw ConfigError(place, kNoKey);
  if (sections.empty()) throw ConfigError(place, kOutside, {shownKey(key)});
  bool quoted = false;
  auto value = readValue(text.substr(equals + 1), quoted);
  if (!value) throw ConfigError(place, kBadQuotes, {shownKey(key)});
  sections.back().entries.push_back({std::string(key), std::move(*value), quoted, number});
}

}  // namespace

std::string shownKey(std::string_view key) {
  const bool looksLikeOne = key.size() <= 40 && std::ranges::all_of(key, [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                     c == '_' || c == '.' || c == '-' || c == '*';
                            });
  return looksLikeOne ? std::string(key) : "…";
}

std::string iniValue(const std::string& value) {
  bool plain = value.empty() || (trim(value) == value && value.front() != '"' && !isCommentSign(value.front()));
  for (std::size_t i = 1; i < value.size(); ++i) plain = plain && !(isCommentSign(value[i]) && isBlank(value[i - 1]));
  if (plain) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string placeIn(const std::string& file, int line) { return file + ":" + std::to_string(line); }

std::vector<IniSection> parseIni(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<IniSection> sections;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    readLine(line, number, file, sections);
  }
  return sections;
}

}  // namespace postern
