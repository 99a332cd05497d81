#pragma once
// Index calls of the simulated Craftboxx: filters, order, pages (fact sheet, section 4).

#include <list>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/craftboxx/store.h"

namespace postern::sim::craftboxx {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Page {
  int status = 200;  // otherwise `message` says why and the rest is empty
  std::string message;
  std::vector<const Record*> records;
  std::int64_t number = 1, last = 1, size = 0, total = 0;
  std::vector<std::string> with, counts;
};

/// SQL's LIKE: `%` any text, `_` one character (not byte).
bool like(std::string_view text, std::string_view pattern, bool ignoreCase);

/// The relations asked for by `with`/`with[]` or `count`/`count[]`.
std::vector<std::string> namesIn(const Parameters& parameters, std::string_view parameter);

/// Reads pages. Keeps the result of the last few unchanged queries, since page after page asks for the same list.
/// Not thread-safe.
class Lister {
 public:
  /// `store` must outlive this.
  explicit Lister(const Store& store) : store_(store) {}

  Page read(Resource resource, const Parameters& parameters, const CraftboxxOptions& options);
  /// After a change of options.
  void forget() { kept_.clear(); }

 private:
  struct Kept {
    Resource resource;
    std::string query;
    std::int64_t version;
    std::vector<const Record*> records;
  };
  const Store& store_;
  std::list<Kept> kept_;  // latest first
};

}  // namespace postern::sim::craftboxx
