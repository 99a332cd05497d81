#include "agent/system_proxy.h"

#include <Poco/Environment.h>

namespace postern {

std::string systemProxy(const HttpUrl& url) {
  return proxyFromEnvironment(url, [](const char* name) { return Poco::Environment::get(name, ""); });
}

}  // namespace postern
