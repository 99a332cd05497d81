// Entries for systemd's journal, and the catalogues that explain them.

#include "service/journal.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

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
