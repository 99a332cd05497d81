#include "tests/sim/accountview/grants.h"

#include <Poco/URI.h>

namespace postern::sim::accountview {

namespace {

std::string encoded(const std::string& text) {
  std::string out;
  Poco::URI::encode(text, "!#$%&'()*+,/:;=?@[]", out);
  return out;
}

/// The names of OAuth are compared as they are, unlike those of the data calls.
std::string member(const Parameters& parameters, const std::string& name) {
  for (const auto& [other, value] : parameters) {
    if (other == name) return value;
  }
  return "";
}

Response page(int status, const std::string& text) {
  Response response;
  response.status = status;
  response.contentType = "text/html; charset=utf-8";
  response.body = "<!DOCTYPE html><html><head><title>AccountView.Net</title></head><body>" + text + "</body></html>";
  return response;
}

}  // namespace

Response Grants::authorize(const Parameters& query, const AccountViewOptions& options) {
  const std::string uri = member(query, "redirect_uri");
  if (member(query, "client_id") != options.clientId) return page(400, "Onbekende applicatie.");
  if (!options.redirectUris.contains(uri)) return page(400, "De redirect URI is niet geregistreerd.");
  if (member(query, "response_type") != "code" || member(query, "scope").empty()) {
    return page(400, "response_type en scope zijn verplicht.");
  }
  std::string target = uri + (uri.find('?') == std::string::npos ? '?' : '&');
  if (options.rights == AccountViewOptions::Rights::RefusedAtRedirect) {
    target += "error=access_denied&error_description=" + encoded("Gebruiker heeft geen rechten");
  } else {
    // with characters that tell whether a client decodes it once, twice or never
    const std::string code = "c" + std::to_string(++issued_) + "/a+b%2B=";
    codes_[code] = uri;
    target += "code=" + encoded(code);
  }
  target += "&state=" + encoded(member(query, "state"));
  Response response = page(302, "");
  response.headers.emplace_back("Location", target);
  return response;
}

Response Grants::refuse(const std::string& error, const std::string& description, int status) {
  ++refused;
  Response response;
  response.status = status;
  response.body = Json{{"error", error}, {"error_description", description}}.dump();
  return response;
}

Json Grants::issue(const AccountViewOptions& options, Time now) {
  const std::string number = std::to_string(++issued_);
  const std::string access = "at-" + number;
  const std::string refresh = "rt-" + number;
  access_[access] = {now + options.tokenLifetime, options.tokenCalls > 0 ? options.tokenCalls : -1};
  refresh_.emplace(refresh, std::nullopt);
  Json out{{"access_token", access},
           {"token_type", "bearer"},
           {"refresh_token", refresh},
           {"scope", "readaccountviewdata updateaccountviewdata"}};
  const auto seconds = options.tokenLifetime.count();
  if (options.expiresIn == AccountViewOptions::ExpiresIn::Number) out["expires_in"] = seconds;
  if (options.expiresIn == AccountViewOptions::ExpiresIn::Text) out["expires_in"] = std::to_string(seconds);
  return out;
}

Response Grants::token(const Parameters& form, const AccountViewOptions& options, Time now) {
  if (member(form, "client_id") != options.clientId || member(form, "client_secret") != options.clientSecret) {
    return refuse("invalid_client", "Client authentication failed.", 401);
  }
  if (options.rights == AccountViewOptions::Rights::RefusedAtToken) {
    return refuse("access_denied", "De gebruiker heeft geen rechten voor deze applicatie in AccountView.");
  }
  Response response;
  const std::string type = member(form, "grant_type");
  if (type == "authorization_code") {
    const auto code = codes_.find(member(form, "code"));
    if (code == codes_.end()) return refuse("invalid_grant", "The authorization code is unknown or used.");
    const bool sameUri = code->second == member(form, "redirect_uri");
    codes_.erase(code);
    if (!sameUri) return refuse("invalid_grant", "The redirect URI differs.");
    response.body = issue(options, now).dump();
    ++granted;
  } else if (type == "refresh_token") {
    const std::string old = member(form, "refresh_token");
    const auto known = refresh_.find(old);
    const bool good = known != refresh_.end() && (!known->second || now < *known->second + options.oldTokenGrace);
    if (!good) return refuse("invalid_grant", "The refresh token is unknown or used.");
    Json answer = issue(options, now);
    if (options.rotateRefreshToken) {
      if (!known->second) known->second = now;
    } else {
      refresh_.erase(answer["refresh_token"].get<std::string>());
      answer["refresh_token"] = old;
    }
    response.body = answer.dump();
    ++refreshed;
  } else {
    return refuse("unsupported_grant_type", "grant_type");
  }
  return response;
}

bool Grants::use(const std::string& accessToken, Time now) {
  const auto found = access_.find(accessToken);
  if (found == access_.end() || now >= found->second.expires || found->second.callsLeft == 0) return false;
  if (found->second.callsLeft > 0) --found->second.callsLeft;
  return true;
}

void Grants::revokeAll() {
  codes_.clear();
  access_.clear();
  refresh_.clear();
}

}  // namespace postern::sim::accountview
