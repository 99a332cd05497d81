#pragma once
// A clock that stands still until a test moves it.

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "agent/clock.h"

namespace postern {

/// Thread-safe. Starts at 2025-05-09T10:00:00Z. A wait never blocks: it moves the clock on by its whole duration,
/// is recorded, and returns at once.
class FakeClock : public Clock {
 public:
  using Milliseconds = std::chrono::milliseconds;

  FakeClock() = default;
  explicit FakeClock(Time start) : wall_(start) {}

  Time now() const override {
    const std::lock_guard lock(mutex_);
    return std::chrono::floor<std::chrono::seconds>(wall_);
  }
  Monotonic monotonic() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  bool wait(Milliseconds duration, std::stop_token stop) override {
    std::function<void(Milliseconds)> hook;
    {
      const std::lock_guard lock(mutex_);
      waits_.push_back(duration);
      hook = onWait_;
    }
    if (hook) hook(duration);
    if (stop.stop_requested()) return false;
    advance(duration);
    return true;
  }

  /// Moves both clocks on; a negative duration does nothing.
  void advance(Milliseconds duration) {
    if (duration < Milliseconds::zero()) return;
    const std::lock_guard lock(mutex_);
    wall_ += duration;
    steady_ += duration;
  }
  /// Somebody sets the wall clock; the monotonic one stays.
  void jumpTo(Time time) {
    const std::lock_guard lock(mutex_);
    wall_ = time;
  }
  /// All waits so far, in order, stopped ones included.
  std::vector<Milliseconds> waits() const {
    const std::lock_guard lock(mutex_);
    return waits_;
  }
  void forgetWaits() {
    const std::lock_guard lock(mutex_);
    waits_.clear();
  }
  /// Called inside each wait, before the clock moves: to request a stop or to change the world meanwhile.
  void onWait(std::function<void(Milliseconds)> hook) {
    const std::lock_guard lock(mutex_);
    onWait_ = std::move(hook);
  }

 private:
  mutable std::mutex mutex_;  // all below
  std::chrono::sys_time<Milliseconds> wall_ =
      std::chrono::sys_days{std::chrono::year{2025} / 5 / 9} + std::chrono::hours{10};
  Monotonic steady_{std::chrono::hours{1}};
  std::vector<Milliseconds> waits_;
  std::function<void(Milliseconds)> onWait_;
};

}  // namespace postern
