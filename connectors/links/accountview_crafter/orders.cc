// Flow "work_orders": the app's work orders as sales orders, or sales orders as work orders.

#include "agent/clock.h"
#include "connectors/links/accountview_crafter/rules.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr Message kNoCustomer{
    "PST-5030",
    {"The work order {0} has no customer, and neither has its project.",
     "Der Werkbon {0} hat keinen Kunden, und sein Projekt auch nicht.",
     "De werkbon {0} heeft geen klant, en zijn project ook niet."},
    {"Choose a customer for the work order in Crafter.", "Wählen Sie in Crafter einen Kunden für den Werkbon.",
     "Kies in Crafter een klant voor de werkbon."}};

/// Which orders count as new is not public: status and order date, both by setting.
bool isNew(const Record& order, const RuleOptions& options) {
  if (!options.importStatus.empty() && !options.importStatus.contains(code(order.field("status")))) return false;
  if (!options.importFrom) return true;
  const auto day = parseIsoDate(trimmed(order.field("order_date")));
  return day && *day >= *options.importFrom;
}

/// A project that is closed may never have been imported: an order waiting for it would wait for ever.
bool isClosed(const std::string& project, const SourceView& erp) {
  const auto seen = erp.get("project", project);
  return seen && seen->record.field("open") == "false";
}

std::string customerOf(const Record& order, const SourceView& app) {
  auto customer = std::string(trimmed(order.field("customer")));
  if (!customer.empty()) return customer;
  const auto project = app.get("project", trimmed(order.field("project")));
  return project ? std::string(trimmed(project->record.field("customer"))) : std::string();
}

}  // namespace

std::optional<Target> deriveWorkOrder(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto seen = erp.get("sales_order", key);
  if (!seen || !isNew(seen->record, options)) return std::nullopt;
  const Record& order = seen->record;
  const auto customer = value(order, "customer");
  const auto project = value(order, "project");

  Target target;
  target.fields["customer"] = customer;
  if (tells(order, "project")) target.fields["project"] = project;
  copy(target.fields, "text", order, "text");
  if (tells(order, "work_type")) target.fields["work_type"] = appWorkTypeOf(value(order, "work_type"), options);
  copy(target.fields, "target_date", order, "delivery_date");
  if (!customer.empty()) target.needs.push_back({"customer", customer});
  if (!project.empty() && !isClosed(project, erp)) target.needs.push_back({"project", project});
  return target;
}

std::string orderDate(const std::string& workOrder, const BackView& view, const RuleOptions& options) {
  if (const auto sent = view.sent ? view.sent({"sales_order", workOrder}) : std::nullopt) {
    if (const auto day = sent->find("order_date"); day != sent->end()) return day->second;
  }
  if (const auto order = view.erpKeyOf("work_order", workOrder); !order.empty()) {
    const auto seen = view.erp.get("sales_order", order);
    return seen ? value(seen->record, "order_date") : std::string();
  }
  const auto seen = view.app.get("work_order", workOrder);
  return seen ? isoDate(localDay(seen->changedAt, options.zone)) : std::string();
}

std::optional<Target> deriveSalesOrder(const std::string& key, const BackView& view, const RuleOptions& options) {
  const auto seen = view.app.get("work_order", key);
  if (!seen) return std::nullopt;
  const Record& order = seen->record;
  const auto customer = customerOf(order, view.app);
  const std::string project(trimmed(order.field("project")));

  Target target;
  target.fields["customer"] = customer;
  target.fields["project"] = project;
  copy(target.fields, "text", order, "text");
  if (tells(order, "work_type")) target.fields["work_type"] = erpWorkTypeOf(value(order, "work_type"), options);
  copy(target.fields, "delivery_date", order, "target_date");
  // Once the order is there its date is not said again: it tells the book year that the order is in.
  const auto day = orderDate(key, view, options);
  if (view.erpKeyOf("work_order", key).empty()) {
    target.fields["order_date"] = day;
  } else if (!day.empty()) {
    target.base["order_date"] = day;
  }
  if (!customer.empty()) target.needs.push_back({"customer", customer});
  if (!project.empty()) target.needs.push_back({"project", project});
  if (customer.empty()) target.refusal = refusal(kNoCustomer, {value(order, "number")});
  return target;
}

}  // namespace postern::accountview_crafter
