// HttpClient over TLS: what is accepted, and above all what is not.
#include <Poco/TemporaryFile.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "agent/http_client.h"
#include "tests/support/raw_server.h"
#include "tests/support/test_certificates.h"

#ifndef SHUT_RDWR
#define SHUT_RDWR SD_BOTH  // Windows' name
#endif

namespace postern {
namespace {

using namespace std::chrono_literals;
using Poco::Net::Context;
using testing::ElementsAre;

struct HttpTlsTest : testing::Test {
  Poco::TemporaryFile folder;
  TestCertificate authority{{.name = "Test authority", .alternatives = "", .authority = true}};
  HttpOptions options;
  std::atomic<int> served{0};

  HttpTlsTest() {
    options.connectLimit = 2s;
    options.answerLimit = 2s;
    folder.createDirectories();
    authority.writeCertificate(path("ca.pem"));
    options.caFile = path("ca.pem");
  }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }

  Context::Ptr serverContext(const TestCertificate& certificate) const {
    certificate.writeCertificate(path("cert.pem"));
    certificate.writeKey(path("key.pem"));
    return new Context(Context::TLS_SERVER_USE, path("key.pem"), path("cert.pem"), "", Context::VERIFY_NONE);
  }
  RawServer::Serve serve() {
    return [this](Peer& peer) {
      while (!peer.readRequest().empty()) {
        ++served;
        peer.answer("secret");
      }
    };
  }
  /// Code of the failure of a POST to `host` with this certificate; "" when it went through.
  std::string outcome(const TestCertificate& certificate, const std::string& host = "localhost") {
    served = 0;
    RawServer server(serve(), serverContext(certificate));
    const auto client = makeHttpClient(options);
    const auto result = client->send(postTo(server.url(host) + "/", "x"), {});
    if (result) return "";
    EXPECT_EQ(result.error().fault, Fault::Retry) << result.error().detail;
    EXPECT_EQ(served, 0);
    return result.error().code();
  }
  std::string outcomeOf(const TestCertificate::Want& want, const std::string& host = "localhost") {
    return outcome(TestCertificate(want, &authority), host);
  }
};

TEST_F(HttpTlsTest, CertificateOfAKnownAuthorityForThisNameIsAccepted) {
  EXPECT_EQ(outcomeOf({}), "");
  EXPECT_EQ(outcomeOf({}, "127.0.0.1"), "");
  EXPECT_EQ(outcomeOf({.name = "localhost", .alternatives = ""}), "");  // old style: only the common name
}

TEST_F(HttpTlsTest, CertificateForAnotherNameIsRefused) {
  for (const char* names : {"DNS:other.example", "DNS:localhost.example", "DNS:*.localhost", "DNS:*", "IP:127.0.0.2"}) {
    EXPECT_EQ(outcomeOf({.name = "other.example", .alternatives = names}), "PST-2007") << names;
  }
  EXPECT_EQ(outcomeOf({.name = "localhost", .alternatives = "DNS:other.example"}), "PST-2007");
  EXPECT_EQ(outcomeOf({.name = "localhost", .alternatives = "DNS:localhost"}, "127.0.0.1"), "PST-2007");
}

TEST_F(HttpTlsTest, CertificateOfAnUnknownAuthorityIsRefused) {
  const TestCertificate stranger({.name = "Stranger", .alternatives = "", .authority = true});
  EXPECT_EQ(outcome(TestCertificate({}, &stranger)), "PST-2005");
  EXPECT_EQ(outcome(TestCertificate({})), "PST-2005");  // signed by itself
}

TEST_F(HttpTlsTest, AuthorityOfTheSameNameWithAnotherKeyIsRefused) {
  const TestCertificate impostor({.name = "Test authority", .alternatives = "", .authority = true});
  EXPECT_NE(outcome(TestCertificate({}, &impostor)), "");
}

TEST_F(HttpTlsTest, CertificateIssuedByAnOrdinaryCertificateIsRefused) {
  const TestCertificate ordinary({}, &authority);
  EXPECT_NE(outcome(TestCertificate({}, &ordinary)), "");
}

TEST_F(HttpTlsTest, SystemsAuthoritiesDoNotTrustOurs) {
  options.caFile.clear();
  EXPECT_EQ(outcomeOf({}), "PST-2005");
}

TEST_F(HttpTlsTest, CertificateOutsideItsDatesIsRefused) {
  EXPECT_EQ(outcomeOf({.fromDays = -20, .toDays = -1}), "PST-2006");
  EXPECT_EQ(outcomeOf({.fromDays = 1, .toDays = 20}), "PST-2006");
}

TEST_F(HttpTlsTest, OldTlsIsRefused) {
  const TestCertificate good({}, &authority);
  for (const bool tls12 : {false, true}) {
    Context::Ptr context = serverContext(good);
    SSL_CTX_set_security_level(context->sslContext(), 0);
    SSL_CTX_set_cipher_list(context->sslContext(), "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context->sslContext(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context->sslContext(), tls12 ? TLS1_2_VERSION : TLS1_1_VERSION);
    RawServer server(serve(), context);
    const auto result = makeHttpClient(options)->send(getFrom(server.url("localhost")), {});
    EXPECT_EQ(result.has_value(), tls12);
    if (!tls12) {
      EXPECT_STREQ(result.error().code(), "PST-2004");
    }
  }
}

TEST_F(HttpTlsTest, PlainServerBehindHttpsIsNoTls) {
  RawServer server([](Peer& peer) {
    peer.read();
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const auto result = makeHttpClient(options)->send(postTo("https://localhost:" + std::to_string(server.port())), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Retry);
  EXPECT_STREQ(result.error().code(), "PST-2004");
}  // namespace

TEST_F(HttpTlsTest, EncryptedConnectionIsUsedAgain) {
  RawServer server(serve(), serverContext(TestCertificate({}, &authority)));
  const auto client = makeHttpClient(options);
  for (int i = 0; i < 10; ++i) {
    const auto result = client->send(postTo(server.url("localhost"), "x"), {});
    ASSERT_TRUE(result) << result.error().detail;
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(served, 10);
}

TEST_F(HttpTlsTest, LargeBodiesPassBothWaysAlsoWhenTheServerReadsInFits) {
  std::string large;
  for (int i = 0; i < 2'000'000; ++i) large += std::to_string(i);
  RawServer server(
      [&](Peer& peer) {
        peer.readMore();  // the handshake and a first piece of the request
        for (int i = 0; i < 3; ++i) std::this_thread::sleep_for(110ms);  // longer than two attempts to send
        peer.answer(peer.readRequest().ends_with(large) ? large : "changed");
      },
      serverContext(TestCertificate({}, &authority)));
  const auto result = makeHttpClient(options)->send(postTo(server.url("localhost"), large), {});
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->body.size(), large.size());
}

TEST_F(HttpTlsTest, BodyWithoutLengthEndsOnlyWithTheServersGoodbye) {
  for (const bool goodbye : {true, false}) {
    RawServer server(
        [&](Peer& peer) {
          peer.readRequest();
          peer.write("HTTP/1.1 200 OK\r\n\r\nall of it");
          if (!goodbye) ::shutdown(peer.socket().impl()->sockfd(), SHUT_RDWR);  // as somebody between could
        },
        serverContext(TestCertificate({}, &authority)));
    const auto result = makeHttpClient(options)->send(getFrom(server.url("localhost")), {});
    ASSERT_EQ(result.has_value(), goodbye);
    if (!goodbye) {
      EXPECT_STREQ(result.error().code(), "PST-2021");
    }
  }
}

TEST_F(HttpTlsTest, StopEndsAHandshakeAndAnEncryptedCall) {
  options.connectLimit = 20s;
  options.answerLimit = 20s;
  const auto client = makeHttpClient(options);
  const auto silent = [](Peer& peer) { peer.hang(); };
  RawServer mute(silent);
  RawServer deaf(silent, serverContext(TestCertificate({}, &authority)));
  for (const std::string& url : {"https://localhost:" + std::to_string(mute.port()), deaf.url("localhost")}) {
    std::stop_source stop;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(80ms);
      stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto result = client->send(postTo(url), stop.get_token());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::Stop) << url;
  }
}

TEST_F(HttpTlsTest, HandshakeThatHangsIsSurelyNotDone) {
  options.connectLimit = 100ms;
  RawServer mute([](Peer& peer) { peer.hang(); });
  const auto result = makeHttpClient(options)->send(postTo("https://localhost:" + std::to_string(mute.port())), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, Fault::Retry);
}

/// A CONNECT proxy; leads every name to `port` on this machine.
RawServer::Serve tunnelTo(std::uint16_t port, Notes& asked) {
  return [port, &asked](Peer& peer) {
    const std::string request = peer.readRequest();
    if (request.empty()) return;
    asked.add(request.substr(0, request.find("\r\n")));
    Poco::Net::StreamSocket target(Poco::Net::SocketAddress("127.0.0.1", port));
    peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const auto copy = [](Poco::Net::StreamSocket& from, Poco::Net::StreamSocket& to) {
      char buffer[4096];
      const int got = from.receiveBytes(buffer, sizeof buffer);
      if (got > 0) to.sendBytes(buffer, got);
      return got > 0;
    };
    while (!peer.stopping()) {
      if (peer.socket().poll(Poco::Timespan{1000}, Poco::Net::Socket::SELECT_READ) && !copy(peer.socket(), target))
        return;
      if (target.poll(Poco::Timespan{1000}, Poco::Net::Socket::SELECT_READ) && !copy(target, peer.socket())) return;
    }
  };
}

TEST_F(HttpTlsTest, ProxyOpensATunnelAndTheServersNameIsStillVerified) {
  RawServer server(serve(), serverContext(TestCertificate({.alternatives = "DNS:app.test"}, &authority)));
  Notes asked;
  RawServer proxy(tunnelTo(server.port(), asked));
  options.proxy = proxy.url();
  const auto client = makeHttpClient(options);
  for (int i = 0; i < 3; ++i) {
    const auto result = client->send(postTo("https://app.test/x?y", "b"), {});
    ASSERT_TRUE(result) << result.error().code() << result.error().detail;
    EXPECT_EQ(result->body, "secret");
  }
  EXPECT_THAT(asked.all(), ElementsAre("CONNECT app.test:443 HTTP/1.1"));
  const auto other = client->send(postTo("https://other.test:8443/"), {});
  ASSERT_FALSE(other);
  EXPECT_STREQ(other.error().code(), "PST-2007");
  EXPECT_THAT(asked.all(), testing::Contains("CONNECT other.test:8443 HTTP/1.1"));
}

TEST_F(HttpTlsTest, CaFileThatCannotBeReadIsABadSetting) {
  options.caFile = path("missing.pem");
  EXPECT_THROW(makeHttpClient(options), ConfigError);
  std::ofstream(path("empty.pem")) << "no certificate";
  options.caFile = path("empty.pem");
  EXPECT_THROW(makeHttpClient(options), ConfigError);
}

}  // namespace
}  // namespace postern
