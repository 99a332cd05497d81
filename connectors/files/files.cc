// The connector for files in a watched folder: what an ERP exports as delimited text or XML.

#include <algorithm>
#include <utility>

#include "agent/connector.h"
#include "connectors/files/messages.h"
#include "connectors/files/source.h"
#include "connectors/files/tables.h"

namespace postern::files {

namespace {

CsvForm csvForm(const Section& settings) {
  CsvForm out;
  const std::string& delimiter = settings.text("delimiter");
  out.delimiter = delimiter == "comma" ? ',' : delimiter == "tab" ? '\t' : delimiter == "pipe" ? '|' : ';';
  const std::string& quote = settings.text("quote");
  if (quote == "single") out.quote = '\'';
  if (quote == "none") out.quote.reset();
  out.header = settings.boolean("header");
  return out;
}

FilesOptions filesOptions(const Section& settings, const std::string& zone) {
  FilesOptions out;
  const std::string& format = settings.text("format");
  if (format == "csv") out.form.format = FileForm::Format::Csv;
  if (format == "xml") out.form.format = FileForm::Format::Xml;
  out.form.csv = csvForm(settings);
  out.form.charset = charsetNamed(settings.text("codepage"));
  out.values.decimalComma = settings.text("decimals") == "comma";
  const std::string& dates = settings.text("dates");
  if (dates == "mdy") out.values.dates = DateOrder::MonthFirst;
  if (dates == "ymd") out.values.dates = DateOrder::YearFirst;
  out.values.zone = zone;
  out.values.trueWords = settings.list("true_words");
  out.changesOnly = settings.text("lists") == "changes";
  out.pageSize = static_cast<std::size_t>(settings.integer("page_size"));
  return out;
}

Folder::Options folderOptions(const Section& settings) {
  Folder::Options out;
  const std::string& path = settings.text("folder");
  out.path = std::filesystem::path(std::u8string(path.begin(), path.end()));
  out.doneFolder = settings.text("done_folder");
  if (out.doneFolder.find_first_of("/\\") != std::string::npos || out.doneFolder.starts_with('.'))
    throw ConfigError(settings.placeOf("done_folder"), kBadDoneFolder, {out.doneFolder});
  out.marker = settings.text("marker");
  out.settle = settings.duration("settle");
  return out;
}

std::vector<KindMap> kindMaps(const Section& options, const Section& fields) {
  auto kinds = makeKinds(fields, options.text("as"));
  const bool allXml = options.text("format") == "xml";
  for (const KindMap& kind : kinds) {
    if (!allXml && !matches("*.xml", kind.pattern)) continue;
    const std::string name(kind.known->name);
    if (kind.rowElement.empty()) throw ConfigError(fields.placeOf(name + ".file"), kNoKeySet, {name, name + ".rows"});
    checkPaths(kind, fields);
  }
  return kinds;
}

class Files final : public System {
 public:
  explicit Files(const SystemContext& context)
      : source_(kindMaps(context.options, context.fields), filesOptions(context.options, context.zone),
                folderOptions(context.options), context.clock) {}
  Source* source() override { return &source_; }
  std::vector<Finding> check(std::stop_token stop) override { return source_.check(std::move(stop)); }

 private:
  FilesSource source_;
};

std::unique_ptr<System> make(const SystemContext& context) { return std::make_unique<Files>(context); }

void checkSettings(const Section& options, const Section& fields) {
  folderOptions(options);
  kindMaps(options, fields);
}

}  // namespace

extern const ConnectorInfo kConnector;
const ConnectorInfo kConnector{
    .name = "files",
    .summary = {"Files an ERP exports to a folder, delimited text or XML; read only.",
                "Dateien, die ein ERP in einen Ordner exportiert, Text mit Trennzeichen oder XML; nur lesend.",
                "Bestanden die een ERP naar een map exporteert, tekst met scheidingstekens of XML; alleen lezen."},
    .reads = true,
    .writes = false,
    .options = options(),
    .fields = fieldNames(),
    .make = make,
    .checkSettings = checkSettings,
};

}  // namespace postern::files
