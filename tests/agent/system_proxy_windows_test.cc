// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on
#include <gtest/gtest.h>

#include <vector>

#include "agent/system_proxy.h"
#include "tests/support/raw_server.h"

namespace postern {
namespace {

/// Internet settings of this account, gone with the test.
class InternetSettings {
 public:
  explicit InternetSettings(const std::string& script) {
    std::vector<BYTE> bytes;
    const auto number = [&](std::uint32_t value) {
      for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<BYTE>(value >> (8 * i)));
    };
    for (const std::uint32_t value : {0x46U, 1U, 5U, 0U, 0U}) number(value);  // 5: direct, or by a script
    number(static_cast<std::uint32_t>(script.size()));
    bytes.insert(bytes.end(), script.begin(), script.end());
    bytes.resize(bytes.size() + 32);
    ::RegSetKeyValueW(HKEY_CURRENT_USER, kKey, L"DefaultConnectionSettings", REG_BINARY, bytes.data(),
                      static_cast<DWORD>(bytes.size()));
  }
  ~InternetSettings() { ::RegDeleteKeyValueW(HKEY_CURRENT_USER, kKey, L"DefaultConnectionSettings"); }
  InternetSettings(const InternetSettings&) = delete;
  InternetSettings& operator=(const InternetSettings&) = delete;

 private:
  static constexpr const wchar_t* kKey =
      L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections";
};

TEST(SystemProxyTest, ScriptOfTheInternetSettingsIsAsked) {
  RawServer server([](Peer& peer) {
    while (!peer.readRequest().empty()) {
      peer.answer(
          "function FindProxyForURL(url, host) { return host == 'app.example' ? 'PROXY proxy.example:3128' : 'DIRECT'; "
          "}");
    }
  });
  const InternetSettings settings(server.url("127.0.0.1") + "/proxy.pac");
  EXPECT_EQ(systemProxy(*parseHttpUrl("https://app.example/")), "proxy.example:3128");
  EXPECT_EQ(systemProxy(*parseHttpUrl("https://erp.example/")), "");
}

}  // namespace
}  // namespace postern
