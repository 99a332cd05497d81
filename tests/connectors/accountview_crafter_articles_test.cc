// Used articles: accountview.md section 11, flow 4; crafter.md section 3.1, flow 4, and 3.3.

#include <gmock/gmock.h>

#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

struct CrafterArticles : PairTest {
  CrafterArticles() {
    inErp("article", "KLEP15");
    order("checked");
    used();
  }
  void order(const std::string& status) {
    inApp("work_order", "wo-81", {{"number", "W001284"}, {"status", status}, {"target_date", "2026-01-22"}}, "p-4");
  }
  void used(Fields changes = {}) {
    Fields fields{{"number", "KLEP15"}, {"text", "Klep"}, {"quantity", "2"}, {"ticked", "true"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inApp("used_article", "wo-81/1", fields, "wo-81");
  }
  /// What went out as part `key`, as the engine would remember it.
  void deliver(const std::string& key = "wo-81/1") {
    const auto target = deriveBack("order_line", key);
    ASSERT_TRUE(target) << key;
    ASSERT_FALSE(target->refusal) << key;
    delivered[{"order_line", key}] = target->fields;
  }
  std::string quantity(const std::string& key = "wo-81/1") const { return sentBack("order_line", key, "quantity"); }
  std::string refused(const std::string& key = "wo-81/1") const { return refusalOf(deriveBack("order_line", key)); }
};

TEST_F(CrafterArticles, TickedArticleOfACheckedWorkOrderBecomesALineOfItsOrder) {
  const auto target = deriveBack("order_line", "wo-81/1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"order", "wo-81"},
                                    {"article", "KLEP15"},
                                    {"quantity", "2"},
                                    {"delivery_date", "2026-01-22"},
                                    {"order_date", "2026-01-20"}}));
  EXPECT_THAT(target->needs, ElementsAre(Reference{"sales_order", "wo-81"}));
  EXPECT_EQ(refusalOf(target), "");
}

TEST_F(CrafterArticles, LineSaysOfWhichDayItsOrderIs) {
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "order_date"), "2026-01-20") << "the day the work order was first seen";
  erpKeys[{"work_order", "wo-81"}] = "20250017";
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "order_date"), "(absent)") << "not known";
  inErp("sales_order", "20250017", {{"order_date", "2025-12-30"}});
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "order_date"), "2025-12-30") << "of an imported order";
  delivered[{"sales_order", "wo-81"}] = {{"order_date", "2025-12-31"}};
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "order_date"), "2025-12-31") << "as it was sent";
}

TEST_F(CrafterArticles, WhatItsWorkOrderNoLongerListsIsNotInvoiced) {
  const auto listing = [&](const char* listed) {
    inApp("work_order", "wo-81", {{"number", "W001284"}, {"status", "checked"}, {"used_article", listed}}, "p-4");
  };
  for (const char* listed : {"1", "2\n1", "1\n2"}) {
    listing(listed);
    EXPECT_EQ(quantity(), "2") << listed;
  }
  for (const char* listed : {"", "2", "11\n2"}) {
    listing(listed);
    EXPECT_FALSE(deriveBack("order_line", "wo-81/1")) << listed;
  }
}

TEST_F(CrafterArticles, OnlyTickedOnesOfCheckedWorkOrdersCount) {
  struct Case {
    const char* status;
    const char* ticked;
    bool sent;
  };
  const Case cases[] = {{"checked", "true", true},    {"checked", "false", false}, {"checked", "", false},
                        {"completed", "true", false}, {"new", "true", false},      {"Checked!", "true", false}};
  for (const auto& each : cases) {
    order(each.status);
    used({{"ticked", each.ticked}});
    EXPECT_EQ(deriveBack("order_line", "wo-81/1").has_value(), each.sent) << each.status << each.ticked;
  }
  app.remove("work_order", "wo-81");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1"));
}

TEST_F(CrafterArticles, OnlyArticlesOfTheErpAreSentOthersAreReportedByNumber) {
  used({{"number", "LOS-X"}});
  const auto target = deriveBack("order_line", "wo-81/1");
  EXPECT_EQ(refusalOf(target), "PST-5032");
  EXPECT_THAT(target->refusal->args, ElementsAre("LOS-X", "W001284"));
  settings = {{"unknown_article", "skip"}};
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1"));
  inErp("article", "LOS-X");
  EXPECT_EQ(quantity(), "2");
  settings.clear();
  EXPECT_EQ(refused(), "") << "it goes as soon as the article is there";
}

TEST_F(CrafterArticles, NumbersAreTrimmedAndMayBeInSmallLetters) {
  used({{"number", " klep15 "}});
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "article"), "KLEP15");
  used({{"number", ""}});
  EXPECT_EQ(refused(), "PST-5032");
}

TEST_F(CrafterArticles, QuantitiesStayDecimalText) {
  struct Case {
    const char* text;
    std::string sent;
    std::string refused;
  };
  const Case cases[] = {
      {"2.5", "2.5", ""},
      {"0.0001", "0.0001", ""},
      {"2.50", "2.5", ""},
      {"-1", "-1", ""},
      {"12345678901234.5", "12345678901234.5", ""},
      {"0", "(nothing)", "(nothing)"},
      {"0.00", "(nothing)", "(nothing)"},
      {"", "", "PST-5033"},
      {"two", "", "PST-5033"},
      {"1e3", "", "PST-5033"},
      {"1,5", "", "PST-5033"},
  };
  for (const auto& each : cases) {
    used({{"quantity", each.text}});
    EXPECT_EQ(quantity(), each.sent) << each.text;
    EXPECT_EQ(refused(), each.refused) << each.text;
  }
}

TEST_F(CrafterArticles, EqualArticlesAreNotAddedUp) {
  inApp("used_article", "wo-81/2", {{"number", "KLEP15"}, {"quantity", "3"}, {"ticked", "true"}}, "wo-81");
  EXPECT_EQ(quantity("wo-81/1"), "2");
  EXPECT_EQ(quantity("wo-81/2"), "3");
}

TEST_F(CrafterArticles, WorkOrderThatWillHaveNoOrderIsReported) {
  for (const std::map<std::string, std::string>& each :
       {std::map<std::string, std::string>{{"flow.work_orders", "to_app"}},
        std::map<std::string, std::string>{{"flow.work_orders", "off"}},
        std::map<std::string, std::string>{{"flows", "customers used_articles"}}}) {
    settings = each;
    erpKeys.clear();
    EXPECT_EQ(refused(), "PST-5031");
    erpKeys[{"work_order", "wo-81"}] = "20260017";
    EXPECT_EQ(refused(), "") << "an imported work order has one";
  }
  settings = {{"flow.work_orders", "to_erp"}, {"flows", "work_orders used_articles"}};
  erpKeys.clear();
  EXPECT_EQ(refused(), "") << "it waits for the order that is to be made";
}

TEST_F(CrafterArticles, SentLineNeverGoesTwice) {
  deliver();
  const auto again = deriveBack("order_line", "wo-81/1");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fields, (delivered[{"order_line", "wo-81/1"}])) << "nothing differs, so nothing is sent";
  EXPECT_EQ(refusalOf(again), "");
  order("completed");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1"));
  order("checked");
  EXPECT_EQ(refused(), "") << "unchecked and checked again";
  inApp("work_order", "wo-81", {{"number", "W001284"}, {"status", "checked"}, {"target_date", "2026-02-01"}}, "p-4");
  EXPECT_EQ(sentBack("order_line", "wo-81/1", "delivery_date"), "2026-01-22") << "a line is not moved";
  erp.remove("article", "KLEP15");
  EXPECT_EQ(refused(), "") << "what is there is there";
}

TEST_F(CrafterArticles, ChangedLineIsRefused) {
  deliver();
  for (const Fields& change : {Fields{{"quantity", "5"}}, Fields{{"ticked", "false"}}, Fields{{"number", "BUIS"}},
                               Fields{{"quantity", "x"}}}) {
    used(change);
    const auto target = deriveBack("order_line", "wo-81/1");
    EXPECT_EQ(refusalOf(target), "PST-5034") << toJson(change);
    EXPECT_EQ(fieldOf(target, "quantity"), "2") << toJson(change);
    EXPECT_FALSE(deriveBack("order_line", "wo-81/1#2")) << toJson(change);
  }
  used({{"quantity", "5"}});
  EXPECT_THAT(deriveBack("order_line", "wo-81/1")->refusal->args, ElementsAre("KLEP15", "W001284", "2", "5"));
  used({{"quantity", "2.0"}});
  EXPECT_EQ(refused(), "") << "set back: the error clears itself";
}

TEST_F(CrafterArticles, DifferencesGoAsLinesOfTheirOwn) {
  settings = {{"changed_lines", "difference"}};
  deliver();
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#2")) << "nothing changed";
  used({{"quantity", "5.5"}});
  EXPECT_EQ(quantity(), "2");
  EXPECT_EQ(refused(), "");
  EXPECT_EQ(quantity("wo-81/1#2"), "3.5");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#3")) << "only after the second";
  used({{"quantity", "6"}});
  EXPECT_EQ(quantity("wo-81/1#2"), "4") << "not sent yet";
  deliver("wo-81/1#2");
  EXPECT_EQ(quantity("wo-81/1#2"), "4");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#3"));
  used({{"ticked", "false"}});
  EXPECT_EQ(quantity("wo-81/1#3"), "-6");
  deliver("wo-81/1#3");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#4"));
  used({{"number", "BUIS"}});
  EXPECT_EQ(refused(), "PST-5034") << "another article is no difference";
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#4"));
}

TEST_F(CrafterArticles, DifferencesEndAtNineLines) {
  settings = {{"changed_lines", "difference"}};
  deliver();
  for (int part = 2; part <= 9; ++part) {
    used({{"quantity", std::to_string(part + 1)}});
    deliver("wo-81/1#" + std::to_string(part));
  }
  EXPECT_EQ(refused(), "");
  used({{"quantity", "20"}});
  EXPECT_EQ(refused(), "PST-5034");
  EXPECT_FALSE(deriveBack("order_line", "wo-81/1#10"));
}

TEST_F(CrafterArticles, LineIdWithAHashIsItself) {
  inApp("used_article", "wo-81/a#2", {{"number", "KLEP15"}, {"quantity", "7"}, {"ticked", "true"}}, "wo-81");
  EXPECT_EQ(quantity("wo-81/a#2"), "7");
}

TEST_F(CrafterArticles, UsedArticleTouchesItsLines) {
  EXPECT_THAT(touchedBack(record("used_article", "wo-81/1", {}, "wo-81")),
              ElementsAre(Reference{"order_line", "wo-81/1"}));
  settings = {{"changed_lines", "difference"}};
  const auto lines = touchedBack(record("used_article", "wo-81/1", {}, "wo-81"));
  EXPECT_THAT(lines, SizeIs(9));
  EXPECT_EQ(lines.back(), (Reference{"order_line", "wo-81/1#9"}));
}

}  // namespace
}  // namespace postern::accountview_crafter
