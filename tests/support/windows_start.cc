// What a test program on Windows needs before its first test: sockets, which a static build of Poco does not start.
#include <winsock2.h>

namespace postern {
namespace {

struct Start {
  Start() {
    WSADATA sockets{};
    ::WSAStartup(MAKEWORD(2, 2), &sockets);
  }
};
const Start start;

}  // namespace
}  // namespace postern
