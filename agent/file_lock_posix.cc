#include "agent/file_lock.h"

#include <boost/interprocess/sync/file_lock.hpp>
#include <system_error>

namespace postern {

struct FileLock::Impl {
  boost::interprocess::file_lock lock;
};

FileLock::FileLock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileLock::~FileLock() = default;

std::unique_ptr<FileLock> FileLock::tryTake(const std::filesystem::path& file) {
  try {
    auto impl = std::make_unique<Impl>(Impl{boost::interprocess::file_lock(file.c_str())});
    if (!impl->lock.try_lock()) return nullptr;
    return std::unique_ptr<FileLock>(new FileLock(std::move(impl)));
  } catch (const boost::interprocess::interprocess_exception& e) {
    throw std::filesystem::filesystem_error(e.what(), file,
                                            std::error_code(e.get_native_error(), std::generic_category()));
  }
}

}  // namespace postern
