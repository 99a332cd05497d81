#pragma once
// Writes FoxPro tables for tests that need other rows than the checked-in ones (tests/data/dbf, made by programs that
// are not ours; those prove the format). No memos, no nulls.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace postern {

/// "SUB_NR", 'C', 10. C and N: text as it stands in the record; D: "YYYYMMDD"; L: "T" or "F".
struct DbfSpec {
  std::string name;
  char type = 'C';
  std::size_t width = 10;
};

inline std::string dbfBytes(const std::vector<DbfSpec>& columns, const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kBackLink = 263;
  const auto number = [](std::size_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
    return out;
  };
  std::size_t length = 1;
  for (const DbfSpec& column : columns) length += column.width;
  std::string out;
  out += '\x30';
  out += std::string("\x1A\x0B\x16", 3);
  out += number(rows.size(), 4) + number(32 + 32 * columns.size() + 1 + kBackLink, 2) + number(length, 2);
  out += std::string(17, '\0') + '\x03' + std::string(2, '\0');
  std::size_t offset = 1;
  for (const DbfSpec& column : columns) {
    std::string entry = column.name;
    entry.resize(11, '\0');
    entry += column.type + number(offset, 4) + static_cast<char>(column.width);
    entry.resize(32, '\0');
    out += entry;
    offset += column.width;
  }
  out += '\x0D' + std::string(kBackLink, '\0');
  for (const auto& row : rows) {
    out += ' ';
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string value = i < row.size() ? row[i] : "";
      if (columns[i].type == 'N') value.insert(0, columns[i].width - value.size(), ' ');
      value.resize(columns[i].width, ' ');
      out += value;
    }
  }
  return out + '\x1A';
}

/// Puts it there whole, as a copy job does that writes under another name first.
inline void writeDbf(const std::filesystem::path& file, const std::string& bytes) {
  auto part = file;
  part += ".part";
  std::ofstream(part, std::ios::binary | std::ios::trunc) << bytes;
  std::filesystem::rename(part, file);
}

}  // namespace postern
