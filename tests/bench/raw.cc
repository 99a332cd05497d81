#include "tests/bench/raw.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "agent/hash.h"
#include "tests/bench/customers.h"

namespace postern::bench {
namespace {

using Poco::Net::HTTPRequest;

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

int print(double seconds) {
  std::printf("%.6f\n", seconds);
  return 0;
}

std::vector<std::string> allPages(std::uint16_t port) {
  BareClient client(port);
  std::vector<std::string> pages;
  for (std::int64_t from = 0;; from += kPageSize) {
    auto page = customerPage(client, from);
    if (page.find("\"Kunden\":[]") != std::string::npos) return pages;
    pages.push_back(std::move(page));
  }
}

}  // namespace

BareClient::BareClient(std::uint16_t port) : session_("127.0.0.1", port) {
  session_.setKeepAlive(true);
  session_.setKeepAliveTimeout(Poco::Timespan(60, 0));
  session_.setTimeout(Poco::Timespan(60, 0));
}

std::string BareClient::get(const std::string& path) {
  HTTPRequest request(HTTPRequest::HTTP_GET, path, HTTPRequest::HTTP_1_1);
  session_.sendRequest(request);
  return answer();
}

std::string BareClient::post(const std::string& path, std::string_view body, const char* type) {
  HTTPRequest request(HTTPRequest::HTTP_POST, path, HTTPRequest::HTTP_1_1);
  request.set("Authorization", "Bearer bench");
  request.set("Accept", "application/json");
  request.setContentType(type);
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  session_.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
  return answer();
}

std::string BareClient::answer() {
  Poco::Net::HTTPResponse response;
  auto& stream = session_.receiveResponse(response);
  std::string text;
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(response.getContentLength(), 0)));
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  stream.peek();
  if (response.getStatus() / 100 != 2) throw std::runtime_error("HTTP " + std::to_string(response.getStatus()));
  return text;
}

std::string customerPage(BareClient& client, std::int64_t from) {
  return client.post("/4DAction/api_get",
                     "token=bench&table=Kunden&fields=KundenNr,Name1,Name2,Strasse,PLZ,Ort,Land,Telefon,email&limit=" +
                         std::to_string(kPageSize) + "&offset=" + std::to_string(from) + "&response=JSON",
                     "application/x-www-form-urlencoded");
}

BareDatabase::BareDatabase(const std::filesystem::path& file) {
  sqlite3* db = nullptr;
  const int rc = sqlite3_open(file.c_str(), &db);
  db_.reset(db);
  if (rc != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
  sqlite3_busy_timeout(db, 10'000);
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=FULL");
}

void BareDatabase::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(db_.get()));
  }
}

BareDatabase::Statement::Statement(BareDatabase& db, const char* sql) {
  if (sqlite3_prepare_v2(db.db_.get(), sql, -1, &statement_, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(db.db_.get()));
  }
}

BareDatabase::Statement& BareDatabase::Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

BareDatabase::Statement& BareDatabase::Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

bool BareDatabase::Statement::step() {
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  sqlite3_reset(statement_);
  if (rc != SQLITE_DONE) throw std::runtime_error("SQLite refuses: " + std::to_string(rc));
  return false;
}

void BareDatabase::Statement::run() {
  while (step()) {
  }
}

std::string_view BareDatabase::Statement::text(int column) const {
  return {reinterpret_cast<const char*>(sqlite3_column_text(statement_, column)),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

int rawInserts(std::uint16_t port, const std::filesystem::path& file) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& page : allPages(port)) {
    const auto json = nlohmann::json::parse(page);
    for (const auto& row : json["Kunden"]) rows.emplace_back(row["KundenNr"], row.dump());
  }
  BareDatabase db(file);
  db.execute("CREATE TABLE row(key TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID");
  const Stopwatch watch;
  BareDatabase::Statement insert(db, "INSERT INTO row VALUES(?,?)");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % 1000 == 0) db.execute(i == 0 ? "BEGIN" : "COMMIT; BEGIN");
    insert.bind(1, rows[i].first).bind(2, rows[i].second).run();
  }
  db.execute("COMMIT");
  return print(watch.seconds());
}

int rawPosts(std::uint16_t port, int connections) {
  std::vector<std::pair<std::string, std::string>> posts;  // path, body
  const std::string kept = BareClient(port).get("/_bench/bodies");
  for (std::size_t at = 0; at < kept.size();) {
    const auto tab = kept.find('\t', at);
    const auto end = kept.find('\n', tab);
    posts.emplace_back(kept.substr(at, tab - at), kept.substr(tab + 1, end - tab - 1));
    at = end + 1;
  }
  const Stopwatch watch;
  std::vector<std::jthread> threads;
  const auto step = static_cast<std::size_t>(connections);
  for (std::size_t first = 0; first < step; ++first) {
    threads.emplace_back([&, first] {
      BareClient client(port);
      for (auto i = first; i < posts.size(); i += step) client.post(posts[i].first, posts[i].second);
    });
  }
  threads.clear();
  return print(watch.seconds());
}

int rawParse(std::uint16_t port, bool dom) {
  auto pages = allPages(port);
  for (auto& page : pages) page.reserve(page.size() + simdjson::SIMDJSON_PADDING);
  Hasher hasher;
  Hash sum{};
  std::size_t rows = 0;
  const auto take = [&](std::string_view bytes) {
    const auto hash = hasher(bytes);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= hash[i];
    ++rows;
  };
  const Stopwatch watch;
  simdjson::ondemand::parser parser;
  std::string values;
  for (const auto& page : pages) {
    if (dom) {
      const auto json = nlohmann::json::parse(page);
      for (const auto& row : json["Kunden"]) {
        values.clear();
        for (const auto& value : row) values += value.get_ref<const std::string&>();
        take(values);
      }
    } else {
      auto document = parser.iterate(page.data(), page.size(), page.capacity());
      for (auto row : document["Kunden"].get_array()) {
        auto object = row.get_object().value();
        const std::string_view key = object["KundenNr"].get_string();
        if (key.empty()) return 1;
        object.reset();
        take(object.raw_json());
      }
    }
  }
  const auto seconds = watch.seconds();
  std::fprintf(stderr, "%zu rows, %d\n", rows, static_cast<int>(sum[0]));  // so that nothing is optimised away
  return print(seconds);
}

int rawSyncs(const std::filesystem::path& file) {
  constexpr int kTimes = 500;
  const int handle = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::array<char, 4096> block{};
  const Stopwatch watch;
  for (int i = 0; i < kTimes; ++i) {
    if (write(handle, block.data(), block.size()) < 0 || fdatasync(handle) != 0) return 1;
  }
  const auto seconds = watch.seconds();
  close(handle);
  return print(seconds / kTimes);
}

}  // namespace postern::bench
