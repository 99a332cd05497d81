#include "connectors/accountview/sink.h"

#include <algorithm>
#include <array>

#include "connectors/accountview/messages.h"
#include "connectors/accountview/scan.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

using nlohmann::json;

namespace {

constexpr std::string_view kLine = "order_line";
constexpr std::string_view kOrder = "sales_order";

constexpr std::array<std::string_view, 1> kNumber{"number"};
constexpr std::array<std::string_view, 1> kCode{"code"};
constexpr std::array<std::string_view, 5> kLineFields{"order", "article", "quantity", "delivery_date", "order_date"};

constexpr std::array<SinkKind, 5> kKinds{{
    {.name = "customer", .rank = 0, .createOnly = kNumber, .refusalsPass = true},
    {.name = "project", .rank = 1, .createOnly = kCode, .refusalsPass = true},
    {.name = "sales_order", .rank = 2, .refusalsPass = true},
    {.name = "order_line", .rank = 3, .createOnly = kLineFields, .refusalsPass = true},
    {.name = "time_entry", .rank = 3, .refusalsPass = true},
}};

constexpr WrittenField kCustomer[] = {
    {"name", nullptr, true}, {"phone"},      {"mail"},       {"street"}, {"zip"}, {"city"},
    {"postal_street"},       {"postal_zip"}, {"postal_city"}};
constexpr WrittenField kProject[] = {
    {"title", nullptr, true}, {"customer", "customer"}, {"note"}, {"begin"}, {"end"}, {"type"}, {"responsible"}};
constexpr WrittenField kSalesOrder[] = {
    {"customer", "customer", true}, {"project", "project"}, {"text"}, {"work_type"}, {"delivery_date"}, {"order_date"}};
constexpr WrittenField kOrderLine[] = {{"article", nullptr, true}, {"quantity", nullptr, true}, {"delivery_date"}};
constexpr WrittenField kTimeEntry[] = {{"employee", nullptr, true},
                                       {"hour_code", nullptr, true},
                                       {"project", "project", true},
                                       {"date", nullptr, true},
                                       {"text"},
                                       {"hours", nullptr, true}};

/// The row a write answers with: the first of the table.
Fields answeredRow(const json& answer, const std::string& table) {
  const auto rows = rowsOf(answer, table);
  return !rows || rows->empty() ? Fields{} : valuesOf(*rows->front());
}

std::string textOf(const Fields& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string{} : plainText(found->second);
}

Cell cellOf(const std::string& name, const FieldType& type, const std::string& stored) {
  return {name, type.letter, wireValue(type, stored)};
}

}  // namespace

std::span<const SinkKind> sinkKinds() { return kKinds; }

std::span<const WrittenField> writtenFields(std::string_view kind) {
  if (kind == "customer") return kCustomer;
  if (kind == "project") return kProject;
  if (kind == kOrder) return kSalesOrder;
  if (kind == kLine) return kOrderLine;
  if (kind == "time_entry") return kTimeEntry;
  return {};
}

std::string_view ownKeyField(std::string_view kind) {
  if (kind == "customer") return "number";
  return kind == "project" ? "code" : "";
}

AccountViewSink::AccountViewSink(Api& api, const Layout& layout, SinkOptions options)
    : api_(api), layout_(layout), options_(std::move(options)), lookup_(api, layout, options_.types, options_.lookup) {}

Result<Settled> AccountViewSink::push(const Change& change, std::stop_token stop) {
  const Table* table = writtenFields(change.kind).empty() ? nullptr : layout_.find(change.kind);
  if (table == nullptr) return unknownKind(change.kind);
  if (!table->on()) return fail(Fault::Reject, kKindOff, {change.kind});
  for (const WrittenField& field : writtenFields(change.kind)) {
    if (field.needed && table->column(field.field) == nullptr)
      return fail(Fault::Reject, kNotMapped, {change.kind, field.field});
  }
  if (change.kind == kLine && !change.id.empty()) return fail(Fault::Reject, kCreateOnly, {change.kind, change.key});
  auto wanted = wishes(*table, change);
  if (!wanted) return tl::unexpected(std::move(wanted.error()));

  const auto turn = turn_.take(stop);
  if (!turn) return fail(Fault::Stop, kStopped, {api_.system()});
  auto done = change.id.empty() ? create(*table, change, *wanted, stop) : update(*table, change, *wanted, stop);
  return done;
}

Result<std::string> AccountViewSink::resolved(const WrittenField& field, const Change& change,
                                              const std::string& value) const {
  if (field.refersTo == nullptr || value.empty()) return value;
  std::string id = change.idOf ? change.idOf(field.refersTo, value) : std::string{};
  if (id.empty()) return fail(Fault::Reject, kUnknownReference, {change.kind, change.key, field.field});
  return id;
}

Result<AccountViewSink::Wish> AccountViewSink::wish(const Table& table, const Column& column, const Change& change,
                                                    const std::string& value) const {
  Wish out{column.field, column.name, column.form, typeOf(options_.types, table.name, column.name, column.form),
           {},           {},          false};
  const bool zip = column.field == "zip" || column.field == "postal_zip";
  const auto stored = storedValue(column.form, out.type, options_.texts, zip ? dutchPostCode(value) : value);
  if (!stored) {
    return fail(Fault::Reject, *stored.error(), {change.kind, change.key, column.name, std::to_string(out.type.width)});
  }
  out.value = *stored;
  return out;
}

Result<AccountViewSink::Wishes> AccountViewSink::wishes(const Table& table, const Change& change) const {
  Wishes out;
  for (const WrittenField& field : writtenFields(change.kind)) {
    const auto given = change.fields.find(field.field);
    const Column* column = table.column(field.field);
    if (given == change.fields.end() || column == nullptr) continue;
    auto value = resolved(field, change, given->second);
    if (!value) return tl::unexpected(std::move(value.error()));
    auto one = wish(table, *column, change, *value);
    if (!one) return tl::unexpected(std::move(one.error()));
    one->reference = field.refersTo != nullptr;
    if (const auto base = change.base.find(field.field); base != change.base.end()) {
      const std::string id = one->reference && change.idOf && !base->second.empty()
                                 ? change.idOf(field.refersTo, base->second)
                                 : base->second;
      auto held = wish(table, *column, change, id);
      one->base = held ? held->value : id;
    }
    out.push_back(std::move(*one));
  }
  addRest(table, change, out);
  return out;
}

/// What of an order's text does not fit into its field goes into another, where the site names one.
void AccountViewSink::addRest(const Table& table, const Change& change, Wishes& wishes) const {
  const Column* rest = change.kind == kOrder ? table.column("text_rest") : nullptr;
  const auto text = change.fields.find("text");
  if (rest == nullptr || text == change.fields.end()) return;
  const auto main = std::find_if(wishes.begin(), wishes.end(), [](const Wish& one) { return one.field == "text"; });
  if (main == wishes.end() || main->type.width == 0) return;
  const std::string whole = plainText(text->second);
  const std::string begin = firstCharacters(whole, main->type.width);
  auto more = wish(table, *rest, change, whole.substr(begin.size()));
  if (more) wishes.push_back(std::move(*more));
}

// ---- Create ---------------------------------------------------------------------------------------------------------

std::vector<Expected> AccountViewSink::expectedOf(const Wishes& wishes) {
  std::vector<Expected> out;
  for (const Wish& one : wishes)
    if (!one.value.empty()) out.push_back({one.name, one.form, one.value});
  return out;
}

Result<Settled> AccountViewSink::create(const Table& table, const Change& change, const Wishes& wishes,
                                        std::stop_token stop) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto broken = broken_.find(change.kind); broken != broken_.end()) return tl::unexpected(broken->second);
  }
  if (auto wide = wrongOwnKey(table, change)) return tl::unexpected(std::move(*wide));
  if (change.kind == kLine) return createLine(table, change, wishes, std::move(stop));
  auto there = existing(table, change, wishes, stop);
  if (!there) return tl::unexpected(explained(std::move(there.error()), bookDateFor(table, change), stop));
  if (*there) return settled(change, wishes, (*there)->id, (*there)->values);
  return insertRow(table, change, wishes, std::move(stop));
}

std::optional<Error> AccountViewSink::wrongOwnKey(const Table& table, const Change& change) const {
  const auto own = change.fields.find(ownKeyField(change.kind));
  if (own == change.fields.end()) return std::nullopt;
  const FieldType type = typeOf(options_.types, table.name, table.key, Form::Key);
  const auto stored = storedValue(Form::Key, type, options_.texts, own->second);
  if (stored) return std::nullopt;
  return Error{Fault::Reject, stored.error(), {change.kind, change.key, table.key, std::to_string(type.width)}, {}, {}};
}

Result<std::optional<Match>> AccountViewSink::existing(const Table& table, const Change& change, const Wishes& wishes,
                                                       std::stop_token stop) const {
  Result<std::vector<Match>> found;
  const std::string bookDate = bookDateFor(table, change);
  if (!table.external.empty()) {
    found = lookup_.byReference(table, lookup_.reference(table, change.key), bookDate, std::move(stop));
  } else {
    const auto own = change.fields.find(ownKeyField(change.kind));
    if (own != change.fields.end() && !own->second.empty())
      return lookup_.byKey(table, own->second, bookDate, std::move(stop));
    found = lookup_.byContent(table, expectedOf(wishes), bookDate, std::move(stop));
  }
  if (!found) return tl::unexpected(std::move(found.error()));
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

std::vector<Cell> AccountViewSink::insertCells(const Table& table, const Change& change, const Wishes& wishes) const {
  std::vector<Cell> cells;
  const auto has = [&](const std::string& name) {
    return std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) { return cell.name == name; });
  };
  const auto add = [&](const std::string& name, Form form, const std::string& value) {
    const FieldType type = typeOf(options_.types, table.name, name, form);
    if (!name.empty() && !value.empty() && !has(name)) cells.push_back(cellOf(name, type, value));
  };
  const auto given = [&](std::string_view field) {
    const auto found = change.fields.find(field);
    return found == change.fields.end() ? std::string{} : found->second;
  };
  const std::string_view own = ownKeyField(change.kind);
  if (!own.empty()) add(table.key, Form::Key, plainKey(given(own)));
  for (const Wish& one : wishes)
    if (!one.value.empty() && !has(one.name)) cells.push_back(cellOf(one.name, one.type, one.value));
  if (change.kind == kOrder) {
    // Who is delivered to pays, unless a constant says otherwise.
    const Column* payer = table.column("invoice_customer");
    const auto customer =
        std::find_if(wishes.begin(), wishes.end(), [](const Wish& one) { return one.field == "customer"; });
    const auto fixed = options_.insert.find(change.kind);
    const bool isFixed = payer != nullptr && fixed != options_.insert.end() &&
                         std::any_of(fixed->second.begin(), fixed->second.end(),
                                     [&](const auto& pair) { return pair.first == payer->name; });
    if (payer != nullptr && !isFixed && customer != wishes.end()) add(payer->name, Form::Key, customer->value);
  }
  if (!table.external.empty()) add(table.external, Form::Text, lookup_.reference(table, change.key));
  if (const auto fixed = options_.insert.find(change.kind); fixed != options_.insert.end())
    for (const auto& [name, value] : fixed->second) add(name, Form::Text, value);
  if (const Column* search = table.column("search_code"))
    add(search->name, Form::Key, searchCode(options_.searchCode, given("name"), given("number")));
  return cells;
}

bool AccountViewSink::hasBookDate(const Table& table) const {
  const bool dated = table.kind == kOrder || table.kind == kLine || table.kind == "time_entry";
  return dated && options_.bookDate != SinkOptions::BookDate::None;
}

std::string AccountViewSink::bookDateFor(const Table& table, const Change& change) const {
  if (!hasBookDate(table)) return {};
  if (options_.bookDate == SinkOptions::BookDate::Today) return isoDate(today());
  // Where it is counts, not where it is to go.
  for (const Fields* fields : {&change.base, &change.fields}) {
    const auto date = fields->find(table.kind == "time_entry" ? "date" : "order_date");
    if (date != fields->end() && parseIsoDate(date->second)) return date->second;
  }
  return {};
}

std::vector<std::string> AccountViewSink::bookDates(const Table& table) const {
  if (!hasBookDate(table)) return {""};
  const std::chrono::year_month_day date(today());
  const auto before = (date.year() - std::chrono::years(1)) / date.month() / date.day();
  return {"", isoDate(before.ok() ? before : before.year() / before.month() / std::chrono::day(28))};
}

std::chrono::sys_days AccountViewSink::today() const { return localDay(api_.clock().now(), options_.lookup.zone); }

Error AccountViewSink::explained(Error refusal, const std::string& bookDate, std::stop_token stop) {
  const Table& table = layout_.at("customer");
  if (refusal.fault != Fault::Reject || bookDate.empty() || !table.on()) return refusal;
  Listing listing = listingOf(table);
  listing.bookDate = bookDate;
  const auto page = listPage(api_, listing, {1, Paging::PageNumber}, {}, std::move(stop));
  if (page || page.error().fault != Fault::Reject) return refusal;
  return Error{Fault::Reject, &kYearClosed, {bookDate.substr(0, 4)}, refusal.detail, {}};
}

Result<Settled> AccountViewSink::insertRow(const Table& table, const Change& change, const Wishes& wishes,
                                           std::stop_token stop) {
  const std::string bookDate = bookDateFor(table, change);
  const std::string body = writeBody(table.object, table.name, insertCells(table, change, wishes), {}, bookDate, {});
  const Subject subject{change.kind, change.key};
  auto answer = api_.write("POST", body, subject, stop);
  if (!answer) return tl::unexpected(explained(std::move(answer.error()), bookDate, stop));
  const Fields row = answeredRow(*answer, table.name);
  const std::string id = keyOf(table, row);
  // Stored, but under which key is only known after a look-up.
  if (id.empty()) return fail(Fault::Unknown, kUncertain, {api_.system(), change.kind, change.key});
  if (!table.external.empty())
    checkReference(table, lookup_.reference(table, change.key), row, bookDate, std::move(stop));
  return settled(change, wishes, id, row);
}

Result<Settled> AccountViewSink::createLine(const Table& table, const Change& change, const Wishes& wishes,
                                            std::stop_token stop) {
  const auto given = change.fields.find("order");
  const std::string order =
      given != change.fields.end() && change.idOf ? change.idOf(kOrder, given->second) : std::string{};
  if (order.empty()) return fail(Fault::Reject, kUnknownReference, {change.kind, change.key, "order"});
  // Also on other orders: an earlier attempt may have been put elsewhere.
  if (options_.addLinesByPost && !table.external.empty()) {
    auto found = lookup_.byReference(table, lookup_.reference(table, change.key), bookDateFor(table, change), stop);
    if (!found && found.error().fault != Fault::Reject) return tl::unexpected(std::move(found.error()));
    if (found && !found->empty()) return settled(change, wishes, found->front().id, found->front().values);
  }
  auto there = findLine(table, change, wishes, order, stop);
  if (!there) return tl::unexpected(explained(std::move(there.error()), bookDateFor(table, change), stop));
  if (there->ours) return settled(change, wishes, there->ours->id, there->ours->values);
  return insertLine(table, change, wishes, order, there->alike.size(), std::move(stop));
}

Result<AccountViewSink::LineFound> AccountViewSink::findLine(const Table& table, const Change& change,
                                                             const Wishes& wishes, const std::string& order,
                                                             std::stop_token stop) const {
  auto lines = lookup_.lines(order, bookDateFor(table, change), std::move(stop));
  if (!lines) return tl::unexpected(std::move(lines.error()));
  const std::string reference = table.external.empty() ? std::string{} : lookup_.reference(table, change.key);
  const auto expected = expectedOf(wishes);
  LineFound out;
  for (Match& line : *lines) {
    const std::string kept = textOf(line.values, table.external);
    const bool alike = lookup_.holds(line.values, expected);
    // A field that forces upper case has changed our reference, but it is still ours.
    const bool same = reference.empty() ? alike : kept == reference || (alike && kept == upperText(reference));
    if (same && (!out.ours || kept == reference)) out.ours = line;
    if (alike) out.alike.push_back(std::move(line));
  }
  return out;
}

Result<Settled> AccountViewSink::insertLine(const Table& table, const Change& change, const Wishes& wishes,
                                            const std::string& order, std::size_t alike, std::stop_token stop) {
  const Table& header = layout_.at(kOrder);
  DetailRow line{table.name, insertCells(table, change, wishes)};
  if (options_.rowAction != 0) line.cells.insert(line.cells.begin(), {"RowAction", 'N', options_.rowAction});
  std::vector<Cell> head;
  if (options_.addLinesByPost) head.push_back({header.key, 'C', order});
  const std::string body = writeBody(table.object, header.name, head, line, bookDateFor(table, change),
                                     options_.addLinesByPost ? std::string{} : order);
  auto answer = api_.write(options_.addLinesByPost ? "POST" : "PUT", body, {change.kind, change.key}, stop);
  if (!answer) return tl::unexpected(std::move(answer.error()));
  const auto rows = rowsOf(*answer, header.name);
  const std::string reference = table.external.empty() ? std::string{} : lookup_.reference(table, change.key);
  Fields told;
  if (rows && !rows->empty()) {
    const Fields first = valuesOf(*rows->front());
    const std::string answered = keyOf(header, first);
    // A new order instead of a line of the old one: to be seen by somebody, never repeated blindly.
    if (!answered.empty() && answered != plainKey(order)) {
      const Error error{Fault::Reject, &kLineElsewhere, {change.key, plainKey(order), answered}, {}, {}};
      const std::lock_guard lock(mutex_);
      broken_.insert_or_assign(change.kind, error);
      return tl::unexpected(error);
    }
    for (const json* child : childrenOf(*answer, *rows->front(), header.name, table.name)) {
      Fields values = valuesOf(*child);
      if (table.external.empty() || textOf(values, table.external) == reference) told = std::move(values);
    }
  }
  if (!told.empty()) return settled(change, wishes, lookup_.lineId(plainKey(order), told), told);
  // No line of ours in the answer. When the order holds one more of that content it is ours without our reference.
  auto there = findLine(table, change, wishes, order, std::move(stop));
  const Match* ours = nullptr;
  if (there && there->ours) ours = &*there->ours;
  if (there && ours == nullptr && there->alike.size() > alike) ours = &there->alike.back();
  if (ours == nullptr) return fail(Fault::Unknown, kUncertain, {api_.system(), change.kind, change.key});
  if (!table.external.empty() && textOf(ours->values, table.external) != reference) stopCreating(table);
  return settled(change, wishes, ours->id, ours->values);
}

void AccountViewSink::checkReference(const Table& table, const std::string& reference, const Fields& values,
                                     const std::string& bookDate, std::stop_token stop) {
  const auto kept = values.find(table.external);
  if (kept != values.end()) {
    if (plainText(kept->second) != reference) stopCreating(table);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (proven_.contains(table.kind)) return;
  }
  const auto found = lookup_.byReference(table, reference, bookDate, std::move(stop));
  if (!found) return;  // the next one tells
  if (found->empty()) return stopCreating(table);
  const std::lock_guard lock(mutex_);
  proven_.emplace(table.kind);
}

void AccountViewSink::stopCreating(const Table& table) {
  const std::string kind(table.kind);
  const std::lock_guard lock(mutex_);
  broken_.insert_or_assign(kind, Error{Fault::Reject, &kReferenceChanged, {kind, table.external}, {}, {}});
}

// ---- Update ---------------------------------------------------------------------------------------------------------

Result<Settled> AccountViewSink::update(const Table& table, const Change& change, const Wishes& wishes,
                                        std::stop_token stop) {
  const std::string bookDate = bookDateFor(table, change);
  if (!change.base.empty()) {
    auto present = lookup_.byKey(table, change.id, bookDate, stop);
    if (!present) return tl::unexpected(explained(std::move(present.error()), bookDate, stop));
    if (!*present) return fail(Fault::Gone, kGone, {change.kind, change.key});
    const Fields& values = (*present)->values;
    bool same = true;
    for (const Wish& one : wishes) {
      if (lookup_.holds(values, {{one.name, one.form, one.value}})) continue;
      same = false;
      // Somebody was faster: nothing is written, and the answer tells what is there.
      if (one.base && !lookup_.holds(values, {{one.name, one.form, *one.base}}))
        return settled(change, wishes, change.id, values);
    }
    if (same && !change.claim) return settled(change, wishes, change.id, values);
  }
  std::vector<Cell> cells;
  for (const Wish& one : wishes) cells.push_back(cellOf(one.name, one.type, one.value));
  if (change.claim && !table.external.empty()) {
    const FieldType type = typeOf(options_.types, table.name, table.external, Form::Text);
    cells.push_back(cellOf(table.external, type, lookup_.reference(table, change.key)));
  }
  if (cells.empty()) return Settled{change.id, {}};
  const std::string body = writeBody(table.object, table.name, cells, {}, bookDate, change.id);
  auto answer = api_.write("PUT", body, {change.kind, change.key}, stop);
  if (!answer) return tl::unexpected(explained(std::move(answer.error()), bookDate, stop));
  return settled(change, wishes, change.id, answeredRow(*answer, table.name));
}

Settled AccountViewSink::settled(const Change& change, const Wishes& wishes, const std::string& id,
                                 const Fields& values) const {
  Settled out{id, {}};
  for (const Wish& one : wishes) {
    const auto told = values.find(one.name);
    const auto sent = change.fields.find(one.field);
    if (told == values.end() || sent == change.fields.end()) continue;
    const auto plain = plainValue(one.form, told->second, options_.lookup.zone);
    if (plain == one.value) out.answered[one.field] = sent->second;
    if (plain && plain != one.value && !one.reference) out.answered[one.field] = *plain;
  }
  return out;
}

// ---- Look-up --------------------------------------------------------------------------------------------------------

Found AccountViewSink::foundOf(const Table& table, std::string key, const Match& match) const {
  Found out;
  out.key = std::move(key);
  out.id = match.id;
  const Fields values = columnValues(table, match.values, options_.lookup.zone);
  for (const WrittenField& field : writtenFields(table.kind)) {
    const auto value = values.find(field.field);
    if (value == values.end()) continue;
    if (field.refersTo != nullptr && !value->second.empty())
      out.points.emplace_back(field.field, Reference{field.refersTo, value->second});
    else
      out.fields[field.field] = value->second;
  }
  if (const auto own = ownKeyField(table.kind); !own.empty()) out.fields[std::string(own)] = match.id;
  return out;
}

Result<std::vector<Found>> AccountViewSink::find(std::string_view kind, const std::vector<std::string>& keys,
                                                 std::stop_token stop) {
  const Table* table = writtenFields(kind).empty() ? nullptr : layout_.find(kind);
  if (table == nullptr) return unknownKind(kind);
  std::vector<Found> out;
  if (!table->on() || table->external.empty()) return out;
  for (const std::string& key : keys) {
    for (const std::string& bookDate : bookDates(*table)) {
      auto found = lookup_.byReference(*table, lookup_.reference(*table, key), bookDate, stop);
      if (!found) {
        if (found.error().fault != Fault::Reject) return tl::unexpected(std::move(found.error()));
        if (!bookDate.empty()) continue;  // no such year
        // A server that cannot filter by details: push looks through the lines of the one order.
        if (kind == kLine) return std::vector<Found>{};
        found.error().fault = Fault::Retry;
        return tl::unexpected(std::move(found.error()));
      }
      for (const Match& one : *found) {
        // A server that heeds no book date tells it twice.
        const auto same = [&](const Found& other) { return other.key == key && other.id == one.id; };
        if (std::none_of(out.begin(), out.end(), same)) out.push_back(foundOf(*table, key, one));
      }
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Found& a, const Found& b) {
    return a.id.size() != b.id.size() ? a.id.size() < b.id.size() : a.id < b.id;
  });
  return out;
}

Result<FoundPage> AccountViewSink::list(std::string_view kind, const std::string& position, std::stop_token stop) {
  const Table* table = writtenFields(kind).empty() ? nullptr : layout_.find(kind);
  if (table == nullptr) return unknownKind(kind);
  FoundPage out;
  if (!table->on()) return out;
  // First the present book year, then, marked in the position, the one before.
  constexpr char kBefore = '-';
  const bool before = position.starts_with(kBefore);
  const auto dates = bookDates(*table);
  auto page = lookup_.ours(*table, before ? position.substr(1) : position, before ? dates.back() : "", std::move(stop));
  if (!page) {
    if (page.error().fault != Fault::Reject) return tl::unexpected(std::move(page.error()));
    if (before) return out;  // no such year
    page.error().fault = Fault::Retry;
    return tl::unexpected(std::move(page.error()));
  }
  for (auto& [key, match] : page->ours) out.found.push_back(foundOf(*table, key, match));
  if (!page->next.empty()) {
    out.next = (before ? std::string(1, kBefore) : std::string{}) + page->next;
  } else if (!before && dates.size() > 1) {
    out.next = kBefore;
  }
  return out;
}

}  // namespace postern::accountview
