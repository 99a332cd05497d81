#include <Poco/Net/SocketImpl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "agent/socket_slice.h"

namespace postern {

void awaitSlice(Poco::Net::StreamSocket&, int, std::chrono::milliseconds) {}

int sendOnce(Poco::Net::StreamSocket& socket, const char* bytes, std::size_t count, std::chrono::milliseconds) {
  constexpr std::size_t kMost = 1 << 30;
  // Not StreamSocketImpl's: that one loops, and when it fails nobody knows how much it had sent.
  return socket.impl()->SocketImpl::sendBytes(bytes, static_cast<int>(std::min(count, kMost)), 0);
}

bool isQuiet(Poco::Net::StreamSocket& socket) {
  // Poco's poll makes and closes an epoll set each time: five calls to the system for one.
  char byte = 0;
  const auto got = ::recv(socket.impl()->sockfd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && errno == EAGAIN;
}

}  // namespace postern
