#pragma once
// One subcommand of `postern`: its name, what it does, its options, its code.

#include <boost/program_options.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/settings.h"
#include "service/console.h"

namespace postern {

/// Exit codes of the program (design.md section 6).
enum Exit : int {
  kDone = 0,
  kDiffers = 1,   // done, but something is parked or differs
  kSettings = 2,  // settings or the command line
  kRemote = 3,    // a system cannot be reached or refuses the log-in
  kState = 4,     // state file
  kBug = 70,
};

/// What a command gets to work with. Settings are read when a command first asks for them.
class Invocation {
 public:
  Invocation(std::filesystem::path configFile, Console terminal, std::stop_token stopToken)
      : console(std::move(terminal)), stop(std::move(stopToken)), configFile_(std::move(configFile)) {}

  /// Throws ConfigError. The console speaks the settings' language from then on.
  const Settings& settings();
  const std::filesystem::path& configFile() const { return configFile_; }

  Console console;
  std::stop_token stop;                           // Ctrl-C, the service manager
  boost::program_options::variables_map options;  // of the command
  std::vector<std::string> words;                 // what is left: LINK, NAME, …
  bool json() const { return options.count("json") != 0; }
  /// The n-th word; "" when there are fewer.
  std::string word(std::size_t n) const { return n < words.size() ? words[n] : std::string(); }

 private:
  std::filesystem::path configFile_;
  std::optional<Settings> settings_;
};

struct Command {
  const char* name;
  const char* usage;  // "[LINK] [--full]"
  Text summary;
  std::size_t mostWords;
  void (*addOptions)(boost::program_options::options_description& options);  // nullptr = none
  int (*run)(Invocation& invocation);
};

/// Thrown for a wrong command line; main prints it with the command's usage; exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The table of all commands, in the order of --help.
std::span<const Command* const> commands();

/// Says why the settings are not taken: place, code, cause, remedy in one line, with its id where there is a journal.
void tellRefused(const ConfigError& error, const Console& console);

/// The state file failed while it was in use; arguments: file, SQLite's words.
extern const Message kStateFailed;

/// The settings have no link, so there is nothing to do.
extern const Message kNoLink;

/// Runs `postern ARGUMENTS`; everything but main() itself, so that tests can call it. Returns the exit code; no
/// exception leaves it.
int runPostern(const std::vector<std::string>& arguments, Console console, std::stop_token stop);

extern const Command kRun, kSync, kPlan, kApply, kVerify, kApprove, kAdopt, kCheck, kStatus, kQueue, kExplain, kSecret,
    kLogin, kConfig, kService, kVersion;

}  // namespace postern
