#pragma once
// The rules of the pair profacto–Craftboxx as pure functions of the ERP's snapshot. README.md lists each rule with its
// source. A field that the ERP's records do not carry (its name is not mapped) is not sent either.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "connectors/links/profacto_craftboxx/options.h"

namespace postern::profacto_craftboxx {

/// Key prefixes of addresses: "main:<KundenNr>" is the Anschrift, "contact:<contact key>" an Einsatzort.
inline constexpr std::string_view kMainPrefix = "main:";
inline constexpr std::string_view kContactPrefix = "contact:";

/// The main contact of one customer's contacts, which come ordered by key: the first active one marked as main, else
/// the first active one; nullptr when none is active. Points into `contacts`.
const Record* mainContact(const std::vector<Seen>& contacts);

/// State for a process status of the ERP (text of a whole number); nullopt when it is below the threshold or in neither
/// the admin's nor our table.
std::optional<std::string> mappedState(std::string_view processStatus, const RuleOptions& options);

/// The day of an ERP project's appointment; nullopt when it has none, and so is "not scheduled" in the app.
std::optional<std::chrono::sys_days> deliveryDay(const Record& project, const RuleOptions& options);

/// Country code for an ERP country text: the default when empty, "" when unknown.
std::string countryCode(std::string_view text, const RuleOptions& options);

// Each gives what the app should hold, or nullopt when nothing is to be sent. `key` is the ERP record's key.
std::optional<Target> deriveCustomer(const std::string& key, const SourceView& erp);
std::optional<Target> deriveMainAddress(const std::string& customer, const SourceView& erp, const RuleOptions& options);
/// nullopt also for an inactive contact, the main contact, and a contact whose customer is not known.
std::optional<Target> deriveContactAddress(const std::string& contact, const SourceView& erp,
                                           const RuleOptions& options);
std::optional<Target> deriveArticle(const std::string& key, const SourceView& erp, const RuleOptions& options);
/// nullopt also when neither the project nor a position changed within the window that ends on `now`'s local day.
std::optional<Target> deriveProject(const std::string& key, const SourceView& erp, const RuleOptions& options,
                                    Clock::Time now);
/// nullopt also when deriveProject gives that, or when the project's process status leads to no state.
std::optional<Target> deriveAppointment(const std::string& key, const SourceView& erp, const RuleOptions& options,
                                        Clock::Time now);

// The way back (craftboxx.md 9.1 and 9.2).

/// Fields that planners and crews may change, with the default winner: the app for state and date, the ERP for the
/// name.
inline constexpr auto kShared = std::to_array<SharedField>({
    {.name = "title",
     .flow = "projects",
     .target = "project",
     .field = "title",
     .record = "project",
     .erpField = "title",
     .winner = Winner::Erp},
    {.name = "state",
     .flow = "projects",
     .target = "appointment",
     .field = "state",
     .record = "project",
     .erpField = "process_status",
     .winner = Winner::App},
    {.name = "date",
     .flow = "projects",
     .target = "appointment",
     .field = "date",
     .record = "project",
     .erpField = "delivery_date",
     .winner = Winner::App},
});
/// What the ERP now says of a target's shared fields, whether or not the target would be sent.
Fields sharedValues(const Reference& target, const SourceView& erp, const RuleOptions& options);
/// What the project's field must become for the app's `value`; nullopt when it stays: its number already leads to this
/// state (60 must not fall back to 40), the state has no number, the app itself went to SCHEDULED because an undated
/// project got a day there, or the value is empty.
std::optional<std::string> valueForErp(const SharedField& shared, std::string_view value, const Record& project,
                                       const RuleOptions& options);

/// Targets that a change of `record` can affect; see Rules::touched.
std::vector<Reference> touchedBy(const Record& record, const SourceView& erp);

}  // namespace postern::profacto_craftboxx
