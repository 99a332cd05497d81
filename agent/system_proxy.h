#pragma once
// The proxy the machine is set up to use. system_proxy_posix.cc and system_proxy_windows.cc.

#include <string>

#include "agent/http_wire.h"

namespace postern {

/// "http://proxy:8080", "proxy:8080" or "" for none. HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment
/// (agent/http_wire.h) come first. Windows, where they are not set: what "netsh winhttp" shows, else what the account's
/// internet settings name, a script (PAC) before a proxy, else the script that the network offers (WPAD); asked for at
/// most every ten minutes a host. Thread-safe; never throws.
std::string systemProxy(const HttpUrl& url);

}  // namespace postern
