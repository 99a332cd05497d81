// A call that runs out of time leaves a Windows socket in a state nobody knows: some of what it was to send may have
// gone. So the slice is waited for before the call, and a send never blocks.
#include <Poco/Exception.h>
#include <Poco/Net/SocketImpl.h>
#include <Poco/Timespan.h>

#include <algorithm>

#include "agent/socket_slice.h"

namespace postern {

void awaitSlice(Poco::Net::StreamSocket& socket, int mode, std::chrono::milliseconds slice) {
  const Poco::Timespan span{std::chrono::duration_cast<std::chrono::microseconds>(slice).count()};
  if (!socket.poll(span, mode)) throw Poco::TimeoutException();
}

int sendOnce(Poco::Net::StreamSocket& socket, const char* bytes, std::size_t count, std::chrono::milliseconds slice) {
  constexpr std::size_t kMost = 65536;
  awaitSlice(socket, Poco::Net::Socket::SELECT_WRITE, slice);
  socket.setBlocking(false);
  const int sent = socket.impl()->SocketImpl::sendBytes(bytes, static_cast<int>(std::min(count, kMost)), 0);
  socket.setBlocking(true);
  return sent;
}

bool isQuiet(Poco::Net::StreamSocket& socket) {
  try {
    return !socket.poll(Poco::Timespan{0}, Poco::Net::Socket::SELECT_READ);
  } catch (const Poco::Exception&) {
    return false;
  }
}

}  // namespace postern
