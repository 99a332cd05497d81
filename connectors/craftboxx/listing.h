#pragma once
// Reading one page of a Craftboxx list: query, the spellings of "last page", and rows as the bytes they came in.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/craftboxx/mapping.h"
#include "connectors/craftboxx/session.h"

namespace postern::craftboxx {

struct ListedRow {
  std::string id;
  std::string_view updated;  // "updated_at" as sent; empty when absent
  std::string_view raw;      // the row's bytes, without token-like members
};

struct ListedPage {
  std::shared_ptr<const void> storage;  // keeps `updated` and `raw` alive
  std::vector<ListedRow> rows;
  bool last = false;
  int withoutId = 0;  // rows left out
};

/// Cuts an answer into rows without parsing what is inside them. `asked` is the page that was asked for.
/// The end is told by current_page >= last_page, by next_page_url null or by no rows, at top level or inside `meta`.
/// Retry for an answer that is no JSON, is cut, has fewer rows than its own totals say, or is another page.
Result<ListedPage> parseList(std::string body, int asked, const Session& session, const Resource& resource);

using Query = std::vector<std::pair<std::string, std::string>>;

/// How lists are asked for on this system.
struct ListStyle {
  std::string pageSizeName;  // "per_page" or "perPage"
  int pageSize = 50;
  bool relations = true;  // load with[]=articles
};

/// One page of `resource`. `filters` come first. Archived records are asked for where they would be hidden. If a call
/// with relations answers 500 (section 4, rule 5: an unknown relation does), it is made once more without them.
/// `status` receives the last HTTP status (0 when there was no answer), so that a caller can try another form.
Result<ListedPage> readList(Session& session, const Resource& resource, const ListStyle& style, Query filters, int page,
                            std::stop_token stop, int* status = nullptr);

}  // namespace postern::craftboxx
