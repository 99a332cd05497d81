#include "connectors/files/rows.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <pugixml.hpp>

#include "connectors/files/messages.h"
#include "connectors/files/xml_rows.h"

namespace postern::files {

namespace {

bool sameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string decoded(std::string_view bytes, std::optional<Charset> charset) {
  if (!charset) charset = isUtf8(bytes) ? Charset::Utf8 : Charset::Windows1252;
  return toUtf8(bytes, *charset);
}

bool isUtf16(std::istream& stream) {
  char mark[2] = {};
  stream.read(mark, 2);
  const auto read = stream.gcount();
  stream.clear();
  stream.seekg(0);
  const std::string_view head(mark, 2);
  return read == 2 && (head == "\xFF\xFE" || head == "\xFE\xFF");
}

// ---- Delimited text -------------------------------------------------------------------------------------------------

class CsvFile final : public RowFile {
 public:
  CsvFile(std::string name, std::unique_ptr<std::istream> stream, const KindMap& kind, const FileForm& form,
          bool finished)
      : name_(std::move(name)),
        stream_(std::move(stream)),
        reader_(*stream_, form.csv),
        kind_(kind),
        form_(form),
        finished_(finished) {}

  Result<void> begin() {
    const RowPlace start{reader_.offset(), 1, 0, {}};
    auto some = row();
    if (!some) return tl::unexpected(std::move(some.error()));
    width_ = reader_.cells().size();
    for (std::size_t i = 0; i < kind_.columns.size(); ++i) {
      const auto index = *some ? columnNamed(kind_.columns[i]) : std::nullopt;
      if (!index && *some) return fail(Fault::Retry, kNoColumn, {name_, kind_.columns[i], kind_.mapKeys[i]});
      columns_.push_back(index.value_or(0));
    }
    if (!form_.csv.header) seek(start);
    return {};
  }

  Result<bool> next(std::vector<std::string>& values) override {
    for (;;) {
      auto some = row();
      if (!some || !*some) return some;
      const auto& cells = reader_.cells();
      if (cells.size() < width_) return half(std::to_string(cells.size()) + " < " + std::to_string(width_));
      if (cells.size() == width_) break;
      if (surplusRows_++ == 0) firstSurplusLine_ = reader_.line();
    }
    ++row_;
    values.resize(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i) values[i] = decoded(reader_.cells()[columns_[i]], form_.charset);
    return true;
  }

  RowPlace place() const override { return {reader_.offset(), reader_.line() + 1, row_, {}}; }
  void seek(const RowPlace& place) override {
    reader_.seek(place.offset, place.line);
    row_ = place.row;
  }

 private:
  tl::unexpected<Error> half(const std::string& what) const {
    return fail(Fault::Retry, kHalf, {name_, what, std::to_string(reader_.line())});
  }

  Result<bool> row() {
    switch (reader_.next()) {
      case CsvReader::Outcome::Row:
        return true;
      case CsvReader::Outcome::End:
        return false;
      case CsvReader::Outcome::NoLineBreak:
        if (finished_) return true;
        return half("EOF");
      case CsvReader::Outcome::OpenQuote:
        return half("\"…");
      case CsvReader::Outcome::TooLong:
        return fail(Fault::Retry, kTooLong,
                    {name_, std::to_string(CsvReader::kLongestRow), std::to_string(reader_.line())});
      case CsvReader::Outcome::Unreadable:
        break;
    }
    return fail(Fault::Retry, kUnreadable, {name_});
  }

  std::optional<std::size_t> columnNamed(const std::string& name) const {
    const auto& cells = reader_.cells();
    if (!form_.csv.header) {
      std::size_t number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      const bool good = error == std::errc{} && end == name.data() + name.size() && number >= 1;
      return good && number <= cells.size() ? std::optional(number - 1) : std::nullopt;
    }
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (sameName(plainText(decoded(cells[i], form_.charset)), name)) return i;
    return std::nullopt;
  }

  std::string name_;
  std::unique_ptr<std::istream> stream_;
  CsvReader reader_;
  const KindMap& kind_;
  const FileForm& form_;
  bool finished_;
  std::size_t width_ = 0;
  std::vector<std::size_t> columns_;
  std::uint64_t row_ = 0;
};

// ---- XML ------------------------------------------------------------------------------------------------------------

/// The set that the declaration names; nullopt when it names none.
std::optional<Charset> declaredCharset(std::istream& stream) {
  std::string head(200, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  stream.clear();
  stream.seekg(0);
  const std::size_t end = head.find("?>");
  const std::size_t at = head.find("encoding");
  if (end == std::string::npos || at == std::string::npos || at > end) return std::nullopt;
  const std::size_t begin = head.find_first_of("\"'", at);
  if (begin == std::string::npos || begin > end) return std::nullopt;
  const std::size_t close = head.find(head[begin], begin + 1);
  if (close == std::string::npos || close > end) return std::nullopt;
  return charsetNamed(std::string_view(head).substr(begin + 1, close - begin - 1));
}

class XmlFile final : public RowFile {
 public:
  XmlFile(std::string name, std::unique_ptr<std::istream> stream, const KindMap& kind, std::optional<Charset> charset)
      : name_(std::move(name)),
        stream_(std::move(stream)),
        charset_(charset ? charset : declaredCharset(*stream_)),
        rows_(*stream_, kind.rowElement) {
    for (const std::string& path : kind.columns) paths_.emplace_back(path.c_str());
  }

  Result<bool> next(std::vector<std::string>& values) override {
    switch (rows_.next()) {
      case XmlRows::Outcome::Row:
        break;
      case XmlRows::Outcome::End:
        return false;
      case XmlRows::Outcome::CutShort:
        return broken("EOF");
      case XmlRows::Outcome::BadTag:
        return broken("tag");
      case XmlRows::Outcome::TooLong:
        return fail(Fault::Retry, kTooLong,
                    {name_, std::to_string(XmlRows::kLongestRow), std::to_string(rows_.offset())});
      case XmlRows::Outcome::Unreadable:
        return fail(Fault::Retry, kUnreadable, {name_});
    }
    const std::string text = decoded(rows_.row(), charset_);
    pugi::xml_document document;
    const auto parsed = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) return broken(parsed.description());
    ++row_;
    values.resize(paths_.size());
    for (std::size_t i = 0; i < paths_.size(); ++i) values[i] = paths_[i].evaluate_string(document.document_element());
    return true;
  }

  RowPlace place() const override { return {rows_.offset(), 1, row_, rows_.path()}; }
  void seek(const RowPlace& place) override {
    rows_.seek(place.offset, place.path);
    row_ = place.row;
  }

 private:
  tl::unexpected<Error> broken(const std::string& what) const {
    return fail(Fault::Retry, kNotWellFormed, {name_, what, std::to_string(rows_.offset())});
  }

  std::string name_;
  std::unique_ptr<std::istream> stream_;
  std::optional<Charset> charset_;
  XmlRows rows_;
  std::vector<pugi::xpath_query> paths_;
  std::uint64_t row_ = 0;
};

bool isXml(const FoundFile& file, const FileForm& form) {
  if (form.format != FileForm::Format::Auto) return form.format == FileForm::Format::Xml;
  return matches("*.xml", file.stamp.name);
}

}  // namespace

std::string RowPlace::text() const {
  return std::to_string(offset) + ' ' + std::to_string(line) + ' ' + std::to_string(row) + ' ' + path;
}

std::optional<RowPlace> RowPlace::parse(std::string_view text) {
  RowPlace out;
  for (std::uint64_t* number : {&out.offset, &out.line, &out.row}) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
  out.path = text;
  return out;
}

Result<std::unique_ptr<RowFile>> openRows(const FoundFile& file, const KindMap& kind, const FileForm& form,
                                          bool finished) {
  auto stream = std::make_unique<std::ifstream>(file.path, std::ios::binary);
  if (!*stream) return fail(Fault::Retry, kUnreadable, {file.stamp.name});
  if (isUtf16(*stream)) return fail(Fault::Retry, kUtf16, {file.stamp.name});
  if (isXml(file, form)) return std::make_unique<XmlFile>(file.stamp.name, std::move(stream), kind, form.charset);
  auto out = std::make_unique<CsvFile>(file.stamp.name, std::move(stream), kind, form, finished);
  if (auto begun = out->begin(); !begun) return tl::unexpected(std::move(begun.error()));
  return out;
}

void checkPaths(const KindMap& kind, const Section& fields) {
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    try {
      const pugi::xpath_query query(kind.columns[i].c_str());
    } catch (const pugi::xpath_exception&) {
      throw ConfigError(fields.placeOf(kind.mapKeys[i]), kBadPath, {kind.columns[i]});
    }
  }
}

}  // namespace postern::files
