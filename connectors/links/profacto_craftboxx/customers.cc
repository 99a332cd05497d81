// Flow "customers": customers, their Anschrift and their Einsatzorte.

#include <Poco/String.h>

#include <algorithm>

#include "connectors/links/profacto_craftboxx/lines.h"
#include "connectors/links/profacto_craftboxx/rules.h"

namespace postern::profacto_craftboxx {
namespace {

std::string value(const Record* record, std::string_view name) {
  return record ? oneLine(record->field(name)) : std::string();
}

bool tells(const Record* record, std::string_view name) { return record && record->fields.contains(name); }

void copy(Fields& to, const std::string& target, const Record& from, std::string_view name) {
  if (tells(&from, name)) to[target] = value(&from, name);
}

bool isActive(const Record& contact) { return contact.field("inactive") != "true"; }

/// The app refuses a customer without a name.
std::string customerName(const Record& customer) {
  for (const auto* name : {"name1", "name2"}) {
    if (auto text = value(&customer, name); !text.empty()) return text;
  }
  return customer.key;
}

/// Name2, unless it already stands in for the name.
std::string customerAddon(const Record& customer) {
  return value(&customer, "name1").empty() ? std::string() : value(&customer, "name2");
}

/// "Anna Müller"; without a first name "Frau Müller".
std::string fullName(const Record& contact) {
  const std::string last = value(&contact, "last_name");
  std::string first = value(&contact, "first_name");
  if (first.empty() && !last.empty()) first = value(&contact, "salutation");
  return oneLine(first + "\n" + last);
}

/// The contact's own value first, the customer's second.
struct TwoValues {
  std::string first;
  std::string second;  // "" when there is none or it is the same
  bool told = false;   // false: neither record carries the field
};

TwoValues bothOf(const Record* contact, const Record& customer, std::string_view name,
                 bool (*same)(const std::string&, const std::string&)) {
  TwoValues both{value(contact, name), value(&customer, name), tells(contact, name) || tells(&customer, name)};
  if (both.first.empty()) std::swap(both.first, both.second);
  if (same(both.first, both.second)) both.second.clear();
  return both;
}

bool sameMail(const std::string& a, const std::string& b) { return Poco::icompare(a, b) == 0; }

bool sameNumber(const std::string& a, const std::string& b) {
  const auto bare = [](std::string text) {
    std::erase_if(text, [](char c) { return c != '+' && (c < '0' || c > '9'); });
    return text;
  };
  return bare(a) == bare(b) && (!bare(a).empty() || a == b);
}

void addReachability(Fields& fields, const Record* contact, const Record& customer) {
  const auto phones = bothOf(contact, customer, "phone", sameNumber);
  const auto mails = bothOf(contact, customer, "mail", sameMail);
  if (phones.told) {
    fields["phone"] = phones.first;
    // The only free number field: better there than lost.
    fields["mobile_alternative"] = sameNumber(phones.second, value(contact, "mobile")) ? "" : phones.second;
  }
  // Without a main contact its mobile number must go, whoever it was.
  if (!contact || tells(contact, "mobile")) fields["mobile"] = value(contact, "mobile");
  if (mails.told) {
    fields["mail"] = mails.first;
    fields["mail_alternative"] = mails.second;
  }
}

void addPlace(Fields& fields, const Record& from, const RuleOptions& options) {
  for (const auto* name : {"street", "zip", "city"}) copy(fields, name, from, name);
  // Also "" for a country without a code, so that an old one does not stay.
  const auto code = countryCode(from.field("country"), options);
  if (!code.empty() || tells(&from, "country")) fields["country"] = code;
}

Target addressOf(const std::string& customer, const char* type) {
  Target target;
  target.fields["customer"] = customer;
  target.fields["type"] = type;
  target.fields["use"] = "address";
  target.needs.push_back({"customer", customer});
  return target;
}

/// The contact's own address lines name the place, the person is the addition; without such lines the person does.
void addContactNames(Fields& fields, const Record& contact) {
  const std::string person = fullName(contact);
  std::vector<std::string> names{value(&contact, "name1"), value(&contact, "name2"), person};
  std::erase_if(names, [](const std::string& name) { return name.empty(); });
  if (names.empty()) return;
  if (value(&contact, "name1").empty() && !person.empty()) std::rotate(names.begin(), names.end() - 1, names.end());
  fields["name"] = names.front();
  std::string addon;
  for (auto name = names.begin() + 1; name != names.end(); ++name) {
    if (!addon.empty()) addon += ", ";
    addon += *name;
  }
  fields["name_addon"] = addon;
}

}  // namespace

const Record* mainContact(const std::vector<Seen>& contacts) {
  const auto first = [&](bool marked) -> const Record* {
    const auto it = std::find_if(contacts.begin(), contacts.end(), [&](const Seen& seen) {
      return isActive(seen.record) && (!marked || seen.record.field("main") == "true");
    });
    return it == contacts.end() ? nullptr : &it->record;
  };
  const Record* marked = first(true);
  return marked ? marked : first(false);
}

std::string countryCode(std::string_view text, const RuleOptions& options) {
  const std::string key = tableKey(text);
  if (key.empty()) return options.defaultCountry;
  if (const auto own = options.countryMap.find(key); own != options.countryMap.end()) return own->second;
  return std::string(countryOf(text).value_or(""));
}

std::optional<Target> deriveCustomer(const std::string& key, const SourceView& erp) {
  const auto customer = erp.get("customer", key);
  if (!customer) return std::nullopt;
  Target target;
  target.fields["name"] = customerName(customer->record);
  if (tells(&customer->record, "name2")) target.fields["name_addon"] = customerAddon(customer->record);
  target.fields["customer_number"] = key;
  return target;
}

std::optional<Target> deriveMainAddress(const std::string& customer, const SourceView& erp,
                                        const RuleOptions& options) {
  const auto seen = erp.get("customer", customer);
  if (!seen) return std::nullopt;
  const auto contacts = erp.childrenOf("contact", customer);
  const Record* main = mainContact(contacts);
  Target target = addressOf(customer, "MAILING");
  target.fields["name"] = customerName(seen->record);
  const std::string person = main ? fullName(*main) : std::string();
  target.fields["name_addon"] = person.empty() ? customerAddon(seen->record) : person;
  addPlace(target.fields, seen->record, options);
  addReachability(target.fields, main, seen->record);
  return target;
}

std::optional<Target> deriveContactAddress(const std::string& contact, const SourceView& erp,
                                           const RuleOptions& options) {
  const auto seen = erp.get("contact", contact);
  if (!seen || !isActive(seen->record)) return std::nullopt;
  const Record& record = seen->record;
  if (!erp.get("customer", record.parent)) return std::nullopt;
  const auto siblings = erp.childrenOf("contact", record.parent);
  const Record* main = mainContact(siblings);
  if (main && main->key == contact) return std::nullopt;
  const bool hasStreet = !value(&record, "street").empty();
  if (!hasStreet && !options.sendContactsWithoutStreet) return std::nullopt;

  Target target = addressOf(record.parent, "DELIVERY");
  addContactNames(target.fields, record);
  if (hasStreet) {
    addPlace(target.fields, record, options);
  } else {
    // Said to be empty, so that a street given up in the ERP goes from the app as well.
    for (const auto* name : {"street", "zip", "city"}) target.fields[name] = "";
  }
  for (const auto* name : {"phone", "mobile", "mail"}) copy(target.fields, name, record, name);
  return target;
}

}  // namespace postern::profacto_craftboxx
