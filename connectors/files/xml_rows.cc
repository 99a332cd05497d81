#include "connectors/files/xml_rows.h"

#include <algorithm>
#include <utility>

namespace postern::files {

namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10U;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view nameAt(std::string_view tag) { return tag.substr(0, tag.find_first_of(" \t\r\n/>")); }

}  // namespace

XmlRows::XmlRows(std::istream& stream, std::string row) : stream_(stream), wanted_(std::move(row)) { seek(0, {}); }

void XmlRows::seek(std::uint64_t offset, const std::string& path) {
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  buffer_.clear();
  base_ = offset;
  at_ = 0;
  keep_ = std::string::npos;
  open_.clear();
  rootDone_ = false;
  tooLong_ = false;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin + 1), path.size());
    open_.push_back(path.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  if (offset > 0 && open_.empty()) rootDone_ = true;
}

std::string XmlRows::path() const {
  std::string out;
  for (const std::string& name : open_) out += '/' + name;
  return out;
}

bool XmlRows::fill() {
  const std::size_t had = buffer_.size();
  if (had - std::min(at_, keep_) > kLongestRow) {
    tooLong_ = true;
    return false;
  }
  buffer_.resize(had + kChunk);
  stream_.read(buffer_.data() + had, static_cast<std::streamsize>(kChunk));
  buffer_.resize(had + static_cast<std::size_t>(stream_.gcount()));
  return buffer_.size() > had;
}

/// Drops what has been read and belongs to no row.
void XmlRows::forget() {
  const std::size_t done = std::min(at_, keep_);
  if (done < kChunk) return;
  buffer_.erase(0, done);
  base_ += done;
  at_ -= done;
  if (keep_ != std::string::npos) keep_ -= done;
}

XmlRows::Outcome XmlRows::broken() const {
  if (stream_.bad()) return Outcome::Unreadable;
  return tooLong_ ? Outcome::TooLong : Outcome::CutShort;
}

bool XmlRows::skipPast(std::string_view mark) {
  for (std::size_t from = at_;;) {
    const std::size_t found = buffer_.find(mark, from);
    if (found != std::string::npos) {
      at_ = found + mark.size();
      return true;
    }
    from = std::max(at_, buffer_.size() - std::min(buffer_.size(), mark.size() - 1));
    if (!fill()) return false;
  }
}

XmlRows::Outcome XmlRows::next() {
  row_ = {};
  for (;;) {
    forget();
    const std::size_t found = buffer_.find('<', at_);
    const std::size_t end = std::min(found, buffer_.size());
    if (open_.empty()) {
      const std::string_view between = std::string_view(buffer_).substr(at_, end - at_);
      if (between.find_first_not_of(kBlanks) != std::string_view::npos && between != kByteOrderMark)
        return Outcome::BadTag;
    }
    at_ = end;
    if (found == std::string::npos) {
      if (fill()) continue;
      return open_.empty() && rootDone_ && !stream_.bad() ? Outcome::End : broken();
    }
    bool ended = false;
    const Outcome outcome = tag(ended);
    if (outcome != Outcome::Row || ended) return outcome;
  }
}

/// At a '<'. `ended`: a row is complete.
XmlRows::Outcome XmlRows::tag(bool& ended) {
  while (buffer_.size() - at_ < 9)  // "<![CDATA["
    if (!fill()) break;
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  if (rest.size() < 2) return broken();
  if (rest[1] == '!' || rest[1] == '?') return special();
  return rest[1] == '/' ? endTag(ended) : startTag(ended);
}

XmlRows::Outcome XmlRows::special() {
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  const auto past = [&](std::size_t begin, std::string_view mark) {
    at_ += begin;
    return skipPast(mark) ? Outcome::Row : broken();
  };
  if (rest.starts_with("<!--")) return past(4, "-->");
  if (rest.starts_with("<![CDATA[")) return open_.empty() ? Outcome::BadTag : past(9, "]]>");
  if (rest[1] == '?') return past(2, "?>");
  int brackets = 0;  // a document type may have declarations inside
  for (std::size_t i = at_ + 2;; ++i) {
    if (i >= buffer_.size() && !fill()) return broken();
    const char c = buffer_[i];
    brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c != '>' || brackets > 0) continue;
    at_ = i + 1;
    return Outcome::Row;
  }
}

XmlRows::Outcome XmlRows::startTag(bool& ended) {
  const std::size_t begin = at_;
  char quote = '\0';
  for (std::size_t i = begin + 1;; ++i) {
    if (i >= buffer_.size() && !fill()) return broken();
    const char c = buffer_[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      at_ = i + 1;
      break;
    }
  }
  const std::string_view whole = std::string_view(buffer_).substr(begin, at_ - begin);
  const std::string_view name = nameAt(whole.substr(1));
  if (name.empty() || (open_.empty() && rootDone_)) return Outcome::BadTag;
  const bool empty = whole.ends_with("/>");
  open_.emplace_back(name);
  const bool isRow = wanted_.starts_with('/') ? path() == wanted_ : name == wanted_;
  if (isRow && keep_ == std::string::npos) {
    keep_ = begin;
    rowDepth_ = open_.size();
  }
  if (!empty) return Outcome::Row;
  ended = keep_ != std::string::npos && open_.size() == rowDepth_;
  if (ended) row_ = std::string_view(buffer_).substr(std::exchange(keep_, std::string::npos), at_ - begin);
  open_.pop_back();
  rootDone_ = rootDone_ || open_.empty();
  return Outcome::Row;
}

XmlRows::Outcome XmlRows::endTag(bool& ended) {
  const std::size_t begin = at_;
  if (!skipPast(">")) return broken();
  const std::string_view whole = std::string_view(buffer_).substr(begin, at_ - begin);
  if (open_.empty() || nameAt(whole.substr(2)) != open_.back()) return Outcome::BadTag;
  ended = keep_ != std::string::npos && open_.size() == rowDepth_;
  if (ended) {
    row_ = std::string_view(buffer_).substr(keep_, at_ - keep_);
    keep_ = std::string::npos;
  }
  open_.pop_back();
  rootDone_ = rootDone_ || open_.empty();
  return Outcome::Row;
}

}  // namespace postern::files
