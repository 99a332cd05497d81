#include "agent/poller.h"

#include <algorithm>
#include <unordered_map>

#include "agent/log.h"

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
constexpr Message kQueueFull{"PST-7101",
                             {"reading pauses because {0} changes wait in the queue (queue_limit)",
                              "das Lesen pausiert, weil {0} Änderungen in der Warteschlange stehen (queue_limit)",
                              "het lezen pauzeert omdat er {0} wijzigingen in de wachtrij staan (queue_limit)"},
                             {"delivery goes on and reading with it; look at \"postern status\" if it does not",
                              "die Zustellung läuft weiter und danach auch das Lesen; sonst hilft \"postern status\"",
                              "de aflevering gaat door en daarna het lezen ook; kijk anders in \"postern status\""}};
constexpr Message kDiskFull{
    "PST-7102",
    {"reading pauses because the disk of the state file is nearly full (disk_floor)",
     "das Lesen pausiert, weil der Datenträger der Zustandsdatei fast voll ist (disk_floor)",
     "het lezen pauzeert omdat de schijf van het statusbestand bijna vol is (disk_floor)"},
    {"free space on the disk of state_dir", "Schaffen Sie Platz auf dem Datenträger von state_dir",
     "maak ruimte vrij op de schijf van state_dir"}};

/// An interrupted scan is taken up again for this long; later its pages would be too stale to be worth it.
constexpr auto kResumeWithin = 6h;
constexpr std::size_t kDeriveBatch = 200;
constexpr std::size_t kMarkBatch = 500;
constexpr std::size_t kStoreBatch = 100;

/// Set once a kind of target was derived from everything there is.
std::string derivedSetting(std::string_view link, std::string_view target) {
  return "derived/" + std::string(link) + '/' + std::string(target);
}

void logError(std::string_view event, const Error& error, const std::string& part) {
  log(Level::Warning, "poll", event, {{"part", part}, {"code", error.code()}, {"cause", error.cause(Language::En)}});
}

}  // namespace

std::string scopeOf(std::string_view link, std::string_view system) {
  return std::string(link) + '/' + std::string(system);
}

struct Poller::Scan {
  std::string kind;
  ScanRequest request;
  Cursor cursor;
  bool fromStart = true;
  bool full = false;  // as the pages say
  std::int64_t rows = 0;
  std::vector<bool> seen;                 // by snapshot id: one bit a record is all a full compare keeps in memory
  std::vector<const TargetKind*> direct;  // targets that need no other kind
  bool queuedSome = false;

  void mark(std::int64_t id) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= seen.size()) seen.resize(std::max(index + 1, seen.size() * 2));
    seen[index] = true;
  }
};

Poller::Poller(Database& db, Source& source, const Rules& rules, std::span<const SinkKind> sinkKinds, PollerSetup setup,
               Clock& clock, Health& health, Progress& progress)
    : db_(db),
      source_(source),
      rules_(rules),
      setup_(std::move(setup)),
      clock_(clock),
      health_(health),
      progress_(progress),
      snapshot_(db, scopeOf(setup_.link, setup_.erp)),
      bindings_(db, scopeOf(setup_.link, setup_.app)),
      outbox_(db, scopeOf(setup_.link, setup_.app)) {
  for (const auto& kind : sinkKinds) sinkKinds_.emplace(kind.name, kind);
  for (const auto& target : rules.targets()) {
    if (setup_.flows.contains(target.flow)) targets_.push_back(target);
  }
}

const TargetKind* Poller::targetKind(std::string_view name) const {
  const auto it =
      std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) { return target.name == name; });
  return it == targets_.end() ? nullptr : &*it;
}

Result<void> Poller::pass(bool full, std::stop_token stop, const std::function<void()>& queued) {
  const auto part = scopeOf(setup_.link, setup_.erp);
  progress_.reading = true;
  struct Done {
    Progress& progress;
    ~Done() { progress.reading = false; }
  } done{progress_};

  const auto behind = neverDerived();
  std::set<std::string_view> finished;
  std::optional<Error> firstError;
  for (const auto kind : source_.kinds()) {
    const bool needed = std::any_of(targets_.begin(), targets_.end(), [&](const TargetKind& target) {
      return std::find(target.inputs.begin(), target.inputs.end(), kind) != target.inputs.end();
    });
    if (!needed) continue;
    if (auto result = scan(std::string(kind), full, stop, queued); !result) {
      if (!firstError) firstError = result.error();
      // Log-in and stop concern every kind; another failure may concern this one only.
      if (result.error().fault == Fault::Stop || result.error().fault == Fault::Auth || result.error().retryAfter)
        break;
      continue;
    }
    finished.insert(kind);
    for (const auto& target : targets_) {
      const bool complete = std::all_of(target.inputs.begin(), target.inputs.end(),
                                        [&](std::string_view input) { return finished.contains(input); });
      const bool justNow = std::find(target.inputs.begin(), target.inputs.end(), kind) != target.inputs.end();
      if (!complete || !justNow) continue;
      if (behind.contains(target.name)) {
        for (const auto input : target.inputs) markAll(input, target.name);
        writeSetting(db_, derivedSetting(setup_.link, target.name), "yes");
      }
      deriveDirty(target.name, stop, queued);
    }
  }
  if (stop.stop_requested()) return fail(Fault::Stop, kQueueFull);
  if (firstError) {
    const auto level = firstError->fault == Fault::Auth ? HealthLevel::Bad : HealthLevel::Warning;
    health_.report(part, level, *firstError);
    logError("failed", *firstError, part);
    return tl::unexpected(*firstError);
  }
  return {};
}

/// Targets whose records were read before, for another flow, when these were switched off: what has not changed since
/// would never reach them.
std::set<std::string_view> Poller::neverDerived() {
  std::set<std::string_view> behind;
  for (const auto& target : targets_) {
    const auto setting = derivedSetting(setup_.link, target.name);
    if (!readSetting(db_, setting).empty()) continue;
    const bool fresh = std::all_of(target.inputs.begin(), target.inputs.end(),
                                   [&](std::string_view input) { return snapshot_.count(input) == 0; });
    if (fresh) {
      writeSetting(db_, setting, "yes");
    } else {
      behind.insert(target.name);
    }
  }
  return behind;
}

/// Everything that records of `kind` can affect is derived again; only targets of kind `onlyTarget` unless it is empty.
void Poller::markAll(std::string_view kind, std::string_view onlyTarget) {
  for (std::string after;;) {
    UnitOfWork work(db_);
    const auto batch = snapshot_.list(kind, after, kMarkBatch);
    if (batch.empty()) return;
    after = batch.back().record.key;
    std::set<Reference> targets;
    for (const auto& seen : batch) touch(seen.record, targets);
    for (const auto& target : targets) {
      if (onlyTarget.empty() || onlyTarget == target.kind) markDirty(target);
    }
    work.commit();
  }
}

void Poller::markDirty(const Reference& target) {
  auto& mark = db_.statement("INSERT OR IGNORE INTO dirty(link,kind,key) VALUES(?,?,?)");
  mark.bind(1, setup_.link);
  mark.bind(2, target.kind);
  mark.bind(3, target.key);
  mark.run();
}

Result<void> Poller::scan(const std::string& kind, bool full, std::stop_token stop,
                          const std::function<void()>& queued) {
  const auto now = clock_.now();
  Scan scan;
  scan.kind = kind;
  scan.cursor = readCursor(db_, scopeOf(setup_.link, setup_.erp), kind);
  const bool resumes = !scan.cursor.position.empty() && scan.cursor.full >= full && now >= scan.cursor.startedAt &&
                       now - scan.cursor.startedAt < kResumeWithin;
  scan.fromStart = !resumes;
  if (!resumes) {
    scan.cursor.startedAt = now;
    scan.cursor.full = full;
    scan.cursor.position.clear();
  }
  scan.request = {kind, scan.cursor.full, scan.cursor.since, scan.cursor.position, scan.cursor.startedAt};
  for (const auto& target : targets_) {
    if (target.inputs.size() == 1 && target.inputs.front() == kind) scan.direct.push_back(&target);
  }
  for (;;) {
    if (!awaitRoom(stop)) return fail(Fault::Stop, kQueueFull);
    auto page = source_.read(scan.request, stop);
    if (!page) return tl::unexpected(page.error());
    for (const auto& warning : page->warnings) logError("warning", warning, scopeOf(setup_.link, setup_.erp));
    apply(scan, *page, queued);
    if (page->last) {
      finish(scan, *page);
      return {};
    }
    scan.request.position = page->next;
  }
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
  progress_.rows += static_cast<std::int64_t>(page.rows.size());

  std::vector<Changed> changed;
  {
    ReadScope read(db_);
    for (const auto& row : page.rows) {
      const Hash hash = hasher_(row.raw);
      const auto known = snapshot_.known(scan.kind, row.key);
      if (known && known->hash == hash) {
        scan.mark(known->id);
      } else {
        changed.push_back({&row, hash, known});
      }
    }
  }
  if (changed.empty()) return;
  std::unordered_map<std::string_view, const Row*> last;  // a key may come twice
  for (const auto& row : page.rows) last[row.key] = &row;
  std::erase_if(changed, [&](const Changed& change) { return last[change.row->key] != change.row; });

  // Delivery waits while we write, so a page is stored in parts. The cursor moves with the last one: what is read again
  // after a crash is no change.
  const std::span<const Changed> all(changed);
  for (std::size_t from = 0; from < all.size(); from += kStoreBatch) {
    const auto part = all.subspan(from, std::min(kStoreBatch, all.size() - from));
    UnitOfWork work(db_);
    store(scan, part);
    if (from + part.size() == all.size()) {
      scan.cursor.position = page.last ? std::string() : page.next;
      writeCursor(db_, scopeOf(setup_.link, setup_.erp), scan.kind, scan.cursor);
    }
    work.commit();
    if (std::exchange(scan.queuedSome, false)) queued();
  }
}

void Poller::store(Scan& scan, std::span<const Changed> changed) {
  std::set<Reference> targets;
  const auto now = clock_.now();
  for (const auto& change : changed) {
    auto record = source_.map(scan.kind, *change.row);
    if (!record) {
      const auto& error = record.error();
      logError(
          "row refused",
          Error{
              Fault::Reject, &kRowRefused, {scan.kind, change.row->key, setup_.erp, error.cause(Language::En)}, {}, {}},
          scopeOf(setup_.link, setup_.erp));
      if (change.known) scan.mark(change.known->id);
      continue;
    }
    if (!change.known) {
      scan.mark(snapshot_.insert(*record, change.hash, now));
    } else {
      scan.mark(change.known->id);
      const auto before = snapshot_.get(scan.kind, change.row->key);
      if (before && before->record == *record) {
        snapshot_.updateHash(change.known->id, change.hash);
        continue;
      }
      snapshot_.update(change.known->id, *record, change.hash, now);
      if (before) touch(before->record, targets);  // what it belonged to before, seen with the snapshot of now
    }
    ++progress_.changed;
    touch(*record, targets);
  }
  for (const auto& target : targets) {
    const bool direct = std::any_of(scan.direct.begin(), scan.direct.end(),
                                    [&](const TargetKind* kind) { return kind->name == target.kind; });
    if (direct) {
      scan.queuedSome |= enqueue(target);
    } else {
      markDirty(target);
    }
  }
}

void Poller::finish(Scan& scan, const Page& page) {
  const auto part = scopeOf(setup_.link, setup_.erp);
  if (scan.full && scan.fromStart) {
    const auto known = snapshot_.count(scan.kind);
    if (scan.rows == 0 && known > 0) {
      const Error error{Fault::Retry, &kEmptyAnswer, {setup_.erp, scan.kind, std::to_string(known)}, {}, {}};
      logError("empty answer", error, part);
      health_.report(part + '/' + scan.kind, HealthLevel::Warning, error);
      ++progress_.warnings;
      return;
    }
    const auto unseen = known - static_cast<std::int64_t>(std::count(scan.seen.begin(), scan.seen.end(), true));
    if (unseen > 10 && unseen > known / 2) {
      const Error error{
          Fault::Retry, &kManyVanished, {setup_.erp, std::to_string(unseen), std::to_string(known), scan.kind}, {}, {}};
      logError("many vanished", error, part);
      health_.report(part + '/' + scan.kind, HealthLevel::Warning, error);
      ++progress_.warnings;
      return;
    }
    if (unseen > 0 || snapshot_.anyMissing(scan.kind)) {
      UnitOfWork work(db_);
      const auto vanished = snapshot_.countMissing(scan.kind, scan.seen);
      Audit audit(db_);
      for (const auto& key : vanished) audit.add(clock_.now(), part, scan.kind, key, "vanished", {});
      work.commit();
    }
  }
  health_.good(part + '/' + scan.kind);
  // An answer without rows proves nothing yet: asked for changes only from now on, older records would never come.
  if (scan.rows == 0 && scan.fromStart && scan.request.since.empty()) return;
  const bool rederive = scan.request.full;
  const bool moved = scan.cursor.since != page.since || !scan.cursor.position.empty() ||
                     scan.cursor.finishedAt == Clock::Time{} || rederive;
  if (!moved) return;  // an unchanged pass writes nothing
  if (rederive) markAll(scan.kind, {});
  UnitOfWork work(db_);
  scan.cursor.since = page.since;
  scan.cursor.position.clear();
  scan.cursor.finishedAt = clock_.now();
  if (scan.full) scan.cursor.fullAt = scan.cursor.startedAt;
  writeCursor(db_, part, scan.kind, scan.cursor);
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

void Poller::touch(const Record& record, std::set<Reference>& targets) const {
  for (auto& target : rules_.touched(record, snapshot_)) {
    if (targetKind(target.kind) != nullptr) targets.insert(std::move(target));
  }
}

bool Poller::enqueue(const Reference& reference) {
  const auto now = clock_.now();
  const auto target = rules_.derive(reference, snapshot_, now);
  if (!target) return outbox_.withdraw(reference), false;
  const auto sink = sinkKinds_.find(reference.kind);
  if (sink == sinkKinds_.end()) return false;
  const auto binding = bindings_.get(reference.kind, reference.key);
  const bool differs =
      !binding ||
      !fieldsToSend(target->fields, binding->agreed, sink->second.together, sink->second.createOnly).empty();
  const auto put = outbox_.put(setup_.link, reference, sink->second.rank, *target, differs, now);
  if (put == Outbox::Put::Queued) {
    ++progress_.queued;
    ++sinceCount_;
  }
  return put == Outbox::Put::Queued || put == Outbox::Put::Replaced;
}

void Poller::deriveDirty(std::string_view kind, std::stop_token stop, const std::function<void()>& queued) {
  for (;;) {
    if (!awaitRoom(stop)) return;
    std::vector<std::string> keys;
    {
      ReadScope read(db_);
      auto& query = db_.statement("SELECT key FROM dirty WHERE link=? AND kind=? ORDER BY key LIMIT ?");
      query.bind(1, setup_.link);
      query.bind(2, kind);
      query.bind(3, static_cast<std::int64_t>(kDeriveBatch));
      while (query.step()) keys.emplace_back(query.text(0));
    }
    if (keys.empty()) return;
    UnitOfWork work(db_);
    bool some = false;
    for (const auto& key : keys) {
      some |= enqueue({std::string(kind), key});
      auto& clean = db_.statement("DELETE FROM dirty WHERE link=? AND kind=? AND key=?");
      clean.bind(1, setup_.link);
      clean.bind(2, kind);
      clean.bind(3, key);
      clean.run();
    }
    work.commit();
    if (some) queued();
  }
}

bool Poller::awaitRoom(std::stop_token stop) {
  const auto part = scopeOf(setup_.link, setup_.erp) + "/room";
  for (bool told = false, waits = false;;) {
    health_.alive(scopeOf(setup_.link, setup_.erp), 15min);
    if (stop.stop_requested()) return false;
    // Once full it must go down a little, or reading would stop and go with every handful that is delivered.
    const auto limit = waits ? setup_.queueLimit - setup_.queueLimit / 10 : setup_.queueLimit;
    if (lastCount_ < 0 || lastCount_ + sinceCount_ >= limit) {
      ReadScope read(db_);
      lastCount_ = outbox_.count();
      sinceCount_ = 0;
    }
    const bool full = waits = lastCount_ >= limit;
    if (!full && setup_.hasRoom()) {
      if (std::exchange(paused_, false)) health_.good(part);
      return true;
    }
    if (!told) {
      const Error error{Fault::Retry, full ? &kQueueFull : &kDiskFull, {std::to_string(lastCount_)}, {}, {}};
      health_.report(part, HealthLevel::Warning, error);
      logError("paused", error, part);
      told = paused_ = true;
    }
    if (!clock_.wait(1s, stop)) return false;
  }
}

}  // namespace postern
