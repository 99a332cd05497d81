#include "service/log_file_windows.h"

#include <Poco/Message.h>

#include <utility>

namespace postern {

LogFile::LogFile(const std::filesystem::path& folder, std::function<void(const std::string&)> tell, Now now)
    : tell_(std::move(tell)), now_(std::move(now)) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  channel_ = Poco::makeAuto<Poco::FileChannel>((folder / "postern.log").string());
  channel_->setProperty(Poco::FileChannel::PROP_ROTATION, "10 M");
  channel_->setProperty(Poco::FileChannel::PROP_PURGECOUNT, "9");
  channel_->setProperty(Poco::FileChannel::PROP_ARCHIVE, "number");
}

void LogFile::write(const std::string& line) {
  if (failed_ && now_() < again_) return;
  try {
    channel_->log(Poco::Message("postern", line, Poco::Message::PRIO_INFORMATION));
    failed_ = false;
  } catch (const Poco::Exception& e) {
    channel_->close();  // once it failed, the stream takes nothing more
    again_ = now_() + std::chrono::minutes{1};
    if (!std::exchange(failed_, true)) tell_(e.displayText());
  }
}

}  // namespace postern
