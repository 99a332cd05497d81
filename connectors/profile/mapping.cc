#include "connectors/profile/mapping.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "agent/option_value.h"
#include "connectors/profile/messages.h"

namespace postern::profile {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t kStampLength = 19;  // "2026-01-22T10:00:00"; fraction and zone follow

std::string withLineFeeds(std::string text) {
  for (std::size_t at = text.find('\r'); at != std::string::npos; at = text.find('\r', at)) {
    if (at + 1 < text.size() && text[at + 1] == '\n') {
      text.erase(at, 1);
    } else {
      text[at] = '\n';
    }
  }
  return text;
}

std::optional<std::string> scalarText(const json& value) {
  if (value.is_null()) return std::string{};
  if (value.is_string()) return withLineFeeds(value.get<std::string>());
  if (value.is_primitive()) return value.dump();
  return std::nullopt;
}

/// "2.5", "2", "-0.25".
std::string decimalText(double value) {
  std::array<char, 400> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  std::string text(digits.data(), error == std::errc{} ? end : digits.data());
  return text == "-0" ? "0" : text;
}

std::optional<double> decimalOf(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return readDecimal(value.get_ref<const std::string&>());
  return std::nullopt;
}

double rounded(double value, int decimals) {
  const double factor = std::pow(10.0, decimals);
  return std::round(value * factor) / factor;
}

/// A whole number without a point, so that a server that wants integers gets one.
ordered_json numberJson(double value) {
  constexpr double kExact = 9e15;
  if (value == std::floor(value) && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
  return value;
}

std::string digitsAt(std::string_view text, std::string_view form, char letter) {
  std::string digits;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == letter) digits += text[i];
  }
  return digits;
}

/// "2026-01-22" out of a date in `form`; nullopt when it is none.
std::optional<std::string> isoOf(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool letter = form[i] >= 'A' && form[i] <= 'Z';
    if (!letter && text[i] != form[i]) return std::nullopt;
  }
  std::string iso = digitsAt(text, form, 'Y') + "-" + digitsAt(text, form, 'M') + "-" + digitsAt(text, form, 'D');
  if (!parseIsoDate(iso)) return std::nullopt;
  return iso;
}

/// The day of a date or a stamp; one with a zone is the day in the site's, but midnight in UTC is a date written so.
std::optional<std::string> dayOf(const std::string& text, const Profile& profile) {
  auto written = isoOf(text, profile.dateForm);
  if (!written || text.find_first_of("Z+-", std::min(text.size(), kStampLength)) == std::string::npos) return written;
  const auto stamp = parseStamp(text);
  if (!stamp || *stamp == Clock::Time{*parseIsoDate(*written)}) return written;
  return isoDate(localDay(*stamp, profile.zone));
}

std::string dateIn(const std::string& iso, std::string_view form) {
  std::string out(form);
  std::size_t year = 0;
  std::size_t month = 5;
  std::size_t day = 8;
  for (char& c : out) {
    if (c == 'Y') c = iso[year++];
    if (c == 'M') c = iso[month++];
    if (c == 'D') c = iso[day++];
  }
  return out;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Their value as ours; nullopt when it means nothing here.
std::optional<std::string> readValue(const Profile& profile, const Field& field, const json& value) {
  if (value.is_null()) return std::string{};
  switch (field.form) {
    case Form::Text:
    case Form::Reference:
      return scalarText(value);
    case Form::Flag:
      if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
      if (value.is_number_integer()) return value.get<std::int64_t>() != 0 ? "true" : "false";
      return std::nullopt;
    case Form::Date: {
      const auto text = scalarText(value);
      return text && !text->empty() ? dayOf(*text, profile) : text;
    }
    case Form::Number: {
      const auto number = decimalOf(value);
      return number ? std::optional(decimalText(*number)) : std::nullopt;
    }
    case Form::Hours: {
      const auto hours = decimalOf(value);
      return hours ? std::optional(decimalText(std::round(*hours * 60))) : std::nullopt;
    }
    case Form::Words: {
      const auto text = scalarText(value);
      const auto word = text ? field.words.find(*text) : field.words.end();
      return word == field.words.end() ? text : std::optional(word->second);
    }
  }
  return std::nullopt;
}

/// The failing half names what is wrong with the value.
using Written = tl::expected<ordered_json, const Message*>;

Written writeNumber(const Field& field, const std::string& value) {
  const auto number = readDecimal(value);
  if (!number) return tl::unexpected(&kBadValue);
  if (field.form == Form::Hours) return numberJson(rounded(*number / 60, field.decimals));
  if (rounded(*number, field.decimals) != *number) return tl::unexpected(&kBadValue);
  return numberJson(*number);
}

Written writeReference(const Profile& profile, const Field& field, const std::string& value, const Change& change) {
  std::string id = change.idOf ? change.idOf(field.target, value) : std::string{};
  if (id.empty()) return tl::unexpected(&kUnknownReference);
  if (!profile.idIsNumber) return id;
  const auto number = readInteger(id);
  if (!number) return tl::unexpected(&kUnknownReference);
  return *number;
}

Written writeValue(const Profile& profile, const Field& field, const std::string& value, const Change& change) {
  if (value.empty()) return nullptr;
  switch (field.form) {
    case Form::Text:
      if (field.maxLength > 0 && characters(value) > field.maxLength) return tl::unexpected(&kBadValue);
      return value;
    case Form::Flag:
      if (value != "true" && value != "false") return tl::unexpected(&kBadValue);
      return value == "true";
    case Form::Date:
      if (!parseIsoDate(value)) return tl::unexpected(&kBadValue);
      return dateIn(value, profile.dateForm);
    case Form::Number:
    case Form::Hours:
      return writeNumber(field, value);
    case Form::Words: {
      const auto word = std::ranges::find_if(field.words, [&](const auto& pair) { return pair.second == value; });
      return word == field.words.end() ? value : word->first;
    }
    case Form::Reference:
      return writeReference(profile, field, value, change);
  }
  return tl::unexpected(&kBadValue);
}

std::optional<int> twoDigits(std::string_view text, std::size_t at) {
  int value = 0;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + 2, value);
  if (error != std::errc{} || end != begin + 2 || value < 0) return std::nullopt;
  return value;
}

}  // namespace

const json* memberAt(const json& value, const Path& path) {
  const json* at = &value;
  for (const std::string& name : path) {
    if (!at->is_object()) return nullptr;
    const auto member = at->find(name);
    if (member == at->end()) return nullptr;
    at = &*member;
  }
  return at;
}

std::string textAt(const json& value, const Path& path) {
  const json* member = path.empty() ? nullptr : memberAt(value, path);
  return member == nullptr ? std::string{} : scalarText(*member).value_or(std::string{});
}

std::string externalId(const Kind& kind, std::string_view key) { return kind.prefix + std::string(key); }

std::optional<std::string> ownKey(const Kind& kind, std::string_view externalId) {
  if (!externalId.starts_with(kind.prefix) || externalId.size() == kind.prefix.size()) return std::nullopt;
  return std::string(externalId.substr(kind.prefix.size()));
}

std::string ownerOf(std::string_view externalId) {
  if (externalId.empty()) return {};
  const std::size_t colon = externalId.find(':');
  return colon == std::string_view::npos || colon == 0 ? "?" : std::string(externalId.substr(0, colon));
}

Result<ordered_json> membersOf(const Profile& profile, const Kind& kind, const Change& change,
                               const std::string& system) {
  ordered_json members = ordered_json::object();
  for (const Field& field : kind.fields) {
    const auto value = change.fields.find(field.ours);
    if (!field.written || value == change.fields.end()) continue;
    if (change.id.empty() && value->second.empty()) continue;
    auto written = writeValue(profile, field, value->second, change);
    if (!written) return fail(Fault::Reject, *written.error(), {system, change.kind, change.key, field.ours});
    members[field.member.front()] = std::move(*written);
  }
  return members;
}

ordered_json wholeItem(const Profile& profile, const Kind& kind, const json& item, const ordered_json& members) {
  ordered_json whole = ordered_json::object();
  for (const auto& [name, value] : item.items()) whole[name] = ordered_json::parse(value.dump());
  for (const Path* own : {&profile.id, &profile.version, &profile.externalId, &profile.updated}) {
    if (!own->empty()) whole.erase(own->front());
  }
  for (const Field& field : kind.fields) {
    if (!field.written && field.member.size() == 1) whole.erase(field.member.front());
  }
  for (const Kind& nested : profile.kinds) {
    if (nested.within == kind.name) whole.erase(nested.rows.front());
  }
  for (const auto& [name, value] : members.items()) whole[name] = value;
  return whole;
}

Fields answeredFields(const Profile& profile, const Kind& kind, const json& item) {
  Fields fields;
  fields.reserve(kind.fields.size() + 2);
  for (const Field& field : kind.fields) {
    if (field.form == Form::Reference) continue;
    const json* member = memberAt(item, field.member);
    if (member == nullptr) continue;
    if (auto value = readValue(profile, field, *member)) fields.emplace(field.ours, std::move(*value));
  }
  return fields;
}

std::vector<std::pair<std::string, Reference>> pointsOf(const Kind& kind, const json& item, Fields& fields) {
  std::vector<std::pair<std::string, Reference>> points;
  for (const Field& field : kind.fields) {
    const json* member = field.form == Form::Reference ? memberAt(item, field.member) : nullptr;
    auto id = member == nullptr ? std::nullopt : scalarText(*member);
    if (!id) continue;
    if (id->empty()) {
      fields.emplace(field.ours, "");
    } else {
      points.emplace_back(field.ours, Reference{field.target, std::move(*id)});
    }
  }
  return points;
}

Result<Record> toRecord(const Profile& profile, const Kind& kind, const Row& row) {
  const json item = json::parse(row.raw, nullptr, false);
  const auto unreadable = [&] { return fail(Fault::Reject, kRowUnreadable, {kind.name, row.key}); };
  if (!item.is_object()) return unreadable();
  const bool nested = !kind.within.empty();
  const std::string id = textAt(item, kind.id.empty() ? profile.id : kind.id);
  if (id.empty() || !row.key.ends_with(nested ? "/" + id : id)) return unreadable();

  Record record{kind.name, row.key, {}, answeredFields(profile, kind, item), {}};
  record.parent = nested ? row.key.substr(0, row.key.size() - id.size() - 1) : textAt(item, kind.parent);
  for (auto& [field, reference] : pointsOf(kind, item, record.fields)) record.fields[field] = std::move(reference.key);
  for (const Kind& inner : profile.kinds) {
    const json* rows = inner.within == kind.name ? memberAt(item, inner.rows) : nullptr;
    if (rows == nullptr || (!rows->is_null() && !rows->is_array())) continue;
    std::string ids;
    for (const json& one : *rows) {
      if (const std::string own = textAt(one, inner.id); !own.empty()) ids += (ids.empty() ? "" : "\n") + own;
    }
    record.fields[inner.name] = std::move(ids);
  }
  record.fields["external_id"] = textAt(item, profile.externalId);
  if (const auto updated = parseStamp(textAt(item, profile.updated))) {
    record.fields["updated"] = isoStamp(*updated);
    record.changed = std::chrono::floor<std::chrono::days>(*updated);
  }
  return record;
}

std::optional<Clock::Time> parseStamp(std::string_view text) {
  if (text.size() < 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = parseIsoDate(text.substr(0, 10));
  const auto hour = twoDigits(text, 11);
  const auto minute = twoDigits(text, 14);
  const auto second = twoDigits(text, 17);
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const Clock::Time time =
      *day + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};

  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("0123456789", 1)));
  if (rest.empty() || rest == "Z") return time;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hours = twoDigits(rest, 1);
  const auto minutes = twoDigits(rest, 4);
  if (!hours || !minutes) return std::nullopt;
  const auto offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return rest[0] == '+' ? time - offset : time + offset;
}

}  // namespace postern::profile
