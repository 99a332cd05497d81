#include "service/journal.h"

#include <cstdint>
#include <cstdlib>

namespace postern {
namespace {

/// In the form that carries any bytes: name, line break, length (64 bits, least significant byte first), value.
void appendField(std::string_view name, std::string_view value, std::string& entry) {
  entry.append(name).append("\n");
  for (unsigned shift = 0; shift < 64; shift += 8) {
    entry += static_cast<char>((static_cast<std::uint64_t>(value.size()) >> shift) & 0xFFU);
  }
  entry.append(value).append("\n");
}

std::string journalName(std::string_view key) {
  std::string name = "POSTERN_";
  for (const char c : key) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

const char* priorityOf(Level level) {
  return level == Level::Error ? "3" : level == Level::Warning ? "4" : level == Level::Info ? "6" : "7";
}

}  // namespace

std::string journalEntry(const JournalEvent& event, Level level, std::string_view message,
                         std::initializer_list<LogField> fields) {
  std::string entry;
  appendField("MESSAGE", message, entry);
  appendField("MESSAGE_ID", event.id, entry);
  appendField("PRIORITY", priorityOf(level), entry);
  appendField("SYSLOG_IDENTIFIER", "postern", entry);
  for (const auto& field : fields) appendField(journalName(field.key), field.value, entry);
  return entry;
}

bool tellJournal(const JournalEvent& event, Level level, std::string_view message,
                 std::initializer_list<LogField> fields) {
  return errorsGoToJournal(std::getenv("JOURNAL_STREAM")) && sendToJournal(journalEntry(event, level, message, fields));
}

void log(const JournalEvent& event, Level level, std::string_view component, std::string_view name,
         std::initializer_list<LogField> fields) {
  if (!isLogged(level)) return;
  const auto line = formatEvent(component, name, std::span(fields.begin(), fields.size()));
  if (!tellJournal(event, level, line, fields)) log(level, component, name, fields);
}

}  // namespace postern
