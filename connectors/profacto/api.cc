#include "connectors/profacto/api.h"

#include <Poco/Net/MediaType.h>
#include <Poco/String.h>
#include <Poco/TextConverter.h>
#include <Poco/TextEncoding.h>
#include <Poco/UTF8Encoding.h>
#include <Poco/Windows1252Encoding.h>
#include <simdjson.h>

#include <algorithm>

#include "connectors/profacto/envelope.h"

namespace postern::profacto {

namespace {

constexpr Message kNoAccessFree{
    "PST-3010",
    {"profacto has no API access free for the call {0}; all accesses of the licence are taken.",
     "profacto hat für den Aufruf {0} keinen freien API-Zugriff; alle Zugriffe der Lizenz sind belegt.",
     "profacto heeft voor de aanroep {0} geen vrije API-toegang; alle toegangen van de licentie zijn bezet."},
    {"Nothing need be done: postern tries again when an access can be free; use one token for all, or buy accesses.",
     "Sie müssen nichts tun: postern versucht es erneut, sobald ein Zugriff frei sein kann; ein gemeinsamer Token oder "
     "weitere Zugriffe helfen auf Dauer.",
     "U hoeft niets te doen: postern probeert het opnieuw zodra er een toegang vrij kan zijn; één gezamenlijk token of "
     "extra toegangen helpen blijvend."}};

constexpr Message kTokenRefused{
    "PST-3011",
    {"profacto says that the token used for the call {0} is not valid.",
     "profacto meldet, dass der für den Aufruf {0} verwendete Token ungültig ist.",
     "profacto meldt dat het token voor de aanroep {0} ongeldig is."},
    {"Close the preferences dialog in profacto if it is open, then check the token of this API set.",
     "Schließen Sie in profacto den Dialog der Voreinstellungen, falls er offen ist, und prüfen Sie dann den Token "
     "dieses API-Bereichs.",
     "Sluit in profacto het voorkeurenvenster als het open is en controleer daarna het token van deze API-set."}};

constexpr Message kForbidden{
    "PST-3012",
    {"profacto does not let this token read {1} in table {0}.",
     "profacto lässt diesen Token in der Tabelle {0} Folgendes nicht lesen: {1}.",
     "profacto laat dit token in tabel {0} het volgende niet lezen: {1}."},
    {"Check these names in the field map against profacto's structure export, and the token's API set.",
     "Vergleichen Sie diese Namen der Feldzuordnung mit dem Strukturexport von profacto und prüfen Sie den API-Bereich "
     "des Tokens.",
     "Vergelijk deze namen in de veldtoewijzing met de structuurexport van profacto en controleer de API-set van het "
     "token."}};

constexpr Message kDenied{
    "PST-3013",
    {"The server before profacto refused the call {0} with HTTP {1}.",
     "Der Server vor profacto hat den Aufruf {0} mit HTTP {1} abgewiesen.",
     "De server vóór profacto weigerde de aanroep {0} met HTTP {1}."},
    {"Check the token and, where a reverse proxy stands before profacto, its access rules.",
     "Prüfen Sie den Token und, falls ein Reverse-Proxy vor profacto steht, dessen Zugriffsregeln.",
     "Controleer het token en, als er een reverse proxy voor profacto staat, de toegangsregels daarvan."}};

constexpr Message kHttpStatus{
    "PST-3014",
    {"profacto answered the call {0} with HTTP {1}.", "profacto hat den Aufruf {0} mit HTTP {1} beantwortet.",
     "profacto beantwoordde de aanroep {0} met HTTP {1}."},
    {"postern tries again; if it stays so, check the url setting and whether profacto's web server runs.",
     "postern versucht es erneut; bleibt es dabei, prüfen Sie die Einstellung url und ob der Webserver von profacto "
     "läuft.",
     "postern probeert het opnieuw; blijft het zo, controleer dan de instelling url en of de webserver van profacto "
     "draait."}};

constexpr Message kRedirected{
    "PST-3015",
    {"profacto answered the call {0} with a redirect (HTTP {1}), which postern does not follow.",
     "profacto hat den Aufruf {0} mit einer Umleitung (HTTP {1}) beantwortet, der postern nicht folgt.",
     "profacto beantwoordde de aanroep {0} met een omleiding (HTTP {1}), die postern niet volgt."},
    {"Set url to the address at which profacto answers itself, for example with https.",
     "Tragen Sie bei url die Adresse ein, unter der profacto selbst antwortet, zum Beispiel mit https.",
     "Stel url in op het adres waarop profacto zelf antwoordt, bijvoorbeeld met https."}};

constexpr Message kWebPage{
    "PST-3016",
    {"profacto answered the call {0} with a web page instead of data.",
     "profacto hat den Aufruf {0} mit einer Webseite statt mit Daten beantwortet.",
     "profacto beantwoordde de aanroep {0} met een webpagina in plaats van gegevens."},
    {"postern tries again; if it stays so, open the address in a browser: maintenance or a wrong url show there.",
     "postern versucht es erneut; bleibt es dabei, öffnen Sie die Adresse im Browser: Wartung oder eine falsche url "
     "sind dort zu sehen.",
     "postern probeert het opnieuw; blijft het zo, open het adres dan in een browser: onderhoud of een verkeerde url "
     "is "
     "daar te zien."}};

constexpr Message kNotJson{
    "PST-3017",
    {"profacto's answer to the call {0} is empty, cut or no valid JSON.",
     "Die Antwort von profacto auf den Aufruf {0} ist leer, abgeschnitten oder kein gültiges JSON.",
     "Het antwoord van profacto op de aanroep {0} is leeg, afgebroken of geen geldige JSON."},
    {"postern tries again; if it stays so, make page_size smaller.",
     "postern versucht es erneut; bleibt es dabei, verkleinern Sie page_size.",
     "postern probeert het opnieuw; blijft het zo, maak page_size dan kleiner."}};

constexpr Message kNoMember{
    "PST-3018",
    {"profacto's answer to the call {0} lacks its part \"{1}\".",
     "In der Antwort von profacto auf den Aufruf {0} fehlt der Teil „{1}“.",
     "In het antwoord van profacto op de aanroep {0} ontbreekt het deel \"{1}\"."},
    {"postern tries again; if it stays so, check the table's name in the field map.",
     "postern versucht es erneut; bleibt es dabei, prüfen Sie den Namen der Tabelle in der Feldzuordnung.",
     "postern probeert het opnieuw; blijft het zo, controleer dan de naam van de tabel in de veldtoewijzing."}};

constexpr Message kFailed{
    "PST-3019",
    {"profacto reports that the call {0} failed with error {1}.",
     "profacto meldet, dass der Aufruf {0} mit dem Fehler {1} gescheitert ist.",
     "profacto meldt dat de aanroep {0} is mislukt met fout {1}."},
    {"postern tries again; if it stays so, ask profacto's support for the meaning of this error.",
     "postern versucht es erneut; bleibt es dabei, fragen Sie den profacto-Support nach diesem Fehler.",
     "postern probeert het opnieuw; blijft het zo, vraag de profacto-support naar deze fout."}};

constexpr Message kWriteUnclear{
    "PST-3066",
    {"profacto answered the call {0} with something else than data, so nobody knows whether it was carried out.",
     "profacto hat den Aufruf {0} nicht mit Daten beantwortet; ob er ausgeführt wurde, ist daher unbekannt.",
     "profacto beantwoordde de aanroep {0} niet met gegevens; het is dus onbekend of hij is uitgevoerd."},
    {"postern looks at the project before it writes again; if it stays so, open the url in a browser: maintenance or a "
     "used-up licence show there.",
     "postern sieht sich das Projekt an, bevor es erneut schreibt; bleibt es dabei, öffnen Sie die url im Browser: "
     "Wartung oder eine ausgeschöpfte Lizenz sind dort zu sehen.",
     "postern bekijkt het project voordat het opnieuw schrijft; blijft het zo, open de url dan in een browser: "
     "onderhoud of een opgebruikte licentie is daar te zien."}};

constexpr Message kWriteRefused{
    "PST-3062",
    {"profacto refused the call {0} with error {1}.", "profacto hat den Aufruf {0} mit dem Fehler {1} abgewiesen.",
     "profacto weigerde de aanroep {0} met fout {1}."},
    {"Read profacto's words with: postern queue show; mend the project there, then run: postern queue retry.",
     "Lesen Sie die Meldung von profacto mit: postern queue show; berichtigen Sie dort das Projekt und führen Sie dann "
     "aus: postern queue retry.",
     "Lees de melding van profacto met: postern queue show; corrigeer daar het project en voer dan uit: postern queue "
     "retry."}};

constexpr Message kMayNotWrite{
    "PST-3063",
    {"profacto does not let the token of token.projects_write make the call {0} (error {1}).",
     "profacto erlaubt dem Token aus token.projects_write den Aufruf {0} nicht (Fehler {1}).",
     "profacto staat het token van token.projects_write de aanroep {0} niet toe (fout {1})."},
    {"Enter a token of the API set ProjekteSchreiben there.",
     "Tragen Sie dort einen Token des API-Bereichs ProjekteSchreiben ein.",
     "Vul daar een token van de API-set ProjekteSchreiben in."}};

constexpr Message kLocked{
    "PST-3064",
    {"Somebody has the record of the call {0} open in profacto.",
     "Jemand hat den Datensatz des Aufrufs {0} in profacto geöffnet.",
     "Iemand heeft het record van de aanroep {0} in profacto geopend."},
    {"Nothing need be done: postern tries again; close the project in profacto if it stays so.",
     "Sie müssen nichts tun: postern versucht es erneut; bleibt es dabei, schließen Sie das Projekt in profacto.",
     "U hoeft niets te doen: postern probeert het opnieuw; blijft het zo, sluit het project dan in profacto."}};

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::size_t kSearchedBytes = 64 << 10;  // of a page without data
constexpr std::size_t kNamesShown = 20;
constexpr std::size_t kWordsKept = 500;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool speaksOfLicence(std::string_view text) {
  return contains(text, "licenses_exceeded") || contains(text, "api_license_redirect");
}

bool holdsAllWords(std::string_view text, const std::vector<std::string>& words) {
  const std::string lower = Poco::toLower(std::string(text.substr(0, kSearchedBytes)));
  return !words.empty() && std::all_of(words.begin(), words.end(),
                                       [&](const std::string& word) { return contains(lower, Poco::toLower(word)); });
}

/// A short error code as the server gave it; "?" for anything that is none or could hold a token.
std::string shownCode(const std::string& code, const std::string& token) {
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; };
  const bool longDigits = code.size() > 24 && std::none_of(code.begin(), code.end(), [](char c) { return c == '_'; });
  if (code.empty() || code.size() > 60 || longDigits || !std::all_of(code.begin(), code.end(), plain)) return "?";
  return !token.empty() && contains(code, token) ? "?" : code;
}

/// The server's words for `Error::detail`; empty when they could hold a token, ours or somebody else's.
std::string keptWords(const std::string& words, const std::string& token) {
  constexpr std::size_t kTokenLength = 32;
  std::size_t run = 0;
  for (const char c : words) {
    run = std::isxdigit(static_cast<unsigned char>(c)) != 0 ? run + 1 : 0;
    if (run == kTokenLength) return {};
  }
  if (contains(words, token)) return {};
  std::size_t end = std::min(words.size(), kWordsKept);
  while (end < words.size() && end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U) --end;
  return words.substr(0, end);
}

/// What an HTTP status above 399 means for a write: whether it was surely not done, and whether it ever will be.
Fault faultOfWrite(int status) {
  if (status == 404 || status == 429 || status == 503) return Fault::Retry;
  return status >= 500 || status == 408 ? Fault::Unknown : Fault::Reject;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) out += (i > 0 ? ", " : "") + names[i];
  return out;
}

/// Which of the fields asked for a refusal names; "Table.Field" and "Field" both occur in the wild.
std::vector<std::string> refusedFields(const Query& query, const Envelope& answer) {
  std::vector<std::string> names;
  for (const std::string& field : query.fields) {
    const std::string full = query.table->name + '.' + field;
    const bool listed = std::any_of(answer.refused.begin(), answer.refused.end(), [&](const std::string& name) {
      return sameName(name, field) || sameName(name, full);
    });
    if (listed || contains(answer.errorMsg, full)) names.push_back(field);
  }
  return names;
}

void dropByteOrderMark(std::string& body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.erase(0, 3);
}

std::string converted(const std::string& body, const Poco::TextEncoding& from) {
  std::string out;
  const Poco::UTF8Encoding utf8;
  Poco::TextConverter(from, utf8).convert(body, out);
  return out;
}

}  // namespace

std::string toUtf8(std::string body, std::string_view contentType, const std::string& charset) {
  std::string name = charset;
  if (name == "auto") {
    const Poco::Net::MediaType type{std::string(contentType)};
    name = type.hasParameter("charset") ? type.getParameter("charset") : "";
  }
  const bool utf8 = name.empty() || Poco::icompare(name, "utf-8") == 0 || Poco::icompare(name, "utf8") == 0;
  if (!utf8 && Poco::icompare(name, "iso-8859-1") != 0) {
    if (const auto encoding = Poco::TextEncoding::find(name)) return converted(body, *encoding);
  }
  // What calls itself Latin-1 is Windows-1252 on Windows servers, and the latter covers the former.
  const bool latin = Poco::icompare(name, "iso-8859-1") == 0;
  if (!latin && simdjson::validate_utf8(body)) {
    dropByteOrderMark(body);
    return body;
  }
  return converted(body, Poco::Windows1252Encoding{});
}

std::string baseUrl(const std::string& url) {
  const std::size_t host = url.find("://");
  const std::size_t path = url.find('/', host == std::string::npos ? 0 : host + 3);
  if (path == std::string::npos) return url + "/4DAction/";
  if (path + 1 == url.size()) return url + "4DAction/";
  return url.ends_with('/') ? url : url + '/';
}

Api::Api(HttpClient& http, Clock& clock, ApiOptions options)
    : http_(http), clock_(clock), options_(std::move(options)) {}

Result<std::shared_ptr<std::string>> Api::call(const std::string& method, const std::string& label,
                                               const Parameters& parameters, Effect effect,
                                               std::stop_token stop) const {
  HttpRequest request;
  request.writes = effect == Effect::Writes;
  request.url = options_.base + method;
  if (options_.post) {
    request.method = "POST";
    request.body = formEncode(parameters);
    request.contentType = kFormType;
  } else {
    request.url += '?' + formEncode(parameters);
  }
  auto response = http_.send(request, std::move(stop));
  if (!response) {
    Error error = std::move(response.error());
    if (error.fault == Fault::Unknown && effect == Effect::Reads) error.fault = Fault::Retry;
    return tl::unexpected(std::move(error));
  }
  const int status = response->status;
  if (status >= 300 && status < 400) {
    if (speaksOfLicence(response->header("Location").value_or("")))
      return fail(Fault::Retry, kNoAccessFree, {label}, {}, options_.slotWait);
    return fail(effect == Effect::Reads ? Fault::Retry : Fault::Unknown, kRedirected, {label, std::to_string(status)});
  }
  const std::string contentType(response->header("Content-Type").value_or(""));
  auto body = std::make_shared<std::string>(toUtf8(std::move(response->body), contentType, options_.charset));
  const std::size_t start = body->find_first_not_of(" \t\r\n");
  const bool json = start != std::string::npos && (*body)[start] == '{';
  if (status < 400 && json) return body;

  // A page or an error: what it says counts more than its status. No part of it may be kept, it can hold tokens.
  const std::string_view page = std::string_view(*body).substr(0, kSearchedBytes);
  if (speaksOfLicence(page)) return fail(Fault::Retry, kNoAccessFree, {label}, {}, options_.slotWait);
  if (holdsAllWords(page, options_.tokenErrorWords)) return fail(Fault::Auth, kTokenRefused, {label});
  if (status == 401 || status == 403) return fail(Fault::Auth, kDenied, {label, std::to_string(status)});
  if (status >= 400) {
    const Fault fault = effect == Effect::Reads ? Fault::Retry : faultOfWrite(status);
    if (fault == Fault::Reject) return fail(fault, kWriteRefused, {label, "HTTP " + std::to_string(status)});
    return fail(fault, kHttpStatus, {label, std::to_string(status)}, {}, retryAfter(*response, clock_.now()));
  }
  if (effect == Effect::Writes) return fail(Fault::Unknown, kWriteUnclear, {label});
  const bool html = start != std::string::npos && (*body)[start] == '<';
  return fail(Fault::Retry, html ? kWebPage : kNotJson, {label});
}

namespace {

/// What an envelope without success means; nullopt when there is nothing wrong with it.
std::optional<Error> failureOf(const Envelope& answer, const std::string& call, const std::string& token,
                               const Query* query, const ApiOptions& options) {
  const auto error = [](Fault fault, const Message& message, std::vector<std::string> args) {
    return Error{fault, &message, std::move(args), {}, {}};
  };
  if (!answer.json) return error(Fault::Retry, kNotJson, {call});
  if (answer.error == "licenses_exceeded") {
    Error full = error(Fault::Retry, kNoAccessFree, {call});
    full.retryAfter = options.slotWait;
    return full;
  }
  if (!answer.success) return error(Fault::Retry, kNoMember, {call, "success"});
  if (*answer.success) return std::nullopt;
  if (holdsAllWords(answer.error + ' ' + answer.errorMsg, options.tokenErrorWords))
    return error(Fault::Auth, kTokenRefused, {call});
  if (query != nullptr && (!answer.refused.empty() || contains(answer.error, "structure_access"))) {
    const auto fields = refusedFields(*query, answer);
    return error(Fault::Auth, kForbidden, {query->table->name, fields.empty() ? "*" : joined(fields)});
  }
  return error(Fault::Retry, kFailed, {call, shownCode(answer.error, token)});
}

/// The same for a write. No public source tells how a right that is missing is reported; these words are assumed.
std::optional<Error> writeFailureOf(const Envelope& answer, const std::string& call, const std::string& token,
                                    const ApiOptions& options) {
  auto failure = failureOf(answer, call, token, nullptr, options);
  if (!failure) return std::nullopt;
  if (failure->message == &kNotJson || failure->message == &kNoMember)
    return Error{Fault::Unknown, &kWriteUnclear, {call}, {}, {}};
  if (failure->message != &kFailed) return failure;
  std::string words = keptWords(answer.error + ": " + answer.errorMsg, token);
  if (holdsAllWords(answer.error + ' ' + answer.errorMsg, options.lockedErrorWords))
    return Error{Fault::Retry, &kLocked, {call}, std::move(words), {}};
  const bool right = contains(answer.error, "structure_access") || contains(answer.error, "not_allowed");
  return Error{right ? Fault::Auth : Fault::Reject,
               right ? &kMayNotWrite : &kWriteRefused,
               {call, shownCode(answer.error, token)},
               std::move(words),
               {}};
}

}  // namespace

Result<Answer> Api::get(const std::string& token, const Query& query, std::stop_token stop) const {
  return exchange(token, query, Refusal::IsError, std::move(stop));
}

Result<Answer> Api::probe(const std::string& token, const Query& query, std::stop_token stop) const {
  return exchange(token, query, Refusal::IsAnswer, std::move(stop));
}

Result<Answer> Api::exchange(const std::string& token, const Query& query, Refusal refusal,
                             std::stop_token stop) const {
  std::string fields;
  for (const std::string& field : query.fields) fields += (fields.empty() ? "" : ",") + field;
  Parameters parameters{{"token", token}, {"table", query.table->name}, {"fields", fields}};
  if (!query.text.empty()) parameters.emplace_back("query", query.text);
  if (query.limit > 0) {
    parameters.emplace_back("limit", std::to_string(query.limit));
    parameters.emplace_back("offset", std::to_string(query.offset));
  }
  parameters.emplace_back("response", "JSON");
  const std::string name = "api_get " + query.table->name;
  auto body = call("api_get", name, parameters, Effect::Reads, std::move(stop));
  if (!body) return tl::unexpected(std::move(body.error()));

  Envelope answer = readEnvelope(**body, query.table);
  auto refused = refusedFields(query, answer);
  if (auto failure = failureOf(answer, name, token, &query, options_)) {
    if (failure->message == &kForbidden && refusal == Refusal::IsAnswer && !refused.empty())
      return Answer{std::move(*body), {}, {}, {}, {}, std::move(refused)};
    return tl::unexpected(std::move(*failure));
  }
  if (!answer.hasTable) return fail(Fault::Retry, kNoMember, {name, query.table->name});
  return Answer{std::move(*body), std::move(answer.rows), answer.total,
                answer.offset,    answer.inPage,          std::move(refused)};
}

Result<std::vector<std::string>> Api::apiSets(const std::string& token, std::stop_token stop) const {
  auto body = call("api_getapilist", "api_getapilist", {{"token", token}, {"response", "JSON"}}, Effect::Reads,
                   std::move(stop));
  if (!body) return tl::unexpected(std::move(body.error()));
  Envelope answer = readEnvelope(**body, nullptr);
  if (auto failure = failureOf(answer, "api_getapilist", token, nullptr, options_))
    return tl::unexpected(std::move(*failure));
  return std::move(answer.apiList);
}

Result<PutAnswer> Api::put(const std::string& token, const std::string& method, const std::string& key,
                           const Parameters& fields, std::stop_token stop) const {
  Parameters parameters{{"token", token}};
  parameters.insert(parameters.end(), fields.begin(), fields.end());
  parameters.emplace_back("response", "JSON");  // without it writes answer with a page
  const std::string name = method + ' ' + key;
  auto body = call(method, name, parameters, Effect::Writes, std::move(stop));
  if (!body) return tl::unexpected(std::move(body.error()));
  Envelope answer = readEnvelope(**body, nullptr);
  if (auto failure = writeFailureOf(answer, name, token, options_)) return tl::unexpected(std::move(*failure));
  return PutAnswer{answer.wasUpdate, std::move(answer.number)};
}

}  // namespace postern::profacto
