#include "tests/sim/accountview/dictionary.h"

#include <algorithm>

#include "tests/sim/accountview/write.h"

namespace postern::sim::accountview {

namespace {

bool isSystem(const Table& table) { return table.object == "DBF" || table.object == "FLD" || table.object == "ADL"; }

const Object* objectOfTable(const Schema& schema, const Table& table) {
  const auto found = std::find_if(schema.objects.begin(), schema.objects.end(),
                                  [&](const Object& object) { return object.word == table.object; });
  return found == schema.objects.end() ? nullptr : &*found;
}

Json fileRow(const Schema& schema, const Table& table, const AccountViewOptions& options) {
  const Object* object = objectOfTable(schema, table);
  const std::string code = object == nullptr ? "" : object->code;
  const bool readOnly = options.readOnlyObjects.contains(code);
  const std::string child = object != nullptr && !object->detail.empty() && table.header.empty()
                                ? schema.table(object->detail).name
                                : std::string();
  Json row = Store::emptyRow(schema.table("DCT_FILE"));
  row.update({{"DBF_NAME", table.name},
              {"DBF_DESC", table.description},
              {"OBJ_CODE", code},
              {"TBL_CHILD", child},
              {"TBL_HDR", table.header.empty() ? "" : schema.table(table.header).name},
              {"DBF_VIRT", !table.base.empty()},
              {"DBF_BASE", table.base},
              {"NO_INSERT", readOnly},
              {"NO_UPDATE", readOnly},
              {"NO_XML_UPD", options.noXmlUpdate.contains(table.name)},
              {"SETUP_DATA", table.word != "SO_HDR" && table.word != "SO_LINE" && table.word != "HOURS"},
              {"TBL_ACTIVE", true},
              {"OBJ_ACTIVE", !options.missingObjects.contains(code)},
              {"CNG_NR", 1}});
  return row;
}

Json fieldRow(const Schema& schema, const Table& table, const Field& field, const AccountViewOptions& options) {
  const std::string name = table.name + '.' + field.name;
  const int length = field.type == 'C'                        ? field.length
                     : field.type == 'N'                      ? 14
                     : field.type == 'L'                      ? 1
                     : field.type == 'D' || field.type == 'T' ? 8
                                                              : 4;
  Json row = Store::emptyRow(schema.table("DCT_FLD"));
  row.update({{"DBF_NAME", table.name},
              {"FIELD_NAME", field.name},
              {"FIELD_TYPE", std::string(1, field.type)},
              {"FIELD_LEN", length},
              {"INP_MAND", field.mandatory || options.mandatoryFields.contains(name)},
              {"FLD_FMT", field.upper ? "!" : ""},
              {"COM_BLK", field.blocked || options.blockedFields.contains(name)},
              {"FLD_DESC", field.name},
              {"PKY_TBL", field.refersTo.empty() ? "" : schema.table(field.refersTo).name},
              {"REC_CUST", field.custom}});
  return row;
}

}  // namespace

std::vector<Json> dictionaryRows(const Schema& schema, const Object& object, const AccountViewOptions& options,
                                 const std::string& clock) {
  std::vector<Json> rows;
  if (object.word == "ADL") {
    for (const auto& [year, state] : administrationsAt(options, clock)) {
      rows.push_back({{"ADM_CODE", "ADM" + year},
                      {"ADM_DESC", "Administratie " + year},
                      {"ADM_DIR", "\\\\server\\accountview\\data" + year},
                      {"BOOK_YEAR", std::stoi(year)},
                      {"ADM_BLK", state != "open"}});
    }
    return rows;
  }
  for (const Table& table : schema.tables) {
    if (isSystem(table)) continue;
    if (object.word == "DBF") {
      rows.push_back(fileRow(schema, table, options));
      continue;
    }
    for (const Field& field : table.fields) rows.push_back(fieldRow(schema, table, field, options));
  }
  return rows;
}

}  // namespace postern::sim::accountview
