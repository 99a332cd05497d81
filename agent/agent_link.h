#pragma once
// Inside of Agent only: a link made ready to work.

#include <memory>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "agent/poller.h"
#include "agent/pusher.h"

namespace postern {

/// A link made ready to work.
struct Agent::Link {
  std::string name;
  const LinkSettings* settings;
  Source* source;
  Sink* sink;
  Sink* back = nullptr;  // of the ERP; nullptr when nothing may come back
  std::unique_ptr<Rules> rules;
  PollerSetup poller;
  std::vector<PusherSetup> pushers;  // towards the app; then towards the ERP if there is a way back
  std::unique_ptr<WriteWatch> erpWrites = std::make_unique<WriteWatch>();
  std::unique_ptr<WriteWatch> appWrites = std::make_unique<WriteWatch>();

  Sink& sinkOf(std::size_t pusher) const { return pusher == 0 ? *sink : *back; }
};

}  // namespace postern
