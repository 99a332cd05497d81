#pragma once
// Reading rows: the answer's tables, numbered filters, both styles of paging and a server that ignores one of them.
// Vendor facts: fact sheet accountview.md, sections 6.1 and 6.2.

#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "connectors/accountview/api.h"
#include "connectors/accountview/mapping.h"

namespace postern::accountview {

// ---- Answers; pure --------------------------------------------------------------------------------------------------

/// The rows of a table, its name in any letter case; a single record may come as an object (inferred). nullopt when the
/// answer has no such table.
std::optional<std::vector<const nlohmann::json*>> rowsOf(const nlohmann::json& answer, const std::string& table);

/// Details of a header row: nested inside it, or beside it with the same `<HEADER>_Id` (both inferred).
std::vector<const nlohmann::json*> childrenOf(const nlohmann::json& answer, const nlohmann::json& header,
                                              const std::string& headerTable, const std::string& childTable);

/// A row's fields as text by upper-case name; nested tables are left out.
Fields valuesOf(const nlohmann::json& row);

// ---- Questions; pure ------------------------------------------------------------------------------------------------

/// A numbered condition; all must hold. Values are never part of an expression, so nothing needs quoting.
struct Filter {
  std::string field;      // "CNG_DATE" or "SO_LINE.EXT_ID"
  std::string operation;  // "DateOnOrAfterDate", "Contains", "Equal"
  char type = 'C';
  std::string value;
};

enum class Paging { Auto, LastKey, PageNumber };

/// What to read.
struct Listing {
  std::string path = "accountviewdata";
  std::string object;
  std::string table;
  std::string key;                  // field to sort and page by
  std::vector<std::string> fields;  // of `table`; empty = all
  std::vector<Filter> filters;
  std::string child;  // details wanted, too; empty = none
  std::vector<std::string> childFields;
  bool keyPages = false;  // lastKey is known to take this key (sheet: SUB_NR of CONTACT, PROJ_CODE of PROJECTS)
  std::string bookDate;
};

struct ListOptions {
  int pageSize = 200;
  Paging paging = Paging::Auto;
};

/// Where a listing stands; small enough for Page::next.
struct Position {
  bool byKey = false;
  int pages = 0;            // received so far
  std::string first, last;  // keys of the page before
  std::string changed;      // newest change seen so far
  bool operator==(const Position&) const = default;
};
std::string encode(const Position& position);
/// nullopt for what encode did not make.
std::optional<Position> decode(const std::string& text);

Parameters parametersOf(const Listing& listing, const Position& position, int pageSize);

// ---- Pages ----------------------------------------------------------------------------------------------------------

struct ListedRow {
  Fields values;
  std::vector<Fields> children;
};

struct Listed {
  std::vector<ListedRow> rows;
  Position next;
  bool last = false;
};

/// The page at `position` (nullopt = the first). The end is an empty page, or one that only repeats the page before:
/// a short page alone is not believed, because the server's largest page is not known. Where a page repeats and paging
/// is Auto, the other style is tried first; a full page that repeats in all is an error (Retry), never an end.
Result<Listed> listPage(Api& api, const Listing& listing, const ListOptions& options,
                        const std::optional<Position>& position, std::stop_token stop);

/// All pages, 1000 at most.
Result<std::vector<ListedRow>> listAll(Api& api, const Listing& listing, const ListOptions& options,
                                       std::stop_token stop);

}  // namespace postern::accountview
