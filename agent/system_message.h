#pragma once
// What the operating system says of an error. system_message_posix.cc and system_message_windows.cc.

#include <string>
#include <system_error>

namespace postern {

/// One line without full stop or line break, in UTF-8; on Windows in the system's language. std::error_code::message()
/// has it in the code page there, which is not UTF-8 on Server 2016 and 2019.
std::string systemMessage(const std::error_code& error);

}  // namespace postern
