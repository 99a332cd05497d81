#include "service/command.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

#include "agent/database.h"
#include "agent/folders.h"
#include "agent/log.h"
#include "agent/log_sink.h"
#include "agent/nearest.h"
#include "agent/settings_check.h"
#include "agent/text.h"
#include "connectors/registry.h"
#include "service/journal.h"

namespace postern {
namespace po = boost::program_options;
namespace {

constexpr Text kIntro{"postern carries an on-premise ERP's data out to field-service apps and back.",
                      "postern bringt die Daten eines lokalen ERP nach außen zu Außendienst-Apps und zurück.",
                      "postern brengt gegevens van een lokaal ERP naar buitendienst-apps en terug."};
constexpr Text kSeeHelp{"See \"{0} --help\".", "Siehe \"{0} --help\".", "Zie \"{0} --help\"."};
constexpr Message kUnknownCondition{
    "PST-9001",
    {"postern met a condition it does not know: {0}", "postern ist auf einen unbekannten Zustand gestoßen: {0}",
     "postern kwam in een onbekende toestand terecht: {0}"},
    {"this is a bug; please report it with the command and this line",
     "das ist ein Fehler in postern; bitte melden Sie ihn mit dem Befehl und dieser Zeile",
     "dit is een fout in postern; meld deze met de opdracht en deze regel"}};

constexpr std::array<const Command*, 16> kCommands{&kRun,   &kSync,   &kPlan,    &kApply,  &kVerify,  &kApprove,
                                                   &kAdopt, &kCheck,  &kStatus,  &kQueue,  &kExplain, &kSecret,
                                                   &kLogin, &kConfig, &kService, &kVersion};

void printHelp(std::ostream& out, const Console& console) {
  out << console.tr(kIntro) << "\n\nUsage: postern [--config FILE] COMMAND [...]\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto* command : kCommands) {
    rows.push_back({std::string("  ") + command->name + ' ' + command->usage, console.tr(command->summary)});
  }
  printTable(out, rows);
  out << "\n  --config FILE   " << defaultSettingsFile().string() << "\n  COMMAND --help\n";
}

po::options_description describe(const Command& command) {
  po::options_description options("Options");
  options.add_options()("help,h", "show this help");
  if (command.addOptions != nullptr) command.addOptions(options);
  return options;
}

int runCommand(const Command& command, const std::vector<std::string>& arguments, Invocation& invocation) {
  const auto options = describe(command);
  po::options_description all;
  all.add(options).add_options()("word", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("word", -1);
  po::store(po::command_line_parser(arguments).options(all).positional(positional).run(), invocation.options);
  po::notify(invocation.options);
  if (invocation.options.count("help") != 0) {
    invocation.console.out << "Usage: postern " << command.name << ' ' << command.usage << "\n\n"
                           << invocation.console.tr(command.summary) << "\n\n"
                           << options;
    return kDone;
  }
  if (invocation.options.count("word") != 0)
    invocation.words = invocation.options["word"].as<std::vector<std::string>>();
  if (invocation.words.size() > command.mostWords && &command == &kSecret)
    throw UsageError(
        "a value never goes on the command line, where others can read it; change this one, and type it "
        "at the prompt or pipe it in");
  if (invocation.words.size() > command.mostWords)
    throw UsageError("unexpected \"" + invocation.words[command.mostWords] + '"');
  return command.run(invocation);
}

/// Takes --config out of the arguments, wherever it stands before the command.
std::filesystem::path takeConfig(std::vector<std::string>& arguments) {
  std::filesystem::path file = defaultSettingsFile();
  while (!arguments.empty() && arguments.front().starts_with("--config")) {
    if (arguments.front().starts_with("--config=")) {
      file = pathOf(arguments.front().substr(9));
      arguments.erase(arguments.begin());
    } else if (arguments.front() == "--config" && arguments.size() > 1) {
      file = pathOf(arguments[1]);
      arguments.erase(arguments.begin(), arguments.begin() + 2);
    } else {
      throw UsageError("--config needs a file");
    }
  }
  return file;
}

void tell(const JournalEvent& event, const std::string& line, const Console& console,
          std::initializer_list<LogField> fields) {
  if (!tellJournal(event, Level::Error, line, fields)) {
    console.problem() << line << '\n';
    return;
  }
  // This process ends now, and journald asks the living one which unit it belongs to.
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
}

void tellStateFailed(const Error& error, const Console& console) {
  tell(kStateFailedEvent, "postern: " + console.describe(error), console, {{"code", error.code()}});
}

void tellMisused(const std::string& command, const std::exception& error, const Console& console) {
  const auto name = command.empty() ? std::string("postern") : "postern " + command;
  console.err << name << ": " << sentence(error.what()) << ' ' << console.tr(kSeeHelp, {name}) << '\n';
}

}  // namespace

void tellRefused(const ConfigError& error, const Console& console) {
  const std::string place = error.place().empty() ? "postern" : error.place();
  tell(kSettingsRefusedEvent,
       place + ": " + error.code() + ": " + sentence(error.cause(console.language)) + ' ' +
           sentence(error.remedy(console.language)),
       console, {{"place", place}, {"code", error.code()}});
}

const Message kStateFailed{"PST-6010",
                           {"the state file of {0} failed: {1}", "die Zustandsdatei zu {0} hat versagt: {1}",
                            "het statusbestand van {0} heeft gefaald: {1}"},
                           {"run \"postern check\"; if the file is damaged, move it away and start again: postern "
                            "finds its records in the app again",
                            "Führen Sie \"postern check\" aus; ist die Datei beschädigt, legen Sie sie beiseite und "
                            "starten Sie neu: postern findet seine "
                            "Datensätze in der App wieder",
                            "voer \"postern check\" uit; is het bestand beschadigd, verplaats het dan en start "
                            "opnieuw: postern vindt zijn records in de app "
                            "terug"}};

const Message kNoLink{
    "PST-1112",
    {"there is no [link.NAME], so there is nothing to do", "es gibt kein [link.NAME], also nichts zu tun",
     "er is geen [link.NAAM], dus niets te doen"},
    {"name an ERP and an app in a section [link.main]; \"postern config reference\" shows how",
     "Nennen Sie ein ERP und eine App in einem Abschnitt [link.main]; \"postern config reference\" zeigt, wie",
     "noem een ERP en een app in een sectie [link.main]; \"postern config reference\" toont hoe"}};
const Message kDiskFull{
    "PST-6011",
    {"the disk with the state file of {0} is full ({1})", "der Datenträger mit der Zustandsdatei zu {0} ist voll ({1})",
     "de schijf met het statusbestand van {0} is vol ({1})"},
    {"free space where state_dir lies; nothing is lost, and the next pass goes on from here",
     "Schaffen Sie dort Platz, wo state_dir liegt; nichts geht verloren, der nächste Durchlauf macht hier weiter",
     "maak ruimte vrij waar state_dir staat; er gaat niets verloren en de volgende ronde gaat hier verder"}};
const Message kNoOutput{
    "PST-1347",
    {"the output could not be written in full", "die Ausgabe konnte nicht vollständig geschrieben werden",
     "de uitvoer kon niet volledig worden geschreven"},
    {"check the disk, pipe or terminal it goes to", "Prüfen Sie, wohin sie geht: Datenträger, Pipe oder Terminal",
     "controleer de schijf, pipe of terminal waar die heen gaat"}};

std::span<const Command* const> commands() { return kCommands; }

const Settings& Invocation::settings() {
  if (!settings_) {
    const auto text = readSettingsFile(configFile_);
    console.language = languageIn(text);
    settings_ = Settings::parse(text, configFile_, registry());
    console.language = settings_->language();
  }
  return *settings_;
}

namespace {
/// The command's code, or another one when what it printed did not arrive: half a list must not look like a whole one.
int unlessCut(int code, const Console& console) {
  if (console.out.flush()) return code;
  console.error(Error{Fault::Reject, &kNoOutput, {}, {}, {}});
  return std::max<int>(code, kDiffers);
}
}  // namespace

int runPostern(const std::vector<std::string>& given, Console console, std::stop_token stop) {
  std::vector<std::string> arguments = given;
  std::string name;
  Console* speaker = &console;
  std::optional<Invocation> invocation;
  try {
    const auto config = takeConfig(arguments);
    if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h" ||
        arguments.front() == "help") {
      printHelp(arguments.empty() ? console.err : console.out, console);
      return arguments.empty() ? kSettings : unlessCut(kDone, console);
    }
    name = arguments.front() == "--version" ? "version" : arguments.front();
    arguments.erase(arguments.begin());
    const auto found =
        std::find_if(kCommands.begin(), kCommands.end(), [&](const Command* c) { return c->name == name; });
    if (found == kCommands.end()) {
      std::vector<std::string> names;
      for (const auto* command : kCommands) names.emplace_back(command->name);
      const auto wrong = std::exchange(name, {});
      const auto near = nearest(wrong, names);
      throw UsageError("there is no command \"" + wrong + '"' +
                       (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    // A command that only looks must not chatter; `run` sets the settings' level.
    setLogLevel(Level::Warning);
    logForJournal(errorsGoToJournal(std::getenv("JOURNAL_STREAM")));
    invocation.emplace(config, console, std::move(stop));
    speaker = &invocation->console;
    const int code = runCommand(**found, arguments, *invocation);
    return unlessCut(code, *speaker);
  } catch (const ConfigError& e) {
    tellRefused(e, *speaker);
    return kSettings;
  } catch (const StateError& e) {
    tellStateFailed(e.error(), *speaker);
    return kState;
  } catch (const DatabaseError& e) {
    tellStateFailed(Error{Fault::Stop,
                          e.code() == SQLITE_FULL ? &kDiskFull : &kStateFailed,
                          {invocation ? invocation->configFile().string() : std::string(), e.what()},
                          {},
                          {}},
                    *speaker);
    return kState;
  } catch (const UsageError& e) {
    tellMisused(name, e, *speaker);
    return kSettings;
  } catch (const po::error& e) {
    tellMisused(name, e, *speaker);
    return kSettings;
  } catch (const std::exception& e) {
    speaker->error(Error{Fault::Stop, &kUnknownCondition, {e.what()}, {}, {}});
    return kBug;
  }
}

}  // namespace postern
