#pragma once
// What systemd would hear.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::e2e {

/// The service manager's end of the notify protocol (sd_notify(3)). A thread of its own reads, because a sender waits
/// while ten messages are unread.
class NotifySocket {
 public:
  explicit NotifySocket(const std::filesystem::path& file) : path_(file.string()) {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    reader_ = std::jthread([this](std::stop_token stop) { read(stop); });
  }
  ~NotifySocket() {
    reader_.request_stop();
    reader_.join();
    ::close(fd_);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// True when a message `wanted` comes within `limit`, after those that earlier calls have passed.
  bool comes(const std::string& wanted, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, limit, [&] {
      while (next_ < messages_.size()) {
        if (messages_[next_++].starts_with(wanted)) return true;
      }
      return false;
    });
  }
  const std::string& path() const { return path_; }
  std::string all() const {
    const std::scoped_lock lock(mutex_);
    std::string text;
    for (const auto& message : messages_) text += message + '\n';
    return text;
  }

 private:
  void read(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd entry{fd_, POLLIN, 0};
      if (::poll(&entry, 1, 20) <= 0) continue;
      char buffer[1024];
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) continue;
      const std::scoped_lock lock(mutex_);
      messages_.emplace_back(buffer, static_cast<std::size_t>(n));
      heard_.notify_all();
    }
  }

  std::string path_;
  int fd_ = -1;
  mutable std::mutex mutex_;  // guards messages_, next_
  std::condition_variable heard_;
  std::vector<std::string> messages_;
  std::size_t next_ = 0;
  std::jthread reader_;
};

}  // namespace postern::e2e
