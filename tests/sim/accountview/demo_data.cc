#include "tests/sim/accountview/demo_data.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "tests/sim/accountview/text.h"
#include "tests/sim/dice.h"

namespace postern::sim::accountview {

namespace {

using Texts = std::initializer_list<const char*>;

const Texts kFirstNames = {"Sanne", "Daan", "Fleur", "Joris", "Anouk", "Bram", "Maaike", "Ruben", "Lotte", "André"};
const Texts kLastNames = {"de Vries", "Jansen",    "van den Berg", "Bakker",  "Visser",    "Smit",     "Meijer",
                          "de Boer",  "Mulder",    "van Dijk",     "Dekker",  "Brouwer",   "Dijkstra", "Hoekstra",
                          "Kuipers",  "Vermeulen", "van 't Hof",   "Özdemir", "Timmermans"};
const Texts kTrades = {"Bakkerij", "Autobedrijf", "Hotel", "Woningstichting", "Basisschool", "Tandartspraktijk",
                       "Café",     "Drukkerij",   "VvE",   "Kwekerij"};
const Texts kForms = {"B.V.", "V.O.F.", "", "", "N.V."};
const Texts kStreets = {"Dorpsstraat",
                        "Kerkweg",
                        "Molenlaan",
                        "Stationsplein",
                        "Lange Nieuwstraat",
                        "Havenkade",
                        "Burgemeester Röellstraat",
                        "Industrieweg",
                        "'t Hoogt"};
struct Town {
  int code;
  const char* name;
};
const std::initializer_list<Town> kTowns = {{1234, "Utrecht"},   {3811, "Amersfoort"},    {5211, "'s-Hertogenbosch"},
                                            {9711, "Groningen"}, {2511, "'s-Gravenhage"}, {6811, "Arnhem"},
                                            {8011, "Zwolle"},    {4811, "Breda"}};
const Texts kWorks = {"Ketel vervangen",      "Onderhoud cv-installatie", "Lekkage dak",
                      "Badkamer renoveren",   "Zonnepanelen plaatsen",    "Warmtepomp installeren",
                      "Riolering ontstoppen", "Groepenkast uitbreiden"};
const Texts kParts = {"Klep", "Pomp", "Leiding", "Koppeling", "Thermostaat", "Radiator", "Afsluiter", "Ventiel"};
const Texts kSizes = {"15 mm", "22 mm", "28 mm", "1/2\"", "3/4\"", "600x900"};

template <typename... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

class Maker {
 public:
  Maker(const Schema& schema, const AccountViewSize& size, Store& store)
      : schema_(schema), size_(size), store_(store), dice_(size.seed) {}

  void run() {
    masters();
    for (int i = 1; i <= size_.customers; ++i) customer(i);
    for (int i = 1; i <= size_.articles; ++i) article(i);
    for (int i = 1; i <= size_.projects; ++i) project(i);
    for (int i = 1; i <= size_.orders; ++i) order(i);
  }

 private:
  std::string day(int offset) const {
    return dutchClock(size_.today + std::chrono::days(offset)).substr(0, 10) + "T00:00:00";
  }

  void put(const char* word, const Json& values) {
    const Table& table = schema_.table(word);
    Json row = Store::emptyRow(table);
    row.update(values);
    const auto changed =
        size_.today - std::chrono::days(dice_.between(1, 300)) + std::chrono::seconds(dice_.below(86'400));
    store_.put(table, std::move(row), dutchClock(changed), "JAN", false);
  }
  std::string number(const char* purpose) {
    return print("%010d", static_cast<int>(store_.nextNumber(std::string("REC_ID ") + purpose)));
  }
  std::string street() {
    return dice_.pick(kStreets) + (" " + std::to_string(dice_.between(1, 240))) + (dice_.percent(15) ? "a" : "");
  }
  std::string code(const Town& town) {
    return print("%04d %c%c", town.code, 'A' + dice_.below(26), 'A' + dice_.below(26));
  }
  std::string employee() { return size_.employees > 0 ? print("E%02d", dice_.between(1, size_.employees)) : ""; }
  static std::string debtor(int i) { return std::to_string(10'000 + i); }
  static std::string part(int i) { return print("ART%04d", i); }

  void masters() {
    put("PJ_TYPE", {{"TYPE_CODE", "ONDERHOUD"}, {"TYPE_DESC", "Onderhoud"}});
    put("PJ_TYPE", {{"TYPE_CODE", "INSTALLATI"}, {"TYPE_DESC", "Installatie"}});
    put("PJ_TYPE", {{"TYPE_CODE", "STORING"}, {"TYPE_DESC", "Storing"}});
    put("HOUR_TYPE", {{"HRT_CODE", "WERK"}, {"HRT_DESC", "Werktijd"}});
    put("HOUR_TYPE", {{"HRT_CODE", "REIS"}, {"HRT_DESC", "Reistijd"}});
    for (int i = 1; i <= size_.employees; ++i) {
      put("EMPLOYEE", {{"EMP_NR", print("E%02d", i)},
                       {"EMP_NAME", std::string(dice_.pick(kFirstNames)) + ' ' + dice_.pick(kLastNames)}});
    }
  }

  void customer(int i) {
    const std::string family = dice_.pick(kLastNames);
    const std::string form = dice_.pick(kForms);
    // the number keeps names apart, so that tests may look for doubled ones
    const std::string name =
        std::string(dice_.pick(kTrades)) + ' ' + family + ' ' + std::to_string(i) + (form.empty() ? "" : ' ' + form);
    const Town town = dice_.pick(kTowns);
    Json row{{"SUB_NR", debtor(i)},
             {"ACCT_NAME", cutTo(name, 40)},
             {"SRC_CODE", cutTo(upperCase(throughWindows1252(family)), 10)},
             {"ACCT_NR", "1300"},
             {"CNT_CODE", "NL"},
             {"TEL_BUS", print("0%d-%07d", dice_.between(20, 79), dice_.below(10'000'000))},
             {"MAIL_BUS", print("info%d@voorbeeld.example", i)},
             {"REC_BLK", i % 37 == 0},
             {"DEB_SHOW", true}};
    if (i % 12 != 0) {  // some have a postal address only
      row["ADDRESS1"] = street();
      row["POST_CODE"] = code(town);
      row["CITY"] = town.name;
    }
    if (i % 3 == 0) {
      row["PO_BOX"] = print("Postbus %d", dice_.between(1, 9999));
      row["PO_CODE"] = code(town);
      row["PO_CITY"] = town.name;
    }
    put("CONTACT", row);
    if (i % 2 == 0) contact(i, family);
    if (i % 5 == 0) {
      put("DEL_ADDR", {{"REC_ID", number("DEL_ADDR")},
                       {"SUB_NR", debtor(i)},
                       {"DEL_NAME", "Magazijn"},
                       {"ADDRESS1", street()},
                       {"POST_CODE", code(town)},
                       {"CITY", town.name},
                       {"CNT_CODE", "NL"}});
    }
  }

  void contact(int i, const std::string& family) {
    put("CONT_PP", {{"PP_CODE", print("%06d", static_cast<int>(store_.nextNumber("CONT_PP")))},
                    {"SUB_NR", debtor(i)},
                    {"SALUT", dice_.percent(50) ? "Dhr." : "Mevr."},
                    {"FIRST_NAME", dice_.pick(kFirstNames)},
                    {"LAST_NAME", family},
                    {"MAIL_PRIV", print("persoon%d@voorbeeld.example", i)},
                    {"TEL_BUS", print("0%d-%07d", dice_.between(20, 79), dice_.below(10'000'000))},
                    {"TEL_MOB", print("06-%08d", dice_.below(100'000'000))}});
  }

  void article(int i) {
    put("ARTICLE", {{"ART_CODE", part(i)},
                    {"ART_DESC1", std::string(dice_.pick(kParts)) + ' ' + dice_.pick(kSizes)},
                    {"AG_CODE", dice_.percent(50) ? "CV" : "SAN"},
                    {"PX_SELL", dice_.between(100, 25'000) / 100.0},
                    {"COST_PX", dice_.between(50, 15'000) / 100.0},
                    {"QTY_AVAIL", dice_.below(200)}});
  }

  void project(int i) {
    const int begins = dice_.between(-200, 20);
    put("PROJECTS", {{"PROJ_CODE", print("P%05d", i)},
                     {"PROJ_DESC", dice_.pick(kWorks)},
                     {"SUB_NR", size_.customers > 0 ? debtor(dice_.between(1, size_.customers)) : ""},
                     {"PRO_STAT", i % 6 == 0 ? "C" : "O"},
                     {"BEG_DATE", day(begins)},
                     {"END_DATE", i % 4 == 0 ? "" : day(begins + dice_.between(5, 90))},
                     {"REC_ID", number("PROJECTS")},
                     {"COMMENT1", i % 3 == 0 ? "Sleutel bij de buren.\r\nBellen vóór aankomst." : ""},
                     {"PJ_TYPE", i % 9 == 0 ? "" : dice_.pick(Texts{"ONDERHOUD", "INSTALLATI", "STORING"})},
                     {"EMP_NR", i % 5 == 0 ? "" : employee()}});
  }

  void order(int) {
    if (size_.customers == 0) return;
    const int ordered = dice_.between(-60, 0);
    const std::string date = day(ordered);
    const std::string year = date.substr(0, 4);
    const std::string order = print("%s%04d", year.c_str(), static_cast<int>(store_.nextNumber("ORD_NR " + year)));
    const std::string to = debtor(dice_.between(1, size_.customers));
    put("SO_HDR",
        {{"ORD_NR", order},
         {"RPL_DEL", to},
         {"RPL_INV", to},
         {"ORD_DATE", date},
         {"PROJ_CODE", size_.projects > 0 && dice_.percent(60) ? print("P%05d", dice_.between(1, size_.projects)) : ""},
         {"DEL_DATE", dice_.percent(70) ? day(ordered + dice_.between(3, 40)) : ""},
         {"COMMENT1", dice_.pick(kWorks)},
         {"ORD_STAT", dice_.percent(80) ? "O" : "C"}});
    const int lines = size_.articles > 0 ? dice_.below(4) : 0;
    for (int i = 1; i <= lines; ++i) {
      put("SO_LINE", {{"ORD_NR", order},
                      {"LINE_NR", i},
                      {"ART_CODE", part(dice_.between(1, size_.articles))},
                      {"ORD_QTY", dice_.between(1, 12)}});
    }
  }

  const Schema& schema_;
  const AccountViewSize& size_;
  Store& store_;
  Dice dice_;
};

}  // namespace

void makeDemoData(const Schema& schema, const AccountViewSize& size, Store& store) { Maker(schema, size, store).run(); }

}  // namespace postern::sim::accountview
