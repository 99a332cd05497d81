#include "tests/sim/craftboxx/options.h"

#include <map>
#include <stdexcept>

namespace postern::sim {

namespace {

using O = CraftboxxOptions;
using Json = nlohmann::json;

template <typename T>
bool setIn(const std::map<std::string, T O::*>& members, O& options, const std::string& name, const Json& value) {
  const auto found = members.find(name);
  if (found == members.end()) return false;
  options.*found->second = value.get<T>();
  return true;
}

template <typename Enum>
Enum choose(const Json& value, const std::map<std::string, Enum>& constants) {
  const auto found = constants.find(value.get<std::string>());
  if (found == constants.end()) throw std::invalid_argument("no such value: " + value.get<std::string>());
  return found->second;
}

const std::map<std::string, O::EnumSet> kEnumSets{{"Spec2022", O::EnumSet::Spec2022}, {"Later", O::EnumSet::Later}};

}  // namespace

void setOption(CraftboxxOptions& options, const std::string& name, const Json& value) {
  static const std::map<std::string, std::string O::*> kTexts{{"email", &O::email},
                                                              {"password", &O::password},
                                                              {"pathPrefix", &O::pathPrefix},
                                                              {"nextPageHost", &O::nextPageHost}};
  static const std::map<std::string, int O::*> kNumbers{{"tokenCalls", &O::tokenCalls},
                                                        {"defaultPageSize", &O::defaultPageSize},
                                                        {"maxPageSize", &O::maxPageSize},
                                                        {"rateLimit", &O::rateLimit}};
  static const std::map<std::string, bool O::*> kSwitches{{"jwtToken", &O::jwtToken},
                                                          {"listFilters", &O::listFilters},
                                                          {"plainFilterIgnoresCase", &O::plainFilterIgnoresCase},
                                                          {"unknownFilterIs500", &O::unknownFilterIs500},
                                                          {"autoMoveStates", &O::autoMoveStates},
                                                          {"redirectWithoutAccept", &O::redirectWithoutAccept},
                                                          {"checkReferences", &O::checkReferences},
                                                          {"trimsStrings", &O::trimsStrings},
                                                          {"needsOffset", &O::needsOffset},
                                                          {"touchOnUnchangedPut", &O::touchOnUnchangedPut},
                                                          {"postAnswersEmpty", &O::postAnswersEmpty},
                                                          {"putAnswersEmpty", &O::putAnswersEmpty},
                                                          {"nestedCreation", &O::nestedCreation},
                                                          {"nestedProject", &O::nestedProject},
                                                          {"hideArchivedProjects", &O::hideArchivedProjects}};
  static const std::map<std::string, O::EnumSet O::*> kSets{
      {"states", &O::states}, {"units", &O::units}, {"currencies", &O::currencies}};
  if (setIn(kTexts, options, name, value) || setIn(kNumbers, options, name, value) ||
      setIn(kSwitches, options, name, value)) {
    return;
  }
  if (const auto set = kSets.find(name); set != kSets.end()) {
    options.*set->second = choose(value, kEnumSets);
  } else if (name == "tokenLifetime") {
    options.tokenLifetime = std::chrono::seconds(value.get<int>());
  } else if (name == "rateWindow") {
    options.rateWindow = std::chrono::milliseconds(value.get<int>());
  } else if (name == "forbiddenPaths") {
    options.forbiddenPaths = value.get<std::set<std::string>>();
  } else if (name == "extraFields") {
    if (!value.is_object()) throw std::invalid_argument("extraFields must be an object");
    options.extraFields = value;
  } else if (name == "orderByUpdatedAtStatus") {
    options.orderByUpdatedAtStatus = value.is_null() ? std::nullopt : std::optional(value.get<int>());
  } else if (name == "pageSizeName") {
    options.pageSizeName = choose<O::PageSizeName>(
        value, {{"PerPageSnake", O::PageSizeName::PerPageSnake}, {"PerPageCamel", O::PageSizeName::PerPageCamel}});
  } else if (name == "pagingMembers") {
    options.pagingMembers =
        choose<O::PagingMembers>(value, {{"TopLevel", O::PagingMembers::TopLevel}, {"Meta", O::PagingMembers::Meta}});
  } else if (name == "endSign") {
    options.endSign = choose<O::EndSign>(value, {{"All", O::EndSign::All},
                                                 {"LastPage", O::EndSign::LastPage},
                                                 {"NextPageUrl", O::EndSign::NextPageUrl},
                                                 {"EmptyData", O::EndSign::EmptyData}});
  } else {
    throw std::invalid_argument("no such option: " + name);
  }
}

}  // namespace postern::sim
