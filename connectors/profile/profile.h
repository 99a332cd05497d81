#pragma once
// A profile: how one vendor's HTTP/JSON interface is spelled. Data only; README.md beside this file describes the form.
// A profile says nothing about what the vendor really offers: it may be a contract of our own.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/connector.h"

namespace postern::profile {

/// Where a member stands: {"error", "message"} for "error.message"; empty = not there, or the answer itself.
using Path = std::vector<std::string>;

/// How a value looks on the wire.
enum class Form {
  Text,    // string; null is ""
  Flag,    // bool, or 0 and 1
  Date,    // by Profile::dateForm; what begins with such a date counts as that day, a stamp with a zone as the site's
  Number,  // JSON number, or a decimal in a string
  Hours,   // decimal hours there, whole minutes here
  Words,   // a word of a table; others are kept as they are
  Reference,  // id of another record
};

struct Field {
  std::string ours{};
  Path member{};
  Form form = Form::Text;
  std::string target{};  // kind that a Reference points to
  bool written = true;
  int decimals = 4;                                         // of Number and Hours, when written
  std::size_t maxLength = 0;                                // characters; 0 = the server decides
  std::map<std::string, std::string, std::less<>> words{};  // theirs -> ours
};

struct Kind {
  std::string name{};
  std::string path{};                                        // "work-orders"; of a nested kind its parent's
  std::vector<std::pair<std::string, std::string>> query{};  // sent with every list
  std::string within{};                                      // nested kind: the kind whose rows hold it
  Path rows{};                                               // nested kind: member of the parent's row with the list
  Path id{};                                                 // own, or Profile::id
  Path parent{};        // member with the parent's id; empty = none. A nested kind's parent is the row it came from
  bool changes = true;  // the list takes Profile::changesParameter
  bool writes = false;
  int rank = 0;
  std::string prefix{};  // put before our key in the external id
  bool refusalsPass = false;
  std::vector<std::string> together{};
  std::vector<std::string> createOnly{};
  std::vector<Field> fields{};
};

struct Paging {
  enum class Style { Cursor, Page, None };
  Style style = Style::None;
  Path rows;                    // empty = the answer is the list
  std::string sizeParameter;    // empty = not sent
  std::string cursorParameter;  // Cursor
  Path next;                    // Cursor: absent, null or "" at the end
  std::string pageParameter;    // Page
  int firstPage = 1;
  Path page;               // Page: number of this page; empty = not told
  Path pages;              // Page: how many there are; empty = not told, then an empty page ends the list
  Path total;              // Page: rows in all pages; empty = not told
  bool fullPages = false;  // every page but the last holds as many rows as were asked for
};

struct Operation {
  std::string method;
  std::string path;  // with {path}, {id}, {external_id}
};

/// Errors of items, as a current state: one call sets one, one deletes it.
struct ErrorList {
  std::string kind;  // empty = none
  int rank = 9;
  std::string path;                                // with {entity}, {id}, {operation}
  std::string code, message, firstSeen, lastSeen;  // member names; empty = not sent
};

struct Profile {
  std::string name;                    // "crafter", or the file
  std::vector<std::string> summaries;  // en, de, nl

  std::string basePath;                                      // "api/v1"
  std::vector<std::pair<std::string, std::string>> headers;  // with {token}, {account}
  int maxPageSize = 100;
  std::size_t maxBody = 0;  // bytes; 0 = no limit
  std::string dateForm = "YYYY-MM-DD";
  std::string zone = "UTC";  // the site's, IANA; not in the file
  Paging paging;
  std::string changesParameter;  // empty = everything is read each time

  Path wrapper;  // member that holds a single item
  Path id, externalId, version, updated;
  bool idIsNumber = false;
  Path errorMessage, errorCode, errorField;

  Operation create, update;
  bool whole = true;  // an update sends the whole item, or only what changed
  std::string readPath;
  std::string findPath;
  std::string findParameter;
  std::string idempotencyHeader, matchHeader;
  std::string claimMember;  // gives an item of theirs our external id; empty = nothing is ever taken over

  std::vector<Kind> kinds;  // in the order of the file: parents first
  ErrorList errorList;

  /// nullptr when there is none.
  const Kind* kind(std::string_view wanted) const;
  bool writes() const;
};

/// Reads a profile. Throws ConfigError with the place "FILE:LINE" (form) or "FILE: kinds.customer.path" (content);
/// one error, the first found. `file` is only used for places.
Profile parseProfile(std::string_view text, const std::string& file);
/// Same from a file of at most 1 MiB.
Profile loadProfile(const std::filesystem::path& file);

/// Replaces {name} by the percent-encoded value, except {path}, which is put in as it is.
std::string fillPath(const std::string& pattern, const std::map<std::string, std::string, std::less<>>& values);

/// "kinds.customer" for {"kinds", "customer"}.
std::string pathText(const Path& path);

}  // namespace postern::profile
