#pragma once
// An HTTP client that answers from a script and remembers what it was asked.

#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "agent/http_client.h"

namespace postern {

/// Thread-safe. Answers in the order in which they were scripted; when none is left, with what `otherwise` returns.
class FakeHttp : public HttpClient {
 public:
  using Handler = std::function<Result<HttpResponse>(const HttpRequest&)>;

  /// The next answer not scripted yet.
  void answer(HttpResponse response) {
    push([response](const HttpRequest&) { return response; });
  }
  void answer(int status, std::string body, HttpHeaders headers = {{"Content-Type", "application/json"}}) {
    answer(HttpResponse{status, std::move(headers), std::move(body)});
  }
  void answerError(Error error) {
    push([error](const HttpRequest&) -> Result<HttpResponse> { return tl::unexpected(error); });
  }
  /// Answers everything the script does not.
  void otherwise(Handler handler) {
    const std::lock_guard lock(mutex_);
    otherwise_ = std::move(handler);
  }

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    static constexpr Message kStopped{"PST-0000", {"stopped", "stopped", "stopped"}, {"", "", ""}};
    static constexpr Message kNoAnswer{"PST-0001", {"no answer left", "", ""}, {"", "", ""}};
    Handler handler;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (stop.stop_requested()) return fail(Fault::Stop, kStopped);
      if (!script_.empty()) {
        handler = std::move(script_.front());
        script_.pop_front();
      } else {
        handler = otherwise_;
      }
    }
    if (!handler) return fail(Fault::Retry, kNoAnswer);
    return handler(request);
  }

  /// All requests so far, in order, stopped ones included.
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  HttpRequest last() const {
    const std::lock_guard lock(mutex_);
    return requests_.empty() ? HttpRequest{} : requests_.back();
  }
  void forgetRequests() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }

 private:
  void push(Handler handler) {
    const std::lock_guard lock(mutex_);
    script_.push_back(std::move(handler));
  }

  mutable std::mutex mutex_;  // all below
  std::deque<Handler> script_;
  Handler otherwise_;
  std::vector<HttpRequest> requests_;
};

}  // namespace postern
