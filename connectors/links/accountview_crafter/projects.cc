// Flow "projects": projects and their types, in either direction.

#include "connectors/links/accountview_crafter/rules.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr Message kNoType{
    "PST-5020",
    {"The project {0} has no project type, and Crafter requires one.",
     "Das Projekt {0} hat keine Projektart, und Crafter verlangt eine.",
     "Het project {0} heeft geen projecttype, en Crafter vereist er een."},
    {"Give the project a type in AccountView, or set default_project_type.",
     "Geben Sie dem Projekt in AccountView eine Projektart, oder setzen Sie default_project_type.",
     "Geef het project in AccountView een projecttype, of stel default_project_type in."}};

constexpr Message kUnknownType{
    "PST-5021",
    {"The project {0} has the project type \"{1}\", which AccountView does not list.",
     "Das Projekt {0} hat die Projektart „{1}“, die AccountView nicht auflistet.",
     "Het project {0} heeft het projecttype „{1}”, dat AccountView niet opsomt."},
    {"Choose a listed type, add it to project_type_map, or set project_types_listed = no if AccountView lists none.",
     "Wählen Sie eine aufgelistete Art, ergänzen Sie project_type_map, oder setzen Sie project_types_listed = no, wenn "
     "AccountView keine auflistet.",
     "Kies een opgesomd type, vul project_type_map aan, of stel project_types_listed = no in als AccountView er geen "
     "opsomt."}};

constexpr Message kUnknownResponsible{
    "PST-5022",
    {"The user responsible for the project {0} has no code of an employee that AccountView knows.",
     "Der für das Projekt {0} verantwortliche Benutzer hat keinen Code eines Mitarbeiters, den AccountView kennt.",
     "De gebruiker die verantwoordelijk is voor project {0} heeft geen code van een medewerker die AccountView kent."},
    {"Enter the employee number as \"Unieke code\" of the user in Crafter, or set unknown_responsible = empty.",
     "Tragen Sie die Personalnummer als „Unieke code“ des Benutzers in Crafter ein, oder setzen Sie "
     "unknown_responsible = empty.",
     "Vul het medewerkernummer in als „Unieke code” van de gebruiker in Crafter, of stel unknown_responsible = empty "
     "in."}};

bool isListed(const std::string& erpType, const SourceView& erp, const RuleOptions& options) {
  return !options.typesListed || erp.get("project_type", erpType).has_value();
}

/// The ERP's record behind a type of the app: of the same code, or of one that the map turns into it.
std::optional<Seen> typeRecord(const std::string& appType, const SourceView& erp, const RuleOptions& options) {
  if (appTypeOf(appType, options) == appType) {
    if (auto seen = erp.get("project_type", appType)) return seen;
  }
  for (const auto& [erpType, other] : options.appTypes) {
    if (other != appType) continue;
    if (auto seen = erp.get("project_type", erpType)) return seen;
  }
  return std::nullopt;
}

/// What a note may hold besides its first line stays; only the ends are cleaned.
void copyNote(Fields& fields, const Record& record) {
  if (tells(record, "note")) fields["note"] = std::string(trimmed(record.field("note")));
}

/// The type's code in the ERP's words; "" when the project of the app has none.
std::string erpTypeFor(const Record& project, const SourceView& app, const RuleOptions& options) {
  const auto type = app.get("project_type", trimmed(project.field("type")));
  return type ? erpTypeOf(value(type->record, "code"), options) : std::string();
}

}  // namespace

std::string projectTypeFor(const Record& project, const RuleOptions& options) {
  const auto type = value(project, "type");
  return type.empty() ? options.defaultType : appTypeOf(type, options);
}

std::optional<Target> deriveProjectType(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto seen = typeRecord(key, erp, options);
  if (!seen && options.typesListed && key != options.defaultType) return std::nullopt;
  const std::string name = seen ? value(seen->record, "name") : std::string();
  Target target;
  target.fields["code"] = key;
  target.fields["name"] = name.empty() ? key : name;
  return target;
}

std::optional<Target> deriveProject(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto seen = erp.get("project", key);
  if (!seen || seen->record.field("open") == "false") return std::nullopt;
  const Record& project = seen->record;
  const std::string customer = value(project, "customer");
  const std::string erpType = value(project, "type");
  const std::string type = projectTypeFor(project, options);

  Target target;
  target.fields["code"] = key;
  const auto title = value(project, "title");
  target.fields["title"] = title.empty() ? key : title;
  copyNote(target.fields, project);
  target.fields["customer"] = customer;
  copy(target.fields, "begin", project, "begin");
  copy(target.fields, "end", project, "end");
  target.fields["type"] = type;
  // A user of the app with this code, or nobody: the app's connector knows its users.
  if (tells(project, "responsible")) target.fields["responsible"] = code(project.field("responsible"));
  // Without a customer the app refuses the project, which parks it visibly; a need of "" would wait in silence.
  if (!customer.empty()) target.needs.push_back({"customer", customer});
  if (type.empty()) {
    target.refusal = refusal(kNoType, {key});
  } else if (!erpType.empty() && !isListed(erpType, erp, options)) {
    target.refusal = refusal(kUnknownType, {key, erpType});
  } else {
    target.needs.push_back({"project_type", type});
  }
  return target;
}

std::optional<Target> deriveBackProject(const std::string& key, const BackView& view, const RuleOptions& options) {
  const auto seen = view.app.get("project", key);
  if (!seen) return std::nullopt;
  const Record& project = seen->record;
  const std::string customer(trimmed(project.field("customer")));
  const std::string shown = value(project, "code").empty() ? key : value(project, "code");

  Target target;
  target.fields["code"] = options.codesFromApp ? code(project.field("code")) : std::string();
  copy(target.fields, "title", project, "title");
  copyNote(target.fields, project);
  target.fields["customer"] = customer;
  copy(target.fields, "begin", project, "begin");
  copy(target.fields, "end", project, "end");
  if (!customer.empty()) target.needs.push_back({"customer", customer});
  if (tells(project, "type")) {
    const auto type = erpTypeFor(project, view.app, options);
    target.fields["type"] = type;
    if (!type.empty() && !isListed(type, view.erp, options)) target.refusal = refusal(kUnknownType, {shown, type});
  }
  const std::string user(trimmed(project.field("responsible")));
  if (tells(project, "responsible")) {
    // A profile may tell the user's code at once (that of our own contract does).
    const auto employee = employeeOf(view.app.get("user", user) ? userCode(user, view.app) : user, view.erp, options);
    target.fields["responsible"] = employee.value_or("");
    if (!user.empty() && !employee && options.unknownResponsible == Doubt::Refuse) {
      target.refusal = refusal(kUnknownResponsible, {shown});
    }
  }
  return target;
}

}  // namespace postern::accountview_crafter
