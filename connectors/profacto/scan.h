#pragma once
// What to ask profacto for, kind by kind, and how to go on from page to page.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "connectors/profacto/api.h"
#include "connectors/profacto/mapping.h"

namespace postern::profacto {

// ---- One list, page by page (pure) ----------------------------------------------------------------------------------

/// How far a list has been read.
struct Cursor {
  std::int64_t offset = 0;
  std::int64_t total = -1;  // rows in the list as last told; -1 = not told
  std::string first;        // key of the list's very first row
  bool operator==(const Cursor&) const = default;
};

/// What an answer says about its place in the list.
struct PageFacts {
  std::int64_t rows = 0;
  std::int64_t distinct = 0;  // rows with different keys
  std::string firstKey;
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> inPage;
};

struct Step {
  enum class Kind {
    More,      // these rows, then on from `next`
    Last,      // these rows end the list
    Whole,     // the server does not page: these rows are the whole list
    Repeated,  // the server does not page and has sent the whole list again: nothing new
    Cut,       // fewer rows than the answer's own totals
  };
  Kind kind = Kind::Last;
  Cursor next;
};

/// Decides how to go on after an answer to `limit` rows (0 = all were asked for) from `at`. When the list has become
/// shorter since the page before, rows have moved up past us: it steps back by as many, so that none is missed.
Step nextStep(const Cursor& at, std::int64_t limit, const PageFacts& page);

// ---- A scan (pure) --------------------------------------------------------------------------------------------------

/// How a kind is read. `full` without `since`: everything. Otherwise what changed on or after the day `since`.
struct Mode {
  bool full = true;
  std::optional<std::chrono::sys_days> since;
  bool byPositions = false;  // projects with changed positions, too
};

/// Without a change field (position: without the projects' one) every scan is full. The first scan is full, too, but
/// for projects and positions, which start `lookBack` before now.
Mode modeFor(const Layout& layout, const ScanRequest& request, std::chrono::seconds lookBack, const std::string& zone);

/// Where a scan stands between two pages; Page::next is its text.
struct Progress {
  std::string nextSince;           // for the scan after this one: the day before this one began, at the site
  int phase = 0;                   // 1: projects whose positions changed
  Cursor list;                     // rows; for positions and phase 1: where the project numbers come from
  bool listDone = false;           // no more project numbers to fetch
  std::vector<std::string> batch;  // project numbers whose rows are being read
  Cursor rows;                     // inside the batch
  bool operator==(const Progress&) const = default;
};

/// Compact JSON, at most some 20 kB.
std::string toText(const Progress& progress);
/// Starts anew (nextSince from `request`) when the text is empty or was written by another version.
Progress progressOf(const ScanRequest& request, const std::string& zone);

// ---- The scanner ----------------------------------------------------------------------------------------------------

struct ScanOptions {
  std::string articleToken;
  std::string customerToken;
  std::string projectToken;
  std::vector<std::int64_t> confirmedStatus;  // projects with these only
  std::int64_t pageSize = 500;
  bool paging = true;  // false: neither limit nor offset is sent, every list comes in one answer
  std::chrono::seconds lookBack{0};
  std::string zone;

  const std::string& token(Access access) const;
};

/// The Reject for a kind that is none of readKinds().
tl::unexpected<Error> unknownKind(std::string_view kind);

/// Reads pages. Keeps no state between calls; thread-safe. All references must outlive it.
class Scanner {
 public:
  Scanner(const Api& api, const Layout& layout, const ScanOptions& options);
  Result<Page> read(const ScanRequest& request, std::stop_token stop) const;
  /// All rows of `table` whose first key field is one of `keys` (not empty) as 4D compares texts: letter case and
  /// accents do not count, so the caller compares exactly. `fields`: what to ask for, the key's among them.
  /// Auth when the server leaves one of them out.
  Result<Answer> rowsOf(const Table& table, std::vector<std::string> fields, std::span<const std::string> keys,
                        std::stop_token stop) const;

 private:
  struct Slice;
  Result<Slice> fetch(const Query& query, const Cursor& at, std::int64_t limit, std::stop_token stop) const;
  Result<Slice> fetchNumbers(const Mode& mode, const Progress& at, std::stop_token stop) const;
  Result<std::vector<std::string>> confirmedOf(std::span<const std::string> numbers, std::stop_token stop) const;
  std::optional<Error> fillBatch(const Table& table, const Mode& mode, Progress& at, std::stop_token stop) const;
  std::optional<Error> readList(const Table& table, const Mode& mode, Progress& at, Page& page,
                                std::stop_token stop) const;
  std::optional<Error> readBatch(const Table& table, const Mode& mode, Progress& at, Page& page,
                                 std::stop_token stop) const;
  std::optional<Error> deliver(const Table& table, Slice& slice, Page& page) const;
  std::string condition(const Table& table, const Mode& mode) const;
  std::string statusCondition() const;

  const Api& api_;
  const Layout& layout_;
  const ScanOptions& options_;
};

}  // namespace postern::profacto
