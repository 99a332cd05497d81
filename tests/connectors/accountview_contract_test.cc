// AccountView passes the contracts of every Sink and every Source.

#include <nlohmann/json.hpp>

#include "tests/connectors/accountview_bench.h"
#include "tests/contract/sink_contract.h"
#include "tests/contract/source_contract.h"

namespace postern::accountview {
namespace {

class AccountViewSinkBench : public SinkBench {
 public:
  sim::Simulator& simulator() override { return bench_.simulator; }
  std::unique_ptr<System> connect(bool goodPassword) override {
    return bench_.connect({{"client_secret", goodPassword ? "geheim-van-de-app" : "verkeerd-99"}});
  }
  Change create(const std::string& key) const override {
    return ids_.change(
        "customer", key,
        {{"name", "De Vries Installatie"}, {"phone", "030-1234567"}, {"zip", "1234 AB"}, {"number", ""}});
  }
  Change refused(const std::string& key) const override {
    return ids_.change("customer", key, {{"name", ""}, {"street", personal()}});
  }
  std::string personal() const override { return "Mevrouw Voorbeeldstraat 5"; }
  std::pair<std::string, std::string> edit() const override { return {"name", "De Vries & Zn. €"}; }
  std::int64_t held() const override { return bench_.simulator.count("CONTACT"); }
  void addForeign(const std::string& key) override {
    bench_.simulator.insert(
        "CONTACT",
        {{"SUB_NR", "F" + std::to_string(++foreign_)}, {"ACCT_NAME", "x"}, {"SRC_CODE", "X"}, {"A8_REF", key}});
  }
  bool looksFirst() const override { return true; }
  void expireLogin() override { bench_.simulator.expireAccessTokens(); }
  std::int64_t logins() const override { return bench_.tokens().renewals; }
  std::vector<std::string> secrets() const override {
    return {"geheim-van-de-app", "verkeerd-99", "at-1", "at-2", "rt-1", "rt-2"};
  }

 private:
  mutable Bench bench_;
  Ids ids_;
  int foreign_ = 0;
};

INSTANTIATE_TEST_SUITE_P(AccountView, SinkContract,
                         testing::Values(SinkCase{"accountview",
                                                  [] { return std::make_unique<AccountViewSinkBench>(); }}),
                         sinkCaseName);

/// AccountView tells no totals. What is left to notice of a cut answer is that the table asked for is not in it.
class CuttingSimulator : public sim::AccountViewSimulator {
 public:
  using AccountViewSimulator::AccountViewSimulator;
  ~CuttingSimulator() override { stop(); }
  std::atomic<bool> cutNext = false;

 protected:
  sim::Response handle(const sim::Request& request) override {
    sim::Response response = AccountViewSimulator::handle(request);
    if (request.path.ends_with("accountviewdata") && cutNext.exchange(false)) response.body = R"({"USR_LINK":[]})";
    return response;
  }
};

const char* tableOf(std::string_view kind) {
  if (kind == "project_type") return "PJ_TYPE";
  if (kind == "employee") return "EMPLOYEE";
  if (kind == "article") return "ARTICLE";
  if (kind == "customer") return "CONTACT";
  if (kind == "contact") return "CONT_PP";
  return kind == "project" ? "PROJECTS" : "SO_HDR";
}

class AccountViewSourceSubject : public SourceSubject {
 public:
  AccountViewSourceSubject(std::string paging, const sim::AccountViewOptions& odd)
      : paging_(std::move(paging)), simulator_(odd) {
    simulator_.setNow(FakeClock{}.now());
    simulator_.start({});
    tokens_ = std::make_unique<TokenStore>(simulator_.grant()["refresh_token"].get<std::string>());
    for (int i = 1; i <= 5; ++i) {
      const std::string n = std::to_string(i);
      simulator_.insert("PJ_TYPE", {{"TYPE_CODE", "T" + n}, {"TYPE_DESC", "Onderhoud " + n}});
      simulator_.insert("EMPLOYEE", {{"EMP_NR", "E" + n}, {"EMP_NAME", "Jansen"}});
      simulator_.insert("ARTICLE", {{"ART_CODE", "KLEP" + n}, {"ART_DESC1", "Klep " + n}});
      simulator_.insert("CONTACT", {{"SUB_NR", "1000" + n}, {"ACCT_NAME", "De Vries"}, {"SRC_CODE", "X"}});
      simulator_.insert("CONT_PP", {{"PP_CODE", "PP" + n}, {"SUB_NR", "10001"}, {"LAST_NAME", "Bakker"}});
      simulator_.insert("PROJECTS", {{"PROJ_CODE", "P" + n},
                                     {"PROJ_DESC", "Ketel"},
                                     {"SUB_NR", "10001"},
                                     {"BEG_DATE", i == 2 ? "" : "2025-05-09"},
                                     {"PRO_STAT", "O"}});
      simulator_.insert("SO_HDR", {{"ORD_NR", "202500" + n}, {"RPL_DEL", "10001"}, {"DEL_DATE", "2025-06-0" + n}});
    }
  }
  const ConnectorInfo& connector() const override { return kConnector; }
  sim::Simulator& simulator() override { return simulator_; }
  Values options() const override { return settings("geheim-van-de-app"); }
  Values fields() const override { return allNames(); }
  decltype(SystemContext::renewSecret) renewSecret() override { return tokens_->renewal(); }
  Values badCredentials() const override { return settings("verkeerd-99"); }
  std::set<std::string> keys(std::string_view kind) const override {
    static const std::map<std::string, std::string, std::less<>> kKeys{
        {"PJ_TYPE", "TYPE_CODE"}, {"EMPLOYEE", "EMP_NR"},    {"ARTICLE", "ART_CODE"}, {"CONTACT", "SUB_NR"},
        {"CONT_PP", "PP_CODE"},   {"PROJECTS", "PROJ_CODE"}, {"SO_HDR", "ORD_NR"}};
    std::set<std::string> out;
    for (const auto& row : simulator_.records(tableOf(kind)))
      out.insert(row[kKeys.find(tableOf(kind))->second].get<std::string>());
    return out;
  }
  std::string changeOne(std::string_view kind) override {
    static const std::map<std::string, std::pair<std::string, std::string>, std::less<>> kEdits{
        {"PJ_TYPE", {"T3", "TYPE_DESC"}},    {"EMPLOYEE", {"E3", "EMP_NAME"}},  {"ARTICLE", {"KLEP3", "ART_DESC1"}},
        {"CONTACT", {"10003", "ACCT_NAME"}}, {"CONT_PP", {"PP3", "LAST_NAME"}}, {"PROJECTS", {"P3", "PROJ_DESC"}},
        {"SO_HDR", {"2025003", "COMMENT1"}}};
    const auto& [key, field] = kEdits.find(tableOf(kind))->second;
    simulator_.edit(tableOf(kind), key, {{field, "Gewijzigd"}});
    return key;
  }
  void cutNextAnswer(std::string_view) override { simulator_.cutNext = true; }

 private:
  Values settings(const std::string& secret) const {
    return {{"url", simulator_.url() + "/api/v3"},
            {"client_id", "postern-test"},
            {"client_secret", secret},
            {"refresh_token", "stored-elsewhere"},
            {"company", "1001"},
            {"page_size", "2"},
            {"paging", paging_},
            {"open_status", "O"}};
  }
  std::string paging_;
  CuttingSimulator simulator_;
  std::unique_ptr<TokenStore> tokens_;
};

/// A lost answer to a refresh ends a grant whose tokens rotate (tested in accountview_grant_test); the contract asks
/// for faults in every call and a good answer afterwards.
sim::AccountViewOptions lasting() {
  sim::AccountViewOptions options = withReferences();
  options.rotateRefreshToken = false;
  return options;
}

SourceSetup setup(const char* name, const char* paging, const std::function<void(sim::AccountViewOptions&)>& odd) {
  return {name, [paging, odd] {
            auto options = lasting();
            odd(options);
            return std::make_unique<AccountViewSourceSubject>(paging, options);
          }};
}

using Sim = sim::AccountViewOptions;

const auto kSetups =
    testing::Values(setup("plain", "auto", [](Sim&) {}), setup("byKey", "last_key", [](Sim&) {}),
                    setup("onlyPageNumbers", "auto", [](Sim& o) { o.paging = Sim::Paging::PageNumber; }),
                    setup("onlyLastKey", "auto", [](Sim& o) { o.paging = Sim::Paging::LastKey; }),
                    setup("odd", "page_number", [](Sim& o) {
                      o.dates = Sim::Dates::Mixed;
                      o.singleAsObject = true;
                      o.nestedChildren = true;
                      o.emptyIs404 = true;
                      o.expiresIn = Sim::ExpiresIn::Absent;
                      o.maxPageSize = 1;
                    }));
INSTANTIATE_TEST_SUITE_P(AccountView, SourceContract, kSetups, sourceSetupName);
INSTANTIATE_TEST_SUITE_P(AccountView, ServedSourceContract, kSetups, sourceSetupName);

}  // namespace
}  // namespace postern::accountview
