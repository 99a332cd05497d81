#include "connectors/files/csv.h"

#include <string_view>

namespace postern::files {

namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10U;
constexpr int kNone = -1;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Whether the first line ends with a CR that no LF follows.
bool endsWithBareCr(std::istream& stream) {
  std::string chunk(kChunk, '\0');
  bool cr = false;
  do {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    for (const char c : std::string_view(chunk).substr(0, static_cast<std::size_t>(stream.gcount()))) {
      if (cr || c == '\n') return cr && c != '\n';
      cr = c == '\r';
    }
  } while (stream);
  return cr;
}

}  // namespace

CsvReader::CsvReader(std::istream& stream, CsvForm form) : stream_(stream), form_(form) {
  seek(0, 1);
  bare_ = endsWithBareCr(stream_);
  std::string mark(kByteOrderMark.size(), '\0');
  seek(0, 1);
  stream_.read(mark.data(), static_cast<std::streamsize>(mark.size()));
  seek(mark == kByteOrderMark ? kByteOrderMark.size() : 0, 1);
}

void CsvReader::seek(std::uint64_t offset, std::uint64_t line) {
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  buffer_.clear();
  at_ = 0;
  offset_ = offset;
  line_ = line;
}

int CsvReader::peek() {
  if (at_ == buffer_.size()) {
    buffer_.resize(kChunk);
    stream_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.resize(static_cast<std::size_t>(stream_.gcount()));
    at_ = 0;
    if (buffer_.empty()) return kNone;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvReader::get() {
  const int c = peek();
  if (c == kNone) return c;
  ++at_;
  ++offset_;
  return c;
}

/// `c` was just read. Takes the LF behind a CR.
bool CsvReader::endsLine(int c) {
  if (bare_) return c == '\r';
  if (c == '\n') return true;
  if (c != '\r' || peek() != '\n') return false;
  get();
  return true;
}

CsvReader::Outcome CsvReader::next() {
  for (;;) {
    rowLine_ = line_;
    rowOffset_ = offset_;
    if (peek() == kNone) {
      cells_.clear();
      return stream_.bad() ? Outcome::Unreadable : Outcome::End;
    }
    const Outcome outcome = row();
    if (outcome == Outcome::Row && cells_.size() == 1 && cells_.front().empty()) continue;
    return outcome;
  }
}

CsvReader::Outcome CsvReader::row() {
  used_ = 0;
  Outcome outcome = Outcome::Row;
  for (bool more = true; more && outcome == Outcome::Row;) outcome = cell(more);
  cells_.resize(used_);
  return stream_.bad() ? Outcome::Unreadable : outcome;
}

CsvReader::Outcome CsvReader::cell(bool& more) {
  if (used_ == cells_.size()) cells_.emplace_back();
  std::string& out = cells_[used_++];  // room of earlier rows is used again
  out.clear();
  bool quoted = form_.quote && peek() == static_cast<unsigned char>(*form_.quote);
  if (quoted) get();
  for (;;) {
    const int c = get();
    if (c == kNone) return quoted ? Outcome::OpenQuote : Outcome::NoLineBreak;
    if (offset_ - rowOffset_ > kLongestRow) return Outcome::TooLong;
    if (quoted) {
      if (c != static_cast<unsigned char>(*form_.quote)) {
        if (c == '\n') ++line_;
      } else if (peek() == c) {
        get();
      } else {
        quoted = false;
        continue;
      }
    } else if (c == static_cast<unsigned char>(form_.delimiter)) {
      return Outcome::Row;
    } else if (endsLine(c)) {
      ++line_;
      more = false;
      return Outcome::Row;
    }
    out += static_cast<char>(c);
  }
}

}  // namespace postern::files
