#pragma once
// The settings of the pair: option table and typed, checked values.

#include <array>
#include <chrono>
#include <map>
#include <string>

#include "agent/settings.h"
#include "connectors/links/profacto_craftboxx/tables.h"

namespace postern::profacto_craftboxx {

struct RuleOptions {
  std::chrono::days window{14};          // a project is sent when it changed at most so many days ago
  int threshold = 40;                    // process numbers below are not imported, own ones neither
  std::map<int, std::string> ownStates;  // process number -> state, before the table
  bool weekAsMonday = false;             // a delivery week alone gives its Monday
  bool sendContactsWithoutStreet = true;
  bool archiveGone = false;  // the appointment of a project that the ERP no longer has is archived
  UnitSet units = UnitSet::Old;
  std::map<std::string, std::string> unitMap;     // tableKey -> unit name, before the table
  std::map<std::string, std::string> countryMap;  // tableKey -> country code, before the table
  std::string defaultCountry;                     // for addresses without a country; "" = none
  std::string zone = "Europe/Berlin";
};

/// The table; constant, so that it may be read before main.
extern const std::array<Option, 10> kOptions;

/// Throws ConfigError: an entry of a map without ':', an unknown state or unit, a country code of another length.
RuleOptions readOptions(const Section& options, const std::string& zone);

}  // namespace postern::profacto_craftboxx
