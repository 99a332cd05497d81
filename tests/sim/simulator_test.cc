#include "tests/sim/simulator.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/StreamCopier.h>
#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

namespace postern::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Json = nlohmann::json;

/// Answers every request with its body, or with `body` when set; counts what was applied.
class EchoSimulator : public Simulator {
 public:
  ~EchoSimulator() override { stop(); }
  std::atomic<int> applied{0};
  std::string body;

 protected:
  Response handle(const Request& request) override {
    ++applied;
    Response response;
    if (request.path == "/empty") {
      response.status = 204;
    } else if (request.path == "/throw") {
      throw std::runtime_error("broken");
    } else if (request.path == "/parameters") {
      response.body = Json(request.parameters()).dump();
    } else {
      response.body = body.empty() ? request.method + " " + request.path + " " + request.body : body;
    }
    return response;
  }
  Effect effectOf(const Request& request) const override {
    if (request.path == "/login") return Effect::None;
    return request.method == "GET" ? Effect::Read : Effect::Write;
  }
  std::optional<Response> control(const Request& request) override {
    if (request.path != "/_sim/mine") return std::nullopt;
    return Response{200, "text/plain", "mine", {}};
  }
  std::string extraCounts() const override { return R"({"extra":7})"; }
};

struct Answer {
  int status = 0;
  std::string body;
  Poco::Net::HTTPResponse response;
};

struct SimulatorTest : testing::Test {
  SimulatorTest() {
    simulator.start({});
    session = std::make_unique<Poco::Net::HTTPClientSession>("127.0.0.1", simulator.port());
    session->setKeepAlive(true);
    session->setTimeout(Poco::Timespan(2, 0));
  }

  Answer send(const std::string& method, const std::string& uri, const std::string& body = "",
              const std::string& type = "application/json") {
    Poco::Net::HTTPRequest request(method, uri, Poco::Net::HTTPMessage::HTTP_1_1);
    request.setKeepAlive(true);
    if (!body.empty()) request.setContentType(type);
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session->sendRequest(request) << body;
    Answer answer;
    std::istream& in = session->receiveResponse(answer.response);
    answer.status = answer.response.getStatus();
    Poco::StreamCopier::copyToString(in, answer.body);
    return answer;
  }
  void expectNoAnswer() {
    EXPECT_THROW(send("POST", "/a", "x"), Poco::Exception);
    session->reset();
  }

  EchoSimulator simulator;
  std::unique_ptr<Poco::Net::HTTPClientSession> session;
};

TEST_F(SimulatorTest, AnswersManyRequestsOverOneConnection) {
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(send("POST", "/a%20b", std::to_string(i)).body, "POST /a b " + std::to_string(i));
  EXPECT_EQ(simulator.counts().connections, 1);
  EXPECT_EQ(simulator.counts().requests, 200);
}

TEST_F(SimulatorTest, AnswerCarriesItsLength) {
  const auto answer = send("GET", "/a");
  EXPECT_EQ(answer.response.getContentLength(), static_cast<std::streamsize>(answer.body.size()));
  EXPECT_EQ(answer.response.getContentType(), "application/json");
  EXPECT_TRUE(answer.response.has("Date"));
}

TEST_F(SimulatorTest, EmptyAnswerLeavesTheConnectionUsable) {
  EXPECT_EQ(send("DELETE", "/empty").status, 204);
  EXPECT_EQ(send("GET", "/a").status, 200);
  EXPECT_EQ(simulator.counts().connections, 1);
}

TEST_F(SimulatorTest, LargeBodiesGoBothWays) {
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(send("POST", "/a", large).body, "POST /a " + large);
}

TEST_F(SimulatorTest, ParametersComeFromQueryThenForm) {
  const auto answer =
      send("POST", "/parameters?a=1&b%5B%5D=x+y&a=2&flag", "c=%C3%A4&a=3", "application/x-www-form-urlencoded");
  const std::vector<std::pair<std::string, std::string>> expected{{"a", "1"},   {"b[]", "x y"}, {"a", "2"},
                                                                  {"flag", ""}, {"c", "ä"},     {"a", "3"}};
  EXPECT_EQ(Json::parse(answer.body), Json(expected));
}

TEST_F(SimulatorTest, JsonBodyIsNoForm) { EXPECT_EQ(send("POST", "/parameters?a=1", "{}").body, R"([["a","1"]])"); }

TEST_F(SimulatorTest, ExceptionOfTheVendorAnswers500) { EXPECT_EQ(send("GET", "/throw").status, 500); }

TEST_F(SimulatorTest, CountsReadsAndWritesButNotLogins) {
  send("GET", "/a");
  send("POST", "/a", "x");
  send("POST", "/a", "x");
  send("POST", "/login", "x");
  send("GET", "/_sim/counts");
  const auto counts = simulator.counts();
  EXPECT_EQ(counts.requests, 4);
  EXPECT_EQ(counts.reads, 1);
  EXPECT_EQ(counts.writes, 2);
  simulator.resetCounts();
  EXPECT_EQ(simulator.counts().requests, 0);
}

TEST_F(SimulatorTest, StatusFaultRefusesWithoutApplying) {
  simulator.addFault({.kind = Fault::Kind::Status, .status = 429, .retryAfter = seconds(7)});
  const auto answer = send("POST", "/a", "x");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.response.get("Retry-After"), "7");
  EXPECT_EQ(simulator.applied, 0);
  EXPECT_EQ(send("POST", "/a", "x").status, 200);
  EXPECT_EQ(simulator.counts().faults, 1);
}

TEST_F(SimulatorTest, FaultStrikesOnlyWhatItMatches) {
  simulator.addFault({.kind = Fault::Kind::Status, .methodContains = "POST", .pathContains = "/b"});
  EXPECT_EQ(send("GET", "/b").status, 200);
  EXPECT_EQ(send("POST", "/a").status, 200);
  EXPECT_EQ(send("POST", "/b").status, 503);
}

TEST_F(SimulatorTest, FaultSkipsThenStrikesAsOftenAsAsked) {
  simulator.addFault({.kind = Fault::Kind::Status, .skip = 2, .times = 2});
  std::vector<int> statuses;
  for (int i = 0; i < 6; ++i) statuses.push_back(send("GET", "/a").status);
  EXPECT_THAT(statuses, ElementsAre(200, 200, 503, 503, 200, 200));
}

TEST_F(SimulatorTest, EndlessFaultEndsWhenCleared) {
  simulator.addFault({.kind = Fault::Kind::Status, .times = -1});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send("GET", "/a").status, 503);
  simulator.clearFaults();
  EXPECT_EQ(send("GET", "/a").status, 200);
}

TEST_F(SimulatorTest, CloseBeforeDropsTheRequest) {
  simulator.addFault({.kind = Fault::Kind::CloseBefore});
  expectNoAnswer();
  EXPECT_EQ(simulator.applied, 0);
}

TEST_F(SimulatorTest, ApplyThenCloseAppliesAndLosesTheAnswer) {
  simulator.addFault({.kind = Fault::Kind::ApplyThenClose});
  expectNoAnswer();
  EXPECT_EQ(simulator.applied, 1);
}

TEST_F(SimulatorTest, HalfBodyPromisesMoreThanItSends) {
  simulator.body = std::string(1000, 'x');
  simulator.addFault({.kind = Fault::Kind::HalfBody});
  Answer answer;
  try {
    answer = send("POST", "/a", "x");
    EXPECT_EQ(answer.body.size(), 500u);
    EXPECT_EQ(answer.response.getContentLength(), 1000);
  } catch (const Poco::Exception&) {
    // Also right: the client noticed by itself.
  }
  EXPECT_EQ(simulator.applied, 1);
}

TEST_F(SimulatorTest, HtmlFaultLooksLikeAMaintenancePage) {
  simulator.addFault({.kind = Fault::Kind::Html});
  const auto answer = send("POST", "/a", "x");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.response.getContentType(), HasSubstr("text/html"));
  EXPECT_EQ(simulator.applied, 0);
}

TEST_F(SimulatorTest, SlowAnswerComesLate) {
  simulator.addFault({.kind = Fault::Kind::Slow, .delay = milliseconds(60)});
  const auto before = steady_clock::now();
  EXPECT_EQ(send("GET", "/a").status, 200);
  EXPECT_GE(steady_clock::now() - before, milliseconds(60));
}

TEST_F(SimulatorTest, HangOutlastsTheClientAndIsNotAppliedMeanwhile) {
  simulator.addFault({.kind = Fault::Kind::Hang, .delay = seconds(30)});
  session->setTimeout(Poco::Timespan(0, 100'000));
  EXPECT_THROW(send("POST", "/a", "x"), Poco::TimeoutException);
  EXPECT_EQ(simulator.applied, 0);
}

TEST_F(SimulatorTest, StopIsQuickWhileARequestHangs) {
  simulator.addFault({.kind = Fault::Kind::Hang, .delay = seconds(30)});
  std::jthread client([this] { EXPECT_THROW(send("POST", "/a", "x"), Poco::Exception); });
  while (simulator.counts().faults == 0) std::this_thread::yield();
  const auto before = steady_clock::now();
  simulator.stop();
  EXPECT_LT(steady_clock::now() - before, seconds(2));
  client.join();
  EXPECT_EQ(simulator.applied, 0);
}

TEST_F(SimulatorTest, StopIsQuickWithIdleConnections) {
  send("GET", "/a");
  const auto before = steady_clock::now();
  simulator.stop();
  EXPECT_LT(steady_clock::now() - before, seconds(2));
}

TEST_F(SimulatorTest, TakenPortIsRefused) {
  EchoSimulator second;
  Simulator::Options options;
  options.port = simulator.port();
  EXPECT_THROW(second.start(options), Poco::Exception);
}

TEST_F(SimulatorTest, FaultsCanBeAddedAndRemovedOverHttp) {
  EXPECT_EQ(send("POST", "/_sim/fault", R"({"kind":"Status","status":500,"times":-1,"pathContains":"/a"})").status,
            200);
  EXPECT_EQ(send("GET", "/a").status, 500);
  EXPECT_EQ(send("DELETE", "/_sim/fault").status, 200);
  EXPECT_EQ(send("GET", "/a").status, 200);
  EXPECT_EQ(send("POST", "/_sim/fault", R"({"kind":"Stattus"})").status, 400);
  EXPECT_EQ(send("POST", "/_sim/fault", R"({"knid":"Status"})").status, 400);
}

TEST_F(SimulatorTest, CountsOverHttpHoldWhatTheVendorAdds) {
  send("POST", "/a", "x");
  send("GET", "/a");
  const auto counts = Json::parse(send("GET", "/_sim/counts").body);
  EXPECT_EQ(counts["requests"], 2);
  EXPECT_EQ(counts["reads"], 1);
  EXPECT_EQ(counts["writes"], 1);
  EXPECT_EQ(counts["applied"], 1);
  EXPECT_EQ(counts["extra"], 7);
}

TEST_F(SimulatorTest, FurtherControlPathsBelongToTheVendor) {
  EXPECT_EQ(send("GET", "/_sim/mine").body, "mine");
  EXPECT_EQ(send("GET", "/_sim/other").status, 404);
}

TEST_F(SimulatorTest, ServesManyClientsAtTheSameTime) {
  std::vector<std::jthread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&] {
      Poco::Net::HTTPClientSession mine("127.0.0.1", simulator.port());
      mine.setKeepAlive(true);
      for (int i = 0; i < 50; ++i) {
        Poco::Net::HTTPRequest request("GET", "/a", Poco::Net::HTTPMessage::HTTP_1_1);
        mine.sendRequest(request);
        Poco::Net::HTTPResponse response;
        std::string text;
        Poco::StreamCopier::copyToString(mine.receiveResponse(response), text);
        good += text == "GET /a " ? 1 : 0;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(good, 400);
}

/// Makes a self-signed pair for 127.0.0.1 with the openssl program; false if there is none.
bool makeCertificate(const std::string& certificate, const std::string& key) {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout " +
      key + " -out " + certificate + " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

TEST(SecureSimulatorTest, SpeaksHttpsAndStopsQuickly) {
  Poco::TemporaryFile certificate, key;
  if (!makeCertificate(certificate.path(), key.path())) GTEST_SKIP() << "no openssl program";
  EchoSimulator simulator;
  Simulator::Options options;
  options.certificate = certificate.path();
  options.privateKey = key.path();
  simulator.start(options);
  EXPECT_THAT(simulator.url(), testing::StartsWith("https://127.0.0.1:"));

  Poco::Net::Context::Ptr context = Poco::makeAuto<Poco::Net::Context>(
      Poco::Net::Context::CLIENT_USE, certificate.path(), Poco::Net::Context::VERIFY_RELAXED);
  Poco::Net::HTTPSClientSession session("127.0.0.1", simulator.port(), context);
  session.setKeepAlive(true);
  session.setTimeout(Poco::Timespan(2, 0));
  const std::string large(200'000, 'x');
  for (int i = 0; i < 2; ++i) {
    Poco::Net::HTTPRequest request("POST", "/a", Poco::Net::HTTPMessage::HTTP_1_1);
    request.setContentLength(static_cast<std::streamsize>(large.size()));
    session.sendRequest(request) << large;
    Poco::Net::HTTPResponse response;
    std::string text;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
    EXPECT_EQ(text, "POST /a " + large);
  }
  EXPECT_EQ(simulator.counts().connections, 1);
  const auto before = steady_clock::now();
  simulator.stop();
  EXPECT_LT(steady_clock::now() - before, seconds(2));
}

}  // namespace
}  // namespace postern::sim
