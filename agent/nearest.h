#pragma once
// "Did you mean …": the known name that a mistyped one was probably meant to be.

#include <span>
#include <string>
#include <string_view>

namespace postern {

/// The candidate with the fewest typing slips (letter wrong, missing, too many, two swapped; letter case does not
/// count); the first of equals. Empty when all are further away than a third of the longer name's length.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace postern
