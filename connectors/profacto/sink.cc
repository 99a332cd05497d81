#include "connectors/profacto/sink.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "agent/clock.h"

namespace postern::profacto {

namespace {

using nlohmann::json;

constexpr Message kNoWriteToken{
    "PST-3050",
    {"The setting token.projects_write is missing, so nothing can be written back to profacto.",
     "Die Einstellung token.projects_write fehlt; daher kann nichts nach profacto zurückgeschrieben werden.",
     "De instelling token.projects_write ontbreekt; er kan dus niets naar profacto worden teruggeschreven."},
    {"It is only needed when something flows back to profacto: then enter a token of the API set ProjekteSchreiben.",
     "Sie ist nur nötig, wenn etwas nach profacto zurückfließt: Tragen Sie dann einen Token des API-Bereichs "
     "ProjekteSchreiben ein.",
     "Zij is alleen nodig als er iets naar profacto terugvloeit: vul dan een token van de API-set ProjekteSchreiben "
     "in."}};

constexpr Message kNeverCreates{
    "PST-3051",
    {"Project {0} should be created in profacto, but postern only changes projects that exist there.",
     "Das Projekt {0} sollte in profacto angelegt werden; postern ändert dort aber nur vorhandene Projekte.",
     "Project {0} zou in profacto worden aangemaakt, maar postern wijzigt daar alleen bestaande projecten."},
    {"Create the project in profacto, then drop this change with: postern queue drop.",
     "Legen Sie das Projekt in profacto an und verwerfen Sie diese Änderung mit: postern queue drop.",
     "Maak het project aan in profacto en verwerp deze wijziging met: postern queue drop."}};

constexpr Message kNotMapped{
    "PST-3052",
    {"The field map gives no usable name for project.{0}, so it cannot be written to profacto.",
     "Die Feldzuordnung nennt keinen brauchbaren Namen für project.{0}; daher kann das Feld nicht nach profacto "
     "geschrieben werden.",
     "De veldtoewijzing noemt geen bruikbare naam voor project.{0}; het veld kan dus niet naar profacto worden "
     "geschreven."},
    {"Look the name up in profacto's structure export and enter it in the field map.",
     "Schlagen Sie den Namen im Strukturexport von profacto nach und tragen Sie ihn in der Feldzuordnung ein.",
     "Zoek de naam op in de structuurexport van profacto en vul hem in de veldtoewijzing in."}};

constexpr Message kNoSuchField{
    "PST-3065",
    {"The field {1} of project {0} is none that postern writes to profacto.",
     "Das Feld {1} des Projekts {0} gehört nicht zu denen, die postern nach profacto schreibt.",
     "Veld {1} van project {0} is geen veld dat postern naar profacto schrijft."},
    {"This is an error in postern; please report it.", "Das ist ein Fehler in postern; bitte melden Sie ihn.",
     "Dit is een fout in postern; meld hem alstublieft."}};

constexpr Message kBadValue{
    "PST-3053",
    {"The new value of {1} for project {0} has a form that profacto does not take.",
     "Der neue Wert von {1} für das Projekt {0} hat eine Form, die profacto nicht annimmt.",
     "De nieuwe waarde van {1} voor project {0} heeft een vorm die profacto niet aanneemt."},
    {"Correct it in the app; the process status must be a whole number, the delivery date a day.",
     "Berichtigen Sie ihn in der App; der Prozessstatus muss eine ganze Zahl sein, der Liefertermin ein Tag.",
     "Corrigeer hem in de app; de processtatus moet een geheel getal zijn, de leverdatum een dag."}};

constexpr Message kNoProject{
    "PST-3054",
    {"profacto has no project {0}, so nothing was written.",
     "profacto kennt kein Projekt {0}; daher wurde nichts geschrieben.",
     "profacto kent geen project {0}; er is dus niets geschreven."},
    {"Look for the project in profacto; if it was deleted, drop the change with: postern queue drop.",
     "Suchen Sie das Projekt in profacto; wurde es gelöscht, verwerfen Sie die Änderung mit: postern queue drop.",
     "Zoek het project in profacto; is het verwijderd, verwerp de wijziging dan met: postern queue drop."}};

constexpr Message kUnsafeNumber{
    "PST-3055",
    {"profacto could take the number {0} for that of another project, too, so nothing was written.",
     "profacto könnte die Nummer {0} auch für die eines anderen Projekts halten; daher wurde nichts geschrieben.",
     "profacto zou nummer {0} ook voor dat van een ander project kunnen houden; er is dus niets geschreven."},
    {"Give the project a number without @ that does not differ from another one in letter case or accents only.",
     "Geben Sie dem Projekt eine Nummer ohne @, die sich nicht nur in Groß- und Kleinschreibung oder Akzenten von "
     "einer "
     "anderen unterscheidet.",
     "Geef het project een nummer zonder @ dat niet alleen in hoofdletters of accenten van een ander verschilt."}};

constexpr Message kNotTold{
    "PST-3056",
    {"profacto's answer about project {0} holds no field {1}, so nothing was written.",
     "Die Antwort von profacto zum Projekt {0} enthält das Feld {1} nicht; daher wurde nichts geschrieben.",
     "Het antwoord van profacto over project {0} bevat veld {1} niet; er is dus niets geschreven."},
    {"Check the name in the field map and the rights of token.projects.",
     "Prüfen Sie den Namen in der Feldzuordnung und die Rechte von token.projects.",
     "Controleer de naam in de veldtoewijzing en de rechten van token.projects."}};

constexpr Message kNoTitle{
    "PST-3057",
    {"Project {0} would be left without a Bauvorhaben, which profacto demands with every change.",
     "Das Projekt {0} hätte kein Bauvorhaben, das profacto bei jeder Änderung verlangt.",
     "Project {0} zou geen Bauvorhaben hebben, dat profacto bij elke wijziging eist."},
    {"Enter the project's Bauvorhaben in profacto (or the order's name in the app), then run: postern queue retry.",
     "Tragen Sie in profacto das Bauvorhaben (oder in der App den Namen des Auftrags) ein und führen Sie aus: postern "
     "queue retry.",
     "Vul in profacto het Bauvorhaben in (of in de app de naam van de opdracht) en voer uit: postern queue retry."}};

constexpr Message kCreated{
    "PST-3058",
    {"ALARM: asked to change project {0}, profacto created the new project {1}.",
     "ALARM: Statt das Projekt {0} zu ändern, hat profacto das neue Projekt {1} angelegt.",
     "ALARM: in plaats van project {0} te wijzigen heeft profacto het nieuwe project {1} aangemaakt."},
    {"Delete project {1} in profacto and ask its support about api_put_project; then restart postern and run: postern "
     "queue retry.",
     "Löschen Sie das Projekt {1} in profacto und fragen Sie dessen Support nach api_put_project; starten Sie dann "
     "postern neu und führen Sie aus: postern queue retry.",
     "Verwijder project {1} in profacto en vraag de support naar api_put_project; herstart daarna postern en voer uit: "
     "postern queue retry."}};

constexpr Message kOtherProject{
    "PST-3059",
    {"ALARM: asked to change project {0}, profacto changed project {1}.",
     "ALARM: Statt des Projekts {0} hat profacto das Projekt {1} geändert.",
     "ALARM: in plaats van project {0} heeft profacto project {1} gewijzigd."},
    {"Correct project {1} in profacto and ask its support about api_put_project; then restart postern and run: postern "
     "queue retry.",
     "Berichtigen Sie das Projekt {1} in profacto und fragen Sie dessen Support nach api_put_project; starten Sie dann "
     "postern neu und führen Sie aus: postern queue retry.",
     "Corrigeer project {1} in profacto en vraag de support naar api_put_project; herstart daarna postern en voer uit: "
     "postern queue retry."}};

constexpr Message kUnconfirmed{
    "PST-3067",
    {"profacto did not say that it changed project {0}, and no other.",
     "profacto hat nicht bestätigt, dass es das Projekt {0} geändert hat und kein anderes.",
     "profacto heeft niet bevestigd dat het project {0} heeft gewijzigd, en geen ander."},
    {"Look at the project in profacto, and for a new one beside it; then run: postern queue retry.",
     "Sehen Sie sich in profacto das Projekt an und ob daneben ein neues entstanden ist; führen Sie dann aus: postern "
     "queue retry.",
     "Bekijk het project in profacto en of er een nieuw naast is ontstaan; voer daarna uit: postern queue retry."}};

constexpr Message kNotHeld{
    "PST-3060",
    {"ALARM: profacto reports project {0} as changed, but it does not hold what was written in {1}.",
     "ALARM: profacto meldet das Projekt {0} als geändert, es enthält aber nicht das Geschriebene in {1}.",
     "ALARM: profacto meldt project {0} als gewijzigd, maar het bevat niet wat is geschreven in {1}."},
    {"Look at the project in profacto: somebody changed it at that moment, or a name in the field map or write_date is "
     "wrong; then run: postern queue retry.",
     "Sehen Sie sich das Projekt in profacto an: Jemand hat es im selben Moment geändert, oder ein Name der "
     "Feldzuordnung oder write_date ist falsch; führen Sie dann aus: postern queue retry.",
     "Bekijk het project in profacto: iemand wijzigde het op dat moment, of een naam in de veldtoewijzing of "
     "write_date "
     "is verkeerd; voer daarna uit: postern queue retry."}};

constexpr Message kWritingStopped{
    "PST-3061",
    {"Nothing more is written to profacto, because it answered the change of project {0} with project {1}.",
     "Es wird nichts mehr nach profacto geschrieben, weil es die Änderung des Projekts {0} mit dem Projekt {1} "
     "beantwortet hat.",
     "Er wordt niets meer naar profacto geschreven, omdat het de wijziging van project {0} met project {1} "
     "beantwoordde."},
    {"Mend project {1} in profacto and ask its support about api_put_project, then restart postern.",
     "Bringen Sie das Projekt {1} in profacto in Ordnung, fragen Sie dessen Support nach api_put_project und starten "
     "Sie postern dann neu.",
     "Breng project {1} in profacto in orde, vraag de support naar api_put_project en herstart daarna postern."}};

constexpr std::array<SinkKind, 1> kKinds{{{.name = "project", .updatesOnly = true}}};

constexpr std::array<std::string_view, 3> kWritten{"title", "process_status", "delivery_date"};

// Names that belong to the method itself, whatever the site's field map says.
constexpr const char* kNumber = "AuftragsNr";
constexpr const char* kTitle = "Bauvorhaben";
constexpr const char* kCommission = "Bezeichnung";
constexpr const char* kTextMode = "textupdatemode";
constexpr const char* kPaymentMode = "paymentupdatemode";
constexpr std::array<std::string_view, 6> kReserved{"token", "response", "update", kNumber, kTextMode, kPaymentMode};

bool isWritten(std::string_view field) { return std::find(kWritten.begin(), kWritten.end(), field) != kWritten.end(); }

bool isReserved(std::string_view name) {
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view own) { return sameName(own, name); });
}

void addOnce(std::vector<std::string>& names, const std::string& name) {
  const auto same = [&](const std::string& other) { return sameName(other, name); };
  if (std::none_of(names.begin(), names.end(), same)) names.push_back(name);
}

/// Replaces a parameter of that name, or adds it.
void put(Parameters& parameters, const std::string& name, std::string value) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return sameName(parameter.first, name); });
  if (found == parameters.end())
    parameters.emplace_back(name, std::move(value));
  else
    found->second = std::move(value);
}

/// A text byte for byte as it is in profacto; nullopt when the row does not tell it.
std::optional<std::string> exactText(const json& row, std::string_view name) {
  auto member = row.find(name);
  if (member == row.end()) {
    for (auto it = row.begin(); it != row.end() && member == row.end(); ++it)
      if (sameName(it.key(), name)) member = it;
  }
  if (member == row.end()) return std::nullopt;
  if (member->is_string()) return member->get<std::string>();
  if (member->is_null()) return "";
  return member->is_number() ? std::optional(member->dump()) : std::nullopt;
}

/// A project number out of an answer, for a message.
std::string shownNumber(const std::string& number) {
  constexpr std::size_t kLongest = 40;
  const bool plain = std::none_of(number.begin(), number.end(), [](char c) { return c >= 0 && c < ' '; });
  return number.empty() || number.size() > kLongest || !plain ? "?" : number;
}

}  // namespace

struct ProjectSink::Project {
  std::string key;
  Fields fields;  // that can be written, as the row holds them
  std::optional<std::string> number;
  std::optional<std::string> title;
  std::optional<std::string> commission;
  std::optional<Error> unreadable;  // a value of `fields` cannot be understood; they are empty then
};

struct ProjectSink::Wish {
  const Column* column = nullptr;
  std::string value;                // plain
  std::optional<std::string> base;  // plain; absent = not asked for
};

std::span<const SinkKind> sinkKinds() { return kKinds; }

Error noWriteToken() { return Error{Fault::Auth, &kNoWriteToken, {}, {}, {}}; }

std::optional<std::string> plainWish(Form form, std::string_view value) {
  if (form == Form::Text) return plainText(value);
  if (form == Form::Number) {
    auto number = plainNumber(value);
    return number && number->find('.') == std::string::npos ? number : std::nullopt;
  }
  if (value.empty()) return "";
  const auto day = parseIsoDate(value);
  return day ? std::optional(isoDate(*day)) : std::nullopt;
}

std::string siteValue(Form form, std::string_view plain, WriteOptions::DateForm dates) {
  std::string out(plain);
  if (form == Form::Text) std::replace(out.begin(), out.end(), '\n', '\r');
  if (form != Form::Date || out.size() != 10 || dates == WriteOptions::DateForm::Iso) return out;
  const std::size_t year = dates == WriteOptions::DateForm::ShortYear ? 2 : 0;
  return out.substr(8, 2) + '.' + out.substr(5, 2) + '.' + out.substr(year, 4 - year);
}

ProjectSink::ProjectSink(const Api& api, const Scanner& scanner, const Layout& layout, std::string zone,
                         WriteOptions options)
    : api_(api), scanner_(scanner), table_(layout.at("project")), zone_(std::move(zone)), options_(std::move(options)) {
  std::erase_if(table_.columns,
                [](const Column& column) { return !isWritten(column.field) || isReserved(column.name); });
  table_.changed.clear();
  asked_ = table_.asked();
  for (const char* name : {kNumber, kTitle, kCommission}) addOnce(asked_, name);
}

std::span<const SinkKind> ProjectSink::kinds() const { return kKinds; }

Result<Settled> ProjectSink::push(const Change& change, std::stop_token stop) {
  if (change.kind != kKinds.front().name) return unknownKind(change.kind);
  if (change.id.empty()) return fail(Fault::Reject, kNeverCreates, {change.key});
  const auto wanted = wishes(change);
  if (!wanted) return tl::unexpected(wanted.error());

  const auto before = readOne(change.id, stop);
  if (!before) return tl::unexpected(before.error());
  if (auto error = missingFrom(*before, *wanted)) return tl::unexpected(std::move(*error));
  const auto settled = [&](const Project& present) {
    Settled out{change.id, {}};
    for (const Wish& wish : *wanted) out.answered[wish.column->field] = present.fields.find(wish.column->field)->second;
    return out;
  };
  std::vector<Wish> open;
  for (const Wish& wish : *wanted) {
    const std::string& present = before->fields.find(wish.column->field)->second;
    if (present == wish.value) continue;
    if (wish.base && present != *wish.base) return settled(*before);
    open.push_back(wish);
  }
  if (open.empty()) return settled(*before);

  const Parameters sent = parameters(*before, open);
  if (auto error = write(*before, sent, stop)) return tl::unexpected(std::move(*error));

  auto after = readOne(change.id, stop);
  auto missing = after ? missingFrom(*after, *wanted) : std::nullopt;
  if (!after || missing) {
    Error error = missing ? std::move(*missing) : std::move(after.error());
    if (error.fault != Fault::Stop) error.fault = Fault::Unknown;
    return tl::unexpected(std::move(error));
  }
  std::vector<std::string> wrong;
  for (const Wish& wish : open)
    if (after->fields.find(wish.column->field)->second != wish.value) addOnce(wrong, wish.column->name);
  for (const auto& [name, value] : sent) {
    if (name == kTitle && plainText(value) != plainText(*after->title)) addOnce(wrong, name);
    if (name == kCommission && plainText(value) != plainText(*after->commission)) addOnce(wrong, name);
  }
  if (wrong.empty()) return settled(*after);
  std::string names;
  for (const std::string& name : wrong) names += (names.empty() ? "" : ", ") + name;
  return fail(Fault::Reject, kNotHeld, {change.id, names});
}

Result<std::vector<ProjectSink::Wish>> ProjectSink::wishes(const Change& change) const {
  std::vector<Wish> out;
  for (const auto& [field, value] : change.fields) {
    if (!isWritten(field)) return fail(Fault::Reject, kNoSuchField, {change.id, field});
    const auto column = std::find_if(table_.columns.begin(), table_.columns.end(),
                                     [&name = field](const Column& one) { return one.field == name; });
    if (column == table_.columns.end()) return fail(Fault::Auth, kNotMapped, {field});
    auto plain = plainWish(column->form, value);
    if (!plain) return fail(Fault::Reject, kBadValue, {change.id, column->name});
    Wish wish{&*column, std::move(*plain), std::nullopt};
    if (const auto base = change.base.find(field); base != change.base.end())
      wish.base = plainWish(column->form, base->second).value_or(base->second);
    out.push_back(std::move(wish));
  }
  return out;
}

std::optional<Error> ProjectSink::missingFrom(const Project& project, const std::vector<Wish>& wishes) const {
  const auto missing = [&](const std::string& name) {
    return Error{Fault::Auth, &kNotTold, {project.key, name}, {}, {}};
  };
  if (!project.number) return missing(kNumber);
  if (!project.title) return missing(kTitle);
  if (!project.commission) return missing(kCommission);
  for (const Wish& wish : wishes)
    if (!project.fields.contains(wish.column->field)) return missing(wish.column->name);
  return std::nullopt;
}

Parameters ProjectSink::parameters(const Project& project, const std::vector<Wish>& open) const {
  Parameters out{{"update", "true"}, {kNumber, *project.number}, {kTitle, *project.title}};
  out.emplace_back(kCommission, *project.commission);
  for (const Wish& wish : open)
    put(out, wish.column->name, siteValue(wish.column->form, wish.value, options_.dateForm));
  out.emplace_back(kTextMode, options_.textMode);
  out.emplace_back(kPaymentMode, options_.paymentMode);
  return out;
}

std::optional<Error> ProjectSink::write(const Project& project, const Parameters& parameters, std::stop_token stop) {
  const bool titled = std::any_of(parameters.begin(), parameters.end(), [](const auto& parameter) {
    return parameter.first == kTitle && !plainText(parameter.second).empty();
  });
  if (!titled) return Error{Fault::Reject, &kNoTitle, {project.key}, {}, {}};
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return stopped_;
  }
  const auto answer = api_.put(options_.token, "api_put_project", project.key, parameters, std::move(stop));
  return answer ? judge(project, *answer) : std::optional(answer.error());
}

std::optional<Error> ProjectSink::judge(const Project& project, const PutAnswer& answer) {
  const auto error = [&](Fault fault, const Message& message) {
    return Error{fault, &message, {project.key, shownNumber(answer.number)}, {}, {}};
  };
  const bool created = answer.wasUpdate == false;
  const bool other = !answer.number.empty() && answer.number != *project.number;
  if (created || other) {
    const std::lock_guard lock(mutex_);
    stopped_ = error(Fault::Auth, kWritingStopped);
    return error(Fault::Reject, created ? kCreated : kOtherProject);
  }
  if (!answer.wasUpdate || answer.number.empty()) return error(Fault::Reject, kUnconfirmed);
  return std::nullopt;
}

Result<ProjectSink::Project> ProjectSink::readOne(const std::string& key, std::stop_token stop) const {
  // The vendor's own comparison may know the wildcard, and it knows no letter case.
  if (key.find('@') != std::string::npos) return fail(Fault::Reject, kUnsafeNumber, {key});
  auto projects = read(std::span(&key, 1), std::move(stop));
  if (!projects) return tl::unexpected(std::move(projects.error()));
  const auto found =
      std::find_if(projects->begin(), projects->end(), [&](const Project& one) { return one.key == key; });
  if (found == projects->end()) return fail(Fault::Reject, kNoProject, {key});
  if (projects->size() > 1) return fail(Fault::Reject, kUnsafeNumber, {key});
  if (found->unreadable) return tl::unexpected(std::move(*found->unreadable));
  return std::move(*found);
}

Result<std::vector<ProjectSink::Project>> ProjectSink::read(std::span<const std::string> keys,
                                                            std::stop_token stop) const {
  auto answer = scanner_.rowsOf(table_, asked_, keys, std::move(stop));
  if (!answer) return tl::unexpected(std::move(answer.error()));
  std::vector<Project> out;
  std::vector<std::string_view> seen;  // a page may end with a row it has shown already
  for (const KeyedRow& row : answer->rows) {
    if (row.key.empty() || std::find(seen.begin(), seen.end(), row.raw) != seen.end()) continue;
    seen.push_back(row.raw);
    auto record = mapRow(table_, {row.key, row.raw}, zone_);
    const json object = json::parse(row.raw, nullptr, false);
    Project project{
        row.owner, {}, exactText(object, kNumber), exactText(object, kTitle), exactText(object, kCommission), {}};
    if (record) {
      project.fields = std::move(record->fields);
      // An empty date may be left out of an answer altogether.
      for (const Column& column : table_.columns)
        if (column.form == Form::Date) project.fields.try_emplace(column.field, "");
    } else {
      project.unreadable = std::move(record.error());
    }
    out.push_back(std::move(project));
  }
  return out;
}

Result<std::vector<Found>> ProjectSink::find(std::string_view kind, const std::vector<std::string>& keys,
                                             std::stop_token stop) {
  if (kind != kKinds.front().name) return unknownKind(kind);
  if (keys.empty()) return std::vector<Found>{};
  auto projects = read(keys, std::move(stop));
  if (!projects) return tl::unexpected(std::move(projects.error()));
  std::vector<Found> out;
  for (Project& project : *projects) {
    if (std::find(keys.begin(), keys.end(), project.key) == keys.end()) continue;
    out.push_back({project.key, project.key, std::move(project.fields), {}});
  }
  return out;
}

Result<FoundPage> ProjectSink::list(std::string_view kind, const std::string&, std::stop_token) {
  if (kind != kKinds.front().name) return unknownKind(kind);
  return FoundPage{};
}

}  // namespace postern::profacto
