// Flow "hours": work and travel time as time entries.

#include "agent/clock.h"
#include "agent/option_value.h"
#include "connectors/links/accountview_crafter/amounts.h"
#include "connectors/links/accountview_crafter/rules.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr std::int64_t kMostMinutes = 1'000'000;  // more is no entry, and would not be summed safely

constexpr Message kNoEmployee{
    "PST-5040",
    {"The hours of {0} on the work order {1} have no code of an employee that AccountView knows.",
     "Die Stunden vom {0} auf dem Werkbon {1} haben keinen Code eines Mitarbeiters, den AccountView kennt.",
     "De uren van {0} op werkbon {1} hebben geen code van een medewerker die AccountView kent."},
    {"Enter the employee number as \"Unieke code\" of the user in Crafter.",
     "Tragen Sie die Personalnummer als „Unieke code“ des Benutzers in Crafter ein.",
     "Vul het medewerkernummer in als „Unieke code” van de gebruiker in Crafter."}};

constexpr Message kNoProject{"PST-5041",
                             {"The hours of {0} on the work order {1} belong to no project.",
                              "Die Stunden vom {0} auf dem Werkbon {1} gehören zu keinem Projekt.",
                              "De uren van {0} op werkbon {1} horen bij geen enkel project."},
                             {"Choose a project for the hours or for their work order in Crafter.",
                              "Wählen Sie in Crafter ein Projekt für die Stunden oder für ihren Werkbon.",
                              "Kies in Crafter een project voor de uren of voor hun werkbon."}};

constexpr Message kNoHourCode{
    "PST-5042",
    {"No hour code of AccountView is set for the hours of {0} on the work order {1}.",
     "Für die Stunden vom {0} auf dem Werkbon {1} ist keine Stundenart von AccountView eingestellt.",
     "Voor de uren van {0} op werkbon {1} is geen uursoort van AccountView ingesteld."},
    {"Set {2} in the link's section to an hour code of AccountView.",
     "Setzen Sie {2} im Abschnitt der Verbindung auf eine Stundenart von AccountView.",
     "Stel {2} in de sectie van de koppeling in op een uursoort van AccountView."}};

constexpr Message kUnreadable{
    "PST-5043",
    {"The field '{2}' of the hours of {0} on the work order {1} is empty or cannot be read.",
     "Das Feld „{2}“ der Stunden vom {0} auf dem Werkbon {1} ist leer oder nicht lesbar.",
     "Het veld '{2}' van de uren van {0} op werkbon {1} is leeg of niet leesbaar."},
    {"Correct the hours in Crafter, or the names and words in the profile of Crafter.",
     "Berichtigen Sie die Stunden in Crafter, oder die Namen und Wörter im Profil von Crafter.",
     "Verbeter de uren in Crafter, of de namen en woorden in het profiel van Crafter."}};

constexpr Message kNoTimeLeft{
    "PST-5044",
    {"The hours of {0} on the work order {1} have no time any more, but {2} h of them are in AccountView.",
     "Die Stunden vom {0} auf dem Werkbon {1} haben keine Zeit mehr, in AccountView sind davon aber {2} h.",
     "De uren van {0} op werkbon {1} hebben geen tijd meer, maar er staat {2} u van in AccountView."},
    {"Correct the entry in AccountView by hand, or enter its time in Crafter again.",
     "Berichtigen Sie den Eintrag von Hand in AccountView, oder tragen Sie die Zeit in Crafter wieder ein.",
     "Corrigeer de boeking met de hand in AccountView, of vul de tijd in Crafter opnieuw in."}};

std::optional<Record> orderOf(const Record& entry, const SourceView& app) {
  auto seen = app.get("work_order", entry.parent.empty() ? trimmed(entry.field("work_order")) : entry.parent);
  return seen ? std::optional(std::move(seen->record)) : std::nullopt;
}

std::string projectOf(const Record& entry, const std::optional<Record>& order) {
  std::string project(trimmed(entry.field("project")));
  return project.empty() && order ? std::string(trimmed(order->field("project"))) : project;
}

/// The code that stands in the entry, else that of its user.
std::string codeOf(const Record& entry, const SourceView& app) {
  auto own = value(entry, "user_code");
  return own.empty() ? userCode(entry.field("user"), app) : own;
}

std::optional<std::int64_t> minutesOf(const Record& entry) {
  const auto minutes = readInteger(trimmed(entry.field("minutes")));
  return minutes && *minutes >= -kMostMinutes && *minutes <= kMostMinutes ? minutes : std::nullopt;
}

}  // namespace

std::optional<Target> deriveTimeEntry(const std::string& key, const BackView& view, const RuleOptions& options) {
  const auto seen = view.app.get("time_entry", key);
  if (!seen) return std::nullopt;
  const Record& entry = seen->record;
  const auto order = orderOf(entry, view.app);
  const auto minutes = minutesOf(entry);
  const auto hours = minutes ? hoursOf(*minutes, options.hoursDecimals, options.rounding) : std::string();
  const auto sent = view.sent ? view.sent({"time_entry", key}) : std::nullopt;
  if (hours == "0" && !sent) return std::nullopt;

  const std::string kind(trimmed(entry.field("kind")));
  const bool isTravel = kind == "travel";
  const auto date = value(entry, "date");
  const auto employee = employeeOf(codeOf(entry, view.app), view.erp, options);
  const auto project = projectOf(entry, order);
  Target target;
  target.fields["employee"] = employee.value_or("");
  target.fields["hour_code"] = isTravel ? options.travelCode : options.workCode;
  target.fields["project"] = project;
  target.fields["date"] = date;
  target.fields["text"] = isTravel ? options.travelText : options.workText;
  target.fields["hours"] = hours;
  if (!project.empty()) target.needs.push_back({"project", project});

  const std::vector<std::string> place{date, order ? value(*order, "number") : "–"};
  const auto refuse = [&](const Message& message, const char* third = nullptr) {
    auto args = place;
    if (third) args.emplace_back(third);
    target.refusal = refusal(message, std::move(args));
  };
  if (!isTravel && kind != "work") {
    refuse(kUnreadable, "kind");
  } else if (!parseIsoDate(date)) {
    refuse(kUnreadable, "date");
  } else if (!minutes) {
    refuse(kUnreadable, "minutes");
  } else if (!employee) {
    refuse(kNoEmployee);
  } else if (project.empty()) {
    refuse(kNoProject);
  } else if (target.fields["hour_code"].empty()) {
    refuse(kNoHourCode, isTravel ? "travel_hours_code" : "work_hours_code");
  } else if (hours == "0") {
    // AccountView demands a number of hours, and nothing is deleted there.
    const auto booked = sent->find("hours");
    refuse(kNoTimeLeft, booked == sent->end() ? "?" : booked->second.c_str());
  }
  // In the book year of that day it is in AccountView.
  if (sent) {
    if (const auto day = sent->find("date"); day != sent->end()) target.base["date"] = day->second;
  }
  return target;
}

}  // namespace postern::accountview_crafter
