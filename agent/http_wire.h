#pragma once
// HTTP/1.1 as bytes: addresses, the text of a request, the reading of an answer. Pure: no sockets, no clock, no
// environment. We frame answers ourselves because Poco 1.11 (HTTPChunkedStream, HTTPFixedLengthStream) ends a body that
// was cut off exactly like a complete one, and HTTPClientSession sends a request again by itself when a write fails.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/http_client.h"

namespace postern {

/// ASCII letters only.
bool equalsIgnoringCase(std::string_view a, std::string_view b);

struct HttpUrl {
  bool secure = false;
  std::string host;         // without brackets
  std::uint16_t port = 80;  // 80 or 443 when the URL names none
  std::string authority;    // as in a Host header: "erp:8080", "[::1]"; without the scheme's own port
  std::string target;       // "/path?query"; never empty
  std::string userInfo;     // "user:password" as written; only a proxy's address may have it
};

/// nullopt for anything but "http(s)://host[:port][/path][?query][#…]" in printable ASCII; the fragment is dropped.
std::optional<HttpUrl> parseHttpUrl(std::string_view url);

/// Which proxy the environment asks for: HTTP_PROXY, HTTPS_PROXY, NO_PROXY, in either letter case. "" = none; always
/// none for this machine itself. `lookUp` returns "" for a variable that is not set.
/// NO_PROXY: comma-separated; "*", a host, a domain with or without leading dot; each with an optional ":port".
std::string proxyFromEnvironment(const HttpUrl& url, const std::function<std::string(const char* name)>& lookUp);

/// False when the method or a header could not be written without changing the meaning of the request (line breaks).
bool isWritable(const HttpRequest& request);

/// Replaces `out` by header and body as they go on the wire. `target` is the URL's target, or the whole URL for a
/// proxy.
void writeRequest(const HttpRequest& request, const HttpUrl& url, std::string_view target, std::string_view userAgent,
                  std::string_view proxyAuthorization, std::string& out);

/// Reads one answer out of pieces of any size. Not thread-safe.
class AnswerReader {
 public:
  enum class State {
    More,      // not complete yet
    Done,      // take() it
    Cut,       // the connection ended too early
    TooLarge,  // body above the limit, or more than 64 KiB of headers
    Garbled,   // not HTTP
  };
  /// `bodyless`: the answer has none whatever its headers say (HEAD, CONNECT).
  AnswerReader(bool bodyless, std::size_t bodyLimit) : bodyless_(bodyless), bodyLimit_(bodyLimit) {}

  /// Takes the next bytes. Bytes after the end of the answer make the connection useless for another request.
  State feed(std::string_view bytes);
  /// The server closed; `cleanly` is false when the transport says that the end was not the server's wish.
  State closed(bool cleanly);
  /// Whether any byte of an answer came.
  bool started() const { return started_; }
  /// Whether the connection can carry another request; meaningful when Done.
  bool reusable() const { return reusable_; }
  /// What the server's Keep-Alive header promises.
  std::optional<std::chrono::seconds> keepAlive() const { return keepAlive_; }
  /// The answer, gzip decoded. TooLarge or Garbled instead of Done when decoding fails; call once, when Done.
  State take(HttpResponse& response);

 private:
  enum class Place { Status, Header, Counted, UntilClose, ChunkSize, ChunkEnd, Trailer };
  std::size_t takeLine(std::string_view bytes);
  std::size_t takeBody(std::string_view bytes);
  State onLine(std::string_view line);
  State onStatus(std::string_view line);
  State onHeader(std::string_view line);
  State onHeadComplete();
  State onChunkSize(std::string_view line);
  State onLength(std::string_view value);
  void onKeepAlive(std::string_view value);

  bool bodyless_;
  std::size_t bodyLimit_;
  State state_ = State::More;
  Place place_ = Place::Status;
  HttpResponse response_;
  std::string line_;           // a line that has not ended yet
  std::size_t headBytes_ = 0;  // headers, trailers and chunk sizes so far
  std::size_t remaining_ = 0;  // of the counted body or of the current chunk
  std::optional<std::size_t> length_;
  std::optional<std::chrono::seconds> keepAlive_;
  bool chunked_ = false;
  bool gzip_ = false;
  bool started_ = false;
  bool oldVersion_ = false;  // HTTP/1.0
  bool reusable_ = true;
};

/// Decodes gzip. TooLarge when the text is longer than `limit`, Garbled when it is damaged or cut, Done otherwise.
AnswerReader::State gunzip(std::string_view packed, std::size_t limit, std::string& text);

}  // namespace postern
