#include "tests/sim/craftboxx/present.h"

#include <algorithm>
#include <cstdio>

#include "tests/sim/craftboxx/time_text.h"

namespace postern::sim::craftboxx {

namespace {

using With = std::vector<std::string>;

std::string textOf(const Record& record, const char* name) {
  const auto found = record.fields.find(name);
  return found == record.fields.end() ? "" : valueText(*found);
}

Json reversed(const Json& value) {
  if (!value.is_string()) return nullptr;
  std::string text = value.get<std::string>();
  std::reverse(text.begin(), text.end());
  // Digits stay text, whatever else is cut through the middle of a character is not shown.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
  return ascii ? Json(text) : Json();
}

Json coordinateText(const Json& value) {
  if (!value.is_number()) return nullptr;
  char text[40];
  std::snprintf(text, sizeof text, "%.10f", value.get<double>());
  return text;
}

std::string joined(std::initializer_list<std::string> parts, const char* between) {
  std::string out;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

Json creation(const Record& record) {
  return {{"id", record.id + 500'000},
          {"description", "created"},
          {"causer_id", 7},
          {"causer", employee(7, "planung@tischlerei.example")},
          {"created_at", stampText(record.created)}};
}

Json minutesBetween(const Json& start, const Json& end) {
  if (!start.is_string() || !end.is_string()) return nullptr;
  const auto from = parseStamp(start.get_ref<const std::string&>());
  const auto to = parseStamp(end.get_ref<const std::string&>());
  if (!from || !to) return nullptr;
  return std::chrono::duration_cast<std::chrono::minutes>(to->time - from->time).count();
}

void addComputed(const Store& store, const CraftboxxOptions& options, Resource resource, const Record& record,
                 Json& out) {
  switch (resource) {
    case Resource::Customers:
      out["customer_number_reversed"] = reversed(out["customer_number"]);
      out["first_line"] = out["name"];
      out["second_line"] = out["name_addon"];
      out["interfaces"] = Json::array();
      break;
    case Resource::Addresses: {
      out["lat"] = coordinateText(out["lat"]);
      out["lng"] = coordinateText(out["lng"]);
      out["province"] = nullptr;
      out["distance_to_company"] = 12;
      const auto place = joined({textOf(record, "zip"), textOf(record, "city")}, " ");
      out["full_address"] = joined({textOf(record, "street"), place}, ", ");
      out["first_line"] = out["name"];
      out["icon"] = "home";
      out["label"] = out["type"];
      break;
    }
    case Resource::Projects:
      out["project_nr_reversed"] = reversed(out["project_nr"]);
      out["all_archived"] = Store::isArchived(resource, record);
      break;
    case Resource::Assignments: {
      for (const char* name : {"template_id", "recurring_rule_id", "reminded_start", "reminded_delayed"}) {
        out[name] = nullptr;
      }
      for (const char* name : {"time_spent", "break_time", "driving_time"}) out[name] = 0;
      out["is_template"] = false;
      out["timezone"] = "Europe/Berlin";
      out["duration"] = minutesBetween(out["start"], out["end"]);
      out["color"] = "#9e9e9e";
      out["icon"] = "calendar";
      if (options.nestedCreation) out["creation"] = creation(record);
      if (options.nestedProject) {
        const auto id = record.fields.find("project_id");
        const Record* project =
            id == record.fields.end() ? nullptr : store.find(Resource::Projects, id->get<std::int64_t>());
        out["project"] = project == nullptr ? Json() : present(store, options, Resource::Projects, *project, {}, {});
      }
      break;
    }
    case Resource::Articles:
    case Resource::Tags:
      break;
  }
}

/// The part of `with` that belongs to the records behind `relation`.
With below(const With& with, std::string_view relation) {
  With out;
  const std::string prefix = std::string(relation) + ".";
  for (const auto& name : with) {
    if (name.starts_with(prefix)) out.push_back(name.substr(prefix.size()));
  }
  return out;
}

Json pivotOf(const Record& assignment, std::int64_t articleId) {
  const auto articles = assignment.fields.find("articles");
  const auto amount = (*articles)[std::to_string(articleId)]["amount"];
  return {{"article_id", articleId}, {"assignment_id", assignment.id}, {"amount", amount}, {"used", 0}};
}

Json related(const Store& store, const CraftboxxOptions& options, const Record& record, const Relation& relation,
             const With& with) {
  if (relation.kind == Relation::Kind::Creation) return creation(record);
  const auto ids = linkedIds(store, record, relation);
  if (relation.kind == Relation::Kind::Parent) {
    const Record* parent = ids.empty() ? nullptr : store.find(relation.target, ids.front());
    return parent == nullptr ? Json() : present(store, options, relation.target, *parent, with, {});
  }
  Json list = Json::array();
  for (const auto id : ids) {
    if (relation.kind == Relation::Kind::Ids) {
      const bool people = relation.name == "employees";
      list.push_back(people ? employee(id, "monteur" + std::to_string(id) + "@tischlerei.example")
                            : Json{{"id", id}, {"name", std::string(relation.name) + " " + std::to_string(id)}});
      continue;
    }
    const Record* other = store.find(relation.target, id);
    if (other == nullptr) continue;
    Json shown = present(store, options, relation.target, *other, with, {});
    if (relation.kind == Relation::Kind::Articles) shown["pivot"] = pivotOf(record, id);
    if (relation.kind == Relation::Kind::InArticles) shown["pivot"] = pivotOf(*other, record.id);
    list.push_back(std::move(shown));
  }
  return list;
}

}  // namespace

Json employee(std::int64_t id, const std::string& mail) {
  const std::string number = std::to_string(id);
  return {{"id", id},
          {"first_name", "Erika"},
          {"last_name", "Beispiel"},
          {"email", mail},
          {"personnel_number", number},
          {"api_token", "sim-api-token-" + number + "-a1b2c3d4e5f6"},
          {"cello_token", "sim-cello-token-" + number + "-f6e5d4c3b2a1"}};
}

std::vector<std::int64_t> linkedIds(const Store& store, const Record& record, const Relation& relation) {
  std::vector<std::int64_t> ids;
  const auto value = record.fields.find(relation.field);
  switch (relation.kind) {
    case Relation::Kind::Parent:
      if (value != record.fields.end()) ids.push_back(value->get<std::int64_t>());
      break;
    case Relation::Kind::Children:
      for (const Record* child : store.having(relation.target, relation.field, std::to_string(record.id))) {
        ids.push_back(child->id);
      }
      std::sort(ids.begin(), ids.end());
      break;
    case Relation::Kind::Articles:
      if (value == record.fields.end()) break;
      for (const auto& entry : value->items()) ids.push_back(std::stoll(entry.key()));
      break;
    case Relation::Kind::InArticles:
      for (const auto& [id, assignment] : store.all(Resource::Assignments)) {
        const auto articles = assignment.fields.find("articles");
        if (articles != assignment.fields.end() && articles->contains(std::to_string(record.id))) ids.push_back(id);
      }
      break;
    case Relation::Kind::Ids:
      if (value != record.fields.end()) ids = value->get<std::vector<std::int64_t>>();
      break;
    case Relation::Kind::Nothing:
    case Relation::Kind::Creation:
      break;
  }
  return ids;
}

bool relationIsKnown(Resource resource, std::string_view name) {
  if (relationOf(resource, name) != nullptr) return true;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  const Relation* first = relationOf(resource, name.substr(0, dot));
  const bool simulated =
      first != nullptr && (first->kind == Relation::Kind::Parent || first->kind == Relation::Kind::Children ||
                           first->kind == Relation::Kind::Articles || first->kind == Relation::Kind::InArticles);
  return simulated && relationIsKnown(first->target, name.substr(dot + 1));
}

Json present(const Store& store, const CraftboxxOptions& options, Resource resource, const Record& record,
             const With& with, const std::vector<std::string>& counts) {
  Json out = Json::object();
  for (const Field& field : fieldsOf(resource)) {
    if (field.type == Type::Ids || field.type == Type::Articles) continue;  // only as relations
    const auto value = record.fields.find(field.name);
    out[std::string(field.name)] = value == record.fields.end() ? Json() : *value;
  }
  out["id"] = record.id;
  out["created_at"] = stampText(record.created);
  out["updated_at"] = stampText(record.updated);
  addComputed(store, options, resource, record, out);
  for (const auto& name : with) {
    const std::string first = name.substr(0, name.find('.'));
    const Relation* relation = relationOf(resource, first);
    if (relation != nullptr) out[first] = related(store, options, record, *relation, below(with, first));
  }
  for (const auto& name : counts) {
    const Relation* relation = relationOf(resource, name);
    if (relation != nullptr) out[name + "_count"] = linkedIds(store, record, *relation).size();
  }
  if (!options.extraFields.empty()) out.update(options.extraFields);
  return out;
}

Json kept(const Record& record) {
  Json out = record.fields;
  out["id"] = record.id;
  out["created_at"] = stampText(record.created);
  out["updated_at"] = stampText(record.updated);
  return out;
}

}  // namespace postern::sim::craftboxx
