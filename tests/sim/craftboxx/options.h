#pragma once
// What can be switched in the simulated Craftboxx: each undocumented or doubtful point of the fact sheet.

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

namespace postern::sim {

/// Defaults are the fact sheet's most likely reading. `assumed` marks what the sheet itself only assumes, `ours` what
/// it leaves open and the simulator had to decide.
struct CraftboxxOptions {
  std::string email = "sync@tischlerei.example";
  std::string password = "geheim";
  std::string pathPrefix;  // "" or "/plan-it"; other paths answer 404

  // Log-in
  int tokenCalls = 0;                             // a token is good for this many calls; 0 = no limit (ours)
  std::chrono::seconds tokenLifetime{24 * 3600};  // written into the token's `exp` and enforced (ours)
  bool jwtToken = true;                           // false: a text without an `exp` to read
  std::set<std::string> forbiddenPaths;           // resources that answer 403, e.g. "articles"

  // Lists
  enum class PageSizeName { PerPageSnake, PerPageCamel };  // `per_page` or `perPage`; the other one is ignored
  PageSizeName pageSizeName = PageSizeName::PerPageSnake;
  int defaultPageSize = 15;  // Laravel's default (ours)
  int maxPageSize = 0;       // larger sizes are cut to this; 0 = no limit (ours)
  enum class PagingMembers { TopLevel, Meta };
  PagingMembers pagingMembers = PagingMembers::TopLevel;
  /// Which sign tells the end of a list: all, or only the one named.
  enum class EndSign { All, LastPage, NextPageUrl, EmptyData };
  EndSign endSign = EndSign::All;
  /// `next_page_url` names this host and drops the filters, as the sheet warns: nobody should follow it.
  std::string nextPageHost = "https://api.craftboxx.de";
  bool listFilters = true;              // false: `attribute[]=` is ignored for text attributes
  bool plainFilterIgnoresCase = false;  // as MySQL's usual collations do (ours)
  bool unknownFilterIs500 = true;  // false: a parameter nobody knows is ignored (ours: read as an unknown relation)
  std::optional<int> orderByUpdatedAtStatus;  // e.g. 422 or 500: this column is refused

  // Writes
  enum class EnumSet { Spec2022, Later };
  EnumSet states = EnumSet::Later;      // Later adds PAUSED, ARCHIVED
  EnumSet units = EnumSet::Later;       // Later adds CENTIMETERS … RUNNING_METER
  EnumSet currencies = EnumSet::Later;  // Spec2022: € $; Later: EUR USD CHF
  bool autoMoveStates = true;           // dates set: UNPLANNED -> SCHEDULED; dates gone: SCHEDULED -> UNPLANNED
  bool redirectWithoutAccept = true;    // 422 becomes 302 to an HTML page without `Accept: application/json` (assumed)
  bool checkReferences = true;          // an id that does not exist answers 422 (ours); false: it is stored
  bool trimsStrings = false;            // Laravel's usual trimming; empty text becomes null (ours)
  bool needsOffset = false;             // true: a stamp without zone answers 422; false: it is read as UTC (ours)
  bool touchOnUnchangedPut = true;      // a PUT without a difference still moves `updated_at` (ours)
  bool postAnswersEmpty = false;        // POST answers `[]` instead of {"data":…}
  bool putAnswersEmpty = false;         // PUT likewise

  // Answers
  bool nestedCreation = true;  // assignments carry `creation` with an employee and its token-like fields
  bool nestedProject = true;   // assignments carry `project`
  nlohmann::json extraFields = nlohmann::json::object();  // unknown members added to every record
  bool hideArchivedProjects = true;  // a project whose assignments are all ARCHIVED is hidden like those (ours)

  // Rate limit; 0 = none. Then every answer carries X-RateLimit-* (assumed: Laravel's names)
  int rateLimit = 0;
  std::chrono::milliseconds rateWindow{60'000};
};

/// Sets one option by its member name, durations in seconds ("tokenLifetime") or milliseconds ("rateWindow"), enums by
/// their constants' names. Throws std::invalid_argument for an unknown name and nlohmann's exceptions for a wrong type.
void setOption(CraftboxxOptions& options, const std::string& name, const nlohmann::json& value);

}  // namespace postern::sim
