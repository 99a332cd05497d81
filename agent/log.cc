#include "agent/log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agent/log_sink.h"
#include "agent/visible.h"

namespace postern {

namespace {

std::atomic<Level> threshold{Level::Info};
std::atomic<bool> forJournal{false};
std::mutex outputMutex;  // stderr: whole lines; guards otherSink
LogSink otherSink;

struct LevelName {
  const char* priority;  // systemd's, sd-daemon(3)
  const char* name;
};

const LevelName& nameOf(Level level) {
  static constexpr std::array<LevelName, 4> kNames{
      {{"<3>", "error"}, {"<4>", "warning"}, {"<6>", "info"}, {"<7>", "debug"}}};
  return kNames[static_cast<std::size_t>(level)];
}

bool isPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.:/+@%,").find(c) != std::string_view::npos;
}

void appendQuoted(std::string_view value, std::string& out) {
  out += '"';
  appendVisible(value, out, "\"\\");
  out += '"';
}

void appendField(std::string_view key, std::string_view value, std::string& out) {
  if (!out.empty()) out += ' ';
  out.append(key).append("=");
  bool plain = !value.empty();
  for (const char c : value) plain = plain && isPlain(c);
  if (plain) {
    out += value;
  } else {
    appendQuoted(value, out);
  }
}

}  // namespace

void setLogLevel(Level level) { threshold = level; }

void setLogSink(LogSink sink) {
  const std::lock_guard lock(outputMutex);
  otherSink = std::move(sink);
}

void logForJournal(bool journal) { forJournal = journal; }

bool isLogged(Level level) { return level <= threshold.load(std::memory_order_relaxed); }

std::string formatEvent(std::string_view component, std::string_view event, std::span<const LogField> fields) {
  std::string line;
  line.reserve(160);
  appendField("component", component, line);
  appendField("event", event, line);
  for (const auto& field : fields) appendField(field.key, field.value, line);
  return line;
}

void log(Level level, std::string_view component, std::string_view event, std::initializer_list<LogField> fields) {
  if (!isLogged(level)) return;
  const LevelName& name = nameOf(level);
  std::string line =
      forJournal ? std::string(name.priority) : isoStamp(systemClock().now()) + " level=" + name.name + " ";
  line += formatEvent(component, event, std::span(fields.begin(), fields.size()));
  const std::lock_guard lock(outputMutex);
  if (otherSink) return otherSink(line);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

std::string Repeats::keyOf(std::string_view component, std::string_view event, std::string_view code) {
  std::string key;
  key.append(component).append("\n").append(event).append("\n").append(code);
  return key;
}

int Repeats::count(std::string_view component, std::string_view event, std::string_view code) {
  const auto now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  const auto [found, isNew] = entries_.try_emplace(keyOf(component, event, code), Entry{now, 0});
  Entry& entry = found->second;
  if (isNew) return 1;
  ++entry.untold;
  if (now - entry.toldAt < interval_) return 0;
  entry.toldAt = now;
  return std::exchange(entry.untold, 0);
}

int Repeats::over(std::string_view component, std::string_view event, std::string_view code) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(keyOf(component, event, code));
  if (found == entries_.end()) return 0;
  const int untold = found->second.untold;
  entries_.erase(found);
  return untold;
}

}  // namespace postern
