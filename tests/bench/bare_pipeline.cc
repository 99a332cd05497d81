#include "tests/bench/bare_pipeline.h"

#include <simdjson.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "agent/hash.h"
#include "tests/bench/customers.h"
#include "tests/bench/raw.h"

namespace postern::bench {
namespace {

constexpr std::int64_t kGroup = 64;  // sent and settled together
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS seen(key TEXT PRIMARY KEY, hash BLOB, body TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS queue(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, key TEXT, parent TEXT,"
    " body TEXT, state INTEGER);"
    "CREATE INDEX IF NOT EXISTS due ON queue(state, id);"
    "CREATE TABLE IF NOT EXISTS bound(path TEXT, key TEXT, id TEXT, PRIMARY KEY(path, key)) WITHOUT ROWID";

struct Post {
  std::int64_t id = 0;
  std::string path, key, body, answer;
};

/// Says that there is more to send, or that no more will come.
struct Signal {
  std::mutex mutex;  // the rest
  std::condition_variable changed;
  bool more = false;
  bool ended = false;

  void raise(bool end) {
    {
      const std::scoped_lock lock(mutex);
      more = true;
      ended |= end;
    }
    changed.notify_one();
  }
  /// False when nothing more will come.
  bool wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return more; });
    more = ended;
    return !ended;
  }
};

std::string_view textOf(simdjson::ondemand::object& row, const char* name) { return row[name].get_string(); }

class Reader {
 public:
  explicit Reader(const BareOptions& options) : client_(options.port), db_(options.file) {}

  void run(const std::function<void()>& queued) {
    for (std::int64_t from = 0;; from += kPageSize) {
      std::string page = customerPage(client_, from);
      page.reserve(page.size() + simdjson::SIMDJSON_PADDING);
      std::vector<std::pair<CustomerFields, Hash>> changed;
      bool any = false;
      auto document = parser_.iterate(page.data(), page.size(), page.capacity());
      db_.execute("BEGIN");
      for (auto element : document["Kunden"].get_array()) {
        any = true;
        auto row = element.get_object().value();
        const std::string_view raw = row.raw_json();
        const auto hash = hasher_(raw);
        row.reset();
        CustomerFields customer;
        customer.number = textOf(row, "KundenNr");
        if (isKnown(customer.number, hash)) continue;
        customer.name1 = textOf(row, "Name1");
        customer.name2 = textOf(row, "Name2");
        customer.street = textOf(row, "Strasse");
        customer.zip = textOf(row, "PLZ");
        customer.city = textOf(row, "Ort");
        customer.country = textOf(row, "Land");
        customer.phone = textOf(row, "Telefon");
        customer.mail = textOf(row, "email");
        changed.emplace_back(customer, hash);
      }
      db_.execute("COMMIT");
      if (!any) return;
      if (changed.empty()) continue;
      store(changed);
      queued();
    }
  }

 private:
  bool isKnown(std::string_view key, const Hash& hash) {
    const bool known = find_.bind(1, key).step() &&
                       find_.text(0) == std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size());
    find_.reset();
    return known;
  }

  void store(const std::vector<std::pair<CustomerFields, Hash>>& changed) {
    db_.execute("BEGIN IMMEDIATE");
    for (const auto& [customer, hash] : changed) {
      const auto body = customerBody(customer);
      const std::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
      insert_.bind(1, customer.number).bind(2, bytes).bind(3, body).run();
      queue("/customers", customer.number, "", body);
    }
    for (const auto& [customer, hash] : changed) {
      queue("/customers/addresses", "main:" + std::string(customer.number), customer.number, addressBody(customer));
    }
    db_.execute("COMMIT");
  }

  void queue(std::string_view path, std::string_view key, std::string_view parent, const std::string& body) {
    queue_.bind(1, path).bind(2, key).bind(3, parent).bind(4, body).run();
  }

  BareClient client_;
  BareDatabase db_;
  Hasher hasher_;
  simdjson::ondemand::parser parser_;
  BareDatabase::Statement find_{db_, "SELECT hash FROM seen WHERE key=?"};
  BareDatabase::Statement insert_{db_, "INSERT OR REPLACE INTO seen VALUES(?,?,?)"};
  BareDatabase::Statement queue_{db_, "INSERT INTO queue(path,key,parent,body,state) VALUES(?,?,?,?,0)"};
};

class Sender {
 public:
  explicit Sender(const BareOptions& options) : db_(options.file) {
    for (int i = 0; i < options.connections; ++i) clients_.push_back(std::make_unique<BareClient>(options.port));
  }

  /// Sends until the queue is empty.
  void run() {
    std::vector<Post> group;
    do {
      db_.execute("BEGIN IMMEDIATE");
      for (auto& post : group) settle(post);
      group = pick();
      db_.execute("COMMIT");
      send(group);
    } while (!group.empty());
  }

 private:
  std::vector<Post> pick() {
    std::vector<Post> group;
    due_.bind(1, kGroup);
    while (due_.step()) {
      Post post{due_.integer(0), std::string(due_.text(1)), std::string(due_.text(2)), std::string(due_.text(4)), {}};
      if (const auto parent = due_.text(3); !parent.empty()) {
        const bool bound = find_.bind(1, parent).step();
        const std::string id(bound ? find_.text(0) : std::string_view());
        find_.reset();
        if (!bound) break;
        const std::string mark = '"' + std::string(kIdMark) + '"';
        post.body.replace(post.body.find(mark), mark.size(), id);
      }
      group.push_back(std::move(post));
    }
    due_.reset();
    for (const auto& post : group) mark_.bind(1, post.id).run();
    return group;
  }

  void send(std::vector<Post>& group) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    const auto work = [&](BareClient& client) {
      for (auto i = next++; i < group.size(); i = next++) group[i].answer = client.post(group[i].path, group[i].body);
    };
    if (group.empty()) return;
    for (auto& client : clients_) threads.emplace_back([&, c = client.get()] { work(*c); });
  }

  void settle(const Post& post) {
    const auto answer = nlohmann::json::parse(post.answer);
    const auto id = answer["data"]["id"].dump();
    bind_.bind(1, post.path).bind(2, post.key).bind(3, id).run();
    remove_.bind(1, post.id).run();
  }

  BareDatabase db_;
  std::vector<std::unique_ptr<BareClient>> clients_;
  BareDatabase::Statement due_{db_, "SELECT id,path,key,parent,body FROM queue WHERE state=0 ORDER BY id LIMIT ?"};
  BareDatabase::Statement find_{db_, "SELECT id FROM bound WHERE path='/customers' AND key=?"};
  BareDatabase::Statement mark_{db_, "UPDATE queue SET state=1 WHERE id=?"};
  BareDatabase::Statement bind_{db_, "INSERT OR REPLACE INTO bound VALUES(?,?,?)"};
  BareDatabase::Statement remove_{db_, "DELETE FROM queue WHERE id=?"};
};

}  // namespace

int barePipeline(const BareOptions& options) {
  BareDatabase(options.file).execute(kSchema);
  Signal signal;
  std::jthread sending([&] {
    if (!options.send) return;
    Sender sender(options);
    bool open = true;
    do {
      open = signal.wait();
      sender.run();
    } while (open);
  });
  int failed = 0;
  try {
    Reader(options).run([&] { signal.raise(false); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reading failed: %s\n", error.what());
    failed = 1;
  }
  signal.raise(true);
  return failed;
}

}  // namespace postern::bench
