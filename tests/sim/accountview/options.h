#pragma once
// What can be switched in the simulated AccountView: each doubtful point of shared/apis/accountview.md.

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace postern::sim {

/// An entry of GET /companies.
struct AccountViewCompany {
  std::string id, description, code;
};

/// Section numbers are those of the fact sheet. The sheet has no more than inferred facts; `assumed` marks what it only
/// assumes, `ours` what it leaves open and the simulator had to decide.
struct AccountViewOptions {
  std::string prefix = "/api/v3";  // letter case ignored (3)
  /// The data of load(), insert() and records() belong to the first one; the others are empty.
  std::vector<AccountViewCompany> companies = {{"1001", "Van Dijk Installaties B.V.", "VANDIJK"},
                                               {"1002", "Oefenbedrijf", "OEFEN"}};
  bool companyHeaderNeeded = true;  // false: without `x-company` the first one is meant (12.2: assumed)
  bool xmlWithoutAccept = true;     // without `Accept: application/json` the answer is XML (3, contradictory)

  // --- Grant (4) ----------------------------------------------------------------------------------------------------
  std::string clientId = "postern-test";
  std::string clientSecret = "geheim-van-de-app";
  std::set<std::string> redirectUris = {"http://127.0.0.1:8765/callback"};  // registered; compared exactly
  /// Where a user without rights is refused: nowhere, by the redirect (`error=access_denied`), by the token call
  /// (ours).
  enum class Rights { Granted, RefusedAtRedirect, RefusedAtToken };
  Rights rights = Rights::Granted;
  std::chrono::seconds tokenLifetime{3600};  // not published (ours)
  int tokenCalls = 0;                        // an access token is good for this many calls; 0 = no limit (ours)
  enum class ExpiresIn { Number, Text, Absent };
  ExpiresIn expiresIn = ExpiresIn::Number;
  bool rotateRefreshToken = true;  // false: the same refresh token stays good
  /// How long a refresh token stays good after it was exchanged. The sheet tells only that each refresh answers a new
  /// one (inferred) and assumes invalid_grant for the old one, so 0 is the worst case; other services give a grace
  /// time.
  std::chrono::seconds oldTokenGrace{0};

  // --- Reading (6.1, 6.2)
  // ---------------------------------------------------------------------------------------------
  /// Which paging parameters are understood; the others are ignored.
  enum class Paging { Both, LastKey, PageNumber, Neither };
  Paging paging = Paging::Both;
  int defaultPageSize = 100;  // ours
  int maxPageSize = 0;        // larger ones are cut to it; 0 = no limit (ours)
  bool recordOrder = false;   // without SortFields: in the order of entry instead of by key (ours)
  bool wholeDays = true;      // DateOnOrAfterDate looks at days only (assumed)
  /// Where `Equal` on text wants the value padded to the field's width: in the dictionary's DBF_NAME, or everywhere.
  enum class EqualPadding { Nowhere, Dictionary, Everywhere };
  EqualPadding equalPadding = EqualPadding::Dictionary;
  bool unknownFieldRefused = false;  // a field in `Fields` that does not exist: an error instead of silence
  bool emptyIs404 = false;           // no rows: 404 with the empty tables (8)
  bool padText = true;               // C values filled with spaces to their width
  bool singleAsObject = false;       // exactly one record: an object instead of an array
  bool nestedChildren = false;       // details inside their header row instead of beside
  /// DateOnly spells days without a time; CNG_DATE keeps its time. Mixed changes from row to row.
  enum class Dates { NoZone, Rfc3339, DateOnly, Mixed };
  Dates dates = Dates::NoZone;
  enum class FieldsAnswer { Dictionary, Array, NotFound };  // of /accountviewfields: shape unknown
  FieldsAnswer fieldsAnswer = FieldsAnswer::Dictionary;

  // --- Writing (6.3, 8)
  // -----------------------------------------------------------------------------------------------
  enum class TooLong { Cut, Refuse };
  TooLong tooLong = TooLong::Cut;  // assumed
  /// Characters outside Windows-1252.
  enum class Foreign { QuestionMark, Refuse, Keep };
  Foreign foreign = Foreign::QuestionMark;  // assumed
  bool ownNumbering = true;                 // an empty SUB_NR or PROJ_CODE is given a number; false: refused
  bool ledgerAccountNeeded = true;          // a debtor without ACCT_NR is refused (7.2: every client sends it)
  /// How lines come onto an existing order (11: unknown): PUT with `id`, POST with ORD_NR in the header row, or not.
  enum class AddLines { Put, Post, Refused };
  AddLines addLines = AddLines::Put;
  /// What a field does with a text that the sheet does not tell: "TABLE.FIELD" of fields that force upper case (besides
  /// those of format `!`), and of fields that take any value, keep none and are in no answer (ours).
  std::set<std::string> upperFields, droppedFields;
  std::string openOrder = "O", openProject = "O";  // ORD_STAT and PRO_STAT of what may be written to (assumed)
  std::set<std::string> blockedHours;              // "PJ_TYPE/HRT_CODE" pairs that hours are refused for (7.2)
  /// Book year -> "open" or "blocked"; a year that is not listed does not exist. Empty: by the clock, the last five
  /// years and this one open, the next one blocked as a new administration is (2).
  std::map<std::string, std::string> administrations;
  /// Each book year has tables of its own for orders and hours, as its administration has a folder of its own (2, 9):
  /// reads and writes see those of BookDate's year, else of this one. Without: one table for all years.
  bool yearTables = false;
  enum class ChangeNumber { PerRecord, PerTable };  // CNG_NR (6.1: not public)
  ChangeNumber changeNumber = ChangeNumber::PerRecord;

  // --- Dictionary (7.1)
  // -----------------------------------------------------------------------------------------------
  std::set<std::string> noXmlUpdate;      // tables with NO_XML_UPD
  std::set<std::string> blockedFields;    // "TABLE.FIELD" with COM_BLK, besides the usual ones
  std::set<std::string> mandatoryFields;  // "TABLE.FIELD" with INP_MAND, besides the usual ones
  std::set<std::string> missingObjects;   // codes that this installation has no licence for
  std::set<std::string> readOnlyObjects;  // codes listed with InsertAllowed and UpdateAllowed false

  // --- Errors (8)
  // -----------------------------------------------------------------------------------------------------
  int errorStatus = 400;   // of an answer with an ErrorMessage: 200, 400 or 500
  bool relayDown = false;  // the customer's server is switched off: 502 with an HTML page; /token goes on (1: assumed)

  // --- Read at construction only
  // ----------------------------------------------------------------------------------------
  /// "TABLE.FIELD" or "TABLE" or "object.CODE" in the simulator's words -> the name of this installation.
  std::map<std::string, std::string> rename;
  /// The customer's own fields: "TABLE.FIELD" -> type letter and width.
  std::map<std::string, std::string> customFields = {{"CONTACT.A8_ROUTE", "C10"}};
};

/// Sets one option by its member name, enums by their constants' names. Not: companies and what is read at construction
/// only. Throws std::invalid_argument for an unknown name or value and nlohmann's exceptions for a wrong type.
void setOption(AccountViewOptions& options, const std::string& name, const nlohmann::json& value);

}  // namespace postern::sim
