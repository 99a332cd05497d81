#include "agent/http_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

namespace postern {
namespace {

using namespace std::chrono_literals;
using State = AnswerReader::State;
using testing::HasSubstr;
using testing::Optional;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Read {
  State state = State::More;
  HttpResponse response{};
  bool reusable = false;
};

/// Feeds `wire` in pieces of `piece` bytes; closes the connection afterwards when it is not complete.
Read readAll(std::string_view wire, std::size_t piece, std::size_t limit = 1000, bool bodyless = false) {
  AnswerReader reader(bodyless, limit);
  Read read;
  for (; !wire.empty() && read.state == State::More; wire.remove_prefix(std::min(piece, wire.size()))) {
    read.state = reader.feed(wire.substr(0, piece));
  }
  if (read.state == State::More) read.state = reader.closed(true);
  read.reusable = reader.reusable();
  if (read.state == State::Done) read.state = reader.take(read.response);
  return read;
}

TEST(HttpUrlTest, AddressesAreSplit) {
  const struct {
    const char *url, *host, *authority, *target;
    int port;
    bool secure;
  } cases[] = {
      {"http://erp:8080/4DAction/x?a=%20", "erp", "erp:8080", "/4DAction/x?a=%20", 8080, false},
      {"https://api.example.com", "api.example.com", "api.example.com", "/", 443, true},
      {"HTTPS://api.example.com:443/v1#frag", "api.example.com", "api.example.com", "/v1", 443, true},
      {"http://h:443?q", "h", "h:443", "/?q", 443, false},
      {"http://[::1]:81/", "::1", "[::1]:81", "/", 81, false},
      {"https://[fe80::1]/x", "fe80::1", "[fe80::1]", "/x", 443, true},
  };
  for (const auto& c : cases) {
    const auto url = parseHttpUrl(c.url);
    ASSERT_TRUE(url) << c.url;
    EXPECT_EQ(url->host, c.host);
    EXPECT_EQ(url->authority, c.authority);
    EXPECT_EQ(url->target, c.target);
    EXPECT_EQ(url->port, c.port);
    EXPECT_EQ(url->secure, c.secure);
  }
}

TEST(HttpUrlTest, WhatIsNoHttpAddressIsRefused) {
  for (const char* url : {"", "erp", "ftp://erp/", "http://", "http:///x", "http://e rp/", "http://erp/a b",
                          "http://erp/a\r\nX: y", "http://erp:0/", "http://erp:65536/", "http://erp:/",
                          "http://erp:8x/", "http://[::1/", "http://[zz]/", "http://e%72p/", "http://erp/\xc3\xbc"}) {
    EXPECT_FALSE(parseHttpUrl(url)) << url;
  }
}

TEST(ProxyTest, EnvironmentIsReadLikeOtherProgramsReadIt) {
  using Environment = std::map<std::string, std::string>;
  const struct {
    Environment environment;
    const char* url;
    const char* proxy;
  } cases[] = {
      {{}, "http://erp/", ""},
      {{{"HTTP_PROXY", "http://p:1"}}, "http://erp/", "http://p:1"},
      {{{"HTTP_PROXY", "http://p:1"}}, "https://erp/", ""},
      {{{"HTTPS_PROXY", "http://p:2"}}, "https://erp/", "http://p:2"},
      {{{"https_proxy", "http://p:3"}, {"HTTPS_PROXY", "http://p:2"}}, "https://erp/", "http://p:3"},
      {{{"HTTP_PROXY", "p:1"}, {"NO_PROXY", "*"}}, "http://erp/", ""},
      {{{"HTTP_PROXY", "p:1"}, {"NO_PROXY", "other, ERP"}}, "http://erp/", ""},
      {{{"HTTP_PROXY", "p:1"}, {"NO_PROXY", ".example.com"}}, "http://a.example.com/", ""},
      {{{"HTTP_PROXY", "p:1"}, {"NO_PROXY", "example.com"}}, "http://a.example.com/", ""},
      {{{"HTTP_PROXY", "p:1"}, {"NO_PROXY", "example.com"}}, "http://badexample.com/", "p:1"},
      {{{"HTTP_PROXY", "p:1"}, {"no_proxy", "erp:8080"}}, "http://erp:8080/", ""},
      {{{"HTTP_PROXY", "p:1"}, {"no_proxy", "erp:8080"}}, "http://erp/", "p:1"},
      {{{"HTTP_PROXY", "p:1"}, {"no_proxy", ","}}, "http://erp/", "p:1"},
      {{{"HTTP_PROXY", "p:1"}}, "http://localhost:80/", ""},
      {{{"HTTP_PROXY", "p:1"}}, "http://127.0.0.1/", ""},
      {{{"HTTP_PROXY", "p:1"}}, "http://[::1]/", ""},
  };
  for (const auto& [environment, url, proxy] : cases) {
    const auto lookUp = [&environment = environment](const char* name) {
      const auto found = environment.find(name);
      return found == environment.end() ? std::string{} : found->second;
    };
    EXPECT_EQ(proxyFromEnvironment(*parseHttpUrl(url), lookUp), proxy) << url;
  }
}

TEST(WriteRequestTest, RequestWithABodyHasItsLengthAndType) {
  HttpRequest request{"POST", "http://erp:8080/x?y", {{"Authorization", "Bearer t"}}, "a=1", "text/plain", {}};
  std::string out;
  writeRequest(request, *parseHttpUrl(request.url), "/x?y", "postern", "", out);
  EXPECT_EQ(out,
            "POST /x?y HTTP/1.1\r\nHost: erp:8080\r\nConnection: Keep-Alive\r\nUser-Agent: postern\r\n"
            "Accept-Encoding: gzip\r\nAuthorization: Bearer t\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
            "\r\na=1");
}

TEST(WriteRequestTest, OnlyMethodsThatCarryABodySendAnEmptyOne) {
  for (const auto& [method, sent] : std::map<std::string, bool>{
           {"GET", false}, {"DELETE", false}, {"HEAD", false}, {"POST", true}, {"PUT", true}, {"PATCH", true}}) {
    HttpRequest request;
    request.method = method;
    request.contentType = "text/plain";
    std::string out;
    writeRequest(request, *parseHttpUrl("http://h/"), "/", "p", "", out);
    EXPECT_EQ(out.find("Content-Length: 0") != std::string::npos, sent) << method;
    EXPECT_EQ(out.find("Content-Type"), std::string::npos) << method;
  }
}

TEST(WriteRequestTest, OwnHeadersReplaceOurs) {
  HttpRequest request;
  request.headers = {{"user-agent", "me"}, {"ACCEPT-ENCODING", "identity"}};
  std::string out;
  writeRequest(request, *parseHttpUrl("http://h/"), "/", "postern", "", out);
  EXPECT_EQ(out.find("postern"), std::string::npos);
  EXPECT_EQ(out.find("gzip"), std::string::npos);
}

TEST(WriteRequestTest, LineBreaksInHeadersCannotBeWritten) {
  HttpRequest good;
  good.headers = {{"X-Token", "abc def"}};
  EXPECT_TRUE(isWritable(good));
  for (const char* bad : {"a\r\nX: y", "a\nb", "a\r"}) {
    HttpRequest request;
    request.headers = {{"X", bad}};
    EXPECT_FALSE(isWritable(request));
    request.headers = {{bad, "x"}};
    EXPECT_FALSE(isWritable(request));
    request.headers = {};
    request.contentType = bad;
    EXPECT_FALSE(isWritable(request));
    request.contentType = {};
    request.method = bad;
    EXPECT_FALSE(isWritable(request));
  }
}

struct GoodAnswer {
  const char* name;
  std::string wire;
  int status;
  std::string body;
  bool reusable;
};

const std::vector<GoodAnswer>& goodAnswers() {
  static const std::vector<GoodAnswer> answers{
      {"counted", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
      {"empty", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 201, "", true},
      {"no reason", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", 200, "x", true},
      {"line feeds only", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, "x", true},
      {"names in any case", "HTTP/1.1 200 OK\r\ncONTENT-lENGTH:2\r\n\r\nhi", 200, "hi", true},
      {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
       200, "abc0123456789", true},
      {"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n000\r\nX-Sum: 1\r\n\r\n", 200, "a",
       true},
      {"until close", "HTTP/1.1 200 OK\r\n\r\nall the rest", 200, "all the rest", false},
      {"old version", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false},
      {"old version kept alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", 200, "x",
       true},
      {"close", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx", 200, "x", false},
      {"no content", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
      {"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "", true},
      {"interim",
       "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200,
       "x", true},
      {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
       200, "a", false},
      {"same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 200, "x", true},
      {"folded", "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 1\r\n\r\nx", 200, "x", true},
      {"gzip",
       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(gzip("packed text").size()) +
           "\r\n\r\n" + gzip("packed text"),
       200, "packed text", true},
  };
  return answers;
}

TEST(AnswerReaderTest, GoodAnswersAreReadInPiecesOfAnySize) {
  for (const auto& answer : goodAnswers()) {
    for (std::size_t piece = 1; piece <= answer.wire.size(); ++piece) {
      const Read read = readAll(answer.wire, piece);
      ASSERT_EQ(read.state, State::Done) << answer.name << " in pieces of " << piece;
      EXPECT_EQ(read.response.status, answer.status) << answer.name;
      EXPECT_EQ(read.response.body, answer.body) << answer.name;
      EXPECT_EQ(read.reusable, answer.reusable) << answer.name;
    }
  }
}

TEST(AnswerReaderTest, AnswerThatWasCutAnywhereIsNeverTakenForAWholeOne) {
  for (const auto& answer : goodAnswers()) {
    if (std::string_view(answer.name) == "until close") continue;  // plain HTTP cannot tell
    for (std::size_t length = 0; length < answer.wire.size(); ++length) {
      EXPECT_EQ(readAll(answer.wire.substr(0, length), 1000).state, State::Cut) << answer.name << " after " << length;
    }
  }
}

TEST(AnswerReaderTest, EndThatTheServerDidNotWishIsACut) {
  AnswerReader reader(false, 100);
  reader.feed("HTTP/1.1 200 OK\r\n\r\nall the");
  EXPECT_EQ(reader.closed(false), State::Cut);
}

TEST(AnswerReaderTest, GarbageIsToldFromHttp) {
  for (const char* wire :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2OO OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"}) {
    EXPECT_EQ(readAll(wire, 1000).state, State::Garbled) << wire;
  }
}

TEST(AnswerReaderTest, TooMuchIsRefusedBeforeItIsHeld) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& wire :
       {head + "Content-Length: 11\r\n\r\n", head + "Content-Length: 99999999999999999999999\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nB\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n01234\r\n", head + "\r\n01234567890",
        head + "X: " + std::string(70'000, 'x'),
        head + "Content-Encoding: gzip\r\n\r\n" + gzip(std::string(5'000'000, 'x')),
        head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(70'000, 'x')}) {
    EXPECT_EQ(readAll(wire, 4096, wire.find("gzip") == std::string::npos ? 10 : 100'000).state, State::TooLarge)
        << wire.substr(0, 100);
  }
}

TEST(AnswerReaderTest, BodyOfExactlyTheLimitIsTaken) {
  EXPECT_EQ(readAll("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", 3, 10).state, State::Done);
  const std::string packed = gzip(std::string(100'000, 'x'));
  const std::string wire =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n\r\n" +
      packed;
  EXPECT_EQ(readAll(wire, 1000, 100'000).state, State::Done);
  EXPECT_EQ(readAll(wire, 1000, 99'999).state, State::TooLarge);
}

TEST(AnswerReaderTest, AnswerToHeadHasNoBody) {
  const Read read = readAll("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Encoding: gzip\r\n\r\n", 7, 10, true);
  EXPECT_EQ(read.state, State::Done);
  EXPECT_TRUE(read.reusable);
}

TEST(AnswerReaderTest, BytesAfterTheAnswerEndTheConnectionsUse) {
  EXPECT_FALSE(readAll("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP", 1000).reusable);
}

TEST(AnswerReaderTest, ServersKeepAliveTimeIsNoted) {
  AnswerReader reader(false, 10);
  reader.feed("HTTP/1.1 204 No\r\nKeep-Alive: max=100, Timeout=15\r\n\r\n");
  EXPECT_THAT(reader.keepAlive(), Optional(15s));
}

TEST(GunzipTest, CutOrDamagedDataIsNoText) {
  const std::string packed = gzip("a text that is long enough to be worth packing, packing, packing");
  std::string text;
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_EQ(gunzip(packed.substr(0, length), 1000, text), State::Garbled) << length;
  }
  std::string damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // its checksum
  EXPECT_EQ(gunzip(damaged, 1000, text), State::Garbled);
  EXPECT_EQ(gunzip(packed + packed, 1000, text), State::Done);
  EXPECT_EQ(text.size(), 128U);
}

TEST(HttpTextTest, OnlyUnreservedCharactersStayAsTheyAre) {
  EXPECT_EQ(percentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percentEncode("a b+c/d?e=f&g%"), "a%20b%2Bc%2Fd%3Fe%3Df%26g%25");
  EXPECT_EQ(percentEncode("ü\n"), "%C3%BC%0A");
  EXPECT_EQ(percentEncode(""), "");
}

TEST(HttpTextTest, FormsKeepTheOrderOfTheirParameters) {
  EXPECT_EQ(formEncode({{"b", "x y"}, {"a&", "1=2"}, {"c", ""}}), "b=x%20y&a%26=1%3D2&c=");
  EXPECT_EQ(formEncode({}), "");
}

TEST(HttpTextTest, HeaderIsFoundWhateverItsCase) {
  const HttpResponse response{200, {{"X-One", "1"}, {"x-one", "2"}, {"Empty", ""}}, {}};
  EXPECT_THAT(response.header("x-ONE"), Optional(std::string_view("1")));
  EXPECT_THAT(response.header("empty"), Optional(std::string_view("")));
  EXPECT_FALSE(response.header("X"));
}

TEST(HttpTextTest, RetryAfterIsSecondsOrADate) {
  const Clock::Time now = std::chrono::sys_days{2025y / std::chrono::May / 9} + 10h;
  const struct {
    const char* value;
    std::optional<std::chrono::seconds> wait;
  } cases[] = {
      {"0", 0s},
      {"120", 120s},
      {"3601", 1h},
      {"99999999999999999999999", 1h},
      {"Fri, 09 May 2025 10:01:30 GMT", 90s},
      {"Fri, 09 May 2025 09:00:00 GMT", 0s},
      {"Sat, 10 May 2025 10:00:00 GMT", 1h},
      {"", {}},
      {"-5", {}},
      {"soon", {}},
      {"1.5", {}},
      {"12 s", {}},
  };
  for (const auto& [value, wait] : cases) {
    EXPECT_EQ(retryAfter({503, {{"retry-after", value}}, {}}, now), wait) << value;
  }
  EXPECT_FALSE(retryAfter({503, {}, {}}, now));
}

}  // namespace
}  // namespace postern
