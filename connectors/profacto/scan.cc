#include "connectors/profacto/scan.h"

#include <algorithm>
#include <unordered_set>

#include "connectors/profacto/query.h"

namespace postern::profacto {

namespace {

constexpr Message kUnknownKind{
    "PST-3020",
    {"profacto has no records of the kind \"{0}\".", "profacto kennt keine Datensätze der Art „{0}“.",
     "profacto kent geen records van het soort \"{0}\"."},
    {"This is an error in postern; please report it.", "Das ist ein Fehler in postern; bitte melden Sie ihn.",
     "Dit is een fout in postern; meld hem alstublieft."}};

constexpr Message kCut{
    "PST-3021",
    {"profacto's answer for table {0} is incomplete: {1} rows came, {2} were announced.",
     "Die Antwort von profacto zur Tabelle {0} ist unvollständig: {1} Zeilen kamen, {2} waren angekündigt.",
     "Het antwoord van profacto voor tabel {0} is onvolledig: {1} rijen kwamen, {2} waren aangekondigd."},
    {"postern reads the page again; if it stays so, make page_size smaller.",
     "postern liest die Seite erneut; bleibt es dabei, verkleinern Sie page_size.",
     "postern leest de pagina opnieuw; blijft het zo, maak page_size dan kleiner."}};

constexpr Message kRowsWithoutKey{
    "PST-3022",
    {"{1} rows of the profacto table {0} were left out, because their key is empty, longer than 200 bytes or damaged.",
     "{1} Zeilen der profacto-Tabelle {0} wurden ausgelassen, weil ihr Schlüssel leer, länger als 200 Byte oder "
     "beschädigt ist.",
     "{1} rijen van de profacto-tabel {0} zijn overgeslagen, omdat hun sleutel leeg, langer dan 200 bytes of "
     "beschadigd "
     "is."},
    {"Give these records a number in profacto.", "Vergeben Sie in profacto Nummern für diese Datensätze.",
     "Geef deze records in profacto een nummer."}};

constexpr Message kNoKeys{
    "PST-3023",
    {"No row of the profacto table {0} carries its key ({1}).",
     "Keine Zeile der profacto-Tabelle {0} enthält ihren Schlüssel ({1}).",
     "Geen enkele rij van de profacto-tabel {0} bevat de sleutel ({1})."},
    {"Check the names of the key fields in the field map and the rights of the token.",
     "Prüfen Sie die Namen der Schlüsselfelder in der Feldzuordnung und die Rechte des Tokens.",
     "Controleer de namen van de sleutelvelden in de veldtoewijzing en de rechten van het token."}};

constexpr Message kFieldsLeftOut{"PST-3024",
                                 {"profacto left the fields {1} of table {0} out of its answer.",
                                  "profacto hat die Felder {1} der Tabelle {0} in seiner Antwort ausgelassen.",
                                  "profacto heeft de velden {1} van tabel {0} in zijn antwoord weggelaten."},
                                 {"Check these names in the field map and the rights of the token.",
                                  "Prüfen Sie diese Namen in der Feldzuordnung und die Rechte des Tokens.",
                                  "Controleer deze namen in de veldtoewijzing en de rechten van het token."}};

constexpr Message kStopped{
    "PST-3025",
    {"Reading profacto was stopped.", "Das Lesen von profacto wurde beendet.", "Het lezen van profacto is gestopt."},
    {"Nothing need be done: the next run goes on here.", "Sie müssen nichts tun: Der nächste Lauf setzt hier fort.",
     "U hoeft niets te doen: de volgende keer gaat het hier verder."}};

// Keeps queries short enough for GET, and a page of positions to some hundreds of rows.
constexpr std::int64_t kBatch = 50;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

PageFacts factsOf(const Answer& answer) {
  PageFacts facts;
  facts.rows = static_cast<std::int64_t>(answer.rows.size());
  facts.distinct = facts.rows;
  facts.total = answer.total;
  facts.offset = answer.offset;
  facts.inPage = answer.inPage;
  if (!answer.rows.empty()) facts.firstKey = answer.rows.front().key;
  return facts;
}

std::int64_t distinctKeys(const Answer& answer) {
  std::unordered_set<std::string_view> keys;
  std::int64_t without = 0;
  for (const KeyedRow& row : answer.rows) {
    if (row.key.empty())
      ++without;
    else
      keys.insert(row.key);
  }
  return static_cast<std::int64_t>(keys.size()) + without;
}

/// The table reduced to its key.
Query keysOnly(const Table& table) {
  Query query;
  query.table = &table;
  query.fields = table.sortedBy();
  return query;
}

}  // namespace

struct Scanner::Slice {
  Answer answer;
  Cursor next;
  bool last = false;
  bool whole = false;  // the server sent the whole list
};

const std::string& ScanOptions::token(Access access) const {
  switch (access) {
    case Access::Articles:
      return articleToken;
    case Access::Customers:
      return customerToken;
    case Access::Projects:
      break;
  }
  return projectToken;
}

tl::unexpected<Error> unknownKind(std::string_view kind) {
  return fail(Fault::Reject, kUnknownKind, {std::string(kind)});
}

Scanner::Scanner(const Api& api, const Layout& layout, const ScanOptions& options)
    : api_(api), layout_(layout), options_(options) {}

std::string Scanner::statusCondition() const { return anyNumberOf(layout_.statusField, options_.confirmedStatus); }

std::string Scanner::condition(const Table& table, const Mode& mode) const {
  std::string out;
  if (table.kind == "contact") out = layout_.typeField + " = 1";
  if (table.kind == "project") out = statusCondition();
  if (mode.since) out = both(out, sinceDay(table.changed, *mode.since));
  return out.empty() ? anyValue(table.key.front()) : out;
}

Result<Scanner::Slice> Scanner::fetch(const Query& query, const Cursor& at, std::int64_t limit,
                                      std::stop_token stop) const {
  if (stop.stop_requested()) return fail(Fault::Stop, kStopped);
  Query paged = query;
  paged.limit = options_.paging ? limit : 0;
  paged.offset = at.offset;
  auto answer = api_.get(options_.token(query.table->access), paged, std::move(stop));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  PageFacts facts = factsOf(*answer);
  const std::int64_t told = facts.inPage.value_or(facts.rows);
  if (facts.rows > told || (paged.limit > 0 && facts.rows > paged.limit)) facts.distinct = distinctKeys(*answer);
  const Step step = nextStep(at, paged.limit, facts);
  if (step.kind == Step::Kind::Cut) {
    const std::int64_t announced = std::max(facts.inPage.value_or(0), facts.total.value_or(0));
    return fail(Fault::Retry, kCut, {query.table->name, std::to_string(facts.rows), std::to_string(announced)});
  }
  if (step.kind == Step::Kind::Repeated) answer->rows.clear();
  return Slice{std::move(*answer), step.next, step.kind != Step::Kind::More, step.kind == Step::Kind::Whole};
}

std::optional<Error> Scanner::deliver(const Table& table, Slice& slice, Page& page) const {
  const auto error = [&](const Message& message, std::string arg) {
    return Error{Fault::Auth, &message, {table.name, std::move(arg)}, {}, {}};
  };
  page.storage = slice.answer.body;
  page.rows.reserve(slice.answer.rows.size());
  for (KeyedRow& row : slice.answer.rows)
    if (!row.key.empty()) page.rows.push_back({std::move(row.key), row.raw});
  const std::size_t without = slice.answer.rows.size() - page.rows.size();
  if (without > 0 && page.rows.empty()) return error(kNoKeys, joined(table.sortedBy()));
  if (without > 0) page.warnings.push_back(error(kRowsWithoutKey, std::to_string(without)));
  if (!slice.answer.refused.empty()) page.warnings.push_back(error(kFieldsLeftOut, joined(slice.answer.refused)));
  return std::nullopt;
}

std::optional<Error> Scanner::readList(const Table& table, const Mode& mode, Progress& at, Page& page,
                                       std::stop_token stop) const {
  Query query;
  query.table = &table;
  query.fields = table.asked();
  query.text = orderedBy(condition(table, mode), table.sortedBy());
  auto slice = fetch(query, at.list, options_.pageSize, std::move(stop));
  if (!slice) return std::move(slice.error());
  at.list = slice->next;
  at.listDone = slice->last;
  return deliver(table, *slice, page);
}

/// Project numbers, one row each: of projects, or in phase 1 of changed positions.
Result<Scanner::Slice> Scanner::fetchNumbers(const Mode& mode, const Progress& at, std::stop_token stop) const {
  const Table& table = layout_.at(at.phase == 0 ? "project" : "position");
  Query query = keysOnly(table);
  query.text = orderedBy(condition(table, mode), table.sortedBy());
  const std::int64_t size = std::min(kBatch, options_.pageSize);
  auto slice = fetch(query, at.list, size, std::move(stop));
  if (!slice || !slice->whole) return slice;
  // The whole list came although a part was wanted: take our part of it.
  std::vector<KeyedRow>& rows = slice->answer.rows;
  const auto all = static_cast<std::int64_t>(rows.size());
  const std::int64_t from = std::min(at.list.offset, all);
  const std::int64_t to = std::min(from + size, all);
  rows = std::vector<KeyedRow>(rows.begin() + from, rows.begin() + to);
  slice->next = {to, -1, at.list.offset == 0 && !rows.empty() ? rows.front().key : at.list.first};
  slice->last = to == all;
  return slice;
}

Result<std::vector<std::string>> Scanner::confirmedOf(std::span<const std::string> numbers,
                                                      std::stop_token stop) const {
  const Table& projects = layout_.at("project");
  Query query = keysOnly(projects);
  query.text = orderedBy(both(statusCondition(), anyTextOf(projects.key.front(), numbers)), projects.sortedBy());
  std::vector<std::string> confirmed;
  Cursor at;
  for (bool last = false; !last;) {
    auto slice = fetch(query, at, options_.pageSize, stop);
    if (!slice) return tl::unexpected(std::move(slice.error()));
    for (const KeyedRow& row : slice->answer.rows)
      if (!row.owner.empty()) confirmed.push_back(row.owner);
    at = slice->next;
    last = slice->last;
  }
  return confirmed;
}

std::optional<Error> Scanner::fillBatch(const Table& table, const Mode& mode, Progress& at,
                                        std::stop_token stop) const {
  auto slice = fetchNumbers(mode, at, stop);
  if (!slice) return std::move(slice.error());
  at.list = slice->next;
  at.listDone = slice->last;
  at.rows = {};
  at.batch.clear();
  for (const KeyedRow& row : slice->answer.rows)
    if (!row.key.empty() && std::find(at.batch.begin(), at.batch.end(), row.owner) == at.batch.end())
      at.batch.push_back(row.owner);
  const bool unfiltered = at.phase == 1 && table.kind == "position";
  if (!unfiltered || at.batch.empty()) return std::nullopt;
  auto confirmed = confirmedOf(at.batch, std::move(stop));
  if (!confirmed) return std::move(confirmed.error());
  at.batch = std::move(*confirmed);
  return std::nullopt;
}

std::optional<Error> Scanner::readBatch(const Table& table, const Mode& mode, Progress& at, Page& page,
                                        std::stop_token stop) const {
  if (at.batch.empty())
    if (auto error = fillBatch(table, mode, at, stop)) return error;
  if (at.batch.empty()) return std::nullopt;
  Query query;
  query.table = &table;
  query.fields = table.asked();
  // The first key field of projects and of positions is the project's number.
  std::string wanted = anyTextOf(table.key.front(), at.batch);
  if (table.kind == "project") wanted = both(statusCondition(), wanted);
  query.text = orderedBy(wanted, table.sortedBy());
  auto slice = fetch(query, at.rows, options_.pageSize, std::move(stop));
  if (!slice) return std::move(slice.error());
  at.rows = slice->next;
  if (slice->last) at.batch.clear();
  return deliver(table, *slice, page);
}

Result<Page> Scanner::read(const ScanRequest& request, std::stop_token stop) const {
  const Table* table = layout_.find(request.kind);
  if (table == nullptr) return unknownKind(request.kind);
  const Mode mode = modeFor(layout_, request, options_.lookBack, options_.zone);
  Progress at = progressOf(request, options_.zone);
  Page page;
  page.full = mode.full;
  const bool batched = table->kind == "position" || at.phase == 1;
  auto error =
      batched ? readBatch(*table, mode, at, page, std::move(stop)) : readList(*table, mode, at, page, std::move(stop));
  if (error) return tl::unexpected(std::move(*error));
  page.last = at.listDone && at.batch.empty();
  if (page.last && mode.byPositions && at.phase == 0) {
    at = Progress{at.nextSince, 1, {}, false, {}, {}};
    page.last = false;
  }
  if (page.last)
    page.since = at.nextSince;
  else
    page.next = toText(at);
  return page;
}

Result<Answer> Scanner::rowsOf(const Table& table, std::vector<std::string> fields, std::span<const std::string> keys,
                               std::stop_token stop) const {
  Query query;
  query.table = &table;
  query.fields = std::move(fields);
  query.text = orderedBy(anyTextOf(table.key.front(), keys), table.sortedBy());
  auto slice = fetch(query, {}, 0, std::move(stop));
  if (!slice) return tl::unexpected(std::move(slice.error()));
  if (!slice->answer.refused.empty())
    return fail(Fault::Auth, kFieldsLeftOut, {table.name, joined(slice->answer.refused)});
  return std::move(slice->answer);
}

}  // namespace postern::profacto
