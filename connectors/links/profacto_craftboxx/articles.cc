// Flow "articles".

#include "connectors/links/profacto_craftboxx/lines.h"
#include "connectors/links/profacto_craftboxx/quantities.h"
#include "connectors/links/profacto_craftboxx/rules.h"

namespace postern::profacto_craftboxx {
namespace {

std::string articleName(const Record& article) {
  if (auto text = oneLine(article.field("text")); !text.empty()) return text;
  if (const auto lines = linesOf(article.field("description")); !lines.empty()) return lines.front();
  return article.key;
}

std::string unitName(std::string_view text, const RuleOptions& options) {
  if (const auto own = options.unitMap.find(tableKey(text)); own != options.unitMap.end()) return own->second;
  return std::string(unitOf(text, options.units).value_or(""));
}

/// "Länge x Breite x Höhe: 2800 x 2070 x 19 mm"; the label names only the measures that are there. "" when none is.
std::string measures(const Record& article) {
  struct Measure {
    const char* field;
    const char* label;
  };
  std::string labels;
  std::string values;
  for (const auto& [field, label] : {Measure{"length", "Länge"}, {"width", "Breite"}, {"height", "Höhe"}}) {
    const auto value = article.field(field);
    if (!isNonZero(value)) continue;
    labels += (labels.empty() ? "" : " x ") + std::string(label);
    values += (values.empty() ? "" : " x ") + germanNumber(value);
  }
  return labels.empty() ? std::string() : labels + ": " + values + " mm";
}

std::string articleInfo(const Record& article, bool unitIsLost) {
  std::string info(trimmed(article.field("description")));
  const auto add = [&](const std::string& line) {
    if (line.empty()) return;
    if (!info.empty()) info += '\n';
    info += line;
  };
  add(measures(article));
  if (unitIsLost) add("Einheit: " + oneLine(article.field("unit")));
  return info;
}

}  // namespace

std::optional<Target> deriveArticle(const std::string& key, const SourceView& erp, const RuleOptions& options) {
  const auto seen = erp.get("article", key);
  if (!seen) return std::nullopt;
  const Record& article = seen->record;
  const std::string unit = unitName(article.field("unit"), options);
  const bool unitIsLost = unit.empty() && !trimmed(article.field("unit")).empty();
  Target target;
  target.fields["name"] = articleName(article);
  target.fields["number"] = key;
  // Also "", so that an old one does not stay when the new one has no counterpart.
  if (article.fields.contains("unit")) target.fields["unit"] = unit;
  bool told = false;
  for (const auto* name : {"description", "length", "width", "height", "unit"}) told |= article.fields.contains(name);
  if (told) target.fields["info"] = articleInfo(article, unitIsLost);
  return target;
}

}  // namespace postern::profacto_craftboxx
