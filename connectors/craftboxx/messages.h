#pragma once
// What the connector tells an admin: codes PST-40xx. {0} is the system's name unless said otherwise.

#include "agent/text.h"

namespace postern::craftboxx {

inline constexpr Message kLoginMissing{
    "PST-4000",
    {"System {0} needs either email and password or a ready token for Craftboxx.",
     "System {0} braucht für Craftboxx entweder E-Mail und Kennwort oder ein fertiges Token.",
     "Systeem {0} heeft voor Craftboxx óf e-mail en wachtwoord óf een kant-en-klaar token nodig."},
    {"Set email and password (of an employee with planner rights), or token, but not both.",
     "Tragen Sie email und password (eines Mitarbeiters mit Planerrechten) oder token ein, aber nicht beides.",
     "Vul email en password in (van een medewerker met plannerrechten) of token, maar niet beide."}};

inline constexpr Message kLoginRefused{
    "PST-4001",
    {"Craftboxx refuses the log-in of system {0} (status {1}).",
     "Craftboxx lehnt die Anmeldung von System {0} ab (Status {1}).",
     "Craftboxx weigert de aanmelding van systeem {0} (status {1})."},
    {"Check email and password of the employee; set the password with: postern secret set.",
     "Prüfen Sie E-Mail und Kennwort des Mitarbeiters; setzen Sie das Kennwort mit: postern secret set.",
     "Controleer e-mail en wachtwoord van de medewerker; stel het wachtwoord in met: postern secret set."}};

inline constexpr Message kTokenRefused{
    "PST-4002",
    {"Craftboxx refuses the token of system {0}; it may have expired or been revoked.",
     "Craftboxx lehnt das Token von System {0} ab; es ist abgelaufen oder widerrufen.",
     "Craftboxx weigert het token van systeem {0}; het is verlopen of ingetrokken."},
    {"Set a new token, or use email and password, which postern renews by itself.",
     "Tragen Sie ein neues Token ein oder verwenden Sie E-Mail und Kennwort; damit erneuert postern das Token selbst.",
     "Vul een nieuw token in, of gebruik e-mail en wachtwoord; daarmee vernieuwt postern het token zelf."}};

inline constexpr Message kLoginAnswer{
    "PST-4003",
    {"The log-in of system {0} was answered without a token.",
     "Die Anmeldung von System {0} wurde ohne Token beantwortet.",
     "De aanmelding van systeem {0} werd zonder token beantwoord."},
    {"Check url and path_prefix; something other than the Craftboxx API seems to answer there.",
     "Prüfen Sie url und path_prefix; dort antwortet offenbar etwas anderes als die Craftboxx-API.",
     "Controleer url en path_prefix; daar antwoordt blijkbaar iets anders dan de Craftboxx-API."}};

/// {1} = resource.
inline constexpr Message kForbidden{
    "PST-4004",
    {"The employee of system {0} has no right to use {1} in Craftboxx.",
     "Der Mitarbeiter von System {0} darf in Craftboxx nicht auf {1} zugreifen.",
     "De medewerker van systeem {0} heeft in Craftboxx geen rechten voor {1}."},
    {"Give the employee planner rights in Craftboxx.", "Geben Sie dem Mitarbeiter in Craftboxx Planerrechte.",
     "Geef de medewerker in Craftboxx plannerrechten."}};

/// {1} = resource, {2} = status.
inline constexpr Message kWrongAddress{
    "PST-4005",
    {"System {0}: the Craftboxx address does not know {1} (status {2}).",
     "System {0}: Die Craftboxx-Adresse kennt {1} nicht (Status {2}).",
     "Systeem {0}: het Craftboxx-adres kent {1} niet (status {2})."},
    {"Check url and path_prefix (empty or /plan-it).", "Prüfen Sie url und path_prefix (leer oder /plan-it).",
     "Controleer url en path_prefix (leeg of /plan-it)."}};

/// {1} = kind, {2} = our key.
inline constexpr Message kGone{
    "PST-4006",
    {"System {0}: {1} {2} no longer exists in Craftboxx.", "System {0}: {1} {2} gibt es in Craftboxx nicht mehr.",
     "Systeem {0}: {1} {2} bestaat niet meer in Craftboxx."},
    {"Restore it in Craftboxx and retry, or drop the change.",
     "Stellen Sie den Datensatz in Craftboxx wieder her und senden Sie erneut, oder verwerfen Sie die Änderung.",
     "Herstel het in Craftboxx en probeer opnieuw, of verwerp de wijziging."}};

/// {1} = kind, {2} = our key, {3} = status.
inline constexpr Message kRefused{
    "PST-4007",
    {"System {0}: Craftboxx does not accept {1} {2} (status {3}).",
     "System {0}: Craftboxx nimmt {1} {2} nicht an (Status {3}).",
     "Systeem {0}: Craftboxx accepteert {1} {2} niet (status {3})."},
    {"Read the server's words with: postern queue show; mend the record in the ERP, it is then sent again by itself.",
     "Lesen Sie die Antwort des Servers mit: postern queue show; nach der Korrektur im ERP wird von selbst neu "
     "gesendet.",
     "Lees het antwoord van de server met: postern queue show; na correctie in het ERP wordt vanzelf opnieuw "
     "verzonden."}};

inline constexpr Message kTooMany{
    "PST-4008",
    {"Craftboxx asks system {0} to send more slowly.", "Craftboxx bittet System {0}, langsamer zu senden.",
     "Craftboxx vraagt systeem {0} om langzamer te verzenden."},
    {"Nothing to do; if it happens often, lower rate.", "Sie müssen nichts tun; geschieht es oft, senken Sie rate.",
     "U hoeft niets te doen; gebeurt het vaak, verlaag dan rate."}};

/// {1} = resource, {2} = status.
inline constexpr Message kUnavailable{
    "PST-4009",
    {"System {0}: Craftboxx cannot serve {1} at the moment (status {2}).",
     "System {0}: Craftboxx kann {1} im Augenblick nicht bedienen (Status {2}).",
     "Systeem {0}: Craftboxx kan {1} op dit moment niet bedienen (status {2})."},
    {"Nothing to do, it is tried again; if it lasts, look at the vendor's status.",
     "Sie müssen nichts tun, es wird erneut versucht; dauert es an, sehen Sie beim Hersteller nach.",
     "U hoeft niets te doen, het wordt opnieuw geprobeerd; blijft het zo, kijk dan bij de leverancier."}};

/// {1} = kind, {2} = our key, {3} = status.
inline constexpr Message kUncertain{
    "PST-4010",
    {"System {0}: it is not certain whether Craftboxx has stored {1} {2} (status {3}).",
     "System {0}: Es ist nicht sicher, ob Craftboxx {1} {2} gespeichert hat (Status {3}).",
     "Systeem {0}: het is niet zeker of Craftboxx {1} {2} heeft opgeslagen (status {3})."},
    {"Nothing to do: postern looks it up before it sends again.",
     "Sie müssen nichts tun: postern sieht nach, bevor es erneut sendet.",
     "U hoeft niets te doen: postern zoekt het op voordat het opnieuw verzendt."}};

/// {1} = resource.
inline constexpr Message kUnreadable{
    "PST-4011",
    {"System {0}: the answer for {1} is not readable JSON.", "System {0}: Die Antwort zu {1} ist kein lesbares JSON.",
     "Systeem {0}: het antwoord voor {1} is geen leesbare JSON."},
    {"It is tried again; if it lasts, check url and any proxy in between.",
     "Es wird erneut versucht; dauert es an, prüfen Sie url und einen Proxy dazwischen.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan url en een eventuele proxy."}};

/// {1} = resource, {2} = page.
inline constexpr Message kShortPage{
    "PST-4012",
    {"System {0}: page {2} of {1} does not agree with its own page numbers and totals.",
     "System {0}: Seite {2} von {1} passt nicht zu ihren eigenen Seitenzahlen und Summen.",
     "Systeem {0}: pagina {2} van {1} klopt niet met de eigen paginanummers en totalen."},
    {"It is read again; nothing was taken from this page.",
     "Sie wird erneut gelesen; von dieser Seite wurde nichts übernommen.",
     "Deze wordt opnieuw gelezen; van deze pagina is niets overgenomen."}};

/// {1} = kind, {2} = our key, {3} = field.
inline constexpr Message kCannotMove{
    "PST-4013",
    {"System {0}: {3} of {1} {2} has changed, but Craftboxx cannot move an existing record.",
     "System {0}: {3} von {1} {2} hat sich geändert, aber Craftboxx kann einen bestehenden Datensatz nicht umhängen.",
     "Systeem {0}: {3} van {1} {2} is gewijzigd, maar Craftboxx kan een bestaand record niet verplaatsen."},
    {"Move it by hand in Craftboxx (new record there), then drop the change.",
     "Ändern Sie es in Craftboxx von Hand (dort neu anlegen) und verwerfen Sie die Änderung.",
     "Wijzig het met de hand in Craftboxx (daar nieuw aanmaken) en verwerp de wijziging."}};

/// {1} = kind, {2} = our key, {3} = field.
inline constexpr Message kUnknownReference{
    "PST-4014",
    {"System {0}: {3} of {1} {2} points to a record that Craftboxx does not have yet.",
     "System {0}: {3} von {1} {2} verweist auf einen Datensatz, den Craftboxx noch nicht hat.",
     "Systeem {0}: {3} van {1} {2} verwijst naar een record dat Craftboxx nog niet heeft."},
    {"Switch on the flow of that record or mend it in the ERP, then retry.",
     "Schalten Sie den Fluss dieses Datensatzes ein oder korrigieren Sie ihn im ERP, und senden Sie dann erneut.",
     "Schakel de flow van dat record in of corrigeer het in het ERP, en probeer dan opnieuw."}};

/// {1} = kind, {2} = our key, {3} = field.
inline constexpr Message kBadValue{
    "PST-4015",
    {"System {0}: {3} of {1} {2} has a value that Craftboxx cannot take.",
     "System {0}: {3} von {1} {2} hat einen Wert, den Craftboxx nicht aufnehmen kann.",
     "Systeem {0}: {3} van {1} {2} heeft een waarde die Craftboxx niet kan opnemen."},
    {"Mend the value in the ERP (dates as dates, amounts as whole numbers).",
     "Korrigieren Sie den Wert im ERP (Datum als Datum, Mengen als ganze Zahlen).",
     "Corrigeer de waarde in het ERP (datums als datum, aantallen als gehele getallen)."}};

/// {1} = kind.
inline constexpr Message kUnknownKind{
    "PST-4016",
    {"System {0}: Craftboxx has no records of kind {1}.", "System {0}: Craftboxx hat keine Datensätze der Art {1}.",
     "Systeem {0}: Craftboxx heeft geen records van soort {1}."},
    {"Switch this flow off and report it: this is a mistake in the link.",
     "Schalten Sie diesen Fluss ab und melden Sie es: Das ist ein Fehler in der Verbindung.",
     "Schakel deze flow uit en meld het: dit is een fout in de koppeling."}};

/// {0} = kind, {1} = their id.
inline constexpr Message kRowUnreadable{
    "PST-4017",
    {"Craftboxx: {0} with id {1} cannot be understood.", "Craftboxx: {0} mit der Id {1} ist nicht verständlich.",
     "Craftboxx: {0} met id {1} is niet te begrijpen."},
    {"Report it with the version of postern; other records are not affected.",
     "Melden Sie es mit der Version von postern; andere Datensätze sind nicht betroffen.",
     "Meld het met de versie van postern; andere records worden niet geraakt."}};

/// {1} = resource, {2} = number of rows.
inline constexpr Message kRowWithoutId{
    "PST-4018",
    {"System {0}: {2} rows of {1} came without an id and were left out.",
     "System {0}: {2} Zeilen von {1} kamen ohne Id und wurden ausgelassen.",
     "Systeem {0}: {2} rijen van {1} kwamen zonder id en zijn overgeslagen."},
    {"Report it with the version of postern.", "Melden Sie es mit der Version von postern.",
     "Meld het met de versie van postern."}};

inline constexpr Message kListFormFails{
    "PST-4019",
    {"System {0}: looking records up by several keys at once does not work on this server.",
     "System {0}: Die Suche nach mehreren Schlüsseln auf einmal funktioniert auf diesem Server nicht.",
     "Systeem {0}: zoeken op meerdere sleutels tegelijk werkt niet op deze server."},
    {"Set lookup_form = plain; it needs more calls but is safe.",
     "Setzen Sie lookup_form = plain; das braucht mehr Aufrufe, ist aber sicher.",
     "Stel lookup_form = plain in; dat kost meer aanroepen, maar is veilig."}};

/// {1} = resource.
inline constexpr Message kNoChangeOrder{
    "PST-4020",
    {"System {0}: Craftboxx cannot sort {1} by change, so all of them are read each time.",
     "System {0}: Craftboxx kann {1} nicht nach Änderung sortieren, daher werden jedes Mal alle gelesen.",
     "Systeem {0}: Craftboxx kan {1} niet op wijziging sorteren, daarom worden ze elke keer allemaal gelezen."},
    {"Nothing to do; a longer interval saves calls.", "Sie müssen nichts tun; ein längerer Abstand spart Aufrufe.",
     "U hoeft niets te doen; een langer interval bespaart aanroepen."}};

inline constexpr Message kStopped{
    "PST-4021",
    {"System {0}: stopped on request.", "System {0}: auf Wunsch angehalten.", "Systeem {0}: op verzoek gestopt."},
    {"Nothing to do.", "Sie müssen nichts tun.", "U hoeft niets te doen."}};

}  // namespace postern::craftboxx
