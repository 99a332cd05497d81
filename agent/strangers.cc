#include "agent/strangers.h"

#include <Poco/UTF8String.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/adoption.h"

namespace postern {
namespace {

using namespace std::chrono_literals;

constexpr Message kSeveral{
    "PST-7110",
    {"{0} {1} may be any of several records in {2}: {3}", "{0} {1} kann jeder von mehreren Einträgen in {2} sein: {3}",
     "{0} {1} kan elk van meerdere records in {2} zijn: {3}"},
    {"name the right one with \"postern adopt {4} {0} {1} ID\", or create it with \"new\" in place of ID",
     "Nennen Sie den richtigen mit „postern adopt {4} {0} {1} ID“, oder legen Sie ihn mit „new“ statt der ID neu an",
     "noem het juiste met \"postern adopt {4} {0} {1} ID\", of maak het nieuw aan met \"new\" in plaats van ID"}};
constexpr Message kMayBe{
    "PST-7111",
    {"{0} {1} may be the record {3} in {2}, which postern did not make",
     "{0} {1} kann der Eintrag {3} in {2} sein, den postern nicht angelegt hat",
     "{0} {1} kan het record {3} in {2} zijn, dat niet door postern is gemaakt"},
    {"decide with \"postern adopt {4} {0} {1} {3}\", or create it with \"new\" in place of {3}",
     "Entscheiden Sie mit „postern adopt {4} {0} {1} {3}“, oder legen Sie ihn mit „new“ statt {3} neu an",
     "beslis met \"postern adopt {4} {0} {1} {3}\", of maak het nieuw aan met \"new\" in plaats van {3}"}};
constexpr Message kOwned{
    "PST-7112",
    {"{0} {1} is the record {3} in {2}, which belongs to \"{5}\"",
     "{0} {1} ist der Eintrag {3} in {2}, der zu „{5}“ gehört",
     "{0} {1} is het record {3} in {2}, dat bij \"{5}\" hoort"},
    {"switch that interface off, then take its records over with \"postern adopt {4} --owner {5}\"",
     "Schalten Sie jene Schnittstelle ab, und übernehmen Sie ihre Einträge dann mit „postern adopt {4} --owner {5}“",
     "schakel die koppeling uit en neem de records daarna over met \"postern adopt {4} --owner {5}\""}};
constexpr Message kBusy{
    "PST-7113",
    {"\"{5}\" wrote {0} {1} in {2} within the last day, so two programs would write the same records; nothing is sent",
     "„{5}“ hat {0} {1} in {2} innerhalb des letzten Tages geschrieben, zwei Programme würden also dieselben Einträge "
     "schreiben; nichts wird gesendet",
     "\"{5}\" heeft {0} {1} in {2} in de afgelopen dag geschreven, dus twee programma's zouden dezelfde records "
     "schrijven; er wordt niets verzonden"},
    {"switch that interface off; a day later postern goes on, or at once after \"postern adopt {4} --owner {5}\"",
     "Schalten Sie jene Schnittstelle ab; einen Tag später geht es weiter, oder sofort nach „postern adopt {4} --owner "
     "{5}“",
     "schakel die koppeling uit; een dag later gaat postern verder, of meteen na \"postern adopt {4} --owner {5}\""}};
constexpr Message kNoStranger{
    "PST-7114",
    {"{0} has no {1} {2} that could be taken over", "{0} hat keinen Eintrag {1} {2}, der übernommen werden könnte",
     "{0} heeft geen {1} {2} dat kan worden overgenomen"},
    {"see the ids in \"postern queue list\"", "Die IDs stehen in „postern queue list“",
     "zie de id's in \"postern queue list\""}};
constexpr Message kBoundAlready{
    "PST-7115",
    {"{0} {1} is already the record {2}", "{0} {1} ist bereits der Eintrag {2}", "{0} {1} is al het record {2}"},
    {"nothing to do; see \"postern explain\"", "nichts zu tun; siehe „postern explain“",
     "niets te doen; zie \"postern explain\""}};

/// Another program that wrote a record this recently is still at work.
constexpr auto kStillActive = 24h;
constexpr auto kLookAgainAfter = 15min;
constexpr char kBetween = '\x1f';

std::string evened(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return Poco::UTF8::toLower(out);
}

template <class Each>
void eachWord(std::string_view words, Each each) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    each(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

/// Fields with references in the other side's words, as they are told apart there.
Fields inTheirWords(const Found& record) {
  Fields fields = record.fields;
  for (const auto& [field, points] : record.points) fields[field] = points.key;
  return fields;
}

Fields inTheirWords(const OutboxEntry& entry, const Bindings& bindings) {
  Fields fields = entry.desired;
  for (auto& [field, value] : fields) {
    for (const auto& need : entry.needs) {
      if (need.key == value && need.kind == field) value = bindings.idOf(need.kind, need.key);
    }
  }
  return fields;
}

std::string body(const Found& record) {
  auto json = nlohmann::json::object({{"fields", nlohmann::json::object()}, {"points", nlohmann::json::array()}});
  for (const auto& [name, value] : record.fields) json["fields"][name] = value;
  for (const auto& [name, to] : record.points) json["points"].push_back({name, to.kind, to.key});
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Found readFound(Statement& row) {
  Found record;
  record.id = row.text(0);
  record.owner = row.text(1);
  if (row.integer(2) != 0) record.changed = timeOf(row.integer(2));
  const auto json = nlohmann::json::parse(row.text(3));
  for (const auto& [name, value] : json.at("fields").items()) record.fields[name] = value.get<std::string>();
  for (const auto& point : json.at("points")) {
    record.points.emplace_back(point.at(0).get<std::string>(),
                               Reference{point.at(1).get<std::string>(), point.at(2).get<std::string>()});
  }
  return record;
}

std::string decisionSetting(std::string_view scope, const Reference& target) {
  return "adopt/" + std::string(scope) + '/' + target.kind + '/' + target.key;
}
std::string ownerSetting(std::string_view scope, std::string_view owner) {
  return "adopt-owner/" + std::string(scope) + '/' + std::string(owner);
}

void take(Database& db, const std::string& scope, const Reference& target, Found record, Clock::Time now) {
  Bindings bindings(db, scope);
  Audit audit(db);
  record.key = target.key;
  adopt(bindings, audit, scope, target.kind, record, now, true);
  Strangers(db, scope).forget(target.kind, record.id);
}

/// What is right for a record that agrees in `match` with these strangers.
Meeting judgeHits(Database& db, const OutboxEntry& entry, const std::vector<Found>& hits, bool sure, Clock::Time now) {
  const auto slash = entry.system.find('/');
  const auto& first = hits.front();
  std::string ids;
  for (const auto& hit : hits) ids += (ids.empty() ? "" : ", ") + hit.id;
  const auto tell = [&](const Message& message, Fault fault = Fault::Reject) {
    return Error{
        fault, &message, {entry.kind, entry.key, entry.system.substr(slash + 1), ids, entry.link, first.owner}, {}, {}};
  };
  if (hits.size() > 1) return {Meeting::What::Doubt, tell(kSeveral)};
  if (!first.owner.empty() && readSetting(db, ownerSetting(entry.system, first.owner)).empty()) {
    if (first.changed && now - *first.changed < kStillActive) {
      auto error = tell(kBusy, Fault::Retry);
      error.retryAfter = kLookAgainAfter;
      return {Meeting::What::Busy, std::move(error)};
    }
    return {Meeting::What::Doubt, tell(kOwned)};
  }
  if (!sure) return {Meeting::What::Doubt, tell(kMayBe)};
  take(db, entry.system, {entry.kind, entry.key}, first, now);
  return {Meeting::What::Taken};
}

}  // namespace

std::string joinedMatch(std::string_view match, const Fields& fields) {
  std::string joined;
  bool whole = true;
  eachWord(match, [&](std::string_view name) {
    const auto field = fields.find(name);
    const auto value = field == fields.end() ? std::string() : evened(field->second);
    whole = whole && !value.empty();
    joined += value;
    joined += kBetween;
  });
  return whole ? joined : std::string();
}

void Strangers::add(const TargetKind& kind, const Found& record, Clock::Time now) {
  const auto fields = inTheirWords(record);
  const auto whole = body(record);
  for (const auto& matches : {kind.match, kind.matchUnsure}) {
    for (const auto match : matches) {
      const auto values = joinedMatch(match, fields);
      if (values.empty()) continue;
      auto& insert = db_.statement(
          "INSERT OR REPLACE INTO stranger(system,kind,match,value,id,owner,changed,read_at,body) "
          "VALUES(?,?,?,?,?,?,?,?,?)");
      insert.bind(1, scope_);
      insert.bind(2, kind.name);
      insert.bind(3, match);
      insert.bind(4, values);
      insert.bind(5, record.id);
      insert.bind(6, record.owner);
      insert.bind(7, record.changed ? toColumn(*record.changed) : 0);
      insert.bind(8, toColumn(now));
      insert.bind(9, whole);
      insert.run();
    }
  }
}

std::vector<Found> Strangers::find(std::string_view kind, std::string_view match, std::string_view values) const {
  constexpr std::int64_t kMost = 20;  // more are as doubtful as twenty
  std::vector<Found> found;
  auto& query = db_.statement(
      "SELECT id, owner, changed, body FROM stranger WHERE system=? AND kind=? AND match=? AND value=? "
      "ORDER BY length(id), id LIMIT ?");
  query.bind(1, scope_);
  query.bind(2, kind);
  query.bind(3, match);
  query.bind(4, values);
  query.bind(5, kMost);
  while (query.step()) found.push_back(readFound(query));
  return found;
}

std::optional<Found> Strangers::get(std::string_view kind, std::string_view id) const {
  auto& query =
      db_.statement("SELECT id, owner, changed, body FROM stranger WHERE system=? AND kind=? AND id=? LIMIT 1");
  query.bind(1, scope_);
  query.bind(2, kind);
  query.bind(3, id);
  std::optional<Found> found;
  if (query.step()) found = readFound(query);
  query.reset();
  return found;
}

bool Strangers::any(std::string_view kind) const {
  auto& query = db_.statement("SELECT 1 FROM stranger WHERE system=? AND kind=? LIMIT 1");
  query.bind(1, scope_);
  query.bind(2, kind);
  const bool any = query.step();
  query.reset();
  return any;
}

void Strangers::forget(std::string_view kind, std::string_view id) {
  auto& remove = db_.statement("DELETE FROM stranger WHERE system=? AND kind=? AND id=?");
  remove.bind(1, scope_);
  remove.bind(2, kind);
  remove.bind(3, id);
  remove.run();
}

void Strangers::forgetAll(std::string_view kind) {
  auto& remove = db_.statement("DELETE FROM stranger WHERE system=? AND kind=?");
  remove.bind(1, scope_);
  remove.bind(2, kind);
  remove.run();
}

Meeting meetStranger(Database& db, std::span<const TargetKind> targets, const OutboxEntry& entry, Clock::Time now) {
  const auto kind = std::find_if(targets.begin(), targets.end(), [&](const auto& t) { return t.name == entry.kind; });
  const Strangers strangers(db, entry.system);
  if (kind == targets.end() || !strangers.any(entry.kind)) return {};
  if (!readSetting(db, decisionSetting(entry.system, {entry.kind, entry.key})).empty()) return {};
  const auto ours = inTheirWords(entry, Bindings(db, entry.system));
  std::vector<std::string_view> stronger;  // matches that were looked at already
  for (const bool sure : {true, false}) {
    for (const auto match : sure ? kind->match : kind->matchUnsure) {
      const auto values = joinedMatch(match, ours);
      if (values.empty()) continue;
      auto hits = strangers.find(entry.kind, match, values);
      // Equal names mean nothing where both have numbers, and different ones.
      std::erase_if(hits, [&](const Found& hit) {
        const auto theirs = inTheirWords(hit);
        return std::any_of(stronger.begin(), stronger.end(),
                           [&](std::string_view before) { return !joinedMatch(before, theirs).empty(); });
      });
      if (!hits.empty()) return judgeHits(db, entry, hits, sure, now);
      stronger.push_back(match);
    }
  }
  return {};
}

Result<void> decideStranger(Database& db, const std::string& scope, const Reference& target, const std::string& id,
                            Clock::Time now) {
  UnitOfWork work(db);
  if (const auto bound = Bindings(db, scope).idOf(target.kind, target.key); !bound.empty()) {
    return fail(Fault::Reject, kBoundAlready, {target.kind, target.key, bound});
  }
  if (id == "new") {
    writeSetting(db, decisionSetting(scope, target), id);
  } else {
    auto record = Strangers(db, scope).get(target.kind, id);
    if (!record) return fail(Fault::Reject, kNoStranger, {scope, target.kind, id});
    take(db, scope, target, std::move(*record), now);
  }
  Outbox outbox(db, scope);
  outbox.unblock(target);
  if (const auto entry = outbox.find(target)) retryOutbox(db, entry->id);
  work.commit();
  return {};
}

void trustOwner(Database& db, const std::string& scope, const std::string& owner) {
  UnitOfWork work(db);
  writeSetting(db, ownerSetting(scope, owner), "yes");
  // A failure stays with what is sent once more, so its code alone does not tell that nothing is on its way.
  auto& update = db.statement(
      "UPDATE outbox SET state=0, attempts=0, not_before=0 WHERE system=? AND code IN (?,?) AND state NOT IN (1,2)");
  update.bind(1, scope);
  update.bind(2, kOwned.code);
  update.bind(3, kBusy.code);
  update.run();
  work.commit();
}

void forgetStrangers(Database& db, Clock::Time before) {
  auto& remove = db.statement(
      "DELETE FROM stranger WHERE read_at<? AND NOT EXISTS "
      "(SELECT 1 FROM outbox WHERE outbox.system=stranger.system AND outbox.kind=stranger.kind)");
  remove.bind(1, toColumn(before));
  remove.run();
}

}  // namespace postern
