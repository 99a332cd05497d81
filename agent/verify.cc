#include "agent/verify.h"

#include <algorithm>

namespace postern {
namespace {

constexpr std::size_t kBatch = 200;

constexpr Message kVerifyStopped{"PST-8020",
                                 {"comparing was ended before it was done", "der Vergleich wurde vorzeitig beendet",
                                  "het vergelijken is voortijdig beëindigd"},
                                 {"run \"postern verify\" again", "Führen Sie \"postern verify\" erneut aus",
                                  "voer \"postern verify\" opnieuw uit"}};

const std::string* valueOf(const Fields& fields, std::string_view name) {
  const auto it = fields.find(name);
  return it == fields.end() ? nullptr : &it->second;
}

bool is(const std::string* value, const std::string& expected) { return value != nullptr && *value == expected; }

void storePage(Database& db, const Source& source, std::string_view kind, const Page& page, Snapshot& into,
               Clock::Time now) {
  UnitOfWork work(db);
  for (const auto& row : page.rows) {
    auto mapped = source.map(kind, row);
    const Record record = mapped ? std::move(*mapped) : Record{std::string(kind), row.key, {}, {}, {}};
    if (const auto known = into.known(kind, row.key)) {
      into.update(known->id, record, Hash{}, now);
    } else {
      into.insert(record, Hash{}, now);
    }
  }
  work.commit();
}

/// The app tells a reference by its own id: where it is the one of the wanted record, it is told by our key.
void inOurKeys(const Reference& need, const std::string& id, const Fields& wanted, Fields& held) {
  if (id.empty()) return;
  for (const auto& [name, value] : wanted) {
    const auto field = held.find(name);
    if (value == need.key && field != held.end() && field->second == id) field->second = need.key;
  }
}

}  // namespace

std::vector<Difference> compareFields(const Fields& desired, const Fields& actual, const Agreed& agreed,
                                      const std::set<std::string, std::less<>>& shared) {
  std::vector<Difference> differences;
  for (const auto& [name, want] : desired) {
    const auto* have = valueOf(actual, name);
    if (have == nullptr || *have == want) continue;
    const bool asked = is(valueOf(agreed.ours, name), want);
    if (asked && is(valueOf(agreed.theirs, name), *have)) continue;
    Difference difference;
    difference.what = asked && !shared.contains(name) ? Difference::What::Edited : Difference::What::Differs;
    difference.field = name;
    difference.app = *have;
    difference.erp = want;
    differences.push_back(std::move(difference));
  }
  return differences;
}

Result<void> readInFull(Database& db, Source& source, std::string_view kind, Snapshot& into, Clock& clock,
                        std::vector<Error>& warnings, std::stop_token stop) {
  ScanRequest request{.kind = std::string(kind), .full = true, .since = {}, .position = {}, .startedAt = clock.now()};
  for (;;) {
    if (stop.stop_requested()) return fail(Fault::Stop, kVerifyStopped);
    const auto page = source.read(request, stop);
    if (!page) return tl::unexpected(page.error());
    for (const auto& warning : page->warnings) {
      const auto same = [&](const Error& e) { return e.message == warning.message && e.args == warning.args; };
      if (std::none_of(warnings.begin(), warnings.end(), same)) warnings.push_back(warning);
    }
    storePage(db, source, kind, *page, into, clock.now());
    if (page->last) return {};
    request.position = page->next;
  }
}

std::int64_t Comparison::kind(const std::string& kind, const std::set<std::string, std::less<>>& shared,
                              std::stop_token stop, const std::function<void(const Difference&)>& each) const {
  std::int64_t compared = 0;
  for (std::string after; !stop.stop_requested();) {
    const ReadScope read(db);
    const auto batch = bindings.list(kind, after, kBatch);
    if (batch.empty()) break;
    after = batch.back().key;
    for (const auto& [key, binding] : batch) {
      const Reference reference{kind, key};
      ++compared;
      const auto actual = app.get(kind, binding.id);
      if (!actual) {
        each({.what = Difference::What::Gone, .target = reference, .id = binding.id});
        continue;
      }
      const auto target = rules.derive(reference, erp, now);
      if (!target) continue;  // nothing is wanted any more; what is there stays
      auto wanted = target->fields;
      for (auto it = wanted.begin(); onlyShared && it != wanted.end();) {
        it = shared.contains(it->first) ? std::next(it) : wanted.erase(it);
      }
      auto held = actual->record.fields;
      for (const auto& need : target->needs) inOurKeys(need, bindings.idOf(need.kind, need.key), wanted, held);
      for (auto& difference : compareFields(wanted, held, binding.agreed, shared)) {
        difference.target = reference;
        difference.id = binding.id;
        each(difference);
      }
    }
  }
  return compared;
}

}  // namespace postern
