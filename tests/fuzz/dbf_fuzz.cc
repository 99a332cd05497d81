// Header, records and memos of a FoxPro table, all of them hostile. Input: two bytes (length of the memo file,
// big-endian), the memo file, the table.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "connectors/accountview/dbf_row.h"

namespace {

using namespace postern;
using namespace postern::accountview;

void require(bool good) {
  if (!good) std::abort();
}

/// Reads every record as the source does, with all columns that can be read.
void readAll(DbfTable& table) {
  DbfKind kind;
  kind.kind = "fuzz";
  for (const DbfField& field : table.fields()) {
    if (!isReadable(field.type)) continue;
    if (kind.key.empty()) kind.key.push_back(field.name);
    kind.columns.push_back({field.name, {field.name}, false});
  }
  if (kind.key.empty()) return;
  const auto columns = findColumns(table, kind);
  if (!columns) return;
  const Charset charset = table.charset().value_or(Charset::Windows1252);
  std::uint32_t records = 0;
  for (std::uint32_t at = 0; at < table.records();) {
    const auto page = table.read(at, 7);
    if (!page) return;
    require(page->count() > 0 && page->count() <= 7);
    for (std::size_t i = 0; i < page->count(); ++i) {
      const DbfRecord record = page->at(i);
      require(record.size() == table.recordLength());
      table.isDeleted(record);
      const std::string key = dbfKey(kind, table, record, *columns, charset);
      require(isUtf8(key) && key.size() <= 200);
      const auto raw = packRow(table, record, *columns, charset);
      if (!raw) continue;
      const auto values = unpackRow(kind, key, *raw);
      if (!values) continue;
      for (const auto& [name, value] : *values) require(isUtf8(value));
    }
    at += static_cast<std::uint32_t>(page->count());
    if (++records > 200) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t memoSize = std::min<std::size_t>(std::size_t{data[0]} * 256 + data[1], size - 2);
  std::unique_ptr<std::istream> memo;
  if (memoSize > 0) memo = std::make_unique<std::istringstream>(bytes.substr(2, memoSize));
  auto table = postern::accountview::DbfTable::open(
      "fuzz", std::make_unique<std::istringstream>(bytes.substr(2 + memoSize)), std::move(memo));
  if (table) readAll(*table);
  // A stored row that is not what we stored, either.
  postern::accountview::DbfKind kind;
  kind.key = {"a"};
  kind.columns = {{"b", {"b"}, false}};
  (void)postern::accountview::unpackRow(kind, "key", bytes);
  return 0;
}
