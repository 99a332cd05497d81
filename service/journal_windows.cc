#include "service/journal.h"

namespace postern {

bool errorsGoToJournal(const char*) { return false; }
bool sendToJournal(std::string_view, const std::string&) { return false; }

}  // namespace postern
