#include "agent/machine_seal.h"

namespace postern {

std::string sealForMachine(std::string_view bytes) { return std::string(bytes); }
std::optional<std::string> openFromMachine(std::string_view sealed) { return std::string(sealed); }

}  // namespace postern
