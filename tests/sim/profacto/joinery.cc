#include "tests/sim/profacto/joinery.h"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "tests/sim/dice.h"
#include "tests/sim/profacto/database.h"

namespace postern::sim::profacto {

namespace {

using Texts = std::initializer_list<const char*>;

template <typename... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

// A row under construction; fields this site does not have (a change date) are dropped.
class RowMaker {
 public:
  explicit RowMaker(Table& table) : table_(table), row_(table.emptyRow()) {}
  RowMaker& set(const char* word, Value value) {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (table_.columns()[i].word == word) {
        row_[i] = std::move(value);
        break;
      }
    }
    return *this;
  }
  bool insert() {
    try {
      table_.insert(row_);
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  }

 private:
  Table& table_;
  std::vector<Value> row_;
};

const Texts kFirstNames = {"Anna",    "Jürgen", "Käthe", "Björn", "Sören",  "Ute",
                           "Günther", "Maria",  "André", "Zoë",   "Thomas", "Petra"};
const Texts kLastNames = {"Müller", "Weiß",      "Groß",  "Schäfer",     "Köhler", "Strauß", "Meier",
                          "Öztürk", "Lindström", "Huber", "von der Höh", "Süß",    "Rößler", "Çelik"};
const Texts kCompanies = {"Bäckerei", "Praxis Dr.", "Autohaus",  "Hotel",          "Weingut",
                          "Kanzlei",  "Gaststätte", "Möbelhaus", "Architekturbüro"};
const Texts kForms = {"GmbH", "GmbH & Co. KG", "OHG", "e. K.", "GbR", "AG"};
const Texts kStreets = {"Königstraße", "Am Mühlbach", "Hauptstr.",      "Gänsemarkt",
                        "Lindenallee", "Große Gasse", "Rue de l'Église"};
struct Town {
  const char* code;
  const char* name;
};
const std::initializer_list<Town> kTowns = {{"80331", "München"},   {"01067", "Dresden"},      {"50667", "Köln"},
                                            {"90402", "Nürnberg"},  {"83646", "Bad Tölz"},     {"04109", "Leipzig"},
                                            {"33602", "Bielefeld"}, {"06108", "Halle (Saale)"}};
const Texts kWorks = {"Einbauküche",          "Treppe Eiche geölt", "Haustüranlage", "Empfangstheke",
                      "Innentüren EG + OG",   "Schrankwand",        "Dachgaube",     "Fenstertausch Südseite",
                      "Umbau \"Alte Mühle\"", "Büro & Besprechung", "Türen <T30>"};
const Texts kPositionTexts = {"Korpus Eiche furniert\rKanten 2 mm ABS\r\rFronten weiß lackiert",
                              "Montage vor Ort\r\rinkl. An- und Abfahrt",
                              "Innentür 860 x 1985\rZarge Buche; Drückergarnitur Edelstahl",
                              "Arbeitsplatte 38 mm\rAusschnitt für Spüle",
                              "Entsorgung Altküche",
                              "Sockelleiste\r\rMaß nach Aufmaß\t(ca.)"};
const Texts kDeliveryInfos = {"Schlüssel beim Hausmeister\rTel. 0171/5550123", "Anlieferung über Hof\r\rHund!",
                              "Aufzug vorhanden", "Parkplatz nur bis 10 Uhr\rBitte vorher anrufen\r\rHr. Groß", ""};
const Texts kUnits = {"Stk", "m²", "lfm", "Std", "psch", "m³"};
const std::initializer_list<double> kAmounts = {1, 2, 2.5, 0.5, 12.75, 4, 18, 0.333, 1200};
const std::initializer_list<int> kProcess = {10, 20, 30, 40, 40, 50, 60, 70, 80, 90, 100, 110, 110, 120, 130, 140, 45};
const Texts kTerms = {"30 Tage netto", "14 Tage 2 % Skonto, 30 Tage netto", "sofort ohne Abzug"};

// Forms seen in the vendor's pages: n20-01170, _0573, 00123.
std::string customerNumber(int i) {
  if (i % 10 < 5) return print("n%02d-%05d", 18 + i % 8, i);
  return i % 10 < 8 ? print("%05d", i) : print("_%04d", i);
}

// 25017, S019, PK-0003, 06127, 05104B.
std::string projectNumber(int i) {
  switch (i % 5) {
    case 0:
      return print("25%03d", i);
    case 1:
      return print("S%03d", i);
    case 2:
      return print("PK-%04d", i);
    case 3:
      return print("06%03d", i);
    default:
      return print("05%03dB", i);
  }
}

std::string articleNumber(int i) {
  switch (i % 4) {
    case 0:
      return print("SP-ei-%04d", i);
    case 1:
      return print("00%04d", i);
    case 2:
      return print("HPL%04dW", i);
    default:
      return print("_B%d.5", i);
  }
}

class Maker {
 public:
  Maker(const JoinerySize& size, Database& into)
      : size_(size),
        dice_(size.seed),
        customers_(into.table("Kunden")),
        contacts_(into.table("Ansprechpartner")),
        projects_(into.table("Auftrag")),
        positions_(into.table("Auftragspositio")),
        articles_(into.table("Artikel")) {}

  void run() {
    for (int i = 1; i <= size_.articles; ++i) article(i);
    for (int i = 1; i <= size_.customers; ++i) customer(i);
    for (int i = 1; i <= size_.projects; ++i) project(i);
  }

 private:
  std::chrono::sys_days daysAgo(int days) const { return size_.today - std::chrono::days(days); }
  // One in three changed within the last fortnight.
  std::chrono::sys_days changed() { return daysAgo(dice_.percent(33) ? dice_.below(15) : dice_.between(15, 400)); }

  void article(int i) {
    const bool board = dice_.percent(60);
    RowMaker(articles_)
        .set("ArtikelTypenNr", articleNumber(i))
        .set("Artikelgruppe", dice_.pick(Texts{"Platten", "Beschläge", "Türen", "Öl & Lack"}))
        .set("Bezeichnung",
             print("%s %d", dice_.pick(Texts{"Spanplatte Eiche", "Türdrücker", "Möbelgleiter", "Hartöl weiß"}), i))
        .set("Beschreibung",
             dice_.pick(Texts{"beidseitig beschichtet\rE1", "", "Maße ± 1 mm\r\rnur auf Bestellung", "5 Jahre Gewähr"}))
        .set("Laenge", board ? dice_.pick(std::initializer_list<double>{2800, 2440, 4100}) : 0.0)
        .set("Breite", board ? dice_.pick(std::initializer_list<double>{2070, 1220, 2800}) : 0.0)
        .set("Hoehe", board ? dice_.pick(std::initializer_list<double>{19, 16, 22.5, 38}) : 0.0)
        .set("Einheit", dice_.pick(kUnits))
        .set("AenderungsDatum", changed())
        .insert();
  }

  void address(RowMaker& row) {
    const Town town = dice_.pick(kTowns);
    row.set("Strasse", print("%s %d", dice_.pick(kStreets), dice_.between(1, 120)))
        .set("Land", dice_.percent(95) ? "D" : "A")
        .set("PLZ", town.code)
        .set("Ort", town.name);
  }

  void customer(int i) {
    const std::string number = customerNumber(i);
    const std::string last = dice_.pick(kLastNames);
    const bool company = dice_.percent(45);
    RowMaker row(customers_);
    row.set("KundenNr", number)
        .set("Name1", company ? print("%s %s %s", dice_.pick(kCompanies), last.c_str(), dice_.pick(kForms)) : last)
        .set("Name2", company ? (dice_.percent(30) ? "Zentraleinkauf" : "") : dice_.pick(kFirstNames))
        .set("Telefon", dice_.percent(80) ? print("0%d/%d", dice_.between(30, 9999), dice_.between(10000, 999999)) : "")
        .set("email", dice_.percent(70) ? print("kunde%d@example.de", i) : "")
        .set("Zahlungsbedingung", dice_.pick(kTerms))
        .set("AenderungsDatum", changed());
    address(row);
    row.insert();
    const int count = dice_.below(4);
    const int main = dice_.percent(75) ? dice_.below(count + 1) : -1;
    for (int c = 0; c < count; ++c) contact(1, number, c == main);
    // A supplier may carry the number of a customer: only Typ tells their contacts apart.
    if (i % 10 == 5) contact(0, number, false);
  }

  void contact(int type, const std::string& owner, bool main) {
    const bool woman = dice_.percent(50);
    RowMaker row(contacts_);
    row.set("Typ", std::int64_t{type})
        .set("TypNr", owner)
        .set("Name", dice_.pick(kLastNames))
        .set("VorName", dice_.pick(kFirstNames))
        .set("Anrede", woman ? "Frau" : "Herr")
        .set("Geschlecht", woman ? "w" : "m")
        .set("email", dice_.percent(60) ? print("kontakt%d@example.de", dice_.below(100000)) : "")
        .set("Telefon", dice_.percent(60) ? print("089/%d", dice_.between(10000, 999999)) : "")
        .set("MobilTel", dice_.percent(60) ? print("0171/555%04d", dice_.below(10000)) : "")
        .set("isInaktiv", dice_.percent(12))
        .set("Hauptansprechpartner", main)
        .set("AenderungsDatum", changed());
    if (dice_.percent(50)) address(row);
    row.insert();
  }

  void project(int i) {
    const std::string number = projectNumber(i);
    const int process = dice_.pick(kProcess);
    const int status = process < 40        ? dice_.below(3)
                       : dice_.percent(70) ? kOrderConfirmed
                       : dice_.percent(50) ? kPartlyDelivered
                                           : dice_.between(5, 9);
    const auto entered = daysAgo(dice_.below(200));
    const auto delivery = daysAgo(dice_.between(-60, 20));
    const int form = dice_.below(4);  // 0, 1: a date; 2: only a week; 3: nothing
    RowMaker row(projects_);
    row.set("AuftragsNr", number)
        .set("Bauvorhaben", print("%s %s", dice_.pick(kWorks), dice_.pick(kLastNames)))
        .set("Bezeichnung", print("Komm. %s", dice_.pick(kLastNames)))
        .set("Erfassungsdatum", entered)
        .set("Lieferwoche", form == 2 ? print("%02d/2025", dice_.between(1, 52)) : "")
        .set("Status", std::int64_t{status})
        .set("KundenNr", size_.customers > 0 ? customerNumber(dice_.between(1, size_.customers)) : "")
        .set("Prozessstatus", std::int64_t{process})
        .set("Lieferinfo", dice_.pick(kDeliveryInfos))
        .set("Zahlungsbedingung", dice_.pick(kTerms))
        .set("Vortext", "Sehr geehrte Damen und Herren,\r\rvon Hand geändert")
        .set("Schlusstext", "Mit freundlichen Grüßen")
        .set("AenderungsDatum", std::max(entered, changed()));
    if (form < 2) row.set("Lieferdatum", delivery);
    if (!row.insert()) return;
    for (int p = 1, count = dice_.below(size_.maxPositions + 1); p <= count; ++p) position(number, p, process);
  }

  void position(const std::string& project, int number, int process) {
    const bool article = size_.articles > 0 && dice_.percent(70);
    RowMaker(positions_)
        .set("AuftragsNr", project)
        .set("PositionsNr", std::int64_t{number})
        .set("Status", std::int64_t{dice_.below(4)})
        .set("ArtikelTypenNr", article ? articleNumber(dice_.between(1, size_.articles)) : "")
        .set("Anzahl", dice_.pick(kAmounts))
        .set("VKPreis", dice_.between(5, 250000) / 100.0)
        .set("Prozessstatus", std::int64_t{dice_.percent(70) ? process : dice_.pick(kProcess)})
        .set("Bezeichnung", dice_.pick(kPositionTexts))
        .set("Einheit", dice_.pick(kUnits))
        .set("AenderungsDatum", changed())
        .insert();
  }

  const JoinerySize& size_;
  Dice dice_;
  Table& customers_;
  Table& contacts_;
  Table& projects_;
  Table& positions_;
  Table& articles_;
};

}  // namespace

void makeJoinery(const JoinerySize& size, Database& into) { Maker(size, into).run(); }

}  // namespace postern::sim::profacto
