#pragma once
// A scripted Craftboxx server and a session that talks to it.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/craftboxx/session.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace postern::craftboxx {

extern const ConnectorInfo kConnector;

inline HttpResponse httpAnswer(int status, std::string body, HttpHeaders headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

inline HttpResponse goodLogin(const std::string& token = "token-1") {
  return httpAnswer(200, R"({"access_token":")" + token + R"(","token_type":"bearer"})");
}

/// Answers with whatever `reply` says; the n-th log-in with what `logIn(n)` does.
class ScriptedServer : public FakeHttp {
 public:
  ScriptedServer() {
    otherwise([this](const HttpRequest& request) {
      return request.url.ends_with("/auth/create-token") ? logIn(++logins) : reply(request);
    });
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (const auto& request : requests()) all.push_back(request.url.substr(request.url.find("//") + 2));
    return all;
  }
  std::function<Result<HttpResponse>(const HttpRequest&)> reply = [](const HttpRequest&) {
    return httpAnswer(200, "[]");
  };
  std::function<Result<HttpResponse>(int)> logIn = [](int n) { return goodLogin("token-" + std::to_string(n)); };
  std::atomic<int> logins = 0;
};

inline std::string bearerOf(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization") return value;
  }
  return {};
}

/// A session with the scripted server; derive a fixture from it.
struct ScriptedTest : testing::Test {
  ScriptedServer server;
  FakeClock clock;
  Section options;
  Section fields;
  std::optional<Session> opened;

  Session& open(std::map<std::string, std::string> values = {{"email", "a@b.example"}, {"password", "geheim-77"}}) {
    values.emplace("url", "https://cb.example");
    options = makeSection("app", kConnector.options, values);
    opened.emplace(SystemContext{"app", options, fields, "Europe/Berlin", server, clock});
    return *opened;
  }
  Result<HttpResponse> get(Purpose purpose = Purpose::Read) {
    return opened->send({"GET", "projects", "page=1", {}}, purpose, {});
  }
};

}  // namespace postern::craftboxx
