#include "agent/http_wire.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postern {

namespace {

constexpr std::size_t kHeadLimit = 64 << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool isDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool isToken(std::string_view text) {
  constexpr std::string_view kAllowed = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || kAllowed.find(c) != std::string_view::npos;
  });
}

template <class Number>
bool parseWhole(std::string_view text, Number& value, int base = 10) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

bool isHost(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool isAddress6(std::string_view host) {
  return !host.empty() && host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

/// Splits "host[:port]" into `url`; false when it is neither.
bool parseAuthority(std::string_view text, HttpUrl& url) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !isAddress6(text.substr(1, close - 1))) return false;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
    if (!isHost(host)) return false;
  }
  if (!port.empty() && (port[0] != ':' || !parseWhole(port.substr(1), url.port) || url.port == 0)) return false;
  url.host = host;
  url.authority = text.starts_with('[') ? "[" + url.host + "]" : url.host;
  if (url.port != (url.secure ? 443 : 80)) url.authority += ":" + std::to_string(url.port);
  return true;
}

bool isThisMachine(std::string_view host) {
  return equalsIgnoringCase(host, "localhost") || host.starts_with("127.") || host == "::1";
}

/// One entry of NO_PROXY.
bool matchesNoProxy(std::string_view entry, const HttpUrl& url) {
  entry = trim(entry);
  if (entry == "*") return true;
  const auto colon = entry.rfind(':');
  if (colon != std::string_view::npos && isDigits(entry.substr(colon + 1)) && entry.find(':') == colon) {
    if (entry.substr(colon + 1) != std::to_string(url.port)) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with('.')) entry.remove_prefix(1);
  const std::string_view host = url.host;
  if (entry.empty() || entry.size() > host.size()) return false;
  if (!equalsIgnoringCase(host.substr(host.size() - entry.size()), entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

bool has(const HttpHeaders& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& header) { return equalsIgnoringCase(header.first, name); });
}

void appendHeader(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Calls `use` for each trimmed element of a comma-separated header value.
template <class Use>
void forEachElement(std::string_view value, Use use) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    use(trim(value.substr(0, comma)));
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

struct Inflater {
  z_stream stream{};
  Inflater() { ready = inflateInit2(&stream, 15 + 16) == Z_OK; }
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  bool ready = false;
};

}  // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<HttpUrl> parseHttpUrl(std::string_view url) {
  HttpUrl parts;
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~'; })) return std::nullopt;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  parts.secure = equalsIgnoringCase(url.substr(0, scheme), "https");
  if (!parts.secure && !equalsIgnoringCase(url.substr(0, scheme), "http")) return std::nullopt;
  parts.port = parts.secure ? 443 : 80;
  url = url.substr(scheme + 3);
  url = url.substr(0, url.find('#'));
  const auto end = std::min(url.find_first_of("/?"), url.size());
  std::string_view authority = url.substr(0, end);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    parts.userInfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  if (!parseAuthority(authority, parts)) return std::nullopt;
  parts.target = url.substr(end);
  if (!parts.target.starts_with('/')) parts.target.insert(0, 1, '/');
  return parts;
}

std::string proxyFromEnvironment(const HttpUrl& url, const std::function<std::string(const char* name)>& lookUp) {
  const auto either = [&](const char* small, const char* capital) {
    std::string value = lookUp(small);
    return value.empty() ? lookUp(capital) : value;
  };
  if (isThisMachine(url.host)) return {};
  bool direct = false;
  forEachElement(either("no_proxy", "NO_PROXY"),
                 [&](std::string_view entry) { direct = direct || matchesNoProxy(entry, url); });
  if (direct) return {};
  return url.secure ? either("https_proxy", "HTTPS_PROXY") : either("http_proxy", "HTTP_PROXY");
}

bool isWritable(const HttpRequest& request) {
  const auto isLine = [](std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
  };
  return isToken(request.method) && isLine(request.contentType) &&
         std::ranges::all_of(request.headers, [&](auto& h) { return isToken(h.first) && isLine(h.second); });
}

void writeRequest(const HttpRequest& request, const HttpUrl& url, std::string_view target, std::string_view userAgent,
                  std::string_view proxyAuthorization, std::string& out) {
  out.clear();
  out.reserve(512 + target.size() + request.body.size());
  out.append(request.method).append(" ").append(target).append(" HTTP/1.1\r\n");
  appendHeader("Host", url.authority, out);
  appendHeader("Connection", "Keep-Alive", out);
  if (!has(request.headers, "User-Agent")) appendHeader("User-Agent", userAgent, out);
  if (!has(request.headers, "Accept-Encoding")) appendHeader("Accept-Encoding", "gzip", out);
  if (!proxyAuthorization.empty()) appendHeader("Proxy-Authorization", proxyAuthorization, out);
  for (const auto& [name, value] : request.headers) appendHeader(name, value, out);
  if (!request.body.empty() && !request.contentType.empty()) appendHeader("Content-Type", request.contentType, out);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    std::array<char, 24> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), request.body.size()).ptr;
    appendHeader("Content-Length", {number.data(), end}, out);
  }
  out.append("\r\n").append(request.body);
}

AnswerReader::State AnswerReader::feed(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  while (!bytes.empty() && state_ == State::More) {
    const bool inBody = place_ == Place::Counted || place_ == Place::UntilClose;
    bytes.remove_prefix(inBody ? takeBody(bytes) : takeLine(bytes));
  }
  if (!bytes.empty()) reusable_ = false;
  return state_;
}

AnswerReader::State AnswerReader::closed(bool cleanly) {
  reusable_ = false;
  if (state_ == State::More) state_ = place_ == Place::UntilClose && cleanly ? State::Done : State::Cut;
  return state_;
}

std::size_t AnswerReader::takeLine(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  const auto taken = newline == std::string_view::npos ? bytes.size() : newline + 1;
  headBytes_ += taken;
  if (headBytes_ > kHeadLimit) {
    state_ = State::TooLarge;
    return taken;
  }
  if (newline == std::string_view::npos) {
    line_.append(bytes);
    return taken;
  }
  std::string_view line = bytes.substr(0, newline);
  if (!line_.empty()) line = line_.append(line);
  if (line.ends_with('\r')) line.remove_suffix(1);
  state_ = onLine(line);
  line_.clear();
  return taken;
}

std::size_t AnswerReader::takeBody(std::string_view bytes) {
  const auto taken = place_ == Place::Counted ? std::min(bytes.size(), remaining_) : bytes.size();
  if (taken > bodyLimit_ - response_.body.size()) {
    state_ = State::TooLarge;
    return taken;
  }
  response_.body.append(bytes.substr(0, taken));
  if (place_ == Place::UntilClose) return taken;
  remaining_ -= taken;
  if (remaining_ > 0) return taken;
  if (chunked_) {
    place_ = Place::ChunkEnd;
  } else {
    state_ = State::Done;
  }
  return taken;
}

AnswerReader::State AnswerReader::onLine(std::string_view line) {
  switch (place_) {
    case Place::Status:
      return onStatus(line);
    case Place::Header:
      return line.empty() ? onHeadComplete() : onHeader(line);
    case Place::ChunkSize:
      return onChunkSize(line);
    case Place::ChunkEnd:
      place_ = Place::ChunkSize;
      headBytes_ = 0;
      return line.empty() ? State::More : State::Garbled;
    case Place::Trailer:
      return line.empty() ? State::Done : State::More;
    case Place::Counted:
    case Place::UntilClose:
      break;
  }
  return State::Garbled;
}

AnswerReader::State AnswerReader::onStatus(std::string_view line) {
  if (line.empty()) return State::More;
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' || !isDigits(line.substr(9, 3)) ||
      (line.size() > 12 && line[12] != ' ')) {
    return State::Garbled;
  }
  oldVersion_ = line[7] == '0';
  reusable_ = !oldVersion_;
  if (!parseWhole(line.substr(9, 3), response_.status) || response_.status < 100) return State::Garbled;
  place_ = Place::Header;
  return State::More;
}

AnswerReader::State AnswerReader::onHeader(std::string_view line) {
  if (line[0] == ' ' || line[0] == '\t') {  // a folded line goes on with the one before
    if (response_.headers.empty()) return State::Garbled;
    response_.headers.back().second.append(" ").append(trim(line));
    return State::More;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !isToken(trim(line.substr(0, colon)))) return State::Garbled;
  response_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  return State::More;
}

AnswerReader::State AnswerReader::onLength(std::string_view value) {
  std::size_t length = 0;
  if (!isDigits(value)) return State::Garbled;
  if (!parseWhole(value, length)) return State::TooLarge;
  if (length_ && *length_ != length) return State::Garbled;
  length_ = length;
  return State::More;
}

void AnswerReader::onKeepAlive(std::string_view value) {
  forEachElement(value, [&](std::string_view element) {
    int seconds = 0;
    if (element.size() > 8 && equalsIgnoringCase(element.substr(0, 8), "timeout=") &&
        parseWhole(element.substr(8), seconds) && seconds >= 0) {
      keepAlive_ = std::chrono::seconds{seconds};
    }
  });
}

AnswerReader::State AnswerReader::onHeadComplete() {
  if (response_.status < 200) {  // an interim answer: the real one follows
    if (response_.status == 101) return State::Garbled;
    response_ = {};
    place_ = Place::Status;
    return State::More;
  }
  State state = State::More;
  for (const auto& [name, value] : response_.headers) {
    if (equalsIgnoringCase(name, "Content-Length")) {
      if (state == State::More) state = onLength(value);
    } else if (equalsIgnoringCase(name, "Transfer-Encoding")) {
      chunked_ = equalsIgnoringCase(value, "chunked");
      if (!chunked_ && !equalsIgnoringCase(value, "identity")) state = State::Garbled;
    } else if (equalsIgnoringCase(name, "Content-Encoding")) {
      gzip_ = equalsIgnoringCase(value, "gzip") || equalsIgnoringCase(value, "x-gzip");
      if (!gzip_ && !value.empty() && !equalsIgnoringCase(value, "identity")) state = State::Garbled;
    } else if (equalsIgnoringCase(name, "Connection")) {
      forEachElement(value, [&](std::string_view element) {
        if (equalsIgnoringCase(element, "close")) reusable_ = false;
        if (oldVersion_ && equalsIgnoringCase(element, "keep-alive")) reusable_ = true;
      });
    } else if (equalsIgnoringCase(name, "Keep-Alive")) {
      onKeepAlive(value);
    }
  }
  const bool none = bodyless_ || response_.status == 204 || response_.status == 304;
  if (none) return State::Done;
  if (state != State::More) return state;
  if (chunked_) {
    if (length_) reusable_ = false;  // two lengths: somebody between us and the server may count differently
    place_ = Place::ChunkSize;
    return State::More;
  }
  if (!length_) {
    reusable_ = false;
    place_ = Place::UntilClose;
    return State::More;
  }
  if (*length_ > bodyLimit_) return State::TooLarge;
  remaining_ = *length_;
  response_.body.reserve(std::min<std::size_t>(remaining_, 1 << 20));
  place_ = Place::Counted;
  return remaining_ == 0 ? State::Done : State::More;
}

AnswerReader::State AnswerReader::onChunkSize(std::string_view line) {
  const std::string_view digits = trim(line.substr(0, line.find(';')));
  if (digits.empty() || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return State::Garbled;
  }
  if (!parseWhole(digits, remaining_, 16) || remaining_ > bodyLimit_) return State::TooLarge;
  place_ = remaining_ == 0 ? Place::Trailer : Place::Counted;
  return State::More;
}

AnswerReader::State AnswerReader::take(HttpResponse& response) {
  if (gzip_ && !response_.body.empty()) {
    std::string text;
    const State state = gunzip(response_.body, bodyLimit_, text);
    if (state != State::Done) return state;
    response_.body = std::move(text);
  }
  response = std::move(response_);
  return State::Done;
}

AnswerReader::State gunzip(std::string_view packed, std::size_t limit, std::string& text) {
  Inflater inflater;
  if (!inflater.ready) return AnswerReader::State::Garbled;
  z_stream& stream = inflater.stream;
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 32768> block{};
  text.clear();
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int outcome = inflate(&stream, Z_NO_FLUSH);
    if (outcome != Z_OK && outcome != Z_STREAM_END) return AnswerReader::State::Garbled;
    const auto got = block.size() - stream.avail_out;
    if (got > limit - text.size()) return AnswerReader::State::TooLarge;
    text.append(block.data(), got);
    if (outcome == Z_OK) continue;
    if (stream.avail_in == 0) return AnswerReader::State::Done;
    if (inflateReset(&stream) != Z_OK) return AnswerReader::State::Garbled;  // another member follows
  }
}

}  // namespace postern
