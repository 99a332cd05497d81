#pragma once
// Writes records of ours through a profile and finds them again by the external id.

#include <nlohmann/json.hpp>

#include "connectors/profile/listing.h"
#include "connectors/profile/session.h"

namespace postern::profile {

/// What the sink of a profile writes, parents first; refers to the profile. May be moved, not copied.
struct SinkTable {
  explicit SinkTable(const Profile& profile);
  SinkTable(SinkTable&&) = default;
  SinkTable& operator=(SinkTable&&) = default;
  std::vector<SinkKind> kinds;
  std::vector<std::vector<std::string_view>> lists;  // what `kinds` refers to
};

/// Thread-safe; keeps no state.
class ProfileSink : public Sink {
 public:
  /// The session must outlive this.
  ProfileSink(const Session& session, int pageSize);

  std::span<const SinkKind> kinds() const override { return table_.kinds; }

  /// A create is one call. An update reads the item first: for its version, for what must go along with a replacing
  /// call, and for Change::base. When it was changed in between (412) it is read and sent once more, then Retry. An
  /// item that carries no external id yet gets ours; one that carries another program's is Reject.
  Result<Settled> push(const Change& change, std::stop_token stop) override;

  /// One call a key; the answered external id is compared byte by byte.
  Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                  std::stop_token stop) override;
  /// Reads the whole list and keeps what carries our prefix; a page may be empty and not the last.
  Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) override;
  /// The others; none where the profile has no way to take one over.
  Result<FoundPage> strangers(std::string_view kind, const std::string& position, std::stop_token stop) override;

 private:
  Result<Settled> create(const Kind& kind, const Change& change, std::stop_token stop) const;
  Result<Settled> update(const Kind& kind, const Change& change, std::stop_token stop) const;
  Result<nlohmann::json> present(const Kind& kind, const Change& change, std::stop_token stop) const;
  Result<Call> updateCall(const Kind& kind, const Change& change, const nlohmann::json& item) const;
  Call callOf(const Operation& operation, const Kind& kind, const Change& change, const std::string& version,
              nlohmann::ordered_json body) const;
  Result<HttpResponse> write(Call call, Purpose purpose, const Change& change, std::stop_token stop) const;
  Result<Settled> settle(const Kind& kind, const Change& change, const HttpResponse& answer) const;
  Result<std::vector<Found>> findOne(const Kind& kind, const std::string& key, std::stop_token stop) const;
  Result<FoundPage> all(std::string_view kind, const std::string& position, bool ours, std::stop_token stop) const;
  Found foundOf(const Kind& kind, const nlohmann::json& item) const;
  const Kind* written(std::string_view kind) const;
  bool isErrorList(std::string_view kind) const;
  tl::unexpected<Error> unknownKind(std::string_view kind) const;

  const Session& session_;
  const int pageSize_;
  SinkTable table_;
};

}  // namespace postern::profile
