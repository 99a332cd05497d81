#pragma once
// A profacto with one project that is easily damaged, and a sink in front of it whose calls a test can watch and bend.

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/contract/source_contract.h"
#include "tests/sim/profacto/profacto_simulator.h"

namespace postern::profacto {

extern const ConnectorInfo kConnector;

inline constexpr const char* kPut = "api_put_project";
inline constexpr const char* kRead = "api_get";

/// Passes calls on; lets a test act before one or change an answer.
class WatchedHttp final : public HttpClient {
 public:
  explicit WatchedHttp(HttpClient& inner) : inner_(inner) {}
  std::function<void(const HttpRequest&)> before;
  std::function<void(const HttpRequest&, HttpResponse&)> after;

  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override {
    if (before) before(request);
    auto response = inner_.send(request, std::move(stop));
    if (after && response) after(request, *response);
    return response;
  }

 private:
  HttpClient& inner_;
};

class ProfactoSinkTest : public testing::Test {
 protected:
  using Options = sim::ProfactoOptions;
  using Simulator = sim::ProfactoSimulator;
  using Json = Simulator::Json;
  using Values = std::map<std::string, std::string>;

  static constexpr const char* kNumber = "05104B";
  static constexpr const char* kTitle = "Praxis Nörd\r\r2. OG";
  static constexpr const char* kCommission = "Müller & Söhne = \"Küche\"\r50 % + ß€";

  void start(Options options = {}) {
    options.clock = [] { return FakeClock{}.now(); };
    system_.reset();
    erp = std::make_unique<Simulator>(std::move(options));
    erp->start({});
    erp->insert("Kunden", {{"KundenNr", "_0573"}, {"Zahlungsbedingung", "sofort"}});
    insertProject(kNumber);
    untouched_ = project();
    open();
  }
  void insertProject(const std::string& number) {
    erp->insert("Auftrag", {{"AuftragsNr", number},
                            {"Bauvorhaben", kTitle},
                            {"Bezeichnung", kCommission},
                            {"KundenNr", "_0573"},
                            {"Status", 3},
                            {"Prozessstatus", 60},
                            {"Lieferdatum", "2025-05-09"},
                            {"Lieferinfo", "Hof\rTor 2"},
                            {"Zahlungsbedingung", "60 Tage"},
                            {"Vortext", "von Hand"},
                            {"Schlusstext", "Gruß"}});
  }
  /// A system anew. In `more` an empty value means "not written"; in `names` it switches a field off.
  void open(Values more = {}, const Values& names = {}) {
    more.try_emplace("url", erp->url());
    more.try_emplace("token.customers", Options::kCustomers);
    more.try_emplace("token.projects", Options::kProjects);
    more.try_emplace("token.articles", Options::kArticles);
    more.try_emplace("token.projects_write", Options::kProjectsWrite);
    more.try_emplace("confirmed_status", "3 4");
    std::erase_if(more, [](const auto& entry) { return entry.second.empty(); });
    Values map{{"project.process_status", "Prozessstatus"}, {"project.delivery_date", "Lieferdatum"}};
    for (const auto& [key, name] : names) map[key] = name;
    options_ = makeSection("erp", kConnector.options, more);
    fields_ = makeFieldMap(kConnector, map);
    HttpOptions limits;
    limits.connectLimit = std::chrono::seconds(2);
    limits.answerLimit = std::chrono::seconds(5);
    system_.reset();
    http_ = makeHttpClient(limits);
    http = std::make_unique<WatchedHttp>(*http_);
    system_ = kConnector.make(SystemContext{"erp", options_, fields_, "Europe/Berlin", *http, clock_});
  }
  Sink& sink() { return *system_->sink(); }
  System& system() { return *system_; }

  static Change change(Fields fields, Fields base = {}, const std::string& number = kNumber) {
    Change out{"project", number, number, std::move(fields), {}};
    out.base = std::move(base);
    return out;
  }
  Result<Settled> push(Fields fields, Fields base = {}, const std::string& number = kNumber) {
    return sink().push(change(std::move(fields), std::move(base), number), {});
  }
  /// Pushes and expects success.
  Fields pushed(Fields fields, Fields base = {}) {
    const auto settled = push(std::move(fields), std::move(base));
    EXPECT_TRUE(settled) << settled.error().code() << ' ' << settled.error().cause(Language::En);
    if (!settled) return {};
    EXPECT_EQ(settled->id, kNumber);
    return settled->answered;
  }
  /// Pushes and expects this failure, told without secrets.
  Error failingChange(Fault fault, const std::string& code, const Change& one) {
    static constexpr Message kNone{"PST-0000", {"no error", "", ""}, {"", "", ""}};
    const auto settled = sink().push(one, {});
    EXPECT_FALSE(settled);
    if (settled) return {Fault::Stop, &kNone, {}, {}, {}};
    EXPECT_EQ(settled.error().fault, fault) << settled.error().code();
    EXPECT_EQ(settled.error().code(), code);
    expectDiscreet(settled.error());
    return settled.error();
  }
  Error failing(Fault fault, const std::string& code, Fields fields) {
    return failingChange(fault, code, change(std::move(fields)));
  }
  static void expectDiscreet(const Error& error) {
    for (const Language language : {Language::En, Language::De, Language::Nl}) {
      const std::string shown = error.cause(language) + ' ' + error.remedy(language);
      EXPECT_THAT(shown, testing::Not(testing::HasSubstr("{"))) << "an argument is missing";
      EXPECT_THAT(shown, testing::Not(testing::HasSubstr("Müller"))) << "a personal value";
      for (const char* token : {Options::kProjects, Options::kProjectsWrite, "BBBBBBBB"})
        EXPECT_THAT(shown + error.detail, testing::Not(testing::HasSubstr(token)));
    }
  }

  Json project(const std::string& number = kNumber) const { return erp->row("Auftrag", number); }
  std::int64_t writes() const { return erp->counts().writes; }
  /// The project as it was at the start, but for these fields; and no project, text or payment term came to harm.
  void expectOnlyChanged(const Json& fields) const {
    Json expected = untouched_;
    for (const auto& [name, value] : fields.items()) expected[name] = value;
    Json present = project();
    expected.erase("AenderungsDatum");
    present.erase("AenderungsDatum");
    EXPECT_EQ(present, expected);
    EXPECT_EQ(erp->createdProjects(), 0);
    EXPECT_EQ(erp->overwrittenTexts(), 0);
    EXPECT_EQ(erp->overwrittenPaymentTerms(), 0);
  }
  void expectUntouched() const { expectOnlyChanged(Json::object()); }
  void expectUntouchedAndUnwritten() const {
    expectUntouched();
    EXPECT_EQ(writes(), 0);
  }

  std::unique_ptr<Simulator> erp;
  std::unique_ptr<WatchedHttp> http;

 private:
  Json untouched_;
  Section options_;
  Section fields_;
  FakeClock clock_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<System> system_;
};

}  // namespace postern::profacto
