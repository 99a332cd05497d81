#pragma once
// The envelope around every JSON answer of profacto, read in one pass without copying the rows. Pure.
// Source: profacto.md section 4.4; every member is optional there, because older versions lack most of them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/profacto/api.h"

namespace postern::profacto {

struct Envelope {
  bool json = false;  // false: not JSON, cut, or no object; everything else is empty then
  std::optional<bool> success;
  std::string error;
  std::string errorMsg;  // may hold secrets of others: to be searched, never to be shown
  bool hasTable = false;
  std::vector<KeyedRow> rows;
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> inPage;
  std::vector<std::string> refused;  // structure_access_info
  std::vector<std::string> apiList;
  std::optional<bool> wasUpdate;  // of a write
  std::string number;             // AuftragsNr of a write
};

/// Reads `body` (UTF-8). Reserves room behind its end, so rows point into it only while it is not changed.
/// `table`: the one asked for; rows are the member of that name, or of that name in other letter case.
/// nullptr: no rows are wanted.
Envelope readEnvelope(std::string& body, const Table* table);

}  // namespace postern::profacto
