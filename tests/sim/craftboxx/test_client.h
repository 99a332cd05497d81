#pragma once
// A minimal client for the tests of the simulated Craftboxx: plain HTTP, no idea of what is right.

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/craftboxx/craftboxx_simulator.h"

namespace postern::sim::craftboxx {

struct Reply {
  int status = 0;
  std::string body;
  nlohmann::json json;  // discarded if the body is none
  Poco::Net::HTTPResponse response;
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : session_("127.0.0.1", port) {
    session_.setKeepAlive(true);
    session_.setTimeout(Poco::Timespan(5, 0));
  }

  std::string token;
  bool acceptJson = true;

  Reply send(const std::string& method, const std::string& uri, const nlohmann::json& body = nullptr) {
    Poco::Net::HTTPRequest request(method, uri, Poco::Net::HTTPMessage::HTTP_1_1);
    request.setKeepAlive(true);
    if (acceptJson) request.set("Accept", "application/json");
    if (!token.empty()) request.set("Authorization", "Bearer " + token);
    const std::string text = body.is_null() ? "" : body.dump();
    if (!text.empty()) request.setContentType("application/json");
    request.setContentLength(static_cast<std::streamsize>(text.size()));
    session_.sendRequest(request) << text;
    Reply reply;
    std::istream& in = session_.receiveResponse(reply.response);
    reply.status = reply.response.getStatus();
    Poco::StreamCopier::copyToString(in, reply.body);
    reply.json = nlohmann::json::parse(reply.body, nullptr, false);
    return reply;
  }
  Reply get(const std::string& path, const std::vector<std::pair<std::string, std::string>>& parameters = {}) {
    std::string uri = path;
    for (const auto& [name, value] : parameters) {
      std::string encoded;
      Poco::URI::encode(value, "&=+%#?", encoded);
      uri += (uri.find('?') == std::string::npos ? '?' : '&') + name + '=' + encoded;
    }
    return send("GET", uri);
  }
  Reply post(const std::string& path, const nlohmann::json& body) { return send("POST", path, body); }
  Reply put(const std::string& path, const nlohmann::json& body) { return send("PUT", path, body); }
  Reply erase(const std::string& path) { return send("DELETE", path); }
  Reply logIn(const CraftboxxOptions& with) {
    Reply reply = post(with.pathPrefix + "/auth/create-token", {{"email", with.email}, {"password", with.password}});
    if (reply.status == 200) token = reply.json.at("access_token");
    return reply;
  }

 private:
  Poco::Net::HTTPClientSession session_;
};

/// Values of one member in a list answer.
inline std::vector<nlohmann::json> column(const Reply& reply, const std::string& name) {
  std::vector<nlohmann::json> out;
  for (const auto& row : reply.json.at("data")) out.push_back(row.at(name));
  return out;
}

}  // namespace postern::sim::craftboxx
