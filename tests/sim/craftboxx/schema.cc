#include "tests/sim/craftboxx/schema.h"

#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim::craftboxx {

namespace {

constexpr Field kSource{"source", Type::String};
constexpr Field kExternalId{.name = "source_external_id", .type = Type::String, .indexed = true};

constexpr Field kCustomers[] = {{.name = "name", .type = Type::String, .required = true, .indexed = true},
                                {"name_addon", Type::String},
                                {.name = "customer_number", .type = Type::String, .indexed = true},
                                {"info", Type::Text},
                                kSource,
                                kExternalId};

constexpr Field kAddresses[] = {{.name = "customer_id",
                                 .type = Type::Reference,
                                 .required = true,
                                 .refersTo = Resource::Customers,
                                 .indexed = true},
                                {"type", Type::Enum},
                                {"use", Type::Enum},
                                {"name", Type::String},
                                {"name_addon", Type::String},
                                {"street", Type::String},
                                {"street_addon", Type::String},
                                {"zip", Type::String},
                                {"city", Type::String},
                                {"country", Type::Enum},
                                {"lat", Type::Coordinate},
                                {"lng", Type::Coordinate},
                                {"phone", Type::String},
                                {"mobile", Type::String},
                                {"mobile_alternative", Type::String},
                                {"mail", Type::String},
                                {"mail_alternative", Type::String},
                                {"info", Type::Text},
                                kSource,
                                kExternalId};

constexpr Field kProjects[] = {{.name = "title", .type = Type::String, .required = true},
                               {.name = "customer_id",
                                .type = Type::Reference,
                                .required = true,
                                .onPut = false,
                                .refersTo = Resource::Customers,
                                .indexed = true},
                               {.name = "project_nr", .type = Type::String, .indexed = true},
                               kSource,
                               kExternalId};

constexpr Field kAssignments[] = {
    {.name = "title", .type = Type::String, .required = true},
    {.name = "project_id",
     .type = Type::Reference,
     .required = true,
     .onPut = false,
     .refersTo = Resource::Projects,
     .indexed = true},
    {.name = "customer_address_id", .type = Type::Reference, .refersTo = Resource::Addresses, .indexed = true},
    {"description", Type::Text},
    {"to_be_documented", Type::Text},
    {"internal_info", Type::Text},
    {"site_notes", Type::Text},
    {"state", Type::Enum},
    {"all_day", Type::Bool},
    {"start", Type::DateTime},
    {"end", Type::DateTime},
    {"employees", Type::Ids},
    {"vehicles", Type::Ids},
    {"tools", Type::Ids},
    {"documents", Type::Ids},
    {"assignment_tags", Type::Ids},
    {"articles", Type::Articles},
    kSource,
    kExternalId};

constexpr Field kArticles[] = {{.name = "name", .type = Type::String, .required = true, .indexed = true},
                               {"manufacturer", Type::String},
                               {"manufacturer_article_nr", Type::String},
                               {"ean", Type::String},
                               {.name = "supplier_article_nr", .type = Type::String, .indexed = true},
                               {"unit_price", Type::Float},
                               {"currency", Type::Enum},
                               {"vat_rate", Type::Float},
                               {"vat_included", Type::Bool},
                               {"unit", Type::Enum},
                               {"price_date", Type::Date},
                               {"article_url", Type::String},
                               {"info", Type::Text},
                               {"dangerous_material", Type::Bool},
                               {"group_id", Type::Int},
                               {"used", Type::Float},
                               kSource,
                               kExternalId};

constexpr Field kTags[] = {{"name", Type::String}, {"color", Type::String}, kSource, kExternalId};

using Kind = Relation::Kind;
constexpr Relation kCreation{"creation", Kind::Creation};
constexpr Relation kCustomerRelations[] = {{"addresses", Kind::Children, Resource::Addresses, "customer_id"},
                                           {"projects", Kind::Children, Resource::Projects, "customer_id"},
                                           kCreation};
constexpr Relation kAddressRelations[] = {{"customer", Kind::Parent, Resource::Customers, "customer_id"},
                                          {"assignments", Kind::Children, Resource::Assignments, "customer_address_id"},
                                          kCreation};
constexpr Relation kProjectRelations[] = {{"customer", Kind::Parent, Resource::Customers, "customer_id"},
                                          {"assignments", Kind::Children, Resource::Assignments, "project_id"},
                                          kCreation};
constexpr Relation kAssignmentRelations[] = {
    {"project", Kind::Parent, Resource::Projects, "project_id"},
    {"customer_address", Kind::Parent, Resource::Addresses, "customer_address_id"},
    {"articles", Kind::Articles, Resource::Articles, "articles"},
    {"employees", Kind::Ids, Resource::Customers, "employees"},
    {"vehicles", Kind::Ids, Resource::Customers, "vehicles"},
    {"tools", Kind::Ids, Resource::Customers, "tools"},
    {"documents", Kind::Ids, Resource::Customers, "documents"},
    {"tags", Kind::Ids, Resource::Tags, "assignment_tags"},
    {"documentations", Kind::Nothing},
    {"documentations.upload", Kind::Nothing},
    kCreation};
constexpr Relation kArticleRelations[] = {{"assignments", Kind::InArticles, Resource::Assignments, "articles"},
                                          kCreation};
constexpr Relation kTagRelations[] = {kCreation};

constexpr std::string_view kStates2022 = " UNPLANNED SCHEDULED IN_PROGRESS DELAYED DONE ";
constexpr std::string_view kStatesLater = " PAUSED ARCHIVED ";
constexpr std::string_view kUnits2022 =
    " PIECE KILOGRAMS METRES BUNCH BOTTLE BOX BAG FLAT_FEE CANE DOZEN BUCKET TRIMMING SET CANISTER CARDBOARD LITRE "
    "SQUAREMETER PAIR PACK PARCEL PANEL ROLL SAC BAR TUBE HOURS TONS CUBIC_METRE ";
constexpr std::string_view kUnitsLater =
    " CENTIMETERS DAYS GRAMS KILOMETER KILOWATT_PEAK MILLILITRE MILLIMETRES PERCENT RUNNING_METER ";
// ISO 3166-1 alpha-2; the sheet knows of a fixed list but not its members.
constexpr std::string_view kCountries =
    " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

bool isIn(std::string_view list, const std::string& value) {
  return !value.empty() && value.find(' ') == std::string::npos &&
         list.find(" " + value + " ") != std::string_view::npos;
}

bool enumKnows(std::string_view field, const std::string& value, const CraftboxxOptions& options) {
  const auto later = CraftboxxOptions::EnumSet::Later;
  if (field == "state") return isIn(kStates2022, value) || (options.states == later && isIn(kStatesLater, value));
  if (field == "unit") return isIn(kUnits2022, value) || (options.units == later && isIn(kUnitsLater, value));
  if (field == "currency") return isIn(options.currencies == later ? " EUR USD CHF " : " € $ ", value);
  if (field == "type") return isIn(" MAILING BILLING DELIVERY ", value);
  if (field == "use") return isIn(" address position ", value);
  return field == "country" && isIn(kCountries, value);
}

std::size_t characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

/// As Laravel's `integer`: whole numbers, also in text.
std::optional<std::int64_t> integerOf(const Json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    const auto whole = static_cast<std::int64_t>(number);
    if (number > -1e15 && number < 1e15 && static_cast<double>(whole) >= number &&
        static_cast<double>(whole) <= number) {
      return whole;
    }
    return std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  const auto parsed = Json::parse(text, nullptr, false);
  if (parsed.is_number_integer()) return parsed.get<std::int64_t>();
  return std::nullopt;
}

/// Reads one body; collects its errors.
class Reader {
 public:
  Reader(const CraftboxxOptions& options, const std::function<bool(Resource, std::int64_t)>& exists, Input& input)
      : options_(options), exists_(exists), input_(input) {}

  void read(const Field& field, Json value) {
    if (value.is_string() && options_.trimsStrings) value = trimmed(value.get<std::string>());
    if (value.is_null() || (field.required && value.is_string() && value.get_ref<const std::string&>().empty())) {
      if (field.required) {
        fail(field.name, "The " + words(field.name) + " field is required.");
      } else {
        set(field, nullptr);
      }
      return;
    }
    switch (field.type) {
      case Type::String:
      case Type::Text:
        return readText(field, value);
      case Type::Int:
      case Type::Reference:
        return readInteger(field, value);
      case Type::Float:
      case Type::Coordinate:
        return readNumber(field, value);
      case Type::Bool:
        return readBool(field, value);
      case Type::DateTime:
      case Type::Date:
        return readStamp(field, value);
      case Type::Enum:
        if (value.is_string() && enumKnows(field.name, value.get<std::string>(), options_)) return set(field, value);
        return fail(field.name, "The selected " + words(field.name) + " is invalid.");
      case Type::Ids:
        return readIds(field, value);
      case Type::Articles:
        return readArticles(field, value);
    }
  }

  void fail(std::string_view name, const std::string& message) { input_.errors[std::string(name)].push_back(message); }

  static std::string words(std::string_view name) {
    std::string text(name);
    for (char& c : text) c = c == '_' ? ' ' : c;
    return text;
  }

 private:
  static Json trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return nullptr;
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  }

  void set(const Field& field, Json value) { input_.fields[std::string(field.name)] = std::move(value); }

  void readText(const Field& field, const Json& value) {
    if (!value.is_string()) return fail(field.name, "The " + words(field.name) + " must be a string.");
    const std::size_t limit = field.type == Type::String ? 255 : 65'535;
    if (characters(value.get_ref<const std::string&>()) > limit) {
      return fail(field.name,
                  "The " + words(field.name) + " must not be greater than " + std::to_string(limit) + " characters.");
    }
    set(field, value);
  }

  void readInteger(const Field& field, const Json& value) {
    const auto number = integerOf(value);
    if (!number) return fail(field.name, "The " + words(field.name) + " must be an integer.");
    if (field.type == Type::Reference && options_.checkReferences && !exists_(field.refersTo, *number)) {
      return fail(field.name, "The selected " + words(field.name) + " is invalid.");
    }
    set(field, *number);
  }

  void readNumber(const Field& field, const Json& value) {
    if (value.is_number()) return set(field, value);
    if (value.is_string()) {
      const auto parsed = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
      if (parsed.is_number()) return set(field, parsed);
    }
    fail(field.name, "The " + words(field.name) + " must be a number.");
  }

  void readBool(const Field& field, const Json& value) {
    if (value == true || value == 1 || value == "1") return set(field, true);
    if (value == false || value == 0 || value == "0") return set(field, false);
    fail(field.name, "The " + words(field.name) + " field must be true or false.");
  }

  void readStamp(const Field& field, const Json& value) {
    const auto stamp = value.is_string() ? parseStamp(value.get_ref<const std::string&>()) : std::nullopt;
    if (!stamp) return fail(field.name, "The " + words(field.name) + " is not a valid date.");
    if (field.type == Type::Date) return set(field, stampText(stamp->time).substr(0, 10));
    if (options_.needsOffset && !stamp->hadZone) {
      return fail(field.name, "The " + words(field.name) + " needs an offset.");
    }
    set(field, stampText(stamp->time));
  }

  void readIds(const Field& field, const Json& value) {
    if (!value.is_array()) return fail(field.name, "The " + words(field.name) + " must be an array.");
    Json ids = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto id = integerOf(value[i]);
      const auto name = std::string(field.name) + "." + std::to_string(i);
      if (!id) return fail(name, "The " + name + " must be an integer.");
      ids.push_back(*id);
    }
    set(field, std::move(ids));
  }

  void readArticles(const Field& field, const Json& value) {
    // PHP knows no difference between an empty object and an empty list.
    if (!value.is_object() && !(value.is_array() && value.empty())) {
      return fail(field.name, "The articles must be an object keyed by article id.");
    }
    Json articles = Json::object();
    for (const auto& [key, entry] : value.items()) {
      const auto id = integerOf(key);
      if (!id || (options_.checkReferences && !exists_(Resource::Articles, *id))) {
        fail("articles." + key, "The selected articles." + key + " is invalid.");
        continue;
      }
      const auto amount = entry.is_object() && entry.contains("amount") ? integerOf(entry["amount"]) : std::nullopt;
      if (!amount) {
        fail("articles." + key + ".amount", "The articles." + key + ".amount must be an integer.");
        continue;
      }
      articles[std::to_string(*id)] = {{"amount", *amount}};
    }
    set(field, std::move(articles));
  }

  const CraftboxxOptions& options_;
  const std::function<bool(Resource, std::int64_t)>& exists_;
  Input& input_;
};

}  // namespace

std::string_view pathOf(Resource resource) {
  switch (resource) {
    case Resource::Customers:
      return "customers";
    case Resource::Addresses:
      return "customers/addresses";
    case Resource::Projects:
      return "projects";
    case Resource::Assignments:
      return "assignments";
    case Resource::Articles:
      return "articles";
    case Resource::Tags:
      return "assignments/tags";
  }
  return "";
}

std::optional<Resource> resourceOf(std::string_view path) {
  for (const Resource resource : kResources) {
    if (path == pathOf(resource)) return resource;
  }
  if (path == "addresses") return Resource::Addresses;
  if (path == "tags") return Resource::Tags;
  return std::nullopt;
}

int createdStatus(Resource resource) {
  const bool created = resource == Resource::Addresses || resource == Resource::Projects || resource == Resource::Tags;
  return created ? 201 : 200;
}

int deletedStatus(Resource resource) { return resource == Resource::Addresses ? 204 : 200; }

std::span<const Field> fieldsOf(Resource resource) {
  switch (resource) {
    case Resource::Customers:
      return kCustomers;
    case Resource::Addresses:
      return kAddresses;
    case Resource::Projects:
      return kProjects;
    case Resource::Assignments:
      return kAssignments;
    case Resource::Articles:
      return kArticles;
    case Resource::Tags:
      return kTags;
  }
  return {};
}

const Field* fieldOf(Resource resource, std::string_view name) {
  for (const Field& field : fieldsOf(resource)) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::span<const Relation> relationsOf(Resource resource) {
  switch (resource) {
    case Resource::Customers:
      return kCustomerRelations;
    case Resource::Addresses:
      return kAddressRelations;
    case Resource::Projects:
      return kProjectRelations;
    case Resource::Assignments:
      return kAssignmentRelations;
    case Resource::Articles:
      return kArticleRelations;
    case Resource::Tags:
      return kTagRelations;
  }
  return {};
}

const Relation* relationOf(Resource resource, std::string_view name) {
  for (const Relation& relation : relationsOf(resource)) {
    if (relation.name == name) return &relation;
  }
  return nullptr;
}

Input readInput(Resource resource, const Json& body, bool create, const CraftboxxOptions& options,
                const std::function<bool(Resource, std::int64_t)>& exists) {
  Input input;
  Reader reader(options, exists, input);
  for (const Field& field : fieldsOf(resource)) {
    if (!create && !field.onPut) continue;
    const auto found = body.is_object() ? body.find(field.name) : body.end();
    if (body.is_object() && found != body.end()) {
      reader.read(field, *found);
    } else if (create && field.required) {
      reader.fail(field.name, "The " + Reader::words(field.name) + " field is required.");
    }
  }
  return input;
}

}  // namespace postern::sim::craftboxx
