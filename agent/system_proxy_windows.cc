// clang-format off
#include <winsock2.h>
#include <windows.h>
#include <winhttp.h>
// clang-format on
#include <Poco/Environment.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "agent/system_proxy.h"

namespace postern {
namespace {

using std::chrono::steady_clock;

constexpr auto kKept = std::chrono::minutes{10};
constexpr int kSearchLimit = 5000;  // milliseconds

std::wstring wide(const std::string& ascii) { return {ascii.begin(), ascii.end()}; }

std::string narrow(const wchar_t* text) {
  std::string out;
  for (; text != nullptr && *text != L'\0'; ++text) out += *text < 0x80 ? static_cast<char>(*text) : '?';
  return out;
}

bool startsWithScheme(const std::string& entry, const std::string& scheme) {
  return entry.size() > scheme.size() && entry.compare(0, scheme.size(), scheme) == 0 && entry[scheme.size()] == '=';
}

/// Of "proxy:8080", "http=a:80;https=b:80" or "a:80 b:80" the one that is meant for `url`.
std::string chosen(const std::string& list, const HttpUrl& url) {
  std::string general;
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find_first_of("; \t", at), list.size());
    const std::string entry = list.substr(at, end - at);
    at = end + 1;
    if (startsWithScheme(entry, url.secure ? "https" : "http")) return entry.substr(entry.find('=') + 1);
    if (general.empty() && entry.find('=') == std::string::npos) general = entry;
  }
  return general;
}

/// One pattern of a bypass list: "*.local", "10.*", "<local>".
bool matches(const std::string& pattern, const std::string& host) {
  if (pattern == "<local>") return host.find('.') == std::string::npos;
  if (pattern.empty()) return host.empty();
  if (pattern.front() == '*') {
    for (std::size_t i = 0; i <= host.size(); ++i) {
      if (matches(pattern.substr(1), host.substr(i))) return true;
    }
    return false;
  }
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return !host.empty() && low(pattern.front()) == low(host.front()) && matches(pattern.substr(1), host.substr(1));
}

bool isBypassed(const std::string& list, const std::string& host) {
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find_first_of("; \t", at), list.size());
    if (end > at && matches(list.substr(at, end - at), host)) return true;
    at = end + 1;
  }
  return false;
}

std::string named(const wchar_t* proxy, const wchar_t* bypass, const HttpUrl& url) {
  return isBypassed(narrow(bypass), url.host) ? std::string() : chosen(narrow(proxy), url);
}

/// WinHTTP's answers, given back with their strings.
struct ProxyInfo : WINHTTP_PROXY_INFO {
  ProxyInfo() : WINHTTP_PROXY_INFO{} {}
  ProxyInfo(const ProxyInfo&) = delete;
  ProxyInfo& operator=(const ProxyInfo&) = delete;
  ~ProxyInfo() {
    ::GlobalFree(lpszProxy);
    ::GlobalFree(lpszProxyBypass);
  }
};
struct UserConfig : WINHTTP_CURRENT_USER_IE_PROXY_CONFIG {
  UserConfig() : WINHTTP_CURRENT_USER_IE_PROXY_CONFIG{} {}
  UserConfig(const UserConfig&) = delete;
  UserConfig& operator=(const UserConfig&) = delete;
  ~UserConfig() {
    ::GlobalFree(lpszAutoConfigUrl);
    ::GlobalFree(lpszProxy);
    ::GlobalFree(lpszProxyBypass);
  }
};

/// What the script at this address says, or without one the script that the network offers (WPAD); "" = no proxy,
/// nullopt: there is no script to be had.
std::optional<std::string> fromScript(const wchar_t* script, const HttpUrl& url) {
  const std::unique_ptr<void, decltype(&::WinHttpCloseHandle)> session(
      ::WinHttpOpen(L"postern", WINHTTP_ACCESS_TYPE_NO_PROXY, nullptr, nullptr, 0), &::WinHttpCloseHandle);
  if (!session) return std::nullopt;
  ::WinHttpSetTimeouts(session.get(), kSearchLimit, kSearchLimit, kSearchLimit, kSearchLimit);
  WINHTTP_AUTOPROXY_OPTIONS options{};
  if (script != nullptr) {
    options.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL;
    options.lpszAutoConfigUrl = script;
  } else {
    options.dwFlags = WINHTTP_AUTOPROXY_AUTO_DETECT;
    options.dwAutoDetectFlags = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A;
  }
  options.fAutoLogonIfChallenged = TRUE;
  ProxyInfo info;
  const std::wstring address = wide((url.secure ? "https://" : "http://") + url.authority + "/");
  if (::WinHttpGetProxyForUrl(session.get(), address.c_str(), &options, &info) == 0) return std::nullopt;
  if (info.dwAccessType != WINHTTP_ACCESS_TYPE_NAMED_PROXY) return std::string();
  return named(info.lpszProxy, info.lpszProxyBypass, url);
}

std::string fromSystem(const HttpUrl& url) {
  ProxyInfo machine;
  if (::WinHttpGetDefaultProxyConfiguration(&machine) != 0 && machine.dwAccessType == WINHTTP_ACCESS_TYPE_NAMED_PROXY) {
    return named(machine.lpszProxy, machine.lpszProxyBypass, url);
  }
  UserConfig user;
  if (::WinHttpGetIEProxyConfigForCurrentUser(&user) != 0) {
    if (user.lpszAutoConfigUrl != nullptr) {
      if (auto found = fromScript(user.lpszAutoConfigUrl, url)) return *found;
    }
    if (user.lpszProxy != nullptr) return named(user.lpszProxy, user.lpszProxyBypass, url);
  }
  return fromScript(nullptr, url).value_or("");
}

struct Kept {
  std::string proxy;
  steady_clock::time_point until;
};

}  // namespace

std::string systemProxy(const HttpUrl& url) {
  bool asked = false;
  const auto variable = [&](const char* name) {
    std::string value = Poco::Environment::get(name, "");
    asked = asked || !value.empty();
    return value;
  };
  const std::string given = proxyFromEnvironment(url, variable);
  // Also for this machine itself, of which the environment is not asked at all.
  if (!given.empty() || asked || url.host == "localhost" || url.host.starts_with("127.") || url.host == "::1") {
    return given;
  }
  static std::mutex mutex;  // guards known
  static std::map<std::string, Kept> known;
  const std::scoped_lock lock(mutex);
  auto& kept = known[(url.secure ? "https://" : "http://") + url.authority];
  if (steady_clock::now() >= kept.until) kept = {fromSystem(url), steady_clock::now() + kKept};
  return kept.proxy;
}

}  // namespace postern
