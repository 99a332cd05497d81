#pragma once
// A value as a program exports it, turned into postern's form (agent/record.h). Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::files {

enum class DateOrder { DayFirst, MonthFirst, YearFirst };

struct ValueForms {
  bool decimalComma = false;
  DateOrder dates = DateOrder::DayFirst;
  std::vector<std::string> trueWords;  // beside the usual ones; then every other word is "false"
  std::string zone = "UTC";            // the site's, IANA
};

/// How a value is understood.
enum class Form { Text, Number, Flag, Date };

/// nullopt when the text is no such value; empty text is empty in every form.
std::optional<std::string> plainValue(std::string_view text, Form form, const ValueForms& forms);

/// Trimmed, LF line breaks, no other control characters but tabs.
std::string plainText(std::string_view text);
/// Digits with the decimal sign; the other sign, a blank or an apostrophe may stand between groups of three digits.
std::optional<std::string> plainNumber(std::string_view text, bool decimalComma);
/// Three numbers with '-', '.', '/' between them in the order given, or year first when the first has four digits; a
/// year of two digits is 1980 to 2079. Or eight digits in the order given. A time behind it is passed over, but
/// one with "Z" or an offset makes it the day in `zone`; midnight in UTC stays the day that is written (a date as a
/// stamp). Only zeros or only signs are "no date". Throws std::invalid_argument for an unknown zone.
std::optional<std::string> plainDate(std::string_view text, DateOrder order, const std::string& zone);
/// 1 -1 true .t. t yes y ja j wahr waar x, and 0 false .f. f no n nein nee falsch onwaar; letter case ignored.
std::optional<std::string> plainFlag(std::string_view text, const std::vector<std::string>& trueWords);

}  // namespace postern::files
