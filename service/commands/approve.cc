#include <ostream>

#include "agent/agent.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

constexpr Text kReleased{"{0}: released; the next pass sends what was held.",
                         "{0}: freigegeben; der nächste Durchlauf sendet, was zurückgehalten wurde.",
                         "{0}: vrijgegeven; de volgende ronde verzendt wat werd tegengehouden."};
constexpr Text kNothingHeld{"{0}: nothing is held.", "{0}: Nichts wird zurückgehalten.",
                            "{0}: er wordt niets tegengehouden."};

int run(Invocation& call) {
  const auto link = call.word(0);
  if (link.empty()) throw UsageError("name the LINK");
  Agent agent(call.settings(), registry(), systemClock());
  const bool some = agent.approve(link) > 0;
  call.console.out << call.console.tr(some ? kReleased : kNothingHeld, {link}) << '\n';
  if (some) {
    Database db(stateFile(call.settings()));
    requestPass(db, link);  // a running service need not wait for its interval
  }
  return kDone;
}

}  // namespace

const Command kApprove{
    "approve",
    "LINK",
    {"releases what the brake holds", "gibt frei, was die Bremse zurückhält", "geeft vrij wat de rem tegenhoudt"},
    1,
    nullptr,
    run};

}  // namespace postern
