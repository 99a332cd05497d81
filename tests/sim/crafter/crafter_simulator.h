#pragma once
// A simulated Crafter account. EVERY LINE OF ITS INTERFACE IS ASSUMED: Crafter publishes none. It follows the contract
// of our own in shared/apis/crafter.md, section 5, with the domain of sections 2 to 4; nobody may take it for the real
// one.

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/sim/crafter/options.h"
#include "tests/sim/simulator.h"

namespace postern::sim {

/// Under the dialect's prefix (/api/v1), all state in memory, thread-safe:
///   GET /{entity}?updated_since&cursor&limit     oldest change first
///   PUT /{entity}/by-external/{external_id}      Idempotency-Key; If-Match with the item's version, quoted or not
///   PUT, DELETE /links/accountview/errors/{entity}/{id}/{operation}
/// Each item: id, version, external_id (null if none), updated_at, and
///   customers      number*, name*, phone, email
///   locations      customer_id*, name, street, house_number, addition, post_code, city, is_main
///   contacts       customer_id*, salutation, first_name, last_name, email, phone, mobile
///   project-types  code*, name*
///   projects       code*, name*, description, customer_id, begin_date, end_date, project_type_id*, user_code
///   users          unique_code, name                                                     (read)
///   work-orders    number, status, customer_id*, project_id, location_id, work_type, description, target_date,
///                  articles [{line_id, number, description, quantity, ticked}]
///   work-order-articles  work_order_id, line_id and the article's members; id "wo-81.1"     (read)
///   hours          user_code, project_id, work_order_id, kind work|travel, date, minutes (read)
/// * must be filled (422). A PUT replaces: a member that is left out becomes null, except a work order's number, status
/// and articles (articles cannot be written). Status words: new, in_stock, planned, completed, checked.
///
/// Decided here beyond section 5: an item made by a PUT without a number gets one, a work order without a status lands
/// in_stock; `id` in the body of a PUT gives that item the external id instead of making a new one (404 if it is not
/// there, 409 if either is taken); the unique number or code of another item is 409; an Idempotency-Key that comes
/// again with another body is 409, with the same one it gets the first answer; GET /{entity}/{id}, GET
/// /{entity}/by-external/{external_id} and GET /links/accountview/errors read; unknown members are dropped; a repeated
/// DELETE is 404; deleted items vanish from lists without a word.
///
/// Under /_sim/ it adds (bodies JSON in the contract's names, whatever the dialect; 400 with {"error":…} if nothing was
/// done):
///   GET  /_sim/dump      {"customers":[…],…,"errors":[…],"timeline":[…]}
///   GET  /_sim/summary   {"customers":{"count":n,"duplicates":n},…}
///   POST /_sim/create {"entity","fields"} -> {"id"}      POST /_sim/edit {"entity","id","fields"}
///   POST /_sim/remove {"entity","id"}                    POST /_sim/work_order {fields} -> {"id"}
///   POST /_sim/article {"work_order","number","quantity","ticked"} -> {"line_id"}
///   POST /_sim/tick {"work_order","line_id","ticked"}    POST /_sim/status {"work_order","status"}
///   POST /_sim/hours {fields} -> {"id"}                  POST /_sim/mode {option:value,…}, see setOption; all or none
///   POST /_sim/clock {"now":unix seconds or null}        POST /_sim/reset: items, errors, counts
/// and to /_sim/counts: created, updated, unchanged, linked, replayed, unauthorized, conflicts (409 and 412), invalid
/// (422), limited, errorsSet, errorsCleared, openErrors.
class CrafterSimulator : public Simulator {
 public:
  using Json = nlohmann::json;

  explicit CrafterSimulator(CrafterOptions options = {});
  ~CrafterSimulator() override;

  CrafterOptions options() const;
  /// Valid from the next request on.
  void setOptions(const CrafterOptions& options);
  /// Fixes the clock of updated_at; nullopt = the real one.
  void setNow(std::optional<std::chrono::sys_seconds> now);
  /// Forgets items, errors and counts; options and the clock stay.
  void reset();

  // The people of the account, in the contract's names. Unknown entities throw std::invalid_argument.

  /// Made in the app, with any members; `external_id` too. Returns the id.
  std::string create(const std::string& entity, const Json& fields);
  /// False if there is no such item. Moves version and updated_at.
  bool edit(const std::string& entity, const std::string& id, const Json& fields);
  bool remove(const std::string& entity, const std::string& id);
  /// With a number of the series; status new unless `fields` says otherwise.
  std::string createWorkOrder(const Json& fields);
  /// The line's id; throws std::invalid_argument if there is no such work order.
  std::string addArticle(const std::string& workOrder, const std::string& number, double quantity, bool ticked);
  bool tickArticle(const std::string& workOrder, const std::string& lineId, bool ticked);
  bool setStatus(const std::string& workOrder, const std::string& status);
  std::string addHours(const Json& fields) { return create("hours", fields); }
  /// Users with the codes E01, E02, …
  void addUsers(int count);

  /// Items in the order of their ids.
  Json records(const std::string& entity) const;
  /// null if there is no such item.
  Json record(const std::string& entity, const std::string& id) const;
  std::int64_t count(const std::string& entity) const;
  /// How many items too many carry the same number or code (0 for entities without one).
  std::int64_t doubled(const std::string& entity) const;
  /// Errors shown now: {entity, id, operation, code, message, first_seen, last_seen}.
  Json errors() const;
  /// What the timelines say of errors: {entity, id, operation, code, message, at}, oldest first.
  Json timeline() const;

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
