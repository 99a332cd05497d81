// Files hold an ERP's records under the names that its own connector gives them. Connectors may not include each other,
// so the names stand twice; here they are held together.

#include "connectors/files/vocabulary.h"

#include <gmock/gmock.h>

#include <map>

#include "connectors/accountview/mapping.h"
#include "connectors/accountview/tables.h"
#include "connectors/profacto/mapping.h"
#include "connectors/profacto/tables.h"

namespace postern {
namespace {

/// Field -> how it is understood.
using Names = std::map<std::string, files::Form, std::less<>>;

Names vocabulary(const files::KnownKind& kind) {
  Names out;
  for (const files::KnownField& field : kind.fields) out.emplace(field.name, field.form);
  return out;
}

/// A field map in which every name is there: each is called like its key.
Section everyName(std::span<const FieldName> table) {
  Section fields("erp", "");
  for (const FieldName& field : table) fields.set(field.key, field.key);
  return fields;
}

template <class Kinds>
void expectKinds(std::string_view erp, const Kinds& read) {
  std::vector<std::string_view> known;
  for (const files::KnownKind& kind : files::kindsOf(erp)) known.push_back(kind.name);
  EXPECT_THAT(known, testing::ElementsAreArray(read));
}

files::Form formOf(profacto::Form form) {
  if (form == profacto::Form::Number) return files::Form::Number;
  if (form == profacto::Form::Flag) return files::Form::Flag;
  return form == profacto::Form::Date ? files::Form::Date : files::Form::Text;
}

files::Form formOf(accountview::Form form) {
  if (form == accountview::Form::Number) return files::Form::Number;
  if (form == accountview::Form::Flag) return files::Form::Flag;
  return form == accountview::Form::Day ? files::Form::Date : files::Form::Text;
}

TEST(FilesVocabularyTest, ProfactosRecordsAreThoseOfItsConnector) {
  expectKinds("profacto", profacto::readKinds());
  const auto layout = profacto::makeLayout(everyName(profacto::fieldNames()), {"Name"});
  for (const files::KnownKind& kind : files::kindsOf("profacto")) {
    Names columns;
    const profacto::Table& table = layout.at(kind.name);
    for (const profacto::Column& column : table.columns) columns.emplace(column.field, formOf(column.form));
    EXPECT_EQ(vocabulary(kind), columns) << kind.name;
    EXPECT_EQ(kind.owned, table.owned) << kind.name;
  }
}

TEST(FilesVocabularyTest, AccountViewsRecordsAreThoseOfItsConnector) {
  expectKinds("accountview", accountview::readKinds());
  const auto layout = accountview::makeLayout(everyName(accountview::fieldNames()));
  for (const files::KnownKind& kind : files::kindsOf("accountview")) {
    const accountview::Table& table = layout.at(kind.name);
    Fields row;
    for (const std::string& name : table.asked()) row[name] = "";
    row[table.key] = "K1";
    const auto record = accountview::recordOf(table, "K1", row, {"Europe/Amsterdam", {}});
    ASSERT_TRUE(record) << kind.name;
    Names told;
    for (const auto& [field, value] : record->fields) {
      const accountview::Column* column = table.column(field);
      told.emplace(field, column == nullptr ? files::Form::Flag : formOf(column->form));  // "open" has no column
    }
    EXPECT_EQ(vocabulary(kind), told) << kind.name;
    EXPECT_EQ(kind.owned, !table.parent.empty()) << kind.name;
  }
}

}  // namespace
}  // namespace postern
