// The way to systemd's journal.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "service/journal.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

TEST(JournalSocketTest, EntryArrivesInOneDatagram) {
  TempDir dir;
  const auto path = (dir.path() / "journal").string();
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);

  EXPECT_TRUE(sendToJournal("an entry", path));

  char buffer[64];
  const auto n = ::recv(fd, buffer, sizeof buffer, 0);
  ::close(fd);
  ASSERT_GT(n, 0);
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(n)), "an entry");
}

TEST(JournalSocketTest, NobodyThereIsTold) {
  EXPECT_FALSE(sendToJournal("an entry", "/nonexistent/journal"));
  EXPECT_FALSE(sendToJournal("an entry", std::string(500, 'x')));
}

TEST(JournalSocketTest, StreamOfSomebodyElseIsNotOurs) {
  EXPECT_FALSE(errorsGoToJournal(nullptr));
  EXPECT_FALSE(errorsGoToJournal(""));
  EXPECT_FALSE(errorsGoToJournal("1:1")) << "a terminal or a pipe under a service that has a journal";
}

}  // namespace
}  // namespace postern
