#pragma once
// Pure: what one side should hold, against what both last agreed on, gives what must be sent.

#include <span>
#include <string_view>

#include "agent/record.h"

namespace postern {

/// Values of a record when both sides last agreed. `ours` is what we asked for, `theirs` what they made of it (a server
/// may move states or normalise texts); comparing each side with its own value keeps both quiet.
/// A field in `theirs` only was found there and never asked for.
struct Agreed {
  Fields ours;
  Fields theirs;
  bool operator==(const Agreed&) const = default;
};

/// Fields of `desired` that must be sent: those whose desired value differs from what was last asked for; where nothing
/// was asked for yet, those that differ from what is there. Fields that we no longer desire stay as they are.
/// If a field of `together` is to be sent, the others of that group in `desired` are sent with it.
/// A field of `createOnly` that was never asked for is not sent: the record was found there, made by somebody with it.
Fields fieldsToSend(const Fields& desired, const Agreed& agreed, std::span<const std::string_view> together = {},
                    std::span<const std::string_view> createOnly = {});

/// `agreed` after `sent` was acknowledged with `answered`: a field the answer does not carry counts as taken as sent.
Agreed settle(Agreed agreed, const Fields& sent, const Fields& answered);

}  // namespace postern
