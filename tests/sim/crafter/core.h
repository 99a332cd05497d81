#pragma once
// The simulated Crafter behind its lock: what it keeps, and what a call does.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/crafter/crafter_simulator.h"
#include "tests/sim/crafter/schema.h"
#include "tests/sim/crafter/store.h"

namespace postern::sim {

namespace crafter {

struct Answer {
  int status = 200;
  Json body;
};

/// An error answer; the member is in the dialect's spelling.
struct Failure {
  int status;
  std::string code, message, member = {};
};

/// Throws std::invalid_argument if there is none.
const Entity& mustBe(const std::string& name);

}  // namespace crafter

struct CrafterSimulator::Impl {
  struct Shown {  // a row of a list, with what its cursor says
    crafter::Time updated;
    std::int64_t number;
    Json body;
  };
  struct Kept {  // by Idempotency-Key
    std::string request;
    crafter::Answer answer;
  };
  struct Tally {
    std::int64_t created = 0, updated = 0, unchanged = 0, linked = 0, replayed = 0, unauthorized = 0, conflicts = 0,
                 invalid = 0, limited = 0, errorsSet = 0, errorsCleared = 0;
  };

  std::atomic<int> busy{0};

  mutable std::mutex mutex;  // everything below
  CrafterOptions options;
  std::optional<crafter::Time> fixedNow;
  mutable crafter::Store store;
  std::map<std::string, Kept> answered;
  std::map<std::string, Json> errors;  // by entity/id/operation
  Json timeline = Json::array();
  Tally tally;
  int lastWorkOrder = 0;
  std::int64_t lastArticle = 0;
  std::chrono::steady_clock::time_point windowStart;
  int windowCalls = 0;

  // The caller holds the mutex. Those with an Answer throw Failure.
  crafter::Time now() const {
    return fixedNow.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  }
  void checkLimit();
  void checkAccess(const Request& request);
  crafter::Answer answer(const Request& request);
  crafter::Answer list(const std::string& entity, const Request& request);
  std::vector<Shown> rowsSince(const std::string& entity, crafter::Time since, bool inclusive);
  crafter::Answer errorCall(const Request& request, const std::string& rest);
  crafter::Answer put(const crafter::Entity& entity, const std::string& externalId, const Request& request);
  crafter::Answer putItem(const crafter::Entity& entity, const std::string& externalId, const Request& request,
                          const Json& input);
  crafter::Item* linked(const crafter::Entity& entity, const std::string& externalId, const Json& input);
  void check(const crafter::Entity& entity, const crafter::Item* item, const Json& fields);
  Json fieldsFrom(const crafter::Entity& entity, const Json& input, const crafter::Item* item) const;

  bool exists(std::string_view entity, const std::string& id);
  Json contractItem(const crafter::Entity& entity, const crafter::Item& item) const;
  Json spelled(const std::string& entity, const Json& item) const;
  Json wrapped(Json item) const;
  std::string workOrderNumber();

  // The people of the account.
  std::string create(const crafter::Entity& entity, Json fields);
  bool edit(const crafter::Entity& entity, const std::string& id, const Json& fields);
  Json records(const crafter::Entity& entity) const;
  std::int64_t doubled(const crafter::Entity& entity) const;
  Json errorList() const;
};

}  // namespace postern::sim
