#pragma once
// Reads Craftboxx: what changed, newest first, or everything.

#include "connectors/craftboxx/listing.h"
#include "connectors/craftboxx/mapping.h"
#include "connectors/craftboxx/session.h"

namespace postern::craftboxx {

/// There is no "changed since" filter (section 4): a change scan reads newest-changed first until a page ends before
/// the last stamp minus the overlap. Stamps are the server's own, never our clock's. When the server cannot sort by
/// change, the scan becomes a full one and says so in Page::warnings.
class CraftboxxSource : public Source {
 public:
  /// The references must outlive this.
  CraftboxxSource(Session& session, const Site& site, ListStyle style, std::chrono::seconds overlap);

  std::span<const std::string_view> kinds() const override;
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override;
  /// Record as toRecord in mapping.h tells.
  Result<Record> map(std::string_view kind, const Row& row) const override;

 private:
  Session& session_;
  const Site& site_;
  const ListStyle style_;
  const std::chrono::seconds overlap_;
};

}  // namespace postern::craftboxx
