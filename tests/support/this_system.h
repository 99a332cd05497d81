#pragma once
// What tests that compare texts must know of the system they run on.

#include <string>

namespace postern {

/// Absolute paths of Linux in settings and messages ("= /x", "'/x") as this system writes them: on Windows with a
/// drive.
inline std::string onThisSystem(std::string text) {
#ifdef _WIN32
  for (const std::string mark : {"= /", "'/"}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size() + 2)) {
      text.insert(at + mark.size() - 1, "C:");
    }
  }
#endif
  return text;
}

}  // namespace postern
