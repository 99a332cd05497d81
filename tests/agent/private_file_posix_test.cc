#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/database.h"
#include "agent/instance_lock.h"
#include "agent/private_file.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

struct PrivateFileModesTest : testing::Test {
  TempDir temporary;
  const std::filesystem::path& folder = temporary.path();
  std::filesystem::path file = folder / "secret";
};

TEST_F(PrivateFileModesTest, AnyRightOfOthersMakesAFileOpen) {
  using std::filesystem::perms;
  for (const perms open : {perms::group_read, perms::others_read, perms::group_write, perms::others_write}) {
    writePrivateFile(file, "x");
    std::filesystem::permissions(file, open, std::filesystem::perm_options::add);
    EXPECT_TRUE(isOpenToOthers(file));
  }
}

TEST_F(PrivateFileModesTest, FilesThatRootMakesBelongToTheServiceWhoseFolderItIs) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kService = 4711;
  ASSERT_EQ(::chown(folder.c_str(), kService, kService), 0);
  const auto ownerOf = [&](const char* name) {
    struct stat status {};
    EXPECT_EQ(::stat((folder / name).c_str(), &status), 0) << name;
    return status.st_uid;
  };
  Database db(folder / "postern.db");
  db.execute("CREATE TABLE t(x)");
  const auto lock = InstanceLock::tryTake(folder);
  for (const auto* name : {"postern.db", "postern.db-wal", "postern.db-shm", "postern.lock"}) {
    EXPECT_EQ(ownerOf(name), kService) << name;
  }
}

}  // namespace
}  // namespace postern
