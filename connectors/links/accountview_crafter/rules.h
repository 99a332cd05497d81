#pragma once
// The rules of the pair AccountView–Crafter as pure functions of both sides' snapshots. README.md lists each rule with
// its source. A field that a record does not carry (its name is not mapped) is not sent either.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "connectors/links/accountview_crafter/options.h"

namespace postern::accountview_crafter {

/// Keys of locations: the customer's number behind what kind of address it is. They follow the address, not its part:
/// a work order planned at the loose address stays there when a postal address becomes the main one.
inline constexpr std::string_view kPostalPrefix = "postal:";
inline constexpr std::string_view kLoosePrefix = "loose:";

/// An order line that carries a later change is "<used article>#<part>", part from 2 to kMostParts.
inline constexpr int kMostParts = 9;
std::string partKey(const std::string& usedArticle, int part);

// Towards the app; `key` is the ERP record's, nullopt when nothing is to be sent.

std::optional<Target> deriveCustomer(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// `key` with its prefix. nullopt also when the address is empty, or the same as the main one.
std::optional<Target> deriveLocation(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// nullopt also when its customer is not sent.
std::optional<Target> deriveContact(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// `key` is the app's code of the type. nullopt when the ERP does not list it and nothing needs it all the same.
std::optional<Target> deriveProjectType(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// nullopt also for a project that is not open.
std::optional<Target> deriveProject(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// The app's code of the type a project of the ERP is to have; "" when it has none and there is no default.
std::string projectTypeFor(const Record& project, const RuleOptions& options);
/// nullopt also for a sales order that does not count as new.
std::optional<Target> deriveWorkOrder(const std::string& key, const SourceView& erp, const RuleOptions& options);

// Towards the ERP; `key` is the app record's.

std::optional<Target> deriveBackCustomer(const std::string& key, const BackView& view, const RuleOptions& options);
std::optional<Target> deriveBackProject(const std::string& key, const BackView& view, const RuleOptions& options);
std::optional<Target> deriveSalesOrder(const std::string& key, const BackView& view, const RuleOptions& options);
/// The day of a work order's sales order: as it was sent, else as AccountView tells it, else, when none is there yet,
/// the local day on which the work order was first seen. Empty when it is not known.
std::string orderDate(const std::string& workOrder, const BackView& view, const RuleOptions& options);
/// The location of one of the app's customers that stands for its address; nullopt when it has none.
std::optional<Record> mainLocation(const std::string& customer, const SourceView& app);
/// `key` of a used article, or partKey() of one. nullopt also when the article is not ticked or its work order not
/// checked; a refusal when it cannot be invoiced as it is.
std::optional<Target> deriveOrderLine(const std::string& key, const BackView& view, const RuleOptions& options);
/// nullopt also for no time at all.
std::optional<Target> deriveTimeEntry(const std::string& key, const BackView& view, const RuleOptions& options);

/// The ERP's employee for a code of the app, as the ERP writes it; nullopt when there is none (or no code).
std::optional<std::string> employeeOf(std::string_view appCode, const SourceView& erp, const RuleOptions& options);
/// The code of one of the app's users; "" when there is no such user.
std::string userCode(std::string_view user, const SourceView& app);

/// A refusal: the record is parked with this until it can be carried.
Error refusal(const Message& message, std::vector<std::string> args);

// What a change touches; see Rules::touched and touchedBack.

std::vector<Reference> touchedBy(const Record& record, const SourceView& erp, const RuleOptions& options);
std::vector<Reference> touchedByApp(const Record& record, const SourceView& app, const RuleOptions& options);

}  // namespace postern::accountview_crafter
