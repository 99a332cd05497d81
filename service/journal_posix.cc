#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "service/journal.h"

namespace postern {

bool errorsGoToJournal(const char* journalStream) {
  struct stat status {};
  if (journalStream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == journalStream;
}

bool sendToJournal(std::string_view entry, const std::string& socket) {
  sockaddr_un address{};
  if (socket.size() >= sizeof(address.sun_path)) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  // Without waiting: a journal that is busy must not hold the service up, the line on standard error will do.
  const auto sent = ::sendto(fd, entry.data(), entry.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  return sent == static_cast<ssize_t>(entry.size());
}

}  // namespace postern
