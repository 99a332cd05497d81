#pragma once
// A server that a test plays by hand, byte by byte: for what a well-behaved HTTP server would never do.

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/http_client.h"

namespace postern {

inline HttpRequest getFrom(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}
inline HttpRequest postTo(std::string url, std::string body = "a=1") {
  HttpRequest request = getFrom(std::move(url));
  request.method = "POST";
  request.body = std::move(body);
  request.contentType = "text/plain";
  return request;
}

/// What a handler saw, for the test to look at. Thread-safe.
class Notes {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(std::move(text));
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }
  std::string last() const {
    const std::lock_guard lock(mutex_);
    return texts_.empty() ? std::string{} : texts_.back();
  }

 private:
  mutable std::mutex mutex_;  // texts_
  std::vector<std::string> texts_;
};

/// One accepted connection. It is closed when the handler returns.
class Peer {
 public:
  Peer(Poco::Net::StreamSocket socket, int number, std::stop_token stop)
      : socket_(std::move(socket)), number_(number), stop_(std::move(stop)) {
    socket_.setReceiveTimeout(Poco::Timespan{20'000});
    socket_.setSendTimeout(Poco::Timespan{20'000});
    socket_.setNoDelay(true);
  }
  int number() const { return number_; }  // 0 for the server's first connection
  Poco::Net::StreamSocket& socket() { return socket_; }
  bool stopping() const { return stop_.stop_requested(); }

  /// What one read gives; "" when the client closed or the server is being stopped.
  std::string read() {
    std::string buffer(65536, '\0');
    while (!stopping()) {
      try {
        const int got = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (got < 0) continue;
        buffer.resize(static_cast<std::size_t>(got));
        return buffer;
      } catch (const Poco::TimeoutException&) {
      } catch (const Poco::Exception&) {
        break;
      }
    }
    return {};
  }
  /// Reads once and keeps it for readRequest(); false at the end.
  bool readMore() {
    const std::string more = read();
    pending_ += more;
    return !more.empty();
  }
  /// A request with its body (Content-Length), as it came; "" when there is no further one.
  std::string readRequest() {
    for (;;) {
      const auto end = pending_.find("\r\n\r\n");
      if (end != std::string::npos) {
        const auto at = pending_.find("Content-Length: ");
        const auto length = at < end ? std::stoul(pending_.substr(at + 16, 20)) : 0UL;
        if (pending_.size() >= end + 4 + length) {
          std::string request = pending_.substr(0, end + 4 + length);
          pending_.erase(0, request.size());
          return request;
        }
      }
      if (!readMore()) return {};
    }
  }
  /// False when the client is gone.
  bool write(std::string_view text) {
    while (!text.empty() && !stopping()) {
      try {
        const int sent = socket_.sendBytes(text.data(), static_cast<int>(text.size()));
        if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
      } catch (const Poco::TimeoutException&) {
      } catch (const Poco::Exception&) {
        return false;
      }
    }
    return text.empty();
  }
  /// 200 with this body.
  bool answer(std::string_view body, std::string_view headers = "") {
    return write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
                 "\r\n" + std::string(body));
  }
  /// Does nothing until the client closes.
  void hang() {
    while (!read().empty()) {
    }
  }

 private:
  Poco::Net::StreamSocket socket_;
  int number_;
  std::stop_token stop_;
  std::string pending_;
};

/// Serves each connection on 127.0.0.1 with `serve` in a thread of its own. The destructor ends them all.
class RawServer {
 public:
  using Serve = std::function<void(Peer&)>;
  explicit RawServer(Serve serve, Poco::Net::Context::Ptr tls = {})
      : listener_(tls ? Poco::Net::ServerSocket(Poco::Net::SecureServerSocket(tls)) : Poco::Net::ServerSocket()),
        serve_(std::move(serve)) {
    listener_.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true);
    listener_.listen(16);
    secure_ = static_cast<bool>(tls);
    acceptor_ = std::jthread([this](std::stop_token stop) { accept(stop); });
  }
  ~RawServer() {
    acceptor_.request_stop();
    acceptor_.join();
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return listener_.address().port(); }
  std::string url(const std::string& host = "127.0.0.1") const {
    return (secure_ ? "https://" : "http://") + host + ":" + std::to_string(port());
  }
  int connections() const { return connections_; }

 private:
  void accept(std::stop_token stop) {
    std::vector<std::jthread> threads;
    while (!stop.stop_requested()) {
      if (!listener_.poll(Poco::Timespan{20'000}, Poco::Net::Socket::SELECT_READ)) continue;
      try {
        // The thread alone owns the socket, so that it is closed exactly when the handler returns.
        auto accepted = std::make_unique<Peer>(listener_.acceptConnection(), connections_++, stop);
        threads.emplace_back([this, peer = std::move(accepted)]() mutable {
          try {
            serve_(*peer);
          } catch (const Poco::Exception&) {  // the client went away
          }
          peer.reset();
        });
      } catch (const Poco::Exception&) {
      }
    }
  }

  Poco::Net::ServerSocket listener_;
  Serve serve_;
  bool secure_ = false;
  std::atomic<int> connections_{0};
  std::jthread acceptor_;
};

}  // namespace postern
