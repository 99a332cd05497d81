#include "agent/secrets.h"

#include <Poco/Environment.h>
#include <Poco/URI.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "agent/file_lock.h"
#include "agent/machine_seal.h"
#include "agent/option_value.h"
#include "agent/system_message.h"

namespace postern {
namespace {

const Message kBadName{"PST-1100",
                       {"The name of the secret is not valid.", "Der Name des Geheimnisses ist nicht gültig.",
                        "De naam van het geheim is niet geldig."},
                       {"Use 1 to 64 letters, digits, '.', '_' or '-', and no '.' in front.",
                        "Verwenden Sie 1 bis 64 Buchstaben, Ziffern, „.“, „_“ oder „-“, und vorn keinen Punkt.",
                        "Gebruik 1 tot 64 letters, cijfers, '.', '_' of '-', en geen punt vooraan."}};
const Message kNoSuchSecret{
    "PST-1101",
    {"The secret '{0}' does not exist.", "Das Geheimnis „{0}“ gibt es nicht.", "Het geheim '{0}' bestaat niet."},
    {"Store it with 'postern secret set {0}'.", "Legen Sie es mit „postern secret set {0}“ an.",
     "Sla het op met 'postern secret set {0}'."}};
const Message kStoreDamaged{
    "PST-1102",
    {"The secret store is damaged.", "Der Geheimnisspeicher ist beschädigt.", "De geheimenopslag is beschadigd."},
    {"Restore the file from a backup, or delete it and store all secrets anew with 'postern secret set NAME'.",
     "Stellen Sie die Datei aus einer Sicherung wieder her, oder löschen Sie sie und legen Sie alle Geheimnisse mit "
     "„postern secret set NAME“ neu an.",
     "Zet het bestand terug uit een back-up, of verwijder het en sla alle geheimen opnieuw op met 'postern secret set "
     "NAME'."}};
const Message kWrongKey{
    "PST-1103",
    {"The secret store was made with another key than the one in {0}.",
     "Der Geheimnisspeicher wurde mit einem anderen Schlüssel als dem in {0} angelegt.",
     "De geheimenopslag is met een andere sleutel gemaakt dan die in {0}."},
    {"Restore both files from the same backup, or delete both and store all secrets anew.",
     "Stellen Sie beide Dateien aus derselben Sicherung wieder her, oder löschen Sie beide und legen Sie alle "
     "Geheimnisse neu an.",
     "Zet beide bestanden terug uit dezelfde back-up, of verwijder ze allebei en sla alle geheimen opnieuw op."}};
const Message kKeyMissing{"PST-1104",
                          {"The key of the secret store is missing.", "Der Schlüssel des Geheimnisspeichers fehlt.",
                           "De sleutel van de geheimenopslag ontbreekt."},
                          {"Restore the file from a backup, or delete {0} and store all secrets anew.",
                           "Stellen Sie die Datei aus einer Sicherung wieder her, oder löschen Sie {0} und legen Sie "
                           "alle Geheimnisse neu an.",
                           "Zet het bestand terug uit een back-up, of verwijder {0} en sla alle geheimen opnieuw op."}};
const Message kKeyDamaged{
    "PST-1105",
    {"The key of the secret store is damaged: it does not have 32 bytes.",
     "Der Schlüssel des Geheimnisspeichers ist beschädigt: Er hat nicht 32 Byte.",
     "De sleutel van de geheimenopslag is beschadigd: hij heeft geen 32 bytes."},
    {"Restore the file from a backup, or delete it and {0} and store all secrets anew.",
     "Stellen Sie die Datei aus einer Sicherung wieder her, oder löschen Sie sie und {0} und legen Sie alle "
     "Geheimnisse "
     "neu an.",
     "Zet het bestand terug uit een back-up, of verwijder het samen met {0} en sla alle geheimen opnieuw op."}};
const Message kForeignKey{
    "PST-1400",
    {"Windows does not open the key of the secret store: the file is damaged or comes from another machine.",
     "Windows öffnet den Schlüssel des Geheimnisspeichers nicht: Die Datei ist beschädigt oder stammt von einem "
     "anderen Rechner.",
     "Windows opent de sleutel van de geheimenopslag niet: het bestand is beschadigd of komt van een andere machine."},
    {"Restore the file from a backup of this machine, or delete it and {0} and store all secrets anew.",
     "Stellen Sie die Datei aus einer Sicherung dieses Rechners wieder her, oder löschen Sie sie und {0} und legen Sie "
     "alle Geheimnisse neu an.",
     "Zet het bestand terug uit een back-up van deze machine, of verwijder het samen met {0} en sla alle geheimen "
     "opnieuw op."}};
const Message kKeyOpen{
    "PST-1106",
    {"The key of the secret store can be read or written by other accounts.",
     "Der Schlüssel des Geheimnisspeichers kann von anderen Konten gelesen oder geschrieben werden.",
     "De sleutel van de geheimenopslag kan door andere accounts worden gelezen of geschreven."},
    {"Give only the account of the service access to the file (Linux: chmod 600), and change the secrets if somebody "
     "may have read it.",
     "Geben Sie nur dem Dienstkonto Zugriff auf die Datei (Linux: chmod 600), und ändern Sie die Kennwörter, falls sie "
     "jemand gelesen haben kann.",
     "Geef alleen het account van de dienst toegang tot het bestand (Linux: chmod 600), en wijzig de wachtwoorden als "
     "iemand het gelezen kan hebben."}};
const Message kUnreadable{
    "PST-1107",
    {"The file with the secret cannot be read.", "Die Datei mit dem Geheimnis kann nicht gelesen werden.",
     "Het bestand met het geheim kan niet worden gelezen."},
    {"Run the command as the account of the service or as administrator, and check the file's permissions.",
     "Führen Sie den Befehl mit dem Dienstkonto oder als Administrator aus, und prüfen Sie die Rechte der Datei.",
     "Voer de opdracht uit met het account van de dienst of als beheerder, en controleer de rechten van het bestand."}};
const Message kCannotWrite{
    "PST-1108",
    {"The file cannot be written: {0}.", "Die Datei kann nicht geschrieben werden: {0}.",
     "Het bestand kan niet worden geschreven: {0}."},
    {"Check that the directory exists, that it has free space, and that your account may write there.",
     "Prüfen Sie, ob das Verzeichnis besteht, ob dort Platz ist und ob Ihr Konto dort schreiben darf.",
     "Controleer of de map bestaat, of er ruimte is en of uw account er mag schrijven."}};
const Message kBadValue{
    "PST-1109",
    {"The secret '{0}' is empty, has several lines or is not text.",
     "Das Geheimnis „{0}“ ist leer, hat mehrere Zeilen oder ist kein Text.",
     "Het geheim '{0}' is leeg, heeft meerdere regels of is geen tekst."},
    {"Store it as one line of text.", "Legen Sie es als eine Zeile Text ab.", "Sla het op als één regel tekst."}};

constexpr std::size_t kKeySize = 32;
constexpr int kNonceSize = 12;
constexpr int kTagSize = 16;

/// Text that is overwritten before its memory is given back.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_(std::move(text)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { OPENSSL_cleanse(text_.data(), text_.size()); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void mustBe(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refused AES-256-GCM");
}

std::string randomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  mustBe(RAND_bytes(bytesOf(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(bytesOf(text), bytesOf(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// nullopt unless `text` is exactly what base64() would have written.
std::optional<std::string> unbase64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int length = EVP_DecodeBlock(bytesOf(bytes), bytesOf(text), static_cast<int>(text.size()));
  const auto padding = static_cast<int>(std::ranges::count(text, '='));
  if (length < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(length - padding));
  if (base64(bytes) != text) return std::nullopt;
  return bytes;
}

/// Tells keys apart without telling the key.
std::string keyId(const std::string& key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const std::string labelled = "postern key id" + key;
  mustBe(EVP_Digest(labelled.data(), labelled.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  std::string id;
  for (std::size_t i = 0; i < 8; ++i) {
    id += "0123456789abcdef"[digest.at(i) >> 4];
    id += "0123456789abcdef"[digest.at(i) & 15];
  }
  return id;
}

struct Sealed {
  std::string nonce;
  std::string tag;
  std::string data;
};

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// The name goes in as additional data, so that an entry under another name does not open.
Sealed seal(const std::string& key, const std::string& name, const std::string& value) {
  Sealed sealed{randomBytes(kNonceSize), std::string(kTagSize, '\0'), std::string(value.size(), '\0')};
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int count = 0;
  mustBe(cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key), bytesOf(sealed.nonce)));
  mustBe(EVP_EncryptUpdate(cipher.get(), nullptr, &count, bytesOf(name), static_cast<int>(name.size())) == 1);
  mustBe(EVP_EncryptUpdate(cipher.get(), bytesOf(sealed.data), &count, bytesOf(value),
                           static_cast<int>(value.size())) == 1);
  std::array<unsigned char, 16> rest{};
  mustBe(EVP_EncryptFinal_ex(cipher.get(), rest.data(), &count) == 1);
  mustBe(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, sealed.tag.data()) == 1);
  return sealed;
}

/// nullopt when the entry was changed, or sealed under another name or key.
std::optional<std::string> unseal(const std::string& key, const std::string& name, Sealed sealed) {
  if (sealed.nonce.size() != kNonceSize || sealed.tag.size() != kTagSize || sealed.data.empty()) return std::nullopt;
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string value(sealed.data.size(), '\0');
  int count = 0;
  mustBe(cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key), bytesOf(sealed.nonce)));
  mustBe(EVP_DecryptUpdate(cipher.get(), nullptr, &count, bytesOf(name), static_cast<int>(name.size())) == 1);
  mustBe(EVP_DecryptUpdate(cipher.get(), bytesOf(value), &count, bytesOf(sealed.data),
                           static_cast<int>(sealed.data.size())) == 1);
  mustBe(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, sealed.tag.data()) == 1);
  std::array<unsigned char, 16> rest{};
  if (EVP_DecryptFinal_ex(cipher.get(), rest.data(), &count) == 1) return value;
  OPENSSL_cleanse(value.data(), value.size());
  return std::nullopt;
}

/// nullopt when there is no such file. Throws ConfigError when it cannot be read.
std::optional<std::string> readFile(const std::filesystem::path& file) {
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  if (!exists && !error) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  if (error || std::filesystem::is_directory(file, error) || !stream) throw ConfigError(file.string(), kUnreadable);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) throw ConfigError(file.string(), kUnreadable);
  return text;
}

/// nullopt when there is no key.
std::optional<std::string> readKey(const std::filesystem::path& keyFile, const std::filesystem::path& storeFile) {
  auto key = readFile(keyFile);
  if (!key) return key;
  bool open = true;
  try {
    open = isOpenToOthers(keyFile);
  } catch (const std::filesystem::filesystem_error&) {
    throw ConfigError(keyFile.string(), kUnreadable);
  }
  if (open) throw ConfigError(keyFile.string(), kKeyOpen);
  key = openFromMachine(*key);
  if (!key) throw ConfigError(keyFile.string(), kForeignKey, {storeFile.string()});
  if (key->size() != kKeySize) throw ConfigError(keyFile.string(), kKeyDamaged, {storeFile.string()});
  return key;
}

bool isTextLine(std::string_view value) {
  if (value.empty()) return false;
  if (std::ranges::any_of(value, [](char c) { return (c >= 0 && c < ' ') || c == 127; })) return false;
  // nlohmann checks UTF-8 while it writes.
  try {
    const Wiped written(nlohmann::json(value).dump());
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

Sealed sealedFrom(const nlohmann::json& entry) {
  Sealed sealed;
  for (const auto& [name, member] :
       {std::pair("nonce", &Sealed::nonce), std::pair("tag", &Sealed::tag), std::pair("data", &Sealed::data)}) {
    auto bytes = unbase64(entry.at(name).get<std::string>());
    if (!bytes) throw std::invalid_argument("base64");
    sealed.*member = std::move(*bytes);
  }
  return sealed;
}

void checkName(const std::string& name) {
  if (!isSecretName(name)) throw ConfigError({}, kBadName);
}

constexpr std::string_view kPrefix = "secret:";

}  // namespace

std::optional<std::string_view> secretName(std::string_view value) {
  if (!value.starts_with(kPrefix)) return std::nullopt;
  return value.substr(kPrefix.size());
}

bool isSecretName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

bool isPlain(std::string_view value) { return !value.empty() && !value.starts_with(kPrefix); }

std::filesystem::path credentialsDirectory() { return Poco::Environment::get("CREDENTIALS_DIRECTORY", ""); }

/// The decrypted store.
struct SecretStore::Contents {
  std::map<std::string, std::string> secrets;

  Contents() = default;
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;
  Contents(Contents&&) = default;
  ~Contents() {
    for (auto& [name, value] : secrets) OPENSSL_cleanse(value.data(), value.size());
  }
};

SecretStore::SecretStore(const std::filesystem::path& stateDir, std::filesystem::path credentialsDir,
                         WriteStepHook hook)
    : storeFile_(stateDir / "secrets.json"),
      keyFile_(stateDir / "secrets.key"),
      credentialsDir_(std::move(credentialsDir)),
      hook_(std::move(hook)) {}

std::optional<std::string> SecretStore::credential(const std::string& name) const {
  if (credentialsDir_.empty()) return std::nullopt;
  const std::filesystem::path file = credentialsDir_ / name;
  auto value = readFile(file);
  if (!value) return value;
  if (value->ends_with('\n')) value->pop_back();
  if (value->ends_with('\r')) value->pop_back();
  if (!isTextLine(*value)) throw ConfigError(file.string(), kBadValue, {name});
  return value;
}

namespace {

/// Keeps other writers of the store away, in this process and in others.
class OneWriter {
 public:
  explicit OneWriter(const std::filesystem::path& store) : inside_(mutex()), file_(store.string() + ".lock") {
    try {
      makeServiceFile(file_);
      for (int tries = 1000; !(lock_ = FileLock::tryTake(file_)); --tries) {  // a writer takes milliseconds
        if (tries == 0) throw ConfigError(file_.string(), kCannotWrite, {"locked"});
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
      }
    } catch (const std::filesystem::filesystem_error& e) {
      throw ConfigError(file_.string(), kCannotWrite, {systemMessage(e.code())});
    }
  }
  OneWriter(const OneWriter&) = delete;
  OneWriter& operator=(const OneWriter&) = delete;

 private:
  /// A file lock keeps processes apart, not threads.
  static std::mutex& mutex() {
    static std::mutex one;
    return one;
  }
  const std::scoped_lock<std::mutex> inside_;
  const std::filesystem::path file_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace

SecretStore::Contents SecretStore::load() const {
  const auto text = readFile(storeFile_);
  if (!text) return {};
  auto found = readKey(keyFile_, storeFile_);
  if (!found) throw ConfigError(keyFile_.string(), kKeyMissing, {storeFile_.string()});
  const Wiped key(std::move(*found));
  const ConfigError damaged(storeFile_.string(), kStoreDamaged);
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  // Written by nobody but save(), so any other form of the same content is damage, too.
  if (json.is_discarded() || json.dump() + "\n" != *text) throw ConfigError(damaged);
  try {
    if (json.size() != 3 || json.at("version") != 1) throw ConfigError(damaged);
    if (json.at("key").get<std::string>() != keyId(key.text())) {
      throw ConfigError(storeFile_.string(), kWrongKey, {keyFile_.string()});
    }
    Contents contents;
    for (const auto& [name, entry] : json.at("secrets").get_ref<const nlohmann::json::object_t&>()) {
      auto value = entry.size() == 3 ? unseal(key.text(), name, sealedFrom(entry)) : std::nullopt;
      if (!value) throw ConfigError(damaged);
      contents.secrets.emplace(name, std::move(*value));
    }
    return contents;
  } catch (const nlohmann::json::exception&) {
    throw ConfigError(damaged);
  } catch (const std::invalid_argument&) {
    throw ConfigError(damaged);
  }
}

void SecretStore::save(const Contents& contents) {
  std::filesystem::path writing = keyFile_;
  try {
    auto found = readKey(keyFile_, storeFile_);
    if (!found) {
      const Wiped fresh(randomBytes(kKeySize));
      writePrivateFile(keyFile_, sealForMachine(fresh.text()), IfExists::Keep, hook_);
      found = readKey(keyFile_, storeFile_);
    }
    if (!found) throw ConfigError(keyFile_.string(), kKeyMissing, {storeFile_.string()});
    const Wiped key(std::move(*found));
    auto secrets = nlohmann::json::object();
    for (const auto& [name, value] : contents.secrets) {
      const Sealed sealed = seal(key.text(), name, value);
      secrets[name] = {{"nonce", base64(sealed.nonce)}, {"tag", base64(sealed.tag)}, {"data", base64(sealed.data)}};
    }
    const nlohmann::json json{{"version", 1}, {"key", keyId(key.text())}, {"secrets", std::move(secrets)}};
    writing = storeFile_;
    writePrivateFile(storeFile_, json.dump() + "\n", IfExists::Replace, hook_);
  } catch (const std::filesystem::filesystem_error& error) {
    throw ConfigError(writing.string(), kCannotWrite, {systemMessage(error.code())});
  }
}

std::string SecretStore::get(const std::string& name, const std::string& place) const {
  checkName(name);
  if (auto value = credential(name)) return *value;
  const Contents contents = load();
  const auto found = contents.secrets.find(name);
  if (found == contents.secrets.end()) throw ConfigError(place, kNoSuchSecret, {name});
  return found->second;
}

void SecretStore::set(const std::string& name, std::string_view value) {
  checkName(name);
  if (!isTextLine(value)) throw ConfigError({}, kBadValue, {name});
  const OneWriter writer(storeFile_);
  Contents contents = load();
  contents.secrets.insert_or_assign(name, std::string(value));
  save(contents);
}

std::vector<std::string> SecretStore::list() const {
  const Contents contents = load();
  std::vector<std::string> names;
  for (const auto& [name, value] : contents.secrets) names.push_back(name);
  return names;
}

Result<std::string> SecretStore::renew(const std::string& name,
                                       const std::function<Result<std::string>(const std::string& stored)>& renew) {
  checkName(name);
  const OneWriter writer(storeFile_);
  Contents contents = load();
  auto& value = contents.secrets[name];
  if (value.empty()) value = credential(name).value_or("");
  if (value.empty()) throw ConfigError({}, kNoSuchSecret, {name});
  auto renewed = renew(value);
  if (!renewed) return renewed;
  if (!isTextLine(*renewed)) throw ConfigError({}, kBadValue, {name});
  value = *renewed;
  save(contents);
  return renewed;
}

bool SecretStore::remove(const std::string& name) {
  checkName(name);
  const OneWriter writer(storeFile_);
  Contents contents = load();
  if (contents.secrets.erase(name) == 0) return false;
  save(contents);
  return true;
}

Section SecretStore::resolve(const Section& section, std::span<const Option> options) const {
  Section resolved = section;
  for (const auto& [key, value] : section.values()) {
    const bool secret = std::ranges::any_of(
        options, [&](const Option& o) { return o.type == Option::Type::Secret && isKeyOf(o, key); });
    if (!secret) continue;
    if (const auto name = secretName(value)) resolved.set(key, get(std::string(*name), section.placeOf(key)));
  }
  return resolved;
}

void Redactor::add(std::string_view secret) {
  constexpr std::size_t kShortest = 4;
  if (secret.size() < kShortest) return;
  std::string encoded;
  Poco::URI::encode(std::string(secret), "!#$%&'()*+,/:;=?@[]~\"<>\\^`{|}", encoded);
  const std::string json = nlohmann::json(secret).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (const std::string& needle : {std::string(secret), encoded, json.substr(1, json.size() - 2)}) {
    if (std::ranges::find(needles_, needle) == needles_.end()) needles_.push_back(needle);
  }
  std::ranges::stable_sort(needles_, std::greater<>(), &std::string::size);
}

void Redactor::addSecrets(const Section& resolved, std::span<const Option> options) {
  for (const Option& option : options) {
    if (option.type != Option::Type::Secret) continue;
    for (const auto& [key, value] : resolved.values()) {
      if (isKeyOf(option, key)) add(value);
    }
  }
}

std::string Redactor::clean(std::string_view text) const {
  std::string out(text);
  for (const std::string& needle : needles_) {
    for (std::size_t at = out.find(needle); at != std::string::npos; at = out.find(needle, at + 3)) {
      out.replace(at, needle.size(), "***");
    }
  }
  return out;
}

}  // namespace postern
