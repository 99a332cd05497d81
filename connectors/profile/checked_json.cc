#include "connectors/profile/checked_json.h"

#include <algorithm>

#include "agent/nearest.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

namespace {

using Json = CheckedJson::Json;

std::string lineOf(std::string_view text, std::size_t byte) {
  return std::to_string(
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size())), '\n'));
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all.empty() ? "–" : all;
}

/// A name as a message may show it: a pasted secret can stand where a name belongs.
std::string shown(const std::string& name) {
  const bool plain = name.size() <= 40 && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? name : "…";
}

/// Finds a member that stands twice in one object.
class Twice {
 public:
  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && found_.empty() && !open_.back().insert(parsed.get<std::string>()).second) {
      found_ = parsed.get<std::string>();
    }
    return true;
  }
  const std::string& found() const { return found_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string found_;
};

}  // namespace

Json parseStrictly(std::string_view text, const std::string& file) {
  Twice twice;
  try {
    Json json = Json::parse(
        text, [&](int depth, Json::parse_event_t event, Json& parsed) { return twice(depth, event, parsed); });
    if (!twice.found().empty()) throw ConfigError(file, kMemberTwice, {shown(twice.found())});
    if (!json.is_object()) throw ConfigError(file, kNoJson);
    return json;
  } catch (const Json::parse_error& error) {
    throw ConfigError(file + ":" + lineOf(text, error.byte > 0 ? error.byte - 1 : 0), kNoJson);
  }
}

CheckedJson::CheckedJson(const Json& object, const std::string& file, std::string where)
    : object_(object), file_(file), where_(std::move(where)) {}

std::string CheckedJson::whereOf(const std::string& name) const { return where_.empty() ? name : where_ + "." + name; }

std::string CheckedJson::placeOf(const std::string& name) const { return file_ + ": " + whereOf(name); }

void CheckedJson::bad(const std::string& name, const Message& message, std::vector<std::string> args) const {
  throw ConfigError(placeOf(shown(name)), message, std::move(args));
}

void CheckedJson::wrongType(const std::string& name, const char* wanted) const {
  bad(name, kWrongType, {whereOf(name), wanted});
}

const Json* CheckedJson::find(const std::string& name) {
  known_.insert(name);
  const auto member = object_.find(name);
  return member == object_.end() ? nullptr : &*member;
}

const Json& CheckedJson::need(const std::string& name) {
  const Json* member = find(name);
  if (member == nullptr) bad(name, kMissingMember, {whereOf(name)});
  return *member;
}

std::string CheckedJson::text(const std::string& name) {
  const Json& member = need(name);
  if (!member.is_string() || member.get_ref<const std::string&>().empty()) wrongType(name, "\"…\"");
  return member.get<std::string>();
}

std::string CheckedJson::text(const std::string& name, const std::string& absent) {
  const Json* member = find(name);
  if (member == nullptr) return absent;
  if (!member->is_string()) wrongType(name, "\"…\"");
  return member->get<std::string>();
}

bool CheckedJson::flag(const std::string& name, bool absent) {
  const Json* member = find(name);
  if (member == nullptr) return absent;
  if (!member->is_boolean()) wrongType(name, "true, false");
  return member->get<bool>();
}

long CheckedJson::number(const std::string& name, long absent, long min, long max) {
  const Json* member = find(name);
  if (member == nullptr) return absent;
  const std::string range = std::to_string(min) + " … " + std::to_string(max);
  if (!member->is_number_integer()) wrongType(name, range.c_str());
  const auto value = member->get<std::int64_t>();
  if (value < min || value > max) wrongType(name, range.c_str());
  return static_cast<long>(value);
}

std::string CheckedJson::choice(const std::string& name, const std::vector<std::string>& choices) {
  std::string value = text(name, choices.front());
  if (std::ranges::find(choices, value) == choices.end()) bad(name, kBadChoice, {whereOf(name), joined(choices)});
  return value;
}

Path CheckedJson::path(const std::string& name) {
  const std::string all = text(name, "");
  Path path;
  for (std::size_t at = 0; !all.empty();) {
    const std::size_t end = std::min(all.find('.', at), all.size());
    path.push_back(all.substr(at, end - at));
    if (path.back().empty()) wrongType(name, "\"a.b\"");
    if (end == all.size()) break;
    at = end + 1;
  }
  return path;
}

std::string CheckedJson::pattern(const std::string& name, const std::vector<std::string>& allowed) {
  std::string all = text(name, "");
  for (std::size_t at = all.find('{'); at != std::string::npos; at = all.find('{', at + 1)) {
    const std::size_t end = all.find('}', at);
    const std::string word = end == std::string::npos ? all.substr(at) : all.substr(at, end - at + 1);
    if (std::ranges::find(allowed, word) == allowed.end()) {
      bad(name, kBadPlaceholder, {whereOf(name), shown(word), joined(allowed)});
    }
  }
  while (all.starts_with('/')) all.erase(0, 1);
  return all;
}

std::vector<std::string> CheckedJson::texts(const std::string& name) {
  const Json* member = find(name);
  if (member == nullptr) return {};
  if (!member->is_array()) wrongType(name, "[\"…\"]");
  std::vector<std::string> out;
  for (const Json& one : *member) {
    if (!one.is_string()) wrongType(name, "[\"…\"]");
    out.push_back(one.get<std::string>());
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> CheckedJson::pairs(const std::string& name) {
  if (!has(name)) return {};
  std::vector<std::pair<std::string, std::string>> out;
  CheckedJson inner = object(name);
  for (const std::string& key : inner.names()) out.emplace_back(key, inner.text(key));
  return out;
}

CheckedJson CheckedJson::object(const std::string& name) {
  const Json& member = need(name);
  if (!member.is_object()) wrongType(name, "{…}");
  return {member, file_, whereOf(name)};
}

std::vector<std::string> CheckedJson::names() {
  std::vector<std::string> out;
  for (const auto& [name, value] : object_.items()) {
    known_.insert(name);
    out.push_back(name);
  }
  return out;
}

const Json& CheckedJson::raw(const std::string& name) { return need(name); }

void CheckedJson::finish() const {
  for (const auto& [name, value] : object_.items()) {
    if (known_.contains(name)) continue;
    const std::vector<std::string> candidates(known_.begin(), known_.end());
    const std::string meant = nearest(name, candidates);
    if (!meant.empty()) bad(name, kUnknownMemberNear, {shown(name), meant});
    bad(name, kUnknownMember, {shown(name), joined(candidates)});
  }
}

}  // namespace postern::profile
