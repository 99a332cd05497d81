#pragma once
// The settings of the pair: option table and typed, checked values.

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "agent/settings.h"
#include "connectors/links/accountview_crafter/amounts.h"

namespace postern::accountview_crafter {

/// What a rule does with something it cannot carry as it stands.
enum class Doubt {
  Leave,   // left out
  Refuse,  // parked with its reason
};

struct RuleOptions {
  // Customers
  bool sendsBlocked = true;
  bool sendsContacts = true;
  bool postalFirst = true;     // the postal address is the main one
  bool alikeIsSame = true;     // letter case and punctuation make no other address
  bool splitsStreet = true;    // house number and addition in fields of their own
  std::string locationName;    // with {name} {number} {street} {city}
  bool numbersFromApp = true;  // false: AccountView numbers new customers

  // Projects
  std::string defaultType;                      // the app's code; "" = a project needs a type of its own
  bool typesListed = true;                      // false: the ERP does not list project types
  std::map<std::string, std::string> appTypes;  // code of the ERP -> code of the app
  Doubt unknownResponsible = Doubt::Leave;      // on the way to the ERP
  bool employeesListed = false;                 // true: an employee the ERP does not list is unknown
  bool codesFromApp = true;                     // false: AccountView makes the codes of new projects

  // Work orders
  std::map<std::string, std::string> appWorkTypes;  // text of the ERP -> text of the app
  std::set<std::string> importStatus;               // codes (words.h); empty = all
  std::optional<std::chrono::sys_days> importFrom;  // by order date
  bool exportsOrders = true;                        // from flow.work_orders: the app's work orders become orders

  // Used articles and hours
  Doubt unknownArticle = Doubt::Refuse;
  bool sendsDifference = false;  // what changes in a line that was sent goes as another line
  std::string workCode;          // "" = not set: such hours are refused
  std::string travelCode;
  std::string workText;
  std::string travelText;
  int hoursDecimals = 2;
  Rounding rounding = Rounding::None;

  std::string zone = "Europe/Amsterdam";
};

/// The table; constant, so that it may be read before main.
extern const std::array<Option, 24> kOptions;

/// Throws ConfigError: no date, an entry of a map without ':', an unknown placeholder.
RuleOptions readOptions(const Section& options, const std::string& zone);

/// The app's code for a project type of the ERP, and back; a code in no map is the same on both sides.
std::string appTypeOf(const std::string& erpType, const RuleOptions& options);
std::string erpTypeOf(const std::string& appType, const RuleOptions& options);
/// The same for the type of work.
std::string appWorkTypeOf(const std::string& erpText, const RuleOptions& options);
std::string erpWorkTypeOf(const std::string& appText, const RuleOptions& options);

}  // namespace postern::accountview_crafter
