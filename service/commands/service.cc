#include "agent/folders.h"
#include "service/service_manager.h"

namespace postern {
namespace {

namespace po = boost::program_options;

int run(Invocation& call) {
  const auto what = call.word(0);
  const auto text = [&](const char* option) {
    return call.options.count(option) != 0 ? call.options[option].as<std::string>() : std::string();
  };
  if (what == "install") return installService(call, {pathOf(text("settings")), pathOf(text("secrets"))});
  if (what == "remove") return removeService(call, call.options.count("data") != 0);
  if (what == "start") return startService(call);
  if (what == "stop") return stopService(call);
  if (what == "run") return runUnderManager(call);
  throw UsageError("install, remove, start or stop?");
}

}  // namespace

const Command kService{"service",
                       "install | remove | start | stop",
                       {"the Windows service: set it up, take it away, start and stop it",
                        "der Windows-Dienst: einrichten, entfernen, starten und beenden",
                        "de Windows-service: inrichten, verwijderen, starten en stoppen"},
                       1,
                       [](po::options_description& options) {
                         // clang-format off
                         options.add_options()
                             ("settings", po::value<std::string>(), "install: settings to take over when there are none")
                             ("secrets", po::value<std::string>(), "install: file of name=value lines for the secret store")
                             ("data", "remove: settings, state, secrets and logs, too");
                         // clang-format on
                       },
                       run};

}  // namespace postern
