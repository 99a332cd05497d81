#pragma once
// Reads FoxPro tables (.DBF with .FPT memos) as they lie on disk. Read-only, and it believes no number in them.
// Format: sheet accountview.md section 9 (documented by Microsoft unless said otherwise here).

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/charset.h"
#include "agent/result.h"

namespace postern::accountview {

/// A column. All numbers have been checked against the record length.
struct DbfField {
  std::string name;        // at most 10 characters; the long name is in the database container, which is not read
  char type = 'C';         // C N F D T Y I B L M; other types keep their place, but cannot be read
  std::size_t offset = 0;  // in the record; 0 is the deleted flag
  std::size_t length = 0;
  bool binary = false;  // no code page (C, M)
  /// Bit of the column in _NullFlags that says "null"; nullopt when it cannot be null.
  std::optional<std::size_t> nullBit;
};

/// One record's bytes, flag included; points into a DbfPage.
using DbfRecord = std::string_view;

/// Records one after the other, as in the file.
struct DbfPage {
  std::string bytes;
  std::size_t recordLength = 0;
  std::size_t count() const { return recordLength == 0 ? 0 : bytes.size() / recordLength; }
  DbfRecord at(std::size_t index) const { return DbfRecord(bytes).substr(index * recordLength, recordLength); }
};

/// An open table. Every error is a Retry that names table and place: a table that is in use or half copied looks the
/// same as a damaged one, and the next pass finds out. Not thread-safe.
class DbfTable {
 public:
  /// `name`: for messages ("CONTACT.DBF"). `table` and `memo` seekable; `memo` may be null: the table has none.
  static Result<DbfTable> open(std::string name, std::unique_ptr<std::istream> table,
                               std::unique_ptr<std::istream> memo);

  const std::string& name() const { return name_; }
  const std::vector<DbfField>& fields() const { return fields_; }
  /// Letter case ignored; nullptr when there is none. Stays valid when the table is moved.
  const DbfField* field(std::string_view name) const;
  std::size_t recordLength() const { return recordLength_; }
  /// Records the header tells and the file holds. FoxPro writes the header last, so a file with more is being added to:
  /// what the header does not tell yet is not read (assumed).
  std::uint32_t records() const { return records_; }
  /// The set its text is in, by the mark in the header; nullopt when the mark is not known. 0x03 and 0x57 are
  /// Windows-1252; the others from dBASE's and FoxPro's manuals (assumed for AccountView).
  std::optional<Charset> charset() const { return charset_; }
  /// The header's bytes about columns and lengths: the same ones mean the same layout.
  const std::string& layout() const { return layout_; }

  /// At most `count` records from record number `first` (0 is the first) on, deleted ones included, and never more than
  /// kPageBytes of them (but one). Empty at the end.
  Result<DbfPage> read(std::uint32_t first, std::uint32_t count);
  static constexpr std::size_t kPageBytes = std::size_t{4} << 20U;

  /// The memo a record's M column points to, as it is stored; empty for none. Reject when the pointer, the block's type
  /// or its length cannot be right: then this record is damaged, not the table. Retry when the file cannot be read.
  Result<std::string> memo(DbfRecord record, const DbfField& field);
  static constexpr std::size_t kLongestMemo = std::size_t{1} << 20U;

  bool isDeleted(DbfRecord record) const { return record.front() == '*'; }
  bool isNull(DbfRecord record, const DbfField& field) const;

 private:
  DbfTable() = default;
  Result<void> readHeader();
  Result<void> readFields(std::string_view header);
  Result<void> addField(std::string_view entry);
  bool placeNullBits();
  Result<void> openMemo();
  tl::unexpected<Error> damaged(const std::string& place) const;

  std::string name_;
  std::unique_ptr<std::istream> table_;
  std::unique_ptr<std::istream> memo_;
  std::vector<DbfField> fields_;
  std::optional<std::size_t> nullFlags_;  // index of _NullFlags
  std::size_t nullBits_ = 0;              // counted while the columns are read
  std::size_t headerLength_ = 0;
  std::size_t recordLength_ = 0;
  std::uint32_t records_ = 0;
  unsigned char version_ = 0;
  std::optional<Charset> charset_;
  std::string layout_;
  std::uint64_t memoSize_ = 0;
  std::size_t memoBlock_ = 0;
};

/// Whether values of this type can be read.
bool isReadable(char type);

/// A value in postern's form (agent/record.h) from its bytes in the record, or a memo's text: blanks at the end and
/// control characters go, dates are "2025-05-09", T is the site's "2025-05-09T10:00:00" without zone, numbers have no
/// trailing zeros, L is "true" or "false". Empty stays empty. nullopt when the bytes are no value of the type.
/// T: Julian day and milliseconds, rounded to the second; Y: ten thousandths (both inferred, sheet section 9).
std::optional<std::string> dbfValue(char type, std::string_view bytes, Charset charset);

}  // namespace postern::accountview
