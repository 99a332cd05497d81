#include "connectors/profacto/check.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>

#include "connectors/profacto/query.h"
#include "connectors/profacto/sink.h"

namespace postern::profacto {

namespace {

constexpr Message kFieldRefused{
    "PST-3030",
    {"profacto has no field {1} in table {0}, or the token may not read it.",
     "profacto kennt das Feld {1} in der Tabelle {0} nicht, oder der Token darf es nicht lesen.",
     "profacto kent veld {1} in tabel {0} niet, of het token mag het niet lezen."},
    {"Look the name up in profacto's structure export and correct it in the field map.",
     "Schlagen Sie den Namen im Strukturexport von profacto nach und berichtigen Sie ihn in der Feldzuordnung.",
     "Zoek de naam op in de structuurexport van profacto en corrigeer hem in de veldtoewijzing."}};

constexpr Message kFieldMissing{
    "PST-3031",
    {"profacto's answer for table {0} holds no field {1}.",
     "Die Antwort von profacto zur Tabelle {0} enthält das Feld {1} nicht.",
     "Het antwoord van profacto voor tabel {0} bevat veld {1} niet."},
    {"Compare the name, with its letter case, with profacto's structure export.",
     "Vergleichen Sie den Namen samt Groß- und Kleinschreibung mit dem Strukturexport von profacto.",
     "Vergelijk de naam, inclusief hoofdletters, met de structuurexport van profacto."}};

constexpr Message kFullCompare{
    "PST-3032",
    {"The field map names no change date ({0}), so every pass reads these records in full.",
     "Die Feldzuordnung nennt kein Änderungsdatum ({0}), daher liest jeder Durchlauf diese Datensätze vollständig.",
     "De veldtoewijzing noemt geen wijzigingsdatum ({0}), dus elke ronde leest deze records volledig."},
    {"Enter the name of the field that holds the last change, if your profacto has one.",
     "Tragen Sie den Namen des Feldes mit der letzten Änderung ein, falls Ihr profacto eines hat.",
     "Vul de naam in van het veld met de laatste wijziging, als uw profacto er een heeft."}};

constexpr Message kPlainHttp{
    "PST-3033",
    {"profacto is called over plain HTTP at {0}, so tokens and data cross a public network unencrypted.",
     "profacto wird unter {0} ohne Verschlüsselung aufgerufen; Token und Daten laufen offen durch ein öffentliches "
     "Netz.",
     "profacto wordt op {0} zonder versleuteling aangeroepen; tokens en gegevens gaan open over een publiek netwerk."},
    {"Use https, or the server's address in the local network.",
     "Verwenden Sie https oder die Adresse des Servers im lokalen Netz.",
     "Gebruik https, of het adres van de server in het lokale netwerk."}};

constexpr Message kFieldsOff{
    "PST-3034",
    {"These entries of the field map have no name, so what depends on them is off: {0}.",
     "Diese Einträge der Feldzuordnung haben keinen Namen; was von ihnen abhängt, ist ausgeschaltet: {0}.",
     "Deze posten van de veldtoewijzing hebben geen naam; wat ervan afhangt, staat uit: {0}."},
    {"Load profacto's structure export and enter the names of the fields you need.",
     "Laden Sie den Strukturexport von profacto und tragen Sie die Namen der benötigten Felder ein.",
     "Laad de structuurexport van profacto en vul de namen in van de velden die u nodig hebt."}};

struct AccessName {
  Access access;
  const char* option;
};
constexpr std::array<AccessName, 3> kAccesses = {{{Access::Articles, "token.articles"},
                                                  {Access::Customers, "token.customers"},
                                                  {Access::Projects, "token.projects"}}};

Error plainError(const Message& message, std::vector<std::string> args) {
  return Error{Fault::Auth, &message, std::move(args), {}, {}};
}

/// "token.customers, token.projects", the options that hold this token.
std::string optionsWith(const std::string& token, const ScanOptions& options) {
  std::string names;
  for (const AccessName& name : kAccesses)
    if (options.token(name.access) == token) names += (names.empty() ? "" : ", ") + std::string(name.option);
  return names;
}

Query oneRow(const Table& table, const Layout& layout) {
  Query query;
  query.table = &table;
  query.fields = table.asked();
  std::string condition = anyValue(table.key.front());
  if (table.kind == "contact") {
    condition = both(layout.typeField + " = 1", condition);
    query.fields.push_back(layout.typeField);
  }
  query.text = orderedBy(condition, table.sortedBy());
  query.limit = 1;
  return query;
}

/// "project.process_status" for a name at the site; the name itself for one outside the map's value columns.
std::string mapKeyOf(const Table& table, const std::string& field) {
  if (!table.changed.empty() && sameName(field, table.changed)) return std::string(table.kind) + ".changed";
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return sameName(column.name, field); });
  return found == table.columns.end() ? std::string(table.kind) + ' ' + field : found->mapKey;
}

void checkTable(const Api& api, const Table& table, const Layout& layout, const ScanOptions& options,
                std::vector<Finding>& findings, std::stop_token stop) {
  const std::string what = "table " + table.name;
  auto answer = api.probe(options.token(table.access), oneRow(table, layout), std::move(stop));
  if (!answer) {
    findings.push_back({Finding::Level::Bad, what, std::move(answer.error())});
    return;
  }
  if (answer->refused.empty()) findings.push_back({Finding::Level::Good, what, {}});
  for (const std::string& field : answer->refused)
    findings.push_back(
        {Finding::Level::Bad, "field " + mapKeyOf(table, field), plainError(kFieldRefused, {table.name, field})});
  if (answer->rows.empty()) return;
  const KeyedRow& first = answer->rows.front();
  const auto record = mapRow(table, {first.key, first.raw}, options.zone);
  if (!record) {
    findings.push_back({Finding::Level::Warning, what, record.error()});
    return;
  }
  for (const Column& column : table.columns) {
    // An empty date may be left out of an answer altogether.
    if (column.form == Form::Date || record->fields.contains(column.field)) continue;
    const bool told = std::any_of(answer->refused.begin(), answer->refused.end(),
                                  [&](const std::string& field) { return sameName(field, column.name); });
    if (!told)
      findings.push_back(
          {Finding::Level::Warning, "field " + column.mapKey, plainError(kFieldMissing, {table.name, column.name})});
  }
}

void checkMap(const Section& fields, std::vector<Finding>& findings) {
  std::string changed;
  std::string off;
  for (const auto& [key, name] : fields.values()) {
    if (!name.empty()) continue;
    std::string& list = key.ends_with(".changed") ? changed : off;
    list += (list.empty() ? "" : ", ") + key;
  }
  if (!changed.empty())
    findings.push_back({Finding::Level::Warning, "change dates", plainError(kFullCompare, {changed})});
  if (!off.empty()) findings.push_back({Finding::Level::Warning, "field map", plainError(kFieldsOff, {off})});
}

void checkWriting(const Api& api, const std::string& token, const std::vector<std::string>& done,
                  std::vector<Finding>& findings, std::stop_token stop) {
  if (token.empty()) {
    findings.push_back({Finding::Level::Good, "token.projects_write", noWriteToken()});
    return;
  }
  if (std::find(done.begin(), done.end(), token) != done.end()) return;
  auto sets = api.apiSets(token, std::move(stop));
  const std::string what = "log-in token.projects_write";
  if (sets)
    findings.push_back({Finding::Level::Good, what, {}});
  else
    findings.push_back({Finding::Level::Bad, what, std::move(sets.error())});
}

}  // namespace

bool isPlainAndPublic(const std::string& url) {
  const Poco::URI uri(url);
  if (uri.getScheme() != "http") return false;
  const std::string& host = uri.getHost();
  Poco::Net::IPAddress address;
  if (Poco::Net::IPAddress::tryParse(host, address))
    return !(address.isLoopback() || address.isSiteLocal() || address.isLinkLocal());
  if (host.find('.') == std::string::npos) return false;
  constexpr std::array<std::string_view, 7> kLocal = {".local",  ".lan",       ".localdomain", ".internal",
                                                      ".intern", ".home.arpa", ".fritz.box"};
  return std::none_of(kLocal.begin(), kLocal.end(), [&](std::string_view end) { return host.ends_with(end); });
}

std::vector<Finding> checkSystem(const Api& api, const Layout& layout, const ScanOptions& options,
                                 const std::string& writeToken, const Section& fields, const std::string& url,
                                 std::stop_token stop) {
  std::vector<Finding> findings;
  if (isPlainAndPublic(url))
    findings.push_back({Finding::Level::Warning, "url", plainError(kPlainHttp, {Poco::URI(url).getHost()})});
  std::vector<std::string> done;
  for (const AccessName& name : kAccesses) {
    const std::string& token = options.token(name.access);
    if (std::find(done.begin(), done.end(), token) != done.end()) continue;
    done.push_back(token);
    const std::string what = "log-in " + optionsWith(token, options);
    auto sets = api.apiSets(token, stop);
    if (!sets) {
      findings.push_back({Finding::Level::Bad, what, std::move(sets.error())});
      continue;  // its tables would only say the same again
    }
    findings.push_back({Finding::Level::Good, what, {}});
    for (const Table& table : layout.tables)
      if (options.token(table.access) == token) checkTable(api, table, layout, options, findings, stop);
  }
  checkWriting(api, writeToken, done, findings, std::move(stop));
  checkMap(fields, findings);
  return findings;
}

}  // namespace postern::profacto
