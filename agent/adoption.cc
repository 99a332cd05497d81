#include "agent/adoption.h"

#include <algorithm>

#include "agent/log.h"
#include "agent/outbox.h"
#include "agent/strangers.h"

namespace postern {

const Message kDoubledThere{
    "PST-7202",
    {"{0} holds {1} {2} more than once; the one with the lowest id is used",
     "{0} enthält {1} {2} mehrfach; verwendet wird der Eintrag mit der kleinsten Nummer",
     "{0} bevat {1} {2} meer dan eens; die met het laagste nummer wordt gebruikt"},
    {"merge or delete the others in the app", "Führen Sie die übrigen in der App zusammen oder löschen Sie sie",
     "voeg de overige in de app samen of verwijder ze"}};

namespace {

std::string doneSetting(std::string_view scope, std::string_view kind) {
  return "adopted/" + std::string(scope) + '/' + std::string(kind);
}

/// Remembers the records of `kind` that are not ours.
Result<void> rememberStrangers(Database& db, Sink& sink, const TargetKind& kind, const std::string& scope, Clock& clock,
                               std::stop_token stop) {
  Strangers strangers(db, scope);
  const Bindings bindings(db, scope);
  for (std::string position;;) {
    auto page = sink.strangers(kind.name, position, stop);
    if (!page) return tl::unexpected(page.error());
    UnitOfWork work(db);
    if (position.empty()) strangers.forgetAll(kind.name);
    for (const auto& record : page->found) {
      if (bindings.keyOf(kind.name, record.id).empty()) strangers.add(kind, record, clock.now());
    }
    work.commit();
    position = page->next;
    if (position.empty()) return {};
  }
}

}  // namespace

void adopt(Bindings& bindings, Audit& audit, std::string_view scope, std::string_view kind, const Found& found,
           Clock::Time now, bool claim) {
  Fields there = found.fields;
  for (const auto& [field, record] : found.points) {
    if (auto key = bindings.keyOf(record.kind, record.key); !key.empty()) there[field] = std::move(key);
  }
  audit.add(now, scope, kind, found.key, claim ? "taken over" : "adopted", there);
  bindings.put(kind, found.key, Binding{found.id, Agreed{{}, std::move(there)}, claim}, now);
}

bool isAdopted(Database& db, const std::string& scope, const std::string& kind) {
  return readSetting(db, doneSetting(scope, kind)) == "yes";
}

void lookAgain(Database& db, const std::string& scope, const std::string& kind) {
  writeSetting(db, doneSetting(scope, kind), "");
}

Result<std::int64_t> adoptExisting(Database& db, Sink& sink, std::span<const TargetKind> targets,
                                   const std::string& scope, Clock& clock, std::stop_token stop,
                                   const std::function<void(Database&, const Told&)>& told) {
  Bindings bindings(db, scope);
  Outbox outbox(db, scope);
  Audit audit(db);
  std::int64_t adopted = 0;
  for (const auto& kind : sink.kinds()) {
    const std::string name(kind.name);
    const auto setting = doneSetting(scope, name);
    if (isAdopted(db, scope, name)) continue;
    for (std::string position;;) {
      auto page = sink.list(name, position, stop);
      if (!page) return tl::unexpected(page.error());
      UnitOfWork work(db);
      const auto now = clock.now();
      for (auto& found : page->found) {
        if (const auto known = bindings.idOf(name, found.key); !known.empty()) {
          if (known != found.id) {
            log(Level::Warning, "push", "doubled",
                {{"part", scope}, {"code", kDoubledThere.code}, {"kind", name}, {"key", found.key}});
          }
          continue;
        }
        adopt(bindings, audit, scope, name, found, now);
        outbox.unblock({name, found.key});
        if (told) told(db, Told{{name, found.key}, found.id, {}, found.fields});
        ++adopted;
      }
      work.commit();
      position = page->next;
      if (position.empty()) break;
    }
    const auto target = std::find_if(targets.begin(), targets.end(), [&](const auto& t) { return t.name == name; });
    if (target != targets.end() && !(target->match.empty() && target->matchUnsure.empty())) {
      if (auto remembered = rememberStrangers(db, sink, *target, scope, clock, stop); !remembered) {
        return tl::unexpected(remembered.error());
      }
    }
    writeSetting(db, setting, "yes");
  }
  return adopted;
}

}  // namespace postern
