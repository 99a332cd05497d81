#include "tests/sim/simulator.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/SharedPtr.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace postern::sim {

namespace {

using Json = nlohmann::json;

#ifdef _WIN32
// A shutdown does not wake the thread that waits on the connection there, and closing it under that thread may close
// whatever got its number meanwhile. So idle connections are given up after a second, which clients must bear anyway.
// wine's server even loses track of a socket that is shut under another thread, and dies of it when that is closed.
void shut(poco_socket_t) {}
/// A program that a test starts would hold the port open after stop().
void keepFromChildren(poco_socket_t socket) {
  ::SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
}
constexpr long kIdleLimit = 1;
constexpr long kReadLimit = 5;
#else
void shut(poco_socket_t socket) { ::shutdown(socket, SHUT_RDWR); }
void keepFromChildren(poco_socket_t) {}  // stop() shuts it for them, too
constexpr long kIdleLimit = 600;
constexpr long kReadLimit = 60;
#endif

constexpr int kStopSlice = 50'000;  // microseconds after which the accepting thread looks for a stop

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, bool plusIsSpace) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 && hexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
      i += 2;
    } else {
      out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void appendForm(std::string_view text, std::vector<std::pair<std::string, std::string>>& out) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      out.emplace_back(decode(part, true), "");
    } else {
      out.emplace_back(decode(part.substr(0, equals), true), decode(part.substr(equals + 1), true));
    }
  }
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

Response jsonResponse(int status, const Json& body) {
  Response response;
  response.status = status;
  response.body = body.dump();
  return response;
}

Fault faultFromJson(const Json& json) {
  static const std::map<std::string, Fault::Kind> kKinds{{"Status", Fault::Kind::Status},
                                                         {"Hang", Fault::Kind::Hang},
                                                         {"CloseBefore", Fault::Kind::CloseBefore},
                                                         {"ApplyThenClose", Fault::Kind::ApplyThenClose},
                                                         {"HalfBody", Fault::Kind::HalfBody},
                                                         {"Html", Fault::Kind::Html},
                                                         {"Slow", Fault::Kind::Slow}};
  Fault fault;
  for (const auto& [key, value] : json.items()) {
    if (key == "kind") {
      const auto found = kKinds.find(value.get<std::string>());
      if (found == kKinds.end()) throw std::invalid_argument("unknown kind " + value.get<std::string>());
      fault.kind = found->second;
    } else if (key == "status") {
      fault.status = value.get<int>();
    } else if (key == "retryAfter") {
      if (!value.is_null()) fault.retryAfter = std::chrono::seconds(value.get<int>());
    } else if (key == "delay") {
      fault.delay = std::chrono::milliseconds(value.get<int>());
    } else if (key == "methodContains") {
      fault.methodContains = value.get<std::string>();
    } else if (key == "pathContains") {
      fault.pathContains = value.get<std::string>();
    } else if (key == "skip") {
      fault.skip = value.get<int>();
    } else if (key == "times") {
      fault.times = value.get<int>();
    } else {
      throw std::invalid_argument("unknown member " + key);
    }
  }
  return fault;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Request::parameters() const {
  std::vector<std::pair<std::string, std::string>> out;
  appendForm(query, out);
  const auto type = headers.find("content-type");
  if (type != headers.end() && lower(type->second).starts_with("application/x-www-form-urlencoded")) {
    appendForm(body, out);
  }
  return out;
}

struct Simulator::Impl {
  explicit Impl(Simulator& owner) : owner_(owner) {}

  class Connection;
  class Handler;
  class HandlerFactory;

  void serve(Poco::Net::HTTPServerRequestImpl& in, Poco::Net::HTTPServerResponse& out);
  Response answer(const Request& request, const std::optional<Fault>& fault);
  Response controlAnswer(const Request& request);
  std::optional<Fault> nextFault(const Request& request);
  /// Accepts connections until stop().
  void accept();
  /// Serves one connection after another until stop().
  void work();
  /// False if the server was stopped meanwhile.
  bool wait(std::chrono::milliseconds delay);

  Simulator& owner_;
  std::optional<Poco::Net::ServerSocket> socket_;
  std::uint16_t port_ = 0;
  bool secure_ = false;

  Poco::Net::HTTPServerParams::Ptr params_;
  Poco::Net::HTTPRequestHandlerFactory::Ptr handlers_;
  std::size_t maxWorkers_ = 1;
  std::thread acceptor_;

  std::mutex connectionsMutex_;  // from here to stopping_
  std::condition_variable accepted_, stopped_;
  std::vector<std::thread> workers_;
  std::size_t idleWorkers_ = 0;
  std::deque<std::unique_ptr<Connection>> waiting_;
  std::set<poco_socket_t> connections_;
  bool stopping_ = false;

  std::mutex faultsMutex_;  // faults_
  std::list<Fault> faults_;
  std::atomic<bool> anyFault_{false};  // spares the mutex on the fast path

  std::atomic<std::int64_t> requests_{0}, reads_{0}, writes_{0}, faultsStruck_{0}, connected_{0}, applied_{0};
};

/// Keeps its socket number known, so that stop() can end a connection that sits in a read.
class Simulator::Impl::Connection : public Poco::Net::HTTPServerConnection {
 public:
  Connection(Impl& impl, const Poco::Net::StreamSocket& connected, Poco::Net::HTTPServerParams::Ptr params,
             Poco::Net::HTTPRequestHandlerFactory::Ptr factory)
      : HTTPServerConnection(connected, params, factory), impl_(impl), descriptor_(connected.impl()->sockfd()) {
    ++impl_.connected_;
    const std::lock_guard lock(impl_.connectionsMutex_);
    impl_.connections_.insert(descriptor_);
    if (impl_.stopping_) shut(descriptor_);
  }
  ~Connection() override {
    const std::lock_guard lock(impl_.connectionsMutex_);
    impl_.connections_.erase(descriptor_);
  }

 private:
  Impl& impl_;
  poco_socket_t descriptor_;
};

class Simulator::Impl::Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(Impl& impl) : impl_(impl) {}
  void handleRequest(Poco::Net::HTTPServerRequest& in, Poco::Net::HTTPServerResponse& out) override {
    impl_.serve(dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(in), out);
  }

 private:
  Impl& impl_;
};

class Simulator::Impl::HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit HandlerFactory(Impl& impl) : impl_(impl) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    return std::make_unique<Handler>(impl_).release();  // Poco deletes it
  }

 private:
  Impl& impl_;
};

// Poco's TCPServer is not used: its accepting thread may drop the last reference to a socket that a worker has used,
// which the thread sanitizer, blind inside Poco, reports as a race. Here the worker always drops it.
void Simulator::Impl::accept() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    try {
      // Not every system wakes an accept() whose socket is shut down.
      if (!socket_->poll(Poco::Timespan(0, kStopSlice), Poco::Net::Socket::SELECT_READ)) {
        const std::lock_guard lock(connectionsMutex_);
        if (stopping_) return;
        continue;
      }
      Poco::Net::StreamSocket socket = socket_->acceptConnection();
      socket.setNoDelay(true);
      keepFromChildren(socket.impl()->sockfd());
      connection = std::make_unique<Connection>(*this, socket, params_, handlers_);
    } catch (const Poco::Exception&) {
      const std::lock_guard lock(connectionsMutex_);
      if (stopping_) return;
      continue;  // the client was gone already
    }
    const std::lock_guard lock(connectionsMutex_);
    waiting_.push_back(std::move(connection));
    if (idleWorkers_ < waiting_.size() && workers_.size() < maxWorkers_) workers_.emplace_back([this] { work(); });
    accepted_.notify_one();
  }
}

void Simulator::Impl::work() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      std::unique_lock lock(connectionsMutex_);
      ++idleWorkers_;
      accepted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      --idleWorkers_;
      if (stopping_) return;
      connection = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      connection->run();
    } catch (const std::exception&) {
      // the client has gone, or stop() has shut the socket
    }
  }
}

bool Simulator::Impl::wait(std::chrono::milliseconds delay) {
  std::unique_lock lock(connectionsMutex_);
  return !stopped_.wait_for(lock, delay, [this] { return stopping_; });
}

std::optional<Fault> Simulator::Impl::nextFault(const Request& request) {
  if (!anyFault_) return std::nullopt;
  const std::lock_guard lock(faultsMutex_);
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (request.method.find(it->methodContains) == std::string::npos ||
        request.path.find(it->pathContains) == std::string::npos) {
      continue;
    }
    if (it->skip > 0) {
      --it->skip;
      continue;
    }
    Fault strikes = *it;
    if (it->times > 0 && --it->times == 0) faults_.erase(it);
    anyFault_ = !faults_.empty();
    ++faultsStruck_;
    return strikes;
  }
  return std::nullopt;
}

Response Simulator::Impl::controlAnswer(const Request& request) {
  if (request.path == "/_sim/fault" && request.method == "POST") {
    try {
      owner_.addFault(faultFromJson(Json::parse(request.body)));
    } catch (const std::exception& error) {
      return jsonResponse(400, {{"error", error.what()}});
    }
    return jsonResponse(200, Json::object());
  }
  if (request.path == "/_sim/fault" && request.method == "DELETE") {
    owner_.clearFaults();
    return jsonResponse(200, Json::object());
  }
  if (request.path == "/_sim/counts") {
    const Counts now = owner_.counts();
    Json body{{"requests", now.requests},   {"reads", now.reads},   {"writes", now.writes},
              {"applied", applied_.load()}, {"faults", now.faults}, {"connections", now.connections}};
    body.update(Json::parse(owner_.extraCounts()));
    return jsonResponse(200, body);
  }
  if (auto response = owner_.control(request)) return *std::move(response);
  return jsonResponse(404, {{"error", "unknown simulator path"}});
}

Response Simulator::Impl::answer(const Request& request, const std::optional<Fault>& fault) {
  try {
    if (request.path.starts_with("/_sim/")) return controlAnswer(request);
    if (fault && fault->kind == Fault::Kind::Status) {
      Response response = jsonResponse(fault->status, {{"message", "Simulated fault"}});
      if (fault->retryAfter) response.headers.emplace_back("Retry-After", std::to_string(fault->retryAfter->count()));
      return response;
    }
    if (fault && fault->kind == Fault::Kind::Html) {
      Response response;
      response.contentType = "text/html; charset=utf-8";
      response.body = "<!DOCTYPE html><html><head><title>Wartung</title></head><body>Wartungsarbeiten</body></html>";
      return response;
    }
    Response response = owner_.handle(request);
    if (response.status < 300 && owner_.effectOf(request) == Effect::Write) ++applied_;
    return response;
  } catch (const std::exception& error) {
    return jsonResponse(500, {{"message", std::string("simulator: ") + error.what()}});
  }
}

void Simulator::Impl::serve(Poco::Net::HTTPServerRequestImpl& in, Poco::Net::HTTPServerResponse& out) {
  Request request;
  request.method = in.getMethod();
  const std::string& uri = in.getURI();
  const auto mark = std::min(uri.find('?'), uri.size());
  request.path = decode(std::string_view(uri).substr(0, mark), false);
  if (mark < uri.size()) request.query = uri.substr(mark + 1);
  request.clientAddress = in.clientAddress().host().toString();
  for (const auto& [name, value] : in) request.headers[lower(name)] = value;
  if (in.hasContentLength()) {
    request.body.resize(static_cast<std::size_t>(in.getContentLength64()));
    in.stream().read(request.body.data(), static_cast<std::streamsize>(request.body.size()));
    request.body.resize(static_cast<std::size_t>(in.stream().gcount()));
  } else if (in.getChunkedTransferEncoding()) {
    request.body.assign(std::istreambuf_iterator<char>(in.stream()), {});
  }

  auto& socket = in.socket();
  const auto close = [&] {
    out.setKeepAlive(false);
    try {
      socket.shutdown();
    } catch (const Poco::Exception&) {
      // the client was faster
    }
  };

  std::optional<Fault> fault;
  if (!request.path.starts_with("/_sim/")) {
    ++requests_;
    switch (owner_.effectOf(request)) {
      case Effect::Read:
        ++reads_;
        break;
      case Effect::Write:
        ++writes_;
        break;
      case Effect::None:
        break;
    }
    fault = nextFault(request);
  }
  if (fault && fault->kind == Fault::Kind::CloseBefore) return close();
  if (fault && (fault->kind == Fault::Kind::Hang || fault->kind == Fault::Kind::Slow) && !wait(fault->delay)) {
    return close();
  }

  const Response response = answer(request, fault);
  if (fault && fault->kind == Fault::Kind::ApplyThenClose) return close();
  const bool half = fault && fault->kind == Fault::Kind::HalfBody;
  if (half) out.setKeepAlive(false);

  // Written past Poco's response stream, which would send a large body in pieces of its buffer.
  std::string bytes;
  bytes.reserve(256 + response.body.size());
  bytes += "HTTP/1.1 " + std::to_string(response.status) + " ";
  bytes +=
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
  bytes += "\r\nDate: " + out.get("Date", "") + "\r\n";
  const bool bodyless = response.status == 204 || response.status == 304;  // neither may carry a length
  if (!bodyless) {
    bytes += "Content-Type: " + response.contentType + "\r\nContent-Length: " + std::to_string(response.body.size()) +
             "\r\n";
  }
  for (const auto& [name, value] : response.headers) bytes += name + ": " + value + "\r\n";
  bytes += out.getKeepAlive() || half ? "Connection: Keep-Alive\r\n\r\n" : "Connection: Close\r\n\r\n";
  if (!bodyless && request.method != "HEAD") bytes.append(response.body, 0, response.body.size() / (half ? 2 : 1));

  for (std::size_t sent = 0; sent < bytes.size();) {
    const int n = socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent));
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  if (half) close();
}

Simulator::Simulator() : impl_(std::make_unique<Impl>(*this)) {}

Simulator::~Simulator() { stop(); }

void Simulator::start(const Options& options) {
  Impl& impl = *impl_;
#ifdef SIGPIPE
  std::signal(SIGPIPE, SIG_IGN);  // a client that has gone must not end the process
#endif
  impl.secure_ = !options.certificate.empty() && !options.privateKey.empty();
  if (impl.secure_) {
    const Poco::Net::Context::Ptr context = Poco::makeAuto<Poco::Net::Context>(
        Poco::Net::Context::SERVER_USE, options.privateKey, options.certificate, "", Poco::Net::Context::VERIFY_NONE);
    impl.socket_.emplace(Poco::Net::SecureServerSocket(context));
  } else {
    impl.socket_.emplace();
  }
  // Without reusePort: Poco's default would let two simulators share a port unnoticed.
  impl.socket_->bind(Poco::Net::SocketAddress("127.0.0.1", options.port), true, false);
  impl.socket_->listen(256);
  keepFromChildren(impl.socket_->impl()->sockfd());
  impl.port_ = impl.socket_->address().port();

  impl.params_ = Poco::makeAuto<Poco::Net::HTTPServerParams>();
  impl.params_->setKeepAlive(true);
  impl.params_->setMaxKeepAliveRequests(0);
  impl.params_->setKeepAliveTimeout(Poco::Timespan(kIdleLimit, 0));
  impl.params_->setTimeout(Poco::Timespan(kReadLimit, 0));
  impl.handlers_ = Poco::makeShared<Impl::HandlerFactory>(impl);
  impl.maxWorkers_ = static_cast<std::size_t>(std::max(1, options.threads));
  impl.acceptor_ = std::thread([&impl] { impl.accept(); });
}

void Simulator::stop() {
  Impl& impl = *impl_;
  if (!impl.acceptor_.joinable()) return;
  {
    const std::lock_guard lock(impl.connectionsMutex_);
    impl.stopping_ = true;
    for (const auto descriptor : impl.connections_) shut(descriptor);
  }
  impl.stopped_.notify_all();
  impl.accepted_.notify_all();
  shut(impl.socket_->impl()->sockfd());  // a child process may hold it, too, and must not keep it open
  impl.acceptor_.join();
  for (auto& worker : impl.workers_) worker.join();  // the acceptor alone adds to them
  impl.workers_.clear();
  impl.waiting_.clear();
  impl.socket_.reset();
}

std::uint16_t Simulator::port() const { return impl_->port_; }

std::string Simulator::url() const {
  return (impl_->secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(impl_->port_);
}

void Simulator::addFault(Fault fault) {
  if (fault.times == 0) return;
  const std::lock_guard lock(impl_->faultsMutex_);
  impl_->faults_.push_back(std::move(fault));
  impl_->anyFault_ = true;
}

void Simulator::clearFaults() {
  const std::lock_guard lock(impl_->faultsMutex_);
  impl_->faults_.clear();
  impl_->anyFault_ = false;
}

Simulator::Counts Simulator::counts() const {
  return {impl_->requests_, impl_->reads_, impl_->writes_, impl_->faultsStruck_, impl_->connected_};
}

void Simulator::resetCounts() {
  for (auto* count : {&impl_->requests_, &impl_->reads_, &impl_->writes_, &impl_->faultsStruck_, &impl_->connected_,
                      &impl_->applied_}) {
    *count = 0;
  }
}

std::optional<Response> Simulator::control(const Request&) { return std::nullopt; }

std::string Simulator::extraCounts() const { return "{}"; }

}  // namespace postern::sim
