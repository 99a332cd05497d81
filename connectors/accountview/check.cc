#include "connectors/accountview/check.h"

#include <algorithm>
#include <map>
#include <set>

#include "agent/nearest.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/scan.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using nlohmann::json;

namespace {

constexpr std::size_t kReferenceWidth = 32;
constexpr auto kDecember = std::chrono::December;

using Level = Finding::Level;

Finding bad(Level level, std::string what, const Message& message, std::vector<std::string> args) {
  return {level, std::move(what), Error{Fault::Auth, &message, std::move(args), {}, {}}};
}

std::string textOf(const Fields& values, const char* name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string{} : plainText(found->second);
}

bool flagOf(const Fields& values, const char* name) {
  return plainValue(Form::Flag, textOf(values, name), {}) == "true";
}

void append(std::string& list, std::string_view one) { list += (list.empty() ? "" : ", ") + std::string(one); }

bool isWritten(std::string_view kind) { return !writtenFields(kind).empty(); }
bool isRead(std::string_view kind) {
  const auto kinds = readKinds();
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// Names of a table that are sent, and how.
std::map<std::string, Form> writtenNames(const Table& table) {
  std::map<std::string, Form> out;
  for (const WrittenField& field : writtenFields(table.kind))
    if (const Column* column = table.column(field.field)) out[column->name] = column->form;
  for (const char* extra : {"search_code", "invoice_customer", "text_rest"})
    if (const Column* column = table.column(extra)) out[column->name] = column->form;
  if (!table.external.empty()) out[table.external] = Form::Text;
  return out;
}

class Checker {
 public:
  Checker(Api& api, const Layout& layout, const CheckOptions& options, std::stop_token stop)
      : api_(api), layout_(layout), options_(options), stop_(std::move(stop)) {}

  std::vector<Finding> run() {
    if (!company()) return std::move(findings_);
    objects();
    for (const Table& table : layout_.tables)
      if (table.on()) dictionary(table);
    bookYear();
    settings();
    return std::move(findings_);
  }

 private:
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  void good(std::string what) { findings_.push_back({Level::Good, std::move(what), {}}); }

  bool company() {
    auto chosen = api_.company(stop_);
    if (chosen) {
      good("log-in");
      good("company " + *chosen);
      return true;
    }
    const std::string code = chosen.error().code();
    const bool choice = code == kNoCompany.code || code == kCompanyChoice.code || code == kNoCompanies.code;
    add({Level::Bad, choice ? "company" : "log-in", std::move(chosen.error())});
    return false;
  }

  void objects() {
    auto answer = api_.read("accountviewsystembusinessobjects", {}, "business objects", stop_);
    if (!answer) return add({Level::Warning, "business objects", std::move(answer.error())});
    std::map<std::string, bool> listed;  // code -> may be written
    std::string all;
    const json* list = &*answer;
    if (answer->is_object() && !answer->empty() && answer->front().is_array()) list = &answer->front();
    for (const json& row : *list) {
      if (!row.is_object()) continue;
      const Fields values = valuesOf(row);
      const std::string code = plainKey(textOf(values, "CODE"));
      listed[code] = flagOf(values, "INSERTALLOWED") && flagOf(values, "UPDATEALLOWED");
      append(all, code);
    }
    for (const Table& table : layout_.tables) {
      if (!table.on()) continue;
      const std::string key = std::string(table.kind) + ".object";
      const auto found = listed.find(table.object);
      if (found == listed.end()) {
        add(bad(Level::Bad, "object " + table.object, kObjectMissing, {table.object, key, all}));
      } else if (isWritten(table.kind) && !found->second) {
        add(bad(Level::Warning, "object " + table.object, kObjectReadOnly, {table.object, std::string(table.kind)}));
      } else {
        good("object " + table.object + " (" + std::string(table.kind) + ')');
      }
    }
  }

  Result<std::vector<ListedRow>> system(const char* object, const char* table, const char* key,
                                        const std::string& name) {
    Listing listing;
    listing.path = "accountviewsystemdata";
    listing.object = object;
    listing.table = table;
    listing.key = key;
    listing.filters = {{"DBF_NAME", "Contains", 'C', name}};
    // A table's fields in one page (the size is one of those seen, 6.1): paging by their key is told by one client
    // only.
    auto paging = options_.sink.lookup.list;
    paging.pageSize = 1000;
    auto rows = listAll(api_, listing, paging, stop_);
    if (rows && !rows->empty()) return rows;
    // As the older client did.
    listing.path = "accountviewdata";
    auto older = listAll(api_, listing, paging, stop_);
    return older || !rows ? older : rows;
  }

  void dictionary(const Table& table) {
    const std::string what = "table " + table.name + " (" + std::string(table.kind) + ')';
    auto files = system("DBF", "DCT_FILE", "DBF_NAME", table.name);
    std::string base;
    if (files) {
      for (const ListedRow& row : *files) {
        if (plainKey(textOf(row.values, "DBF_NAME")) != table.name) continue;
        base = plainKey(textOf(row.values, "DBF_BASE"));
        if (isWritten(table.kind) && flagOf(row.values, "NO_XML_UPD"))
          add(bad(Level::Warning, what, kTableLocked, {table.name}));
      }
    }
    auto rows = system("FLD", "DCT_FLD", "FIELD_NAME", table.name);
    if (!rows) return add({Level::Warning, what, std::move(rows.error())});
    auto fields = dictionaryFields(*rows, table.name);
    if (fields.empty() && !base.empty()) {
      rows = system("FLD", "DCT_FLD", "FIELD_NAME", base);
      if (rows) fields = dictionaryFields(*rows, base);
    }
    if (fields.empty()) return add(bad(Level::Bad, what, kNoDictionary, {table.name}));
    std::vector<std::string> insert;
    if (const auto fixed = options_.sink.insert.find(table.kind); fixed != options_.sink.insert.end())
      for (const auto& [name, value] : fixed->second) insert.push_back(name);
    auto found = compareTable(table, fields, options_.sink.types, insert);
    if (found.empty()) good(what);
    for (Finding& one : found) add(std::move(one));
  }

  void bookYear() {
    const auto today = localDay(api_.clock().now(), options_.zone);
    const std::chrono::year_month_day date(today);
    year(isoDate(today), Level::Bad);
    if (date.month() == kDecember)
      year(isoDate(std::chrono::sys_days((date.year() + std::chrono::years(1)) / 1 / 1)), Level::Warning);
  }

  /// Reads one row with that book date: the one question that every version answers the same way.
  void year(const std::string& day, Level level) {
    const Table& table = layout_.at("customer");
    if (!table.on()) return;
    Listing listing = listingOf(table);
    listing.bookDate = day;
    auto page = listPage(api_, listing, {1, Paging::PageNumber}, {}, stop_);
    const std::string what = "book year " + day.substr(0, 4);
    if (page) return good(what);
    if (page.error().fault != Fault::Reject) return add({Level::Warning, what, std::move(page.error())});
    Finding finding = bad(level, what, kYearClosed, {day.substr(0, 4)});
    finding.error->detail = page.error().detail;
    add(std::move(finding));
  }

  void settings() {
    std::string off;
    std::string unreferenced;
    std::string unchanged;
    for (const Table& table : layout_.tables) {
      if (!table.on()) append(off, table.kind);
      if (table.on() && isWritten(table.kind) && table.external.empty()) append(unreferenced, table.kind);
      if (table.on() && isRead(table.kind) && table.changed.empty()) append(unchanged, table.kind);
    }
    if (!off.empty()) add(bad(Level::Warning, "kinds", kKindsOff, {off}));
    if (!unreferenced.empty()) add(bad(Level::Warning, "references", kNoReference, {unreferenced}));
    if (!unchanged.empty()) add(bad(Level::Warning, "change dates", kFullCompare, {unchanged}));
    if (layout_.at("project").on() && options_.openStatus.empty())
      add(bad(Level::Warning, "open_status", kAllOpen, {}));
  }

  Api& api_;
  const Layout& layout_;
  const CheckOptions& options_;
  std::stop_token stop_;
  std::vector<Finding> findings_;
};

void compareWritten(const Table& table, const DictionaryField& field, Form form, const FieldTypes& types,
                    std::vector<Finding>& out) {
  const std::string what = "field " + table.name + '.' + field.name;
  if (field.blocked) out.push_back(bad(Level::Warning, what, kFieldBlocked, {table.name, field.name}));
  const bool reference = field.name == table.external;
  const bool unfit = field.type.upper || (field.type.letter == 'C' && field.type.width < kReferenceWidth);
  if (reference && unfit) {
    out.push_back(bad(Level::Bad, what, kUnfitReference, {table.name, field.name}));
    return;
  }
  if (field.type.letter != 'C' || form == Form::Number || form == Form::Day || field.type.width == 0) return;
  const std::size_t assumed = typeOf(types, table.name, field.name, form).width;
  const std::string width = std::to_string(field.type.width);
  if (assumed == 0 && form == Form::Text)
    out.push_back(bad(Level::Warning, what, kWidthUnset, {table.name, field.name, width}));
  if (assumed > field.type.width)
    out.push_back(bad(Level::Warning, what, kFieldNarrow, {table.name, field.name, width, std::to_string(assumed)}));
}

/// Fields that a new record must have and nothing fills.
std::string unfilled(const Table& table, const std::vector<DictionaryField>& fields,
                     const std::map<std::string, Form>& written, const std::vector<std::string>& insert) {
  std::string out;
  for (const DictionaryField& field : fields) {
    // Not marked in the dictionary, but every public client that creates a debtor sends it (documented, inferred).
    const bool ledger = table.kind == "customer" && field.name == "ACCT_NR";
    const bool filled = field.name == table.key || field.name == table.line || written.contains(field.name) ||
                        std::find(insert.begin(), insert.end(), field.name) != insert.end();
    if ((field.mandatory || ledger) && !field.blocked && !filled) append(out, field.name);
  }
  return out;
}

}  // namespace

std::vector<DictionaryField> dictionaryFields(const std::vector<ListedRow>& rows, const std::string& table) {
  std::vector<DictionaryField> out;
  for (const ListedRow& row : rows) {
    if (plainKey(textOf(row.values, "DBF_NAME")) != table) continue;
    DictionaryField field;
    field.name = plainKey(textOf(row.values, "FIELD_NAME"));
    const std::string letter = plainKey(textOf(row.values, "FIELD_TYPE"));
    field.type.letter = letter.empty() ? 'C' : letter[0];
    const std::string width = textOf(row.values, "FIELD_LEN");
    field.type.width = width.empty() || width.size() > 4 || width.find_first_not_of("0123456789") != std::string::npos
                           ? 0
                           : static_cast<std::size_t>(std::stoul(width));
    field.type.upper = textOf(row.values, "FLD_FMT").find('!') != std::string::npos;
    field.mandatory = flagOf(row.values, "INP_MAND");
    field.blocked = flagOf(row.values, "COM_BLK");
    if (!field.name.empty()) out.push_back(std::move(field));
  }
  return out;
}

std::vector<Finding> compareTable(const Table& table, const std::vector<DictionaryField>& fields,
                                  const FieldTypes& types, const std::vector<std::string>& insert) {
  std::vector<Finding> out;
  std::vector<std::string> names;
  names.reserve(fields.size());
  for (const DictionaryField& field : fields) names.push_back(field.name);
  const auto find = [&](const std::string& name) {
    return std::find_if(fields.begin(), fields.end(), [&](const DictionaryField& one) { return one.name == name; });
  };
  const bool line = table.kind == "order_line";
  std::set<std::string> mapped;
  for (const std::string& name : table.asked()) mapped.insert(name);
  if (line) mapped.erase(table.key);  // that one is the order's
  for (const std::string& name : {table.external, table.line})
    if (!name.empty()) mapped.insert(name);
  for (const std::string& name : insert) mapped.insert(name);
  for (const std::string& name : mapped) {
    if (find(name) != fields.end()) continue;
    const std::string near = nearest(name, names);
    out.push_back(bad(Level::Bad, "field " + table.name + '.' + name, kFieldUnknown,
                      {table.name, name, near.empty() ? "-" : near}));
  }
  if (!isWritten(table.kind)) return out;
  const auto written = writtenNames(table);
  for (const auto& [name, form] : written) {
    if (const auto field = find(name); field != fields.end()) compareWritten(table, *field, form, types, out);
  }
  if (const std::string open = unfilled(table, fields, written, insert); !open.empty())
    out.push_back(bad(Level::Warning, "mandatory fields of " + table.name, kMandatoryOpen,
                      {table.name, open, std::string(table.kind)}));
  return out;
}

std::vector<Finding> checkSystem(Api& api, const Layout& layout, const CheckOptions& options, std::stop_token stop) {
  return Checker(api, layout, options, std::move(stop)).run();
}

}  // namespace postern::accountview
