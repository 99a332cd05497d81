// The tables of section 4.3 and the fields of section 4.5; where the sheet has no name, the simulator's own words.

#include <stdexcept>

#include "tests/sim/profacto/database.h"

namespace postern::sim::profacto {

namespace {

constexpr const char* kChangeDate = "AenderungsDatum";

struct TableSpec {
  const char* name;
  std::vector<Column> columns;
  std::vector<std::size_t> key;
  bool uniqueKeys = true;
};

Column text(const char* word) { return {word, word, Type::Text, false}; }
Column integer(const char* word) { return {word, word, Type::Integer, false}; }
Column number(const char* word) { return {word, word, Type::Number, false}; }
Column boolean(const char* word) { return {word, word, Type::Boolean, false}; }
Column date(const char* word) { return {word, word, Type::Date, false}; }
Column uuid(const char* word) { return {word, word, Type::Text, true}; }

std::vector<TableSpec> joineryTables() {
  return {
      {"Auftrag",
       {text("AuftragsNr"), text("Bauvorhaben"), text("Bezeichnung"), date("Erfassungsdatum"), text("Lieferwoche"),
        integer("Status"), text("KundenNr"), integer("Prozessstatus"), date("Lieferdatum"), text("Lieferinfo"),
        text("Zahlungsbedingung"), text("Vortext"), text("Schlusstext"), date(kChangeDate), uuid("PKUUID_20")},
       {0}},
      {"Auftragspositio",
       {text("AuftragsNr"), integer("PositionsNr"), integer("Status"), text("ArtikelTypenNr"), number("Anzahl"),
        number("VKPreis"), integer("Prozessstatus"), text("Bezeichnung"), text("Einheit"), date(kChangeDate),
        uuid("PKUUID_16")},
       {0, 1}},
      {"Kunden",
       {text("KundenNr"), text("Name1"), text("Name2"), text("Strasse"), text("Land"), text("PLZ"), text("Ort"),
        text("Telefon"), text("email"), text("Zahlungsbedingung"), date(kChangeDate), uuid("PKUUID_12")},
       {0}},
      // Two contacts of one owner may have the same name: nothing readable tells them apart.
      {"Ansprechpartner",
       {integer("Typ"),     text("TypNr"),    text("Name"),         text("VorName"),   text("Anrede"),
        text("Geschlecht"), text("email"),    text("Telefon"),      text("Telefax"),   text("MobilTel"),
        text("Strasse"),    text("Land"),     text("PLZ"),          text("Ort"),       text("Kurzbezeichnung"),
        text("Name1"),      text("Name2"),    boolean("isInaktiv"), text("Suchfeld1"), boolean("Hauptansprechpartner"),
        date(kChangeDate),  uuid("PKUUID_90")},
       {0, 1, 2, 3},
       false},
      {"Artikel",
       {text("ArtikelTypenNr"), text("Artikelgruppe"), text("Bezeichnung"), text("Beschreibung"), number("Laenge"),
        number("Breite"), number("Hoehe"), text("Einheit"), date(kChangeDate)},
       {0}},
  };
}

// Tables that hold nothing here; the locked field where the sheet names it.
const std::vector<std::pair<const char*, const char*>>& otherTables() {
  static const std::vector<std::pair<const char*, const char*>> tables = {
      {"AuftragsKosten", "PKUUID_63"},
      {"PosKonstanten", "PKUUID_55"},
      {"PosKalkulationszeiten", "PKUUID_148"},
      {"PosKalkulationsMaterial", "PKUUID_149"},
      {"KalkBereiche", "PKUUID_44"},
      {"KalkGruppen", "PKUUID_45"},
      {"DokumentMengen", "PKUUID_145"},
      {"Betriebsauftrag", "PKUUID_100"},
      {"BetriebsPos", "PKUUID_101"},
      {"Kundengruppe", "PKUUID_92"},
      {"KundenRabatt", "PKUUID_111"},
      {"Kundenstatus", "PKUUID_4"},
      {"Ansprechstatus", "PKUUID_28"},
      {"Bestellung", "PKUUID_104"},
      {"BestellPos", ""},
      {"Kostenstellen", "PKUUID_14"},
      {"Zeitdatei", "PKUUID_19"},
      {"Personal", "PKUUID_13"},
      {"ZeitmodellZuweisung", ""},
      {"Betriebskalende", ""},
      {"BDEActivity", ""},
      {"Personal_Kostenstellen", ""},
  };
  return tables;
}

}  // namespace

Database::Database(const ProfactoOptions& options) {
  for (TableSpec& spec : joineryTables()) {
    if (!options.changeFields || options.withoutChangeField.contains(spec.name)) {
      std::erase_if(spec.columns, [](const Column& column) { return column.word == kChangeDate; });
    }
    for (Column& column : spec.columns) {
      const auto renamed = options.rename.find(std::string(spec.name) + '.' + column.word);
      if (renamed != options.rename.end()) column.name = renamed->second;
    }
    tables_.try_emplace(spec.name, spec.name, std::move(spec.columns), std::move(spec.key), spec.uniqueKeys);
  }
  for (const auto& [name, locked] : otherTables()) {
    std::vector<Column> columns;
    if (*locked != '\0') columns.push_back(uuid(locked));
    tables_.try_emplace(name, name, std::move(columns), std::vector<std::size_t>{}, false);
  }
}

Table* Database::find(std::string_view name) {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : &found->second;
}

Table& Database::table(std::string_view name) {
  Table* found = find(name);
  if (found == nullptr) throw std::invalid_argument("no table " + std::string(name));
  return *found;
}

std::optional<std::size_t> Database::changeColumn(const Table& table) const {
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    if (table.columns()[i].word == kChangeDate) return i;
  }
  return std::nullopt;
}

const std::vector<std::string>& tablesOfSet(const std::string& set) {
  static const std::map<std::string, std::vector<std::string>> sets = {
      {"Projekte",
       {"Auftrag", "Auftragspositio", "AuftragsKosten", "PosKonstanten", "PosKalkulationszeiten",
        "PosKalkulationsMaterial", "KalkBereiche", "KalkGruppen", "DokumentMengen", "Betriebsauftrag", "BetriebsPos"}},
      {"Kunden", {"Kunden", "Ansprechpartner", "Kundengruppe", "KundenRabatt", "Kundenstatus", "Ansprechstatus"}},
      {"Kontakte", {"Ansprechpartner"}},
      {"Artikel", {"Artikel"}},
      {"Bestellung", {"Bestellung", "BestellPos"}},
      {"Zeiterfassung",
       {"Auftragspositio", "Kostenstellen", "Zeitdatei", "Personal", "ZeitmodellZuweisung", "Betriebskalende",
        "BDEActivity", "Personal_Kostenstellen"}},
  };
  static const std::vector<std::string> none;
  const auto found = sets.find(set);
  return found == sets.end() ? none : found->second;
}

const std::vector<std::string>& apiSets() {
  static const std::vector<std::string> sets = {"Produktion",
                                                "Kontakte",
                                                "Kunden",
                                                "Aktivitäten",
                                                "Lieferanten",
                                                "Projekte",
                                                "Artikel",
                                                "Personal",
                                                "Bestellung",
                                                "ProduktionSchreiben",
                                                "KontakteSchreiben",
                                                "KundenSchreiben",
                                                "AktivitätenSchreiben",
                                                "LieferantenSchreiben",
                                                "ProjekteSchreiben",
                                                "ArtikelSchreiben",
                                                "PersonalSchreiben",
                                                "BestellungSchreiben",
                                                "Lager",
                                                "Dateien",
                                                "Buchhaltung",
                                                "Kalkulation",
                                                "Konstanten",
                                                "Integration",
                                                "Zeiterfassung"};
  return sets;
}

}  // namespace postern::sim::profacto
