#pragma once
// The files of a folder as a Source.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "agent/connector.h"
#include "connectors/files/folder.h"
#include "connectors/files/mapping.h"
#include "connectors/files/rows.h"

namespace postern::files {

struct FilesOptions {
  FileForm form;
  ValueForms values;
  bool changesOnly = false;  // each file holds only what changed
  std::size_t pageSize = 500;
};

/// Whole lists: the newest file of a kind is its list; a scan for changes tells nothing while that file is the one read
/// last. Changes: the files that were not read, oldest first; Page::full is false. Where finished files are moved, each
/// one that lies there was not, unless `since` names it; else those after the one read last, with a warning for one
/// that came later than a newer one.
///
/// A file is checked from end to end before its first row is told: one that is not whole is a Retry. Of rows with the
/// same key the last one is told. For that, 24 bytes a row are kept while the file is checked, and the numbers of the
/// rows that do not count until it was read; nothing else grows with the file. No file, an empty one, or one without
/// rows is a Retry (a file of changes may be empty), so nothing can look deleted; neither can a record whose row is
/// left out, because Page::full is false then.
///
/// A file was dealt with when a scan begins with its stamp in `since`: the engine has stored all of it. Then it is
/// moved away, if so set, as soon as every kind that it matches has got there; of whole lists all older ones, too.
/// Thread-safe.
class FilesSource final : public Source {
 public:
  FilesSource(std::vector<KindMap> kinds, FilesOptions options, Folder::Options folder, Clock& clock);
  std::span<const std::string_view> kinds() const override { return names_; }
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override;
  Result<Record> map(std::string_view kind, const Row& row) const override;
  /// For System::check: what a first page of each kind would bring.
  std::vector<Finding> check(std::stop_token stop);

 private:
  /// What checking a file has shown.
  struct Checked {
    Stamp stamp;
    std::unordered_set<std::uint64_t> passedOver;  // numbers of rows whose key comes again; 1 is the first
    std::uint64_t rows = 0;
    bool leftOut = false;  // of some rows nobody knows which record they are
    std::vector<Error> warnings;
  };
  struct Chosen;
  /// The files that a kind has behind it, as Page::since tells them.
  struct Done {
    std::optional<Stamp> upTo;  // this one and all older ones
    std::set<Stamp> files;      // and these
    bool has(const Stamp& stamp) const { return (upTo && stamp <= *upTo) || files.contains(stamp); }
    bool empty() const { return !upTo && files.empty(); }
    std::string text() const;
    static Done parse(std::string_view text);  // empty for text that is not of ours
  };

  const KindMap* find(std::string_view kind) const;
  Result<Chosen> choose(const KindMap& kind, const ScanRequest& request, std::vector<Error>& warnings);
  Result<std::shared_ptr<const Checked>> checked(const KindMap& kind, const FoundFile& file,
                                                 const std::stop_token& stop);
  Result<Checked> checkFile(const KindMap& kind, const FoundFile& file, const std::stop_token& stop) const;
  Result<void> readRows(const KindMap& kind, const Chosen& chosen, const Checked& known, Page& page, RowPlace& place,
                        bool& ended) const;
  Result<Chosen> chooseUnread(const KindMap& kind, const ScanRequest& request, const std::vector<FoundFile>& files,
                              std::vector<Error>& warnings);
  void tellLate(const KindMap& kind, const Stamp& since, const std::vector<FoundFile>& files,
                std::vector<Error>& warnings);
  void putAway(const KindMap& kind, const Done& done, std::vector<Error>& warnings);
  bool allAreDone(const Stamp& stamp) const;

  std::vector<KindMap> kinds_;
  std::vector<std::string_view> names_;
  FilesOptions options_;
  Folder folder_;
  std::mutex mutex_;
  std::map<std::string_view, std::shared_ptr<const Checked>> checked_;  // by kind, the file last checked; under mutex_
  std::map<std::string_view, Done> done_;                               // by kind, what the engine has; under mutex_
  std::map<std::string_view, std::set<Stamp>> seen_;                    // by kind, since the start; under mutex_
};

}  // namespace postern::files
