// `postern run` under systemd: the notify protocol.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;

/// The service manager's end of the notify protocol (sd_notify(3)).
class NotifySocket {
 public:
  explicit NotifySocket(const std::filesystem::path& file) : path_(file.string()) {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~NotifySocket() { ::close(fd_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// True when a line `wanted` came within `limit`; what came before it is kept in all().
  bool comes(const std::string& wanted, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
      pollfd entry{fd_, POLLIN, 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0 || ::poll(&entry, 1, static_cast<int>(left.count())) <= 0) return false;
      char buffer[1024];
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      const std::string text(buffer, static_cast<std::size_t>(n));
      all_ += text + '\n';
      if (text.starts_with(wanted)) return true;
    }
  }
  const std::string& path() const { return path_; }
  const std::string& all() const { return all_; }

 private:
  std::string path_;
  std::string all_;
  int fd_ = -1;
};

struct NotifyTest : Site {
  std::unique_ptr<Program> service(const std::string& notifySocket, const char* watchdog) {
    auto start = startOf({"run"});
    start.environment = {{"NOTIFY_SOCKET", notifySocket}, {"WATCHDOG_USEC", watchdog}};
    return std::make_unique<Program>(start);
  }
};

TEST_F(NotifyTest, SpeaksTheNotifyProtocol) {
  build();
  NotifySocket manager(dir_.path() / "notify");
  const auto running = service(manager.path(), "3000000");

  EXPECT_TRUE(manager.comes("READY=1", 10s));
  EXPECT_TRUE(manager.comes("STATUS=", 10s));
  EXPECT_TRUE(manager.comes("WATCHDOG=1", 10s));
  EXPECT_TRUE(manager.comes("WATCHDOG=1", 3s)) << "more often than WATCHDOG_USEC";
  running->signal(SIGTERM);
  EXPECT_TRUE(manager.comes("STOPPING=1", 10s)) << manager.all();
  ASSERT_TRUE(running->waitFor(10s));
  EXPECT_EQ(running->code(), 0) << running->err();
}

TEST_F(NotifyTest, WindowsServiceCommandsNameSystemd) {
  for (const char* what : {"install", "remove", "start", "stop", "run"}) {
    const auto ended = run({"service", what});
    EXPECT_EQ(ended.code, 2) << ended.all();
    EXPECT_THAT(ended.err, testing::HasSubstr("PST-1403"));
    EXPECT_THAT(ended.err, testing::HasSubstr("systemctl"));
  }
}

}  // namespace
}  // namespace postern::e2e
