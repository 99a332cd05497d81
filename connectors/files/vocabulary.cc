#include "connectors/files/vocabulary.h"

namespace postern::files {

namespace {

constexpr KnownField kName[] = {{"name"}};
constexpr KnownField kText[] = {{"text"}};

// ---- AccountView ----------------------------------------------------------------------------------------------------

constexpr KnownField kCustomer[] = {
    {"name"}, {"phone"},         {"mail"},       {"street"},      {"zip"},
    {"city"}, {"postal_street"}, {"postal_zip"}, {"postal_city"}, {"blocked", Form::Flag}};
constexpr KnownField kContact[] = {{"salutation"}, {"first_name"}, {"last_name"}, {"mail"}, {"phone"}, {"mobile"}};
constexpr KnownField kProject[] = {{"title"}, {"customer"},    {"note"},   {"begin", Form::Date}, {"end", Form::Date},
                                   {"type"},  {"responsible"}, {"status"}, {"open", Form::Flag}};
constexpr KnownField kSalesOrder[] = {
    {"customer"}, {"project"}, {"text"}, {"work_type"}, {"delivery_date", Form::Date}, {"order_date", Form::Date},
    {"status"}};

constexpr KnownKind kAccountview[] = {
    {"project_type", kName, false, true}, {"employee", kName, false, true},  {"article", kText, false, true},
    {"customer", kCustomer, false, true}, {"contact", kContact, true, true}, {"project", kProject, false, true},
    {"sales_order", kSalesOrder},
};

// ---- profacto -------------------------------------------------------------------------------------------------------

constexpr KnownField kArticleP[] = {
    {"group"}, {"text"}, {"description"}, {"length", Form::Number}, {"width", Form::Number}, {"height", Form::Number},
    {"unit"}};
constexpr KnownField kCustomerP[] = {{"name1"}, {"name2"},   {"street"}, {"zip"},
                                     {"city"},  {"country"}, {"phone"},  {"mail"}};
constexpr KnownField kContactP[] = {{"salutation"},
                                    {"first_name"},
                                    {"last_name"},
                                    {"name1"},
                                    {"name2"},
                                    {"street"},
                                    {"zip"},
                                    {"city"},
                                    {"country"},
                                    {"phone"},
                                    {"mobile"},
                                    {"mail"},
                                    {"main", Form::Flag},
                                    {"inactive", Form::Flag}};
constexpr KnownField kProjectP[] = {{"title"},
                                    {"commission"},
                                    {"status", Form::Number},
                                    {"process_status", Form::Number},
                                    {"customer"},
                                    {"delivery_date", Form::Date},
                                    {"delivery_week"},
                                    {"delivery_info"},
                                    {"entered", Form::Date}};
constexpr KnownField kPositionP[] = {{"number"}, {"text"},    {"quantity", Form::Number},
                                     {"unit"},   {"article"}, {"process_status", Form::Number}};

constexpr KnownKind kProfacto[] = {
    {"article", kArticleP}, {"customer", kCustomerP},       {"contact", kContactP, true},
    {"project", kProjectP}, {"position", kPositionP, true},
};

}  // namespace

std::span<const KnownKind> kindsOf(std::string_view erp) {
  if (erp == "accountview") return kAccountview;
  if (erp == "profacto") return kProfacto;
  return {};
}

}  // namespace postern::files
