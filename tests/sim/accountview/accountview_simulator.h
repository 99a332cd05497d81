#pragma once
// A simulated AccountView behind the relay accountview.net, from shared/apis/accountview.md alone, odd parts included.

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/sim/accountview/demo_data.h"
#include "tests/sim/accountview/options.h"
#include "tests/sim/simulator.h"

namespace postern::sim {

/// GET /ams/authorize.aspx; under /api/v3: POST token, GET companies, GET|POST|PUT accountviewdata, GET
/// accountviewsystembusinessobjects, accountviewfields, accountviewsystemdata. Letter case of paths, query names and
/// body member names is ignored. All state is in memory. Thread-safe.
///
/// Objects and tables (words; `rename` gives them an installation's names): AR1, CON CONTACT; ADDR DEL_ADDR; PJ1
/// PROJECTS; SO1 SO_HDR + SO_LINE; AK1 ARTICLE; DBF DCT_FILE, FLD DCT_FLD, ADL ADM_LIST.
/// ASSUMED, because nothing about them is public (sheet, 7 and 11) - every one of these names and widths:
///   CP1 CONT_PP     contact persons: PP_CODE, SUB_NR, SALUT, FIRST_NAME, LAST_NAME, MAIL_PRIV, TEL_BUS, TEL_MOB
///   PJT PJ_TYPE     project types: TYPE_CODE, TYPE_DESC       EMP EMPLOYEE  employees: EMP_NR, EMP_NAME
///   HRT HOUR_TYPE   hour types: HRT_CODE, HRT_DESC
///   HRS HOURS       hours: REC_ID, EMP_NR, PROJ_CODE, HRT_CODE, HR_DATE, HR_DESC, HR_QTY, EXT_ID
///   PROJECTS        COMMENT1, PJ_TYPE, EMP_NR; PRO_STAT's values "O" open and "C" closed
///   SO_HDR          ORD_NR (assigned by the server: year and a number), PROJ_CODE, EXT_ID on SO1, ORD_STAT "O" or "C"
///   SO_LINE         ORD_NR, LINE_NR, DEL_DATE's type, PROJ_CODE, EXT_ID
///   ADM_LIST        ADM_CODE, ADM_DESC, BOOK_YEAR, ADM_BLK
/// Lines are added to an order with `PUT`, `id` = ORD_NR and detail rows of RowAction 1 (the default) = insert; 2 =
/// update of the line LINE_NR names (assumed; switch addLines). `id` is the text of the key in any other PUT.
///
/// Decided here, because the sheet is silent: lastKey pages by the table's key (SO_HDR: ORD_NR); filters on an unknown
/// field, a raw `Filter`, a value that is no FoxPro literal are refused; a request with several rows is stored whole or
/// not at all; ORD_DATE and HR_DATE decide the book year, other dates do not; DEL_DATE, ORD_DATE are days (D).
/// The host's clock is the Dutch one.
///
/// Under /_sim/ it adds (bodies JSON; 400 with {"error":…} if nothing was done):
///   GET  /_sim/dump[?table=]  {"CONTACT":[…],…}: rows as records() returns them
///   GET  /_sim/summary        {"CONTACT":{"count":n,"duplicates":n},…}
///   POST /_sim/insert {"table","row"} -> {"key":…}   POST /_sim/edit {"table","key","fields"}
///   POST /_sim/erase  {"table","key"}                POST /_sim/mode {option:value,…}, see setOption; all or none
///   POST /_sim/grant  -> the token call's answer     POST /_sim/revoke {"which":"access" or "all"}
///   POST /_sim/clock  {"now":unix seconds or null}   POST /_sim/reset: rows, tokens, counts
/// and to /_sim/counts: createdDebtors, createdAddresses, createdContacts, createdProjects, createdOrders,
/// createdLines, createdHours, createdOthers, updated, refused, unauthorized, grants, refreshes, tokenRefusals, and
/// doubledDebtors, doubledOrders, doubledLines, doubledHours as doubled() counts them.
class AccountViewSimulator : public Simulator {
 public:
  using Json = nlohmann::json;

  explicit AccountViewSimulator(AccountViewOptions options = {});
  ~AccountViewSimulator() override;

  AccountViewOptions options() const;
  /// Valid from the next request on; companies and what is read at construction stay.
  void setOptions(const AccountViewOptions& options);
  /// Fixes the clock of change dates and tokens; nullopt = the real one.
  void setNow(std::optional<std::chrono::sys_seconds> now);
  /// Adds demo data to the first company.
  void load(const AccountViewSize& size);
  /// Forgets rows, tokens and counts; options and the clock stay.
  void reset();

  /// As if a user had granted access: the answer of the token call (access_token, refresh_token, …).
  Json grant();
  /// Refresh tokens exchanged so far.
  std::int64_t refreshes() const;
  /// Each access token given out answers 401 from now on; the refresh tokens stay good.
  void expireAccessTokens();
  /// Each token given out is void.
  void revokeTokens();

  // The users of the ERP. Tables and fields by word; a line's key is "ORD_NR|LINE_NR". Dates as "YYYY-MM-DD" or "".
  // Each throws std::invalid_argument for an unknown table, field or value that the field cannot keep.

  /// Returns the key. Keys are not assigned, nothing else is checked; throws too if the key is there or empty.
  std::string insert(const std::string& table, const Json& fields);
  /// False if there is no such row. Moves CNG_DATE and CNG_NR.
  bool edit(const std::string& table, const std::string& key, const Json& fields);
  /// The row is gone; no call will tell.
  bool erase(const std::string& table, const std::string& key);
  /// Rows in the order of their keys, all fields by word.
  Json records(const std::string& table) const;
  /// null if there is no such row.
  Json record(const std::string& table, const std::string& key) const;
  std::int64_t count(const std::string& table) const;
  /// How many rows too many carry the same value (empty ones aside) of `field`; without a field: EXT_ID, or ACCT_NAME
  /// for CONTACT.
  std::int64_t doubled(const std::string& table, const std::string& field = "") const;

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
