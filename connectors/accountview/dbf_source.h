#pragma once
// AccountView's tables in a folder (a copy: a backup or a nightly snapshot) as a Source.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/charset.h"
#include "agent/connector.h"
#include "connectors/accountview/dbf.h"

namespace postern::accountview {

/// A field of ours and where its value comes from.
struct DbfColumn {
  std::string field;                 // "street"
  std::vector<std::string> columns;  // {"ST_STREET", "ST_NR"}: joined by a blank, empty ones left out
  bool day = false;                  // of a T only the day counts; otherwise it becomes a UTC stamp
};

/// Only records whose column holds one of these values (in postern's form).
struct DbfFilter {
  std::string column;               // "HDR_TYPE"
  std::vector<std::string> values;  // {"1"}
};

/// One kind of record and the table that holds it. Names of columns are those of the table, at most 10 characters,
/// letter case ignored.
struct DbfKind {
  std::string kind;              // "customer"
  std::string table;             // "CONTACT": CONTACT.DBF in any letter case
  std::vector<std::string> key;  // columns, joined by '/'; a record without the first one is left out
  /// Form in which keys are compared; nullptr = as they stand in the table.
  std::string (*keyForm)(std::string_view) = nullptr;
  std::string parent;   // column with the parent's key; "" = none
  std::string changed;  // D or T column; "" = none
  std::vector<DbfColumn> columns;
  std::vector<DbfFilter> only;
};

/// The values of one record by the name of the column as DbfKind spells it, in postern's form (dbf.h, dbfValue); a null
/// is empty.
using DbfValues = Fields;

/// Makes a record of a row's values: what a system with its own rules puts in the place of recordOf().
using DbfMapper = std::function<Result<Record>(const DbfKind& kind, const std::string& key, const DbfValues& values)>;

/// The plain way: each DbfColumn is a field. T values become UTC stamps by `zone` unless DbfColumn::day.
Result<Record> recordOf(const DbfKind& kind, const std::string& key, const DbfValues& values, const std::string& zone);

struct DbfSourceOptions {
  std::filesystem::path folder;
  std::vector<DbfKind> kinds;     // in reading order
  std::string codepage = "auto";  // a name of charset.h; "auto" = by the table's mark, else Windows-1252
  std::string zone;               // of the ERP's host
  std::uint32_t pageSize = 1000;  // records looked at for one page
  DbfMapper mapper = {};          // empty = recordOf
};

/// Reads whole tables: a table cannot tell what changed. When neither it nor its memo file is other than after the last
/// scan (size and time of writing), a scan for changes tells nothing, and Page::full is false.
///
/// A row's bytes are the bytes of the mapped columns and their memos, each with its type, and the code page: they do
/// not depend on where the record or the column stands in the table. Records flagged as deleted are not told; nor are
/// records whose memo is damaged (with a warning). Every table is opened for each page and closed after it, so nobody
/// is kept from replacing it; when it grows or shrinks meanwhile the scan goes on by record number, and the next scan
/// reads it again. A table that is missing, in use, shorter than it tells or otherwise damaged is a Retry.
/// No state, thread-safe.
class DbfSource final : public Source {
 public:
  explicit DbfSource(DbfSourceOptions options);
  std::span<const std::string_view> kinds() const override { return kindNames_; }
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override;
  Result<Record> map(std::string_view kind, const Row& row) const override;
  /// For System::check: each table with its columns, the mapped columns that it lacks, its first page; and the names of
  /// the tables in the folder that no kind uses.
  std::vector<Finding> check(std::stop_token stop);

 private:
  const DbfKind* find(std::string_view kind) const;
  void checkKind(const DbfKind& kind, const std::stop_token& stop, std::vector<Finding>& findings);

  DbfSourceOptions options_;
  std::vector<std::string_view> kindNames_;
};

}  // namespace postern::accountview
