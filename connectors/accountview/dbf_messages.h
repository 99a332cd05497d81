#pragma once
// What can be said about a table, for the reader and the source.

#include "agent/text.h"

namespace postern::accountview {

inline constexpr Message kDbfCutShort{
    "PST-8300",
    {"Table {0} is shorter than it says ({1}); it is in use or still being copied.",
     "Die Tabelle {0} ist kürzer, als sie angibt ({1}); sie ist in Gebrauch oder wird noch kopiert.",
     "Tabel {0} is korter dan zij aangeeft ({1}); zij is in gebruik of wordt nog gekopieerd."},
    {"It is tried again at the next pass; let the copy end before postern reads, if this repeats.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, muss die Kopie fertig sein, bevor postern liest.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, laat dan de kopie klaar zijn voordat postern leest."}};

inline constexpr Message kDbfDamaged{
    "PST-8301",
    {"Table {0} cannot be right at {1}.", "Die Tabelle {0} kann an dieser Stelle nicht stimmen: {1}.",
     "Tabel {0} kan op deze plaats niet kloppen: {1}."},
    {"It is tried again at the next pass; if this repeats, make a new copy of the table.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, kopieren Sie die Tabelle neu.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, maak dan een nieuwe kopie van de tabel."}};

inline constexpr Message kDbfVersion{
    "PST-8302",
    {"{0} is no FoxPro table that postern reads (version byte {1}).",
     "{0} ist keine FoxPro-Tabelle, die postern lesen kann (Versionsbyte {1}).",
     "{0} is geen FoxPro-tabel die postern kan lezen (versiebyte {1})."},
    {"Check that the folder holds AccountView's tables; a file that is still being copied is tried again.",
     "Prüfen Sie, ob der Ordner AccountViews Tabellen enthält; eine noch kopierte Datei wird erneut versucht.",
     "Controleer of de map de tabellen van AccountView bevat; een bestand dat nog wordt gekopieerd, volgt later."}};

inline constexpr Message kDbfUnreadable{
    "PST-8303",
    {"Table {0} could not be read ({1}); it is in use, or the service's account may not read it.",
     "Die Tabelle {0} war nicht zu lesen ({1}); sie ist in Gebrauch, oder dem Dienstkonto fehlt das Leserecht.",
     "Tabel {0} kon niet worden gelezen ({1}); zij is in gebruik, of het account van de dienst mist leesrecht."},
    {"It is tried again at the next pass; if this repeats, check the rights on the folder.",
     "Der nächste Durchlauf versucht es erneut; wiederholt sich das, prüfen Sie die Rechte am Ordner.",
     "De volgende ronde probeert het opnieuw; herhaalt het zich, controleer dan de rechten op de map."}};

inline constexpr Message kDbfMemo{
    "PST-8304",
    {"The memo {1} of table {0} cannot be right at {2}.",
     "Das Memo {1} der Tabelle {0} kann an dieser Stelle nicht stimmen: {2}.",
     "Memo {1} van tabel {0} kan op deze plaats niet kloppen: {2}."},
    {"The record is left out until its memo is right; correct it in AccountView if this repeats.",
     "Der Datensatz bleibt weg, bis sein Memo stimmt; berichtigen Sie es in AccountView, falls sich das wiederholt.",
     "Het record blijft weg tot de memo klopt; corrigeer die in AccountView als dit zich herhaalt."}};

inline constexpr Message kDbfNoMemoFile{
    "PST-8305",
    {"The memo file (.FPT) of table {0} is missing.", "Die Memodatei (.FPT) der Tabelle {0} fehlt.",
     "Het memobestand (.FPT) van tabel {0} ontbreekt."},
    {"Copy the .FPT files together with the .DBF files.",
     "Kopieren Sie die .FPT-Dateien zusammen mit den .DBF-Dateien.",
     "Kopieer de .FPT-bestanden samen met de .DBF-bestanden."}};

inline constexpr Message kDbfNoFolder{
    "PST-8306",
    {"The folder {0} with AccountView's tables is not there or cannot be listed.",
     "Der Ordner {0} mit AccountViews Tabellen ist nicht vorhanden oder nicht lesbar.",
     "De map {0} met de tabellen van AccountView is er niet of kan niet worden gelezen."},
    {"Check the path and that the service's account may read it.",
     "Prüfen Sie den Pfad und das Leserecht des Dienstkontos.",
     "Controleer het pad en het leesrecht van het account van de dienst."}};

inline constexpr Message kDbfNoTable{
    "PST-8307",
    {"The folder {1} holds no table {0}.", "Der Ordner {1} enthält keine Tabelle {0}.",
     "De map {1} bevat geen tabel {0}."},
    {"Check the table's name and that the copy is complete; nothing is taken for deleted.",
     "Prüfen Sie den Namen der Tabelle und ob die Kopie vollständig ist; nichts gilt als gelöscht.",
     "Controleer de naam van de tabel en of de kopie volledig is; niets geldt als verwijderd."}};

inline constexpr Message kDbfNoColumn{
    "PST-8308",
    {"Table {0} has no column {1}.", "Die Tabelle {0} hat keine Spalte {1}.", "Tabel {0} heeft geen kolom {1}."},
    {"Correct the name in the field map, or leave the field empty there.",
     "Berichtigen Sie den Namen in der Feldzuordnung, oder lassen Sie das Feld dort leer.",
     "Corrigeer de naam in de veldtoewijzing, of laat het veld daar leeg."}};

inline constexpr Message kDbfColumnType{
    "PST-8309",
    {"Column {1} of table {0} has type {2}, which postern does not read.",
     "Die Spalte {1} der Tabelle {0} hat den Typ {2}, den postern nicht liest.",
     "Kolom {1} van tabel {0} heeft type {2}, dat postern niet leest."},
    {"Take another column in the field map.", "Nehmen Sie in der Feldzuordnung eine andere Spalte.",
     "Neem in de veldtoewijzing een andere kolom."}};

inline constexpr Message kDbfBadValue{
    "PST-8310",
    {"The value in column {2} of {0} {1} cannot be understood.",
     "Der Wert in Spalte {2} von {0} {1} ist nicht verständlich.",
     "De waarde in kolom {2} van {0} {1} is niet te begrijpen."},
    {"Correct the record in AccountView.", "Berichtigen Sie den Datensatz in AccountView.",
     "Corrigeer het record in AccountView."}};

inline constexpr Message kDbfBadRow{"PST-8311",
                                    {"The row of {0} {1} is not readable.", "Die Zeile von {0} {1} ist nicht lesbar.",
                                     "De rij van {0} {1} is niet leesbaar."},
                                    {"Run a full compare; if this repeats, please report it.",
                                     "Starten Sie einen vollen Vergleich; wiederholt sich das, melden Sie es bitte.",
                                     "Start een volledige vergelijking; herhaalt het zich, meld het dan."}};

inline constexpr Message kDbfUnknownKind{
    "PST-8312",
    {"No table is set for records of kind {0}.", "Für Datensätze der Art {0} ist keine Tabelle eingestellt.",
     "Voor records van soort {0} is geen tabel ingesteld."},
    {"This is an error in the program; please report it.", "Das ist ein Programmfehler; bitte melden Sie ihn.",
     "Dit is een fout in het programma; meld hem alstublieft."}};

inline constexpr Message kDbfNoKey{
    "PST-8313",
    {"{1} records of table {0} have no usable key (first: record {2}) and are left out.",
     "{1} Datensätze der Tabelle {0} haben keinen brauchbaren Schlüssel (erster: Satz {2}) und bleiben weg.",
     "{1} records van tabel {0} hebben geen bruikbare sleutel (eerste: record {2}) en blijven weg."},
    {"Give them a key in AccountView, or name other key columns.",
     "Vergeben Sie in AccountView einen Schlüssel, oder nennen Sie andere Schlüsselspalten.",
     "Geef ze een sleutel in AccountView, of noem andere sleutelkolommen."}};

/// {0} = option.
inline constexpr Message kDbfBadOnly{
    "PST-8315",
    {"The setting {0} names no kind and column that is read from tables.",
     "Die Einstellung {0} nennt keine Art und Spalte, die aus Tabellen gelesen wird.",
     "De instelling {0} noemt geen soort en kolom die uit tabellen wordt gelezen."},
    {"Write only.KIND.COLUMN = VALUES with a kind whose table the field map names.",
     "Schreiben Sie only.ART.SPALTE = WERTE mit einer Art, deren Tabelle die Feldzuordnung nennt.",
     "Schrijf only.SOORT.KOLOM = WAARDEN met een soort waarvan de veldtoewijzing de tabel noemt."}};

/// {0} = kinds.
inline constexpr Message kDbfKindsOff{
    "PST-8316",
    {"These kinds have no table in the field map and are off: {0}.",
     "Diese Arten haben in der Feldzuordnung keine Tabelle und sind aus: {0}.",
     "Deze soorten hebben in de veldtoewijzing geen tabel en staan uit: {0}."},
    {"Enter table and columns of those you need; the names are not public, the list of tables above helps to find "
     "them.",
     "Tragen Sie Tabelle und Spalten der benötigten ein; die Namen sind nicht öffentlich, die Liste der Tabellen oben "
     "hilft beim Finden.",
     "Vul tabel en kolommen in van wat u nodig hebt; de namen zijn niet openbaar, de lijst met tabellen hierboven "
     "helpt "
     "bij het vinden."}};

/// {0} = table, {1} = column, {2} = nearest.
inline constexpr Message kDbfColumnNear{
    "PST-8317",
    {"Table {0} has no column {1}; the nearest is {2}.",
     "Die Tabelle {0} hat keine Spalte {1}; die ähnlichste ist {2}.",
     "Tabel {0} heeft geen kolom {1}; de meest gelijkende is {2}."},
    {"Correct the name in the field map, or leave the field empty there.",
     "Berichtigen Sie den Namen in der Feldzuordnung, oder lassen Sie das Feld dort leer.",
     "Corrigeer de naam in de veldtoewijzing, of laat het veld daar leeg."}};

inline constexpr Message kDbfStopped{
    "PST-8314",
    {"Reading table {0} was ended before it was done.", "Das Lesen der Tabelle {0} wurde vorzeitig beendet.",
     "Het lezen van tabel {0} is voortijdig beëindigd."},
    {"Nothing to do: the next pass goes on.", "Nichts zu tun: Der nächste Durchlauf macht weiter.",
     "Niets te doen: de volgende ronde gaat verder."}};

}  // namespace postern::accountview
