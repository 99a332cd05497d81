// Projects and their types: accountview.md section 11, flow 2; crafter.md section 3.1, flow 2.

#include <gmock/gmock.h>

#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct CrafterProjects : PairTest {
  CrafterProjects() { inErp("project_type", "ONB", {{"name", "Onderhoud"}}); }

  void project(Fields changes = {}) {
    Fields fields{{"title", "Ketelhuis"},  {"customer", "10001"}, {"note", "Sleutel bij\nportier"},
                  {"begin", "2026-01-05"}, {"end", "2026-03-31"}, {"type", "ONB"},
                  {"responsible", " e12"}, {"status", "A"},       {"open", "true"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inErp("project", "P100", fields);
  }
  void appProject(Fields changes = {}) {
    Fields fields{{"code", "w-7"},         {"title", "Dak"}, {"note", ""},    {"customer", "c-10"},
                  {"begin", "2026-02-01"}, {"end", ""},      {"type", "t-1"}, {"responsible", "u-1"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inApp("project", "p-4", fields, "c-10");
  }
};

TEST_F(CrafterProjects, OpenProjectIsCarriedWithItsTypeAndResponsible) {
  project();
  const auto target = derive("project", "P100");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"code", "P100"},
                                    {"title", "Ketelhuis"},
                                    {"note", "Sleutel bij\nportier"},
                                    {"customer", "10001"},
                                    {"begin", "2026-01-05"},
                                    {"end", "2026-03-31"},
                                    {"type", "ONB"},
                                    {"responsible", "E12"}}));
  EXPECT_THAT(target->needs, UnorderedElementsAre(Reference{"customer", "10001"}, Reference{"project_type", "ONB"}));
  EXPECT_EQ(refusalOf(target), "");
}

TEST_F(CrafterProjects, OnlyOpenProjectsAreImported) {
  project({{"open", "false"}});
  EXPECT_FALSE(derive("project", "P100")) << "a project that closes is left alone";
  inErp("project", "P100", {{"type", "ONB"}, {"customer", "10001"}});
  EXPECT_EQ(sent("project", "P100", "title"), "P100") << "no status mapped: all are open";
  EXPECT_EQ(sent("project", "P100", "note"), "(absent)");
  EXPECT_EQ(sent("project", "P100", "responsible"), "(absent)");
}

TEST_F(CrafterProjects, ProjectWithoutTypeGetsTheDefaultOrIsRefused) {
  project({{"type", ""}});
  EXPECT_EQ(refusalOf(derive("project", "P100")), "PST-5020");
  settings = {{"default_project_type", "SERVICE"}};
  const auto target = derive("project", "P100");
  EXPECT_EQ(refusalOf(target), "");
  EXPECT_EQ(fieldOf(target, "type"), "SERVICE");
  EXPECT_THAT(target->needs, testing::Contains(Reference{"project_type", "SERVICE"}));
  EXPECT_EQ(sent("project_type", "SERVICE", "code"), "SERVICE");
  EXPECT_EQ(sent("project_type", "SERVICE", "name"), "SERVICE");
  EXPECT_THAT(touched(erp.get("project", "P100")->record),
              UnorderedElementsAre(Reference{"project", "P100"}, Reference{"project_type", "SERVICE"}));
}

TEST_F(CrafterProjects, TypesAreCarriedByCodeAndName) {
  const auto target = derive("project_type", "ONB");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"code", "ONB"}, {"name", "Onderhoud"}}));
  EXPECT_FALSE(derive("project_type", "NEW")) << "a type that vanished is left alone";
  EXPECT_THAT(touched(record("project_type", "ONB", {})), ElementsAre(Reference{"project_type", "ONB"}));
}

TEST_F(CrafterProjects, TypeTheErpDoesNotListIsRefusedUnlessItListsNone) {
  project({{"type", "NEW"}});
  const auto target = derive("project", "P100");
  EXPECT_EQ(refusalOf(target), "PST-5021");
  EXPECT_THAT(target->refusal->args, ElementsAre("P100", "NEW"));
  settings = {{"project_types_listed", "no"}};
  EXPECT_EQ(refusalOf(derive("project", "P100")), "");
  EXPECT_EQ(sent("project_type", "NEW", "name"), "NEW");
}

TEST_F(CrafterProjects, TypeMapRenamesTypesBothWays) {
  settings = {{"project_type_map", "ONB:Klein_onderhoud"}};
  project();
  EXPECT_EQ(sent("project", "P100", "type"), "Klein onderhoud");
  EXPECT_EQ(sent("project_type", "Klein onderhoud", "name"), "Onderhoud");
  EXPECT_FALSE(derive("project_type", "ONB")) << "renamed";
  EXPECT_THAT(touched(record("project_type", "ONB", {})), ElementsAre(Reference{"project_type", "Klein onderhoud"}));
  inApp("project_type", "t-1", {{"code", "Klein onderhoud"}});
  appProject();
  EXPECT_EQ(sentBack("project", "p-4", "type"), "ONB");
}

TEST_F(CrafterProjects, ProjectWithoutCustomerIsSentSoThatTheAppSaysWhatItMisses) {
  project({{"customer", ""}});
  const auto target = derive("project", "P100");
  EXPECT_EQ(fieldOf(target, "customer"), "");
  EXPECT_THAT(target->needs, ElementsAre(Reference{"project_type", "ONB"}));
}

TEST_F(CrafterProjects, ProjectMadeInTheAppGoesToTheErp) {
  inApp("project_type", "t-1", {{"code", "ONB"}});
  inApp("user", "u-1", {{"code", " e12 "}});
  appProject();
  const auto target = deriveBack("project", "p-4");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"code", "W-7"},
                                    {"title", "Dak"},
                                    {"note", ""},
                                    {"customer", "c-10"},
                                    {"begin", "2026-02-01"},
                                    {"end", ""},
                                    {"type", "ONB"},
                                    {"responsible", "E12"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"customer", "c-10"}));
  EXPECT_EQ(refusalOf(target), "");
  settings = {{"project_codes", "accountview"}};
  EXPECT_EQ(sentBack("project", "p-4", "code"), "");
  EXPECT_THAT(touchedBack(record("project", "p-4", {}, "c-10")), ElementsAre(Reference{"project", "p-4"}));
}

TEST_F(CrafterProjects, ResponsibleWithoutKnownCodeIsLeftEmptyOrRefused) {
  struct Case {
    const char* code;
    const char* listed;
    std::string empty;
    std::string refused;
  };
  inApp("project_type", "t-1", {{"code", "ONB"}});
  inErp("employee", "E12");
  const Case cases[] = {
      {"e12", "yes", "E12", ""},
      {"e13", "yes", "", "PST-5022"},
      {"e13", "no", "E13", ""},
      {"", "no", "", "PST-5022"},
  };
  appProject();
  for (const auto& each : cases) {
    inApp("user", "u-1", {{"code", each.code}});
    settings = {{"employees_listed", each.listed}};
    EXPECT_EQ(sentBack("project", "p-4", "responsible"), each.empty) << each.code << each.listed;
    EXPECT_EQ(refusalOf(deriveBack("project", "p-4")), "") << each.code << each.listed;
    settings["unknown_responsible"] = "refuse";
    EXPECT_EQ(refusalOf(deriveBack("project", "p-4")), each.refused) << each.code << each.listed;
  }
  appProject({{"responsible", ""}});
  EXPECT_EQ(refusalOf(deriveBack("project", "p-4")), "") << "nobody is responsible: nothing to refuse";
}

TEST_F(CrafterProjects, TypeOfTheAppThatTheErpDoesNotListIsRefused) {
  inApp("project_type", "t-1", {{"code", "DAK"}});
  appProject();
  EXPECT_EQ(refusalOf(deriveBack("project", "p-4")), "PST-5021");
  settings = {{"project_types_listed", "no"}};
  EXPECT_EQ(sentBack("project", "p-4", "type"), "DAK");
  EXPECT_EQ(refusalOf(deriveBack("project", "p-4")), "");
}

TEST_F(CrafterProjects, EmployeesAndArticlesAreNothingInTheApp) {
  EXPECT_THAT(touched(record("employee", "E12", {})), IsEmpty());
  EXPECT_THAT(touched(record("article", "KLEP15", {})), IsEmpty());
  EXPECT_THAT(touchedBack(record("user", "u-1", {})), IsEmpty());
}

}  // namespace
}  // namespace postern::accountview_crafter
