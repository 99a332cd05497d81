#include "tests/sim/craftboxx/tokens.h"

#include <cstdint>
#include <string_view>

namespace postern::sim::craftboxx {

namespace {

std::string base64Url(std::string_view bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kDigits[(buffer >> static_cast<unsigned>(bits - 6)) & 63U];
  }
  if (bits > 0) out += kDigits[(buffer << static_cast<unsigned>(6 - bits)) & 63U];
  return out;
}

}  // namespace

std::string Tokens::issue(const CraftboxxOptions& options, std::chrono::sys_seconds now) {
  const auto expires = now + options.tokenLifetime;
  const std::string serial = std::to_string(++issued_);
  std::string token = "sim-opaque-token-" + serial;
  if (options.jwtToken) {
    const nlohmann::json claims{{"iss", "https://api.craftboxx.de/auth/create-token"},
                                {"iat", now.time_since_epoch().count()},
                                {"exp", expires.time_since_epoch().count()},
                                {"jti", serial},
                                {"sub", 7}};
    token = base64Url(R"({"typ":"JWT","alg":"HS256"})") + "." + base64Url(claims.dump()) + "." +
            base64Url("simulated signature " + serial);
  }
  tokens_[token] = {expires, options.tokenCalls > 0 ? options.tokenCalls : -1};
  return token;
}

bool Tokens::use(const std::string& token, std::chrono::sys_seconds now) {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return false;
  State& state = found->second;
  if (now >= state.expires || state.callsLeft == 0) {
    tokens_.erase(found);
    return false;
  }
  if (state.callsLeft > 0) --state.callsLeft;
  return true;
}

}  // namespace postern::sim::craftboxx
