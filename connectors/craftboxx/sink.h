#pragma once
// Writes records of ours to Craftboxx and finds them again by source + source_external_id.

#include <atomic>

#include "connectors/craftboxx/listing.h"
#include "connectors/craftboxx/mapping.h"
#include "connectors/craftboxx/session.h"

namespace postern::craftboxx {

/// What the sink writes, parents first.
std::span<const SinkKind> sinkKinds();

/// Thread-safe. One call is one POST or PUT, with a look at the record before it where a PUT would replace what
/// planners set; nothing is repeated here but a call that a 401 refused.
class CraftboxxSink : public Sink {
 public:
  /// `plain`: look keys up one by one (lookup_form = plain). The references must outlive this.
  CraftboxxSink(Session& session, const Site& site, ListStyle style, bool plain);

  std::span<const SinkKind> kinds() const override;

  /// Texts are sent as they are: their limits are not documented, so the server decides (422 -> Reject).
  Result<Settled> push(const Change& change, std::stop_token stop) override;

  /// One call for all keys in the list form, which knows no placeholders; keys are compared byte by byte. Goes over to
  /// one plain call a key for the rest of this sink's life when the server refuses the list form (422, 500), ignores
  /// it (foreign keys come back) or when it does not find a record of ours that is surely there.
  Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                  std::stop_token stop) override;

  /// Position = page number, "u" before it where the server refused the order of the first page. Rows of another
  /// `source` are left out, so a page may be empty and not the last.
  Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) override;
  /// Everything else: rows of another `source` (Found::owner, where they have a key) and rows of nobody.
  Result<FoundPage> strangers(std::string_view kind, const std::string& position, std::stop_token stop) override;

  /// Whether the list form finds a record of ours; nullopt when there is none of this kind to try with.
  Result<std::optional<bool>> listFormWorks(std::string_view kind, std::stop_token stop);

 private:
  enum class Lookup { Unproven, List, Plain };
  /// The record as it is there; null when the server does not show it.
  Result<nlohmann::json> presentOf(const Resource& resource, const std::string& id, std::stop_token stop);
  Result<Settled> settle(const Resource& resource, const Change& change, const HttpResponse& answer) const;
  Result<std::vector<Found>> findOne(const Resource& resource, const std::string& key, std::stop_token stop);
  Result<std::vector<Found>> findPlain(const Resource& resource, std::span<const std::string> keys,
                                       std::stop_token stop);
  /// nullopt: the server does not understand the list form.
  Result<std::optional<std::vector<Found>>> findList(const Resource& resource, std::span<const std::string> keys,
                                                     std::stop_token stop);
  /// Where a listing stands.
  struct Place {
    int page = 1;
    bool ordered = true;  // by id
    static Place parse(std::string_view position);
    std::string next() const;
  };
  /// `place` learns it when the first page was refused in that order.
  Result<ListedPage> readById(const Resource& resource, const Query& filters, Place& place, std::stop_token stop);
  std::optional<Found> ours(const Resource& resource, const ListedRow& row) const;
  tl::unexpected<Error> unknownKind(std::string_view kind) const;

  Session& session_;
  const Site& site_;
  const ListStyle style_;
  std::atomic<Lookup> lookup_;
};

}  // namespace postern::craftboxx
