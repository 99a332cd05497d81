#include "agent/result.h"

#include <nlohmann/json.hpp>

namespace postern {
namespace {

constexpr std::array kLanguages{std::pair{Language::En, "en"}, std::pair{Language::De, "de"},
                                std::pair{Language::Nl, "nl"}};

std::string pick(const std::string& stored, const char* part, Language language) {
  const auto json = nlohmann::json::parse(stored, nullptr, false);
  if (!json.is_object()) return {};
  for (const auto& [known, name] : kLanguages) {
    if (known == language) return json.value(part, nlohmann::json::object()).value(name, std::string());
  }
  return {};
}

}  // namespace

std::string storedReason(const Error& error) {
  nlohmann::json json;
  for (const auto& [language, name] : kLanguages) {
    json["cause"][name] = error.cause(language);
    json["remedy"][name] = error.remedy(language);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string causeOf(const std::string& stored, Language language) { return pick(stored, "cause", language); }
std::string remedyOf(const std::string& stored, Language language) { return pick(stored, "remedy", language); }

}  // namespace postern
