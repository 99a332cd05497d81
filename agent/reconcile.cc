#include "agent/reconcile.h"

#include <algorithm>

namespace postern {
namespace {

bool isAgreed(const Fields::value_type& wanted, const Agreed& agreed) {
  const auto asked = agreed.ours.find(wanted.first);
  if (asked != agreed.ours.end()) return asked->second == wanted.second;
  const auto there = agreed.theirs.find(wanted.first);
  return there != agreed.theirs.end() && there->second == wanted.second;
}

}  // namespace

Fields fieldsToSend(const Fields& desired, const Agreed& agreed, std::span<const std::string_view> together,
                    std::span<const std::string_view> createOnly) {
  Fields changed;
  for (const auto& wanted : desired) {
    if (isAgreed(wanted, agreed)) continue;
    const bool given = !agreed.ours.contains(wanted.first) &&
                       std::find(createOnly.begin(), createOnly.end(), wanted.first) != createOnly.end();
    if (!given) changed.emplace_hint(changed.end(), wanted);
  }
  const bool groupChanged =
      std::any_of(together.begin(), together.end(), [&](std::string_view name) { return changed.contains(name); });
  if (groupChanged) {
    for (const auto name : together) {
      if (const auto wanted = desired.find(name); wanted != desired.end()) changed.insert(*wanted);
    }
  }
  return changed;
}

Agreed settle(Agreed agreed, const Fields& sent, const Fields& answered) {
  for (const auto& [name, value] : sent) {
    agreed.ours[name] = value;
    agreed.theirs[name] = value;
  }
  for (const auto& [name, value] : answered) agreed.theirs[name] = value;
  return agreed;
}

}  // namespace postern
