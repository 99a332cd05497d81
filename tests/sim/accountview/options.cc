#include "tests/sim/accountview/options.h"

#include <functional>
#include <stdexcept>

namespace postern::sim {

namespace {

using O = AccountViewOptions;
using Json = nlohmann::json;
using Setter = std::function<void(O&, const Json&)>;

template <typename T>
Setter plain(T O::*member) {
  return [member](O& options, const Json& value) { options.*member = value.get<T>(); };
}

template <typename Enum>
Setter choice(Enum O::*member, std::map<std::string, Enum> constants) {
  return [member, constants = std::move(constants)](O& options, const Json& value) {
    const auto found = constants.find(value.get<std::string>());
    if (found == constants.end()) throw std::invalid_argument("no such value: " + value.get<std::string>());
    options.*member = found->second;
  };
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> kSetters{
      {"prefix", plain(&O::prefix)},
      {"companyHeaderNeeded", plain(&O::companyHeaderNeeded)},
      {"xmlWithoutAccept", plain(&O::xmlWithoutAccept)},
      {"clientId", plain(&O::clientId)},
      {"clientSecret", plain(&O::clientSecret)},
      {"redirectUris", plain(&O::redirectUris)},
      {"rights", choice(&O::rights, {{"Granted", O::Rights::Granted},
                                     {"RefusedAtRedirect", O::Rights::RefusedAtRedirect},
                                     {"RefusedAtToken", O::Rights::RefusedAtToken}})},
      {"tokenLifetime",
       [](O& options, const Json& value) { options.tokenLifetime = std::chrono::seconds(value.get<int>()); }},
      {"tokenCalls", plain(&O::tokenCalls)},
      {"expiresIn",
       choice(&O::expiresIn,
              {{"Number", O::ExpiresIn::Number}, {"Text", O::ExpiresIn::Text}, {"Absent", O::ExpiresIn::Absent}})},
      {"rotateRefreshToken", plain(&O::rotateRefreshToken)},
      {"oldTokenGrace",
       [](O& options, const Json& value) { options.oldTokenGrace = std::chrono::seconds(value.get<int>()); }},
      {"paging", choice(&O::paging, {{"Both", O::Paging::Both},
                                     {"LastKey", O::Paging::LastKey},
                                     {"PageNumber", O::Paging::PageNumber},
                                     {"Neither", O::Paging::Neither}})},
      {"defaultPageSize", plain(&O::defaultPageSize)},
      {"maxPageSize", plain(&O::maxPageSize)},
      {"recordOrder", plain(&O::recordOrder)},
      {"wholeDays", plain(&O::wholeDays)},
      {"equalPadding", choice(&O::equalPadding, {{"Nowhere", O::EqualPadding::Nowhere},
                                                 {"Dictionary", O::EqualPadding::Dictionary},
                                                 {"Everywhere", O::EqualPadding::Everywhere}})},
      {"unknownFieldRefused", plain(&O::unknownFieldRefused)},
      {"emptyIs404", plain(&O::emptyIs404)},
      {"padText", plain(&O::padText)},
      {"singleAsObject", plain(&O::singleAsObject)},
      {"nestedChildren", plain(&O::nestedChildren)},
      {"dates", choice(&O::dates, {{"NoZone", O::Dates::NoZone},
                                   {"Rfc3339", O::Dates::Rfc3339},
                                   {"DateOnly", O::Dates::DateOnly},
                                   {"Mixed", O::Dates::Mixed}})},
      {"fieldsAnswer", choice(&O::fieldsAnswer, {{"Dictionary", O::FieldsAnswer::Dictionary},
                                                 {"Array", O::FieldsAnswer::Array},
                                                 {"NotFound", O::FieldsAnswer::NotFound}})},
      {"tooLong", choice(&O::tooLong, {{"Cut", O::TooLong::Cut}, {"Refuse", O::TooLong::Refuse}})},
      {"foreign", choice(&O::foreign, {{"QuestionMark", O::Foreign::QuestionMark},
                                       {"Refuse", O::Foreign::Refuse},
                                       {"Keep", O::Foreign::Keep}})},
      {"ownNumbering", plain(&O::ownNumbering)},
      {"ledgerAccountNeeded", plain(&O::ledgerAccountNeeded)},
      {"addLines", choice(&O::addLines,
                          {{"Put", O::AddLines::Put}, {"Post", O::AddLines::Post}, {"Refused", O::AddLines::Refused}})},
      {"upperFields", plain(&O::upperFields)},
      {"droppedFields", plain(&O::droppedFields)},
      {"openOrder", plain(&O::openOrder)},
      {"openProject", plain(&O::openProject)},
      {"blockedHours", plain(&O::blockedHours)},
      {"administrations", plain(&O::administrations)},
      {"yearTables", plain(&O::yearTables)},
      {"changeNumber",
       choice(&O::changeNumber, {{"PerRecord", O::ChangeNumber::PerRecord}, {"PerTable", O::ChangeNumber::PerTable}})},
      {"noXmlUpdate", plain(&O::noXmlUpdate)},
      {"blockedFields", plain(&O::blockedFields)},
      {"mandatoryFields", plain(&O::mandatoryFields)},
      {"missingObjects", plain(&O::missingObjects)},
      {"readOnlyObjects", plain(&O::readOnlyObjects)},
      {"errorStatus", plain(&O::errorStatus)},
      {"relayDown", plain(&O::relayDown)}};
  return kSetters;
}

}  // namespace

void setOption(AccountViewOptions& options, const std::string& name, const Json& value) {
  const auto found = setters().find(name);
  if (found == setters().end()) throw std::invalid_argument("no such option: " + name);
  found->second(options, value);
}

}  // namespace postern::sim
