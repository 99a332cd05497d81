// Work orders and sales orders: accountview.md section 11, flow 3; crafter.md section 3.1, flows 3a and 3b.

#include <gmock/gmock.h>

#include "tests/connectors/accountview_crafter_fixture.h"

namespace postern::accountview_crafter {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct CrafterOrders : PairTest {
  void workOrder(Fields changes = {}) {
    Fields fields{{"number", "W001284"}, {"customer", "c-10"},         {"project", "p-4"},
                  {"location", "l-1"},   {"text", "Ketel\nnakijken"},  {"work_type", "Onderhoud"},
                  {"status", "new"},     {"target_date", "2026-01-22"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inApp("work_order", "wo-81", fields, "p-4");
  }
  void salesOrder(Fields changes = {}) {
    Fields fields{{"customer", "10001"},       {"project", "P100"}, {"text", "Ketel nakijken"},
                  {"work_type", "Onderhoud"},  {"status", "Open"},  {"delivery_date", "2026-01-22"},
                  {"order_date", "2026-01-15"}};
    for (auto& [name, value] : changes) fields[name] = value;
    inErp("sales_order", "20260017", fields);
  }
};

TEST_F(CrafterOrders, EveryWorkOrderBecomesASalesOrder) {
  for (const auto* status : {"new", "in_stock", "planned", "completed", "checked", "own word"}) {
    workOrder({{"status", status}});
    const auto target = deriveBack("sales_order", "wo-81");
    ASSERT_TRUE(target) << status;
    EXPECT_EQ(target->fields, (Fields{{"customer", "c-10"},
                                      {"project", "p-4"},
                                      {"text", "Ketel nakijken"},
                                      {"work_type", "Onderhoud"},
                                      {"delivery_date", "2026-01-22"},
                                      {"order_date", "2026-01-20"}}))
        << status;
    EXPECT_THAT(target->needs, UnorderedElementsAre(Reference{"customer", "c-10"}, Reference{"project", "p-4"}));
    EXPECT_EQ(refusalOf(target), "");
  }
}

TEST_F(CrafterOrders, LongTextIsLeftToTheConnectorToCut) {
  workOrder({{"text", std::string(90, 'x')}});
  EXPECT_EQ(sentBack("sales_order", "wo-81", "text"), std::string(90, 'x'));
}

TEST_F(CrafterOrders, OrderDateIsTheLocalDayItWasFirstSeenAndNeverSaidAgain) {
  workOrder();
  auto order = app.get("work_order", "wo-81")->record;
  app.put(order, fromLocal(std::chrono::year(2026) / 1 / 1, std::chrono::minutes(30), kZone));  // 2025 in UTC
  EXPECT_EQ(sentBack("sales_order", "wo-81", "order_date"), "2026-01-01");
  erpKeys[{"work_order", "wo-81"}] = "20260017";
  app.put(order, now);
  EXPECT_EQ(sentBack("sales_order", "wo-81", "order_date"), "(absent)");
  EXPECT_EQ(sentBack("sales_order", "wo-81", "delivery_date"), "2026-01-22");
}

TEST_F(CrafterOrders, WorkOrderWithoutTargetDateOrProject) {
  workOrder({{"target_date", ""}, {"project", ""}});
  const auto target = deriveBack("sales_order", "wo-81");
  EXPECT_EQ(fieldOf(target, "delivery_date"), "");
  EXPECT_EQ(fieldOf(target, "project"), "");
  EXPECT_THAT(target->needs, ElementsAre(Reference{"customer", "c-10"}));
}

TEST_F(CrafterOrders, CustomerComesFromTheProjectOrTheOrderIsRefused) {
  workOrder({{"customer", ""}});
  const auto without = deriveBack("sales_order", "wo-81");
  EXPECT_EQ(refusalOf(without), "PST-5030");
  EXPECT_THAT(without->refusal->args, ElementsAre("W001284"));
  inApp("project", "p-4", {{"customer", "c-11"}});
  EXPECT_EQ(sentBack("sales_order", "wo-81", "customer"), "c-11");
  EXPECT_EQ(refusalOf(deriveBack("sales_order", "wo-81")), "");
}

TEST_F(CrafterOrders, SalesOrderBecomesAWorkOrder) {
  salesOrder();
  inErp("project", "P100", {{"open", "true"}});
  const auto target = derive("work_order", "20260017");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->fields, (Fields{{"customer", "10001"},
                                    {"project", "P100"},
                                    {"text", "Ketel nakijken"},
                                    {"work_type", "Onderhoud"},
                                    {"target_date", "2026-01-22"}}));
  EXPECT_THAT(target->needs, UnorderedElementsAre(Reference{"customer", "10001"}, Reference{"project", "P100"}));
  salesOrder({{"delivery_date", ""}});
  EXPECT_EQ(sent("work_order", "20260017", "target_date"), "") << "no delivery date: no week";
}

TEST_F(CrafterOrders, OrderOfAClosedProjectDoesNotWaitForIt) {
  salesOrder();
  inErp("project", "P100", {{"open", "false"}});
  const auto target = derive("work_order", "20260017");
  EXPECT_EQ(fieldOf(target, "project"), "P100");
  EXPECT_THAT(target->needs, ElementsAre(Reference{"customer", "10001"}));
}

TEST_F(CrafterOrders, WhichOrdersAreNewIsASetting) {
  struct Case {
    const char* status;
    const char* from;
    const char* orderStatus;
    const char* orderDate;
    bool sent;
  };
  const Case cases[] = {
      {"", "", "whatever", "", true},
      {"Open Te_plannen", "", "OPEN", "", true},
      {"Open Te_plannen", "", "te plannen ", "", true},
      {"Open Te_plannen", "", "Geleverd", "", false},
      {"Open", "", "", "", false},
      {"", "2026-01-15", "", "2026-01-15", true},
      {"", "2026-01-15", "", "2026-01-14", false},
      {"", "2026-01-15", "", "", false},
      {"Open", "2026-01-15", "Geleverd", "2026-01-16", false},
  };
  for (const auto& each : cases) {
    settings.clear();
    if (*each.status) settings["import_order_status"] = each.status;
    if (*each.from) settings["import_orders_from"] = each.from;
    salesOrder({{"status", each.orderStatus}, {"order_date", each.orderDate}});
    EXPECT_EQ(derive("work_order", "20260017").has_value(), each.sent)
        << each.status << '/' << each.from << '/' << each.orderStatus << '/' << each.orderDate;
  }
}

TEST_F(CrafterOrders, TypeOfWorkIsRenamedBothWays) {
  settings = {{"work_type_map", "OND:Klein_onderhoud"}};
  salesOrder({{"work_type", "OND"}});
  EXPECT_EQ(sent("work_order", "20260017", "work_type"), "Klein onderhoud");
  workOrder({{"work_type", "Klein onderhoud"}});
  EXPECT_EQ(sentBack("sales_order", "wo-81", "work_type"), "OND");
  workOrder({{"work_type", "Storing"}});
  EXPECT_EQ(sentBack("sales_order", "wo-81", "work_type"), "Storing");
}

TEST_F(CrafterOrders, VanishedRecordsSendNothing) {
  EXPECT_FALSE(derive("work_order", "20260017"));
  for (const auto* kind : {"customer", "project", "sales_order", "order_line", "time_entry"}) {
    EXPECT_FALSE(deriveBack(kind, "gone")) << kind;
  }
  for (const auto* kind : {"customer", "location", "contact", "project_type", "project"}) {
    EXPECT_FALSE(derive(kind, "gone")) << kind;
  }
  EXPECT_FALSE(derive("location", "loose:gone"));
}

TEST_F(CrafterOrders, ChangeSaysOfWhichDayTheOrderIs) {
  workOrder();
  EXPECT_THAT(deriveBack("sales_order", "wo-81")->base, testing::IsEmpty());
  erpKeys[{"work_order", "wo-81"}] = "20260017";
  delivered[{"sales_order", "wo-81"}] = {{"order_date", "2025-12-31"}, {"text", "x"}};
  EXPECT_EQ(deriveBack("sales_order", "wo-81")->base, (Fields{{"order_date", "2025-12-31"}}));
}

TEST_F(CrafterOrders, OrdersTouchThemselvesAndWhatHangsOnThem) {
  EXPECT_THAT(touched(record("sales_order", "20260017", {})), ElementsAre(Reference{"work_order", "20260017"}));
  inApp("used_article", "wo-81/1", {}, "wo-81");
  inApp("used_article", "wo-82/1", {}, "wo-82");
  inApp("time_entry", "h-7", {}, "wo-81");
  EXPECT_THAT(touchedBack(record("work_order", "wo-81", {}, "p-4")),
              UnorderedElementsAre(Reference{"sales_order", "wo-81"}, Reference{"order_line", "wo-81/1"},
                                   Reference{"time_entry", "h-7"}));
}

}  // namespace
}  // namespace postern::accountview_crafter
