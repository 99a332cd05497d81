#pragma once
// The checked-in tables: as bytes, and as a folder that tests may damage.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "connectors/accountview/dbf_source.h"
#include "tests/support/temp_dir.h"

namespace postern::accountview {

inline std::string bytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// A file of tests/data/dbf.
inline std::string dataFile(const std::string& name) {
  return bytesOf(std::filesystem::path(POSTERN_TEST_DATA) / "dbf" / name);
}

/// A folder with copies of all tables, under names as AccountView's server shows them.
class DbfFolder {
 public:
  DbfFolder() {
    for (const auto& [from, to] : {std::pair{"contact.dbf", "CONTACT.DBF"},
                                   {"contact.fpt", "CONTACT.FPT"},
                                   {"art_hdr.dbf", "Art_Hdr.dbf"},
                                   {"projects.dbf", "projects.dbf"}})
      write(to, dataFile(from));
  }
  const std::filesystem::path& path() const { return dir_.path(); }
  std::string read(const std::string& name) const { return bytesOf(dir_ / name); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(dir_ / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  /// Replaces the first `old` by `text`, which must be as long.
  void replace(const std::string& name, const std::string& old, const std::string& text) const {
    std::string bytes = read(name);
    const std::size_t at = bytes.find(old);
    ASSERT_NE(at, std::string::npos) << old;
    ASSERT_EQ(old.size(), text.size());
    write(name, bytes.replace(at, old.size(), text));
  }
  /// Sets the time of writing of all files to `ago` before the wall clock.
  void age(std::chrono::seconds ago) const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path()))
      std::filesystem::last_write_time(entry, std::filesystem::file_time_type::clock::now() - ago);
  }

 private:
  TempDir dir_;
};

inline DbfKind customers() {
  DbfKind kind;
  kind.kind = "customer";
  kind.table = "contact";
  kind.key = {"SUB_NR"};
  kind.changed = "CNG_DATE";
  kind.columns = {{"name", {"ACCT_NAME"}}, {"place", {"CITY", "SUB_NR"}}, {"blocked", {"REC_BLK"}},
                  {"note", {"COMMENT1"}},  {"edited", {"cng_date"}},      {"edited_day", {"CNG_DATE"}, true},
                  {"credit", {"CREDIT"}}};
  return kind;
}

inline DbfKind orders() {
  DbfKind kind;
  kind.kind = "sales_order";
  kind.table = "ART_HDR";
  kind.key = {"ORD_NR"};
  kind.keyForm = [](std::string_view key) { return "SO-" + std::string(key); };
  kind.parent = "SUB_NR";
  kind.columns = {{"customer", {"SUB_NR"}}, {"delivery_date", {"DEL_DATE"}}};
  kind.only = {{"HDR_TYPE", {"1"}}};
  return kind;
}

inline DbfSourceOptions dbfOptions(const std::filesystem::path& folder, std::uint32_t pageSize = 1000) {
  DbfSourceOptions options;
  options.folder = folder;
  options.kinds = {customers(), orders()};
  options.zone = "Europe/Amsterdam";
  options.pageSize = pageSize;
  return options;
}

}  // namespace postern::accountview
