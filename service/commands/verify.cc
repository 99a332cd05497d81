#include <nlohmann/json.hpp>
#include <ostream>

#include "agent/agent.h"
#include "agent/visible.h"
#include "connectors/registry.h"
#include "service/command.h"

namespace postern {
namespace {

using What = Difference::What;

constexpr Text kEdited{"(edited in the app)", "(in der App bearbeitet)", "(in de app bewerkt)"};
constexpr Text kGone{"no longer in the app (id {0})", "nicht mehr in der App (Nr. {0})",
                     "niet meer in de app (nr. {0})"};
constexpr Text kAbsent{"not in the app", "nicht in der App", "niet in de app"};
constexpr Text kEqual{"{0}: {1} records compared, both sides are equal",
                      "{0}: {1} Datensätze verglichen, beide Seiten sind gleich",
                      "{0}: {1} records vergeleken, beide kanten zijn gelijk"};
constexpr Text kUnequal{"{0}: {1} records compared, {2} differences",
                        "{0}: {1} Datensätze verglichen, {2} Unterschiede",
                        "{0}: {1} records vergeleken, {2} verschillen"};

const char* nameOf(What what) {
  switch (what) {
    case What::Differs:
      return "differs";
    case What::Edited:
      return "edited";
    case What::Gone:
      return "gone";
    case What::Absent:
      break;
  }
  return "absent";
}

void printJson(std::ostream& out, const std::string& link, const Difference& difference) {
  nlohmann::json json{{"link", link},
                      {"kind", difference.target.kind},
                      {"key", difference.target.key},
                      {"what", nameOf(difference.what)}};
  if (!difference.id.empty()) json["id"] = difference.id;
  if (!difference.field.empty()) {
    json.update({{"field", difference.field}, {"app", difference.app}, {"erp", difference.erp}});
  }
  out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void printLine(const Console& console, const Difference& difference) {
  console.out << difference.target.kind << ' ' << visible(difference.target.key) << ": ";
  if (difference.what == What::Gone) {
    console.out << console.tr(kGone, {visible(difference.id)}) << '\n';
  } else if (difference.what == What::Absent) {
    console.out << console.tr(kAbsent) << '\n';
  } else {
    console.out << difference.field << " \"" << visible(difference.app) << "\" != \"" << visible(difference.erp) << '"';
    if (difference.what == What::Edited) console.out << ' ' << console.tr(kEdited);
    console.out << '\n';
  }
}

int run(Invocation& call) {
  Agent agent(call.settings(), registry(), systemClock());
  const auto& console = call.console;
  std::vector<std::string> links;
  for (const auto& [name, link] : call.settings().links) links.push_back(name);
  if (!call.word(0).empty()) links = {call.word(0)};
  if (links.empty()) throw ConfigError(call.configFile().string(), kNoLink);
  int code = kDone;
  for (const auto& link : links) {
    const auto report = agent.verify(link, call.stop, [&](const Difference& difference) {
      if (call.json()) {
        printJson(console.out, link, difference);
      } else {
        printLine(console, difference);
      }
    });
    for (const auto& doubt : report.doubts) {
      console.problem() << doubt.part << ": " << doubt.code << ": " << sentence(causeOf(doubt.reason, console.language))
                        << ' ' << sentence(remedyOf(doubt.reason, console.language)) << '\n';
    }
    if (report.erp) console.error(*report.erp, link);
    if (report.app) console.error(*report.app, link);
    if (report.erp || report.app) {
      code = kRemote;
      continue;
    }
    if (!call.json()) {
      console.out << console.tr(report.differences == 0 ? kEqual : kUnequal,
                                {link, std::to_string(report.compared), std::to_string(report.differences)})
                  << '\n';
    }
    if (report.differences > 0 || !report.doubts.empty()) code = std::max<int>(code, kDiffers);
  }
  return code;
}

}  // namespace

const Command kVerify{
    "verify",
    "[LINK]",
    {"compares both sides in full and lists the differences, changing nothing",
     "vergleicht beide Seiten vollständig und listet die Unterschiede auf, ohne etwas zu ändern",
     "vergelijkt beide kanten volledig en toont de verschillen, zonder iets te wijzigen"},
    1,
    [](boost::program_options::options_description& options) { options.add_options()("json", "machine-readable"); },
    run};

}  // namespace postern
