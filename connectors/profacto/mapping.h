#pragma once
// What a row of profacto means: the site's table and field names, keys, and one row as one record. Pure.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/connector.h"

namespace postern::profacto {

/// API sets; each is read with its own token, or all with one.
enum class Access { Articles, Customers, Projects };

/// How a value is understood.
enum class Form {
  Text,    // trimmed, LF line breaks, no other control characters
  Number,  // "2.5"
  Flag,    // "true" / "false"
  Date,    // "2025-05-09"
};

/// A field of the ERP and ours. A column without a name at the site is not in a Table at all.
struct Column {
  std::string name;   // "Bauvorhaben"
  std::string field;  // "title"
  Form form = Form::Text;
  std::string mapKey;  // "project.title", as in [fields.<system>]
};

/// How one kind of record is stored in profacto.
struct Table {
  std::string_view kind;  // "project"
  Access access = Access::Projects;
  std::string name;              // "Auftrag"
  std::vector<std::string> key;  // fields the key is made of; the first one is the owner's key for contact and position
  bool hashedKey = false;  // contact: "<owner>/<16 hex of SHA-256 over the fields after the first, U+001F between>"
  bool owned = false;      // the record's parent is the first key field
  std::vector<Column> columns;
  std::string changed;  // day of the last change; empty when the site has no such field

  /// All names to ask for, each once: key, columns, change day.
  std::vector<std::string> asked() const;
  /// The key's fields, each once: what to sort by.
  std::vector<std::string> sortedBy() const;
};

/// All tables with the site's names.
struct Layout {
  std::vector<Table> tables;  // in the order in which they are read: few tokens at a time, parents first
  std::string statusField;    // Auftrag.Status
  std::string typeField;      // Ansprechpartner.Typ

  const Table* find(std::string_view kind) const;  // nullptr when unknown
  /// For kinds that are surely there. Throws std::out_of_range.
  const Table& at(std::string_view kind) const;
};

/// Kinds in reading order.
std::span<const std::string_view> readKinds();

/// `fields`: every key of the field table; `contactKey`: names at the site that tell contacts apart.
/// Throws ConfigError when a name that cannot be left out is empty, or when there is no contact key.
Layout makeLayout(const Section& fields, const std::vector<std::string>& contactKey);

/// The record's key from the values of Table::key, in that order, each trimmed; empty when it cannot be told (the first
/// value, or any for tables without hashed key, is empty or holds control characters, or the key is longer than 200
/// bytes).
std::string recordKey(const Table& table, std::span<const std::string> values);

/// A JSON number or a number as text without exponent and trailing zeros: "2.50" -> "2.5"; a decimal comma is read,
/// too. nullopt when it is none, or beyond 1e15.
std::optional<std::string> plainNumber(std::string_view text);

/// The day in any form the server may use: "2025-05-09", "2025-05-08T22:00:00.000Z" (local midnight turned into UTC: a
/// time other than 00:00:00 is converted to `zone` first), "2025-05-09T00:00:00" (local). Empty markers ("",
/// "0000-00-00…") give "". nullopt when it is no date. Source: profacto.md section 8.
std::optional<std::string> plainDate(std::string_view text, const std::string& zone);

/// Trimmed; CR, CRLF and the vendor's CRCR are one line break each; other control characters are dropped.
std::string plainText(std::string_view text);

/// Whether two names are the same but for ASCII letter case (the vendor's own samples write PLZ and Plz).
bool sameName(std::string_view a, std::string_view b);

/// One row (a JSON object) as record. Members that are missing give no field. Reject with table, key and field when a
/// value cannot be understood.
Result<Record> mapRow(const Table& table, const Row& row, const std::string& zone);

}  // namespace postern::profacto
