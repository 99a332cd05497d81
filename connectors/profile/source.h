#pragma once
// Reads a vendor through its profile: everything, or what changed since a stamp of the server's own.

#include "connectors/profile/session.h"

namespace postern::profile {

/// A nested kind reads the same pages as the kind that holds it. Stamps are the server's, never our clock's. Without a
/// changes parameter, or before rows with a stamp were seen, a scan is full.
class ProfileSource : public Source {
 public:
  /// The session must outlive this.
  ProfileSource(const Session& session, int pageSize, std::chrono::seconds overlap);

  std::span<const std::string_view> kinds() const override { return kinds_; }
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override;
  Result<Record> map(std::string_view kind, const Row& row) const override;

 private:
  const Session& session_;
  const int pageSize_;
  const std::chrono::seconds overlap_;
  std::vector<std::string_view> kinds_;
};

}  // namespace postern::profile
