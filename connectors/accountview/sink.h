#pragma once
// Writes what the app makes: customers, projects, sales orders, lines of orders, hours.

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/accountview/lookup.h"

namespace postern::accountview {

struct SinkOptions {
  LookupOptions lookup;
  TextRules texts;
  FieldTypes types;
  enum class BookDate { Document, Today, None };
  BookDate bookDate = BookDate::Document;
  bool addLinesByPost = false;  // false: PUT with the order's number as id
  int rowAction = 0;            // of an added line; 0 = not sent
  std::string searchCode;       // rule
  /// Further fields of a new record: kind -> name and value.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> insert;
};

/// What the sink writes, parents first.
std::span<const SinkKind> sinkKinds();

/// A field of ours that is written, and the kind of the record it refers to.
struct WrittenField {
  const char* field;
  const char* refersTo = nullptr;  // nullptr: a value
  bool needed = false;             // without a name at the site nothing of this kind is written
};
/// Of a written kind; empty for others. The field for the key (`number`, `code`) is not among them.
std::span<const WrittenField> writtenFields(std::string_view kind);
/// Our name of the key that a create may bring along: "number" of a customer, "code" of a project; else "".
std::string_view ownKeyField(std::string_view kind);

/// Thread-safe; one push at a time, so that a look-up and the write it decides on are not torn apart. There is no
/// idempotency key (inferred), so every create looks first: by our reference, else by key, else by content.
class AccountViewSink : public Sink {
 public:
  AccountViewSink(Api& api, const Layout& layout, SinkOptions options);

  std::span<const SinkKind> kinds() const override { return sinkKinds(); }
  Result<Settled> push(const Change& change, std::stop_token stop) override;
  /// Without a field for our references nothing is found: push itself then finds by key or content.
  Result<std::vector<Found>> find(std::string_view kind, const std::vector<std::string>& keys,
                                  std::stop_token stop) override;
  /// References that hold only a hash are left out; find and push know them.
  Result<FoundPage> list(std::string_view kind, const std::string& position, std::stop_token stop) override;

 private:
  /// One field to write.
  struct Wish {
    std::string field;  // ours
    std::string name;   // theirs
    Form form = Form::Text;
    FieldType type;
    std::string value;                // as the field keeps it
    std::optional<std::string> base;  // as the field kept it when the change was decided
    bool reference = false;
  };
  using Wishes = std::vector<Wish>;
  static std::vector<Expected> expectedOf(const Wishes& wishes);

  Result<Wishes> wishes(const Table& table, const Change& change) const;
  Result<std::string> resolved(const WrittenField& field, const Change& change, const std::string& value) const;
  Result<Wish> wish(const Table& table, const Column& column, const Change& change, const std::string& value) const;
  void addRest(const Table& table, const Change& change, Wishes& wishes) const;

  /// Why the key that a create brings along (`number`, `code`) cannot be kept as it is: it would name another record.
  std::optional<Error> wrongOwnKey(const Table& table, const Change& change) const;
  Result<Settled> create(const Table& table, const Change& change, const Wishes& wishes, std::stop_token stop);
  /// A line is looked for by findLine.
  Result<std::optional<Match>> existing(const Table& table, const Change& change, const Wishes& wishes,
                                        std::stop_token stop) const;
  Result<Settled> update(const Table& table, const Change& change, const Wishes& wishes, std::stop_token stop);
  Result<Settled> insertRow(const Table& table, const Change& change, const Wishes& wishes, std::stop_token stop);
  /// What is on an order of a line that is to be there.
  struct LineFound {
    std::optional<Match> ours;
    std::vector<Match> alike;  // lines of the same content; whose they are is not known where they carry no reference
  };
  Result<LineFound> findLine(const Table& table, const Change& change, const Wishes& wishes, const std::string& order,
                             std::stop_token stop) const;
  Result<Settled> createLine(const Table& table, const Change& change, const Wishes& wishes, std::stop_token stop);
  /// `alike`: how many lines of the same content the order had before.
  Result<Settled> insertLine(const Table& table, const Change& change, const Wishes& wishes, const std::string& order,
                             std::size_t alike, std::stop_token stop);
  /// AccountView has no error codes. Whether a row was refused because its book year is closed tells a list that is
  /// asked for with the same book date, as `check` does.
  Error explained(Error refusal, const std::string& bookDate, std::stop_token stop);
  std::vector<Cell> insertCells(const Table& table, const Change& change, const Wishes& wishes) const;
  bool hasBookDate(const Table& table) const;
  /// The book date of a record; empty = none.
  std::string bookDateFor(const Table& table, const Change& change) const;
  /// For look-ups without a record: those that name the book years in which ours may be, the present one first.
  std::vector<std::string> bookDates(const Table& table) const;
  std::chrono::sys_days today() const;
  Settled settled(const Change& change, const Wishes& wishes, const std::string& id, const Fields& values) const;
  Found foundOf(const Table& table, std::string key, const Match& match) const;
  /// An answer that does not tell the field proves nothing: then a look-up has to, once for each kind.
  void checkReference(const Table& table, const std::string& reference, const Fields& values,
                      const std::string& bookDate, std::stop_token stop);
  /// No more records of the kind are created: what an answer loses could not be found again.
  void stopCreating(const Table& table);

  Api& api_;
  const Layout& layout_;
  const SinkOptions options_;
  const Lookup lookup_;
  Turn turn_;
  std::mutex mutex_;                                  // broken_, proven_
  std::map<std::string, Error, std::less<>> broken_;  // kinds whose reference the server does not keep
  std::set<std::string, std::less<>> proven_;         // kinds whose reference a look-up found
};

}  // namespace postern::accountview
