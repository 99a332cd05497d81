#pragma once
// A plain HTTP client for the tests of the simulated AccountView and Crafter: no idea of what is right.

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace postern::sim::accountview {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 0;
  std::string body;
  nlohmann::json json;  // discarded if the body is none
  std::map<std::string, std::string> headers;
};

inline std::string encoded(const Pairs& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    Poco::URI::encode(name, "!#$%&'()*+,/:;=?@[]{}^|\"<>", out);
    out += '=';
    Poco::URI::encode(value, "!#$%&'()*+,/:;=?@[]{}^|\"<>", out);
  }
  return out;
}

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : port_(port) {}

  std::map<std::string, std::string> headers;  // sent with each request

  /// Throws Poco::Exception if there is no answer.
  Reply send(const std::string& method, const std::string& uri, const std::string& body = "",
             const std::map<std::string, std::string>& more = {}) const {
    Poco::Net::HTTPClientSession session("127.0.0.1", port_);
    session.setTimeout(Poco::Timespan(5, 0));
    Poco::Net::HTTPRequest request(method, uri, Poco::Net::HTTPMessage::HTTP_1_1);
    for (const auto& [name, value] : headers) request.set(name, value);
    for (const auto& [name, value] : more) request.set(name, value);
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    Reply reply;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), reply.body);
    reply.status = response.getStatus();
    reply.json = nlohmann::json::parse(reply.body, nullptr, false);
    for (const auto& [name, value] : response) reply.headers[name] = value;
    return reply;
  }
  Reply get(const std::string& path, const Pairs& parameters = {}) const {
    return send("GET", parameters.empty() ? path : path + '?' + encoded(parameters));
  }
  Reply form(const std::string& path, const Pairs& parameters) const {
    return send("POST", path, encoded(parameters), {{"Content-Type", "application/x-www-form-urlencoded"}});
  }

 private:
  std::uint16_t port_;
};

}  // namespace postern::sim::accountview
