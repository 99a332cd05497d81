#pragma once
// Inside of ProfactoSimulator; only its own sources and none of the tests include this.

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/profacto/database.h"
#include "tests/sim/profacto/licence_slots.h"
#include "tests/sim/profacto/orda_query.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::sim {

namespace profacto {

enum class ResponseMode { Json, Html };

/// One vendor call, taken apart.
struct Call {
  std::string method;  // lower case
  std::map<std::string, std::string> parameters;
  ProfactoClient client;
  ResponseMode mode = ResponseMode::Json;
  bool has(const std::string& name) const { return parameters.contains(name); }
  std::string get(const std::string& name) const;
};

/// What a method answers, before it becomes JSON or HTML.
struct Answer {
  bool success = true;
  std::string error;     // short code
  std::string errorMsg;  // text
  std::string members;   // JSON members of the method, with a comma before each, e.g. `,"wasUpdate":true`
  bool isRead = false;   // carries structure_access_info
  std::vector<std::string> refusedNames;
  static Answer failed(std::string error, std::string message) {
    Answer answer;
    answer.success = false;
    answer.error = std::move(error);
    answer.errorMsg = std::move(message);
    return answer;
  }
};

bool isWriteMethod(std::string_view lowerMethod);
std::string lowerCase(std::string_view text);
/// JSON of a test -> value for that column; dates as "YYYY-MM-DD" or "". Throws std::invalid_argument.
Value valueFromJson(const Column& column, const nlohmann::ordered_json& json);
/// Parameter of a write -> value; what does not fit becomes 0, false or the empty date (assumed).
Value valueFromParameter(const Column& column, const std::string& text, const ProfactoOptions& options);
nlohmann::ordered_json toJson(const Table& table, Slot slot);

}  // namespace profacto

/// Everything behind `mutex`. Methods without a lock of their own say so by taking none: handle() and the public class
/// lock, the rest expects it.
class ProfactoSimulator::Core {
 public:
  explicit Core(ProfactoOptions given) : options(std::move(given)), database(options) {}

  Response handle(const Request& request, const std::string& url);
  std::chrono::sys_seconds now() const;
  std::chrono::sys_days today() const;

  // api_get
  profacto::Answer get(const profacto::Call& call);
  // api_getapilist, api_getmytokens, api_get_personaltokens
  profacto::Answer apiList(const profacto::Call& call) const;
  profacto::Answer tokens(const profacto::Call& call) const;
  // api_put_*
  profacto::Answer put(const profacto::Call& call);

  // The ERP's own users.
  profacto::Table& table(const std::string& name) { return database.table(name); }
  profacto::Slot slot(const std::string& table, const std::string& key);
  void setFields(const std::string& table, const std::string& key, const Json& fields);
  void insert(const std::string& table, const Json& row);
  void erase(const std::string& table, const std::string& key);
  void book(const std::string& project, const std::string& position, const std::string& costSource);
  void print(const std::string& project, int processStatus, std::optional<int> documentStatus);

  // /_sim/
  std::optional<Response> control(const Request& request);
  void setMode(const std::string& name, const Json& value);

  mutable std::mutex mutex;
  std::condition_variable stopped;  // wakes slow answers
  bool stopping = false;
  ProfactoOptions options;
  profacto::Database database;
  profacto::LicenceSlots slots;
  std::chrono::seconds advanced{0};
  std::set<std::string> pendingTokens;
  std::set<std::pair<std::string, std::string>> locked;  // (table, key)
  struct OddPlan {
    Odd odd;
    int times;
    std::string table;
  };
  std::vector<OddPlan> odd;
  WriteCounts counts;
  std::int64_t accepted = 0;  // writes answered with success:true

 private:
  struct Selection {
    std::string table;
    std::string query;
    bool strictFolds = true;
    std::uint64_t version = 0;
    std::vector<profacto::Slot> slots;
  };

  Response dispatch(const profacto::Call& call, const std::string& url);
  Response licenceAnswer(const profacto::Call& call, const std::string& url);
  Response tokenAnswer() const;
  Response finish(const profacto::Call& call, const profacto::Answer& answer,
                  std::chrono::steady_clock::time_point begun);

  // read.cc
  bool mayRead(const profacto::Call& call, const std::string& table) const;
  std::string mainTable(const profacto::Call& call) const;
  bool isRefused(const profacto::Table& table, const std::string& field) const;
  const std::vector<profacto::Slot>& select(profacto::Table& table, const std::string& text,
                                            const profacto::ParsedQuery& query);
  std::optional<Odd> nextOdd(const std::string& table);
  profacto::Answer page(const profacto::Call& call, profacto::Table& table, const std::vector<std::size_t>& columns,
                        const std::vector<profacto::Slot>& found);
  void appendRow(std::string& out, const profacto::Table& table, profacto::Slot slot,
                 const std::vector<std::size_t>& columns, std::vector<profacto::Cell>& cells) const;

  // write.cc
  using Changes = std::vector<std::pair<std::size_t, profacto::Value>>;
  bool mayWrite(const profacto::Call& call, const std::vector<std::string>& sets) const;
  std::optional<profacto::Answer> refusedFields(const profacto::Call& call, const profacto::Table& table) const;
  Changes changesFrom(const profacto::Call& call, const profacto::Table& table) const;
  void stamp(const profacto::Table& table, Changes& changes) const;
  profacto::Slot create(profacto::Table& table, Changes changes);
  std::string freeNumber(profacto::Table& table, const std::string& prefix, int& next) const;
  std::optional<profacto::Answer> lockedAnswer(const profacto::Table& table, const std::string& key) const;
  profacto::Answer putProject(const profacto::Call& call);
  profacto::Answer createProject(profacto::Table& table, Changes changes);
  profacto::Answer putCustomer(const profacto::Call& call);
  profacto::Answer putContact(const profacto::Call& call);
  profacto::Answer putItem(const profacto::Call& call);
  profacto::Answer putTime(const profacto::Call& call);

  std::deque<Selection> selections_;
  std::optional<Odd> bodyOdd_;  // odd of the answer being made that concerns its bytes
  int nextProject_ = 25900;
  int nextCustomer_ = 90000;
  int nextRecord_ = 1;
};

}  // namespace postern::sim
