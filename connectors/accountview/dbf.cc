#include "connectors/accountview/dbf.h"

#include <algorithm>
#include <limits>

#include "connectors/accountview/dbf_messages.h"

namespace postern::accountview {

namespace {

constexpr std::size_t kHeadLength = 32;
constexpr std::size_t kEntryLength = 32;
constexpr char kEndOfFields = '\x0D';
constexpr std::size_t kMemoHead = 512;
constexpr std::size_t kBlockHead = 8;
constexpr std::uint32_t kTextBlock = 1;
constexpr unsigned char kNullable = 0x02;
constexpr unsigned char kBinary = 0x04;

std::uint32_t byteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = size; i > 0; --i) out = (out << 8U) | byteAt(bytes, at + i - 1);
  return out;
}

std::uint32_t big(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < size; ++i) out = (out << 8U) | byteAt(bytes, at + i);
  return out;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool sameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return upper(x) == upper(y); });
}

std::string hex(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
}

/// 0 when the stream cannot tell.
std::uint64_t sizeOf(std::istream& stream) {
  stream.clear();
  stream.seekg(0, std::ios::end);
  const auto end = stream.tellg();
  return stream && end > 0 ? static_cast<std::uint64_t>(end) : 0;
}

/// Fewer bytes than asked for when the stream ends or fails before.
std::string readAt(std::istream& stream, std::uint64_t at, std::size_t size) {
  std::string out(size, '\0');
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(at));
  if (!stream) return {};
  stream.read(out.data(), static_cast<std::streamsize>(size));
  out.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return out;
}

/// Versions whose tables are laid out as the sheet says: dBASE III without memo, Visual FoxPro, FoxPro 2 with memo.
bool isKnown(unsigned char version) {
  constexpr unsigned char kVersions[] = {0x03, 0x30, 0x31, 0x32, 0xF5};
  return std::ranges::find(kVersions, version) != std::end(kVersions);
}

bool isVisual(unsigned char version) { return version >= 0x30 && version <= 0x32; }

std::optional<Charset> markedCharset(unsigned char mark) {
  switch (mark) {
    case 0x01:
      return Charset::Dos437;
    case 0x02:
      return Charset::Dos850;
    case 0x03:
    case 0x57:
      return Charset::Windows1252;
    case 0xC8:
      return Charset::Windows1250;
    case 0xC9:
      return Charset::Windows1251;
    default:
      return std::nullopt;
  }
}

/// Whether a column of this type may have this many bytes. Memo pointers were text of ten digits before Visual FoxPro.
bool isLength(char type, std::size_t length) {
  switch (type) {
    case 'D':
    case 'T':
    case 'Y':
    case 'B':
      return length == 8;
    case 'I':
      return length == 4;
    case 'L':
      return length == 1;
    case 'M':
      return length == 4 || length == 10;
    case 'N':
    case 'F':
      return length >= 1 && length <= 32;
    default:
      return length >= 1 && length <= 255;
  }
}

}  // namespace

Result<DbfTable> DbfTable::open(std::string name, std::unique_ptr<std::istream> table,
                                std::unique_ptr<std::istream> memo) {
  DbfTable out;
  out.name_ = std::move(name);
  out.table_ = std::move(table);
  out.memo_ = std::move(memo);
  if (auto read = out.readHeader(); !read) return tl::unexpected(std::move(read.error()));
  if (out.memo_ != nullptr)
    if (auto read = out.openMemo(); !read) return tl::unexpected(std::move(read.error()));
  return out;
}

tl::unexpected<Error> DbfTable::damaged(const std::string& place) const {
  return fail(Fault::Retry, kDbfDamaged, {name_, place});
}

Result<void> DbfTable::readHeader() {
  const std::uint64_t size = sizeOf(*table_);
  const std::string head = readAt(*table_, 0, kHeadLength);
  if (head.size() < kHeadLength) return fail(Fault::Retry, kDbfCutShort, {name_, "bytes 0-31"});
  version_ = static_cast<unsigned char>(head[0]);
  if (!isKnown(version_)) return fail(Fault::Retry, kDbfVersion, {name_, hex(version_)});
  headerLength_ = little(head, 8, 2);
  recordLength_ = little(head, 10, 2);
  if (headerLength_ <= kHeadLength) return damaged("bytes 8-9: " + std::to_string(headerLength_));
  if (recordLength_ < 2) return damaged("bytes 10-11: " + std::to_string(recordLength_));
  const std::string header = readAt(*table_, 0, headerLength_);
  if (header.size() < headerLength_)
    return fail(Fault::Retry, kDbfCutShort, {name_, "bytes 0-" + std::to_string(headerLength_ - 1)});
  if (auto read = readFields(header); !read) return read;

  const std::uint32_t told = little(head, 4, 4);
  const std::uint64_t held = (size - std::min<std::uint64_t>(size, headerLength_)) / recordLength_;
  if (told > held || (told == 0 && held > 0))
    return fail(Fault::Retry, kDbfCutShort, {name_, std::to_string(held) + " < " + std::to_string(told)});
  records_ = told;
  charset_ = markedCharset(static_cast<unsigned char>(head[29]));
  return {};
}

Result<void> DbfTable::readFields(std::string_view header) {
  std::size_t at = kHeadLength;
  for (; at < header.size() && header[at] != kEndOfFields; at += kEntryLength) {
    if (at + kEntryLength > header.size()) return damaged("bytes 32-" + std::to_string(header.size() - 1));
    if (auto read = addField(header.substr(at, kEntryLength)); !read) return read;
  }
  if (at >= header.size()) return damaged("byte " + std::to_string(header.size() - 1));
  if (fields_.empty()) return damaged("byte 32");
  const std::size_t used = fields_.back().offset + fields_.back().length;
  if (used != recordLength_)
    return damaged("bytes 10-11: " + std::to_string(recordLength_) + ", columns: " + std::to_string(used));
  if (!placeNullBits()) return damaged("_NullFlags");
  layout_ = std::string(header.substr(8, 4)) + std::string(header.substr(kHeadLength, at - kHeadLength));
  return {};
}

Result<void> DbfTable::addField(std::string_view entry) {
  DbfField field;
  const std::string place = "column " + std::to_string(fields_.size() + 1);
  const std::string_view name = entry.substr(0, 11);
  field.name = std::string(name.substr(0, std::min(name.find('\0'), std::size_t{10})));
  const auto isPrintable = [](char c) { return c > 0x20 && c < 0x7F; };
  if (field.name.empty() || !std::ranges::all_of(field.name, isPrintable)) return damaged(place);
  field.type = entry[11];
  field.length = byteAt(entry, 16);
  field.offset = fields_.empty() ? 1 : fields_.back().offset + fields_.back().length;
  if (!isLength(field.type, field.length) || field.offset + field.length > recordLength_)
    return damaged(place + " (" + field.name + "): " + std::to_string(field.length));
  // Older versions keep the address of a variable there.
  const std::uint32_t told = little(entry, 12, 4);
  if (isVisual(version_) && told != 0 && told != field.offset)
    return damaged(place + " (" + field.name + "): @" + std::to_string(told));
  const auto flags = static_cast<unsigned char>(isVisual(version_) ? entry[18] : 0);
  field.binary = (flags & kBinary) != 0 && (field.type == 'C' || field.type == 'M');
  if (field.type == 'V' || field.type == 'Q') ++nullBits_;  // "shorter than its column", before its null bit
  if ((flags & kNullable) != 0) field.nullBit = nullBits_++;
  if (field.type == '0') nullFlags_ = fields_.size();
  fields_.push_back(std::move(field));
  return {};
}

/// FoxPro counts nullable columns only; other programs count all columns. The map is as long as it must be, which
/// tells.
bool DbfTable::placeNullBits() {
  if (nullBits_ == 0) return true;
  if (!nullFlags_) return false;
  const std::size_t bytes = fields_[*nullFlags_].length;
  const std::size_t columns = fields_.size() - 1;
  if (bytes != (nullBits_ + 7) / 8 && bytes == (columns + 7) / 8)
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].nullBit) fields_[i].nullBit = i;
  return std::ranges::all_of(fields_,
                             [&](const DbfField& field) { return !field.nullBit || *field.nullBit < bytes * 8; });
}

Result<void> DbfTable::openMemo() {
  memoSize_ = sizeOf(*memo_);
  const std::string head = readAt(*memo_, 0, kBlockHead);
  if (head.size() < kBlockHead) return fail(Fault::Retry, kDbfCutShort, {name_, ".FPT: bytes 0-7"});
  memoBlock_ = big(head, 6, 2);
  if (memoBlock_ == 0) return damaged(".FPT: bytes 6-7: 0");
  // The last block need not be filled up.
  const std::uint64_t next = big(head, 0, 4);
  if (next > 1 && (next - 1) * memoBlock_ > memoSize_ && next * memoBlock_ > kMemoHead)
    return fail(Fault::Retry, kDbfCutShort,
                {name_, ".FPT: " + std::to_string(memoSize_) + " < " + std::to_string(next * memoBlock_)});
  return {};
}

const DbfField* DbfTable::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, [&](const DbfField& field) { return sameName(field.name, name); });
  return found == fields_.end() ? nullptr : &*found;
}

Result<DbfPage> DbfTable::read(std::uint32_t first, std::uint32_t count) {
  DbfPage page;
  page.recordLength = recordLength_;
  if (first >= records_) return page;
  const std::size_t fit = std::max<std::size_t>(1, kPageBytes / recordLength_);
  const std::size_t asked = std::min({std::size_t{count}, fit, std::size_t{records_ - first}});
  page.bytes = readAt(*table_, headerLength_ + std::uint64_t{first} * recordLength_, asked * recordLength_);
  if (page.bytes.size() != asked * recordLength_)
    return fail(Fault::Retry, kDbfUnreadable,
                {name_, "record " + std::to_string(first + page.bytes.size() / recordLength_ + 1)});
  for (std::size_t i = 0; i < asked; ++i) {
    const char flag = page.bytes[i * recordLength_];
    // Zeros: room that was made for a copy, or for a record, and is not filled yet.
    if (flag != ' ' && flag != '*') return damaged("record " + std::to_string(first + i + 1) + ", byte 0");
  }
  return page;
}

bool DbfTable::isNull(DbfRecord record, const DbfField& field) const {
  if (!field.nullBit || !nullFlags_) return false;
  const std::size_t at = fields_[*nullFlags_].offset + *field.nullBit / 8;
  return ((byteAt(record, at) >> (*field.nullBit % 8)) & 1U) != 0;
}

Result<std::string> DbfTable::memo(DbfRecord record, const DbfField& field) {
  const std::string_view pointer = record.substr(field.offset, field.length);
  std::uint64_t block = 0;
  const auto bad = [&](const std::string& place) { return fail(Fault::Reject, kDbfMemo, {name_, field.name, place}); };
  if (pointer.size() == 4) {
    block = little(pointer, 0, 4);
    if (block == 0x20202020U) block = 0;
  } else {
    for (const char c : pointer) {
      if (c == ' ' || c == '\0') continue;
      if (c < '0' || c > '9') return bad("pointer");
      block = block * 10 + static_cast<std::uint64_t>(c - '0');
    }
  }
  if (block == 0) return std::string{};
  if (memo_ == nullptr) return fail(Fault::Retry, kDbfNoMemoFile, {name_});
  const std::uint64_t at = block * memoBlock_;
  const std::string place = "block " + std::to_string(block);
  if (at < kMemoHead || at + kBlockHead > memoSize_) return bad(place);
  const std::string head = readAt(*memo_, at, kBlockHead);
  if (head.size() != kBlockHead) return fail(Fault::Retry, kDbfUnreadable, {name_, ".FPT: " + place});
  const std::uint64_t length = big(head, 4, 4);
  if (big(head, 0, 4) != kTextBlock || length > kLongestMemo || length > memoSize_ - at - kBlockHead) return bad(place);
  std::string text = readAt(*memo_, at + kBlockHead, static_cast<std::size_t>(length));
  if (text.size() != length) return fail(Fault::Retry, kDbfUnreadable, {name_, ".FPT: " + place});
  return text;
}

}  // namespace postern::accountview
