#include "connectors/craftboxx/mapping.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/craftboxx/messages.h"

namespace postern::craftboxx {

using nlohmann::json;
using nlohmann::ordered_json;
using namespace std::chrono_literals;

namespace {

constexpr FieldPair kArticle[] = {
    {"name", "name"},
    {"number", "supplier_article_nr"},
    {"unit", "unit", Form::Choice},
    {"info", "info"},
};

constexpr FieldPair kCustomer[] = {
    {"name", "name"},
    {"name_addon", "name_addon"},
    {"customer_number", "customer_number"},
};

constexpr FieldPair kAddress[] = {
    {"customer", "customer_id", Form::Reference, "customer"},
    {"type", "type", Form::Choice},
    {"use", "use", Form::Choice},
    {"name", "name"},
    {"name_addon", "name_addon"},
    {"street", "street"},
    {"zip", "zip"},
    {"city", "city"},
    {"country", "country", Form::Choice},
    {"phone", "phone"},
    {"mobile", "mobile"},
    {"mobile_alternative", "mobile_alternative"},
    {"mail", "mail"},
    {"mail_alternative", "mail_alternative"},
    {"info", "info"},
};

constexpr FieldPair kProject[] = {
    {"title", "title"},
    {"project_nr", "project_nr"},
    {"customer", "customer_id", Form::Reference, "customer", true},
};

constexpr std::string_view kAllDay = "all_day";

constexpr FieldPair kAppointment[] = {
    {"title", "title"},
    {"project", "project_id", Form::Reference, "project", true},
    {"address", "customer_address_id", Form::Reference, "address"},
    {"description", "description"},
    {kAllDay, "all_day", Form::Flag},
    {"date", "start", Form::Day},
    {"state", "state", Form::Choice},
    {"articles", "articles", Form::Articles, "article"},
};

constexpr Resource kResources[] = {
    {"article", "articles", 0, kArticle, nullptr, false, false},
    {"customer", "customers", 0, kCustomer, nullptr, false, false},
    {"address", "customers/addresses", 1, kAddress, "customer_id", false, false},
    {"project", "projects", 1, kProject, nullptr, true, false},
    {"appointment", "assignments", 2, kAppointment, "project_id", true, true},
};

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "2025-05-09T00:00:00+02:00": always with an offset, because a stamp without zone has no known meaning.
std::string localStamp(Clock::Time time, const std::string& zone) {
  const auto offset = utcOffset(time, zone);
  std::string text = isoStamp(time + offset);
  text.pop_back();
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(offset)).count();
  const auto twoDigits = [&](std::int64_t value) {
    text += static_cast<char>('0' + value / 10);
    text += static_cast<char>('0' + value % 10);
  };
  text += offset < 0s ? '-' : '+';
  twoDigits(minutes / 60);
  text += ':';
  twoDigits(minutes % 60);
  return text;
}

Clock::Time endOfDay(std::chrono::sys_days day, const Site& site) {
  switch (site.allDayEnd) {
    case AllDayEnd::SameMidnight:
      return fromLocal(day, 0s, site.zone);
    case AllDayEnd::NextMidnight:
      return fromLocal(day + std::chrono::days{1}, 0s, site.zone);
    case AllDayEnd::LastSecond:
      break;
  }
  return fromLocal(day, 24h - 1s, site.zone);
}

std::string withLineFeeds(std::string text) {
  if (text.find('\r') == std::string::npos) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

/// Text of a scalar; nullopt for lists and objects, which have no meaning as text.
std::optional<std::string> scalarText(const json& value) {
  if (value.is_null()) return std::string{};
  if (value.is_string()) return withLineFeeds(value.get<std::string>());
  if (value.is_primitive()) return value.dump();
  return std::nullopt;
}

std::string textMember(const json& row, const char* name) {
  const auto found = row.find(name);
  return found == row.end() ? std::string{} : scalarText(*found).value_or(std::string{});
}

/// Our key of a record of theirs; empty when it is not one of ours.
std::string ourKey(const json& row, const Site& site) {
  return textMember(row, "source") == site.source ? textMember(row, "source_external_id") : std::string{};
}

/// Writes one field into `body`; the failing half names what is wrong with the value.
using Written = tl::expected<void, const Message*>;

Written writeDay(ordered_json& body, const std::string& value, const Site& site) {
  if (value.empty()) {
    body["start"] = nullptr;
    body["end"] = nullptr;
    return {};
  }
  const auto day = parseIsoDate(value);
  if (!day) return tl::unexpected(&kBadValue);
  body["start"] = localStamp(fromLocal(*day, 0s, site.zone), site.zone);
  body["end"] = localStamp(endOfDay(*day, site), site.zone);
  return {};
}

/// Articles that planners put on the appointment: the whole list is replaced, so they must be in it.
void keepForeignArticles(ordered_json& articles, const FieldPair& pair, const json& present, const Site& site) {
  const auto list = present.find(pair.theirs);
  if (list == present.end() || !list->is_array()) return;
  for (const json& article : *list) {
    if (!article.is_object() || !ourKey(article, site).empty()) continue;
    const std::string id = idOf(article);
    const auto pivot = article.find("pivot");
    if (id.empty() || pivot == article.end() || !pivot->is_object()) continue;
    if (const auto amount = integer(textMember(*pivot, "amount"))) articles[id] = {{"amount", *amount}};
  }
}

Written writeArticles(ordered_json& body, const FieldPair& pair, const std::string& value, const Change& change,
                      const Site& site, const json* present) {
  ordered_json& articles = body[pair.theirs] = ordered_json::object();
  if (present != nullptr) keepForeignArticles(articles, pair, *present, site);
  if (value.empty()) return {};
  const json amounts = json::parse(value, nullptr, false);
  if (!amounts.is_object()) return tl::unexpected(&kBadValue);
  for (const auto& [key, amount] : amounts.items()) {
    if (!amount.is_number_integer()) return tl::unexpected(&kBadValue);
    const std::string id = change.idOf(pair.target, key);
    if (id.empty()) return tl::unexpected(&kUnknownReference);
    articles[id] = {{"amount", amount.get<std::int64_t>()}};
  }
  return {};
}

Written writeReference(ordered_json& body, const FieldPair& pair, const std::string& value, const Change& change) {
  if (value.empty()) {
    body[pair.theirs] = nullptr;
    return {};
  }
  const auto id = integer(change.idOf(pair.target, value));
  if (!id) return tl::unexpected(&kUnknownReference);
  body[pair.theirs] = *id;
  return {};
}

Written writeField(ordered_json& body, const FieldPair& pair, const std::string& value, const Change& change,
                   const Site& site, const json* present) {
  const bool create = change.id.empty();
  switch (pair.form) {
    case Form::Text:
      if (!create || !value.empty()) body[pair.theirs] = value;
      return {};
    case Form::Choice:
      if (!value.empty()) {
        body[pair.theirs] = value;
      } else if (!create) {
        body[pair.theirs] = nullptr;
      }
      return {};
    case Form::Flag:
      if (value != "true" && value != "false") return tl::unexpected(&kBadValue);
      body[pair.theirs] = value == "true";
      return {};
    case Form::Reference:
      return writeReference(body, pair, value, change);
    case Form::Day:
      return writeDay(body, value, site);
    case Form::Articles:
      return writeArticles(body, pair, value, change, site, present);
  }
  return tl::unexpected(&kBadValue);
}

std::optional<std::string> flagText(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.get<std::int64_t>() != 0 ? "true" : "false";
  return std::nullopt;
}

std::optional<std::string> dayText(const json& row, const json& start, const Site& site) {
  if (start.is_null()) return std::string{};
  if (!start.is_string()) return std::nullopt;
  const auto time = parseStamp(start.get_ref<const std::string&>());
  if (!time) return std::nullopt;
  const std::string told = textMember(row, "timezone");
  return isoDate(localDay(*time, isKnownZone(told) ? told : site.zone));
}

/// Whether the record already is on the day that `change` asks for.
bool isOnDay(const Resource& resource, const Change& change, const json& present, const Site& site) {
  for (const FieldPair& pair : resource.fields) {
    if (pair.form != Form::Day) continue;
    const auto wanted = change.fields.find(pair.ours);
    const auto start = present.find(pair.theirs);
    if (wanted == change.fields.end() || wanted->second.empty() || start == present.end()) return false;
    return dayText(present, *start, site) == wanted->second;
  }
  return false;
}

/// Only if every article on the appointment is one of ours; otherwise a planner's own article would look like a
/// change that the ERP should undo.
std::optional<std::string> articlesText(const json& list, const Site& site) {
  if (!list.is_array()) return std::nullopt;
  json amounts = json::object();
  for (const json& article : list) {
    if (!article.is_object()) return std::nullopt;
    const std::string key = ourKey(article, site);
    const auto pivot = article.find("pivot");
    if (key.empty() || pivot == article.end() || !pivot->is_object()) return std::nullopt;
    const auto amount = pivot->find("amount");
    if (amount == pivot->end() || !amount->is_number_integer()) return std::nullopt;
    amounts[key] = *amount;
  }
  return amounts.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<std::string> readField(const FieldPair& pair, const json& row, const json& value, const Site& site) {
  switch (pair.form) {
    case Form::Text:
    case Form::Choice:
      return scalarText(value);
    case Form::Flag:
      return flagText(value);
    case Form::Day:
      return dayText(row, value, site);
    case Form::Articles:
      return articlesText(value, site);
    case Form::Reference:
      break;
  }
  return std::nullopt;
}

bool holdsSecretWord(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.find("token") != std::string::npos || lower.find("password") != std::string::npos;
}

/// Cheap first look: false means that no member name can hold such a word. An ASCII letter written as an escape
/// ("tok\u0065n") counts as suspicious.
bool mayHoldSecret(std::string_view raw) {
  constexpr std::string_view kWords[] = {"token", "password"};
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\\' && raw.substr(i, 4) == "\\u00" && i + 4 < raw.size() && raw[i + 4] >= '4' && raw[i + 4] <= '7') {
      return true;
    }
    if (c != 't' && c != 'T' && c != 'p' && c != 'P') continue;
    for (const std::string_view word : kWords) {
      const auto part = raw.substr(i, word.size());
      if (part.size() == word.size() &&
          std::equal(part.begin(), part.end(), word.begin(), [](char a, char b) { return (a | 0x20) == b; })) {
        return true;
      }
    }
  }
  return false;
}

bool dropSecrets(ordered_json& value) {
  bool dropped = false;
  if (value.is_object()) {
    for (auto it = value.begin(); it != value.end();) {
      if (holdsSecretWord(it.key())) {
        it = value.erase(it);
        dropped = true;
      } else {
        dropped = dropSecrets(*it) || dropped;
        ++it;
      }
    }
  } else if (value.is_array()) {
    for (ordered_json& element : value) dropped = dropSecrets(element) || dropped;
  }
  return dropped;
}

}  // namespace

std::span<const Resource> resources() { return kResources; }

const Resource* resourceOf(std::string_view kind) {
  const auto* found = std::find_if(std::begin(kResources), std::end(kResources),
                                   [&](const Resource& resource) { return resource.kind == kind; });
  return found == std::end(kResources) ? nullptr : found;
}

bool needsPresent(const Resource& resource, const Change& change) {
  if (change.id.empty()) return false;
  return std::any_of(resource.fields.begin(), resource.fields.end(), [&](const FieldPair& pair) {
    return (pair.form == Form::Day || pair.form == Form::Articles) && change.fields.contains(pair.ours);
  });
}

Result<std::string> requestBody(const Resource& resource, const Change& change, const Site& site, const json* present) {
  ordered_json body = ordered_json::object();
  const bool keepsTimes = present != nullptr && isOnDay(resource, change, *present, site);
  for (const FieldPair& pair : resource.fields) {
    const auto field = change.fields.find(pair.ours);
    if (field == change.fields.end()) continue;
    if (keepsTimes && (pair.form == Form::Day || pair.ours == kAllDay)) continue;
    Written written;
    if (pair.fixed && !change.id.empty()) {
      written = tl::unexpected(&kCannotMove);
    } else {
      written = writeField(body, pair, field->second, change, site, present);
    }
    if (!written) {
      return fail(Fault::Reject, *written.error(), {site.system, change.kind, change.key, std::string(pair.ours)});
    }
  }
  if (change.id.empty() || change.claim) {
    body["source"] = site.source;
    body["source_external_id"] = change.key;
  }
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Fields answeredFields(const Resource& resource, const json& row, const Site& site) {
  Fields fields;
  fields.reserve(resource.fields.size() + 3);
  for (const FieldPair& pair : resource.fields) {
    const auto member = row.find(pair.theirs);
    if (member == row.end()) continue;
    if (auto value = readField(pair, row, *member, site)) fields.emplace(pair.ours, std::move(*value));
  }
  return fields;
}

std::vector<std::pair<std::string, postern::Reference>> pointsOf(const Resource& resource, const json& row,
                                                                 Fields& fields) {
  std::vector<std::pair<std::string, postern::Reference>> points;
  for (const FieldPair& pair : resource.fields) {
    if (pair.form != Form::Reference) continue;
    const auto member = row.find(pair.theirs);
    if (member == row.end()) continue;
    if (member->is_null()) {
      fields.emplace(pair.ours, "");
    } else if (auto id = scalarText(*member)) {
      points.emplace_back(pair.ours, postern::Reference{std::string(pair.target), std::move(*id)});
    }
  }
  return points;
}

Result<Record> toRecord(const Resource& resource, std::string_view raw, const Site& site) {
  const json row = json::parse(raw, nullptr, false);
  std::string id = row.is_object() ? idOf(row) : std::string{};
  if (id.empty()) return fail(Fault::Reject, kRowUnreadable, {std::string(resource.kind), "?"});

  Record record{std::string(resource.kind), std::move(id), {}, answeredFields(resource, row, site), {}};
  if (resource.parent != nullptr) record.parent = textMember(row, resource.parent);
  record.fields["source"] = textMember(row, "source");
  record.fields["source_external_id"] = textMember(row, "source_external_id");
  if (const auto updated = parseStamp(textMember(row, "updated_at"))) {
    record.fields["updated"] = isoStamp(*updated);
    record.changed = std::chrono::floor<std::chrono::days>(*updated);
  }
  return record;
}

std::string idOf(const json& row) {
  const auto id = row.find("id");
  if (id == row.end()) return {};
  if (id->is_string()) return id->get<std::string>();
  return id->is_number_integer() ? id->dump() : std::string{};
}

std::optional<Clock::Time> parseStamp(std::string_view text) {
  if (text.size() < 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = parseIsoDate(text.substr(0, 10));
  const auto number = [&](std::size_t at) { return integer(text.substr(at, 2)); };
  const auto hour = number(11);
  const auto minute = number(14);
  const auto second = number(17);
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60 ||
      std::min({*hour, *minute, *second}) < 0) {
    return std::nullopt;
  }
  Clock::Time time = *day + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};

  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of("0123456789", 1)));
  }
  if (rest.empty() || rest == "Z") return time;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto offsetHours = integer(rest.substr(1, 2));
  const auto offsetMinutes = integer(rest.substr(4, 2));
  if (!offsetHours || !offsetMinutes) return std::nullopt;
  const auto offset = std::chrono::hours{*offsetHours} + std::chrono::minutes{*offsetMinutes};
  return rest[0] == '+' ? time - offset : time + offset;
}

std::optional<std::string> withoutSecrets(std::string_view raw) {
  if (!mayHoldSecret(raw)) return std::nullopt;
  auto value = ordered_json::parse(raw, nullptr, false);
  if (value.is_discarded()) return "{}";
  if (!dropSecrets(value)) return std::nullopt;
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace postern::craftboxx
