// Entries for systemd's journal, and the catalogues that explain them.

#include "service/journal.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

TEST(JournalTest, EntryHoldsEveryFieldWithItsLength) {
  EXPECT_EQ(journalEntry({"0123"}, Level::Error, "a\nb", {{"place", "f.ini:7"}}),
            "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\n"
            "MESSAGE_ID\n\4\0\0\0\0\0\0\0"
            "0123\n"
            "PRIORITY\n\1\0\0\0\0\0\0\0"
            "3\n"
            "SYSLOG_IDENTIFIER\n\7\0\0\0\0\0\0\0postern\n"
            "POSTERN_PLACE\n\7\0\0\0\0\0\0\0f.ini:7\n"s);
}

TEST(JournalTest, EntryArrivesInOneDatagram) {
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

TEST(JournalTest, NobodyThereIsTold) {
  EXPECT_FALSE(sendToJournal("an entry", "/nonexistent/journal"));
  EXPECT_FALSE(sendToJournal("an entry", std::string(500, 'x')));
}

TEST(JournalTest, StreamOfSomebodyElseIsNotOurs) {
  EXPECT_FALSE(errorsGoToJournal(nullptr));
  EXPECT_FALSE(errorsGoToJournal(""));
  EXPECT_FALSE(errorsGoToJournal("1:1")) << "a terminal or a pipe under a service that has a journal";
}

std::string catalogue(const std::string& name) {
  std::ifstream stream(std::filesystem::path(POSTERN_SOURCE_DIR) / "systemd/catalog" / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

TEST(JournalTest, EveryEventIsExplainedInEveryLanguageAndNothingElse) {
  for (const char* name : {"postern.catalog", "postern.de.catalog", "postern.nl.catalog"}) {
    std::multiset<std::string> explained;
    const auto text = catalogue(name);
    for (std::size_t at = 0; (at = text.find("\n-- ", at)) != std::string::npos; ++at) {
      explained.insert(text.substr(at + 4, 32));
      EXPECT_THAT(text.substr(at + 36, 10), testing::StartsWith("\nSubject: ")) << name;
    }
    std::multiset<std::string> events;
    for (const auto& event : kJournalEvents) events.insert(event.id);
    EXPECT_EQ(explained, events) << name;
  }
}

TEST(JournalTest, PackageSendsTheIdOfItsEvent) {
  std::ifstream stream(std::filesystem::path(POSTERN_SOURCE_DIR) / "installer/deb/postinst");
  const std::string script{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_THAT(script, HasSubstr(kNotRestartedEvent.id));
}

}  // namespace
}  // namespace postern
