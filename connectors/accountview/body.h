#pragma once
// What is sent: positional tables, values as the store behind keeps them, our references. Pure.
// Vendor facts: fact sheet accountview.md, sections 6.3, 7.2 and 8.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/result.h"
#include "connectors/accountview/mapping.h"
#include "connectors/accountview/tables.h"

namespace postern::accountview {

struct TextRules {
  bool cut = true;      // too long: false = refuse the record
  bool replace = true;  // outside Windows-1252: false = refuse the record
};

/// One field of a row to send.
struct Cell {
  std::string name;
  char type = 'C';
  nlohmann::json value;
};

/// A row of details.
struct DetailRow {
  std::string table;
  std::vector<Cell> cells;
};

/// The whole body: one header row, at most one detail row. Empty `bookDate` and `id` are left out.
std::string writeBody(const std::string& object, const std::string& table, const std::vector<Cell>& header,
                      const std::optional<DetailRow>& detail, const std::string& bookDate, const std::string& id);

/// The type of a field: from `types`, else by the form of its value (days go as T: inferred).
FieldType typeOf(const FieldTypes& types, const std::string& table, const std::string& field, Form form);

/// A value as the field will keep it: plain, upper-cased if the field forces it, within Windows-1252, cut to its width.
/// Keys are never cut or replaced. An Error without args when the rules refuse it: kTooLong, kBadCharacters, kBadValue.
tl::expected<std::string, const Message*> storedValue(Form form, const FieldType& type, const TextRules& rules,
                                                      std::string_view value);

/// A stored value as JSON of the field's type; days at local midnight, never shifted to another zone.
nlohmann::json wireValue(const FieldType& type, const std::string& stored);

/// Our reference for a key: prefix and key, or prefix, '#' and 20 hex digits of its SHA-256 where the key does not fit
/// into `width` characters of Windows-1252, begins with '#', or begins or ends with a blank.
std::string referenceOf(const std::string& prefix, const std::string& key, std::size_t width);
/// The key of a reference as it is stored; nullopt when it is not ours or holds only the hash.
std::optional<std::string> keyOfReference(const std::string& prefix, std::string_view stored);

/// The mandatory search code: by the rule "name", "number" or "dash"; "-" when nothing is left of it (one public client
/// sends that: inferred). At most 10 characters.
std::string searchCode(const std::string& rule, std::string_view name, std::string_view number);

}  // namespace postern::accountview
