#pragma once
// An app in memory that misbehaves as a test tells it.

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/connector.h"

namespace postern {

/// Thread-safe. Kinds: customer (rank 0), appointment (rank 1; state and date go together, "origin" only on create).
class FakeSink : public Sink {
 public:
  enum class Do {
    Ok,
    Reject,          // 422
    Retry,           // 503 before the body
    AppliedUnknown,  // applied, then closed
    LostUnknown,     // cut before it was applied
    Auth,            // 401
    Slow,            // applied after 20 ms
    Hang,            // until the stop; then Fault::Stop, not applied
  };
  struct Plan {
    Do act = Do::Ok;
    std::optional<std::chrono::seconds> retryAfter{};
    Plan(Do what = Do::Ok, std::optional<std::chrono::seconds> after = {}) : act(what), retryAfter(after) {}
  };
  struct Stored {
    std::string kind;
    std::string key;
    Fields fields;
  };
  static constexpr Message kFault{"PST-0201", {"the app answered {0}", "", ""}, {"", "", ""}};

  // What happens; set before the calls start, or through locked().
  std::function<Plan(const Change&)> onPush;
  std::function<Plan()> onFind;
  std::function<Plan()> onList;
  /// What the server makes of the values it was given.
  std::function<void(const std::string& kind, Fields&)> normalise;
  /// Called inside each push before it is applied.
  std::function<void(const Change&)> during;

  std::span<const SinkKind> kinds() const override {
    static constexpr std::array<std::string_view, 2> together{"date", "state"};
    static constexpr std::array<std::string_view, 1> createOnly{"origin"};
    static constexpr std::array<SinkKind, 2> table{
        SinkKind{.name = "customer", .rank = 0},
        SinkKind{.name = "appointment", .rank = 1, .together = together, .createOnly = createOnly}};
    return table;
  }

  Result<Settled> push(const Change& change, std::stop_token stop) override {
    const Call call(*this);
    Plan plan;
    {
      const std::scoped_lock lock(mutex_);
      pushed_.push_back({change.kind, change.key});
      sent_.push_back(change.fields);
      if (onPush) plan = onPush(change);
    }
    if (during) during(change);
    switch (plan.act) {
      case Do::Reject:
        return refuse(Fault::Reject, "422", plan);
      case Do::Retry:
        return refuse(Fault::Retry, "503", plan);
      case Do::Auth:
        return refuse(Fault::Auth, "401", plan);
      case Do::LostUnknown:
        return refuse(Fault::Unknown, "500", plan);
      case Do::Hang:
        waitForStop(stop);
        return refuse(Fault::Stop, "stop", plan);
      case Do::Slow:
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        break;
      case Do::Ok:
      case Do::AppliedUnknown:
        break;
    }
    auto settled = apply(change);
    if (settled && plan.act == Do::AppliedUnknown) return refuse(Fault::Unknown, "closed", plan);
    return settled;
  }

  Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                  std::stop_token stop) override {
    const Call call(*this);
    const std::scoped_lock lock(mutex_);
    ++finds_;
    mostKeys_ = std::max(mostKeys_, keys.size());
    if (const auto error = lookupError(onFind, stop)) return tl::unexpected(*error);
    std::vector<Found> found;
    for (const auto& [id, stored] : records_) {
      if (stored.kind != kind || std::find(keys.begin(), keys.end(), stored.key) == keys.end()) continue;
      found.push_back({stored.key, std::to_string(id), stored.fields});
    }
    return found;
  }

  Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) override {
    const Call call(*this);
    const std::scoped_lock lock(mutex_);
    ++lists_;
    if (const auto error = lookupError(onList, stop)) return tl::unexpected(*error);
    FoundPage page;
    const int from = position.empty() ? 0 : std::stoi(position);
    for (auto it = records_.upper_bound(from); it != records_.end(); ++it) {
      if (it->second.kind != kind || it->second.key.empty()) continue;
      page.found.push_back({it->second.key, std::to_string(it->first), it->second.fields});
      if (page.found.size() < 2) continue;
      page.next = std::to_string(it->first);
      break;
    }
    return page;
  }

  // ---- for tests ----
  std::string add(std::string kind, std::string key, Fields fields) {
    const std::scoped_lock lock(mutex_);
    records_[++lastId_] = {std::move(kind), std::move(key), std::move(fields)};
    return std::to_string(lastId_);
  }
  /// Somebody changes a record in the app.
  void edit(const std::string& kind, const std::string& key, const std::string& field, const std::string& value) {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, stored] : records_) {
      if (stored.kind == kind && stored.key == key) stored.fields[field] = value;
    }
  }
  /// Somebody deletes a record in the app.
  void remove(const std::string& kind, const std::string& key) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(records_, [&](const auto& entry) { return entry.second.kind == kind && entry.second.key == key; });
  }
  /// All records of a kind by our key; with two of one key the last one.
  std::map<std::string, Fields> held(std::string_view kind) const {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, Fields> all;
    for (const auto& [id, stored] : records_) {
      if (stored.kind == kind) all[stored.key] = stored.fields;
    }
    return all;
  }
  std::map<int, Stored> records() const {
    const std::scoped_lock lock(mutex_);
    return records_;
  }
  /// Keys that exist more than once.
  std::vector<Reference> doubled() const {
    const std::scoped_lock lock(mutex_);
    std::set<Reference> once;
    std::vector<Reference> twice;
    for (const auto& [id, stored] : records_) {
      if (!once.insert({stored.kind, stored.key}).second) twice.push_back({stored.kind, stored.key});
    }
    return twice;
  }
  std::vector<Reference> pushed() const { return copy(pushed_); }
  std::vector<Fields> sent() const { return copy(sent_); }  // beside pushed()
  int creates() const { return copy(creates_); }
  int updates() const { return copy(updates_); }
  int finds() const { return copy(finds_); }
  int lists() const { return copy(lists_); }
  int dangling() const { return copy(dangling_); }  // references to nothing
  std::size_t mostKeys() const { return copy(mostKeys_); }
  int mostAtOnce() const { return copy(mostAtOnce_); }
  int atOnce() const { return copy(atOnce_); }
  void forgetCalls() {
    const std::scoped_lock lock(mutex_);
    pushed_.clear();
    sent_.clear();
    creates_ = updates_ = finds_ = lists_ = mostAtOnce_ = 0;
  }
  /// Changes the script while calls may be running.
  void locked(const std::function<void()>& change) {
    const std::scoped_lock lock(mutex_);
    change();
  }

 private:
  struct Call {
    explicit Call(FakeSink& s) : sink(s) {
      const std::scoped_lock lock(sink.mutex_);
      sink.mostAtOnce_ = std::max(sink.mostAtOnce_, ++sink.atOnce_);
    }
    ~Call() {
      const std::scoped_lock lock(sink.mutex_);
      --sink.atOnce_;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    FakeSink& sink;
  };

  template <class T>
  T copy(const T& value) const {
    const std::scoped_lock lock(mutex_);
    return value;
  }
  static tl::unexpected<Error> refuse(Fault fault, const char* how, const Plan& plan) {
    return fail(fault, kFault, {how}, std::string("words of ") + how, plan.retryAfter);
  }
  static std::optional<Error> lookupError(const std::function<Plan()>& script, const std::stop_token& stop) {
    if (stop.stop_requested()) return refuse(Fault::Stop, "stop", {}).value();
    const Plan plan = script ? script() : Plan{};
    switch (plan.act) {
      case Do::Ok:
      case Do::Slow:
      case Do::Hang:
        return std::nullopt;
      case Do::Auth:
        return refuse(Fault::Auth, "401", plan).value();
      case Do::Reject:
        return refuse(Fault::Reject, "400", plan).value();
      case Do::Retry:
        return refuse(Fault::Retry, "503", plan).value();
      case Do::AppliedUnknown:
      case Do::LostUnknown:
        break;
    }
    return refuse(Fault::Unknown, "500", plan).value();
  }
  static void waitForStop(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, std::chrono::seconds{20}, [] { return false; });
  }

  Result<Settled> apply(const Change& change) {
    const std::scoped_lock lock(mutex_);
    if (const auto reference = change.fields.find("customer");
        reference != change.fields.end() && !reference->second.empty()) {
      const auto id = change.idOf("customer", reference->second);
      if (id.empty() || !records_.contains(std::stoi(id))) ++dangling_;
    }
    int id = 0;
    if (change.id.empty()) {
      id = ++lastId_;
      records_[id] = {change.kind, change.key, {}};
      ++creates_;
    } else {
      id = std::stoi(change.id);
      if (!records_.contains(id)) return refuse(Fault::Gone, "404", {});
      ++updates_;
    }
    auto& stored = records_[id];
    for (const auto& [name, value] : change.fields) stored.fields[name] = value;
    if (normalise) normalise(change.kind, stored.fields);
    return Settled{std::to_string(id), stored.fields};
  }

  mutable std::mutex mutex_;  // all below
  std::map<int, Stored> records_;
  int lastId_ = 0;
  std::vector<Reference> pushed_;
  std::vector<Fields> sent_;
  int creates_ = 0, updates_ = 0, finds_ = 0, lists_ = 0, dangling_ = 0, atOnce_ = 0, mostAtOnce_ = 0;
  std::size_t mostKeys_ = 0;
};

}  // namespace postern
