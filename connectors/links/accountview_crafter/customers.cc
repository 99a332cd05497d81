// Flow "customers": customers, their addresses and contacts, and customers made in the app.

#include <algorithm>

#include "connectors/links/accountview_crafter/address.h"
#include "connectors/links/accountview_crafter/rules.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

/// The app refuses a customer without a name.
std::string nameOf(const Record& customer) {
  auto name = value(customer, "name");
  return name.empty() ? customer.key : name;
}

std::optional<Record> sentCustomer(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  auto seen = erp.get("customer", key);
  if (!seen || (!options.sendsBlocked && seen->record.field("blocked") == "true")) return std::nullopt;
  return std::move(seen->record);
}

Address addressOf(const Record& customer, const std::string& prefix) {
  return {value(customer, prefix + "street"), value(customer, prefix + "zip"), value(customer, prefix + "city")};
}

struct Addresses {
  Address main;
  Address other;  // empty when there is one address only
  bool postalIsMain = false;
};

/// accountview.md section 11: a postal address is the main one and a loose one that differs a place to work at; without
/// a postal address the loose one is the main one.
Addresses addressesOf(const Record& customer, const RuleOptions& options) {
  const Address postal = addressOf(customer, "postal_");
  const Address loose = addressOf(customer, "");
  if (postal.empty() || loose.empty()) return {loose.empty() ? postal : loose, {}, loose.empty()};
  // Of two that are the same the loose one stays: work may be planned there already.
  const bool same = options.alikeIsSame ? isAlike(postal, loose) : postal == loose;
  if (same) return {loose, {}, false};
  return options.postalFirst ? Addresses{postal, loose, true} : Addresses{loose, postal, false};
}

std::string locationName(const Record& customer, const Address& address, const RuleOptions& options) {
  std::string name;
  for (std::string_view rest = options.locationName; !rest.empty();) {
    const auto take = [&](std::string_view placeholder, const std::string& text) {
      if (!rest.starts_with(placeholder)) return false;
      name += text;
      rest.remove_prefix(placeholder.size());
      return true;
    };
    if (take("{name}", nameOf(customer)) || take("{number}", customer.key) || take("{street}", address.street) ||
        take("{city}", address.city)) {
      continue;
    }
    name += rest.front();
    rest.remove_prefix(1);
  }
  return oneLine(name);
}

void addStreet(Fields& fields, const std::string& line, const RuleOptions& options) {
  const auto parts = options.splitsStreet ? splitStreet(line) : StreetLine{line, "", ""};
  fields["street"] = parts.street;
  fields["house_number"] = parts.number;
  fields["addition"] = parts.addition;
}

}  // namespace

std::optional<Record> mainLocation(const std::string& customer, const SourceView& app) {
  const auto locations = app.childrenOf("location", customer);
  if (locations.empty()) return std::nullopt;
  const auto marked =
      std::ranges::find_if(locations, [](const Seen& seen) { return seen.record.field("main") == "true"; });
  return (marked == locations.end() ? locations.begin() : marked)->record;
}

std::optional<Target> deriveCustomer(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto customer = sentCustomer(key, erp, options);
  if (!customer) return std::nullopt;
  Target target;
  target.fields["number"] = key;
  target.fields["name"] = nameOf(*customer);
  copy(target.fields, "phone", *customer, "phone");
  copy(target.fields, "mail", *customer, "mail");
  return target;
}

std::optional<Target> deriveLocation(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const bool isPostal = key.starts_with(kPostalPrefix);
  if (!isPostal && !key.starts_with(kLoosePrefix)) return std::nullopt;
  const auto number = key.substr(isPostal ? kPostalPrefix.size() : kLoosePrefix.size());
  const auto customer = sentCustomer(number, erp, options);
  if (!customer) return std::nullopt;
  const auto addresses = addressesOf(*customer, options);
  const bool isMain = isPostal == addresses.postalIsMain;
  const Address& address = isMain ? addresses.main : addresses.other;
  if (address.empty()) return std::nullopt;

  Target target;
  target.fields["customer"] = number;
  target.fields["name"] = locationName(*customer, address, options);
  addStreet(target.fields, address.street, options);
  target.fields["zip"] = address.zip;
  target.fields["city"] = address.city;
  target.fields["main"] = isMain ? "true" : "false";
  target.needs.push_back({"customer", number});
  return target;
}

std::optional<Target> deriveContact(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto contact = erp.get("contact", key);
  if (!contact || !options.sendsContacts) return std::nullopt;
  const std::string& customer = contact->record.parent;
  if (!sentCustomer(customer, erp, options)) return std::nullopt;
  Target target;
  target.fields["customer"] = customer;
  for (const auto* name : {"salutation", "first_name", "last_name", "mail", "phone", "mobile"}) {
    copy(target.fields, name, contact->record, name);
  }
  target.needs.push_back({"customer", customer});
  return target;
}

std::optional<Target> deriveBackCustomer(const std::string& key, const BackView& view, const RuleOptions& options) {
  const auto seen = view.app.get("customer", key);
  if (!seen) return std::nullopt;
  const Record& customer = seen->record;
  Target target;
  target.fields["number"] = options.numbersFromApp ? code(customer.field("number")) : std::string();
  for (const auto* name : {"name", "phone", "mail"}) copy(target.fields, name, customer, name);
  const auto place = mainLocation(key, view.app);
  if (!place) return target;
  target.fields["street"] =
      joinStreet({value(*place, "street"), value(*place, "house_number"), value(*place, "addition")});
  target.fields["zip"] = value(*place, "zip");
  target.fields["city"] = value(*place, "city");
  return target;
}

}  // namespace postern::accountview_crafter
