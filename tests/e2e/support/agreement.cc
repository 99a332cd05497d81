// What the app should hold, worked out from the ERP's rows and the fact sheets (profacto.md section 11, craftboxx.md
// section 9) and from nothing of postern's own code: plain, slow, and for the data of the test's joinery only.

#include <date/tz.h>

#include <cmath>
#include <set>
#include <sstream>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using Json = nlohmann::json;
using Row = nlohmann::ordered_json;

std::string text(const Row& row, const char* name) { return row.value(name, std::string()); }

bool isConfirmed(const Row& project) { return project["Status"] == 3 || project["Status"] == 4; }

const std::map<int, std::string> kStates = {{40, "SCHEDULED"},    {50, "SCHEDULED"},    {60, "SCHEDULED"},
                                            {70, "SCHEDULED"},    {80, "SCHEDULED"},    {90, "SCHEDULED"},
                                            {100, "IN_PROGRESS"}, {110, "IN_PROGRESS"}, {120, "DONE"},
                                            {130, "SCHEDULED"},   {140, "DELAYED"}};

/// Day of a stamp as the app keeps it, in the site's zone; "" for none.
std::string dayOf(const Json& record, const char* name) {
  if (!record.contains(name) || record[name].is_null()) return "";
  const auto stamp = record[name].get<std::string>();
  ::date::sys_time<std::chrono::microseconds> time;
  std::istringstream utc(stamp);
  if (!(utc >> ::date::parse("%FT%TZ", time))) {
    std::istringstream withOffset(stamp);
    if (!(withOffset >> ::date::parse("%FT%T%Ez", time))) return "unreadable " + stamp;
  }
  return ::date::format("%F", ::date::floor<::date::days>(::date::make_zoned("Europe/Berlin", time).get_local_time()));
}

std::string said(const Json& record, const char* name) {
  return record.contains(name) && record[name].is_string() ? record[name].get<std::string>() : "";
}

/// By our key; fails the test for one that is not ours or is doubled.
std::map<std::string, Json> byKey(const App& app, const char* resource) {
  std::map<std::string, Json> all;
  for (const auto& record : app.records(resource)) {
    EXPECT_EQ(said(record, "source"), "profacto-agent") << resource;
    EXPECT_TRUE(all.emplace(said(record, "source_external_id"), record).second)
        << resource << ' ' << said(record, "source_external_id") << " is there twice";
  }
  return all;
}

std::set<std::string> keysOf(const std::map<std::string, Json>& records) {
  std::set<std::string> keys;
  for (const auto& [key, record] : records) keys.insert(key);
  return keys;
}

struct Expected {
  explicit Expected(const Erp& erp) {
    for (const auto& row : erp.rows("Artikel")) articles[text(row, "ArtikelTypenNr")] = row;
    for (const auto& row : erp.rows("Kunden")) customers[text(row, "KundenNr")] = row;
    for (const auto& row : erp.rows("Ansprechpartner")) {
      const bool active = row["Typ"] == 1 && row["isInaktiv"] == false;
      if (active && customers.contains(text(row, "TypNr"))) contacts[text(row, "TypNr")].push_back(row);
    }
    std::map<std::string, std::string> lastChange;
    for (const auto& row : erp.rows("Auftragspositio")) {
      auto& newest = lastChange[text(row, "AuftragsNr")];
      newest = std::max(newest, text(row, "AenderungsDatum"));
      positions[text(row, "AuftragsNr")][row["PositionsNr"].get<int>()] = row;
    }
    const auto oldest = ::date::format("%F", today() - std::chrono::days{14});
    for (const auto& row : erp.rows("Auftrag")) {
      const auto number = text(row, "AuftragsNr");
      const auto newest = std::max(lastChange[number], text(row, "AenderungsDatum"));
      if (isConfirmed(row) && newest >= oldest) projects[number] = row;
    }
  }

  std::map<std::string, Row> articles, customers, projects;
  std::map<std::string, std::vector<Row>> contacts;
  std::map<std::string, std::map<int, Row>> positions;
};

std::string firstOf(std::initializer_list<std::string> texts) {
  for (const auto& each : texts) {
    if (!each.empty()) return each;
  }
  return "";
}

void compareArticles(const Expected& erp, const App& app) {
  const auto there = byKey(app, "articles");
  EXPECT_EQ(there.size(), erp.articles.size()) << "articles";
  for (const auto& [number, row] : erp.articles) {
    SCOPED_TRACE("article " + number);
    ASSERT_TRUE(there.contains(number));
    EXPECT_EQ(said(there.at(number), "name"), firstOf({text(row, "Bezeichnung"), number}));
    EXPECT_EQ(said(there.at(number), "supplier_article_nr"), number);
    const auto firstLine = text(row, "Beschreibung").substr(0, text(row, "Beschreibung").find('\r'));
    EXPECT_TRUE(said(there.at(number), "info").starts_with(firstLine));
  }
}

void compareCustomers(const Expected& erp, const App& app) {
  const auto there = byKey(app, "customers");
  EXPECT_EQ(there.size(), erp.customers.size()) << "customers";
  std::map<std::int64_t, std::vector<Json>> addresses;
  for (const auto& [key, address] : byKey(app, "customers/addresses")) {
    addresses[address.at("customer_id").get<std::int64_t>()].push_back(address);
  }
  for (const auto& [number, row] : erp.customers) {
    SCOPED_TRACE("customer " + number);
    ASSERT_TRUE(there.contains(number));
    const auto& customer = there.at(number);
    const auto name = firstOf({text(row, "Name1"), text(row, "Name2"), number});
    EXPECT_EQ(said(customer, "name"), name);
    EXPECT_EQ(said(customer, "customer_number"), number);

    const auto contacts = erp.contacts.contains(number) ? erp.contacts.at(number) : std::vector<Row>{};
    const auto& own = addresses[customer.at("id").get<std::int64_t>()];
    // The main contact shares the Anschrift; each other one is an Einsatzort.
    EXPECT_EQ(own.size(), 1 + (contacts.empty() ? 0 : contacts.size() - 1)) << "addresses";
    std::multiset<std::string> persons, expected;
    for (const auto& contact : contacts) expected.insert(text(contact, "VorName") + ' ' + text(contact, "Name"));
    int mailing = 0;
    for (const auto& address : own) {
      if (said(address, "type") == "DELIVERY") {
        persons.insert(said(address, "name"));
        continue;
      }
      ++mailing;
      EXPECT_EQ(said(address, "type"), "MAILING");
      EXPECT_EQ(said(address, "name"), name);
      EXPECT_EQ(said(address, "street"), text(row, "Strasse"));
      EXPECT_EQ(said(address, "zip"), text(row, "PLZ"));
      EXPECT_EQ(said(address, "city"), text(row, "Ort"));
      EXPECT_EQ(said(address, "country"), text(row, "Land") == "A" ? "AT" : "DE");
      if (!contacts.empty()) persons.insert(said(address, "name_addon"));
      if (contacts.empty()) {
        EXPECT_EQ(said(address, "phone"), text(row, "Telefon"));
      }
      for (const auto& contact : contacts) {
        if (contact["Hauptansprechpartner"] != true) continue;
        EXPECT_EQ(said(address, "phone"), firstOf({text(contact, "Telefon"), text(row, "Telefon")}));
        EXPECT_EQ(said(address, "mobile"), text(contact, "MobilTel"));
      }
    }
    EXPECT_EQ(mailing, 1);
    EXPECT_EQ(persons, expected);
  }
}

void compareAppointment(const Expected& erp, const std::string& number, const Row& project, const Json& there,
                        const std::map<std::string, Json>& articles) {
  const auto day = text(project, "Lieferdatum");
  EXPECT_EQ(dayOf(there, "start"), day);
  EXPECT_EQ(dayOf(there, "end"), day);
  EXPECT_EQ(said(there, "state"), day.empty() ? "UNPLANNED" : kStates.at(project["Prozessstatus"].get<int>()));
  if (!day.empty()) {
    EXPECT_EQ(there.value("all_day", false), true);
  }

  const auto description = said(there, "description");
  auto info = text(project, "Lieferinfo");
  EXPECT_TRUE(description.starts_with(info.substr(0, info.find('\r')))) << description;
  std::map<std::string, std::int64_t> thousandths;
  std::size_t at = 0;
  const auto positions = erp.positions.find(number);
  if (positions != erp.positions.end()) {
    for (const auto& [count, position] : positions->second) {
      if (!kStates.contains(position["Prozessstatus"].get<int>())) continue;
      const auto words = text(position, "Bezeichnung");
      const auto line = '\n' + std::to_string(count) + "  " + words.substr(0, words.find('\r'));
      at = ('\n' + description).find(line, at);  // in the order of their numbers
      EXPECT_NE(at, std::string::npos) << "line" << line << " in " << description;
      if (at == std::string::npos) break;
      const auto article = text(position, "ArtikelTypenNr");
      if (!article.empty()) thousandths[article] += std::llround(position["Anzahl"].get<double>() * 1000);
    }
  }
  Json expected = Json::object();
  for (const auto& [article, amount] : thousandths) {
    ASSERT_TRUE(articles.contains(article));
    expected[std::to_string(articles.at(article).at("id").get<std::int64_t>())] = {{"amount", (amount + 999) / 1000}};
  }
  const auto amounts = there.value("articles", Json::object());
  EXPECT_EQ(amounts.empty() ? Json::object() : amounts, expected);
}

void compareProjects(const Expected& erp, const App& app) {
  const auto projects = byKey(app, "projects");
  const auto appointments = byKey(app, "assignments");
  const auto customers = byKey(app, "customers");
  const auto articles = byKey(app, "articles");
  std::set<std::string> wanted, wantedAppointments;
  for (const auto& [number, row] : erp.projects) {
    wanted.insert(number);
    if (kStates.contains(row["Prozessstatus"].get<int>())) wantedAppointments.insert(number);
  }
  EXPECT_EQ(keysOf(projects), wanted);
  EXPECT_EQ(keysOf(appointments), wantedAppointments);
  for (const auto& [number, row] : erp.projects) {
    SCOPED_TRACE("project " + number);
    if (!projects.contains(number)) continue;
    const auto& project = projects.at(number);
    EXPECT_EQ(said(project, "title"), text(row, "Bauvorhaben"));
    EXPECT_EQ(said(project, "project_nr"), number);
    ASSERT_TRUE(customers.contains(text(row, "KundenNr")));
    EXPECT_EQ(project["customer_id"], customers.at(text(row, "KundenNr"))["id"]);
    if (!wantedAppointments.contains(number) || !appointments.contains(number)) continue;
    const auto& appointment = appointments.at(number);
    EXPECT_EQ(appointment["project_id"], project["id"]);
    EXPECT_EQ(said(appointment, "title"), text(row, "Bauvorhaben"));
    compareAppointment(erp, number, row, appointment, articles);
  }
}

}  // namespace

void Site::expectBothSidesAgree() {
  const Expected expected(*erp_);
  // A joinery that exercises nothing would agree with anything.
  EXPECT_FALSE(expected.projects.empty());
  compareArticles(expected, *app_);
  compareCustomers(expected, *app_);
  compareProjects(expected, *app_);
  EXPECT_EQ(duplicates(), 0);
}

std::vector<std::string> Site::projectsInApp() const {
  std::vector<std::string> keys;
  for (const auto& [key, row] : Expected(*erp_).projects) keys.push_back(key);
  return keys;
}

}  // namespace postern::e2e
