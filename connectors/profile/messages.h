#pragma once
// What the profile connectors tell an admin: codes PST-8200 … PST-8249. {0} is the system's name from PST-8220 on.

#include "agent/text.h"

namespace postern::profile {

// ---- the profile file -----------------------------------------------------------------------------------------------

inline constexpr Message kFileUnreadable{"PST-8200",
                                         {"The profile cannot be read, is empty or is larger than 1 MiB.",
                                          "Das Profil ist nicht lesbar, leer oder größer als 1 MiB.",
                                          "Het profiel is niet leesbaar, leeg of groter dan 1 MiB."},
                                         {"Check the path and that the service may read the file.",
                                          "Prüfen Sie den Pfad und ob der Dienst die Datei lesen darf.",
                                          "Controleer het pad en of de dienst het bestand mag lezen."}};
inline constexpr Message kNoJson{
    "PST-8201",
    {"The profile is no valid JSON object.", "Das Profil ist kein gültiges JSON-Objekt.",
     "Het profiel is geen geldig JSON-object."},
    {"Mend the line; often a comma or a quote is missing just before it.",
     "Korrigieren Sie die Zeile; oft fehlt kurz davor ein Komma oder ein Anführungszeichen.",
     "Verbeter de regel; vaak ontbreekt vlak ervoor een komma of aanhalingsteken."}};
/// {0} = member.
inline constexpr Message kMemberTwice{
    "PST-8202",
    {"The name '{0}' stands twice in one object of the profile.",
     "Der Name „{0}“ steht in einem Objekt des Profils zweimal.",
     "De naam '{0}' staat twee keer in één object van het profiel."},
    {"Delete or rename one of the two.", "Löschen Sie einen der beiden, oder benennen Sie ihn um.",
     "Verwijder of hernoem een van de twee."}};
inline constexpr Message kMissingMember{
    "PST-8203",
    {"The profile lacks '{0}'.", "Im Profil fehlt „{0}“.", "In het profiel ontbreekt '{0}'."},
    {"Add it as connectors/profile/README.md describes.",
     "Ergänzen Sie es, wie connectors/profile/README.md es beschreibt.",
     "Voeg het toe zoals connectors/profile/README.md beschrijft."}};
/// {1} = form, e.g. "…" or {…}.
inline constexpr Message kWrongType{
    "PST-8204",
    {"'{0}' of the profile does not have the form {1}.", "„{0}“ im Profil hat nicht die Form {1}.",
     "'{0}' in het profiel heeft niet de vorm {1}."},
    {"Write the value in this form.", "Schreiben Sie den Wert in dieser Form.", "Schrijf de waarde in deze vorm."}};
/// {1} = nearest name.
inline constexpr Message kUnknownMemberNear{
    "PST-8205",
    {"The profile has a name '{0}' that is not known here; the nearest is '{1}'.",
     "Das Profil enthält den hier unbekannten Namen „{0}“; der ähnlichste ist „{1}“.",
     "Het profiel bevat de hier onbekende naam '{0}'; de meest gelijkende is '{1}'."},
    {"Write '{1}', or delete it.", "Schreiben Sie „{1}“, oder löschen Sie den Eintrag.",
     "Schrijf '{1}', of verwijder het."}};
/// {1} = names.
inline constexpr Message kUnknownMember{
    "PST-8206",
    {"The profile has a name '{0}' that is not known here.", "Das Profil enthält den hier unbekannten Namen „{0}“.",
     "Het profiel bevat de hier onbekende naam '{0}'."},
    {"Delete it, or use one of: {1}.", "Löschen Sie den Eintrag, oder verwenden Sie einen von diesen: {1}.",
     "Verwijder het, of gebruik een van deze: {1}."}};
/// {1} = choices.
inline constexpr Message kBadChoice{
    "PST-8207",
    {"'{0}' of the profile has a value that is not known.", "„{0}“ im Profil hat einen unbekannten Wert.",
     "'{0}' in het profiel heeft een onbekende waarde."},
    {"Use one of: {1}.", "Verwenden Sie einen von diesen: {1}.", "Gebruik een van deze: {1}."}};
/// {1} = placeholder, {2} = allowed ones.
inline constexpr Message kBadPlaceholder{"PST-8208",
                                         {"'{0}' of the profile has a placeholder '{1}' that is not known there.",
                                          "„{0}“ im Profil hat den dort unbekannten Platzhalter „{1}“.",
                                          "'{0}' in het profiel heeft de daar onbekende plaatshouder '{1}'."},
                                         {"Use only: {2}.", "Verwenden Sie nur: {2}.", "Gebruik alleen: {2}."}};
/// {1} = kind.
inline constexpr Message kNoSuchKind{
    "PST-8209",
    {"'{0}' of the profile names the kind '{1}', which cannot be used there.",
     "„{0}“ im Profil nennt die Art „{1}“, die dort nicht verwendbar ist.",
     "'{0}' in het profiel noemt de soort '{1}', die daar niet bruikbaar is."},
    {"Name a kind of this profile; the parent of a nested kind must stand before it and have its own path.",
     "Nennen Sie eine Art dieses Profils; die übergeordnete Art steht davor und hat einen eigenen Pfad.",
     "Noem een soort van dit profiel; de bovenliggende soort staat ervoor en heeft een eigen pad."}};
inline constexpr Message kNeededToWrite{
    "PST-8210",
    {"The profile writes records but lacks '{0}', or has it as a nested name.",
     "Das Profil schreibt Datensätze, aber „{0}“ fehlt oder ist ein verschachtelter Name.",
     "Het profiel schrijft records, maar '{0}' ontbreekt of is een geneste naam."},
    {"Add it; without a plain member for our key no record can be found again after a lost answer.",
     "Ergänzen Sie es; ohne einfaches Feld für unseren Schlüssel ist nach einer verlorenen Antwort nichts "
     "wiederzufinden.",
     "Voeg het toe; zonder eenvoudig veld voor onze sleutel is na een verloren antwoord niets terug te vinden."}};
inline constexpr Message kOneWayToFind{"PST-8211",
                                       {"The profile must have either 'write.find' or 'write.find_parameter'.",
                                        "Das Profil braucht entweder „write.find“ oder „write.find_parameter“.",
                                        "Het profiel moet óf 'write.find' óf 'write.find_parameter' hebben."},
                                       {"Keep the one by which an item is found by its external id.",
                                        "Behalten Sie das, womit ein Datensatz über seine externe Id gefunden wird.",
                                        "Houd de manier waarop een item via zijn externe id wordt gevonden."}};
/// {0} = our word.
inline constexpr Message kWordTwice{
    "PST-8212",
    {"Two words of the profile mean '{0}', but the field is also written.",
     "Zwei Wörter des Profils bedeuten „{0}“, das Feld wird aber auch geschrieben.",
     "Twee woorden van het profiel betekenen '{0}', maar het veld wordt ook geschreven."},
    {"Keep one of them, or add \"written\": false.", "Behalten Sie eines, oder ergänzen Sie \"written\": false.",
     "Houd er één, of voeg \"written\": false toe."}};
inline constexpr Message kNestedWrite{"PST-8213",
                                      {"'{0}' of the profile is written, but its member is nested.",
                                       "„{0}“ im Profil wird geschrieben, sein Name ist aber verschachtelt.",
                                       "'{0}' in het profiel wordt geschreven, maar de naam is genest."},
                                      {"Name a plain member, or add \"written\": false.",
                                       "Nennen Sie einen einfachen Namen, oder ergänzen Sie \"written\": false.",
                                       "Noem een eenvoudige naam, of voeg \"written\": false toe."}};
/// {0} = parent kind, {1} = kind.
inline constexpr Message kParentLater{
    "PST-8214",
    {"The profile writes '{0}' not before '{1}', which refers to it.",
     "Das Profil schreibt „{0}“ nicht vor „{1}“, das darauf verweist.",
     "Het profiel schrijft '{0}' niet vóór '{1}', dat ernaar verwijst."},
    {"Give '{0}' a smaller rank.", "Geben Sie „{0}“ einen kleineren rank.", "Geef '{0}' een kleinere rank."}};

// ---- settings -------------------------------------------------------------------------------------------------------

inline constexpr Message kNoToken{
    "PST-8221",
    {"System {0} has no token, but its profile sends one.", "System {0} hat kein Token, sein Profil sendet aber eines.",
     "Systeem {0} heeft geen token, maar het profiel stuurt er een."},
    {"Set it with: postern secret set, and write token = secret:NAME.",
     "Setzen Sie es mit: postern secret set, und schreiben Sie token = secret:NAME.",
     "Stel het in met: postern secret set, en schrijf token = secret:NAAM."}};

// ---- calls ----------------------------------------------------------------------------------------------------------

inline constexpr Message kTokenRefused{
    "PST-8225",
    {"System {0} refuses the token; it may have expired or been revoked.",
     "System {0} lehnt das Token ab; es ist abgelaufen oder widerrufen.",
     "Systeem {0} weigert het token; het is verlopen of ingetrokken."},
    {"Set a new token with: postern secret set.", "Setzen Sie ein neues Token mit: postern secret set.",
     "Stel een nieuw token in met: postern secret set."}};
/// {1} = path or kind.
inline constexpr Message kForbidden{
    "PST-8226",
    {"System {0} gives no right to use {1}.", "System {0} erlaubt den Zugriff auf {1} nicht.",
     "Systeem {0} geeft geen rechten voor {1}."},
    {"Give the account of the token this right, and check the setting account.",
     "Geben Sie dem Konto des Tokens dieses Recht, und prüfen Sie die Einstellung account.",
     "Geef het account van het token dit recht, en controleer de instelling account."}};
/// {2} = status.
inline constexpr Message kWrongAddress{
    "PST-8227",
    {"System {0}: the address does not know {1} (status {2}).", "System {0}: Die Adresse kennt {1} nicht (Status {2}).",
     "Systeem {0}: het adres kent {1} niet (status {2})."},
    {"Check url, and base_path and the paths of the profile; none of them is known from the vendor.",
     "Prüfen Sie url sowie base_path und die Pfade des Profils; keiner davon stammt vom Hersteller.",
     "Controleer url, en base_path en de paden van het profiel; geen daarvan komt van de leverancier."}};
/// {1} = kind, {2} = our key.
inline constexpr Message kGone{
    "PST-8228",
    {"System {0}: {1} {2} no longer exists there.", "System {0}: {1} {2} gibt es dort nicht mehr.",
     "Systeem {0}: {1} {2} bestaat daar niet meer."},
    {"Restore it there and retry, or drop the change.",
     "Stellen Sie den Datensatz dort wieder her und senden Sie erneut, oder verwerfen Sie die Änderung.",
     "Herstel het daar en probeer opnieuw, of verwerp de wijziging."}};
/// {1} = kind, {2} = our key, {3} = status.
inline constexpr Message kRefused{
    "PST-8229",
    {"System {0} does not accept {1} {2} (status {3}).", "System {0} nimmt {1} {2} nicht an (Status {3}).",
     "Systeem {0} accepteert {1} {2} niet (status {3})."},
    {"Read the server's words with: postern queue show; mend the record in the ERP or there, it is then sent again.",
     "Lesen Sie die Antwort des Servers mit: postern queue show; nach der Korrektur im ERP oder dort wird neu "
     "gesendet.",
     "Lees het antwoord van de server met: postern queue show; na correctie in het ERP of daar wordt opnieuw "
     "verzonden."}};
inline constexpr Message kTooMany{
    "PST-8230",
    {"System {0} asks to be called more slowly.", "System {0} bittet um langsamere Aufrufe.",
     "Systeem {0} vraagt om langzamere aanroepen."},
    {"Nothing to do; if it happens often, lower rate.", "Sie müssen nichts tun; geschieht es oft, senken Sie rate.",
     "U hoeft niets te doen; gebeurt het vaak, verlaag dan rate."}};
/// {1} = path or kind, {2} = status.
inline constexpr Message kUnavailable{
    "PST-8231",
    {"System {0} cannot serve {1} at the moment (status {2}).",
     "System {0} kann {1} im Augenblick nicht bedienen (Status {2}).",
     "Systeem {0} kan {1} op dit moment niet bedienen (status {2})."},
    {"Nothing to do, it is tried again; if it lasts, ask the vendor.",
     "Sie müssen nichts tun, es wird erneut versucht; dauert es an, fragen Sie den Hersteller.",
     "U hoeft niets te doen, het wordt opnieuw geprobeerd; blijft het zo, vraag dan de leverancier."}};
/// {1} = kind, {2} = our key, {3} = status.
inline constexpr Message kUncertain{"PST-8232",
                                    {"System {0}: it is not certain whether {1} {2} was stored (status {3}).",
                                     "System {0}: Es ist nicht sicher, ob {1} {2} gespeichert wurde (Status {3}).",
                                     "Systeem {0}: het is niet zeker of {1} {2} is opgeslagen (status {3})."},
                                    {"Nothing to do: postern looks it up before it sends again.",
                                     "Sie müssen nichts tun: postern sieht nach, bevor es erneut sendet.",
                                     "U hoeft niets te doen: postern zoekt het op voordat het opnieuw verzendt."}};
/// {1} = path.
inline constexpr Message kUnreadable{
    "PST-8233",
    {"System {0}: the answer for {1} is not what the profile describes.",
     "System {0}: Die Antwort zu {1} ist nicht so, wie das Profil sie beschreibt.",
     "Systeem {0}: het antwoord voor {1} is niet zoals het profiel beschrijft."},
    {"It is tried again; if it lasts, check url, a proxy in between, and the profile.",
     "Es wird erneut versucht; dauert es an, prüfen Sie url, einen Proxy dazwischen und das Profil.",
     "Het wordt opnieuw geprobeerd; blijft het zo, controleer dan url, een eventuele proxy en het profiel."}};
/// {1} = path.
inline constexpr Message kShortPage{
    "PST-8234",
    {"System {0}: a page of {1} has fewer rows than it should, or is another page.",
     "System {0}: Eine Seite von {1} hat zu wenige Zeilen oder ist eine andere Seite.",
     "Systeem {0}: een pagina van {1} heeft te weinig rijen of is een andere pagina."},
    {"It is read again; if it lasts, lower page_size: the server may send fewer rows than asked for.",
     "Sie wird erneut gelesen; dauert es an, senken Sie page_size: Der Server sendet vielleicht weniger als verlangt.",
     "Deze wordt opnieuw gelezen; blijft het zo, verlaag page_size: de server stuurt misschien minder dan gevraagd."}};
/// {1} = path.
inline constexpr Message kEndless{"PST-8235",
                                  {"System {0}: the list of {1} does not end or leads nowhere.",
                                   "System {0}: Die Liste {1} endet nicht oder führt im Kreis.",
                                   "Systeem {0}: de lijst {1} eindigt niet of loopt rond."},
                                  {"Check the part paging of the profile; it is tried again.",
                                   "Prüfen Sie den Teil paging des Profils; es wird erneut versucht.",
                                   "Controleer het deel paging van het profiel; het wordt opnieuw geprobeerd."}};
/// {1} = kind.
inline constexpr Message kUnknownKind{
    "PST-8236",
    {"System {0}: its profile has no kind {1} for this.", "System {0}: Sein Profil hat dafür keine Art {1}.",
     "Systeem {0}: het profiel heeft hiervoor geen soort {1}."},
    {"Add the kind to the profile, or switch this flow off.",
     "Ergänzen Sie die Art im Profil, oder schalten Sie diesen Fluss ab.",
     "Voeg de soort aan het profiel toe, of schakel deze flow uit."}};
/// {0} = kind, {1} = their id.
inline constexpr Message kRowUnreadable{
    "PST-8237",
    {"{0} with id {1} cannot be understood.", "{0} mit der Id {1} ist nicht verständlich.",
     "{0} met id {1} is niet te begrijpen."},
    {"Check this kind in the profile; other records are not affected.",
     "Prüfen Sie diese Art im Profil; andere Datensätze sind nicht betroffen.",
     "Controleer deze soort in het profiel; andere records worden niet geraakt."}};
/// {1} = path, {2} = number of rows.
inline constexpr Message kRowWithoutId{
    "PST-8238",
    {"System {0}: {2} rows of {1} came without an id and were left out.",
     "System {0}: {2} Zeilen von {1} kamen ohne Id und wurden ausgelassen.",
     "Systeem {0}: {2} rijen van {1} kwamen zonder id en zijn overgeslagen."},
    {"Check the member of the id in the profile.", "Prüfen Sie den Namen der Id im Profil.",
     "Controleer de naam van de id in het profiel."}};
/// {1} = kind, {2} = our key, {3} = field.
inline constexpr Message kUnknownReference{
    "PST-8239",
    {"System {0}: {3} of {1} {2} points to a record that is not there yet.",
     "System {0}: {3} von {1} {2} verweist auf einen Datensatz, den es dort noch nicht gibt.",
     "Systeem {0}: {3} van {1} {2} verwijst naar een record dat daar nog niet bestaat."},
    {"Switch on the flow of that record or mend it in the ERP, then retry.",
     "Schalten Sie den Fluss dieses Datensatzes ein oder korrigieren Sie ihn im ERP, und senden Sie dann erneut.",
     "Schakel de flow van dat record in of corrigeer het in het ERP, en probeer dan opnieuw."}};
inline constexpr Message kBadValue{
    "PST-8240",
    {"System {0}: {3} of {1} {2} has a value that the profile cannot express.",
     "System {0}: {3} von {1} {2} hat einen Wert, den das Profil nicht ausdrücken kann.",
     "Systeem {0}: {3} van {1} {2} heeft een waarde die het profiel niet kan uitdrukken."},
    {"Mend the value in the ERP (dates as dates, numbers as numbers, texts not too long).",
     "Korrigieren Sie den Wert im ERP (Datum als Datum, Zahlen als Zahlen, Texte nicht zu lang).",
     "Corrigeer de waarde in het ERP (datums als datum, getallen als getal, teksten niet te lang)."}};
/// {1} = kind, {2} = our key.
inline constexpr Message kChangedMeanwhile{
    "PST-8241",
    {"System {0}: {1} {2} was changed there while it was being sent.",
     "System {0}: {1} {2} wurde dort geändert, während es gesendet wurde.",
     "Systeem {0}: {1} {2} werd daar gewijzigd tijdens het verzenden."},
    {"Nothing to do, it is read and sent again.", "Sie müssen nichts tun, es wird neu gelesen und gesendet.",
     "U hoeft niets te doen, het wordt opnieuw gelezen en verzonden."}};
inline constexpr Message kCannotClaim{
    "PST-8242",
    {"System {0}: {1} {2} cannot be taken over: it carries another program's key, or the profile has no way to.",
     "System {0}: {1} {2} kann nicht übernommen werden: Es trägt einen fremden Schlüssel, oder das Profil kennt "
     "keinen Weg.",
     "Systeem {0}: {1} {2} kan niet worden overgenomen: het draagt een andere sleutel, of het profiel kent geen weg."},
    {"Enter our key there by hand, or drop the change.",
     "Tragen Sie dort unseren Schlüssel von Hand ein, oder verwerfen Sie die Änderung.",
     "Vul daar met de hand onze sleutel in, of verwerp de wijziging."}};
inline constexpr Message kTooLarge{
    "PST-8243",
    {"System {0}: {1} {2} is larger than the profile's limit of a body.",
     "System {0}: {1} {2} ist größer als die Grenze des Profils für eine Anfrage.",
     "Systeem {0}: {1} {2} is groter dan de grens van het profiel voor een aanvraag."},
    {"Shorten its texts in the ERP.", "Kürzen Sie die Texte im ERP.", "Kort de teksten in het ERP in."}};
/// {1} = kind, {2} = member.
inline constexpr Message kMemberAbsent{
    "PST-8244",
    {"System {0}: the first row of {1} has no member '{2}', which the profile names.",
     "System {0}: Die erste Zeile von {1} hat kein Feld „{2}“, das das Profil nennt.",
     "Systeem {0}: de eerste rij van {1} heeft geen veld '{2}', dat het profiel noemt."},
    {"Compare the profile with what the vendor tells about its data.",
     "Vergleichen Sie das Profil mit dem, was der Hersteller über seine Daten sagt.",
     "Vergelijk het profiel met wat de leverancier over zijn gegevens zegt."}};

}  // namespace postern::profile
