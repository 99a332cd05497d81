// Section 13, tokens and licences.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/profacto/test_client.h"

namespace postern::sim::profacto {
namespace {

using O = ProfactoOptions;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct ProfactoLicence : testing::Test {
  void start(ProfactoOptions options = {}) {
    options.clock = [] { return std::chrono::sys_seconds(std::chrono::seconds(1'750'000'000)); };
    simulator = std::make_unique<ProfactoSimulator>(std::move(options));
    simulator->start({});
  }
  Reply call(const char* token, const Parameters& more = {}) const {
    Parameters parameters = {{"token", token}};
    parameters.insert(parameters.end(), more.begin(), more.end());
    return callPost(*simulator, "api_get", parameters);
  }
  bool served(const char* token) const {
    const Reply reply = call(token);
    return Json::accept(reply.body) && reply.json().value("success", false);
  }
  std::unique_ptr<ProfactoSimulator> simulator;
};

TEST_F(ProfactoLicence, EachTokenTakesAnAccessOnce) {
  start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(served(O::kProjects));
    EXPECT_TRUE(served(O::kCustomers));
  }
  EXPECT_EQ(simulator->slotsInUse(), 2);
}

TEST_F(ProfactoLicence, AccessLastsFifteenMinutesFromTheLastCall) {
  start({.clients = 1});
  EXPECT_TRUE(served(O::kProjects));
  simulator->advanceClock(std::chrono::minutes(14));
  EXPECT_FALSE(served(O::kCustomers));
  EXPECT_TRUE(served(O::kProjects));  // prolongs
  simulator->advanceClock(std::chrono::minutes(14));
  EXPECT_FALSE(served(O::kCustomers));
  simulator->advanceClock(std::chrono::minutes(1));
  EXPECT_EQ(simulator->slotsInUse(), 0);
  EXPECT_TRUE(served(O::kCustomers));
  EXPECT_FALSE(served(O::kProjects));
}

TEST_F(ProfactoLicence, SameTokenFromAnotherMachineIsAnotherAccess) {
  start({.clients = 2, .otherClients = {{O::kProjects, "10.0.0.5"}}});
  EXPECT_TRUE(served(O::kProjects));
  EXPECT_EQ(simulator->slotsInUse(), 2);
  EXPECT_FALSE(served(O::kCustomers));
  simulator->releaseSlots();
  EXPECT_TRUE(served(O::kCustomers));
}

TEST_F(ProfactoLicence, ExceededAsJsonShowsOtherClientsTokens) {
  start({.clients = 2,
         .addOnAccesses = 1,
         .otherClients = {{"AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD", "10.0.0.5"}, {"B", "10.0.0.6"}, {"C", "10.0.0.7"}}});
  const Reply reply = call(O::kProjects);
  EXPECT_EQ(reply.status, 200);
  const Json json = reply.json();
  EXPECT_EQ(json["error"], "licenses_exceeded");
  EXPECT_FALSE(json.contains("success"));
  EXPECT_THAT(json["url"].get<std::string>(), HasSubstr("/4DAction/api_license_redirect?response=HTML"));
  EXPECT_THAT(json["errorMsg"].get<std::string>(), HasSubstr("api_license_redirect"));
  EXPECT_EQ(json["clients"], 2);
  EXPECT_EQ(json["otaAvailable"], 2);
  EXPECT_EQ(json["apiAvailable"], 3);
  EXPECT_EQ(json["AddOnAPICalls"], 1);
  EXPECT_EQ(json["otainUse"], 0);
  EXPECT_EQ(json["apiInUse"], 3);
  EXPECT_EQ(json["otatokenslots"].size(), 0u);
  ASSERT_EQ(json["apitokenslots"].size(), 3u);
  EXPECT_EQ(json["apitokenslots"][0]["iptoken"], "10.0.0.5AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD");
  EXPECT_TRUE(json["apitokenslots"][0]["timestamp"].is_number_integer());
}

TEST_F(ProfactoLicence, ExceededAsRedirectLeadsToTheLicencePage) {
  start({.clients = 0, .licenceAnswer = O::LicenceAnswer::Redirect});
  const Reply json = call(O::kProjects);
  EXPECT_EQ(json.status, 302);
  EXPECT_EQ(json.location, simulator->url() + "/4DAction/api_license_redirect?response=JSON");
  EXPECT_EQ(send("GET", json.location).json()["error"], "licenses_exceeded");
  const Reply page = call(O::kProjects, {{"response", "HTML"}});
  EXPECT_EQ(page.status, 302);
  EXPECT_THAT(send("GET", page.location).contentType, HasSubstr("text/html"));
  EXPECT_EQ(simulator->counts().reads, 2);
}

TEST_F(ProfactoLicence, ExceededAsPage) {
  start({.clients = 0, .licenceAnswer = O::LicenceAnswer::Html});
  const Reply reply = call(O::kProjects, {{"response", "JSON"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.contentType, HasSubstr("text/html"));
  EXPECT_FALSE(Json::accept(reply.body));
}

TEST_F(ProfactoLicence, ExceededCallIsNotApplied) {
  start({.clients = 0});
  callPost(*simulator, "api_put_project", {{"token", O::kProjectsWrite}, {"Bauvorhaben", "x"}, {"response", "JSON"}});
  EXPECT_EQ(simulator->createdProjects(), 0);
}

TEST_F(ProfactoLicence, UnknownTokenIsInvalidAndTakesNoAccess) {
  start();
  for (const char* token : {"", "nope", "a0000000000000000000000000000001"}) {
    const Json json = call(token).json();
    EXPECT_EQ(json["success"], false);
    EXPECT_THAT(json["errorMsg"].get<std::string>(), HasSubstr("token is invalid"));
  }
  EXPECT_EQ(simulator->slotsInUse(), 0);
}

TEST_F(ProfactoLicence, InvalidTokenCanBeAPage) {
  start({.tokenAnswer = O::TokenAnswer::Html});
  const Reply reply = call("nope", {{"response", "JSON"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.contentType, HasSubstr("text/html"));
  EXPECT_THAT(reply.body, HasSubstr("token is invalid"));
}

TEST_F(ProfactoLicence, NewTokenWorksOnlyAfterThePreferencesAreClosed) {
  start();
  simulator->setTokenPending(O::kProjects, true);
  EXPECT_FALSE(served(O::kProjects));
  simulator->setTokenPending(O::kProjects, false);
  EXPECT_TRUE(served(O::kProjects));
}

TEST_F(ProfactoLicence, ApiListAndTokensCanBeAsked) {
  start();
  const Json list = callGet(*simulator, "api_getapilist", {{"token", O::kProjects}}).json();
  EXPECT_EQ(list["success"], true);
  EXPECT_THAT(list["APIList"], Contains("Projekte"));
  EXPECT_THAT(list["APIList"], Contains("ProjekteSchreiben"));
  const Json tokens = callGet(*simulator, "api_getmytokens", {{"token", O::kProjects}}).json();
  EXPECT_THAT(tokens["tokens"], Contains(Json({{"API", "Kunden"}, {"Token", O::kCustomers}})));
  const Json others = callGet(*simulator, "api_get_personaltokens",
                              {{"token", O::kProjects}, {"personalnr", "P999"}, {"response", "JSON"}})
                          .json();
  EXPECT_EQ(others["tokens"].size(), 0u);
}

}  // namespace
}  // namespace postern::sim::profacto
