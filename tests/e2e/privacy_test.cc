// No secret and no personal field value in anything logged (design.md section 8, 6).

#include <csignal>
#include <set>

#include "tests/e2e/support/site.h"

namespace postern::e2e {
namespace {

using namespace std::chrono_literals;

struct PrivacyTest : Site {
  /// Every value of the joinery that tells who somebody is, long enough to be meant.
  std::set<std::string> personalValues() const {
    std::set<std::string> values;
    const auto add = [&](const char* table, std::initializer_list<const char*> fields) {
      for (const auto& row : erp_->rows(table)) {
        for (const char* field : fields) {
          if (row[field].is_string() && row[field].get<std::string>().size() > 3) values.insert(row[field]);
        }
      }
    };
    add("Kunden", {"Name1", "Name2", "Strasse", "Telefon", "email"});
    add("Ansprechpartner", {"Name", "VorName", "Strasse", "Telefon", "MobilTel", "email"});
    add("Auftrag", {"Bauvorhaben", "Bezeichnung"});
    return values;
  }
  void expectClean(const std::string& text) const {
    for (const auto& value : personalValues()) EXPECT_EQ(text.find(value), std::string::npos) << value;
    for (const std::string secret : {kPassword, sim::ProfactoOptions::kCustomers, sim::ProfactoOptions::kProjects,
                                     sim::ProfactoOptions::kArticles, "eyJ", "Bearer"}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << secret;
    }
  }
};

TEST_F(PrivacyTest, DebugLogOfTheServiceHoldsNoPersonalValueAndNoSecret) {
  build();
  set("agent", "log_level", "debug");
  set("link.main", "interval", "10s");
  writeIni();
  // One refusal that quotes the record, one outage, one odd answer: errors are where values leak.
  const auto refused = erp_->keys("Kunden").front();
  const auto name = erp_->row("Kunden", refused)["Name1"].get<std::string>();
  app_->refuse(
      [name](const App::Write& write) { return write.path == "/customers" && write.body.value("name", "") == name; });
  app_->addFault({.kind = sim::Fault::Kind::Status, .status = 500, .methodContains = "POST", .skip = 5, .times = 1});
  app_->addFault({.kind = sim::Fault::Kind::HalfBody, .methodContains = "POST", .skip = 9, .times = 1});
  erp_->addOdd(sim::ProfactoSimulator::Odd::TruncatedJson, 1, "Auftrag");
  Program service(startOf({"run"}));

  ASSERT_TRUE(eventually(40s, [&] { return app_->count("assignments") >= 3; })) << service.err();
  service.signal(SIGTERM);
  ASSERT_TRUE(service.waitFor(10s));

  EXPECT_NE(service.err(), "");
  expectClean(service.err());
  expectClean(service.out());
}

TEST_F(PrivacyTest, OutputOfSyncStatusAndCheckHoldsNoPersonalValueAndNoSecret) {
  build();
  set("agent", "log_level", "debug");
  writeIni();
  app_->refuse([](const App::Write& write) { return write.path == "/projects"; });
  const auto ended = sync();
  EXPECT_EQ(ended.code, 1) << ended.all();
  expectClean(ended.all());
  expectClean(run({"status"}).all());
  expectClean(run({"queue", "list"}).all());
  expectClean(run({"check"}).all());
}

}  // namespace
}  // namespace postern::e2e
