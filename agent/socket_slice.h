#pragma once
// Plain TCP in short slices, so that a stop is noticed: what each system can do with a socket for a moment and take up
// again afterwards. For HttpClient alone.

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstddef>

namespace postern {

/// To be called before a call that reads or writes: `mode` is SELECT_READ or SELECT_WRITE. Throws
/// Poco::TimeoutException when the socket is not ready after `slice`. Returns at once where the call itself ends after
/// the socket's own time limit and can be repeated.
void awaitSlice(Poco::Net::StreamSocket& socket, int mode, std::chrono::milliseconds slice);
/// Sends as much of `count` bytes as goes at once and returns how many (at least 1). Throws Poco::TimeoutException, or
/// an exception whose code is EAGAIN or EWOULDBLOCK, when that is none within `slice`; others of Poco's when the
/// connection is gone.
int sendOnce(Poco::Net::StreamSocket& socket, const char* bytes, std::size_t count, std::chrono::milliseconds slice);
/// True when nothing waits to be read: neither the other side's end of the connection nor bytes nobody asked for.
bool isQuiet(Poco::Net::StreamSocket& socket);

}  // namespace postern
