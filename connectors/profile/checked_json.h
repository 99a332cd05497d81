#pragma once
// Reads a JSON object whose members are known, and tells an admin in one sentence what is wrong with it.

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/profile/profile.h"

namespace postern::profile {

/// Throws ConfigError: bytes that are no JSON, or a member that stands twice in one object.
nlohmann::ordered_json parseStrictly(std::string_view text, const std::string& file);

/// One object of a profile. Every reader throws ConfigError for a missing or mistyped member; finish() for members
/// nobody asked for. Refers to the JSON and the file's name.
class CheckedJson {
 public:
  using Json = nlohmann::ordered_json;

  CheckedJson(const Json& object, const std::string& file, std::string where);

  bool has(const std::string& name) const { return object_.contains(name); }
  /// The member, not empty.
  std::string text(const std::string& name);
  std::string text(const std::string& name, const std::string& absent);
  bool flag(const std::string& name, bool absent);
  long number(const std::string& name, long absent, long min, long max);
  /// One of `choices`; the first when absent.
  std::string choice(const std::string& name, const std::vector<std::string>& choices);
  /// "a.b" as a path; empty when absent.
  Path path(const std::string& name);
  /// A path pattern whose placeholders are all among `allowed`; empty when absent.
  std::string pattern(const std::string& name, const std::vector<std::string>& allowed);
  std::vector<std::string> texts(const std::string& name);
  /// Names with texts; empty when absent.
  std::vector<std::pair<std::string, std::string>> pairs(const std::string& name);
  CheckedJson object(const std::string& name);
  /// All members, in the order of the file; they count as asked for.
  std::vector<std::string> names();
  const Json& raw(const std::string& name);
  void ignore(const std::string& name) { known_.insert(name); }
  void finish() const;

  /// "FILE: kinds.customer.NAME".
  std::string placeOf(const std::string& name) const;
  std::string whereOf(const std::string& name) const;
  [[noreturn]] void bad(const std::string& name, const Message& message, std::vector<std::string> args) const;

 private:
  const Json* find(const std::string& name);
  const Json& need(const std::string& name);
  [[noreturn]] void wrongType(const std::string& name, const char* wanted) const;

  const Json& object_;
  const std::string& file_;
  std::string where_;
  std::set<std::string> known_;
};

}  // namespace postern::profile
