#include "tests/sim/craftboxx/listing.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "tests/sim/craftboxx/present.h"
#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim::craftboxx {

namespace {

constexpr std::size_t kKeptQueries = 6;
constexpr std::int64_t kShallow = 1000;  // so many rows may be walked without keeping the list

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string text) {
  for (char& c : text) c = lowered(c);
  return text;
}

std::int64_t number(const std::string& text, std::int64_t otherwise) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

/// One condition on a record: any of `values`.
struct Condition {
  const Field* field;
  std::vector<std::string> values;
  bool list = false;

  bool exact(const CraftboxxOptions& options) const {
    return list || (!options.plainFilterIgnoresCase && values.front().find_first_of("%_") == std::string::npos);
  }
  bool holds(const Record& record, const CraftboxxOptions& options) const {
    const auto found = record.fields.find(field->name);
    if (found == record.fields.end()) return false;
    const std::string text = valueText(*found);
    return std::any_of(values.begin(), values.end(), [&](std::string value) {
      if (field->type == Type::Bool && (value == "true" || value == "false")) value = value == "true" ? "1" : "0";
      return list ? text == value : like(text, value, options.plainFilterIgnoresCase);
    });
  }
};

using Ids = std::unordered_set<std::int64_t>;

struct Query {
  std::vector<Condition> conditions;
  std::vector<Ids> among;  // each must hold the record's id
  Ids excluded;
  std::string search;
  std::optional<Stamp> windowStart, windowEnd;
  bool archived = false;
  std::string orderBy = "id";
  bool descending = false;
  bool overRelations = false;
  int status = 200;
  std::string message;

  bool filters() const {
    return !conditions.empty() || !among.empty() || !excluded.empty() || !search.empty() || windowStart || windowEnd;
  }
  void fail(int code, std::string text) {
    status = code;
    message = std::move(text);
  }
};

/// Parameters of one name gathered, in the order of their first appearance.
struct Parameter {
  std::string name;  // without []
  bool list = false;
  std::vector<std::string> values;
};

std::vector<Parameter> gathered(const Parameters& parameters) {
  std::vector<Parameter> out;
  for (const auto& [raw, value] : parameters) {
    const auto bracket = raw.find('[');
    const bool list = bracket != std::string::npos && raw.back() == ']';
    const std::string name = list ? raw.substr(0, bracket) : raw;
    const auto found =
        std::find_if(out.begin(), out.end(), [&](const Parameter& p) { return p.name == name && p.list == list; });
    if (found == out.end()) {
      out.push_back({name, list, {value}});
    } else if (list) {
      found->values.push_back(value);
    } else {
      found->values = {value};  // PHP: the last one wins
    }
  }
  return out;
}

Ids idsOf(const std::vector<std::string>& values) {
  Ids ids;
  for (const auto& value : values) ids.insert(number(value, -1));
  return ids;
}

class QueryReader {
 public:
  QueryReader(const Store& store, Resource resource, const CraftboxxOptions& options)
      : store_(store), resource_(resource), options_(options) {}

  Query read(const Parameters& parameters) {
    for (const auto& parameter : gathered(parameters)) {
      if (!common(parameter)) filter(parameter);
      if (query_.status != 200) break;
    }
    return std::move(query_);
  }

 private:
  bool common(const Parameter& p) {
    static const std::set<std::string> kElsewhere{"page", "per_page", "perPage", "with", "count"};
    if (kElsewhere.contains(p.name)) return true;
    if (p.name == "id") {
      query_.among.push_back(idsOf(p.values));
    } else if (p.name == "exclude") {
      query_.excluded = idsOf(p.values);
    } else if (p.name == "q") {
      query_.search = lowered(p.values.front());
    } else if (p.name == "show_archived") {
      query_.archived = p.values.front() == "true" || p.values.front() == "1";
    } else if (p.name == "order_by") {
      orderBy(p.values.front());
    } else if (p.name == "order_direction") {
      query_.descending = lowered(p.values.front()) == "desc";
    } else if (resource_ == Resource::Assignments && (p.name == "start" || p.name == "end")) {
      const auto stamp = parseStamp(p.values.front());
      if (!stamp) {
        query_.fail(422, "The " + p.name + " is not a valid date.");
      } else {
        (p.name == "start" ? query_.windowStart : query_.windowEnd) = stamp->time;
      }
    } else {
      return false;
    }
    return true;
  }

  void orderBy(const std::string& column) {
    if (column == "updated_at" && options_.orderByUpdatedAtStatus) {
      return query_.fail(*options_.orderByUpdatedAtStatus, "The selected order by is invalid.");
    }
    const bool known =
        column == "id" || column == "created_at" || column == "updated_at" || fieldOf(resource_, column) != nullptr;
    if (!known) return query_.fail(500, "Unknown column '" + column + "' in 'order clause'");
    query_.orderBy = column;
  }

  void filter(const Parameter& p) {
    if (const Relation* relation = relationOf(resource_, p.name)) {
      query_.overRelations = true;
      query_.among.push_back(linkedTo(*relation, idsOf(p.values)));
      return;
    }
    if (const Field* field = fieldOf(resource_, p.name)) {
      const bool text = field->type == Type::String || field->type == Type::Text || field->type == Type::Enum;
      if (p.list && text && !options_.listFilters) return;
      query_.conditions.push_back({field, p.values, p.list});
      return;
    }
    const auto dash = p.name.find('-');
    const Relation* relation = dash == std::string::npos ? nullptr : relationOf(resource_, p.name.substr(0, dash));
    const Field* field = relation == nullptr ? nullptr : fieldOf(relation->target, p.name.substr(dash + 1));
    if (field != nullptr) {
      query_.overRelations = true;
      const Condition condition{field, p.values, p.list};
      Ids targets;
      for (const auto& [id, record] : store_.all(relation->target)) {
        if (condition.holds(record, options_)) targets.insert(id);
      }
      query_.among.push_back(linkedTo(*relation, targets));
      return;
    }
    if (options_.unknownFilterIs500) query_.fail(500, "Call to undefined relationship [" + p.name + "]");
  }

  /// Our records that are linked to one of `targets`.
  Ids linkedTo(const Relation& relation, const Ids& targets) const {
    Ids ids;
    switch (relation.kind) {
      case Relation::Kind::Parent:
        for (const auto target : targets) {
          for (const Record* record : store_.having(resource_, relation.field, std::to_string(target))) {
            ids.insert(record->id);
          }
        }
        break;
      case Relation::Kind::Children:
        for (const auto target : targets) {
          const Record* child = store_.find(relation.target, target);
          if (child != nullptr && child->fields.contains(relation.field)) {
            ids.insert(child->fields[std::string(relation.field)].get<std::int64_t>());
          }
        }
        break;
      case Relation::Kind::InArticles:
        for (const auto target : targets) {
          const Record* assignment = store_.find(Resource::Assignments, target);
          if (assignment == nullptr || !assignment->fields.contains("articles")) continue;
          for (const auto& entry : assignment->fields["articles"].items()) ids.insert(std::stoll(entry.key()));
        }
        break;
      case Relation::Kind::Articles:
      case Relation::Kind::Ids:
        for (const auto& [id, record] : store_.all(resource_)) {
          const auto linked = linkedIds(store_, record, relation);
          if (std::any_of(linked.begin(), linked.end(), [&](auto other) { return targets.contains(other); })) {
            ids.insert(id);
          }
        }
        break;
      case Relation::Kind::Nothing:
      case Relation::Kind::Creation:
        break;
    }
    return ids;
  }

  const Store& store_;
  Resource resource_;
  const CraftboxxOptions& options_;
  Query query_;
};

bool inWindow(const Record& record, const Query& query) {
  const auto start = record.fields.find("start");
  if (start == record.fields.end()) return false;
  const auto end = record.fields.contains("end") ? record.fields.find("end") : start;
  // Stored stamps all have the same form, so text compares as time.
  return (!query.windowStart || end->get_ref<const std::string&>() >= stampText(*query.windowStart)) &&
         (!query.windowEnd || start->get_ref<const std::string&>() <= stampText(*query.windowEnd));
}

bool hidden(Resource resource, const Record& record, const CraftboxxOptions& options) {
  return (resource != Resource::Projects || options.hideArchivedProjects) && Store::isArchived(resource, record);
}

bool matches(Resource resource, const Record& record, const Query& query, const CraftboxxOptions& options) {
  if (!query.archived && hidden(resource, record, options)) return false;
  if (query.excluded.contains(record.id)) return false;
  for (const auto& ids : query.among) {
    if (!ids.contains(record.id)) return false;
  }
  for (const auto& condition : query.conditions) {
    if (!condition.holds(record, options)) return false;
  }
  if ((query.windowStart || query.windowEnd) && !inWindow(record, query)) return false;
  if (query.search.empty()) return true;
  return std::any_of(record.fields.begin(), record.fields.end(), [&](const Json& value) {
    return value.is_string() && lowered(value.get<std::string>()).find(query.search) != std::string::npos;
  });
}

/// The few records an index or a list of ids leaves over, or nullopt if all have to be looked at.
std::optional<std::vector<const Record*>> candidates(const Store& store, Resource resource, const Query& query,
                                                     const CraftboxxOptions& options) {
  for (const auto& condition : query.conditions) {
    if (!condition.field->indexed || !condition.exact(options)) continue;
    std::vector<const Record*> out;
    for (const auto& value : std::set<std::string>(condition.values.begin(), condition.values.end())) {
      const auto& found = store.having(resource, condition.field->name, value);
      out.insert(out.end(), found.begin(), found.end());
    }
    return out;
  }
  if (query.among.empty()) return std::nullopt;
  std::vector<const Record*> out;
  for (const auto id : query.among.front()) {
    if (const Record* record = store.find(resource, id)) out.push_back(record);
  }
  return out;
}

void sort(std::vector<const Record*>& records, const Query& query) {
  const auto& by = query.orderBy;
  const auto less = [&](const Record* a, const Record* b) {
    if (by == "created_at" && a->created != b->created) return a->created < b->created;
    if (by == "updated_at" && a->updated != b->updated) return a->updated < b->updated;
    if (by != "id" && by != "created_at" && by != "updated_at") {
      const auto left = a->fields.find(by), right = b->fields.find(by);
      const bool noLeft = left == a->fields.end(), noRight = right == b->fields.end();
      if (noLeft != noRight) return noLeft;  // SQL: null comes first
      if (!noLeft && *left != *right) return *left < *right;
    }
    return a->id < b->id;
  };
  if (query.descending) {
    std::sort(records.begin(), records.end(), [&](const Record* a, const Record* b) { return less(b, a); });
  } else {
    std::sort(records.begin(), records.end(), less);
  }
}

/// Takes `count` visible records behind the first `skip` of a list that is in order already.
template <typename Iterator, typename ToRecord>
std::vector<const Record*> walk(Iterator from, Iterator end, ToRecord toRecord, std::int64_t skip, std::int64_t count) {
  std::vector<const Record*> out;
  for (; from != end && count > 0; ++from) {
    const Record* record = toRecord(*from);
    if (record == nullptr || skip-- > 0) continue;
    out.push_back(record);
    --count;
  }
  return out;
}

}  // namespace

bool like(std::string_view text, std::string_view pattern, bool ignoreCase) {
  const auto isTail = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  const auto same = [&](char a, char b) { return ignoreCase ? lowered(a) == lowered(b) : a == b; };
  std::size_t t = 0, p = 0, star = std::string_view::npos, back = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = ++p;
      back = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      ++p;
      for (++t; t < text.size() && isTail(text[t]); ++t) {
      }
    } else if (p < pattern.size() && same(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star;
      t = ++back;
      while (t < text.size() && isTail(text[t])) back = ++t;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

std::vector<std::string> namesIn(const Parameters& parameters, std::string_view parameter) {
  std::vector<std::string> names;
  for (const auto& one : gathered(parameters)) {
    if (one.name == parameter) names.insert(names.end(), one.values.begin(), one.values.end());
  }
  return names;
}

Page Lister::read(Resource resource, const Parameters& parameters, const CraftboxxOptions& options) {
  Page page;
  const auto fail = [&page](int status, std::string message) {
    page.status = status;
    page.message = std::move(message);
    return page;
  };
  page.with = namesIn(parameters, "with");
  page.counts = namesIn(parameters, "count");
  for (const auto* names : {&page.with, &page.counts}) {
    for (const auto& name : *names) {
      if (!relationIsKnown(resource, name)) return fail(500, "Call to undefined relationship [" + name + "]");
    }
  }
  Query query = QueryReader(store_, resource, options).read(parameters);
  if (query.status != 200) return fail(query.status, query.message);

  const bool snake = options.pageSizeName == CraftboxxOptions::PageSizeName::PerPageSnake;
  page.size = options.defaultPageSize;
  std::string signature;
  for (const auto& [name, value] : parameters) {
    if (name == "page") {
      page.number = std::max<std::int64_t>(1, number(value, 1));
    } else if (name == (snake ? "per_page" : "perPage")) {
      const auto wanted = number(value, 0);
      page.size = wanted > 0 ? wanted : options.defaultPageSize;
    } else {
      signature += name + '=' + value + '&';
    }
  }
  if (options.maxPageSize > 0) page.size = std::min<std::int64_t>(page.size, options.maxPageSize);
  const std::int64_t skip = (page.number - 1) * page.size;
  const auto finish = [&](std::int64_t total) {
    page.total = total;
    page.last = std::max<std::int64_t>(1, (total + page.size - 1) / page.size);
  };
  const auto cut = [&](const std::vector<const Record*>& records) {
    const auto count = static_cast<std::int64_t>(records.size());
    for (auto i = skip; i < std::min(count, skip + page.size); ++i) {
      page.records.push_back(records[static_cast<std::size_t>(i)]);
    }
    finish(count);
  };

  const auto visible = [&](const Record& record) {
    return query.archived || !hidden(resource, record, options) ? &record : nullptr;
  };
  const bool inOrder = query.orderBy == "id" || query.orderBy == "updated_at";
  if (!query.filters() && inOrder && skip < kShallow) {
    const auto& all = store_.all(resource);
    const auto ofEntry = [&](const auto& entry) { return visible(entry.second); };
    const auto ofStamp = [&](const auto& entry) { return visible(all.at(entry.second)); };
    const auto& stamps = store_.byUpdate(resource);
    if (query.orderBy == "id") {
      page.records = query.descending ? walk(all.rbegin(), all.rend(), ofEntry, skip, page.size)
                                      : walk(all.begin(), all.end(), ofEntry, skip, page.size);
    } else {
      page.records = query.descending ? walk(stamps.rbegin(), stamps.rend(), ofStamp, skip, page.size)
                                      : walk(stamps.begin(), stamps.end(), ofStamp, skip, page.size);
    }
    const bool allShown = query.archived || (resource == Resource::Projects && !options.hideArchivedProjects);
    finish(static_cast<std::int64_t>(all.size()) - (allShown ? 0 : store_.archivedCount(resource)));
    return page;
  }

  if (auto few = candidates(store_, resource, query, options)) {
    std::erase_if(*few, [&](const Record* record) { return !matches(resource, *record, query, options); });
    sort(*few, query);
    cut(*few);
    return page;
  }

  const auto version = query.overRelations ? store_.version() : store_.version(resource);
  std::erase_if(kept_, [&](const Kept& kept) {
    return kept.resource == resource && kept.query == signature && kept.version != version;
  });
  auto found = std::find_if(kept_.begin(), kept_.end(),
                            [&](const Kept& kept) { return kept.resource == resource && kept.query == signature; });
  if (found == kept_.end()) {
    std::vector<const Record*> records;
    for (const auto& [id, record] : store_.all(resource)) {
      if (matches(resource, record, query, options)) records.push_back(&record);
    }
    if (query.orderBy != "id" || query.descending) sort(records, query);
    kept_.push_front({resource, signature, version, std::move(records)});
    if (kept_.size() > kKeptQueries) kept_.pop_back();
    found = kept_.begin();
  }
  cut(found->records);
  return page;
}

}  // namespace postern::sim::craftboxx
