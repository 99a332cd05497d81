// The connector's options and its factory.

#include "connectors/craftboxx/messages.h"
#include "connectors/craftboxx/session.h"
#include "connectors/craftboxx/sink.h"
#include "connectors/craftboxx/source.h"

namespace postern::craftboxx {

namespace {

using Type = Option::Type;

constexpr Option kOptions[] = {
    {.key = "url",
     .type = Type::SecureUrl,
     .def = "https://api.craftboxx.de",
     .help = {"Address of the Craftboxx API.", "Adresse der Craftboxx-API.", "Adres van de Craftboxx-API."}},
    {.key = "path_prefix",
     .help = {"Put before every path; empty or /plan-it.", "Steht vor jedem Pfad; leer oder /plan-it.",
              "Staat voor elk pad; leeg of /plan-it."}},
    {.key = "email",
     .help = {"E-mail address of an employee with planner rights, made for postern.",
              "E-Mail-Adresse eines eigens angelegten Mitarbeiters mit Planerrechten.",
              "E-mailadres van een voor postern aangemaakte medewerker met plannerrechten."}},
    {.key = "password",
     .type = Type::Secret,
     .help = {"This employee's password.", "Kennwort dieses Mitarbeiters.", "Wachtwoord van deze medewerker."}},
    {.key = "token",
     .type = Type::Secret,
     .help = {"A ready token instead of email and password; postern cannot renew it.",
              "Ein fertiges Token statt E-Mail und Kennwort; postern kann es nicht erneuern.",
              "Een kant-en-klaar token in plaats van e-mail en wachtwoord; postern kan het niet vernieuwen."}},
    {.key = "source",
     .def = "profacto-agent",
     .help = {"Written into each record's source, to know our records again; never change it later.",
              "Steht im Feld source jedes Datensatzes, damit unsere wiedererkannt werden; später nie ändern.",
              "Staat in het veld source van elk record om de onze te herkennen; later nooit wijzigen."}},
    {.key = "rate",
     .type = Type::Decimal,
     .def = "5",
     .help = {"Calls a second at most; 0 = no limit.", "Höchstens so viele Aufrufe je Sekunde; 0 = keine Grenze.",
              "Hooguit zoveel aanroepen per seconde; 0 = geen grens."},
     .min = 0,
     .max = 1000},
    {.key = "connections",
     .type = Type::Integer,
     .def = "4",
     .help = {"Calls at the same time.", "Gleichzeitige Aufrufe.", "Gelijktijdige aanroepen."},
     .min = 1,
     .max = 64},
    {.key = "page_size",
     .type = Type::Integer,
     .def = "50",
     .help = {"Rows a page when reading lists.", "Zeilen je Seite beim Lesen von Listen.",
              "Rijen per pagina bij het lezen van lijsten."},
     .min = 1,
     .max = 1000},
    {.key = "page_size_name",
     .type = Type::Choice,
     .def = "per_page",
     .help = {"Name of the page-size parameter; the vendor's document has both.",
              "Name des Parameters für die Seitengröße; das Dokument des Herstellers nennt beide.",
              "Naam van de parameter voor de paginagrootte; het document van de leverancier noemt beide."},
     .choices = "per_page perPage"},
    {.key = "lookup_form",
     .type = Type::Choice,
     .def = "list",
     .help = {"How keys are looked up: list (many in one call) or plain (one call each).",
              "Suche nach Schlüsseln: list (viele in einem Aufruf) oder plain (je ein Aufruf).",
              "Zoeken op sleutels: list (veel in één aanroep) of plain (één aanroep per sleutel)."},
     .choices = "list plain"},
    {.key = "overlap",
     .type = Type::Duration,
     .def = "10m",
     .help = {"How far a change scan reads back before the last known change.",
              "So weit liest eine Änderungssuche hinter die letzte bekannte Änderung zurück.",
              "Zo ver leest een wijzigingsscan terug vóór de laatst bekende wijziging."},
     .min = 0,
     .max = 7 * 86400},
    {.key = "all_day_end",
     .type = Type::Choice,
     .def = "2359",
     .help = {"End of an all-day appointment: 2359, same_midnight (as the start) or next_midnight.",
              "Ende eines ganztägigen Termins: 2359, same_midnight (wie der Beginn) oder next_midnight.",
              "Einde van een afspraak van een hele dag: 2359, same_midnight (als het begin) of next_midnight."},
     .choices = "2359 same_midnight next_midnight"},
    {.key = "load_relations",
     .type = Type::Boolean,
     .def = "yes",
     .help = {"Load the articles of appointments along when reading.", "Beim Lesen die Artikel der Termine mitladen.",
              "Bij het lezen de artikelen van afspraken meeladen."}},
};

AllDayEnd allDayEnd(const std::string& text) {
  if (text == "same_midnight") return AllDayEnd::SameMidnight;
  if (text == "next_midnight") return AllDayEnd::NextMidnight;
  return AllDayEnd::LastSecond;
}

ListStyle listStyle(const Section& options) {
  return {options.text("page_size_name"), static_cast<int>(options.integer("page_size")),
          options.boolean("load_relations")};
}

class CraftboxxSystem : public System {
 public:
  explicit CraftboxxSystem(const SystemContext& context)
      : session_(context),
        site_{context.name, context.options.text("source"), context.zone,
              allDayEnd(context.options.text("all_day_end"))},
        source_(session_, site_, listStyle(context.options), context.options.duration("overlap")),
        sink_(session_, site_, listStyle(context.options), context.options.text("lookup_form") == "plain"),
        style_(listStyle(context.options)) {
    style_.pageSize = 1;
  }

  Source* source() override { return &source_; }
  Sink* sink() override { return &sink_; }

  std::vector<Finding> check(std::stop_token stop) override {
    std::vector<Finding> findings;
    if (auto error = logInError(stop)) {
      return {{Finding::Level::Bad, "log-in", std::move(*error)}};
    }
    findings.push_back({Finding::Level::Good, "log-in", {}});
    bool readable = true;
    for (const Resource& resource : resources()) {
      const auto page = readList(session_, resource, style_, {}, 1, stop);
      findings.push_back({page ? Finding::Level::Good : Finding::Level::Bad, std::string("read ") + resource.path,
                          page ? std::optional<Error>{} : page.error()});
      readable = readable && page.has_value();
    }
    if (readable) findings.push_back(lookUpFinding(stop));
    return findings;
  }

 private:
  std::optional<Error> logInError(std::stop_token stop) {
    auto answer = session_.send({"GET", "my/employee", {}, {}}, Purpose::Read, stop);
    if (!answer) return std::move(answer.error());
    return session_.failure(*answer, Purpose::Read, {"my/employee", {}});
  }

  Finding lookUpFinding(std::stop_token stop) {
    Finding finding{Finding::Level::Good, "look-up by key", {}};
    for (const Resource& resource : resources()) {
      auto works = sink_.listFormWorks(resource.kind, stop);
      if (!works) return {Finding::Level::Bad, finding.what, std::move(works.error())};
      if (!works->has_value()) continue;
      if (!**works) {
        finding.level = Finding::Level::Warning;
        finding.error = Error{Fault::Reject, &kListFormFails, {session_.system()}, {}, {}};
      }
      return finding;
    }
    return finding;
  }

  Session session_;
  const Site site_;
  CraftboxxSource source_;
  CraftboxxSink sink_;
  ListStyle style_;
};

std::unique_ptr<System> make(const SystemContext& context) { return std::make_unique<CraftboxxSystem>(context); }

}  // namespace

extern const ConnectorInfo kConnector;
const ConnectorInfo kConnector{
    .name = "craftboxx",
    .summary = {"Craftboxx, field service for craft businesses", "Craftboxx, Einsatzplanung für Handwerksbetriebe",
                "Craftboxx, planning en buitendienst voor ambachtsbedrijven"},
    .reads = true,
    .writes = true,
    .options = kOptions,
    .fields = {},
    .make = make,
    .sinkKinds = sinkKinds(),
    .checkSettings = [](const Section& options, const Section&) { checkLogIn(options); },
};

}  // namespace postern::craftboxx
