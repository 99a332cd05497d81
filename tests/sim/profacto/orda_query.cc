#include "tests/sim/profacto/orda_query.h"

#include <algorithm>
#include <cstdlib>

#include "tests/sim/profacto/text.h"

namespace postern::sim::profacto {

struct QueryFilter::Bound {
  QueryNode::Kind kind = QueryNode::Kind::Compare;
  std::vector<std::unique_ptr<Bound>> children;
  std::size_t column = 0;
  Type type = Type::Text;
  Operator op = Operator::Equal;
  bool folds = true;
  std::unordered_set<std::string> texts;  // plain texts to be equal to
  std::vector<std::string> patterns;      // texts with '@'
  std::vector<double> numbers;            // numbers, booleans, days
  bool null = false;                      // the word null is among the values
};

namespace {

constexpr double kEmptyDay = -1e12;

// 4D's Num(): the digits, signs and points of a text; what has none is 0.
double toNumber(const std::string& text) {
  std::string kept;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' ||
        (c == '-' && (kept.empty() || kept.back() == 'e'))) {
      kept += c;
    }
  }
  const std::size_t digit = kept.find_first_of("-.0123456789");
  return digit == std::string::npos ? 0 : std::strtod(kept.c_str() + digit, nullptr);
}

double asNumber(const Cell& cell) {
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? 1 : 0;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  if (const auto* day = std::get_if<std::chrono::sys_days>(&cell))
    return static_cast<double>(day->time_since_epoch().count());
  return kEmptyDay;
}

double literalNumber(const std::string& text, Type type) {
  switch (type) {
    case Type::Boolean:
      if (text == "true") return 1;
      if (text == "false") return 0;
      throw QueryError("not a boolean: " + text);
    case Type::Date: {
      const auto day = parseDate(text);
      return day ? static_cast<double>(day->time_since_epoch().count()) : kEmptyDay;
    }
    default:
      return toNumber(text);
  }
}

template <typename T>
bool inOrder(Operator op, const T& left, const T& right) {
  switch (op) {
    case Operator::Less:
      return left < right;
    case Operator::Greater:
      return left > right;
    case Operator::LessEqual:
      return left <= right;
    default:
      return left >= right;
  }
}

bool isOrder(Operator op) {
  return op == Operator::Less || op == Operator::Greater || op == Operator::LessEqual || op == Operator::GreaterEqual;
}
bool isNegative(Operator op) { return op == Operator::NotEqual || op == Operator::StrictNotEqual; }
bool isStrict(Operator op) { return op == Operator::StrictEqual || op == Operator::StrictNotEqual; }

}  // namespace

QueryFilter::QueryFilter(const Table& table, const QueryNode* node, bool strictFolds) : table_(table) {
  if (node != nullptr) root_ = bind(*node, strictFolds);
}

QueryFilter::~QueryFilter() = default;

std::unique_ptr<QueryFilter::Bound> QueryFilter::bind(const QueryNode& node, bool strictFolds) const {
  auto bound = std::make_unique<Bound>();
  bound->kind = node.kind;
  for (const auto& child : node.children) bound->children.push_back(bind(*child, strictFolds));
  if (node.kind != QueryNode::Kind::Compare) return bound;
  bound->column = *table_.columnNamed(node.attribute);
  bound->type = table_.columns()[bound->column].type;
  bound->op = node.op;
  bound->folds = strictFolds || !isStrict(node.op);
  for (const auto& [text, quoted] : node.values) {
    if (!quoted && text == "null") {
      bound->null = true;
    } else if (bound->type != Type::Text) {
      bound->numbers.push_back(literalNumber(text, bound->type));
    } else {
      std::string value = isOrder(node.op) ? collationKey(text) : bound->folds ? fold(text) : text;
      const bool wildcard = !isStrict(node.op) && !isOrder(node.op) && value.find('@') != std::string::npos;
      if (wildcard) {
        bound->patterns.push_back(std::move(value));
      } else {
        bound->texts.insert(std::move(value));
      }
    }
  }
  return bound;
}

bool QueryFilter::matches(Slot slot) const { return root_ == nullptr || matches(*root_, slot); }

bool QueryFilter::matches(const Bound& bound, Slot slot) const {
  const auto holds = [&](const std::unique_ptr<Bound>& child) { return matches(*child, slot); };
  switch (bound.kind) {
    case QueryNode::Kind::And:
      return std::all_of(bound.children.begin(), bound.children.end(), holds);
    case QueryNode::Kind::Or:
      return std::any_of(bound.children.begin(), bound.children.end(), holds);
    case QueryNode::Kind::Not:
      return !holds(bound.children[0]);
    case QueryNode::Kind::Compare:
      break;
  }
  const Cell cell = table_.cell(slot, bound.column);
  const auto* text = std::get_if<std::string_view>(&cell);
  const bool empty = std::holds_alternative<std::monostate>(cell);
  if (text == nullptr) {
    const double value = asNumber(cell);
    if (isOrder(bound.op)) return !bound.numbers.empty() && inOrder(bound.op, value, bound.numbers.front());
    const bool equal =
        (bound.null && empty) || std::find(bound.numbers.begin(), bound.numbers.end(), value) != bound.numbers.end();
    return equal != isNegative(bound.op);
  }
  if (isOrder(bound.op)) return !bound.texts.empty() && inOrder(bound.op, collationKey(*text), *bound.texts.begin());
  const std::string value = bound.folds ? fold(*text) : std::string(*text);
  if (bound.op == Operator::Keyword) {
    const auto parts = words(value);
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view word) {
      const auto fits = [&](const std::string& pattern) { return matchesWildcard(word, pattern); };
      return std::any_of(bound.texts.begin(), bound.texts.end(), fits) ||
             std::any_of(bound.patterns.begin(), bound.patterns.end(), fits);
    });
  }
  const bool equal = bound.texts.contains(value) ||
                     std::any_of(bound.patterns.begin(), bound.patterns.end(),
                                 [&](const std::string& pattern) { return matchesWildcard(value, pattern); });
  return equal != isNegative(bound.op);
}

std::optional<QueryFilter::Narrowing> QueryFilter::narrowing() const {
  std::vector<const Bound*> open;
  if (root_ != nullptr) open.push_back(root_.get());
  while (!open.empty()) {
    const Bound* bound = open.back();
    open.pop_back();
    if (bound->kind == QueryNode::Kind::And) {
      for (const auto& child : bound->children) open.push_back(child.get());
    }
    const bool picks =
        bound->kind == QueryNode::Kind::Compare && bound->type == Type::Text &&
        (bound->op == Operator::Equal || bound->op == Operator::StrictEqual || bound->op == Operator::In);
    if (!picks || !bound->patterns.empty() || bound->texts.empty()) continue;
    Narrowing out{bound->column, {}};
    std::unordered_set<std::string> folded;
    for (const std::string& text : bound->texts) folded.insert(fold(text));
    out.texts.assign(folded.begin(), folded.end());
    return out;
  }
  return std::nullopt;
}

}  // namespace postern::sim::profacto
