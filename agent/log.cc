#include "agent/log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agent/log_sink.h"

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

void appendHex(std::string_view prefix, unsigned value, int digits, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += prefix;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[(value >> static_cast<unsigned>(shift)) & 15U];
}

/// Length and code point of the UTF-8 character at the start of `text`; length 0 when it is none.
std::pair<std::size_t, unsigned> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {0, 0};
  unsigned code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {0, 0};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<unsigned, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {0, 0};
  return {length, code};
}

/// Characters that a terminal or a viewer might obey instead of showing: controls, line and paragraph separators, and
/// those that turn the writing direction.
bool isObeyed(unsigned code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void appendEscaped(unsigned code, std::string& out) {
  switch (code) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      code < 0x80 ? appendHex("\\x", code, 2, out) : appendHex("\\u", code, 4, out);
  }
}

void appendQuoted(std::string_view value, std::string& out) {
  out += '"';
  while (!value.empty()) {
    const auto [length, code] = decode(value);
    if (length == 0) {
      appendHex("\\x", static_cast<unsigned char>(value[0]), 2, out);
      value.remove_prefix(1);
      continue;
    }
    if (isObeyed(code)) {
      appendEscaped(code, out);
    } else {
      if (code == '"' || code == '\\') out += '\\';
      out += value.substr(0, length);
    }
    value.remove_prefix(length);
  }
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
