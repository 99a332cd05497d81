#pragma once
// The rotated log file of a service that has no journal. Windows only.

#include <Poco/AutoPtr.h>
#include <Poco/FileChannel.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace postern {

/// "postern.log" in a folder, which is made, and 9 older ones of 10 MB. A file that cannot be written (a full disk) is
/// tried again a minute later; what is logged meanwhile is lost. Not thread-safe: the caller's lines come one at a
/// time.
class LogFile {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  /// `tell` gets the reason when writing begins to fail, once until it works again.
  LogFile(const std::filesystem::path& folder, std::function<void(const std::string&)> tell,
          Now now = std::chrono::steady_clock::now);

  void write(const std::string& line);

 private:
  Poco::AutoPtr<Poco::FileChannel> channel_;
  std::function<void(const std::string&)> tell_;
  Now now_;
  bool failed_ = false;
  std::chrono::steady_clock::time_point again_;  // when it failed: not before
};

}  // namespace postern
