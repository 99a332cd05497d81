// Customers, Anschrift and Einsatzorte: profacto.md section 11, rows 1 to 3; craftboxx.md section 9, rows 1 to 3.

#include <gmock/gmock.h>

#include "connectors/links/profacto_craftboxx/rules.h"
#include "tests/connectors/profacto_craftboxx_fixture.h"

namespace postern::profacto_craftboxx {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const Reference kCustomer{"customer", "_0573"};
const Reference kMainAddress{"address", "main:_0573"};

Reference einsatzort(const std::string& contact) { return {"address", "contact:" + contact}; }

struct CraftboxxCustomers : PairTest {
  CraftboxxCustomers() {
    customer("_0573", {{"name1", "Praxis Nord GmbH"},
                       {"name2", "Zahnärzte"},
                       {"street", "Große Straße 1"},
                       {"zip", "26122"},
                       {"city", "Oldenburg"},
                       {"country", "Deutschland"},
                       {"phone", "0441 1000"},
                       {"mail", "info@praxis.example"}});
  }
  std::string main(const std::string& field) const { return sent("address", "main:_0573", field); }
  std::string site(const std::string& contact, const std::string& field) const {
    return sent("address", "contact:" + contact, field);
  }
};

TEST_F(CraftboxxCustomers, CustomerCarriesBothNamesAndItsNumber) {
  const auto target = derive("customer", "_0573");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields,
            (Fields{{"name", "Praxis Nord GmbH"}, {"name_addon", "Zahnärzte"}, {"customer_number", "_0573"}}));
  EXPECT_TRUE(target->needs.empty());
}

TEST_F(CraftboxxCustomers, NameFallsBackBecauseTheAppRequiresOne) {
  struct Case {
    Fields fields;
    std::string name;
    std::string addon;
  };
  const Case cases[] = {
      {{{"name1", " "}, {"name2", "Zahnärzte"}}, "Zahnärzte", ""},
      {{{"name1", ""}, {"name2", ""}}, "_0573", ""},
      {{}, "_0573", "(absent)"},
      {{{"name1", "Müller\nund Söhne "}}, "Müller und Söhne", "(absent)"},
  };
  for (const auto& each : cases) {
    customer("_0573", each.fields);
    EXPECT_EQ(sent("customer", "_0573", "name"), each.name);
    EXPECT_EQ(sent("customer", "_0573", "name_addon"), each.addon) << each.name;
    EXPECT_EQ(main("name"), each.name);
  }
}

TEST_F(CraftboxxCustomers, LongNamesAreNotCut) {
  const std::string name(400, 'x');
  customer("_0573", {{"name1", name}});
  EXPECT_EQ(sent("customer", "_0573", "name"), name);
}

TEST_F(CraftboxxCustomers, AnschriftIsTheCustomersAddressWithItsMainContact) {
  contact("_0573/aa", {{"first_name", "Änne"},
                       {"last_name", "Groß"},
                       {"street", "Nebenweg 9"},
                       {"phone", "0441 2000"},
                       {"mobile", "0171 3000"},
                       {"mail", "groß@praxis.example"}});
  const auto target = derive("address", "main:_0573");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"customer", "_0573"},
                                    {"type", "MAILING"},
                                    {"use", "address"},
                                    {"name", "Praxis Nord GmbH"},
                                    {"name_addon", "Änne Groß"},
                                    {"street", "Große Straße 1"},
                                    {"zip", "26122"},
                                    {"city", "Oldenburg"},
                                    {"country", "DE"},
                                    {"phone", "0441 2000"},
                                    {"mobile", "0171 3000"},
                                    {"mobile_alternative", "0441 1000"},
                                    {"mail", "groß@praxis.example"},
                                    {"mail_alternative", "info@praxis.example"}}));
  EXPECT_THAT(target->needs, ElementsAre(kCustomer));
}

TEST_F(CraftboxxCustomers, AnschriftWithoutContactUsesTheCustomersOwnNumbersAndClearsTheRest) {
  EXPECT_EQ(main("name_addon"), "Zahnärzte");
  EXPECT_EQ(main("phone"), "0441 1000");
  EXPECT_EQ(main("mail"), "info@praxis.example");
  EXPECT_EQ(main("mobile"), "");
  EXPECT_EQ(main("mobile_alternative"), "");
  EXPECT_EQ(main("mail_alternative"), "");
}

TEST_F(CraftboxxCustomers, TheSameNumberOrMailIsNotSentTwice) {
  contact("_0573/aa", {{"phone", "0441/1000"}, {"mobile", "0171 3000"}, {"mail", "INFO@praxis.example"}});
  EXPECT_EQ(main("phone"), "0441/1000");
  EXPECT_EQ(main("mobile_alternative"), "");
  EXPECT_EQ(main("mail_alternative"), "");
  contact("_0573/aa", {{"phone", "0441 2000"}, {"mobile", "0441-1000"}});
  EXPECT_EQ(main("mobile_alternative"), "");
}

TEST_F(CraftboxxCustomers, FieldsTheErpDoesNotTellAreNotSent) {
  customer("_0573", {{"name1", "Praxis"}});
  contact("_0573/aa", {{"last_name", "Groß"}});
  for (const auto* field : {"street", "zip", "city", "phone", "mobile", "mobile_alternative", "mail"}) {
    EXPECT_EQ(main(field), "(absent)") << field;
  }
}

TEST_F(CraftboxxCustomers, MainContactIsTheMarkedOneElseTheFirstActiveByKey) {
  struct Contact {
    const char* key;
    const char* main;
    const char* inactive;
  };
  struct Case {
    const char* what;
    std::vector<Contact> contacts;
    std::string main;
  };
  const Case cases[] = {
      {"marked", {{"a", "false", "false"}, {"b", "true", "false"}}, "b"},
      {"not marked", {{"b", "false", "false"}, {"a", "false", "false"}}, "a"},
      {"not mapped", {{"a", nullptr, nullptr}, {"b", nullptr, nullptr}}, "a"},
      {"first is inactive", {{"a", "false", "true"}, {"b", "false", "false"}}, "b"},
      {"marked is inactive", {{"a", "false", "false"}, {"b", "true", "true"}}, "a"},
      {"two are marked", {{"a", "false", "false"}, {"b", "true", "false"}, {"c", "true", "false"}}, "b"},
      {"all inactive", {{"a", "true", "true"}}, ""},
  };
  for (const auto& each : cases) {
    erp = {};
    customer("_0573", {{"name1", "Praxis"}, {"name2", ""}});
    for (const auto& row : each.contacts) {
      Fields fields{{"last_name", row.key}};
      if (row.main) fields["main"] = row.main;
      if (row.inactive) fields["inactive"] = row.inactive;
      contact("_0573/" + std::string(row.key), fields);
    }
    EXPECT_EQ(main("name_addon"), each.main) << each.what;
  }
}

TEST_F(CraftboxxCustomers, PersonIsCalledByFirstAndLastNameElseBySalutation) {
  struct Case {
    Fields fields;
    std::string name;
  };
  const Case cases[] = {
      {{{"salutation", "Frau"}, {"first_name", "Anna"}, {"last_name", "Müller"}}, "Anna Müller"},
      {{{"salutation", "Frau"}, {"first_name", ""}, {"last_name", "Müller"}}, "Frau Müller"},
      {{{"first_name", "Anna"}, {"last_name", ""}}, "Anna"},
      {{{"salutation", "Frau"}}, "Zahnärzte"},
  };
  for (const auto& each : cases) {
    contact("_0573/aa", each.fields);
    EXPECT_EQ(main("name_addon"), each.name);
  }
}

TEST_F(CraftboxxCustomers, EveryOtherActiveContactIsAnEinsatzort) {
  contact("_0573/aa", {{"last_name", "Chef"}});
  contact("_0573/bb", {{"first_name", "Jörg"},
                       {"last_name", "Süß"},
                       {"street", "Am Deich 2"},
                       {"zip", "6020"},
                       {"city", "Innsbruck"},
                       {"country", "Österreich"},
                       {"phone", "1"},
                       {"mobile", "2"},
                       {"mail", "j@x.example"}});
  const auto target = derive("address", "contact:_0573/bb");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"customer", "_0573"},
                                    {"type", "DELIVERY"},
                                    {"use", "address"},
                                    {"name", "Jörg Süß"},
                                    {"name_addon", ""},
                                    {"street", "Am Deich 2"},
                                    {"zip", "6020"},
                                    {"city", "Innsbruck"},
                                    {"country", "AT"},
                                    {"phone", "1"},
                                    {"mobile", "2"},
                                    {"mail", "j@x.example"}}));
  EXPECT_THAT(target->needs, ElementsAre(kCustomer));
}

TEST_F(CraftboxxCustomers, MainInactiveAndOrphanedContactsAreNoEinsatzort) {
  contact("_0573/aa", {{"last_name", "Chef"}, {"street", "Am Deich 1"}});
  contact("_0573/bb", {{"last_name", "Gegangen"}, {"street", "Am Deich 2"}, {"inactive", "true"}});
  contact("gone/cc", {{"last_name", "Eins"}, {"street", "Am Deich 3"}});
  contact("gone/dd", {{"last_name", "Zwei"}, {"street", "Am Deich 4"}});
  EXPECT_EQ(site("_0573/aa", "name"), "(nothing)");
  EXPECT_EQ(site("_0573/bb", "name"), "(nothing)");
  EXPECT_EQ(site("gone/dd", "name"), "(nothing)");
}

TEST_F(CraftboxxCustomers, EinsatzortIsNamedByItsOwnAddressLines) {
  struct Case {
    Fields fields;
    std::string name;
    std::string addon;
  };
  const Case cases[] = {
      {{{"name1", "Filiale Süd"}, {"name2", "Hof"}, {"first_name", "Anna"}, {"last_name", "Müller"}},
       "Filiale Süd",
       "Hof, Anna Müller"},
      {{{"name1", "Filiale Süd"}, {"name2", ""}, {"last_name", "Müller"}}, "Filiale Süd", "Müller"},
      {{{"name1", ""}, {"name2", "Hof"}, {"last_name", "Müller"}}, "Müller", "Hof"},
      {{{"name2", "Hof"}}, "Hof", ""},
      {{{"name1", ""}}, "(absent)", "(absent)"},
  };
  contact("_0573/aa", {{"last_name", "Chef"}});
  for (const auto& each : cases) {
    contact("_0573/bb", each.fields);
    EXPECT_EQ(site("_0573/bb", "name"), each.name);
    EXPECT_EQ(site("_0573/bb", "name_addon"), each.addon) << each.name;
  }
}

TEST_F(CraftboxxCustomers, ContactWithoutStreetInheritsNothingOrIsSkipped) {
  contact("_0573/aa", {{"last_name", "Chef"}});
  contact("_0573/bb", {{"last_name", "Süß"}, {"street", " "}, {"zip", "26122"}, {"country", "D"}, {"phone", "1"}});
  EXPECT_EQ(derive("address", "contact:_0573/bb")->fields, (Fields{{"customer", "_0573"},
                                                                   {"type", "DELIVERY"},
                                                                   {"use", "address"},
                                                                   {"name", "Süß"},
                                                                   {"name_addon", ""},
                                                                   {"street", ""},
                                                                   {"zip", ""},
                                                                   {"city", ""},
                                                                   {"phone", "1"}}));
  settings["contacts_without_street"] = "skip";
  EXPECT_EQ(site("_0573/bb", "name"), "(nothing)");
  contact("_0573/bb", {{"last_name", "Süß"}, {"street", "Am Deich 2"}});
  EXPECT_EQ(site("_0573/bb", "name"), "Süß");
}

TEST_F(CraftboxxCustomers, CountryTextsBecomeCodes) {
  settings["country_map"] = "Freistaat_Bayern:DE,Holland:XX";
  const std::pair<const char*, const char*> cases[] = {
      {"Deutschland", "DE"},
      {"DEUTSCHLAND", "DE"},
      {"D", "DE"},
      {"de", "DE"},
      {"", "DE"},
      {" ", "DE"},
      {"Österreich", "AT"},
      {"ÖSTERREICH", "AT"},
      {"A", "AT"},
      {"AT", "AT"},
      {"Schweiz", "CH"},
      {"CH", "CH"},
      {"FL", "LI"},
      {"Liechtenstein", "LI"},
      {"NL", "NL"},
      {"Niederlande", "NL"},
      {"B", "BE"},
      {"Belgien", "BE"},
      {"L", "LU"},
      {"Luxemburg", "LU"},
      {"F", "FR"},
      {"Frankreich", "FR"},
      {"I", "IT"},
      {"Italien", "IT"},
      {"PL", "PL"},
      {"Polen", "PL"},
      {"CZ", "CZ"},
      {"Tschechien", "CZ"},
      {"DK", "DK"},
      {"Dänemark", "DK"},
      {"GB", "GB"},
      {"Freistaat  Bayern", "DE"},
      {"Holland", "XX"},
      {"Atlantis", ""},
  };
  for (const auto& [text, code] : cases) {
    customer("_0573", {{"name1", "x"}, {"country", text}});
    EXPECT_EQ(main("country"), code) << text;
  }
}

TEST_F(CraftboxxCustomers, DefaultCountryIsASetting) {
  settings["default_country"] = "AT";
  customer("_0573", {{"name1", "x"}, {"country", ""}});
  EXPECT_EQ(main("country"), "AT");
  settings["default_country"] = "";
  customer("_0573", {{"name1", "x"}});
  EXPECT_EQ(main("country"), "(absent)") << "it is not mapped";
}

TEST_F(CraftboxxCustomers, NothingIsDerivedForWhatTheErpDoesNotHave) {
  EXPECT_FALSE(derive("customer", "1"));
  EXPECT_FALSE(derive("address", "main:1"));
  EXPECT_FALSE(derive("address", "contact:1/a"));
  EXPECT_FALSE(derive("address", "_0573"));
  EXPECT_FALSE(derive("unknown", "_0573"));
}

// ---- touched --------------------------------------------------------------------------------------------------------

TEST_F(CraftboxxCustomers, CustomerTouchesItselfItsAnschriftAndItsEinsatzorte) {
  contact("_0573/aa", {});
  EXPECT_THAT(rules()->touched(erp.get("customer", "_0573")->record, erp),
              UnorderedElementsAre(kCustomer, kMainAddress, einsatzort("_0573/aa")));
}

TEST_F(CraftboxxCustomers, OrdinaryContactTouchesTheAnschriftAndItself) {
  contact("_0573/aa", {});
  contact("_0573/bb", {});
  EXPECT_THAT(rules()->touched(erp.get("contact", "_0573/bb")->record, erp),
              UnorderedElementsAre(kMainAddress, einsatzort("_0573/bb")));
}

TEST_F(CraftboxxCustomers, MainContactTouchesItsSiblingsToo) {
  contact("_0573/aa", {});
  contact("_0573/bb", {{"main", "true"}});
  contact("_0573/cc", {});
  EXPECT_THAT(
      rules()->touched(erp.get("contact", "_0573/bb")->record, erp),
      UnorderedElementsAre(kMainAddress, einsatzort("_0573/aa"), einsatzort("_0573/bb"), einsatzort("_0573/cc")));
}

// Whatever changes at one contact: each Einsatzort whose content differs afterwards must have been named.
TEST_F(CraftboxxCustomers, EveryAddressThatChangesIsTouched) {
  const char* const kFlags[] = {"true", "false"};
  const auto build = [&](unsigned bits) {
    MemoryView view;
    view.put({"customer", "_0573", "", {{"name1", "x"}}, {}});
    for (const char* key : {"a", "b", "c"}) {
      Fields fields{{"last_name", key}, {"main", kFlags[bits & 1U]}, {"inactive", kFlags[(bits >> 1U) & 1U]}};
      view.put({"contact", "_0573/" + std::string(key), "_0573", std::move(fields), {}});
      bits >>= 2U;
    }
    return view;
  };
  const auto pair = rules();
  for (unsigned before = 0; before < 64; ++before) {
    for (unsigned after = 0; after < 64; ++after) {
      const MemoryView oldView = build(before);
      const MemoryView newView = build(after);
      std::vector<Reference> touched;
      for (const char* key : {"_0573/a", "_0573/b", "_0573/c"}) {
        const auto oldRecord = oldView.get("contact", key)->record;
        const auto newRecord = newView.get("contact", key)->record;
        if (oldRecord == newRecord) continue;
        for (const auto& record : {oldRecord, newRecord}) {
          for (auto& reference : pair->touched(record, newView)) touched.push_back(std::move(reference));
        }
      }
      for (const auto& address : {kMainAddress, einsatzort("_0573/a"), einsatzort("_0573/b"), einsatzort("_0573/c")}) {
        const auto was = pair->derive(address, oldView, now);
        const auto is = pair->derive(address, newView, now);
        const bool same = was.has_value() == is.has_value() && (!was || was->fields == is->fields);
        if (!same) {
          ASSERT_THAT(touched, testing::Contains(address)) << before << " -> " << after;
        }
      }
    }
  }
}

TEST_F(CraftboxxCustomers, FormerMainContactBecomesAnEinsatzort) {
  contact("_0573/aa", {{"last_name", "Alt"}, {"main", "true"}});
  contact("_0573/bb", {{"last_name", "Neu"}, {"main", "false"}});
  EXPECT_EQ(site("_0573/aa", "name"), "(nothing)");
  contact("_0573/aa", {{"last_name", "Alt"}, {"main", "false"}});
  contact("_0573/bb", {{"last_name", "Neu"}, {"main", "true"}});
  EXPECT_EQ(site("_0573/aa", "name"), "Alt");
  EXPECT_EQ(site("_0573/bb", "name"), "(nothing)");
  EXPECT_EQ(main("name_addon"), "Neu");
}

}  // namespace
}  // namespace postern::profacto_craftboxx
