#pragma once
// Content hashes: equal bytes are "no change".

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace postern {

/// The first 128 bits of SHA-256.
using Hash = std::array<unsigned char, 16>;

/// Reusable; one a thread.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  Hash operator()(std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern
