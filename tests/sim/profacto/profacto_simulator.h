#pragma once
// Simulator of profacto's 4D web API, written from shared/apis/profacto.md alone.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/profacto/joinery.h"
#include "tests/sim/profacto/profacto_options.h"
#include "tests/sim/simulator.h"

namespace postern::sim {

/// A profacto server with an in-memory database. Methods under /4DAction/ (letter case ignored): api_get,
/// api_getapilist, api_getmytokens, api_get_personaltokens, api_license_redirect, api_put_project, api_put_customer,
/// api_put_contact, api_put_item, api_put_time; any other is a 404 page. Vendor errors come with HTTP 200 (assumed).
///
/// Error codes of the sheet: licenses_exceeded. The simulator's own: token_invalid, structure_access_denied,
/// method_not_allowed, query_error, missing_parameter, record_locked, position_not_found, value_too_long.
/// Also its own: Auftrag.Lieferwoche reads "19/2025"; a parameter that is sent twice counts the first time; new
/// projects get the ERP's next number, whatever AuftragsNr was sent; natural order is by record number, freed ones are
/// used again.
///
/// Further paths under /_sim/ (JSON in, JSON out; 400 with {"error":…} if nothing was done):
///
///     POST insert {table,row}                  POST edit {table,key,fields}        POST erase {table,key}
///     GET  dump?table=[&limit=&offset=]        POST clock {advance_s}              POST slot {token,ip}
///     POST book {project[,position,costsource]}
///     POST print {project,status[,document_status]}
///     POST odd {kind[,times,table]}            kind: a name of Odd
///     POST mode {option:value,…}               names and choices of ProfactoOptions
///
/// Tables: Auftrag, Auftragspositio, Kunden, Ansprechpartner, Artikel hold the joinery; the other tables of section
/// 4.3 exist and are empty. Names in the methods below may be the site's or the simulator's (see rename).
/// A `key` is the text of the key field; several key fields are joined by '|': "25017|3" for a position,
/// "1|n20-01170|Meier|Anna" (Typ, TypNr, Name, VorName) for a contact.
/// Thread-safe. A long `slowness` ends at once in the destructor, not in stop(). Methods throw std::invalid_argument
/// for an unknown table, field or key.
class ProfactoSimulator : public Simulator {
 public:
  using Json = nlohmann::ordered_json;
  using Options = ProfactoOptions;

  /// An empty database.
  ProfactoSimulator();
  explicit ProfactoSimulator(ProfactoOptions options);
  ~ProfactoSimulator() override;

  /// Adds a generated joinery. Empties nothing.
  void load(const JoinerySize& size);

  /// Changes switches while the server runs (not: rename, changeFields, withoutChangeField, clock).
  void configure(const std::function<void(ProfactoOptions&)>& change);

  // --- The database, as a user of the ERP edits it (moves the change date, unless a change sets that itself) ------
  /// Fields not named are empty. Dates as "YYYY-MM-DD" or "" . Throws if the key exists.
  void insert(const std::string& table, const Json& row);
  void setField(const std::string& table, const std::string& key, const std::string& field, const Json& value);
  void setFields(const std::string& table, const std::string& key, const Json& fields);
  void erase(const std::string& table, const std::string& key);
  /// All fields in the site's names, dates as "YYYY-MM-DD" or ""; null if there is no such row.
  Json row(const std::string& table, const std::string& key) const;
  /// Rows in the order in which the database holds them; limit 0 = all.
  std::vector<Json> rows(const std::string& table, std::size_t offset = 0, std::size_t limit = 0) const;
  std::vector<std::string> keys(const std::string& table) const;
  std::size_t size(const std::string& table) const;
  /// A user has the record open: writes to it fail with error "record_locked" (form assumed).
  void lockRecord(const std::string& table, const std::string& key);
  void unlockRecord(const std::string& table, const std::string& key);

  // --- What changes a process status without anybody editing the project (section 5) ----------------------------
  /// Books time on one position, or on all positions of the project if `position` is empty.
  void bookTime(const std::string& project, const std::string& position = "", const std::string& costSource = "300");
  /// Prints a document: sets the project's process status, and its document status if given.
  void printDocument(const std::string& project, int processStatus, std::optional<int> documentStatus = {});

  // --- Clock and licences -----------------------------------------------------------------------------------------
  std::chrono::sys_seconds now() const;
  void advanceClock(std::chrono::seconds by);
  /// Takes or prolongs an API access for another machine, even if none is free.
  void occupySlot(const ProfactoClient& client);
  void releaseSlots();
  int slotsInUse() const;
  /// As after creating a token while the preferences dialog is still open: "token is invalid".
  void setTokenPending(const std::string& token, bool pending);

  // --- Odd answers of api_get ---------------------------------------------------------------------------------------
  /// TruncatedJson: the body ends in the middle. EmptyAnswer: success, no rows, total_in_query 0. TooFewRows: half of
  /// the rows, `records` speaks of all. RowsTwice: each page repeats its first row at the end, `records` counts it not.
  /// NoBody: 200 with nothing.
  enum class Odd { TruncatedJson, EmptyAnswer, TooFewRows, RowsTwice, NoBody };
  /// The next `times` answers (-1: all until clearOdd) about `table` ("" = any) are odd.
  void addOdd(Odd odd, int times = 1, const std::string& table = "");
  void clearOdd();

  // --- Counts ------------------------------------------------------------------------------------------------------
  struct WriteCounts {
    std::int64_t createdProjects = 0;
    std::int64_t updatedProjects = 0;
    std::int64_t overwrittenTexts = 0;         // updates that replaced the project's text blocks
    std::int64_t overwrittenPaymentTerms = 0;  // updates that replaced the project's payment terms
    std::int64_t createdCustomers = 0;
    std::int64_t createdContacts = 0;
    std::int64_t createdArticles = 0;
    std::int64_t bookedTimes = 0;
    std::int64_t refused = 0;  // vendor calls answered with success:false or a licence or token page
  };
  WriteCounts writeCounts() const;
  std::int64_t createdProjects() const { return writeCounts().createdProjects; }
  std::int64_t overwrittenTexts() const { return writeCounts().overwrittenTexts; }
  std::int64_t overwrittenPaymentTerms() const { return writeCounts().overwrittenPaymentTerms; }

 protected:
  Response handle(const Request& request) override;
  Effect effectOf(const Request& request) const override;
  std::optional<Response> control(const Request& request) override;
  std::string extraCounts() const override;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace postern::sim
