// Flow "used_articles": the ticked articles of a checked work order as lines of its sales order, each once.

#include <algorithm>
#include <charconv>
#include <vector>

#include "connectors/links/accountview_crafter/amounts.h"
#include "connectors/links/accountview_crafter/rules.h"
#include "connectors/links/accountview_crafter/words.h"

namespace postern::accountview_crafter {
namespace {

constexpr Message kNoOrder{
    "PST-5031",
    {"The work order {0} is checked but has no sales order in AccountView, and none will be made for it.",
     "Der Werkbon {0} ist geprüft, hat aber in AccountView keinen Auftrag, und es wird keiner angelegt.",
     "De werkbon {0} is gecontroleerd maar heeft in AccountView geen verkooporder, en er wordt er geen gemaakt."},
    {"Set flow.work_orders = to_erp, or enter the articles in AccountView by hand.",
     "Setzen Sie flow.work_orders = to_erp, oder erfassen Sie die Artikel von Hand in AccountView.",
     "Stel flow.work_orders = to_erp in, of voer de artikelen met de hand in AccountView in."}};

constexpr Message kUnknownArticle{
    "PST-5032",
    {"AccountView has no article {0}, used on the work order {1}.",
     "AccountView hat keinen Artikel {0}, der auf dem Werkbon {1} verbraucht wurde.",
     "AccountView heeft geen artikel {0}, gebruikt op werkbon {1}."},
    {"Create the article in AccountView, or correct its number on the work order.",
     "Legen Sie den Artikel in AccountView an, oder berichtigen Sie seine Nummer auf dem Werkbon.",
     "Maak het artikel aan in AccountView, of verbeter het nummer op de werkbon."}};

constexpr Message kBadQuantity{
    "PST-5033",
    {"The article {0} on the work order {1} has no quantity that can be read.",
     "Der Artikel {0} auf dem Werkbon {1} hat keine lesbare Menge.",
     "Het artikel {0} op werkbon {1} heeft geen leesbaar aantal."},
    {"Enter its quantity on the work order in Crafter.", "Tragen Sie die Menge in Crafter auf dem Werkbon ein.",
     "Vul het aantal in op de werkbon in Crafter."}};

constexpr Message kChangedLine{
    "PST-5034",
    {"The article {0} on the work order {1} was changed after it was added to the sales order ({2} sent, {3} now).",
     "Der Artikel {0} auf dem Werkbon {1} wurde geändert, nachdem er in den Auftrag übernommen war ({2} gesendet, {3} "
     "jetzt).",
     "Het artikel {0} op werkbon {1} is gewijzigd nadat het aan de verkooporder was toegevoegd ({2} verzonden, {3} "
     "nu)."},
    {"Set the line back to what was sent and add another line for the rest, or set changed_lines = difference.",
     "Setzen Sie die Zeile auf das Gesendete zurück und ergänzen Sie eine weitere für den Rest, oder setzen Sie "
     "changed_lines = difference.",
     "Zet de regel terug op wat verzonden is en voeg een regel toe voor de rest, of stel changed_lines = difference "
     "in."}};

struct Part {
  std::string usedArticle;
  int number = 1;
};

Part partOf(const std::string& key, const SourceView& app) {
  const auto mark = key.rfind('#');
  if (mark == std::string::npos || app.get("used_article", key)) return {key, 1};
  int number = 0;
  const char* end = key.data() + key.size();
  const auto read = std::from_chars(key.data() + mark + 1, end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 2 || number > kMostParts) return {key, 1};
  return {key.substr(0, mark), number};
}

std::optional<Fields> sentOf(const BackView& view, const std::string& usedArticle, int part) {
  if (!view.sent) return std::nullopt;
  return view.sent({"order_line", partKey(usedArticle, part)});
}

std::string fieldOf(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

/// The lines that went out for a used article, in their order.
std::vector<Fields> sentLines(const BackView& view, const std::string& usedArticle) {
  std::vector<Fields> lines;
  for (int part = 1; part <= kMostParts; ++part) {
    auto sent = sentOf(view, usedArticle, part);
    if (!sent) break;
    lines.push_back(std::move(*sent));
  }
  return lines;
}

std::string totalOf(const std::vector<Fields>& lines) {
  std::string total = "0";
  for (const auto& line : lines) total = plus(total, decimal(fieldOf(line, "quantity")).value_or("0"));
  return total;
}

/// The number as the ERP writes it; nullopt when it has no such article.
std::optional<std::string> articleOf(const std::string& number, const SourceView& erp) {
  if (number.empty()) return std::nullopt;
  if (erp.get("article", number)) return number;
  auto upper = code(number);
  return erp.get("article", upper) ? std::optional(std::move(upper)) : std::nullopt;
}

struct Use {
  std::string order;                    // key of the work order
  std::string orderName;                // its number, for messages
  std::string number;                   // of the article
  std::string delivery;                 // the day; "" = none
  std::optional<std::string> quantity;  // nullopt when it cannot be read; "0" when it is not ticked
};

/// Whether the work order still lists it; of one that was deleted the snapshot tells only after two full compares. A
/// work order that tells no list leaves it open.
bool isListed(const Record& used, const Record& order) {
  if (!tells(order, "used_article")) return true;
  const std::string own = '\n' + used.key.substr(std::min(used.key.size(), used.parent.size() + 1)) + '\n';
  return ('\n' + std::string(order.field("used_article")) + '\n').find(own) != std::string::npos;
}

/// nullopt when nothing is to be invoiced now: only a checked work order's articles are.
std::optional<Use> useOf(const std::string& usedArticle, const SourceView& app) {
  const auto seen = app.get("used_article", usedArticle);
  if (!seen) return std::nullopt;
  const auto order = app.get("work_order", seen->record.parent);
  if (!order || order->record.field("status") != "checked") return std::nullopt;
  if (!isListed(seen->record, order->record)) return std::nullopt;
  const bool ticked = seen->record.field("ticked") == "true";
  return Use{order->record.key, value(order->record, "number"), value(seen->record, "number"),
             value(order->record, "target_date"),
             ticked ? decimal(seen->record.field("quantity")) : std::optional<std::string>("0")};
}

Target lineOf(const Use& use, const std::string& article, const std::string& quantity, const BackView& view,
              const RuleOptions& options) {
  Target target;
  target.fields["order"] = use.order;
  target.fields["article"] = article;
  target.fields["quantity"] = quantity;
  if (!use.delivery.empty()) target.fields["delivery_date"] = use.delivery;
  // Which book year the order is in.
  if (auto day = orderDate(use.order, view, options); !day.empty()) target.fields["order_date"] = std::move(day);
  target.needs.push_back({"sales_order", use.order});
  return target;
}

/// A line that went out stays as it went out; that it should now be another one can only be said.
Target sentLine(const Use& use, const std::vector<Fields>& lines, int part, const RuleOptions& options) {
  Target target;
  target.fields = lines.at(static_cast<std::size_t>(part - 1));
  target.needs.push_back({"sales_order", use.order});
  if (part > 1) return target;
  const auto article = fieldOf(lines.front(), "article");
  const auto total = totalOf(lines);
  const bool sameArticle = article == use.number || article == code(use.number);
  const bool changed = !sameArticle || use.quantity != total;
  const bool room = lines.size() < static_cast<std::size_t>(kMostParts);
  const bool followed = options.sendsDifference && sameArticle && use.quantity && room;
  if (changed && !followed) {
    target.refusal = refusal(kChangedLine, {article, use.orderName, total, use.quantity.value_or("?")});
  }
  return target;
}

/// The part that brings the sum of what went out to what is now used.
std::optional<Target> differenceLine(const Use& use, const std::vector<Fields>& lines, const BackView& view,
                                     const RuleOptions& options) {
  const auto article = fieldOf(lines.front(), "article");
  if (!use.quantity || (article != use.number && article != code(use.number))) return std::nullopt;
  const auto difference = minus(*use.quantity, totalOf(lines));
  if (difference == "0") return std::nullopt;
  return lineOf(use, article, difference, view, options);
}

std::optional<Target> firstLine(const Use& use, const BackView& view, const RuleOptions& options) {
  if (use.quantity == "0") return std::nullopt;
  const auto article = articleOf(use.number, view.erp);
  if (!article && options.unknownArticle == Doubt::Leave) return std::nullopt;
  Target target = lineOf(use, article.value_or(use.number), use.quantity.value_or(""), view, options);
  if (!article) {
    target.refusal = refusal(kUnknownArticle, {use.number, use.orderName});
  } else if (!use.quantity) {
    target.refusal = refusal(kBadQuantity, {use.number, use.orderName});
  } else if (!options.exportsOrders && view.erpKeyOf("work_order", use.order).empty()) {
    target.refusal = refusal(kNoOrder, {use.orderName});
  }
  return target;
}

}  // namespace

std::string partKey(const std::string& usedArticle, int part) {
  return part == 1 ? usedArticle : usedArticle + '#' + std::to_string(part);
}

std::optional<Target> deriveOrderLine(const std::string& key, const BackView& view, const RuleOptions& options) {
  const auto [usedArticle, part] = partOf(key, view.app);
  const auto use = useOf(usedArticle, view.app);
  if (!use) return std::nullopt;
  const auto lines = sentLines(view, usedArticle);
  const auto next = static_cast<int>(lines.size()) + 1;
  if (part < next) return sentLine(*use, lines, part, options);
  if (part > next || (part > 1 && !options.sendsDifference)) return std::nullopt;
  return part == 1 ? firstLine(*use, view, options) : differenceLine(*use, lines, view, options);
}

}  // namespace postern::accountview_crafter
