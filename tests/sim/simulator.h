#pragma once
// What every vendor simulator shares: a loopback HTTP server, a fault plan, and a count of what happened.
// A simulator is written from its fact sheet (shared/apis/<name>.md), never from the connector that will talk to it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::sim {

/// One HTTP request as a simulator sees it.
struct Request {
  std::string method;                          // "GET", "POST", …
  std::string path;                            // decoded, without the query, e.g. "/4DAction/api_get"
  std::string query;                           // raw, without '?'
  std::string body;                            // raw
  std::string clientAddress;                   // "127.0.0.1"
  std::map<std::string, std::string> headers;  // names in lower case
  /// Parameters of the query string, then of a form body, in order, decoded; names may repeat.
  std::vector<std::pair<std::string, std::string>> parameters() const;
};

struct Response {
  int status = 200;
  std::string contentType = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A misbehaviour of the server, asked for by a test or by `postern-sim`.
struct Fault {
  enum class Kind {
    Status,  // answers `status` (429, 503, 500, …) with `retryAfter` if set; the request is not applied
    Hang,    // waits `delay` before it goes on as usual (a client's time limit strikes); not applied before the wait is
             // over
    CloseBefore,     // closes without an answer; the request is not applied
    ApplyThenClose,  // applies the request, then closes without an answer
    HalfBody,        // applies, sends full Content-Length but only the first half of the body, then closes
    Html,            // answers 200 text/html with a maintenance page; not applied
    Slow,            // waits `delay`, then works as usual
  };
  Kind kind = Kind::Status;
  int status = 503;
  std::optional<std::chrono::seconds> retryAfter{};  // sent as Retry-After
  std::chrono::milliseconds delay{0};
  std::string methodContains{};  // only requests whose HTTP method contains this ("" = all)
  std::string pathContains{};    // only requests whose path contains this ("" = all)
  int skip = 0;                  // lets this many matching requests pass first
  int times = 1;                 // then strikes this often; -1 = always
};

/// A simulated vendor behind a real HTTP server on 127.0.0.1. Thread-safe. start() once, stop() by the destructor;
/// a derived class calls stop() in its own destructor too, before its members go while handle() may still run.
/// Besides the vendor's own paths it answers under `/_sim/` (used by the demo and by shell tests; never a vendor path):
///   POST /_sim/fault    JSON object with Fault's member names (kind as in the enum, delay in ms, retryAfter in s) adds
///   a fault DELETE /_sim/fault  removes all faults GET /_sim/counts
///   {"requests":n,"reads":n,"writes":n,"applied":n,...} plus what a simulator adds
class Simulator {
 public:
  struct Options {
    std::uint16_t port = 0;   // 0 = any free one
    int threads = 16;         // connections served at the same time
    std::string certificate;  // PEM files; empty = plain HTTP. With both set the server speaks HTTPS
    std::string privateKey;
  };
  Simulator();
  virtual ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// Throws Poco::Exception if the port is taken.
  void start(const Options& options);
  void stop();
  std::uint16_t port() const;
  /// "http://127.0.0.1:PORT" (or https), without a trailing slash.
  std::string url() const;

  void addFault(Fault fault);
  void clearFaults();

  struct Counts {
    std::int64_t requests = 0;     // all vendor requests received, refused ones included
    std::int64_t reads = 0;        // vendor requests that only read
    std::int64_t writes = 0;       // vendor requests that ask for a change (log-ins are neither)
    std::int64_t faults = 0;       // faults that struck
    std::int64_t connections = 0;  // TCP connections accepted
  };
  Counts counts() const;
  void resetCounts();

 protected:
  /// The vendor's behaviour. Called from many threads at the same time; the simulator locks what it shares.
  virtual Response handle(const Request& request) = 0;
  /// Whether the request asks for a change, reads, or neither (log-in).
  enum class Effect { Read, Write, None };
  virtual Effect effectOf(const Request& request) const = 0;
  /// Further simulator-only paths under /_sim/ (e.g. edits by the demo). nullopt = unknown path.
  virtual std::optional<Response> control(const Request& request);
  /// Members added to /_sim/counts, as a JSON object text; "{}" when none.
  virtual std::string extraCounts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern::sim
