#pragma once
// The few events that an administrator meets, sent to systemd's journal with the id under which `journalctl -x`
// explains them: systemd/catalog/. Where standard error is no journal they are ordinary log lines.

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "agent/log.h"

namespace postern {

/// A MESSAGE_ID: 32 hexadecimal digits that never change their meaning. Every one has a text in each catalogue.
struct JournalEvent {
  const char* id;
};
inline constexpr JournalEvent kStartedEvent{"2351dd8f47da4781b8a91d344e3df9ea"};
inline constexpr JournalEvent kSettingsRefusedEvent{"399464860fc34e5c9f4cb4668dcc5a23"};
inline constexpr JournalEvent kWorkerHangsEvent{"bd07a6f0330e4271b8bbac85e78d41e7"};
inline constexpr JournalEvent kStateFailedEvent{"a3d3a6b8a82544e28061fe43b2909a0a"};
/// Sent by the Debian package (installer/deb/postinst): the new version does not accept the settings.
inline constexpr JournalEvent kNotRestartedEvent{"42053bd748a942b0a60e44f4cb3704f6"};
inline constexpr std::array kJournalEvents{kStartedEvent, kSettingsRefusedEvent, kWorkerHangsEvent, kStateFailedEvent,
                                           kNotRestartedEvent};

/// Writes `message` (one line, no secret) as an entry with the event's id; a field "place" becomes POSTERN_PLACE, which
/// a catalogue may quote. False, with nothing written, when standard error is not the journal or journald does not take
/// it: the caller prints the message then. Thread-safe.
bool tellJournal(const JournalEvent& event, Level level, std::string_view message,
                 std::initializer_list<LogField> fields = {});

/// As log(), with the event's id where there is a journal.
void log(const JournalEvent& event, Level level, std::string_view component, std::string_view name,
         std::initializer_list<LogField> fields = {});

/// The entry as journald's native protocol wants it in one datagram (systemd.io/JOURNAL_NATIVE_PROTOCOL).
std::string journalEntry(const JournalEvent& event, Level level, std::string_view message,
                         std::initializer_list<LogField> fields);

// Twins: journal_posix.cc, journal_windows.cc.

/// Whether standard error is the stream that `journalStream` ($JOURNAL_STREAM, "DEVICE:INODE") names; nullptr = no.
bool errorsGoToJournal(const char* journalStream);
/// Sends the datagram; false when nobody takes it.
bool sendToJournal(std::string_view entry, const std::string& socket = "/run/systemd/journal/socket");

}  // namespace postern
