#include "connectors/files/source.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "agent/hash.h"
#include "connectors/files/messages.h"

namespace postern::files {

namespace {

constexpr std::size_t kPageBytes = std::size_t{4} << 20U;
constexpr std::size_t kStopEvery = 4096;  // rows checked between two looks at the stop token
constexpr std::uint64_t kAllRows = std::numeric_limits<std::uint64_t>::max();  // of a position: the file is done

// '/' is in no name of a file.
constexpr char kMark = '/';

/// A page's position: the file, where in it, and the files that this scan has behind it.
struct Position {
  RowPlace place;
  Stamp stamp;
  std::vector<Stamp> before;

  bool isDone() const { return place.row == kAllRows; }
  std::string text() const;
};

std::string Position::text() const {
  std::string out = place.text() + '\n' + stamp.text();
  for (const Stamp& file : before) out += kMark + file.text();
  return out;
}

/// The stamps of "a/b/c"; a text that is none is left out.
std::vector<Stamp> stampsOf(std::string_view text) {
  std::vector<Stamp> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(kMark), text.size());
    if (auto stamp = Stamp::parse(text.substr(0, end))) out.push_back(std::move(*stamp));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::optional<Position> parsePosition(const std::string& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto place = RowPlace::parse(std::string_view(text).substr(0, end));
  auto stamps = stampsOf(std::string_view(text).substr(end + 1));
  if (!place || stamps.empty()) return std::nullopt;
  return Position{*place, stamps.front(), {std::next(stamps.begin()), stamps.end()}};
}

std::uint64_t shortHash(Hasher& hasher, std::string_view bytes) {
  const Hash hash = hasher(bytes);
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), sizeof out);
  return out;
}

/// What is remembered of a row while its file is checked.
struct Trace {
  std::uint64_t key;
  std::uint64_t row;
  std::uint64_t content;
};

}  // namespace

/// The file a page comes from; without one there is nothing new.
struct FilesSource::Chosen {
  std::optional<FoundFile> file;
  RowPlace place;             // where to begin; row 0: the file's first row
  bool follows = false;       // another file comes after it
  std::vector<Stamp> before;  // see Position
  std::string since;          // Page::since when this is the last page
};

std::string FilesSource::Done::text() const {
  if (upTo) return upTo->text();
  std::string out;
  for (const Stamp& file : files) out += kMark + file.text();
  return out;
}

FilesSource::Done FilesSource::Done::parse(std::string_view text) {
  Done out;
  auto stamps = stampsOf(text);
  if (text.starts_with(kMark)) {
    out.files = {std::make_move_iterator(stamps.begin()), std::make_move_iterator(stamps.end())};
  } else if (!stamps.empty()) {
    out.upTo = std::move(stamps.front());
  }
  return out;
}

FilesSource::FilesSource(std::vector<KindMap> kinds, FilesOptions options, Folder::Options folder, Clock& clock)
    : kinds_(std::move(kinds)), options_(std::move(options)), folder_(std::move(folder), clock) {
  for (const KindMap& kind : kinds_) names_.push_back(kind.known->name);
}

const KindMap* FilesSource::find(std::string_view kind) const {
  const auto found = std::ranges::find_if(kinds_, [&](const KindMap& map) { return map.known->name == kind; });
  return found == kinds_.end() ? nullptr : &*found;
}

bool FilesSource::allAreDone(const Stamp& stamp) const {
  return std::ranges::all_of(kinds_, [&](const KindMap& kind) {
    if (!matches(kind.pattern, stamp.name)) return true;
    const auto its = done_.find(kind.known->name);
    return its != done_.end() && its->second.has(stamp);
  });
}

void FilesSource::putAway(const KindMap& kind, const Done& done, std::vector<Error>& warnings) {
  if (!folder_.moves()) return;
  const std::lock_guard lock(mutex_);
  done_[kind.known->name] = done;
  const auto files = folder_.find(kind.pattern);
  if (!files) return;
  for (const FoundFile& file : *files) {
    if (!allAreDone(file.stamp)) continue;
    if (!folder_.moveAway(file))
      warnings.push_back(fail(Fault::Retry, kNotMoved, {file.stamp.name, folder_.name()}).value());
  }
}

Result<FilesSource::Chosen> FilesSource::choose(const KindMap& kind, const ScanRequest& request,
                                                std::vector<Error>& warnings) {
  const Done since = Done::parse(request.since);
  if (request.position.empty() && !since.empty()) putAway(kind, since, warnings);
  const auto files = folder_.find(kind.pattern);
  if (!files) return tl::unexpected(files.error());
  // Where the page before ended, if its file is still the same.
  const auto position = parsePosition(request.position);
  Chosen out;
  out.since = request.since;
  if (options_.changesOnly) {
    auto unread = chooseUnread(kind, request, *files, warnings);
    if (!unread || !unread->file) return unread;
    out = std::move(*unread);
  } else {
    if (!files->empty()) out.file = files->back();
    // Everything is asked for, but the last list has been put away.
    if (!out.file && (request.full || position)) out.file = folder_.newestDone(kind.pattern);
    if (!out.file) {
      if (!since.empty() && folder_.moves() && !request.full) return out;
      return fail(Fault::Retry, kNoFile, {folder_.name(), kind.pattern});
    }
    if (!request.full && !position && since.upTo == out.file->stamp) {
      out.file.reset();
      return out;
    }
    out.since = Done{out.file->stamp, {}}.text();
  }
  if (position && position->stamp == out.file->stamp && !position->isDone()) out.place = position->place;
  if (out.place.row == 0 && !folder_.isSettled(*out.file))
    return fail(Fault::Retry, kStillWritten, {out.file->stamp.name});
  return out;
}

/// A file that was being read and is gone, or other now, is passed over; what is new is read from its first row on.
Result<FilesSource::Chosen> FilesSource::chooseUnread(const KindMap& kind, const ScanRequest& request,
                                                      const std::vector<FoundFile>& files,
                                                      std::vector<Error>& warnings) {
  Chosen out;
  out.since = request.since;
  const auto position = parsePosition(request.position);
  Done done = Done::parse(request.since);
  if (folder_.moves()) {
    Done still;  // what lies there although it was read
    for (const FoundFile& file : files)
      if (done.has(file.stamp)) still.files.insert(file.stamp);
    done = std::move(still);
    if (position) {
      out.before = position->before;
      if (position->isDone()) out.before.push_back(position->stamp);
      done.files.insert(out.before.begin(), out.before.end());
    }
    if (!out.before.empty()) out.since = done.text();
  } else {
    if (!done.upTo && !done.files.empty()) done.upTo = *done.files.rbegin();
    if (request.position.empty() && done.upTo) tellLate(kind, *done.upTo, files, warnings);
    if (position && position->isDone()) done.upTo = position->stamp;
    if (position && position->isDone()) out.since = done.upTo->text();
  }
  const auto isUnread = [&](const FoundFile& file) { return !done.has(file.stamp); };
  auto next = std::ranges::find_if(
      files, [&](const FoundFile& file) { return position && position->stamp == file.stamp && isUnread(file); });
  if (next == files.end()) next = std::ranges::find_if(files, isUnread);
  if (next == files.end()) return out;
  out.file = *next;
  if (folder_.moves()) {
    done.files.insert(next->stamp);
  } else {
    done = {next->stamp, {}};
    const std::lock_guard lock(mutex_);
    seen_[kind.known->name].insert(next->stamp);
  }
  out.since = done.text();
  const auto after = std::ranges::find_if(files, isUnread);
  out.follows = after != files.end() && folder_.isSettled(*after);
  return out;
}

void FilesSource::tellLate(const KindMap& kind, const Stamp& since, const std::vector<FoundFile>& files,
                           std::vector<Error>& warnings) {
  const std::lock_guard lock(mutex_);
  auto [seen, first] = seen_.try_emplace(kind.known->name);
  for (const FoundFile& file : files) {
    const bool fresh = seen->second.insert(file.stamp).second;
    if (fresh && !first && file.stamp < since) warnings.push_back(fail(Fault::Retry, kLate, {file.stamp.name}).value());
  }
}

Result<FilesSource::Checked> FilesSource::checkFile(const KindMap& kind, const FoundFile& file,
                                                    const std::stop_token& stop) const {
  auto rows = openRows(file, kind, options_.form, folder_.hasMarker());
  if (!rows) return tl::unexpected(std::move(rows.error()));
  Checked out;
  out.stamp = file.stamp;
  std::vector<Trace> traces;
  std::vector<std::string> values;
  Hasher hasher;
  std::uint64_t keyless = 0;
  for (;;) {
    if (out.rows % kStopEvery == 0 && stop.stop_requested()) return fail(Fault::Stop, kStopped);
    auto some = (*rows)->next(values);
    if (!some) return tl::unexpected(std::move(some.error()));
    if (!*some) break;
    ++out.rows;
    const std::string key = keyOf(kind, values);
    if (key.empty()) {
      ++keyless;
    } else {
      traces.push_back({shortHash(hasher, key), out.rows, shortHash(hasher, packRow(kind, values))});
    }
  }
  std::ranges::sort(traces,
                    [](const Trace& a, const Trace& b) { return a.key != b.key ? a.key < b.key : a.row < b.row; });
  std::uint64_t differing = 0;
  std::uint64_t firstDiffering = 0;
  for (std::size_t i = 1; i < traces.size(); ++i) {
    const Trace& before = traces[i - 1];
    if (before.key != traces[i].key) continue;
    out.passedOver.insert(before.row);
    if (before.content == traces[i].content) continue;
    firstDiffering = differing++ == 0 ? before.row : std::min(firstDiffering, before.row);
  }
  const std::string& name = file.stamp.name;
  const auto warn = [&](const Message& message, std::vector<std::string> args) {
    out.warnings.push_back(fail(Fault::Retry, message, std::move(args)).value());
  };
  if (differing > 0) warn(kDuplicates, {name, std::to_string(differing), "#" + std::to_string(firstDiffering)});
  if (keyless > 0) warn(kNoKey, {name, std::to_string(keyless)});
  if (const auto surplus = (*rows)->surplusRows(); surplus > 0)
    warn(kTooMany, {name, std::to_string(surplus), std::to_string((*rows)->firstSurplusLine())});
  out.leftOut = keyless > 0 || (*rows)->surplusRows() > 0;
  if (traces.empty() && !out.warnings.empty()) return tl::unexpected(Error{out.warnings.back()});
  if (traces.empty() && !options_.changesOnly)
    return fail(Fault::Retry, kNoRows, {name, std::string(kind.known->name)});
  return out;
}

Result<std::shared_ptr<const FilesSource::Checked>> FilesSource::checked(const KindMap& kind, const FoundFile& file,
                                                                         const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = checked_.find(kind.known->name);
    if (known != checked_.end() && known->second->stamp == file.stamp) return known->second;
  }
  auto fresh = checkFile(kind, file, stop);
  if (!fresh) return tl::unexpected(std::move(fresh.error()));
  auto out = std::make_shared<const Checked>(std::move(*fresh));
  const std::lock_guard lock(mutex_);
  checked_[kind.known->name] = out;
  return out;
}

Result<void> FilesSource::readRows(const KindMap& kind, const Chosen& chosen, const Checked& known, Page& page,
                                   RowPlace& place, bool& ended) const {
  auto rows = openRows(*chosen.file, kind, options_.form, folder_.hasMarker());
  if (!rows) return tl::unexpected(std::move(rows.error()));
  if (chosen.place.row > 0) (*rows)->seek(chosen.place);
  auto bytes = std::make_shared<std::string>();
  std::vector<std::pair<std::string, std::size_t>> told;  // key, end of its bytes
  std::vector<std::string> values;
  for (std::size_t i = 0; i < options_.pageSize && bytes->size() < kPageBytes; ++i) {
    auto some = (*rows)->next(values);
    if (!some) return tl::unexpected(std::move(some.error()));
    ended = !*some;
    if (ended) break;
    std::string key = keyOf(kind, values);
    if (key.empty() || known.passedOver.contains((*rows)->place().row)) continue;
    *bytes += packRow(kind, values);
    told.emplace_back(std::move(key), bytes->size());
  }
  std::size_t begin = 0;
  for (auto& [key, end] : told) {
    page.rows.push_back({std::move(key), std::string_view(*bytes).substr(begin, end - begin)});
    begin = end;
  }
  page.storage = std::move(bytes);
  place = (*rows)->place();
  return {};
}

Result<Page> FilesSource::read(const ScanRequest& request, std::stop_token stop) {
  const KindMap* kind = find(request.kind);
  if (kind == nullptr) return fail(Fault::Reject, kUnknownKind, {request.kind});
  if (stop.stop_requested()) return fail(Fault::Stop, kStopped);
  Page page;
  const auto chosen = choose(*kind, request, page.warnings);
  if (!chosen) return tl::unexpected(chosen.error());
  if (!chosen->file) {
    page.last = true;
    page.since = chosen->since;
    return page;
  }
  const auto known = checked(*kind, *chosen->file, stop);
  if (!known) return tl::unexpected(known.error());
  if (chosen->place.row == 0)
    page.warnings.insert(page.warnings.end(), (*known)->warnings.begin(), (*known)->warnings.end());
  RowPlace place;
  bool ended = false;
  if (auto read = readRows(*kind, *chosen, **known, page, place, ended); !read)
    return tl::unexpected(std::move(read.error()));
  ended = ended || place.row >= (*known)->rows;
  page.full = !options_.changesOnly && !(*known)->leftOut;
  page.last = ended && !chosen->follows;
  if (ended) place.row = kAllRows;
  page.next = Position{place, chosen->file->stamp, chosen->before}.text();
  page.since = chosen->since;
  return page;
}

Result<Record> FilesSource::map(std::string_view kind, const Row& row) const {
  const KindMap* known = find(kind);
  if (known == nullptr) return fail(Fault::Reject, kUnknownKind, {std::string(kind)});
  return mapRow(*known, row, options_.values);
}

std::vector<Finding> FilesSource::check(std::stop_token stop) {
  std::vector<Finding> findings;
  for (const KindMap& kind : kinds_) {
    const std::string what = kind.pattern + " (" + std::string(kind.known->name) + ")";
    ScanRequest request;
    request.kind = kind.known->name;
    request.full = true;
    auto page = read(request, stop);
    if (!page) {
      // A file that is being written to is no fault of the settings.
      const bool passes = page.error().message == &kStillWritten;
      findings.push_back({passes ? Finding::Level::Warning : Finding::Level::Bad, what, std::move(page.error())});
      continue;
    }
    for (Error& warning : page->warnings) findings.push_back({Finding::Level::Warning, what, std::move(warning)});
    const auto refused =
        std::ranges::find_if(page->rows, [&](const Row& row) { return !mapRow(kind, row, options_.values); });
    if (refused != page->rows.end()) {
      findings.push_back({Finding::Level::Warning, what, mapRow(kind, *refused, options_.values).error()});
    } else {
      findings.push_back({Finding::Level::Good, what, {}});
    }
  }
  return findings;
}

}  // namespace postern::files
