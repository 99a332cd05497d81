#include "tests/sim/accountview/query.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "tests/sim/accountview/refused.h"
#include "tests/sim/accountview/text.h"

namespace postern::sim::accountview {

namespace {

using Options = AccountViewOptions;

/// "TABLE.FIELD" or "FIELD" among the tables of an object.
struct Place {
  const Table* table = nullptr;
  const Field* field = nullptr;
};

struct Condition {
  Place place;
  std::string operation;  // upper case
  std::vector<std::string> values;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto first = text.find_first_not_of(' ', begin);
    if (first < end) out.push_back(text.substr(first, end - first));
    begin = end + 1;
  }
  return out;
}

std::vector<const Table*> tablesOf(const Schema& schema, const Object& object) {
  std::vector<const Table*> out{&schema.table(object.table)};
  if (!object.detail.empty()) out.push_back(&schema.table(object.detail));
  return out;
}

Place placeOf(const std::vector<const Table*>& tables, const std::string& name) {
  const auto dot = name.find('.');
  for (const Table* table : tables) {
    if (dot != std::string::npos && asciiUpper(table->name) != asciiUpper(name.substr(0, dot))) continue;
    if (const Field* field = table->byName(dot == std::string::npos ? name : name.substr(dot + 1))) {
      return {table, field};
    }
  }
  return {};
}

int numberOf(const std::string& text, int absent) {
  int out = absent;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

bool isDate(const Field& field) { return field.type == 'D' || field.type == 'T'; }

std::vector<Condition> conditionsOf(const std::vector<const Table*>& tables, const Parameters& parameters) {
  std::vector<Condition> out;
  for (int n = 1;; ++n) {
    const std::string number = std::to_string(n);
    const std::string source = parameterOf(parameters, "FilterControlSource" + number);
    if (source.empty()) return out;
    Condition condition{placeOf(tables, source), asciiUpper(parameterOf(parameters, "FilterOperator" + number)), {}};
    if (condition.place.field == nullptr) throw Refused("Veld " + source + " bestaat niet.");
    static const std::set<std::string> kOperators{"EQUAL", "NOTEQUAL", "CONTAINS", "DATEONORAFTERDATE", "42", "43"};
    if (!kOperators.contains(condition.operation)) throw Refused("Filteroperator wordt niet ondersteund.");
    const std::string type = asciiUpper(parameterOf(parameters, "FilterValueType" + number));
    static const std::string kTypes = "CNTDLIYBM";
    if (type.size() != 1 || kTypes.find(type) == std::string::npos) throw Refused("Type van de filterwaarde onbekend.");
    const std::string value = parameterOf(parameters, "FilterValue" + number);
    const bool list = asciiUpper(parameterOf(parameters, "FilterIsListOfValues" + number)) == "TRUE";
    condition.values = list ? split(value) : std::vector<std::string>{value};
    if (type == "D" || type == "T") {
      for (std::string& one : condition.values) {
        const auto parsed = parseFoxProDate(one);
        if (!parsed) throw Refused("Syntaxfout in datum " + one + '.');
        one = *parsed;
      }
    } else if (isDate(*condition.place.field) || condition.operation.starts_with("DATE")) {
      throw Refused("Operator en veldtype komen niet overeen.");  // FoxPro: operator/operand type mismatch
    }
    out.push_back(std::move(condition));
  }
}

bool equalText(const Field& field, const std::string& stored, const std::string& wanted, const Options& options) {
  const bool padded = options.equalPadding == Options::EqualPadding::Everywhere ||
                      (options.equalPadding == Options::EqualPadding::Dictionary && field.word == "DBF_NAME");
  if (padded && field.type == 'C') return padTo(stored, static_cast<std::size_t>(field.length)) == wanted;
  return stored == trimRight(wanted);
}

bool equal(const Field& field, const Json& stored, const std::string& wanted, const Options& options) {
  if (stored.is_boolean()) {
    const std::string text = asciiUpper(wanted);
    return stored.get<bool>() == (text == "TRUE" || text == ".T." || text == "1");
  }
  if (stored.is_number()) return Json(stored.get<double>()) == Json::parse(wanted, nullptr, false);
  return equalText(field, stored.get<std::string>(), wanted, options);
}

bool compare(const Condition& condition, const Json& stored, const Options& options) {
  const auto any = [&](auto matches) { return std::any_of(condition.values.begin(), condition.values.end(), matches); };
  const auto same = [&](const std::string& value) { return equal(*condition.place.field, stored, value, options); };
  if (condition.operation == "EQUAL") return any(same);
  if (condition.operation == "NOTEQUAL") return !any(same);
  const std::string text = stored.is_string() ? stored.get<std::string>() : stored.dump();
  if (condition.operation == "CONTAINS") {
    return any([&](const std::string& value) { return text.find(trimRight(value)) != std::string::npos; });
  }
  if (text.empty()) return false;
  const std::size_t length = options.wholeDays ? 10 : std::string::npos;
  return any([&](const std::string& value) {
    const int order = text.substr(0, length).compare(value.substr(0, length));
    return condition.operation == "43" ? order <= 0 : order >= 0;
  });
}

bool holds(const Condition& condition, const Found& found, const Table& main, const Options& options) {
  const std::string& word = condition.place.field->word;
  if (condition.place.table == &main) return compare(condition, found.row->at(word), options);
  return std::any_of(found.details.begin(), found.details.end(),
                     [&](const Json* line) { return compare(condition, line->at(word), options); });
}

/// Whether the rows are in the order of the main table's key afterwards.
bool sortRows(const std::vector<const Table*>& tables, std::vector<Found>& rows, const Parameters& parameters,
              const Options& options) {
  const Table& main = *tables.front();
  std::vector<std::string> words;
  for (const std::string& name : split(parameterOf(parameters, "SortFields"))) {
    const Place place = placeOf(tables, name);
    if (place.table != &main) throw Refused("Sorteerveld " + name + " bestaat niet.");
    words.push_back(place.field->word);
  }
  const bool keySet = !parameterOf(parameters, "lastKey").empty() &&
                      (options.paging == Options::Paging::Both || options.paging == Options::Paging::LastKey);
  if (words.empty()) {
    if (main.byWord(main.key) == nullptr || (options.recordOrder && !keySet)) return false;
    words.push_back(main.key);
  }
  const bool descending = asciiUpper(parameterOf(parameters, "SortOrder")) == "DESCENDING";
  std::stable_sort(rows.begin(), rows.end(), [&](const Found& a, const Found& b) {
    for (const std::string& word : words) {
      const Json& left = a.row->at(word);
      const Json& right = b.row->at(word);
      if (left != right) return descending ? right < left : left < right;
    }
    return false;
  });
  return words.front() == main.key && !descending;
}

void cutPage(const Table& main, std::vector<Found>& rows, bool byKey, const Parameters& parameters,
             const Options& options) {
  int size = numberOf(parameterOf(parameters, "PageSize"), options.defaultPageSize);
  if (size <= 0) size = options.defaultPageSize;
  if (options.maxPageSize > 0) size = std::min(size, options.maxPageSize);
  const auto pageSize = static_cast<std::size_t>(size);

  std::size_t begin = 0;
  const std::string last = trimRight(parameterOf(parameters, "lastKey"));
  const int page = numberOf(parameterOf(parameters, "PageNumber"), 1);
  using Paging = Options::Paging;
  if (!last.empty() && (options.paging == Paging::Both || options.paging == Paging::LastKey)) {
    const auto after = [&](const Found& found) {
      const Json& key = found.row->at(main.key);
      return byKey ? key.get_ref<const std::string&>() > last : key == last;
    };
    const auto at = main.byWord(main.key) == nullptr ? rows.end() : std::find_if(rows.begin(), rows.end(), after);
    begin = static_cast<std::size_t>(at - rows.begin()) + (byKey || at == rows.end() ? 0 : 1);
  } else if (page > 1 && (options.paging == Paging::Both || options.paging == Paging::PageNumber)) {
    begin = pageSize * static_cast<std::size_t>(page - 1);
  }
  begin = std::min(begin, rows.size());
  const auto end = std::min(begin + pageSize, rows.size());
  rows.resize(end);
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
}

std::string dateText(const Field& field, const std::string& stored, Options::Dates spelling) {
  using Dates = Options::Dates;
  if (stored.empty()) return "";
  if (spelling == Dates::Rfc3339) {
    return stored + (dutchOffset(fromDutchClock(stored)) == std::chrono::minutes(120) ? "+02:00" : "+01:00");
  }
  return spelling == Dates::DateOnly && field.type == 'D' ? stored.substr(0, 10) : stored;
}

/// The words of the wanted fields, per table; nullopt = all.
class Wanted {
 public:
  Wanted(const std::vector<const Table*>& tables, const std::string& fields, const Options& options) {
    for (const std::string& name : split(fields)) {
      const auto dot = name.find('.');
      if (name == "*" || (dot != std::string::npos && name.substr(dot + 1) == "*")) {
        all_ = true;
        continue;
      }
      const Place place = placeOf(tables, name);
      if (place.field == nullptr && options.unknownFieldRefused) throw Refused("Veld " + name + " bestaat niet.");
      if (place.field != nullptr) wanted_.insert(place.field);
    }
    all_ = all_ || fields.empty();
  }
  bool has(const Field& field) const { return all_ || wanted_.contains(&field); }

 private:
  bool all_ = false;
  std::set<const Field*> wanted_;
};

Ordered rowJson(const Table& table, const Json& row, const Wanted& wanted, const Options& options,
                std::size_t ordinal) {
  Ordered out = Ordered::object();
  for (const Field& field : table.fields) {
    const bool dropped = options.droppedFields.contains(table.name + '.' + field.name);
    if (wanted.has(field) && !dropped) out[field.name] = valueText(field, row.at(field.word), options, ordinal);
  }
  out["EXT_KEY"] = 0;
  out[table.name + "_Id"] = ordinal;
  return out;
}

Ordered listOrObject(Ordered rows, const Options& options) {
  return options.singleAsObject && rows.size() == 1 ? Ordered(rows.front()) : rows;
}

}  // namespace

std::string parameterOf(const Parameters& parameters, std::string_view name) {
  const std::string upper = asciiUpper(name);
  for (const auto& [other, value] : parameters) {
    if (asciiUpper(other) == upper) return value;
  }
  return "";
}

std::vector<Found> select(const Schema& schema, const Object& object, std::vector<Found> rows,
                          const Parameters& parameters, const Options& options) {
  if (!parameterOf(parameters, "Filter").empty()) throw Refused("Filterexpressies worden niet nagebootst.");
  const auto tables = tablesOf(schema, object);
  const Table& main = *tables.front();
  const auto conditions = conditionsOf(tables, parameters);
  if (!conditions.empty()) {
    const bool anyOne = asciiUpper(parameterOf(parameters, "matchAnyFilter")) == "TRUE";
    std::erase_if(rows, [&](const Found& found) {
      const auto test = [&](const Condition& condition) { return holds(condition, found, main, options); };
      return anyOne ? std::none_of(conditions.begin(), conditions.end(), test)
                    : !std::all_of(conditions.begin(), conditions.end(), test);
    });
  }
  const bool byKey = sortRows(tables, rows, parameters, options);
  cutPage(main, rows, byKey, parameters, options);
  return rows;
}

Ordered present(const Schema& schema, const Object& object, const std::vector<Found>& rows, const std::string& fields,
                const Options& options) {
  const auto tables = tablesOf(schema, object);
  const Table& main = *tables.front();
  const Table* detail = tables.size() > 1 ? tables.back() : nullptr;
  const Wanted wanted(tables, fields, options);
  Ordered headers = Ordered::array();
  Ordered lines = Ordered::array();
  std::size_t ordinal = 0;
  std::size_t lineOrdinal = 0;
  for (const Found& found : rows) {
    Ordered header = rowJson(main, *found.row, wanted, options, ordinal);
    Ordered own = Ordered::array();
    for (const Json* line : found.details) {
      Ordered row = rowJson(*detail, *line, wanted, options, lineOrdinal++);
      row[main.name + "_Id"] = ordinal;
      (options.nestedChildren ? own : lines).push_back(std::move(row));
    }
    if (detail != nullptr && options.nestedChildren) header[detail->name] = std::move(own);
    headers.push_back(std::move(header));
    ++ordinal;
  }
  Ordered out = Ordered::object();
  out[main.name] = listOrObject(std::move(headers), options);
  if (detail != nullptr && !options.nestedChildren) out[detail->name] = listOrObject(std::move(lines), options);
  for (const std::string& empty : object.emptyTables) out[empty] = Ordered::array();
  return out;
}

Json valueText(const Field& field, const Json& value, const Options& options, std::size_t ordinal) {
  if (!value.is_string()) return value;
  if (isDate(field)) {
    using Dates = Options::Dates;
    static const std::vector<Dates> kTurns{Dates::NoZone, Dates::Rfc3339, Dates::DateOnly};
    const Dates spelling = options.dates == Dates::Mixed ? kTurns[ordinal % kTurns.size()] : options.dates;
    return dateText(field, value.get<std::string>(), spelling);
  }
  if (field.type != 'C' || !options.padText) return value;
  return padTo(value.get<std::string>(), static_cast<std::size_t>(field.length));
}

}  // namespace postern::sim::accountview
