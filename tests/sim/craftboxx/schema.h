#pragma once
// The resources of Craftboxx, their fields and relations (fact sheet, sections 4 and 5), and the checks on what is
// written. Pure tables and functions.

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/sim/craftboxx/options.h"

namespace postern::sim::craftboxx {

using Json = nlohmann::json;

enum class Resource { Customers, Addresses, Projects, Assignments, Articles, Tags };
inline constexpr std::array kResources{Resource::Customers,   Resource::Addresses, Resource::Projects,
                                       Resource::Assignments, Resource::Articles,  Resource::Tags};

enum class Type { String, Text, Int, Float, Coordinate, Bool, DateTime, Date, Enum, Reference, Ids, Articles };

struct Field {
  std::string_view name;
  Type type;
  bool required = false;                    // on POST; never null afterwards
  bool onPut = true;                        // false: ignored on PUT
  Resource refersTo = Resource::Customers;  // of a Reference
  bool indexed = false;                     // look-ups by this value must stay quick
};

struct Relation {
  enum class Kind {
    Parent,      // our `field` holds the id of one `target`
    Children,    // `field` of `target` holds our id
    Articles,    // assignment -> articles, with pivot
    InArticles,  // article -> assignments
    Ids,         // our `field` lists ids of something that is not simulated
    Nothing,     // known name, always empty
    Creation     // who made the record
  };
  std::string_view name;
  Kind kind;
  Resource target = Resource::Customers;
  std::string_view field = {};
};

/// The path, e.g. "customers/addresses".
std::string_view pathOf(Resource resource);
/// By path; "addresses" and "tags" alone are understood too.
std::optional<Resource> resourceOf(std::string_view path);
/// Status of a successful POST and DELETE.
int createdStatus(Resource resource);
int deletedStatus(Resource resource);
/// All that can be written, `source` and `source_external_id` included.
std::span<const Field> fieldsOf(Resource resource);
const Field* fieldOf(Resource resource, std::string_view name);
std::span<const Relation> relationsOf(Resource resource);
const Relation* relationOf(Resource resource, std::string_view name);

/// What a POST or PUT asks for, in the form it is stored: stamps in UTC text, numbers as numbers, null = clear.
struct Input {
  Json fields = Json::object();
  Json errors = Json::object();  // Laravel form: {"title":["…"]}; empty = good
};

/// `exists` tells whether a record is there. Unknown members of `body` are dropped.
Input readInput(Resource resource, const Json& body, bool create, const CraftboxxOptions& options,
                const std::function<bool(Resource, std::int64_t)>& exists);

}  // namespace postern::sim::craftboxx
