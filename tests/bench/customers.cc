#include "tests/bench/customers.h"

#include <array>
#include <nlohmann/json.hpp>

namespace postern::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kFirst = {"Müller", "Tischlerei Groß", "Böttcher", "Schreinerei Weiß", "de Vries", "Jäger"};
constexpr std::array kSecond = {"& Söhne GmbH", "Innenausbau KG", "Wohnbau eG", "Praxisgemeinschaft", "Hausverwaltung"};
constexpr std::array kStreets = {"Bahnhofstraße", "Am Mühlenteich", "Lange Straße", "Gewerbepark Süd", "Dorfanger"};
constexpr std::array kCities = {"Oldenburg", "Münster", "Görlitz", "Würzburg", "Soest", "Groningen"};

template <std::size_t N>
const char* pick(const std::array<const char*, N>& from, std::int64_t number) {
  return from[static_cast<std::size_t>(number) % N];
}

std::string text(const Json& json) { return json.dump(); }

}  // namespace

std::string customerRow(std::int64_t number) {
  const std::string id = std::to_string(1'000'000 + number);
  Json row;
  row["KundenNr"] = id;
  row["Name1"] = std::string(pick(kFirst, number)) + ' ' + pick(kSecond, number / 7) + ' ' + id;
  row["Name2"] = "Abteilung Einkauf und Objektbetreuung";
  row["Strasse"] = std::string(pick(kStreets, number / 3)) + ' ' + std::to_string(number % 200 + 1);
  row["PLZ"] = std::to_string(10'000 + number % 89'000);
  row["Ort"] = pick(kCities, number / 5);
  row["Land"] = "Deutschland";
  row["Telefon"] = "+49 441 " + id;
  row["email"] = "einkauf." + id + "@kunde.example";
  // Fields that nobody maps: sites show more than what is carried over.
  row["Suchbegriff"] = "MUELLER" + id;
  row["Zahlungsbedingung"] = "14 Tage 2 % Skonto, 30 Tage netto";
  row["Bemerkung"] =
      "Anlieferung nur über den Hof, Zufahrt bis 7,5 t; Schlüssel beim Hausmeister. Rechnung in zweifacher "
      "Ausfertigung "
      "an die Verwaltung, Bauvorhaben und Kostenstelle angeben.";
  return text(row);
}

std::string customerBody(const CustomerFields& customer) {
  Json body;
  body["name"] = customer.name1;
  body["name_addon"] = customer.name2;
  body["customer_number"] = customer.number;
  body["source"] = "profacto-agent";
  body["source_external_id"] = customer.number;
  return text(body);
}

std::string addressBody(const CustomerFields& customer) {
  Json body;
  body["customer_id"] = kIdMark;
  body["type"] = "MAILING";
  body["use"] = "address";
  body["name"] = customer.name1;
  body["name_addon"] = customer.name2;
  body["street"] = customer.street;
  body["zip"] = customer.zip;
  body["city"] = customer.city;
  body["country"] = customer.country == "Deutschland" ? "DE" : customer.country;
  body["phone"] = customer.phone;
  body["mail"] = customer.mail;
  body["source"] = "profacto-agent";
  body["source_external_id"] = "main:" + std::string(customer.number);
  return text(body);
}

}  // namespace postern::bench
