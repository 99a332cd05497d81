#pragma once
// A simulated Craftboxx account: the API as shared/apis/craftboxx.md describes it, odd parts included.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/sim/craftboxx/options.h"
#include "tests/sim/simulator.h"

namespace postern::sim {

/// Customers, addresses, projects, assignments, articles, tags, log-in, `my/employee` and `my/company`; all state is in
/// memory. Thread-safe. A resource is named by its path ("customers/addresses"; "addresses" is understood too).
///
/// What the sheet only assumes is done as it assumes: any text is good as `source`, the pair of `source` and
/// `source_external_id` is not unique, a list of ids in a PUT replaces the old one, 422 in Laravel's form, 255
/// characters for names and titles (65,535 for long texts), 429 with Laravel's headers, `null` dates clear them.
/// Decided here, because the sheet is silent (see also `ours` in CraftboxxOptions): a malformed body counts as empty,
/// a JSON body without a JSON content type too; an unknown `order_by` answers 500; an unknown member of a body is
/// dropped; a deleted parent leaves its children; look-ups through lists hide archived records as all lists do.
///
/// Under /_sim/ it adds (all bodies JSON):
///   GET  /_sim/dump        {"customers":[…],…}: every record as records() returns it
///   GET  /_sim/summary     {"customers":{"count":n,"duplicates":n},…}
///   POST /_sim/edit        {"resource","id","fields"}          as edit()
///   POST /_sim/create      {"resource","fields"} -> {"id":n}   as create()
///   POST /_sim/remove      {"resource","id"}                   as remove()
///   POST /_sim/after_page  {"resource","page", "edit":{"id","fields"} or "create":{"fields"} or "remove":{"id"}}
///   POST /_sim/mode        {option:value,…}, names of CraftboxxOptions (see setOption); all or none
///   POST /_sim/revoke      as revokeTokens()
///   POST /_sim/reset       as reset()
/// and to /_sim/counts: logins, unauthorized (401), invalid (422), limited (429), created, updated, deleted, records.
class CraftboxxSimulator : public Simulator {
 public:
  explicit CraftboxxSimulator(CraftboxxOptions options = {});
  ~CraftboxxSimulator() override;

  CraftboxxOptions options() const;
  /// Valid from the next request on.
  void setOptions(const CraftboxxOptions& options);
  /// Fixes the clock of stamps and tokens; nullopt = the real one.
  void setNow(std::optional<std::chrono::sys_seconds> now);

  /// Forgets records, tokens and the rate window; options and the clock stay.
  void reset();
  /// Each token given out so far answers 401 from now on.
  void revokeTokens();

  // The other users of the account. An unknown resource name throws std::invalid_argument.

  /// A record made in the app; takes any members and values. Returns its id.
  std::int64_t create(const std::string& resource, const nlohmann::json& fields);
  /// Sets any members to any values (unknown states too; null clears) and moves `updated_at`; the server moves
  /// the state with the dates as in a PUT. False if there is no such record.
  bool edit(const std::string& resource, std::int64_t id, const nlohmann::json& fields);
  bool remove(const std::string& resource, std::int64_t id);
  /// Runs `action` once, after the next list answer of `resource` with this page number was put together and before it
  /// is sent: rows shift or vanish while a client turns the pages. The action may call any method of the simulator.
  void afterPage(const std::string& resource, std::int64_t page, std::function<void()> action);

  /// Everything kept of a resource in the order of ids: members that are not null, `id`, `created_at`, `updated_at`;
  /// an assignment's `articles` as {"47":{"amount":2}}.
  nlohmann::json records(const std::string& resource) const;
  /// null if there is no such record.
  nlohmann::json record(const std::string& resource, std::int64_t id) const;
  std::int64_t count(const std::string& resource) const;
  /// Number of (source, source_external_id) pairs that more than one record carries.
  std::int64_t duplicates(const std::string& resource) const;
  std::int64_t logins() const;

 protected:
  Response handle(const Request& request) override;
  Effect effectOf(const Request& request) const override;
  std::optional<Response> control(const Request& request) override;
  std::string extraCounts() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern::sim
