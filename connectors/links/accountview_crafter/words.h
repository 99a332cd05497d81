#pragma once
// Small text forms the rules share.

#include <string>
#include <string_view>

#include "agent/record.h"

namespace postern::accountview_crafter {

/// Without blanks, tabs and line breaks at both ends.
std::string_view trimmed(std::string_view text);
/// Lines and runs of blanks joined by one blank.
std::string oneLine(std::string_view text);
/// A code as both sides compare it: trimmed, upper case (accountview.md section 8: inferred).
std::string code(std::string_view text);

/// The field's value on one line.
std::string value(const Record& record, std::string_view field);
/// Whether the record carries the field at all: a field whose name is not mapped is neither sent nor cleared.
bool tells(const Record& record, std::string_view field);
/// `to` = the field's value on one line; nothing when the record does not carry it.
void copy(Fields& fields, std::string_view to, const Record& record, std::string_view from);

}  // namespace postern::accountview_crafter
