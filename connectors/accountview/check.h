#pragma once
// `postern check` for AccountView: log-in, company, objects, every mapped field against the dictionary, book year.
// Vendor facts: fact sheet accountview.md, sections 2, 6 and 7.1.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "connectors/accountview/sink.h"

namespace postern::accountview {

/// A row of DCT_FLD (documented).
struct DictionaryField {
  std::string name;
  FieldType type;
  bool mandatory = false;  // INP_MAND
  bool blocked = false;    // COM_BLK
};

/// What the dictionary tells of one table. Pure.
std::vector<DictionaryField> dictionaryFields(const std::vector<ListedRow>& rows, const std::string& table);

/// Findings about a table's mapped names against its fields; `insert` are the names of further fields that are filled.
/// Pure.
std::vector<Finding> compareTable(const Table& table, const std::vector<DictionaryField>& fields,
                                  const FieldTypes& types, const std::vector<std::string>& insert);

struct CheckOptions {
  SinkOptions sink;
  std::vector<std::string> openStatus;
  std::string zone;
};

/// Reads only.
std::vector<Finding> checkSystem(Api& api, const Layout& layout, const CheckOptions& options, std::stop_token stop);

}  // namespace postern::accountview
