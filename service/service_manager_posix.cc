#include "service/service_manager.h"

namespace postern {
namespace {

constexpr Message kUseSystemd{
    "PST-1403",
    {"on Linux the package installs the service and systemd runs it",
     "unter Linux richtet das Paket den Dienst ein und systemd führt ihn aus",
     "op Linux installeert het pakket de dienst en voert systemd hem uit"},
    {"use systemctl enable, start or stop postern", "Verwenden Sie systemctl enable, start oder stop postern",
     "gebruik systemctl enable, start of stop postern"}};

[[noreturn]] int refuse() { throw ConfigError({}, kUseSystemd); }

}  // namespace

int installService(Invocation&, const ServiceInstall&) { refuse(); }
int removeService(Invocation&, bool) { refuse(); }
int startService(Invocation&) { refuse(); }
int stopService(Invocation&) { refuse(); }
int runUnderManager(Invocation&) { refuse(); }

}  // namespace postern
