#include "connectors/links/profacto_craftboxx/rules.h"

#include <algorithm>
#include <array>
#include <memory>

namespace postern::profacto_craftboxx {
namespace {

constexpr auto kFlows = std::to_array<Flow>({{"customers"}, {"articles"}, {"projects"}});

constexpr auto kFromCustomer = std::to_array<std::string_view>({"customer"});
constexpr auto kFromCustomerAndContact = std::to_array<std::string_view>({"customer", "contact"});
constexpr auto kFromArticle = std::to_array<std::string_view>({"article"});
constexpr auto kFromProject = std::to_array<std::string_view>({"project", "position"});
constexpr auto kFromProjectAndArticle = std::to_array<std::string_view>({"project", "position", "article"});

// The server moves the state when the date comes or goes (craftboxx.md section 6), so it must see both at once.

// What is already there when the link is switched on (craftboxx.md, section 9.3). An appointment that somebody made for
// the same project may be another visit.
constexpr auto kSameCustomer = std::to_array<std::string_view>({"customer_number"});
constexpr auto kSameAddress = std::to_array<std::string_view>({"customer type street zip city", "customer type name"});
constexpr auto kSameArticle = std::to_array<std::string_view>({"number", "name"});
constexpr auto kSameProject = std::to_array<std::string_view>({"project_nr"});
constexpr auto kSameAppointment = std::to_array<std::string_view>({"project"});

constexpr auto kTargets = std::to_array<TargetKind>({
    {.name = "customer", .flow = "customers", .inputs = kFromCustomer, .match = kSameCustomer},
    {.name = "address", .flow = "customers", .inputs = kFromCustomerAndContact, .match = kSameAddress},
    {.name = "article", .flow = "articles", .inputs = kFromArticle, .match = kSameArticle},
    {.name = "project", .flow = "projects", .inputs = kFromProject, .match = kSameProject},
    {.name = "appointment", .flow = "projects", .inputs = kFromProjectAndArticle, .matchUnsure = kSameAppointment},
});

Reference mainAddress(const std::string& customer) { return {"address", std::string(kMainPrefix) + customer}; }
Reference contactAddress(const std::string& contact) { return {"address", std::string(kContactPrefix) + contact}; }

std::vector<Reference> touchedByCustomer(const Record& customer, const SourceView& erp) {
  std::vector<Reference> touched{{"customer", customer.key}, mainAddress(customer.key)};
  // An Einsatzort waits for its customer to be known.
  for (const auto& contact : erp.childrenOf("contact", customer.key)) {
    touched.push_back(contactAddress(contact.record.key));
  }
  return touched;
}

/// A contact that is or was the main one decides whether the others are an Einsatzort; any other contact decides only
/// about itself. `contact` may be the old content, so it takes its own place among its siblings.
std::vector<Reference> touchedByContact(const Record& contact, const SourceView& erp) {
  std::vector<Reference> touched{mainAddress(contact.parent), contactAddress(contact.key)};
  auto siblings = erp.childrenOf("contact", contact.parent);
  std::erase_if(siblings, [&](const Seen& seen) { return seen.record.key == contact.key; });
  const auto place =
      std::find_if(siblings.begin(), siblings.end(), [&](const Seen& seen) { return seen.record.key > contact.key; });
  siblings.insert(place, Seen{contact, {}});
  const Record* main = mainContact(siblings);
  if (!main || main->key != contact.key) return touched;
  for (const auto& sibling : siblings) {
    if (sibling.record.key != contact.key) touched.push_back(contactAddress(sibling.record.key));
  }
  return touched;
}

class PairRules : public Rules {
 public:
  explicit PairRules(RuleOptions options) : options_(std::move(options)) {}

  std::span<const TargetKind> targets() const override { return kTargets; }

  std::vector<Reference> touched(const Record& record, const SourceView& erp) const override {
    return touchedBy(record, erp);
  }

  std::optional<Target> derive(const Reference& target, const SourceView& erp, Clock::Time now) const override {
    if (target.kind == "customer") return deriveCustomer(target.key, erp);
    if (target.kind == "address") return deriveAddress(target.key, erp);
    if (target.kind == "article") return deriveArticle(target.key, erp, options_);
    if (target.kind == "project") return deriveProject(target.key, erp, options_, now);
    if (target.kind == "appointment") return deriveAppointment(target.key, erp, options_, now);
    return std::nullopt;
  }

  Fields sharedFields(const Reference& target, const SourceView& erp) const override {
    return sharedValues(target, erp, options_);
  }
  std::optional<std::string> toErp(const SharedField& shared, std::string_view value,
                                   const Record& erp) const override {
    return valueForErp(shared, value, erp, options_);
  }

 private:
  std::optional<Target> deriveAddress(const std::string& key, const SourceView& erp) const {
    if (key.starts_with(kMainPrefix)) return deriveMainAddress(key.substr(kMainPrefix.size()), erp, options_);
    if (key.starts_with(kContactPrefix)) return deriveContactAddress(key.substr(kContactPrefix.size()), erp, options_);
    return std::nullopt;
  }

  RuleOptions options_;
};

std::unique_ptr<Rules> makeRules(const Section& options, const std::string& zone) {
  return std::make_unique<PairRules>(readOptions(options, zone));
}

}  // namespace

std::vector<Reference> touchedBy(const Record& record, const SourceView& erp) {
  if (record.kind == "customer") return touchedByCustomer(record, erp);
  if (record.kind == "contact") return touchedByContact(record, erp);
  if (record.kind == "article") return {{"article", record.key}};
  if (record.kind == "project") return {{"project", record.key}, {"appointment", record.key}};
  if (record.kind == "position") return {{"project", record.parent}, {"appointment", record.parent}};
  return {};
}

extern const LinkInfo kLink;
constinit const LinkInfo kLink{
    .name = "profacto_craftboxx",
    .erp = "profacto",
    .app = "craftboxx",
    .summary = {"Customers, articles and confirmed projects of profacto for the planner and the crews in Craftboxx.",
                "Kunden, Artikel und beauftragte Projekte aus profacto für Planung und Montage in Craftboxx.",
                "Klanten, artikelen en bevestigde projecten uit profacto voor planning en montage in Craftboxx."},
    .options = kOptions,
    .flows = kFlows,
    .shared = kShared,
    .make = makeRules,
};

}  // namespace postern::profacto_craftboxx
