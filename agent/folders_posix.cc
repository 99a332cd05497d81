#include "agent/folders.h"

namespace postern {

std::filesystem::path defaultSettingsFile() { return "/etc/postern/postern.ini"; }
std::filesystem::path defaultStateDir() { return "/var/lib/postern"; }
void findTimeZones() {}

}  // namespace postern
