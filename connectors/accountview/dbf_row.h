#pragma once
// A record of a table as the bytes the engine compares: the mapped columns, one after the other. Pure but for memos.

#include <string>
#include <string_view>
#include <vector>

#include "connectors/accountview/dbf_source.h"

namespace postern::accountview {

/// Names of all columns `kind` needs, each once (letter case ignored), in an order that only depends on `kind`.
std::vector<std::string> neededColumns(const DbfKind& kind);

/// Columns of a table in the order of neededColumns(). Retry when one is missing or of a type that cannot be read.
Result<std::vector<DbfField>> findColumns(const DbfTable& table, const DbfKind& kind);

/// What is compared. Errors as DbfTable::memo.
Result<std::string> packRow(DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns, Charset charset);

/// Values of a packed row. Reject when it is none of this kind, or a value cannot be understood.
Result<DbfValues> unpackRow(const DbfKind& kind, const std::string& key, std::string_view raw);

/// The key of a record; empty when it has none that can be used.
std::string dbfKey(const DbfKind& kind, const DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns,
                   Charset charset);

/// Whether DbfKind::only lets the record through.
bool isWanted(const DbfKind& kind, const DbfTable& table, DbfRecord record, const std::vector<DbfField>& columns,
              Charset charset);

}  // namespace postern::accountview
