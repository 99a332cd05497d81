#include "agent/instance_lock.h"

#include "agent/database.h"
#include "agent/file_lock.h"
#include "agent/private_file.h"
#include "agent/system_message.h"

namespace postern {
namespace {

constexpr Message kNoLock{"PST-6006",
                          {"the lock file {0} cannot be made: {1}", "die Sperrdatei {0} lässt sich nicht anlegen: {1}",
                           "het vergrendelingsbestand {0} kan niet worden gemaakt: {1}"},
                          {"check that postern's user may write to state_dir",
                           "Prüfen Sie, ob der Benutzer von postern in state_dir schreiben darf",
                           "controleer of de gebruiker van postern in state_dir mag schrijven"}};

}  // namespace

struct InstanceLock::Impl {
  std::unique_ptr<FileLock> lock;
};

InstanceLock::InstanceLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InstanceLock::~InstanceLock() = default;

std::unique_ptr<InstanceLock> InstanceLock::tryTake(const std::filesystem::path& stateDir) {
  const auto file = stateDir / "postern.lock";
  std::error_code ignored;
  std::filesystem::create_directories(stateDir, ignored);
  try {
    makeServiceFile(file);
    auto impl = std::make_unique<Impl>(Impl{FileLock::tryTake(file)});
    if (!impl->lock) return nullptr;
    return std::unique_ptr<InstanceLock>(new InstanceLock(std::move(impl)));
  } catch (const std::filesystem::filesystem_error& e) {
    throw StateError(kNoLock, {file.string(), systemMessage(e.code())});
  }
}

}  // namespace postern
