#pragma once
// What the connector tells an admin: codes PST-81xx.

#include "agent/text.h"

namespace postern::accountview {

/// {0} = key of the field map.
inline constexpr Message kNoName{
    "PST-8100",
    {"The field map of the AccountView system has no name for \"{0}\", which cannot be left out.",
     "In der Feldzuordnung des AccountView-Systems fehlt der Name für „{0}“, auf den nicht verzichtet werden kann.",
     "In de veldtoewijzing van het AccountView-systeem ontbreekt de naam voor \"{0}\", die niet gemist kan worden."},
    {"Enter the name, or leave the object of that kind empty to switch it off.",
     "Tragen Sie den Namen ein, oder lassen Sie das Objekt dieser Art leer, um sie auszuschalten.",
     "Vul de naam in, of laat het object van die soort leeg om het uit te schakelen."}};

/// {0} = option.
inline constexpr Message kBadType{
    "PST-8101",
    {"The setting {0} is not a type of a field.", "Die Einstellung {0} ist kein Feldtyp.",
     "De instelling {0} is geen veldtype."},
    {"Write a letter of C N D T L I Y B M, for C with a width, and ! for forced upper case: C10!",
     "Schreiben Sie einen der Buchstaben C N D T L I Y B M, bei C mit Breite, und ! für Großschreibung: C10!",
     "Schrijf een van de letters C N D T L I Y B M, bij C met breedte, en ! voor hoofdletters: C10!"}};

/// {0} = kind.
inline constexpr Message kUnknownKind{
    "PST-8102",
    {"AccountView has no records of kind {0} for postern.", "AccountView hat für postern keine Datensätze der Art {0}.",
     "AccountView heeft voor postern geen records van soort {0}."},
    {"Switch this flow off and report it: this is a mistake in the link.",
     "Schalten Sie diesen Fluss ab und melden Sie es: Das ist ein Fehler in der Verbindung.",
     "Schakel deze flow uit en meld het: dit is een fout in de koppeling."}};

/// {0} = table, {1} = key, {2} = field.
inline constexpr Message kUnreadableRow{
    "PST-8103",
    {"Row {1} of the AccountView table {0} cannot be understood: field {2} holds an unexpected value.",
     "Die Zeile {1} der AccountView-Tabelle {0} ist nicht verständlich: Das Feld {2} enthält einen unerwarteten Wert.",
     "Rij {1} van de AccountView-tabel {0} is onbegrijpelijk: veld {2} bevat een onverwachte waarde."},
    {"Correct the value in AccountView, or the field's name in the field map.",
     "Berichtigen Sie den Wert in AccountView oder den Feldnamen in der Feldzuordnung.",
     "Corrigeer de waarde in AccountView of de veldnaam in de veldtoewijzing."}};

/// {0} = object, {1} = number of rows.
inline constexpr Message kRowWithoutKey{
    "PST-8104",
    {"{1} rows of the AccountView object {0} came without a usable key and were left out.",
     "{1} Zeilen des AccountView-Objekts {0} kamen ohne brauchbaren Schlüssel und wurden ausgelassen.",
     "{1} rijen van het AccountView-object {0} kwamen zonder bruikbare sleutel en zijn overgeslagen."},
    {"Check the key's name in the field map with: postern check.",
     "Prüfen Sie den Namen des Schlüssels in der Feldzuordnung mit: postern check.",
     "Controleer de naam van de sleutel in de veldtoewijzing met: postern check."}};

/// {0} = table, {1} = names.
inline constexpr Message kFieldAbsent{"PST-8105",
                                      {"AccountView does not tell these fields of table {0}: {1}.",
                                       "AccountView liefert diese Felder der Tabelle {0} nicht: {1}.",
                                       "AccountView levert deze velden van tabel {0} niet: {1}."},
                                      {"Check these names in the field map with: postern check.",
                                       "Prüfen Sie diese Namen der Feldzuordnung mit: postern check.",
                                       "Controleer deze namen in de veldtoewijzing met: postern check."}};

/// {0} = object, {1} = page size.
inline constexpr Message kPagingIgnored{
    "PST-8106",
    {"AccountView gives the same {1} rows of {0} for every page, so the rest cannot be read.",
     "AccountView liefert für jede Seite dieselben {1} Zeilen von {0}; der Rest ist nicht lesbar.",
     "AccountView geeft voor elke pagina dezelfde {1} rijen van {0}; de rest is niet te lezen."},
    {"Set page_size higher than the number of rows, or the other kind of paging.",
     "Setzen Sie page_size höher als die Zahl der Zeilen, oder die andere Art von paging.",
     "Zet page_size hoger dan het aantal rijen, of de andere soort paging."}};

/// {0} = object, {1} = table.
inline constexpr Message kNoTable{
    "PST-8107",
    {"The answer of AccountView for {0} lacks the table {1}.",
     "In der Antwort von AccountView zu {0} fehlt die Tabelle {1}.",
     "In het antwoord van AccountView voor {0} ontbreekt de tabel {1}."},
    {"It is tried again; if it lasts, check the table's name with: postern check.",
     "Es wird erneut versucht; dauert es an, prüfen Sie den Tabellennamen mit: postern check.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan de tabelnaam met: postern check."}};

/// {0} = system.
inline constexpr Message kNotLoggedIn{"PST-8110",
                                      {"System {0} has no stored refresh token for AccountView.",
                                       "System {0} hat kein gespeichertes Refresh-Token für AccountView.",
                                       "Systeem {0} heeft geen opgeslagen refresh-token voor AccountView."},
                                      {"Set refresh_token = secret:NAME and run: postern login {0}",
                                       "Setzen Sie refresh_token = secret:NAME und führen Sie aus: postern login {0}",
                                       "Stel refresh_token = secret:NAAM in en voer uit: postern login {0}"}};

/// {0} = system.
inline constexpr Message kGrantEnded{
    "PST-8111",
    {"AccountView no longer accepts the log-in of system {0}: its refresh token is used up or withdrawn.",
     "AccountView nimmt die Anmeldung von System {0} nicht mehr an: Das Refresh-Token ist verbraucht oder widerrufen.",
     "AccountView aanvaardt de aanmelding van systeem {0} niet meer: het refresh-token is gebruikt of ingetrokken."},
    {"Run: postern login {0}", "Führen Sie aus: postern login {0}", "Voer uit: postern login {0}"}};

/// {0} = system.
inline constexpr Message kClientRefused{
    "PST-8112",
    {"AccountView does not know the app of system {0}: client id or client secret is wrong.",
     "AccountView kennt die App von System {0} nicht: Client-Id oder Client-Secret ist falsch.",
     "AccountView kent de app van systeem {0} niet: client-id of client-secret is onjuist."},
    {"Compare client_id and client_secret with the developer menu of accountview.net; only one pair can be in use.",
     "Vergleichen Sie client_id und client_secret mit dem Entwicklermenü von accountview.net; nur ein Paar kann in "
     "Gebrauch sein.",
     "Vergelijk client_id en client_secret met het ontwikkelaarsmenu van accountview.net; er kan maar één paar in "
     "gebruik zijn."}};

/// {0} = system, {1} = OAuth error word.
inline constexpr Message kRightsMissing{
    "PST-8113",
    {"AccountView refuses access to system {0} ({1}): the user lacks the rights for this app.",
     "AccountView verweigert System {0} den Zugriff ({1}): Dem Benutzer fehlen die Rechte für diese App.",
     "AccountView weigert systeem {0} toegang ({1}): de gebruiker mist de rechten voor deze app."},
    {"Give the user the rights and link the app to the user in AccountView, then run: postern login {0}",
     "Geben Sie dem Benutzer in AccountView die Rechte, verknüpfen Sie die App mit ihm und führen Sie aus: postern "
     "login {0}",
     "Geef de gebruiker in AccountView de rechten, koppel de app aan de gebruiker en voer uit: postern login {0}"}};

/// {0} = system.
inline constexpr Message kTokenAnswer{
    "PST-8114",
    {"The log-in of system {0} was answered without a token.",
     "Die Anmeldung von System {0} wurde ohne Token beantwortet.",
     "De aanmelding van systeem {0} werd zonder token beantwoord."},
    {"It is tried again; if it lasts, check url and token_url.",
     "Es wird erneut versucht; dauert es an, prüfen Sie url und token_url.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan url en token_url."}};

/// {0} = system.
inline constexpr Message kAccessRefused{
    "PST-8116",
    {"AccountView refuses even a new access token of system {0}.",
     "AccountView lehnt auch ein neues Zugriffstoken von System {0} ab.",
     "AccountView weigert ook een nieuw toegangstoken van systeem {0}."},
    {"Check in AccountView that the app is linked to the user, then run: postern login {0}",
     "Prüfen Sie in AccountView, ob die App mit dem Benutzer verknüpft ist, und führen Sie aus: postern login {0}",
     "Controleer in AccountView of de app aan de gebruiker gekoppeld is en voer uit: postern login {0}"}};

/// {0} = system, {1} = what.
inline constexpr Message kForbidden{
    "PST-8117",
    {"The AccountView user of system {0} has no right to use {1}.",
     "Der AccountView-Benutzer von System {0} darf {1} nicht verwenden.",
     "De AccountView-gebruiker van systeem {0} heeft geen recht op {1}."},
    {"Give the user the right in AccountView.", "Geben Sie dem Benutzer in AccountView das Recht.",
     "Geef de gebruiker in AccountView het recht."}};

/// {0} = system, {1} = wanted, {2} = list.
inline constexpr Message kNoCompany{
    "PST-8118",
    {"The AccountView user of system {0} has no company \"{1}\"; there are: {2}.",
     "Der AccountView-Benutzer von System {0} hat kein Unternehmen „{1}“; vorhanden sind: {2}.",
     "De AccountView-gebruiker van systeem {0} heeft geen onderneming \"{1}\"; er zijn: {2}."},
    {"Set company to one of these ids or codes.", "Setzen Sie company auf eine dieser Ids oder Codes.",
     "Stel company in op een van deze id's of codes."}};

/// {0} = system, {1} = list.
inline constexpr Message kCompanyChoice{
    "PST-8119",
    {"The AccountView user of system {0} has several companies and none is chosen; there are: {1}.",
     "Der AccountView-Benutzer von System {0} hat mehrere Unternehmen und keines ist gewählt; vorhanden sind: {1}.",
     "De AccountView-gebruiker van systeem {0} heeft meerdere ondernemingen en er is geen gekozen; er zijn: {1}."},
    {"Set company to one of these ids or codes.", "Setzen Sie company auf eine dieser Ids oder Codes.",
     "Stel company in op een van deze id's of codes."}};

/// {0} = system.
inline constexpr Message kNoCompanies{
    "PST-8120",
    {"The AccountView user of system {0} may use no company.",
     "Der AccountView-Benutzer von System {0} darf kein Unternehmen verwenden.",
     "De AccountView-gebruiker van systeem {0} mag geen onderneming gebruiken."},
    {"Add user and company in AccountView and let it send them to AccountView.Net.",
     "Legen Sie Benutzer und Unternehmen in AccountView an und übertragen Sie sie an AccountView.Net.",
     "Voeg gebruiker en onderneming toe in AccountView en laat ze naar AccountView.Net sturen."}};

/// {0} = system.
inline constexpr Message kStopped{
    "PST-8121",
    {"System {0}: stopped on request.", "System {0}: auf Wunsch angehalten.", "Systeem {0}: op verzoek gestopt."},
    {"Nothing to do.", "Sie müssen nichts tun.", "U hoeft niets te doen."}};

/// {0} = system.
inline constexpr Message kTooMany{
    "PST-8122",
    {"AccountView asks system {0} to send more slowly.", "AccountView bittet System {0}, langsamer zu senden.",
     "AccountView vraagt systeem {0} om langzamer te verzenden."},
    {"Nothing to do; if it happens often, lower rate.", "Sie müssen nichts tun; geschieht es oft, senken Sie rate.",
     "U hoeft niets te doen; gebeurt het vaak, verlaag dan rate."}};

/// {0} = system, {1} = what, {2} = status.
inline constexpr Message kUnavailable{
    "PST-8123",
    {"System {0}: AccountView cannot serve {1} at the moment (status {2}).",
     "System {0}: AccountView kann {1} im Augenblick nicht bedienen (Status {2}).",
     "Systeem {0}: AccountView kan {1} op dit moment niet bedienen (status {2})."},
    {"It is tried again; if it lasts, check that AccountView's gateway (OPG or ACS) runs on the customer's server.",
     "Es wird erneut versucht; dauert es an, prüfen Sie, ob das Gateway (OPG oder ACS) auf dem AccountView-Server "
     "läuft.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan of de gateway (OPG of ACS) op de AccountView-server "
     "draait."}};

/// {0} = system, {1} = what.
inline constexpr Message kUnreadable{
    "PST-8124",
    {"System {0}: the answer for {1} is not readable JSON.", "System {0}: Die Antwort zu {1} ist kein lesbares JSON.",
     "Systeem {0}: het antwoord voor {1} is geen leesbare JSON."},
    {"It is tried again; if it lasts, check url and any proxy in between.",
     "Es wird erneut versucht; dauert es an, prüfen Sie url und einen Proxy dazwischen.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan url en een eventuele proxy."}};

/// {0} = system, {1} = what.
inline constexpr Message kReadRefused{
    "PST-8125",
    {"System {0}: AccountView refuses to read {1}.", "System {0}: AccountView verweigert das Lesen von {1}.",
     "Systeem {0}: AccountView weigert het lezen van {1}."},
    {"Check object and field names, the licence and the book year with: postern check.",
     "Prüfen Sie Objekt- und Feldnamen, Lizenz und Buchungsjahr mit: postern check.",
     "Controleer object- en veldnamen, licentie en boekjaar met: postern check."}};

/// {0} = system, {1} = kind, {2} = our key.
inline constexpr Message kRefused{
    "PST-8126",
    {"System {0}: AccountView does not accept {1} {2}.", "System {0}: AccountView nimmt {1} {2} nicht an.",
     "Systeem {0}: AccountView accepteert {1} {2} niet."},
    {"Read AccountView's words with: postern queue show; mend the cause (a blocked administration, a missing code), it "
     "is then sent by itself.",
     "Lesen Sie die Antwort von AccountView mit: postern queue show; nach Behebung der Ursache (gesperrte "
     "Administration, fehlender Code) wird von selbst gesendet.",
     "Lees het antwoord van AccountView met: postern queue show; neem de oorzaak weg (geblokkeerde administratie, "
     "ontbrekende code), dan wordt het vanzelf verzonden."}};

/// {0} = system, {1} = kind, {2} = our key.
inline constexpr Message kUncertain{"PST-8127",
                                    {"System {0}: it is not certain whether AccountView has stored {1} {2}.",
                                     "System {0}: Es ist nicht sicher, ob AccountView {1} {2} gespeichert hat.",
                                     "Systeem {0}: het is niet zeker of AccountView {1} {2} heeft opgeslagen."},
                                    {"Nothing to do: postern looks it up before it sends again.",
                                     "Sie müssen nichts tun: postern sieht nach, bevor es erneut sendet.",
                                     "U hoeft niets te doen: postern zoekt het op voordat het opnieuw verzendt."}};

/// {0} = system, {1} = what, {2} = status.
inline constexpr Message kWrongAddress{"PST-8128",
                                       {"System {0}: the AccountView address does not know {1} (status {2}).",
                                        "System {0}: Die AccountView-Adresse kennt {1} nicht (Status {2}).",
                                        "Systeem {0}: het AccountView-adres kent {1} niet (status {2})."},
                                       {"Check url; it ends with /api/v3.", "Prüfen Sie url; sie endet auf /api/v3.",
                                        "Controleer url; die eindigt op /api/v3."}};

/// {0} = kind, {1} = our field.
inline constexpr Message kNotMapped{
    "PST-8130",
    {"The field map of AccountView has no name for {0}.{1}, without which nothing can be written.",
     "In der AccountView-Feldzuordnung fehlt der Name für {0}.{1}; ohne ihn kann nichts geschrieben werden.",
     "In de AccountView-veldtoewijzing ontbreekt de naam voor {0}.{1}; zonder die naam kan niets worden geschreven."},
    {"Enter the name; postern check lists the fields that are there.",
     "Tragen Sie den Namen ein; postern check nennt die vorhandenen Felder.",
     "Vul de naam in; postern check noemt de velden die er zijn."}};

/// {0} = kind, {1} = our key, {2} = field.
inline constexpr Message kBadValue{
    "PST-8131",
    {"The value of {2} in {0} {1} cannot be written to AccountView.",
     "Der Wert von {2} in {0} {1} lässt sich nicht nach AccountView schreiben.",
     "De waarde van {2} in {0} {1} kan niet naar AccountView worden geschreven."},
    {"Correct the value in the app.", "Berichtigen Sie den Wert in der App.", "Corrigeer de waarde in de app."}};

/// {0} = kind, {1} = our key, {2} = field, {3} = width.
inline constexpr Message kTooLong{
    "PST-8132",
    {"The value of {2} in {0} {1} is longer than the {3} characters AccountView keeps.",
     "Der Wert von {2} in {0} {1} ist länger als die {3} Zeichen, die AccountView aufnimmt.",
     "De waarde van {2} in {0} {1} is langer dan de {3} tekens die AccountView bewaart."},
    {"Shorten it in the app; texts may also be cut with too_long = cut, codes never.",
     "Kürzen Sie ihn in der App; Texte lassen sich mit too_long = cut auch abschneiden, Codes nie.",
     "Kort hem in in de app; teksten kunnen met too_long = cut ook worden afgekapt, codes nooit."}};

/// {0} = kind, {1} = our key, {2} = field.
inline constexpr Message kBadCharacters{
    "PST-8133",
    {"The value of {2} in {0} {1} has characters that AccountView cannot keep (outside Windows-1252).",
     "Der Wert von {2} in {0} {1} enthält Zeichen, die AccountView nicht aufnehmen kann (außerhalb von Windows-1252).",
     "De waarde van {2} in {0} {1} bevat tekens die AccountView niet kan bewaren (buiten Windows-1252)."},
    {"Correct it in the app; texts may also be sent with ? by bad_characters = replace, codes never.",
     "Berichtigen Sie ihn in der App; Texte lassen sich mit bad_characters = replace auch mit ? senden, Codes nie.",
     "Corrigeer hem in de app; teksten kunnen met bad_characters = replace ook met ? worden verzonden, codes nooit."}};

/// {0} = kind, {1} = our key, {2} = field.
inline constexpr Message kUnknownReference{
    "PST-8134",
    {"{2} of {0} {1} points to a record that AccountView does not have yet.",
     "{2} von {0} {1} verweist auf einen Datensatz, den AccountView noch nicht hat.",
     "{2} van {0} {1} verwijst naar een record dat AccountView nog niet heeft."},
    {"Bring that record to AccountView first; its flow may be off.",
     "Bringen Sie zuerst jenen Datensatz nach AccountView; sein Fluss ist vielleicht aus.",
     "Breng eerst dat record naar AccountView; de flow ervan staat misschien uit."}};

/// {0} = kind, {1} = our key.
inline constexpr Message kCreateOnly{"PST-8135",
                                     {"{0} {1} was handed to AccountView before and is not changed there.",
                                      "{0} {1} wurde AccountView bereits übergeben und wird dort nicht geändert.",
                                      "{0} {1} is al aan AccountView overgedragen en wordt daar niet gewijzigd."},
                                     {"Change it in AccountView by hand and drop this change.",
                                      "Ändern Sie es in AccountView von Hand und verwerfen Sie diese Änderung.",
                                      "Wijzig het met de hand in AccountView en verwerp deze wijziging."}};

/// {0} = kind, {1} = key.
inline constexpr Message kGone{
    "PST-8136",
    {"{0} {1} no longer exists in AccountView.", "{0} {1} gibt es in AccountView nicht mehr.",
     "{0} {1} bestaat niet meer in AccountView."},
    {"Restore it in AccountView and retry, or drop the change.",
     "Stellen Sie es in AccountView wieder her und senden Sie erneut, oder verwerfen Sie die Änderung.",
     "Herstel het in AccountView en probeer opnieuw, of verwerp de wijziging."}};

/// {0} = kind.
inline constexpr Message kKindOff{
    "PST-8137",
    {"The field map of AccountView has no business object for {0}.",
     "In der AccountView-Feldzuordnung fehlt das Geschäftsobjekt für {0}.",
     "In de AccountView-veldtoewijzing ontbreekt het bedrijfsobject voor {0}."},
    {"Enter object, table and fields of this kind, or switch its flow off.",
     "Tragen Sie Objekt, Tabelle und Felder dieser Art ein, oder schalten Sie ihren Fluss ab.",
     "Vul object, tabel en velden van deze soort in, of schakel de flow uit."}};

/// {0} = kind, {1} = field.
inline constexpr Message kReferenceChanged{
    "PST-8138",
    {"AccountView did not keep our reference in field {1} as it was sent, so no more {0} is created there.",
     "AccountView hat unsere Referenz im Feld {1} nicht unverändert behalten; daher wird dort kein weiterer Datensatz "
     "der Art {0} angelegt.",
     "AccountView heeft onze referentie in veld {1} niet ongewijzigd bewaard; daarom wordt daar geen {0} meer "
     "aangemaakt."},
    {"Map a text field of at least 32 characters without forced upper case as {0}.external, then restart postern.",
     "Ordnen Sie {0}.external ein Textfeld mit mindestens 32 Zeichen ohne erzwungene Großschreibung zu und starten Sie "
     "postern neu.",
     "Koppel {0}.external aan een tekstveld van minstens 32 tekens zonder gedwongen hoofdletters en herstart "
     "postern."}};

/// {0} = object, {1} = key of the field map, {2} = nearest or list.
inline constexpr Message kObjectMissing{
    "PST-8140",
    {"AccountView does not list the object {0} of {1} for this user; there are: {2}.",
     "AccountView führt das Objekt {0} von {1} für diesen Benutzer nicht auf; vorhanden sind: {2}.",
     "AccountView noemt object {0} van {1} niet voor deze gebruiker; er zijn: {2}."},
    {"Correct the name, or leave it empty when the module is not licensed.",
     "Berichtigen Sie den Namen, oder lassen Sie ihn leer, wenn das Modul nicht lizenziert ist.",
     "Corrigeer de naam, of laat hem leeg als de module niet is gelicentieerd."}};

/// {0} = object, {1} = kind.
inline constexpr Message kObjectReadOnly{
    "PST-8141",
    {"AccountView lets this user read the object {0}, but not write {1}.",
     "AccountView erlaubt diesem Benutzer, das Objekt {0} zu lesen, aber nicht, {1} zu schreiben.",
     "AccountView laat deze gebruiker object {0} lezen, maar niet {1} schrijven."},
    {"Give the user the right in AccountView if this flow is to write.",
     "Geben Sie dem Benutzer in AccountView das Recht, wenn dieser Fluss schreiben soll.",
     "Geef de gebruiker in AccountView het recht als deze flow moet schrijven."}};

/// {0} = table, {1} = field, {2} = candidates.
inline constexpr Message kFieldUnknown{
    "PST-8142",
    {"The AccountView table {0} has no field {1}; similar ones are: {2}.",
     "Die AccountView-Tabelle {0} hat kein Feld {1}; ähnlich sind: {2}.",
     "De AccountView-tabel {0} heeft geen veld {1}; lijkend zijn: {2}."},
    {"Correct this name in the field map, or leave it empty where the field is not needed.",
     "Berichtigen Sie diesen Namen in der Feldzuordnung, oder lassen Sie ihn leer, wo das Feld nicht gebraucht wird.",
     "Corrigeer deze naam in de veldtoewijzing, of laat hem leeg waar het veld niet nodig is."}};

/// {0} = table, {1} = field.
inline constexpr Message kFieldBlocked{
    "PST-8143",
    {"AccountView does not let the field {1} of table {0} be written from outside.",
     "AccountView erlaubt nicht, das Feld {1} der Tabelle {0} von außen zu schreiben.",
     "AccountView staat niet toe dat veld {1} van tabel {0} van buitenaf wordt geschreven."},
    {"Choose another field in the field map.", "Wählen Sie in der Feldzuordnung ein anderes Feld.",
     "Kies een ander veld in de veldtoewijzing."}};

/// {0} = table, {1} = field, {2} = width there, {3} = width expected.
inline constexpr Message kFieldNarrow{
    "PST-8144",
    {"The field {1} of table {0} is {2} characters wide, not {3} as assumed.",
     "Das Feld {1} der Tabelle {0} ist {2} Zeichen breit, nicht {3} wie angenommen.",
     "Veld {1} van tabel {0} is {2} tekens breed, niet {3} zoals aangenomen."},
    {"Enter the width: field.{0}.{1} = C{2}", "Tragen Sie die Breite ein: field.{0}.{1} = C{2}",
     "Vul de breedte in: field.{0}.{1} = C{2}"}};

/// {0} = table, {1} = fields, {2} = kind.
inline constexpr Message kMandatoryOpen{
    "PST-8145",
    {"AccountView demands these fields of table {0}, which nothing fills: {1}.",
     "AccountView verlangt diese Felder der Tabelle {0}, die nichts füllt: {1}.",
     "AccountView eist deze velden van tabel {0}, die niets vult: {1}."},
    {"Give each a value with insert.{2}.FIELD, unless AccountView fills it by itself.",
     "Geben Sie jedem mit insert.{2}.FELD einen Wert, falls AccountView es nicht selbst füllt.",
     "Geef elk een waarde met insert.{2}.VELD, tenzij AccountView het zelf vult."}};

/// {0} = table.
inline constexpr Message kTableLocked{
    "PST-8146",
    {"AccountView does not allow changes of table {0} through the web API.",
     "AccountView erlaubt keine Änderungen der Tabelle {0} über die Web-API.",
     "AccountView staat geen wijzigingen van tabel {0} via de web-API toe."},
    {"Switch off the flows that write it, or ask Visma for a table that may be written.",
     "Schalten Sie die Flüsse ab, die sie schreiben, oder fragen Sie Visma nach einer beschreibbaren Tabelle.",
     "Schakel de flows uit die deze schrijven, of vraag Visma naar een tabel die mag worden geschreven."}};

/// {0} = table.
inline constexpr Message kNoDictionary{
    "PST-8147",
    {"AccountView's dictionary tells nothing about table {0}.",
     "Das Datenwörterbuch von AccountView sagt nichts über die Tabelle {0}.",
     "Het gegevenswoordenboek van AccountView vertelt niets over tabel {0}."},
    {"Check the table's name in the field map.", "Prüfen Sie den Namen der Tabelle in der Feldzuordnung.",
     "Controleer de naam van de tabel in de veldtoewijzing."}};

/// {0} = table, {1} = field.
inline constexpr Message kUnfitReference{
    "PST-8148",
    {"The field {1} of table {0} cannot keep our reference: it forces upper case or is narrower than 32 characters.",
     "Das Feld {1} der Tabelle {0} kann unsere Referenz nicht behalten: Es erzwingt Großschreibung oder ist schmaler "
     "als 32 Zeichen.",
     "Veld {1} van tabel {0} kan onze referentie niet bewaren: het dwingt hoofdletters af of is smaller dan 32 "
     "tekens."},
    {"Choose another text field, e.g. one of the customer's own.",
     "Wählen Sie ein anderes Textfeld, z. B. ein kundeneigenes.",
     "Kies een ander tekstveld, bijv. een eigen veld van de klant."}};

/// {0} = year.
inline constexpr Message kYearClosed{
    "PST-8149",
    {"AccountView refuses the book year {0}: its administration is missing or blocked.",
     "AccountView lehnt das Buchungsjahr {0} ab: Die Administration fehlt oder ist gesperrt.",
     "AccountView weigert boekjaar {0}: de administratie ontbreekt of is geblokkeerd."},
    {"Add the administration to the company, clear its block and grant it to the user.",
     "Fügen Sie die Administration dem Unternehmen hinzu, heben Sie die Sperre auf und geben Sie sie dem Benutzer "
     "frei.",
     "Voeg de administratie toe aan de onderneming, hef de blokkering op en geef de gebruiker toegang."}};

/// {0} = kinds.
inline constexpr Message kKindsOff{
    "PST-8150",
    {"These kinds have no object in the field map and are off: {0}.",
     "Diese Arten haben in der Feldzuordnung kein Objekt und sind aus: {0}.",
     "Deze soorten hebben in de veldtoewijzing geen object en staan uit: {0}."},
    {"Enter object, table and fields of those you need; the names are not public, AccountView's field list has them.",
     "Tragen Sie Objekt, Tabelle und Felder der benötigten ein; die Namen sind nicht öffentlich, stehen aber in der "
     "Feldliste von AccountView.",
     "Vul object, tabel en velden in van wat u nodig hebt; de namen zijn niet openbaar, maar staan in de veldenlijst "
     "van AccountView."}};

/// {0} = kinds.
inline constexpr Message kNoReference{
    "PST-8151",
    {"No field keeps our reference for {0}; after a lost answer equal content counts as the same record.",
     "Für {0} behält kein Feld unsere Referenz; nach einer verlorenen Antwort gilt gleicher Inhalt als derselbe "
     "Datensatz.",
     "Voor {0} bewaart geen veld onze referentie; na een verloren antwoord geldt gelijke inhoud als hetzelfde record."},
    {"Map a free text field of at least 32 characters as KIND.external.",
     "Ordnen Sie KIND.external ein freies Textfeld mit mindestens 32 Zeichen zu.",
     "Koppel KIND.external aan een vrij tekstveld van minstens 32 tekens."}};

/// {0} = keys.
inline constexpr Message kFullCompare{
    "PST-8152",
    {"Without a change date all records of these kinds are read every time: {0}.",
     "Ohne Änderungsdatum werden alle Datensätze dieser Arten jedes Mal gelesen: {0}.",
     "Zonder wijzigingsdatum worden alle records van deze soorten elke keer gelezen: {0}."},
    {"Enter the name of the field, usually CNG_DATE.", "Tragen Sie den Namen des Feldes ein, meist CNG_DATE.",
     "Vul de naam van het veld in, meestal CNG_DATE."}};

/// none.
inline constexpr Message kAllOpen{"PST-8153",
                                  {"open_status is empty, so every project counts as open.",
                                   "open_status ist leer, daher gilt jedes Projekt als offen.",
                                   "open_status is leeg, dus geldt elk project als open."},
                                  {"Enter the values of the project status that mean open.",
                                   "Tragen Sie die Werte des Projektstatus ein, die „offen“ bedeuten.",
                                   "Vul de waarden van de projectstatus in die \"open\" betekenen."}};

/// {0} = our key, {1} = order, {2} = order it went to.
inline constexpr Message kLineElsewhere{
    "PST-8139",
    {"AccountView put the line {0} on order {2} instead of {1}, so no more lines are added.",
     "AccountView hat die Position {0} dem Auftrag {2} statt {1} zugeordnet; daher werden keine weiteren Positionen "
     "angefügt.",
     "AccountView heeft regel {0} op order {2} gezet in plaats van {1}; daarom worden geen regels meer toegevoegd."},
    {"Mend order {2} in AccountView, choose the other way in add_lines, then restart postern.",
     "Bringen Sie den Auftrag {2} in AccountView in Ordnung, wählen Sie in add_lines den anderen Weg und starten Sie "
     "postern neu.",
     "Breng order {2} in AccountView in orde, kies de andere manier in add_lines en herstart postern."}};

/// {0} = table, {1} = field, {2} = width.
inline constexpr Message kWidthUnset{
    "PST-8154",
    {"The width of field {1} of table {0} is not known to postern; AccountView says {2}.",
     "postern kennt die Breite des Feldes {1} der Tabelle {0} nicht; AccountView nennt {2}.",
     "postern kent de breedte van veld {1} van tabel {0} niet; AccountView noemt {2}."},
    {"Enter it: field.{0}.{1} = C{2}", "Tragen Sie sie ein: field.{0}.{1} = C{2}",
     "Vul deze in: field.{0}.{1} = C{2}"}};

/// {0} = option.
inline constexpr Message kBadInsert{
    "PST-8155",
    {"The setting {0} names no kind and field that postern writes.",
     "Die Einstellung {0} nennt keine Art und kein Feld, die postern schreibt.",
     "De instelling {0} noemt geen soort en veld die postern schrijft."},
    {"Write insert.KIND.FIELD with a kind of: customer, project, sales_order, order_line, time_entry.",
     "Schreiben Sie insert.ART.FELD mit einer der Arten: customer, project, sales_order, order_line, time_entry.",
     "Schrijf insert.SOORT.VELD met een van de soorten: customer, project, sales_order, order_line, time_entry."}};

/// {0} = value of mode, {1} = option.
inline constexpr Message kModeNeeds{
    "PST-8157",
    {"With mode = {0} the AccountView system needs the key \"{1}\".",
     "Mit mode = {0} braucht das AccountView-System den Schlüssel „{1}“.",
     "Met mode = {0} heeft het AccountView-systeem de sleutel \"{1}\" nodig."},
    {"Add the line, or choose the other mode; \"postern config reference\" explains both.",
     "Ergänzen Sie die Zeile, oder wählen Sie den anderen mode; „postern config reference“ erklärt beide.",
     "Voeg de regel toe, of kies de andere mode; \"postern config reference\" legt beide uit."}};

/// none.
inline constexpr Message kNoPrefix{
    "PST-8156",
    {"The setting reference_prefix is empty, so our references cannot be told from others.",
     "Die Einstellung reference_prefix ist leer; unsere Referenzen sind so nicht von anderen zu unterscheiden.",
     "De instelling reference_prefix is leeg; onze referenties zijn dan niet van andere te onderscheiden."},
    {"Remove the line, so that the default applies, or write up to 8 characters.",
     "Entfernen Sie die Zeile, damit die Vorgabe gilt, oder schreiben Sie bis zu 8 Zeichen.",
     "Verwijder de regel, zodat de standaardwaarde geldt, of schrijf tot 8 tekens."}};

}  // namespace postern::accountview
