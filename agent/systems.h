#pragma once
// The configured systems, wired: settings with secrets, HTTP, pace, connector.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/connector.h"
#include "agent/settings.h"

namespace postern {

/// The state file inside the state directory.
std::filesystem::path stateFile(const Settings& settings);

/// A secret that its system changes must be one of the store. args: option
extern const Message kNotRenewable;

/// The configured systems, each made when it is first asked for. Thread-safe. What a server answers with an error is
/// freed of the system's secrets before a connector sees it, so that no error text can hold them.
class Systems {
 public:
  /// `settings` and `registry` must outlive this. Secrets are looked up when a system is made.
  Systems(const Settings& settings, const Registry& registry, Clock& clock);
  ~Systems();
  /// Throws ConfigError: unknown name, missing secret, settings that do not go together.
  System& get(const std::string& name);
  /// How far the clock of system `name` is ahead of this host's, by the Date of its last answer; nullopt when it has
  /// told none yet or was not made.
  std::optional<std::chrono::seconds> clockAhead(const std::string& name) const;

 private:
  struct Built;
  const Settings& settings_;
  const Registry& registry_;
  Clock& clock_;
  mutable std::mutex mutex_;  // guards built_
  std::map<std::string, std::unique_ptr<Built>> built_;
};

}  // namespace postern
