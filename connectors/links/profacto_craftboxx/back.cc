// The way back: what planners and crews change in the app and the ERP must learn.

#include "connectors/links/profacto_craftboxx/lines.h"
#include "connectors/links/profacto_craftboxx/rules.h"

namespace postern::profacto_craftboxx {
std::optional<std::string> valueForErp(const SharedField& shared, std::string_view value, const Record& project,
                                       const RuleOptions& options) {
  // A field that the ERP's records do not carry is not mapped: there is no place to write it to.
  const auto present = project.fields.find(shared.erpField);
  if (present == project.fields.end() || trimmed(value).empty()) return std::nullopt;
  if (shared.name != "state") return std::string(value);
  if (mappedState(present->second, options) == value) return std::nullopt;
  // A day given in the app makes it "scheduled" by itself: nobody has judged the progress of the undated project.
  if (value == "SCHEDULED" && !deliveryDay(project, options)) return std::nullopt;
  const auto number = processOfState(value);
  return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

}  // namespace postern::profacto_craftboxx
