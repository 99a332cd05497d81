#pragma once
// The watched folder: which files are there, whether they are finished, and where finished ones go.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/clock.h"
#include "agent/result.h"

namespace postern::files {

/// What tells one state of a file from another.
struct Stamp {
  std::int64_t written = 0;  // time of writing, in ticks of the file clock
  std::string name;          // UTF-8, without folder
  std::uint64_t size = 0;
  auto operator<=>(const Stamp&) const = default;  // older ones first

  /// As short text, and back; nullopt for other text.
  std::string text() const;
  static std::optional<Stamp> parse(std::string_view text);
};

struct FoundFile {
  Stamp stamp;
  std::filesystem::path path;
};

/// '*' any characters, '?' one byte; letter case of ASCII ignored.
bool matches(std::string_view pattern, std::string_view name);

/// Thread-safe.
class Folder {
 public:
  struct Options {
    std::filesystem::path path;
    std::string doneFolder;  // "" = finished files stay
    std::string marker;      // ".ok": only files beside which this one lies are finished; "" = by settle
    std::chrono::seconds settle{10};
  };
  Folder(Options options, Clock& clock) : options_(std::move(options)), clock_(clock) {}

  std::string name() const;  // for messages
  bool moves() const { return !options_.doneFolder.empty(); }
  bool hasMarker() const { return !options_.marker.empty(); }
  /// Files whose name matches, oldest first; with a marker only those that have it. Retry when the folder cannot be
  /// listed.
  Result<std::vector<FoundFile>> find(const std::string& pattern) const;
  /// The newest finished file that matches; nullopt when there is none or finished files stay where they are.
  std::optional<FoundFile> newestDone(const std::string& pattern) const;
  /// Whether nobody writes to it any more: it has a marker, or it has not been written to for `settle`, or it was the
  /// same at two looks that far apart (a server's clock may be ahead of ours).
  bool isSettled(const FoundFile& file);
  /// Moves it, and its marker, to the folder for finished ones, as "YYYYMMDD-HHMMSS NAME". false when that fails.
  bool moveAway(const FoundFile& file) const;

 private:
  Options options_;
  Clock& clock_;
  struct Look {
    Stamp stamp;
    Clock::Monotonic since;
  };
  std::mutex mutex_;
  std::map<std::string, Look> looks_;  // by name; under mutex_
};

}  // namespace postern::files
