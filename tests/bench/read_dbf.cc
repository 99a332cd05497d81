// Reads a FoxPro table as the source of a pass does: every page, every row's bytes and hash, and, with "map", every
// record. `read_dbf FILE.DBF [map]` prints rows, seconds and the most memory the process ever had.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "agent/hash.h"
#include "connectors/accountview/dbf_source.h"

int main(int count, char** arguments) {
  using namespace postern;
  using namespace postern::accountview;
  if (count < 2) return 2;
  const std::filesystem::path file = arguments[1];
  const bool map = count > 2 && std::string_view(arguments[2]) == "map";
  DbfKind kind;
  kind.kind = "customer";
  kind.table = file.stem().string();
  kind.key = {"SUB_NR"};
  kind.changed = "CNG_DATE";
  kind.columns = {{"name", {"ACCT_NAME"}}, {"street", {"ADDRESS1"}}, {"zip", {"POST_CODE"}},  {"city", {"CITY"}},
                  {"phone", {"TEL_BUS"}},  {"mail", {"MAIL_BUS"}},   {"blocked", {"REC_BLK"}}};
  DbfSourceOptions options;
  options.folder = file.parent_path();
  options.kinds = {kind};
  options.zone = "Europe/Amsterdam";
  DbfSource source(options);
  ScanRequest request;
  request.kind = "customer";
  request.full = true;
  Hasher hasher;
  std::size_t rows = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (bool last = false; !last;) {
    const auto page = source.read(request, {});
    if (!page) {
      std::fprintf(stderr, "%s\n", page.error().cause(Language::En).c_str());
      return 1;
    }
    for (const Row& row : page->rows) {
      hasher(row.raw);
      if (map && !source.map("customer", row)) return 1;
      ++rows;
    }
    last = page->last;
    request.position = page->next;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%zu rows, %.3f s, at most %ld KiB\n", rows, took.count(), usage.ru_maxrss);
}
