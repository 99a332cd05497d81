#pragma once
// What to ask AccountView for each kind, page by page.

#include <stop_token>
#include <string>

#include "connectors/accountview/listing.h"
#include "connectors/accountview/mapping.h"

namespace postern::accountview {

struct ScanOptions {
  ListOptions list;
  std::string changedOperator;  // "DateOnOrAfterDate"
  std::chrono::seconds overlap{900};
  Site site;
};

/// The listing of a kind without filters.
Listing listingOf(const Table& table);

/// Page::since: the newest change seen, at the latest the end of the day on which the scan began (a clock that is ahead
/// must not make us miss what follows); `before` when nothing was seen. Pure.
std::string nextSince(const std::string& seen, const std::string& before, Clock::Time startedAt,
                      const std::string& zone);

/// Reads pages; keeps nothing. The references must outlive it. Thread-safe.
class Scanner {
 public:
  Scanner(Api& api, const Layout& layout, ScanOptions options);
  /// As Source::read. A kind that is off is an empty full page.
  Result<Page> read(const ScanRequest& request, std::stop_token stop) const;
  /// As Source::map.
  Result<Record> map(std::string_view kind, const Row& row) const;

 private:
  Api& api_;
  const Layout& layout_;
  const ScanOptions options_;
};

}  // namespace postern::accountview
