#include "service/log_file_windows.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(LogFileTest, GoesOnAMinuteAfterAFailureThatIsToldOnce) {
  const TempDir folder;
  const auto file = folder / "postern.log";
  std::filesystem::create_directory(file);  // nothing can be written there
  std::vector<std::string> told;
  std::chrono::steady_clock::time_point now{};
  LogFile log(
      folder.path(), [&](const std::string& reason) { told.push_back(reason); }, [&] { return now; });
  log.write("first");
  now += 61s;
  log.write("second");
  EXPECT_EQ(told.size(), 1U);

  std::filesystem::remove(file);
  log.write("too early");
  now += 61s;
  log.write("third");
  log.write("fourth");
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_THAT(text, HasSubstr("third"));
  EXPECT_THAT(text, HasSubstr("fourth"));
  EXPECT_THAT(text, Not(HasSubstr("too early")));
  EXPECT_EQ(told.size(), 1U);
}

}  // namespace
}  // namespace postern
