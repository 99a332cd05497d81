#include "tests/sim/accountview/write.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

#include "tests/sim/accountview/refused.h"
#include "tests/sim/accountview/text.h"

namespace postern::sim::accountview {

namespace {

using Options = AccountViewOptions;

/// One row of a request: its values by the fields' words, and what ties it to others.
struct Sent {
  std::string rowId, headerId;
  int action = 1;  // RowAction: 1 insert, 2 update (assumed)
  Json values = Json::object();
};

struct SentTable {
  const Table* table = nullptr;
  std::vector<Sent> rows;
};

std::string textOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

double numberIn(const Field& field, const Json& value) {
  if (value.is_null()) return 0;
  const Json number = value.is_string() ? Json::parse(value.get<std::string>(), nullptr, false) : value;
  if (!number.is_number()) throw Refused("Veld " + field.name + ": waarde is geen getal.");
  return std::round(number.get<double>() * 10'000) / 10'000;
}

SentTable tableOf(const Schema& schema, const Options& options, const Json& definition, const Json& data) {
  const std::string name = textOf(memberOf(definition, "Name"));
  SentTable out{schema.findTable(name), {}};
  if (out.table == nullptr) throw Refused("Tabel " + name + " bestaat niet.");
  const Json& fields = memberOf(definition, "Fields");
  const Json& rows = memberOf(data, "Rows");
  if (!fields.is_array() || !rows.is_array()) throw Refused("Fields of Rows ontbreekt.");
  for (const Json& row : rows) {
    const Json& values = memberOf(row, "Values");
    if (!values.is_array() || values.size() != fields.size()) throw Refused("Aantal waarden en velden verschilt.");
    Sent sent;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::string fieldName = textOf(memberOf(fields[i], "Name"));
      const std::string type = asciiUpper(textOf(memberOf(fields[i], "FieldType")));
      if (type.size() != 1 || std::string("CNTDLIYBM").find(type) == std::string::npos) {
        throw Refused("Veld " + fieldName + ": FieldType onbekend.");
      }
      const std::string upper = asciiUpper(fieldName);
      if (upper == "ROWID") {
        sent.rowId = textOf(values[i]);
      } else if (upper == "HEADERID") {
        sent.headerId = textOf(values[i]);
      } else if (upper == "ROWACTION") {
        const Json& action = values[i];
        sent.action = action.is_number() ? action.get<int>() : 0;
      } else {
        const Field* field = out.table->byName(fieldName);
        if (field == nullptr) throw Refused("Veld " + fieldName + " bestaat niet in " + out.table->name + '.');
        Json value = keptValue(*field, values[i], options);
        const std::string place = out.table->name + '.' + field->name;
        if (options.upperFields.contains(place) && value.is_string()) value = upperCase(value.get<std::string>());
        if (!options.droppedFields.contains(place)) sent.values[field->word] = std::move(value);
      }
    }
    out.rows.push_back(std::move(sent));
  }
  return out;
}

bool isEmpty(const Json& value) { return value == "" || value == 0; }

/// One request at work: everything is checked and staged before anything is stored.
class Writer {
 public:
  Writer(const Schema& schema, Store& store, const Options& options, std::string clock)
      : schema_(schema), store_(store), options_(options), clock_(std::move(clock)) {}

  std::vector<Found> run(const Json& body, bool put, WriteCounts& counts);

 private:
  struct Staged {
    const Table* table;
    std::string key;
    Json values;
    bool isNew;
    std::size_t header;  // of a detail: index of its header in staged_
  };

  void header(const Sent& sent, const std::string& id);
  void detail(const Table& table, const Sent& sent, std::size_t header);
  std::size_t stage(const Table& table, Json values, bool isNew, std::size_t header, const Json& sent);
  void apply(const Table& table, const Json& sent, Json& row, bool isNew) const;
  void assign(const Table& table, Json& row);
  void check(const Table& table, const Json& row, const Json& sent, bool isNew) const;
  void checkDebtor(const Table& table, const Json& row) const;
  void checkHours(const Json& row) const;
  std::int64_t nextLine(const Table& table, const std::string& headerKey) const;
  std::string orderNumber(const Json& row);
  static void count(const Staged& staged, WriteCounts& counts);

  const Schema& schema_;
  Store& store_;
  const Options& options_;
  std::string clock_;
  std::string year_;  // book year of the request
  const Table* main_ = nullptr;
  bool put_ = false;
  std::vector<Staged> staged_;
};

std::vector<Found> Writer::run(const Json& body, bool put, WriteCounts& counts) {
  put_ = put;
  const Object& object = objectOf(schema_, options_, textOf(memberOf(body, "BusinessObject")));
  if (object.system || options_.readOnlyObjects.contains(object.code)) {
    throw Refused("Bedrijfsobject " + object.code + " kan niet worden gewijzigd.");
  }
  year_ = bookYearOf(options_, clock_, textOf(memberOf(body, "BookDate")));
  const Json& definitions = memberOf(body, "Table");
  const Json& data = memberOf(body, "TableData");
  const SentTable headers = tableOf(schema_, options_, memberOf(definitions, "Definition"), memberOf(data, "Data"));
  if (headers.table->word != object.table) throw Refused("Tabel hoort niet bij " + object.code + '.');
  main_ = headers.table;
  const std::string id = textOf(memberOf(body, "id"));
  if (put && (id.empty() || headers.rows.size() != 1)) throw Refused("Bij wijzigen is id met één rij nodig.");
  for (const Sent& sent : headers.rows) header(sent, id);

  const Json& detailDefinitions = memberOf(definitions, "DetailDefinitions");
  const Json& detailData = memberOf(data, "DetailData");
  const std::size_t details = detailDefinitions.is_array() ? detailDefinitions.size() : 0;
  if (details != (detailData.is_array() ? detailData.size() : 0))
    throw Refused("DetailData past niet bij de definitie.");
  for (std::size_t i = 0; i < details; ++i) {
    const SentTable lines = tableOf(schema_, options_, detailDefinitions[i], detailData[i]);
    if (lines.table->word != object.detail) throw Refused("Tabel hoort niet bij " + object.code + '.');
    for (const Sent& sent : lines.rows) {
      const auto owner = std::find_if(headers.rows.begin(), headers.rows.end(),
                                      [&](const Sent& other) { return other.rowId == sent.headerId; });
      if (sent.headerId.empty() || owner == headers.rows.end()) throw Refused("HeaderId verwijst naar geen rij.");
      detail(*lines.table, sent, static_cast<std::size_t>(owner - headers.rows.begin()));
    }
  }

  const bool perTable = options_.changeNumber == Options::ChangeNumber::PerTable;
  for (const Staged& staged : staged_) {
    store_.put(*staged.table, staged.values, clock_, "POSTERN", perTable);
    count(staged, counts);
  }
  std::vector<Found> out;
  for (const Staged& staged : staged_) {
    const Json* row = &store_.find(staged.table->word, staged.key)->values;
    if (staged.table == main_) {
      out.push_back({row, {}});
    } else {
      out[staged.header].details.push_back(row);
    }
  }
  return out;
}

void Writer::header(const Sent& sent, const std::string& id) {
  Json values = sent.values;
  std::string key = put_ ? asciiUpper(trimRight(id)) : "";
  // The other assumed way to add lines: a POST that names an order which is there.
  const bool orders = main_->word == "SO_HDR";
  if (!put_ && orders && options_.addLines == Options::AddLines::Post && values.contains("ORD_NR")) {
    key = values["ORD_NR"].get<std::string>();
  }
  if (key.empty()) {
    Json row = Store::emptyRow(*main_);
    apply(*main_, values, row, true);
    assign(*main_, row);
    if (store_.find(main_->word, store_.keyOf(*main_, row)) != nullptr) {
      throw Refused("Sleutel " + store_.keyOf(*main_, row) + " bestaat al in " + main_->name + '.');
    }
    stage(*main_, std::move(row), true, 0, values);
    return;
  }
  const Row* old = store_.find(main_->word, key);
  if (old == nullptr || !isInYear(options_, *main_, old->values, year_))
    throw Refused("Record " + key + " bestaat niet in " + main_->name + '.');
  if (values.contains(main_->key)) {
    if (values[main_->key] != key) throw Refused("De sleutel kan niet worden gewijzigd.");
    values.erase(main_->key);
  }
  Json row = old->values;
  apply(*main_, values, row, false);
  stage(*main_, std::move(row), false, 0, values);
}

void Writer::detail(const Table& table, const Sent& sent, std::size_t header) {
  const Staged& owner = staged_[header];
  if (!owner.isNew) {
    const bool wanted = options_.addLines == (put_ ? Options::AddLines::Put : Options::AddLines::Post);
    if (!wanted) throw Refused("Regels toevoegen is niet toegestaan.");
    if (owner.values.value("ORD_STAT", options_.openOrder) != options_.openOrder) {
      throw Refused("Order " + owner.key + " is al gefactureerd of afgesloten.");
    }
  }
  if (sent.action == 2) {
    const Json line = sent.values.value(table.key, Json(0));
    const Row* old = store_.find(table.word, owner.key + '|' + line.dump());
    if (old == nullptr) throw Refused("Regel bestaat niet.");
    Json changes = sent.values;
    changes.erase(table.key);
    Json row = old->values;
    apply(table, changes, row, false);
    stage(table, std::move(row), false, header, changes);
    return;
  }
  if (sent.action != 1) throw Refused("RowAction wordt niet ondersteund.");
  Json row = Store::emptyRow(table);
  apply(table, sent.values, row, true);
  row[main_->key] = owner.key;
  row[table.key] = nextLine(table, owner.key);
  stage(table, std::move(row), true, header, sent.values);
}

std::size_t Writer::stage(const Table& table, Json values, bool isNew, std::size_t header, const Json& sent) {
  check(table, values, sent, isNew);
  std::string key = store_.keyOf(table, values);
  staged_.push_back({&table, std::move(key), std::move(values), isNew, header});
  return staged_.size() - 1;
}

void Writer::apply(const Table& table, const Json& sent, Json& row, bool isNew) const {
  if (options_.noXmlUpdate.contains(table.name)) {
    throw Refused("Wijzigingen in " + table.name + " zijn via de web-API niet toegestaan.");
  }
  for (const auto& [word, value] : sent.items()) {
    const Field& field = *table.byWord(word);
    const bool blocked = field.blocked || options_.blockedFields.contains(table.name + '.' + field.name);
    if (blocked && !isEmpty(value)) throw Refused("Veld " + field.name + " is geblokkeerd voor externe wijziging.");
    if (!isNew && word == table.key) throw Refused("De sleutel kan niet worden gewijzigd.");
    if (!blocked) row[word] = value;
  }
}

void Writer::assign(const Table& table, Json& row) {
  const auto numbered = [&](const char* word, const char* format) {
    if (row.at(word) != "") return;
    for (bool taken = true; taken;) {
      std::array<char, 16> text{};
      std::snprintf(text.data(), text.size(), format, static_cast<int>(store_.nextNumber(table.word)));
      row[word] = text.data();
      taken = store_.find(table.word, store_.keyOf(table, row)) != nullptr;
    }
  };
  if (table.byWord("REC_ID") != nullptr) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%010d", static_cast<int>(store_.nextNumber("REC_ID " + table.word)));
    row["REC_ID"] = text.data();
  }
  if (table.word == "CONTACT") {
    if (options_.ownNumbering) numbered("SUB_NR", "%d");
    row["DEB_SHOW"] = true;
  } else if (table.word == "PROJECTS") {
    if (options_.ownNumbering) numbered("PROJ_CODE", "P%05d");
    if (row["PRO_STAT"] == "") row["PRO_STAT"] = options_.openProject;
  } else if (table.word == "CONT_PP") {
    numbered("PP_CODE", "%06d");
  } else if (table.word == "SO_HDR") {
    if (row["ORD_DATE"] == "") row["ORD_DATE"] = clock_.substr(0, 10) + "T00:00:00";
    if (row["RPL_INV"] == "") row["RPL_INV"] = row["RPL_DEL"];
    if (row["ORD_STAT"] == "") row["ORD_STAT"] = options_.openOrder;
    row["ORD_NR"] = orderNumber(row);
  }
}

std::string Writer::orderNumber(const Json& row) {
  const std::string year = row["ORD_DATE"].get<std::string>().substr(0, 4);
  std::array<char, 16> text{};
  do {
    std::snprintf(text.data(), text.size(), "%s%04d", year.c_str(),
                  static_cast<int>(store_.nextNumber("ORD_NR " + year)));
  } while (store_.find("SO_HDR", text.data()) != nullptr);
  return text.data();
}

void Writer::check(const Table& table, const Json& row, const Json& sent, bool isNew) const {
  for (const Field& field : table.fields) {
    const Json& value = row.at(field.word);
    const bool mandatory = field.mandatory || options_.mandatoryFields.contains(table.name + '.' + field.name);
    if (mandatory && isEmpty(value) && (isNew || sent.contains(field.word))) {
      throw Refused("Veld " + field.name + " is verplicht.");
    }
    const bool touched = isNew || sent.contains(field.word);
    if (!field.refersTo.empty() && touched && value != "" &&
        store_.find(field.refersTo, value.get_ref<const std::string&>()) == nullptr) {
      throw Refused("Veld " + field.name + ": " + value.get<std::string>() + " bestaat niet.");
    }
    if (field.books && touched) mustBeOpen(options_, clock_, value.get<std::string>());
  }
  if (isNew) checkDebtor(table, row);
  if (!isInYear(options_, table, row, year_)) throw Refused("De datum valt buiten boekjaar " + year_ + '.');
  if (table.word == "HOURS") checkHours(row);
}

void Writer::checkDebtor(const Table& table, const Json& row) const {
  if (table.word == "CONTACT" && options_.ledgerAccountNeeded && row["ACCT_NR"] == "") {
    throw Refused("Veld " + table.byWord("ACCT_NR")->name + " is verplicht.");
  }
  if (table.word != "SO_HDR") return;
  for (const char* word : {"RPL_DEL", "RPL_INV"}) {
    const Row* debtor = store_.find("CONTACT", row[word].get_ref<const std::string&>());
    if (debtor != nullptr && (debtor->values["REC_BLK"] == true || debtor->values["BLK_SP"] == true)) {
      throw Refused("Debiteur " + row[word].get<std::string>() + " is geblokkeerd.");
    }
  }
}

void Writer::checkHours(const Json& row) const {
  const Json& project = store_.find("PROJECTS", row["PROJ_CODE"].get_ref<const std::string&>())->values;
  if (project["PRO_STAT"] != options_.openProject) throw Refused("Het project is afgesloten.");
  if (options_.blockedHours.contains(project["PJ_TYPE"].get<std::string>() + '/' +
                                     row["HRT_CODE"].get<std::string>())) {
    throw Refused("Deze uursoort is voor de projectsoort geblokkeerd.");
  }
}

std::int64_t Writer::nextLine(const Table& table, const std::string& headerKey) const {
  std::int64_t last = 0;
  for (const Row* line : store_.linesOf(table, headerKey)) last = line->values[table.key].get<std::int64_t>();
  for (const Staged& staged : staged_) {
    if (staged.table == &table && staged.values[main_->key] == headerKey) {
      last = std::max(last, staged.values[table.key].get<std::int64_t>());
    }
  }
  return last + 1;
}

void Writer::count(const Staged& staged, WriteCounts& counts) {
  static const std::map<std::string, std::int64_t WriteCounts::*> kCounts{
      {"CONTACT", &WriteCounts::createdDebtors},  {"DEL_ADDR", &WriteCounts::createdAddresses},
      {"CONT_PP", &WriteCounts::createdContacts}, {"PROJECTS", &WriteCounts::createdProjects},
      {"SO_HDR", &WriteCounts::createdOrders},    {"SO_LINE", &WriteCounts::createdLines},
      {"HOURS", &WriteCounts::createdHours}};
  const auto found = kCounts.find(staged.table->word);
  if (!staged.isNew) {
    ++counts.updated;
  } else {
    ++(counts.*(found == kCounts.end() ? &WriteCounts::createdOthers : found->second));
  }
}

}  // namespace

std::map<std::string, std::string> administrationsAt(const Options& options, const std::string& clock) {
  if (!options.administrations.empty()) return options.administrations;
  const int year = std::stoi(clock.substr(0, 4));
  std::map<std::string, std::string> out{{std::to_string(year + 1), "blocked"}};
  for (int i = 0; i < 6; ++i) out[std::to_string(year - i)] = "open";
  return out;
}

void mustBeOpen(const Options& options, const std::string& clock, const std::string& date) {
  if (date.empty()) return;
  const auto all = administrationsAt(options, clock);
  const auto found = all.find(date.substr(0, 4));
  if (found == all.end()) throw Refused("Er is geen administratie voor boekjaar " + date.substr(0, 4) + '.');
  if (found->second != "open") throw Refused("De administratie van boekjaar " + found->first + " is geblokkeerd.");
}

std::string bookYearOf(const Options& options, const std::string& clock, const std::string& bookDate) {
  if (bookDate.empty()) return clock.substr(0, 4);
  const auto parsed = parseDate(bookDate);
  if (!parsed) throw Refused("BookDate is geen datum.");
  mustBeOpen(options, clock, *parsed);
  return parsed->substr(0, 4);
}

bool isInYear(const Options& options, const Table& table, const Json& row, const std::string& year) {
  if (!options.yearTables) return true;
  for (const Field& field : table.fields)
    if (field.books) return row.at(field.word).get<std::string>().substr(0, 4) == year;
  return true;
}

Json keptValue(const Field& field, const Json& value, const Options& options) {
  if (value.is_array() || value.is_object()) throw Refused("Veld " + field.name + ": ongeldige waarde.");
  if (field.type == 'L') {
    const std::string text = asciiUpper(textOf(value));
    return text == "TRUE" || text == ".T.";
  }
  if (field.type == 'N') return numberIn(field, value);
  if (field.type == 'I') return static_cast<std::int64_t>(numberIn(field, value));
  std::string text = textOf(value);
  if (field.type == 'D' || field.type == 'T') {
    if (text.empty()) return "";
    const auto date = parseDate(text);
    if (!date) throw Refused("Veld " + field.name + ": waarde is geen datum.");
    return field.type == 'D' ? date->substr(0, 10) + "T00:00:00" : *date;
  }
  using Foreign = Options::Foreign;
  const std::string inPage = throughWindows1252(text);
  if (inPage != text && options.foreign == Foreign::Refuse) {
    throw Refused("Veld " + field.name + ": ongeldig teken.");
  }
  if (options.foreign == Foreign::QuestionMark) text = inPage;
  if (field.type == 'M') return text;
  text = trimRight(field.upper ? upperCase(text) : text);
  const auto width = static_cast<std::size_t>(field.length);
  if (characters(text) > width && options.tooLong == Options::TooLong::Refuse) {
    throw Refused("Veld " + field.name + ": waarde is te lang.");
  }
  return trimRight(cutTo(text, width));
}

std::vector<Found> write(const Schema& schema, Store& store, const Options& options, const std::string& clock,
                         const Json& body, bool put, WriteCounts& counts) {
  return Writer(schema, store, options, clock).run(body, put, counts);
}

const Object& objectOf(const Schema& schema, const Options& options, const std::string& code) {
  const Object* object = schema.findObject(code);
  if (object == nullptr || options.missingObjects.contains(object->code)) {
    throw Refused("Bedrijfsobject " + code + " is niet beschikbaar.");
  }
  return *object;
}

const Json& memberOf(const Json& object, std::string_view name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const std::string upper = asciiUpper(name);
  for (const auto& [other, value] : object.items()) {
    if (asciiUpper(other) == upper) return value;
  }
  return kNone;
}

}  // namespace postern::sim::accountview
