#include "tests/sim/crafter/options.h"

#include <map>
#include <stdexcept>

namespace postern::sim {

void setOption(CrafterOptions& options, const std::string& name, const nlohmann::json& value) {
  using O = CrafterOptions;
  static const std::map<std::string, std::string O::*> kTexts{{"token", &O::token}, {"account", &O::account}};
  static const std::map<std::string, int O::*> kNumbers{{"defaultPageSize", &O::defaultPageSize},
                                                        {"maxPageSize", &O::maxPageSize},
                                                        {"maxText", &O::maxText},
                                                        {"maxBody", &O::maxBody},
                                                        {"rateLimit", &O::rateLimit}};
  static const std::map<std::string, bool O::*> kSwitches{{"sinceInclusive", &O::sinceInclusive},
                                                          {"idempotencyKeyNeeded", &O::idempotencyKeyNeeded},
                                                          {"keepsAnswers", &O::keepsAnswers},
                                                          {"ifMatchNeeded", &O::ifMatchNeeded},
                                                          {"putMerges", &O::putMerges},
                                                          {"versionOnUnchangedPut", &O::versionOnUnchangedPut},
                                                          {"oneCallAtATime", &O::oneCallAtATime},
                                                          {"errorsNeedItem", &O::errorsNeedItem},
                                                          {"timelineKeepsSolved", &O::timelineKeepsSolved}};
  if (const auto text = kTexts.find(name); text != kTexts.end()) {
    options.*text->second = value.get<std::string>();
  } else if (const auto number = kNumbers.find(name); number != kNumbers.end()) {
    options.*number->second = value.get<int>();
  } else if (const auto flag = kSwitches.find(name); flag != kSwitches.end()) {
    options.*flag->second = value.get<bool>();
  } else if (name == "forbiddenEntities") {
    options.forbiddenEntities = value.get<std::set<std::string>>();
  } else if (name == "rateWindow") {
    options.rateWindow = std::chrono::milliseconds(value.get<int>());
  } else if (name == "dialect") {
    options.dialect = crafterDialect(value);
  } else {
    throw std::invalid_argument("no such option: " + name);
  }
}

}  // namespace postern::sim
