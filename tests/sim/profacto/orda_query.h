#pragma once
// The query language of section 4.2 (4D ORDA query strings): parser and evaluator.
//
// Taken from 4D's manual where the sheet is silent: quotes are ' or "; a quote cannot be escaped inside itself; texts
// without quotes end at a blank, bracket, comma or operator; IN knows the wildcard; true/false and null are words;
// a value of another type is converted ("v20" is 20, what is no date is the empty date).
// Assumed: AND binds stronger than OR; the empty date is null, is less than every date, and `0000-00-00` finds it;
// % compares whole words and knows the wildcard; an empty IN list finds nothing.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tests/sim/profacto/database.h"

namespace postern::sim::profacto {

/// The text is no query; what() says where.
struct QueryError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Operator {
  Equal,
  NotEqual,
  StrictEqual,
  StrictNotEqual,
  Less,
  Greater,
  LessEqual,
  GreaterEqual,
  In,
  Keyword
};

/// Part of a parsed filter.
struct QueryNode {
  enum class Kind { And, Or, Not, Compare };
  struct Literal {
    std::string text;
    bool quoted = false;
  };
  Kind kind = Kind::Compare;
  std::vector<std::unique_ptr<QueryNode>> children;
  std::string attribute;
  Operator op = Operator::Equal;
  std::vector<Literal> values;  // one, but for IN
};

struct ParsedQuery {
  struct OrderBy {
    std::string attribute;
    bool descending = false;
  };
  std::unique_ptr<QueryNode> filter;  // null = every record
  std::vector<OrderBy> order;
  /// Every attribute named, each once.
  std::vector<std::string> attributes() const;
};

/// Empty or blank text = every record. Throws QueryError.
ParsedQuery parseQuery(std::string_view text, bool bareOrderBy = true);

/// A filter bound to the columns of a table. The table must outlive it.
class QueryFilter {
 public:
  /// All attributes must be columns. `strictFolds`: see ProfactoOptions::strictOperatorsFold. Throws QueryError for a
  /// value that cannot stand there (true/false compared with a boolean field is all it takes).
  QueryFilter(const Table& table, const QueryNode* node, bool strictFolds);
  ~QueryFilter();
  bool matches(Slot slot) const;
  /// If only records with one of these texts (folded) in `column` can match, says so; matches() still decides.
  struct Narrowing {
    std::size_t column = 0;
    std::vector<std::string> texts;
  };
  std::optional<Narrowing> narrowing() const;

 private:
  struct Bound;
  std::unique_ptr<Bound> bind(const QueryNode& node, bool strictFolds) const;
  bool matches(const Bound& bound, Slot slot) const;

  const Table& table_;
  std::unique_ptr<Bound> root_;
};

}  // namespace postern::sim::profacto
