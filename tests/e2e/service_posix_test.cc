// `postern run` under systemd: the notify protocol.

#include <csignal>

#include "tests/e2e/support/notify_socket.h"
#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;

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
