#pragma once
// Which file holds which kind of record, and which column which field. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"
#include "connectors/files/values.h"
#include "connectors/files/vocabulary.h"

namespace postern::files {

/// Columns that make one value.
struct Part {
  std::string name;  // of the field; kParent, kChanged
  Form form = Form::Text;
  std::vector<std::size_t> columns;  // indices of KindMap::columns; joined by a blank, empty ones left out
};

inline constexpr const char* kParent = "=parent";
inline constexpr const char* kChanged = "=changed";

struct KindMap {
  const KnownKind* known = nullptr;
  std::string pattern;               // of file names
  std::string rowElement;            // of XML; "" when only text files can hold the kind
  std::vector<std::string> columns;  // names that are asked of a file, each once: headings, numbers or XML paths
  std::vector<std::string> mapKeys;  // by column, where it is named first: "customer.name"
  std::vector<std::size_t> key;      // indices; joined by '/'
  std::vector<Part> parts;
};

/// Of the kinds that have a file, in reading order. Throws ConfigError: no kind has one; a file without key, or an
/// owned kind without parent; a pattern with a folder in it; a field that `erp` does not know.
std::vector<KindMap> makeKinds(const Section& fields, std::string_view erp);

/// `values`: by column, UTF-8. Empty when the record has no key that can be used: the first column is empty, or it
/// holds control characters, or it is longer than 200 bytes.
std::string keyOf(const KindMap& kind, const std::vector<std::string>& values);

/// The bytes the engine compares: the values as they are in the file, by the field's name. They do not depend on the
/// order of columns or on columns that are not mapped.
std::string packRow(const KindMap& kind, const std::vector<std::string>& values);

/// A row to a record. Reject when `raw` is no row of this kind or a value cannot be understood.
Result<Record> mapRow(const KindMap& kind, const Row& row, const ValueForms& forms);

}  // namespace postern::files
