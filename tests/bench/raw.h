#pragma once
// The raw limits and what they need: a bare keep-alive client, the few calls of SQLite.

#include <Poco/Net/HTTPClientSession.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace postern::bench {

/// One kept-alive connection to 127.0.0.1. Throws Poco::Exception, std::runtime_error for a status that is no success.
class BareClient {
 public:
  explicit BareClient(std::uint16_t port);
  std::string get(const std::string& path);
  std::string post(const std::string& path, std::string_view body, const char* type = "application/json");

 private:
  std::string answer();
  Poco::Net::HTTPClientSession session_;
};

/// One page of customers as profacto answers it.
std::string customerPage(BareClient& client, std::int64_t from);

/// A connection with the durability of postern's; every failure throws std::runtime_error.
class BareDatabase {
 public:
  explicit BareDatabase(const std::filesystem::path& file);
  void execute(const char* sql);

  class Statement {
   public:
    Statement(BareDatabase& db, const char* sql);
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::int64_t value);
    bool step();
    void run();  // step to the end and reset
    void reset() { sqlite3_reset(statement_); }
    std::string_view text(int column) const;
    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }

   private:
    sqlite3_stmt* statement_ = nullptr;
  };

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

/// Each prints the seconds that the measured part alone took.
/// Inserts of all rows the server has, 1000 a transaction.
int rawInserts(std::uint16_t port, const std::filesystem::path& file);
/// POSTs of the bodies that the server kept, over `connections` connections.
int rawPosts(std::uint16_t port, int connections);
/// Parsing of all pages and a SHA-256 of each row, with a DOM (nlohmann) or on demand (simdjson).
int rawParse(std::uint16_t port, bool dom);
/// Syncs of 4 KiB appended to a file.
int rawSyncs(const std::filesystem::path& file);

}  // namespace postern::bench
