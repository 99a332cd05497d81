// The option tables every settings file has: [agent], and what all [system.*] and all [link.*] have in common.

#include <array>
#include <string>

#include "agent/folders.h"
#include "agent/settings.h"

namespace postern {
namespace {

constexpr Option kAgentOptions[] = {
    {.key = "state_dir",
     .type = Option::Type::Directory,
     .def = "",  // agentOptions() puts the machine's in
     .help = {"Directory of the state file and the secret store; only the service needs access to it.",
              "Verzeichnis der Zustandsdatei und des Geheimnisspeichers; nur der Dienst braucht darauf Zugriff.",
              "Map van het statusbestand en de geheimenopslag; alleen de dienst heeft er toegang toe nodig."}},
    {.key = "language",
     .type = Option::Type::Choice,
     .def = "en",
     .help = {"Language of messages, listings, the status page and alarms.",
              "Sprache der Meldungen, Listen, Statusseite und Alarme.",
              "Taal van meldingen, lijsten, statuspagina en alarmen."},
     .choices = "en de nl"},
    {.key = "time_zone",
     .type = Option::Type::Zone,
     .def = "Europe/Berlin",
     .help = {"Time zone of the site, for dates and for times of day in this file.",
              "Zeitzone des Standorts, für Datumsangaben und für die Uhrzeiten in dieser Datei.",
              "Tijdzone van de vestiging, voor datums en voor de tijdstippen in dit bestand."}},
    {.key = "log_level",
     .type = Option::Type::Choice,
     .def = "information",
     .help = {"How much is logged; debug adds a line for every record.",
              "Wie viel protokolliert wird; debug fügt eine Zeile je Datensatz hinzu.",
              "Hoeveel er wordt gelogd; debug voegt een regel per record toe."},
     .choices = "error warning information debug"},
    {.key = "proxy",
     .type = Option::Type::Url,
     .help = {"HTTP proxy for all systems; 'system' takes it from the environment of the service, on "
              "Windows else from the system's settings; without 'proxy' there is none.",
              "HTTP-Proxy für alle Systeme; „system“ übernimmt ihn aus der Umgebung des Dienstes, unter "
              "Windows sonst aus den Einstellungen des Systems; ohne „proxy“ gibt es keinen.",
              "HTTP-proxy voor alle systemen; 'system' neemt hem over uit de omgeving van de dienst, "
              "op Windows anders uit de instellingen van het systeem; zonder 'proxy' is er geen."},
     .choices = "none system"},
    {.key = "ca_file",
     .type = Option::Type::File,
     .help = {"Certificates (PEM) of the authorities to trust instead of those the machine trusts.",
              "Zertifikate (PEM) der Stellen, denen anstelle der auf dem Rechner hinterlegten vertraut wird.",
              "Certificaten (PEM) van de instanties die worden vertrouwd in plaats van die van de machine."}},
    {.key = "full_compare",
     .type = Option::Type::Clock,
     .def = "02:30",
     .help = {"Time of day at which everything is read and compared in full, to find what no poll reported.",
              "Uhrzeit, zu der alles vollständig gelesen und verglichen wird, um zu finden, was keine Abfrage gemeldet "
              "hat.",
              "Tijdstip waarop alles volledig wordt gelezen en vergeleken, om te vinden wat geen enkele uitvraag heeft "
              "gemeld."}},
    {.key = "queue_limit",
     .type = Option::Type::Integer,
     .def = "200000",
     .help = {"Number of queued changes above which polling pauses; delivery goes on and nothing is lost.",
              "Anzahl wartender Änderungen, ab der das Abfragen pausiert; die Zustellung läuft weiter, nichts geht "
              "verloren.",
              "Aantal wachtende wijzigingen waarboven het uitvragen pauzeert; de aflevering gaat door en er gaat niets "
              "verloren."},
     .min = 1'000,
     .max = 10'000'000},
    {.key = "disk_floor",
     .type = Option::Type::Integer,
     .def = "500",
     .help = {"Free disk space in megabytes under which polling pauses.",
              "Freier Speicherplatz in Megabyte, unter dem das Abfragen pausiert.",
              "Vrije schijfruimte in megabytes waaronder het uitvragen pauzeert."},
     .min = 10,
     .max = 1'000'000},
};

constexpr Option kSystemOptions[] = {
    {.key = "connector",
     .type = Option::Type::Choice,
     .help = {"Kind of the system.", "Art des Systems.", "Soort systeem."},
     .required = true},
    {.key = "ca_file",
     .type = Option::Type::File,
     .help = {"Certificates (PEM) of the authorities to trust for this system; without it those of [agent].",
              "Zertifikate (PEM) der Stellen, denen für dieses System vertraut wird; ohne Angabe die von [agent].",
              "Certificaten (PEM) van de instanties die voor dit systeem worden vertrouwd; anders die van [agent]."}},
    {.key = "proxy",
     .type = Option::Type::Url,
     .help = {"HTTP proxy for this system; without it the one of [agent].",
              "HTTP-Proxy für dieses System; ohne Angabe der von [agent].",
              "HTTP-proxy voor dit systeem; anders die van [agent]."},
     .choices = "none system"},
};

constexpr Option kLinkOptions[] = {
    {.key = "erp",
     .help = {"Name of the ERP's section: erp for [system.erp].", "Name des ERP-Abschnitts: erp für [system.erp].",
              "Naam van de sectie van het ERP: erp voor [system.erp]."},
     .required = true},
    {.key = "app",
     .help = {"Name of the app's section: app for [system.app].", "Name des App-Abschnitts: app für [system.app].",
              "Naam van de sectie van de app: app voor [system.app]."},
     .required = true},
    {.key = "interval",
     .type = Option::Type::Duration,
     .def = "10m",
     .help = {"Time from the start of one pass to the start of the next.",
              "Zeit vom Beginn eines Durchlaufs bis zum Beginn des nächsten.",
              "Tijd van het begin van de ene ronde tot het begin van de volgende."},
     .min = 10,
     .max = 86'400},
    {.key = "flows",
     .type = Option::Type::TextList,
     .help = {"Flows that run; without it all of the pair.", "Datenflüsse, die laufen; ohne Angabe alle des Paars.",
              "Gegevensstromen die lopen; anders alle van het paar."}},
    {.key = "flow.*",
     .type = Option::Type::Choice,
     .help = {"Direction of one flow, or off; without it the direction the pair provides for. A flow that 'flows' "
              "leaves out does not run.",
              "Richtung eines Datenflusses, oder off (aus); ohne Angabe die für das Paar vorgesehene Richtung. Ein "
              "Datenfluss, den „flows“ auslässt, läuft nicht.",
              "Richting van één gegevensstroom, of off (uit); anders de richting van het paar. Een gegevensstroom die "
              "'flows' weglaat, loopt niet."},
     .choices = "off to_app to_erp both"},
    {.key = "conflict.*",
     .type = Option::Type::Choice,
     .help =
         {"Whose value of a field counts when both sides changed it between two passes; newest: the side where the "
          "change was seen last, park: neither, until somebody decides. Without it as the pair provides for.",
          "Wessen Wert eines Felds gilt, wenn beide Seiten es zwischen zwei Durchläufen geändert haben; newest: die "
          "Seite, auf der die Änderung zuletzt gesehen wurde, park: keine, bis jemand entscheidet. Ohne Angabe wie "
          "für das Paar vorgesehen.",
          "Wiens waarde van een veld geldt als beide kanten het tussen twee rondes wijzigden; newest: de kant waar de "
          "wijziging het laatst is gezien, park: geen van beide, tot iemand beslist. Anders zoals het paar bepaalt."},
     .choices = "erp app newest park"},
    {.key = "brake",
     .type = Option::Type::Integer,
     .def = "50",
     .help = {"Percentage of the records of a kind that one pass may change or add; above it, and above 50 records, it "
              "waits for \"postern approve\". 100 = no limit.",
              "Prozentsatz der Datensätze einer Art, die ein Durchlauf ändern oder anlegen darf; darüber, und über 50 "
              "Datensätzen, wartet er auf „postern approve“. 100 = keine Grenze.",
              "Percentage van de records van een soort dat één ronde mag wijzigen of toevoegen; daarboven, en boven 50 "
              "records, wacht de ronde op \"postern approve\". 100 = geen grens."},
     .min = 1,
     .max = 100},
};

}  // namespace

std::span<const Option> agentOptions() {
  static const std::string stateDir = defaultStateDir().generic_string();
  static const auto options = [] {
    auto all = std::to_array(kAgentOptions);
    all.front().def = stateDir.c_str();
    return all;
  }();
  return options;
}
std::span<const Option> commonSystemOptions() { return kSystemOptions; }
std::span<const Option> commonLinkOptions() { return kLinkOptions; }

}  // namespace postern
