#pragma once
// Repeatable random numbers for made-up demo data.

#include <cstdint>

namespace postern::sim {

/// SplitMix64: the standard library's distributions differ from one library to the next.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  int below(int end) { return end <= 0 ? 0 : static_cast<int>(next() % static_cast<std::uint64_t>(end)); }
  int between(int first, int last) { return first + below(last - first + 1); }
  bool percent(int chance) { return below(100) < chance; }
  template <typename List>
  auto pick(const List& list) {
    return *(list.begin() + below(static_cast<int>(list.size())));
  }

 private:
  std::uint64_t state_;
};

}  // namespace postern::sim
