#pragma once
// The tables of the pair profacto–Craftboxx: process numbers, units, countries. Pure look-ups.

#include <optional>
#include <string>
#include <string_view>

namespace postern::profacto_craftboxx {

/// State the app shows for a process number of the ERP when there is a delivery date ("SCHEDULED"); nullopt when the
/// number is not in the table. Source: profacto.md section 11, craftboxx.md section 9.1.
std::optional<std::string_view> stateOfProcess(int number);

/// Number the ERP gets when the app goes to `state`; nullopt for states without one. Source: profacto.md section 11.
std::optional<int> processOfState(std::string_view state);

/// Whether an admin may give this state to a number of his own. "UNPLANNED" may not: it means "no date", and the
/// server replaces it as soon as there is one.
bool isOwnState(std::string_view state);

/// Which list of unit names the company's account takes (craftboxx.md section 5.5).
enum class UnitSet {
  Old,  // of the vendor's document of 2022
  New,  // what later clients use: more names
};

/// The app's unit for an ERP unit text ("Stk", "m²"), however it is capitalised and with or without a final point;
/// nullopt when the set has none.
std::optional<std::string_view> unitOf(std::string_view text, UnitSet set);
/// Whether `name` is a unit of either set.
bool isUnit(std::string_view name);

/// ISO 3166-1 alpha-2 code for a country as German addresses write it: name, car plate, ISO code of two or three
/// letters; nullopt when unknown or empty.
std::optional<std::string_view> countryOf(std::string_view text);

/// A text as the tables compare it: lower case, trimmed, runs of blanks as one, no final point.
std::string tableKey(std::string_view text);

}  // namespace postern::profacto_craftboxx
