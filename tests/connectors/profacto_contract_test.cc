// The source contract suite for profacto, against its simulator.

#include <nlohmann/json.hpp>

#include "tests/contract/source_contract.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::profacto {

extern const ConnectorInfo kConnector;

namespace {

using Sim = sim::ProfactoSimulator;
using Options = sim::ProfactoOptions;
using Json = Sim::Json;

/// A small joinery; `mapChanges`: the field map knows the change dates.
class ProfactoSubject : public SourceSubject {
 public:
  explicit ProfactoSubject(bool mapChanges) : mapChanges_(mapChanges) {
    Options options;
    options.clock = [] { return FakeClock{}.now(); };
    simulator_ = std::make_unique<Sim>(options);
    fill();
    simulator_->start({});
  }

  const ConnectorInfo& connector() const override { return kConnector; }
  sim::Simulator& simulator() override { return *simulator_; }
  Values options() const override {
    return {{"url", url()},
            {"token.customers", Options::kCustomers},
            {"token.projects", Options::kProjects},
            {"token.articles", Options::kArticles},
            {"confirmed_status", "3 4"},
            {"page_size", "4"}};
  }
  Values badCredentials() const override {
    return {{"url", url()}, {"token", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}, {"confirmed_status", "3 4"}};
  }
  Values fields() const override {
    Values out{{"project.process_status", "Prozessstatus"},
               {"project.delivery_date", "Lieferdatum"},
               {"project.delivery_info", "Lieferinfo"},
               {"position.process_status", "Prozessstatus"},
               {"position.unit", "Einheit"},
               {"contact.main", "Hauptansprechpartner"},
               {"article.text", "Bezeichnung"}};
    if (mapChanges_)
      for (const char* kind : {"customer", "contact", "article", "project", "position"})
        out[std::string(kind) + ".changed"] = "AenderungsDatum";
    return out;
  }
  std::set<std::string> keys(std::string_view kind) const override { return keys_.at(std::string(kind)); }
  std::string changeOne(std::string_view kind) override {
    const std::string field = kind == "position" ? "Bezeichnung" : kind == "project" ? "Lieferinfo" : "";
    if (kind == "customer") simulator_->setField("Kunden", "C3", "Ort", "Bad Tölz");
    if (kind == "contact") simulator_->setField("Ansprechpartner", "1|C2|Meier|Anna", "Telefon", "0171");
    if (kind == "article") simulator_->setField("Artikel", "A3", "Breite", 600.5);
    if (kind == "project") simulator_->setField("Auftrag", "06127", field, "Hof\rTor 2");
    if (kind == "position") simulator_->setField("Auftragspositio", "06127|2", field, "Korpus\rweiß");
    static const std::map<std::string, std::string, std::less<>> changed{
        {"customer", "C3"}, {"article", "A3"}, {"project", "06127"}, {"position", "06127/2"}};
    return kind == "contact" ? contactKey("C2") : changed.find(kind)->second;
  }
  void cutNextAnswer(std::string_view kind) override {
    static const std::map<std::string, std::string, std::less<>> tables{{"customer", "Kunden"},
                                                                        {"contact", "Ansprechpartner"},
                                                                        {"article", "Artikel"},
                                                                        {"project", "Auftrag"},
                                                                        {"position", "Auftragspositio"}};
    simulator_->addOdd(Sim::Odd::TooFewRows, 1, tables.find(kind)->second);
  }

 private:
  std::string url() const { return simulator_->url(); }

  static std::string contactKey(const std::string& customer) {
    // What recordKey makes of customer, Meier, Anna; the hash itself is checked in profacto_mapping_test.
    static const std::map<std::string, std::string> hashes{{"C1", "0d7e16f78d90154e"},
                                                           {"C2", "b9890d4ce832e0ff"},
                                                           {"C4", "207a4e87fec94e5a"},
                                                           {"C5", "cdecd3f130d5a951"},
                                                           {"C6", "7c16a930d8ff3070"}};
    return customer + '/' + hashes.at(customer);
  }

  void fill() {
    for (int i = 1; i <= 11; ++i) {
      const std::string number = "C" + std::to_string(i);
      simulator_->insert("Kunden", {{"KundenNr", number}, {"Name1", "Schreinerei Groß " + number}, {"PLZ", "01067"}});
      keys_["customer"].insert(number);
      const std::string article = "A" + std::to_string(i);
      simulator_->insert("Artikel", {{"ArtikelTypenNr", article}, {"Artikelgruppe", "Platten"}, {"Breite", 2800}});
      keys_["article"].insert(article);
    }
    for (const char* customer : {"C1", "C2", "C4", "C5", "C6"}) {
      simulator_->insert("Ansprechpartner", {{"Typ", 1}, {"TypNr", customer}, {"Name", "Meier"}, {"VorName", "Anna"}});
      keys_["contact"].insert(contactKey(customer));
    }
    simulator_->insert("Ansprechpartner", {{"Typ", 0}, {"TypNr", "L1"}, {"Name", "Lieferant"}, {"VorName", "X"}});
    int status = 0;
    for (const char* number : {"06127", "S019", "PK-0003", "05104B", "_7", "25017", "25018", "1@", "A", "B", "C"}) {
      // Nine are confirmed; the others lie between them.
      const int state = ++status % 5 == 0 ? 1 : 3 + status % 2;
      simulator_->insert("Auftrag", {{"AuftragsNr", number},
                                     {"Bauvorhaben", "Praxis Nord"},
                                     {"Status", state},
                                     {"KundenNr", "C1"},
                                     {"Prozessstatus", 40},
                                     {"Lieferdatum", "2025-06-02"}});
      if (state >= 3) keys_["project"].insert(number);
      const int positions = std::string_view(number) == "06127" ? 9 : status % 3;
      for (int p = 1; p <= positions; ++p) {
        simulator_->insert("Auftragspositio", {{"AuftragsNr", number},
                                               {"PositionsNr", p},
                                               {"ArtikelTypenNr", "A1"},
                                               {"Anzahl", 2.5},
                                               {"Bezeichnung", "Tür\r\rlinks"}});
        if (state >= 3) keys_["position"].insert(std::string(number) + '/' + std::to_string(p));
      }
    }
  }

  bool mapChanges_;
  std::unique_ptr<Sim> simulator_;
  std::map<std::string, std::set<std::string>> keys_;
};

const auto kSetups =
    testing::Values(SourceSetup{"ChangeDates", [] { return std::make_unique<ProfactoSubject>(true); }},
                    SourceSetup{"FullCompare", [] { return std::make_unique<ProfactoSubject>(false); }});
INSTANTIATE_TEST_SUITE_P(Profacto, SourceContract, kSetups, sourceSetupName);
INSTANTIATE_TEST_SUITE_P(Profacto, ServedSourceContract, kSetups, sourceSetupName);

}  // namespace
}  // namespace postern::profacto
