#include "connectors/profacto/query.h"

#include <algorithm>
#include <vector>

#include "agent/clock.h"

namespace postern::profacto {

namespace {

bool has(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

std::string quoted(std::string_view text) {
  const char quote = has(text, '"') ? '\'' : '"';
  return quote + std::string(text) + quote;
}

std::string inList(std::string_view field, const std::vector<std::string>& values) {
  std::string out = std::string(field) + " IN [";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += values[i];
  }
  return out + ']';
}

std::string compared(std::string_view field, std::string_view op, const std::string& value) {
  return std::string(field) + ' ' + std::string(op) + ' ' + value;
}

}  // namespace

std::string anyNumberOf(std::string_view field, std::span<const std::int64_t> numbers) {
  std::vector<std::string> values;
  for (const auto number : numbers) values.push_back(std::to_string(number));
  return values.size() == 1 ? compared(field, "=", values.front()) : inList(field, values);
}

std::string anyTextOf(std::string_view field, std::span<const std::string> texts) {
  std::vector<std::string> listed;
  std::vector<std::string> alternatives;
  for (const std::string& text : texts) {
    if (has(text, '"') && has(text, '\'')) {
      std::string pattern = text;
      std::replace(pattern.begin(), pattern.end(), '"', '@');
      alternatives.push_back(compared(field, "=", quoted(pattern)));
    } else if (has(text, '@')) {
      alternatives.push_back(compared(field, "===", quoted(text)));
    } else {
      listed.push_back(quoted(text));
    }
  }
  if (listed.size() == 1) alternatives.insert(alternatives.begin(), compared(field, "===", listed.front()));
  if (listed.size() > 1) alternatives.insert(alternatives.begin(), inList(field, listed));
  if (alternatives.size() == 1) return alternatives.front();
  std::string out = "(";
  for (const std::string& alternative : alternatives) out += (out.size() > 1 ? " OR " : "") + alternative;
  return out + ')';
}

std::string sinceDay(std::string_view field, std::chrono::sys_days day) { return compared(field, ">=", isoDate(day)); }

std::string anyValue(std::string_view field) { return compared(field, "!==", "\"\""); }

std::string both(std::string_view first, std::string_view second) {
  if (first.empty() || second.empty()) return std::string(first.empty() ? second : first);
  return std::string(first) + " AND " + std::string(second);
}

std::string orderedBy(std::string_view condition, std::span<const std::string> fields) {
  std::string out = std::string(condition) + " order by ";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ", ";
    out += fields[i];
  }
  return out;
}

}  // namespace postern::profacto
