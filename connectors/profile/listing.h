#pragma once
// One page of a list: the query, the vendor's way of paging, and rows as bytes.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/profile/session.h"

namespace postern::profile {

struct ListedRow {
  std::string id;  // of a nested kind "<parent's id>/<own id>"
  std::string_view raw;
};

struct ListedPage {
  std::shared_ptr<const void> storage;  // keeps `raw` alive
  std::vector<ListedRow> rows;
  std::string next;                  // cursor or page number to ask for; empty at the end
  int withoutId = 0;                 // rows left out
  std::vector<std::string> updated;  // of the list's own rows, as sent
};

/// Which page: empty = the first.
struct PageAsked {
  std::string token;
  int size = 100;
};

/// Cuts an answer into rows. A row's bytes are its members as sent, without blanks between them; of a nested kind those
/// of the inner row alone, so that a change of the parent is no change of it. Retry for an answer that is no JSON or
/// cut, for a page that is short against what the profile says of pages and totals, and for one that leads to itself.
Result<ListedPage> parseList(std::string_view body, const PageAsked& asked, const Session& session, const Kind& kind);

using Query = std::vector<std::pair<std::string, std::string>>;

/// Asks for one page. `filters` come after the kind's own query.
Result<ListedPage> readList(const Session& session, const Kind& kind, const Query& filters, const PageAsked& asked,
                            std::stop_token stop);

}  // namespace postern::profile
