// Poller: rows of a system into its snapshot, and what they affect marked for deriving.

#include <algorithm>
#include <unordered_map>

#include "agent/log.h"
#include "agent/poller.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kEmptyAnswer{
    "PST-5101",
    {"{0} answered no {1} at all although {2} are known; nothing was changed",
     "{0} lieferte kein einziges Objekt der Art {1}, obwohl {2} bekannt sind; nichts wurde geändert",
     "{0} leverde geen enkele {1}, hoewel er {2} bekend zijn; er is niets gewijzigd"},
    {"check the rights of the token and whether the ERP has the right company open",
     "Prüfen Sie die Rechte des Tokens und ob im ERP der richtige Mandant offen ist",
     "controleer de rechten van het token en of in het ERP de juiste administratie open is"}};
constexpr Message kManyVanished{
    "PST-5102",
    {"{0} no longer shows {1} of {2} records of kind {3}; they are kept and nothing was changed",
     "{0} zeigt {1} von {2} Objekten der Art {3} nicht mehr; sie bleiben erhalten, nichts wurde geändert",
     "{0} toont {1} van {2} records van soort {3} niet meer; ze blijven bewaard en er is niets gewijzigd"},
    {"check whether the ERP was restored or filtered; if it is right, nothing needs to be done",
     "Prüfen Sie, ob das ERP zurückgesichert oder gefiltert wurde; falls alles stimmt, ist nichts zu tun",
     "controleer of het ERP is teruggezet of gefilterd; als het klopt, hoeft u niets te doen"}};
constexpr Message kRowRefused{"PST-5103",
                              {"{0} {1} of {2} could not be understood and was left out: {3}",
                               "{0} {1} aus {2} war nicht zu verstehen und wurde ausgelassen: {3}",
                               "{0} {1} uit {2} kon niet worden begrepen en is overgeslagen: {3}"},
                              {"correct the record in the ERP; it is read again in every pass",
                               "Berichtigen Sie den Datensatz im ERP; er wird in jedem Durchlauf wieder gelesen",
                               "corrigeer het record in het ERP; het wordt bij elke ronde opnieuw gelezen"}};
constexpr Message kScanStopped{
    "PST-5104",
    {"reading was ended before it was done", "das Lesen wurde vorzeitig beendet", "het lezen is voortijdig beëindigd"},
    {"nothing to do: the next pass goes on", "nichts zu tun: der nächste Durchlauf macht weiter",
     "niets te doen: de volgende ronde gaat verder"}};

constexpr Message kKeyTwice{
    "PST-5105",
    {"{2} records of kind {1} in {0} have a key that another one has, too; of those with one key only one is used",
     "{2} Objekte der Art {1} in {0} haben denselben Schlüssel wie ein anderes; von diesen wird jeweils nur eines "
     "verwendet",
     "{2} records van soort {1} in {0} hebben dezelfde sleutel als een ander; daarvan wordt er telkens maar één "
     "gebruikt"},
    {"make them differ in the ERP, or add a field that tells them apart where the settings name the key",
     "Unterscheiden Sie sie im ERP, oder nehmen Sie dort, wo die Einstellungen den Schlüssel nennen, ein Feld hinzu, "
     "das "
     "sie unterscheidet",
     "zorg dat ze in het ERP verschillen, of voeg waar de instellingen de sleutel noemen een onderscheidend veld toe"}};

/// An interrupted scan is taken up again for this long; later its pages would be too stale to be worth it.
constexpr auto kResumeWithin = 6h;
constexpr std::size_t kStoreBatch = 100;

/// Whether a scan was interrupted and can be taken up again.
bool isOpen(const Cursor& cursor, Clock::Time now) {
  return !cursor.position.empty() && now >= cursor.startedAt && now - cursor.startedAt < kResumeWithin;
}

void logError(std::string_view event, const Error& error, const std::string& part) {
  log(Level::Warning, "poll", event, {{"part", part}, {"code", error.code()}, {"cause", error.cause(Language::En)}});
}

/// Notes our own writes from before a page is asked for until it is stored.
class Watching {
 public:
  explicit Watching(WriteWatch* watch) : watch_(watch) {
    if (watch_ != nullptr) watch_->open();
  }
  ~Watching() {
    if (watch_ != nullptr) watch_->close();
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

 private:
  WriteWatch* watch_;
};

}  // namespace

struct Poller::Scan {
  Side& side;
  std::string kind;
  ScanRequest request{};
  Cursor cursor{};
  bool fromStart = true;
  bool full = false;  // as the pages say
  std::int64_t rows = 0;
  std::int64_t skipped = 0;  // new rows that were read before our own write, or could not be read at all
  std::int64_t doubled = 0;  // rows whose key an earlier row with other content had
  std::vector<bool> seen{};  // by snapshot id: one bit a record is all a full compare keeps in memory
  std::vector<std::string_view>
      direct{};  // targets that are queued at once: the first load, and no other kind is needed
  bool queuedSome = false;

  void mark(std::int64_t id) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= seen.size()) seen.resize(std::max(index + 1, seen.size() * 2));
    seen[index] = true;
  }
  bool isMarked(std::int64_t id) const {
    const auto index = static_cast<std::size_t>(id);
    return index < seen.size() && seen[index];
  }
};

Result<void> Poller::scan(Side& side, const std::string& kind, bool full, std::stop_token stop,
                          const std::function<void()>& queued) {
  const auto now = clock_.now();
  Scan scan{.side = side, .kind = kind};
  scan.cursor = readCursor(db_, scopeOf(setup_.link, side.system), kind);
  // A clock that was set back: what changed since a moment that has yet to come is nothing.
  full = full || scan.cursor.finishedAt > now;
  const bool resumes = isOpen(scan.cursor, now) && scan.cursor.full >= full;
  scan.fromStart = !resumes;
  if (!resumes) {
    scan.cursor.startedAt = now;
    scan.cursor.full = full;
    scan.cursor.position.clear();
  }
  scan.request = {kind, scan.cursor.full, scan.cursor.since, scan.cursor.position, scan.cursor.startedAt};
  for (const auto& target : targets_) {
    const bool alone = side.isErp && target.inputs.size() == 1 && target.inputs.front() == kind;
    if (alone && !isShared(target.name) && !isLoaded(target.name) && !comesBack(target.name))
      scan.direct.push_back(target.name);
  }
  for (;;) {
    if (!awaitRoom(stop)) return fail(Fault::Stop, kScanStopped);
    const Watching watching(side.writes);
    auto page = side.source->read(scan.request, stop);
    if (!page) return tl::unexpected(page.error());
    for (const auto& warning : page->warnings) logError("warning", warning, side.part);
    apply(scan, *page, queued);
    if (page->last) {
      finish(scan, *page);
      return {};
    }
    scan.request.position = page->next;
  }
}

/// Whether a scan of the ERP is to be gone on with.
bool Poller::isReading() {
  const auto kinds = erp_.source->kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
    return isOpen(readCursor(db_, scopeOf(setup_.link, erp_.system), kind), clock_.now());
  });
}

/// A row that is not as it was.
struct Poller::Changed {
  const Row* row;
  Hash hash;
  std::optional<Snapshot::Known> known;
};

void Poller::apply(Scan& scan, const Page& page, const std::function<void()>& queued) {
  scan.full = page.full;
  scan.rows += static_cast<std::int64_t>(page.rows.size());
  if (scan.side.isErp) progress_.rows += static_cast<std::int64_t>(page.rows.size());

  std::vector<Changed> changed;
  {
    ReadScope read(db_);
    for (const auto& row : page.rows) {
      const Hash hash = hasher_(row.raw);
      const auto known = scan.side.snapshot.known(scan.kind, row.key);
      if (known && known->hash == hash) {
        scan.mark(known->id);
      } else {
        if (known && scan.isMarked(known->id)) ++scan.doubled;
        changed.push_back({&row, hash, known});
      }
    }
  }
  if (changed.empty()) return;
  std::unordered_map<std::string_view, const Row*> last;  // a key may come twice
  for (const auto& row : page.rows) last[row.key] = &row;
  std::erase_if(changed, [&](const Changed& change) {
    const Row* counts = last[change.row->key];
    if (counts->raw != change.row->raw) ++scan.doubled;
    return counts != change.row;
  });

  // Delivery waits while we write, so a page is stored in parts. The cursor moves with the last one: what is read again
  // after a crash is no change.
  const std::span<const Changed> all(changed);
  for (std::size_t from = 0; from < all.size(); from += kStoreBatch) {
    const auto part = all.subspan(from, std::min(kStoreBatch, all.size() - from));
    UnitOfWork work(db_);
    store(scan, part);
    if (from + part.size() == all.size()) {
      scan.cursor.position = page.last ? std::string() : page.next;
      writeCursor(db_, scopeOf(setup_.link, scan.side.system), scan.kind, scan.cursor);
    }
    work.commit();
    if (std::exchange(scan.queuedSome, false)) queued();
  }
}

void Poller::store(Scan& scan, std::span<const Changed> changed) {
  auto& side = scan.side;
  std::set<Reference> targets;
  std::int64_t older = 0;
  const auto now = clock_.now();
  for (const auto& change : changed) {
    if (change.known) scan.mark(change.known->id);
    if (side.writes != nullptr && side.writes->noted(scan.kind, change.row->key)) {  // read before our write
      if (!change.known) ++scan.skipped;
      continue;
    }
    auto record = side.source->map(scan.kind, *change.row);
    if (!record) {
      const auto& error = record.error();
      logError("row refused",
               Error{Fault::Reject,
                     &kRowRefused,
                     {scan.kind, change.row->key, side.system, error.cause(Language::En)},
                     {},
                     {}},
               side.part);
      if (!change.known) ++scan.skipped;
      continue;
    }
    if (!change.known) {
      scan.mark(side.snapshot.insert(*record, change.hash, now));
    } else {
      const auto before = side.snapshot.get(scan.kind, change.row->key);
      if (before && before->record == *record) {
        side.snapshot.updateHash(change.known->id, change.hash);
        continue;
      }
      side.snapshot.update(change.known->id, *record, change.hash, now);
      if (before) touch(side, before->record, targets);  // what it belonged to before, seen with the snapshot of now
      if (before) touchBack(side, before->record);
      if (side.isErp && before && before->record.changed && record->changed < before->record.changed) ++older;
    }
    if (side.isErp) ++progress_.changed;
    touch(side, *record, targets);
    touchBack(side, *record);
  }
  countOlder(older);
  for (const auto& target : targets) {
    if (std::find(scan.direct.begin(), scan.direct.end(), target.kind) != scan.direct.end()) {
      scan.queuedSome |= enqueue(target);
    } else {
      markDirty(db_, setup_.link, target);
    }
  }
}

/// Whether a full compare may be taken at its word; it is told on the health board when not. Any other scan says
/// nothing about what is missing.
bool Poller::believes(Scan& scan) {
  auto& side = scan.side;
  const auto part = side.part + '/' + scan.kind;
  if (!scan.full || !scan.fromStart) {
    if (!isTold(part)) health_.good(part);
    return true;
  }
  const bool restores = !side.isErp && isRestored(scan.kind);
  const auto known = std::max(side.snapshot.count(scan.kind), restores ? bindings_.count(scan.kind) : 0);
  const auto seen = static_cast<std::int64_t>(std::count(scan.seen.begin(), scan.seen.end(), true));
  const auto unseen = known - seen - (restores ? scan.skipped : 0);
  const bool empty = scan.rows == 0 && known > 0;
  if (empty || (unseen > 10 && unseen > known / 2)) {
    const auto error = empty
                           ? Error{Fault::Retry, &kEmptyAnswer, {side.system, scan.kind, std::to_string(known)}, {}, {}}
                           : Error{Fault::Retry,
                                   &kManyVanished,
                                   {side.system, std::to_string(unseen), std::to_string(known), scan.kind},
                                   {},
                                   {}};
    logError(empty ? "empty answer" : "many vanished", error, side.part);
    health_.report(part, HealthLevel::Warning, error);
    ++progress_.warnings;
    return false;
  }
  if (unseen > 0 || side.snapshot.anyMissing(scan.kind)) {
    UnitOfWork work(db_);
    const auto compared = side.snapshot.countMissing(scan.kind, scan.seen);
    const auto scope = scopeOf(setup_.link, side.system);
    for (const auto& key : compared.vanished) {
      audit_.add(clock_.now(), scope, scan.kind, key, "vanished", {});
      touchKey(side, scan.kind, key);
    }
    for (const auto& key : compared.returned) {
      audit_.add(clock_.now(), scope, scan.kind, key, "returned", {});
      touchKey(side, scan.kind, key);
    }
    // Nobody deletes just what was entered last: the ERP is as it was before that.
    if (side.isErp && compared.newestLost) countOlder(compared.lost);
    work.commit();
  }
  if (restores) restoreMissed(scan);
  health_.good(part);
  tellDoubled(scan);
  return true;
}

/// One of two records with one key never reaches the other side; which of them may differ from pass to pass.
void Poller::tellDoubled(const Scan& scan) {
  const auto part = scan.side.part + '/' + scan.kind + "/keys";
  if (scan.doubled > 0) {
    const Error error{Fault::Retry, &kKeyTwice, {scan.side.system, scan.kind, std::to_string(scan.doubled)}, {}, {}};
    logError("key twice", error, part);
    health_.report(part, HealthLevel::Warning, error);
    return;
  }
  if (isTold(part)) health_.good(part);
}

/// Whether the board has something to say about a part, also from an earlier run.
bool Poller::isTold(const std::string& part) {
  const auto board = readHealth(db_);
  return std::any_of(board.begin(), board.end(),
                     [&](const HealthEntry& entry) { return entry.part == part && entry.level != HealthLevel::Good; });
}

void Poller::finish(Scan& scan, const Page& page) {
  if (!believes(scan)) {
    if (!scan.cursor.position.empty()) {
      // Gone on with, it would be believed.
      scan.cursor.position.clear();
      writeCursor(db_, scopeOf(setup_.link, scan.side.system), scan.kind, scan.cursor);
    }
    return;
  }
  // An answer without rows proves nothing yet: asked for changes only from now on, older records would never come.
  if (scan.rows == 0 && scan.fromStart && scan.request.since.empty()) return;
  const bool rederive = scan.request.full && scan.side.isErp;
  const bool moved = scan.cursor.since != page.since || !scan.cursor.position.empty() ||
                     scan.cursor.finishedAt == Clock::Time{} || scan.request.full;
  if (!moved) return;  // an unchanged pass writes nothing
  if (rederive) markAll(scan.kind, {});
  if (scan.request.full && !scan.side.isErp) markAllBack(scan.kind, {});
  UnitOfWork work(db_);
  scan.cursor.since = page.since;
  scan.cursor.position.clear();
  scan.cursor.finishedAt = clock_.now();
  if (scan.full) scan.cursor.fullAt = scan.cursor.startedAt;
  writeCursor(db_, scopeOf(setup_.link, scan.side.system), scan.kind, scan.cursor);
  if (rederive) {
    for (const auto& target : targets_) {
      if (std::find(target.inputs.begin(), target.inputs.end(), scan.kind) == target.inputs.end()) continue;
      auto& mark = db_.statement(
          "INSERT OR IGNORE INTO dirty(link,kind,key) SELECT ?,kind,key FROM binding WHERE system=? AND kind=?");
      const auto app = scopeOf(setup_.link, setup_.app);
      mark.bind(1, setup_.link);
      mark.bind(2, app);
      mark.bind(3, target.name);
      mark.run();
    }
  }
  work.commit();
}

/// Whether what somebody deletes only in the app is made again there.
bool Poller::isRestored(std::string_view kind) const {
  const auto* target = targetKind(kind);
  return app_.source != nullptr && target != nullptr && target->restored && !setup_.backOnly.contains(target->flow);
}

/// Whether the app's last full compare did not show a record of such a kind.
bool Poller::isMissed(std::string_view kind, const std::string& id) const {
  if (!isRestored(kind)) return false;
  const auto seen = app_.snapshot.sighting(kind, id);
  return !seen || seen->missing > 0;
}

/// What the app no longer shows is claimed again, without a field, so that the app itself says whether it is gone
/// (Fault::Gone) and keeps what was edited there when it is not.
void Poller::restoreMissed(const Scan& scan) {
  for (std::string after;;) {
    UnitOfWork work(db_);
    const auto batch = bindings_.list(scan.kind, after, kStoreBatch);
    if (batch.empty()) return;
    after = batch.back().key;
    for (const auto& bound : batch) {
      if (!isMissed(scan.kind, bound.binding.id)) continue;
      // Written while the pages were read, it may be on one of before.
      if (bindings_.agreedAt(scan.kind, bound.key) >= scan.cursor.startedAt) continue;
      auto binding = bound.binding;
      binding.claim = true;
      bindings_.put(scan.kind, bound.key, binding, clock_.now());
      markDirty(db_, setup_.link, {scan.kind, bound.key});
    }
    work.commit();
  }
}

/// What a record that is gone, or there again, can affect is derived anew.
void Poller::touchKey(const Side& side, std::string_view kind, const std::string& key) {
  const auto seen = side.snapshot.get(kind, key);
  if (!seen) return;
  std::set<Reference> targets;
  touch(side, seen->record, targets);
  for (const auto& target : targets) markDirty(db_, setup_.link, target);
  touchBack(side, seen->record);
}

void Poller::touch(const Side& side, const Record& record, std::set<Reference>& targets) const {
  if (!side.isErp) {
    if (auto key = bindings_.keyOf(record.kind, record.key); !key.empty())
      targets.insert({record.kind, std::move(key)});
    return;
  }
  for (auto& target : rules_.touched(record, side.snapshot)) {
    if (targetKind(target.kind) != nullptr) targets.insert(std::move(target));
  }
}

}  // namespace postern
