#include "agent/systems.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/raw_server.h"
#include "tests/support/temp_dir.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Text kHelp{"Help.", "Hilfe.", "Hulp."};
constexpr Option kOptions[] = {
    {.key = "url", .type = Option::Type::Url, .help = kHelp, .required = true},
    {.key = "token", .type = Option::Type::Secret, .help = kHelp},
};

/// Hands out the client it was given.
struct Probe : System {
  explicit Probe(HttpClient& client) : http(client) {}
  std::vector<Finding> check(std::stop_token) override { return {}; }
  HttpClient& http;
};

const Registry& probeRegistry() {
  static const ConnectorInfo info = [] {
    ConnectorInfo probe{};
    probe.name = "probe";
    probe.summary = kHelp;
    probe.options = kOptions;
    probe.make = [](const SystemContext& context) -> std::unique_ptr<System> {
      return std::make_unique<Probe>(context.http);
    };
    return probe;
  }();
  static const Registry registry{{&info}, {}};
  return registry;
}

struct SystemsTest : testing::Test {
  HttpResponse answerOf(const std::string& wire) {
    RawServer server([&](Peer& peer) {
      peer.readRequest();
      peer.write(wire);
    });
    const auto settings =
        Settings::parse("[agent]\nstate_dir = " + dir.path().string() +
                            "\n[system.s]\nconnector = probe\nurl = " + server.url() + "\ntoken = geheim-7\n",
                        "postern.ini", probeRegistry());
    Systems systems(settings, probeRegistry(), clock);
    EXPECT_FALSE(systems.clockAhead("s"));
    auto answer = dynamic_cast<Probe&>(systems.get("s")).http.send(getFrom(server.url() + "/"), {});
    ahead = systems.clockAhead("s");
    return answer ? *answer : HttpResponse{};
  }
  TempDir dir;
  FakeClock clock;
  std::optional<std::chrono::seconds> ahead;
};

TEST_F(SystemsTest, ErrorOfAServerThatQuotesTheSecretDoesNotHoldItAnyMore) {
  const std::string body = "bad token geheim-7!";
  const auto error = answerOf("HTTP/1.1 422 No\r\nContent-Length: 19\r\n\r\n" + body);
  EXPECT_EQ(error.status, 422);
  EXPECT_EQ(error.body, "bad token ***!");
  EXPECT_EQ(answerOf("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n" + body).body, body) << "data stays as it is";
}

TEST_F(SystemsTest, DateOfAnAnswerTellsHowFarTheClocksDiffer) {
  clock.jumpTo(*httpDate("Fri, 09 May 2025 10:00:00 GMT"));
  answerOf("HTTP/1.1 204 No\r\nDate: Fri, 09 May 2025 10:07:30 GMT\r\n\r\n");
  EXPECT_EQ(ahead, 450s);
  answerOf("HTTP/1.1 204 No\r\nDate: Fri, 09 May 2025 09:59:00 GMT\r\n\r\n");
  EXPECT_EQ(ahead, -60s);
  answerOf("HTTP/1.1 204 No\r\nDate: soon\r\n\r\n");
  EXPECT_FALSE(ahead);
}

}  // namespace
}  // namespace postern
