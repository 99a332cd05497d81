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
  bool send = true;  // false: leaves everything in the queue
};

/// 0 when everything was done; when the ERP cannot be read, what is queued is sent all the same.
int barePipeline(const BareOptions& options);

}  // namespace postern::bench
