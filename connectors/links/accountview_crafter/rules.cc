#include "connectors/links/accountview_crafter/rules.h"

#include <array>
#include <memory>

#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr auto kExport = std::to_array<std::string_view>({"to_erp"});
constexpr auto kImportOrBoth = std::to_array<std::string_view>({"to_app", "both"});
// One direction for a whole flow: crafter.md 3.1 ("choices"), assumed.
constexpr auto kEither = std::to_array<std::string_view>({"to_app", "to_erp"});

constexpr auto kFlows = std::to_array<Flow>({
    {.name = "customers", .usual = "to_app", .allowed = kImportOrBoth},
    {.name = "projects", .usual = "to_app", .allowed = kEither},
    {.name = "work_orders", .usual = "to_erp", .allowed = kEither},
    {.name = "used_articles", .usual = "to_erp", .allowed = kExport},
    {.name = "hours", .usual = "to_erp", .allowed = kExport},
});

constexpr auto kFromCustomer = std::to_array<std::string_view>({"customer"});
constexpr auto kFromContact = std::to_array<std::string_view>({"customer", "contact"});
constexpr auto kFromProject = std::to_array<std::string_view>({"project", "project_type"});
constexpr auto kFromSalesOrder = std::to_array<std::string_view>({"sales_order", "project"});

constexpr auto kByNumber = std::to_array<std::string_view>({"number"});
constexpr auto kByCode = std::to_array<std::string_view>({"code"});

/// AccountView leads: an item deleted only in Crafter comes back (crafter.md section 3.2, documented).
constexpr auto kTargets = std::to_array<TargetKind>({
    {.name = "customer", .flow = "customers", .inputs = kFromCustomer, .match = kByNumber, .restored = true},
    {.name = "location", .flow = "customers", .inputs = kFromCustomer, .restored = true},
    {.name = "contact", .flow = "customers", .inputs = kFromContact, .restored = true},
    {.name = "project_type", .flow = "projects", .inputs = kFromProject, .match = kByCode, .restored = true},
    {.name = "project", .flow = "projects", .inputs = kFromProject, .match = kByCode, .restored = true},
    {.name = "work_order", .flow = "work_orders", .inputs = kFromSalesOrder, .restored = true},
});

constexpr auto kFromAppCustomer = std::to_array<std::string_view>({"customer", "location"});
constexpr auto kFromAppProject = std::to_array<std::string_view>({"project", "project_type", "user", "employee"});
constexpr auto kFromWorkOrder = std::to_array<std::string_view>({"work_order", "project"});
constexpr auto kFromUsedArticle = std::to_array<std::string_view>({"used_article", "work_order", "article"});
constexpr auto kFromTimeEntry = std::to_array<std::string_view>({"time_entry", "work_order", "user", "employee"});

constexpr auto kBackTargets = std::to_array<TargetKind>({
    {.name = "customer", .flow = "customers", .inputs = kFromAppCustomer, .counterpart = "customer"},
    {.name = "project", .flow = "projects", .inputs = kFromAppProject, .counterpart = "project"},
    {.name = "sales_order", .flow = "work_orders", .inputs = kFromWorkOrder, .counterpart = "work_order"},
    {.name = "order_line", .flow = "used_articles", .inputs = kFromUsedArticle},
    {.name = "time_entry", .flow = "hours", .inputs = kFromTimeEntry},
});

Reference location(std::string_view prefix, const std::string& customer) {
  return {"location", std::string(prefix) + customer};
}

std::vector<Reference> touchedByCustomer(const Record& customer, const SourceView& erp) {
  std::vector<Reference> touched{
      {"customer", customer.key}, location(kPostalPrefix, customer.key), location(kLoosePrefix, customer.key)};
  // A contact waits for its customer to be known, and goes with it when it is left out.
  for (const auto& contact : erp.childrenOf("contact", customer.key)) {
    touched.push_back({"contact", contact.record.key});
  }
  return touched;
}

/// The line of a used article, and those that later changes may need.
void addLines(std::vector<Reference>& touched, const std::string& usedArticle, const RuleOptions& options) {
  touched.push_back({"order_line", usedArticle});
  for (int part = 2; options.sendsDifference && part <= kMostParts; ++part) {
    touched.push_back({"order_line", partKey(usedArticle, part)});
  }
}

std::vector<Reference> touchedByWorkOrder(const Record& order, const SourceView& app, const RuleOptions& options) {
  std::vector<Reference> touched{{"sales_order", order.key}};
  for (const auto& article : app.childrenOf("used_article", order.key)) addLines(touched, article.record.key, options);
  // An hour without a project of its own belongs to that of its work order.
  for (const auto& entry : app.childrenOf("time_entry", order.key)) touched.push_back({"time_entry", entry.record.key});
  return touched;
}

/// Lines and hours have no timeline of their own (crafter.md section 3.3): their work order, or project, shows them.
Reference lineShownOn(const std::string& line, const SourceView& app) {
  const auto used = app.get("used_article", line.substr(0, line.find('#')));
  return used ? Reference{"work_order", used->record.parent} : Reference{};
}

Reference timeShownOn(const std::string& entry, const SourceView& app) {
  const auto seen = app.get("time_entry", entry);
  if (!seen) return {};
  for (const auto* kind : {"work_order", "project"}) {
    if (auto id = value(seen->record, kind); !id.empty()) return {kind, std::move(id)};
  }
  return {};
}

class PairRules : public Rules {
 public:
  explicit PairRules(RuleOptions options) : options_(std::move(options)) {}

  std::span<const TargetKind> targets() const override { return kTargets; }
  std::vector<Reference> touched(const Record& record, const SourceView& erp) const override {
    return touchedBy(record, erp, options_);
  }
  std::optional<Target> derive(const Reference& target, const SourceView& erp, Clock::Time /*now*/) const override {
    if (target.kind == "customer") return deriveCustomer(target.key, erp, options_);
    if (target.kind == "location") return deriveLocation(target.key, erp, options_);
    if (target.kind == "contact") return deriveContact(target.key, erp, options_);
    if (target.kind == "project_type") return deriveProjectType(target.key, erp, options_);
    if (target.kind == "project") return deriveProject(target.key, erp, options_);
    if (target.kind == "work_order") return deriveWorkOrder(target.key, erp, options_);
    return std::nullopt;
  }

  std::span<const TargetKind> backTargets() const override { return kBackTargets; }
  std::vector<Reference> touchedBack(const Record& record, const SourceView& app) const override {
    return touchedByApp(record, app, options_);
  }
  std::optional<Target> deriveBack(const Reference& target, const BackView& view, Clock::Time /*now*/) const override {
    if (target.kind == "customer") return deriveBackCustomer(target.key, view, options_);
    if (target.kind == "project") return deriveBackProject(target.key, view, options_);
    if (target.kind == "sales_order") return deriveSalesOrder(target.key, view, options_);
    if (target.kind == "order_line") return deriveOrderLine(target.key, view, options_);
    if (target.kind == "time_entry") return deriveTimeEntry(target.key, view, options_);
    return std::nullopt;
  }
  std::vector<Counterpart> counterparts(const Reference& target, const std::string& erpKey,
                                        const SourceView& app) const override {
    auto pairs = Rules::counterparts(target, erpKey, app);
    // Its address goes into AccountView with the customer, as the loose one.
    const auto place = target.kind == "customer" ? mainLocation(target.key, app) : std::nullopt;
    if (place) pairs.push_back({location(kLoosePrefix, erpKey), place->key});
    return pairs;
  }
  Reference shownOn(const Reference& target, const SourceView& app) const override {
    if (target.kind == "order_line") return lineShownOn(target.key, app);
    if (target.kind == "time_entry") return timeShownOn(target.key, app);
    return Rules::shownOn(target, app);
  }

 private:
  RuleOptions options_;
};

std::unique_ptr<Rules> makeRules(const Section& options, const std::string& zone) {
  return std::make_unique<PairRules>(readOptions(options, zone));
}

}  // namespace

Error refusal(const Message& message, std::vector<std::string> args) {
  return Error{Fault::Reject, &message, std::move(args), {}, {}};
}

std::optional<std::string> employeeOf(std::string_view appCode, const SourceView& erp, const RuleOptions& options) {
  std::string employee = code(appCode);
  if (employee.empty() || (options.employeesListed && !erp.get("employee", employee))) return std::nullopt;
  return employee;
}

std::string userCode(std::string_view user, const SourceView& app) {
  const auto seen = app.get("user", trimmed(user));
  return seen ? value(seen->record, "code") : std::string();
}

std::vector<Reference> touchedBy(const Record& record, const SourceView& erp, const RuleOptions& options) {
  if (record.kind == "customer") return touchedByCustomer(record, erp);
  if (record.kind == "contact") return {{"contact", record.key}};
  if (record.kind == "project_type") return {{"project_type", appTypeOf(record.key, options)}};
  if (record.kind == "sales_order") return {{"work_order", record.key}};
  if (record.kind != "project") return {};
  // Not every type a project needs is listed by the ERP: the default, and all of them where it lists none.
  const std::string type = projectTypeFor(record, options);
  if (type.empty()) return {{"project", record.key}};
  return {{"project_type", type}, {"project", record.key}};
}

std::vector<Reference> touchedByApp(const Record& record, const SourceView& app, const RuleOptions& options) {
  if (record.kind == "customer" || record.kind == "project" || record.kind == "time_entry") {
    return {{record.kind, record.key}};
  }
  if (record.kind == "location") return {{"customer", record.parent}};
  if (record.kind == "work_order") return touchedByWorkOrder(record, app, options);
  if (record.kind != "used_article") return {};
  std::vector<Reference> touched;
  addLines(touched, record.key, options);
  return touched;
}

extern const LinkInfo kLink;
constinit const LinkInfo kLink{
    .name = "accountview_crafter",
    .erp = "accountview",
    .app = "crafter",
    .summary = {"Customers and projects of AccountView for Crafter; work orders, used articles and hours back.",
                "Kunden und Projekte aus AccountView für Crafter; Werkbons, verbrauchte Artikel und Stunden zurück.",
                "Klanten en projecten uit AccountView voor Crafter; werkbonnen, gebruikte artikelen en uren terug."},
    .options = kOptions,
    .flows = kFlows,
    .make = makeRules,
};

}  // namespace postern::accountview_crafter
