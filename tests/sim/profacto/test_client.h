#pragma once
// A plain HTTP client for the tests beside: it knows form encoding and nothing of profacto.

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::sim::profacto {

using Json = nlohmann::ordered_json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Reply {
  int status = 0;
  std::string contentType;
  std::string location;
  std::string body;
  Json json() const { return Json::parse(body); }
};

inline std::string formEncoded(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    Poco::URI::encode(name, "!#$%&'()*+,/:;=?@[]|\"<>", out);
    out += '=';
    Poco::URI::encode(value, "!#$%&'()*+,/:;=?@[]|\"<>", out);
  }
  return out;
}

inline Reply send(const std::string& method, const std::string& url, const std::string& body = "",
                  const std::string& type = "application/x-www-form-urlencoded") {
  const Poco::URI uri(url);
  Poco::Net::HTTPClientSession session(uri.getHost(), uri.getPort());
  session.setTimeout(Poco::Timespan(10, 0));
  Poco::Net::HTTPRequest request(method, uri.getPathAndQuery(), Poco::Net::HTTPMessage::HTTP_1_1);
  if (method == "POST") {
    request.setContentType(type);
    request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session.sendRequest(request) << body;
  } else {
    session.sendRequest(request);
  }
  Poco::Net::HTTPResponse response;
  Reply reply;
  Poco::StreamCopier::copyToString(session.receiveResponse(response), reply.body);
  reply.status = response.getStatus();
  reply.contentType = response.getContentType();
  reply.location = response.get("Location", "");
  return reply;
}

inline Reply callGet(const ProfactoSimulator& simulator, const std::string& method, const Parameters& parameters) {
  return send("GET", simulator.url() + "/4DAction/" + method + '?' + formEncoded(parameters));
}

inline Reply callPost(const ProfactoSimulator& simulator, const std::string& method, const Parameters& parameters) {
  return send("POST", simulator.url() + "/4DAction/" + method, formEncoded(parameters));
}

inline Reply control(const ProfactoSimulator& simulator, const std::string& action, const Json& body) {
  return send("POST", simulator.url() + "/_sim/" + action, body.dump(), "application/json");
}

}  // namespace postern::sim::profacto
