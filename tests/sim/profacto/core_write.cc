// api_put_*: what a client changes.

#include <algorithm>
#include <array>
#include <cstdio>

#include "tests/sim/profacto/core.h"
#include "tests/sim/profacto/text.h"

namespace postern::sim {

using namespace profacto;

namespace {

constexpr std::size_t kLongestArticleNumber = 20;
constexpr const char* kPresetTerms = "30 Tage netto";

std::optional<Answer> missing(const Call& call, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (call.get(name).empty()) {
      return Answer::failed("missing_parameter", std::string("Parameter ") + name + " is missing");
    }
  }
  return std::nullopt;
}

void addMember(Answer& answer, const char* name, const std::string& value) {
  answer.members += ",\"" + std::string(name) + "\":";
  appendJsonString(answer.members, value);
}

void addWasUpdate(Answer& answer, bool wasUpdate) {
  answer.members += wasUpdate ? R"(,"wasUpdate":true)" : R"(,"wasUpdate":false)";
}

void setChange(std::vector<std::pair<std::size_t, Value>>& changes, std::size_t column, Value value) {
  std::erase_if(changes, [column](const auto& change) { return change.first == column; });
  changes.emplace_back(column, std::move(value));
}

// Whether a mode parameter keeps what is there; `none` is the position of that word in the documented list.
bool keeps(const Call& call, const char* parameter, const char* none, ProfactoOptions::ModeSpelling spelling) {
  const std::string value = call.get(parameter);
  return spelling == ProfactoOptions::ModeSpelling::Words ? value == "none" : value == none;
}

}  // namespace

bool ProfactoSimulator::Core::mayWrite(const Call& call, const std::vector<std::string>& sets) const {
  if (!options.separateWriteSets || options.olderVersion) return true;
  const auto& own = options.tokens.at(call.client.token);
  return std::any_of(own.begin(), own.end(),
                     [&](const std::string& set) { return std::find(sets.begin(), sets.end(), set) != sets.end(); });
}

// Names that are no field are not noticed by 4D: they only set a variable nobody reads (assumed).
std::optional<Answer> ProfactoSimulator::Core::refusedFields(const Call& call, const Table& table) const {
  for (const auto& [name, value] : call.parameters) {
    if (table.columnNamed(name) && isRefused(table, name)) {
      return Answer::failed("structure_access_denied", "No access to " + table.name() + '.' + name);
    }
  }
  return std::nullopt;
}

ProfactoSimulator::Core::Changes ProfactoSimulator::Core::changesFrom(const Call& call, const Table& table) const {
  Changes changes;
  for (const auto& [name, value] : call.parameters) {
    const auto column = table.columnNamed(name);
    if (column) changes.emplace_back(*column, valueFromParameter(table.columns()[*column], value, options));
  }
  return changes;
}

void ProfactoSimulator::Core::stamp(const Table& table, Changes& changes) const {
  const auto column = database.changeColumn(table);
  if (column) setChange(changes, *column, today());
}

Slot ProfactoSimulator::Core::create(Table& table, Changes changes) {
  std::vector<Value> row = table.emptyRow();
  stamp(table, changes);
  for (auto& [column, value] : changes) row[column] = std::move(value);
  return table.insert(row);
}

std::string ProfactoSimulator::Core::freeNumber(Table& table, const std::string& prefix, int& next) const {
  std::string number;
  do {
    number = prefix + std::to_string(++next);
  } while (table.find(number));
  return number;
}

std::optional<Answer> ProfactoSimulator::Core::lockedAnswer(const Table& table, const std::string& key) const {
  if (!locked.contains({table.name(), key})) return std::nullopt;
  return Answer::failed("record_locked", table.name() + ' ' + key + " is in use by another user");
}

Answer ProfactoSimulator::Core::put(const Call& call) {
  struct Method {
    const char* name;
    std::vector<std::string> sets;
    Answer (Core::*run)(const Call&);
  };
  static const std::array<Method, 5> methods = {{
      {"api_put_project", {"ProjekteSchreiben"}, &Core::putProject},
      {"api_put_customer", {"KundenSchreiben"}, &Core::putCustomer},
      {"api_put_contact", {"KundenSchreiben", "KontakteSchreiben"}, &Core::putContact},
      {"api_put_item", {"ArtikelSchreiben"}, &Core::putItem},
      {"api_put_time", {"Zeiterfassung", "ZeiterfassungSchreiben"}, &Core::putTime},
  }};
  const auto method =
      std::find_if(methods.begin(), methods.end(), [&](const Method& m) { return call.method == m.name; });
  if (!mayWrite(call, method->sets)) {
    return Answer::failed("method_not_allowed", "The API set of this token does not contain " + call.method);
  }
  return (this->*method->run)(call);
}

Answer ProfactoSimulator::Core::putProject(const Call& call) {
  Table& projects = table("Auftrag");
  if (const auto wrong = missing(call, {"Bauvorhaben"})) return *wrong;
  if (options.olderVersion) {
    if (const auto wrong = missing(call, {"Bezeichnung"})) return *wrong;
  }
  if (const auto wrong = refusedFields(call, projects)) return *wrong;

  const std::string key = call.get(projects.columns()[projects.column("AuftragsNr")].name);
  const auto found = projects.find(key);
  Changes changes = changesFrom(call, projects);
  // An unknown number creates, too: the vendor's own sample asks for one number and is answered with another.
  if (call.get("update") != "true" || !found || options.updateCreatesAnyway) {
    return createProject(projects, std::move(changes));
  }
  if (const auto wrong = lockedAnswer(projects, key)) return *wrong;

  if (!keeps(call, "textupdatemode", "2", options.modeSpelling)) {
    const bool customer = call.get("textupdatemode") == "customer";
    setChange(changes, projects.column("Vortext"), customer ? "Text des Kunden" : "Text der Voreinstellung");
    setChange(changes, projects.column("Schlusstext"), customer ? "Schluss des Kunden" : "Schluss der Voreinstellung");
    ++counts.overwrittenTexts;
  }
  if (!keeps(call, "paymentupdatemode", "1", options.modeSpelling)) {
    Table& customers = table("Kunden");
    const auto owner = customers.find(projects.text(*found, projects.column("KundenNr")));
    const std::string terms = owner ? customers.text(*owner, customers.column("Zahlungsbedingung")) : kPresetTerms;
    setChange(changes, projects.column("Zahlungsbedingung"), terms);
    ++counts.overwrittenPaymentTerms;
  }
  stamp(projects, changes);
  projects.update(*found, changes);
  ++counts.updatedProjects;
  Answer answer;
  addMember(answer, "AuftragsNr", key);
  addWasUpdate(answer, true);
  return answer;
}

Answer ProfactoSimulator::Core::createProject(Table& projects, Changes changes) {
  // The ERP counts its own numbers; one that was sent is only a key for updates.
  const std::string number = freeNumber(projects, "", nextProject_);
  setChange(changes, projects.column("AuftragsNr"), number);
  setChange(changes, projects.column("Erfassungsdatum"), today());
  setChange(changes, projects.column("Vortext"), "Text der Voreinstellung");
  setChange(changes, projects.column("Schlusstext"), "Schluss der Voreinstellung");
  create(projects, std::move(changes));
  ++counts.createdProjects;
  Answer answer;
  addMember(answer, "AuftragsNr", number);
  addWasUpdate(answer, false);
  return answer;
}

Answer ProfactoSimulator::Core::putCustomer(const Call& call) {
  Table& customers = table("Kunden");
  if (const auto wrong = missing(call, {"Name1", "PLZ"})) return *wrong;
  if (const auto wrong = refusedFields(call, customers)) return *wrong;
  const std::size_t keyColumn = customers.column("KundenNr");
  std::string key = call.get(customers.columns()[keyColumn].name);
  Changes changes = changesFrom(call, customers);
  const auto found = customers.find(key);
  const bool isUpdate = found && call.get("update") == "true";
  if (isUpdate) {
    if (const auto wrong = lockedAnswer(customers, key)) return *wrong;
    stamp(customers, changes);
    customers.update(*found, changes);
  } else {
    if (key.empty() || found) key = freeNumber(customers, "n25-", nextCustomer_);
    setChange(changes, keyColumn, key);
    create(customers, std::move(changes));
    ++counts.createdCustomers;
  }
  Answer answer;
  addMember(answer, "mainKey", key);
  addWasUpdate(answer, isUpdate);
  return answer;
}

Answer ProfactoSimulator::Core::putContact(const Call& call) {
  Table& contacts = table("Ansprechpartner");
  if (const auto wrong = missing(call, {"VorName", "Name", "TypNr", "Typ"})) return *wrong;
  if (const auto wrong = refusedFields(call, contacts)) return *wrong;
  const Slot slot = create(contacts, changesFrom(call, contacts));
  ++counts.createdContacts;
  Answer answer;
  addMember(answer, "TypNr", contacts.text(slot, contacts.column("TypNr")));
  answer.members += R"(,"Typ":)" + contacts.text(slot, contacts.column("Typ")) + R"(,"RecNum":)" + std::to_string(slot);
  addWasUpdate(answer, false);
  return answer;
}

Answer ProfactoSimulator::Core::putItem(const Call& call) {
  Table& articles = table("Artikel");
  if (const auto wrong = missing(call, {"ArtikelTypenNr", "Artikelgruppe"})) return *wrong;
  if (const auto wrong = refusedFields(call, articles)) return *wrong;
  const std::string key = cleanUtf8(call.get("ArtikelTypenNr"));
  if (key.size() > kLongestArticleNumber)
    return Answer::failed("value_too_long", "ArtikelTypenNr has 20 characters at most");
  const auto found = articles.find(key);
  Changes changes = changesFrom(call, articles);
  if (found) {
    if (const auto wrong = lockedAnswer(articles, key)) return *wrong;
    stamp(articles, changes);
    articles.update(*found, changes);
  } else {
    create(articles, std::move(changes));
    ++counts.createdArticles;
  }
  Answer answer;
  addMember(answer, "ArtikelTypenNr", key);
  addWasUpdate(answer, found.has_value());
  return answer;
}

Answer ProfactoSimulator::Core::putTime(const Call& call) {
  if (const auto wrong = missing(call, {"project", "position", "costsource", "fromtime"})) return *wrong;
  if (call.get("totime").empty()) {
    if (const auto wrong = missing(call, {"totaltime"})) return *wrong;
  }
  const std::string key = call.get("project") + '|' + call.get("position");
  if (!table("Auftragspositio").find(key)) return Answer::failed("position_not_found", "There is no position " + key);
  book(call.get("project"), call.get("position"), call.get("costsource"));
  std::array<char, 40> uuid{};
  std::snprintf(uuid.data(), uuid.size(), "%032X", static_cast<unsigned>(nextRecord_));
  Answer answer;
  addMember(answer, "UUID", uuid.data());
  answer.members += R"(,"recNum":)" + std::to_string(nextRecord_++);
  return answer;
}

}  // namespace postern::sim
