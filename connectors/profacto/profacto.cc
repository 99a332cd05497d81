// The connector for profacto (extragroup): reads customers, contacts, projects, positions and articles, and writes
// fields of projects back.

#include <utility>

#include "agent/connector.h"
#include "connectors/profacto/api.h"
#include "connectors/profacto/check.h"
#include "connectors/profacto/mapping.h"
#include "connectors/profacto/scan.h"
#include "connectors/profacto/sink.h"
#include "connectors/profacto/tables.h"

namespace postern::profacto {

namespace {

constexpr Message kNoToken{"PST-3040",
                           {"The profacto system has neither \"token\" nor \"{0}\".",
                            "Dem profacto-System fehlen sowohl „token“ als auch „{0}“.",
                            "Het profacto-systeem heeft noch \"token\" noch \"{0}\"."},
                           {"Enter one token for everything, or one for each API set.",
                            "Tragen Sie einen Token für alles oder je API-Bereich einen Token ein.",
                            "Vul één token voor alles in, of één token per API-set."}};

constexpr Message kNoStatus{
    "PST-3041",
    {"The setting confirmed_status names no project status.",
     "Die Einstellung confirmed_status nennt keinen Projektstatus.",
     "De instelling confirmed_status noemt geen projectstatus."},
    {"Enter the status numbers of Auftragsbestätigung and Teillieferung at this site.",
     "Tragen Sie die Statusnummern von Auftragsbestätigung und Teillieferung dieser Installation ein.",
     "Vul de statusnummers van Auftragsbestätigung en Teillieferung van deze installatie in."}};

std::string tokenFor(const Section& settings, const char* key) {
  const std::string& own = settings.text(key);
  const std::string& token = own.empty() ? settings.text("token") : own;
  if (token.empty()) throw ConfigError(settings.placeOf("token"), kNoToken, {key});
  return token;
}

ScanOptions scanOptions(const Section& settings, const std::string& zone) {
  ScanOptions out;
  out.articleToken = tokenFor(settings, "token.articles");
  out.customerToken = tokenFor(settings, "token.customers");
  out.projectToken = tokenFor(settings, "token.projects");
  out.confirmedStatus = settings.integers("confirmed_status");
  if (out.confirmedStatus.empty()) throw ConfigError(settings.placeOf("confirmed_status"), kNoStatus);
  out.pageSize = settings.integer("page_size");
  out.paging = settings.boolean("paging");
  out.lookBack = settings.duration("look_back");
  out.zone = zone;
  return out;
}

ApiOptions apiOptions(const Section& settings) {
  return {baseUrl(settings.text("url")),  settings.text("http_verb") == "post", settings.text("answer_charset"),
          settings.duration("slot_wait"), settings.list("token_error"),         settings.list("locked_error")};
}

/// Writing asks for a token of its own: a right to write that came with `token` would be one nobody thought of.
WriteOptions writeOptions(const Section& settings) {
  using DateForm = WriteOptions::DateForm;
  WriteOptions out;
  out.token = settings.text("token.projects_write");
  const std::string& date = settings.text("write_date");
  if (date == "dd.mm.yy") out.dateForm = DateForm::ShortYear;
  if (date == "dd.mm.yyyy") out.dateForm = DateForm::LongYear;
  // An empty mode would overwrite what it must keep.
  if (const std::string mode = plainText(settings.text("text_update_mode")); !mode.empty()) out.textMode = mode;
  if (const std::string mode = plainText(settings.text("payment_update_mode")); !mode.empty()) out.paymentMode = mode;
  return out;
}

/// Thread-safe: nothing but the sink's alarm changes after construction.
class Profacto final : public System, public Source {
 public:
  explicit Profacto(const SystemContext& context)
      : fields_(context.fields),
        url_(context.options.text("url")),
        layout_(makeLayout(context.fields, context.options.list("contact_key"))),
        options_(scanOptions(context.options, context.zone)),
        api_(context.http, context.clock, apiOptions(context.options)),
        scanner_(api_, layout_, options_),
        writing_(writeOptions(context.options)),
        sink_(api_, scanner_, layout_, context.zone, writing_) {}

  Source* source() override { return this; }
  Sink* sink() override { return writing_.token.empty() ? nullptr : &sink_; }
  std::vector<Finding> check(std::stop_token stop) override {
    return checkSystem(api_, layout_, options_, writing_.token, fields_, url_, std::move(stop));
  }

  std::span<const std::string_view> kinds() const override { return readKinds(); }
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override {
    return scanner_.read(request, std::move(stop));
  }
  Result<Record> map(std::string_view kind, const Row& row) const override {
    const Table* table = layout_.find(kind);
    return table == nullptr ? unknownKind(kind) : mapRow(*table, row, options_.zone);
  }

 private:
  const Section& fields_;
  std::string url_;
  Layout layout_;
  ScanOptions options_;
  Api api_;
  Scanner scanner_;
  WriteOptions writing_;
  ProjectSink sink_;
};

void checkSettings(const Section& settings, const Section& fields) {
  makeLayout(fields, settings.list("contact_key"));
  scanOptions(settings, {});
}

bool mayWrite(const Section& settings) { return !settings.text("token.projects_write").empty(); }

std::unique_ptr<System> make(const SystemContext& context) { return std::make_unique<Profacto>(context); }

}  // namespace

extern const ConnectorInfo kConnector;
const ConnectorInfo kConnector{
    .name = "profacto",
    .summary = {"profacto by extragroup, a joinery ERP on 4D, over its web API.",
                "profacto von extragroup, ein Tischlerei-ERP auf 4D, über dessen Web-API.",
                "profacto van extragroup, een ERP voor timmerbedrijven op 4D, via de web-API."},
    .reads = true,
    .writes = true,
    .options = options(),
    .fields = fieldNames(),
    .make = make,
    .sinkKinds = sinkKinds(),
    .checkSettings = checkSettings,
    .writesWith = [](const Section& settings) { return mayWrite(settings); },
};

}  // namespace postern::profacto
