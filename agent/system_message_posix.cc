#include "agent/system_message.h"

namespace postern {

std::string systemMessage(const std::error_code& error) { return error.message(); }

}  // namespace postern
