#include "service/service_manager.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "agent/private_file.h"
#include "agent/secrets.h"
#include "agent/settings.h"
#include "connectors/registry.h"

namespace postern {
namespace {

constexpr Message kUnreadable{
    "PST-1401",
    {"the file {0} cannot be read", "die Datei {0} kann nicht gelesen werden",
     "het bestand {0} kan niet worden gelezen"},
    {"check the path and your rights", "Prüfen Sie den Pfad und Ihre Rechte", "controleer het pad en uw rechten"}};
constexpr Message kNoSecretLine{
    "PST-1402",
    {"the line is not \"name=value\"", "die Zeile ist nicht „name=wert“", "de regel is niet \"naam=waarde\""},
    {"write one secret a line, for example: craftboxx-password=…",
     "Schreiben Sie ein Geheimnis je Zeile, zum Beispiel: craftboxx-password=…",
     "schrijf één geheim per regel, bijvoorbeeld: craftboxx-password=…"}};

std::string contentOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream || stream.bad()) throw ConfigError({}, kUnreadable, {file.string()});
  return text;
}

/// Nobody has written into the reference yet: section names and comments are all there is.
bool saysNothing(const std::filesystem::path& file) {
  std::istringstream text(contentOf(file));
  for (std::string line; std::getline(text, line);) {
    const auto first = line.find_first_not_of(" \t\r\xEF\xBB\xBF");
    if (first != std::string::npos && std::string_view(";#[").find(line[first]) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

bool writeFirstSettings(const std::filesystem::path& file, const std::filesystem::path& takeOver) {
  if (std::filesystem::exists(file) && (takeOver.empty() || !saysNothing(file))) return false;
  if (takeOver.empty()) return writePrivateFile(file, settingsReference(registry(), Language::En), IfExists::Keep);
  const auto text = contentOf(takeOver);
  Settings::parse(text, takeOver, registry());
  return writePrivateFile(file, text, IfExists::Replace);
}

int importSecrets(const std::filesystem::path& file, const std::filesystem::path& stateDir) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // Notepad's
  std::string text = contentOf(file);
  if (text.starts_with(kMark)) text.erase(0, kMark.size());
  SecretStore store(stateDir);
  int line = 0;
  int stored = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++line;
    const auto end = std::min(text.find('\n', at), text.size());
    std::string entry = text.substr(at, end - at);
    at = end + 1;
    if (entry.ends_with('\r')) entry.pop_back();
    if (entry.empty() || entry.front() == '#') continue;
    const auto equals = entry.find('=');
    if (equals == std::string::npos || !isSecretName(entry.substr(0, equals))) {
      throw ConfigError(file.string() + ":" + std::to_string(line), kNoSecretLine);
    }
    store.set(entry.substr(0, equals), entry.substr(equals + 1));
    ++stored;
  }
  return stored;
}

}  // namespace postern
