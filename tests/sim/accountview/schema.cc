#include "tests/sim/accountview/schema.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/sim/accountview/text.h"

namespace postern::sim::accountview {

namespace {

/// One field as "NAME:C10" and flags: ! upper case, * mandatory, - blocked, + assigned by the server, # book date,
/// >TABLE the key of another table.
Field fieldOf(const std::string& text) {
  Field field;
  const auto colon = text.find(':');
  field.word = field.name = text.substr(0, colon);
  std::istringstream in(text.substr(colon + 1));
  in >> field.type;
  if (field.type == 'C') in >> field.length;
  for (char flag = 0; in >> flag;) {
    if (flag == '!') field.upper = true;
    if (flag == '*') field.mandatory = true;
    if (flag == '-') field.blocked = true;
    if (flag == '+') field.assigned = true;
    if (flag == '#') field.books = true;
    if (flag == '>') in >> field.refersTo;
  }
  return field;
}

Table table(const char* word, const char* description, const char* object, const char* key, const std::string& fields,
            const char* header = "", const char* base = "") {
  Table out{word, word, description, object, key, header, base, {}};
  const bool dictionary = out.object == "DBF" || out.object == "FLD" || out.object == "ADL";
  std::istringstream in(fields + (dictionary ? "" : " CNG_DATE:T- CNG_NR:I- CNG_USR:C20- INP_DATE:T- INP_USR:C20-"));
  for (std::string field; in >> field;) out.fields.push_back(fieldOf(field));
  return out;
}

std::vector<Table> allTables() {
  return {
      table("CONTACT", "Relaties", "AR1", "SUB_NR",
            "SUB_NR:C10!* ACCT_NAME:C40* SRC_CODE:C10!* ACCT_NR:C10 ADDRESS1:C80 POST_CODE:C10! CITY:C35 PO_BOX:C80 "
            "PO_CODE:C10! PO_CITY:C35 BOX_CITY:C35- ST_STREET:C60 ST_NR:C10 ST_EXTRA:C10 CNT_CODE:C2! COUNTRY:C30 "
            "TEL_BUS:C20 TEL_MOB:C20 FAX_BUS:C20 MAIL_BUS:C50 WWW_URL:C60 MAIN_PP:C10! MAIN_CONT:C40 MC_DEAR:C40 "
            "MC_MAILB:C50 EMP_NR:C10! REC_BLK:L BLK_SP:L DEB_SHOW:L CRED_SHOW:L SP_POSTADR:I COMMENT1:M"),
      table("DEL_ADDR", "Afleveradressen", "ADDR", "REC_ID",
            "REC_ID:C10-+ SUB_NR:C10!*>CONTACT DEL_NAME:C40 ADDRESS1:C80 POST_CODE:C10! CITY:C35 CNT_CODE:C2! "
            "MAIL_BUS:C50 TEL_BUS:C20"),
      table("PROJECTS", "Projecten", "PJ1", "PROJ_CODE",
            "PROJ_CODE:C10!* PROJ_DESC:C40* SUB_NR:C10!>CONTACT PRO_STAT:C1! BEG_DATE:D END_DATE:D REC_ID:C10-+ "
            "COMMENT1:M PJ_TYPE:C10!>PJ_TYPE EMP_NR:C10!>EMPLOYEE"),
      table("SO_HDR", "Verkooporders", "SO1", "ORD_NR",
            "ORD_NR:C10-+ RPL_INV:C10!>CONTACT RPL_DEL:C10!*>CONTACT PROJ_CODE:C10!>PROJECTS ORD_DATE:D# INV_DATE:D "
            "DEL_DATE:D COMMENT1:C40 COMMENT2:M COMMENT3:M DEL_CODE:C10>DEL_ADDR TO_EMAIL:C50 EMP_NR:C10!>EMPLOYEE "
            "EXT_ID:C32 EXT_TYPE:I ORD_STAT:C1!",
            "", "ART_HDR"),
      table("SO_LINE", "Verkooporderregels", "SO1", "LINE_NR",
            "ORD_NR:C10- LINE_NR:I- ART_CODE:C15!*>ARTICLE ART_DESC1:C40 ORD_QTY:N ART_PX:N DEL_DATE:D "
            "PROJ_CODE:C10!>PROJECTS EXT_ID:C32",
            "SO_HDR", "ART_LINE"),
      table("ARTICLE", "Artikelen", "AK1", "ART_CODE",
            "ART_CODE:C15!* ART_DESC1:C40* AG_CODE:C5! PX_SELL:N COST_PX:N QTY_AVAIL:N QTY_FREE2:N"),
      table("CONT_PP", "Contactpersonen", "CP1", "PP_CODE",
            "PP_CODE:C10!+ SUB_NR:C10!*>CONTACT SALUT:C40 FIRST_NAME:C40 LAST_NAME:C40* MAIL_PRIV:C50 TEL_BUS:C20 "
            "TEL_MOB:C20"),
      table("PJ_TYPE", "Projectsoorten", "PJT", "TYPE_CODE", "TYPE_CODE:C10!* TYPE_DESC:C40*"),
      table("EMPLOYEE", "Medewerkers", "EMP", "EMP_NR", "EMP_NR:C10!* EMP_NAME:C40*"),
      table("HOUR_TYPE", "Uursoorten", "HRT", "HRT_CODE", "HRT_CODE:C10!* HRT_DESC:C40*"),
      table("HOURS", "Uren", "HRS", "REC_ID",
            "REC_ID:C10-+ EMP_NR:C10!*>EMPLOYEE PROJ_CODE:C10!*>PROJECTS HRT_CODE:C10!*>HOUR_TYPE HR_DATE:D*# "
            "HR_DESC:C40 HR_QTY:N* EXT_ID:C32"),
      table("DCT_FILE", "Bestanden", "DBF", "DBF_NAME",
            "DBF_NAME:C8 DBF_DESC:C40 OBJ_CODE:C4 TBL_CHILD:C8 TBL_HDR:C8 DBF_VIRT:L DBF_BASE:C8 NO_INSERT:L "
            "NO_UPDATE:L NO_DELETE:L NO_XML_UPD:L LOG_INS:L LOG_UPD:L LOG_DEL:L SETUP_DATA:L TBL_ACTIVE:L "
            "OBJ_ACTIVE:L CNG_NR:I"),
      table("DCT_FLD", "Velden", "FLD", "DCT_FLD_Id",
            "DBF_NAME:C8 FIELD_NAME:C10 FIELD_TYPE:C1 FIELD_LEN:I INP_MAND:L FLD_FMT:C10 FLD_MASK:C20 COM_BLK:L "
            "FLD_DESC:C40 PKY_TBL:C8 REC_CUST:L"),
      table("ADM_LIST", "Administraties", "ADL", "ADM_CODE",
            "ADM_CODE:C10 ADM_DESC:C40 ADM_DIR:C200 BOOK_YEAR:I ADM_BLK:L")};
}

std::vector<Object> allObjects() {
  return {{"AR1", "AR1", "Debiteuren", "CONTACT", "", {"USR_LINK"}, false},
          {"CON", "CON", "Relaties", "CONTACT", "", {"USR_LINK"}, false},
          {"ADDR", "ADDR", "Afleveradressen", "DEL_ADDR", "", {}, false},
          {"PJ1", "PJ1", "Projecten", "PROJECTS", "", {"USR_LINK"}, false},
          {"SO1", "SO1", "Verkooporders", "SO_HDR", "SO_LINE", {"PAGE_WF"}, false},
          {"AK1", "AK1", "Artikelen", "ARTICLE", "", {"USR_LINK"}, false},
          {"CP1", "CP1", "Contactpersonen", "CONT_PP", "", {}, false},
          {"PJT", "PJT", "Projectsoorten", "PJ_TYPE", "", {}, false},
          {"EMP", "EMP", "Medewerkers", "EMPLOYEE", "", {}, false},
          {"HRT", "HRT", "Uursoorten", "HOUR_TYPE", "", {}, false},
          {"HRS", "HRS", "Uren", "HOURS", "", {}, false},
          {"DBF", "DBF", "Bestanden", "DCT_FILE", "", {}, true},
          {"FLD", "FLD", "Velden", "DCT_FLD", "", {}, true},
          {"ADL", "ADL", "Administraties", "ADM_LIST", "", {}, true}};
}

template <typename List, typename Match>
auto* findIn(List& list, Match match) {
  const auto found = std::find_if(list.begin(), list.end(), match);
  return found == list.end() ? nullptr : &*found;
}

void renameOne(Schema& schema, const std::string& what, const std::string& name) {
  const auto dot = what.find('.');
  const std::string first = what.substr(0, dot);
  const std::string second = dot == std::string::npos ? "" : what.substr(dot + 1);
  if (first == "object") {
    if (auto* object = findIn(schema.objects, [&](const Object& o) { return o.word == second; })) {
      object->code = name;
      return;
    }
  } else if (auto* table = findIn(schema.tables, [&](const Table& t) { return t.word == first; })) {
    if (second.empty()) {
      table->name = name;
      return;
    }
    if (auto* field = findIn(table->fields, [&](const Field& f) { return f.word == second; })) {
      field->name = name;
      return;
    }
  }
  throw std::invalid_argument("rename: there is no " + what);
}

}  // namespace

const Field* Table::byWord(std::string_view wanted) const {
  return findIn(fields, [&](const Field& field) { return field.word == wanted; });
}

const Field* Table::byName(std::string_view wanted) const {
  const std::string upper = asciiUpper(wanted);
  return findIn(fields, [&](const Field& field) { return asciiUpper(field.name) == upper; });
}

const Table& Schema::table(std::string_view word) const {
  const Table* found = findIn(tables, [&](const Table& table) { return table.word == word; });
  if (found == nullptr) throw std::invalid_argument("there is no table " + std::string(word));
  return *found;
}

const Table* Schema::findTable(std::string_view name) const {
  const std::string upper = asciiUpper(name);
  const Table* found = findIn(tables, [&](const Table& table) { return asciiUpper(table.name) == upper; });
  return found != nullptr ? found : findIn(tables, [&](const Table& table) { return table.word == upper; });
}

const Object* Schema::findObject(std::string_view code) const {
  const std::string upper = asciiUpper(code);
  return findIn(objects, [&](const Object& object) { return asciiUpper(object.code) == upper; });
}

Schema makeSchema(const AccountViewOptions& options) {
  Schema schema{allTables(), allObjects()};
  for (const auto& [what, type] : options.customFields) {
    const auto dot = what.find('.');
    auto* owner = findIn(schema.tables, [&](const Table& t) { return t.word == what.substr(0, dot); });
    if (owner == nullptr || dot == std::string::npos) throw std::invalid_argument("customFields: no table for " + what);
    Field field = fieldOf(what.substr(dot + 1) + ':' + type);
    field.custom = true;
    owner->fields.push_back(field);
  }
  for (const auto& [what, name] : options.rename) renameOne(schema, what, name);
  return schema;
}

}  // namespace postern::sim::accountview
