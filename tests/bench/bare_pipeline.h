#pragma once
// The least code that does a first load, an unchanged pass or a drain with the same durability: no recovery, no
// back-off, no look-ups, no ordering but parents first, no memory of what was agreed.

#include <cstdint>
#include <filesystem>

namespace postern::bench {

struct BareOptions {
  std::uint16_t port = 0;
  std::filesystem::path file;
  int connections = 4;
  int group = 64;
  bool read = true;  // from the ERP into the queue
  bool send = true;  // from the queue to the app
};

/// 0 when everything was done.
int barePipeline(const BareOptions& options);

}  // namespace postern::bench
