#pragma once
// Passwords and tokens: where they are kept, how a setting refers to them, how they stay out of everything shown.

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/private_file.h"
#include "agent/settings.h"

namespace postern {

/// The NAME of a setting's "secret:NAME"; nullopt for any other value. NAME is not checked.
std::optional<std::string_view> secretName(std::string_view value);
/// 1 to 64 ASCII letters, digits, '.', '_' or '-', no '.' in front (it is a file name in systemd's directory).
bool isSecretName(std::string_view name);
/// Whether a Secret option's value is the secret itself instead of "secret:NAME"; `check` then says how to move it
/// into the store. False for an empty value.
bool isPlain(std::string_view value);

/// systemd's directory of credentials for this service, from the environment; empty when there is none.
std::filesystem::path credentialsDirectory();

/// Named secrets. `get` looks into systemd's credentials first (file NAME, one trailing line break does not count),
/// then into the store: "secrets.json" in the state directory, each value encrypted with AES-256-GCM, bound to its
/// name, under the random key in "secrets.key", which `set` makes when it is first needed. That protects a copy of the
/// store without the key; nothing protects it from the machine's administrator.
/// Reads the files on every call, so a running service sees changes. Not for two writers at a time: the last one wins.
/// All errors are ConfigError with the file as place: bad name, no such secret, key missing / damaged / readable by
/// others, store damaged / made with another key, file unreadable or not writable, value empty or with control
/// characters. A damaged entry makes every call fail, because nobody knows what else is wrong.
class SecretStore {
 public:
  explicit SecretStore(const std::filesystem::path& stateDir,
                       std::filesystem::path credentialsDir = credentialsDirectory(), WriteStepHook hook = {});

  /// `place` (of the setting that refers to it) goes into "no such secret".
  std::string get(const std::string& name, const std::string& place = {}) const;
  /// UTF-8 text without control characters, not empty. Replaces an older value.
  void set(const std::string& name, std::string_view value);
  /// Names in the store, sorted; credentials of systemd are not listed.
  std::vector<std::string> list() const;
  /// False when the store has no such name.
  bool remove(const std::string& name);

  /// Replaces a secret that its system changes itself: gives the stored value to `renew` and has stored what that
  /// returns before it returns; an error of `renew` leaves the old one. One caller at a time on this machine, in all
  /// processes. Where only systemd has the secret, its value counts until the first renewal, the store's afterwards.
  /// Throws ConfigError as get() and set() do.
  Result<std::string> renew(const std::string& name,
                            const std::function<Result<std::string>(const std::string& stored)>& renew);

  /// A copy of `section` in which every Secret option of `options` that says "secret:NAME" has the secret as value.
  Section resolve(const Section& section, std::span<const Option> options) const;

 private:
  struct Contents;
  std::optional<std::string> credential(const std::string& name) const;
  Contents load() const;
  void save(const Contents& contents);

  std::filesystem::path storeFile_;
  std::filesystem::path keyFile_;
  std::filesystem::path credentialsDir_;
  WriteStepHook hook_;
};

/// Takes known secrets out of a text, also percent-encoded and as in a JSON string. Fill it before threads start;
/// `clean` is thread-safe then. Secrets shorter than 4 bytes are not looked for: they would blacken everything.
class Redactor {
 public:
  void add(std::string_view secret);
  /// All values of Secret options in a resolved section.
  void addSecrets(const Section& resolved, std::span<const Option> options);
  /// `text` with "***" for every secret.
  std::string clean(std::string_view text) const;

 private:
  std::vector<std::string> needles_;  // longest first, so that no tail of a longer one stays
};

}  // namespace postern
