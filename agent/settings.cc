#include "agent/settings.h"

#include <cassert>
#include <fstream>
#include <optional>
#include <sstream>

#include "agent/option_value.h"
#include "agent/settings_check.h"

namespace postern {
namespace {

const Message kCannotRead{"PST-1001",
                          {"The settings file cannot be read.", "Die Einstellungsdatei kann nicht gelesen werden.",
                           "Het instellingenbestand kan niet worden gelezen."},
                          {"Check the path, and that the account of the service may read the file.",
                           "Prüfen Sie den Pfad und ob das Dienstkonto die Datei lesen darf.",
                           "Controleer het pad en of het account van de dienst het bestand mag lezen."}};
const Message kTooLarge{
    "PST-1002",
    {"The settings file is larger than 1 MB.", "Die Einstellungsdatei ist größer als 1 MB.",
     "Het instellingenbestand is groter dan 1 MB."},
    {"Check that the path names a settings file.", "Prüfen Sie, ob der Pfad eine Einstellungsdatei nennt.",
     "Controleer of het pad naar een instellingenbestand wijst."}};

/// The value of `key`, or of the option with '*' it belongs to; nullptr when it is in no table.
const std::string* findValue(const std::map<std::string, std::string, std::less<>>& values, std::string_view key) {
  if (const auto found = values.find(key); found != values.end()) return &found->second;
  for (const auto& [name, value] : values) {
    if (name.ends_with('*') && key.size() >= name.size() && key.starts_with(name.substr(0, name.size() - 1))) {
      return &value;
    }
  }
  return nullptr;
}

/// What a reading gave; the kind's zero for an empty value.
template <class T>
T valueOf(const std::string& text, std::optional<T> (*read)(std::string_view)) {
  const auto value = read(text);
  assert(value || text.empty());
  return value.value_or(T{});
}

}  // namespace

bool Section::has(std::string_view key) const {
  const std::string* value = findValue(values_, key);
  return value != nullptr && (!value->empty() || places_.contains(key));
}

const std::string& Section::text(std::string_view key) const {
  static const std::string none;
  const std::string* value = findValue(values_, key);
  assert(value != nullptr && "key is in no option table");
  return value != nullptr ? *value : none;
}

std::int64_t Section::integer(std::string_view key) const { return valueOf(text(key), readInteger); }
double Section::decimal(std::string_view key) const { return valueOf(text(key), readDecimal); }
bool Section::boolean(std::string_view key) const { return valueOf(text(key), readBoolean); }
std::chrono::seconds Section::duration(std::string_view key) const { return valueOf(text(key), readDuration); }
std::vector<std::string> Section::list(std::string_view key) const { return readList(text(key)); }

std::vector<std::int64_t> Section::integers(std::string_view key) const {
  std::vector<std::int64_t> numbers;
  for (const std::string& item : list(key)) numbers.push_back(valueOf(item, readInteger));
  return numbers;
}

std::string Section::placeOf(std::string_view key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? place_ : found->second;
}

void Section::set(std::string key, std::string value, std::string place) {
  if (!place.empty()) places_.insert_or_assign(key, std::move(place));
  values_.insert_or_assign(std::move(key), std::move(value));
}

namespace {

Language languageOf(std::string_view name) {
  return name == "de" ? Language::De : name == "nl" ? Language::Nl : Language::En;
}

}  // namespace

Language Settings::language() const { return languageOf(agent.text("language")); }

std::string readSettingsFile(const std::filesystem::path& file) {
  constexpr std::size_t kLimit = 1 << 20;
  const std::string place = file.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) throw ConfigError(place, kCannotRead);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw ConfigError(place, kCannotRead);
  std::string text(kLimit + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) throw ConfigError(place, kCannotRead);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kLimit) throw ConfigError(place, kTooLarge);
  return text;
}

Language languageIn(std::string_view text) {
  std::istringstream stream{std::string(text)};
  bool inAgent = false;
  for (std::string line; std::getline(stream, line);) {
    try {
      // Line by line, because the form of another one may be what is wrong.
      const auto sections = parseIni(inAgent ? "[agent]\n" + line : line, {});
      if (sections.empty()) continue;
      inAgent = sections.back().name == "agent";
      for (const auto& entry : sections.back().entries) {
        if (entry.key == "language") return languageOf(entry.value);
      }
    } catch (const ConfigError&) {
    }
  }
  return Language::En;
}

std::string Settings::proxyOf(const SystemSettings& system) const {
  const std::string& own = system.options.text("proxy");
  const std::string& proxy = own.empty() ? agent.text("proxy") : own;
  return proxy == "none" ? "" : proxy;
}

std::string Settings::caFileOf(const SystemSettings& system) const {
  const std::string& own = system.options.text("ca_file");
  return own.empty() ? agent.text("ca_file") : own;
}

Settings Settings::load(const std::filesystem::path& file, const Registry& registry) {
  return parse(readSettingsFile(file), file, registry);
}

Settings Settings::parse(std::string_view text, const std::filesystem::path& file, const Registry& registry) {
  return checkSettings(parseIni(text, file.string()), file, registry);
}

}  // namespace postern
