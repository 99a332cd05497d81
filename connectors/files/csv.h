#pragma once
// Rows of a delimited text file, one after the other, in bounded memory.

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace postern::files {

struct CsvForm {
  char delimiter = ';';
  std::optional<char> quote = '"';  // counts at the beginning of a cell only; twice inside of a cell is itself
  bool header = true;
};

/// Reads rows as bytes; empty lines are passed over. A line ends with CR LF or LF; where the first line ends with CR
/// alone, with CR. Of the two that do not end a line a CR or LF is text.
class CsvReader {
 public:
  static constexpr std::size_t kLongestRow = std::size_t{1} << 20U;

  enum class Outcome {
    Row,
    End,
    NoLineBreak,  // a row, but the file ends without a line break behind it
    OpenQuote,    // the file ends within a quoted cell
    TooLong,      // a row of more than kLongestRow bytes
    Unreadable,
  };

  /// `stream` (binary) must outlive this.
  CsvReader(std::istream& stream, CsvForm form);
  /// Goes to where a row begins, as next() left off; `line` is only told.
  void seek(std::uint64_t offset, std::uint64_t line);

  Outcome next();
  const std::vector<std::string>& cells() const { return cells_; }  // of the row just read
  std::uint64_t offset() const { return offset_; }                  // where the next row begins
  std::uint64_t line() const { return rowLine_; }                   // where the row just read begins; 1 is the first

 private:
  int get();
  int peek();
  bool endsLine(int c);
  Outcome row();
  Outcome cell(bool& more);

  std::istream& stream_;
  CsvForm form_;
  bool bare_ = false;  // lines end with CR alone
  std::string buffer_;
  std::size_t at_ = 0;
  std::vector<std::string> cells_;
  std::size_t used_ = 0;  // of cells_ while a row is read
  std::uint64_t offset_ = 0;
  std::uint64_t rowOffset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t rowLine_ = 1;
};

}  // namespace postern::files
