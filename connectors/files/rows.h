#pragma once
// One file, row by row, whatever its format.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/charset.h"
#include "agent/result.h"
#include "connectors/files/csv.h"
#include "connectors/files/folder.h"
#include "connectors/files/mapping.h"

namespace postern::files {

struct FileForm {
  enum class Format { Auto, Csv, Xml };
  Format format = Format::Auto;
  CsvForm csv;
  std::optional<Charset> charset;  // nullopt: valid UTF-8 as such, other text as Windows-1252
};

/// Where to go on in a file.
struct RowPlace {
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
  std::uint64_t row = 0;  // rows before
  std::string path;       // XML: elements open there

  std::string text() const;
  static std::optional<RowPlace> parse(std::string_view text);
};

/// Not thread-safe. Errors are Retry: half a file looks like a damaged one, and the next pass finds out.
class RowFile {
 public:
  virtual ~RowFile() = default;
  /// The next row's values by KindMap::columns, as UTF-8; false at the end. Rows with more columns than the first line
  /// are passed over and counted: nobody knows where the surplus delimiter is.
  virtual Result<bool> next(std::vector<std::string>& values) = 0;
  virtual RowPlace place() const = 0;
  virtual void seek(const RowPlace& place) = 0;
  std::uint64_t surplusRows() const { return surplusRows_; }
  std::uint64_t firstSurplusLine() const { return firstSurplusLine_; }

 protected:
  std::uint64_t surplusRows_ = 0;
  std::uint64_t firstSurplusLine_ = 0;
};

/// Opens it at its first row; checks that the columns are there. `finished`: somebody vouches for the file being whole,
/// so the last line of a text need not end. What is referred to must outlive the file.
Result<std::unique_ptr<RowFile>> openRows(const FoundFile& file, const KindMap& kind, const FileForm& form,
                                          bool finished);

/// Throws ConfigError when a column of `kind` cannot be a path in an XML file.
void checkPaths(const KindMap& kind, const Section& fields);

}  // namespace postern::files
