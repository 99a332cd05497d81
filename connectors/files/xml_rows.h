#pragma once
// Row elements of an XML file, one after the other, in bounded memory: their bytes are cut out here, what is in them is
// for pugixml.

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace postern::files {

/// Cuts elements out of a file in UTF-8 or a set that agrees with ASCII. Checks that tags match and that there is one
/// root; the rest of being well-formed is checked row by row by the parser. Document types are passed over.
class XmlRows {
 public:
  static constexpr std::size_t kLongestRow = std::size_t{4} << 20U;  // and of every other tag or comment

  enum class Outcome {
    Row,
    End,
    CutShort,  // the file ends within an element or a tag
    BadTag,    // an end tag without its start, two roots, text behind the root
    TooLong,
    Unreadable,
  };

  /// `row`: "Customer": elements of this name at any depth, but not inside of each other; "/Export/Customers/Customer":
  /// only there. `stream` (binary) must outlive this.
  XmlRows(std::istream& stream, std::string row);
  /// Goes to where next() left off: offset() and path() then.
  void seek(std::uint64_t offset, const std::string& path);

  Outcome next();
  std::string_view row() const { return row_; }         // from its start tag to its end tag; valid until next()
  std::uint64_t offset() const { return base_ + at_; }  // behind the row just read, or where it went wrong
  std::string path() const;                             // names of the elements open there, '/' before each

 private:
  bool fill();
  bool skipPast(std::string_view mark);
  Outcome tag(bool& ended);
  Outcome startTag(bool& ended);
  Outcome endTag(bool& ended);
  Outcome special();
  Outcome broken() const;
  void forget();

  std::istream& stream_;
  std::string wanted_;
  std::string buffer_;
  std::uint64_t base_ = 0;  // of buffer_ in the file
  std::size_t at_ = 0;
  std::size_t keep_ = std::string::npos;  // where the row being read begins in buffer_
  std::size_t rowDepth_ = 0;
  std::vector<std::string> open_;
  bool rootDone_ = false;
  bool tooLong_ = false;
  std::string_view row_;
};

}  // namespace postern::files
