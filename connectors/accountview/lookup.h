#pragma once
// Finding records again: by the field that keeps our reference, by their key, or by everything we would write.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "connectors/accountview/body.h"
#include "connectors/accountview/listing.h"

namespace postern::accountview {

struct LookupOptions {
  ListOptions list;
  std::string textOperator;  // "Contains" or "Equal"
  std::string prefix;        // of our references
  std::string zone;
};

/// A record that was found, with the header row and, of an order line, the line's row.
struct Match {
  std::string id;  // theirs: the key; of an order line "<order>/<line>"
  Fields values;   // of the header row, or of the line
};

/// What a record would hold: names of the field and the stored value.
struct Expected {
  std::string name;
  Form form = Form::Text;
  std::string value;
};

/// Reads only. `bookDate` names the book year whose records are looked through, as in the writes; empty = the present
/// one (inferred). The references must outlive it. Thread-safe.
class Lookup {
 public:
  Lookup(Api& api, const Layout& layout, const FieldTypes& types, LookupOptions options);

  /// Characters that the field for references keeps: by the types, else 32.
  std::size_t referenceWidth(const Table& table) const;
  std::string reference(const Table& table, const std::string& key) const;

  /// Records whose field holds exactly `reference`.
  Result<std::vector<Match>> byReference(const Table& table, const std::string& reference, const std::string& bookDate,
                                         std::stop_token stop) const;
  /// The record with that key; nullopt when there is none.
  Result<std::optional<Match>> byKey(const Table& table, const std::string& key, const std::string& bookDate,
                                     std::stop_token stop) const;
  /// Records that hold all of `expected`; asked for by the first of them that is a text with a value.
  Result<std::vector<Match>> byContent(const Table& table, const std::vector<Expected>& expected,
                                       const std::string& bookDate, std::stop_token stop) const;
  /// All lines of one order.
  Result<std::vector<Match>> lines(const std::string& order, const std::string& bookDate, std::stop_token stop) const;
  /// A page of records that carry a reference of ours, by key of ours.
  struct OursPage {
    std::vector<std::pair<std::string, Match>> ours;
    std::string next;  // empty = no more
  };
  Result<OursPage> ours(const Table& table, const std::string& position, const std::string& bookDate,
                        std::stop_token stop) const;

  /// "<order>/<line>", or with the reference where the site tells no line number; "<order>/?#<hash of the content>"
  /// where it keeps no reference either.
  std::string lineId(const std::string& order, const Fields& line) const;
  bool holds(const Fields& values, const std::vector<Expected>& expected) const;

 private:
  Listing listing(const Table& table, const std::string& bookDate) const;
  Filter textFilter(const std::string& field, const std::string& value) const;
  /// All records of a listing; the lines of all orders for order_line.
  Result<std::vector<Match>> matches(const Table& table, const Listing& listing, std::stop_token stop) const;
  /// The line's number, else its reference; "" when the site tells neither.
  std::string lineName(const Fields& line) const;
  void addMatches(const Table& table, const ListedRow& row, std::vector<Match>& out) const;

  Api& api_;
  const Layout& layout_;
  const FieldTypes& types_;
  const LookupOptions options_;
};

}  // namespace postern::accountview
