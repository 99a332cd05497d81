#include "tests/bench/bench_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tests/bench/customers.h"

namespace postern::bench {
namespace {

using std::string_view;

std::int64_t number(string_view text, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The raw value of a parameter of a query or form; nullopt when it is not there.
std::optional<string_view> parameter(string_view query, string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return std::nullopt;
}

std::string decoded(string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      unsigned value = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Request {
  string_view method, path, query, body;
};

/// Sent as the parts follow each other; `rows` is not copied.
struct Answer {
  int status = 200;
  std::string head;
  string_view rows;
  std::string tail;
};

/// What the app holds of one kind.
struct Shelf {
  std::string path;
  std::mutex mutex;                                   // the rest
  std::unordered_map<std::string, std::int64_t> ids;  // our key -> id
  std::vector<std::pair<std::string, std::int64_t>> inOrder;
};

class Server {
 public:
  Server() {
    constexpr std::array kPaths = {"/customers/addresses", "/customers", "/articles", "/projects", "/assignments"};
    for (std::size_t i = 0; i < shelves_.size(); ++i) shelves_[i].path = kPaths[i];
  }

  Answer handle(const Request& request) {
    if (request.path.starts_with("/_bench/")) return control(request);
    if (request.path == "/4DAction/api_get") return page(request.method == "GET" ? request.query : request.body);
    for (auto& shelf : shelves_) {
      if (request.path.starts_with(shelf.path)) return app(shelf, request);
    }
    return {404, "{}", {}, {}};
  }

  void connected() { ++connections_; }

 private:
  Answer page(string_view form) {
    ++pages_;
    if (erpAway_) return {503, "{}", {}, {}};
    const auto table = parameter(form, "table").value_or("");
    const std::int64_t total = table == "Kunden" ? total_.load() : 0;
    const auto limit = number(parameter(form, "limit").value_or("100"), 100);
    const auto from = std::min(number(parameter(form, "offset").value_or("0"), 0), total);
    const auto to = std::min(from + limit, total);
    Answer answer;
    answer.head = "{\"success\":true,\"structure_access_info\":[],\"" + std::string(table) + "\":[";
    if (to > from) {
      const auto begin = starts_[static_cast<std::size_t>(from)];
      const auto end = starts_[static_cast<std::size_t>(to)] - 1;  // without the comma
      answer.rows = string_view(rows_).substr(begin, end - begin);
    }
    answer.tail = "],\"records\":{\"total_in_query\":" + std::to_string(total) + ",\"offset\":" + std::to_string(from) +
                  ",\"limit\":" + std::to_string(limit) + ",\"total_in_page\":" + std::to_string(to - from) +
                  "},\"errorMsg\":\"\"}";
    return answer;
  }

  Answer app(Shelf& shelf, const Request& request) {
    if (const int delay = delay_; delay > 0) std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    if (request.method == "GET") {
      ++lists_;
      return appAway_ ? Answer{503, "{}", {}, {}} : list(shelf, request.query);
    }
    ++writes_;
    if (appAway_) return {503, "{}", {}, {}};
    if (request.method == "PUT") return {200, "{\"data\":" + std::string(request.body), {}, "}"};
    return create(shelf, request);
  }

  Answer create(Shelf& shelf, const Request& request) {
    if (firstWrite_ == 0) firstWrite_ = std::chrono::steady_clock::now().time_since_epoch().count();
    constexpr string_view kMember = "\"source_external_id\":";
    const auto member = request.body.find(kMember);
    const auto open = member == string_view::npos ? member : request.body.find('"', member + kMember.size());
    if (open == string_view::npos) return {422, "{}", {}, {}};
    std::string key(request.body.substr(open + 1, request.body.find('"', open + 1) - open - 1));
    const auto id = ++lastId_;
    {
      const std::scoped_lock lock(shelf.mutex);
      shelf.inOrder.emplace_back(key, id);
      if (!shelf.ids.emplace(std::move(key), id).second) ++doubled_;
      if (keep_) kept_ += shelf.path + '\t' + std::string(request.body) + '\n';
    }
    ++created_;
    Answer answer{201, "{\"data\":{\"id\":" + std::to_string(id) + ',', {}, "}"};
    answer.rows = request.body.substr(1);
    return answer;
  }

  /// By keys when any are named, otherwise everything.
  Answer list(Shelf& shelf, string_view query) {
    const std::scoped_lock lock(shelf.mutex);
    nlohmann::json rows = nlohmann::json::array();
    const auto add = [&](const std::string& key, std::int64_t id) {
      rows.push_back({{"id", id}, {"source", "profacto-agent"}, {"source_external_id", key}});
    };
    bool named = false;
    for (auto rest = query; !rest.empty();) {
      const auto pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const auto equals = pair.find('=');
      if (equals == string_view::npos || !decoded(pair.substr(0, equals)).starts_with("source_external_id")) continue;
      named = true;
      ++asked_;
      const auto found = shelf.ids.find(decoded(pair.substr(equals + 1)));
      if (found != shelf.ids.end()) add(found->first, found->second);
    }
    const auto page = number(parameter(query, "page").value_or("1"), 1);
    const auto size = number(parameter(query, "per_page").value_or("50"), 50);
    const auto all = static_cast<std::int64_t>(named ? rows.size() : shelf.inOrder.size());
    for (auto i = (page - 1) * size; !named && i < std::min(all, page * size); ++i) {
      const auto& [key, id] = shelf.inOrder[static_cast<std::size_t>(i)];
      add(key, id);
    }
    const nlohmann::json answer{{"data", std::move(rows)},
                                {"current_page", page},
                                {"per_page", size},
                                {"last_page", std::max<std::int64_t>(1, (all + size - 1) / size)},
                                {"total", all}};
    return {200, answer.dump(), {}, {}};
  }

  Answer control(const Request& request) {
    const auto value = [&](string_view name, std::int64_t otherwise) {
      return number(parameter(request.query, name).value_or(""), otherwise);
    };
    if (request.path == "/_bench/reset") {
      for (auto& shelf : shelves_) {
        shelf.ids.clear();
        shelf.inOrder.clear();
      }
      makeRows(value("rows", total_));
      zero();
    } else if (request.path == "/_bench/zero") {
      zero();
    } else if (request.path == "/_bench/mode") {
      erpAway_ = value("erp", 0) != 0;
      appAway_ = value("app", 0) != 0;
      delay_ = static_cast<int>(value("delay", 0));
    } else if (request.path == "/_bench/keep") {
      keep_ = value("on", 0) != 0;
      if (keep_) kept_.clear();
    } else if (request.path == "/_bench/bodies") {
      return {200, kept_, {}, {}};
    } else if (request.path == "/_bench/counts") {
      return {200, counts(), {}, {}};
    }
    return {200, "{}", {}, {}};
  }

  /// Only while nobody else is connected.
  void makeRows(std::int64_t count) {
    if (starts_.empty()) starts_.push_back(0);
    for (auto i = static_cast<std::int64_t>(starts_.size()) - 1; i < count; ++i) {
      rows_ += customerRow(i) + ',';
      starts_.push_back(rows_.size());
    }
    total_ = count;
  }

  void zero() {
    pages_ = writes_ = lists_ = asked_ = created_ = doubled_ = connections_ = 0;
    firstWrite_ = 0;
  }

  std::string counts() const {
    return nlohmann::json{{"pages", pages_.load()},
                          {"writes", writes_.load()},
                          {"lists", lists_.load()},
                          {"asked", asked_.load()},
                          {"created", created_.load()},
                          {"doubled", doubled_.load()},
                          {"connections", connections_.load()},
                          {"first_write", firstWrite_.load()}}
        .dump();
  }

  std::string rows_;                 // all rows, a comma after each
  std::vector<std::size_t> starts_;  // of each row, and the end
  std::atomic<std::int64_t> total_{0};
  std::array<Shelf, 5> shelves_;
  std::string kept_;
  std::atomic<bool> erpAway_{false}, appAway_{false}, keep_{false};
  std::atomic<int> delay_{0};
  std::atomic<std::int64_t> lastId_{0}, firstWrite_{0};
  std::atomic<std::int64_t> pages_{0}, writes_{0}, lists_{0}, asked_{0}, created_{0}, doubled_{0}, connections_{0};
};

bool sendAll(int handle, const Answer& answer) {
  const auto size = answer.head.size() + answer.rows.size() + answer.tail.size();
  std::string head =
      "HTTP/1.1 " + std::to_string(answer.status) +
      " Answer\r\nContent-Type: application/json\r\nConnection: Keep-Alive\r\nContent-Length: " + std::to_string(size) +
      "\r\n\r\n" + answer.head;
  std::array<iovec, 3> parts{iovec{head.data(), head.size()},
                             iovec{const_cast<char*>(answer.rows.data()), answer.rows.size()},
                             iovec{const_cast<char*>(answer.tail.data()), answer.tail.size()}};
  for (std::size_t at = 0; at < parts.size();) {
    const auto sent = writev(handle, &parts[at], static_cast<int>(parts.size() - at));
    if (sent < 0) return false;
    auto left = static_cast<std::size_t>(sent);
    while (at < parts.size() && left >= parts[at].iov_len) left -= parts[at++].iov_len;
    if (at < parts.size()) {
      parts[at].iov_base = static_cast<char*>(parts[at].iov_base) + left;
      parts[at].iov_len -= left;
    }
  }
  return true;
}

/// The request that starts `bytes`, and its length; nullopt while it is not complete.
std::optional<std::size_t> readRequest(string_view bytes, Request& request) {
  const auto headEnd = bytes.find("\r\n\r\n");
  if (headEnd == string_view::npos) return std::nullopt;
  const auto head = bytes.substr(0, headEnd + 2);
  std::size_t length = 0;
  for (auto line = head.find("\r\n") + 2; line < head.size(); line = head.find("\r\n", line) + 2) {
    constexpr string_view kName = "content-length:";
    if (strncasecmp(head.data() + line, kName.data(), kName.size()) != 0) continue;
    auto value = head.substr(line + kName.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    length = static_cast<std::size_t>(number(value, 0));
  }
  if (bytes.size() < headEnd + 4 + length) return std::nullopt;
  const auto first = head.substr(0, head.find("\r\n"));
  const auto blank = first.find(' ');
  auto target = first.substr(blank + 1, first.rfind(' ') - blank - 1);
  request.method = first.substr(0, blank);
  request.path = target.substr(0, target.find('?'));
  request.query = target.size() > request.path.size() ? target.substr(request.path.size() + 1) : string_view();
  request.body = bytes.substr(headEnd + 4, length);
  return headEnd + 4 + length;
}

void converse(Server& server, int handle) {
  std::string bytes;
  std::array<char, 16384> piece;
  for (bool open = true; open;) {
    const auto got = recv(handle, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
    Request request;
    while (open) {
      const auto length = readRequest(bytes, request);
      if (!length) break;
      open = sendAll(handle, server.handle(request));
      bytes.erase(0, *length);
    }
  }
  close(handle);
}

}  // namespace

int serve() {
  static Server server;  // outlives the detached threads
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 128) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("postern-bench: server");
    return 1;
  }
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int handle = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (handle < 0) continue;
    const int on = 1;
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    server.connected();
    std::thread([handle] { converse(server, handle); }).detach();
  }
}

}  // namespace postern::bench
