#pragma once
// Business objects, tables and fields of the simulated AccountView (fact sheet, section 7; see accountview_simulator.h
// for the names that are assumed). Pure tables.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/accountview/options.h"

namespace postern::sim::accountview {

struct Field {
  std::string word;  // the simulator's name; what the code beside uses
  std::string name;  // this installation's name
  char type = 'C';   // C text, N decimal, D date, T date-time, L logical, I integer, M memo
  int length = 0;    // of C, in characters
  bool mandatory = false;
  bool upper = false;     // format `!`
  bool blocked = false;   // COM_BLK: not writable from outside
  bool assigned = false;  // filled by the server
  bool custom = false;    // REC_CUST
  bool books = false;     // the row belongs to the book year of this date
  std::string refersTo;   // word of the table whose key it holds
};

struct Table {
  std::string word, name, description;
  std::string object;  // OBJ_CODE, as word
  std::string key;     // word of the key field; of a detail table the line number
  std::string header;  // word of the header table; empty if it is none's detail
  std::string base;    // DBF_BASE of a virtual table
  std::vector<Field> fields;

  const Field* byWord(std::string_view wanted) const;
  /// Letter case ignored.
  const Field* byName(std::string_view wanted) const;
};

struct Object {
  std::string word, code, description;
  std::string table;                     // word of the main table
  std::string detail;                    // word of the detail table; empty if none
  std::vector<std::string> emptyTables;  // further members of each answer, always empty
  bool system = false;                   // dictionary: not written
};

struct Schema {
  std::vector<Table> tables;
  std::vector<Object> objects;

  const Table& table(std::string_view word) const;  // throws std::invalid_argument
  /// By name or word, letter case ignored; nullptr if there is none.
  const Table* findTable(std::string_view name) const;
  const Object* findObject(std::string_view code) const;
};

/// With the installation's own names and fields; throws std::invalid_argument if these name what does not exist.
Schema makeSchema(const AccountViewOptions& options);

}  // namespace postern::sim::accountview
