// Customers, addresses and contacts: accountview.md section 11, flow 1; crafter.md section 3.1, flows 1a to 1c.

#include <gmock/gmock.h>

#include "connectors/links/accountview_crafter/address.h"
#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct CrafterCustomers : PairTest {
  const Fields loose{{"street", "Kade 12"}, {"zip", "1234 AB"}, {"city", "Utrecht"}};
  const Fields postal{{"postal_street", "Postbus 99"}, {"postal_zip", "1200 AA"}, {"postal_city", "Utrecht"}};

  void customer(const std::vector<Fields>& parts, Fields more = {}) {
    Fields fields{{"name", "De Vries Installatie"}};
    for (const auto& part : parts) fields.insert(part.begin(), part.end());
    fields.insert(more.begin(), more.end());
    inErp("customer", "10001", fields);
  }
  /// "street|number|addition|zip|city|main" of a location.
  std::string place(const std::string& kind) const {
    const auto target = derive("location", kind + ":10001");
    if (!target) return "(nothing)";
    std::string all;
    for (const auto* name : {"street", "house_number", "addition", "zip", "city", "main"}) {
      all += (all.empty() ? "" : "|") + fieldOf(target, name);
    }
    return all;
  }
};

TEST_F(CrafterCustomers, CustomerCarriesNumberNamePhoneAndMail) {
  customer({loose}, {{"phone", "030-1234567"}, {"mail", "info@example.nl"}});
  const auto target = derive("customer", "10001");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"number", "10001"},
                                    {"name", "De Vries Installatie"},
                                    {"phone", "030-1234567"},
                                    {"mail", "info@example.nl"}}));
  EXPECT_THAT(target->needs, IsEmpty());
}

TEST_F(CrafterCustomers, CustomerWithoutNameIsCalledByItsNumberAndUnmappedFieldsStayAway) {
  inErp("customer", "10001", {{"name", " "}});
  EXPECT_EQ(sent("customer", "10001", "name"), "10001");
  EXPECT_EQ(sent("customer", "10001", "phone"), "(absent)");
  EXPECT_EQ(sent("customer", "unknown", "name"), "(nothing)");
}

TEST_F(CrafterCustomers, PostalAddressIsTheMainOneAndADifferentLooseOneAPlaceToWorkAt) {
  customer({loose, postal});
  EXPECT_EQ(place("postal"), "Postbus|99||1200 AA|Utrecht|true");
  EXPECT_EQ(place("loose"), "Kade|12||1234 AB|Utrecht|false");
  EXPECT_THAT(derive("location", "loose:10001")->needs, ElementsAre(Reference{"customer", "10001"}));
  EXPECT_EQ(sent("location", "loose:10001", "customer"), "10001");
}

TEST_F(CrafterCustomers, AddressesFollowWhatIsFilledIn) {
  struct Case {
    const char* what;
    std::vector<Fields> parts;
    std::string postal;
    std::string loose;
  };
  const Case cases[] = {
      {"loose only", {loose}, "(nothing)", "Kade|12||1234 AB|Utrecht|true"},
      {"postal only", {postal}, "Postbus|99||1200 AA|Utrecht|true", "(nothing)"},
      {"postal blank",
       {loose, {{"postal_street", " "}, {"postal_zip", ""}, {"postal_city", ""}}},
       "(nothing)",
       "Kade|12||1234 AB|Utrecht|true"},
      {"postal has a city only", {loose, {{"postal_city", "Zeist"}}}, "Zeist|true", "Kade|12||1234 AB|Utrecht|false"},
      {"identical",
       {loose, {{"postal_street", "Kade 12"}, {"postal_zip", "1234 AB"}, {"postal_city", "Utrecht"}}},
       "(nothing)",
       "Kade|12||1234 AB|Utrecht|true"},
      {"alike",
       {loose, {{"postal_street", "KADE  12"}, {"postal_zip", "1234ab"}, {"postal_city", "utrecht"}}},
       "(nothing)",
       "Kade|12||1234 AB|Utrecht|true"},
      {"none", {}, "(nothing)", "(nothing)"},
  };
  for (const auto& each : cases) {
    customer(each.parts);
    EXPECT_EQ(place("postal"), each.postal) << each.what;
    EXPECT_EQ(place("loose"), each.loose) << each.what;
  }
}

TEST_F(CrafterCustomers, AddressRulesAreSettings) {
  customer({loose, {{"postal_street", "KADE 12"}, {"postal_zip", "1234AB"}, {"postal_city", "Utrecht"}}});
  settings = {{"same_address", "exact"}};
  EXPECT_EQ(place("postal"), "KADE|12||1234AB|Utrecht|true");
  customer({loose, postal});
  settings = {{"main_address", "loose"}};
  EXPECT_EQ(place("postal"), "Postbus|99||1200 AA|Utrecht|false");
  EXPECT_EQ(place("loose"), "Kade|12||1234 AB|Utrecht|true");
  settings = {{"split_street", "no"}};
  EXPECT_EQ(place("loose"), "Kade 12|||1234 AB|Utrecht|false");
  settings = {{"location_name", "{number} {name}, {city}"}};
  EXPECT_EQ(sent("location", "loose:10001", "name"), "10001 De Vries Installatie, Utrecht");
}

TEST_F(CrafterCustomers, HouseNumberIsTakenOutOnlyWhereItIsSure) {
  struct Case {
    const char* line;
    StreetLine parts;
  };
  const Case cases[] = {
      {"Kade 12", {"Kade", "12", ""}},
      {"  Kade   12 ", {"Kade", "12", ""}},
      {"Kade 12a", {"Kade", "12", "a"}},
      {"Kade 12 A", {"Kade", "12", "A"}},
      {"Kade 12 bis", {"Kade", "12", "bis"}},
      {"Kade 12-14", {"Kade", "12", "14"}},
      {"Kade 12 - 14", {"Kade", "12", "14"}},
      {"Kade 12 3hoog", {"Kade", "12", "3hoog"}},
      {"Kade 12-2 hoog A", {"Kade", "12", "2 hoog A"}},
      {"Kade, 12", {"Kade", "12", ""}},
      {"1e Kade 12-b", {"1e Kade", "12", "b"}},
      {"2e Jan Steenstraat 5 hs", {"2e Jan Steenstraat", "5", "hs"}},
      {"Postbus 99", {"Postbus", "99", ""}},
      {"Plein 1940-1945 3", {"Plein 1940-1945", "3", ""}},
      {"Plein 1813 12a", {"Plein 1813", "12", "a"}},
      {"Burg. de Vlugtlaan 125", {"Burg. de Vlugtlaan", "125", ""}},
      {"'t Zand 5", {"'t Zand", "5", ""}},
      {"Curaçaoweg 7", {"Curaçaoweg", "7", ""}},
      // Not sure: all stays in the street.
      {"Kade", {"Kade", "", ""}},
      {"", {"", "", ""}},
      {"12", {"12", "", ""}},
      {"12 Rue Neuve", {"12 Rue Neuve", "", ""}},
      {"Kade 12 3", {"Kade 12 3", "", ""}},
      {"Plein 1940-1945", {"Plein 1940-1945", "", ""}},
      {"Kade 123456", {"Kade 123456", "", ""}},
      {"Kade 12 t/o de molen", {"Kade 12 t/o de molen", "", ""}},
      {"Weg naar 3 Eiken", {"Weg naar 3 Eiken", "", ""}},
      {"Kade 12 (achterom)", {"Kade 12 (achterom)", "", ""}},
  };
  for (const auto& each : cases) {
    const auto parts = splitStreet(each.line);
    EXPECT_EQ(parts, each.parts) << each.line << " -> " << parts.street << '|' << parts.number << '|' << parts.addition;
    EXPECT_EQ(splitStreet(joinStreet(parts)), parts) << each.line;
  }
}

TEST_F(CrafterCustomers, BlockedCustomersAreCarriedUnlessSetOtherwise) {
  customer({loose}, {{"blocked", "true"}});
  inErp("contact", "000012", {{"last_name", "Bos"}}, "10001");
  EXPECT_EQ(sent("customer", "10001", "number"), "10001");
  settings = {{"blocked_customers", "skip"}};
  EXPECT_FALSE(derive("customer", "10001"));
  EXPECT_FALSE(derive("location", "loose:10001"));
  EXPECT_FALSE(derive("contact", "000012"));
  customer({loose}, {{"blocked", "false"}});
  EXPECT_TRUE(derive("customer", "10001"));
  EXPECT_TRUE(derive("contact", "000012"));
}

TEST_F(CrafterCustomers, ContactsAreSentWhenThereAreAny) {
  customer({loose});
  EXPECT_FALSE(derive("contact", "000012")) << "no contact module: no targets and no error";
  inErp("contact", "000012",
        {{"salutation", "Mevr."},
         {"first_name", "Anna"},
         {"last_name", "Bos"},
         {"mail", "anna@example.nl"},
         {"phone", "030-1"},
         {"mobile", "06-1"}},
        "10001");
  const auto target = derive("contact", "000012");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"customer", "10001"},
                                    {"salutation", "Mevr."},
                                    {"first_name", "Anna"},
                                    {"last_name", "Bos"},
                                    {"mail", "anna@example.nl"},
                                    {"phone", "030-1"},
                                    {"mobile", "06-1"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"customer", "10001"}));
  settings = {{"contacts", "off"}};
  EXPECT_FALSE(derive("contact", "000012"));
}

TEST_F(CrafterCustomers, ContactOfAnUnknownCustomerWaitsForIt) {
  inErp("contact", "000012", {{"last_name", "Bos"}}, "10001");
  EXPECT_FALSE(derive("contact", "000012"));
}

TEST_F(CrafterCustomers, CustomerTouchesItsAddressesAndContacts) {
  inErp("contact", "000012", {}, "10001");
  inErp("contact", "000013", {}, "10002");
  EXPECT_THAT(touched(record("customer", "10001", {})),
              UnorderedElementsAre(Reference{"customer", "10001"}, Reference{"location", "postal:10001"},
                                   Reference{"location", "loose:10001"}, Reference{"contact", "000012"}));
  EXPECT_THAT(touched(record("contact", "000012", {}, "10001")), ElementsAre(Reference{"contact", "000012"}));
}

TEST_F(CrafterCustomers, CustomerMadeInTheAppGoesWithItsMainAddress) {
  inApp("customer", "c-10", {{"number", "k12"}, {"name", "Bakker"}, {"phone", "030-2"}, {"mail", "b@example.nl"}});
  inApp("location", "l-1", {{"street", "Bijweg"}, {"main", "false"}}, "c-10");
  inApp("location", "l-2",
        {{"street", "Kade"},
         {"house_number", "12"},
         {"addition", "b"},
         {"zip", "1234 AB"},
         {"city", "Utrecht"},
         {"main", "true"}},
        "c-10");
  const auto target = deriveBack("customer", "c-10");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"number", "K12"},
                                    {"name", "Bakker"},
                                    {"phone", "030-2"},
                                    {"mail", "b@example.nl"},
                                    {"street", "Kade 12 b"},
                                    {"zip", "1234 AB"},
                                    {"city", "Utrecht"}}));
  settings = {{"customer_numbers", "accountview"}};
  EXPECT_EQ(sentBack("customer", "c-10", "number"), "");
  app.remove("location", "l-2");
  EXPECT_EQ(sentBack("customer", "c-10", "street"), "Bijweg");
  app.remove("location", "l-1");
  EXPECT_EQ(sentBack("customer", "c-10", "street"), "(absent)");
  EXPECT_THAT(touchedBack(record("location", "l-1", {}, "c-10")), ElementsAre(Reference{"customer", "c-10"}));
  EXPECT_THAT(touchedBack(record("customer", "c-10", {})), ElementsAre(Reference{"customer", "c-10"}));
  EXPECT_THAT(touchedBack(record("contact", "p-1", {}, "c-10")), IsEmpty()) << "contacts are only read";
}

}  // namespace
}  // namespace postern::accountview_crafter
