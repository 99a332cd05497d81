// `postern check` against profacto.

#include "connectors/profacto/check.h"

#include "tests/connectors/profacto_api_fixture.h"

namespace postern::profacto {
namespace {

using testing::ElementsAre;

// ---- Check ----------------------------------------------------------------------------------------------------------

TEST(ProfactoCheckTest, PlainHttpIsFineInTheLocalNetworkOnly) {
  for (const char* url :
       {"http://erp:8080", "http://localhost:1", "http://127.0.0.1", "http://10.1.2.3:8080", "http://192.168.0.9",
        "http://erp.local", "http://erp.fritz.box", "https://erp.example.com", "http://[::1]:8080"})
    EXPECT_FALSE(isPlainAndPublic(url)) << url;
  for (const char* url : {"http://erp.example.com", "http://93.184.216.34:8080"})
    EXPECT_TRUE(isPlainAndPublic(url)) << url;
}

TEST_F(ProfactoApiTest, CheckUsesEachTokenOnceAndKeepsItsCallsTogether) {
  http.otherwise([](const HttpRequest& call) -> Result<HttpResponse> {
    const auto parameters = parametersOf(call);
    if (!parameters.contains("table"))
      return HttpResponse{200, {}, R"({"error":"","success":true,"APIList":["Projekte"]})"};
    return HttpResponse{200, {}, tableAnswer(parameters.at("table"), "", "")};
  });
  open({{"token.projects", "P"}});
  const auto findings = system->check({});
  std::vector<std::string> calls;
  for (const HttpRequest& call : http.requests()) {
    auto parameters = parametersOf(call);
    calls.push_back(parameters["token"] + ' ' + parameters["table"]);
  }
  const std::string token = kToken;
  EXPECT_THAT(calls, ElementsAre(token + ' ', token + " Artikel", token + " Kunden", token + " Ansprechpartner", "P ",
                                 "P Auftrag", "P Auftragspositio"));
  for (const Finding& finding : findings) EXPECT_NE(finding.level, Finding::Level::Bad) << finding.what;
}

TEST_F(ProfactoApiTest, CheckNamesEachFieldTheServerRefuses) {
  http.otherwise([](const HttpRequest& call) -> Result<HttpResponse> {
    const auto parameters = parametersOf(call);
    if (!parameters.contains("table")) return HttpResponse{200, {}, R"({"error":"","success":true,"APIList":[]})"};
    if (parameters.at("table") == "Auftrag")
      return HttpResponse{200, {}, R"({"success":false,"error":"x","structure_access_info":["Auftrag.Prozess"]})"};
    if (parameters.at("table") == "Kunden")
      return HttpResponse{200, {}, R"({"success":true,"Kunden":[{"KundenNr":"1","Name1":"A"}]})"};
    return HttpResponse{200, {}, tableAnswer(parameters.at("table"), "", "")};
  });
  open({}, {{"project.process_status", "Prozess"}, {"project.changed", "C"}});
  std::map<std::string, Finding::Level> found;
  for (const Finding& finding : system->check({})) found[finding.what] = finding.level;
  EXPECT_EQ(found.at("field project.process_status"), Finding::Level::Bad);
  EXPECT_EQ(found.at("field customer.city"), Finding::Level::Warning) << "asked for, but not in the row";
  EXPECT_EQ(found.at("table Artikel"), Finding::Level::Good);
  EXPECT_EQ(found.at("change dates"), Finding::Level::Warning);
  EXPECT_FALSE(found.contains("table Auftrag"));
}

}  // namespace
}  // namespace postern::profacto
