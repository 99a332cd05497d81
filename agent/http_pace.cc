// makePacedClient: see http_client.h.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <mutex>

#include "agent/http_client.h"

namespace postern {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Monotonic = Clock::Monotonic;

constexpr Message kStoppedWaiting{"PST-2025",
                                  {"A request was not sent because postern was asked to stop.",
                                   "Eine Anfrage wurde nicht gesendet, weil postern beendet werden soll.",
                                   "Een verzoek is niet verzonden omdat postern moest stoppen."},
                                  {"Nothing needs to be done.", "Sie müssen nichts tun.", "U hoeft niets te doen."}};

constexpr Message kHeld{"PST-2026",
                        {"The server asked to be left alone for a while, so a request was not sent.",
                         "Der Server hat um eine Pause gebeten, deshalb wurde eine Anfrage nicht gesendet.",
                         "De server heeft om een pauze gevraagd, daarom is een verzoek niet verzonden."},
                        {"Nothing needs to be done: it is sent when the pause is over.",
                         "Sie müssen nichts tun: Sie wird nach der Pause gesendet.",
                         "U hoeft niets te doen: het wordt na de pauze verzonden."}};

constexpr seconds kLongestWait{10};                    // a longer one is handed back to the caller
constexpr double kSlowest = 0.1;                       // calls a second; 429 never halves below it
constexpr seconds kRecoveryStep{5};                    // without a 429 for so long ...
constexpr double kRecoveryPart = 0.1;                  // ... the pace grows by this part of what it recovers to
constexpr double kUsualRate = 10;                      // calls a second: where no rate is set and few calls were seen
constexpr seconds kLongestReset{60};                   // X-RateLimit-Reset
constexpr std::int64_t kEpochSeconds = 1'000'000'000;  // an X-RateLimit-Reset above this is a date

/// Decides when a call may start. Pure but for its state: times come in, times go out. Not thread-safe.
/// "Generic cell rate": `free_` runs ahead of the clock by one interval a call, at most one second (the burst).
class Pace {
 public:
  explicit Pace(double rate) : ceiling_(std::max(rate, 0.0)), pace_(ceiling_), unlimited_(rate <= 0) {}

  /// Takes a slot and returns `now`, or returns when to ask again.
  Monotonic take(Monotonic now) {
    if (now < holdUntil_) return holdUntil_;
    recover(now);
    if (pace_ > 0) {
      if (free_ - burst() > now) return free_ - burst();
      free_ = std::max(free_, now) + spacing();
    }
    count(now);
    return now;
  }

  void hold(Monotonic now, nanoseconds wait) {
    if (wait <= nanoseconds{0} || now + wait <= holdUntil_) return;
    holdUntil_ = now + wait;
    if (pace_ > 0) free_ = std::max(free_, holdUntil_ + burst());  // none is left when it ends
  }

  /// The server said "too many" to a call that started at `startedAt`.
  void halve(Monotonic startedAt, Monotonic now) {
    if (startedAt <= slowedAt_) return;  // sent at the old pace: that has been seen to already
    slowedAt_ = now;
    recoverAt_ = now + kRecoveryStep;
    if (pace_ <= 0) ceiling_ = pace_ = observed();
    pace_ = std::max(pace_ / 2, std::min(kSlowest, ceiling_));
  }

 private:
  nanoseconds spacing() const { return nanoseconds{std::llround(1e9 / pace_)}; }
  nanoseconds burst() const { return std::max<nanoseconds>(seconds{1} - spacing(), nanoseconds{0}); }

  void recover(Monotonic now) {
    while (pace_ < ceiling_ && now >= recoverAt_) {
      pace_ = std::min(pace_ + kRecoveryPart * ceiling_, ceiling_);
      recoverAt_ += kRecoveryStep;
    }
    if (unlimited_ && pace_ >= ceiling_) pace_ = ceiling_ = 0;
  }

  /// Counts calls by the second, to know the pace where none is set.
  void count(Monotonic now) {
    const nanoseconds age = now - secondStart_;
    if (age >= seconds{1}) {
      before_ = age < seconds{2} ? current_ : 0;
      current_ = 0;
      secondStart_ = now;
    }
    ++current_;
  }
  double observed() const {
    return std::max<double>({static_cast<double>(before_), static_cast<double>(current_), kUsualRate});
  }

  double ceiling_;  // what the pace recovers to; 0 = no limit
  double pace_;     // calls a second; 0 = no limit
  bool unlimited_;  // no rate was set
  Monotonic free_{};
  Monotonic holdUntil_{};
  Monotonic slowedAt_{};
  Monotonic recoverAt_{};
  Monotonic secondStart_{};
  int before_ = 0;
  int current_ = 0;
};

std::optional<std::int64_t> number(std::optional<std::string_view> text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size() || value < 0) return std::nullopt;
  return value;
}

/// How long X-RateLimit-* asks to wait; zero when it does not.
seconds untilReset(const HttpResponse& response, Clock::Time now) {
  if (number(response.header("X-RateLimit-Remaining")) != 0) return seconds{0};
  const auto reset = number(response.header("X-RateLimit-Reset"));
  if (!reset) return seconds{0};
  const seconds wait = *reset > kEpochSeconds ? seconds{*reset} - now.time_since_epoch() : seconds{*reset};
  return std::clamp(wait, seconds{0}, kLongestReset);
}

class PacedClient : public HttpClient {
 public:
  PacedClient(HttpClient& inner, Clock& clock, double rate) : inner_(inner), clock_(clock), pace_(rate) {}

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    if (stop.stop_requested()) return fail(Fault::Stop, kStoppedWaiting);
    Monotonic startedAt = clock_.monotonic();
    for (Monotonic at = take(startedAt); at > startedAt; at = take(startedAt)) {
      if (at - startedAt > kLongestWait) {
        // Whoever asked has other things to do meanwhile, and a pass must be able to end.
        return fail(Fault::Retry, kHeld, {}, {}, std::chrono::ceil<seconds>(at - startedAt));
      }
      if (!clock_.wait(std::chrono::ceil<milliseconds>(at - startedAt), stop))
        return fail(Fault::Stop, kStoppedWaiting);
      startedAt = clock_.monotonic();
    }
    auto response = inner_.send(request, std::move(stop));
    if (response) learn(*response, startedAt);
    return response;
  }

 private:
  Monotonic take(Monotonic now) {
    const std::lock_guard lock(mutex_);
    return pace_.take(now);
  }

  void learn(const HttpResponse& response, Monotonic startedAt) {
    const Clock::Time wall = clock_.now();
    seconds wait = untilReset(response, wall);
    const bool tooMany = response.status == 429;
    if (tooMany || response.status == 503) wait = std::max(wait, retryAfter(response, wall).value_or(seconds{0}));
    if (!tooMany && wait == seconds{0}) return;
    const Monotonic now = clock_.monotonic();
    const std::lock_guard lock(mutex_);
    if (tooMany) pace_.halve(startedAt, now);
    pace_.hold(now, wait);
  }

  HttpClient& inner_;
  Clock& clock_;
  std::mutex mutex_;  // pace_
  Pace pace_;
};

}  // namespace

std::unique_ptr<HttpClient> makePacedClient(HttpClient& inner, Clock& clock, double rate) {
  return std::make_unique<PacedClient>(inner, clock, rate);
}

}  // namespace postern
