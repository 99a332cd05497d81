#pragma once
// Pure: how long to wait after the n-th failure.

#include <chrono>
#include <random>

namespace postern {

struct BackoffLimits {
  std::chrono::seconds first{2};
  std::chrono::seconds most{3600};
};

/// Doubles from `first` to `most`, then takes a random part between half and all of it, so that many records and many
/// sites do not come back at the same moment. `failures` counts from 1.
template <class Random>
std::chrono::seconds backoff(int failures, const BackoffLimits& limits, Random& random) {
  auto wait = limits.first;
  for (int i = 1; i < failures && wait < limits.most; ++i) wait *= 2;
  if (wait > limits.most) wait = limits.most;
  const auto half = wait.count() / 2;
  return std::chrono::seconds{half +
                              std::uniform_int_distribution<std::chrono::seconds::rep>{1, wait.count() - half}(random)};
}

}  // namespace postern
