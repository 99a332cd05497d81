#pragma once
// What can be said about files and their rows.

#include "agent/text.h"

namespace postern::files {

inline constexpr Message kNoFolder{
    "PST-8320",
    {"The folder {0} is not there or cannot be listed.", "Der Ordner {0} ist nicht vorhanden oder nicht lesbar.",
     "De map {0} is er niet of kan niet worden gelezen."},
    {"Check the path and that the service's account may read it; nothing is taken for deleted.",
     "Prüfen Sie den Pfad und das Leserecht des Dienstkontos; nichts gilt als gelöscht.",
     "Controleer het pad en het leesrecht van het account van de dienst; niets geldt als verwijderd."}};

inline constexpr Message kNoFile{"PST-8321",
                                 {"The folder {0} holds no file {1}.", "Der Ordner {0} enthält keine Datei {1}.",
                                  "De map {0} bevat geen bestand {1}."},
                                 {"Check the pattern and whether the export ran; nothing is taken for deleted.",
                                  "Prüfen Sie das Muster und ob der Export gelaufen ist; nichts gilt als gelöscht.",
                                  "Controleer het patroon en of de export is uitgevoerd; niets geldt als verwijderd."}};

inline constexpr Message kStillWritten{
    "PST-8322",
    {"The file {0} was written to a moment ago and may not be finished.",
     "In die Datei {0} wurde eben noch geschrieben; sie ist womöglich nicht fertig.",
     "In bestand {0} is zojuist nog geschreven; het is mogelijk niet klaar."},
    {"Nothing to do: the next pass reads it when it has not changed for the time of \"settle\".",
     "Nichts zu tun: Der nächste Durchlauf liest sie, wenn sie sich für die Zeit von „settle“ nicht geändert hat.",
     "Niets te doen: de volgende ronde leest het als het gedurende \"settle\" niet is gewijzigd."}};

inline constexpr Message kUnreadable{
    "PST-8323",
    {"The file {0} could not be read; it is in use, or the service's account may not read it.",
     "Die Datei {0} war nicht zu lesen; sie ist in Gebrauch, oder dem Dienstkonto fehlt das Leserecht.",
     "Bestand {0} kon niet worden gelezen; het is in gebruik, of het account van de dienst mist leesrecht."},
    {"It is tried again at the next pass; if this repeats, check the rights on the file.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, prüfen Sie die Rechte an der Datei.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, controleer dan de rechten op het bestand."}};

inline constexpr Message kHalf{
    "PST-8324",
    {"The file {0} is not whole: {1} in line {2}.", "Die Datei {0} ist nicht vollständig: {1} in Zeile {2}.",
     "Bestand {0} is niet compleet: {1} in regel {2}."},
    {"It is tried again at the next pass; if this repeats, check delimiter and quote, and run the export again.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, prüfen Sie Trenn- und Anführungszeichen und "
     "exportieren Sie neu.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, controleer dan scheidings- en aanhalingsteken en "
     "exporteer opnieuw."}};

inline constexpr Message kNotWellFormed{
    "PST-8325",
    {"The file {0} is no whole XML: {1} at byte {2}.", "Die Datei {0} ist kein vollständiges XML: {1} bei Byte {2}.",
     "Bestand {0} is geen volledige XML: {1} bij byte {2}."},
    {"It is tried again at the next pass; if this repeats, run the export again.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, exportieren Sie neu.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, exporteer dan opnieuw."}};

inline constexpr Message kNoRows{"PST-8326",
                                 {"The file {0} holds no row of {1}.", "Die Datei {0} enthält keine Zeile für {1}.",
                                  "Bestand {0} bevat geen enkele rij voor {1}."},
                                 {"Check the export and, for XML, the row element; nothing is taken for deleted.",
                                  "Prüfen Sie den Export und bei XML das Zeilenelement; nichts gilt als gelöscht.",
                                  "Controleer de export en bij XML het rij-element; niets geldt als verwijderd."}};

inline constexpr Message kNoColumn{
    "PST-8327",
    {"The file {0} has no column {1}, which {2} names.", "Die Datei {0} hat keine Spalte {1}, die in {2} steht.",
     "Bestand {0} heeft geen kolom {1}, die in {2} staat."},
    {"Correct the name in the field map, or export the column.",
     "Berichtigen Sie den Namen in der Feldzuordnung, oder exportieren Sie die Spalte mit.",
     "Corrigeer de naam in de veldtoewijzing, of exporteer de kolom mee."}};

inline constexpr Message kUtf16{
    "PST-8328",
    {"The file {0} is written in UTF-16, which postern does not read.",
     "Die Datei {0} ist in UTF-16 geschrieben, das postern nicht liest.",
     "Bestand {0} is in UTF-16 geschreven; dat leest postern niet."},
    {"Export it as UTF-8 or as Windows text (ANSI).", "Exportieren Sie sie als UTF-8 oder als Windows-Text (ANSI).",
     "Exporteer het als UTF-8 of als Windows-tekst (ANSI)."}};

inline constexpr Message kTooLong{"PST-8329",
                                  {"A row of the file {0} is longer than {1} bytes, from {2} on.",
                                   "Eine Zeile der Datei {0} ist ab {2} länger als {1} Bytes.",
                                   "Een rij van bestand {0} is vanaf {2} langer dan {1} bytes."},
                                  {"Check the quote character, or for XML the row element.",
                                   "Prüfen Sie das Anführungszeichen, bei XML das Zeilenelement.",
                                   "Controleer het aanhalingsteken, bij XML het rij-element."}};

inline constexpr Message kDuplicates{
    "PST-8330",
    {"{1} rows of the file {0} have a key that comes again with other values (first: {2}); the last one counts.",
     "{1} Zeilen der Datei {0} haben einen Schlüssel, der mit anderen Werten wiederkehrt (erster: {2}); die letzte "
     "gilt.",
     "{1} rijen van bestand {0} hebben een sleutel die met andere waarden terugkomt (eerste: {2}); de laatste telt."},
    {"Name more key columns, or correct the export.",
     "Nennen Sie weitere Schlüsselspalten, oder berichtigen Sie den Export.",
     "Noem meer sleutelkolommen, of corrigeer de export."}};

inline constexpr Message kNoKey{
    "PST-8331",
    {"{1} rows of the file {0} have no usable key and are left out; while there are such "
     "rows, nothing counts as missing.",
     "{1} Zeilen der Datei {0} haben keinen brauchbaren Schlüssel und bleiben weg; solange "
     "es solche gibt, gilt nichts als fehlend.",
     "{1} rijen van bestand {0} hebben geen bruikbare sleutel en blijven weg; zolang die er "
     "zijn, geldt niets als ontbrekend."},
    {"Give them a key in the ERP, or name other key columns.",
     "Vergeben Sie im ERP einen Schlüssel, oder nennen Sie andere Schlüsselspalten.",
     "Geef ze een sleutel in het ERP, of noem andere sleutelkolommen."}};

inline constexpr Message kNotMoved{
    "PST-8332",
    {"The finished file {0} could not be moved to {1}.",
     "Die verarbeitete Datei {0} ließ sich nicht nach {1} verschieben.",
     "Het verwerkte bestand {0} kon niet naar {1} worden verplaatst."},
    {"Check that the service's account may write there; the file is not read twice.",
     "Prüfen Sie das Schreibrecht des Dienstkontos; die Datei wird nicht doppelt gelesen.",
     "Controleer het schrijfrecht van het account van de dienst; het bestand wordt niet dubbel gelezen."}};

inline constexpr Message kBadValue{
    "PST-8333",
    {"The value for {2} of {0} {1} cannot be understood.", "Der Wert für {2} von {0} {1} ist nicht verständlich.",
     "De waarde voor {2} van {0} {1} is niet te begrijpen."},
    {"Correct it in the ERP, or check the settings decimals, dates and true_words.",
     "Berichtigen Sie ihn im ERP, oder prüfen Sie die Einstellungen decimals, dates und true_words.",
     "Corrigeer haar in het ERP, of controleer de instellingen decimals, dates en true_words."}};

inline constexpr Message kBadRow{"PST-8334",
                                 {"The row of {0} {1} is not readable.", "Die Zeile von {0} {1} ist nicht lesbar.",
                                  "De rij van {0} {1} is niet leesbaar."},
                                 {"Run a full compare; if this repeats, please report it.",
                                  "Starten Sie einen vollen Vergleich; wiederholt sich das, melden Sie es bitte.",
                                  "Start een volledige vergelijking; herhaalt het zich, meld het dan."}};

inline constexpr Message kUnknownKind{
    "PST-8335",
    {"No file is set for records of kind {0}.", "Für Datensätze der Art {0} ist keine Datei eingestellt.",
     "Voor records van soort {0} is geen bestand ingesteld."},
    {"Enter {0}.file in the field map, or switch off the flow that needs it.",
     "Tragen Sie {0}.file in der Feldzuordnung ein, oder schalten Sie den Ablauf aus, der das braucht.",
     "Vul {0}.file in de veldtoewijzing in, of schakel de stroom uit die het nodig heeft."}};

inline constexpr Message kStopped{
    "PST-8336",
    {"Reading files was ended before it was done.", "Das Lesen der Dateien wurde vorzeitig beendet.",
     "Het lezen van de bestanden is voortijdig beëindigd."},
    {"Nothing to do: the next pass goes on.", "Nichts zu tun: Der nächste Durchlauf macht weiter.",
     "Niets te doen: de volgende ronde gaat verder."}};

inline constexpr Message kTooMany{
    "PST-8337",
    {"{1} rows of the file {0} have more columns than its first line (first: line {2}) and are left out; while "
     "there are such rows, nothing counts as missing.",
     "{1} Zeilen der Datei {0} haben mehr Spalten als ihre erste Zeile (erste: Zeile {2}) und bleiben weg; solange "
     "es solche gibt, gilt nichts als fehlend.",
     "{1} rijen van bestand {0} hebben meer kolommen dan de eerste regel (eerste: regel {2}) en blijven weg; zolang "
     "die "
     "er zijn, geldt niets als ontbrekend."},
    {"A delimiter inside of a text is the usual cause; set a quote character or export with tabs.",
     "Meist steht ein Trennzeichen in einem Text; stellen Sie ein Anführungszeichen ein, oder exportieren Sie mit Tab.",
     "Meestal staat er een scheidingsteken in een tekst; stel een aanhalingsteken in, of exporteer met tabs."}};

inline constexpr Message kLate{
    "PST-8338",
    {"The file {0} came later than newer ones and is passed over: files of changes are read in the order of their "
     "time.",
     "Die Datei {0} kam später als neuere und wird übergangen: Dateien mit Änderungen werden nach ihrer Zeit gelesen.",
     "Bestand {0} kwam later dan nieuwere en wordt overgeslagen: bestanden met wijzigingen worden op tijd gelezen."},
    {"Set done_folder, so that every file is read; to have this one read, save it anew.",
     "Setzen Sie done_folder, dann wird jede Datei gelesen; speichern Sie diese neu, damit sie gelesen wird.",
     "Stel done_folder in, dan wordt elk bestand gelezen; sla dit opnieuw op om het te laten lezen."}};

// ---- Settings -------------------------------------------------------------------------------------------------------

inline constexpr Message kNothingMapped{
    "PST-8340",
    {"The field map names no file: not a single \"KIND.file\" is set.",
     "Die Feldzuordnung nennt keine Datei: Kein einziges „ART.file“ ist gesetzt.",
     "De veldtoewijzing noemt geen bestand: geen enkele \"SOORT.file\" is ingesteld."},
    {"Enter at least one, e.g. customer.file = customers*.csv, with customer.key.",
     "Tragen Sie mindestens eines ein, z. B. customer.file = kunden*.csv, mit customer.key.",
     "Vul er minstens één in, bijv. customer.file = klanten*.csv, met customer.key."}};

inline constexpr Message kNoKeySet{
    "PST-8341",
    {"The field map has \"{0}.file\", but not \"{1}\".", "In der Feldzuordnung steht „{0}.file“, aber nicht „{1}“.",
     "In de veldtoewijzing staat \"{0}.file\", maar niet \"{1}\"."},
    {"Enter the missing setting.", "Ergänzen Sie die fehlende Einstellung.", "Vul de ontbrekende instelling in."}};

inline constexpr Message kOtherErp{
    "PST-8342",
    {"\"{0}\" is no field of records of {1}.", "„{0}“ ist kein Feld von Datensätzen für {1}.",
     "\"{0}\" is geen veld van records voor {1}."},
    {"Remove the line, or set \"as\" to the ERP the files come from.",
     "Entfernen Sie die Zeile, oder setzen Sie „as“ auf das ERP, aus dem die Dateien kommen.",
     "Verwijder de regel, of zet \"as\" op het ERP waar de bestanden vandaan komen."}};

inline constexpr Message kBadPattern{
    "PST-8343",
    {"\"{0}\" is no pattern of a file name.", "„{0}“ ist kein Muster für einen Dateinamen.",
     "\"{0}\" is geen patroon voor een bestandsnaam."},
    {"Use a name without folders; * stands for any characters, ? for one.",
     "Verwenden Sie einen Namen ohne Ordner; * steht für beliebige Zeichen, ? für eines.",
     "Gebruik een naam zonder mappen; * staat voor willekeurige tekens, ? voor één."}};

inline constexpr Message kBadPath{
    "PST-8344",
    {"\"{0}\" is no path inside of a row element.", "„{0}“ ist kein Pfad innerhalb eines Zeilenelements.",
     "\"{0}\" is geen pad binnen een rij-element."},
    {"Use names of elements with '/' between them, and '@' before an attribute: Address/Street, @id.",
     "Verwenden Sie Elementnamen mit „/“ dazwischen und „@“ vor einem Attribut: Address/Street, @id.",
     "Gebruik elementnamen met '/' ertussen en '@' voor een attribuut: Address/Street, @id."}};

inline constexpr Message kBadDoneFolder{
    "PST-8345",
    {"The folder \"{0}\" for finished files is no plain name.",
     "Der Ordner „{0}“ für verarbeitete Dateien ist kein einfacher Name.",
     "De map \"{0}\" voor verwerkte bestanden is geen gewone naam."},
    {"Enter a name without '/' or '\\'; it is a sub-folder of \"folder\".",
     "Tragen Sie einen Namen ohne „/“ und „\\“ ein; es ist ein Unterordner von „folder“.",
     "Vul een naam zonder '/' of '\\' in; het is een submap van \"folder\"."}};

}  // namespace postern::files
