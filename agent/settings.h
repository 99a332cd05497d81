#pragma once
// The INI file: option tables in, typed and checked values out.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/folders.h"
#include "agent/result.h"
#include "agent/text.h"

namespace postern {

/// One key an admin may write. Parsing, checks, `config reference`, conf/postern.ini and redaction follow from it.
struct Option {
  enum class Type {
    Text,
    Secret,       // text, usually "secret:NAME"; never shown
    Integer,      // min..max
    Decimal,      // min..max, point
    Boolean,      // yes no true false on off 1 0
    Duration,     // "30s" "10m" "2h" "14d"; min..max in seconds
    Url,          // http:// or https://, host required, no user:password@; or one of the words in `choices`
    SecureUrl,    // the same without words; http:// only to this machine itself
    Choice,       // one of `choices`
    TextList,     // blank- or comma-separated
    IntegerList,  // blank- or comma-separated, each min..max
    File,         // absolute path of a readable file
    Directory,    // absolute path
    Clock,        // "HH:MM", local time
    Zone,         // IANA time zone
  };
  const char* key;  // "url"; a trailing '*' stands for any rest ("flow.*")
  Type type = Type::Text;
  const char* def = "";  // text of the default as in the INI; "" = none
  Text help;
  bool required = false;
  double min = 0;
  double max = 0;            // min == max: no limit
  const char* choices = "";  // "post get"
};

/// A name of the vendor's that is not public or differs by site: section [fields.<system>].
struct FieldName {
  const char* key;  // "project.process_status"
  const char* def;  // default, "" = not there (the feature is off)
  Text help;
};

/// One section's values, checked, defaults filled in. Getters assert that the key is in the option table; of a key
/// that has no value they give "", 0, false or an empty list.
class Section {
 public:
  Section() = default;
  Section(std::string name, std::string place) : name_(std::move(name)), place_(std::move(place)) {}
  const std::string& name() const { return name_; }    // "erp" of [system.erp]
  const std::string& place() const { return place_; }  // "FILE:LINE" of the section's head; "" when built in a test

  bool has(std::string_view key) const;                 // written by the admin, or has a default that is not empty
  const std::string& text(std::string_view key) const;  // "" when absent
  std::int64_t integer(std::string_view key) const;
  double decimal(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::chrono::seconds duration(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;
  std::vector<std::int64_t> integers(std::string_view key) const;
  /// All keys with their values, sorted. A key with '*' stands in it with its default, beside what the admin wrote.
  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }
  /// "FILE:LINE" of a key, or of the section when the key has its default.
  std::string placeOf(std::string_view key) const;

  void set(std::string key, std::string value, std::string place = {});

 private:
  std::string name_;
  std::string place_;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> places_;
};

struct SystemSettings {
  std::string connector;
  Section options;  // by the connector's table
  Section fields;   // by the connector's field table; every key present
  /// The connector whose rules hold for it: itself, or the one that its option `as` names.
  const std::string& speaks() const {
    const auto as = options.values().find("as");
    return as == options.values().end() ? connector : as->second;
  }
};

struct LinkSettings {
  std::string rules;  // "profacto_craftboxx", from the two systems' connectors
  std::string erp;    // system names
  std::string app;
  Section options;  // common keys and the link's own
};

struct Registry;  // connector.h

struct Settings {
  std::filesystem::path file;
  Section agent;
  std::map<std::string, SystemSettings, std::less<>> systems;
  std::map<std::string, LinkSettings, std::less<>> links;

  std::filesystem::path stateDir() const { return pathOf(agent.text("state_dir")); }
  Language language() const;
  /// What HttpOptions::proxy wants for a system: its own `proxy`, else the agent's; "" = none.
  std::string proxyOf(const SystemSettings& system) const;
  /// The system's `ca_file`, else the agent's; "" = the authorities the machine trusts.
  std::string caFileOf(const SystemSettings& system) const;

  /// Reads and checks the whole file; the rules of its form are in ini.h. An empty value (`key =`) is refused, except
  /// in [fields.NAME], where it switches the field off; a Text may be empty as `key = ""`.
  /// Throws ConfigError with the place "FILE:LINE": unreadable file, bytes that are not UTF-8, line without '=';
  /// unknown section or key (with the nearest name), section or key twice, bad value, link to an unknown system, pair
  /// without rules; missing required key. Of several errors the first in file order, but errors of form before
  /// errors of content, and what is missing last (a mistyped key is reported as that, not as a missing one).
  static Settings load(const std::filesystem::path& file, const Registry& registry);
  /// Same from text; `file` is only used for places.
  static Settings parse(std::string_view text, const std::filesystem::path& file, const Registry& registry);
};

/// Option tables every file has: [agent], and the keys common to all [system.*] and all [link.*].
std::span<const Option> agentOptions();
std::span<const Option> commonSystemOptions();  // connector, …
std::span<const Option> commonLinkOptions();    // erp, app, interval, flows, flow.*, …

/// Builds a section as parsing would, for tests and tools: defaults of `table`, then `values`, checked.
Section makeSection(std::string name, std::span<const Option> table,
                    const std::map<std::string, std::string>& values = {});

/// The commented reference of every section and key, default and unit, as conf/postern.ini holds it.
std::string settingsReference(const Registry& registry, Language language);

}  // namespace postern
