// HttpClient over Poco's sockets and TLS. The only file that catches Poco::Net exceptions.
#include <Poco/Base64Encoder.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/URI.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "agent/http_client.h"
#include "agent/http_messages.h"
#include "agent/http_wire.h"
#include "agent/socket_slice.h"
#include "agent/system_authorities.h"
#include "agent/system_message.h"
#include "agent/system_proxy.h"

namespace postern {

namespace {

using namespace postern::http;  // its messages
using Poco::Net::StreamSocket;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSlice{100};  // how late a stop may be noticed where shutting the socket down does not wake us
constexpr std::chrono::seconds kKeepAlive{60};
constexpr std::size_t kTlsRecord = 16384;

std::string seconds(milliseconds limit) { return std::to_string((limit.count() + 999) / 1000); }

std::string nameOf(const HttpUrl& url) { return url.host + ":" + std::to_string(url.port); }

/// What OpenSSL last objected to in a certificate; handshakes run in the caller's thread.
thread_local int lastCertificateError = X509_V_OK;

int noteCertificateError(int ok, X509_STORE_CTX* store) {
  if (ok == 0) lastCertificateError = X509_STORE_CTX_get_error(store);
  return ok;
}

const Message& tlsProblem(bool nameRefused) {
  switch (lastCertificateError) {
    case X509_V_OK:
      return nameRefused ? kCertificateName : kTlsFailed;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return kCertificateDates;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return kUnknownAuthority;
    default:
      return kTlsFailed;
  }
}

/// One TCP connection, with or without TLS on top.
struct Connection {
  StreamSocket raw;           // what a stop shuts down; never TLS, so that no second thread enters OpenSSL
  StreamSocket socket = raw;  // what we talk through
  bool secure = false;
  milliseconds slice{0};  // time limit set on the socket
  steady_clock::time_point usableUntil{};
  std::string out;  // reused from request to request
  std::string in = std::string(32768, '\0');

  void limitEachCall(milliseconds limit) {
    if (limit == slice) return;
    const Poco::Timespan span{std::chrono::duration_cast<std::chrono::microseconds>(limit).count()};
    raw.setReceiveTimeout(span);
    raw.setSendTimeout(span);
    slice = limit;
  }
};

/// Wakes whatever blocks on the connection as soon as a stop is requested.
class StopShutsDown {
 public:
  StopShutsDown(std::stop_token stop, StreamSocket& raw) : callback_(std::move(stop), Shutdown{raw}) {}

 private:
  struct Shutdown {
    StreamSocket& raw;
    void operator()() const noexcept {
      try {
        raw.impl()->shutdown();
      } catch (const Poco::Exception&) {  // not connected any more: nothing to wake
      }
    }
  };
  std::stop_callback<Shutdown> callback_;
};

enum class Io { Progress, Closed, Broken, Silent, Stopped };

struct Step {
  Io io = Io::Progress;
  std::size_t bytes = 0;
  std::string detail{};
};

/// Calls `transfer` (bytes moved, 0 = closed) until something happens, `limit` is over, or a stop is requested.
template <class Transfer>
Step moveBytes(Transfer transfer, milliseconds limit, const std::stop_token& stop) {
  const auto deadline = steady_clock::now() + limit;
  for (;;) {
    try {
      const int moved = transfer();
      if (moved > 0) return {Io::Progress, static_cast<std::size_t>(moved)};
      if (moved == 0) return {stop.stop_requested() ? Io::Stopped : Io::Closed};
    } catch (const Poco::TimeoutException&) {  // the end of a slice
    } catch (const Poco::Exception& e) {
      const bool endOfSlice = e.code() == POCO_EAGAIN || e.code() == POCO_EWOULDBLOCK;  // what Poco makes of a send's
      if (!endOfSlice) return {stop.stop_requested() ? Io::Stopped : Io::Broken, 0, e.displayText()};
    }
    if (stop.stop_requested()) return {Io::Stopped};
    if (steady_clock::now() >= deadline) return {Io::Silent};
  }
}

void await(Connection& connection, int mode) {
  const bool buffered = mode == StreamSocket::SELECT_READ && connection.secure && connection.socket.available() > 0;
  if (!buffered) awaitSlice(connection.raw, mode, connection.slice);
}

Step receive(Connection& connection, milliseconds limit, const std::stop_token& stop) {
  const auto transfer = [&] {
    await(connection, StreamSocket::SELECT_READ);
    return connection.socket.receiveBytes(connection.in.data(), static_cast<int>(connection.in.size()));
  };
  return moveBytes(transfer, limit, stop);
}

/// Sends all of `connection.out`; `bytes` says how many may have left.
Step sendAll(Connection& connection, milliseconds limit, const std::stop_token& stop) {
  std::size_t sent = 0;
  const auto transfer = [&] {
    const char* next = connection.out.data() + sent;
    const std::size_t rest = connection.out.size() - sent;
    if (!connection.secure) return sendOnce(connection.raw, next, rest, connection.slice);
    await(connection, StreamSocket::SELECT_WRITE);
    return connection.socket.sendBytes(next, static_cast<int>(std::min(rest, kTlsRecord)));
  };
  while (sent < connection.out.size()) {
    Step step = moveBytes(transfer, limit, stop);
    if (step.io != Io::Progress) return {step.io, sent, std::move(step.detail)};
    sent += step.bytes;
  }
  return {Io::Progress, sent};
}

struct Exchange {
  std::optional<HttpResponse> response;
  bool reusable = false;
  std::optional<std::chrono::seconds> keepAlive;
  const Message* problem = nullptr;
  std::string detail;
  bool written = false;   // the server may have got something of the request
  bool answered = false;  // it sent something
  bool closed = false;    // the connection ended, rather than our patience
};

/// A server that sends a byte now and then is never silent, so an answer as a whole has a limit, too: so many times the
/// one of silence, and what its bytes take at the slowest rate (bytes a second).
constexpr int kDripPatience = 5;
constexpr std::size_t kSlowestRate = 16 << 10;

void readAnswer(Connection& connection, AnswerReader& reader, milliseconds limit, const std::stop_token& stop,
                Exchange& exchange) {
  auto state = AnswerReader::State::More;
  auto deadline = steady_clock::now() + kDripPatience * limit;
  while (state == AnswerReader::State::More) {
    if (steady_clock::now() >= deadline) {
      exchange.problem = &kDrips;
      break;
    }
    Step step = receive(connection, limit, stop);
    if (step.io == Io::Progress) {
      deadline += milliseconds{step.bytes * 1000 / kSlowestRate};
      state = reader.feed(std::string_view(connection.in).substr(0, step.bytes));
      continue;
    }
    exchange.detail = std::move(step.detail);
    if (step.io == Io::Silent || step.io == Io::Stopped) {
      exchange.problem = step.io == Io::Silent ? &kSilent : &kStopped;
      break;
    }
    exchange.closed = true;
    state = reader.closed(step.io == Io::Closed);
  }
  exchange.answered = reader.started();
  if (exchange.problem != nullptr) return;
  HttpResponse response;
  if (state == AnswerReader::State::Done) state = reader.take(response);
  switch (state) {
    case AnswerReader::State::Done:
      exchange.response = std::move(response);
      exchange.reusable = reader.reusable();
      exchange.keepAlive = reader.keepAlive();
      break;
    case AnswerReader::State::TooLarge:
      exchange.problem = &kTooLarge;
      break;
    case AnswerReader::State::Garbled:
      exchange.problem = &kGarbled;
      break;
    case AnswerReader::State::Cut:
    case AnswerReader::State::More:
      exchange.problem = &kCut;
      break;
  }
}

/// Sends `connection.out` and reads the answer.
Exchange converse(Connection& connection, bool bodyless, std::size_t bodyLimit, milliseconds limit,
                  const std::stop_token& stop) {
  Exchange exchange;
  AnswerReader reader(bodyless, bodyLimit);
  const StopShutsDown guard(stop, connection.raw);
  Step sent = sendAll(connection, limit, stop);
  exchange.written = sent.bytes > 0;
  const bool broke = sent.io == Io::Closed || sent.io == Io::Broken;
  if (sent.io == Io::Silent || sent.io == Io::Stopped || (broke && !exchange.written)) {
    exchange.problem = sent.io == Io::Stopped ? &kStopped : exchange.written ? &kSilent : &kNotSent;
    exchange.closed = broke;
    exchange.detail = std::move(sent.detail);
    return exchange;
  }
  // Broken half way: the server may have answered early (413) and closed; its answer is worth more than our error.
  readAnswer(connection, reader, limit, stop, exchange);
  if (broke) exchange.reusable = false;
  return exchange;
}

/// Names are looked up in a thread of their own, because getaddrinfo knows neither limits nor stops.
struct Lookup {
  std::mutex mutex;  // all below
  std::condition_variable_any done;
  bool finished = false;
  std::vector<Poco::Net::IPAddress> addresses;
  std::string problem;
};

void lookUp(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
  std::vector<Poco::Net::IPAddress> addresses;
  std::string problem;
  try {
    addresses = Poco::Net::DNS::hostByName(host).addresses();
  } catch (const Poco::Exception& e) {
    problem = e.displayText();
  }
  const std::lock_guard lock(lookup->mutex);
  lookup->addresses = std::move(addresses);
  lookup->problem = std::move(problem);
  lookup->finished = true;
  lookup->done.notify_all();
}

Result<std::vector<Poco::Net::IPAddress>> addressesOf(const std::string& host, milliseconds limit,
                                                      const std::stop_token& stop) {
  Poco::Net::IPAddress literal;
  if (Poco::Net::IPAddress::tryParse(host, literal)) return std::vector{literal};
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host] { lookUp(lookup, host); }).detach();
  std::unique_lock lock(lookup->mutex);
  lookup->done.wait_for(lock, stop, limit, [&] { return lookup->finished; });
  if (stop.stop_requested()) return fail(Fault::Stop, kStopped, {host});
  if (lookup->addresses.empty()) return fail(Fault::Retry, kHostUnknown, {host}, lookup->problem);
  return lookup->addresses;
}

/// Connects to one address; the time-out and the stop are looked at ten times a second.
Step connectTo(StreamSocket& socket, const Poco::Net::SocketAddress& address, steady_clock::time_point deadline,
               const std::stop_token& stop) {
  using Poco::Net::Socket;
  try {
    socket.connectNB(address);
    while (!socket.poll(Poco::Timespan{100'000}, Socket::SELECT_READ | Socket::SELECT_WRITE | Socket::SELECT_ERROR)) {
      if (stop.stop_requested()) return {Io::Stopped};
      if (steady_clock::now() >= deadline) return {Io::Silent};
    }
    if (const int error = socket.impl()->socketError(); error != 0) {
      return {Io::Broken, 0, systemMessage(std::error_code(error, std::system_category()))};
    }
    socket.setBlocking(true);
    socket.setNoDelay(true);
    return {Io::Progress};
  } catch (const Poco::Exception& e) {
    return {Io::Broken, 0, e.displayText()};
  }
}

Result<StreamSocket> connectTcp(const HttpUrl& url, milliseconds limit, const std::stop_token& stop) {
  const auto end = steady_clock::now() + limit;
  auto addresses = addressesOf(url.host, limit, stop);
  if (!addresses) return tl::unexpected(std::move(addresses.error()));
  Step last;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto now = steady_clock::now();
    const auto share = (end - now) / static_cast<long>(addresses->size() - i);
    StreamSocket socket;
    last = connectTo(socket, Poco::Net::SocketAddress((*addresses)[i], url.port), now + share, stop);
    if (last.io == Io::Progress) return socket;
    if (last.io == Io::Stopped) return fail(Fault::Stop, kStopped, {nameOf(url)});
  }
  if (last.io == Io::Silent) return fail(Fault::Retry, kConnectSlow, {nameOf(url), seconds(limit)});
  return fail(Fault::Retry, kUnreachable, {nameOf(url)}, last.detail);
}

/// Kept-alive connections by "scheme://authority". Thread-safe.
class Pool {
 public:
  explicit Pool(int mostPerHost) : mostPerHost_(static_cast<std::size_t>(std::max(mostPerHost, 1))) {}

  /// The one used last; nullptr when there is none.
  std::unique_ptr<Connection> take(std::string_view host) {
    std::vector<std::unique_ptr<Connection>> expired;  // closed after the lock is gone
    const std::lock_guard lock(mutex_);
    const auto found = idle_.find(host);
    if (found == idle_.end() || found->second.empty()) return nullptr;
    auto& connections = found->second;
    if (connections.back()->usableUntil <= steady_clock::now()) {  // the others are older still
      expired.swap(connections);
      return nullptr;
    }
    auto connection = std::move(connections.back());
    connections.pop_back();
    return connection;
  }
  void give(std::string_view host, std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    auto found = idle_.find(host);
    if (found == idle_.end()) found = idle_.emplace(host, std::vector<std::unique_ptr<Connection>>{}).first;
    if (found->second.size() < mostPerHost_) found->second.push_back(std::move(connection));
  }

 private:
  std::mutex mutex_;  // idle_
  std::map<std::string, std::vector<std::unique_ptr<Connection>>, std::less<>> idle_;
  std::size_t mostPerHost_;
};

Poco::Net::Context::Ptr makeContext(const std::string& caFile) {
  using Poco::Net::Context;
  Context::Params parameters;
  parameters.caLocation = caFile;
  parameters.verificationMode = Context::VERIFY_STRICT;  // RELAXED lets every name pass for localhost
  parameters.cipherList = "HIGH:!aNULL:!MD5:!3DES";
  try {
    Context::Ptr context(new Context(Context::TLS_CLIENT_USE, parameters));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);  // the host's name
    SSL_CTX_set_verify(context->sslContext(), SSL_VERIFY_PEER, noteCertificateError);
    if (caFile.empty()) trustSystemAuthorities(context->sslContext());
    return context;
  } catch (const Poco::Exception&) {
    throw ConfigError({}, kCaFile, {caFile});
  }
}

/// What Proxy-Authorization should say; "" when the address holds no log-in.
std::string basicAuthorization(const std::string& userInfo) {
  if (userInfo.empty()) return {};
  std::string decoded;
  Poco::URI::decode(userInfo, decoded);
  std::ostringstream text;
  Poco::Base64Encoder encoder(text);
  encoder.rdbuf()->setLineLength(0);
  encoder << decoded;
  encoder.close();
  return "Basic " + text.str();
}

class PocoHttpClient : public HttpClient {
 public:
  explicit PocoHttpClient(const HttpOptions& options) : options_(options), pool_(options.connections) {
    if (!options.caFile.empty()) context();  // a file that cannot be read is an error in the settings
    if (!options.proxy.empty() && options.proxy != "system" && !parseProxy(options.proxy)) {
      throw ConfigError({}, kBadProxy);
    }
  }

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    const auto url = parseHttpUrl(request.url);
    if (!url || !url->userInfo.empty() || !isWritable(request)) return fail(Fault::Retry, kBadRequest);
    if (stop.stop_requested()) return fail(Fault::Stop, kStopped, {nameOf(*url)});
    const auto proxy = proxyFor(*url);
    if (!proxy) return fail(Fault::Retry, kBadProxy);
    const Route route{*url, *proxy};
    const std::string_view host = hostPart(request.url);
    auto connection = idleConnection(host);
    for (bool reused = connection != nullptr;; reused = false) {
      if (!connection) {
        auto opened = open(route, stop);
        if (!opened) return tl::unexpected(std::move(opened.error()));
        connection = std::move(*opened);
      }
      Exchange exchange = converse(*connection, request, route, stop);
      if (exchange.response) {
        keep(host, std::move(connection), exchange, stop);
        return std::move(*exchange.response);
      }
      connection.reset();
      if (stop.stop_requested()) return fail(Fault::Stop, kStopped, {nameOf(*url)});
      const bool repeatable = !exchange.written || (request.method == "GET" && !request.writes);
      if (!(reused && exchange.closed && !exchange.answered && repeatable)) return failure(exchange, request, *url);
    }
  }

 private:
  struct Route {
    const HttpUrl& url;
    const std::optional<HttpUrl>& proxy;
  };

  static std::optional<HttpUrl> parseProxy(const std::string& text) {
    auto proxy = parseHttpUrl(text.find("://") == std::string::npos ? "http://" + text : text);
    if (proxy && proxy->secure) proxy.reset();
    return proxy;
  }

  /// Outer nullopt: the environment names a proxy that cannot be used. Inner nullopt: no proxy.
  std::optional<std::optional<HttpUrl>> proxyFor(const HttpUrl& url) const {
    std::string text = options_.proxy;
    if (text == "system") {
      text = systemProxy(url);
    }
    if (text.empty()) return std::optional<HttpUrl>{};
    auto proxy = parseProxy(text);
    if (!proxy) return std::nullopt;
    return proxy;
  }

  /// "http://erp:8080" of "http://erp:8080/path".
  static std::string_view hostPart(std::string_view url) {
    return url.substr(0, url.find_first_of("/?#", url.find("://") + 3));
  }

  /// Made when first needed: the system's authorities take 25 ms and some megabytes, and many an ERP speaks plain HTTP.
  Poco::Net::Context::Ptr context() const {
    // Not std::call_once: an exception leaves it locked for ever where winpthreads does it.
    const std::lock_guard lock(contextMutex_);
    if (context_.isNull()) context_ = makeContext(options_.caFile);
    return context_;
  }

  milliseconds answerLimit(const HttpRequest& request) const {
    return request.answerLimit.value_or(options_.answerLimit);
  }

  std::unique_ptr<Connection> idleConnection(std::string_view host) {
    auto connection = pool_.take(host);
    while (connection && !isQuiet(connection->raw)) connection = pool_.take(host);
    return connection;
  }

  void keep(std::string_view host, std::unique_ptr<Connection> connection, const Exchange& exchange,
            const std::stop_token& stop) {
    if (!exchange.reusable || stop.stop_requested()) return;
    // A second less than the server says, so that its end and our next request do not cross.
    const auto span = exchange.keepAlive ? *exchange.keepAlive - std::chrono::seconds{1} : kKeepAlive;
    connection->usableUntil = steady_clock::now() + span;
    pool_.give(host, std::move(connection));
  }

  Exchange converse(Connection& connection, const HttpRequest& request, const Route& route,
                    const std::stop_token& stop) const {
    const bool throughProxy = route.proxy && !route.url.secure;
    const std::string whole = throughProxy ? "http://" + route.url.authority + route.url.target : std::string{};
    writeRequest(request, route.url, throughProxy ? whole : route.url.target, options_.userAgent,
                 throughProxy ? basicAuthorization(route.proxy->userInfo) : std::string{}, connection.out);
    const milliseconds limit = answerLimit(request);
    connection.limitEachCall(std::min(limit, kSlice));
    return postern::converse(connection, request.method == "HEAD", options_.bodyLimit, limit, stop);
  }

  Result<std::unique_ptr<Connection>> open(const Route& route, const std::stop_token& stop) const {
    auto tcp = connectTcp(route.proxy ? *route.proxy : route.url, options_.connectLimit, stop);
    if (!tcp) {
      if (!route.proxy || tcp.error().fault == Fault::Stop) return tl::unexpected(std::move(tcp.error()));
      return fail(Fault::Retry, kProxyUnreachable, {nameOf(*route.proxy)}, tcp.error().cause(Language::En));
    }
    auto connection = std::make_unique<Connection>(*tcp);
    if (!route.url.secure) return connection;
    if (route.proxy) {
      if (auto problem = tunnel(*connection, route, stop)) return tl::unexpected(std::move(*problem));
    }
    if (auto problem = encrypt(*connection, route.url, stop)) return tl::unexpected(std::move(*problem));
    return connection;
  }

  /// Asks the proxy for a way through to the host.
  std::optional<Error> tunnel(Connection& connection, const Route& route, const std::stop_token& stop) const {
    const std::string target = nameOf(route.url);
    HttpUrl peer = route.url;
    if (peer.port == 443) peer.authority += ":443";
    HttpRequest request;
    request.method = "CONNECT";
    request.headers = {{"Accept-Encoding", "identity"}};
    writeRequest(request, peer, peer.authority, options_.userAgent, basicAuthorization(route.proxy->userInfo),
                 connection.out);
    connection.limitEachCall(std::min(options_.connectLimit, kSlice));
    Exchange exchange = postern::converse(connection, true, options_.bodyLimit, options_.connectLimit, stop);
    if (stop.stop_requested()) return Error{Fault::Stop, &kStopped, {target}, {}, {}};
    const std::string proxy = nameOf(*route.proxy);
    if (!exchange.response) return Error{Fault::Retry, &kProxyUnreachable, {proxy}, exchange.detail, {}};
    const int status = exchange.response->status;
    if (status / 100 == 2) return std::nullopt;
    return Error{Fault::Retry, &kProxyRefused, {proxy, target, std::to_string(status)}, {}, {}};
  }

  /// Puts TLS on top; the server has proved its name when this succeeds.
  std::optional<Error> encrypt(Connection& connection, const HttpUrl& url, const std::stop_token& stop) const {
    const Message* problem = nullptr;
    std::string detail;
    connection.limitEachCall(options_.connectLimit);
    lastCertificateError = X509_V_OK;
    const StopShutsDown guard(stop, connection.raw);
    try {
      connection.socket = Poco::Net::SecureStreamSocket::attach(connection.raw, url.host, context());
      connection.secure = true;
      return std::nullopt;
    } catch (const Poco::Net::InvalidCertificateException& e) {
      problem = &tlsProblem(true);
      detail = e.displayText();
    } catch (const Poco::Net::CertificateValidationException& e) {
      problem = &tlsProblem(true);
      detail = e.displayText();
    } catch (const Poco::Exception& e) {
      problem = &tlsProblem(false);
      detail = e.displayText();
    } catch (const ConfigError& e) {
      problem = &tlsProblem(false);
      detail = e.what();
    }
    if (stop.stop_requested()) return Error{Fault::Stop, &kStopped, {nameOf(url)}, {}, {}};
    return Error{Fault::Retry, problem, {nameOf(url)}, std::move(detail), {}};
  }

  tl::unexpected<Error> failure(Exchange& exchange, const HttpRequest& request, const HttpUrl& url) const {
    std::vector<std::string> args{nameOf(url)};
    if (exchange.problem == &kSilent) args.push_back(seconds(answerLimit(request)));
    if (exchange.problem == &kTooLarge) args.push_back(std::to_string(options_.bodyLimit >> 20U));
    const Fault fault = exchange.written ? Fault::Unknown : Fault::Retry;
    return fail(fault, *exchange.problem, std::move(args), std::move(exchange.detail));
  }

  const HttpOptions options_;
  mutable std::mutex contextMutex_;  // context_
  mutable Poco::Net::Context::Ptr context_;
  Pool pool_;
};

}  // namespace

std::unique_ptr<HttpClient> makeHttpClient(const HttpOptions& options) {
#ifdef SIGPIPE
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL: a closed connection would end the process
#endif
  return std::make_unique<PocoHttpClient>(options);
}

}  // namespace postern
