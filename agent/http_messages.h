#pragma once
// What http_client_poco.cc tells an admin.

#include "agent/text.h"

namespace postern::http {

inline constexpr Message kBadRequest{
    "PST-2000",
    {"A request cannot be sent because its address or a header is not valid HTTP.",
     "Eine Anfrage kann nicht gesendet werden, weil ihre Adresse oder eine Kopfzeile kein gültiges HTTP ist.",
     "Een verzoek kan niet worden verzonden omdat het adres of een header geen geldige HTTP is."},
    {"Check the system's url, token and path settings for blanks and line breaks.",
     "Prüfen Sie url, token und Pfade des Systems auf Leerzeichen und Zeilenumbrüche.",
     "Controleer url, token en paden van het systeem op spaties en regeleinden."}};
inline constexpr Message kHostUnknown{"PST-2001",
                                      {"The name {0} cannot be resolved.", "Der Name {0} lässt sich nicht auflösen.",
                                       "De naam {0} kan niet worden gevonden."},
                                      {"Check the spelling of the address and the machine's DNS servers.",
                                       "Prüfen Sie die Schreibweise der Adresse und die DNS-Server dieses Rechners.",
                                       "Controleer de spelling van het adres en de DNS-servers van deze computer."}};
inline constexpr Message kUnreachable{
    "PST-2002",
    {"{0} does not accept a connection.", "{0} nimmt keine Verbindung an.", "{0} accepteert geen verbinding."},
    {"Check that the service there is running and that address, port and firewall are right.",
     "Prüfen Sie, ob der Dienst dort läuft und ob Adresse, Port und Firewall stimmen.",
     "Controleer of de dienst daar draait en of adres, poort en firewall kloppen."}};
inline constexpr Message kConnectSlow{
    "PST-2003",
    {"{0} could not be reached within {1} seconds.", "{0} war nicht innerhalb von {1} Sekunden zu erreichen.",
     "{0} was niet binnen {1} seconden te bereiken."},
    {"Check network, firewall and whether that machine is switched on.",
     "Prüfen Sie Netzwerk und Firewall und ob jener Rechner eingeschaltet ist.",
     "Controleer netwerk en firewall en of die computer aanstaat."}};
inline constexpr Message kTlsFailed{
    "PST-2004",
    {"No encrypted connection to {0} could be agreed on.", "Mit {0} kam keine verschlüsselte Verbindung zustande.",
     "Met {0} kwam geen versleutelde verbinding tot stand."},
    {"Check that the port speaks HTTPS with TLS 1.2 or newer.",
     "Prüfen Sie, ob dieser Port HTTPS mit TLS 1.2 oder neuer spricht.",
     "Controleer of deze poort HTTPS met TLS 1.2 of nieuwer spreekt."}};
inline constexpr Message kUnknownAuthority{
    "PST-2005",
    {"The certificate of {0} was issued by an authority that this machine does not know.",
     "Das Zertifikat von {0} stammt von einer Zertifizierungsstelle, die dieser Rechner nicht kennt.",
     "Het certificaat van {0} komt van een certificeringsinstantie die deze computer niet kent."},
    {"Set ca_file to that authority's certificate, or install it on this machine.",
     "Tragen Sie das Zertifikat dieser Stelle bei ca_file ein oder installieren Sie es auf diesem Rechner.",
     "Vul het certificaat van die instantie in bij ca_file of installeer het op deze computer."}};
inline constexpr Message kCertificateDates{"PST-2006",
                                           {"The certificate of {0} has expired or is not valid yet.",
                                            "Das Zertifikat von {0} ist abgelaufen oder noch nicht gültig.",
                                            "Het certificaat van {0} is verlopen of nog niet geldig."},
                                           {"Renew the certificate there, and check this machine's clock.",
                                            "Erneuern Sie dort das Zertifikat und prüfen Sie die Uhr dieses Rechners.",
                                            "Vernieuw daar het certificaat en controleer de klok van deze computer."}};
inline constexpr Message kCertificateName{
    "PST-2007",
    {"The certificate shown by {0} was issued for another name.",
     "Das Zertifikat, das {0} vorzeigt, ist auf einen anderen Namen ausgestellt.",
     "Het certificaat dat {0} toont, staat op een andere naam."},
    {"Use the name that is in the certificate in url, or have the certificate extended.",
     "Verwenden Sie in url den Namen aus dem Zertifikat oder lassen Sie das Zertifikat erweitern.",
     "Gebruik in url de naam uit het certificaat of laat het certificaat uitbreiden."}};
inline constexpr Message kProxyRefused{
    "PST-2008",
    {"The proxy {0} refused the way to {1} (status {2}).", "Der Proxy {0} hat den Weg zu {1} verweigert (Status {2}).",
     "De proxy {0} weigerde de weg naar {1} (status {2})."},
    {"Have the proxy allow this address, or check the log-in in the proxy setting.",
     "Lassen Sie diese Adresse am Proxy freigeben oder prüfen Sie die Anmeldung in der Proxy-Einstellung.",
     "Laat dit adres op de proxy toestaan of controleer de aanmelding in de proxy-instelling."}};
inline constexpr Message kProxyUnreachable{
    "PST-2009",
    {"The proxy {0} cannot be reached or does not answer.",
     "Der Proxy {0} ist nicht zu erreichen oder antwortet nicht.",
     "De proxy {0} is niet te bereiken of antwoordt niet."},
    {"Check the proxy setting or the variables HTTP_PROXY and HTTPS_PROXY.",
     "Prüfen Sie die Proxy-Einstellung oder die Variablen HTTP_PROXY und HTTPS_PROXY.",
     "Controleer de proxy-instelling of de variabelen HTTP_PROXY en HTTPS_PROXY."}};
inline constexpr Message kCaFile{
    "PST-2010",
    {"The certificates in {0} cannot be read.", "Die Zertifikate in {0} lassen sich nicht lesen.",
     "De certificaten in {0} kunnen niet worden gelezen."},
    {"Set ca_file to a readable file in PEM format.", "Tragen Sie bei ca_file eine lesbare Datei im PEM-Format ein.",
     "Vul bij ca_file een leesbaar bestand in PEM-formaat in."}};
inline constexpr Message kBadProxy{"PST-2011",
                                   {"The address of the proxy is not valid.", "Die Adresse des Proxys ist ungültig.",
                                    "Het adres van de proxy is ongeldig."},
                                   {"Write it as http://host:port, also in HTTP_PROXY and HTTPS_PROXY.",
                                    "Schreiben Sie sie als http://host:port, auch in HTTP_PROXY und HTTPS_PROXY.",
                                    "Schrijf het als http://host:port, ook in HTTP_PROXY en HTTPS_PROXY."}};
inline constexpr Message kNotSent{
    "PST-2012",
    {"The connection to {0} broke before a request was sent.",
     "Die Verbindung zu {0} brach ab, bevor eine Anfrage gesendet war.",
     "De verbinding met {0} viel weg voordat een verzoek was verzonden."},
    {"postern tries again by itself; check the network if it happens often.",
     "postern versucht es von selbst erneut; prüfen Sie bei Häufung das Netzwerk.",
     "postern probeert het vanzelf opnieuw; controleer het netwerk als het vaak gebeurt."}};
inline constexpr Message kSilent{
    "PST-2020",
    {"{0} has not answered for {1} seconds.", "{0} hat seit {1} Sekunden nicht geantwortet.",
     "{0} heeft {1} seconden lang niet geantwoord."},
    {"Check how busy that server is; postern finds out by itself whether the request was carried out.",
     "Prüfen Sie die Auslastung jenes Servers; postern stellt selbst fest, ob die Anfrage ausgeführt wurde.",
     "Controleer hoe druk die server is; postern gaat zelf na of het verzoek is uitgevoerd."}};
inline constexpr Message kDrips{
    "PST-2027",
    {"The answer of {0} came so slowly that it was given up.",
     "Die Antwort von {0} kam so langsam, dass sie aufgegeben wurde.",
     "Het antwoord van {0} kwam zo langzaam dat het is opgegeven."},
    {"Check that server, the line and any proxy between; postern finds out by itself whether the request was carried "
     "out.",
     "Prüfen Sie jenen Server, die Leitung und jeden Proxy dazwischen; postern stellt selbst fest, ob die Anfrage "
     "ausgeführt wurde.",
     "Controleer die server, de lijn en elke proxy ertussen; postern gaat zelf na of het verzoek is uitgevoerd."}};
inline constexpr Message kCut{
    "PST-2021",
    {"{0} closed the connection before its answer was complete.",
     "{0} hat die Verbindung geschlossen, bevor die Antwort vollständig war.",
     "{0} verbrak de verbinding voordat het antwoord volledig was."},
    {"Check that server and any proxy between; postern finds out by itself whether the request was carried out.",
     "Prüfen Sie jenen Server und Proxys dazwischen; postern stellt selbst fest, ob die Anfrage ausgeführt wurde.",
     "Controleer die server en proxy's ertussen; postern gaat zelf na of het verzoek is uitgevoerd."}};
inline constexpr Message kTooLarge{
    "PST-2022",
    {"An answer of {0} is larger than {1} MiB.", "Eine Antwort von {0} ist größer als {1} MiB.",
     "Een antwoord van {0} is groter dan {1} MiB."},
    {"Check that the address is the right one, and make the page size of that system smaller.",
     "Prüfen Sie, ob die Adresse stimmt, und verkleinern Sie die Seitengröße dieses Systems.",
     "Controleer of het adres klopt en verklein de paginagrootte van dat systeem."}};
inline constexpr Message kGarbled{
    "PST-2023",
    {"What {0} answered is not valid HTTP.", "Was {0} geantwortet hat, ist kein gültiges HTTP.",
     "Wat {0} antwoordde is geen geldige HTTP."},
    {"Check that address and port are those of the service, and whether it expects https.",
     "Prüfen Sie, ob Adresse und Port zum Dienst gehören und ob er https erwartet.",
     "Controleer of adres en poort bij de dienst horen en of die https verwacht."}};
inline constexpr Message kStopped{"PST-2024",
                                  {"A request to {0} was broken off because postern was asked to stop.",
                                   "Eine Anfrage an {0} wurde abgebrochen, weil postern beendet werden soll.",
                                   "Een verzoek aan {0} is afgebroken omdat postern moest stoppen."},
                                  {"Nothing needs to be done.", "Sie müssen nichts tun.", "U hoeft niets te doen."}};

}  // namespace postern::http
