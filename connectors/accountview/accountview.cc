// The connector for AccountView (Visma) over its web API, or over copies of its tables: settings to parts.

#include <array>
#include <span>
#include <utility>

#include "agent/connector.h"
#include "connectors/accountview/check.h"
#include "connectors/accountview/dbf_system.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/scan.h"
#include "connectors/accountview/sink.h"
#include "connectors/accountview/tables.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

constexpr std::size_t kLongestPrefix = 8;

std::string withoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

GrantOptions grantOptions(const SystemContext& context) {
  const Section& settings = context.options;
  const std::string& token = settings.text("token_url");
  return {context.name,
          settings.text("authorize_url"),
          token.empty() ? withoutSlash(settings.text("url")) + "/token" : token,
          joined(settings.list("scopes")),
          settings.text("client_id"),
          settings.text("client_secret")};
}

ApiOptions apiOptions(const Section& settings) {
  return {withoutSlash(settings.text("url")), settings.text("company"), settings.boolean("client_id_header"),
          settings.text("not_found") == "empty"};
}

ListOptions listOptions(const Section& settings) {
  const std::string& paging = settings.text("paging");
  return {static_cast<int>(settings.integer("page_size")), paging == "last_key"      ? Paging::LastKey
                                                           : paging == "page_number" ? Paging::PageNumber
                                                                                     : Paging::Auto};
}

std::vector<std::string> openStatus(const Section& settings) {
  std::vector<std::string> out;
  for (const std::string& status : settings.list("open_status")) out.push_back(plainKey(status));
  return out;
}

ScanOptions scanOptions(const Section& settings) {
  return {listOptions(settings),
          settings.text("changed_operator"),
          settings.duration("overlap"),
          {settings.text("erp_zone"), openStatus(settings)}};
}

/// insert.KIND.FIELD = value
void readInsert(const Section& settings, SinkOptions& out) {
  constexpr std::string_view kPrefix = "insert.";
  for (const auto& [key, value] : settings.values()) {
    if (!key.starts_with(kPrefix) || key == "insert.*") continue;
    const std::string rest = key.substr(kPrefix.size());
    const auto dot = rest.find('.');
    const std::string kind = rest.substr(0, dot);
    const std::string name = dot == std::string::npos ? std::string{} : upperText(plainText(rest.substr(dot + 1)));
    if (name.empty() || writtenFields(kind).empty()) throw ConfigError(settings.placeOf(key), kBadInsert, {key});
    out.insert[kind].emplace_back(name, value);
  }
}

SinkOptions sinkOptions(const Section& settings) {
  using BookDate = SinkOptions::BookDate;
  SinkOptions out;
  const std::string prefix = plainText(settings.text("reference_prefix"));
  if (prefix.empty() || prefix.size() > kLongestPrefix)
    throw ConfigError(settings.placeOf("reference_prefix"), kNoPrefix);
  out.lookup = {listOptions(settings), settings.text("lookup_operator") == "equal" ? "Equal" : "Contains", prefix,
                settings.text("erp_zone")};
  out.texts = {settings.text("too_long") == "cut", settings.text("bad_characters") == "replace"};
  out.types = fieldTypes(settings);
  const std::string& date = settings.text("book_date");
  out.bookDate = date == "today" ? BookDate::Today : date == "none" ? BookDate::None : BookDate::Document;
  out.addLinesByPost = settings.text("add_lines") == "post";
  out.rowAction = static_cast<int>(settings.integer("row_action"));
  out.searchCode = settings.text("search_code");
  readInsert(settings, out);
  return out;
}

/// Thread-safe: what changes after construction is inside the parts.
class AccountView final : public System, public Source {
 public:
  explicit AccountView(const SystemContext& context)
      : layout_(makeLayout(context.fields)),
        scanning_(scanOptions(context.options)),
        writing_(sinkOptions(context.options)),
        api_(context, apiOptions(context.options), grantOptions(context)),
        scanner_(api_, layout_, scanning_),
        sink_(api_, layout_, writing_) {
    for (const std::string_view kind : readKinds())
      if (layout_.at(kind).on()) kinds_.push_back(kind);
  }

  Source* source() override { return this; }
  Sink* sink() override { return &sink_; }
  std::optional<LoginGrant> login(const std::string& redirectUri, const std::string& state) override {
    return LoginGrant{authorizeAddress(api_.grant(), redirectUri, state),
                      [this, redirectUri](const std::string& code, std::stop_token stop) {
                        return exchangeCode(api_.http(), api_.clock(), api_.grant(), code, redirectUri,
                                            std::move(stop));
                      }};
  }
  std::vector<Finding> check(std::stop_token stop) override {
    return checkSystem(api_, layout_, {writing_, scanning_.site.openStatus, scanning_.site.zone}, std::move(stop));
  }

  /// A kind without object in the field map is not listed: its module is not there.
  std::span<const std::string_view> kinds() const override { return kinds_; }
  Result<Page> read(const ScanRequest& request, std::stop_token stop) override {
    return scanner_.read(request, std::move(stop));
  }
  Result<Record> map(std::string_view kind, const Row& row) const override { return scanner_.map(kind, row); }

 private:
  const Layout layout_;
  const ScanOptions scanning_;
  const SinkOptions writing_;
  Api api_;
  Scanner scanner_;
  AccountViewSink sink_;
  std::vector<std::string_view> kinds_;
};

bool isOnDisk(const Section& settings) { return settings.text("mode") == "dbf"; }

void checkSettings(const Section& settings, const Section& fields) {
  const bool onDisk = isOnDisk(settings);
  constexpr std::array<const char*, 3> kWeb{"client_id", "client_secret", "refresh_token"};
  constexpr std::array<const char*, 1> kDisk{"folder"};
  for (const char* key : onDisk ? std::span<const char* const>(kDisk) : std::span<const char* const>(kWeb))
    if (!settings.has(key)) throw ConfigError(settings.place(), kModeNeeds, {settings.text("mode"), key});
  if (onDisk) {
    tablesOnDisk(settings, fields);
  } else {
    makeLayout(fields);
    sinkOptions(settings);
  }
}

std::unique_ptr<System> make(const SystemContext& context) {
  if (isOnDisk(context.options)) return makeDbfSystem(context.options, context.fields);
  return std::make_unique<AccountView>(context);
}

}  // namespace

extern const ConnectorInfo kConnector;
const ConnectorInfo kConnector{
    .name = "accountview",
    .summary = {"AccountView by Visma, bookkeeping and ERP, over accountview.net or from copies of its tables.",
                "AccountView von Visma, Buchhaltung und ERP, über accountview.net oder aus Kopien seiner Tabellen.",
                "AccountView van Visma, boekhouding en ERP, via accountview.net of uit kopieën van de tabellen."},
    .reads = true,
    .writes = true,
    .options = options(),
    .fields = fieldNames(),
    .make = make,
    .sinkKinds = sinkKinds(),
    .grantedSecret = "refresh_token",
    .checkSettings = checkSettings,
    .writesWith = [](const Section& settings) { return !isOnDisk(settings); },
};

}  // namespace postern::accountview
