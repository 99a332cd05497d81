#include "tests/sim/crafter/dialect.h"

#include <stdexcept>

namespace postern::sim {

namespace {

CrafterDialect named(const std::string& name) {
  CrafterDialect dialect;
  if (name == "v1") return dialect;
  if (name != "v2") throw std::invalid_argument("no such dialect: " + name);
  dialect.prefix = "/v2";
  dialect.paging = CrafterDialect::Paging::Page;
  dialect.camelCase = true;
  dialect.listMember = dialect.itemMember = "data";
  dialect.statusWords = {{"new", "nieuw"},
                         {"in_stock", "werkvoorraad"},
                         {"planned", "gepland"},
                         {"completed", "voltooid"},
                         {"checked", "gecontroleerd"}};
  return dialect;
}

}  // namespace

std::string CrafterDialect::nameOf(const std::string& entity, const std::string& member) const {
  if (const auto own = rename.find(entity + '.' + member); own != rename.end()) return own->second;
  if (!camelCase) return member;
  std::string out;
  for (std::size_t i = 0; i < member.size(); ++i) {
    const bool turn = member[i] == '_' && i + 1 < member.size() && member[i + 1] >= 'a' && member[i + 1] <= 'z';
    if (turn) {
      out += static_cast<char>(member[++i] - 'a' + 'A');
    } else {
      out += member[i];
    }
  }
  return out;
}

std::string CrafterDialect::statusOf(const std::string& word) const {
  const auto found = statusWords.find(word);
  return found == statusWords.end() ? word : found->second;
}

std::string CrafterDialect::statusFrom(const std::string& here) const {
  for (const auto& [word, other] : statusWords) {
    if (other == here) return word;
  }
  return here;
}

CrafterDialect crafterDialect(const nlohmann::json& wanted) {
  if (wanted.is_string()) return named(wanted.get<std::string>());
  if (!wanted.is_object()) throw std::invalid_argument("a dialect is a name or an object");
  CrafterDialect dialect = named(wanted.value("base", "v1"));
  for (const auto& [name, value] : wanted.items()) {
    if (name == "prefix") {
      dialect.prefix = value.get<std::string>();
    } else if (name == "paging") {
      const auto paging = value.get<std::string>();
      if (paging != "Cursor" && paging != "Page") throw std::invalid_argument("no such paging: " + paging);
      dialect.paging = paging == "Page" ? CrafterDialect::Paging::Page : CrafterDialect::Paging::Cursor;
    } else if (name == "camelCase") {
      dialect.camelCase = value.get<bool>();
    } else if (name == "listMember") {
      dialect.listMember = value.get<std::string>();
    } else if (name == "itemMember") {
      dialect.itemMember = value.get<std::string>();
    } else if (name == "byExternal") {
      dialect.byExternal = value.get<std::string>();
    } else if (name == "statusWords") {
      dialect.statusWords = value.get<std::map<std::string, std::string>>();
    } else if (name == "rename") {
      dialect.rename = value.get<std::map<std::string, std::string>>();
    } else if (name != "base") {
      throw std::invalid_argument("no such member of a dialect: " + name);
    }
  }
  return dialect;
}

}  // namespace postern::sim
