#include "connectors/accountview/tables.h"

#include <algorithm>
#include <array>

#include "agent/option_value.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

constexpr Option kOptions[] = {
    {
        .key = "mode",
        .type = Option::Type::Choice,
        .def = "web",
        .help =
            {"How AccountView is reached: web = through accountview.net; dbf = copies of its tables in a folder, read "
             "only.",
             "Zugang zu AccountView: web = über accountview.net; dbf = Kopien seiner Tabellen in einem Ordner, nur "
             "lesend.",
             "Toegang tot AccountView: web = via accountview.net; dbf = kopieën van de tabellen in een map, alleen "
             "lezen."},
        .choices = "web dbf",
    },
    {
        .key = "folder",
        .type = Option::Type::Directory,
        .help = {"mode = dbf, required: folder with a copy of the tables of one administration and year.",
                 "mode = dbf, Pflicht: Ordner mit einer Kopie der Tabellen einer Administration und eines Jahres.",
                 "mode = dbf, verplicht: map met een kopie van de tabellen van één administratie en jaar."},
    },
    {
        .key = "codepage",
        .type = Option::Type::Choice,
        .def = "auto",
        .help = {"mode = dbf: character set of the tables; auto = by the table's mark, else Windows-1252.",
                 "mode = dbf: Zeichensatz der Tabellen; auto = nach dem Kennzeichen der Tabelle, sonst Windows-1252.",
                 "mode = dbf: tekenset van de tabellen; auto = volgens het kenmerk van de tabel, anders Windows-1252."},
        .choices = "auto windows-1250 windows-1251 windows-1252 iso-8859-1 iso-8859-15 cp437 cp850",
    },
    {
        .key = "order_types",
        .type = Option::Type::TextList,
        .def = "1",
        .help = {"mode = dbf: values of sales_order.dbf_type that mean sales order; 1 by one public client.",
                 "mode = dbf: Werte von sales_order.dbf_type, die Verkaufsauftrag bedeuten; 1 nach einem öffentlichen "
                 "Client.",
                 "mode = dbf: waarden van sales_order.dbf_type die verkooporder betekenen; 1 volgens één openbare "
                 "client."},
    },
    {
        .key = "only.*",
        .help =
            {"mode = dbf: only rows whose column holds one of these values, as KIND.COLUMN: only.customer.DEB_SHOW = "
             "true.",
             "mode = dbf: nur Zeilen, deren Spalte einen dieser Werte enthält, als ART.SPALTE: "
             "only.customer.DEB_SHOW = true.",
             "mode = dbf: alleen rijen waarvan de kolom een van deze waarden bevat, als SOORT.KOLOM: "
             "only.customer.DEB_SHOW = true."},
    },
    {
        .key = "url",
        .type = Option::Type::SecureUrl,
        .def = "https://www.accountview.net/api/v3",
        .help = {"Address of the web API.", "Adresse der Web-API.", "Adres van de web-API."},
    },
    {
        .key = "authorize_url",
        .type = Option::Type::SecureUrl,
        .def = "https://www.accountview.net/ams/authorize.aspx",
        .help = {"Page where a user grants access.", "Seite, auf der ein Benutzer den Zugriff erlaubt.",
                 "Pagina waarop een gebruiker toegang geeft."},
    },
    {
        .key = "token_url",
        .type = Option::Type::SecureUrl,
        .help = {"Where tokens are fetched; without it url with /token.",
                 "Adresse für Token; ohne Angabe url mit /token.", "Adres voor tokens; zonder opgave url met /token."},
    },
    {
        .key = "scopes",
        .type = Option::Type::TextList,
        .def = "readaccountviewdata updateaccountviewdata",
        .help = {"Rights that are asked for.", "Rechte, die angefordert werden.", "Rechten die worden gevraagd."},
    },
    {
        .key = "client_id",
        .help = {"mode = web, required: client id of the app, from the developer menu of accountview.net.",
                 "mode = web, Pflicht: Client-Id der App aus dem Entwicklermenü von accountview.net.",
                 "mode = web, verplicht: client-id van de app uit het ontwikkelaarsmenu van accountview.net."},
    },
    {
        .key = "client_secret",
        .type = Option::Type::Secret,
        .help = {"mode = web, required: client secret of the app.", "mode = web, Pflicht: Client-Secret der App.",
                 "mode = web, verplicht: client-secret van de app."},
    },
    {
        .key = "refresh_token",
        .type = Option::Type::Secret,
        .help =
            {"mode = web, required: refresh token; always secret:NAME, set and renewed by: postern login SYSTEM.",
             "mode = web, Pflicht: Refresh-Token; immer secret:NAME, gesetzt und erneuert durch: postern login SYSTEM.",
             "mode = web, verplicht: refresh-token; altijd secret:NAAM, gezet en vernieuwd door: postern login "
             "SYSTEEM."},
    },
    {
        .key = "client_id_header",
        .type = Option::Type::Boolean,
        .def = "no",
        .help = {"Sends the client id as header Client-Id with each call, too; one public client does.",
                 "Sendet die Client-Id auch als Kopfzeile Client-Id; ein öffentlicher Client tut das.",
                 "Verstuurt de client-id ook als header Client-Id; één openbare client doet dat."},
    },
    {
        .key = "company",
        .help = {"Company by id, code or description; not needed when the user may use one only.",
                 "Unternehmen nach Id, Code oder Bezeichnung; unnötig, wenn der Benutzer nur eines verwenden darf.",
                 "Onderneming op id, code of omschrijving; niet nodig als de gebruiker er maar één mag gebruiken."},
    },
    {
        .key = "erp_zone",
        .type = Option::Type::Zone,
        .def = "Europe/Amsterdam",
        .help = {"Time zone of the AccountView server.", "Zeitzone des AccountView-Servers.",
                 "Tijdzone van de AccountView-server."},
    },
    {
        .key = "rate",
        .type = Option::Type::Decimal,
        .def = "10",
        .help = {"Calls per second; one at a time in any case.", "Aufrufe je Sekunde; stets nur einer zur selben Zeit.",
                 "Aanroepen per seconde; altijd slechts één tegelijk."},
        .min = 0.1,
        .max = 100,
    },
    {
        .key = "page_size",
        .type = Option::Type::Integer,
        .def = "200",
        .help = {"Rows asked for in one call.", "Zeilen je Aufruf.", "Rijen per aanroep."},
        .min = 1,
        .max = 1000,
    },
    {
        .key = "paging",
        .type = Option::Type::Choice,
        .def = "auto",
        .help = {"How further pages are asked for; auto: by key where the key is known, else by number, and the other "
                 "way where that is ignored.",
                 "Wie weitere Seiten verlangt werden; auto: nach Schlüssel, wo er bekannt ist, sonst nach Nummer, und "
                 "umgekehrt, wo das nicht wirkt.",
                 "Hoe volgende pagina's worden gevraagd; auto: op sleutel waar die bekend is, anders op nummer, en "
                 "andersom waar dat niet werkt."},
        .choices = "auto last_key page_number",
    },
    {
        .key = "not_found",
        .type = Option::Type::Choice,
        .def = "empty",
        .help = {"Meaning of status 404 for a list: no rows, or an error.",
                 "Bedeutung von Status 404 bei Listen: keine Zeilen oder ein Fehler.",
                 "Betekenis van status 404 bij lijsten: geen rijen of een fout."},
        .choices = "empty error",
    },
    {
        .key = "changed_operator",
        .def = "DateOnOrAfterDate",
        .help = {"Filter operator for changes since a time.", "Filteroperator für Änderungen seit einem Zeitpunkt.",
                 "Filteroperator voor wijzigingen sinds een tijdstip."},
    },
    {
        .key = "overlap",
        .type = Option::Type::Duration,
        .def = "15m",
        .help = {"How far before the last change seen reading begins; then from the start of that day.",
                 "Wie weit vor der letzten gesehenen Änderung das Lesen beginnt; dann ab Beginn jenes Tages.",
                 "Hoe ver vóór de laatst geziene wijziging het lezen begint; daarna vanaf het begin van die dag."},
        .min = 900,
        .max = 2592000,
    },
    {
        .key = "lookup_operator",
        .type = Option::Type::Choice,
        .def = "contains",
        .help = {"Filter operator for looking records up; equal needs padded values in some places.",
                 "Filteroperator beim Nachschlagen; equal verlangt mancherorts aufgefüllte Werte.",
                 "Filteroperator bij het opzoeken; equal vraagt soms aangevulde waarden."},
        .choices = "contains equal",
    },
    {
        .key = "open_status",
        .type = Option::Type::TextList,
        .help = {"Values of project.status that mean open; empty = every project is open.",
                 "Werte von project.status, die „offen“ bedeuten; leer = jedes Projekt ist offen.",
                 "Waarden van project.status die \"open\" betekenen; leeg = elk project is open."},
    },
    {
        .key = "book_date",
        .type = Option::Type::Choice,
        .def = "document",
        .help = {"Book date sent with orders and hours: the document's own day, today, or none (AccountView then takes "
                 "the current year).",
                 "Buchungsdatum bei Aufträgen und Stunden: Tag des Belegs, heute oder keines (AccountView nimmt dann "
                 "das laufende Jahr).",
                 "Boekdatum bij orders en uren: de dag van het document, vandaag of geen (AccountView neemt dan het "
                 "lopende jaar)."},
        .choices = "document today none",
    },
    {
        .key = "add_lines",
        .type = Option::Type::Choice,
        .def = "put",
        .help = {"How a line is added to an order that is there; try it on a test company.",
                 "Wie eine Position an einen vorhandenen Auftrag angefügt wird; im Testunternehmen ausprobieren.",
                 "Hoe een regel aan een bestaande order wordt toegevoegd; probeer het in een testonderneming."},
        .choices = "put post",
    },
    {
        .key = "row_action",
        .type = Option::Type::Integer,
        .def = "0",
        .help = {"RowAction sent with such a line; 0 = not sent.",
                 "RowAction einer solchen Position; 0 = nicht senden.",
                 "RowAction van zo'n regel; 0 = niet versturen."},
        .min = 0,
        .max = 99,
    },
    {
        .key = "too_long",
        .type = Option::Type::Choice,
        .def = "cut",
        .help = {"Text longer than its field: cut it, or refuse the record.",
                 "Text länger als sein Feld: abschneiden oder den Datensatz ablehnen.",
                 "Tekst langer dan het veld: afkappen of het record weigeren."},
        .choices = "cut refuse",
    },
    {
        .key = "bad_characters",
        .type = Option::Type::Choice,
        .def = "replace",
        .help = {"Characters outside Windows-1252: replace by ?, or refuse the record.",
                 "Zeichen außerhalb von Windows-1252: durch ? ersetzen oder den Datensatz ablehnen.",
                 "Tekens buiten Windows-1252: door ? vervangen of het record weigeren."},
        .choices = "replace refuse",
    },
    {
        .key = "search_code",
        .type = Option::Type::Choice,
        .def = "name",
        .help = {"Search code of a new debtor: letters and digits of the name, its number, or a dash.",
                 "Suchcode eines neuen Debitors: Buchstaben und Ziffern des Namens, seine Nummer oder ein Strich.",
                 "Zoekcode van een nieuwe debiteur: letters en cijfers van de naam, het nummer of een streepje."},
        .choices = "name number dash",
    },
    {
        .key = "reference_prefix",
        .def = "PST-",
        .help = {"Begins our references, so that they are told from others.",
                 "Anfang unserer Referenzen, damit sie von anderen zu unterscheiden sind.",
                 "Begin van onze referenties, zodat ze van andere te onderscheiden zijn."},
    },
    {
        .key = "insert.*",
        .help = {"Further field of a new record, as KIND.FIELD: insert.customer.ACCT_NR = 1300.",
                 "Weiteres Feld eines neuen Datensatzes, als ART.FELD: insert.customer.ACCT_NR = 1300.",
                 "Extra veld van een nieuw record, als SOORT.VELD: insert.customer.ACCT_NR = 1300."},
    },
    {
        .key = "field.*",
        .help = {"Type and width of a field, as TABLE.FIELD: field.CONTACT.A8_REF = C32; ! = forced upper case.",
                 "Typ und Breite eines Feldes, als TABELLE.FELD: field.CONTACT.A8_REF = C32; ! = Großschreibung.",
                 "Type en breedte van een veld, als TABEL.VELD: field.CONTACT.A8_REF = C32; ! = hoofdletters."},
    },
};

constexpr std::string_view kLetters = "CNDTLIYBM";

struct KnownType {
  const char* field;
  const char* type;
};

// CONTACT: documented (dictionary dump). ART_CODE, EXT_ID, COMMENT1 of orders: documented widths of ART_HDR and
// ART_LINE. PROJ_DESC: assumed. All dates go as T, as the public clients send them (inferred).
constexpr KnownType kKnown[] = {
    {"CONTACT.SUB_NR", "C10!"},     {"CONTACT.ACCT_NAME", "C40"},  {"CONTACT.SRC_CODE", "C10!"},
    {"CONTACT.ACCT_NR", "C10"},     {"CONTACT.ADDRESS1", "C80"},   {"CONTACT.POST_CODE", "C10!"},
    {"CONTACT.CITY", "C35"},        {"CONTACT.PO_BOX", "C80"},     {"CONTACT.PO_CODE", "C10!"},
    {"CONTACT.PO_CITY", "C35"},     {"CONTACT.ST_STREET", "C60"},  {"CONTACT.ST_NR", "C10"},
    {"CONTACT.ST_EXTRA", "C10"},    {"CONTACT.TEL_BUS", "C20"},    {"CONTACT.TEL_MOB", "C20"},
    {"CONTACT.MAIL_BUS", "C50"},    {"CONTACT.CNT_CODE", "C2!"},   {"CONTACT.COUNTRY", "C30"},
    {"CONTACT.EMP_NR", "C10!"},     {"CONTACT.COMMENT1", "M"},     {"CONTACT.WWW_URL", "C60"},
    {"PROJECTS.PROJ_CODE", "C10!"}, {"PROJECTS.PROJ_DESC", "C40"}, {"PROJECTS.SUB_NR", "C10!"},
    {"PROJECTS.EMP_NR", "C10!"},    {"PROJECTS.COMMENT1", "M"},    {"SO_HDR.RPL_INV", "C10!"},
    {"SO_HDR.RPL_DEL", "C10!"},     {"SO_HDR.PROJ_CODE", "C10!"},  {"SO_HDR.COMMENT1", "C40"},
    {"SO_HDR.COMMENT2", "M"},       {"SO_HDR.COMMENT3", "M"},      {"SO_HDR.EXT_ID", "C32"},
    {"SO_HDR.EMP_NR", "C10!"},      {"SO_LINE.ART_CODE", "C15!"},  {"SO_LINE.EXT_ID", "C32"},
    {"SO_LINE.PROJ_CODE", "C10!"},
};

}  // namespace

std::span<const Option> options() { return kOptions; }

std::optional<FieldType> readFieldType(std::string_view text) {
  if (text.empty() || kLetters.find(text[0]) == std::string_view::npos) return std::nullopt;
  FieldType out;
  out.letter = text[0];
  text.remove_prefix(1);
  if (text.ends_with('!')) {
    out.upper = true;
    text.remove_suffix(1);
  }
  if (text.empty()) return out;
  const auto width = readInteger(text);
  if (out.letter != 'C' || !width || *width < 1 || *width > 254) return std::nullopt;
  out.width = static_cast<std::size_t>(*width);
  return out;
}

FieldTypes fieldTypes(const Section& settings) {
  FieldTypes out;
  for (const KnownType& known : kKnown) {
    if (const auto type = readFieldType(known.type)) out[known.field] = *type;
  }
  constexpr std::string_view kPrefix = "field.";
  for (const auto& [key, value] : settings.values()) {
    if (!key.starts_with(kPrefix) || key == "field.*") continue;
    const auto type = readFieldType(upperText(value));
    if (!type) throw ConfigError(settings.placeOf(key), kBadType, {key});
    out[upperText(key.substr(kPrefix.size()))] = *type;
  }
  return out;
}

}  // namespace postern::accountview
