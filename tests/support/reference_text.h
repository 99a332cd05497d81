#pragma once
// The reference of settings, edited as an admin might.

#include <sstream>
#include <string>

#include "tests/support/this_system.h"

namespace postern {

/// Takes the ';' off every setting (explanations have a blank behind it). Keys whose files are only on the admin's
/// machine stay comments.
inline std::string withEverySettingActive(const std::string& reference) {
  std::istringstream lines(reference);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.size() > 1 && line[0] == ';' && line[1] != ' ';
    const bool file = line.find("= /etc/postern/") != std::string::npos;
    out += (setting && !file ? line.substr(1) : line) + "\n";
  }
  return onThisSystem(out);
}

}  // namespace postern
