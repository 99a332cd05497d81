#include <algorithm>
#include <array>

#include "tests/sim/profacto/orda_query.h"
#include "tests/sim/profacto/text.h"

namespace postern::sim::profacto {

namespace {

constexpr int kDeepest = 200;

struct Token {
  enum class Kind { End, Word, Quoted, Symbol };
  Kind kind = Kind::End;
  std::string text;
  std::size_t at = 0;
};

[[noreturn]] void fail(const std::string& what, std::size_t at) {
  throw QueryError(what + " at position " + std::to_string(at + 1));
}

std::vector<Token> tokenize(std::string_view text) {
  // Longest first.
  static constexpr std::array<std::string_view, 20> kSymbols = {
      "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "=", "#", "<", ">", "%", "&", "|", "(", ")", "[", "]", ","};
  std::vector<Token> out;
  std::size_t at = 0;
  const auto symbolAt = [&](std::size_t i) {
    return std::find_if(kSymbols.begin(), kSymbols.end(), [&](auto s) { return text.substr(i).starts_with(s); });
  };
  const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (at < text.size()) {
    const char c = text[at];
    if (isBlank(c)) {
      ++at;
    } else if (c == '"' || c == '\'') {
      const std::size_t end = text.find(c, at + 1);
      if (end == std::string_view::npos) fail("quote without end", at);
      out.push_back({Token::Kind::Quoted, std::string(text.substr(at + 1, end - at - 1)), at});
      at = end + 1;
    } else if (const auto* symbol = symbolAt(at); symbol != kSymbols.end()) {
      out.push_back({Token::Kind::Symbol, std::string(*symbol), at});
      at += symbol->size();
    } else {
      const std::size_t from = at;
      while (at < text.size() && !isBlank(text[at]) && text[at] != '"' && text[at] != '\'' && text[at] != '!' &&
             symbolAt(at) == kSymbols.end()) {
        ++at;
      }
      if (at == from) fail("unexpected character", at);
      out.push_back({Token::Kind::Word, std::string(text.substr(from, at - from)), from});
    }
  }
  out.push_back({Token::Kind::End, "", text.size()});
  return out;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  ParsedQuery run(bool bareOrderBy) {
    ParsedQuery query;
    if (peek().kind == Token::Kind::End) return query;
    if (!isOrderBy() || !bareOrderBy) query.filter = either(0);
    if (isOrderBy()) query.order = orderBy();
    if (peek().kind != Token::Kind::End) fail("expected AND, OR or the end", peek().at);
    return query;
  }

 private:
  using Node = std::unique_ptr<QueryNode>;

  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(next_ + ahead, tokens_.size() - 1)]; }
  Token take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  static bool isWord(const Token& token, std::string_view lower) {
    return token.kind == Token::Kind::Word && fold(token.text) == lower;
  }
  static bool isSymbol(const Token& token, std::string_view text) {
    return token.kind == Token::Kind::Symbol && token.text == text;
  }
  bool isOrderBy() const { return isWord(peek(), "order") && isWord(peek(1), "by"); }
  bool isAnd() const { return isWord(peek(), "and") || isSymbol(peek(), "&") || isSymbol(peek(), "&&"); }
  bool isOr() const { return isWord(peek(), "or") || isSymbol(peek(), "|") || isSymbol(peek(), "||"); }
  void expect(std::string_view symbol) {
    const Token token = take();
    if (!isSymbol(token, symbol)) fail("expected " + std::string(symbol), token.at);
  }

  // Flat, not nested: a chain of a thousand keys must not become a thousand levels.
  template <typename Part, typename More>
  Node chain(QueryNode::Kind kind, Part part, More more) {
    Node first = part();
    if (!more()) return first;
    auto node = std::make_unique<QueryNode>();
    node->kind = kind;
    node->children.push_back(std::move(first));
    while (more()) {
      take();
      node->children.push_back(part());
    }
    return node;
  }

  Node either(int depth) {
    return chain(
        QueryNode::Kind::Or, [&] { return both(depth); }, [&] { return isOr(); });
  }

  Node both(int depth) {
    return chain(
        QueryNode::Kind::And, [&] { return single(depth); }, [&] { return isAnd(); });
  }

  Node single(int depth) {
    if (depth > kDeepest) fail("nested too deep", peek().at);
    if (isSymbol(peek(), "(")) {
      take();
      Node inner = either(depth + 1);
      expect(")");
      return inner;
    }
    if (isWord(peek(), "not")) {
      take();
      auto node = std::make_unique<QueryNode>();
      node->kind = QueryNode::Kind::Not;
      node->children.push_back(single(depth + 1));
      return node;
    }
    return comparison();
  }

  std::string attribute() {
    const Token token = take();
    if (token.kind != Token::Kind::Word) fail("expected a field", token.at);
    return token.text;
  }

  Operator comparator() {
    struct Row {
      std::string_view symbol;
      Operator op;
    };
    static constexpr std::array<Row, 11> kOperators = {{{"=", Operator::Equal},
                                                        {"==", Operator::Equal},
                                                        {"===", Operator::StrictEqual},
                                                        {"#", Operator::NotEqual},
                                                        {"!=", Operator::NotEqual},
                                                        {"!==", Operator::StrictNotEqual},
                                                        {"<", Operator::Less},
                                                        {">", Operator::Greater},
                                                        {"<=", Operator::LessEqual},
                                                        {">=", Operator::GreaterEqual},
                                                        {"%", Operator::Keyword}}};
    const Token token = take();
    if (isWord(token, "in")) return Operator::In;
    if (isWord(token, "is")) {
      if (!isWord(peek(), "not")) return Operator::StrictEqual;
      take();
      return Operator::StrictNotEqual;
    }
    for (const Row& row : kOperators) {
      if (isSymbol(token, row.symbol)) return row.op;
    }
    fail("expected a comparison", token.at);
  }

  QueryNode::Literal value() {
    const Token token = take();
    if (token.kind != Token::Kind::Word && token.kind != Token::Kind::Quoted) fail("expected a value", token.at);
    if (token.kind == Token::Kind::Word && token.text.starts_with(':')) fail("placeholder without a value", token.at);
    return {token.text, token.kind == Token::Kind::Quoted};
  }

  Node comparison() {
    auto node = std::make_unique<QueryNode>();
    node->attribute = attribute();
    node->op = comparator();
    if (node->op != Operator::In) {
      node->values.push_back(value());
      return node;
    }
    expect("[");
    if (!isSymbol(peek(), "]")) {
      node->values.push_back(value());
      while (isSymbol(peek(), ",")) {
        take();
        node->values.push_back(value());
      }
    }
    expect("]");
    return node;
  }

  std::vector<ParsedQuery::OrderBy> orderBy() {
    take();
    take();
    std::vector<ParsedQuery::OrderBy> order;
    do {
      if (!order.empty()) take();
      order.push_back({attribute(), false});
      if (isWord(peek(), "desc") || isWord(peek(), "asc")) order.back().descending = isWord(take(), "desc");
    } while (isSymbol(peek(), ","));
    return order;
  }

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

void collect(const QueryNode* node, std::vector<std::string>& out) {
  if (node == nullptr) return;
  if (node->kind == QueryNode::Kind::Compare && std::find(out.begin(), out.end(), node->attribute) == out.end()) {
    out.push_back(node->attribute);
  }
  for (const auto& child : node->children) collect(child.get(), out);
}

}  // namespace

std::vector<std::string> ParsedQuery::attributes() const {
  std::vector<std::string> out;
  collect(filter.get(), out);
  for (const OrderBy& term : order) {
    if (std::find(out.begin(), out.end(), term.attribute) == out.end()) out.push_back(term.attribute);
  }
  return out;
}

ParsedQuery parseQuery(std::string_view text, bool bareOrderBy) { return Parser(tokenize(text)).run(bareOrderBy); }

}  // namespace postern::sim::profacto
