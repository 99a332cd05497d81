#include "agent/lanes.h"

#include <utility>

namespace postern {
namespace {

bool hasFailed(const DeliveryOutcome& outcome) {
  if (outcome.task.find) return !outcome.found;
  return !outcome.settled && !isRefusal(outcome.settled.error().fault);
}

}  // namespace

Lanes::Lanes(Sink& sink, int count, std::stop_token stop) : sink_(sink), stop_(std::move(stop)) {
  for (int i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

Lanes::~Lanes() { finish(); }

void Lanes::add(std::vector<DeliveryTask> tasks) {
  {
    const std::scoped_lock lock(mutex_);
    for (auto& task : tasks) tasks_.push_back(std::move(task));
  }
  tasksReady_.notify_all();
}

std::vector<DeliveryOutcome> Lanes::take(std::size_t wanted, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  wanted_ = wanted;
  outcomesReady_.wait_for(lock, limit, [&] { return enough(); });
  woken_ = false;
  return std::exchange(outcomes_, {});
}

void Lanes::wake() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  outcomesReady_.notify_one();
}

std::vector<DeliveryOutcome> Lanes::finish() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  tasksReady_.notify_all();
  threads_.clear();
  recall();  // nobody else is left
  return std::exchange(outcomes_, {});
}

void Lanes::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    tasksReady_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
    if (closed_) return;
    DeliveryOutcome outcome{std::move(tasks_.front())};
    tasks_.pop_front();
    lock.unlock();
    call(outcome);
    lock.lock();
    if (hasFailed(outcome)) {
      // At once, not when the run loop comes to it: a destination that has just failed gets no further call.
      recall();
      woken_ = true;
    }
    outcomes_.push_back(std::move(outcome));
    const bool ready = enough();
    lock.unlock();
    if (ready) outcomesReady_.notify_one();  // a wake-up for each outcome would cost as much as the call
  }
}

/// Tasks not begun come back unstarted. Needs mutex_.
void Lanes::recall() {
  for (auto& task : tasks_) outcomes_.push_back(DeliveryOutcome{std::move(task)});
  tasks_.clear();
}

void Lanes::call(DeliveryOutcome& outcome) {
  if (stop_.stop_requested()) return;
  outcome.started = true;
  auto& task = outcome.task;
  if (task.find) {
    std::vector<std::string> keys;
    for (const auto& entry : task.entries) keys.push_back(entry.key);
    outcome.found = sink_.find(task.entries.front().kind, keys, stop_);
    return;
  }
  auto& entry = task.entries.front();
  Change change{entry.kind,
                entry.key,
                task.binding ? task.binding->id : std::string(),
                task.send,
                [&task](std::string_view kind, std::string_view key) {
                  const auto it = task.ids.find(Reference{std::string(kind), std::string(key)});
                  return it == task.ids.end() ? std::string() : it->second;
                },
                entry.base,
                task.binding && task.binding->claim};
  outcome.settled = sink_.push(change, stop_);
}

}  // namespace postern
