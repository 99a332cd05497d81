#pragma once
// Where the log's lines go when stderr leads nowhere, as in a Windows service.

#include <functional>
#include <string>

namespace postern {

/// Gets each line, with stamp and level but without its line break; one call at a time, from any thread. It must not
/// log.
using LogSink = std::function<void(const std::string& line)>;

/// From now on lines go to `sink` instead of stderr; nullptr: to stderr again.
void setLogSink(LogSink sink);

/// Whether standard error is the journal: lines start with its "<priority>" then instead of stamp and level. Call once,
/// at start; false until then.
void logForJournal(bool journal);

}  // namespace postern
