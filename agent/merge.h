#pragma once
// Pure: one field that both sides may change, and who changed it since they last agreed.

#include <optional>
#include <string>

namespace postern {

/// One shared field of one target, all values in the app's words.
struct FieldState {
  std::string desired;                // what the ERP's records now ask for
  std::optional<std::string> actual;  // what the app was last seen to hold; absent = never told
  std::optional<std::string> ours;    // last agreed: what was asked for
  std::optional<std::string> theirs;  // last agreed: what the app made of it
};

enum class Verdict {
  Quiet,     // nothing to decide: the app did not change it, so whatever the ERP asks for may be sent
  Equal,     // both now say the same, and that was not agreed yet
  AppLed,    // only the app changed it
  Conflict,  // both did, and differently
};

/// Without a value that was agreed (never sent, or a write is still unanswered) nobody can be said to have changed it:
/// Quiet, unless both say the same.
Verdict judge(const FieldState& field);

}  // namespace postern
