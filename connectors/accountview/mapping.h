#pragma once
// What a row of AccountView means: the site's names, keys, and one row as one record. Pure; knows neither JSON nor HTTP
// nor DBF: a row is its fields' texts by name, wherever they came from.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"

namespace postern::accountview {

/// How a value is understood.
enum class Form {
  Text,    // plainText
  Key,     // plainKey: upper-cased
  Number,  // "2.5"
  Flag,    // "true" / "false"
  Day,     // "2026-01-15"
};

/// A field of the ERP and ours. A column without a name at the site is not in a Table at all.
struct Column {
  std::string field;  // "title"
  std::string name;   // "PROJ_DESC", upper case
  Form form = Form::Text;
  std::string mapKey;  // "project.title", as in [fields.<system>]
};

/// How one kind of record is stored in AccountView.
struct Table {
  std::string_view kind;  // "project"
  std::string object;     // business object: "PJ1"; empty on disk
  std::string name;       // "PROJECTS"; empty = this kind is off
  std::string key;        // name of the key field
  std::string parent;     // name of the field that holds the parent's key; empty when none
  std::vector<Column> columns;
  std::string changed;   // CNG_DATE; empty = changes cannot be told
  std::string external;  // field that may keep our reference; empty = none
  std::string line;      // of order_line: field of the line's number

  bool on() const { return !name.empty(); }
  const Column* column(std::string_view field) const;  // nullptr when it has no name at the site
  /// All names to ask for, each once: key, parent, columns, change date.
  std::vector<std::string> asked() const;
};

/// What is set beside the names.
struct Site {
  std::string zone;                          // of the ERP host
  std::vector<std::string> openStatus = {};  // project.status of an open project, upper case; empty = all are open
};

/// All tables with the site's names.
struct Layout {
  std::vector<Table> tables;
  const Table* find(std::string_view kind) const;  // nullptr when unknown
  /// For kinds that are surely there. Throws std::out_of_range.
  const Table& at(std::string_view kind) const;
};

/// Kinds that are read, in reading order.
std::span<const std::string_view> readKinds();

/// Kinds that are written, parents first.
std::span<const std::string_view> writtenKinds();

/// Where the tables are: behind the web API, or in a folder.
enum class Access { Web, Disk };

/// `fields`: every key of the field table. Web: a kind without object is off. Disk: a kind without table is off, as are
/// kinds that are only written; `<kind>.dbf_table` counts before `<kind>.table`. Throws ConfigError when a kind that is
/// on lacks its table's or its key's name.
Layout makeLayout(const Section& fields, Access access = Access::Web);

/// The row in the one form it is kept in, so that equal content gives equal bytes whatever the answer it came in:
/// asked names only (ordinals and EXT_KEY vary between answers), texts plain, dates and stamps in one spelling. Values
/// that cannot be understood stay as they are. `values` by upper-case name.
Fields normalized(const Table& table, const Fields& values, const std::string& zone);

/// The record's key out of a row: plainKey of the key field; empty when it is missing, empty, longer than 200 bytes or
/// holds control characters.
std::string keyOf(const Table& table, const Fields& values);

/// One row, normalized or not, as record. Names that are missing give no field. Reject with table, key and field when a
/// value cannot be understood.
Result<Record> recordOf(const Table& table, const std::string& key, const Fields& values, const Site& site);

/// Values of the columns, by our names, as recordOf would tell them, without what is composed of several.
/// What cannot be understood is left out.
Fields columnValues(const Table& table, const Fields& values, const std::string& zone);

/// One value in our form; nullopt when it cannot be understood.
std::optional<std::string> plainValue(Form form, std::string_view text, const std::string& zone);

/// The error for a kind the connector does not have.
tl::unexpected<Error> unknownKind(std::string_view kind);

}  // namespace postern::accountview
