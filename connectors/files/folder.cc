#include "connectors/files/folder.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "agent/system_message.h"
#include "connectors/files/messages.h"

namespace postern::files {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDonePrefix = 16;  // "20250509-101500 "

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string utf8(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

fs::path pathOf(const std::string& name) { return {std::u8string(name.begin(), name.end())}; }

std::optional<Stamp> stampOf(const fs::path& file) {
  std::error_code error;
  Stamp out;
  out.name = utf8(file.filename());
  out.size = fs::file_size(file, error);
  if (error) return std::nullopt;
  out.written = fs::last_write_time(file, error).time_since_epoch().count();
  return error ? std::nullopt : std::optional(out);
}

Clock::Time timeOf(const Stamp& stamp) {
  const std::chrono::file_clock::time_point written{std::chrono::file_clock::duration{stamp.written}};
  return std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(written));
}

std::string donePrefix(const Stamp& stamp) {
  std::string text = isoStamp(timeOf(stamp));  // "2025-05-09T10:15:00Z"
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  std::ranges::replace(text, 'T', '-');
  return text + ' ';
}

template <class Number>
bool parse(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

std::vector<FoundFile> listed(const fs::path& folder, std::string_view pattern, std::size_t prefix,
                              std::error_code& error) {
  std::vector<FoundFile> out;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string name = utf8(it->path().filename());
    if (name.size() <= prefix || !matches(pattern, std::string_view(name).substr(prefix))) continue;
    if (!it->is_regular_file(gone)) continue;
    if (auto stamp = stampOf(it->path())) out.push_back({std::move(*stamp), it->path()});
  }
  std::ranges::sort(out, {}, &FoundFile::stamp);
  return out;
}

}  // namespace

std::string Stamp::text() const { return std::to_string(written) + ':' + std::to_string(size) + ':' + name; }

std::optional<Stamp> Stamp::parse(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  Stamp out;
  out.name = text.substr(second + 1);
  const bool good = files::parse(text.substr(0, first), out.written) &&
                    files::parse(text.substr(first + 1, second - first - 1), out.size);
  return good ? std::optional(out) : std::nullopt;
}

bool matches(std::string_view pattern, std::string_view name) {
  // Where the last '*' was, to try it with one more character.
  std::size_t star = std::string_view::npos;
  std::size_t from = 0;
  std::size_t p = 0;
  std::size_t n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(name[n]))) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string Folder::name() const { return utf8(options_.path); }

Result<std::vector<FoundFile>> Folder::find(const std::string& pattern) const {
  std::error_code error;
  auto out = listed(options_.path, pattern, 0, error);
  if (error) return fail(Fault::Retry, kNoFolder, {name()}, systemMessage(error));
  if (hasMarker())
    std::erase_if(out, [&](const FoundFile& file) {
      std::error_code none;
      return file.stamp.name.ends_with(options_.marker) ||
             !fs::exists(options_.path / pathOf(file.stamp.name + options_.marker), none);
    });
  return out;
}

std::optional<FoundFile> Folder::newestDone(const std::string& pattern) const {
  if (!moves()) return std::nullopt;
  std::error_code error;
  const auto done = listed(options_.path / pathOf(options_.doneFolder), pattern, kDonePrefix, error);
  return done.empty() ? std::nullopt : std::optional(done.back());
}

bool Folder::isSettled(const FoundFile& file) {
  if (hasMarker()) return true;
  const Clock::Time written = timeOf(file.stamp);
  const Clock::Time now = clock_.now();
  if (written <= now && now - written >= options_.settle) return true;
  const std::lock_guard lock(mutex_);
  auto [look, first] = looks_.try_emplace(file.stamp.name, Look{file.stamp, clock_.monotonic()});
  if (!first && look->second.stamp != file.stamp) look->second = {file.stamp, clock_.monotonic()};
  return clock_.monotonic() - look->second.since >= options_.settle;
}

bool Folder::moveAway(const FoundFile& file) const {
  const fs::path done = options_.path / pathOf(options_.doneFolder);
  std::error_code error;
  fs::create_directories(done, error);
  fs::rename(file.path, done / pathOf(donePrefix(file.stamp) + file.stamp.name), error);
  if (error) return false;
  std::error_code ignored;
  if (hasMarker()) fs::remove(options_.path / pathOf(file.stamp.name + options_.marker), ignored);
  return true;
}

}  // namespace postern::files
