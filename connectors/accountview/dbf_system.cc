#include "connectors/accountview/dbf_system.h"

#include <utility>

#include "connectors/accountview/dbf_messages.h"
#include "connectors/accountview/mapping.h"
#include "connectors/accountview/messages.h"
#include "connectors/accountview/values.h"

namespace postern::accountview {

namespace {

using Level = Finding::Level;

DbfKind kindOf(const Table& table) {
  DbfKind kind;
  kind.kind = std::string(table.kind);
  kind.table = table.name;
  kind.key = {table.key};
  kind.keyForm = plainKey;
  kind.parent = table.parent;
  kind.changed = table.changed;
  for (const Column& column : table.columns) kind.columns.push_back({column.name, {column.name}});
  return kind;
}

std::vector<std::string> plainList(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const std::string& value : values) out.push_back(plainText(value));
  return out;
}

/// only.KIND.COLUMN = values
void readFilters(const Section& settings, std::vector<DbfKind>& kinds) {
  constexpr std::string_view kPrefix = "only.";
  for (const auto& [key, value] : settings.values()) {
    if (!key.starts_with(kPrefix) || key == "only.*") continue;
    const std::string rest = key.substr(kPrefix.size());
    const auto dot = rest.find('.');
    const std::string column = dot == std::string::npos ? std::string{} : plainKey(rest.substr(dot + 1));
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [name = rest.substr(0, dot)](const DbfKind& one) { return one.kind == name; });
    std::vector<std::string> values = plainList(settings.list(key));
    if (column.empty() || kind == kinds.end() || values.empty())
      throw ConfigError(settings.placeOf(key), kDbfBadOnly, {key});
    kind->only.push_back({column, std::move(values)});
  }
}

class TablesOnDisk final : public System {
 public:
  TablesOnDisk(const Section& settings, const Section& fields)
      : source_(tablesOnDisk(settings, fields)),
        layout_(makeLayout(fields, Access::Disk)),
        allOpen_(settings.list("open_status").empty()) {}

  Source* source() override { return &source_; }
  std::vector<Finding> check(std::stop_token stop) override {
    std::vector<Finding> findings = source_.check(std::move(stop));
    std::string off;
    for (const std::string_view kind : readKinds())
      if (!layout_.at(kind).on()) off += (off.empty() ? "" : ", ") + std::string(kind);
    const auto warn = [&](const char* what, const Message& message, std::vector<std::string> args) {
      findings.push_back({Level::Warning, what, Error{Fault::Reject, &message, std::move(args), {}, {}}});
    };
    if (!off.empty()) warn("kinds", kDbfKindsOff, {off});
    if (layout_.at("project").on() && allOpen_) warn("open_status", kAllOpen, {});
    return findings;
  }

 private:
  DbfSource source_;
  const Layout layout_;
  const bool allOpen_;
};

}  // namespace

DbfSourceOptions tablesOnDisk(const Section& settings, const Section& fields) {
  const auto layout = std::make_shared<const Layout>(makeLayout(fields, Access::Disk));
  Site site{settings.text("erp_zone"), {}};
  for (const std::string& status : settings.list("open_status")) site.openStatus.push_back(plainKey(status));
  DbfSourceOptions out;
  const std::string& folder = settings.text("folder");
  out.folder = std::filesystem::path(std::u8string(folder.begin(), folder.end()));
  out.codepage = settings.text("codepage");
  out.zone = site.zone;
  for (const std::string_view kind : readKinds())
    if (const Table& table = layout->at(kind); table.on()) out.kinds.push_back(kindOf(table));
  // One table holds several kinds of order documents.
  const auto types = fields.values().find("sales_order.dbf_type");
  const std::string column = types == fields.values().end() ? std::string{} : plainKey(types->second);
  for (DbfKind& kind : out.kinds)
    if (kind.kind == "sales_order" && !column.empty())
      kind.only.push_back({column, plainList(settings.list("order_types"))});
  readFilters(settings, out.kinds);
  out.mapper = [layout, site](const DbfKind& kind, const std::string& key, const DbfValues& values) {
    return recordOf(layout->at(kind.kind), key, values, site);
  };
  return out;
}

std::unique_ptr<System> makeDbfSystem(const Section& settings, const Section& fields) {
  return std::make_unique<TablesOnDisk>(settings, fields);
}

}  // namespace postern::accountview
