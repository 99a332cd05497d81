#include "agent/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "tests/support/raw_server.h"

namespace postern {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::SizeIs;

/// Expects a failure of this fault and code.
void expectFailure(const Result<HttpResponse>& result, Fault fault, std::string_view code) {
  ASSERT_FALSE(result) << "status " << result->status;
  EXPECT_EQ(result.error().fault, fault) << result.error().detail;
  EXPECT_EQ(result.error().code(), code) << result.error().detail;
  for (const Language language : {Language::En, Language::De, Language::Nl}) {
    EXPECT_THAT(result.error().cause(language), Not(HasSubstr("{")));
  }
}

HttpOptions quickOptions() {
  HttpOptions options;
  options.connectLimit = 2s;
  options.answerLimit = 2s;
  options.bodyLimit = 1 << 20;
  return options;
}

struct HttpClientTest : testing::Test {
  HttpOptions options = quickOptions();
  std::unique_ptr<HttpClient> client = makeHttpClient(options);
  void useOptions() { client = makeHttpClient(options); }
};

void answerEach(Peer& peer) {
  while (!peer.readRequest().empty()) peer.answer("ok");
}

TEST_F(HttpClientTest, AnswerComesWithStatusHeadersAndBody) {
  Notes seen;
  RawServer server([&](Peer& peer) {
    seen.add(peer.readRequest());
    peer.write("HTTP/1.1 422 No\r\nX-Reason: short\r\nContent-Length: 4\r\n\r\nbody");
  });
  HttpRequest request = postTo(server.url() + "/a/b?c=d", "hello");
  request.headers = {{"Authorization", "Bearer t"}};
  const auto result = client->send(request, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 422);
  EXPECT_EQ(result->body, "body");
  EXPECT_THAT(result->header("x-reason"), Optional(std::string_view("short")));
  EXPECT_THAT(seen.last(),
              testing::StartsWith("POST /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port())));
  EXPECT_THAT(seen.last(), HasSubstr("\r\nAuthorization: Bearer t\r\n"));
  EXPECT_THAT(seen.last(), testing::EndsWith("\r\nContent-Length: 5\r\n\r\nhello"));
}

TEST_F(HttpClientTest, HeaderAndBodyLeaveInOneSend) {
  Notes pieces;
  RawServer server([&](Peer& peer) {
    for (int i = 0; i < 20; ++i) {
      const auto piece = peer.read();
      if (piece.empty()) return;
      pieces.add(piece);
      peer.answer("ok");
    }
  });
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client->send(postTo(server.url(), std::string(600, 'x')), {}));
  EXPECT_THAT(pieces.all(), SizeIs(20));
  EXPECT_THAT(pieces.all(), testing::Each(SizeIs(testing::Gt(600U))));
}

TEST_F(HttpClientTest, ConnectionIsUsedAgain) {
  RawServer server(answerEach);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->send(postTo(server.url()), {}));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, HostsDoNotShareConnections) {
  RawServer one(answerEach);
  RawServer other([](Peer& peer) {
    while (!peer.readRequest().empty()) peer.answer("other");
  });
  ASSERT_TRUE(client->send(getFrom(one.url()), {}));
  EXPECT_EQ(client->send(getFrom(other.url()), {})->body, "other");
}

TEST_F(HttpClientTest, ParallelCallsHaveConnectionsOfTheirOwnAndKeepOnlyTheAllowedNumber) {
  options.connections = 2;
  useOptions();
  std::atomic<int> arrived{0};
  RawServer server([&](Peer& peer) {
    for (bool first = true; !peer.readRequest().empty(); first = false) {
      if (first && peer.number() < 4) {
        for (++arrived; arrived < 4 && !peer.stopping();) std::this_thread::sleep_for(1ms);
      }
      peer.answer("ok");
    }
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_TRUE(client->send(postTo(server.url()), {})); });
  }
  EXPECT_EQ(server.connections(), 4);
}

TEST_F(HttpClientTest, RedirectIsReturnedNotFollowed) {
  std::atomic<int> requests{0};
  RawServer server([&](Peer& peer) {
    while (!peer.readRequest().empty()) {
      ++requests;
      peer.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const auto result = client->send(getFrom(server.url()), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 302);
  EXPECT_THAT(result->header("location"), Optional(std::string_view("/elsewhere")));
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpClientTest, ChunkedAnswerArrivesInPieces) {
  RawServer server([](Peer& peer) {
    peer.readRequest();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
    std::this_thread::sleep_for(20ms);
    peer.write("c\r\n2\r\nde\r\n0\r\n\r\n");
    peer.hang();
  });
  EXPECT_EQ(client->send(getFrom(server.url()), {})->body, "abcde");
}

TEST_F(HttpClientTest, LargeAnswerAndLargeRequestArriveWhole) {
  const std::string large(900'000, 'x');
  RawServer server([&](Peer& peer) {
    const auto request = peer.readRequest();
    if (request.ends_with(large)) peer.answer(large);
  });
  const auto result = client->send(postTo(server.url(), large), {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, large);
}

TEST_F(HttpClientTest, RequestToAServerThatReadsInFitsArrivesUnchanged) {
  std::string large;
  for (int i = 0; i < 2'000'000; ++i) large += std::to_string(i);
  RawServer server([&](Peer& peer) {
    for (int i = 0; i < 3; ++i) std::this_thread::sleep_for(110ms);  // longer than two attempts to send
    peer.answer(peer.readRequest().ends_with("\r\n\r\n" + large) ? "same" : "changed");
  });
  const auto result = client->send(postTo(server.url(), large), {});
  ASSERT_TRUE(result) << result.error().code();
  EXPECT_EQ(result->body, "same");
}

TEST_F(HttpClientTest, ConnectionThatBreaksInsideTheRequestLeavesTheOutcomeUnknown) {
  RawServer server([](Peer& peer) { peer.read(); });
  expectFailure(client->send(postTo(server.url(), std::string(20'000'000, 'x')), {}), Fault::Unknown, "PST-2021");
}

TEST_F(HttpClientTest, AnswerThatIsCutTooLargeOrGarbledLeavesTheOutcomeUnknown) {
  const struct {
    std::string wire;
    const char* code;
  } cases[] = {
      {"", "PST-2021"},
      {"HTTP/1.1 200 O", "PST-2021"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", "PST-2021"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "PST-2021"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", "PST-2022"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", "PST-2022"},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1'048'577, 'x'), "PST-2022"},
      {"220 mail.example.com ESMTP\r\n", "PST-2023"},
  };
  for (const auto& [wire, code] : cases) {
    RawServer server([&wire = wire](Peer& peer) {
      peer.readRequest();
      peer.write(wire);
    });
    expectFailure(client->send(postTo(server.url()), {}), Fault::Unknown, code);
    expectFailure(client->send(getFrom(server.url()), {}), Fault::Unknown, code);
  }
}

TEST_F(HttpClientTest, RefusedConnectionIsSurelyNotDone) {
  std::string url;
  {
    RawServer gone(answerEach);
    url = gone.url();
  }
  expectFailure(client->send(postTo(url), {}), Fault::Retry, "PST-2002");
}

TEST_F(HttpClientTest, UnknownNameIsSurelyNotDone) {
  options.connectLimit = 200ms;
  useOptions();
  expectFailure(client->send(postTo("http://nowhere.invalid/"), {}), Fault::Retry, "PST-2001");
}

TEST_F(HttpClientTest, HostThatDoesNotTakeTheConnectionIsGivenUpInTime) {
  options.connectLimit = 150ms;
  useOptions();
  Poco::Net::ServerSocket full;  // never accepts: once its queue is full, further connections hang
  full.bind(Poco::Net::SocketAddress("127.0.0.1", 0));
  full.listen(1);
  std::vector<Poco::Net::StreamSocket> waiting(8);
  for (auto& socket : waiting) socket.connectNB(full.address());
  std::this_thread::sleep_for(50ms);
  const auto url = "http://127.0.0.1:" + std::to_string(full.address().port());
  expectFailure(client->send(postTo(url), {}), Fault::Retry, "PST-2003");
}

TEST_F(HttpClientTest, RequestThatIsNotHttpIsNotSent) {
  RawServer server(answerEach);
  for (const std::string& url : {std::string("erp/x"), server.url() + "/a b", std::string("ftp://127.0.0.1/"),
                                 "http://user:pw@127.0.0.1:" + std::to_string(server.port())}) {
    expectFailure(client->send(getFrom(url), {}), Fault::Retry, "PST-2000");
  }
  HttpRequest request = getFrom(server.url());
  request.headers = {{"X-Token", "abc\r\nX-Evil: 1"}};
  expectFailure(client->send(request, {}), Fault::Retry, "PST-2000");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, SilenceBeyondTheLimitLeavesTheOutcomeUnknown) {
  RawServer server([](Peer& peer) {
    peer.readRequest();
    if (peer.number() == 1) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    peer.hang();
  });
  for (int i = 0; i < 2; ++i) {
    HttpRequest request = postTo(server.url());
    request.answerLimit = 80ms;
    const auto begin = std::chrono::steady_clock::now();
    expectFailure(client->send(request, {}), Fault::Unknown, "PST-2020");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  }
}

TEST_F(HttpClientTest, SlowButSteadyAnswerIsNoSilence) {
  RawServer server([](Peer& peer) {
    peer.readRequest();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    for (int i = 0; i < 6; ++i) {
      std::this_thread::sleep_for(50ms);
      peer.write("x");
    }
    peer.hang();
  });
  HttpRequest request = getFrom(server.url());
  request.answerLimit = 180ms;
  const auto result = client->send(request, {});
  ASSERT_TRUE(result) << result.error().code();
  EXPECT_EQ(result->body, "xxxxxx");
}

TEST_F(HttpClientTest, AnswerThatDripsForEverIsGivenUp) {
  RawServer server([](Peer& peer) {
    peer.readRequest();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n");
    for (int i = 0; i < 200 && !peer.stopping(); ++i) {
      peer.write("x");
      std::this_thread::sleep_for(20ms);
    }
  });
  HttpRequest request = postTo(server.url());
  request.answerLimit = 80ms;
  const auto begin = std::chrono::steady_clock::now();
  expectFailure(client->send(request, {}), Fault::Unknown, "PST-2027");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(HttpClientTest, ConnectionTheServerClosedWhileIdleIsReplacedForAnyMethod) {
  std::promise<void> closed;
  RawServer server([&](Peer& peer) {
    if (peer.readRequest().empty()) return;
    peer.answer("ok");
    if (peer.number() > 0) return peer.hang();
    peer.socket().shutdownSend();
    closed.set_value();
    peer.hang();
  });
  ASSERT_TRUE(client->send(postTo(server.url()), {}));
  closed.get_future().wait();
  EXPECT_TRUE(client->send(postTo(server.url()), {}));
  EXPECT_EQ(server.connections(), 2);
}

/// Answers the first request of the first connection, then reads a second one and closes without a word.
struct CloseOnSecond {
  std::atomic<int> received{0};
  std::string lastWords;
  void operator()(Peer& peer) {
    for (int i = 0; !peer.readRequest().empty(); ++i) {
      ++received;
      if (peer.number() == 0 && i == 1) {
        peer.write(lastWords);
        return;
      }
      peer.answer("ok");
    }
  }
};

TEST_F(HttpClientTest, GetOnAConnectionThatDiesIsRepeatedOnAFreshOne) {
  CloseOnSecond script;
  RawServer server(std::ref(script));
  ASSERT_TRUE(client->send(getFrom(server.url()), {}));
  EXPECT_TRUE(client->send(getFrom(server.url()), {}));
  EXPECT_EQ(script.received, 3);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpClientTest, GetThatWritesIsUnknownOnAConnectionThatDiesAndNotRepeated) {
  CloseOnSecond script;
  RawServer server(std::ref(script));
  ASSERT_TRUE(client->send(getFrom(server.url()), {}));
  HttpRequest request = getFrom(server.url());
  request.writes = true;
  const auto result = client->send(request, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Unknown);
  EXPECT_EQ(script.received, 2);
}

TEST_F(HttpClientTest, PostOnAConnectionThatDiesIsUnknownAndNotRepeated) {
  CloseOnSecond script;
  RawServer server(std::ref(script));
  ASSERT_TRUE(client->send(postTo(server.url()), {}));
  expectFailure(client->send(postTo(server.url()), {}), Fault::Unknown, "PST-2021");
  EXPECT_EQ(script.received, 2);
}

TEST_F(HttpClientTest, GetIsNotRepeatedOnceTheAnswerHasBegun) {
  CloseOnSecond script;
  script.lastWords = "H";
  RawServer server(std::ref(script));
  ASSERT_TRUE(client->send(getFrom(server.url()), {}));
  expectFailure(client->send(getFrom(server.url()), {}), Fault::Unknown, "PST-2021");
  EXPECT_EQ(script.received, 2);
}

TEST_F(HttpClientTest, ConnectionIsLeftWhenTheServerSaysSo) {
  for (const char* header : {"Connection: close\r\n", "Keep-Alive: timeout=1\r\n", "Keep-Alive: timeout=0\r\n"}) {
    RawServer server([&](Peer& peer) {
      while (!peer.readRequest().empty()) peer.answer("ok", header);
    });
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(client->send(getFrom(server.url()), {}));
    EXPECT_EQ(server.connections(), 3) << header;
  }
}

TEST_F(HttpClientTest, ConnectionWithSurplusBytesIsNotUsedAgain) {
  RawServer server([](Peer& peer) {
    peer.readRequest();
    peer.answer("ok");
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    peer.hang();
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client->send(getFrom(server.url()), {})->body, "ok");
    std::this_thread::sleep_for(20ms);  // the surplus may come later than the answer
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(HttpClientTest, AnswerGivenBeforeTheWholeRequestWasReadCounts) {
  RawServer server([](Peer& peer) {
    peer.read();
    peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    peer.socket().shutdownSend();
    std::this_thread::sleep_for(50ms);
  });
  const auto result = client->send(postTo(server.url(), std::string(20'000'000, 'x')), {});
  ASSERT_TRUE(result) << result.error().code() << result.error().detail;
  EXPECT_EQ(result->status, 413);
}

TEST_F(HttpClientTest, StopEndsACallWhateverItHangsIn) {
  const struct {
    const char* name;
    std::function<void(Peer&)> serve;
    std::size_t body;
  } cases[] = {
      {"waiting for an answer",
       [](Peer& peer) {
         peer.readRequest();
         peer.hang();
       },
       3},
      {"in the body",
       [](Peer& peer) {
         peer.readRequest();
         peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
         peer.hang();
       },
       3},
      {"sending",
       [](Peer& peer) {
         while (!peer.stopping()) std::this_thread::sleep_for(5ms);
       },
       50'000'000},
  };
  options.answerLimit = 20s;
  useOptions();
  for (const auto& [name, serve, body] : cases) {
    RawServer server(serve);
    std::stop_source stop;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(60ms);
      stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    expectFailure(client->send(postTo(server.url(), std::string(body, 'x')), stop.get_token()), Fault::Stop,
                  "PST-2024");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s) << name;
  }
}

TEST_F(HttpClientTest, NothingIsSentAfterAStop) {
  RawServer server(answerEach);
  std::stop_source stop;
  stop.request_stop();
  expectFailure(client->send(getFrom(server.url()), stop.get_token()), Fault::Stop, "PST-2024");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, ErrorsNeverQuoteTheRequest) {
  RawServer server([](Peer& peer) { peer.readRequest(); });
  HttpRequest request = postTo(server.url() + "/geheim?token=geheim", "geheim");
  request.headers = {{"Authorization", "geheim"}};
  const auto result = client->send(request, {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, Not(HasSubstr("geheim")));
  EXPECT_THAT(result.error().args, ElementsAre("127.0.0.1:" + std::to_string(server.port())));
}

TEST_F(HttpClientTest, PlainRequestsGoToTheProxyWithTheWholeAddress) {
  Notes seen;
  RawServer proxy([&](Peer& peer) {
    seen.add(peer.readRequest());
    peer.answer("by proxy");
  });
  options.proxy = "http://me:p%40ss@127.0.0.1:" + std::to_string(proxy.port());
  useOptions();
  const auto result = client->send(getFrom("http://erp.invalid:8080/x?y"), {});
  ASSERT_TRUE(result) << result.error().code();
  EXPECT_EQ(result->body, "by proxy");
  EXPECT_THAT(seen.last(),
              testing::StartsWith("GET http://erp.invalid:8080/x?y HTTP/1.1\r\nHost: erp.invalid:8080\r\n"));
  EXPECT_THAT(seen.last(), HasSubstr("\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n"));
}

TEST_F(HttpClientTest, ProxyThatRefusesOrIsAwayIsSurelyNotDone) {
  RawServer proxy([](Peer& peer) {
    peer.readRequest();
    peer.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nlogin");
  });
  options.proxy = proxy.url();
  useOptions();
  expectFailure(client->send(postTo("https://app.invalid/"), {}), Fault::Retry, "PST-2008");
  RawServer silent([](Peer& peer) { peer.readRequest(); });
  options.proxy = silent.url();
  useOptions();
  expectFailure(client->send(postTo("https://app.invalid/"), {}), Fault::Retry, "PST-2009");
  options.proxy = "http://127.0.0.1:1";
  useOptions();
  expectFailure(client->send(postTo("http://erp.invalid/"), {}), Fault::Retry, "PST-2009");
}

TEST_F(HttpClientTest, BadProxyIsABadSetting) {
  for (const char* proxy : {"http://", "https://proxy:1", "socks5://proxy:1", "http://pro xy"}) {
    options.proxy = proxy;
    EXPECT_THROW(useOptions(), ConfigError) << proxy;
  }
}

}  // namespace
}  // namespace postern
