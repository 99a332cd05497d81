#include <ostream>

#include "connectors/registry.h"
#include "service/command.h"

namespace postern {

const Command kVersion{
    "version",
    "",
    {"version and what is compiled in", "Version und was enthalten ist", "versie en wat er is ingebouwd"},
    0,
    nullptr,
    [](Invocation& call) {
      call.console.out << "postern " POSTERN_VERSION "\n";
      for (const auto* connector : registry().connectors) {
        call.console.out << "connector " << connector->name << (connector->reads ? " reads" : "")
                         << (connector->writes ? " writes" : "") << '\n';
      }
      for (const auto* link : registry().links) call.console.out << "link " << link->name << '\n';
      return int{kDone};
    }};

}  // namespace postern
